//! Each row of a list, read in full.

use std::collections::{BTreeSet, HashSet};
use std::sync::Mutex;

use deskferry_http::Request;
use futures::{StreamExt as _, TryStreamExt as _};
use tokio::sync::{OnceCell, mpsc};
use tokio_util::sync::CancellationToken;

use super::api::{Failure, Scope};
use super::capture::{End, Entry};
use super::fetch::Fetch;
use super::files::Files;
use super::list::cut;
use super::row::{Row, cell, find, hash, key, of_key};
use super::sample::Keeps;
use super::units::{Answer, Done, Unit, Units};
use crate::hash::{Hash, written};
use crate::lock::lock;
use crate::spec::{Detail, Table};
use crate::{Error, Result};

/// Rows of a list that wait to be read in full; the list waits when there are more.
const EARLY_ROWS: usize = 4_096;

/// A row in full.
struct Full<'a> {
    fetch: &'a Fetch<'a>,
    table: &'a Table,
    detail: &'a Detail,
    /// Rows that were asked for by key: the source need not have them.
    by_key: HashSet<Hash>,
    /// Files of rows inside, which are fetched with the row: their links end.
    files: Vec<Files<'a>>,
}

impl<'a> Fetch<'a> {
    /// Reads a list, and each of its rows in full: while the list is still read, where its end need not be known for that.
    pub(super) async fn list_and_details(&'a self, table: &'a Table, detail: &'a Detail) -> Result<()> {
        let listed = CancellationToken::new();
        let list = async |early| {
            if self.request.only(table).is_none() && self.capture.end(&table.name, "list").await?.is_none() {
                self.list(table, "list", early).await?;
            }
            listed.cancel();
            Ok(())
        };
        let (sender, early) = mpsc::channel(EARLY_ROWS);
        let is_by_cursor = self.pager(table)?.is_cursor();
        // A sample is chosen out of the whole list, and the last pass that lists a row is known at its end.
        if is_by_cursor && self.capture.plan.sample.is_none() && table.pass_column.is_none() {
            let details = self.details(table, detail, early, &listed);
            return futures::future::try_join(list(Some(sender)), details).await.map(|_| ());
        }
        list(None).await?;
        drop(sender);
        self.details(table, detail, early, &listed).await
    }

    /// Reads rows in full: those of `early` as they come, and when the list is there, `listed`, all others of it.
    async fn details(
        &'a self,
        table: &'a Table,
        detail: &'a Detail,
        early: mpsc::Receiver<Row>,
        listed: &CancellationToken,
    ) -> Result<()> {
        let keys = self.request.keys.get(&table.name);
        let mut files = Vec::new();
        for inner in self.within(table).into_iter().filter(|inner| self.request.wants_files(inner)) {
            files.push(self.open_files(inner).await?);
        }
        let by_key: Vec<Row> = keys.into_iter().flatten().map(|key| of_key(table, key)).collect();
        let full =
            Full { fetch: self, table, detail, by_key: by_key.iter().map(|row| hash(table, row)).collect(), files };
        let units = Units::open(self, table, full).await?;
        let keeps = OnceCell::new();
        let asked = Mutex::new(HashSet::new());
        let is_new = |row: &Row| !units.is_done(hash(table, row));
        let before = self.before(table).await?;
        // Those that have changed, if given; others; all.
        let rest = async |or_keys: bool, changed: Option<bool>| {
            listed.cancelled().await;
            let keeps = keeps.get_or_try_init(|| self.sample_filter(table)).await?;
            let rows = self.rows(table, "list").await?;
            Ok::<_, Error>(rows.try_filter(move |row| {
                let is_wanted = is_new(row) && keeps.keeps(table, row) && (or_keys || keys.is_none());
                let is_wanted = is_wanted && changed.is_none_or(|changed| before.has(table, row) != changed);
                futures::future::ready(is_wanted)
            }))
        };
        let ask = |row: &Row| lock(&asked).insert(hash(table, row)) && is_new(row);
        let early = futures::stream::unfold(early, async |mut early| Some((early.recv().await?, early)));
        let early = early.filter(|row| futures::future::ready(keys.is_none() && !before.has(table, row) && ask(row)));
        let named = futures::stream::iter(by_key.clone()).filter(|row| futures::future::ready(ask(row)));
        let first = early.chain(named);
        let others = futures::stream::once(rest(false, Some(true))).try_flatten();
        let others = others.try_filter(|row| futures::future::ready(ask(row)));
        let outcome = units.all(first.map(Ok).chain(others).boxed()).await;
        if self.is_by_change(table) && !matches!(outcome, Err(Failure::Failed(_))) {
            units.unchanged(rest(true, Some(false)).await?.boxed()).await?;
        }
        let refused = match outcome {
            Ok(()) => None,
            Err(Failure::Failed(error)) => return Err(error),
            Err(Failure::Refused { status, reason }) => {
                let end = self.refused(table, status, reason)?;
                // Rows stay as the list has them, or as they were.
                let named = futures::stream::iter(by_key).filter(|row| futures::future::ready(is_new(row)));
                units.give_up(named.map(Ok).chain(rest(true, None).await?).boxed()).await?;
                end.incomplete.map(|reason| format!("no row was read in full: {reason}"))
            }
        };
        units.as_listed(rest(true, None).await?.boxed()).await?;
        for files in &units.unit.files {
            files.writer.flush().await?;
        }
        let list = self.capture.end(&table.name, "list").await?.unwrap_or_default();
        let incomplete = list.incomplete.or(refused).or_else(|| units.known().incomplete());
        let is_all = keys.is_none() && keeps.get().is_some_and(Keeps::is_all);
        let source_rows = list.source_rows.filter(|_| is_all);
        units.writer.push(&[Entry::End(End { source_rows, incomplete })]).await?;
        units.writer.flush().await
    }

