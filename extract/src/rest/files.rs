//! Files: what rows stand for, and the images in their texts. Bytes go into content-addressed files; what cannot be had is a row
//! without a hash and a defect, never a failure.
//!
//! Links come from whoever wrote the text, so they are followed to the host of `url` and to the hosts of the spec only, without
//! the login unless they are on the API's own origin, and never to an address that is not public (but that of `url` itself).

mod images;
mod links;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use deskferry_http::{Reply, Request};
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use tokio::sync::{Mutex, OnceCell};

use super::api::{Failure, Scope, cause, is_of_one_call};
use super::capture::{Entry, FileRow, LogWriter};
use super::dropped::is_path;
use super::fetch::Fetch;
use super::row::{Row, cell, find, hash, key};
use super::units::Done;
use crate::attachments::stage_file;
use crate::hash::{self, Hash, of_texts, written};
use crate::spec::{Download, Table};
use crate::{Error, Result};
use images::{Image, images};
use links::Links;

pub(super) use table::{shape, stage};
mod table;

/// So many failures in a row are no matter of single files.
const IN_A_ROW_MAX: u32 = 10;
/// Redirects that are followed for one file.
const REDIRECTS_MAX: u32 = 5;
/// Largest reply that may be JSON with a link instead of the file itself.
const LINK_BYTES: u64 = 1 << 20;

/// Bytes that are staged.
#[derive(Debug, Clone)]
struct Kept {
    sha256: String,
    size: u64,
    content_type: Option<String>,
    /// Name by the reply.
    name: Option<String>,
}

/// What came of a link; the error is why nothing did.
type Outcome = Result<Kept, String>;

/// What a link should lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Whatever it is.
    File,
    /// An image, and nothing else.
    Image,
}

/// The files of one table while they are fetched.
pub(super) struct Files<'a> {
    fetch: &'a Fetch<'a>,
    table: &'a Table,
    pub(super) writer: Arc<LogWriter>,
    links: Links<'a>,
    done: HashSet<Hash>,
    /// Each image once.
    images: Mutex<HashMap<Hash, Arc<OnceCell<Outcome>>>>,
    folder: tempfile::TempDir,
    /// Failures of the source itself, one after another.
    in_a_row: AtomicU32,
}

impl<'a> Fetch<'a> {
    /// Fetches the files of a table once its rows are there.
    pub(super) async fn files(&'a self, table: &'a Table) -> Result<()> {
        self.ended(table).cancelled().await;
        if self.capture.end(&table.name, "files").await?.is_some() {
            return Ok(());
        }
        let files = self.open_files(table).await?;
        let before = self.before(table).await?;
        let rows = self.final_rows(table).await?;
        let rows = rows.try_filter(|row| futures::future::ready(!before.has(table, row)));
        let of_all = &files;
        rows.try_for_each_concurrent(self.ahead(), |row| async move { of_all.row(row).await }).await?;
        files.writer.push(&[Entry::End(super::capture::End::default())]).await?;
        files.writer.flush().await
    }

    /// The files of a table, from where their log ends.
    pub(super) async fn open_files(&'a self, table: &'a Table) -> Result<Files<'a>> {
        let writer = self.writer(&table.name, "files").await?;
        let (mut done, mut images) = (HashSet::new(), HashMap::new());
        let mut entries = self.capture.entries(&table.name, "files").await?;
        while let Some(entry) = entries.next().await {
            match entry? {
                Entry::Done(row) => done.extend(hash::read(&row.of)),
                Entry::File(file) if !file.place.is_empty() => {
                    drop(images.insert(of_texts([&*file.place]), again(file)))
                }
                _ => {}
            }
        }
        let folder = tempfile::tempdir().map_err(Error::read(&std::env::temp_dir()))?;
        let links = Links::new(&self.api, self.rest);
        let (images, in_a_row) = (Mutex::new(images), AtomicU32::new(0));
        Ok(Files { fetch: self, table, writer, links, done, images, folder, in_a_row })
    }
}

/// What an earlier process has fetched.
fn again(file: FileRow) -> Arc<OnceCell<Outcome>> {
    let outcome = match (file.sha256, file.size) {
        (Some(sha256), Some(size)) => Ok(Kept { sha256, size, content_type: file.content_type, name: file.name }),
        _ => Err("it could not be had for another row".to_owned()),
    };
    Arc::new(OnceCell::new_with(Some(outcome)))
}

