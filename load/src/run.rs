//! One load from beginning to end: check, replay, table after table, flush, publish.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use deskferry_staging::{Context, Manifest, RunId, RunWriter, Stage};

use crate::intercom::Workspace;
use crate::ledger::{self, Ledger};
use crate::load::Load;
use crate::people::People;
use crate::phases;
use crate::results::{self, Counts, Results};
use crate::send::Sender;
use crate::settings::{Filter, Settings};
use crate::{Error, Result};

/// What a load has done.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The run that tells of each row in `load.results`.
    pub run: RunId,
    /// Per table, in the order of loading.
    pub tables: Vec<(String, Counts)>,
    /// Rows that wait for people who are not in the workspace, by table; of threads without their messages.
    pub waiting: Vec<(String, u64)>,
    /// Writes sent and lists read, by method and endpoint.
    pub calls: BTreeMap<String, u64>,
    /// All calls, reads and repeats included.
    pub calls_total: u64,
    /// Replies with 429.
    pub throttled: u64,
    /// Calls granted per second, where Intercom says so.
    pub granted_per_second: Option<f64>,
    /// Whether the user stopped it: the same command goes on.
    pub interrupted: bool,
    /// How long it took.
    pub duration: Duration,
}

impl Summary {
    /// Calls that write.
    pub fn writes(&self) -> u64 {
        self.calls.iter().filter(|(name, _)| !name.starts_with("GET ")).map(|(_, calls)| calls).sum()
    }
}

/// Brings Intercom to what the tables of `manifest` say: the difference to the ledger is sent.
///
/// # Errors
/// `Missing` and `Setting` before anything is sent; `Http` where Intercom refuses the token or does not answer; `Conflict` or
/// `Busy` where another load is at work. What was done until then is in the ledger, and the next load goes on from there.
pub async fn load(context: &Context, settings: &Settings, manifest: &Manifest, filter: &Filter) -> Result<Summary> {
    phases::check(filter)?;
    let client = settings.client(context)?;
    let started_at = context.now();
    let workspace = Workspace::read(&client).await?;
    let people = People::matched(&context.staging, Some(manifest), &workspace, settings).await?;
    people.check()?;
    let run = context.run_id();
    let memory = ledger::replay(context).await?;
    memory.no_rollback_but(None)?;
    let is_clean = memory.clean();
    let ledger = Ledger::open(context, settings, run.as_str(), &workspace, memory)?;
    if !is_clean {
        // Somebody is at work, or dead: that is found out before anything is read back.
        ledger.begin().await?;
    }
    let mut writer = context.staging.begin(run.clone(), Stage::Load, "load", started_at)?;
    let results = Results::new(writer.table("results", results::schema())?);
    let load = Arc::new(Load::new(context, settings, client, ledger, people, filter.retry()));
    let mut sender = Sender::new(Arc::clone(&load), results, filter.only.is_empty());

    let ended = phases::all(&load, manifest, filter, &mut sender).await;
    let closed = load.ledger.close().await;
    let fatal = sender.fatal.take().or(ended.err());
    let interrupted = context.cancel.is_cancelled();
    let fatal = match fatal.or(closed.err()) {
        // Nothing is published: the other load tells what became of the rows.
        Some(error @ (Error::Conflict { .. } | Error::Busy { .. })) => return Err(error),
        other => other,
    };
    let (written, counts) = sender.results.close().await?;
    writer.add("results", written.into_iter().collect()).key = vec!["table_name".to_owned(), "source_key".to_owned()];
    describe(&mut writer, manifest, &counts, interrupted, fatal.as_ref());
    writer.publish(context.now()).await?;
    if let Some(error) = fatal {
        return Err(error);
    }
    let stats = load.client.stats();
    let counted = results::ORDER.iter().filter_map(|t| counts.get(t).map(|c| ((*t).to_owned(), *c)));
    Ok(Summary {
        run,
        tables: counted.collect(),
        waiting: load.people.waiting(),
        calls: load.calls(),
        calls_total: stats.calls,
        throttled: stats.throttled,
        granted_per_second: stats.granted_per_second,
        interrupted,
        duration: (context.now() - started_at).to_std().unwrap_or_default(),
    })
}

fn describe(
    writer: &mut RunWriter,
    source: &Manifest,
    counts: &BTreeMap<&'static str, Counts>,
    interrupted: bool,
    fatal: Option<&Error>,
) {
    let manifest = writer.manifest();
    manifest.inputs.push(source.run.clone());
    manifest.rejects =
        counts.iter().filter(|(_, c)| c.rejected > 0).map(|(t, c)| ((*t).to_owned(), c.rejected)).collect();
    if interrupted {
        manifest.remarks.push("the load was stopped; the same command goes on".to_owned());
    }
    if let Some(error) = fatal {
        manifest.remarks.push(format!("the load failed: {error}"));
    }
    for (table, c) in counts.iter().filter(|(_, c)| c.unknown > 0) {
        manifest.remarks.push(format!("{} rows of {table} may or may not be in Intercom", c.unknown));
    }
    for (table, c) in counts.iter().filter(|(_, c)| c.drift > 0) {
        manifest.remarks.push(format!("{} rows of {table} have changed in a way that Intercom cannot follow", c.drift));
    }
}
