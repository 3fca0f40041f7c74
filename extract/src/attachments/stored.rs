//! What earlier runs have staged, for rows that are as they were: their bytes are not read again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::datatypes::Int64Type;
use deskferry_staging::{Context, Manifest};
use futures::TryStreamExt as _;

use super::TABLE;
use crate::{Error, Result};

/// The staged file of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) sha256: String,
    pub(super) size: i64,
    pub(super) content_type: Arc<str>,
}

/// The current rows of `files`, some 200 bytes each.
#[derive(Default)]
pub(super) struct StoredFiles {
    /// By table, then by key.
    tables: HashMap<String, HashMap<i64, Stored>>,
    /// Each content type once.
    content_types: HashSet<Arc<str>>,
}

impl StoredFiles {
    /// Reads the table through the runs that make it up, oldest first.
    ///
    /// # Errors
    /// `Staging`.
    pub(super) async fn read(context: &Context, runs: &[Manifest]) -> Result<Self> {
        let mut stored = Self::default();
        for run in runs {
            let mut batches = context.staging.read(run, TABLE)?;
            while let Some(batch) = batches.try_next().await? {
                stored.add(&batch).ok_or_else(|| Error::Internal(format!("table `{TABLE}` has other columns")))?;
            }
        }
        Ok(stored)
    }

    fn add(&mut self, batch: &RecordBatch) -> Option<()> {
        let text = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
        let number = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<Int64Type>();
        let (tables, hashes, types) = (text("table_name")?, text("sha256")?, text("content_type")?);
        let (keys, sizes) = (number("key")?, number("size")?);
        for row in (0..batch.num_rows()).filter(|row| keys.is_valid(*row)) {
            let table = self.tables.entry(tables.value(row).to_owned()).or_default();
            // A row that says that a file is gone has nothing but its key.
            if hashes.is_null(row) {
                table.remove(&keys.value(row));
                continue;
            }
            let content_type = match self.content_types.get(types.value(row)) {
                Some(known) => Arc::clone(known),
                None => Arc::from(types.value(row)),
            };
            self.content_types.insert(Arc::clone(&content_type));
            let file = Stored { sha256: hashes.value(row).to_owned(), size: sizes.value(row), content_type };
            table.insert(keys.value(row), file);
        }
        Some(())
    }

    /// What is staged for a row.
    pub(super) fn get(&self, table: &str, key: Option<i64>) -> Option<Stored> {
        self.tables.get(table)?.get(&key?).cloned()
    }
}
