//! `runs`: what has been published.

use std::process::ExitCode;

use anyhow::Result;
use deskferry_staging::{Changes, Manifest, Mode};

use super::Migration;
use crate::args::{Runs, RunsAction};
use crate::error::refused;
use crate::report::{new_table, number, print, say};

/// Lists runs or shows one.
pub(crate) async fn run(migration: &Migration, runs: &Runs, json: bool) -> Result<ExitCode> {
    let published = migration.context.staging.runs().await?;
    match &runs.action {
        None if json => print(serde_json::to_string_pretty(&published)?)?,
        None if published.is_empty() => say("no run has been published yet; begin with `deskferry extract`"),
        None => print(list(&published))?,
        Some(RunsAction::Show { run }) => {
            let found: Vec<&Manifest> = published.iter().filter(|m| m.run.as_str().starts_with(run.as_str())).collect();
            match found.as_slice() {
                [one] => print(serde_json::to_string_pretty(one)?)?,
                [] => return Err(refused(format!("no run begins with `{run}`"), "`deskferry runs` lists them")),
                _ => return Err(refused(format!("{} runs begin with `{run}`", found.len()), "give more of the id")),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(published: &[Manifest]) -> String {
    let mut table =
        new_table(["run", "stage", "mode", "schema", "tables", "rows", "changes", "rejects", "seconds", "read"]);
    for m in published {
        let rows: u64 = m.tables.values().map(|t| t.rows).sum();
        let inputs: Vec<&str> = m.inputs.iter().map(deskferry_staging::RunId::as_str).collect();
        table.add_row([
            m.run.to_string(),
            m.stage.to_string(),
            mode(m),
            m.schema.clone(),
            m.tables.len().to_string(),
            number(rows),
            changes(m),
            number(m.rejects.values().sum()),
            format!("{:.1}", (m.finished_at - m.started_at).as_seconds_f64()),
            inputs.join(" "),
        ]);
    }
    table.to_string()
}

fn mode(manifest: &Manifest) -> String {
    match (manifest.sample, manifest.mode) {
        (Some(newest), _) => format!("sample of {newest}"),
        (None, mode) => mode.to_string(),
    }
}

fn changes(manifest: &Manifest) -> String {
    let sum =
        |of: fn(&Changes) -> u64| number(manifest.tables.values().filter_map(|t| t.changes.as_ref()).map(of).sum());
    match manifest.mode {
        Mode::Full => String::new(),
        Mode::Delta => format!("{} new, {} changed, {} gone", sum(|c| c.new), sum(|c| c.changed), sum(|c| c.gone)),
    }
}
