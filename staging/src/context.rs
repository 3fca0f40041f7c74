//! What every stage is given from outside: where to stage, what time it is, chance, whom to tell, when to stop.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::{RunId, Staging};

/// How far a stage is with one table.
#[derive(Debug, Clone, Copy)]
pub struct Tick<'a> {
    /// Name of the table.
    pub table: &'a str,
    /// Rows done.
    pub done: u64,
    /// Rows in all, where that is known.
    pub total: Option<u64>,
    /// What else is worth a glance, such as the rate of calls; may be empty.
    pub note: &'a str,
    /// Whether the table has ended: then `note` is its row-count line.
    pub is_end: bool,
}

/// Told about progress.
pub type Progress = Arc<dyn Fn(&Tick<'_>) + Send + Sync>;

/// The surroundings of one run. Stages read no clock, no environment and no random source of their own.
#[derive(Clone)]
pub struct Context {
    /// Where runs are read and written.
    pub staging: Staging,
    /// The clock.
    pub clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    /// A source of chance for run ids and jitter.
    pub chance: Arc<dyn Fn() -> u32 + Send + Sync>,
    /// Told about progress.
    pub progress: Progress,
    /// Cancelled when the user asks to stop: finish the call in hand, store what is known, return.
    pub cancel: CancellationToken,
}

impl Context {
    /// Surroundings on a stage with the given clock and chance, silent and never cancelled.
    pub fn new(
        staging: Staging,
        clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        chance: impl Fn() -> u32 + Send + Sync + 'static,
    ) -> Self {
        Self {
            staging,
            clock: Arc::new(clock),
            chance: Arc::new(chance),
            progress: Arc::new(|_| {}),
            cancel: CancellationToken::new(),
        }
    }

    /// Tells how far a table is.
    pub fn tick(&self, table: &str, done: u64, total: Option<u64>) {
        (self.progress)(&Tick { table, done, total, note: "", is_end: false });
    }

    /// What time it is.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// The id of a run that begins now.
    pub fn run_id(&self) -> RunId {
        RunId::new(self.now(), (self.chance)())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("staging", &self.staging).finish_non_exhaustive()
    }
}
