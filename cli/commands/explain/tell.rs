//! The story of a row in words, the answer first.

use anyhow::Result;
use serde_json::Value;

use super::{Migration, Name};
use crate::report::{print, say, short, visible};

/// Longest value of a row, in characters; `--json` has all of it.
const VALUE_CHARS: usize = 300;

/// Prints the story.
pub(super) fn tell(migration: &Migration, name: &Name, story: &Value) -> Result<()> {
    let mut out = format!("{} {}: {}\n", name.table, name.key, place(story));
    for (link, side) in [("source_url", "help desk"), ("intercom_url", "Intercom")] {
        if let Some(address) = story["links"][link].as_str() {
            out += &format!("  {:<10} {}\n", format!("{side}:"), line(&Value::from(address)));
        }
    }
    out += &people(story);
    for fault in list(&story["faults"]) {
        out += &format!("\n{}: {}\n", line(&fault["verdict"]), line(&fault["reason"]));
    }
    out += &raw(migration, story);
    out += &models(name, story);
    out += &format!("\nintercom.{}\n", name.table);
    out += &if story["row"].is_null() { "  no row: see above\n".to_owned() } else { values(&story["row"]) };
    out += &sent(story);
    print(out)?;
    if let Some(reason) = story["calls"]["not_known"].as_str() {
        say(format!("note: the calls are not shown, as the workspace cannot be asked: {reason}"));
    }
    Ok(())
}

/// Where the row is now.
fn place(story: &Value) -> String {
    let last = list(&story["ledger"]).iter().rev().find(|entry| entry["step"] == "create");
    let id = story["intercom_id"].as_str();
    let holder = match story["table"].as_str() {
        Some("conversation_parts") => "conversation ",
        Some("attachments") => "message ",
        _ => "",
    };
    let inside = story["inside"].as_str().filter(|inside| id != Some(inside));
    let inside = inside.map(|inside| format!(", in {holder}{inside}")).unwrap_or_default();
    match (last.and_then(|entry| entry["state"].as_str()), id) {
        (Some("done"), Some(id)) => format!("{id} in Intercom{inside}"),
        (Some("done"), None) => format!("in Intercom{inside}"),
        (Some("rejected"), _) => "refused by Intercom".to_owned(),
        (Some("undone"), _) => "taken back, not in Intercom any more".to_owned(),
        (Some(_), _) => "sent, and what became of it is not known".to_owned(),
        (None, _) if story["row"].is_null() => "kept back, not in Intercom".to_owned(),
        (None, _) => "not in Intercom".to_owned(),
    }
}

fn people(story: &Value) -> String {
    let mut out = String::new();
    for one in list(&story["people"]) {
        let column = text(&one["column"]).trim_end_matches("_key").replace('_', " ");
        out += &format!("\n{column}: {}\n", visible(&text(&one["finding"])));
        if let Some(to_change) = one["to_change"].as_str() {
            out += &format!("  to change it: {}\n", visible(to_change));
        }
        if let Some(made_by) = one["made_by"].as_str() {
            out += &format!("  made by {made_by}\n");
        }
    }
    out
}

fn raw(migration: &Migration, story: &Value) -> String {
    let mut out = String::new();
    for source in list(&story["sources"]) {
        out += &format!("\n{} {}\n", text(&source["table"]), text(&source["id"]));
        list(&source["versions"]).iter().for_each(|row| out += &values(row));
        let stage = migration.settings.staging.url.trim_end_matches('/');
        list(&source["files"]).iter().for_each(|file| out += &format!("  in {stage}/{}\n", text(file)));
        for defect in list(&source["defects"]) {
            let [column, raw, reason] = ["column_name", "raw", "reason"].map(|name| line(&defect[name]));
            out += &format!("  defect: {column} {raw}: {reason}\n");
        }
    }
    out
}

fn models(name: &Name, story: &Value) -> String {
    let mut out = "\nmodels\n".to_owned();
    for model in list(&story["models"]) {
        let yours = if model["yours"] == true { " (yours)" } else { "" };
        let reads: Vec<String> = list(&model["reads"]).iter().map(text).collect();
        out += &format!("  {}{yours} reads {}\n", text(&model["file"]), reads.join(", "));
    }
    let checks: Vec<String> = list(&story["checks"]).iter().map(text).collect();
    out + &format!("\nchecks of {}: {}\n", name.table, checks.join(", "))
}

fn sent(story: &Value) -> String {
    let mut out = String::new();
    if let Some(calls) = story["calls"].as_array().filter(|calls| !calls.is_empty()) {
        out += "\ncalls\n";
        for call in calls {
            let body = if call["body"].is_null() { String::new() } else { format!(" {}", line(&call["body"])) };
            out += &format!("  {}: {} {}{body}\n", text(&call["step"]), text(&call["method"]), text(&call["path"]));
        }
    }
    out += "\nledger\n";
    for entry in list(&story["ledger"]) {
        let rest = ["method", "path", "status", "code", "message", "request_id"];
        let rest: Vec<String> = rest.iter().map(|column| line(&entry[*column])).filter(|t| !t.is_empty()).collect();
        let [at, step, state] = ["at", "step", "state"].map(|column| text(&entry[column]));
        out += &format!("  {at} {step} {state} {}\n", rest.join(" "));
    }
    if list(&story["ledger"]).is_empty() {
        out += "  nothing was sent yet\n";
    }
    out
}

fn values(row: &Value) -> String {
    let filled = row.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null() && *value != "");
    filled.map(|(name, value)| format!("  {name}: {}\n", line(value))).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A value as text.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A value on one line, cut where it is long.
fn line(value: &Value) -> String {
    short(&text(value), VALUE_CHARS)
}
