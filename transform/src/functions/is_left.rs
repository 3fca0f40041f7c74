//! `is_left(digest)`: whether a key is of those that a comparison has left to pair. Its filter reaches the Parquet reader, which then
//! decodes the other columns of these rows alone: see `diff.rs`.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::DataType;
use datafusion::common::cast::as_binary_array;
use datafusion::logical_expr::ScalarUDF;

use super::scalar::{Arguments, Kind, Scalar};

/// The function, for these digests.
pub(crate) fn function(left: HashSet<Vec<u8>>) -> ScalarUDF {
    Scalar::columns("is_left", Arguments::Fixed(1, &[Kind::Any]), DataType::Boolean, move |columns, _| {
        let digests = as_binary_array(&columns[0])?;
        let is_left: BooleanArray = digests.iter().map(|digest| digest.map(|bytes| left.contains(bytes))).collect();
        Ok(Arc::new(is_left) as ArrayRef)
    })
}
