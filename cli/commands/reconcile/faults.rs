//! What does not balance, in words, each with what to do next.

use anyhow::Result;
use deskferry_staging::Manifest;
use serde_json::Value;

use super::Answer;
use crate::error::refused;
use crate::report::{json_rows, number};

/// Columns of `counts` that must be 0, what that means, and what to do.
const COUNTS: [(&str, &str, &str); 4] = [
    (
        "missing",
        "loaded rows are not in Intercom",
        "`missing` lists them: somebody has deleted or merged them; `deskferry rollback --only TABLE` and `load` bring them anew",
    ),
    (
        "refused",
        "rows were refused by Intercom",
        "`refused` has the reasons; after the fix `deskferry load --only TABLE` sends them again",
    ),
    ("unknown", "rows may be in Intercom and could not be found", "`deskferry settle` lists them and takes your word"),
    ("open", "rows are not loaded yet", "`deskferry load` sends them"),
];

/// Tables of the workspace in which rows of an Intercom table are looked for, where they are not called the same.
const FOUND_IN: [(&str, &[&str]); 6] = [
    ("attributes", &["data_attributes", "conversation_attributes", "ticket_type_attributes"]),
    ("notes", &["contact_notes", "company_notes"]),
    ("conversations", &["conversations", "tickets"]),
    ("conversation_parts", &["conversation_parts", "ticket_parts"]),
    ("custom_objects", &["object_types", "custom_object_instances"]),
    ("attachments", &["conversation_attachments", "part_attachments", "ticket_part_attachments"]),
];

/// What does not balance; none where everything does. `read`: the reading back, which may have been refused in part.
pub(super) fn faults(answers: &[Answer], read: &Manifest) -> Result<Vec<String>> {
    // A column that is not there would count as 0, and nothing as a fault.
    let rows = |name: &str, columns: &[&str]| -> Result<Vec<Value>> {
        let found = answers.iter().find(|a| a.name == name);
        let found =
            found.ok_or_else(|| refused(format!("sql/reconcile/{name}.sql is missing"), "remove the empty overlay"))?;
        let lacks = |column: &&&str| found.batches.iter().any(|batch| batch.column_by_name(column).is_none());
        if let Some(column) = columns.iter().find(lacks) {
            return Err(refused(
                format!("sql/reconcile/{name}.sql gives no column `{column}`, by which faults are told"),
                "give it, or remove that file from the migration's folder",
            ));
        }
        json_rows(&found.batches)
    };
    let mut faults = accounting(&rows("accounting", &["table", "balance", "open"])?);
    let columns: Vec<&str> = std::iter::once("table").chain(COUNTS.iter().map(|(column, ..)| *column)).collect();
    faults.extend(counts(&rows("counts", &columns)?, read));
    let different = rows("differences", &["table", "field", "source_key", "reason"])?;
    faults.extend(differences(&rows("fields", &["table", "field", "compared", "different"])?, &different));
    faults.extend(unexpected(&rows("unexpected", &["table", "source_key", "intercom_id", "what"])?));
    Ok(faults)
}

fn accounting(rows: &[Value]) -> Vec<String> {
    let mut faults = Vec::new();
    for row in rows {
        let table = text(row, "table");
        if count(row, "balance") != 0 {
            faults.push(format!(
                "{table}: {} source rows have no disposition: \
                 sql/<source>/dispositions.sql must tell each; look at `deskferry diff` and `runs show`",
                count(row, "balance")
            ));
        }
        if count(row, "open") > 0 {
            faults
                .push(format!("{table}: {} rows are not loaded yet: `deskferry load` sends them", count(row, "open")));
        }
    }
    faults
}

fn counts(rows: &[Value], read: &Manifest) -> Vec<String> {
    let of_row = |row: &Value| -> Vec<String> {
        let table = text(row, "table").to_owned();
        let wrong = COUNTS.iter().filter(|(column, ..)| count(row, column) > 0);
        let told = wrong.map(|(column, what, next)| match not_read(&table, read) {
            Some((live, reason)) if *column == "missing" => format!(
                "{table}: {} loaded rows could not be looked for, for {}.{live} was not read whole ({reason}): \
                 give the token what it needs, then `deskferry reconcile` again",
                count(row, column),
                read.schema
            ),
            _ => format!("{table}: {} {what}: {}", count(row, column), next.replace("TABLE", &table)),
        });
        told.collect()
    };
    rows.iter().flat_map(of_row).collect()
}

/// The table in which rows of this one are looked for, where it is not whole, and why.
fn not_read<'a>(table: &str, read: &'a Manifest) -> Option<(&'a str, &'a str)> {
    let found_in = FOUND_IN.iter().find(|(name, _)| *name == table);
    let mut incomplete = read.incomplete();
    incomplete.find(|(live, _)| found_in.map_or(*live == table, |(_, tables)| tables.contains(live)))
}

/// One line for each field, with its first row.
fn differences(fields: &[Value], differences: &[Value]) -> Vec<String> {
    let wrong = fields.iter().filter(|row| count(row, "different") > 0);
    let told = wrong.map(|row| {
        let (table, field) = (text(row, "table"), text(row, "field"));
        let example =
            differences.iter().find(|d| d["table"] == *table && d["field"] == *field && d["reason"].is_null());
        let example = example.map_or_else(String::new, |d| {
            format!("; {} has {} for {}", text(d, "source_key"), shown(&d["found"]), shown(&d["wanted"]))
        });
        format!(
            "{table}: {} of {} values of {field} are not what was written{example}: `deskferry load` sends what has \
             changed since; else put it right in Intercom, or allow it in sql/reconcile/allowed_differences.csv",
            number_of(row, "different"),
            number_of(row, "compared")
        )
    });
    told.collect()
}

/// One line for each table, with its first row.
fn unexpected(rows: &[Value]) -> Vec<String> {
    let mut faults: Vec<(String, u64, String)> = Vec::new();
    for row in rows {
        match faults.iter_mut().find(|(table, ..)| table == text(row, "table")) {
            Some((_, count, _)) => *count += 1,
            None => {
                let example =
                    format!("{} by {}: {}", text(row, "intercom_id"), text(row, "source_key"), text(row, "what"));
                faults.push((text(row, "table").to_owned(), 1, example));
            }
        }
    }
    let told = faults.into_iter().map(|(table, count, example)| {
        format!(
            "{table}: {} are in Intercom that no load has sent, such as {example}: `unexpected` lists them; delete what is \
             doubled, and reconcile before the desk goes live",
            number(count)
        )
    });
    told.collect()
}

/// A value as it is told in a line.
fn shown(value: &Value) -> String {
    const LETTERS_MAX: usize = 60;
    let Some(text) = value.as_str() else { return "nothing".to_owned() };
    let text = text.replace(['\n', '\r'], " ");
    match text.char_indices().nth(LETTERS_MAX) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

fn text<'a>(row: &'a Value, column: &str) -> &'a str {
    row[column].as_str().unwrap_or_default()
}

fn count(row: &Value, column: &str) -> i64 {
    row[column].as_i64().unwrap_or(0)
}

fn number_of(row: &Value, column: &str) -> String {
    number(count(row, column).unsigned_abs())
}
