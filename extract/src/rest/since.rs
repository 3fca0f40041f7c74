//! Only what changed: tables that the source lists by the time of their changes are asked for what changed since the last state,
//! and the rows that belong to these rows, again. Tables whose rows say when they changed are listed whole, and asked further for
//! those that did (`before.rs`). All other tables are read whole and compared. What is gone is noticed where all
//! rows were read, or all rows of a parent.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use deskferry_staging::{Context, Manifest};
use futures::TryStreamExt as _;

use super::capture::{Entry, Plan};
use super::fetch::Fetch;
use super::row::{cell, key};
use super::units::Done;
use crate::attachments::TABLE as FILES;
use crate::hash::of_texts;
use crate::last_state::{LastState, Scope};
use crate::spec::Table;
use crate::{Error, Request, Result, Spec};

/// What is asked for again of the time before the last state: clocks and time zones differ, and a source may show a change late.
const OVERLAP_HOURS: i64 = 24;

/// Puts into a plan since when tables are asked for: since the last state of each was begun to be read. Gives that state.
///
/// # Errors
/// `Staging`.
pub(super) async fn plan(context: &Context, spec: &Spec, request: &Request, plan: &mut Plan) -> Result<LastState> {
    let last = LastState::read(context, spec, request).await?;
    plan.newest = last.newest().cloned();
    let runs = context.staging.current(spec.schema()).await?;
    let by_time = |t: &&Table| t.parent.is_none() && !t.path.is_empty() && !t.updated_at.is_empty();
    let is_listed = |t: &&Table| request.wants(&t.name) && request.only(t).is_none();
    for table in spec.tables.iter().filter(by_time).filter(is_listed) {
        // The rows of its children are known by it, so all of them must have a state to be compared with, which misses nothing.
        let is_whole = |t: &Table| {
            let newest = runs.get(&t.name).and_then(|runs| runs.last()?.tables.get(&t.name));
            last.has(&t.name) && newest.is_some_and(|newest| newest.incomplete.is_none())
        };
        let comparable = spec.family(table).into_iter().filter(|t| request.wants(&t.name)).all(is_whole);
        if table.since.is_none() && comparable {
            plan.by_change.insert(table.name.clone());
        }
        let read_from = read_from(&runs, table).filter(|_| table.since.is_some());
        if let Some(read_from) = read_from.filter(|_| comparable) {
            plan.since.insert(table.name.clone(), read_from - TimeDelta::hours(OVERLAP_HOURS));
        }
    }
    for table in spec.tables.iter().filter(|t| request.only(t).is_some()) {
        plan.stays.extend(read_from(&runs, table).map(|read_from| (table.name.clone(), read_from)));
    }
    Ok(last)
}

/// When the last state of a table was begun to be read.
fn read_from(runs: &BTreeMap<String, Vec<Manifest>>, table: &Table) -> Option<DateTime<Utc>> {
    let time = runs.get(&table.name)?.last()?.cursors.get(&table.name)?.get("read_from")?;
    serde_json::from_value(time.clone()).ok()
}

