//! What is asked once for each row: the row in full, or the rows that belong to it. Each row's answer is one unit of the log, so
//! that after a crash only those are asked that have none.

use std::collections::{BTreeSet, HashSet};
use std::sync::Mutex;
use std::sync::PoisonError;

use futures::{StreamExt as _, TryStreamExt as _};

use deskferry_http::Request;

use super::api::{Failure, Scope};
use super::capture::{End, Entry, LogWriter};
use super::fetch::Fetch;
use super::list::no_key;
use super::page::Query;
use super::row::{Hash, Row, belongs, cell, find, has_key, hash, hash_of, is_there, key};
use crate::Result;
use crate::spec::{Detail, Table};

/// So many parents with the very same rows are no chance.
const ALIKE_MIN: u64 = 10;

/// What is known of a log of units; made of its entries alone.
#[derive(Default)]
struct Known {
    /// Rows, or parents, that have been asked.
    done: HashSet<Hash>,
    /// Rows, where several parents may give the same.
    seen: HashSet<Hash>,
    members: BTreeSet<String>,
    counted: u64,
    read: u64,
    /// Whether the source tells how many rows there are.
    has_totals: bool,
    missing: u64,
    strangers: u64,
    /// The rows of the first parent whose rows do not say whose they are; parents with the same rows, and with others.
    alike: Option<(Hash, u64, u64)>,
}

impl Known {
    fn apply(&mut self, table: &Table, entry: &Entry) {
        match entry {
            Entry::Row(row) => {
                self.seen.insert(hash(table, row));
            }
            Entry::Done(parent, total, read) => {
                self.done.extend(Hash::from_str_radix(parent, 16));
                self.count(*total, *read);
            }
            Entry::Members(names) => self.members.extend(names.iter().cloned()),
            _ => {}
        }
    }

    fn count(&mut self, total: Option<u64>, read: u64) {
        self.has_totals |= total.is_some();
        self.counted += total.unwrap_or(read).max(read);
        self.missing += total.map_or(0, |total| total.saturating_sub(read));
        self.read += read;
    }

    fn new_members(&mut self, mut members: BTreeSet<String>) -> Option<Entry> {
        members.retain(|name| self.members.insert(name.clone()));
        (!members.is_empty()).then(|| Entry::Members(members.into_iter().collect()))
    }
}

fn lock(known: &Mutex<Known>) -> std::sync::MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One table whose units are asked for.
struct Asked<'a> {
    fetch: &'a Fetch<'a>,
    table: &'a Table,
    writer: &'a LogWriter,
    known: &'a Mutex<Known>,
}

impl<'a> Fetch<'a> {
    async fn known(&self, table: &Table) -> Result<Known> {
        let mut known = Known::default();
        let mut entries = self.capture.entries(&table.name, "rows").await?;
        while let Some(entry) = entries.next().await {
            known.apply(table, &entry?);
        }
        Ok(known)
    }

    /// Reads each row of a list in full.
    pub(super) async fn details(&'a self, table: &'a Table, detail: &'a Detail) -> Result<()> {
        let writer = self.writer(&table.name, "rows").await?;
        let known = Mutex::new(self.known(table).await?);
        let asked = Asked { fetch: self, table, writer: &writer, known: &known };
        let keeps = self.sample_filter(table).await?;
        let rows = self.rows(table, "list").await?;
        let rows = rows.try_filter(|row| {
            let is_new = !lock(&known).done.contains(&hash(table, row)) && keeps.keeps(table, row);
            futures::future::ready(is_new)
        });
        rows.try_for_each_concurrent(self.ahead(), |row| asked.detail(detail, row)).await?;
        let end = self.capture.end(&table.name, "list").await?.unwrap_or_default();
        let end = if keeps.is_all() { end } else { End { source_rows: None, ..end } };
        writer.push(&[Entry::End(end)]).await?;
        writer.flush().await
    }

    /// Reads the rows that belong to each row of the parent.
    pub(super) async fn children(&'a self, table: &'a Table) -> Result<()> {
        let parent = self.parent(table)?;
        let writer = self.writer(&table.name, "rows").await?;
        let known = Mutex::new(self.known(table).await?);
        let asked = Asked { fetch: self, table, writer: &writer, known: &known };
        let parents = self.final_rows(parent).await?.try_filter(|row| {
            let wanted = table.parent_if.as_deref().is_none_or(|column| is_there(cell(parent, row, column)));
            futures::future::ready(wanted && !lock(&known).done.contains(&hash(parent, row)))
        });
        let outcome = parents
            .map_err(Failure::Failed)
            .try_for_each_concurrent(self.ahead(), |row| asked.children(parent, row))
            .await;
        let strangers = lock(&known).strangers;
        if strangers > 0 {
            let remark = format!(
                "{strangers} rows of other parents came and were left out: the source does not heed the parameter that names the parent"
            );
            writer.push(&[Entry::Remark(remark)]).await?;
        }
        let end = match outcome {
            Ok(()) => asked.end(self.is_part(table)),
            Err(Failure::Failed(error)) => return Err(error),
            Err(Failure::Refused { status, reason }) => self.refused(table, status, reason)?,
        };
        writer.push(&[Entry::End(end)]).await?;
        writer.flush().await
    }
}

