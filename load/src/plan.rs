//! What a load would do, before it does it: rows per table, calls by endpoint, bytes of files, and how long it takes.
//!
//! It is the load itself with a [`Rehearsal`] in place of Intercom and a ledger that keeps nothing. It reads the workspace as
//! the load does (and the list of contacts, to know who is there), writes nothing, and publishes no run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use deskferry_http::Stats;
use deskferry_staging::{Context, Manifest};

use crate::Result;
use crate::intercom::Workspace;
use crate::ledger::{self, Ledger, Memory};
use crate::load::Load;
use crate::people::People;
use crate::phases;
use crate::rehearsal::{Foretold, Rehearsal};
use crate::results::{self, Counts, Results};
use crate::rows::Rows;
use crate::send::Sender;
use crate::settings::{Filter, Settings};
use crate::tables::{CONTACTS, CONVERSATIONS, PARTS};

/// Length of a window of the rate limit.
const WINDOW: f64 = 10.0;

/// What a load would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Per table, in the order of loading.
    pub tables: Vec<(String, Planned)>,
    /// Calls by method and endpoint, reads among them.
    pub calls: BTreeMap<String, u64>,
    /// All calls. Steps of an earlier load whose outcome is not known cost reads on top, which nobody can foretell.
    pub calls_total: u64,
    /// Steps of an earlier load whose outcome has to be found out first.
    pub unresolved: u64,
    /// Bytes of the files that would be sent.
    pub attachment_bytes: u64,
    /// Calls granted per second, where Intercom says so.
    pub granted_per_second: Option<f64>,
    /// How long the load would take at the granted rate, or, without one, at the round trip seen.
    pub duration: Duration,
}

/// Rows of one table by what would become of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Planned {
    /// Rows looked at.
    pub rows: u64,
    /// Not in Intercom yet. A message that is appended to a conversation that is there counts as `append`.
    pub create: u64,
    /// In Intercom, and changed.
    pub update: u64,
    /// Conversations that are there and get new messages; of messages: those.
    pub append: u64,
    /// Conversations that would be closed; counted in another column too.
    pub close: u64,
    /// As they should be.
    pub skip: u64,
    /// Refused before, and not changed since; or waiting for a row that is refused; or not loadable at all.
    pub reject: u64,
    /// Changed in a way that Intercom cannot follow; counted in another column too.
    pub drift: u64,
}

/// Says what [`crate::load`] would do with the same arguments. Sends nothing but reads.
///
/// # Errors
/// As [`crate::load`] before it sends; `Busy` where a load is at work.
pub async fn plan(context: &Context, settings: &Settings, manifest: &Manifest, filter: &Filter) -> Result<Plan> {
    phases::check(filter)?;
    let client = settings.client(context)?;
    // It is over soon, and its counts are not those of a load.
    let context = &Context { progress: Arc::new(|_| {}), ..context.clone() };
    let workspace = Workspace::read(&client).await?;
    let people = People::matched(&context.staging, Some(manifest), &workspace, settings).await?;
    people.check()?;
    let memory = ledger::replay(context).await?;
    memory.no_rollback_but(None)?;
    memory.of_workspace(&workspace.id)?;
    memory.of_threads(settings.tickets_as)?;
    ledger::nobody_at_work(context, &memory, settings.lease).await?;
    let is_due = filter.only.is_empty() || filter.only.iter().any(|table| table == CONTACTS);
    let needs_contacts = is_due && has_new_contact(context, manifest, &memory).await?;
    let rehearsal = Rehearsal::open(&client, needs_contacts).await?;
    let ledger = Ledger::rehearsed(memory);
    let load = Load::new(context, settings, client, ledger, people, filter.retry()).rehearsed(rehearsal);
    let load = Arc::new(load);
    let mut sender = Sender::new(Arc::clone(&load), Results::counted(), false);
    phases::all(&load, manifest, filter, &mut sender).await?;
    if let Some(error) = sender.fatal.take() {
        return Err(error);
    }
    let (_, counts) = sender.results.close().await?;
    let foretold = load.rehearsal.as_ref().map(Rehearsal::foretold).unwrap_or_default();
    let calls = load.calls();
    let calls_total = calls.values().sum();
    let stats = load.client.stats();
    let order = results::ORDER.iter();
    Ok(Plan {
        tables: order.filter_map(|t| Some(((*t).to_owned(), planned(t, counts.get(t)?, &foretold)))).collect(),
        calls,
        calls_total,
        unresolved: foretold.resolved,
        attachment_bytes: foretold.bytes,
        granted_per_second: stats.granted_per_second,
        duration: duration(calls_total, foretold.longest, &stats, load.settings.in_flight_max),
    })
}

/// Whether a contact is not in Intercom yet, as far as the ledger knows.
async fn has_new_contact(context: &Context, manifest: &Manifest, memory: &Memory) -> Result<bool> {
    let mut rows = Rows::open(&context.staging, manifest, CONTACTS)?;
    while let Some(row) = rows.next().await? {
        if memory.id(CONTACTS, row.must("source_key")?).is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn planned(table: &str, counts: &Counts, foretold: &Foretold) -> Planned {
    let mut planned = Planned {
        rows: counts.rows,
        create: counts.created,
        update: counts.updated,
        skip: counts.same,
        reject: counts.rejected + counts.unknown,
        drift: counts.drift,
        ..Planned::default()
    };
    match table {
        CONVERSATIONS => {
            planned.append = foretold.appended.len() as u64;
            planned.update = planned.update.saturating_sub(planned.append);
            planned.close = foretold.closed;
        }
        PARTS => {
            planned.append = foretold.appended.values().sum();
            planned.create = planned.create.saturating_sub(planned.append);
        }
        _ => {}
    }
    planned
}

/// How long `calls` take: a window's calls go out in its beginning as fast as the threads at work can send, then it is waited
/// for the next; and one chain's calls go out one after another.
fn duration(calls: u64, longest: u64, stats: &Stats, in_flight_max: usize) -> Duration {
    let trip = stats.latency.as_secs_f64().max(0.001);
    let calls = calls as f64;
    let burst = crate::send::at_once(stats.granted_per_second, stats.latency, in_flight_max) as f64 / trip;
    let seconds = match stats.granted_per_second {
        Some(rate) => {
            let window = rate * WINDOW;
            if burst <= rate { calls / burst } else { (calls / window).floor() * WINDOW + calls % window / burst }
        }
        None => calls / burst,
    };
    Duration::from_secs_f64(seconds.max(longest as f64 * trip))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(calls: u64, longest: u64, granted: Option<f64>, millis: u64) -> f64 {
        let latency = Duration::from_millis(millis);
        let stats = Stats { calls: 0, throttled: 0, granted_per_second: granted, latency };
        duration(calls, longest, &stats, 64).as_secs_f64()
    }

    #[test]
    fn full_windows_are_waited_for_and_the_rest_goes_at_once() {
        assert!((seconds(1_660, 9, Some(16.6), 100) - 100.0).abs() < 1.0, "{}", seconds(1_660, 9, Some(16.6), 100));
        assert!(seconds(100, 9, Some(16.6), 100) < 2.0, "{}", seconds(100, 9, Some(16.6), 100));
    }

    #[test]
    fn a_long_round_trip_and_a_long_thread_slow_it_down() {
        assert!((seconds(6_400, 1, None, 100) - 10.0).abs() < 0.1);
        assert!((seconds(1_000, 500, None, 100) - 50.0).abs() < 0.1);
    }
}
