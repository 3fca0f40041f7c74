//! `events.received`: every event that was answered with 200, in the order in which they came.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray as _, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType};
use chrono::{DateTime, Utc};
use deskferry_staging::{Log, Staging};

use crate::event::Event;
use crate::topics::Object;
use crate::{Error, Result};

const LOG: &str = "received";

/// Columns that tell which event a row is.
pub(crate) const IDENTITY: &[&str] = &["seq", "at", "id"];
/// Columns that tell what has to be looked at again.
pub(crate) const TOUCHED: &[&str] = &["seq", "at", "objects"];

/// The log.
pub(crate) fn log(staging: &Staging) -> Result<Log> {
    Ok(staging.log("events", LOG)?)
}

/// An error of the log.
pub(crate) fn damaged(reason: impl Into<String>) -> Error {
    Error::Damaged { log: LOG, reason: reason.into() }
}

fn schema() -> SchemaRef {
    let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    Arc::new(Schema::new(vec![
        Field::new("seq", DataType::Int64, false),
        Field::new("at", time.clone(), false),
        Field::new("id", DataType::Utf8, false),
        Field::new("topic", DataType::Utf8, false),
        Field::new("is_known", DataType::Boolean, false),
        Field::new("created_at", time, true),
        Field::new("attempt", DataType::Int64, true),
        Field::new("objects", DataType::Utf8, false),
        Field::new("payload", DataType::Utf8, false),
    ]))
}

/// Events as rows, numbered from `first_seq`, all of which came `at` about this time.
pub(crate) fn batch(first_seq: i64, at: DateTime<Utc>, events: &[Event]) -> Result<RecordBatch> {
    let count = events.len();
    let text =
        |of: &dyn Fn(&Event) -> String| -> ArrayRef { Arc::new(StringArray::from_iter_values(events.iter().map(of))) };
    let time = |values: Vec<Option<i64>>| -> ArrayRef {
        Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC"))
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(first_seq..first_seq + count as i64)),
        time(vec![Some(at.timestamp_micros()); count]),
        text(&|e| e.id.clone()),
        text(&|e| e.topic.clone()),
        Arc::new(BooleanArray::from(events.iter().map(|e| e.is_known).collect::<Vec<_>>())),
        time(events.iter().map(|e| e.created_at.map(|at| at.timestamp_micros())).collect()),
        Arc::new(events.iter().map(|e| e.attempt).collect::<Int64Array>()),
        text(&|e| serde_json::json!(e.objects).to_string()),
        text(&|e| e.payload.clone()),
    ];
    RecordBatch::try_new(schema(), columns).map_err(|source| Error::Output { log: LOG, source })
}

/// Rows of the log, of which some columns were read.
pub(crate) struct Rows<'a> {
    seq: &'a Int64Array,
    at: &'a TimestampMicrosecondArray,
    text: &'a StringArray,
}

impl<'a> Rows<'a> {
    /// `text`: the column of text that was read besides.
    ///
    /// # Errors
    /// `Damaged`.
    pub(crate) fn new(batch: &'a RecordBatch, text: &str) -> Result<Self> {
        let column = |name: &str| batch.column_by_name(name).filter(|column| column.null_count() == 0);
        let missing = |name: &str| damaged(format!("column `{name}` is missing"));
        Ok(Self {
            seq: column("seq").and_then(|c| c.as_primitive_opt::<Int64Type>()).ok_or_else(|| missing("seq"))?,
            at: column("at")
                .and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>())
                .ok_or_else(|| missing("at"))?,
            text: column(text).and_then(|c| c.as_string_opt()).ok_or_else(|| missing(text))?,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.seq.len()
    }

    pub(crate) fn seq(&self, row: usize) -> i64 {
        self.seq.value(row)
    }

    pub(crate) fn at(&self, row: usize) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.at.value(row))
    }

    pub(crate) fn text(&self, row: usize) -> &'a str {
        self.text.value(row)
    }

    /// What a row of [`TOUCHED`] names.
    pub(crate) fn objects(&self, row: usize) -> Result<Vec<Object>> {
        serde_json::from_str(self.text(row))
            .map_err(|error| damaged(format!("objects of event {}: {error}", self.seq(row))))
    }
}
