//! What became of each row, as `rollback.results`, and what reading back has shown to differ, as `rollback.differs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use deskferry_staging::{RunWriter, TableWriter};

use super::task::{Task, Verb, Way};
use super::{Difference, Stays, Undone};
use crate::{Error, Result};

/// Rows that are kept until a batch of them is written.
const BATCH_ROWS: usize = 4096;
/// Rows that stay, as told to the caller; the rest is in the table.
const TOLD_MAX: usize = 1000;

/// One row of `rollback.results`.
struct Row {
    stays: Stays,
    action: Verb,
}

pub(super) struct Results {
    writer: TableWriter,
    waiting: Vec<Row>,
    pub(super) tally: Tally,
}

/// Counts per table, and the first rows that stay.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) tables: BTreeMap<String, Undone>,
    pub(super) stays: Vec<Stays>,
}

impl Tally {
    /// Counts a task as it is planned.
    pub(super) fn planned(&mut self, task: &Task) {
        self.count(task, task.verb);
        if let Way::Not(code, message) = &task.way {
            self.tell(stays(task, None, Some((*code).to_owned()), Some((*message).to_owned())));
        }
    }

    fn count(&mut self, task: &Task, verb: Verb) {
        let counts = self.tables.entry(task.stored.entry.table.clone()).or_default();
        counts.calls += u64::from(!matches!(verb, Verb::Freed | Verb::Stays));
        *match verb {
            Verb::Deleted => &mut counts.deleted,
            Verb::Archived => &mut counts.archived,
            Verb::Detached => &mut counts.detached,
            Verb::Restored => &mut counts.restored,
            Verb::Freed => &mut counts.freed,
            Verb::Stays => &mut counts.stays,
        } += 1;
    }

    fn tell(&mut self, stays: Stays) {
        if self.stays.len() < TOLD_MAX {
            self.stays.push(stays);
        }
    }
}

/// A row that stays, and why.
pub(super) fn stays(task: &Task, status: Option<u16>, code: Option<String>, message: Option<String>) -> Stays {
    let entry = &task.stored.entry;
    Stays {
        table: entry.table.clone(),
        key: entry.key.clone(),
        step: entry.step.clone(),
        intercom_id: Some(task.id.clone()).filter(|id| !id.is_empty()),
        status,
        code,
        message,
    }
}

impl Results {
    pub(super) fn new(run: &RunWriter) -> Result<Self> {
        let writer = run.table("results", schema())?;
        Ok(Self { writer, waiting: Vec::new(), tally: Tally::default() })
    }

    /// A task that is done.
    pub(super) async fn undone(&mut self, task: &Task) -> Result<()> {
        self.tally.count(task, task.verb);
        self.add(Row { stays: stays(task, None, None, None), action: task.verb }).await
    }

    /// A task that could not be done.
    pub(super) async fn not(&mut self, task: &Task, stays: Stays) -> Result<()> {
        self.tally.count(task, Verb::Stays);
        self.tally.tell(stays.clone());
        self.add(Row { stays, action: Verb::Stays }).await
    }

    async fn add(&mut self, row: Row) -> Result<()> {
        self.waiting.push(row);
        if self.waiting.len() >= BATCH_ROWS { self.flush().await } else { Ok(()) }
    }

    /// Writes both tables.
    pub(super) async fn close(mut self, run: &mut RunWriter, differs: &[Difference]) -> Result<Tally> {
        self.flush().await?;
        let key = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        run.add("results", vec![self.writer.close().await?]).key = key(&["table_name", "source_key", "step"]);
        let mut writer = run.table("differs", differs_schema())?;
        let text = |f: &dyn Fn(&Difference) -> String| -> ArrayRef {
            Arc::new(differs.iter().map(|d| Some(f(d))).collect::<StringArray>())
        };
        let id: ArrayRef = Arc::new(differs.iter().map(|d| d.intercom_id.clone()).collect::<StringArray>());
        let columns = vec![
            text(&|d| d.table.clone()),
            text(&|d| d.key.clone()),
            id,
            text(&|d| d.field.clone()),
            text(&|d| d.wanted.clone()),
            text(&|d| d.found.clone()),
        ];
        writer.write(&RecordBatch::try_new(differs_schema(), columns).map_err(failed)?).await?;
        run.add("differs", vec![writer.close().await?]).key = key(&["table_name", "source_key", "field"]);
        Ok(self.tally)
    }

    async fn flush(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.waiting);
        let text =
            |f: &dyn Fn(&Row) -> Option<String>| -> ArrayRef { Arc::new(rows.iter().map(f).collect::<StringArray>()) };
        let columns: Vec<ArrayRef> = vec![
            text(&|r| Some(r.stays.table.clone())),
            text(&|r| Some(r.stays.key.clone())),
            text(&|r| Some(r.stays.step.clone())),
            text(&|r| Some(r.action.as_str().to_owned())),
            text(&|r| r.stays.intercom_id.clone()),
            Arc::new(rows.iter().map(|r| r.stays.status.map(i32::from)).collect::<Int32Array>()),
            text(&|r| r.stays.code.clone()),
            text(&|r| r.stays.message.clone()),
        ];
        Ok(self.writer.write(&RecordBatch::try_new(schema(), columns).map_err(failed)?).await?)
    }
}

fn failed(error: arrow::error::ArrowError) -> Error {
    Error::Output { what: "rollback.results", reason: error.to_string() }
}

fn schema() -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        text("table_name", false),
        text("source_key", false),
        text("step", false),
        text("action", false),
        text("intercom_id", true),
        Field::new("status", DataType::Int32, true),
        text("code", true),
        text("message", true),
    ]))
}

fn differs_schema() -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        text("table_name", false),
        text("source_key", false),
        text("intercom_id", true),
        text("field", false),
        text("wanted", false),
        text("found", false),
    ]))
}