impl Fetch<'_> {
    /// Whether only some rows of a table are read: those that were named, that changed, or that belong to such.
    pub(super) fn is_part(&self, table: &Table) -> bool {
        let parent = table.parent.as_ref().and_then(|p| self.spec.table(&p.table));
        let is_part = |parent| self.is_part(parent) || self.is_of_changed(parent);
        let is_named = self.request.only(table).is_some();
        is_named || self.capture.plan.since.contains_key(&table.name) || parent.is_some_and(is_part)
    }

    /// Whether the parents that have not changed are known, and only the others are asked for rows of this table.
    pub(super) fn is_of_changed(&self, table: &Table) -> bool {
        let parent = table.parent.as_ref().and_then(|p| self.spec.table(&p.table));
        parent.is_some_and(|parent| self.is_by_change(parent))
    }

    /// Tells the last state what was not read: so that no row is taken to be gone that was not looked for, and none to have lost
    /// what could not be read.
    ///
    /// # Errors
    /// `Overtaken` where a state that some rows are to be compared with is not there any more.
    pub(super) async fn narrow(&self, last: &mut LastState) -> Result<()> {
        if last.newest() != self.capture.plan.newest.as_ref() {
            return Err(Error::Overtaken { run: last.newest().map(ToString::to_string).unwrap_or_default() });
        }
        let mut is_all = self.capture.plan.by_change.is_empty();
        for table in self.spec.tables.iter().filter(|t| self.request.wants(&t.name)) {
            let missed = self.missed(table).await?;
            if table.parent.is_none() && !missed.is_empty() {
                last.keep(&table.name, Scope { columns: table.key.columns().to_vec(), hashes: missed, except: false });
            }
            if let Some(scope) = self.scope(table).await? {
                is_all = false;
                last.narrow(&table.name, scope);
            }
        }
        let (mut read, mut lost) = (HashSet::new(), HashSet::new());
        for table in self.spec.tables.iter().filter(|t| self.request.wants_files(t)) {
            let before = self.before(table).await?;
            let mut rows = self.final_rows(table).await?;
            while let Some(row) = rows.try_next().await? {
                if before.has(table, &row) {
                    continue;
                }
                read.insert(of_texts([table.name.as_str(), &key(table, &row)]));
            }
            let mut entries = self.capture.entries(&table.name, "files").await?;
            while let Some(entry) = entries.try_next().await? {
                if let Entry::File(file) = entry
                    && file.sha256.is_none()
                {
                    lost.insert(of_texts([table.name.as_str(), &file.key, &file.place]));
                }
            }
        }
        let columns = ["table_name", "key", "place"].map(str::to_owned);
        if !is_all {
            last.narrow(FILES, Scope { columns: columns[..2].to_vec(), hashes: read, except: false });
        }
        last.keep(FILES, Scope { columns: columns.to_vec(), hashes: lost, except: false });
        Ok(())
    }

    /// Which rows of a table were read; all, if not given.
    async fn scope(&self, table: &Table) -> Result<Option<Scope>> {
        let nothing = Scope { columns: table.key.columns().to_vec(), ..Scope::default() };
        let mut at = table;
        loop {
            let is_incomplete = self.capture.end(&at.name, "rows").await?.is_some_and(|end| end.incomplete.is_some());
            // Of rows that were named it is known which of them could not be had.
            if is_incomplete && self.request.only(at).is_none() {
                return Ok(Some(nothing));
            }
            if at.parent.is_none() {
                break;
            }
            at = self.parent(at)?;
        }
        let Some(named) = &table.parent else {
            if self.is_part(table) {
                return Ok(Some(Scope { hashes: self.asked(table).await?, ..nothing }));
            }
            let away = self.away(table).await?;
            return Ok((!away.is_empty()).then_some(Scope { hashes: away, except: true, ..nothing }));
        };
        let parent = self.parent(table)?;
        // Rows inside are missed with the row that they are in, by its key.
        let is_by_key = parent.key.columns() == [named.key.clone()];
        let mut missed = if table.inside.is_none() {
            self.missed(table).await?
        } else if parent.parent.is_none() && is_by_key {
            self.missed(parent).await?
        } else if self.misses_any(parent).await? {
            return Ok(Some(nothing));
        } else {
            HashSet::new()
        };
        if is_by_key {
            missed.extend(self.away(parent).await?);
        }
        let columns = vec![named.column.clone()];
        if !self.is_part(table) {
            return Ok((!missed.is_empty()).then_some(Scope { columns, hashes: missed, except: true }));
        }
        // What belongs to a row that is gone is gone with it.
        let mut hashes = if is_by_key { self.asked(parent).await? } else { HashSet::new() };
        let mut rows = self.final_rows(parent).await?;
        while let Some(row) = rows.try_next().await? {
            let hash = cell(parent, &row, &named.key).map(|key| of_texts([key]));
            hashes.extend(hash.filter(|hash| !missed.contains(hash)));
        }
        Ok(Some(Scope { columns, hashes, except: false }))
    }

    /// Rows that were asked for by key, and that the source has shown or has not any more.
    async fn asked(&self, table: &Table) -> Result<HashSet<u128>> {
        let Some(keys) = self.request.only(table) else { return Ok(HashSet::new()) };
        let missed = self.missed(table).await?;
        Ok(keys.iter().map(|key| of_texts([key.as_str()])).filter(|hash| !missed.contains(hash)).collect())
    }

    /// Whether some unit of a table or of its ancestors was missed.
    async fn misses_any(&self, table: &Table) -> Result<bool> {
        let mut at = table;
        loop {
            if !self.missed(at).await?.is_empty() {
                return Ok(true);
            }
            if at.parent.is_none() {
                return Ok(false);
            }
            at = self.parent(at)?;
        }
    }

    /// What could not be had: rows in full by their keys, rows of parents by the parents' keys.
    pub(super) async fn missed(&self, table: &Table) -> Result<HashSet<u128>> {
        let mut missed = HashSet::new();
        let mut entries = self.capture.entries(&table.name, "rows").await?;
        while let Some(entry) = entries.try_next().await? {
            if let Entry::Done(Done { missed: Some(texts), .. }) = entry {
                missed.insert(of_texts(texts.iter().map(String::as_str)));
            }
        }
        Ok(missed)
    }
}
