//! `sync`: what has changed in the source, through all stages, as one. For cron, again and again, and for what events name.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use chrono::TimeDelta;
use deskferry_extract::{Request, Spec, Unfinished};
use deskferry_staging::{Kind, Lock, Manifest, Mode, Stage};
use deskferry_transform::Rebuild;

use super::load::{self, Loaded};
use super::{Migration, extract, transform};
use crate::args::{Load, Sync};
use crate::error;
use crate::report::{failure, number, print, say};

/// Name of the lock that a sync holds.
const LOCK: &str = "sync";
/// Setting of a source: after what time all of it is read again, for what no time of change tells.
const ACTIVITY_REFRESH: &str = "activity_refresh";

/// What is brought up to date.
pub(crate) enum Scope {
    /// What has changed since the last sync; all of the source where that is due.
    Changed,
    /// All of the source.
    All,
    /// These rows, by table of the source, and what belongs to them.
    #[expect(dead_code, reason = "for `serve`, which is told of rows by events")]
    Rows(BTreeMap<String, BTreeSet<String>>),
}

/// What a sync has done.
pub(crate) struct Outcome {
    extracted: Manifest,
    rejects: u64,
    loaded: Loaded,
}

impl Outcome {
    /// Tables that could not be read whole, and why.
    pub(crate) fn incomplete(&self) -> impl Iterator<Item = (&str, &str)> {
        self.extracted.incomplete()
    }

    fn is_clean(&self) -> bool {
        self.incomplete().next().is_none() && self.loaded.is_clean()
    }
}

/// Syncs once, or again and again until Ctrl-C.
pub(crate) async fn run(migration: &Migration, args: &Sync, json: bool) -> Result<ExitCode> {
    let scope = || if args.full { Scope::All } else { Scope::Changed };
    let Some(every) = args.every else {
        let outcome = sync(migration, scope()).await?;
        tell(&outcome, json)?;
        return Ok(if outcome.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    };
    let cancel = &migration.context.cancel;
    while !cancel.is_cancelled() {
        let next = migration.context.now() + TimeDelta::from_std(every)?;
        match sync(migration, scope()).await {
            Ok(outcome) => tell(&outcome, json)?,
            Err(_) if cancel.is_cancelled() => break,
            // Somebody must act first, so going on would only repeat it.
            Err(error) if matches!(error::kind(&error), Kind::Invalid | Kind::Internal) => return Err(error),
            Err(error) => drop(failure(&error)),
        }
        let wait = (next - migration.context.now()).to_std().unwrap_or(Duration::ZERO);
        tokio::select! {
            () = cancel.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One sync. Another one at the same time is refused: its error is a conflict.
pub(crate) async fn sync(migration: &Migration, scope: Scope) -> Result<Outcome> {
    let lock = Lock::take(&migration.context, LOCK).await?;
    let outcome = stages(migration, scope).await;
    let released = lock.release().await;
    let outcome = outcome?;
    released?;
    Ok(outcome)
}

async fn stages(migration: &Migration, scope: Scope) -> Result<Outcome> {
    let extracted = extract(migration, scope).await?;
    let inputs = transform::inputs(migration);
    let transformed = deskferry_transform::transform(&migration.context, &inputs, &Rebuild::Changed).await?;
    let loaded = load::load(migration, &Load::default()).await?;
    Ok(Outcome { extracted, rejects: transformed.rejects.values().sum(), loaded })
}

/// What was begun and not published first, then what is asked for.
async fn extract(migration: &Migration, scope: Scope) -> Result<Manifest> {
    let spec = &migration.spec;
    let unfinished = match &spec.rest {
        Some(_) => deskferry_extract::unfinished(&migration.context, spec).await?,
        None => None,
    };
    if let Some(request) = unfinished {
        say("going on with an extract that was stopped before it was published");
        extract::stage(migration, &request).await?;
    }
    let request = match scope {
        Scope::Rows(rows) if whole(migration, spec).await?.is_some() => Request::of_rows(spec, rows),
        Scope::All => Request::default(),
        Scope::Rows(_) | Scope::Changed => {
            Request { since_last: !is_due(migration, spec).await?, ..Request::default() }
        }
    };
    let request = Request { unfinished: Unfinished::Discard, ..request };
    match extract::stage(migration, &request).await {
        // Its columns are others now: all rows are read once.
        Err(error) if lacks_state(&error) => {
            extract::stage(migration, &Request { unfinished: Unfinished::Discard, ..Request::default() }).await
        }
        outcome => outcome,
    }
}

fn lacks_state(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(deskferry_extract::Error::NoState { .. }))
}

/// The newest extract that read all of the source.
async fn whole(migration: &Migration, spec: &Spec) -> Result<Option<Manifest>> {
    let is_whole = |run: &Manifest| {
        let is_of_source = run.stage == Stage::Extract && run.schema == spec.schema();
        is_of_source && run.mode == Mode::Full && run.sample.is_none()
    };
    let has_all = |run: &Manifest| spec.tables.iter().all(|table| run.tables.contains_key(&table.name));
    Ok(migration.context.staging.runs().await?.into_iter().rfind(|run| is_whole(run) && has_all(run)))
}

/// Whether all of the source is to be read again.
async fn is_due(migration: &Migration, spec: &Spec) -> Result<bool> {
    let Some(whole) = whole(migration, spec).await? else { return Ok(true) };
    let Some(after) = migration.settings.source.value(spec, ACTIVITY_REFRESH) else { return Ok(false) };
    let after = humantime::parse_duration(after).map_err(|e| {
        error::refused(format!("[source] {ACTIVITY_REFRESH}: {e}"), "write a time such as 12h or 7days")
    })?;
    Ok(migration.context.now() - whole.started_at >= TimeDelta::from_std(after)?)
}

fn tell(outcome: &Outcome, json: bool) -> Result<()> {
    let changes = outcome.extracted.tables.values().filter_map(|table| table.changes);
    let read: u64 = match outcome.extracted.mode {
        Mode::Delta => changes.map(|c| c.new + c.changed + c.gone).sum(),
        Mode::Full => outcome.extracted.tables.values().map(|table| table.rows).sum(),
    };
    let written = outcome.loaded.written();
    if json {
        let incomplete: BTreeMap<&str, &str> = outcome.incomplete().collect();
        return print(serde_json::to_string(&serde_json::json!({
            "run": outcome.extracted.run.as_str(), "mode": outcome.extracted.mode, "changed": read,
            "rejected": outcome.rejects, "written": written, "incomplete": incomplete,
        }))?);
    }
    let (what, read) = match outcome.extracted.mode {
        Mode::Delta => ("new, changed or gone", number(read)),
        Mode::Full => ("read", number(read)),
    };
    print(format!(
        "{}: {read} rows {what}, {} written",
        outcome.extracted.finished_at.format("%F %T UTC"),
        number(written)
    ))?;
    if outcome.rejects > 0 {
        say(format!(
            "rejected: {} rows; see them with: deskferry sql \"SELECT * FROM intercom.rejects\"",
            number(outcome.rejects)
        ));
    }
    for (table, reason) in outcome.incomplete() {
        say(format!("incomplete: {}.{table}: {reason}", outcome.extracted.schema));
    }
    Ok(())
}