    /// The tables inside of a table, and inside of these.
    fn within(&self, table: &Table) -> Vec<&'a Table> {
        let is_inside = |t: &&Table| t.inside.is_some() && t.is_child_of(table);
        let inner = self.spec.tables.iter().filter(is_inside);
        inner.flat_map(|inner| std::iter::once(inner).chain(self.within(inner))).collect()
    }
}

impl Full<'_> {
    fn done(&self, row: &Row) -> Done {
        Done { of: written(hash(self.table, row)), read: 1, ..Done::default() }
    }

    fn wrong(&self, reason: String) -> Failure {
        let what = format!("table `{}`", self.table.name);
        let hint = format!("correct `detail` of `{}` in the spec", self.table.name);
        Failure::Failed(Error::Reply { what, reason, hint })
    }
}

impl Unit for Full<'_> {
    async fn ask(&self, row: &Row) -> Result<Answer, Failure> {
        let scope = Scope { row: Some((self.table, row)), parent: None };
        let api = &self.fetch.api;
        let call = api.path(&self.detail.path, scope).zip(api.query(&self.detail.query, scope));
        let Some((path, query)) = call else {
            return Ok(self.without(row, Some("a column that the path needs is missing".into())));
        };
        let what = format!("table `{}`", self.table.name);
        let (json, _) = api.json(&what, Request { query, ..Request::get(path) }).await?;
        let full = find(&json, &self.detail.row).filter(|full| full.is_object());
        let full = full.ok_or_else(|| self.wrong("no object instead of the row in full".into()))?;
        let mut members = BTreeSet::new();
        let merged = self.fetch.selector().row(self.table, full, Some(row.clone()), &mut members);
        if hash(self.table, &merged) != hash(self.table, row) {
            return Err(self.wrong(format!("the row in full is another, of key {}", key(self.table, &merged))));
        }
        for files in &self.files {
            files.rows_within(&merged).await?;
        }
        let mut entries = cut(self.fetch, self.table, &merged);
        entries.push(Entry::Row(merged));
        Ok(Answer { entries, done: self.done(row), members })
    }

    fn may_be_absent(&self, row: &Row) -> bool {
        self.by_key.contains(&hash(self.table, row))
    }

    fn without(&self, row: &Row, reason: Option<String>) -> Answer {
        let is_by_key = self.by_key.contains(&hash(self.table, row));
        let mut entries: Vec<Entry> = (!is_by_key).then(|| Entry::Row(row.clone())).into_iter().collect();
        entries.extend(reason.map(|reason| {
            let reason = format!("not to be read in full: {reason}");
            Entry::Defect(key(self.table, row), String::new(), String::new(), reason)
        }));
        let text = |column: &String| cell(self.table, row, column).unwrap_or_default().to_owned();
        let missed = Some(self.table.key.columns().iter().map(text).collect());
        Answer { entries, done: Done { missed, ..self.done(row) }, members: BTreeSet::new() }
    }
}
