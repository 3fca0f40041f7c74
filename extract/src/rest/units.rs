//! What is asked once for each row: the row in full, the rows that belong to it. The answer of one row is a unit of the log, so that
//! after a crash only those are asked that have none.
//!
//! A unit that fails while others succeed is tried once more at the end, and then recorded as failed: a defect, and the table is
//! incomplete. Only when one after another fails is it the source that fails, or refuses the table. What failed and was not
//! recorded is asked again by `--resume`.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};

use super::api::{Failure, cause, is_of_one_call};
use super::capture::{Entry, LogWriter};
use super::fetch::Fetch;
use super::route::Route;
use super::row::{Row, hash};
use crate::Result;
use crate::hash::{self, Hash};
use crate::lock::lock;
use crate::spec::Table;

/// So many failures in a row are no matter of single rows.
const IN_A_ROW_MAX: u32 = 10;
/// So many parents with the very same rows are no chance.
const ALIKE_MIN: u64 = 10;

/// How a unit ended; in the log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Done {
    /// Hash of the row that was asked.
    pub(super) of: String,
    /// Rows by the source's own count.
    pub(super) total: Option<u64>,
    /// Rows that came, those of others included.
    #[serde(default)]
    pub(super) read: u64,
    /// Rows of other parents among them.
    #[serde(default)]
    pub(super) strangers: u64,
    /// Hash of rows that do not say whose they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) anonymous: Option<String>,
    /// Nothing is known of what it would have been, so that nothing of it is gone either: texts that name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) missed: Option<Vec<String>>,
    /// It failed, other than that the source does not have it any more.
    #[serde(default)]
    pub(super) failed: bool,
}

/// What a unit adds to the log.
pub(super) struct Answer {
    pub(super) entries: Vec<Entry>,
    pub(super) done: Done,
    pub(super) members: BTreeSet<String>,
}

/// A kind of unit.
pub(super) trait Unit: Sync {
    /// Asks for the unit of a row.
    fn ask(&self, row: &Row) -> impl Future<Output = Result<Answer, Failure>> + Send;

    /// Whether it is no fault that the source does not have what a row asks for.
    fn may_be_absent(&self, _row: &Row) -> bool {
        false
    }

    /// The unit of a row that could not be had, because of `reason`; without one, a row that is not asked for any more.
    fn without(&self, row: &Row, reason: Option<String>) -> Answer;
}

/// What the log of units has so far; made of its entries alone.
#[derive(Default)]
pub(super) struct Known {
    pub(super) done: HashSet<Hash>,
    /// Rows, where several parents may give the same.
    seen: HashSet<Hash>,
    members: BTreeSet<String>,
    pub(super) counted: u64,
    pub(super) read: u64,
    /// Whether the source tells how many rows there are.
    pub(super) has_totals: bool,
    pub(super) missing: u64,
    pub(super) strangers: u64,
    /// The anonymous rows of the first parent that has some; parents with the same, and with others.
    alike: Option<(Hash, u64, u64)>,
    pub(super) failed: u64,
    /// How the table is asked for, as the log says.
    pub(super) route: Option<Route>,
}

impl Known {
    pub(super) fn apply(&mut self, table: &Table, entry: &Entry) {
        match entry {
            Entry::Row(row) => drop(self.seen.insert(hash(table, row))),
            Entry::Done(done) => self.count(done),
            Entry::Members(names) => self.members.extend(names.iter().cloned()),
            Entry::Route(route) => self.route = Some(route.clone()),
            _ => {}
        }
    }

    fn count(&mut self, done: &Done) {
        self.done.extend(hash::read(&done.of));
        self.has_totals |= done.total.is_some();
        self.counted += done.total.unwrap_or(done.read).max(done.read);
        self.missing += done.total.map_or(0, |total| total.saturating_sub(done.read));
        self.read += done.read;
        self.strangers += done.strangers;
        self.failed += u64::from(done.failed);
        if let Some(rows) = done.anonymous.as_deref().and_then(hash::read) {
            let (first, same, others) = self.alike.unwrap_or((rows, 0, 0));
            self.alike = Some(if first == rows { (first, same + 1, others) } else { (first, same, others + 1) });
        }
    }

    /// Whether all parents have the very same rows, which do not say whose they are.
    pub(super) fn is_alike(&self) -> bool {
        self.alike.is_some_and(|(_, same, others)| same >= ALIKE_MIN && others == 0)
    }

    /// Rows that are there.
    pub(super) fn rows(&self) -> u64 {
        self.seen.len() as u64
    }

    /// Why the table is incomplete, if it is.
    pub(super) fn incomplete(&self) -> Option<String> {
        if self.is_alike() {
            return Some(
                "all parents have the very same rows, which do not say whose they are: the source does not heed the parameter that names the parent".into(),
            );
        }
        let failed = || format!("{} of {} could not be read; _defects names them", self.failed, self.done.len());
        let missing =
            || format!("the source counts {} rows more than it gives; _defects names their parents", self.missing);
        (self.failed > 0).then(failed).or_else(|| (self.missing > 0).then(missing))
    }
}

/// Failures that are not recorded yet.
#[derive(Default)]
struct Pending {
    rows: Vec<Row>,
    in_a_row: u32,
    succeeded: bool,
}

/// The units of one table while they are asked for.
pub(super) struct Units<'a, U> {
    pub(super) fetch: &'a Fetch<'a>,
    pub(super) table: &'a Table,
    pub(super) writer: Arc<LogWriter>,
    pub(super) unit: U,
    pub(super) known: Mutex<Known>,
    pending: Mutex<Pending>,
}

