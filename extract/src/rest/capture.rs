//! What has been fetched so far, kept in the stage, so that an extract of days survives whatever ends its process.
//!
//! ```text
//!  _work/<source>/<run>/plan.json                what was asked for, and of which source
//!  _work/<source>/<run>/<table>/list/segment-…   rows of a list, where each is then read in full; the place in the list
//!  _work/<source>/<run>/<table>/rows/segment-…   rows as they will be staged
//!  _work/<source>/<run>/<table>/files/segment-…  files that were fetched, and those that could not be had
//! ```
//!
//! Invariants:
//! 1. only declared columns are in it;
//! 2. what belongs together ([`LogWriter::push`]) is in one segment: a page with its place in the list, a parent with all of its
//!    rows; so a page is there whole and its place known, or it is read again;
//! 3. what is pushed is stored within [`FLUSH_MS`], or sooner where it is much: no more is lost by a crash.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use deskferry_staging::{Context, Log, RunId, Work};
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::list::Mark;
use super::route::Route;
use super::row::Row;
use super::units::Done;
use crate::{Error, Request, Result, Settings, Spec, Unfinished};

/// Longest time for which something is only in memory.
const FLUSH_MS: i64 = 1_000;
/// Most bytes that are only in memory.
const FLUSH_BYTES: usize = 4 << 20;
/// Segments read ahead.
const SEGMENTS_AHEAD: usize = 8;

/// What an extract was asked for. Another one does not go on with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    /// When it was begun: what changes later is for the next extract.
    pub(super) begun: chrono::DateTime<chrono::Utc>,
    pub(super) url: String,
    /// SHA-256 of the spec.
    pub(super) spec: String,
    /// The settings that are no secrets.
    pub(super) settings: BTreeMap<String, String>,
    pub(super) tables: Vec<String>,
    pub(super) sample: Option<u64>,
    pub(super) since_last: bool,
    /// Only rows that were named, by table.
    #[serde(default)]
    pub(super) only: BTreeMap<String, BTreeSet<String>>,
    /// Until when all of a table was read of which only named rows are read now.
    #[serde(default)]
    pub(super) stays: BTreeMap<String, chrono::DateTime<chrono::Utc>>,
    /// Rows that no list has, by table: keys of those that stay as they are.
    #[serde(default)]
    pub(super) unlisted: BTreeMap<String, BTreeSet<String>>,
    /// Those of them that are asked for.
    #[serde(default)]
    pub(super) asks: BTreeMap<String, BTreeSet<String>>,
    /// For tables that can be asked for what changed since: since when.
    pub(super) since: BTreeMap<String, chrono::DateTime<chrono::Utc>>,
    /// Tables that are listed whole, and asked further for those of their rows that say that they changed.
    #[serde(default)]
    pub(super) by_change: BTreeSet<String>,
    /// SHA-256 of files that tables are read from.
    #[serde(default)]
    pub(super) dropped: BTreeMap<String, String>,
    /// The newest run of the source then, which is compared with.
    pub(super) newest: Option<RunId>,
}

impl Plan {
    pub(super) fn new(context: &Context, spec: &Spec, settings: &Settings, request: &Request) -> Self {
        let shown = |(name, value): (&String, &String)| {
            (!settings.is_secret(spec, name)).then(|| (name.clone(), value.clone()))
        };
        Self {
            begun: context.now(),
            url: without_password(&settings.url),
            spec: spec.sha256.clone(),
            settings: settings.values.iter().filter_map(shown).collect(),
            tables: request.tables.clone(),
            sample: request.sample,
            since_last: request.since_last,
            only: if request.only_keys { request.keys.clone() } else { BTreeMap::new() },
            stays: BTreeMap::new(),
            unlisted: BTreeMap::new(),
            asks: BTreeMap::new(),
            since: BTreeMap::new(),
            by_change: BTreeSet::new(),
            dropped: BTreeMap::new(),
            newest: None,
        }
    }

    /// What differs in another plan, in words.
    fn differs(&self, other: &Self) -> Option<&'static str> {
        let same = [
            (self.url == other.url, "[source] url"),
            (self.spec == other.spec, "spec"),
            (self.settings == other.settings, "value of a key of [source]"),
            (self.tables == other.tables, "selection of tables"),
            (self.sample == other.sample, "--sample"),
            (self.dropped == other.dropped, "file in the folder of [source] drop"),
            (self.since_last == other.since_last, "--since-last"),
            (self.only == other.only, "choice of rows"),
        ];
        same.into_iter().find(|(same, _)| !same).map(|(_, what)| what)
    }
}

