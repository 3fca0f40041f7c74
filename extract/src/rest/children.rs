//! The rows that belong to each row of a parent.

use std::collections::{BTreeSet, HashSet};

use futures::{StreamExt as _, TryStreamExt as _};

use super::api::{Failure, Scope};
use super::capture::{End, Entry};
use super::fetch::Fetch;
use super::list::no_key;
use super::page::Query;
use super::route::Route;
use super::row::{Row, belongs, cell, has_key, hash, is_there, key, set};
use super::units::{Answer, Done, Unit, Units};
use crate::hash::{Hash, of_texts, written};
use crate::spec::Table;
use crate::{Error, Result};

/// All rows of one parent.
struct Family<'a> {
    fetch: &'a Fetch<'a>,
    table: &'a Table,
    parent: &'a Table,
}

/// What came for one parent.
#[derive(Default)]
struct Found {
    rows: Vec<Row>,
    seen: HashSet<Hash>,
    total: Option<u64>,
    /// Rows that came, those of other parents included.
    read: u64,
    cut: bool,
    strangers: u64,
    members: BTreeSet<String>,
    /// Rows that do not say whose they are.
    anonymous: Vec<String>,
}

impl<'a> Fetch<'a> {
    /// Reads the rows that belong to each row of the parent.
    pub(super) async fn children(&'a self, table: &'a Table) -> Result<()> {
        let parent = self.parent(table)?;
        let units = Units::open(self, table, Family { fetch: self, table, parent }).await?;
        let told = units.known().route.clone();
        let is_told = told.is_some();
        if let Some(route) = told {
            self.remember_route(table, route);
        }
        let before = self.before(parent).await?;
        let parents = async |changed: bool| {
            let (units, before) = (&units, &before);
            let rows = self.final_rows(parent).await?.try_filter(move |row| {
                let wanted = table.parent_if.as_deref().is_none_or(|column| is_there(cell(parent, row, column)));
                let wanted = wanted && before.has(parent, row) != changed;
                futures::future::ready(wanted && !units.is_done(hash(parent, row)))
            });
            Ok::<_, Error>(rows.boxed())
        };
        if self.is_by_change(parent) {
            units.unchanged(parents(false).await?).await?;
        }
        let unasked = units.known().done.len();
        let parents = parents(true).await?;
        let outcome = units.all(parents.boxed()).await;
        let strangers = units.known().strangers;
        if strangers > 0 {
            let remark = format!(
                "{strangers} rows of other parents came and were left out: the source does not heed the parameter that names the parent"
            );
            units.writer.push(&[Entry::Remark(remark)]).await?;
        }
        let found = self.known_route(table);
        if let Some(route) = found.filter(|_| !is_told) {
            units.writer.push(&[Entry::Route(route.clone())]).await?;
        }
        let end = match outcome {
            // No path has answered for any parent.
            Ok(()) if found.is_none() && table.path.len() > 1 && units.known().done.len() > unasked => {
                self.refused(table, 404, "none of its paths answers for any row of its parent".into())?
            }
            Ok(()) => {
                let known = units.known();
                // Rows of other parents come again with those, and are counted there.
                let counted = known.counted.saturating_sub(known.strangers).max(known.rows());
                let is_told =
                    known.has_totals && known.failed == 0 && !self.is_part(table) && !self.is_of_changed(table);
                End { source_rows: is_told.then_some(counted), incomplete: known.incomplete() }
            }
            Err(Failure::Failed(error)) => return Err(error),
            Err(Failure::Refused { status, reason }) => self.refused(table, status, reason)?,
        };
        units.writer.push(&[Entry::End(end)]).await?;
        units.writer.flush().await
    }
}

