//! One row of the ledger, and its way to and from Arrow.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::before::Former;

/// State of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Intended,
    Done,
    Rejected,
    Unknown,
    Undone,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Done => "done",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Undone => "undone",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Intended, Self::Done, Self::Rejected, Self::Unknown, Self::Undone]
            .into_iter()
            .find(|s| s.as_str() == text)
    }
}

/// One row of the ledger. `seq` and `run` are given by the writer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) at: DateTime<Utc>,
    pub(crate) table: String,
    pub(crate) key: String,
    pub(crate) step: String,
    pub(crate) state: State,
    pub(crate) payload: Option<String>,
    pub(crate) intercom_id: Option<String>,
    pub(crate) parent_id: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) status: Option<i32>,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    /// JSON: `how` the outcome was learnt (`existed`, `resolved`, `shared`, `absent`), `url` in the help center, `workspace`, `tickets_as`, what
    /// the row was `before` the write (`before.rs`), how it was `undone` (`rollback.rs`).
    pub(crate) detail: Option<String>,
}

impl Entry {
    pub(crate) fn new(at: DateTime<Utc>, table: &str, key: &str, step: &str, state: State) -> Self {
        Self {
            at,
            table: table.to_owned(),
            key: key.to_owned(),
            step: step.to_owned(),
            state,
            payload: None,
            intercom_id: None,
            parent_id: None,
            method: None,
            path: None,
            status: None,
            code: None,
            message: None,
            request_id: None,
            detail: None,
        }
    }

    /// Adds what the row was before.
    pub(crate) fn with_former(mut self, former: Option<&Former>) -> Self {
        if let Some(former) = former {
            self.intercom_id.clone_from(&former.id);
            self.detail = Some(json!({ "before": former.before }).to_string());
        }
        self
    }

    /// What is told in detail.
    pub(crate) fn told(&self) -> Value {
        self.detail.as_deref().and_then(|detail| serde_json::from_str(detail).ok()).unwrap_or_default()
    }
}

/// Columns of `ledger.entries`.
pub(crate) fn schema() -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        Field::new("seq", DataType::Int64, false),
        text("run", false),
        Field::new("at", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false),
        text("table_name", false),
        text("source_key", false),
        text("step", false),
        text("state", false),
        text("payload_sha256", true),
        text("intercom_id", true),
        text("parent_id", true),
        text("method", true),
        text("path", true),
        Field::new("status", DataType::Int32, true),
        text("code", true),
        text("message", true),
        text("request_id", true),
        text("detail", true),
    ]))
}

/// Entries as one batch, numbered from `first_seq`.
pub(crate) fn to_batch(first_seq: i64, run: &str, entries: &[Entry]) -> Result<RecordBatch, arrow::error::ArrowError> {
    let must =
        |f: &dyn Fn(&Entry) -> String| -> ArrayRef { Arc::new(StringArray::from_iter_values(entries.iter().map(f))) };
    let may =
        |f: &dyn Fn(&Entry) -> Option<String>| -> ArrayRef { Arc::new(entries.iter().map(f).collect::<StringArray>()) };
    let at = TimestampMicrosecondArray::from_iter_values(entries.iter().map(|e| e.at.timestamp_micros()));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(first_seq..first_seq + entries.len() as i64)),
        must(&|_| run.to_owned()),
        Arc::new(at.with_timezone("UTC")),
        must(&|e| e.table.clone()),
        must(&|e| e.key.clone()),
        must(&|e| e.step.clone()),
        must(&|e| e.state.as_str().to_owned()),
        may(&|e| e.payload.clone()),
        may(&|e| e.intercom_id.clone()),
        may(&|e| e.parent_id.clone()),
        may(&|e| e.method.clone()),
        may(&|e| e.path.clone()),
        Arc::new(entries.iter().map(|e| e.status).collect::<Int32Array>()),
        may(&|e| e.code.clone()),
        may(&|e| e.message.clone()),
        may(&|e| e.request_id.clone()),
        may(&|e| e.detail.clone()),
    ];
    RecordBatch::try_new(schema(), columns)
}

/// A batch of the ledger, read row by row.
pub(crate) struct Rows<'a> {
    texts: Vec<Option<&'a StringArray>>,
    seq: &'a Int64Array,
    at: &'a TimestampMicrosecondArray,
    status: &'a Int32Array,
    rows: usize,
}

impl<'a> Rows<'a> {
    /// # Errors
    /// Why the batch is not one of the ledger.
    pub(crate) fn new(batch: &'a RecordBatch) -> Result<Self, String> {
        let schema = schema();
        let mut texts = Vec::new();
        for field in schema.fields() {
            let column = batch.column_by_name(field.name()).ok_or(format!("column `{}` is missing", field.name()))?;
            if column.data_type() != field.data_type() {
                return Err(format!("column `{}` is {}", field.name(), column.data_type()));
            }
            if !field.is_nullable() && column.null_count() > 0 {
                return Err(format!("column `{}` holds NULL", field.name()));
            }
            texts.push(column.as_any().downcast_ref::<StringArray>());
        }
        let not = |name: &str| format!("column `{name}` cannot be read");
        let any = |i: usize| batch.column_by_name(schema.field(i).name()).map(|c| c.as_any());
        Ok(Self {
            texts,
            seq: any(0).and_then(|c| c.downcast_ref()).ok_or(not("seq"))?,
            at: any(2).and_then(|c| c.downcast_ref()).ok_or(not("at"))?,
            status: any(12).and_then(|c| c.downcast_ref()).ok_or(not("status"))?,
            rows: batch.num_rows(),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    pub(crate) fn seq(&self, row: usize) -> i64 {
        self.seq.value(row)
    }

    pub(crate) fn run(&self, row: usize) -> String {
        self.text(1, row).unwrap_or_default()
    }

    /// # Errors
    /// What is wrong with the row.
    pub(crate) fn entry(&self, row: usize) -> Result<Entry, String> {
        let must = |column: usize| self.text(column, row).unwrap_or_default();
        let state = must(6);
        Ok(Entry {
            at: DateTime::from_timestamp_micros(self.at.value(row)).ok_or("a time is out of range")?,
            table: must(3),
            key: must(4),
            step: must(5),
            state: State::parse(&state).ok_or(format!("`{state}` is not a state"))?,
            payload: self.text(7, row),
            intercom_id: self.text(8, row),
            parent_id: self.text(9, row),
            method: self.text(10, row),
            path: self.text(11, row),
            status: (!self.status.is_null(row)).then(|| self.status.value(row)),
            code: self.text(13, row),
            message: self.text(14, row),
            request_id: self.text(15, row),
            detail: self.text(16, row),
        })
    }

    fn text(&self, column: usize, row: usize) -> Option<String> {
        let array = (*self.texts.get(column)?)?;
        (!array.is_null(row)).then(|| array.value(row).to_owned())
    }
}