impl Files<'_> {
    /// The files of the rows inside of a row of an outer table.
    pub(super) async fn rows_within(&self, row: &Row) -> Result<()> {
        for (name, rows) in &row.inside {
            let Some(inner) = self.fetch.spec.table(name) else { continue };
            for row in rows {
                if inner.name == self.table.name {
                    self.row(row.clone()).await?;
                }
                Box::pin(self.rows_within(row)).await?;
            }
        }
        Ok(())
    }

    /// The files of one row.
    async fn row(&self, row: Row) -> Result<()> {
        let mark = hash(self.table, &row);
        if self.done.contains(&mark) {
            return Ok(());
        }
        let mut unit = Vec::new();
        if let Some(download) = &self.table.download {
            let outcome = self.download(download, &row).await?;
            let name = download.name.as_deref().and_then(|column| cell(self.table, &row, column));
            self.told(&row, "", name, outcome, &mut unit);
        }
        let mut seen = HashSet::new();
        for column in &self.table.images_in {
            for image in images(cell(self.table, &row, column).unwrap_or_default()) {
                if seen.insert(image.place())
                    && let Some(outcome) = self.image(&image).await?
                {
                    self.told(&row, &image.place(), None, outcome, &mut unit);
                }
            }
        }
        unit.push(Entry::Done(Done { of: written(mark), ..Done::default() }));
        self.writer.push(&unit).await
    }

    /// Adds what came of a file.
    fn told(&self, row: &Row, place: &str, name: Option<&str>, outcome: Outcome, unit: &mut Vec<Entry>) {
        let own = key(self.table, row);
        let mut file = FileRow { key: own.clone(), place: place.to_owned(), ..FileRow::default() };
        file.name = name.map(ToOwned::to_owned);
        match outcome {
            Ok(kept) => {
                file.name = file.name.or(kept.name);
                (file.sha256, file.size, file.content_type) = (Some(kept.sha256), Some(kept.size), kept.content_type);
                let stated = self.table.download.as_ref().filter(|_| place.is_empty()).and_then(|d| d.size.as_deref());
                let stated = stated.and_then(|column| cell(self.table, row, column)?.parse::<u64>().ok());
                if let Some(stated) = stated.filter(|stated| *stated != kept.size && *stated != 0) {
                    let reason = format!("size differs: {stated} bytes in the row, {} in the file", kept.size);
                    unit.push(Entry::Defect(own, "files".into(), String::new(), reason));
                }
            }
            Err(reason) => {
                let raw: String = place.chars().take(500).collect();
                unit.push(Entry::Defect(own, "files".into(), raw, format!("file could not be had: {reason}")));
            }
        }
        unit.push(Entry::File(file));
    }

    /// The file that a row stands for.
    async fn download(&self, download: &Download, row: &Row) -> Result<Outcome> {
        if let Some(outcome) = self.of_drop(download, row).await? {
            return Ok(outcome);
        }
        if let Some(column) = &download.url {
            return match cell(self.table, row, column) {
                Some(url) => self.follow(url, Wanted::File).await,
                None => Ok(Err("it has no address".into())),
            };
        }
        let Some(path) = &download.path else { return Ok(Err("it has neither a path nor an address".into())) };
        let scope = Scope { row: Some((self.table, row)), parent: None };
        let (path, query) = (self.fetch.api.path(path, scope), self.fetch.api.query(&download.query, scope));
        let Some((path, query)) = path.zip(query) else {
            return Ok(Err("a column that the path needs is missing".into()));
        };
        let file = self.temporary()?;
        let request = self.save(Request { query, ..Request::get(path) }, &file);
        let what = format!("files of `{}`", self.table.name);
        let reply = match self.fetch.api.send(&what, request).await {
            Ok(reply) => reply,
            Err(failure) => return self.failed(failure),
        };
        self.in_a_row.store(0, Ordering::Relaxed);
        if (300..400).contains(&reply.status) {
            return self.follow(&location(&reply), Wanted::File).await;
        }
        let name = self.name(download, row);
        match link(download, &reply, file.path()) {
            Some(link) => self.follow(&link, Wanted::File).await,
            None if lacks_link(download, &reply, &name) => {
                Ok(Err("the source gives neither the file nor a link to it".into()))
            }
            None => self.keep(&reply, file, name, Wanted::File).await,
        }
    }

    /// The file beside the files that the table is read from, where the row names one by its path.
    async fn of_drop(&self, download: &Download, row: &Row) -> Result<Option<Outcome>> {
        let column = download.url.as_ref().or(download.name.as_ref()).filter(|_| self.table.dropped);
        let named = column.and_then(|column| cell(self.table, row, column)).filter(|path| is_path(path));
        let Some(path) = named else { return Ok(None) };
        let file = match self.fetch.dropped.file(path, self.fetch.rest.file_mib << 20).await? {
            Ok(file) => file,
            // It may be had from the API.
            Err(_) if download.path.is_some() => return Ok(None),
            Err(reason) => return Ok(Some(Err(reason))),
        };
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let staged = stage_file(&self.fetch.api.context, file, &name).await?;
        Ok(Some(staged.map(|(kept, content_type)| Kept {
            sha256: kept.sha256,
            size: kept.bytes,
            content_type: Some(content_type.to_owned()),
            name: Some(name),
        })))
    }

    /// A failure that concerns one file alone is its defect; where one file after another fails, it is the source that does.
    fn failed(&self, failure: Failure) -> Result<Outcome> {
        match failure {
            Failure::Refused { reason, .. } => Ok(Err(reason)),
            Failure::Failed(error) if is_of_one_call(&error) => {
                let is_other = matches!(error, Error::Http { is_other: true, .. });
                let in_a_row = if is_other { 0 } else { self.in_a_row.fetch_add(1, Ordering::Relaxed) };
                if in_a_row >= IN_A_ROW_MAX { Err(error) } else { Ok(Err(cause(&error))) }
            }
            Failure::Failed(error) => Err(error),
        }
    }

    fn name(&self, download: &Download, row: &Row) -> String {
        let column = download.name.as_deref();
        column.and_then(|column| cell(self.table, row, column)).unwrap_or_default().to_owned()
    }

    /// An image in a text; `None` where it is not one of ours.
    async fn image(&self, image: &Image) -> Result<Option<Outcome>> {
        let link = match image {
            Image::Data { content_type, bytes, .. } => {
                let kept = self.fetch.api.context.staging.files().put(bytes.clone()).await?;
                let content_type = Some(content_type.clone()).filter(|t| !t.is_empty());
                return Ok(Some(Ok(Kept { sha256: kept.sha256, size: kept.bytes, content_type, name: None })));
            }
            Image::Link(link) => link,
        };
        if let Some(path) = self.links.path_of(link) {
            return Ok(Some(self.once(link, self.of_path(&path)).await?));
        }
        if !self.links.is_ours(link) {
            return Ok(None);
        }
        Ok(Some(self.once(link, self.follow(link, Wanted::Image)).await?))
    }

    /// What comes of an address, which is asked for once.
    async fn once(&self, link: &str, asking: impl Future<Output = Result<Outcome>>) -> Result<Outcome> {
        let cell = {
            let mut images = self.images.lock().await;
            Arc::clone(images.entry(of_texts([link])).or_default())
        };
        Ok(cell.get_or_try_init(|| asking).await?.clone())
    }

    /// The image that a path of the API gives.
    async fn of_path(&self, path: &str) -> Result<Outcome> {
        let file = self.temporary()?;
        let request = self.save(Request::get(path), &file);
        match self.fetch.api.send(&format!("files of `{}`", self.table.name), request).await {
            Ok(reply) if (300..400).contains(&reply.status) => self.follow(&location(&reply), Wanted::Image).await,
            Ok(reply) => self.keep(&reply, file, String::new(), Wanted::Image).await,
            Err(failure) => self.failed(failure),
        }
    }

    /// Goes where a link leads.
    async fn follow(&self, link: &str, wanted: Wanted) -> Result<Outcome> {
        let mut link = link.to_owned();
        for _ in 0..=REDIRECTS_MAX {
            if let Some(piece) = self.fetch.api.refused_piece(&link) {
                return Ok(Err(format!("its address has `{piece}` in it, which is never called")));
            }
            let (client, url) = match self.links.client(&link).await? {
                Ok(found) => found,
                Err(reason) => return Ok(Err(reason)),
            };
            let file = self.temporary()?;
            // Anybody can write an address into a text: the login goes along only where the spec says that images are.
            let anonymous = wanted == Wanted::Image && !self.links.is_image_path(&url);
            let request = self.save(Request { anonymous, ..Request::get(url.as_str()) }, &file);
            let what = format!("files of `{}`", self.table.name);
            let reply = match self.fetch.api.send_by(client.as_ref(), &what, request).await {
                Ok(reply) => reply,
                Err(failure) => return self.failed(failure),
            };
            if !(300..400).contains(&reply.status) {
                let name = url.path_segments().and_then(|mut s| s.next_back()).unwrap_or_default().to_owned();
                return self.keep(&reply, file, name, wanted).await;
            }
            link = match url.join(&location(&reply)) {
                Ok(next) => next.into(),
                Err(_) => return Ok(Err("it is redirected to what is no address".into())),
            };
        }
        Ok(Err("it is redirected too often".into()))
    }

    fn temporary(&self) -> Result<tempfile::NamedTempFile> {
        tempfile::NamedTempFile::new_in(self.folder.path()).map_err(Error::read(self.folder.path()))
    }

    fn save(&self, request: Request, file: &tempfile::NamedTempFile) -> Request {
        let identity = ("Accept-Encoding".to_owned(), deskferry_http::Secret::new("identity"));
        let accept = ("Accept".to_owned(), deskferry_http::Secret::new("*/*"));
        Request {
            save: Some(file.path().to_owned()),
            bytes_max: self.fetch.rest.file_mib << 20,
            unparsed: true,
            headers: vec![identity, accept],
            ..request
        }
    }

    /// Stages what has come.
    async fn keep(
        &self,
        reply: &Reply,
        file: tempfile::NamedTempFile,
        name: String,
        wanted: Wanted,
    ) -> Result<Outcome> {
        let said = header(reply, "content-type").map(|t| t.split(';').next().unwrap_or_default().trim().to_lowercase());
        let disposition = header(reply, "content-disposition");
        let is_page = said.as_deref() == Some("text/html") && disposition.is_none();
        if is_page && !matches!(extension(&name).as_str(), "html" | "htm" | "") {
            return Ok(Err("the source gives an HTML page instead of the file".into()));
        }
        if wanted == Wanted::Image && !is_image(file.path(), said.as_deref()) {
            return Ok(Err("it is no image".into()));
        }
        let local = file.reopen().map_err(Error::read(file.path()))?;
        let (kept, by_bytes) = match stage_file(&self.fetch.api.context, local, &name).await? {
            Ok(kept) => kept,
            Err(reason) => return Ok(Err(reason)),
        };
        let vague =
            ["", "application/octet-stream", "binary/octet-stream", "application/x-download", "application/json"];
        let content_type = said.filter(|t| !vague.contains(&t.as_str())).unwrap_or_else(|| by_bytes.to_owned());
        let name = disposition.as_deref().and_then(disposition_name).or(Some(name).filter(|n| !n.is_empty()));
        Ok(Ok(Kept { sha256: kept.sha256, size: kept.bytes, content_type: Some(content_type), name }))
    }
}

