//! Sends the chains of a table: intents stored before the calls, many chains side by side, one chain's steps one after another.
//!
//! Chains are gathered in batches; what has nothing to be done is counted and forgotten. The intents of a batch are stored in
//! one segment, then its chains wait for their turn. The next batch is gathered and stored while this one is at work, so a slow
//! store costs no calls, memory holds two batches, and as many chains are at work as the granted rate and the round trip ask for.
//!
//! Of the contacts of one e-mail address only one is at work at a time, so that it is the first row that makes the contact.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deskferry_staging::Tick;
use futures::{StreamExt as _, stream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::chain::Work;
use crate::chains::Chains;
use crate::load::{Halt, Load};
use crate::pace::Pace;
use crate::phases::Consumer;
use crate::results::{self, Counts, Results, RowResult};
use crate::{Error, Result, before, removals, todo};

/// Most steps of a batch, so that long threads do not pile up.
const BATCH_STEPS: usize = 2_000;
/// Rows of a table after which it can be told while it is loaded whether too many are refused.
const ROWS_BEFORE_GATE: u64 = 1_000;
/// Longest time in which nothing is told.
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// Fewer refused rows of a table say nothing about a rate.
const REJECTS_MIN: u64 = 3;
/// Chains at work above what rate and round trip ask for.
const SLACK: f64 = 8.0;
/// Chains at work where no rate is granted: more of them keep a loader no busier.
const WITHOUT_LIMIT: usize = 64;

pub(crate) struct Sender {
    pub(crate) load: Arc<Load>,
    pub(crate) results: Results,
    /// Why the load cannot go on.
    pub(crate) fatal: Option<Error>,
    /// Share of refused rows at which a table ends the load.
    reject_rate_max: f64,
    pace: Pace,
    announced: BTreeMap<&'static str, Counts>,
}

/// Results of a chain, and why it ended early.
type Ended = (Vec<RowResult>, Option<Halt>);

#[async_trait]
impl Consumer for Sender {
    /// Sends all chains of a table and waits for the last.
    async fn table(&mut self, table: &'static str, total: u64, serial: bool, chains: &mut dyn Chains) -> Result<()> {
        let load = Arc::clone(&self.load);
        let load = load.as_ref();
        let gathered = stream::unfold(Some(chains), |chains| async move {
            let chains = chains?;
            let batch = gather(load, &mut *chains, serial).await;
            let more = batch.as_ref().is_ok_and(|batch| batch.more);
            Some((batch, more.then_some(chains)))
        });
        let mut gathered = std::pin::pin!(gathered);
        let mut waiting: VecDeque<Work> = VecDeque::new();
        let mut tasks: JoinSet<(Ended, Option<String>)> = JoinSet::new();
        let mut addresses = HashSet::new();
        let (mut open, mut done) = (true, 0_u64);
        loop {
            let at_once = self.load.at_once(serial);
            self.tick(table, done, total);
            while tasks.len() < at_once
                && let Some(work) = waiting.pop_front_if(|work| work.address().is_none_or(|a| !addresses.contains(&a)))
            {
                let load = Arc::clone(&self.load);
                let address = work.address();
                addresses.extend(address.clone());
                tasks.spawn(async move { (work.run(&load).await, address) });
            }
            let is_short = open && waiting.len() < at_once;
            tokio::select! {
                batch = gathered.next(), if is_short => match batch {
                    // What is in flight comes to its end.
                    Some(Err(error)) => {
                        self.fail(error);
                        open = false;
                    }
                    Some(Ok(batch)) => {
                        done += batch.untouched;
                        self.results.add(batch.results).await?;
                        match batch.stored {
                            Ok(()) => waiting.extend(batch.work),
                            Err(error) => self.fail(error),
                        }
                    }
                    None => open = false,
                },
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                    done += 1;
                    let (ended, address) =
                        ended.map_err(|e| Error::Output { what: "a thread", reason: e.to_string() })?;
                    address.map(|address| addresses.remove(&address));
                    self.ended(ended).await?;
                    self.gate(ROWS_BEFORE_GATE);
                }
                // While a window is waited for, the time left is told all the same.
                () = tokio::time::sleep(TOLD_EVERY), if is_short || !tasks.is_empty() => {}
                else => {
                    self.announce();
                    self.gate(1);
                    return Ok(());
                }
            }
        }
    }
}

/// Chains that were gathered at once.
struct Batch {
    /// Those of which something is to be done.
    work: Vec<Work>,
    /// Whether their intents are stored.
    stored: Result<()>,
    /// How many need nothing, and the results of those.
    untouched: u64,
    results: Vec<RowResult>,
    /// Whether there may be more.
    more: bool,
}

