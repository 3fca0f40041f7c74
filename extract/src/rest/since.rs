//! Only what changed: tables that the source lists by the time of their changes are asked for what changed since the last state,
//! and the rows that belong to these rows, again. All other tables are read whole and compared. What is gone is noticed where all
//! rows were read, or all rows of a parent.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use deskferry_staging::Context;
use futures::TryStreamExt as _;

use super::capture::Plan;
use super::fetch::Fetch;
use super::row::{cell, key};
use crate::attachments::TABLE as FILES;
use crate::last_state::{LastState, Scope};
use crate::spec::Table;
use crate::{Error, Request, Result, Spec};

/// What is asked for again of the time before the last state: clocks differ, and a source may show a change late.
const OVERLAP_HOURS: i64 = 1;

/// Puts into a plan since when tables are asked for: since the last state of each was begun to be read.
///
/// # Errors
/// `Staging`.
pub(super) async fn plan(context: &Context, spec: &Spec, request: &Request, plan: &mut Plan) -> Result<()> {
    let last = LastState::read(context, spec, request).await?;
    plan.newest = last.newest().cloned();
    let runs = context.staging.current(&spec.name).await?;
    for table in spec.tables.iter().filter(|t| t.since.is_some() && request.wants(&t.name)) {
        // The rows of its children are known by it, so all of them must have a state to be compared with.
        let comparable =
            families(spec, table).into_iter().filter(|t| request.wants(&t.name)).all(|t| last.has(&t.name));
        let read_from = runs.get(&table.name).and_then(|runs| runs.last()?.cursors.get(&table.name)?.get("read_from"));
        let read_from = read_from.and_then(|time| serde_json::from_value::<DateTime<Utc>>(time.clone()).ok());
        if let Some(read_from) = read_from.filter(|_| comparable) {
            plan.since.insert(table.name.clone(), read_from - TimeDelta::hours(OVERLAP_HOURS));
        }
    }
    Ok(())
}

/// A table, its children, theirs …
fn families<'a>(spec: &'a Spec, table: &'a Table) -> Vec<&'a Table> {
    let children = spec.tables.iter().filter(|t| t.parent.as_ref().is_some_and(|p| p.table == table.name));
    std::iter::once(table).chain(children.flat_map(|t| families(spec, t))).collect()
}

impl Fetch<'_> {
    /// Whether only some rows of a table are read: those that changed, or that belong to such.
    pub(super) fn is_part(&self, table: &Table) -> bool {
        let parent = table.parent.as_ref().and_then(|p| self.spec.table(&p.table));
        self.capture.plan.since.contains_key(&table.name) || parent.is_some_and(|parent| self.is_part(parent))
    }

    /// Tells the last state which rows were read of the tables of which only some were.
    ///
    /// # Errors
    /// `Overtaken` where a state that some rows are to be compared with is not there any more.
    pub(super) async fn narrow(&self, last: &mut LastState) -> Result<()> {
        if last.newest() != self.capture.plan.newest.as_ref() {
            return Err(Error::Overtaken { run: last.newest().map(ToString::to_string).unwrap_or_default() });
        }
        let mut files = Scope { columns: vec!["table_name".into(), "key".into()], hashes: HashSet::new() };
        for root in self.spec.tables.iter().filter(|t| self.capture.plan.since.contains_key(&t.name)) {
            for table in families(self.spec, root) {
                let columns = match &table.parent {
                    Some(parent) => vec![parent.column.clone()],
                    None => table.key.columns().to_vec(),
                };
                last.narrow(&table.name, Scope { columns, hashes: self.parents_read(table).await? });
            }
        }
        if !self.capture.plan.since.is_empty() {
            for table in self.spec.tables.iter().filter(|t| self.has_files(t)) {
                let mut rows = self.final_rows(table).await?;
                while let Some(row) = rows.try_next().await? {
                    files.hashes.insert(Scope::hash([table.name.as_str(), &key(table, &row)]));
                }
            }
            last.narrow(FILES, files);
        }
        Ok(())
    }

    /// The keys of the parents whose rows were read; none for a table without a parent.
    async fn parents_read(&self, table: &Table) -> Result<HashSet<u128>> {
        let mut hashes = HashSet::new();
        let Some(named) = &table.parent else { return Ok(hashes) };
        let parent = self.parent(table)?;
        let mut rows = self.final_rows(parent).await?;
        while let Some(row) = rows.try_next().await? {
            hashes.extend(cell(parent, &row, &named.key).map(|key| Scope::hash([key])));
        }
        Ok(hashes)
    }
}
