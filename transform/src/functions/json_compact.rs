//! `json_compact(json)`: a JSON object without its NULL members; other JSON as it is, what is no JSON as NULL.

use datafusion::logical_expr::ScalarUDF;
use serde_json::Value;

use super::scalar::Scalar;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::text("json_compact", |text| {
        let mut json: Value = serde_json::from_str(text).ok()?;
        if let Value::Object(members) = &mut json {
            members.retain(|_, value| !value.is_null());
        }
        Some(json.to_string())
    })
}
