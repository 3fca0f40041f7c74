//! `plan`: what `load` would do.

use std::process::ExitCode;

use anyhow::Result;
use deskferry_load::Plan;
use indicatif::HumanBytes;

use super::load::{filter, into_intercom, settings, transformed};
use super::{Migration, transform};
use crate::args::Load;
use crate::report::{align_right, duration, json_rows, new_table, number, print, say};

/// Prints what a load with the same arguments would do. Nothing is written.
pub(crate) async fn run(migration: &Migration, args: &Load, json: bool) -> Result<ExitCode> {
    into_intercom(migration, "plan")?;
    let manifest = transformed(migration).await?;
    let settings = settings(migration, args)?;
    let filter = filter(migration, args).await?;
    let plan = deskferry_load::plan(&migration.context, &settings, &manifest, &filter).await?;
    let gone = gone(migration).await?;
    if json {
        print(serde_json::to_string_pretty(&as_json(&plan, gone))?)?;
    } else {
        report(&plan, gone)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Rows that are in Intercom and that the source does not give any more. A sample gives only some, so nothing follows from one.
pub(super) async fn gone(migration: &Migration) -> Result<u64> {
    let extracted = migration.context.staging.latest(&migration.settings.source.kind).await?;
    if extracted.is_none_or(|run| run.sample.is_some()) {
        return Ok(0);
    }
    let session = transform::session(migration).await?;
    let rows = json_rows(&session.collect("SELECT count(*) AS rows FROM ledger.gone WHERE state = 'done'").await?)?;
    Ok(rows.first().and_then(|row| row.get("rows")?.as_u64()).unwrap_or(0))
}

fn report(plan: &Plan, gone: u64) -> Result<()> {
    let mut table = new_table(["table", "rows", "create", "update", "append", "close", "skip", "reject", "drift"]);
    for (name, p) in plan.tables.iter().filter(|(_, p)| p.rows > 0) {
        let counts = [p.rows, p.create, p.update, p.append, p.close, p.skip, p.reject, p.drift].map(number);
        table.add_row(std::iter::once(name.clone()).chain(counts));
    }
    align_right(&mut table, &[1, 2, 3, 4, 5, 6, 7, 8]);
    print(table.to_string())?;
    let mut calls = new_table(["calls", "endpoint"]);
    for (endpoint, count) in &plan.calls {
        calls.add_row([number(*count), endpoint.clone()]);
    }
    align_right(&mut calls, &[0]);
    print(calls.to_string())?;
    let rate = match plan.granted_per_second {
        Some(rate) => format!("at the granted {} calls per 10 s", number((rate * 10.0).round() as u64)),
        None => "without a limit".to_owned(),
    };
    say(format!("{} calls, about {} {rate}", number(plan.calls_total), duration(plan.duration)));
    if plan.attachment_bytes > 0 {
        say(format!("{} of attachments", HumanBytes(plan.attachment_bytes)));
    }
    if plan.unresolved > 0 {
        let count = number(plan.unresolved);
        say(format!("{count} steps of an earlier load have no known outcome: what became of them is read back first"));
    }
    say_gone(gone);
    say("nothing was written; `deskferry load` does it");
    Ok(())
}

/// Tells of rows that the source does not give any more.
pub(super) fn say_gone(gone: u64) {
    if gone > 0 {
        let gone = number(gone);
        say(format!(
            "{gone} rows are gone from the source and stay in Intercom; see them with: deskferry sql \"SELECT * FROM ledger.gone\""
        ));
    }
}

fn as_json(plan: &Plan, gone: u64) -> serde_json::Value {
    let tables = plan.tables.iter().map(|(name, p)| {
        serde_json::json!({
            "table": name, "rows": p.rows, "create": p.create, "update": p.update, "append": p.append, "close": p.close,
            "skip": p.skip, "reject": p.reject, "drift": p.drift,
        })
    });
    serde_json::json!({
        "tables": tables.collect::<Vec<_>>(),
        "calls": plan.calls,
        "calls_total": plan.calls_total,
        "gone": gone,
        "unresolved": plan.unresolved,
        "attachment_bytes": plan.attachment_bytes,
        "granted_per_second": plan.granted_per_second,
        "seconds": plan.duration.as_secs_f64(),
    })
}
