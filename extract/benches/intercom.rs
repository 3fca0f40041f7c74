//! How fast an Intercom workspace is read, thread by thread with all parts, at the rate of a private app: `make bench-intercom`.
//!
//! ```text
//! intercom [--conversations N] [--parts N] [--rate CALLS_PER_10_S]
//! ```
//!
//! The sandbox answers after 100 to 300 ms. It is filled by many tokens, so that the reader's own finds its rate unused. The
//! reference is what the rate allows: one call a conversation, and one for each 150 of the list.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints figures")]

use std::time::{Duration, Instant};

use deskferry_extract::{Request, Settings, Spec, extract};
use deskferry_sandbox::{AdminEntry, WorkspaceFile};
use deskferry_staging::{Context, Staging};
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Tokens that fill the workspace.
const TOKENS: u64 = 200;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let number = |name: &str, usual: u64| {
        let at = args.iter().position(|arg| arg == name);
        at.and_then(|at| args.get(at + 1)).map_or(Ok(usual), |text| text.parse::<u64>())
    };
    let (conversations, parts) = (number("--conversations", 8_000)?, number("--parts", 10)?);
    let rate = u32::try_from(number("--rate", 1_667)?)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(conversations, parts, rate))
}

async fn run(conversations: u64, parts: u64, rate: u32) -> Result<()> {
    let sandbox = deskferry_sandbox::serve(deskferry_sandbox::Settings {
        rate: Some(rate),
        workspace: WorkspaceFile {
            admins: vec![AdminEntry { id: Some(1), name: "A".into(), email: "a@desk.example".into() }],
            ..WorkspaceFile::default()
        },
        search_delay: Duration::ZERO,
        ..deskferry_sandbox::Settings::default()
    })
    .await?;
    let url = format!("http://{}", sandbox.addr());
    fill(&url, conversations, parts).await?;
    sandbox.set_faults("latency=100ms..300ms".parse()?);

    let folder = tempfile::tempdir()?;
    let context = Context::new(
        Staging::open(&folder.path().to_string_lossy(), [("", ""); 0])?,
        chrono::Utc::now,
        std::process::id,
    );
    let spec = Spec::parse("sources/intercom.toml", Spec::built_in("intercom").ok_or("no spec")?)?;
    let values = [("url", url.as_str()), ("token", "reader")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let settings = Settings { url, values: values.into(), ..Settings::default() };
    let tables = ["conversations", "conversation_parts"].map(str::to_owned).to_vec();
    let began = Instant::now();
    let manifest = extract(&context, &spec, &settings, &Request { tables, ..Request::default() }).await?;
    let seconds = began.elapsed().as_secs_f64();

    let rows = |table: &str| manifest.rows(table);
    assert_eq!((rows("conversations"), rows("conversation_parts")), (conversations, conversations * parts));
    let calls = conversations as f64 * (1.0 + 1.0 / 150.0);
    let per_second = conversations as f64 / seconds;
    let most = f64::from(rate) / 10.0 / (1.0 + 1.0 / 150.0);
    println!("{conversations} conversations of {parts} parts in {seconds:.1} s: {per_second:.1} conversations/s");
    println!("{calls:.0} calls at {rate} per 10 s allow {most:.1}/s: ratio {:.3}", per_second / most);
    println!("refused by the rate limit: {}", sandbox.stats()["rate_limited"]);
    Ok(())
}

/// Makes the conversations.
async fn fill(url: &str, conversations: u64, parts: u64) -> Result<()> {
    let client = reqwest::Client::new();
    let post = async |n: u64, path: String, body: Value| -> Result<Value> {
        let request = client.post(format!("{url}{path}")).bearer_auth(format!("t{}", n % TOKENS));
        let reply = request.header("Intercom-Version", "2.16").header("Accept", "application/json").json(&body).send();
        Ok(reply.await?.error_for_status()?.json().await?)
    };
    let contact = post(0, "/contacts".into(), json!({ "email": "c@x.example" })).await?["id"].clone();
    futures::stream::iter(0..conversations)
        .map(Ok)
        .try_for_each_concurrent(16, |n| {
            let (post, contact) = (&post, &contact);
            async move {
                let from = json!({ "type": "user", "id": contact });
                let made = post(n, "/conversations".into(), json!({ "from": from, "body": "<p>It does not work</p>" })).await?;
                let path = format!("/conversations/{}/reply", made["conversation_id"].as_str().unwrap_or_default());
                for part in 0..parts {
                    let body = json!({ "type": "admin", "admin_id": "1", "message_type": "comment", "body": format!("<p>{part}</p>") });
                    post(n, path.clone(), body).await?;
                }
                Ok(())
            }
        })
        .await
}
