//! Batches to bounded Parquet parts, and the publishing of a run.
//!
//! A part is streamed to the store while it is written, so memory holds one row group per writer. ZSTD, row groups of at most
//! [`GROUP_ROWS`] rows or [`GROUP_MEMORY`] bytes, page checksums; timestamps as the schema gives them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arrow::array::{Array as _, RecordBatch, StringArray};
use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use object_store::buffered::BufWriter;
use object_store::{PutMode, PutOptions};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt as _;

use crate::{Column, Error, Manifest, Mode, Part, Result, RunId, Stage, Staging, Table, layout};

/// Most rows of a row group.
pub(crate) const GROUP_ROWS: usize = 65_536;
/// A row group is closed when its buffers take so much memory.
const GROUP_MEMORY: usize = 16 << 20;
/// Most rows of a page: until a page is full, a column with a dictionary keeps 8 bytes for each value.
const PAGE_ROWS: usize = 8_192;
/// A text column whose values are longer than this on average is written without dictionary and statistics, which would cost
/// time and save nothing.
const LONG_TEXT: usize = 48;
/// Size of the pieces in which bytes are encoded: all alike, so that the allocator can use them again.
const PIECE_BYTES: usize = 256 << 10;
/// Bytes that the store is given at a time.
const PUT_BYTES: usize = 5 << 20;
/// A part is closed when it has reached this many bytes.
pub(crate) const PART_BYTES: u64 = 256 << 20;

/// One run while it is written.
#[derive(Debug)]
pub struct RunWriter {
    staging: Staging,
    manifest: Manifest,
}

impl RunWriter {
    pub(crate) fn new(staging: Staging, run: RunId, stage: Stage, schema: &str, now: DateTime<Utc>) -> Result<Self> {
        layout::check_name("schema name", schema)?;
        let manifest = Manifest {
            run,
            stage,
            schema: schema.to_owned(),
            mode: Mode::Full,
            sample: None,
            started_at: now,
            finished_at: now,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            tables: Default::default(),
            inputs: Vec::new(),
            cursors: Default::default(),
            hashes: Default::default(),
            rejects: Default::default(),
            remarks: Vec::new(),
        };
        Ok(Self { staging, manifest })
    }

    /// The run's id.
    pub fn run(&self) -> &RunId {
        &self.manifest.run
    }

    /// The manifest so far, for what the stage wants to say in it: inputs, cursors, hashes, remarks.
    pub fn manifest(&mut self) -> &mut Manifest {
        &mut self.manifest
    }

    /// Opens a table for writing. More writers of the same table come from [`TableWriter::fork`].
    ///
    /// # Errors
    /// `Name` where `table` cannot be a table's name.
    pub fn table(&self, table: &str, schema: SchemaRef) -> Result<TableWriter> {
        layout::check_name("table name", table)?;
        Ok(TableWriter {
            staging: self.staging.clone(),
            schema_name: self.manifest.schema.clone(),
            table: table.to_owned(),
            run: self.manifest.run.clone(),
            schema,
            next_part: Arc::new(AtomicU32::new(0)),
            open: None,
            parts: Vec::new(),
        })
    }

    /// Puts a written table into the manifest; a table without rows is in it too. Returns it, for key and source count.
    pub fn add(&mut self, table: &str, written: Vec<Written>) -> &mut Table {
        let entry = self.manifest.tables.entry(table.to_owned()).or_default();
        for one in written {
            entry.columns = one.columns;
            entry.parts.extend(one.parts);
        }
        entry.parts.sort_by(|a, b| a.path.cmp(&b.path));
        entry.rows = entry.parts.iter().map(|p| p.rows).sum();
        entry
    }

    /// Takes a table of an earlier run over as it is: the manifest names that run's parts, nothing is copied.
    pub fn take_over(&mut self, name: &str, from: &RunId, table: &Table) {
        let mut taken = table.clone();
        if let Some(build) = &mut taken.build {
            build.reused_from.get_or_insert_with(|| from.clone());
        }
        self.manifest.tables.insert(name.to_owned(), taken);
    }

    /// Writes the manifest, which makes the run visible.
    ///
    /// # Errors
    /// `Exists` where a run of this id has been published; `Damaged` where an invariant does not hold; `Store`.
    pub async fn publish(mut self, now: DateTime<Utc>) -> Result<Manifest> {
        self.manifest.finished_at = now.max(self.manifest.started_at);
        self.manifest.check()?;
        let path = layout::manifest(&self.manifest.run);
        let json = serde_json::to_vec_pretty(&self.manifest)
            .map_err(|e| Error::Damaged { path: path.to_string(), reason: e.to_string() })?;
        let options = PutOptions::from(PutMode::Create);
        self.staging.store().put_opts(&path, json.into(), options).await.map_err(Error::store("create", &path))?;
        Ok(self.manifest)
    }
}

/// What a closed [`TableWriter`] has written.
#[derive(Debug)]
pub struct Written {
    columns: Vec<Column>,
    parts: Vec<Part>,
}

impl Written {
    /// Rows in all parts.
    pub fn rows(&self) -> u64 {
        self.parts.iter().map(|p| p.rows).sum()
    }
}

/// Writes one table of a run. Dropping it without [`TableWriter::close`] leaves bytes that no manifest names.
pub struct TableWriter {
    staging: Staging,
    schema_name: String,
    table: String,
    run: RunId,
    schema: SchemaRef,
    next_part: Arc<AtomicU32>,
    open: Option<OpenPart>,
    parts: Vec<Part>,
}

