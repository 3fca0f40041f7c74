//! Rows as they come, in any number: as a table for people, CSV, JSON or Parquet.

use std::io::Write;

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::json::writer::JsonArray;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::args::{Format, RowFormat};
use crate::error::refused;
use crate::report::render;

/// Rows of one table for people: more of them are in several, each as wide as it must be.
const TABLE_ROWS: usize = 1_000;
/// Rows of a Parquet row group, and bytes of it in memory, at most.
const GROUP_ROWS: usize = 100_000;
const GROUP_BYTES: usize = 32 << 20;

/// Writes the rows of one answer.
pub(crate) struct Rows<'a>(Kind<'a>);

type To<'a> = &'a mut (dyn Write + Send);

enum Kind<'a> {
    Table { to: To<'a>, schema: SchemaRef, kept: Vec<RecordBatch>, rows: usize, begun: bool },
    Csv(Box<arrow::csv::Writer<To<'a>>>),
    Json { writer: arrow::json::Writer<To<'a>, JsonArray>, any: bool },
    Parquet(Box<ArrowWriter<To<'a>>>),
}

impl<'a> Rows<'a> {
    /// Begins an answer.
    ///
    /// # Errors
    /// Where the columns have no such form, or the output does not take it.
    pub(crate) fn new(format: RowFormat, schema: &SchemaRef, to: To<'a>) -> Result<Self> {
        Ok(Self(match format {
            RowFormat::Table => Kind::Table { to, schema: schema.clone(), kept: Vec::new(), rows: 0, begun: false },
            RowFormat::Csv => {
                let mut writer = arrow::csv::WriterBuilder::new().with_header(true).build(to);
                writer.write(&RecordBatch::new_empty(schema.clone())).map_err(no_form)?;
                Kind::Csv(Box::new(writer))
            }
            RowFormat::Json => {
                let writer = arrow::json::WriterBuilder::new().with_explicit_nulls(true).build(to);
                Kind::Json { writer, any: false }
            }
            RowFormat::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .set_max_row_group_row_count(Some(GROUP_ROWS))
                    .build();
                let writer = ArrowWriter::try_new(to, schema.clone(), Some(properties)).map_err(no_form)?;
                Kind::Parquet(Box::new(writer))
            }
        }))
    }

    /// Writes a batch.
    ///
    /// # Errors
    /// As [`Rows::new`].
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        match &mut self.0 {
            Kind::Table { kept, rows, .. } => {
                *rows += batch.num_rows();
                kept.push(batch.clone());
                self.tables(TABLE_ROWS)
            }
            Kind::Csv(writer) => writer.write(batch).map_err(no_form),
            Kind::Json { writer, any } => {
                *any |= batch.num_rows() > 0;
                writer.write(batch).map_err(no_form)
            }
            Kind::Parquet(writer) => {
                writer.write(batch).map_err(no_form)?;
                if writer.in_progress_size() > GROUP_BYTES {
                    writer.flush().map_err(no_form)?;
                }
                Ok(())
            }
        }
    }

    /// Ends the answer.
    ///
    /// # Errors
    /// As [`Rows::new`].
    pub(crate) fn end(mut self) -> Result<()> {
        self.tables(0)?;
        match self.0 {
            Kind::Table { .. } | Kind::Csv(_) => {}
            Kind::Json { mut writer, any } => {
                if any {
                    writer.finish().map_err(no_form)?;
                }
                writer.into_inner().write_all(if any { b"\n" } else { b"[]\n" })?;
            }
            Kind::Parquet(writer) => drop(writer.close().map_err(no_form)?),
        }
        Ok(())
    }

    /// Writes tables of so many rows; with 0 what is left.
    fn tables(&mut self, rows_each: usize) -> Result<()> {
        let Kind::Table { to, schema, kept, rows, begun } = &mut self.0 else { return Ok(()) };
        while *rows > 0 && *rows >= rows_each || rows_each == 0 && !*begun {
            let mut wanted = if rows_each == 0 { *rows } else { rows_each };
            *rows -= wanted;
            *begun = true;
            let mut page = Vec::new();
            while wanted > 0 && !kept.is_empty() {
                let batch = kept.remove(0);
                let taken = wanted.min(batch.num_rows());
                page.push(batch.slice(0, taken));
                if taken < batch.num_rows() {
                    kept.insert(0, batch.slice(taken, batch.num_rows() - taken));
                }
                wanted -= taken;
            }
            writeln!(to, "{}", render(schema, &page, Format::Table).map_err(no_form)?)?;
        }
        Ok(())
    }
}

/// What cannot be written in a format is the query's to change.
fn no_form(error: impl Into<anyhow::Error>) -> anyhow::Error {
    let error = error.into();
    refused(
        format!("the rows cannot be written: {error:#}"),
        "write them with --format json, or cast the column to VARCHAR",
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, ListArray, StringArray};
    use arrow::datatypes::Int64Type;

    use super::*;

    fn batch(from: i64, rows: i64) -> RecordBatch {
        let numbers = Int64Array::from_iter_values(from..from + rows);
        let texts = StringArray::from_iter((from..from + rows).map(|n| (n % 2 == 0).then(|| format!("t,{n}"))));
        RecordBatch::try_from_iter_with_nullable([
            ("n", Arc::new(numbers) as Arc<dyn arrow::array::Array>, false),
            ("t", Arc::new(texts), true),
        ])
        .unwrap()
    }

    fn written(format: RowFormat, batches: &[RecordBatch]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rows = Rows::new(format, &batch(0, 0).schema(), &mut bytes).unwrap();
        batches.iter().for_each(|batch| rows.write(batch).unwrap());
        rows.end().unwrap();
        bytes
    }

    fn text(format: RowFormat, batches: &[RecordBatch]) -> String {
        String::from_utf8(written(format, batches)).unwrap()
    }

    #[test]
    fn csv_has_its_head_once_and_also_without_rows() {
        assert_eq!(text(RowFormat::Csv, &[batch(0, 2), batch(2, 1)]), "n,t\n0,\"t,0\"\n1,\n2,\"t,2\"\n");
        assert_eq!(text(RowFormat::Csv, &[]), "n,t\n");
    }

    #[test]
    fn json_is_one_array() {
        let rows: Vec<serde_json::Value> =
            serde_json::from_str(&text(RowFormat::Json, &[batch(0, 2), batch(2, 1)])).unwrap();
        assert_eq!(
            rows,
            [("t,0", 0), ("", 1), ("t,2", 2)].map(|(t, n)| match t {
                "" => serde_json::json!({ "n": n, "t": null }),
                t => serde_json::json!({ "n": n, "t": t }),
            })
        );
        assert_eq!(text(RowFormat::Json, &[]), "[]\n");
        assert_eq!(text(RowFormat::Json, &[batch(0, 0)]), "[]\n");
    }

    #[test]
    fn a_long_table_comes_in_pieces_and_keeps_every_row() {
        let out = text(RowFormat::Table, &[batch(0, 900), batch(900, 1_200)]);
        let heads = out.lines().filter(|line| line.contains(" n ")).count();
        let rows = out.lines().filter(|line| line.chars().any(|c| c.is_ascii_digit())).count();
        assert_eq!((heads, rows), (3, 2_100));
        assert!(text(RowFormat::Table, &[]).contains(" n "), "an empty table has its head");
    }

    #[test]
    fn parquet_reads_back() {
        let bytes = bytes_of(written(RowFormat::Parquet, &[batch(0, 3), batch(3, 2)]));
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
        let rows: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
        assert_eq!(arrow::compute::concat_batches(&batch(0, 0).schema(), &rows).unwrap(), batch(0, 5));
    }

    fn bytes_of(bytes: Vec<u8>) -> bytes::Bytes {
        bytes.into()
    }

    #[test]
    fn what_csv_cannot_say_is_refused_with_a_way_out() {
        let list = ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1)])]);
        let batch = RecordBatch::try_from_iter([("l", Arc::new(list) as Arc<dyn arrow::array::Array>)]).unwrap();
        let mut bytes = Vec::new();
        let refused = Rows::new(RowFormat::Csv, &batch.schema(), &mut bytes).and_then(|mut rows| rows.write(&batch));
        assert!(crate::error::hint(&refused.unwrap_err()).unwrap().contains("json"));
    }
}
