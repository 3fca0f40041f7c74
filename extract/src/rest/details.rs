//! Each row of a list, read in full.

use std::collections::BTreeSet;

use deskferry_http::Request;
use futures::{StreamExt as _, TryStreamExt as _};

use super::api::{Failure, Scope};
use super::capture::{End, Entry};
use super::fetch::Fetch;
use super::row::{Row, cell, find, hash, key};
use super::units::{Answer, Done, Unit, Units};
use crate::hash::written;
use crate::spec::{Detail, Table};
use crate::{Error, Result};

/// A row in full.
struct Full<'a> {
    fetch: &'a Fetch<'a>,
    table: &'a Table,
    detail: &'a Detail,
}

impl<'a> Fetch<'a> {
    /// Reads each row of a list in full.
    pub(super) async fn details(&'a self, table: &'a Table, detail: &'a Detail) -> Result<()> {
        let units = Units::open(self, table, Full { fetch: self, table, detail }).await?;
        let keeps = self.sample_filter(table).await?;
        let new = |row: &Row| !units.is_done(hash(table, row)) && keeps.keeps(table, row);
        let rows = self.rows(table, "list").await?.try_filter(|row| futures::future::ready(new(row)));
        let refused = match units.all(rows.boxed()).await {
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
        let list = self.capture.end(&table.name, "list").await?.unwrap_or_default();
        let incomplete = list.incomplete.or(refused).or_else(|| units.known().incomplete());
        let source_rows = list.source_rows.filter(|_| keeps.is_all());
        units.writer.push(&[Entry::End(End { source_rows, incomplete })]).await?;
        units.writer.flush().await
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
        let (json, _) = api.get(&what, Request { query, ..Request::get(path) }).await?;
        let full = find(&json, &self.detail.row).filter(|full| full.is_object());
        let full = full.ok_or_else(|| self.wrong("no object instead of the row in full".into()))?;
        let mut members = BTreeSet::new();
        let merged = self.fetch.selector().row(self.table, full, Some(row.clone()), &mut members);
        if hash(self.table, &merged) != hash(self.table, row) {
            return Err(self.wrong(format!("the row in full is another, of key {}", key(self.table, &merged))));
        }
        Ok(Answer { entries: vec![Entry::Row(merged)], done: self.done(row), members })
    }

    fn without(&self, row: &Row, reason: Option<String>) -> Answer {
        let mut entries = vec![Entry::Row(row.clone())];
        entries.extend(reason.map(|reason| {
            let reason = format!("not to be read in full: {reason}");
            Entry::Defect(key(self.table, row), String::new(), String::new(), reason)
        }));
        let text = |column: &String| cell(self.table, row, column).unwrap_or_default().to_owned();
        let missed = Some(self.table.key.columns().iter().map(text).collect());
        Answer { entries, done: Done { missed, ..self.done(row) }, members: BTreeSet::new() }
    }
}