struct OpenPart {
    writer: ArrowWriter<Pieces>,
    target: BufWriter,
    path: object_store::path::Path,
    rows: u64,
}

impl OpenPart {
    /// Hands what has been encoded to the store.
    async fn drain(&mut self) -> Result<()> {
        for piece in std::mem::take(&mut self.writer.inner_mut().done) {
            self.target.put(piece).await.map_err(Error::store("write", &self.path))?;
        }
        Ok(())
    }
}

impl TableWriter {
    /// Another writer of the same table, for another task; both are closed and both results are added.
    pub fn fork(&self) -> Self {
        Self {
            staging: self.staging.clone(),
            schema_name: self.schema_name.clone(),
            table: self.table.clone(),
            run: self.run.clone(),
            schema: Arc::clone(&self.schema),
            next_part: Arc::clone(&self.next_part),
            open: None,
            parts: Vec::new(),
        }
    }

    /// The schema that batches must have.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Writes a batch, closing row groups and parts as they fill.
    ///
    /// # Errors
    /// `Parquet`, also for what the store refuses while a part is streamed to it.
    pub async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let mut part = match self.open.take() {
            Some(part) => part,
            None => self.open_part(batch)?,
        };
        part.writer.write(batch).map_err(Error::parquet(&part.path))?;
        part.rows += batch.num_rows() as u64;
        if part.writer.memory_size() > GROUP_MEMORY {
            part.writer.flush().map_err(Error::parquet(&part.path))?;
        }
        part.drain().await?;
        if part.writer.bytes_written() as u64 > PART_BYTES {
            self.close_part(part).await?;
        } else {
            self.open = Some(part);
        }
        Ok(())
    }

    /// Closes the last part. A table without rows gets one empty part, so that its columns can be read.
    ///
    /// # Errors
    /// As [`TableWriter::write`].
    pub async fn close(mut self) -> Result<Written> {
        if let Some(part) = self.open.take() {
            self.close_part(part).await?;
        }
        if self.parts.is_empty() && self.next_part.load(Ordering::Relaxed) == 0 {
            let part = self.open_part(&RecordBatch::new_empty(Arc::clone(&self.schema)))?;
            self.close_part(part).await?;
        }
        let columns = self
            .schema
            .fields()
            .iter()
            .map(|f| Column {
                name: f.name().clone(),
                data_type: f.data_type().to_string(),
                nullable: f.is_nullable(),
                json: false,
            })
            .collect();
        Ok(Written { columns, parts: self.parts })
    }

    fn open_part(&self, first: &RecordBatch) -> Result<OpenPart> {
        let number = self.next_part.fetch_add(1, Ordering::Relaxed);
        let path = layout::part(&self.schema_name, &self.table, &self.run, number);
        let target = BufWriter::with_capacity(self.staging.store(), path.clone(), PUT_BYTES).with_max_concurrency(1);
        let writer = ArrowWriter::try_new(Pieces::default(), Arc::clone(&self.schema), Some(properties(first)))
            .map_err(Error::parquet(&path))?;
        Ok(OpenPart { writer, target, path, rows: 0 })
    }

    async fn close_part(&mut self, mut part: OpenPart) -> Result<()> {
        part.writer.finish().map_err(Error::parquet(&part.path))?;
        part.writer.inner_mut().end();
        part.drain().await?;
        let failed = |e: std::io::Error| object_store::Error::Generic { store: "stage", source: Box::new(e) };
        part.target.shutdown().await.map_err(|e| Error::store("write", &part.path)(failed(e)))?;
        let pieces = part.writer.inner_mut();
        let (bytes, hash) = (pieces.bytes, hex::encode(std::mem::take(&mut pieces.hasher).finalize()));
        self.parts.push(Part { path: part.path.to_string(), rows: part.rows, bytes, sha256: hash });
        Ok(())
    }
}

/// The one set of Parquet properties, for tables and log segments alike. `first` is the first batch: it tells which texts are long.
pub(crate) fn properties(first: &RecordBatch) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_dictionary_page_size_limit(256 << 10)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(4096);
    for (field, column) in first.schema_ref().fields().iter().zip(first.columns()) {
        let Some(text) = column.as_any().downcast_ref::<StringArray>() else { continue };
        let filled = (text.len() - text.null_count()).max(1);
        if text.value_data().len() / filled > LONG_TEXT {
            let path = ColumnPath::from(field.name().as_str());
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_statistics_enabled(path, EnabledStatistics::None);
        }
    }
    properties.build()
}

/// What has been encoded and not yet been handed to the store, in hashed pieces.
#[derive(Default)]
struct Pieces {
    open: Vec<u8>,
    done: Vec<Bytes>,
    hasher: Sha256,
    bytes: u64,
}

impl Pieces {
    /// Ends the open piece.
    fn end(&mut self) {
        let piece = std::mem::take(&mut self.open);
        self.hasher.update(&piece);
        self.bytes += piece.len() as u64;
        self.done.push(piece.into());
    }
}

impl std::io::Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.open.capacity() == 0 {
            self.open.reserve_exact(PIECE_BYTES);
        }
        let fits = bytes.len().min(PIECE_BYTES - self.open.len());
        self.open.extend_from_slice(&bytes[..fits]);
        if self.open.len() == PIECE_BYTES {
            self.end();
        }
        Ok(fits)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
