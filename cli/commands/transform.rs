//! `transform`: raw tables to Intercom-shaped ones.

use std::process::ExitCode;

use anyhow::Result;
use deskferry_transform::{Inputs, Session, Summary};

use super::Migration;
use super::extract::remarks;
use crate::report::{align_right, new_table, number, print, say};

/// Memory for queries where the settings say nothing.
const MEMORY_MIB: usize = 512;

/// Transforms and says what came of it.
pub(crate) async fn run(migration: &Migration, json: bool) -> Result<ExitCode> {
    let summary = stage(migration).await?;
    if json {
        print(serde_json::to_string_pretty(&summary.manifest)?)?;
    } else {
        report(&summary)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs the stage.
pub(crate) async fn stage(migration: &Migration) -> Result<Summary> {
    Ok(deskferry_transform::transform(&migration.context, &inputs(migration)).await?)
}

/// A session over everything that is staged.
pub(crate) async fn session(migration: &Migration) -> Result<Session> {
    Ok(Session::open(&migration.context.staging, &inputs(migration)).await?)
}

/// What transforms and sessions are told.
pub(crate) fn inputs(migration: &Migration) -> Inputs<'_> {
    Inputs {
        source: &migration.settings.source.kind,
        files: &migration.files,
        settings: migration.settings.table(),
        memory_bytes: migration.settings.transform.memory_mib.unwrap_or(MEMORY_MIB) << 20,
        partitions: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    }
}

/// Prints rows per table, rejects and warnings.
pub(crate) fn report(summary: &Summary) -> Result<()> {
    let mut table = new_table(["table", "rows"]);
    for (name, entry) in &summary.manifest.tables {
        if !name.starts_with("base_") && !name.starts_with("int_") {
            table.add_row([format!("intercom.{name}"), number(entry.rows)]);
        }
    }
    align_right(&mut table, &[1]);
    print(table.to_string())?;
    for (reason, count) in &summary.rejects {
        say(format!("rejected: {} rows: {reason}", number(*count)));
    }
    for (check, count) in &summary.warnings {
        say(format!("warning: {} rows: {check}", number(*count)));
    }
    if !summary.rejects.is_empty() {
        say("see them with: deskferry sql \"SELECT * FROM intercom.rejects\"");
    }
    remarks(&summary.manifest);
    Ok(())
}
