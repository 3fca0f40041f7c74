//! All tables of a source, side by side: a table begins when what it depends on has ended, and the rate of the source is the only
//! limit. What ends is in the capture; stopped anywhere, the same goes on from there.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use deskferry_staging::Tick;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::api::{Api, Failure, Scope};
use super::before::Before;
use super::capture::{Capture, End, Entry, LogWriter};
use super::dropped::Dropped;
use super::outlook::{self, Outlook};
use super::page::{Page, Query};
use super::paging::Pager;
use super::retention::urgent;
use super::route::Route;
use super::row::{Row, Selector, hash, of_key, set};
use super::sample::Keeps;
use crate::hash::Hash;
use crate::lock::lock;
use crate::spec::{Access, Login, Paging, Params, Rest, Table};
use crate::{Error, Request, Result, Spec};

/// Time between two looks whether something waits to be stored.
const FLUSH_EVERY: Duration = Duration::from_millis(500);

/// One extract while it fetches.
pub(super) struct Fetch<'a> {
    pub(super) spec: &'a Spec,
    pub(super) rest: &'a Rest,
    pub(super) request: &'a Request,
    pub(super) api: Api,
    pub(super) capture: Capture,
    writers: Mutex<Vec<Arc<LogWriter>>>,
    /// Cancelled once the table has ended.
    ended: BTreeMap<String, CancellationToken>,
    pub(super) outlook: Outlook,
    /// The tables that are read.
    pub(super) needed: Vec<&'a Table>,
    /// First pages that were looked at for the forecast.
    first_pages: Mutex<HashMap<String, Page>>,
    /// How tables are asked for, where that has to be found out.
    pub(super) routes: BTreeMap<String, OnceCell<Route>>,
    /// How all others are.
    pub(super) straight: Route,
    /// When the rows of tables changed by the last state, where that tells what is asked for.
    pub(super) before: BTreeMap<String, OnceCell<Before>>,
    /// Nothing is known of the others.
    pub(super) never: Before,
    /// Files that tables are read from.
    pub(super) dropped: Dropped,
    /// Tables that are read before others.
    pub(super) urgent: BTreeSet<String>,
}

impl<'a> Fetch<'a> {
    pub(super) fn new(
        spec: &'a Spec,
        rest: &'a Rest,
        request: &'a Request,
        api: Api,
        capture: Capture,
        dropped: Dropped,
    ) -> Self {
        let ended = spec.tables.iter().map(|t| (t.name.clone(), CancellationToken::new())).collect();
        let (writers, outlook, first_pages) = (Mutex::default(), Outlook::default(), Mutex::default());
        let (needed, straight, never) = (Vec::new(), Route::default(), Before::default());
        let urgent = urgent(spec, capture.plan.sample.is_some());
        let before = capture.plan.by_change.iter().map(|name| (name.clone(), OnceCell::new())).collect();
        let with_route = spec.tables.iter().filter(|t| t.has_route());
        let routes = with_route.map(|t| (t.name.clone(), OnceCell::new())).collect();
        let mut fetch = Self {
            spec,
            rest,
            request,
            api,
            capture,
            writers,
            ended,
            outlook,
            needed,
            first_pages,
            routes,
            straight,
            before,
            never,
            dropped,
            urgent,
        };
        fetch.needed = spec.tables.iter().filter(|t| fetch.needs(t)).collect();
        fetch
    }

    /// Fetches all that is wanted and not there yet.
    ///
    /// # Errors
    /// The first of any table; `Cancelled`. What was fetched until then is stored.
    pub(super) async fn all(&'a self) -> Result<()> {
        let tables = self.needed.iter().copied().filter(|t| t.inside.is_none());
        let files = self.spec.tables.iter().filter(|t| self.request.wants_files(t)).map(|table| self.files(table));
        let tables = futures::future::try_join_all(tables.map(|table| self.whole(table)));
        let work = async {
            if self.capture.is_empty().await? {
                let note = self.look().await?;
                let (done, total) = (self.api.client.stats().calls, Some(self.calls_expected()));
                (self.api.context.progress)(&Tick { table: "forecast", done, total, note: &note, is_end: true });
            }
            futures::future::try_join(tables, futures::future::try_join_all(files)).await
        };
        let outcome = tokio::select! {
            outcome = work => outcome.map(|_| ()),
            error = self.keep_storing() => Err(error),
            () = self.api.context.cancel.cancelled() => Err(Error::Cancelled),
        };
        let writers = self.writers();
        let stored = futures::future::join_all(writers.iter().map(|writer| writer.flush())).await;
        outcome.and(stored.into_iter().collect())
    }

