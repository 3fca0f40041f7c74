//! What was sent to Intercom and what came back: `ledger.entries`, numbered segments that are never changed.
//!
//! A **step** is one call's worth of work, named by table, source key and step name. Its life in the ledger:
//!
//! ```text
//!  intended ──▶ done        it is in Intercom; with payload hash and Intercom id
//!           ──▶ rejected    Intercom refused it: not executed
//!           ──▶ unknown     may be in Intercom and could not be found again; never sent again by itself
//!           ──▶ undone      it is not in Intercom: taken back, or (code not_sent) the load stopped before it
//! ```
//!
//! Invariants, checked when a segment is read ([`Memory::read`]):
//! 1. `seq` counts 1, 2, 3 … over all segments without gaps;
//! 2. a step is `intended` in a stored segment before any of its calls goes out ([`Ledger::intend`] returns only then);
//! 3. a segment is created only if absent, by a loader that has read all before it; who loses stops ([`Error::Conflict`]);
//! 4. while calls are out, a segment is written at least every `flush_every`; a loader whose last segment is older than half
//!    the `lease` sends nothing until it has written another ([`Ledger::fence`]). So a ledger that does not end with
//!    `_load/end` and has been silent for `lease` belongs to a dead loader, and only then may it be taken over;
//! 5. the ledger belongs to one workspace, and its threads became one thing, conversations or tickets.
//!
//! Rows of table `_load` are about the load itself: step `begin` (with the workspace, what threads become, the
//! token's teammate and who stands in for missing ones) and `end`. A row of `attachments` or of the
//! opening message is written with the outcome of the call that carried it.

mod entry;
mod ids;
mod known;
mod links;
mod memory;
mod slots;
mod stored;
mod writer;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use deskferry_staging::{Context, Log, Stage};
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

pub(crate) use entry::{Entry, State};
#[cfg(test)]
pub(crate) use entry::{Rows, to_batch};
pub(crate) use known::Known;
pub(crate) use memory::{Memory, NOT_SENT, PARENT_REJECTED, hash};
pub(crate) use stored::{Stored, stored};

use crate::intercom::Workspace;
use crate::settings::Settings;
use crate::{Error, Result};
use writer::{Message, Writer};

/// Segments fetched at a time when the ledger is replayed.
const SEGMENTS_AT_ONCE: usize = 16;
/// Segments fetched ahead where entries are read one by one.
const SEGMENTS_AHEAD: usize = 4;
/// Step of [`LOAD`] that tells of a rollback: with its command where it begins, without where it has come to its end.
pub(crate) const ROLLBACK: &str = "rollback";
/// Table of the rows about the load itself.
pub(crate) const LOAD: &str = "_load";

/// The ledger, replayed, and open for more.
#[derive(Debug)]
pub(crate) struct Ledger {
    memory: Arc<Mutex<Memory>>,
    messages: mpsc::Sender<Message>,
    failed: Arc<Mutex<Option<Error>>>,
    writer: Mutex<Option<tokio::task::JoinHandle<()>>>,
    /// When this loader has last shown that the ledger is its own; `None` before the first time.
    last_written: Arc<Mutex<Option<tokio::time::Instant>>>,
    lease: Duration,
}

/// Reads the whole ledger.
pub(crate) async fn replay(context: &Context) -> Result<Memory> {
    let log = context.staging.log("ledger", "entries")?;
    let mut memory = Memory::default();
    loop {
        let before = memory.segments();
        extend(&log, &mut memory).await?;
        let newest = log.newest().await?;
        if newest == 0 && memory.segments() == 0 {
            never_written(context).await?;
        }
        if newest <= memory.segments() {
            return Ok(memory);
        }
        // Unless another loader has just written it, one before it is missing.
        if memory.segments() == before {
            let reason = format!("it is missing, though there is segment {newest}");
            return Err(Error::Damaged { segment: before + 1, reason });
        }
    }
}

/// # Errors
/// `LedgerGone` where a load has told of rows: those are in a ledger, which must have been here.
async fn never_written(context: &Context) -> Result<()> {
    let runs = context.staging.runs().await?;
    match runs.iter().rfind(|run| run.stage == Stage::Load && run.schema == "load" && run.rows("results") > 0) {
        Some(run) => Err(Error::LedgerGone { run: run.run.to_string() }),
        None => Ok(()),
    }
}

