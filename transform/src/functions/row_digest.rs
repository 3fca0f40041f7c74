//! `row_digest(value, …)`: 16 bytes that are the same for the same values of the same types: the beginning of a SHA-256.
//! NULL is a value like any other and differs from the empty text. It holds within one version of deskferry: keep none.

use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryBuilder};
use arrow::datatypes::DataType;
use arrow::row::{RowConverter, SortField};
use datafusion::logical_expr::ScalarUDF;
use sha2::{Digest, Sha256};

use super::scalar::{Arguments, Kind, Scalar};

const BYTES: usize = 16;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::columns("row_digest", Arguments::Repeated(&[Kind::Any]), DataType::Binary, |columns, rows| {
        // Arrow's row format can be turned back into the values, so that no two rows of the same types share their bytes.
        let fields = columns.iter().map(|column| SortField::new(column.data_type().clone())).collect();
        let encoded = RowConverter::new(fields)?.convert_columns(columns)?;
        let mut digests = BinaryBuilder::with_capacity(rows, rows * BYTES);
        encoded.iter().for_each(|row| digests.append_value(&Sha256::digest(row)[..BYTES]));
        Ok(Arc::new(digests.finish()) as ArrayRef)
    })
}