    /// Whether a table is wanted, or one whose rows belong to its rows.
    fn needs(&self, table: &Table) -> bool {
        let is_parent = |t: &Table| t.name != table.name && t.is_child_of(table);
        let names = |t: &Table| self.capture.plan.sample.is_some() && t.named_by.iter().any(|n| n.table == table.name);
        let depend = self.spec.tables.iter().filter(|t| is_parent(t) || names(t));
        self.request.wants(&table.name) || depend.into_iter().any(|t| self.needs(t))
    }

    /// One table from begin to end.
    async fn whole(&'a self, table: &'a Table) -> Result<()> {
        let named_by = table.named_by.iter().map(|n| &n.table).filter(|_| self.capture.plan.sample.is_some());
        for name in table.parent.iter().map(|p| &p.table).chain(named_by) {
            self.ended(self.table(name)?).cancelled().await;
        }
        if self.capture.end(&table.name, "rows").await?.is_none() {
            self.wait_for_urgent(table).await;
            let detail = table.detail.as_ref().filter(|d| d.of_listed || self.request.keys.contains_key(&table.name));
            match (&table.parent, detail) {
                _ if table.dropped => self.read_dropped(table).await?,
                _ if table.each.is_some() => self.each(table).await?,
                (Some(_), _) => self.children(table).await?,
                (None, None) => self.list(table, "rows", None).await?,
                (None, Some(detail)) => self.list_and_details(table, detail).await?,
            }
        }
        self.ended(table).cancel();
        Ok(())
    }

    /// The rows that are the words of a setting.
    async fn each(&self, table: &Table) -> Result<()> {
        let text = table.each.as_ref().map(|each| self.api.fill(each)).unwrap_or_default();
        let words: BTreeSet<&str> = text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        let rows = words.iter().map(|word| Entry::Row(of_key(table, word)));
        let end = End { source_rows: Some(words.len() as u64), incomplete: None };
        let writer = self.writer(&table.name, "rows").await?;
        writer.push(&rows.chain([Entry::End(end)]).collect::<Vec<_>>()).await?;
        writer.flush().await
    }

    /// Told when a table has ended; one inside another ends with that.
    pub(super) fn ended(&self, table: &Table) -> CancellationToken {
        let mut table = table;
        while let Some(outer) = table.inside.as_ref().and_then(|_| self.parent(table).ok()) {
            table = outer;
        }
        self.ended.get(&table.name).cloned().unwrap_or_default()
    }

    /// The last error of storing what waits.
    async fn keep_storing(&self) -> Error {
        loop {
            tokio::time::sleep(FLUSH_EVERY).await;
            for writer in self.writers() {
                if let Err(error) = writer.flush_due().await {
                    return error;
                }
            }
        }
    }

    fn writers(&self) -> Vec<Arc<LogWriter>> {
        lock(&self.writers).clone()
    }

    /// A log of a table, to go on with.
    pub(super) async fn writer(&self, table: &str, log: &str) -> Result<Arc<LogWriter>> {
        let writer = Arc::new(self.capture.writer(table, log).await?);
        lock(&self.writers).push(Arc::clone(&writer));
        Ok(writer)
    }

