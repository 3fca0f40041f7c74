//! Paging, ordering and envelopes, with the traps of the real thing.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::call::Call;

/// Rows of a page, or of a list without pages.
const DEFAULT_SIZE: usize = 50;
/// Rows of a page at most, whatever is asked for.
const SIZE_MAX: usize = 100;

/// What part of a list a call gets.
#[derive(Debug)]
pub(crate) struct Part<T> {
    pub(crate) items: Vec<T>,
    /// Number and size of the page as they are told.
    page: Option<(i64, i64)>,
    told_total: usize,
}

/// Cuts a list. Without `pageinate` the other two are not listened to; `count` then gives up to `ceiling` rows, and a list
/// that is longer says that it is as long as that.
pub(crate) fn part<T: Clone>(call: &Call, items: Vec<T>, ceiling: usize, repeats_last: bool) -> Part<T> {
    let total = items.len();
    let (size, number) = (call.number("page_size").unwrap_or(50), call.number("page_no").unwrap_or(1).max(1));
    let count = call.number("count");
    if !call.flag("pageinate") {
        let wanted = count.map_or(DEFAULT_SIZE, |count| count.max(0).cast_unsigned() as usize);
        let told_total = if wanted >= ceiling { total.min(ceiling) } else { total };
        return Part { items: items.into_iter().take(wanted.min(ceiling)).collect(), page: None, told_total };
    }
    let length = size.clamp(1, SIZE_MAX as i64) as usize;
    let mut from = (number - 1) as usize * length;
    if from >= total && repeats_last && total > 0 {
        from = (total - 1) / length * length;
    }
    let items = items.into_iter().skip(from).take(length).collect();
    Part { items, page: Some((number, size)), told_total: total }
}

impl<T> Part<T> {
    /// The envelope of a list, with its rows under `key`.
    pub(crate) fn envelope(&self, key: &str, rows: Vec<Value>) -> Value {
        let mut envelope = Map::new();
        if let Some((number, size)) = self.page {
            envelope.insert("page_no".into(), json!(number));
            envelope.insert("page_size".into(), json!(size));
        }
        envelope.insert("record_count".into(), json!(self.told_total));
        if self.page.is_some() {
            // Not the rows: those have a name of their own.
            envelope.insert("columns".into(), json!([{"name": "id"}]));
        }
        envelope.insert(key.into(), Value::Array(rows));
        Value::Object(envelope)
    }
}

/// A list of rows that are small enough to be made all at once.
pub(crate) fn rows(call: &Call, key: &str, mut all: Vec<Value>, repeats_last: bool) -> Value {
    if call.flag("idonly") {
        let ids: Vec<Value> = all.iter().map(|row| json!({"id": row["id"]})).collect();
        return json!({"record_count": ids.len(), key: ids});
    }
    if let Some(column) = call.text("order") {
        all.sort_by(|a, b| compare(&a[column], &b[column]));
    }
    if call.flag("orderdesc") {
        all.reverse();
    }
    let part = part(call, all, 100_000, repeats_last);
    let rows = part.items.clone();
    part.envelope(key, rows)
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.as_str().cmp(&b.as_str()),
    }
}

/// Whether rows that are active, and such that are not, are wanted.
pub(crate) fn activity(call: &Call) -> (bool, bool) {
    let (active, inactive) = (call.text("includeactive"), call.flag("includeinactive"));
    if let Some(both) = call.text("activeinactive") {
        let mut both = both.split(',').map(|flag| flag.trim().eq_ignore_ascii_case("true"));
        return (both.next().unwrap_or(true), both.next().unwrap_or(false));
    }
    (active.is_none_or(|flag| flag.eq_ignore_ascii_case("true")), inactive)
}
