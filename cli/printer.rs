//! Rows as they come: any number of them as CSV or JSON, the first of them as a table for people.

use std::io::Write as _;

use anyhow::Result;
use arrow::array::RecordBatch;

use crate::args::Format;
use crate::report::{print, render};

/// Prints batches of one schema to stdout.
pub(crate) struct Printer {
    format: Format,
    rows_max: usize,
    kept: Vec<RecordBatch>,
    rows: usize,
    begun: bool,
}

impl Printer {
    /// `rows_max`: most rows of a table for people.
    pub(crate) fn new(format: Format, rows_max: usize) -> Self {
        Self { format, rows_max, kept: Vec::new(), rows: 0, begun: false }
    }

    /// Prints a batch, or keeps it for the table.
    ///
    /// # Errors
    /// Where stdout does not take it.
    pub(crate) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        if self.format == Format::Table {
            let room = self.rows_max.saturating_sub(self.rows).min(batch.num_rows());
            self.rows += batch.num_rows();
            self.kept.extend((room > 0).then(|| batch.slice(0, room)));
            return Ok(());
        }
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let bytes = if self.format == Format::Csv { self.csv(batch)? } else { self.json(batch)? };
        self.begun = true;
        write(&bytes)
    }

    /// Ends the output; the number of rows that were left out.
    ///
    /// # Errors
    /// As [`Printer::add`].
    pub(crate) fn end(self) -> Result<u64> {
        match (self.format, self.kept.first()) {
            (Format::Table, Some(first)) => print(render(&first.schema(), &self.kept, Format::Table)?)?,
            (Format::Json, _) => write(if self.begun { b"\n]\n" } else { b"[]\n" })?,
            _ => {}
        }
        let left_out = if self.format == Format::Table { self.rows.saturating_sub(self.rows_max) } else { 0 };
        Ok(left_out as u64)
    }

    fn csv(&self, batch: &RecordBatch) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        arrow::csv::WriterBuilder::new().with_header(!self.begun).build(&mut bytes).write(batch)?;
        Ok(bytes)
    }

    fn json(&self, batch: &RecordBatch) -> Result<Vec<u8>> {
        let text = render(&batch.schema(), std::slice::from_ref(batch), Format::Json)?;
        let rows = text.trim().trim_start_matches('[').trim_end_matches(']');
        Ok(format!("{}{rows}", if self.begun { ",\n" } else { "[\n" }).into_bytes())
    }
}

/// A closed pipe ends the output without an error.
fn write(bytes: &[u8]) -> Result<()> {
    match std::io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        outcome => Ok(outcome?),
    }
}
