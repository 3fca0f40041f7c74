//! Removing runs that nothing needs any more, and what runs that were never published have left.
//!
//! What stays, besides the newest runs of each schema:
//! 1. what a run that stays has read, and what those have read;
//! 2. the whole run and the delta runs that any current table is made of;
//! 3. parts that the manifest of a run that stays names, whoever wrote them;
//! 4. files whose hash is in a column `sha256` of a run that stays; all files while something is being read from a source;
//! 5. logs, and with them the ledger.
//!
//! What goes is first planned ([`Staging::plan_prune`]), to be shown, and then done ([`Prune::perform`]): a run is marked, its manifest
//! is removed, newest run first, so that no run is seen that lacks what it adds to; only then its parts. A removal that broke off
//! leaves nothing that anybody sees, and the next one ends it by the marks.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::AsArray as _;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore as _, ObjectStoreExt as _};

use crate::{Error, Manifest, Result, RunId, Staging, layout};

/// What was written by a run that was not published is taken for left behind when nothing was added for so long.
const LEFT_AFTER: TimeDelta = TimeDelta::days(1);
/// A run that was not published and has written so recently is taken for one at work.
const AT_WORK: TimeDelta = TimeDelta::minutes(10);
/// Paths removed with one call, where the store can.
const AT_ONCE: usize = 1_000;

/// What would go.
#[derive(Debug)]
pub struct Prune {
    staging: Staging,
    /// Runs that go, newest first.
    pub runs: Vec<Manifest>,
    /// Runs that are not published and of which something is left that goes: how many bytes.
    pub left: BTreeMap<RunId, u64>,
    /// Attachment files that go.
    pub files: u64,
    /// Bytes of all that goes.
    pub bytes: u64,
    /// A run that is not published and was written to a short while ago, and when: somebody is at work.
    pub at_work: Option<(RunId, DateTime<Utc>)>,
    paths: Vec<Path>,
    marks: BTreeSet<RunId>,
}

/// What is done one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Mark(RunId),
    Hide(RunId),
    Remove(Vec<Path>),
    Unmark(RunId),
}

impl Staging {
    /// What can go when of each schema the newest `keep` runs stay; nothing is changed.
    ///
    /// # Errors
    /// As [`Staging::runs`]; `Parquet` where hashes of files cannot be read.
    pub async fn plan_prune(&self, keep: usize, now: DateTime<Utc>) -> Result<Prune> {
        let published = self.runs().await?;
        let stay = staying(&published, keep);
        let (kept, mut gone): (Vec<_>, Vec<_>) = published.into_iter().partition(|run| stay.contains(&run.run));
        gone.reverse();
        let named: BTreeSet<&str> =
            kept.iter().flat_map(|run| run.tables.values()).flat_map(|t| &t.parts).map(|p| p.path.as_str()).collect();

        let objects: Vec<ObjectMeta> =
            self.store().list(None).try_collect().await.map_err(Error::store("list", &Path::default()))?;
        let marks: BTreeSet<RunId> = objects.iter().filter_map(|o| layout::marked_run(&o.location)).collect();
        let works: BTreeMap<RunId, DateTime<Utc>> = newest(&objects, |o| layout::work_run(&o.location));
        let written = newest(&objects, |o| layout::part_run(&o.location));
        let is_gone = |run: &RunId| gone.iter().any(|m| m.run == *run);
        let is_stray = |run: &RunId| !stay.contains(run) && !is_gone(run) && !marks.contains(run);
        let unpublished = written.iter().filter(|(run, _)| is_stray(run)).chain(&works);
        let at_work = unpublished.filter(|(_, at)| now - **at < AT_WORK).max_by_key(|(_, at)| **at);

        let mut prune = Prune {
            staging: self.clone(),
            at_work: at_work.map(|(run, at)| (run.clone(), *at)),
            runs: Vec::new(),
            left: BTreeMap::new(),
            files: 0,
            bytes: 0,
            paths: Vec::new(),
            marks: marks.clone(),
        };
        let hashes = if works.is_empty() { Some(self.hashes(&kept).await?) } else { None };
        for object in &objects {
            let (path, size) = (&object.location, object.size);
            if let Some(run) = layout::part_run(path) {
                let is_old = written.get(&run).is_some_and(|at| now - *at > LEFT_AFTER) && !works.contains_key(&run);
                let is_left = (marks.contains(&run) && !stay.contains(&run)) || (is_stray(&run) && is_old);
                if named.contains(path.as_ref()) || !(is_gone(&run) || is_left) {
                    continue;
                }
                if !is_gone(&run) {
                    *prune.left.entry(run).or_default() += size;
                }
            } else if let (Some(hash), Some(hashes)) = (layout::file_hash(path), &hashes) {
                if hashes.contains(hash) || now - object.last_modified < LEFT_AFTER {
                    continue;
                }
                prune.files += 1;
            } else {
                continue;
            }
            prune.bytes += size;
            prune.paths.push(path.clone());
        }
        prune.runs = gone;
        Ok(prune)
    }