/// Gathers a batch and stores its intents.
async fn gather(load: &Load, chains: &mut dyn Chains, serial: bool) -> Result<Batch> {
    let chains_max = load.at_once(serial) * 2;
    let mut batch = Batch { work: Vec::new(), stored: Ok(()), untouched: 0, results: Vec::new(), more: true };
    let mut steps = 0;
    while batch.work.len() < chains_max && steps < BATCH_STEPS && batch.results.len() < BATCH_STEPS {
        let chain = if load.stop.is_cancelled() { None } else { chains.next().await? };
        let Some(mut chain) = chain else {
            batch.more = false;
            break;
        };
        removals::extend(&mut chain, &load.ledger);
        let todo = todo::todo(&load.ledger, &chain, load.retry);
        let work = Work { chain, todo };
        if work.todo.iter().any(|t| t.is_work()) {
            steps += work.todo.len();
            batch.work.push(work);
        } else {
            batch.untouched += 1;
            batch.results.extend(work.untouched(load));
        }
    }
    batch.stored = intend(load, &mut batch.work, load.at_once(serial)).await;
    batch.more &= batch.stored.is_ok();
    Ok(batch)
}

impl Sender {
    /// `gated`: too many refused rows end the load.
    pub(crate) fn new(load: Arc<Load>, results: Results, gated: bool) -> Self {
        let reject_rate_max = if gated { load.settings.reject_rate_max } else { 1.0 };
        Self { load, results, fatal: None, reject_rate_max, pace: Pace::new(), announced: BTreeMap::new() }
    }

    fn tick(&mut self, table: &str, done: u64, total: u64) {
        let now = Instant::now();
        if self.pace.is_due(now) {
            let rejected = self.results.counts.get(table).map_or(0, |c| c.rejected);
            let note = self.pace.note(now, &self.load.client.stats(), rejected);
            (self.load.context.progress)(&Tick { table, done, total: Some(total), note: &note, is_end: false });
        }
    }

    /// Tells the row counts of the tables that have ended.
    fn announce(&mut self) {
        for table in results::ORDER {
            let Some(counts) = self.results.counts.get(table) else { continue };
            if self.announced.insert(table, *counts) != Some(*counts) {
                let (done, note) = (counts.rows, counts.to_string());
                (self.load.context.progress)(&Tick { table, done, total: Some(done), note: &note, is_end: true });
            }
        }
    }

    /// Ends the load where a table has had too many refused rows; tables of fewer than `rows_min` rows so far are not judged.
    fn gate(&mut self, rows_min: u64) {
        let is_over = |c: &Counts| {
            c.rows >= rows_min && c.rejected >= REJECTS_MIN && c.rejected as f64 > c.rows as f64 * self.reject_rate_max
        };
        if let Some((table, c)) = self.results.counts.iter().find(|(_, c)| is_over(c)) {
            let (table, most) = ((*table).to_owned(), self.reject_rate_max);
            self.fail(Error::Rejects { table, rejected: c.rejected, rows: c.rows, most });
        }
    }

    async fn ended(&mut self, (results, halt): Ended) -> Result<()> {
        self.results.add(results).await?;
        if let Some(Halt::Fatal(error)) = halt {
            self.fail(error);
        }
        Ok(())
    }

    /// The first failure is the one that is told; the rest follows from it.
    fn fail(&mut self, error: Error) {
        self.load.stop.cancel();
        // The ledger tells its cause to one who asks; what the others hear follows from it.
        let is_cause = matches!(error, Error::Conflict { .. } | Error::Busy { .. });
        if is_cause || self.fatal.is_none() {
            self.fatal = Some(error);
        }
    }
}

impl Load {
    /// How many chains are to be at work; one where a row may need the row before it.
    fn at_once(&self, serial: bool) -> usize {
        let stats = self.client.stats();
        if serial { 1 } else { at_once(stats.granted_per_second, stats.latency, self.settings.in_flight_max) }
    }
}

/// Chains at work that a granted rate per second and a round trip ask for: twice as many as would just use it up, so that what
/// was lost at the beginning of a window is made good before its end.
pub(crate) fn at_once(rate: Option<f64>, trip: Duration, most: usize) -> usize {
    let asked = rate.map_or(WITHOUT_LIMIT, |rate| (rate * trip.as_secs_f64() * 2.0 + SLACK) as usize);
    asked.clamp(1, most.max(1))
}

/// Stores the intents of a batch, with what its rows were before where that will be needed to undo it.
async fn intend(load: &Load, batch: &mut [Work], at_once: usize) -> Result<()> {
    before::read_all(load, batch, at_once).await?;
    load.ledger.intend(batch.iter().flat_map(|work| work.intents(load)).collect()).await
}
