//! A log of numbered segments, each a Parquet file that is created only if absent.
//!
//! Invariants:
//! 1. segments are numbered 1, 2, 3 … without gaps: segment n+1 is created only by a writer that has read or written n;
//! 2. a segment is never changed;
//! 3. of two writers that both append segment n, one gets `Exists` and has written nothing.

use arrow::array::RecordBatch;
use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::{Error, Part, Result, Staging, layout, write};

/// A log: `ledger.entries`, or what a reader has fetched so far ([`Work`](crate::Work)).
#[derive(Debug, Clone)]
pub struct Log {
    staging: Staging,
    folder: Path,
}

impl Log {
    pub(crate) fn new(staging: Staging, schema: &str, table: &str) -> Result<Self> {
        layout::check_name("schema name", schema)?;
        layout::check_name("table name", table)?;
        Ok(Self::in_folder(staging, Path::from_iter([schema, table])))
    }

    pub(crate) fn in_folder(staging: Staging, folder: Path) -> Self {
        Self { staging, folder }
    }

    /// Creates segment `number`, counted from 1.
    ///
    /// # Errors
    /// `Exists` where another writer was first; `Store` where the outcome is not known: read the segment to learn it.
    pub async fn append(&self, number: u64, batch: &RecordBatch) -> Result<()> {
        let path = layout::segment(&self.folder, number);
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(write::properties(batch)))
            .map_err(Error::parquet(&path))?;
        writer.write(batch).map_err(Error::parquet(&path))?;
        writer.close().map_err(Error::parquet(&path))?;
        let options = PutOptions::from(PutMode::Create);
        self.staging.store().put_opts(&path, bytes.into(), options).await.map_err(Error::store("create", &path))?;
        Ok(())
    }

    /// Segment `number`; `None` where it has not been written.
    ///
    /// # Errors
    /// `Parquet`, `Store`.
    pub async fn segment(&self, number: u64) -> Result<Option<Vec<RecordBatch>>> {
        let path = layout::segment(&self.folder, number);
        let found = match self.staging.store().get(&path).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(Error::store("read", &path)(error)),
        };
        let bytes = found.bytes().await.map_err(Error::store("read", &path))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)
            .and_then(|builder| builder.build())
            .map_err(Error::parquet(&path))?;
        let batches = reader.collect::<Result<Vec<_>, _>>().map_err(|e| Error::parquet(&path)(e.into()))?;
        Ok(Some(batches))
    }

    /// Number of the newest segment that a listing shows; 0 where there is none. Larger than what can be read in order where a segment
    /// is missing.
    ///
    /// # Errors
    /// `Store`.
    pub async fn newest(&self) -> Result<u64> {
        let first = layout::segment(&self.folder, 1);
        let mut listed = self.staging.store().list(Some(&self.folder));
        let mut newest = 0;
        while let Some(found) = listed.try_next().await.map_err(Error::store("list", &first))? {
            let name = found.location.filename().unwrap_or_default();
            let number = name.strip_prefix("segment-").and_then(|n| n.strip_suffix(".parquet")?.parse().ok());
            newest = newest.max(number.unwrap_or(0));
        }
        Ok(newest)
    }

    /// Every segment as a part, for engines that read Parquet; probes the numbers in order, so a hole ends the log.
    ///
    /// # Errors
    /// `Store`.
    pub async fn parts(&self) -> Result<Vec<Part>> {
        let mut parts = Vec::new();
        loop {
            let path = layout::segment(&self.folder, parts.len() as u64 + 1);
            match self.staging.store().head(&path).await {
                Ok(meta) => {
                    parts.push(Part { path: path.to_string(), rows: 0, bytes: meta.size, sha256: String::new() })
                }
                Err(object_store::Error::NotFound { .. }) => return Ok(parts),
                Err(error) => return Err(Error::store("read", &path)(error)),
            }
        }
    }
}
