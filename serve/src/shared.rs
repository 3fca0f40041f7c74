//! What the connections, the writer and the loop that applies events share.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use deskferry_staging::Context;
use tokio::sync::{Notify, Semaphore, mpsc};

use crate::counts::Counts;
use crate::pending::Applied;
use crate::settings::Settings;
use crate::status::{self, Events, Status, Synced};
use crate::writer::Arrival;

/// Upper bounds of the time until an event is stored, in milliseconds.
pub(crate) const BOUNDS_MS: [u64; 9] = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000];

pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) context: Context,
    pub(crate) counts: Counts,
    pub(crate) arrivals: mpsc::Sender<Arrival>,
    /// Room for bodies, in KiB.
    pub(crate) held: Semaphore,
    pub(crate) connections: AtomicUsize,
    pub(crate) times: Times,
    /// The number of the newest event.
    pub(crate) newest_seq: AtomicI64,
    /// Told when events have been stored.
    pub(crate) stored: Notify,
    pub(crate) known: Mutex<Known>,
}

/// What is known of the state of things.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) synced: Synced,
    pub(crate) applied: Option<Applied>,
    pub(crate) newest_at: Option<DateTime<Utc>>,
    /// When the oldest event that is not applied came.
    pub(crate) oldest_at: Option<DateTime<Utc>>,
    /// Since when events cannot be stored.
    pub(crate) unstored_since: Option<DateTime<Utc>>,
    pub(crate) syncs_done: u64,
    pub(crate) syncs_failed: u64,
}

impl Shared {
    pub(crate) fn known<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        change(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The writer has stored a segment, or could not.
    pub(crate) fn told(&self, outcome: Result<i64, &crate::Error>) {
        let now = self.context.now();
        match outcome {
            Ok(newest) => {
                let before = self.newest_seq.swap(newest, Ordering::Relaxed);
                self.known(|known| {
                    known.unstored_since = None;
                    if newest > before {
                        known.newest_at = Some(now);
                        known.oldest_at.get_or_insert(now);
                    }
                });
                self.stored.notify_one();
            }
            Err(_) => self.known(|known| {
                known.unstored_since.get_or_insert(now);
            }),
        }
    }

    /// How things stand.
    pub(crate) fn status(&self) -> Status {
        let received = self.newest_seq.load(Ordering::Relaxed);
        let counts = status::named(&self.counts.values());
        let mut status = self.known(|known| {
            let applied = known.applied.as_ref().map_or(0, |applied| applied.position.seq);
            let pending = (received - applied).max(0);
            let oldest_pending_at = known.oldest_at.filter(|_| pending > 0);
            let events = Events { received, pending, oldest_pending_at, newest_at: known.newest_at, counts };
            Status { events, synced: known.synced.clone(), applied: known.applied.clone(), ..Status::default() }
        });
        status.webhook_secret_configured = true;
        let now = self.context.now();
        status.judge(now, self.settings.lag_max);
        if let Some(since) = self.known(|known| known.unstored_since) {
            let since = since.format("%Y-%m-%d %H:%M:%S UTC");
            status.faults.push(format!("the stage does not take events since {since}; they are answered with 503, and Intercom sends them again"));
        }
        status
    }
}

/// How long it took to store events: how many took at most as long as each bound, and longer than all.
#[derive(Debug, Default)]
pub(crate) struct Times {
    buckets: [AtomicUsize; BOUNDS_MS.len() + 1],
    sum_ms: AtomicUsize,
}

impl Times {
    pub(crate) fn add(&self, time: Duration) {
        let ms = usize::try_from(time.as_millis()).unwrap_or(usize::MAX);
        let bucket = BOUNDS_MS.iter().position(|bound| ms as u64 <= *bound).unwrap_or(BOUNDS_MS.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// Events of each bucket and of those before it, and the sum of their times in seconds.
    pub(crate) fn cumulated(&self) -> (Vec<usize>, f64) {
        let mut sum = 0;
        let add = |bucket: &AtomicUsize| {
            sum += bucket.load(Ordering::Relaxed);
            sum
        };
        (self.buckets.iter().map(add).collect(), self.sum_ms.load(Ordering::Relaxed) as f64 / 1000.0)
    }
}
