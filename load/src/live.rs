//! Writes JSON rows as a table with given columns.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use deskferry_staging::{RunWriter, TableWriter};
use serde_json::Value;

use crate::intercom::id_of;
use crate::{Error, Result};

/// Rows that are kept until a batch of them is written.
const BATCH_ROWS: usize = 4096;

/// How a value of a column is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text; a number becomes its text.
    Text,
    Integer,
    /// Seconds since 1970 become a timestamp.
    Time,
    /// Any value becomes JSON text.
    Json,
}

pub(crate) struct LiveTable {
    name: String,
    columns: &'static [(&'static str, Kind)],
    writer: TableWriter,
    rows: Vec<Value>,
}

impl LiveTable {
    pub(crate) fn open(run: &RunWriter, name: &str, columns: &'static [(&'static str, Kind)]) -> Result<Self> {
        let writer = run.table(name, schema(columns))?;
        Ok(Self { name: name.to_owned(), columns, writer, rows: Vec::new() })
    }

    pub(crate) async fn add(&mut self, row: Value) -> Result<()> {
        self.rows.push(row);
        if self.rows.len() >= BATCH_ROWS { self.flush().await } else { Ok(()) }
    }

    pub(crate) async fn close(mut self, run: &mut RunWriter) -> Result<()> {
        self.flush().await?;
        run.add(&self.name, vec![self.writer.close().await?]);
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let columns = self.columns.iter().map(|(name, kind)| array(&rows, name, *kind)).collect();
        let batch = RecordBatch::try_new(schema(self.columns), columns)
            .map_err(|e| Error::Output { what: "intercom_live", reason: e.to_string() })?;
        Ok(self.writer.write(&batch).await?)
    }
}

fn schema(columns: &[(&'static str, Kind)]) -> SchemaRef {
    let field = |(name, kind): &(&'static str, Kind)| {
        let data_type = match kind {
            Kind::Text | Kind::Json => DataType::Utf8,
            Kind::Integer => DataType::Int64,
            Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        };
        Field::new(*name, data_type, true)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

fn array(rows: &[Value], name: &str, kind: Kind) -> ArrayRef {
    let values = rows.iter().map(|row| &row[name]);
    match kind {
        Kind::Text => Arc::new(values.map(id_of).collect::<StringArray>()),
        Kind::Json => Arc::new(values.map(|v| (!v.is_null()).then(|| v.to_string())).collect::<StringArray>()),
        Kind::Integer => Arc::new(values.map(Value::as_i64).collect::<Int64Array>()),
        Kind::Time => {
            let micros = values.map(|v| v.as_i64().map(|s| s.saturating_mul(1_000_000)));
            Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        }
    }
}
