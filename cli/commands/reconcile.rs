//! `reconcile`: source, stage, ledger and workspace side by side, field by field, by the queries of `sql/reconcile/`.

mod faults;
mod page;

use std::process::ExitCode;

use anyhow::Result;
use arrow::array::RecordBatch;
use deskferry_staging::Manifest;
use serde_json::Value;

use super::read_back::read_back;
use super::{Migration, load, transform};
use crate::args::{Format, Reconcile, ReconcileFormat};
use crate::error::refused;
use crate::report::{deliver, json_rows, render, say};

/// One query of `sql/reconcile/` and its answer.
struct Answer {
    name: String,
    purpose: String,
    batches: Vec<RecordBatch>,
}

/// Reads the workspace back, runs the queries and prints them; exit 1 where something does not balance.
pub(crate) async fn run(migration: &Migration, args: &Reconcile, json: bool) -> Result<ExitCode> {
    load::into_intercom(migration, "reconcile")?;
    load::transformed(migration).await?;
    let read = match args.offline {
        true => last_read_back(migration).await?,
        false => read_back(migration, args.files).await?,
    };
    let session = transform::session(migration).await?;
    session.compare(&transform::inputs(migration)).await?;
    let mut answers = Vec::new();
    for (name, batches) in session.queries(&transform::inputs(migration), "sql/reconcile").await? {
        let text = migration.files.get(&format!("sql/reconcile/{name}.sql")).map(String::as_str).unwrap_or_default();
        answers.push(Answer { purpose: purpose(text), name, batches });
    }
    let faults = faults::faults(&answers, &read)?;
    let text = match args.format {
        _ if json => as_json(&answers, &faults)?,
        ReconcileFormat::Json => as_json(&answers, &faults)?,
        ReconcileFormat::Html => page::page(migration, &session, &answers, &faults).await?,
        ReconcileFormat::Table => tables(&answers, Format::Table)?,
        ReconcileFormat::Csv => tables(&answers, Format::Csv)?,
    };
    deliver(text, args.out.as_deref())?;
    for fault in &faults {
        say(fault);
    }
    if faults.is_empty() {
        say("Everything balances.");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

/// What `--offline` compares with; said, for it may be old.
async fn last_read_back(migration: &Migration) -> Result<Manifest> {
    let Some(manifest) = migration.context.staging.latest("intercom_live").await? else {
        return Err(refused("the workspace was never read back", "run `deskferry reconcile` without --offline first"));
    };
    let at = manifest.finished_at.format("%Y-%m-%d %H:%M:%S UTC");
    say(format!("Compared with the workspace as it was read back in run {}, until {at}.", manifest.run));
    Ok(manifest)
}

/// The comment at the top of a query.
fn purpose(sql: &str) -> String {
    let lines = sql.lines().map_while(|line| line.strip_prefix("--"));
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn as_json(answers: &[Answer], faults: &[String]) -> Result<String> {
    let mut document = serde_json::Map::new();
    for answer in answers {
        document.insert(answer.name.clone(), Value::Array(json_rows(&answer.batches)?));
    }
    document.insert("faults".to_owned(), faults.iter().cloned().map(Value::String).collect());
    Ok(serde_json::to_string_pretty(&document)?)
}

fn tables(answers: &[Answer], format: Format) -> Result<String> {
    let mut text = String::new();
    for answer in answers.iter().filter(|a| a.batches.iter().any(|b| b.num_rows() > 0)) {
        let Some(first) = answer.batches.first() else { continue };
        text.push_str(&format!("\n{}: {}\n", answer.name, answer.purpose));
        text.push_str(render(&first.schema(), &answer.batches, format)?.trim_end());
        text.push('\n');
    }
    Ok(text)
}
