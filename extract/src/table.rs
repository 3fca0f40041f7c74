//! The one way in which every reader turns source values into Arrow: rows of text in, typed batches out.
//!
//! A row is what the MySQL text protocol sends and what a dump's literal holds once it is unescaped, so that a live database
//! and its dump give identical rows. A value that does not fit its type is NULL in its column, keeps its text in `_extra`, and
//! is one row of [`Defects`].

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder, new_null_array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono_tz::Tz;

use crate::columns::{Cells, SourceColumn, Zoned, data_type};
use crate::defects::Defects;
use crate::spec::{ColumnType, Table};
use crate::values::Reason;
use crate::{Error, Result, Settings};

/// Rows of a batch at most.
pub(crate) const BATCH_ROWS: usize = 4_096;
/// A batch is full when its values have so many bytes.
pub(crate) const BATCH_BYTES: usize = 1 << 20;

/// The staged schema of a table: its declared columns, all nullable, then `_extra`.
pub(crate) fn schema(table: &Table) -> SchemaRef {
    let mut fields: Vec<Field> =
        table.columns.iter().map(|c| Field::new(&c.name, data_type(c.column_type), true)).collect();
    fields.push(Field::new("_extra", DataType::Utf8, true));
    Arc::new(Schema::new(fields))
}

/// Builds the batches of one table.
pub(crate) struct TableBuilder {
    name: String,
    schema: SchemaRef,
    /// By position of the source column; `None` for a column that is not declared.
    cells: Vec<Option<Slot>>,
    /// By position of the declared column: the position of its source column.
    sources: Vec<Option<usize>>,
    /// Positions of the source columns of the key.
    key: Vec<usize>,
    extra: StringBuilder,
    defects: Defects,
    rows: usize,
    bytes: usize,
}

struct Slot {
    name: String,
    cells: Cells,
}

/// Whether values of some declared time column will be read as wall time.
pub(crate) fn has_wall_time(table: &Table, columns: &[SourceColumn]) -> bool {
    columns.iter().any(|source| {
        let declared = table.column(&source.name).is_some_and(|c| c.column_type == ColumnType::Timestamp);
        declared && source.zoned == Zoned::Naive
    })
}

impl TableBuilder {
    /// A builder for rows whose values come in the order of `columns`. A column that the spec does not declare is passed over.
    ///
    /// # Errors
    /// `Setting` where a time zone has no such name.
    pub(crate) fn new(table: &Table, columns: &[SourceColumn], settings: &Settings) -> Result<Self> {
        let wall_zone = settings.wall_zone()?;
        let declared =
            |source: &SourceColumn| table.columns.iter().position(|c| c.name.eq_ignore_ascii_case(&source.name));
        let mut sources = vec![None; table.columns.len()];
        let mut cells = Vec::with_capacity(columns.len());
        for (position, source) in columns.iter().enumerate() {
            let Some(at) = declared(source).filter(|at| sources[*at].is_none()) else {
                cells.push(None);
                continue;
            };
            sources[at] = Some(position);
            let zone = if source.zoned == Zoned::Naive { wall_zone } else { Tz::UTC };
            let column = &table.columns[at];
            cells.push(Some(Slot { name: column.name.clone(), cells: Cells::new(column.column_type, zone) }));
        }
        let is_key = |s: &SourceColumn| table.key.columns().iter().any(|k| k.eq_ignore_ascii_case(&s.name));
        Ok(Self {
            name: table.name.clone(),
            schema: schema(table),
            cells,
            sources,
            key: columns.iter().enumerate().filter(|(_, s)| is_key(s)).map(|(at, _)| at).collect(),
            extra: StringBuilder::new(),
            defects: Defects::default(),
            rows: 0,
            bytes: 0,
        })
    }

    /// Adds a row; one value per source column, in their order.
    pub(crate) fn push(&mut self, row: &[Option<&[u8]>]) {
        debug_assert_eq!(row.len(), self.cells.len());
        let mut misfits: Option<serde_json::Map<String, serde_json::Value>> = None;
        for (at, slot) in self.cells.iter_mut().enumerate() {
            let Some(slot) = slot else { continue };
            let value = row.get(at).copied().flatten();
            match slot.cells.push(value) {
                Ok(()) => self.bytes += value.map_or(1, |v| v.len() + 5),
                Err(reason) => {
                    let raw = value.unwrap_or_default();
                    let text = String::from_utf8_lossy(raw).replace('\0', "\u{fffd}");
                    self.bytes += text.len() * 2;
                    misfits.get_or_insert_default().insert(slot.name.clone(), text.into());
                    misfit(&mut self.defects, &self.name, &self.key, row, (&slot.name, raw, reason));
                }
            }
        }
        self.extra.append_option(misfits.map(|m| serde_json::Value::Object(m).to_string()));
        self.rows += 1;
    }

    /// Rows that wait.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether it is time to take the batch.
    pub(crate) fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    /// The waiting rows; none wait afterwards.
    ///
    /// # Errors
    /// `Internal`, never seen.
    pub(crate) fn take_batch(&mut self) -> Result<RecordBatch> {
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.sources.len() + 1);
        for (at, source) in self.sources.iter().enumerate() {
            arrays.push(match source.and_then(|s| self.cells[s].as_mut()) {
                Some(slot) => slot.cells.finish(),
                None => new_null_array(self.schema.field(at).data_type(), self.rows),
            });
        }
        arrays.push(Arc::new(self.extra.finish()));
        self.rows = 0;
        self.bytes = 0;
        RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(|e| Error::Internal(e.to_string()))
    }

    /// Defects that wait.
    pub(crate) fn defects(&self) -> usize {
        self.defects.rows()
    }

    /// The waiting defects; none wait afterwards.
    ///
    /// # Errors
    /// `Internal`, never seen.
    pub(crate) fn take_defects(&mut self) -> Result<RecordBatch> {
        self.defects.take()
    }
}

/// Kept out of the hot loop.
#[cold]
fn misfit(defects: &mut Defects, table: &str, key: &[usize], row: &[Option<&[u8]>], cell: (&str, &[u8], Reason)) {
    let parts = key.iter().map(|at| String::from_utf8_lossy(row.get(*at).copied().flatten().unwrap_or_default()));
    let key = parts.collect::<Vec<_>>().join(",").replace('\0', "\u{fffd}");
    let (column, raw, reason) = cell;
    defects.push(table, &key, column, raw, reason);
}
