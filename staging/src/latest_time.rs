//! The latest time in a column of a run, by what its parts say of themselves: no rows are read.

use arrow::array::AsArray as _;
use arrow::datatypes::TimestampMicrosecondType;
use chrono::{DateTime, Utc};
use parquet::arrow::ParquetRecordBatchStreamBuilder;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;

use crate::part_reader::PartReader;
use crate::{Error, Manifest, Result, Staging};

impl Staging {
    /// The latest time in a column of a table of one run; `None` where there is none, or no such table or column of times.
    ///
    /// # Errors
    /// `Parquet`, naming the part that cannot be read.
    pub async fn latest_time(&self, manifest: &Manifest, table: &str, column: &str) -> Result<Option<DateTime<Utc>>> {
        let mut latest = None;
        for part in manifest.tables.get(table).into_iter().flat_map(|table| &table.parts) {
            let path = object_store::path::Path::from(part.path.clone());
            let reader = PartReader { store: self.store(), path, bytes: part.bytes };
            let builder = ParquetRecordBatchStreamBuilder::new(reader).await.map_err(Error::parquet(&part.path))?;
            let Ok(converter) = StatisticsConverter::try_new(column, builder.schema(), builder.parquet_schema()) else {
                return Ok(None);
            };
            let groups = builder.metadata().row_groups();
            let latest_of_groups = converter.row_group_maxes(groups).map_err(Error::parquet(&part.path))?;
            let times = latest_of_groups.as_primitive_opt::<TimestampMicrosecondType>();
            latest = latest.max(times.and_then(arrow::compute::max));
        }
        Ok(latest.and_then(DateTime::from_timestamp_micros))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};

    use super::*;
    use crate::{RunId, Stage};

    #[tokio::test]
    async fn the_latest_of_all_parts_is_told_without_reading_rows() {
        let staging = Staging::in_memory();
        let begun = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let mut run = staging.begin(RunId::new(begun, 1), Stage::Transform, "database", begun).unwrap();
        let times = |times: Vec<Option<i64>>| {
            let texts: ArrayRef = Arc::new(StringArray::from(vec!["x"; times.len()]));
            let times: ArrayRef = Arc::new(TimestampMicrosecondArray::from(times).with_timezone("UTC"));
            RecordBatch::try_from_iter_with_nullable([("at", times, true), ("text", texts, true)]).unwrap()
        };
        for (table, batches) in [
            ("some", vec![times(vec![Some(5), None, Some(7_000_001)]), times(vec![Some(6), None])]),
            ("none", vec![times(vec![None])]),
        ] {
            let first = run.table(table, batches[0].schema()).unwrap();
            let mut parts = Vec::new();
            for batch in batches {
                let mut writer = first.fork();
                writer.write(&batch).await.unwrap();
                parts.push(writer.close().await.unwrap());
            }
            run.add(table, parts);
        }
        let run = run.publish(begun).await.unwrap();
        let latest = async |table, column| staging.latest_time(&run, table, column).await.unwrap();
        assert_eq!(latest("some", "at").await, DateTime::from_timestamp_micros(7_000_001));
        assert_eq!(latest("none", "at").await, None);
        for (table, column) in [("some", "text"), ("some", "missing"), ("missing", "at")] {
            assert_eq!(latest(table, column).await, None, "{table} {column}");
        }
    }
}
