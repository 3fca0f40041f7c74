//! `load.rejects` and `load.defects`: rows to be looked at, by table and key.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use deskferry_staging::{RunWriter, TableWriter};

use crate::{Error, Result};

/// Rows that the database does not have as the run has them.
const REJECTS: &str = "rejects";
/// Values that are in the database in another form.
const DEFECTS: &str = "defects";
/// Rows that are kept until a batch of them is written.
const BATCH_ROWS: usize = 4096;

/// What becomes a row of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) table: String,
    pub(crate) key: String,
    /// `write` or `delete`.
    pub(crate) action: &'static str,
    pub(crate) column: Option<String>,
    /// PostgreSQL's, where it refused the row.
    pub(crate) code: Option<String>,
    pub(crate) reason: String,
}

/// One of the two.
pub(crate) struct Report {
    name: &'static str,
    writer: TableWriter,
    lines: Vec<Line>,
}

impl Report {
    pub(crate) fn rejects(run: &RunWriter) -> Result<Self> {
        Self::new(run, REJECTS)
    }

    pub(crate) fn defects(run: &RunWriter) -> Result<Self> {
        Self::new(run, DEFECTS)
    }

    fn new(run: &RunWriter, name: &'static str) -> Result<Self> {
        Ok(Self { name, writer: run.table(name, schema())?, lines: Vec::new() })
    }

    pub(crate) async fn add(&mut self, line: Line) -> Result<()> {
        self.lines.push(line);
        if self.lines.len() >= BATCH_ROWS { self.flush().await } else { Ok(()) }
    }

    /// Puts the table into the run.
    pub(crate) async fn close(mut self, run: &mut RunWriter) -> Result<()> {
        self.flush().await?;
        run.add(self.name, vec![self.writer.close().await?]);
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        let lines = std::mem::take(&mut self.lines);
        let texts = |of: &dyn Fn(&Line) -> Option<String>| -> ArrayRef {
            Arc::new(lines.iter().map(of).collect::<StringArray>())
        };
        let columns = vec![
            texts(&|line| Some(line.table.clone())),
            texts(&|line| Some(line.key.clone())),
            texts(&|line| Some(line.action.to_owned())),
            texts(&|line| line.column.clone()),
            texts(&|line| line.code.clone()),
            texts(&|line| Some(line.reason.clone())),
        ];
        let batch = RecordBatch::try_new(schema(), columns)
            .map_err(|e| Error::Run { run: format!("load.{}", self.name), reason: e.to_string() })?;
        Ok(self.writer.write(&batch).await?)
    }
}

fn schema() -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        text("table_name", false),
        text("source_key", false),
        text("action", false),
        text("column_name", true),
        text("code", true),
        text("reason", false),
    ]))
}
