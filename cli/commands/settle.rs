//! `settle`: steps whose outcome could not be found again, and what somebody has found about them.

use std::process::ExitCode;

use anyhow::Result;
use deskferry_load::{StepName, Verdict};
use serde_json::Value;

use super::{Migration, load, transform};
use crate::args::Settle;
use crate::error::refused;
use crate::report::{json_rows, new_table, print, say};

/// Lists what is unknown, or notes a verdict; exit 1 while something is unknown.
pub(crate) async fn run(migration: &Migration, args: &Settle, json: bool) -> Result<ExitCode> {
    load::into_intercom(migration, "settle")?;
    let found = unknown(migration, args).await?;
    let verdict = match (&args.is, args.absent) {
        (Some(id), _) => Verdict::Is(id.clone()),
        (None, true) => Verdict::Absent,
        (None, false) => return list(&found, json),
    };
    let step = match found.as_slice() {
        [row] => StepName { table: text(row, "table_name"), key: text(row, "source_key"), step: text(row, "step") },
        [] => return Err(refused("no step of that name has an unknown outcome", "list them with: deskferry settle")),
        _ => return Err(refused("several steps are unknown", "name one with its key, --table and --step")),
    };
    deskferry_load::settle(&migration.context, &load::workspace(migration)?, &step, &verdict).await?;
    say(match verdict {
        Verdict::Is(id) => {
            format!("{} `{}` {}: it is {id}; `deskferry load` goes on from there", step.table, step.key, step.step)
        }
        Verdict::Absent => format!("{} `{}` {}: `deskferry load` sends it", step.table, step.key, step.step),
    });
    Ok(ExitCode::SUCCESS)
}

/// The steps of unknown outcome that the arguments name.
async fn unknown(migration: &Migration, args: &Settle) -> Result<Vec<Value>> {
    let session = transform::session(migration).await?;
    let query = "SELECT table_name, source_key, step, message FROM ledger.steps WHERE state = 'unknown' ORDER BY seq";
    let mut rows = json_rows(&session.collect(query).await?)?;
    rows.retain(|row| {
        let fits = |column, wanted: &Option<String>| wanted.as_ref().is_none_or(|w| text(row, column) == *w);
        fits("source_key", &args.key) && fits("table_name", &args.table) && fits("step", &args.step)
    });
    Ok(rows)
}

fn list(rows: &[Value], json: bool) -> Result<ExitCode> {
    if json {
        print(serde_json::to_string_pretty(rows)?)?;
    } else if rows.is_empty() {
        say("the outcome of every step is known");
    } else {
        let columns = ["table_name", "source_key", "step", "message"];
        let mut table = new_table(["table", "key", "step", "what to look at"]);
        for row in rows {
            table.add_row(columns.map(|column| text(row, column)));
        }
        print(table.to_string())?;
        say("look in Intercom, then: deskferry settle KEY --is ID, or deskferry settle KEY --absent");
    }
    Ok(if rows.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn text(row: &Value, column: &str) -> String {
    row.get(column).and_then(Value::as_str).unwrap_or_default().to_owned()
}
