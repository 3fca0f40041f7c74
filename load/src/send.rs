//! Sends the chains of a table: intents stored before the calls, many chains side by side, one chain's steps one after another.
//!
//! Chains are gathered in batches; what has nothing to be done is counted and forgotten. The intents of a batch are stored in
//! one segment, then its chains wait for their turn. The next batch is gathered while this one is at work, so memory holds two
//! batches, and as many chains are at work as the granted rate and the round trip ask for.

use std::collections::VecDeque;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::task::JoinSet;

use crate::chain::Work;
use crate::chains::Chains;
use crate::load::{Halt, Load};
use crate::phases::Consumer;
use crate::results::{Results, RowResult};
use crate::todo;
use crate::{Error, Result};

/// Most steps of a batch, so that long threads do not pile up.
const BATCH_STEPS: usize = 2_000;
/// Chains at work above what rate and round trip ask for.
const SLACK: f64 = 8.0;

pub(crate) struct Sender {
    pub(crate) load: Arc<Load>,
    pub(crate) results: Results,
    /// Why the load cannot go on.
    pub(crate) fatal: Option<Error>,
}

type Ended = (Vec<RowResult>, Option<Halt>);

#[async_trait]
impl Consumer for Sender {
    /// Sends all chains of a table and waits for the last.
    async fn table(&mut self, table: &'static str, total: u64, serial: bool, chains: &mut dyn Chains) -> Result<()> {
        let mut waiting: VecDeque<Work> = VecDeque::new();
        let mut tasks: JoinSet<Ended> = JoinSet::new();
        let (mut open, mut done) = (true, 0_u64);
        loop {
            let at_once = if serial { 1 } else { self.at_once() };
            if open && waiting.len() < at_once {
                open = self.gather(chains, at_once * 2, &mut waiting, &mut done).await?;
                self.load.context.tick(table, done, Some(total));
            }
            while tasks.len() < at_once
                && let Some(work) = waiting.pop_front()
            {
                let load = Arc::clone(&self.load);
                tasks.spawn(async move { work.run(&load).await });
            }
            match tasks.join_next().await {
                Some(ended) => {
                    done += 1;
                    self.ended(ended).await?;
                    self.load.context.tick(table, done, Some(total));
                }
                None if !open && waiting.is_empty() => return Ok(()),
                None => {}
            }
        }
    }
}

impl Sender {
    /// Gathers a batch and stores its intents; whether there may be more.
    async fn gather(
        &mut self,
        chains: &mut dyn Chains,
        chains_max: usize,
        waiting: &mut VecDeque<Work>,
        done: &mut u64,
    ) -> Result<bool> {
        let (mut batch, mut intents, mut steps, mut more) = (Vec::new(), Vec::new(), 0, true);
        while batch.len() < chains_max && steps < BATCH_STEPS {
            if self.load.stop.is_cancelled() {
                more = false;
                break;
            }
            let Some(chain) = chains.next().await? else {
                more = false;
                break;
            };
            let todo = todo::todo(&self.load.ledger, &chain, self.load.retry);
            let work = Work { chain, todo };
            if work.todo.iter().any(|t| t.is_work()) {
                steps += work.todo.len();
                intents.extend(work.intents(&self.load));
                batch.push(work);
            } else {
                *done += 1;
                self.results.add(work.untouched(&self.load)).await?;
            }
        }
        if let Err(error) = self.load.ledger.intend(intents).await {
            self.fail(error);
            return Ok(false);
        }
        waiting.extend(batch);
        Ok(more)
    }

    async fn ended(&mut self, ended: std::result::Result<Ended, tokio::task::JoinError>) -> Result<()> {
        let (results, halt) = ended.map_err(|e| Error::Output { what: "a thread", reason: e.to_string() })?;
        self.results.add(results).await?;
        if let Some(Halt::Fatal(error)) = halt {
            self.fail(error);
        }
        Ok(())
    }

    /// The first failure is the one that is told; the rest follows from it.
    fn fail(&mut self, error: Error) {
        self.load.stop.cancel();
        self.fatal.get_or_insert(error);
    }

    fn at_once(&self) -> usize {
        let stats = self.load.client.stats();
        let most = self.load.settings.in_flight_max.max(1);
        match stats.granted_per_second {
            Some(rate) => at_once(rate, stats.latency, most),
            None => most,
        }
    }
}

/// Chains at work that a granted rate per second and a round trip ask for.
pub(crate) fn at_once(rate: f64, trip: std::time::Duration, most: usize) -> usize {
    ((rate * trip.as_secs_f64() * 2.0 + SLACK) as usize).clamp(1, most.max(1))
}
