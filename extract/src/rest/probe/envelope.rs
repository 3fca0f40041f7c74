//! Where in a reply the rows are, and how many there are in all.

use serde_json::Value;

/// How deep rows and totals are looked for.
const DEPTH_MAX: usize = 3;

/// Places of arrays of objects in a reply, with their lengths; the longest first.
pub(super) fn arrays(json: &Value) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    walk(json, "", 0, &mut |place, value| {
        if let Value::Array(items) = value
            && items.iter().all(Value::is_object)
        {
            found.push((place.to_owned(), items.len()));
        }
    });
    found.sort_by_key(|(place, items)| (std::cmp::Reverse(*items), place.len()));
    found
}

/// Places of numbers that may be the count of all rows: called so, and no less than the rows of the page.
pub(super) fn totals(json: &Value, rows: u64) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    walk(json, "", 0, &mut |place, value| {
        let name = super::members::plain(place.rsplit('.').next().unwrap_or(place));
        let is_called_so = name.contains("total") && !name.contains("page") || name.ends_with("count");
        if let Some(count) = value.as_u64().filter(|count| is_called_so && *count >= rows) {
            found.push((place.to_owned(), count));
        }
    });
    found.sort_by_key(|(place, _)| (!super::members::plain(place).contains("total"), place.len()));
    found
}

/// Goes through the objects of a reply; into no array.
fn walk(json: &Value, place: &str, depth: usize, see: &mut impl FnMut(&str, &Value)) {
    see(place, json);
    let Some(members) = json.as_object().filter(|_| depth < DEPTH_MAX) else { return };
    for (name, value) in members {
        let inner = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
        walk(value, &inner, depth + 1, see);
    }
}
