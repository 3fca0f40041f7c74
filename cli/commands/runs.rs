//! `runs`: what has been published, where it comes from, and what can go.

mod lineage;
mod prune;
mod show;

use std::process::ExitCode;

use anyhow::Result;
use deskferry_staging::{Changes, Manifest, Mode};

use super::Migration;
use crate::args::{Runs, RunsAction};
use crate::error::refused;
use crate::report::{new_table, number, print, say};

/// Characters of a SHA-256 that people are shown.
const HASH_CHARS: usize = 12;

/// Lists runs, shows one, tells where things come from, removes what is not needed.
pub(crate) async fn run(migration: &Migration, runs: &Runs, json: bool) -> Result<ExitCode> {
    if let Some(RunsAction::Prune { keep, yes }) = &runs.action {
        return prune::run(migration, *keep as usize, *yes, json).await;
    }
    let published = migration.context.staging.runs().await?;
    match &runs.action {
        None if json => print(serde_json::to_string_pretty(&published)?)?,
        None if published.is_empty() => say("no run has been published yet; begin with `deskferry extract`"),
        Some(RunsAction::Show { run }) => show::run(one(&published, run)?, json)?,
        Some(RunsAction::Lineage { what }) => lineage::run(migration, &published, what, json).await?,
        None | Some(RunsAction::Prune { .. }) => print(list(&published))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The run whose id begins like this.
fn one<'a>(published: &'a [Manifest], text: &str) -> Result<&'a Manifest> {
    let found: Vec<&Manifest> = published.iter().filter(|m| m.run.as_str().starts_with(text)).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(refused(format!("no run begins with `{text}`"), "`deskferry runs` lists them")),
        _ => Err(refused(format!("{} runs begin with `{text}`", found.len()), "give more of the id")),
    }
}

/// The beginning of a hash, or all of what is shorter.
fn short(hash: &str) -> &str {
    hash.get(..HASH_CHARS).unwrap_or(hash)
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
        |of: fn(&Changes) -> u64| manifest.tables.values().filter_map(|t| t.changes.as_ref()).map(of).sum::<u64>();
    match manifest.mode {
        Mode::Full => String::new(),
        Mode::Delta => in_words(sum(|c| c.new), sum(|c| c.changed), sum(|c| c.gone)),
    }
}

fn in_words(new: u64, changed: u64, gone: u64) -> String {
    format!("{} new, {} changed, {} gone", number(new), number(changed), number(gone))
}
