//! `json_quote(text)`: a text as a JSON string, quotes included.

use datafusion::logical_expr::ScalarUDF;

use super::scalar::Scalar;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::text("json_quote", |text| Some(quote(text)))
}

/// The text as a JSON string.
pub(super) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
