//! From what DataFusion computes with to what is stored: text as Utf8, times in microseconds UTC, batches of bounded size.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;

/// Most bytes of text in a column of a batch that is written; far below the 2 GiB that Utf8 can hold.
const TEXT_BYTES_MAX: usize = 32 << 20;

/// The stored form of a schema.
pub(crate) fn stored_schema(schema: &Schema) -> SchemaRef {
    Arc::new(Schema::new(schema.fields().iter().map(|field| stored_field(field)).collect::<Vec<FieldRef>>()))
}

fn stored_field(field: &Field) -> FieldRef {
    Arc::new(Field::new(field.name(), stored_type(field.data_type()), true))
}

fn stored_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8View | DataType::LargeUtf8 | DataType::Null => DataType::Utf8,
        DataType::BinaryView | DataType::LargeBinary => DataType::Binary,
        DataType::Timestamp(..) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        DataType::List(item) | DataType::LargeList(item) => DataType::List(stored_field(item)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(|field| stored_field(field)).collect()),
        DataType::Dictionary(_, value) => stored_type(value),
        other => other.clone(),
    }
}

/// A batch in its stored form, cut where its texts are too long for one.
///
/// # Errors
/// Where a value cannot have the stored type.
pub(crate) fn stored(batch: &RecordBatch, schema: &SchemaRef) -> Result<Vec<RecordBatch>, ArrowError> {
    let longest = batch.columns().iter().map(text_bytes).max().unwrap_or_default();
    let pieces = (longest / TEXT_BYTES_MAX + 1).clamp(1, batch.num_rows().max(1));
    let rows = batch.num_rows().div_ceil(pieces).max(1);
    let mut stored = Vec::with_capacity(pieces);
    for start in (0..batch.num_rows()).step_by(rows) {
        let piece = batch.slice(start, rows.min(batch.num_rows() - start));
        let columns =
            piece.columns().iter().zip(schema.fields()).map(|(column, field)| cast(column, field.data_type()));
        let options = RecordBatchOptions::new().with_row_count(Some(piece.num_rows()));
        stored.push(RecordBatch::try_new_with_options(
            Arc::clone(schema),
            columns.collect::<Result<Vec<_>, _>>()?,
            &options,
        )?);
    }
    Ok(stored)
}

fn text_bytes(column: &ArrayRef) -> usize {
    match column.data_type() {
        DataType::Utf8View => column.as_string_view().lengths().map(|length| length as usize).sum(),
        DataType::Utf8 | DataType::List(_) | DataType::Struct(_) => column.get_array_memory_size(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, StringViewArray};

    use super::*;

    #[test]
    fn stored_cuts_batches_with_long_texts_and_keeps_every_row() {
        let long = "x".repeat(5 << 20);
        let texts: ArrayRef = Arc::new(StringViewArray::from(vec![long.as_str(); 20]));
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..20));
        let batch = RecordBatch::try_from_iter([("text", texts), ("n", numbers)]).unwrap();
        let pieces = stored(&batch, &stored_schema(&batch.schema())).unwrap();
        assert!(pieces.len() > 2);
        assert_eq!(pieces.iter().map(RecordBatch::num_rows).sum::<usize>(), 20);
        assert_eq!(pieces[0].column(0).data_type(), &DataType::Utf8);
    }
}
