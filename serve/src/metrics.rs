//! The state of things in Prometheus's text format.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use crate::shared::{BOUNDS_MS, Shared};

/// Type of the reply.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The reply to `GET /metrics`.
pub(crate) fn text(shared: &Shared) -> String {
    let status = shared.status();
    let mut out = Text(String::new());
    out.head("deskferry_events_received_total", "counter", "Events kept in the stage, over all restarts.");
    out.line("deskferry_events_received_total", "", status.events.received);
    out.head(
        "deskferry_events_total",
        "counter",
        "Calls that are no new event, by what they were; unknown topics are kept.",
    );
    for (name, value) in &status.events.counts {
        out.line("deskferry_events_total", &format!("outcome=\"{name}\""), *value);
    }
    out.head("deskferry_events_pending", "gauge", "Events kept and not applied yet.");
    out.line("deskferry_events_pending", "", status.events.pending);
    out.head("deskferry_lag_seconds", "gauge", "Age of the oldest event that waits; 0 where none does.");
    out.line("deskferry_lag_seconds", "", status.lag_seconds.unwrap_or(0));
    let (buckets, sum) = shared.times.cumulated();
    out.head("deskferry_event_store_seconds", "histogram", "Time from the whole of an event to its answer.");
    let bounds = BOUNDS_MS.iter().map(|ms| (*ms as f64 / 1000.0).to_string()).chain(["+Inf".to_owned()]);
    for (bound, count) in bounds.zip(&buckets) {
        out.line("deskferry_event_store_seconds_bucket", &format!("le=\"{bound}\""), count);
    }
    out.line("deskferry_event_store_seconds_sum", "", sum);
    out.line("deskferry_event_store_seconds_count", "", buckets.last().copied().unwrap_or(0));
    let (done, failed) = shared.known(|known| (known.syncs_done, known.syncs_failed));
    out.head("deskferry_syncs_total", "counter", "Times that events were applied by this server, or could not be.");
    out.line("deskferry_syncs_total", "outcome=\"done\"", done);
    out.line("deskferry_syncs_total", "outcome=\"failed\"", failed);
    out.head("deskferry_faults", "gauge", "How many things are wrong; `GET /health` says which.");
    out.line("deskferry_faults", "", status.faults.len());
    out.head("deskferry_rows", "gauge", "Rows of the copy.");
    for (table, rows) in &status.synced.rows {
        let table: String = table.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        out.line("deskferry_rows", &format!("table=\"{table}\""), rows);
    }
    for (name, help, at) in [
        ("deskferry_last_sync_timestamp_seconds", "When the last sync ended.", status.synced.last_sync),
        (
            "deskferry_newest_updated_timestamp_seconds",
            "The newest change in the copy.",
            status.synced.newest_updated_at,
        ),
    ] {
        out.gauge(name, help, at.map(|at| at.timestamp()));
    }
    for (name, help, share) in [
        ("deskferry_rate_share", "Share of Intercom's rate that may be used.", status.synced.rate_share),
        (
            "deskferry_rate_share_used",
            "Share of the rate that the last extract has used.",
            status.synced.rate_share_used,
        ),
    ] {
        out.gauge(name, help, share);
    }
    out.head("deskferry_webhook_secret_configured", "gauge", "Whether there is a secret to check events with.");
    out.line("deskferry_webhook_secret_configured", "", u8::from(status.webhook_secret_configured));
    out.head("deskferry_connections", "gauge", "Open connections.");
    out.line("deskferry_connections", "", shared.connections.load(Ordering::Relaxed));
    out.head("deskferry_build_info", "gauge", "The version, as a label.");
    out.line("deskferry_build_info", concat!("version=\"", env!("CARGO_PKG_VERSION"), "\""), 1);
    out.0
}

struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing into a text does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// One figure, where it is known.
    fn gauge(&mut self, name: &str, help: &str, value: Option<impl std::fmt::Display>) {
        if let Some(value) = value {
            self.head(name, "gauge", help);
            self.line(name, "", value);
        }
    }

    fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}
