//! `source_keys(prefix, ids)`: a JSON array of ids, texts or numbers, as an array of keys: each with the prefix before it. What is no
//! id is left out; NULL, and what is no array, is an empty one.

use datafusion::logical_expr::ScalarUDF;
use serde_json::Value;

use super::scalar::{Kind, Scalar};

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::texts("source_keys", 2, &[Kind::Text, Kind::Text], |row| {
        let prefix = row[0]?;
        let ids = row[1].and_then(|text| serde_json::from_str::<Vec<Value>>(text).ok()).unwrap_or_default();
        let keys = ids.iter().filter_map(|id| match id {
            Value::String(id) if !id.is_empty() => Some(format!("{prefix}{id}")),
            Value::Number(id) => Some(format!("{prefix}{id}")),
            _ => None,
        });
        Some(keys.map(Value::String).collect::<Value>().to_string())
    })
}