/// Whether a file is an image by its bytes; a drawing in XML by what the source says of it, too.
fn is_image(path: &std::path::Path, said: Option<&str>) -> bool {
    let by_bytes = infer::get_from_path(path).ok().flatten();
    match by_bytes {
        Some(kind) => {
            kind.mime_type().starts_with("image/") || (said == Some("image/svg+xml") && kind.mime_type() == "text/xml")
        }
        None => said == Some("image/svg+xml"),
    }
}

/// Whether a reply is neither the file nor a link to it: JSON without the link, where the file has another name.
fn lacks_link(download: &Download, reply: &Reply, name: &str) -> bool {
    let is_json = header(reply, "content-type").is_some_and(|t| t.to_lowercase().contains("json"));
    let is_said = header(reply, "content-disposition").is_some();
    download.link.is_some() && is_json && !is_said && extension(name) != "json"
}

fn header(reply: &Reply, name: &str) -> Option<String> {
    reply.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn location(reply: &Reply) -> String {
    header(reply, "location").unwrap_or_default()
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default()
}

/// The link in a reply that is not the file itself but JSON with its address. A reply that says that it is a file is one.
fn link(download: &Download, reply: &Reply, path: &std::path::Path) -> Option<String> {
    let place = download.link.as_deref()?;
    let is_json = header(reply, "content-type").is_some_and(|t| t.to_lowercase().contains("json"));
    if !is_json || header(reply, "content-disposition").is_some() || std::fs::metadata(path).ok()?.len() > LINK_BYTES {
        return None;
    }
    let json: Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    let link = find(&json, place)?.as_str()?;
    (link.starts_with("http://") || link.starts_with("https://") || link.starts_with('/')).then(|| link.to_owned())
}

/// `filename` of a Content-Disposition.
fn disposition_name(header: &str) -> Option<String> {
    let parts: BTreeMap<String, String> = header
        .split(';')
        .filter_map(|part| part.trim().split_once('='))
        .map(|(name, value)| (name.trim().to_lowercase(), value.trim().trim_matches('"').to_owned()))
        .collect();
    let encoded = parts.get("filename*").and_then(|value| value.rsplit("''").next());
    let decoded = encoded.map(|text| {
        let pairs = format!("x={}", text.replace('+', "%2B"));
        url::form_urlencoded::parse(pairs.as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default()
    });
    decoded.or_else(|| parts.get("filename").cloned()).filter(|name| !name.is_empty())
}
