//! `stable_key(part, …)`: a short text that is the same for the same parts in every run: 20 hex digits of their SHA-256.
//! NULL is a part like any other and differs from the empty text.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringViewBuilder};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use sha2::{Digest, Sha256};

use super::scalar::{Arguments, Kind, Scalar, text_at, texts};

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::columns("stable_key", Arguments::Repeated(&[Kind::Text]), DataType::Utf8View, |columns, rows| {
        let columns = columns.iter().map(texts).collect::<Result<Vec<_>>>()?;
        let mut keys = StringViewBuilder::with_capacity(rows);
        for row in 0..rows {
            let mut hasher = Sha256::new();
            for column in &columns {
                // The length keeps ('ab', 'c') apart from ('a', 'bc').
                let part = text_at(column, row);
                hasher.update(part.map_or(-1, |part| part.len() as i64).to_le_bytes());
                hasher.update(part.unwrap_or_default());
            }
            keys.append_value(&hex::encode(hasher.finalize())[..20]);
        }
        Ok(Arc::new(keys.finish()) as ArrayRef)
    })
}