impl Family<'_> {
    fn done(&self, row: &Row) -> Done {
        Done { of: written(hash(self.parent, row)), ..Done::default() }
    }

    /// The parent's column that names it.
    fn named(&self, row: &Row) -> String {
        let column = self.table.parent.as_ref().map(|p| p.key.as_str()).unwrap_or_default();
        cell(self.parent, row, column).unwrap_or_default().to_owned()
    }

    fn defect(&self, row: &Row, reason: String) -> Entry {
        let column = self.table.parent.as_ref().map(|p| p.column.clone()).unwrap_or_default();
        Entry::Defect(String::new(), column, key(self.parent, row), reason)
    }

    /// Reads all pages of one parent, and adds what is not there yet.
    async fn pages(&self, query: &Query<'_>, row: &Row, found: &mut Found) -> Result<(), Failure> {
        let named = self.named(row);
        let (mut next, mut places, mut hashes) = (Some(query.pager.first()), HashSet::new(), HashSet::new());
        let mut step = 0;
        found.read = found.seen.len() as u64 + found.strangers;
        while let Some(position) = next.take() {
            let page = match query.page(&position).await {
                Err(failure) if !places.is_empty() && failure.is_end() && !query.pager.ends_by_word() => break,
                page => page?,
            };
            let is_same = !page.rows.is_empty() && !hashes.insert(page.hash);
            if is_same || page.rows.is_empty() && !query.pager.ends_by_word() {
                break;
            }
            found.total = page.total.or(found.total);
            let rows = page.rows.len() as u64;
            found.cut |= query.is_cut(self.table, rows, page.total);
            step = step.max(rows);
            for json in &page.rows {
                self.take(json, &named, found);
            }
            // A page that is not full is the last where the source says that there are no more.
            let is_all = found.total.is_some_and(|total| found.read >= total) && rows < query.full(step);
            next = page.next.filter(|_| query.pager.ends_by_word() || !is_all);
            if let Some(next) = &next
                && !places.insert(format!("{next:?}"))
            {
                return Err(query.wrong("its pages lead back to pages before".into()).into());
            }
        }
        Ok(())
    }

    fn take(&self, json: &serde_json::Value, named: &str, found: &mut Found) {
        let (mut row, says) = self.fetch.selector().child(self.table, json, named, &mut found.members);
        if !belongs(self.table, &mut row, named) {
            found.strangers += 1;
            found.read += 1;
            return;
        }
        if found.seen.insert(hash(self.table, &row)) {
            if !says {
                found.anonymous.push(json.to_string());
            }
            if let Some(column) = &self.table.position {
                set(self.table, &mut row, column, found.rows.len().to_string());
            }
            found.read += 1;
            found.rows.push(row);
        }
    }
}

impl Unit for Family<'_> {
    async fn ask(&self, row: &Row) -> Result<Answer, Failure> {
        let scope = Scope { row: None, parent: Some((self.parent, row)) };
        let pager = self.fetch.pager(self.table)?;
        let make = |route: &Route| Query::new(&self.fetch.api, self.table, pager.clone(), scope, &[], route);
        if make(&Route::default())?.is_none() {
            return Ok(self.without(row, Some("a column of the parent that the call needs is missing".into())));
        }
        let Some(query) = make(self.fetch.route(self.table, &make).await?)? else {
            return Ok(self.without(row, Some("a column of the parent that the call needs is missing".into())));
        };
        let mut found = Found::default();
        self.pages(&query, row, &mut found).await?;
        if found.total.is_some_and(|total| total > found.read) && !query.pager.is_one_reply() {
            // Rows that change place while they are read are found the second time.
            self.pages(&query, row, &mut found).await?;
        }
        let Found { rows, mut total, read, cut, strangers, members, anonymous, .. } = found;
        let mut entries = Vec::with_capacity(rows.len() + 1);
        if let Some(total) = total.filter(|total| *total > read) {
            entries.push(self.defect(row, format!("the source counts {total} rows of this parent and gives {read}")));
        } else if cut {
            total = Some(read + 1);
            entries.push(self.defect(row, format!("the source cuts the rows of this parent off at {read}")));
        }
        for row in rows {
            if !has_key(self.table, &row) {
                entries.push(no_key(self.table, &row));
            }
            entries.push(Entry::Row(row));
        }
        let anonymous = (!anonymous.is_empty()).then(|| written(of_texts(anonymous.iter().map(String::as_str))));
        Ok(Answer { entries, done: Done { total, read, strangers, anonymous, ..self.done(row) }, members })
    }

    fn without(&self, row: &Row, reason: Option<String>) -> Answer {
        let reason = reason.map(|reason| format!("the rows of this parent are not to be read: {reason}"));
        let entries = reason.map(|reason| self.defect(row, reason)).into_iter().collect();
        let done = Done { missed: Some(vec![self.named(row)]), ..self.done(row) };
        Answer { entries, done, members: BTreeSet::new() }
    }
}
