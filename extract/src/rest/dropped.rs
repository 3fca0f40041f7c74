//! Files that a person put into a folder, for tables that the source's API does not have: a table with a file is read from there,
//! and no call is made for it.
//!
//! ```text
//!  drop/chats.csv            one file of a table: .csv .tsv .xlsx .json .ndjson .xml
//!  drop/calls/2026-01.xlsx   or several
//!  drop/recordings/1.mp3     what a row's download column names
//! ```
//!
//! The files are as hostile as any: bounded, read record by record, never led out of the folder; what is wrong with one is told
//! with its line, and nothing is published.

mod delimited;
mod lines;
mod records;
mod text;
mod workbook;
mod xml;

use std::collections::{BTreeMap, HashSet};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use encoding_rs::Encoding;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

use super::capture::{End, Entry};
use super::fetch::Fetch;
use super::list::no_key;
use super::row::{cell, find, has_key, hash};
use crate::spec::{ColumnType, Spec, Table};
use crate::{Error, Result, Settings};
use records::{Form, Stop, Trouble};
use text::Charset;

/// Records that are handed over at a time.
const RECORDS: usize = 256;
/// Records with their lines.
type Batch = Vec<(Value, u64)>;

/// One file of a table.
#[derive(Debug, Clone)]
struct DropFile {
    /// As messages call it: `drop/chats.csv`.
    name: String,
    path: PathBuf,
    form: Form,
    charset: &'static Encoding,
    sha256: String,
}

/// Where the files are.
enum Place {
    None,
    Folder(PathBuf),
    Store(Arc<dyn ObjectStore>, String),
}

/// The files of a folder or a store.
pub(super) struct Dropped {
    place: Place,
    tables: BTreeMap<String, Vec<DropFile>>,
    /// Files that belong to no table.
    strangers: Vec<String>,
    /// What a store has of tables.
    folder: tempfile::TempDir,
}

impl Dropped {
    /// Looks through the folder or the store of the settings.
    ///
    /// # Errors
    /// `Setting` where there is none, `Store`, `Read`.
    pub(super) async fn open(spec: &Spec, settings: &Settings) -> Result<Self> {
        let folder = tempfile::tempdir().map_err(Error::read(&std::env::temp_dir()))?;
        let mut dropped = Self { place: Place::None, tables: BTreeMap::new(), strangers: Vec::new(), folder };
        let Some(text) = &settings.drop else { return Ok(dropped) };
        let wrong = |reason: String| Error::Setting {
            key: "[source] drop",
            reason,
            hint: "give a folder with a file for each table, as chats.csv, or s3://bucket/prefix; or leave the key out"
                .into(),
        };
        let names = if text.contains("://") {
            let url = url::Url::parse(text).map_err(|e| wrong(e.to_string()))?;
            let options = settings.attachments_options.iter().map(|(k, v)| (k.as_str(), v.as_str()));
            let (store, prefix) = object_store::parse_url_opts(&url, options).map_err(|e| wrong(e.to_string()))?;
            let store: Arc<dyn ObjectStore> = Arc::new(PrefixStore::new(store, prefix));
            let failed = |source| Error::Store { url: text.clone(), source };
            let names =
                store.list(None).map_ok(|found| found.location.to_string()).try_collect().await.map_err(failed)?;
            dropped.place = Place::Store(store, text.clone());
            names
        } else {
            let path = Path::new(text);
            let names = names_in(path).map_err(|e| wrong(format!("the folder `{text}` cannot be read: {e}")))?;
            dropped.place = Place::Folder(path.to_owned());
            names
        };
        dropped.take(spec, names).await?;
        Ok(dropped)
    }

