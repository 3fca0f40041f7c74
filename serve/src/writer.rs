//! The one task that appends to `events.received`. Events that come together are stored together; each is answered once it is stored.
//!
//! Invariants:
//! 1. an event is answered with success only after it is in a stored segment, or was in one before;
//! 2. an id that is remembered is not stored a second time, by this server or by another on the same stage: who is second with a
//!    segment reads the other's first;
//! 3. `seq` counts 1, 2, 3 … over all segments.

use std::time::Duration;

use arrow::array::RecordBatch;
use chrono::{DateTime, Utc};
use deskferry_staging::{Context, Log};
use futures::TryStreamExt as _;
use tokio::sync::{mpsc, oneshot};

use crate::event::Event;
use crate::received::{self, IDENTITY, Rows, damaged};
use crate::recent::{IDS_MAX, Recent};
use crate::{Error, Result};

/// How long the first event waits for company.
const LINGER: Duration = Duration::from_millis(40);
/// Events of a segment.
const EVENTS_MAX: usize = 2_000;
/// Bytes of bodies after which a segment takes no more.
const BYTES_MAX: usize = 8 << 20;
/// Tries of a segment before those who wait are told that it failed.
const ATTEMPTS: u32 = 3;
/// Files that are read at a time to remember ids.
const STRETCHES: usize = 64;
/// After so long without a look at the log, another server may have merged what this one is about to write beside.
const UNSEEN_MAX: chrono::TimeDelta = chrono::TimeDelta::seconds(20);

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is in the stage.
    Stored,
    /// It was there already.
    Repeated,
}

/// An event, and who waits to hear that it is stored. Who hears nothing, because the sender is dropped, must not say that it is.
pub(crate) struct Arrival {
    pub(crate) event: Event,
    pub(crate) done: oneshot::Sender<Outcome>,
}

/// Told after every segment: the number of the newest event, or why a segment could not be stored.
pub(crate) type Told = Box<dyn Fn(Result<i64, &Error>) + Send>;

pub(crate) struct Writer {
    log: Log,
    context: Context,
    told: Told,
    recent: Recent,
    next_segment: u64,
    next_seq: i64,
    seen_at: DateTime<Utc>,
}

impl Writer {
    /// Reads what it has to remember.
    pub(crate) async fn open(context: &Context, told: Told) -> Result<Self> {
        let log = received::log(&context.staging)?;
        let mut writer = Self {
            log,
            context: context.clone(),
            told,
            recent: Recent::default(),
            next_segment: 1,
            next_seq: 1,
            seen_at: context.now(),
        };
        // In this order, for another server may add one between the two.
        let (newest, stretches) = (writer.log.newest().await?, writer.log.stretches().await?);
        let readable = stretches.last().map_or(0, |stretch| stretch.last);
        // A segment beyond a hole would never be read, and one in its place is not ours to write.
        if newest > readable {
            return Err(damaged(format!("segment {} is missing, though there is segment {newest}", readable + 1)));
        }
        let mut ids: Vec<Vec<String>> = Vec::new();
        let (mut count, mut last_seq) = (0, 0);
        for chunk in stretches.rchunks(STRETCHES) {
            let read: Vec<_> = writer.log.read(chunk.to_vec(), Some(IDENTITY)).try_collect().await?;
            let mut of_chunk = Vec::new();
            for batch in read.iter().flat_map(|(_, batches)| batches) {
                let rows = Rows::new(batch, "id")?;
                last_seq = (0..rows.len()).map(|row| rows.seq(row)).fold(last_seq, i64::max);
                of_chunk.extend((0..rows.len()).map(|row| rows.text(row).to_owned()));
            }
            count += of_chunk.len();
            ids.push(of_chunk);
            if count >= IDS_MAX {
                break;
            }
        }
        for id in ids.into_iter().rev().flatten() {
            writer.recent.add(&id);
        }
        writer.next_segment = readable + 1;
        writer.next_seq = last_seq + 1;
        Ok(writer)
    }

    /// The number of the newest event; 0 where there is none.
    pub(crate) fn newest_seq(&self) -> i64 {
        self.next_seq - 1
    }

