//! The stage: where extract, transform and load meet, and only there.
//!
//! ```text
//!  extract ──▶ hesk/tickets/run=…/part-00000.parquet ──▶ transform ──▶ intercom/contacts/run=…/… ──▶ load
//!              _runs/<run>.json  (the manifest, last)                    files/<aa>/<sha256>          │
//!                                                                        ledger/entries/segment-…  ◀──┘
//! ```
//!
//! A [`Staging`] is a folder or bucket. [`Staging::begin`] opens a [`RunWriter`]; tables are written through it in bounded
//! Parquet parts; [`RunWriter::publish`] writes the [`Manifest`] last and only if it does not exist. Until then nothing of the
//! run can be seen, for readers go through manifests, never through listings of data. Attachment bytes are content-addressed
//! ([`Files`]). Logs that grow ([`Log`]) are numbered segments, each created only if absent. A reader that needs days keeps
//! what it has fetched so far in a [`Work`].
//!
//! ```
//! # use std::sync::Arc;
//! # use deskferry_staging::{Staging, Stage, RunId};
//! # use arrow::{array::{Int64Array, RecordBatch}, datatypes::{DataType, Field, Schema}};
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let staging = Staging::in_memory();
//! let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).ok_or("time")?;
//! let mut run = staging.begin(RunId::new(now, 1), Stage::Extract, "hesk", now)?;
//!
//! let schema = Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, true)]));
//! let mut tickets = run.table("tickets", schema.clone())?;
//! tickets.write(&RecordBatch::try_new(schema, vec![Arc::new(Int64Array::from(vec![1, 2]))])?).await?;
//! run.add("tickets", vec![tickets.close().await?]);
//! let manifest = run.publish(now).await?;
//!
//! assert_eq!(manifest.rows("tickets"), 2);
//! assert_eq!(staging.runs().await?.len(), 1);
//! # Ok(()) }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod context;
mod error;
#[cfg(any(test, feature = "testing"))]
pub mod faulty;
mod files;
mod latest_time;
mod layout;
mod lock;
mod log;
mod part_reader;
mod prune;
mod read;
mod run;
mod work;
mod write;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use object_store::{ObjectStore, local::LocalFileSystem, memory::InMemory, prefix::PrefixStore};

pub use context::{Context, Progress, Tick};
pub use error::{Error, Kind, Result};
pub use files::{File, Files};
pub use lock::Lock;
pub use log::{Log, Stretch};
pub use prune::Prune;
pub use read::current;
pub use run::{Build, Calls, Changes, Column, Manifest, Mode, Part, RunId, Stage, Table};
pub use work::Work;
pub use write::{RunWriter, TableWriter, Written};

/// A folder or bucket that holds runs, files and logs. Cheap to clone.
#[derive(Clone)]
pub struct Staging {
    store: Arc<dyn ObjectStore>,
    url: String,
    /// Where it is a folder of this machine.
    folder: Option<PathBuf>,
}

impl Staging {
    /// Opens a stage at a local path (created if absent) or at `s3://bucket/prefix`, `gs://…`, `az://…`, `memory://`.
    /// `options` are the store's own settings by name (`aws_endpoint`, `AWS_REGION`, …).
    ///
    /// # Errors
    /// `Url` where the text is neither.
    pub fn open<I, K, V>(url: &str, options: I) -> Result<Self>
    where
        I: IntoIterator<Item = (K, V)>,
        K: AsRef<str>,
        V: Into<String>,
    {
        let wrong = |reason: String| Error::Url { url: url.to_owned(), reason };
        if url == "memory://" {
            return Ok(Self::in_memory());
        }
        let path = url.strip_prefix("file://").map_or_else(|| (!url.contains("://")).then_some(url), Some);
        if let Some(path) = path {
            if path.is_empty() {
                return Err(wrong("it is empty".into()));
            }
            std::fs::create_dir_all(path).map_err(|e| wrong(e.to_string()))?;
            let store =
                LocalFileSystem::new_with_prefix(path).map_err(|e| wrong(e.to_string()))?.with_automatic_cleanup(true);
            return Ok(Self { folder: Some(path.into()), ..Self::with_store(Arc::new(store), path) });
        }
        let parsed = url::Url::parse(url).map_err(|e| wrong(e.to_string()))?;
        let (store, prefix) = object_store::parse_url_opts(&parsed, options).map_err(|e| wrong(e.to_string()))?;
        let store: Arc<dyn ObjectStore> =
            if prefix.as_ref().is_empty() { Arc::from(store) } else { Arc::new(PrefixStore::new(store, prefix)) };
        Ok(Self::with_store(store, url))
    }

    /// A stage that lives as long as the process.
    pub fn in_memory() -> Self {
        Self::with_store(Arc::new(InMemory::new()), "memory://")
    }

    /// A stage on a store that the caller has made; `url` is what messages call it.
    pub fn with_store(store: Arc<dyn ObjectStore>, url: &str) -> Self {
        Self { store, url: url.to_owned(), folder: None }
    }

    /// The store itself, for engines that read the parts that a manifest names.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store)
    }

    /// The folder of this machine that it is.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// What messages call this stage.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Begins a run; nothing of it is seen before [`RunWriter::publish`].
    ///
    /// # Errors
    /// `Name` where `schema` cannot be a schema's name.
    pub fn begin(&self, run: RunId, stage: Stage, schema: &str, now: DateTime<Utc>) -> Result<RunWriter> {
        RunWriter::new(self.clone(), run, stage, schema, now)
    }

    /// Attachment bytes by their hash.
    pub fn files(&self) -> Files {
        Files::new(self.clone())
    }

    /// A log of numbered segments.
    ///
    /// # Errors
    /// `Name` where a name cannot be one.
    pub fn log(&self, schema: &str, table: &str) -> Result<Log> {
        Log::new(self.clone(), schema, table)
    }
}

impl fmt::Debug for Staging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Staging").field("url", &self.url).finish_non_exhaustive()
    }
}
