//! NOT NULL: which rows of a batch lack a value that the contract wants.

use std::sync::Arc;

use arrow::array::{Array, BooleanArray, RecordBatch};
use arrow::datatypes::SchemaRef;

use crate::Result;
use crate::rejects::{Reason, internal};

/// Rows and, for each, why it is refused.
pub(crate) type Refused = (RecordBatch, Vec<Reason>);

/// The rows of a batch that have all they must have, and the others with what they lack.
pub(crate) fn split_nulls(batch: &RecordBatch, schema: &SchemaRef) -> Result<(RecordBatch, Option<Refused>)> {
    let required: Vec<usize> = (0..batch.num_columns())
        .filter(|index| !schema.field(*index).is_nullable() && batch.column(*index).null_count() > 0)
        .collect();
    let with = |batch: RecordBatch, schema: &SchemaRef| {
        RecordBatch::try_new(Arc::clone(schema), batch.columns().to_vec()).map_err(internal)
    };
    if required.is_empty() {
        return Ok((with(batch.clone(), schema)?, None));
    }
    let lacks: Vec<Option<usize>> = (0..batch.num_rows())
        .map(|row| required.iter().copied().find(|index| batch.column(*index).is_null(row)))
        .collect();
    let reason = |index: &usize| (None, format!("{} is NULL", schema.field(*index).name()));
    let reasons = lacks.iter().flatten().map(reason).collect();
    let stays: BooleanArray = lacks.iter().map(|lack| Some(lack.is_none())).collect();
    let goes = arrow::compute::not(&stays).map_err(internal)?;
    let good = arrow::compute::filter_record_batch(batch, &stays).map_err(internal)?;
    let bad = arrow::compute::filter_record_batch(batch, &goes).map_err(internal)?;
    Ok((with(good, schema)?, Some((bad, reasons))))
}
