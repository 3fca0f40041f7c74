//! `transform`: raw tables to Intercom-shaped ones.

use std::process::ExitCode;

use anyhow::Result;
use deskferry_transform::{Inputs, Rebuild, Session, Summary};

use super::Migration;
use super::extract::remarks;
use crate::args::Transform;
use crate::report::{align_right, new_table, number, print, say};

/// Memory for queries where the settings say nothing.
const MEMORY_MIB: usize = 512;

/// Transforms and says what came of it.
pub(crate) async fn run(migration: &Migration, args: &Transform, json: bool) -> Result<ExitCode> {
    let rebuild = match (args.anew, args.only.as_slice()) {
        (true, _) => Rebuild::All,
        (false, []) => Rebuild::Changed,
        (false, only) => Rebuild::Only(only.to_vec()),
    };
    let summary = deskferry_transform::transform(&migration.context, &inputs(migration), &rebuild).await?;
    if json {
        print(serde_json::to_string_pretty(&summary.manifest)?)?;
    } else {
        report(&summary)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A session over everything that is staged.
pub(crate) async fn session(migration: &Migration) -> Result<Session> {
    Ok(Session::open(&migration.context.staging, &inputs(migration)).await?)
}

/// What transforms and sessions are told.
pub(crate) fn inputs(migration: &Migration) -> Inputs<'_> {
    Inputs {
        source: &migration.settings.source.kind,
        raw: migration.spec.schema(),
        contract: migration.spec.contract(),
        files: &migration.files,
        settings: migration.settings.table(),
        memory_bytes: migration.settings.transform.memory_mib.unwrap_or(MEMORY_MIB) << 20,
        partitions: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    }
}

/// Prints rows per table, rejects and warnings.
fn report(summary: &Summary) -> Result<()> {
    let mut table = new_table(["table", "rows"]);
    for (name, entry) in &summary.manifest.tables {
        if !name.starts_with("base_") && !name.starts_with("int_") {
            table.add_row([format!("{}.{name}", summary.manifest.schema), number(entry.rows)]);
        }
    }
    align_right(&mut table, &[1]);
    print(table.to_string())?;
    let (models, built) = (summary.models.len(), summary.built.len());
    say(format!("{} models unchanged, {built} rebuilt", models - built));
    if !summary.stale.is_empty() {
        say(format!("out of date, left as they were: {}", summary.stale.join(", ")));
    }
    for (reason, count) in &summary.rejects {
        say(format!("rejected: {} rows: {reason}", number(*count)));
    }
    for (check, count) in &summary.warnings {
        say(format!("warning: {} rows: {check}", number(*count)));
    }
    if !summary.rejects.is_empty() {
        say(format!("see them with: deskferry sql \"SELECT * FROM {}.rejects\"", summary.manifest.schema));
    }
    remarks(&summary.manifest);
    Ok(())
}
