//! Which rows are as they were, for tables that cannot be asked for what changed since, but whose rows say when they changed: the
//! list is read whole, and only of rows that are new, or of which one of these columns is another than in the last state, are
//! details, children and files asked for.

use std::collections::HashMap;

use arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch, TimestampMicrosecondArray};
use arrow::datatypes::TimestampMicrosecondType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use deskferry_staging::Context;
use futures::TryStreamExt as _;

use super::fetch::Fetch;
use super::row::{Row, cell, hash};
use crate::hash::{Hash, of_texts};
use crate::spec::{ColumnType, Spec, Table};
use crate::values::wall_time;
use crate::{Error, Result};

/// What the last state of a table says of when its rows changed: 32 bytes a row.
#[derive(Debug, Default)]
pub(super) struct Before(HashMap<Hash, Hash>);

impl Before {
    /// Reads it from the stage.
    ///
    /// # Errors
    /// `Staging`, `Cancelled`.
    async fn read(context: &Context, spec: &Spec, table: &Table) -> Result<Self> {
        let mut rows = HashMap::new();
        let runs = context.staging.current(spec.schema()).await?.remove(&table.name).unwrap_or_default();
        for run in &runs {
            let mut names: Vec<String> = table.key.columns().iter().chain(&table.updated_at).cloned().collect();
            let is_delta = run.tables.get(&table.name).is_some_and(|written| written.changes.is_some());
            names.extend(is_delta.then(|| "_deleted".to_owned()));
            let mut batches = context.staging.read_columns(run, &table.name, Some(&names))?;
            while let Some(batch) = batches.try_next().await? {
                if context.cancel.is_cancelled() {
                    return Err(Error::Cancelled);
                }
                take(table, &batch, &mut rows)?;
            }
        }
        Ok(Self(rows))
    }

    /// Whether a row is there, and changed then.
    pub(super) fn has(&self, table: &Table, row: &Row) -> bool {
        let texts = || table.updated_at.iter().map(|column| of_cell(table, row, column));
        let is_told = texts().any(|text| !text.is_empty());
        is_told && self.0.get(&hash(table, row)) == Some(&of_all(texts()))
    }
}

/// A staged column, of which each value is compared as a text: a time as microseconds.
enum Texts<'a> {
    Times(&'a TimestampMicrosecondArray),
    Others(ArrayFormatter<'a>),
}

impl<'a> Texts<'a> {
    fn of(column: &'a ArrayRef, options: &'a FormatOptions<'a>) -> Result<Self> {
        Ok(match column.as_primitive_opt::<TimestampMicrosecondType>() {
            Some(times) => Self::Times(times),
            None => Self::Others(
                ArrayFormatter::try_new(column, options).map_err(|error| Error::Internal(error.to_string()))?,
            ),
        })
    }

    /// Empty for NULL.
    fn value(&self, row: usize) -> String {
        match self {
            Self::Times(times) if times.is_null(row) => String::new(),
            Self::Times(times) => times.value(row).to_string(),
            Self::Others(others) => others.value(row).to_string(),
        }
    }
}

/// Takes what some rows of a run say.
fn take(table: &Table, batch: &RecordBatch, rows: &mut HashMap<Hash, Hash>) -> Result<()> {
    let options = FormatOptions::default();
    let texts = |names: &[String]| -> Result<Vec<Texts<'_>>> {
        names.iter().filter_map(|name| batch.column_by_name(name)).map(|c| Texts::of(c, &options)).collect()
    };
    let (keys, changed) = (texts(table.key.columns())?, texts(&table.updated_at)?);
    let deleted = batch.column_by_name("_deleted").map(|column| column.as_boolean());
    for at in 0..batch.num_rows() {
        let key = of_all(keys.iter().map(|column| column.value(at)));
        if deleted.is_some_and(|deleted| deleted.is_valid(at) && deleted.value(at)) {
            rows.remove(&key);
        } else {
            rows.insert(key, of_all(changed.iter().map(|column| column.value(at))));
        }
    }
    Ok(())
}

/// A column of a row as its staged value is compared: a time as microseconds.
fn of_cell(table: &Table, row: &Row, column: &str) -> String {
    let text = cell(table, row, column).unwrap_or_default();
    let is_time = table.column(column).is_some_and(|c| c.column_type == ColumnType::Timestamp);
    if is_time {
        wall_time(text.as_bytes()).map_or_else(|_| String::new(), |at| at.to_string())
    } else {
        text.to_owned()
    }
}

fn of_all(texts: impl Iterator<Item = String>) -> Hash {
    of_texts(texts.collect::<Vec<_>>().iter().map(String::as_str))
}

impl Fetch<'_> {
    /// Whether only what has changed in a table, by the word of its rows, is asked for further.
    pub(super) fn is_by_change(&self, table: &Table) -> bool {
        self.capture.plan.by_change.contains(&table.name)
    }

    /// Counts, for the forecast, rows that are asked for further.
    pub(super) async fn count_changed<'r>(&self, table: &Table, rows: impl Iterator<Item = &'r Row>) -> Result<()> {
        if self.is_by_change(table) {
            let before = self.before(table).await?;
            let (mut changed, mut all) = (0, 0);
            for row in rows {
                changed += u64::from(!before.has(table, row));
                all += 1;
            }
            self.outlook.changed(&table.name, changed, all);
        }
        Ok(())
    }

    /// What the last state says of when the rows of a table changed; nothing where all is asked for.
    pub(super) async fn before(&self, table: &Table) -> Result<&Before> {
        let Some(cell) = self.before.get(&table.name).filter(|_| self.is_by_change(table)) else {
            return Ok(&self.never);
        };
        cell.get_or_try_init(|| Before::read(&self.api.context, self.spec, table)).await
    }
}
