//! The one task that appends to the ledger. Intents are written at once, together with all that has come meanwhile; outcomes
//! ride along, or go alone after `flush_every`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deskferry_staging::{Context, Log};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::entry::{Entry, Rows, State, to_batch};
use super::{LOAD, silent};
use crate::{Error, Result};

/// Outcomes are written when there are this many, however new they are.
const OUTCOMES_MAX: usize = 5_000;
/// How long notes wait for company, so that they do not get a segment each.
const LINGER: Duration = Duration::from_millis(20);
/// Tries of a segment while the store does not answer.
const ATTEMPTS: u32 = 5;

pub(super) enum Message {
    /// To be stored before the answer is given.
    Intents(Vec<Entry>, oneshot::Sender<()>),
    /// To be stored before the answer is given, but with what comes within [`LINGER`].
    Notes(Vec<Entry>, oneshot::Sender<()>),
    /// To be stored soon.
    Outcomes(Vec<Entry>),
    /// Store all, end the ledger.
    End(oneshot::Sender<()>),
}

pub(super) struct Writer {
    pub(super) log: Log,
    pub(super) context: Context,
    pub(super) run: String,
    /// What the load is about: its workspace, what threads become, the token's teammate, who stands in for those who are missing.
    pub(super) begin: serde_json::Value,
    pub(super) next_segment: u64,
    pub(super) next_seq: i64,
    pub(super) clean: bool,
    pub(super) began: bool,
    pub(super) lease: Duration,
    pub(super) flush_every: Duration,
    pub(super) failed: Arc<Mutex<Option<Error>>>,
    pub(super) last_written: Arc<Mutex<Option<Instant>>>,
}

impl Writer {
    /// Runs until the end, or until a segment cannot be written: then every answer that is waited for is dropped.
    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Message>) {
        if let Err(error) = self.work(&mut inbox).await {
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    }

    async fn work(&mut self, inbox: &mut mpsc::Receiver<Message>) -> Result<()> {
        let mut pending: Vec<Entry> = Vec::new();
        let mut due = Instant::now();
        // Who waits for notes that are pending.
        let mut noted: Vec<oneshot::Sender<()>> = Vec::new();
        loop {
            // With nothing to write a sign of life goes out now and then, so that nobody takes over while a call is slow.
            let wake = if pending.is_empty() { Instant::now() + self.lease / 3 } else { due };
            let first = match tokio::time::timeout_at(wake, inbox.recv()).await {
                Ok(message) => message,
                Err(_) if !pending.is_empty() => {
                    self.append(&mut pending).await?;
                    answer(&mut noted);
                    continue;
                }
                Err(_) if self.began => {
                    self.heartbeat().await?;
                    continue;
                }
                Err(_) => continue,
            };
            let Some(first) = first else { return self.append(&mut pending).await };
            if pending.is_empty() {
                due = Instant::now() + self.flush_every;
            }
            let (mut waiting, mut ends) = (Vec::new(), Vec::new());
            let mut message = Some(first);
            while let Some(one) = message {
                match one {
                    Message::Intents(entries, done) => {
                        pending.extend(entries);
                        waiting.push(done);
                    }
                    Message::Notes(entries, done) => {
                        pending.extend(entries);
                        noted.push(done);
                        due = due.min(Instant::now() + LINGER);
                    }
                    Message::Outcomes(entries) => pending.extend(entries),
                    Message::End(done) => ends.push(done),
                }
                message = inbox.try_recv().ok();
            }
            if !waiting.is_empty() || !ends.is_empty() || pending.len() >= OUTCOMES_MAX {
                if waiting.is_empty() || !pending.is_empty() {
                    self.append(&mut pending).await?;
                } else {
                    self.heartbeat().await?;
                }
                answer(&mut noted);
            }
            answer(&mut waiting);
            if !ends.is_empty() {
                if self.began {
                    pending.push(Entry::new(self.context.now(), LOAD, &self.run, "end", State::Done));
                    self.append(&mut pending).await?;
                }
                answer(&mut ends);
                return Ok(());
            }
        }
    }

    /// Proves that nobody else has taken over.
    async fn heartbeat(&mut self) -> Result<()> {
        let mut alive = vec![Entry::new(self.context.now(), LOAD, &self.run, "alive", State::Done)];
        self.append(&mut alive).await
    }

    async fn append(&mut self, pending: &mut Vec<Entry>) -> Result<()> {
        if pending.is_empty() {
            return Ok(());
        }
        if !self.began {
            self.take_over().await?;
            let mut begin = Entry::new(self.context.now(), LOAD, &self.run, "begin", State::Done);
            begin.detail = Some(self.begin.to_string());
            pending.insert(0, begin);
            self.began = true;
        }
        let entries = std::mem::take(pending);
        let batch = to_batch(self.next_seq, &self.run, &entries)
            .map_err(|e| Error::Output { what: "the ledger", reason: e.to_string() })?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            // "Exists" too may be our own segment: stores repeat a put by themselves when its reply was lost.
            let Err(error) = self.log.append(self.next_segment, &batch).await else { break };
            match self.log.segment(self.next_segment).await {
                Ok(Some(found)) if self.is_ours(&found, &entries) => break,
                Ok(Some(_)) => return Err(Error::Conflict { segment: self.next_segment }),
                _ if attempt >= ATTEMPTS => return Err(error.into()),
                _ => tokio::time::sleep(Duration::from_millis(100) * 2_u32.pow(attempt)).await,
            }
        }
        self.next_seq += entries.len() as i64;
        self.next_segment += 1;
        *self.last_written.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Ok(())
    }

    /// Makes sure that nobody else is at work.
    async fn take_over(&mut self) -> Result<()> {
        if self.clean {
            return Ok(());
        }
        silent(&self.log, self.next_segment, self.lease).await
    }

    fn is_ours(&self, found: &[arrow::array::RecordBatch], entries: &[Entry]) -> bool {
        let mut stored = Vec::new();
        for batch in found {
            let Ok(rows) = Rows::new(batch) else { return false };
            for row in 0..rows.len() {
                match rows.entry(row) {
                    Ok(entry) if rows.run(row) == self.run => stored.push(entry),
                    _ => return false,
                }
            }
        }
        let micros = |entry: &Entry| (entry.at.timestamp_micros(), entry.key.clone(), entry.step.clone(), entry.state);
        stored.iter().map(micros).eq(entries.iter().map(micros))
    }
}

/// Tells all who wait that what they wait for is stored.
fn answer(waiting: &mut Vec<oneshot::Sender<()>>) {
    for done in waiting.drain(..) {
        let _ = done.send(());
    }
}