    /// Finds the tables' files among all.
    async fn take(&mut self, spec: &Spec, mut names: Vec<String>) -> Result<()> {
        names.sort();
        let country = spec.rest.as_ref().and_then(|rest| rest.country.as_deref());
        for name in names {
            let (table, file) =
                name.split_once('/').unwrap_or((name.rsplit_once('.').map_or("", |(stem, _)| stem), &name));
            let is_hidden = file.starts_with('.') || file.starts_with("~$") || file.contains('/');
            let Some(form) = Form::of(file).filter(|_| !is_hidden) else { continue };
            if spec.table(table).is_none() {
                self.strangers.push(name);
                continue;
            }
            let path = self.local(&name).await?;
            let (sha256, charset) = look_through(&path, form, country)?;
            let file = DropFile { name: format!("drop/{name}"), path, form, charset, sha256 };
            self.tables.entry(table.to_owned()).or_default().push(file);
        }
        Ok(())
    }

    /// A file on the disk.
    async fn local(&self, name: &str) -> Result<PathBuf> {
        match &self.place {
            Place::None => Err(Error::Internal("a file of no folder".into())),
            Place::Folder(folder) => Ok(folder.join(name)),
            Place::Store(store, url) => {
                let failed = |source| Error::Store { url: url.clone(), source };
                let mut bytes = store.get(&object_store::path::Path::from(name)).await.map_err(failed)?.into_stream();
                let path = self.folder.path().join(hex::encode(Sha256::digest(name)));
                let mut file = tokio::fs::File::create(&path).await.map_err(Error::read(&path))?;
                while let Some(piece) = bytes.next().await {
                    let piece = piece.map_err(failed)?;
                    tokio::io::AsyncWriteExt::write_all(&mut file, &piece).await.map_err(Error::read(&path))?;
                }
                tokio::io::AsyncWriteExt::flush(&mut file).await.map_err(Error::read(&path))?;
                Ok(path)
            }
        }
    }

    /// The spec, where tables with files are asked for nothing.
    pub(super) fn over(&self, spec: &Spec) -> Spec {
        let mut spec = spec.clone();
        for table in spec.tables.iter_mut().filter(|t| self.tables.contains_key(&t.name)) {
            let Table { name, key, updated_at, parent, named_by, rows, hidden, download, images_in, columns, .. } =
                table;
            let (name, key, updated_at) = (name.clone(), key.clone(), std::mem::take(updated_at));
            let (parent, named_by, rows, hidden) =
                (parent.take(), std::mem::take(named_by), std::mem::take(rows), hidden.take());
            let (download, images_in, columns) = (download.take(), std::mem::take(images_in), std::mem::take(columns));
            *table = Table {
                updated_at,
                parent,
                named_by,
                rows,
                hidden,
                download,
                images_in,
                ..Table::of(name, key, columns)
            };
            table.dropped = true;
        }
        spec
    }

    /// Files by name, with their SHA-256.
    pub(super) fn hashes(&self) -> BTreeMap<String, String> {
        self.tables.values().flatten().map(|file| (file.name.clone(), file.sha256.clone())).collect()
    }

    /// What the user should know.
    pub(super) fn remarks(&self) -> Vec<String> {
        let of_table = self.tables.iter().map(|(table, files)| {
            let file = |file: &DropFile| {
                let charset =
                    if file.form == Form::Xlsx { String::new() } else { format!(" ({})", file.charset.name()) };
                format!("{}{charset}", file.name)
            };
            format!(
                "{table}: read from {}; no call is made for it",
                files.iter().map(file).collect::<Vec<_>>().join(", ")
            )
        });
        let strangers =
            self.strangers.iter().map(|name| format!("drop/{name} is called like no table, and was not read"));
        of_table.chain(strangers).collect()
    }

