//! One row of a reply: its declared columns as text, and the rows inside of it. Nothing that the spec does not declare is kept.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::times::{self, Times};
use crate::hash::{Hash, of_texts};
use crate::spec::{Column, ColumnType, Spec, Table};

/// A row: the text of each declared column in their order, and for each table inside its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Row {
    #[serde(rename = "c")]
    pub(super) cells: Vec<Option<String>>,
    #[serde(rename = "i", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) inside: Vec<(String, Vec<Row>)>,
    /// Whether columns of it are hidden, as some reply has said.
    #[serde(rename = "h", default, skip_serializing_if = "std::ops::Not::not")]
    hidden: bool,
}

/// Takes rows out of replies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selector<'a> {
    pub(super) spec: &'a Spec,
    pub(super) times: &'a Times,
}

impl Selector<'_> {
    /// The row of a table that this JSON object is; what it has wins over `base`. Names of members that are not declared are
    /// added to `undeclared`.
    pub(super) fn row(&self, table: &Table, json: &Value, base: Option<Row>, undeclared: &mut BTreeSet<String>) -> Row {
        self.owned(table, json, base, None, undeclared)
    }

    /// As [`Self::row`], of a row that was asked for by its parent's key; and whether it says itself whose it is.
    pub(super) fn child(
        &self,
        table: &Table,
        json: &Value,
        owner: &str,
        undeclared: &mut BTreeSet<String>,
    ) -> (Row, bool) {
        let column = table.parent.as_ref().and_then(|parent| table.column(&parent.column));
        let says = column.and_then(|column| find_first(json, column.places())).is_some_and(|value| !value.is_null());
        (self.owned(table, json, None, Some(owner), undeclared), says)
    }

    /// As [`Self::row`], of a row of the parent of this key.
    fn owned(
        &self,
        table: &Table,
        json: &Value,
        base: Option<Row>,
        owner: Option<&str>,
        undeclared: &mut BTreeSet<String>,
    ) -> Row {
        let mut row = base.unwrap_or_default();
        row.cells.resize(table.columns.len(), None);
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for (column, cell) in table.columns.iter().zip(&mut row.cells) {
            for place in column.places() {
                known.insert(place.split('.').next().unwrap_or(place));
                known.insert(place);
            }
            if let Some(value) = find_first(json, column.places()) {
                *cell = self.text(column, value);
            }
        }
        if let Some(hidden) = &table.hidden {
            known.extend(hidden.conditions.keys().map(String::as_str));
            row.hidden |=
                hidden.conditions.iter().any(|(place, text)| find(json, place).is_some_and(|v| plain(v) == *text));
            if row.hidden {
                for (column, cell) in table.columns.iter().zip(&mut row.cells) {
                    if hidden.columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name)) {
                        *cell = None;
                    }
                }
            }
        }
        // Before the rows inside of it, which may be told by the same key.
        if let Some(key) = owner {
            belongs(table, &mut row, key);
        }
        for inner in self.insides(table) {
            let place = inner.inside.as_deref().unwrap_or_default();
            known.insert(place.split('.').next().unwrap_or(place));
            let values = match find(json, place) {
                Some(Value::Array(values)) => values,
                None | Some(Value::Null) => continue,
                Some(_) => {
                    undeclared.insert(format!("{place}, which is no array in some rows"));
                    continue;
                }
            };
            let key = inner.parent.as_ref().and_then(|p| cell(table, &row, &p.key)).map(ToOwned::to_owned);
            let rows = values.iter().enumerate().filter(|(_, value)| !value.is_null()).map(|(at, value)| {
                let mut of_inner = BTreeSet::new();
                let mut row = self.owned(inner, value, None, key.as_deref(), &mut of_inner);
                if let Some(column) = &inner.position {
                    set(inner, &mut row, column, at.to_string());
                }
                undeclared.extend(of_inner.into_iter().map(|name| format!("{place}.{name}")));
                row
            });
            let mut seen = std::collections::HashSet::new();
            let rows = rows.filter(|row| seen.insert(hash(inner, row))).collect();
            row.inside.retain(|(name, _)| *name != inner.name);
            row.inside.push((inner.name.clone(), rows));
        }
        if let Value::Object(members) = json {
            undeclared.extend(members.keys().filter(|name| !known.contains(name.as_str())).cloned());
        }
        row
    }

    /// The tables inside of a row of which the source counts more rows than it gives: name, rows, and its count.
    pub(super) fn short<'s>(&'s self, table: &'s Table, row: &'s Row) -> impl Iterator<Item = (&'s str, u64, u64)> {
        self.insides(table).filter_map(|inner| {
            let counted = cell(table, row, inner.count.as_deref()?)?.parse::<u64>().ok()?;
            let given =
                row.inside.iter().find(|(name, _)| *name == inner.name).map_or(0, |(_, rows)| rows.len() as u64);
            (counted > given).then_some((inner.name.as_str(), given, counted))
        })
    }

    /// The tables whose rows are inside of this one's.
    pub(super) fn insides(&self, table: &Table) -> impl Iterator<Item = &Table> {
        self.spec.tables.iter().filter(move |t| t.inside.is_some() && t.is_child_of(table))
    }

    /// A value as the text that the table's builder takes; `None` for no value.
    fn text(&self, column: &Column, value: &Value) -> Option<String> {
        let text = match (column.column_type, value) {
            (_, Value::Null) => return None,
            (ColumnType::Json, value) => value.to_string(),
            (ColumnType::Int, Value::Number(number)) => whole(number),
            (ColumnType::Int, Value::Bool(is)) => u8::from(*is).to_string(),
            // So that `007` is the key 7.
            (ColumnType::Int, Value::String(text)) => {
                text.trim().parse::<i64>().map_or_else(|_| text.trim().to_owned(), |number| number.to_string())
            }
            (ColumnType::Float, Value::String(text)) => text.trim().to_owned(),
            (ColumnType::Timestamp, Value::String(text)) => return self.times.text(text),
            (ColumnType::Timestamp, Value::Number(number)) => return times::epoch(number),
            (ColumnType::Duration, Value::Number(number)) => times::seconds(number)?,
            (_, Value::String(text)) => text.clone(),
            (_, other) => other.to_string(),
        };
        Some(text)
    }
}

