//! `merge_json(a, b)`: the members of two JSON objects; where both have one, `b`'s value. NULL is an empty object.

use datafusion::logical_expr::ScalarUDF;
use serde_json::{Map, Value};

use super::scalar::{Kind, Scalar};

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::texts("merge_json", 2, &[Kind::Text, Kind::Text], |row| {
        if row[0].is_none() && row[1].is_none() {
            return None;
        }
        let mut merged = row[0].and_then(object).unwrap_or_default();
        merged.extend(row[1].and_then(object).unwrap_or_default());
        Some(Value::Object(merged).to_string())
    })
}

fn object(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text).ok()
}
