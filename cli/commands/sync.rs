//! `sync`: what has changed in the source, through all stages, as one. For cron, again and again, and for what events name.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use chrono::TimeDelta;
use deskferry_extract::{Request, Spec, Unfinished};
use deskferry_serve::Position;
use deskferry_staging::{Kind, Lock, Manifest, Mode, Stage};
use deskferry_transform::{Rebuild, Summary};

use super::load::{self, Loaded};
use super::{Migration, distill, extract, transform};
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
    Rows(BTreeMap<String, BTreeSet<String>>),
}

/// What a sync has done.
pub(crate) struct Outcome {
    /// What was asked for.
    extracted: Manifest,
    /// What was read besides: what an earlier one had left, and rows that events name.
    besides: Vec<Manifest>,
    transformed: Summary,
    /// `None` where the stage is the copy.
    loaded: Option<Loaded>,
}

impl Outcome {
    /// Tables that could not be read whole, and why.
    pub(crate) fn incomplete(&self) -> impl Iterator<Item = (&str, &str)> {
        self.extracted.incomplete()
    }

    fn is_clean(&self) -> bool {
        self.incomplete().next().is_none() && self.loaded.as_ref().is_none_or(Loaded::is_clean)
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
    let context = &migration.context;
    let mut besides = Vec::new();
    let (extracted, told) = match scope {
        // Who names rows knows why.
        Scope::Rows(_) => (extract(migration, scope, &mut besides).await?, None),
        scope => with_events(migration, scope, &mut besides).await?,
    };
    let inputs = transform::inputs(migration);
    let mut transformed = deskferry_transform::transform(context, &inputs, &Rebuild::Changed).await?;
    if migration.settings.distill.is_on() && distill::distill(migration, None).await?.manifest.is_some() {
        transformed = deskferry_transform::transform(context, &inputs, &Rebuild::Changed).await?;
    }
    let is_loaded = !migration.spec.is_copied() || migration.settings.load.target.is_some();
    let loaded = if is_loaded { Some(load::load(migration, &Load::default()).await?) } else { None };
    if let Some(told) = told {
        deskferry_serve::applied(context, told).await?;
    }
    Ok(Outcome { extracted, besides, transformed, loaded })
}

/// What has changed, and what events name that wait; up to which event that is all.
async fn with_events(
    migration: &Migration,
    scope: Scope,
    besides: &mut Vec<Manifest>,
) -> Result<(Manifest, Option<Position>)> {
    let staging = &migration.context.staging;
    // What came until now is in what is read from now on, if that is all.
    let newest = deskferry_serve::newest(staging).await?;
    let extracted = extract(migration, scope, besides).await?;
    let touched = deskferry_serve::pending(staging).await?;
    let is_complete = extracted.incomplete().next().is_none();
    if touched.is_empty() || !is_complete {
        return Ok((extracted, None));
    }
    if extracted.mode == Mode::Full {
        return Ok((extracted, Some(newest)));
    }
    // A change need not move the time by which lists tell it.
    let of_rows = extract(migration, Scope::Rows(touched.tables), besides).await?;
    let is_complete = of_rows.incomplete().next().is_none();
    besides.push(of_rows);
    Ok((extracted, is_complete.then_some(touched.through)))
}

/// What was begun and not published first, then what is asked for.
async fn extract(migration: &Migration, scope: Scope, besides: &mut Vec<Manifest>) -> Result<Manifest> {
    let spec = &migration.spec;
    let unfinished = match &spec.rest {
        Some(_) => deskferry_extract::unfinished(&migration.context, spec).await?,
        None => None,
    };
    if let Some(request) = unfinished {
        say("going on with an extract that was stopped before it was published");
        besides.push(extract::stage(migration, &request).await?);
    }
    let request = match scope {
        Scope::Rows(rows) if is_known(spec, &rows) && whole(migration, spec).await?.is_some() => {
            Request::of_rows(spec, rows)
        }
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

/// Whether the spec has some of these tables.
fn is_known(spec: &Spec, rows: &BTreeMap<String, BTreeSet<String>>) -> bool {
    rows.keys().any(|table| spec.table(table).is_some())
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
    let runs = || outcome.besides.iter().chain([&outcome.extracted]);
    let rows = |run: &Manifest| -> u64 {
        let changes = run.tables.values().filter_map(|table| table.changes);
        match run.mode {
            Mode::Delta => changes.map(|c| c.new + c.changed + c.gone).sum(),
            Mode::Full => run.tables.values().map(|table| table.rows).sum(),
        }
    };
    let (is_full, read) = (runs().any(|run| run.mode == Mode::Full), runs().map(rows).sum::<u64>());
    let mode = if is_full { Mode::Full } else { Mode::Delta };
    let rejects: u64 = outcome.transformed.rejects.values().sum();
    let written = outcome.loaded.as_ref().map(Loaded::written);
    if json {
        let incomplete: BTreeMap<&str, &str> = outcome.incomplete().collect();
        return print(serde_json::to_string(&serde_json::json!({
            "run": outcome.extracted.run.as_str(), "mode": mode, "changed": read,
            "rejected": rejects, "written": written, "incomplete": incomplete,
        }))?);
    }
    let (what, read) = (if is_full { "read" } else { "new, changed or gone" }, number(read));
    let written = written.map(|written| format!(", {} written", number(written))).unwrap_or_default();
    print(format!("{}: {read} rows {what}{written}", outcome.extracted.finished_at.format("%F %T UTC")))?;
    if rejects > 0 {
        say(format!(
            "rejected: {} rows; see them with: deskferry sql \"SELECT * FROM {}.rejects\"",
            number(rejects),
            outcome.transformed.manifest.schema
        ));
    }
    for (table, reason) in outcome.incomplete() {
        say(format!("incomplete: {}.{table}: {reason}", outcome.extracted.schema));
    }
    Ok(())
}
