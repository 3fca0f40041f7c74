//! Where attached files come from: a folder, an archive of a folder, an object store.

use std::collections::{HashMap, HashSet};
use std::fs::File as LocalFile;
use std::io::{BufReader, Read, Seek as _, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use deskferry_staging::{Context, File};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt as _};
use sha2::{Digest as _, Sha256};
use tokio_util::io::ReaderStream;

use crate::{Error, Result, Settings};

/// A file up to this size is read once into memory; a larger one is read twice, a piece at a time.
const MEMORY_BYTES: u64 = 8 << 20;
/// The kind of a file shows in its first bytes.
const KIND_BYTES: usize = 8 << 10;

/// A staged file.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) file: File,
    /// Its type where the bytes show one.
    pub(super) type_by_bytes: Option<&'static str>,
}

/// Where files come from.
pub(super) enum Source {
    /// No setting.
    None,
    Folder(PathBuf),
    /// What an archive had of the wanted names, staged already.
    Archive(HashMap<String, Found>),
    Store(Arc<dyn ObjectStore>, String),
}

fn path_of(settings: &Settings) -> Option<&Path> {
    let text = settings.attachments.as_deref()?;
    let path = text.strip_prefix("file://").map_or_else(|| (!text.contains("://")).then_some(text), Some)?;
    Some(Path::new(path))
}

/// Whether the setting names an archive of the folder.
pub(super) fn is_archive(settings: &Settings) -> bool {
    let ends = |path: &Path, end: &str| path.as_os_str().to_string_lossy().to_ascii_lowercase().ends_with(end);
    path_of(settings).is_some_and(|p| [".tar.gz", ".tgz", ".tar"].iter().any(|end| ends(p, end)))
}

impl Source {
    /// Opens the attachments of the settings. An archive is staged at once: of it, the `wanted` names.
    ///
    /// # Errors
    /// `Setting` where the folder is missing.
    pub(super) async fn open(context: &Context, settings: &Settings, wanted: HashSet<String>) -> Result<Self> {
        let Some(text) = &settings.attachments else { return Ok(Self::None) };
        let wrong = |reason: String| {
            Error::Setting {
            key: "[source] attachments",
            reason,
            hint: "give the help desk's attachments folder (its setting attach_dir), a .tar.gz of it, or s3://bucket/prefix; \
                   or leave the key out to go without files"
                .into(),
        }
        };
        if let Some(path) = path_of(settings) {
            if is_archive(settings) {
                let file = LocalFile::open(path).map_err(|e| wrong(format!("`{text}`: {e}")))?;
                let (context, path) = (context.clone(), path.to_owned());
                let archive = tokio::task::spawn_blocking(move || archive(&context, file, &path, &wanted));
                return Ok(Self::Archive(archive.await.map_err(|e| Error::Internal(e.to_string()))??));
            }
            if !path.is_dir() {
                return Err(wrong(format!("folder `{text}` does not exist")));
            }
            return Ok(Self::Folder(path.to_owned()));
        }
        let url = url::Url::parse(text).map_err(|e| wrong(e.to_string()))?;
        let options = settings.attachments_options.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        let (store, prefix) = object_store::parse_url_opts(&url, options).map_err(|e| wrong(e.to_string()))?;
        let failed = |source| Error::Store { url: text.clone(), source };
        let store: Arc<dyn ObjectStore> = Arc::new(PrefixStore::new(store, prefix));
        if store.list(None).next().await.transpose().map_err(failed)?.is_none() {
            return Err(wrong(format!("there are no files at `{text}`")));
        }
        Ok(Self::Store(store, text.clone()))
    }

    /// Stages one file; the inner error is the reason why it cannot be.
    pub(super) async fn fetch(&self, context: &Context, name: &str) -> Result<Result<Found, String>> {
        match self {
            Self::None => Ok(Err("file is missing: no attachments folder is set".into())),
            Self::Archive(found) => {
                Ok(found.get(name).cloned().ok_or_else(|| "file is missing in the attachments folder".into()))
            }
            Self::Folder(folder) => fetch_local(context, folder.join(name)).await,
            Self::Store(store, url) => {
                let failed = |source| Error::Store { url: url.clone(), source };
                fetch_stored(context, store.as_ref(), name, failed).await
            }
        }
    }
}

async fn fetch_local(context: &Context, path: PathBuf) -> Result<Result<Found, String>> {
    let opened = match tokio::fs::symlink_metadata(&path).await {
        Err(error) => Err(error),
        Ok(metadata) if !metadata.is_file() => return Ok(Err("not a regular file in the attachments folder".into())),
        Ok(_) => LocalFile::open(&path),
    };
    match opened {
        Ok(file) => put_local(context, file).await,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(Err("file is missing in the attachments folder".into()))
        }
        Err(error) => Ok(Err(format!("file cannot be read: {error}"))),
    }
}

/// Stages a local file.
pub(super) async fn put_local(context: &Context, file: LocalFile) -> Result<Result<Found, String>> {
    let context = context.clone();
    let put = tokio::task::spawn_blocking(move || put(&context, file));
    put.await.map_err(|e| Error::Internal(e.to_string()))?
}