/// What the newest extract of a source with an API was asked that was begun and not published, as a request that goes on with it.
/// `None` where there is none, or where it would add to a state that has changed since.
///
/// # Errors
/// `Staging`; `OtherPlan` where another version of deskferry began it.
pub async fn unfinished(context: &Context, spec: &Spec) -> Result<Option<Request>> {
    let Some(work) = context.staging.works(spec.schema()).await?.pop() else { return Ok(None) };
    let Some(bytes) = work.plan().await? else { return Ok(None) };
    let plan: Plan = serde_json::from_slice(&bytes).map_err(|_| other_version(&work))?;
    let newest = context.staging.latest(spec.schema()).await?.map(|run| run.run);
    let goes_on = newest.as_ref() != Some(work.run()) && (!plan.since_last || plan.newest == newest);
    Ok(goes_on.then(|| Request {
        tables: plan.tables,
        sample: plan.sample,
        since_last: plan.since_last,
        only_keys: !plan.only.is_empty(),
        unlisted: !plan.only.is_empty() && !plan.asks.is_empty(),
        keys: plan.only,
        unfinished: Unfinished::Resume,
        ..Request::default()
    }))
}

fn other_version(work: &Work) -> Error {
    Error::OtherPlan { run: work.run().to_string(), what: "version of deskferry".into() }
}

/// An address without user and password.
fn without_password(url: &str) -> String {
    let Ok(mut parsed) = url::Url::parse(url) else { return url.to_owned() };
    let is_without = parsed.set_password(None).is_ok() && parsed.set_username("").is_ok();
    if is_without { parsed.into() } else { url.to_owned() }
}

/// What is kept of one extract.
pub(super) struct Capture {
    context: Context,
    pub(super) plan: Plan,
    work: Work,
}

impl Capture {
    /// Begins one, or goes on with the newest that was not finished.
    ///
    /// # Errors
    /// `Unfinished`, `NothingUnfinished`, `OtherPlan`; `Staging`.
    pub(super) async fn open(context: &Context, spec: &Spec, plan: Plan, unfinished: Unfinished) -> Result<Self> {
        let mut open = Vec::new();
        for work in context.staging.works(spec.schema()).await? {
            let plan = work.plan().await?;
            let stored = plan.as_ref().map(|bytes| serde_json::from_slice::<Plan>(bytes));
            let published = match context.staging.manifest(work.run()).await {
                Ok(_) => true,
                Err(deskferry_staging::Error::Missing { .. }) => false,
                Err(error) => return Err(error.into()),
            };
            match stored {
                Some(Ok(stored)) if !published && unfinished != Unfinished::Discard => open.push((work, stored)),
                Some(Err(_)) if !published && unfinished != Unfinished::Discard => {
                    return Err(other_version(&work));
                }
                // Published and not removed any more, not begun, or not wanted.
                _ => work.remove().await?,
            }
        }
        match (open.pop(), unfinished) {
            (None, Unfinished::Resume) => Err(Error::NothingUnfinished { spec: spec.name.clone() }),
            (None, _) => {
                let run = context.run_id();
                let json = serde_json::to_vec_pretty(&plan).map_err(|e| Error::Internal(e.to_string()))?;
                let work = context.staging.begin_work(spec.schema(), run, json.into()).await?;
                Ok(Self { context: context.clone(), plan, work })
            }
            (Some((work, stored)), Unfinished::Resume) => match stored.differs(&plan) {
                Some(what) => Err(Error::OtherPlan { run: work.run().to_string(), what: what.to_owned() }),
                None => Ok(Self { context: context.clone(), plan: stored, work }),
            },
            (Some((work, stored)), _) => Err(Error::Unfinished {
                run: work.run().to_string(),
                begun: stored.begun.format("%Y-%m-%d %H:%M UTC").to_string(),
            }),
        }
    }

    /// The run that it becomes.
    pub(super) fn run(&self) -> &RunId {
        self.work.run()
    }

    /// A log of a table.
    pub(super) fn log(&self, table: &str, log: &str) -> Result<Log> {
        Ok(self.work.log(table, log)?)
    }

    /// A log of a table, to go on with behind its last entry.
    pub(super) async fn writer(&self, table: &str, log: &str) -> Result<LogWriter> {
        let log = self.log(table, log)?;
        let next = log.newest().await? + 1;
        let waiting = Waiting { next, entries: Vec::new(), bytes: 0, since_ms: 0 };
        Ok(LogWriter { context: self.context.clone(), log, waiting: Mutex::new(waiting) })
    }

    /// What a log has, in order.
    pub(super) async fn entries(&self, table: &str, log: &str) -> Result<BoxStream<'static, Result<Entry>>> {
        let log = self.log(table, log)?;
        let newest = log.newest().await?;
        let segments = futures::stream::iter(1..=newest).map(move |number| {
            let log = log.clone();
            async move { segment(&log, number).await }
        });
        let entries = segments.buffered(SEGMENTS_AHEAD).map_ok(|e| futures::stream::iter(e.into_iter().map(Ok)));
        Ok(entries.try_flatten().boxed())
    }

    /// How a log ended; `None` where it has not.
    pub(super) async fn end(&self, table: &str, log: &str) -> Result<Option<End>> {
        let log = self.log(table, log)?;
        match log.newest().await? {
            0 => Ok(None),
            newest => Ok(segment(&log, newest).await?.pop().and_then(|last| match last {
                Entry::End(end) => Some(end),
                _ => None,
            })),
        }
    }

    /// Whether nothing has been fetched.
    pub(super) async fn is_empty(&self) -> Result<bool> {
        Ok(self.work.is_empty().await?)
    }

    /// Removes all of it.
    pub(super) async fn remove(&self) -> Result<()> {
        Ok(self.work.remove().await?)
    }
}