impl Asked<'_> {
    async fn detail(&self, detail: &Detail, row: Row) -> Result<()> {
        let scope = Scope { row: Some((self.table, &row)), parent: None };
        let own = key(self.table, &row);
        let defect = |raw: String, reason: String| Entry::Defect(own.clone(), String::new(), raw, reason);
        let (path, query) = (self.fetch.api.path(&detail.path, scope), self.fetch.api.query(&detail.query, scope));
        let mut unit = Vec::with_capacity(2);
        let Some((path, query)) = path.zip(query) else {
            unit.push(Entry::Row(row));
            unit.push(defect(
                detail.path.to_string(),
                "a column that the path needs is missing: not read in full".into(),
            ));
            return self.push(unit).await;
        };
        let what = format!("table `{}`", self.table.name);
        match self.fetch.api.get(&what, Request { query, ..Request::get(path.clone()) }).await {
            Ok((json, _)) => {
                let full = find(&json, &detail.row).filter(|full| full.is_object());
                let mut members = BTreeSet::new();
                match full {
                    None => {
                        unit.push(Entry::Row(row));
                        unit.push(defect(path, "no object instead of the row in full".into()));
                    }
                    Some(full) => {
                        let merged = self.fetch.selector().row(self.table, full, Some(row.clone()), &mut members);
                        if hash(self.table, &merged) == hash(self.table, &row) {
                            unit.push(Entry::Row(merged));
                        } else {
                            let other = key(self.table, &merged);
                            unit.push(Entry::Row(row));
                            unit.push(defect(path, format!("the row in full is another, of key {other}")));
                        }
                    }
                }
                unit.extend(lock(self.known).new_members(members));
            }
            Err(Failure::Refused { reason, .. }) => {
                unit.push(Entry::Row(row));
                unit.push(defect(path, format!("not to be read in full: {reason}")));
            }
            Err(Failure::Failed(error)) => return Err(error),
        }
        self.push(unit).await
    }

    /// Stores the answer of one row.
    async fn push(&self, mut unit: Vec<Entry>) -> Result<()> {
        if let Some(Entry::Row(row)) = unit.first() {
            let hash = hash(self.table, row);
            let mut known = lock(self.known);
            known.done.insert(hash);
            known.read += 1;
            unit.push(Entry::Done(format!("{hash:032x}"), None, 1));
        }
        let done = lock(self.known).read;
        self.fetch.outlook.unit(&self.table.name, 1);
        self.writer.push(&unit).await?;
        self.fetch.tick(self.table, done, None);
        Ok(())
    }

    async fn children(&self, parent: &Table, row: Row) -> Result<(), Failure> {
        let scope = Scope { row: None, parent: Some((parent, &row)) };
        let pager = self.fetch.pager(self.table)?;
        let mark = hash(parent, &row);
        let own = key(parent, &row);
        let column = self.table.parent.as_ref().map(|p| p.column.clone()).unwrap_or_default();
        let defect = |reason: String| Entry::Defect(String::new(), column.clone(), own.clone(), reason);
        let (mut unit, mut total, mut read) = (Vec::new(), None, 0);
        match Query::new(&self.fetch.api, self.table, pager, scope, &[])? {
            None => unit.push(defect("a column of the parent that the call needs is missing: not asked".into())),
            Some(query) => match self.pages(&query, parent, &row).await {
                Ok(found) => {
                    (total, read) = (found.total, found.read);
                    if let Some(total) = found.total.filter(|total| *total > found.read) {
                        unit.push(defect(format!("the source counts {total} rows of this parent and gives {read}")));
                    } else if found.cut {
                        total = Some(read + 1);
                        unit.push(defect(format!("the source cuts the rows of this parent off at {read}")));
                    }
                    unit.extend(self.new_rows(found));
                }
                Err(Failure::Refused { status, reason }) if status == 404 || !lock(self.known).done.is_empty() => {
                    unit.push(defect(format!("the rows of this parent are not to be read: {reason}")));
                }
                Err(failure) => return Err(failure),
            },
        }
        unit.push(Entry::Done(format!("{mark:032x}"), total, read));
        let done = {
            let mut known = lock(self.known);
            known.done.insert(mark);
            known.count(total, read);
            known.read
        };
        self.fetch.outlook.unit(&self.table.name, read);
        self.writer.push(&unit).await?;
        self.fetch.tick(self.table, done, None);
        Ok(())
    }

    /// Rows that no other parent has given.
    fn new_rows(&self, found: Found) -> Vec<Entry> {
        let mut known = lock(self.known);
        let mut unit = Vec::with_capacity(found.rows.len() + 1);
        known.strangers += found.strangers;
        if let Some(rows) = found.anonymous {
            let (first, same, others) = known.alike.unwrap_or((rows, 0, 0));
            known.alike = Some(if first == rows { (first, same + 1, others) } else { (first, same, others + 1) });
        }
        unit.extend(known.new_members(found.members));
        for row in found.rows {
            if !has_key(self.table, &row) {
                unit.push(no_key(self.table, &row));
            }
            if known.seen.insert(hash(self.table, &row)) {
                unit.push(Entry::Row(row));
            }
        }
        unit
    }

    /// All rows of one parent, read a second time where some are missing.
    async fn pages(&self, query: &Query<'_>, parent: &Table, row: &Row) -> Result<Found, Failure> {
        let mut found = self.pages_once(query, parent, row).await?;
        if found.total.is_some_and(|total| total > found.read) && !query.pager.is_one_reply() {
            let again = self.pages_once(query, parent, row).await?;
            let seen: HashSet<Hash> = found.rows.iter().map(|row| hash(self.table, row)).collect();
            found.rows.extend(again.rows.into_iter().filter(|row| !seen.contains(&hash(self.table, row))));
            (found.total, found.read) = (again.total, (found.rows.len() as u64).max(again.read));
        }
        Ok(found)
    }

    async fn pages_once(&self, query: &Query<'_>, parent: &Table, row: &Row) -> Result<Found, Failure> {
        let key_column = self.table.parent.as_ref().map(|p| p.key.as_str()).unwrap_or_default();
        let parent_key = cell(parent, row, key_column).unwrap_or_default().to_owned();
        let mut found = Found::default();
        let (mut next, mut last) = (Some(query.pager.first()), None);
        let (mut seen, mut texts) = (HashSet::new(), Vec::new());
        while let Some(position) = next {
            let page = query.page(&position).await?;
            if page.rows.is_empty() && !query.pager.ends_by_word() || last == Some(page.hash) && !page.rows.is_empty() {
                break;
            }
            last = Some(page.hash);
            found.total = page.total.or(found.total);
            let rows = page.rows.len() as u64;
            found.cut |= query.pager.is_one_reply() && query.asks_for(rows) && page.total.is_none_or(|t| t >= rows);
            for json in &page.rows {
                let mut row = self.fetch.selector().row(self.table, json, None, &mut found.members);
                let is_anonymous = self.is_anonymous(&row);
                if !belongs(self.table, &mut row, &parent_key) {
                    found.strangers += 1;
                    found.read += 1;
                    continue;
                }
                if is_anonymous {
                    texts.push(json.to_string());
                }
                if seen.insert(hash(self.table, &row)) {
                    found.read += 1;
                    found.rows.push(row);
                }
            }
            let is_all = found.total.is_some_and(|total| found.read >= total) && !query.pager.ends_by_word();
            next = if is_all { None } else { page.next };
        }
        found.anonymous = (!texts.is_empty()).then(|| hash_of(texts.iter().map(String::as_str)));
        Ok(found)
    }

    /// Whether a row does not say whose it is.
    fn is_anonymous(&self, row: &Row) -> bool {
        self.table.parent.as_ref().is_some_and(|p| cell(self.table, row, &p.column).is_none())
    }

    fn end(&self, is_part: bool) -> End {
        let known = lock(self.known);
        let is_ignored = known.alike.is_some_and(|(_, same, others)| same >= ALIKE_MIN && others == 0);
        let ignored = is_ignored.then(|| {
            "all parents have the very same rows, which do not say whose they are: the source does not heed the parameter that names the parent".to_owned()
        });
        let incomplete = (known.missing > 0).then(|| {
            format!("the source counts {} rows more than it gives; _defects names their parents", known.missing)
        });
        // Rows of other parents come again with those, and are counted there.
        let counted = known.counted.saturating_sub(known.strangers).max(known.seen.len() as u64);
        let source_rows = (known.has_totals && !is_part).then_some(counted);
        End { source_rows, incomplete: ignored.or(incomplete) }
    }
}

/// The rows of one parent.
#[derive(Default)]
struct Found {
    rows: Vec<Row>,
    total: Option<u64>,
    /// Rows that came, those of other parents included.
    read: u64,
    cut: bool,
    /// Rows of other parents.
    strangers: u64,
    members: BTreeSet<String>,
    /// Tells equal replies whose rows do not say whose they are.
    anonymous: Option<Hash>,
}
