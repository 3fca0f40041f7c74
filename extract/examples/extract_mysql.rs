//! Extracts the large tables of a Hesk database into a folder and prints rows and seconds of each: the measured half of
//! `benches/extract/run.py`. Arguments: url, folder, and `since-last` for only what differs from what is in the folder.
#![allow(clippy::disallowed_methods, reason = "a program of its own: the clock begins here")]

use anyhow::Context as _;
use deskferry_extract::{Request, Settings, Spec, extract};
use deskferry_staging::{Context, Staging};

/// As in the binary that users run.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a program of its own")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (url, folder) = arguments.next().zip(arguments.next()).context("arguments: url, folder")?;
    let since_last = arguments.next().is_some_and(|argument| argument == "since-last");
    let context = Context::new(Staging::open(&folder, [("", ""); 0])?, chrono::Utc::now, std::process::id);
    let spec = Spec::parse("sources/hesk.toml", Spec::built_in("hesk").context("no spec")?)?;
    let settings = Settings { url, table_prefix: "hesk_".into(), timezone: Some("UTC".into()), ..Settings::default() };
    for table in ["replies", "tickets"] {
        let began = std::time::Instant::now();
        let request = Request { tables: vec![table.into()], since_last, ..Request::default() };
        let manifest = extract(&context, &spec, &settings, &request).await?;
        println!("{table} {} {}", manifest.tables[table].rows_now(), began.elapsed().as_secs_f64());
    }
    Ok(())
}
