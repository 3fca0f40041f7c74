//! What a filter wants: equality by attribute, a list is any of, references by their identifiers.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Attributes and what they have to be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter(pub(crate) Map<String, Value>);

impl Filter {
    /// Attributes that are asked about.
    pub(crate) fn codes(&self) -> BTreeSet<String> {
        self.0.keys().cloned().collect()
    }

    /// The texts that an attribute may be, if it is asked about.
    pub(crate) fn any_of(&self, code: &str) -> Option<Vec<String>> {
        let wanted = self.0.get(code)?;
        Some(match wanted {
            Value::Array(all) => all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
            one => one.as_str().map(str::to_owned).into_iter().collect(),
        })
    }

    /// Whether a row is wanted.
    pub(crate) fn takes(&self, row: &Map<String, Value>) -> bool {
        self.0.iter().all(|(code, wanted)| {
            let held = row.get(code).unwrap_or(&Value::Null);
            match wanted {
                Value::Array(all) => all.iter().any(|one| is(held, one)),
                one => is(held, one),
            }
        })
    }
}

/// Whether a value is what is wanted; numbers and yes or no may come as text.
pub(crate) fn is(held: &Value, wanted: &Value) -> bool {
    match held {
        Value::Object(object) if object.contains_key("UUID") => object["UUID"] == *wanted,
        Value::Array(all) => all.iter().any(|one| is(one, wanted)),
        Value::Number(_) | Value::Bool(_) if wanted.is_string() => wanted == &Value::String(held.to_string()),
        held => held == wanted,
    }
}