    /// Runs until nobody can send any more.
    pub(crate) async fn run(mut self, mut inbox: mpsc::Receiver<Arrival>) {
        while let Some(first) = inbox.recv().await {
            let mut bytes = first.event.payload.len();
            let mut arrivals = vec![first];
            let until = tokio::time::Instant::now() + LINGER;
            while arrivals.len() < EVENTS_MAX && bytes < BYTES_MAX {
                let Ok(Some(next)) = tokio::time::timeout_at(until, inbox.recv()).await else { break };
                bytes += next.event.payload.len();
                arrivals.push(next);
            }
            let outcome = self.take(arrivals).await;
            (self.told)(outcome.as_ref().map(|()| self.next_seq - 1));
        }
    }

    /// Stores what is new and answers all; where that fails, nobody is answered.
    async fn take(&mut self, arrivals: Vec<Arrival>) -> Result<()> {
        let (mut new, mut repeated) = (Vec::new(), Vec::new());
        let mut ids = std::collections::HashSet::new();
        for Arrival { event, done } in arrivals {
            if self.recent.has(&event.id) || !ids.insert(event.id.clone()) {
                repeated.push(done);
            } else {
                new.push((event, done));
            }
        }
        let (events, mut waiting): (Vec<Event>, Vec<_>) = new.into_iter().unzip();
        let stored = self.store(events).await?;
        for (done, is_new) in waiting.drain(..).zip(stored) {
            // Who has stopped waiting needs no answer.
            let _ = done.send(if is_new { Outcome::Stored } else { Outcome::Repeated });
        }
        for done in repeated {
            let _ = done.send(Outcome::Repeated);
        }
        Ok(())
    }

    /// Appends events; whether each was new.
    async fn store(&mut self, mut events: Vec<Event>) -> Result<Vec<bool>> {
        let mut is_new = vec![true; events.len()];
        let mut attempt = 0;
        while !events.is_empty() {
            let batch = received::batch(self.next_seq, self.context.now(), &events)?;
            match self.append(&batch).await {
                Ok(true) => {
                    events.iter().for_each(|event| {
                        self.recent.add(&event.id);
                    });
                    self.next_seq += events.len() as i64;
                    self.next_segment += 1;
                    return Ok(is_new);
                }
                // Another server's, or ours of which we did not hear that it was stored.
                Ok(false) => {
                    self.catch_up().await?;
                    let mut kept = Vec::new();
                    let mut open = is_new.iter_mut().filter(|new| **new);
                    for event in events {
                        let Some(new) = open.next() else { break };
                        *new = !self.recent.has(&event.id);
                        if *new {
                            kept.push(event);
                        }
                    }
                    events = kept;
                }
                Err(error) => {
                    attempt += 1;
                    if attempt >= ATTEMPTS {
                        return Err(error);
                    }
                    tokio::time::sleep(Duration::from_millis(100) * 2_u32.pow(attempt)).await;
                }
            }
        }
        Ok(is_new)
    }

    /// Whether the segment is ours, and stored for good.
    async fn append(&mut self, batch: &RecordBatch) -> Result<bool> {
        match self.log.append(self.next_segment, batch).await {
            Ok(()) => self.log.sync(self.next_segment).await?,
            Err(deskferry_staging::Error::Exists { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        if self.context.now() - self.seen_at > UNSEEN_MAX && self.log.is_merged(self.next_segment).await? {
            return Ok(false);
        }
        self.seen_at = self.context.now();
        Ok(true)
    }

    /// Reads what others have written.
    async fn catch_up(&mut self) -> Result<()> {
        let mut stretches = self.log.stretches().await?;
        stretches.retain(|stretch| stretch.last >= self.next_segment);
        let Some(newest) = stretches.last().map(|stretch| stretch.last) else {
            return Err(damaged(format!("segment {} is there and cannot be read", self.next_segment)));
        };
        for segment in stretches.iter().filter(|stretch| stretch.first == stretch.last) {
            self.log.sync(segment.first).await?;
        }
        let read: Vec<_> = self.log.read(stretches, Some(IDENTITY)).try_collect().await?;
        for batch in read.iter().flat_map(|(_, batches)| batches) {
            let rows = Rows::new(batch, "id")?;
            for row in 0..rows.len() {
                self.recent.add(rows.text(row));
                self.next_seq = self.next_seq.max(rows.seq(row) + 1);
            }
        }
        self.next_segment = newest + 1;
        self.seen_at = self.context.now();
        Ok(())
    }
}
