//! `rollback`: takes back what loads have done, from the newest step to the oldest, and proves it by reading back.

use std::process::ExitCode;

use anyhow::Result;
use deskferry_load::{Difference, RollbackFilter, RollbackPlan, RollbackSummary, Stays, Undone};
use serde_json::{Value, json};

use super::{Migration, load};
use crate::args::Rollback;
use crate::report::{align_right, ask, new_table, number, print, say};

/// Rows that stay and differences that are printed; the rest is in the stage.
const SHOWN_MAX: usize = 20;

/// Asks, takes back, proves; exit 1 where something stays or is not as it was, or the user stopped it or said no.
pub(crate) async fn run(migration: &Migration, args: &Rollback, json: bool) -> Result<ExitCode> {
    load::into_intercom(migration, "rollback")?;
    let filter = RollbackFilter { run: args.run.clone(), only: args.only.clone() };
    let settings = load::workspace(migration)?;
    if !args.yes && !agreed(&deskferry_load::rollback_plan(&migration.context, &filter).await?)? {
        return Ok(ExitCode::FAILURE);
    }
    let summary = deskferry_load::rollback(&migration.context, &settings, &filter).await?;
    if json {
        print(serde_json::to_string_pretty(&as_json(&summary))?)?;
    } else {
        report(&summary)?;
    }
    let is_whole = summary.stays.is_empty() && summary.differs.is_empty() && !summary.interrupted;
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Shows what would be done and asks whether to do it.
fn agreed(plan: &RollbackPlan) -> Result<bool> {
    if plan.tables.is_empty() {
        // There may still be something to prove.
        return Ok(true);
    }
    say(table_of(&plan.tables));
    tell_stays(&plan.stays);
    let calls: u64 = plan.tables.iter().map(|(_, counts)| counts.calls).sum();
    ask(&format!("this takes {} calls that change Intercom", number(calls)))
}

fn report(summary: &RollbackSummary) -> Result<()> {
    print(table_of(&summary.tables))?;
    tell_stays(&summary.stays);
    for one in summary.differs.iter().take(SHOWN_MAX) {
        let field = if one.field.is_empty() { "the row" } else { one.field.as_str() };
        say(format!("not as it was: {} `{}`: {field} was {}, is {}", one.table, one.key, one.wanted, one.found));
    }
    let (proved, differs) = (number(summary.proved), number(summary.differs.len() as u64));
    say(format!("read back: {proved} as they were, {differs} not, in {:.1} s", summary.duration.as_secs_f64()));
    if summary.stays.len() > SHOWN_MAX || summary.differs.len() > SHOWN_MAX {
        say(
            "see all with: deskferry sql \"SELECT * FROM rollback.results WHERE action = 'stays'\", and rollback.differs",
        );
    }
    if summary.interrupted {
        say("stopped; the same command goes on where this one ended");
    }
    Ok(())
}

fn table_of(tables: &[(String, Undone)]) -> String {
    let mut table = new_table(["table", "deleted", "archived", "detached", "restored", "only used", "cannot"]);
    for (name, c) in tables {
        let counts = [c.deleted, c.archived, c.detached, c.restored, c.freed, c.stays].map(number);
        table.add_row(std::iter::once(name.clone()).chain(counts));
    }
    align_right(&mut table, &[1, 2, 3, 4, 5, 6]);
    table.to_string()
}

fn tell_stays(stays: &[Stays]) {
    for one in stays.iter().take(SHOWN_MAX) {
        let why = [one.status.map(|status| status.to_string()), one.code.clone(), one.message.clone()];
        let why: Vec<String> = why.into_iter().flatten().collect();
        say(format!("cannot be undone: {} `{}` {}: {}", one.table, one.key, one.step, why.join(" ")));
    }
}

fn as_json(summary: &RollbackSummary) -> Value {
    let tables = summary.tables.iter().map(|(name, c)| {
        json!({
            "table": name, "deleted": c.deleted, "archived": c.archived, "detached": c.detached,
            "restored": c.restored, "freed": c.freed, "stays": c.stays,
        })
    });
    let stays = summary.stays.iter().map(|one| {
        json!({
            "table": one.table, "source_key": one.key, "step": one.step, "intercom_id": one.intercom_id,
            "status": one.status, "code": one.code, "message": one.message,
        })
    });
    let differs = |one: &Difference| {
        json!({
            "table": one.table, "source_key": one.key, "intercom_id": one.intercom_id, "field": one.field,
            "wanted": one.wanted, "found": one.found,
        })
    };
    json!({
        "run": summary.run.as_str(),
        "tables": tables.collect::<Vec<_>>(),
        "stays": stays.collect::<Vec<_>>(),
        "proved": summary.proved,
        "differs": summary.differs.iter().map(differs).collect::<Vec<_>>(),
        "calls": summary.calls,
        "calls_total": summary.calls_total,
        "interrupted": summary.interrupted,
        "seconds": summary.duration.as_secs_f64(),
    })
}
