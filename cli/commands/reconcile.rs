//! `reconcile`: source, stage, ledger and workspace side by side, by the queries of `sql/reconcile/`.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use arrow::array::RecordBatch;
use serde_json::Value;

use super::read_back::read_back;
use super::{Migration, load, transform};
use crate::args::{Format, Reconcile};
use crate::error::refused;
use crate::report::{json_rows, print, render, say};

/// One query of `sql/reconcile/` and its answer.
struct Answer {
    name: String,
    purpose: String,
    batches: Vec<RecordBatch>,
}

/// Reads the workspace back, runs the queries and prints them; exit 1 where something does not balance.
pub(crate) async fn run(migration: &Migration, args: &Reconcile, json: bool) -> Result<ExitCode> {
    load::transformed(migration).await?;
    read_back(migration, false).await?;
    let session = transform::session(migration).await?;
    let mut answers = Vec::new();
    for (name, batches) in session.queries(&transform::inputs(migration), "sql/reconcile").await? {
        let text = migration.files.get(&format!("sql/reconcile/{name}.sql")).map(String::as_str).unwrap_or_default();
        answers.push(Answer { purpose: purpose(text), name, batches });
    }
    let faults = faults(&answers)?;
    let format = if json { Format::Json } else { args.format };
    let text = document(&answers, &faults, format)?;
    match &args.out {
        Some(path) => std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?,
        None => print(text)?,
    }
    for fault in &faults {
        say(fault);
    }
    if faults.is_empty() {
        say("Everything balances.");
        return Ok(ExitCode::SUCCESS);
    }
    say(
        "\nhint: `deskferry load` sends what is open; refused rows go again with `deskferry load --only TABLE` after the fix",
    );
    Ok(ExitCode::FAILURE)
}

/// The comment at the top of a query.
fn purpose(sql: &str) -> String {
    let lines = sql.lines().map_while(|line| line.strip_prefix("--"));
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn document(answers: &[Answer], faults: &[String], format: Format) -> Result<String> {
    match format {
        Format::Json => {
            let mut document = serde_json::Map::new();
            for answer in answers {
                document.insert(answer.name.clone(), Value::Array(json_rows(&answer.batches)?));
            }
            document.insert("faults".to_owned(), faults.iter().cloned().map(Value::String).collect());
            Ok(serde_json::to_string_pretty(&document)?)
        }
        Format::Table | Format::Csv => {
            let mut text = String::new();
            for answer in answers.iter().filter(|a| a.batches.iter().any(|b| b.num_rows() > 0)) {
                let Some(first) = answer.batches.first() else { continue };
                text.push_str(&format!("\n{}: {}\n", answer.name, answer.purpose));
                text.push_str(render(&first.schema(), &answer.batches, format)?.trim_end());
                text.push('\n');
            }
            Ok(text)
        }
    }
}

/// What does not balance, in words.
fn faults(answers: &[Answer]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let rows = |name: &str| -> Result<Vec<Value>> {
        let found = answers.iter().find(|a| a.name == name);
        let found =
            found.ok_or_else(|| refused(format!("sql/reconcile/{name}.sql is missing"), "remove the empty overlay"))?;
        json_rows(&found.batches)
    };
    let number = |row: &Value, key: &str| row[key].as_i64().unwrap_or(0);
    for row in rows("accounting")? {
        let table = row["table"].as_str().unwrap_or_default();
        if number(&row, "balance") != 0 {
            faults.push(format!("{table}: {} source rows have no disposition", number(&row, "balance")));
        }
        if number(&row, "open") > 0 {
            faults.push(format!("{table}: {} rows are not loaded yet", number(&row, "open")));
        }
    }
    for row in rows("counts")? {
        let table = row["table"].as_str().unwrap_or_default();
        for (column, text) in [
            ("missing", "loaded rows are not in Intercom"),
            ("refused", "rows were refused by Intercom"),
            ("unknown", "rows may be in Intercom and could not be found"),
            ("open", "rows are not loaded yet"),
        ] {
            if number(&row, column) > 0 {
                faults.push(format!("{table}: {} {text}", number(&row, column)));
            }
        }
    }
    Ok(faults)
}
