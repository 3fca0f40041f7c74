//! Attachment bytes, named by their SHA-256: the same bytes are stored once, and a file is never changed.

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::{ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt as _;

use crate::{Error, Result, Staging, layout};

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct File {
    /// Hash of the bytes in lower-case hex.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// The files of a stage.
#[derive(Debug, Clone)]
pub struct Files {
    staging: Staging,
}

impl Files {
    pub(crate) fn new(staging: Staging) -> Self {
        Self { staging }
    }

    /// Stores bytes; storing the same bytes again changes nothing.
    ///
    /// # Errors
    /// `Store`.
    pub async fn put(&self, bytes: Bytes) -> Result<File> {
        let file = File { sha256: hex::encode(Sha256::digest(&bytes)), bytes: bytes.len() as u64 };
        let path = layout::file(&file.sha256)?;
        match self.staging.store().put_opts(&path, bytes.into(), PutOptions::from(PutMode::Create)).await {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(file),
            Err(error) => Err(Error::store("create", &path)(error)),
        }
    }

    /// Stores a file whose hash is known, from a stream, without holding it in memory. The bytes are hashed again on the way:
    /// a source that has changed in between is refused and nothing is stored.
    ///
    /// # Errors
    /// `Damaged` where bytes and hash disagree; `Store`, also for what the stream fails with.
    pub async fn put_stream(&self, file: &File, mut bytes: BoxStream<'_, std::io::Result<Bytes>>) -> Result<()> {
        let path = layout::file(&file.sha256)?;
        if self.contains(&file.sha256).await? {
            return Ok(());
        }
        let failed = |e: std::io::Error| {
            Error::store("create", &path)(object_store::Error::Generic { store: "stage", source: Box::new(e) })
        };
        let mut writer = object_store::buffered::BufWriter::with_capacity(self.staging.store(), path.clone(), 8 << 20);
        let mut hasher = Sha256::new();
        while let Some(chunk) = bytes.next().await {
            let chunk = chunk.map_err(failed)?;
            hasher.update(&chunk);
            writer.put(chunk).await.map_err(Error::store("create", &path))?;
        }
        if hex::encode(hasher.finalize()) != file.sha256 {
            // A writer that has not begun its upload has nothing to abort.
            let _ = writer.abort().await;
            return Err(Error::Damaged {
                path: path.to_string(),
                reason: "the bytes changed while they were read".into(),
            });
        }
        writer.shutdown().await.map_err(failed)
    }

    /// Whether the bytes of this hash are stored.
    ///
    /// # Errors
    /// `Name` where it is not a hash; `Store`.
    pub async fn contains(&self, sha256: &str) -> Result<bool> {
        let path = layout::file(sha256)?;
        match self.staging.store().head(&path).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(Error::store("read", &path)(error)),
        }
    }

    /// The bytes, checked against their hash.
    ///
    /// # Errors
    /// `Missing` where no such file is stored; `Damaged` where the bytes are not those; `Store`.
    pub async fn get(&self, sha256: &str) -> Result<Bytes> {
        let path = layout::file(sha256)?;
        let found = match self.staging.store().get(&path).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => {
                return Err(Error::Missing { what: "file", name: sha256.to_owned() });
            }
            Err(error) => return Err(Error::store("read", &path)(error)),
        };
        let bytes = found.bytes().await.map_err(Error::store("read", &path))?;
        if hex::encode(Sha256::digest(&bytes)) != sha256 {
            return Err(Error::Damaged {
                path: path.to_string(),
                reason: "its bytes do not have the hash that names it".into(),
            });
        }
        Ok(bytes)
    }

    /// The hashes of all stored files, for `runs` and clean-up; not for finding what a run has.
    ///
    /// # Errors
    /// `Store`.
    pub async fn list(&self) -> Result<Vec<File>> {
        let folder = object_store::path::Path::from("files");
        self.staging
            .store()
            .list(Some(&folder))
            .map_ok(|meta| File { sha256: meta.location.filename().unwrap_or_default().to_owned(), bytes: meta.size })
            .try_collect()
            .await
            .map_err(Error::store("list", &folder))
    }
}
