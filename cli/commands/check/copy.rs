//! `check` of a source that is copied: the workspace and its region, what the token may read, how much there is and how long it takes.
//! Nothing is asked for on the other side: the stage is enough.

use std::process::ExitCode;

use anyhow::Result;
use deskferry_extract::{Probe, Settings};
use serde_json::{Value, json};

use crate::commands::Migration;
use crate::commands::extract::{self, workspace};
use crate::error::refused;
use crate::report::{align_right, new_table, number, print};

/// Checks the source; exit 1 where an extract would not get what it must have.
pub(super) async fn run(migration: &Migration, json: bool) -> Result<ExitCode> {
    let from = extract::settings(migration)?;
    let workspace = match workspace::of_token(migration, &from).await {
        Ok(workspace) => workspace,
        Err(error) => return Err(elsewhere(migration, &from, error).await),
    };
    let region = workspace.get("region").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    wrong_region(migration, &from, &region)?;
    let probe = deskferry_extract::probe(&migration.context, &migration.spec, &from).await?;
    if json {
        print(serde_json::to_string_pretty(&as_json(&workspace, &probe))?)?;
    } else {
        tell(migration, &workspace, &probe)?;
    }
    Ok(if probe.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The name of the region that the settings name; none where they have an address of their own.
fn configured<'a>(migration: &'a Migration, from: &Settings) -> Option<&'a str> {
    let regions = migration.spec.regions.iter();
    regions.filter(|(_, address)| *address == from.url).map(|(name, _)| name.as_str()).next()
}

/// Refuses another region than the workspace's own: its data would be read through where it must not be.
fn wrong_region(migration: &Migration, from: &Settings, found: &str) -> Result<()> {
    match configured(migration, from) {
        Some(region) if region != found && migration.spec.region(found).is_some() => Err(refused(
            format!("the workspace is hosted in the region {found}, [source] region is {region}"),
            format!("set region = \"{found}\""),
        )),
        _ => Ok(()),
    }
}

/// Where the workspace does not answer: the region in which it does.
async fn elsewhere(migration: &Migration, from: &Settings, error: anyhow::Error) -> anyhow::Error {
    let Some(region) = configured(migration, from) else { return error };
    for (name, address) in migration.spec.regions.iter().filter(|(name, _)| name != region) {
        let there = Settings { url: address.clone(), ..from.clone() };
        if workspace::of_token(migration, &there).await.is_ok() {
            return refused(
                format!("the token is of a workspace in the region {name}, [source] region is {region}"),
                format!("set region = \"{name}\""),
            );
        }
    }
    error.context(format!("the token is taken in none of the regions {}", regions(migration)))
}

fn regions(migration: &Migration) -> String {
    migration.spec.regions.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

fn tell(migration: &Migration, workspace: &Value, probe: &Probe) -> Result<()> {
    let text = |name: &str| workspace.get(name).and_then(Value::as_str).unwrap_or("not known");
    print(format!(
        "Workspace: {} ({}), region {}, time zone {}",
        text("name"),
        text("id"),
        text("region"),
        text("timezone")
    ))?;
    let mut table = new_table(["table", "rows"]);
    for (name, rows) in probe.tables.iter().filter(|(name, rows)| *rows != Some(0) && name != workspace::TABLE) {
        table.add_row([name.clone(), rows.map_or_else(String::new, number)]);
    }
    align_right(&mut table, &[1]);
    print(table.to_string())?;
    for remark in &probe.remarks {
        print(format!("[ ] {remark}"))?;
    }
    for (table, reason) in &probe.refused {
        print(format!("[ ] {table}: the token may not read it: {reason}  (needed)"))?;
    }
    if let Some(forecast) = &probe.forecast {
        print(format!("A first extract takes {forecast}; one call for each conversation and ticket."))?;
    }
    let source = &migration.settings.source;
    let value = |name: &str| source.value(&migration.spec, name).unwrap_or_default();
    let secret = if migration.has_webhook_secret() { "configured" } else { "not configured" };
    print(format!(
        "external_id is {} of contacts and {} of companies; activity_refresh {}; rate_share {}; webhook secret {secret}",
        value("user_id_field"),
        value("company_id_field"),
        value("activity_refresh"),
        source.rate_share.unwrap_or(1.0)
    ))?;
    print(if probe.refused.is_empty() {
        "\nReady to extract."
    } else {
        "\nBLOCKED: give the token the right to read what is marked as needed, then check again."
    })
}

fn as_json(workspace: &Value, probe: &Probe) -> Value {
    json!({
        "workspace": json!({ "name": workspace["name"], "id": workspace["id"], "region": workspace["region"], "timezone": workspace["timezone"] }),
        "tables": probe.tables.iter().map(|(name, rows)| json!({ "table": name, "rows": rows })).collect::<Vec<_>>(),
        "refused": probe.refused.iter().map(|(table, reason)| json!({ "table": table, "reason": reason })).collect::<Vec<_>>(),
        "forecast": probe.forecast,
        "remarks": probe.remarks,
        "blocks": !probe.refused.is_empty(),
    })
}
