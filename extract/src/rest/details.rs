//! Each row of a list, read in full.

use std::collections::{BTreeSet, HashSet};

use deskferry_http::Request;
use futures::{StreamExt as _, TryStreamExt as _};

use super::api::{Failure, Scope};
use super::capture::{End, Entry};
use super::fetch::Fetch;
use super::files::Files;
use super::list::cut;
use super::row::{Row, cell, find, hash, key, of_key};
use super::units::{Answer, Done, Unit, Units};
use crate::hash::{Hash, written};
use crate::spec::{Detail, Table};
use crate::{Error, Result};

/// A row in full.
struct Full<'a> {
    fetch: &'a Fetch<'a>,
    table: &'a Table,
    detail: &'a Detail,
    /// Rows that were asked for by key and that the list has not: the source need not have them.
    unlisted: HashSet<Hash>,
    /// Files of rows inside, which are fetched with the row: their links end.
    files: Vec<Files<'a>>,
}

impl<'a> Fetch<'a> {
    /// Reads each row of a list in full.
    pub(super) async fn details(&'a self, table: &'a Table, detail: &'a Detail) -> Result<()> {
        let keys = self.request.keys.get(&table.name);
        let unlisted = match keys {
            Some(keys) => self.unlisted(table, keys).await?,
            None => Vec::new(),
        };
        let mut files = Vec::new();
        for inner in self.within(table).into_iter().filter(|inner| self.has_files(inner)) {
            files.push(self.open_files(inner).await?);
        }
        let of_unlisted = unlisted.iter().map(|row| hash(table, row)).collect();
        let full = Full { fetch: self, table, detail, unlisted: of_unlisted, files };
        let units = Units::open(self, table, full).await?;
        let keeps = self.sample_filter(table).await?;
        let new = |row: &Row| !units.is_done(hash(table, row)) && keeps.keeps(table, row);
        let is_asked = |row: &Row| keys.is_none_or(|keys| keys.contains(&key(table, row)));
        let listed =
            self.rows(table, "list").await?.try_filter(|row| futures::future::ready(new(row) && is_asked(row)));
        let unlisted = unlisted.into_iter().filter(new).map(Ok).collect::<Vec<_>>();
        let refused = match units.all(listed.chain(futures::stream::iter(unlisted)).boxed()).await {
            Ok(()) => None,
            Err(Failure::Failed(error)) => return Err(error),
            Err(Failure::Refused { status, reason }) => {
                let end = self.refused(table, status, reason)?;
                // Rows stay as the list has them.
                let rows = self.rows(table, "list").await?.try_filter(|row| futures::future::ready(new(row)));
                units.give_up(rows.boxed()).await?;
                end.incomplete.map(|reason| format!("no row was read in full: {reason}"))
            }
        };
        let rows = self.rows(table, "list").await?.try_filter(|row| futures::future::ready(new(row) && !is_asked(row)));
        units.as_listed(rows.boxed()).await?;
        for files in &units.unit.files {
            files.writer.flush().await?;
        }
        let list = self.capture.end(&table.name, "list").await?.unwrap_or_default();
        let incomplete = list.incomplete.or(refused).or_else(|| units.known().incomplete());
        let source_rows = list.source_rows.filter(|_| keeps.is_all() && keys.is_none());
        units.writer.push(&[Entry::End(End { source_rows, incomplete })]).await?;
        units.writer.flush().await
    }
}

impl<'a> Fetch<'a> {
    /// The rows of these keys that the list of a table has not; of nothing but their keys.
    async fn unlisted(&self, table: &Table, keys: &BTreeSet<String>) -> Result<Vec<Row>> {
        let mut listed = HashSet::new();
        let mut rows = self.rows(table, "list").await?;
        while let Some(row) = rows.try_next().await? {
            listed.insert(key(table, &row));
        }
        let rows = keys.iter().filter(|key| !listed.contains(*key)).map(|key| of_key(table, key));
        Ok(rows.collect())
    }

    /// The tables inside of a table, and inside of these.
    fn within(&self, table: &Table) -> Vec<&'a Table> {
        let is_inside = |t: &&Table| t.inside.is_some() && t.parent.as_ref().is_some_and(|p| p.table == table.name);
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
        self.unlisted.contains(&hash(self.table, row))
    }

    fn without(&self, row: &Row, reason: Option<String>) -> Answer {
        let is_unlisted = self.unlisted.contains(&hash(self.table, row));
        let mut entries: Vec<Entry> = (!is_unlisted).then(|| Entry::Row(row.clone())).into_iter().collect();
        entries.extend(reason.map(|reason| {
            let reason = format!("not to be read in full: {reason}");
            Entry::Defect(key(self.table, row), String::new(), String::new(), reason)
        }));
        let text = |column: &String| cell(self.table, row, column).unwrap_or_default().to_owned();
        let missed = Some(self.table.key.columns().iter().map(text).collect());
        Answer { entries, done: Done { missed, ..self.done(row) }, members: BTreeSet::new() }
    }
}
