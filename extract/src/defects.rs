//! Values that did not fit their column, and files that are not there: the rows of the staged table `_defects`.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::{Error, Result};

/// Name of the staged table.
pub(crate) const TABLE: &str = "_defects";

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let names = ["table_name", "key", "column_name", "raw", "reason"];
    Arc::new(Schema::new(names.map(|name| Field::new(name, DataType::Utf8, true)).to_vec()))
});

/// Defects that wait for their batch.
#[derive(Debug, Default)]
pub(crate) struct Defects {
    columns: [StringBuilder; 5],
    rows: usize,
}

impl Defects {
    /// The schema of the staged table: all text.
    pub(crate) fn schema() -> SchemaRef {
        Arc::clone(&SCHEMA)
    }

    /// `raw` is the exact text, or `0x…` where it is not UTF-8 or holds a NUL byte, which some readers of Parquet refuse.
    pub(crate) fn push(&mut self, table: &str, key: &str, column: &str, raw: &[u8], reason: &str) {
        let raw = match crate::values::text(raw) {
            Ok(text) => text.into(),
            Err(_) => std::borrow::Cow::from(format!("0x{}", hex::encode(raw))),
        };
        for (builder, value) in self.columns.iter_mut().zip([table, key, column, &raw, reason]) {
            builder.append_value(value);
        }
        self.rows += 1;
    }

    /// Defects that wait.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The waiting defects; none wait afterwards.
    ///
    /// # Errors
    /// `Internal`, never seen.
    pub(crate) fn take(&mut self) -> Result<RecordBatch> {
        self.rows = 0;
        let columns: Vec<ArrayRef> = self.columns.iter_mut().map(|b| Arc::new(b.finish()) as ArrayRef).collect();
        RecordBatch::try_new(Self::schema(), columns).map_err(|e| Error::Internal(e.to_string()))
    }
}
