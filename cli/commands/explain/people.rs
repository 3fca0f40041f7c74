//! Whom a row names, and who that is in the workspace: the answer to "why has it no assignee".

use anyhow::Result;
use deskferry_transform::{Session, literal};
use serde_json::{Value, json};

use super::{Migration, rows};
use crate::commands::transform;

/// Columns of contract tables that name teammates or teams, each with the column that has a name in words.
const COLUMNS: [(&str, &str); 5] = [
    ("assignee_key", "assignee_name"),
    ("team_key", ""),
    ("closed_by_key", ""),
    ("owner_key", ""),
    ("author_key", "author_name"),
];

/// Tables in whose texts somebody who is not in the workspace is named.
const NAMING: [&str; 2] = ["conversation_parts", "notes"];

/// One object for each column of the row that names somebody: `column`, `key`, `name`, `email`, `intercom_id`, `made_by`, what came of
/// it in words (`finding`), and what to do where that is not what one would like (`to_change`).
pub(super) async fn of(migration: &Migration, session: &Session, table: &str, row: &Value) -> Result<Vec<Value>> {
    let mut people = Vec::new();
    // Of messages of customers the author is a contact.
    let columns = COLUMNS.iter().filter(|(column, _)| *column != "author_key" || row["author_type"] != "contact");
    for (column, name_column) in columns.filter(|(column, _)| row.get(column).is_some()) {
        let (key, in_words) = (row[*column].as_str(), row[*name_column].as_str());
        // Nobody is worth a word only where people look for somebody.
        if key.is_none() && in_words.is_none() && *column != "assignee_key" {
            continue;
        }
        let known = match key {
            Some(key) => {
                let query = format!(
                    "SELECT people.*, admins.email FROM intercom_live.people AS people
                     LEFT JOIN intercom.admins AS admins ON admins.source_key = people.source_key
                     WHERE people.source_key = {}",
                    literal(key)
                );
                rows(session, &query).await?.into_iter().next().map_or(Value::Null, Value::Object)
            }
            None => Value::Null,
        };
        let (finding, to_change) = finding(migration, session, (table, column), key, in_words, &known).await?;
        people.push(json!({
            "column": column,
            "key": key,
            "name": known["name"].as_str().or(in_words),
            "email": known["email"],
            "intercom_id": known["id"],
            "finding": finding,
            "to_change": to_change,
            "made_by": made_by(migration, table, column),
        }));
    }
    Ok(people)
}

async fn finding(
    migration: &Migration,
    session: &Session,
    (table, column): (&str, &str),
    key: Option<&str>,
    name: Option<&str>,
    known: &Value,
) -> Result<(String, Option<String>)> {
    let named = if NAMING.contains(&table) { ", and the text begins with the name" } else { "" };
    let Some(key) = key else {
        return Ok((
            match name {
                Some(name) => {
                    format!("{name}, who is not on the help desk's staff any more: nobody in Intercom{named}")
                }
                None => "nobody, as in the help desk".to_owned(),
            },
            None,
        ));
    };
    let is_team = known["kind"] == "team";
    let Some(name) = known["name"].as_str() else {
        return Ok((format!("{key}, who is no teammate or team of the help desk"), None));
    };
    let who = known["email"].as_str().map_or_else(|| name.to_owned(), |email| format!("{name} <{email}>"));
    if let Some(id) = known["id"].as_str() {
        return Ok((format!("{who}, {} {id} in Intercom", if is_team { "team" } else { "teammate" }), None));
    }
    if rows(session, "SELECT 1 AS there FROM intercom_live.admins LIMIT 1").await?.is_empty() {
        let later = "who that is in Intercom is known after `deskferry reconcile`, which reads the workspace back";
        return Ok((format!("{who}; {later}"), None));
    }
    let inputs = transform::inputs(migration);
    let mappings = session.lineage(&inputs, if is_team { "teams" } else { "admins" })?;
    let mappings = mappings.iter().flat_map(|(_, reads)| reads).filter_map(|name| name.strip_prefix("mapping."));
    let mappings: Vec<String> = mappings.map(|name| format!("mapping/{name}.csv")).collect();
    let file = mappings.first().map_or_else(String::new, |file| format!(" or say in {file} who it is"));
    let placeholder = migration.settings.load.placeholder_admin.as_deref();
    let placeholder = placeholder.map(|email| format!("{email} ([load] placeholder_admin)"));
    let outcome = match (column, placeholder) {
        ("assignee_key", Some(stand_in)) => format!("{stand_in} stands in"),
        ("author_key", stand_in) => {
            let stand_in = stand_in.unwrap_or_else(|| "the teammate whose token it is".to_owned());
            format!("{stand_in} stands in{named}")
        }
        ("closed_by_key", _) => "another teammate closes it".to_owned(),
        _ => "nobody stands in".to_owned(),
    };
    let make = if is_team { "make a team of that name in Intercom" } else { "invite them into the workspace" };
    let by = if is_team { "no team in Intercom has this name" } else { "nobody in Intercom has this e-mail or name" };
    Ok((
        format!("{who}: {by}; {outcome}"),
        Some(format!("{make}{file}, then `deskferry transform` and `deskferry load`")),
    ))
}

/// The line of the model that makes a column: `sql/hesk/conversations.sql:66: owners.source_key AS assignee_key`.
fn made_by(migration: &Migration, table: &str, column: &str) -> Option<String> {
    let path = format!("sql/{}/{table}.sql", migration.settings.source.kind);
    let text = migration.files.get(&path)?;
    let wanted = format!(" AS {column}");
    let (at, line) = text.lines().enumerate().find(|(_, line)| line.trim_end_matches(',').ends_with(&wanted))?;
    let words: Vec<&str> = line.trim().trim_end_matches(',').split_whitespace().collect();
    Some(format!("{path}:{}: {}", at + 1, words.join(" ")))
}
