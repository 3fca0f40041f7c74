//! `hesk_label(stored, language)`: the name of a status, priority or custom field. Hesk stores JSON from language to name,
//! `{"English":"Product &amp; plan"}`, with the texts inside HTML-escaped; before 2.7, and for categories, just the text.
//! A missing language falls back to the first; the text `NULL`, by which Hesk means its own name, is NULL.

use datafusion::logical_expr::ScalarUDF;
use serde_json::{Map, Value};

use super::html::decode;
use super::scalar::{Kind, Scalar};

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::texts("hesk_label", 1, &[Kind::Text, Kind::Text], |row| label(row[0]?, row[1]))
}

fn label(stored: &str, language: Option<&str>) -> Option<String> {
    let text = match names(stored) {
        Some(names) => {
            let found = language.and_then(|language| names.get(language.trim())).or_else(|| names.values().next())?;
            found.as_str()?.to_owned()
        }
        None => stored.to_owned(),
    };
    let text = decode(text.trim()).trim().to_owned();
    (!text.is_empty() && text != "NULL").then_some(text)
}

/// The JSON, also where it was escaped as a whole on its way into the database.
fn names(stored: &str) -> Option<Map<String, Value>> {
    let stored = stored.trim();
    if !stored.starts_with('{') {
        return None;
    }
    serde_json::from_str(stored).or_else(|_| serde_json::from_str(&decode(stored))).ok()
}
