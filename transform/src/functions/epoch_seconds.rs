//! `epoch_seconds(timestamp)`: seconds since 1970 UTC as BIGINT, rounded down.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::common::cast::as_primitive_array;
use datafusion::logical_expr::ScalarUDF;

use super::scalar::{Arguments, Kind, Scalar};

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::columns("epoch_seconds", Arguments::Fixed(1, &[Kind::Time]), DataType::Int64, |columns, _| {
        let times = as_primitive_array::<TimestampMicrosecondType>(&columns[0])?;
        let seconds: Int64Array = times.unary(|micros| micros.div_euclid(1_000_000));
        Ok(Arc::new(seconds) as ArrayRef)
    })
}
