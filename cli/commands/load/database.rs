//! `load` into a database: the tables of a copy, as the stage has them.

use anyhow::Result;
use deskferry_database::{Described, Settings, Summary, Target};
use serde_json::{Value, json};

use super::transformed;
use crate::args::Load;
use crate::commands::{Migration, transform};
use crate::error::refused;
use crate::report::{align_right, new_table, number, print, say};

/// Writes what differs.
pub(super) async fn load(migration: &Migration, args: &Load) -> Result<Summary> {
    let chooses = !args.only.is_empty() || args.condition.is_some() || args.limit.is_some();
    if chooses || args.stop_after.is_some() || args.retry_rejected {
        return Err(refused(
            "a database is brought to what the stage has as a whole",
            "load without --only, --where, --limit, --stop-after and --retry-rejected: only what differs is written, and \
             refused rows are always tried again",
        ));
    }
    let mut settings = settings(migration)?;
    let manifest = transformed(migration).await?;
    settings.verify = args.verify;
    if let Some(most) = args.reject_rate_max.or(migration.settings.load.reject_rate_max) {
        settings.reject_rate_max = most;
    }
    Ok(deskferry_database::load(&migration.context, &settings, &manifest).await?)
}

/// What commands that go to the database are told.
pub(crate) fn settings(migration: &Migration) -> Result<Settings> {
    let Some(target) = migration.target()? else {
        return Err(refused(
            "[load] target is not set: the stage is the copy, and it is complete",
            "query it with `deskferry sql`, or open its Parquet with anything; to have it in PostgreSQL, set [load] target = \
             \"postgres://user:${DATABASE_PASSWORD}@host:5432/database\"",
        ));
    };
    let described = deskferry_transform::described(&transform::inputs(migration))?;
    let described = described.into_iter().map(|table| Described { table: table.table, columns: table.columns });
    Ok(Settings {
        schema: migration.settings.load.target_schema.clone(),
        described: described.collect(),
        ..Settings::new(Target::parse(&target)?)
    })
}

/// Says what was written.
pub(super) fn report(summary: &Summary) -> Result<()> {
    let mut table =
        new_table(["table", "rows", "created", "updated", "same", "deleted", "kept", "rejected", "defects"]);
    for (name, c) in summary.tables.iter().filter(|(_, c)| c.rows + c.deleted + c.kept > 0) {
        let counts = [c.rows, c.created, c.updated, c.same, c.deleted, c.kept, c.rejected, c.defects].map(number);
        table.add_row(std::iter::once(format!("{}.{name}", summary.schema)).chain(counts));
    }
    align_right(&mut table, &[1, 2, 3, 4, 5, 6, 7, 8]);
    print(table.to_string())?;
    let skipped = summary.tables.iter().filter(|(_, counts)| counts.is_skipped).count();
    let (tables, seconds) = (summary.tables.len(), summary.duration.as_secs_f64());
    say(format!(
        "{} tables written or compared, {skipped} as the last load has left them, in {seconds:.1} s",
        tables - skipped
    ));
    for (table, why) in &summary.kept {
        say(format!("nothing was deleted from {table}: {why}"));
    }
    for remark in &summary.remarks {
        say(remark);
    }
    if summary.tables.iter().any(|(_, c)| c.rejected > 0) {
        say("see what was refused, and why, with: deskferry sql \"SELECT * FROM load.rejects\"");
    }
    if summary.tables.iter().any(|(_, c)| c.defects > 0) {
        say("see which values were changed, and why, with: deskferry sql \"SELECT * FROM load.defects\"");
    }
    if summary.interrupted {
        say("stopped; the same command goes on where this one ended");
    }
    Ok(())
}

/// The same for scripts.
pub(super) fn as_json(summary: &Summary) -> Value {
    let tables = summary.tables.iter().map(|(name, c)| {
        json!({
            "table": name, "rows": c.rows, "created": c.created, "updated": c.updated, "same": c.same, "deleted": c.deleted,
            "kept": c.kept, "rejected": c.rejected, "defects": c.defects, "skipped": c.is_skipped,
        })
    });
    json!({
        "run": summary.run.as_str(),
        "schema": summary.schema,
        "tables": tables.collect::<Vec<_>>(),
        "kept": summary.kept,
        "remarks": summary.remarks,
        "interrupted": summary.interrupted,
        "seconds": summary.duration.as_secs_f64(),
    })
}
