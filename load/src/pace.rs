//! How fast the load is, for people who watch it.

use std::time::Duration;

use deskferry_http::Stats;
use tokio::time::Instant;

/// Times between two looks: more often is no use to anybody.
const EVERY: Duration = Duration::from_millis(200);
/// Over how long the rate is taken: a window of the rate limit, so that bursts and waits even out.
const OVER: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Pace {
    shown: Option<Instant>,
    /// Looks of the last [`OVER`]: when, and the calls until then.
    looks: std::collections::VecDeque<(Instant, u64)>,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { shown: None, looks: std::collections::VecDeque::new() }
    }

    /// Whether it is time to tell again.
    pub(crate) fn is_due(&mut self, now: Instant) -> bool {
        let due = self.shown.is_none_or(|shown| now - shown >= EVERY);
        if due {
            self.shown = Some(now);
        }
        due
    }

    /// `142 calls/s, 85 % of the granted rate, 3 rejected`.
    pub(crate) fn note(&mut self, now: Instant, stats: &Stats, rejected: u64) -> String {
        self.looks.push_back((now, stats.calls));
        while self.looks.front().is_some_and(|(at, _)| now - *at > OVER) && self.looks.len() > 2 {
            self.looks.pop_front();
        }
        let Some((since, calls)) = self.looks.front() else { return String::new() };
        // Within a window calls go out in a burst: a shorter time would show the burst as the rate.
        let least = if stats.granted_per_second.is_some() { OVER } else { Duration::from_secs(1) };
        let rate = (stats.calls - calls) as f64 / (now - *since).max(least).as_secs_f64();
        let mut note = format!("{rate:.0} calls/s");
        if let Some(granted) = stats.granted_per_second.filter(|granted| *granted > 0.0) {
            note += &format!(", {:.0} % of the granted rate", (rate / granted * 100.0).min(100.0));
        }
        if rejected > 0 {
            note += &format!(", {rejected} rejected");
        }
        note
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_is_that_of_the_last_window() {
        let mut pace = Pace::new();
        let stats = |calls| Stats { calls, throttled: 0, granted_per_second: Some(20.0), latency: Duration::ZERO };
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        pace.note(start, &stats(0), 0);
        assert_eq!(pace.note(after(10), &stats(150), 0), "15 calls/s, 75 % of the granted rate");
        assert_eq!(pace.note(after(20), &stats(200), 2), "5 calls/s, 25 % of the granted rate, 2 rejected");
        assert!(pace.is_due(start) && !pace.is_due(start) && pace.is_due(after(1)));
    }
}