impl<'a, U: Unit> Units<'a, U> {
    /// The units of a table, from where its log ends.
    pub(super) async fn open(fetch: &'a Fetch<'a>, table: &'a Table, unit: U) -> Result<Self> {
        let writer = fetch.writer(&table.name, "rows").await?;
        let mut known = Known::default();
        let mut entries = fetch.capture.entries(&table.name, "rows").await?;
        while let Some(entry) = entries.next().await {
            known.apply(table, &entry?);
        }
        let pending = Mutex::new(Pending { succeeded: !known.done.is_empty(), ..Pending::default() });
        Ok(Self { fetch, table, writer, unit, known: Mutex::new(known), pending })
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        lock(&self.known)
    }

    /// Whether a row, or parent, of this hash has been asked.
    pub(super) fn is_done(&self, of: Hash) -> bool {
        self.known().done.contains(&of)
    }

    /// Asks for all units of some rows.
    ///
    /// # Errors
    /// The failure of the last, where one after another fails.
    pub(super) async fn all(&self, rows: BoxStream<'_, Result<Row>>) -> Result<(), Failure> {
        let ahead = self.fetch.ahead();
        rows.map_err(Failure::Failed).try_for_each_concurrent(ahead, |row| self.one(row)).await?;
        let rows = std::mem::take(&mut lock(&self.pending).rows);
        let failed: Mutex<Vec<(Row, Failure)>> = Mutex::default();
        let again = futures::stream::iter(rows.into_iter().map(Ok::<_, Failure>));
        again
            .try_for_each_concurrent(ahead, |row| async {
                match self.unit.ask(&row).await {
                    Ok(answer) => {
                        lock(&self.pending).succeeded = true;
                        self.store(answer).await?;
                    }
                    Err(Failure::Failed(error)) if !is_of_one_call(&error) => return Err(error.into()),
                    Err(failure) => lock(&failed).push((row, failure)),
                }
                Ok(())
            })
            .await?;
        let mut failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        let succeeded = lock(&self.pending).succeeded;
        // Where nothing at all could be had, it is the table that is refused.
        if let Some(at) = failed.iter().position(|(_, failure)| !failure.is_gone())
            && !succeeded
        {
            return Err(failed.swap_remove(at).1);
        }
        for (row, failure) in failed {
            self.store(self.missed(&row, failure)).await?;
        }
        Ok(())
    }

    async fn one(&self, row: Row) -> Result<(), Failure> {
        match self.unit.ask(&row).await {
            Ok(answer) => {
                {
                    let mut pending = lock(&self.pending);
                    (pending.in_a_row, pending.succeeded) = (0, true);
                }
                Ok(self.store(answer).await?)
            }
            Err(Failure::Failed(error)) if !is_of_one_call(&error) => Err(error.into()),
            Err(failure) if failure.is_gone() && self.unit.may_be_absent(&row) => {
                let mut answer = self.unit.without(&row, None);
                answer.done.missed = None;
                Ok(self.store(answer).await?)
            }
            // Deleted since it was listed.
            Err(failure) if failure.is_gone() && lock(&self.pending).succeeded => {
                Ok(self.store(self.missed(&row, failure)).await?)
            }
            Err(failure) => {
                let mut pending = lock(&self.pending);
                pending.in_a_row += 1;
                pending.rows.push(row);
                if pending.in_a_row >= IN_A_ROW_MAX { Err(failure) } else { Ok(()) }
            }
        }
    }

    fn missed(&self, row: &Row, failure: Failure) -> Answer {
        let is_gone = failure.is_gone();
        let reason = match failure {
            Failure::Refused { reason, .. } => reason,
            Failure::Failed(error) => cause(&error),
        };
        let mut answer = self.unit.without(row, Some(reason));
        answer.done.failed = !is_gone;
        answer
    }

    /// Records rows that are not asked for any more.
    pub(super) async fn give_up(&self, rows: BoxStream<'_, Result<Row>>) -> Result<()> {
        rows.try_for_each(|row| async move {
            let mut answer = self.unit.without(&row, None);
            answer.done.failed = true;
            self.store(answer).await
        })
        .await
    }

    /// Records rows that have not changed: what the last state has of them stays.
    pub(super) async fn unchanged(&self, rows: BoxStream<'_, Result<Row>>) -> Result<()> {
        rows.try_for_each(|mut row| async move {
            // What is inside of the row comes with the row in full.
            row.inside.clear();
            self.store(self.unit.without(&row, None)).await
        })
        .await
    }

    /// Records rows as they were listed.
    pub(super) async fn as_listed(&self, rows: BoxStream<'_, Result<Row>>) -> Result<()> {
        rows.try_for_each(|row| async move {
            let mut answer = self.unit.without(&row, None);
            answer.done.missed = None;
            self.store(answer).await
        })
        .await
    }

    /// Stores the answer of one row; of rows that other parents have given too only one.
    async fn store(&self, answer: Answer) -> Result<()> {
        let Answer { mut entries, done, members } = answer;
        let read = {
            let mut known = self.known();
            entries.retain(|entry| match entry {
                Entry::Row(row) => known.seen.insert(hash(self.table, row)),
                _ => true,
            });
            let new: Vec<String> = members.into_iter().filter(|name| known.members.insert(name.clone())).collect();
            if !new.is_empty() {
                entries.push(Entry::Members(new));
            }
            known.count(&done);
            known.read
        };
        self.fetch.outlook.unit(&self.table.name, done.read);
        entries.push(Entry::Done(done));
        self.writer.push(&entries).await?;
        self.fetch.tick(self.table, read, None);
        Ok(())
    }
}