/// The same on a blocking thread.
fn put(context: &Context, mut file: LocalFile) -> Result<Result<Found, String>> {
    let unreadable = |error: std::io::Error| Ok(Err(format!("file cannot be read: {error}")));
    let handle = tokio::runtime::Handle::current();
    let mut head = Vec::new();
    if let Err(error) = file.by_ref().take(MEMORY_BYTES + 1).read_to_end(&mut head) {
        return unreadable(error);
    }
    let type_by_bytes = kind(&head);
    if head.len() as u64 <= MEMORY_BYTES {
        let file = handle.block_on(context.staging.files().put(Bytes::from(head)))?;
        return Ok(Ok(Found { file, type_by_bytes }));
    }
    let mut hasher = Sha256::new();
    hasher.update(&head);
    let mut bytes = head.len() as u64;
    loop {
        let mut piece = std::mem::take(&mut head);
        piece.resize(1 << 20, 0);
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => {
                hasher.update(&piece[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return unreadable(error),
        }
        head = piece;
    }
    if let Err(error) = file.seek(SeekFrom::Start(0)) {
        return unreadable(error);
    }
    let hashed = File { sha256: hex::encode(hasher.finalize()), bytes };
    let stream = ReaderStream::with_capacity(tokio::fs::File::from_std(file), 1 << 20).boxed();
    handle.block_on(context.staging.files().put_stream(&hashed, stream))?;
    Ok(Ok(Found { file: hashed, type_by_bytes }))
}

fn kind(head: &[u8]) -> Option<&'static str> {
    infer::get(&head[..head.len().min(KIND_BYTES)]).map(|k| k.mime_type())
}

async fn fetch_stored(
    context: &Context,
    store: &dyn ObjectStore,
    name: &str,
    failed: impl Fn(object_store::Error) -> Error,
) -> Result<Result<Found, String>> {
    // `from` escapes what a path of the store cannot hold, so a name stays one name.
    let path = object_store::path::Path::from_iter([name]);
    let found = match store.get(&path).await {
        Ok(found) => found,
        Err(object_store::Error::NotFound { .. }) => {
            return Ok(Err("file is missing in the attachments folder".into()));
        }
        Err(error) => return Err(failed(error)),
    };
    if found.meta.size <= MEMORY_BYTES {
        let bytes = found.bytes().await.map_err(failed)?;
        let type_by_bytes = kind(&bytes);
        return Ok(Ok(Found { file: context.staging.files().put(bytes).await?, type_by_bytes }));
    }
    let (mut hasher, mut bytes, mut type_by_bytes) = (Sha256::new(), 0, None);
    let mut pieces = found.into_stream();
    while let Some(piece) = pieces.try_next().await.map_err(&failed)? {
        if bytes == 0 {
            type_by_bytes = kind(&piece);
        }
        hasher.update(&piece);
        bytes += piece.len() as u64;
    }
    let file = File { sha256: hex::encode(hasher.finalize()), bytes };
    let again = store.get(&path).await.map_err(&failed)?.into_stream().map_err(std::io::Error::other).boxed();
    context.staging.files().put_stream(&file, again).await?;
    Ok(Ok(Found { file, type_by_bytes }))
}

/// Stages the wanted files of an archive: regular files, however deep, as the whole path of the folder may be packed. Where two
/// have one name, the one nearest to the top counts.
fn archive(
    context: &Context,
    file: LocalFile,
    path: &Path,
    wanted: &HashSet<String>,
) -> Result<HashMap<String, Found>> {
    let damaged =
        |error: std::io::Error| Error::Damaged { path: path.display().to_string(), reason: error.to_string() };
    let is_plain = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("tar"));
    let file = BufReader::new(file);
    let bytes: Box<dyn Read> =
        if is_plain { Box::new(file) } else { Box::new(flate2::bufread::MultiGzDecoder::new(file)) };
    let mut archive = tar::Archive::new(bytes);
    let mut staged: HashMap<String, (usize, Found)> = HashMap::new();
    for entry in archive.entries().map_err(damaged)? {
        if context.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let mut entry = entry.map_err(damaged)?;
        let Some((depth, name)) = entry.path().ok().and_then(|p| bare_name(&p)) else { continue };
        let kind = entry.header().entry_type();
        let is_further = staged.get(&name).is_some_and(|(other, _)| *other < depth);
        if !(kind.is_file() || kind.is_gnu_sparse()) || !wanted.contains(&name) || is_further {
            continue;
        }
        let mut spool = tempfile::tempfile().map_err(damaged)?;
        std::io::copy(&mut entry, &mut spool).map_err(damaged)?;
        spool.seek(SeekFrom::Start(0)).map_err(damaged)?;
        match put(context, spool)? {
            Ok(found) => staged.insert(name, (depth, found)),
            Err(reason) => return Err(Error::Damaged { path: path.display().to_string(), reason }),
        };
    }
    Ok(staged.into_iter().map(|(name, (_, found))| (name, found)).collect())
}

/// In how many folders a path of an archive lies, and its last name; `None` where it leaves its folder.
pub(super) fn bare_name(path: &Path) -> Option<(usize, String)> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(name),
            Component::CurDir | Component::RootDir => {}
            Component::ParentDir | Component::Prefix(_) => return None,
        }
    }
    let name = names.pop()?.to_str()?.to_owned();
    Some((names.len(), name))
}
