//! A log of numbered segments, each a Parquet file that is created only if absent.
//!
//! Invariants:
//! 1. segments are numbered 1, 2, 3 … without gaps: segment n+1 is created only by a writer that has read or written n;
//! 2. a segment is never changed;
//! 3. of two writers that both append segment n, one gets `Exists` and has written nothing.
//!
//! A log that grows for years is kept small by [`Log::merge`] and [`Log::remove`], which its owner calls; the ledger never does.

mod stretch;

use arrow::array::RecordBatch;
use object_store::path::Path;
use object_store::{ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};

pub use stretch::Stretch;

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
        self.create(&layout::segment(&self.folder, number), std::slice::from_ref(batch)).await
    }

    /// Creates a file of these batches, of which there is at least one.
    async fn create(&self, path: &Path, batches: &[RecordBatch]) -> Result<()> {
        let Some(first) = batches.first() else { return Ok(()) };
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, first.schema(), Some(write::properties(first)))
            .map_err(Error::parquet(path))?;
        for batch in batches {
            writer.write(batch).map_err(Error::parquet(path))?;
        }
        writer.close().map_err(Error::parquet(path))?;
        let options = PutOptions::from(PutMode::Create);
        self.staging.store().put_opts(path, bytes.into(), options).await.map_err(Error::store("create", path))?;
        Ok(())
    }

    /// Makes sure that segment `number`, which was appended, outlives a loss of power; a store that is no folder of this machine has
    /// done so before it answered.
    ///
    /// # Errors
    /// `Store`.
    pub async fn sync(&self, number: u64) -> Result<()> {
        let path = layout::segment(&self.folder, number);
        let Some(root) = self.staging.folder() else { return Ok(()) };
        let file = root.join(path.as_ref());
        let synced = tokio::task::spawn_blocking(move || {
            std::fs::File::open(&file)?.sync_all()?;
            // The name of a new file is in its folder.
            file.parent().map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all())
        });
        let outcome = synced.await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        outcome
            .map_err(|source| object_store::Error::Generic { store: "LocalFileSystem", source: Box::new(source) })
            .map_err(Error::store("sync", &path))
    }

    /// Segment `number`; `None` where it has not been written.
    ///
    /// # Errors
    /// `Parquet`, `Store`.
    pub async fn segment(&self, number: u64) -> Result<Option<Vec<RecordBatch>>> {
        self.file(&layout::segment(&self.folder, number), None).await
    }

    /// The rows of a file, of all columns or of these; `None` where it is not there.
    async fn file(&self, path: &Path, columns: Option<&[&str]>) -> Result<Option<Vec<RecordBatch>>> {
        let found = match self.staging.store().get(path).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(Error::store("read", path)(error)),
        };
        let bytes = found.bytes().await.map_err(Error::store("read", path))?;
        let mut builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(Error::parquet(path))?;
        if let Some(columns) = columns {
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
            builder = builder.with_projection(mask);
        }
        let reader = builder.build().map_err(Error::parquet(path))?;
        let batches = reader.collect::<Result<Vec<_>, _>>().map_err(|e| Error::parquet(path)(e.into()))?;
        Ok(Some(batches))
    }

    /// Number of the newest segment that a listing shows; 0 where there is none. Larger than what can be read in order where a segment
    /// is missing.
    ///
    /// # Errors
    /// `Store`.
    pub async fn newest(&self) -> Result<u64> {
        Ok(self.listed().await?.iter().map(|stretch| stretch.last).max().unwrap_or(0))
    }

    /// Every file of the log as a part, for engines that read Parquet, in order; a hole ends the log.
    ///
    /// # Errors
    /// `Store`.
    pub async fn parts(&self) -> Result<Vec<Part>> {
        let part = |s: Stretch| Part { path: s.path.to_string(), rows: 0, bytes: s.bytes, sha256: String::new() };
        Ok(self.stretches().await?.into_iter().map(part).collect())
    }
}