/// A value as the text that a spec compares it with.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => whole(number),
        other => other.to_string(),
    }
}

/// `21.0` is 21.
fn whole(number: &serde_json::Number) -> String {
    match number.as_f64() {
        // Up to here each whole number has a form of its own.
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 => {
            format!("{}", float as i64)
        }
        _ => number.to_string(),
    }
}

/// What is at a place in a reply: a member, members of members by dots, places of arrays by number, all of it for `""`.
pub(super) fn find<'a>(json: &'a Value, place: &str) -> Option<&'a Value> {
    if place.is_empty() {
        return Some(json);
    }
    if let Some(found) = json.get(place) {
        return Some(found);
    }
    place.split('.').try_fold(json, |json, name| match json {
        Value::Array(values) => values.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    })
}

/// What is at the first of some places that has a value; null where one is there without.
pub(super) fn find_first<'a>(json: &'a Value, places: &[String]) -> Option<&'a Value> {
    let found = || places.iter().filter_map(|place| find(json, place));
    found().find(|value| !value.is_null()).or_else(|| found().next())
}

/// A row of which nothing is known but its key, of one column.
pub(super) fn of_key(table: &Table, key: &str) -> Row {
    let mut row = Row { cells: vec![None; table.columns.len()], ..Row::default() };
    let column = table.key.columns().first().map(String::as_str).unwrap_or_default();
    set(table, &mut row, column, key.to_owned());
    row
}

/// Fills a column of a row.
pub(super) fn set(table: &Table, row: &mut Row, column: &str, value: String) {
    let at = table.columns.iter().position(|c| c.name.eq_ignore_ascii_case(column));
    if let Some(cell) = at.and_then(|at| row.cells.get_mut(at)) {
        *cell = Some(value);
    }
}

/// The same, to be taken.
pub(super) fn find_mut<'a>(json: &'a mut Value, place: &str) -> Option<&'a mut Value> {
    if place.is_empty() || json.get(place).is_some() {
        return if place.is_empty() { Some(json) } else { json.get_mut(place) };
    }
    place.split('.').try_fold(json, |json, name| match json {
        Value::Array(values) => values.get_mut(name.parse::<usize>().ok()?),
        other => other.get_mut(name),
    })
}

/// A column of a row.
pub(super) fn cell<'a>(table: &Table, row: &'a Row, column: &str) -> Option<&'a str> {
    let at = table.columns.iter().position(|c| c.name.eq_ignore_ascii_case(column))?;
    row.cells.get(at)?.as_deref()
}

/// Whether a row belongs to the parent of this key; a row that does not say is taken to.
pub(super) fn belongs(table: &Table, row: &mut Row, key: &str) -> bool {
    let Some(parent) = &table.parent else { return true };
    let Some(at) = table.columns.iter().position(|c| c.name.eq_ignore_ascii_case(&parent.column)) else { return true };
    match row.cells.get_mut(at) {
        Some(Some(own)) => own == key,
        Some(own) => {
            *own = Some(key.to_owned());
            true
        }
        None => true,
    }
}

/// The key of a row as text, parts joined with `/`; an empty part where there is none.
pub(super) fn key(table: &Table, row: &Row) -> String {
    let parts = table.key.columns().iter().map(|column| cell(table, row, column).unwrap_or_default());
    parts.collect::<Vec<_>>().join("/")
}

/// The hash of a row's key; of all of the row where a part of the key is missing, so that it is not taken for another row.
pub(super) fn hash(table: &Table, row: &Row) -> Hash {
    let parts: Option<Vec<&str>> = table.key.columns().iter().map(|column| cell(table, row, column)).collect();
    match parts {
        Some(parts) => of_texts(parts),
        None => of_texts(row.cells.iter().map(|c| c.as_deref().unwrap_or("\0"))),
    }
}

/// Whether no part of a row's key is missing.
pub(super) fn has_key(table: &Table, row: &Row) -> bool {
    table.key.columns().iter().all(|column| cell(table, row, column).is_some())
}

/// Whether a value is there and is none of 0, false and empty.
pub(super) fn is_there(value: Option<&str>) -> bool {
    value.is_some_and(|v| !matches!(v.trim(), "" | "0" | "0.0" | "false" | "[]" | "{}"))
}
