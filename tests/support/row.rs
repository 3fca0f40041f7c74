//! Rows of Intercom tables as the command prints them.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Migration;

/// The attributes of a row.
pub(crate) fn attributes(row: &Value) -> Value {
    serde_json::from_str(row["custom_attributes"].as_str().unwrap()).unwrap()
}

/// A JSON list in a column; NULL is empty.
pub(crate) fn keys(row: &Value, column: &str) -> Vec<String> {
    row[column].as_str().map_or_else(Vec::new, |text| serde_json::from_str(text).unwrap())
}

/// A column that is a text.
pub(crate) fn text<'a>(row: &'a Value, column: &str) -> &'a str {
    row[column].as_str().unwrap_or_else(|| panic!("{column} is not a text in {row}"))
}

/// A time as the command prints it, to the millisecond.
pub(crate) fn time(row: &Value, column: &str) -> DateTime<Utc> {
    text(row, column).parse().unwrap()
}

/// Each staged row of a source has one disposition; in `doubled` two rows may have one key. How many tables have rows.
pub(crate) fn accounted_for_once(migration: &Migration, source: &str, doubled: &[&str]) -> usize {
    let staged = migration.rows(&format!(
        "SELECT table_name, row_count FROM runs.tables WHERE schema_name = '{source}' AND is_current AND row_count > 0"
    ));
    let told = migration.rows(
        "SELECT source_table, count(*) AS n, count(DISTINCT source_id) AS distinct_n, \
         count(CASE WHEN target_key IS NULL AND rule IS NULL THEN 1 END) AS silent \
         FROM intercom.dispositions GROUP BY source_table",
    );
    // What was read of files and settings belongs to the rows that name them.
    let beside = ["files", "settings", "_defects"];
    for table in staged.iter().filter(|table| !beside.contains(&text(table, "table_name"))) {
        let name = text(table, "table_name");
        let told = told.iter().find(|told| told["source_table"] == name);
        let told = told.unwrap_or_else(|| panic!("{name} is not accounted for"));
        assert_eq!(told["n"], table["row_count"], "{name}");
        assert_eq!(told["silent"], 0, "{name}");
        if !doubled.contains(&name) {
            assert_eq!(told["distinct_n"], told["n"], "{name}");
        }
    }
    told.len()
}