    pub(super) fn table(&self, name: &str) -> Result<&'a Table> {
        self.spec.table(name).ok_or_else(|| Error::Internal(format!("table `{name}` is not declared")))
    }

    pub(super) fn parent(&self, table: &Table) -> Result<&'a Table> {
        self.table(table.parent.as_ref().map(|p| p.table.as_str()).unwrap_or_default())
    }

    pub(super) fn selector(&self) -> Selector<'_> {
        Selector { spec: self.spec, times: &self.api.times }
    }

    /// How lists of a table are walked.
    pub(super) fn pager(&self, table: &'a Table) -> Result<Pager<'_>> {
        let paging = table.paging.as_ref().unwrap_or(&self.rest.paging);
        let begin = match paging {
            Paging::Windows { begin, .. } => self.api.fill(begin),
            _ => String::new(),
        };
        let secret = match &self.rest.login {
            Login::Query { name, .. } => Some(name.as_str()),
            _ => None,
        };
        Pager::new(paging, &begin, self.capture.plan.begun, &self.api.base, secret).map_err(|reason| Error::Setting {
            key: "[source]",
            reason,
            hint: format!("the windows of table `{}` begin there", table.name),
        })
    }

    /// Most calls that are made ready at a time.
    pub(super) fn ahead(&self) -> usize {
        self.rest.in_flight
    }

    /// The rows in a log of a table.
    pub(super) async fn rows<'s>(&self, table: &'s Table, log: &str) -> Result<BoxStream<'s, Result<Row>>> {
        let passes = self.last_passes(table, log).await?;
        let entries = self.capture.entries(&table.name, log).await?;
        let rows = entries.try_filter_map(move |entry| {
            let row = match entry {
                Entry::Row(mut row) => {
                    let pass = passes.get(&hash(table, &row)).filter(|_| !passes.is_empty());
                    if let Some((column, pass)) = table.pass_column.as_ref().zip(pass) {
                        set(table, &mut row, column, pass.to_string());
                    }
                    Some(row)
                }
                _ => None,
            };
            futures::future::ready(Ok(row))
        });
        Ok(rows.boxed())
    }

    /// For rows that several passes have listed the last of them, where the table wants to know.
    async fn last_passes(&self, table: &Table, log: &str) -> Result<HashMap<Hash, usize>> {
        let mut passes = HashMap::new();
        if table.pass_column.is_some() && (log == "list" || table.detail.is_none()) {
            let mut entries = self.capture.entries(&table.name, log).await?;
            while let Some(entry) = entries.try_next().await? {
                if let Entry::Page(mark) = entry {
                    passes.extend(mark.listed_again());
                }
            }
        }
        Ok(passes)
    }

    /// The rows of a table as they are staged, once it has ended.
    pub(super) fn final_rows<'s>(&'s self, table: &'s Table) -> BoxFuture<'s, Result<BoxStream<'s, Result<Row>>>> {
        Box::pin(async move {
            if table.inside.is_some() {
                let name = table.name.clone();
                let outer = self.final_rows(self.parent(table)?).await?;
                let inner = outer.map_ok(move |row| {
                    let of_table = row.inside.into_iter().filter(|(inner, _)| *inner == name);
                    futures::stream::iter(of_table.flat_map(|(_, rows)| rows).map(Ok).collect::<Vec<_>>())
                });
                return Ok(inner.try_flatten().boxed());
            }
            let rows = self.rows(table, "rows").await?;
            let keeps: Keeps = if table.detail.is_some() { Keeps::All } else { self.sample_filter(table).await? };
            Ok(rows.try_filter(move |row| futures::future::ready(keeps.keeps(table, row))).boxed())
        })
    }

    /// What becomes of a table that the source refuses.
    pub(super) fn refused(&self, table: &Table, status: u16, reason: String) -> Result<End> {
        match (table.access, status) {
            (Access::Optional, _) => {
                Ok(End { incomplete: Some(format!("the source refuses it: {reason}")), ..End::default() })
            }
            (Access::Required, 403 | 404) => Err(Error::NoAccess { table: table.name.clone(), reason }),
            _ => Err(Error::Reply {
                what: format!("table `{}`", table.name),
                reason: format!("the source answers {reason}"),
                hint: format!("correct `path` or `query` of `{}` in the spec", table.name),
            }),
        }
    }

    /// The list of a table, with the parameters of a pass.
    pub(super) async fn query(&'a self, table: &'a Table, pass: &Params) -> Result<Option<Query<'a>>, Failure> {
        let route = self.route(table, &|route| self.query_by(table, pass, route)).await?;
        Ok(self.query_by(table, pass, route)?)
    }

    /// The same, by a route.
    fn query_by(&'a self, table: &'a Table, pass: &Params, route: &Route) -> Result<Option<Query<'a>>> {
        let is_sampled = self.capture.plan.sample.is_some() && self.spec.has_children(table);
        let newest = if is_sampled { &table.newest } else { &Params::default() };
        let query = Query::new(&self.api, table, self.pager(table)?, Scope::default(), &[pass, newest], route)?;
        Ok(match (&table.since, self.capture.plan.since.get(&table.name)) {
            (Some(since), Some(time)) => query.map(|q| q.since(since, *time)),
            _ => query,
        })
    }

    pub(super) fn first_pages(&self) -> std::sync::MutexGuard<'_, HashMap<String, Page>> {
        lock(&self.first_pages)
    }

    /// The first page of a table's first pass, where it was looked at.
    pub(super) fn first_page(&self, table: &Table) -> Option<Page> {
        self.first_pages().remove(&table.name)
    }

    /// Calls in all, by what is known so far.
    pub(super) fn calls_expected(&self) -> u64 {
        self.outlook.calls(self.spec, self.rest, self.capture.plan.sample, self.needed.iter().copied())
    }

    /// Tells how far a table is, and how long all of them will take.
    pub(super) fn tick(&self, table: &Table, done: u64, total: Option<u64>) {
        let stats = self.api.client.stats();
        let mut note = format!("{} calls", stats.calls);
        if self.outlook.first().is_some() {
            let expected = self.calls_expected().max(stats.calls);
            note = format!("{} of about {expected} calls", stats.calls);
            if let Some(left) = outlook::takes(expected - stats.calls, &stats, self.rest.in_flight) {
                note += &format!(", {} left", outlook::said(left));
            }
        }
        if stats.throttled > 0 {
            note += &format!(", {} refused by the rate limit", stats.throttled);
        }
        (self.api.context.progress)(&Tick { table: &table.name, done, total, note: &note, is_end: false });
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Failed(error) => error,
            Failure::Refused { reason, .. } => Self::Internal(format!("a refusal was not dealt with: {reason}")),
        }
    }
}
