//! Two rows side by side as one row per changed column.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringBuilder};
use arrow::compute::kernels::cmp::distinct;
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, UInt64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::Diff;
use crate::{Error, Result};

/// Makes rows `kind, key, column, from, to`.
pub(super) struct Changes {
    names: Vec<String>,
    schema: SchemaRef,
}

impl Changes {
    pub(super) fn new(names: &[String]) -> Self {
        let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
        let fields =
            [text("kind", false), text("key", false), text("column", true), text("from", true), text("to", true)];
        Self { names: names.to_vec(), schema: Arc::new(Schema::new(fields.to_vec())) }
    }

    /// The changes of rows that were joined by key; counts them.
    pub(super) fn of(&self, joined: &RecordBatch, diff: &mut Diff) -> Result<RecordBatch> {
        self.built(joined, diff).map_err(|e| Error::internal("comparing rows")(e.into()))
    }

    fn built(
        &self,
        joined: &RecordBatch,
        diff: &mut Diff,
    ) -> std::result::Result<RecordBatch, arrow::error::ArrowError> {
        let width = self.names.len();
        let (before, after) = (joined.column(2 * width + 1).as_boolean(), joined.column(2 * width + 2).as_boolean());
        let number = numbers(joined.column(2 * width + 3));
        let options = FormatOptions::default();
        let format = |at: usize| ArrayFormatter::try_new(joined.column(at).as_ref(), &options);
        let texts = (0..2 * width + 1).map(format).collect::<std::result::Result<Vec<_>, _>>()?;
        let differs = (0..width)
            .map(|at| {
                let (before, after) = (joined.column(at), joined.column(width + at));
                if !before.data_type().is_nested() {
                    return distinct(before, after);
                }
                let is_other = |row: usize| {
                    before.is_null(row) != after.is_null(row)
                        || texts[at].value(row).to_string() != texts[width + at].value(row).to_string()
                };
                Ok((0..joined.num_rows()).map(|row| Some(is_other(row))).collect())
            })
            .collect::<std::result::Result<Vec<BooleanArray>, _>>()?;
        let mut columns: [StringBuilder; 5] = std::array::from_fn(|_| StringBuilder::new());
        let mut push = |values: [Option<String>; 5]| {
            columns.iter_mut().zip(values).for_each(|(column, value)| column.append_option(value));
        };
        for row in 0..joined.num_rows() {
            let key = texts[2 * width].value(row).to_string();
            diff.repeated_keys += u64::from(number(row) > 1);
            let kind = match (before.value(row), after.value(row)) {
                (true, true) => "changed",
                (true, false) => "removed",
                (false, _) => "added",
            };
            if kind != "changed" {
                *if kind == "added" { &mut diff.added } else { &mut diff.removed } += 1;
                push([Some(kind.to_owned()), Some(key), None, None, None]);
                continue;
            }
            diff.changed += 1;
            for (at, name) in self.names.iter().enumerate().filter(|(at, _)| differs[*at].value(row)) {
                diff.columns[at].1 += 1;
                let text = |at: usize| joined.column(at).is_valid(row).then(|| texts[at].value(row).to_string());
                push([Some(kind.to_owned()), Some(key.clone()), Some(name.clone()), text(at), text(width + at)]);
            }
        }
        let columns = columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

fn numbers(column: &ArrayRef) -> impl Fn(usize) -> u64 + '_ {
    move |row| match column.data_type() {
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row),
        _ => column.as_primitive::<Int64Type>().value(row).unsigned_abs(),
    }
}