    /// A file that a row names by its path in the folder; the inner error is why it cannot be had.
    pub(super) async fn file(&self, name: &str, bytes_max: u64) -> Result<Result<std::fs::File, String>> {
        let name = name.replace('\\', "/");
        let path = Path::new(&name);
        let is_inside =
            !name.is_empty() && name.len() <= 1024 && path.components().all(|c| matches!(c, Component::Normal(_)));
        if !is_inside || name.chars().any(char::is_control) {
            return Ok(Err("unsafe file name".into()));
        }
        let missing = || Ok(Err(format!("drop/{name} is missing")));
        let opened = match &self.place {
            Place::None => return missing(),
            Place::Folder(folder) => {
                let real = |path: &Path| std::fs::canonicalize(path);
                match (real(folder), real(&folder.join(path))) {
                    (Ok(folder), Ok(file)) if file.starts_with(&folder) && file.is_file() => std::fs::File::open(file),
                    (Ok(_), Ok(_)) => return Ok(Err("unsafe file name".into())),
                    _ => return missing(),
                }
            }
            Place::Store(..) => match self.local(&name).await {
                Ok(path) => std::fs::File::open(path),
                Err(Error::Store { source: object_store::Error::NotFound { .. }, .. }) => return missing(),
                Err(error) => return Err(error),
            },
        };
        let file = match opened {
            Ok(file) => file,
            Err(error) => return Ok(Err(format!("drop/{name} cannot be read: {error}"))),
        };
        let bytes = file.metadata().map(|metadata| metadata.len()).unwrap_or(0);
        Ok(if bytes > bytes_max { Err(format!("drop/{name} has more than {bytes_max} bytes")) } else { Ok(file) })
    }
}

/// Names of the files in a folder and in its folders.
fn names_in(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_file() {
            names.push(name);
        } else if entry.file_type()?.is_dir() {
            for inner in std::fs::read_dir(entry.path())? {
                let inner = inner?;
                if inner.file_type()?.is_file() {
                    names.push(format!("{name}/{}", inner.file_name().to_string_lossy()));
                }
            }
        }
    }
    Ok(names)
}

/// Reads a file once: its hash and its charset.
fn look_through(path: &Path, form: Form, country: Option<&str>) -> Result<(String, &'static Encoding)> {
    let mut file = std::fs::File::open(path).map_err(Error::read(path))?;
    let (mut hasher, mut charset, mut piece) = (Sha256::new(), Charset::new(), vec![0; 64 << 10]);
    loop {
        let read = file.read(&mut piece).map_err(Error::read(path))?;
        if read == 0 {
            break;
        }
        hasher.update(&piece[..read]);
        if form != Form::Xlsx {
            charset.feed(&piece[..read]);
        }
    }
    Ok((hex::encode(hasher.finalize()), charset.found(country)))
}

/// Reads a file on a thread of its own.
fn start(file: DropFile, table: String, places: Vec<String>) -> mpsc::Receiver<Result<Batch>> {
    let (sender, receiver) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        let mut batch = Batch::new();
        let outcome = records::read(&file.path, file.form, file.charset, &table, &places, &mut |record, line| {
            batch.push((record, line));
            if batch.len() >= RECORDS {
                sender.blocking_send(Ok(std::mem::take(&mut batch))).map_err(|_| Stop::NotWanted)?;
            }
            Ok(())
        });
        let last = match outcome {
            Ok(()) => Ok(batch),
            Err(Stop::NotWanted) => return,
            Err(Stop::Broken(Trouble { line, reason })) => Err(damaged(&file.name, line, reason)),
        };
        // Nobody waits for it where the extract has ended.
        let _ = sender.blocking_send(last);
    });
    receiver
}

fn damaged(file: &str, line: Option<u64>, reason: String) -> Error {
    let path = line.map_or_else(|| file.to_owned(), |line| format!("{file} line {line}"));
    Error::Dropped { path, reason }
}