async fn segment(log: &Log, number: u64) -> Result<Vec<Entry>> {
    let damaged = |reason: &str| Error::Damaged {
        path: format!("segment {number} of what was fetched"),
        reason: reason.to_owned(),
    };
    let batches = log.segment(number).await?.ok_or_else(|| damaged("it is missing"))?;
    let mut entries = Vec::new();
    for batch in &batches {
        let column = batch.column_by_name("entry").and_then(|c| c.as_string_opt::<i32>());
        for text in column.ok_or_else(|| damaged("it has no entries"))?.iter().flatten() {
            entries.push(serde_json::from_str(text).map_err(|e| damaged(&e.to_string()))?);
        }
    }
    Ok(entries)
}

/// One entry of a log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Entry {
    /// A row.
    Row(Row),
    /// A page of a list is in: where the list goes on.
    Page(Box<Mark>),
    /// All of what one row or parent has is in, or is known not to be had.
    Done(Done),
    /// Something did not fit: key, column, raw text, reason.
    Defect(String, String, String, String),
    /// A file.
    File(FileRow),
    /// Members that the source has and the spec does not declare.
    Members(Vec<String>),
    /// What the user should know.
    Remark(String),
    /// How the table is asked for.
    Route(Route),
    /// Nothing comes after it.
    End(End),
}

/// A file of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileRow {
    pub(super) key: String,
    /// `""` for the file that the row stands for, else the `src` of an image.
    pub(super) place: String,
    pub(super) name: Option<String>,
    /// `None`: it could not be had.
    pub(super) sha256: Option<String>,
    pub(super) size: Option<u64>,
    pub(super) content_type: Option<String>,
}

/// How the reading of a table ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    /// Rows by the source's own count.
    pub(super) source_rows: Option<u64>,
    /// Why rows are missing, if some are.
    pub(super) incomplete: Option<String>,
}

/// Appends to a log.
pub(super) struct LogWriter {
    context: Context,
    log: Log,
    waiting: Mutex<Waiting>,
}

struct Waiting {
    /// Number of the next segment.
    next: u64,
    entries: Vec<String>,
    bytes: usize,
    since_ms: i64,
}

impl LogWriter {
    /// Adds what belongs together.
    ///
    /// # Errors
    /// `Staging`; `Exists` of it where another process goes on with the same log.
    pub(super) async fn push(&self, unit: &[Entry]) -> Result<()> {
        let texts: Vec<String> = unit
            .iter()
            .map(serde_json::to_string)
            .collect::<Result<_, _>>()
            .map_err(|e| Error::Internal(e.to_string()))?;
        let now_ms = self.context.now().timestamp_millis();
        let mut waiting = self.waiting.lock().await;
        if waiting.entries.is_empty() {
            waiting.since_ms = now_ms;
        }
        waiting.bytes += texts.iter().map(String::len).sum::<usize>();
        waiting.entries.extend(texts);
        self.flush_if(&mut waiting, |w| w.bytes >= FLUSH_BYTES || now_ms - w.since_ms >= FLUSH_MS).await
    }

    /// Stores what has waited long enough.
    pub(super) async fn flush_due(&self) -> Result<()> {
        let now_ms = self.context.now().timestamp_millis();
        self.flush_if(&mut *self.waiting.lock().await, |w| now_ms - w.since_ms >= FLUSH_MS).await
    }

    /// Stores what waits.
    pub(super) async fn flush(&self) -> Result<()> {
        self.flush_if(&mut *self.waiting.lock().await, |_| true).await
    }

    async fn flush_if(&self, waiting: &mut Waiting, is_due: impl Fn(&Waiting) -> bool) -> Result<()> {
        if waiting.entries.is_empty() || !is_due(waiting) {
            return Ok(());
        }
        let schema = Arc::new(Schema::new(vec![Field::new("entry", DataType::Utf8, false)]));
        let column: ArrayRef = Arc::new(StringArray::from_iter_values(&waiting.entries));
        let batch = RecordBatch::try_new(schema, vec![column]).map_err(|e| Error::Internal(e.to_string()))?;
        match self.log.append(waiting.next, &batch).await {
            Ok(()) => {}
            // A store that repeats a write whose reply was lost finds its own: the same entries are ours.
            Err(error @ deskferry_staging::Error::Exists { .. }) => {
                let stored = self.log.segment(waiting.next).await?;
                if stored.is_none_or(|stored| stored != [batch]) {
                    return Err(error.into());
                }
            }
            Err(error) => return Err(error.into()),
        }
        waiting.next += 1;
        waiting.entries.clear();
        waiting.bytes = 0;
        Ok(())
    }
}
