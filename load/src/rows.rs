//! Contract tables, row by row, as they were published: sorted, streamed, never whole in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType};
use chrono::{DateTime, Utc};
use deskferry_staging::{Manifest, Staging};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use serde_json::{Map, Value};

use crate::{Error, Result};

/// The rows of one table, in the order they were published.
pub(crate) struct Rows {
    table: &'static str,
    batches: Option<BoxStream<'static, deskferry_staging::Result<RecordBatch>>>,
    batch: Option<Arc<RecordBatch>>,
    next: usize,
    peeked: Option<Row>,
}

/// One row.
#[derive(Clone)]
pub(crate) struct Row {
    table: &'static str,
    batch: Arc<RecordBatch>,
    row: usize,
}

impl Rows {
    /// The rows of `table`; none where the run has no such table.
    pub(crate) fn open(staging: &Staging, manifest: &Manifest, table: &'static str) -> Result<Self> {
        let batches = if manifest.tables.contains_key(table) { Some(staging.read(manifest, table)?) } else { None };
        Ok(Self { table, batches, batch: None, next: 0, peeked: None })
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Row>> {
        if let Some(row) = self.peeked.take() {
            return Ok(Some(row));
        }
        loop {
            if let Some(batch) = self.batch.as_ref().filter(|b| self.next < b.num_rows()) {
                self.next += 1;
                return Ok(Some(Row { table: self.table, batch: Arc::clone(batch), row: self.next - 1 }));
            }
            let Some(stream) = &mut self.batches else { return Ok(None) };
            let Some(batch) = stream.next().await else { return Ok(None) };
            self.batch = Some(Arc::new(plain(self.table, &batch?)?));
            self.next = 0;
        }
    }

    pub(crate) async fn peek(&mut self) -> Result<Option<&Row>> {
        if self.peeked.is_none() {
            self.peeked = self.next().await?;
        }
        Ok(self.peeked.as_ref())
    }
}

/// Whatever engine wrote the batch, texts become Utf8, integers Int64, times microseconds.
fn plain(table: &str, batch: &RecordBatch) -> Result<RecordBatch> {
    let wrong = |e: arrow::error::ArrowError| Error::Contract { table: table.to_owned(), reason: e.to_string() };
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
        let wanted = match field.data_type() {
            DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => DataType::Utf8,
            d if d.is_integer() => DataType::Int64,
            DataType::Timestamp(..) => DataType::Timestamp(TimeUnit::Microsecond, None),
            other => other.clone(),
        };
        cast(column, &wanted).map(|c| (field.name().clone(), c))
    });
    let columns = columns.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    RecordBatch::try_from_iter(columns).map_err(wrong)
}

impl Row {
    /// A text; `None` for NULL.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&str>> {
        let column = self.column(name)?;
        let texts = column.as_string_opt::<i32>().ok_or_else(|| self.not(name, "text"))?;
        Ok((!texts.is_null(self.row)).then(|| texts.value(self.row)))
    }

    /// A text that must be there.
    pub(crate) fn must(&self, name: &'static str) -> Result<&str> {
        self.text(name)?.ok_or_else(|| self.not(name, "set"))
    }

    /// An owned text; `None` for NULL and for an empty text.
    pub(crate) fn some(&self, name: &'static str) -> Result<Option<String>> {
        Ok(self.text(name)?.filter(|t| !t.is_empty()).map(ToOwned::to_owned))
    }

    pub(crate) fn integer(&self, name: &'static str) -> Result<Option<i64>> {
        let column = self.column(name)?;
        let numbers = column.as_primitive_opt::<Int64Type>().ok_or_else(|| self.not(name, "an integer"))?;
        Ok((!numbers.is_null(self.row)).then(|| numbers.value(self.row)))
    }

    pub(crate) fn boolean(&self, name: &'static str) -> Result<Option<bool>> {
        let column = self.column(name)?;
        let truths = column.as_boolean_opt().ok_or_else(|| self.not(name, "a boolean"))?;
        Ok((!truths.is_null(self.row)).then(|| truths.value(self.row)))
    }

    pub(crate) fn time(&self, name: &'static str) -> Result<Option<DateTime<Utc>>> {
        let column = self.column(name)?;
        let times =
            column.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(|| self.not(name, "a timestamp"))?;
        if times.is_null(self.row) {
            return Ok(None);
        }
        DateTime::from_timestamp_micros(times.value(self.row))
            .map(Some)
            .ok_or_else(|| self.not(name, "a possible time"))
    }

    /// A JSON array of keys; empty for NULL.
    pub(crate) fn keys(&self, name: &'static str) -> Result<Vec<String>> {
        let Some(text) = self.text(name)?.filter(|t| !t.is_empty()) else { return Ok(Vec::new()) };
        serde_json::from_str(text).map_err(|_| self.not(name, "a JSON array of texts"))
    }

    /// A JSON object without its NULLs, by name, so that the order in the row does not matter; empty for NULL.
    pub(crate) fn object(&self, name: &'static str) -> Result<Map<String, Value>> {
        let Some(text) = self.text(name)?.filter(|t| !t.is_empty()) else { return Ok(Map::new()) };
        let map: Map<String, Value> = serde_json::from_str(text).map_err(|_| self.not(name, "a JSON object"))?;
        let sorted: BTreeMap<String, Value> = map.into_iter().filter(|(_, value)| !value.is_null()).collect();
        Ok(sorted.into_iter().collect())
    }

    fn column(&self, name: &'static str) -> Result<&arrow::array::ArrayRef> {
        self.batch.column_by_name(name).ok_or_else(|| self.not(name, "there"))
    }

    fn not(&self, column: &str, what: &str) -> Error {
        let key =
            self.batch.column_by_name("source_key").and_then(|c| c.as_string_opt::<i32>().map(|s| s.value(self.row)));
        let reason = format!("column `{column}` of row `{}` is not {what}", key.unwrap_or("?"));
        Error::Contract { table: self.table.to_owned(), reason }
    }
}
