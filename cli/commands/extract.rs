//! `extract`: source to raw tables.

mod unlisted;
pub(crate) mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use deskferry_extract::{Request, Settings, Unfinished};
use deskferry_staging::{Changes, Manifest, Mode};

use super::Migration;
use crate::args::Extract;
use crate::report::{new_table, number, print, say};
use crate::surroundings;

/// Extracts and says what was staged.
pub(crate) async fn run(migration: &Migration, extract: &Extract, json: bool) -> Result<ExitCode> {
    let unfinished = match (extract.resume, extract.anew) {
        (true, _) => Unfinished::Resume,
        (_, true) => Unfinished::Discard,
        _ => Unfinished::Refuse,
    };
    let request = Request {
        tables: extract.tables.clone(),
        sample: extract.sample,
        since_last: extract.since_last,
        unfinished,
        ..Request::default()
    };
    let manifest = stage(migration, &request).await?;
    if json {
        print(serde_json::to_string_pretty(&manifest)?)?;
    } else {
        match manifest.mode {
            Mode::Full => print(summary(&manifest))?,
            Mode::Delta => print(changes(&manifest))?,
        }
        remarks(&manifest);
    }
    let mut incomplete = manifest.incomplete().peekable();
    if incomplete.peek().is_none() {
        return Ok(ExitCode::SUCCESS);
    }
    for (table, reason) in incomplete {
        say(format!("incomplete: {}.{table}: {reason}", manifest.schema));
    }
    Ok(ExitCode::FAILURE)
}

/// Runs the stage.
pub(crate) async fn stage(migration: &Migration, request: &Request) -> Result<Manifest> {
    let settings = settings(migration)?;
    workspace::check(migration, &settings).await?;
    let manifest = deskferry_extract::extract(&migration.context, &migration.spec, &settings, request).await?;
    if !request.only_keys {
        unlisted::stage(migration, &manifest, &settings).await?;
    }
    Ok(manifest)
}

/// What the stage is told of `[source]`.
pub(crate) fn settings(migration: &Migration) -> Result<Settings> {
    let source = &migration.settings.source;
    let (url, attachments) = migration.settings.source_places(&migration.directory, &migration.variable)?;
    Ok(Settings {
        url,
        attachments,
        drop: migration.settings.drop_place(&migration.directory, &migration.variable)?,
        attachments_options: surroundings::store_options(),
        table_prefix: source.table_prefix.clone(),
        timezone: source.timezone.clone(),
        database_timezone: source.database_timezone.clone(),
        settings_file: source.settings_file.clone(),
        values: migration.settings.source_values(&migration.variable)?,
        secrets: source.of_environment(),
        rate_calls: source.rate_calls,
        rate_seconds: source.rate_seconds,
        rate_share: source.rate_share,
    })
}

/// What the run says besides its rows.
pub(crate) fn remarks(manifest: &Manifest) {
    for remark in &manifest.remarks {
        say(format!("note: {remark}"));
    }
    say(format!("\npublished run {} ({})", manifest.run, manifest.schema));
}

fn summary(manifest: &Manifest) -> String {
    let mut table = new_table(["table", "in the source", "staged"]);
    for (name, entry) in manifest.tables.iter().filter(|(_, t)| t.rows > 0 || t.source_rows.unwrap_or(0) > 0) {
        let source = entry.source_rows.map_or_else(String::new, number);
        table.add_row([format!("{}.{name}", manifest.schema), source, number(entry.rows)]);
    }
    crate::report::align_right(&mut table, &[1, 2]);
    table.to_string()
}

/// What `--since-last` has found, table by table; tables without rows are left out.
fn changes(manifest: &Manifest) -> String {
    let mut table = new_table(["table", "new", "changed", "gone", "unchanged", "whole"]);
    for (name, entry) in manifest.tables.iter().filter(|(_, t)| t.rows > 0 || t.rows_now() > 0) {
        let cells = match entry.changes {
            Some(Changes { new, changed, gone, unchanged }) => {
                [Some(new), Some(changed), Some(gone), Some(unchanged), None]
            }
            None => [None, None, None, None, Some(entry.rows)],
        };
        let cells = cells.map(|cell| cell.map_or_else(String::new, number));
        table.add_row(std::iter::once(format!("{}.{name}", manifest.schema)).chain(cells));
    }
    crate::report::align_right(&mut table, &[1, 2, 3, 4, 5]);
    table.to_string()
}