    /// Hashes of the files that runs name.
    async fn hashes(&self, runs: &[Manifest]) -> Result<BTreeSet<String>> {
        let column = ["sha256".to_owned()];
        let mut hashes = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for run in runs {
            for (name, table) in &run.tables {
                let has = table.columns.iter().any(|c| c.name == column[0] && c.data_type == "Utf8");
                if !has || !table.parts.iter().any(|part| seen.insert(&part.path)) {
                    continue;
                }
                let mut batches = self.read_columns(run, name, Some(&column))?;
                while let Some(batch) = batches.try_next().await? {
                    hashes.extend(batch.column(0).as_string::<i32>().iter().flatten().map(str::to_owned));
                }
            }
        }
        Ok(hashes)
    }
}

/// The newest time at which something of each run was written.
fn newest(objects: &[ObjectMeta], run: impl Fn(&ObjectMeta) -> Option<RunId>) -> BTreeMap<RunId, DateTime<Utc>> {
    let mut newest = BTreeMap::new();
    for (run, at) in objects.iter().filter_map(|object| Some((run(object)?, object.last_modified))) {
        newest.entry(run).and_modify(|known: &mut DateTime<Utc>| *known = at.max(*known)).or_insert(at);
    }
    newest
}

/// The runs that stay; `published` is oldest first.
fn staying(published: &[Manifest], keep: usize) -> BTreeSet<RunId> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut stay = BTreeSet::new();
    for run in published.iter().rev() {
        let count = counts.entry(&run.schema).or_default();
        *count += 1;
        if *count <= keep {
            stay.insert(run.run.clone());
        }
    }
    let tables: BTreeSet<(&str, &str)> =
        published.iter().flat_map(|run| run.tables.keys().map(|t| (run.schema.as_str(), t.as_str()))).collect();
    for (schema, table) in tables {
        stay.extend(made_of(published, schema, table, None));
    }
    // What a run has read is older than it, so that one way back finds all.
    for run in published.iter().rev() {
        if stay.contains(&run.run) {
            stay.extend(run.inputs.iter().cloned());
            for (table, _) in run.tables.iter().filter(|(_, table)| table.changes.is_some()) {
                stay.extend(made_of(published, &run.schema, table, Some(&run.run)));
            }
        }
    }
    stay
}

/// The runs that a table is made of, as it was right after a run, or as it is.
fn made_of<'a>(
    published: &'a [Manifest],
    schema: &'a str,
    table: &'a str,
    until: Option<&'a RunId>,
) -> impl Iterator<Item = RunId> + use<'a> {
    let has = move |run: &&Manifest| {
        run.schema == schema && run.tables.contains_key(table) && until.is_none_or(|until| run.run <= *until)
    };
    let mut is_whole = false;
    published.iter().rev().filter(has).map_while(move |run| {
        let goes_on = !is_whole;
        is_whole = run.replaces(table);
        goes_on.then(|| run.run.clone())
    })
}

impl Prune {
    /// Whether nothing goes.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.paths.is_empty()
    }

    /// Removes what was planned.
    ///
    /// # Errors
    /// `Store`; what was begun then is ended by the next one.
    pub async fn perform(&self) -> Result<()> {
        for step in self.steps() {
            self.staging.step(&step).await?;
        }
        Ok(())
    }

    fn steps(&self) -> Vec<Step> {
        let runs = || self.runs.iter().map(|run| run.run.clone());
        let hide = runs().flat_map(|run| [Step::Mark(run.clone()), Step::Hide(run)]);
        let remove = self.paths.chunks(AT_ONCE).map(|paths| Step::Remove(paths.to_vec()));
        let marked: BTreeSet<RunId> = runs().chain(self.marks.iter().cloned()).collect();
        hide.chain(remove).chain(marked.into_iter().map(Step::Unmark)).collect()
    }
}

impl Staging {
    async fn step(&self, step: &Step) -> Result<()> {
        let store = self.store();
        match step {
            Step::Mark(run) => {
                let path = layout::mark(run);
                store.put(&path, Vec::new().into()).await.map(drop).map_err(Error::store("create", &path))
            }
            Step::Hide(run) => self.remove(&layout::manifest(run)).await,
            Step::Unmark(run) => self.remove(&layout::mark(run)).await,
            Step::Remove(paths) => {
                let paths = paths.clone().into_iter().map(Ok);
                let mut removed = store.delete_stream(futures::stream::iter(paths).boxed());
                while let Some(one) = removed.next().await {
                    match one {
                        Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                        Err(error) => return Err(Error::store("remove", &Path::default())(error)),
                    }
                }
                Ok(())
            }
        }
    }

    async fn remove(&self, path: &Path) -> Result<()> {
        match self.store().delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Error::store("remove", path)(error)),
        }
    }
}

#[cfg(test)]
mod tests;