/// # Errors
/// `Busy` where somebody is at work: a ledger that does not end cleanly is theirs, or that of a dead loader, and who is at work writes
/// within the lease.
pub(crate) async fn nobody_at_work(context: &Context, memory: &Memory, lease: Duration) -> Result<()> {
    if memory.clean() {
        return Ok(());
    }
    silent(&context.staging.log("ledger", "entries")?, memory.segments() + 1, lease).await
}

/// Waits for the lease; fails where somebody has written the next segment.
async fn silent(log: &Log, next_segment: u64, lease: Duration) -> Result<()> {
    tokio::time::sleep(lease).await;
    match log.segment(next_segment).await? {
        Some(_) => Err(Error::Busy { segment: next_segment }),
        None => Ok(()),
    }
}

/// Reads the segments after those that `memory` holds.
async fn extend(log: &Log, memory: &mut Memory) -> Result<()> {
    let mut segments = futures::stream::iter(memory.segments() + 1..)
        .map(|number| async move {
            match log.segment(number).await {
                Ok(found) => Ok(found.map(|batches| (number, batches))),
                Err(error @ deskferry_staging::Error::Parquet { .. }) => {
                    Err(Error::Damaged { segment: number, reason: error.to_string() })
                }
                Err(error) => Err(error.into()),
            }
        })
        .buffered(SEGMENTS_AT_ONCE);
    while let Some(Some((number, batches))) = segments.try_next().await? {
        for batch in &batches {
            memory.read(number, batch)?;
        }
        memory.end_segment(number);
    }
    Ok(())
}

impl Ledger {
    /// Takes over a ledger that has been replayed. Nothing is written before the first intent.
    pub(crate) fn open(
        context: &Context,
        settings: &Settings,
        run: &str,
        workspace: &Workspace,
        memory: Memory,
    ) -> Result<Self> {
        memory.of_workspace(&workspace.id)?;
        memory.of_threads(settings.tickets_as)?;
        let log = context.staging.log("ledger", "entries")?;
        let (messages, inbox) = mpsc::channel(1024);
        let failed = Arc::new(Mutex::new(None));
        let last_written = Arc::<Mutex<Option<tokio::time::Instant>>>::default();
        let writer = Writer {
            log,
            context: context.clone(),
            run: run.to_owned(),
            begin: json!({
                "workspace": workspace.id, "tickets_as": settings.tickets_as.as_str(),
                "admin": workspace.admin_id, "placeholder": settings.placeholder_admin,
            }),
            next_segment: memory.segments() + 1,
            next_seq: memory.seq() + 1,
            clean: memory.clean(),
            began: false,
            lease: settings.lease,
            flush_every: settings.flush_every,
            failed: Arc::clone(&failed),
            last_written: Arc::clone(&last_written),
        };
        let writer = Mutex::new(Some(tokio::spawn(writer.run(inbox))));
        let memory = Arc::new(Mutex::new(memory));
        Ok(Self { memory, messages, failed, writer, last_written, lease: settings.lease })
    }

    /// A ledger that begins as `memory` and keeps nothing.
    pub(crate) fn rehearsed(memory: Memory) -> Self {
        let (messages, mut inbox) = mpsc::channel(1024);
        let writer = tokio::spawn(async move {
            while let Some(message) = inbox.recv().await {
                if let Message::Intents(_, done) | Message::Notes(_, done) | Message::End(done) = message {
                    // Who has stopped waiting needs no answer.
                    let _ = done.send(());
                }
            }
        });
        Self {
            memory: Arc::new(Mutex::new(memory)),
            messages,
            failed: Arc::default(),
            writer: Mutex::new(Some(writer)),
            last_written: Arc::default(),
            lease: Duration::MAX,
        }
    }

    /// What is known of a step.
    pub(crate) fn known(&self, table: &str, key: &str, step: &str) -> Option<Known> {
        self.memory().known(table, key, step)
    }

    /// Intercom's id of a row.
    pub(crate) fn id(&self, table: &str, key: &str) -> Option<String> {
        self.memory().id(table, key)
    }

