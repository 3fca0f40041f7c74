//! `json_union(a, b)`: the items of two JSON arrays, each once, in order. NULL is an empty array; both NULL give NULL.

use datafusion::logical_expr::ScalarUDF;
use serde_json::Value;

use super::scalar::{Kind, Scalar};

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::texts("json_union", 2, &[Kind::Text, Kind::Text], |row| {
        if row[0].is_none() && row[1].is_none() {
            return None;
        }
        let mut seen = std::collections::HashSet::new();
        let items = row.iter().flatten().filter_map(|text| serde_json::from_str::<Vec<Value>>(text).ok()).flatten();
        Some(items.filter(|item| seen.insert(item.to_string())).collect::<Value>().to_string())
    })
}
