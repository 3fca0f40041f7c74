//! How things stand: what has come, what waits, what is copied. Nothing personal is in it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use deskferry_staging::{Kind, Staging};
use futures::TryStreamExt as _;
use serde::Serialize;

use crate::Result;
use crate::counts::{self, ALL, Values};
use crate::pending::{self, Applied};
use crate::received::{self, IDENTITY, Rows};

/// What is copied, as whoever can ask the stage has found it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Synced {
    /// Rows of tables, by what people call them.
    pub rows: BTreeMap<String, u64>,
    /// When the last sync ended.
    pub last_sync: Option<DateTime<Utc>>,
    /// The newest change of an object that is in the copy, by Intercom's clock.
    pub newest_updated_at: Option<DateTime<Utc>>,
    /// Share of the rate that may be used, from 0 to 1.
    pub rate_share: Option<f64>,
    /// Share of the granted rate that the last extract has used, from 0 to 1.
    pub rate_share_used: Option<f64>,
}

/// Events: how many there have been of each kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Events {
    /// Kept in the stage.
    pub received: i64,
    /// Kept and not yet applied.
    pub pending: i64,
    /// When the oldest of those that wait came.
    pub oldest_pending_at: Option<DateTime<Utc>>,
    /// When the newest came.
    pub newest_at: Option<DateTime<Utc>>,
    /// repeated, rejected, malformed, oversized, unavailable, unknown, pings.
    #[serde(flatten)]
    pub counts: BTreeMap<&'static str, i64>,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Status {
    /// When it was so.
    pub at: DateTime<Utc>,
    /// Whether there is a secret with which events can be checked.
    pub webhook_secret_configured: bool,
    /// What is copied.
    pub synced: Synced,
    /// Events.
    pub events: Events,
    /// Seconds that the oldest event has been waiting.
    pub lag_seconds: Option<i64>,
    /// The last time that events were applied, or could not be.
    pub applied: Option<Applied>,
    /// What is wrong, each in one sentence that may be shown to anybody; empty where nothing is.
    pub faults: Vec<String>,
}

impl Status {
    /// How it stands in a stage.
    ///
    /// # Errors
    /// What the stage refuses; `Damaged`.
    pub async fn read(staging: &Staging, now: DateTime<Utc>, lag_max: std::time::Duration) -> Result<Self> {
        let newest = pending::newest(staging).await?;
        let applied = Applied::newest(staging).await?;
        let position = applied.as_ref().map(|applied| applied.position).unwrap_or_default();
        let events = Events {
            received: newest.seq,
            pending: (newest.seq - position.seq).max(0),
            oldest_pending_at: first_after(staging, position).await?,
            newest_at: at(staging, newest.segment).await?,
            counts: named(&counts::written(staging).await?),
        };
        let mut status = Self { at: now, events, applied, ..Self::default() };
        status.judge(now, lag_max);
        Ok(status)
    }

    /// Works out the lag, and what is wrong.
    pub(crate) fn judge(&mut self, now: DateTime<Utc>, lag_max: std::time::Duration) {
        self.at = now;
        let waits = self.events.oldest_pending_at.map(|at| (now - at).max(TimeDelta::zero()));
        self.lag_seconds = waits.map(|waits| waits.num_seconds());
        self.faults.clear();
        if let Some(since) = self.applied.as_ref().and_then(|applied| applied.failing_since) {
            let since = since.format("%Y-%m-%d %H:%M:%S UTC");
            self.faults.push(format!(
                "events cannot be applied since {since}; they wait in the stage, and `deskferry status` says why"
            ));
        }
        if waits.and_then(|waits| waits.to_std().ok()).is_some_and(|waits| waits > lag_max) {
            let minutes = waits.map_or(0, |waits| waits.num_minutes());
            self.faults.push(format!("the oldest event has been waiting for {minutes} minutes"));
        }
    }
}

/// Counts by their names.
pub(crate) fn named(values: &Values) -> BTreeMap<&'static str, i64> {
    ALL.iter().zip(values).map(|((_, name), value)| (*name, *value)).collect()
}

/// When the first event after a position came.
pub(crate) async fn first_after(staging: &Staging, position: pending::Position) -> Result<Option<DateTime<Utc>>> {
    let log = received::log(staging)?;
    let stretches = log.stretches().await?.into_iter().filter(|stretch| stretch.last > position.segment).take(1);
    let read: Vec<_> = log.read(stretches.collect(), Some(IDENTITY)).try_collect().await?;
    for batch in read.iter().flat_map(|(_, batches)| batches) {
        let rows = Rows::new(batch, "id")?;
        if let Some(row) = (0..rows.len()).find(|row| rows.seq(*row) > position.seq) {
            return Ok(rows.at(row));
        }
    }
    Ok(None)
}

/// When the events of a segment came.
async fn at(staging: &Staging, segment: u64) -> Result<Option<DateTime<Utc>>> {
    let Some(batches) = received::log(staging)?.segment(segment).await? else { return Ok(None) };
    let Some(batch) = batches.last() else { return Ok(None) };
    let rows = Rows::new(batch, "id")?;
    Ok(rows.len().checked_sub(1).and_then(|row| rows.at(row)))
}

/// What a failure to apply events means, for people who may not read its text: that can name rows of the database.
pub(crate) fn in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Unavailable => "something outside did not answer",
        Kind::Invalid => "settings have to be corrected",
        Kind::Data => "rows have to be looked at",
        Kind::Conflict => "another deskferry is at work",
        Kind::Internal => "a bug in deskferry",
    }
}