    /// The id that somebody has found for a step of unknown outcome.
    pub(crate) fn verdict(&self, table: &str, key: &str, step: &str) -> Option<String> {
        self.memory().verdict(table, key, step).map(ToOwned::to_owned)
    }

    /// Names of the steps that have attached something to a row, or may have, and not taken it off again.
    pub(crate) fn links(&self, table: &str, key: &str) -> Vec<String> {
        self.memory().links(table, key)
    }

    /// When the creation of a row that is open was first intended, in seconds; nothing that is older was made by it.
    pub(crate) fn intended_at(&self, table: &str, key: &str) -> i64 {
        self.memory().intended_at(table, key).unwrap_or(i64::MAX)
    }

    /// Address of a row in the help center.
    pub(crate) fn url(&self, table: &str, key: &str) -> Option<String> {
        self.memory().urls().get(&hash(&[table, key])).cloned()
    }

    /// Addresses of all rows in the help center, by the hash of table and key.
    pub(crate) fn urls(&self) -> HashMap<u128, String> {
        self.memory().urls().clone()
    }

    /// Whether an Intercom id of a table belongs to a row already; if not, it does from now on.
    pub(crate) fn claim(&self, table: &str, id: &str) -> bool {
        self.memory().claim(table, id)
    }

    /// Whether an Intercom id of a table belongs to a row.
    pub(crate) fn claimed(&self, table: &str, id: &str) -> bool {
        self.memory().claimed(table, id)
    }

    /// Stores intents; returns once they are stored.
    pub(crate) async fn intend(&self, entries: Vec<Entry>) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        {
            let mut memory = self.memory();
            entries.iter().for_each(|entry| memory.apply(entry));
        }
        self.stored(entries).await
    }

    /// Notes outcomes: known at once, stored soon.
    pub(crate) async fn outcome(&self, entries: Vec<Entry>) -> Result<()> {
        {
            let mut memory = self.memory();
            entries.iter().for_each(|entry| memory.apply(entry));
        }
        match self.messages.send(Message::Outcomes(entries)).await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.failure().await),
        }
    }

    /// How many rows are open that are made by the call of this payload.
    pub(crate) fn open_alike(&self, payload: &str) -> u32 {
        self.memory().open(payload)
    }

    /// Notes what must be known even if this process dies with the next call; returns once it is stored, maybe a little later,
    /// together with what others note meanwhile.
    pub(crate) async fn note(&self, entries: Vec<Entry>) -> Result<()> {
        {
            let mut memory = self.memory();
            entries.iter().for_each(|entry| memory.apply(entry));
        }
        let (done, stored) = oneshot::channel();
        if self.messages.send(Message::Notes(entries, done)).await.is_err() || stored.await.is_err() {
            return Err(self.failure().await);
        }
        Ok(())
    }

    /// Takes the ledger over for work that needs no intents.
    pub(crate) async fn begin(&self) -> Result<()> {
        self.stored(Vec::new()).await
    }

    /// Asks the memory several things at once.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Memory) -> T) -> T {
        question(&self.memory())
    }

    /// Makes sure that the ledger is taken over, and that no other loader has done so since; to be asked before every call.
    pub(crate) async fn fence(&self) -> Result<()> {
        let last = *self.last_written.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|at| at.elapsed() < self.lease / 2) { Ok(()) } else { self.stored(Vec::new()).await }
    }

    /// Stores what is not stored yet and ends the ledger cleanly.
    pub(crate) async fn close(&self) -> Result<()> {
        let (done, ended) = oneshot::channel();
        if self.messages.send(Message::End(done)).await.is_err() || ended.await.is_err() {
            return Err(self.failure().await);
        }
        Ok(())
    }

    async fn stored(&self, entries: Vec<Entry>) -> Result<()> {
        let (done, stored) = oneshot::channel();
        if self.messages.send(Message::Intents(entries, done)).await.is_err() || stored.await.is_err() {
            return Err(self.failure().await);
        }
        Ok(())
    }

    /// Why the writer has stopped; the first who asks gets the cause.
    async fn failure(&self) -> Error {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // The writer tells the cause after it has stopped listening.
            let _ = writer.await;
        }
        let cause = self.failed.lock().unwrap_or_else(PoisonError::into_inner).take();
        cause.unwrap_or(Error::Output { what: "the ledger", reason: "an earlier segment could not be written".into() })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
