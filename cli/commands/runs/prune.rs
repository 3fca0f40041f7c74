//! `runs prune`: what nothing needs any more, shown first, then removed.

use std::process::ExitCode;

use anyhow::Result;
use arrow::array::AsArray as _;
use arrow::datatypes::TimestampMicrosecondType;
use chrono::TimeDelta;
use deskferry_staging::{Context, Prune};
use indicatif::HumanBytes;
use serde_json::json;

use super::Migration;
use crate::error::refused;
use crate::report::{ask, new_table, number, print, say};

/// A loader writes to the ledger every few seconds; one that has been silent for so long is dead.
const LOAD_SILENT: TimeDelta = TimeDelta::minutes(1);

/// Shows what goes, asks, removes; exit 1 where the user said no.
pub(super) async fn run(migration: &Migration, keep: usize, yes: bool, json: bool) -> Result<ExitCode> {
    let context = &migration.context;
    let prune = context.staging.plan_prune(keep, context.now()).await?;
    if let Some((run, at)) = &prune.at_work {
        let minutes = (context.now() - *at).num_minutes();
        let what = format!("run {run} is not published and was written to {minutes} minutes ago: somebody is at work");
        return Err(refused(what, "let it finish; after ten minutes of silence it counts as stopped"));
    }
    if is_loading(context).await? {
        return Err(refused("a load is at work", "let it finish; after a minute of silence it counts as stopped"));
    }
    if !json {
        report(&prune)?;
    }
    let bytes = HumanBytes(prune.bytes);
    let goes = prune.is_empty() || yes || ask(&format!("this removes {} runs and {bytes}", prune.runs.len()))?;
    if goes {
        prune.perform().await?;
    }
    if json {
        print(serde_json::to_string_pretty(&json!({
            "runs": prune.runs.iter().map(|run| &run.run).collect::<Vec<_>>(),
            "left": prune.left, "files": prune.files, "bytes": prune.bytes, "removed": goes,
        }))?)?;
    } else if goes && !prune.is_empty() {
        say(format!("removed {bytes}"));
    }
    Ok(if goes { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn report(prune: &Prune) -> Result<()> {
    if prune.is_empty() {
        say("there is nothing to remove");
        return Ok(());
    }
    let mut table = new_table(["goes", "stage", "schema", "begun"]);
    for run in &prune.runs {
        let begun = run.started_at.format("%Y-%m-%d %H:%M").to_string();
        table.add_row([run.run.to_string(), run.stage.to_string(), run.schema.clone(), begun]);
    }
    for (run, bytes) in &prune.left {
        table.add_row([run.to_string(), "never published".into(), String::new(), HumanBytes(*bytes).to_string()]);
    }
    print(table.to_string())?;
    if prune.files > 0 {
        say(format!("and {} attachment files that no run names any more", number(prune.files)));
    }
    Ok(())
}

/// Whether the ledger has no end and was written to a short while ago.
async fn is_loading(context: &Context) -> Result<bool> {
    let log = context.staging.log("ledger", "entries")?;
    let newest = log.newest().await?;
    let Some(batch) = log.segment(newest).await?.and_then(|batches| batches.into_iter().rfind(|b| b.num_rows() > 0))
    else {
        return Ok(false);
    };
    let last = batch.num_rows() - 1;
    let text = |name: &str| batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    let has_ended = text("table_name").is_some_and(|table| table.value(last) == "_load")
        && text("step").is_some_and(|step| step.value(last) == "end");
    let at = batch.column_by_name("at").and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
    let at = at.and_then(|at| chrono::DateTime::from_timestamp_micros(at.value(last)));
    Ok(!has_ended && at.is_none_or(|at| context.now() - at < LOAD_SILENT))
}
