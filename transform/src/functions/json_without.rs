//! `json_without(object, name, …)`: a JSON object without some of its members. What is no object is an empty one.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringViewBuilder};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use serde_json::{Map, Value};

use super::scalar::{Arguments, Kind, Scalar, text_at, texts};

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::columns(
        "json_without",
        Arguments::Repeated(&[Kind::Text, Kind::Text]),
        DataType::Utf8View,
        |columns, rows| {
            let columns = columns.iter().map(texts).collect::<Result<Vec<_>>>()?;
            let mut objects = StringViewBuilder::with_capacity(rows);
            for row in 0..rows {
                let object = columns.first().and_then(|column| text_at(column, row));
                let mut object: Map<String, Value> =
                    object.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
                for name in columns.iter().skip(1).filter_map(|column| text_at(column, row)) {
                    object.remove(name);
                }
                objects.append_value(Value::Object(object).to_string());
            }
            Ok(Arc::new(objects.finish()) as ArrayRef)
        },
    )
}
