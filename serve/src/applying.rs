//! The loop that hands what events name to whoever applies it, and keeps the logs small.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::TimeDelta;
use deskferry_staging::{Context, Kind};

use crate::host::Host;
use crate::pending::{self, Applied};
use crate::shared::Shared;
use crate::{Result, counts, received, status};

/// How often the host is asked what is copied, and counts are written down.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Longest wait after a turn that failed.
const BACKOFF_MAX: Duration = Duration::from_secs(300);
/// Segments of a log that are merged into one file.
const MERGED: u64 = 1_024;
/// Merged files of the small logs that are kept.
const SMALL_KEPT: usize = 4;

/// Applies events until the run is cancelled.
pub(crate) async fn run(shared: &Shared, host: &dyn Host) {
    let every = shared.settings.apply_every;
    let mut wait = Duration::ZERO;
    let mut failed = 0_u32;
    let cancel = &shared.context.cancel;
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        // What is being applied heeds the cancelling itself, and ends where it can go on later.
        match turn(shared, host).await {
            Turn::Done { more: true } => (failed, wait) = (0, Duration::ZERO),
            Turn::Done { more: false } => {
                failed = 0;
                // What comes from now on is collected for a while.
                tokio::select! {
                    () = cancel.cancelled() => return,
                    () = shared.stored.notified() => {}
                }
                wait = every;
            }
            Turn::Busy => wait = every,
            Turn::Failed => {
                failed += 1;
                wait = (every * 2_u32.saturating_pow(failed.min(10))).min(BACKOFF_MAX.max(every));
            }
        }
    }
}

enum Turn {
    Done { more: bool },
    Busy,
    Failed,
}

async fn turn(shared: &Shared, host: &dyn Host) -> Turn {
    match apply(shared, host).await {
        Ok(turn) => turn,
        // The stage does not answer: nothing can be written down there.
        Err(_) => Turn::Failed,
    }
}

async fn apply(shared: &Shared, host: &dyn Host) -> Result<Turn> {
    let context = &shared.context;
    let touched = pending::pending(&context.staging).await?;
    if touched.is_empty() {
        refresh(shared).await?;
        return Ok(Turn::Done { more: false });
    }
    shared.known(|known| known.oldest_at = touched.oldest_at);
    let more = touched.more;
    let outcome = if touched.tables.is_empty() { Ok(()) } else { host.apply(touched.tables).await };
    let turn = match outcome {
        Ok(()) => {
            pending::applied(context, touched.through).await?;
            let synced = host.synced().await;
            shared.known(|known| {
                known.syncs_done += 1;
                known.synced = synced.unwrap_or_else(|| known.synced.clone());
            });
            Turn::Done { more }
        }
        Err(failure) if failure.kind == Kind::Conflict || context.cancel.is_cancelled() => Turn::Busy,
        Err(failure) => {
            shared.known(|known| known.syncs_failed += 1);
            pending::failed(context, &format!("{}: {}", status::in_words(failure.kind), failure.text)).await?;
            Turn::Failed
        }
    };
    refresh(shared).await?;
    Ok(turn)
}

/// Reads what is written down of what has been applied, by whomever.
pub(crate) async fn refresh(shared: &Shared) -> Result<()> {
    let staging = &shared.context.staging;
    let applied = Applied::newest(staging).await?;
    let position = applied.as_ref().map(|applied| applied.position).unwrap_or_default();
    let oldest = status::first_after(staging, position).await?;
    let newest = shared.newest_seq.load(Ordering::Relaxed);
    shared.known(|known| {
        known.applied = applied;
        // An event may have come since the log was read.
        known.oldest_at = oldest.or_else(|| known.oldest_at.filter(|_| newest > position.seq));
    });
    Ok(())
}

/// Looks after things that need no hurry, until the run is cancelled.
pub(crate) async fn look_after(shared: &Shared, host: &dyn Host) {
    loop {
        if let Some(synced) = host.synced().await {
            shared.known(|known| known.synced = synced);
        }
        // What the stage does not take now it is given the next time.
        let _ = refresh(shared).await;
        let _ = shared.counts.write(&shared.context).await;
        let _ = tidy(&shared.context, shared.settings.keep).await;
        tokio::select! {
            () = shared.context.cancel.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Merges old segments, and removes events that were applied and are older than they have to be kept.
///
/// # Errors
/// What the stage refuses.
pub(crate) async fn tidy(context: &Context, keep: Duration) -> Result<()> {
    let (staging, now) = (&context.staging, context.now());
    let received = received::log(staging)?;
    for log in [&received, &Applied::log(staging)?, &counts::log(staging)?] {
        while log.merge(MERGED, now).await? {}
    }
    let applied = Applied::newest(staging).await?.map(|applied| applied.position).unwrap_or_default();
    let oldest = now - TimeDelta::from_std(keep).unwrap_or(TimeDelta::MAX);
    let stretches = received.stretches().await?;
    // A file is as old as its merging: what it holds is older.
    for stretch in stretches.iter().filter(|s| s.last <= applied.segment && s.written_at < oldest) {
        if received.remove(stretch).await.is_err() {
            break;
        }
    }
    for log in [Applied::log(staging)?, counts::log(staging)?] {
        let merged: Vec<_> = log.stretches().await?.into_iter().filter(|s| s.first < s.last).collect();
        for stretch in merged.iter().take(merged.len().saturating_sub(SMALL_KEPT)) {
            log.remove(stretch).await?;
        }
    }
    Ok(())
}
