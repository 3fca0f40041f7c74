//! `attributes(name, value, …)`: a JSON object of the values that are not NULL, in the order given, typed as SQL has them:
//! text, booleans and numbers as such, times as epoch seconds, lists as arrays.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringViewBuilder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType, UInt64Type};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::ScalarUDF;
use serde_json::{Map, Number, Value};

use super::scalar::{Arguments, Kind, Scalar, time_type};

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::columns("attributes", Arguments::Repeated(&[Kind::Any, Kind::Any]), DataType::Utf8View, |columns, rows| {
        if columns.len() % 2 != 0 {
            return plan_err!("attributes takes names and values in turn, it has {} arguments", columns.len());
        }
        let columns = columns.iter().map(plain).collect::<Result<Vec<_>>>()?;
        let mut objects = StringViewBuilder::with_capacity(rows);
        for row in 0..rows {
            let mut object = Map::new();
            for pair in columns.chunks_exact(2) {
                if let (
                    Value::String(name),
                    value @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)),
                ) = (value(&pair[0], row), value(&pair[1], row))
                {
                    object.insert(name, value);
                }
            }
            objects.append_value(Value::Object(object).to_string());
        }
        Ok(Arc::new(objects.finish()) as ArrayRef)
    })
}

/// The column as one of the few types that [`value`] reads.
fn plain(column: &ArrayRef) -> Result<ArrayRef> {
    use DataType::*;
    let target = match column.data_type() {
        Null | Boolean | Int64 | UInt64 | Float64 | Utf8View => return Ok(Arc::clone(column)),
        Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32 => Int64,
        Float16 | Float32 | Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..) => Float64,
        Utf8 | LargeUtf8 | Dictionary(..) | Time32(_) | Time64(_) => Utf8View,
        Timestamp(..) | Date32 | Date64 => time_type(),
        List(item) | LargeList(item) if !item.data_type().is_nested() => return Ok(Arc::clone(column)),
        other => return plan_err!("attributes cannot hold {other}"),
    };
    Ok(cast(column, &target)?)
}

fn value(column: &ArrayRef, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Boolean => Value::Bool(column.as_boolean().value(row)),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Float64 => number(column.as_primitive::<Float64Type>().value(row)),
        DataType::Timestamp(..) => {
            column.as_primitive::<TimestampMicrosecondType>().value(row).div_euclid(1_000_000).into()
        }
        DataType::Utf8View => column.as_string_view().value(row).into(),
        DataType::List(_) => items(&column.as_list::<i32>().value(row)),
        DataType::LargeList(_) => items(&column.as_list::<i64>().value(row)),
        _ => Value::Null,
    }
}

fn items(list: &ArrayRef) -> Value {
    plain(list).map_or(Value::Null, |list| (0..list.len()).map(|row| value(&list, row)).collect())
}

/// A whole number without its `.0`: Intercom refuses those in integer attributes.
fn number(float: f64) -> Value {
    if float.fract() == 0.0 && float.abs() < 9e15 {
        return (float as i64).into();
    }
    Number::from_f64(float).map_or(Value::Null, Value::Number)
}
