//! The process that is killed: one load of a stage in a folder, telling on stdout how far it is.

use std::hash::{BuildHasher as _, RandomState};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use deskferry_load::{Filter, Secret, Settings, load};
use deskferry_staging::{Context, Staging};

/// Said before anything is read.
pub(crate) const REPLAYING: &str = "start, replay";

/// Times a hundredth of the usual ones, so that two hundred lives fit into minutes. That is sound because all that they are
/// measured against is shorter in the same way: the sandbox answers within 5 ms, shows what is new in searches after 60 ms,
/// executes a call before it holds its reply back, and the ledger is a folder of this machine. What must hold is their order:
/// flush < lease / 2, and settle > the sandbox's delay of searches.
///
/// `patience` makes all of them longer, where a machine that stalls must not be taken for a dead loader.
pub(crate) fn settings(url: &str, patience: u32) -> Settings {
    Settings {
        placeholder_admin: Some("owner@desk.example".to_owned()),
        timeout: Duration::from_millis(400) * patience,
        flush_every: Duration::from_millis(40) * patience,
        lease: Duration::from_millis(200) * patience,
        settle: Duration::from_millis(300) * patience,
        in_flight_max: 24,
        ..Settings::new(url, Secret::new("tok"))
    }
}

/// The stage in a folder, with true clock and chance.
pub(crate) fn context(folder: &str) -> Context {
    let chance = RandomState::new();
    let count = std::sync::atomic::AtomicU64::new(0);
    let draw = move || chance.hash_one(count.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) as u32;
    let none: [(String, String); 0] = [];
    Context::new(Staging::open(folder, none).unwrap(), chrono::Utc::now, draw)
}

pub(crate) fn run(folder: &str, url: &str, patience: u32) -> ExitCode {
    println!("{REPLAYING}");
    let mut context = context(folder);
    let last = Arc::new(Mutex::new(String::new()));
    context.progress = Arc::new(move |tick| {
        let mut last = last.lock().unwrap();
        if *last != tick.table {
            tick.table.clone_into(&mut last);
            println!("{last}");
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ended = runtime.block_on(async {
        let manifest = context.staging.latest("intercom").await.unwrap().unwrap();
        load(&context, &settings(url, patience), &manifest, &Filter::default()).await
    });
    match ended {
        Ok(summary) => {
            let bad: u64 = summary.tables.iter().map(|(_, c)| c.rejected + c.unknown + c.not_sent).sum();
            if bad > 0 {
                eprintln!("{bad} rows were not loaded: {summary:#?}");
            }
            ExitCode::from(u8::from(bad > 0))
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
