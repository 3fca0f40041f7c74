//! Rows that no list of the source has, and that were asked for by their keys because something names them. The run that asked keeps
//! their keys, whether the source has them or not, in the cursor of the table; so the next one knows of them:
//!
//! ```text
//!  what differs is read    they are not gone because no list has them: they stay as they are, and are not asked for again
//!  all of a table is read  those that the source had are asked for again, besides the list
//! ```

use std::collections::{BTreeMap, BTreeSet, HashSet};

use arrow::array::{Array as _, AsArray as _};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use deskferry_staging::{Context, Manifest};
use futures::TryStreamExt as _;

use super::capture::Plan;
use super::fetch::Fetch;
use super::row::hash;
use crate::hash::{Hash, of_texts};
use crate::last_state::LastState;
use crate::spec::Table;
use crate::{Error, Request, Result, Spec};

/// Member of a table's cursor: keys that the run has asked for.
pub(super) const CURSOR: &str = "unlisted";

/// What the last state of a table tells of rows that no list has. Keys are texts.
#[derive(Debug, Default)]
pub struct Unlisted {
    /// Asked for by key, whether the source had them or not.
    pub asked: BTreeSet<String>,
    /// Were there in some run of the state, and are not any more.
    pub gone: BTreeSet<String>,
}

impl Unlisted {
    /// Reads it from the stage; nothing, for a table that is not known by one column.
    ///
    /// # Errors
    /// `Staging`, `Cancelled`.
    pub async fn read(context: &Context, spec: &Spec, table: &str) -> Result<Self> {
        let runs = context.staging.current(spec.schema()).await?.remove(table).unwrap_or_default();
        let mut unlisted = Self { asked: asked(&runs, table), ..Self::default() };
        if let Some(table) = spec.table(table) {
            let gone = &mut unlisted.gone;
            each_key(context, &runs, table, |key, is_gone| {
                if is_gone {
                    gone.insert(key)
                } else {
                    gone.remove(&key)
                };
            })
            .await?;
        }
        Ok(unlisted)
    }
}

/// Puts into a plan which of these rows stay as they are, and which are asked for.
///
/// # Errors
/// `Staging`, `Cancelled`.
pub(super) async fn plan(
    context: &Context,
    spec: &Spec,
    request: &Request,
    last: Option<&LastState>,
    plan: &mut Plan,
) -> Result<()> {
    if request.only_keys || request.sample.is_some() {
        plan.asks = if request.unlisted { request.keys.clone() } else { BTreeMap::new() };
        return Ok(());
    }
    let runs = context.staging.current(spec.schema()).await?;
    for table in spec.tables.iter().filter(|table| table.detail.is_some() && request.wants(&table.name)) {
        let Some(runs) = runs.get(&table.name) else { continue };
        let asked = asked(runs, &table.name);
        if asked.is_empty() {
            continue;
        }
        if last.is_some_and(|last| last.has(&table.name)) {
            plan.unlisted.insert(table.name.clone(), asked);
            continue;
        }
        let mut found = BTreeSet::new();
        each_key(context, runs, table, |key, is_gone| {
            if is_gone {
                found.remove(&key);
            } else if asked.contains(&key) {
                found.insert(key);
            };
        })
        .await?;
        plan.asks.insert(table.name.clone(), found);
    }
    Ok(())
}

/// Keys that runs have asked for.
fn asked(runs: &[Manifest], table: &str) -> BTreeSet<String> {
    let cursors = runs.iter().filter_map(|run| run.cursors.get(table)?.get(CURSOR)?.as_array());
    cursors.flatten().filter_map(|key| Some(key.as_str()?.to_owned())).collect()
}

/// Goes through the keys of runs, oldest first, and whether the row was gone then.
async fn each_key(
    context: &Context,
    runs: &[Manifest],
    table: &Table,
    mut take: impl FnMut(String, bool),
) -> Result<()> {
    let [key] = table.key.columns() else { return Ok(()) };
    let options = FormatOptions::default();
    for run in runs {
        let is_delta = run.tables.get(&table.name).is_some_and(|written| written.changes.is_some());
        let names: Vec<String> = std::iter::once(key.clone()).chain(is_delta.then(|| "_deleted".to_owned())).collect();
        let mut batches = context.staging.read_columns(run, &table.name, Some(&names))?;
        while let Some(batch) = batches.try_next().await? {
            if context.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let Some(keys) = batch.column_by_name(key) else { continue };
            let keys = ArrayFormatter::try_new(keys, &options).map_err(|e| Error::Internal(e.to_string()))?;
            let deleted = batch.column_by_name("_deleted").map(|column| column.as_boolean());
            for at in 0..batch.num_rows() {
                let is_gone = deleted.is_some_and(|deleted| deleted.is_valid(at) && deleted.value(at));
                take(keys.value(at).to_string(), is_gone);
            }
        }
    }
    Ok(())
}

impl Fetch<'_> {
    /// Keys of such rows that were asked for now, but for those of which nothing is known as the call failed.
    pub(super) async fn answered(&self, table: &Table) -> Result<Option<BTreeSet<&str>>> {
        let Some(keys) = self.capture.plan.asks.get(&table.name) else { return Ok(None) };
        let missed = self.missed(table).await?;
        let keys = keys.iter().map(String::as_str).filter(|key| !missed.contains(&of_texts([*key])));
        Ok(Some(keys.collect()))
    }

    /// Hashes of the keys of rows that stay as they are because no list has them.
    pub(super) async fn away(&self, table: &Table) -> Result<HashSet<Hash>> {
        let Some(keys) = self.capture.plan.unlisted.get(&table.name) else { return Ok(HashSet::new()) };
        let mut away: HashSet<Hash> = keys.iter().map(|key| of_texts([key.as_str()])).collect();
        let mut listed = self.final_rows(table).await?;
        while let Some(row) = listed.try_next().await? {
            away.remove(&hash(table, &row));
        }
        Ok(away)
    }
}