impl Fetch<'_> {
    /// The rows of a table that is read from files.
    pub(super) async fn read_dropped(&self, table: &Table) -> Result<()> {
        let writer = self.writer(&table.name, "rows").await?;
        let mut seen = HashSet::new();
        let mut entries = self.capture.entries(&table.name, "rows").await?;
        while let Some(entry) = entries.try_next().await? {
            if let Entry::Row(row) = entry {
                seen.insert(hash(table, &row));
            }
        }
        let parents = self.sampled_parents(table).await?;
        let (mut count, mut again, mut members) = (0_u64, 0_u64, std::collections::BTreeSet::new());
        for file in self.dropped.tables.get(&table.name).into_iter().flatten() {
            let mut batches = start(file.clone(), table.name.clone(), table.rows.clone());
            let mut in_file = HashSet::new();
            while let Some(batch) = batches.recv().await {
                let mut unit = Vec::new();
                for (mut record, line) in batch? {
                    unpack(self.spec, table, &mut record);
                    self.check_parent(table, &record, file, line)?;
                    let row = self.selector().row(table, &record, None, &mut members);
                    if parents
                        .as_ref()
                        .is_some_and(|(column, keys)| cell(table, &row, column).is_none_or(|key| !keys.contains(key)))
                    {
                        continue;
                    }
                    count += 1;
                    let hash = hash(table, &row);
                    again += u64::from(!in_file.insert(hash));
                    if !seen.insert(hash) {
                        continue;
                    }
                    if !has_key(table, &row) {
                        unit.push(no_key(table, &row));
                    }
                    unit.push(Entry::Row(row));
                }
                writer.push(&unit).await?;
                self.tick(table, count, None);
            }
        }
        let mut last = Vec::new();
        if !members.is_empty() {
            last.push(Entry::Members(members.into_iter().collect()));
        }
        if again > 0 {
            last.push(Entry::Remark(format!(
                "{again} records have the key of one before them in the file: the first is kept"
            )));
        }
        self.outlook.listed(&table.name, seen.len() as u64);
        last.push(Entry::End(End { source_rows: Some(seen.len() as u64), incomplete: None }));
        writer.push(&last).await?;
        writer.flush().await
    }

    /// In a sample, the keys of the parents that are in it, and the column that names them.
    async fn sampled_parents<'t>(&self, table: &'t Table) -> Result<Option<(&'t str, HashSet<String>)>> {
        let Some(named) = table.parent.as_ref().filter(|_| self.capture.plan.sample.is_some()) else { return Ok(None) };
        let parent = self.parent(table)?;
        let mut rows = self.final_rows(parent).await?;
        let mut keys = HashSet::new();
        while let Some(row) = rows.try_next().await? {
            keys.extend(cell(parent, &row, &named.key).map(ToOwned::to_owned));
        }
        Ok(Some((&named.column, keys)))
    }

    /// Nothing but a record itself says whose it is.
    fn check_parent(&self, table: &Table, record: &Value, file: &DropFile, line: u64) -> Result<()> {
        let Some(column) = table.parent.as_ref().and_then(|named| table.column(&named.column)) else { return Ok(()) };
        if column.places().iter().any(|place| find(record, place).is_some()) {
            return Ok(());
        }
        let places = column.places().join("` or `");
        Err(damaged(&file.name, Some(line), format!("the record has no `{places}`, which says whose it is")))
    }
}

/// Texts of columns that are JSON, and of arrays with rows inside, as what they are.
fn unpack(spec: &Spec, table: &Table, record: &mut Value) {
    let Some(members) = record.as_object_mut() else { return };
    let of_columns = table.columns.iter().filter(|c| c.column_type == ColumnType::Json).flat_map(|c| c.places());
    let inside = spec.tables.iter().filter(|t| t.is_child_of(table));
    for place in of_columns.chain(inside.filter_map(|t| t.inside.as_ref())) {
        let Some(Value::String(text)) = members.get(place) else { continue };
        if text.trim_start().starts_with(['[', '{'])
            && let Ok(json) = serde_json::from_str(text)
        {
            members.insert(place.clone(), json);
        }
    }
}

/// Whether the address of a file is a path in the folder.
pub(super) fn is_path(address: &str) -> bool {
    let scheme = address.split(':').next().filter(|_| address.contains(':')).unwrap_or_default();
    !address.starts_with(['/', '\\']) && (scheme.is_empty() || !scheme.bytes().all(|b| b.is_ascii_alphanumeric()))
}
