//! Reading what has been published: manifests, then only the parts they name.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::{ObjectStore as _, ObjectStoreExt as _};
use parquet::arrow::{ParquetRecordBatchStreamBuilder, ProjectionMask};
use sha2::{Digest as _, Sha256};

use crate::part_reader::PartReader;
use crate::{Error, Manifest, Part, Result, RunId, Staging, layout};

/// Manifests fetched at a time.
const MANIFESTS_AT_ONCE: usize = 16;

impl Staging {
    /// Every published run, oldest first.
    ///
    /// # Errors
    /// `Store`, or `Damaged` for a manifest that cannot be read: a stage is never read in part.
    pub async fn runs(&self) -> Result<Vec<Manifest>> {
        futures::stream::iter(self.run_ids().await?)
            .map(|id| async move { self.manifest(&id).await })
            .buffered(MANIFESTS_AT_ONCE)
            .try_collect()
            .await
    }

    /// The newest published run of any schema; its manifest is not read.
    ///
    /// # Errors
    /// `Store`.
    pub async fn newest(&self) -> Result<Option<RunId>> {
        Ok(self.run_ids().await?.pop())
    }

    /// Every published run, oldest first.
    async fn run_ids(&self) -> Result<Vec<RunId>> {
        let folder = layout::manifests();
        let store = self.store();
        let mut ids: Vec<RunId> = store
            .list(Some(&folder))
            .try_filter_map(|meta| async move { Ok(layout::manifest_run(&meta.location)) })
            .try_collect()
            .await
            .map_err(Error::store("list", &folder))?;
        ids.sort();
        Ok(ids)
    }

    /// One published run.
    ///
    /// # Errors
    /// `Missing` where it has not been published; `Damaged`; `Store`.
    pub async fn manifest(&self, run: &RunId) -> Result<Manifest> {
        let path = layout::manifest(run);
        let bytes = match self.store().get(&path).await {
            Ok(found) => found.bytes().await.map_err(Error::store("read", &path))?,
            Err(object_store::Error::NotFound { .. }) => {
                return Err(Error::Missing { what: "run", name: run.to_string() });
            }
            Err(error) => return Err(Error::store("read", &path)(error)),
        };
        let manifest: Manifest = serde_json::from_slice(&bytes)
            .map_err(|e| Error::Damaged { path: path.to_string(), reason: e.to_string() })?;
        manifest.check()?;
        if manifest.run != *run {
            return Err(Error::Damaged {
                path: path.to_string(),
                reason: format!("it is the manifest of {}", manifest.run),
            });
        }
        Ok(manifest)
    }

    /// For each table of a schema the runs that make up its current state, oldest first: the newest run that has the table
    /// whole, then the delta runs after it.
    ///
    /// # Errors
    /// As [`Staging::runs`]; `Damaged` for a delta run whose table adds to nothing.
    pub async fn current(&self, schema: &str) -> Result<BTreeMap<String, Vec<Manifest>>> {
        self.current_at(schema, None).await
    }

    /// As [`Staging::current`], of the state right after a run.
    ///
    /// # Errors
    /// As [`Staging::current`].
    pub async fn current_at(&self, schema: &str, run: Option<&RunId>) -> Result<BTreeMap<String, Vec<Manifest>>> {
        let runs = self.runs().await?;
        current(runs.iter().filter(|m| run.is_none_or(|run| m.run <= *run)), schema)
    }

    /// Whether a part is there as its manifest says.
    ///
    /// # Errors
    /// `Damaged` where it is missing or has other bytes; `Store`.
    pub async fn verify(&self, part: &Part) -> Result<()> {
        let path = object_store::path::Path::from(part.path.clone());
        let damaged = |reason: String| Error::Damaged { path: part.path.clone(), reason };
        let found = match self.store().get(&path).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => {
                return Err(damaged(format!("it is not there; {} bytes were published", part.bytes)));
            }
            Err(error) => return Err(Error::store("read", &path)(error)),
        };
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        let mut pieces = found.into_stream();
        while let Some(piece) = pieces.try_next().await.map_err(Error::store("read", &path))? {
            hash.update(&piece);
            bytes += piece.len() as u64;
        }
        let hash = hex::encode(hash.finalize());
        if bytes == part.bytes && hash == part.sha256 {
            return Ok(());
        }
        Err(damaged(format!(
            "it has {bytes} bytes with SHA-256 {hash}, published were {} with {}",
            part.bytes, part.sha256
        )))
    }

    /// The newest run of a schema.
    ///
    /// # Errors
    /// As [`Staging::runs`].
    pub async fn latest(&self, schema: &str) -> Result<Option<Manifest>> {
        Ok(self.runs().await?.into_iter().rfind(|m| m.schema == schema))
    }

    /// A table of one run as batches, in the order it was written.
    ///
    /// # Errors
    /// `Missing` where the run has no such table; per item `Parquet`.
    pub fn read(&self, manifest: &Manifest, table: &str) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        self.read_columns(manifest, table, None)
    }

    /// Some columns of a table of one run, in the table's order; all with `None`.
    ///
    /// # Errors
    /// As [`Staging::read`].
    pub fn read_columns(
        &self,
        manifest: &Manifest,
        table: &str,
        columns: Option<&[String]>,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let found = manifest.tables.get(table).ok_or_else(|| Error::Missing {
            what: "table",
            name: format!("{}.{table} in run {}", manifest.schema, manifest.run),
        })?;
        let staging = self.clone();
        let columns: Option<Arc<[String]>> = columns.map(Arc::from);
        let parts = futures::stream::iter(found.parts.clone());
        Ok(parts.then(move |part| read_part(staging.clone(), part, columns.clone())).try_flatten().boxed())
    }
}

/// For each table of a schema those of the runs, which are oldest first, that make up its state after the last of them.
///
/// # Errors
/// `Damaged` for a delta run whose table adds to nothing.
pub fn current<'a>(
    runs: impl IntoIterator<Item = &'a Manifest>,
    schema: &str,
) -> Result<BTreeMap<String, Vec<Manifest>>> {
    let mut tables: BTreeMap<String, Vec<Manifest>> = BTreeMap::new();
    for manifest in runs.into_iter().filter(|m| m.schema == schema) {
        for table in manifest.tables.keys() {
            let runs = tables.entry(table.clone()).or_default();
            if manifest.replaces(table) {
                runs.clear();
            } else if runs.is_empty() {
                return Err(Error::Damaged {
                    path: layout::manifest(&manifest.run).to_string(),
                    reason: format!("table `{table}` adds to a run that is not there"),
                });
            }
            runs.push(manifest.clone());
        }
    }
    Ok(tables)
}

async fn read_part(
    staging: Staging,
    part: Part,
    columns: Option<Arc<[String]>>,
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    let path = object_store::path::Path::from(part.path.clone());
    let reader = PartReader { store: staging.store(), path, bytes: part.bytes };
    let stream = ParquetRecordBatchStreamBuilder::new(reader)
        .await
        .and_then(|builder| {
            let columns = columns
                .map(|names| ProjectionMask::columns(builder.parquet_schema(), names.iter().map(String::as_str)));
            builder.with_batch_size(4096).with_projection(columns.unwrap_or_else(ProjectionMask::all)).build()
        })
        .map_err(Error::parquet(&part.path))?;
    Ok(stream.map_err(move |e| Error::parquet(&part.path)(e)).boxed())
}
