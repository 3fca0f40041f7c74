//! `row_digest(value, …)`: 16 bytes that are the same for the same values of the same types: the beginning of a SHA-256.
//! NULL is a value like any other and differs from the empty text.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use sha2::{Digest, Sha256};

use super::scalar::{Arguments, Kind, Scalar};

const BYTES: usize = 16;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::columns("row_digest", Arguments::Repeated(&[Kind::Any]), DataType::Binary, |columns, rows| {
        let mut hashers = vec![Sha256::new(); rows];
        for column in columns {
            update(&mut hashers, column)?;
        }
        let mut digests = BinaryBuilder::with_capacity(rows, rows * BYTES);
        hashers.into_iter().for_each(|hasher| digests.append_value(&hasher.finalize()[..BYTES]));
        Ok(Arc::new(digests.finish()) as ArrayRef)
    })
}

/// Adds a column to the digests of its rows.
fn update(hashers: &mut [Sha256], column: &ArrayRef) -> Result<()> {
    match column.data_type() {
        DataType::Utf8 => add(hashers, column.as_string::<i32>().iter(), str::as_bytes),
        DataType::Utf8View => add(hashers, column.as_string_view().iter(), str::as_bytes),
        DataType::Binary => add(hashers, column.as_binary::<i32>().iter(), |bytes| bytes),
        DataType::Float64 => add(hashers, column.as_primitive::<Float64Type>().iter(), |n| n.to_le_bytes()),
        data_type if data_type.is_integer() || data_type.is_temporal() => match cast(column, &DataType::Int64) {
            Ok(numbers) => add(hashers, numbers.as_primitive::<Int64Type>().iter(), |n| n.to_le_bytes()),
            Err(_) => formatted(hashers, column)?,
        },
        _ => formatted(hashers, column)?,
    }
    Ok(())
}

fn formatted(hashers: &mut [Sha256], column: &ArrayRef) -> Result<()> {
    let options = FormatOptions::default();
    let format = ArrayFormatter::try_new(column.as_ref(), &options)?;
    let texts = (0..column.len()).map(|row| column.is_valid(row).then(|| format.value(row).to_string()));
    add(hashers, texts, String::into_bytes);
    Ok(())
}

fn add<T, B: AsRef<[u8]>>(hashers: &mut [Sha256], values: impl Iterator<Item = Option<T>>, bytes: impl Fn(T) -> B) {
    for (hasher, value) in hashers.iter_mut().zip(values) {
        match value.map(&bytes) {
            // The length keeps ('ab', 'c') apart from ('a', 'bc').
            Some(value) => {
                hasher.update((value.as_ref().len() as i64).to_le_bytes());
                hasher.update(value);
            }
            None => hasher.update((-1_i64).to_le_bytes()),
        }
    }
}
