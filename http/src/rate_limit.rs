//! The budget of calls that the server grants per window, learnt from `X-RateLimit-Limit`, `-Remaining` and `-Reset`.
//!
//! Intercom grants calls in windows of 10 seconds that other apps of the workspace share, so `Remaining` is believed, not our
//! own count. In a window the lowest `Remaining` seen, less the calls on their way, may be sent: calls on their way may or may
//! not be counted in it already, so this is never too much, and it becomes exact as they come back. Before the first reply one
//! call goes out alone; a server that sends no such headers is not limited.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::reply::header;
use crate::server_clock::ServerClock;

/// Longest wait for one window: a reset further away is a server's mistake.
const WAIT_MAX_MS: i64 = 120_000;

#[derive(Debug, Default)]
pub(crate) struct Budget {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Whether any reply has come.
    known: bool,
    in_flight: u64,
    window: Option<Window>,
    /// Nothing goes out before this time, after a 429.
    closed_until_ms: i64,
    clock: ServerClock,
    latency_ms: f64,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    limit: u64,
    remaining: u64,
    /// The server's time at which the window ends.
    reset_s: i64,
}

/// Whether a call may go out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// Now; it is counted as on its way.
    Now,
    /// When a call comes back, or after this time, whichever is first.
    Wait(Duration),
}

impl Budget {
    /// Asks for room for one call.
    pub(crate) fn ask(&self, now_ms: i64) -> Room {
        let mut state = self.lock();
        let room = state.room(now_ms);
        if room == Room::Now {
            state.in_flight += 1;
        }
        room
    }

    /// Ready when a call has come back after this was made.
    pub(crate) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// A call has come back without a reply.
    pub(crate) fn lost(&self) {
        let mut state = self.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
        state.known = true;
        drop(state);
        self.changed.notify_waiters();
    }

    /// A call has come back with a reply.
    pub(crate) fn replied(&self, headers: &HeaderMap, status: u16, sent_ms: i64, received_ms: i64) {
        let mut state = self.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
        state.known = true;
        let took = (received_ms - sent_ms).max(0) as f64;
        state.latency_ms = if state.latency_ms == 0.0 { took } else { state.latency_ms * 0.9 + took * 0.1 };
        let date = header(headers, "date").and_then(|d| chrono::DateTime::parse_from_rfc2822(&d).ok());
        if let Some(date) = date {
            state.clock.learn(date.timestamp_millis(), sent_ms, received_ms);
        }
        let number = |name: &str| header(headers, name).and_then(|v| v.trim().parse::<i64>().ok());
        let window = (number("x-ratelimit-limit"), number("x-ratelimit-remaining"), number("x-ratelimit-reset"));
        if let (Some(limit), Some(remaining), Some(reset_s)) = window {
            let remaining = if status == 429 && !has_room(headers) { 0 } else { remaining.max(0) as u64 };
            state.learn(Window { limit: limit.max(1) as u64, remaining, reset_s });
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// Nothing goes out for this long.
    pub(crate) fn close(&self, now_ms: i64, wait: Duration) {
        let mut state = self.lock();
        state.closed_until_ms = state.closed_until_ms.max(now_ms + wait.as_millis() as i64);
    }

    /// When the window of the last reply ends, by our clock.
    pub(crate) fn reset_in(&self, now_ms: i64) -> Option<Duration> {
        let state = self.lock();
        let reset = state.clock.ours(state.window?.reset_s * 1000);
        Some(Duration::from_millis((reset - now_ms).clamp(0, WAIT_MAX_MS) as u64))
    }

    /// Calls granted per second, and the mean round trip; `None` where there is no limit.
    pub(crate) fn pace(&self) -> (Option<f64>, Duration) {
        let state = self.lock();
        let latency = Duration::from_micros((state.latency_ms * 1000.0) as u64);
        (state.window.map(|w| w.limit as f64 / 10.0), latency)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a 429 says itself that the window is not used up: not this app's limit was met, but a resource is under load or the
/// limit of the workspace was reached. A server that says when to come back is taken at its word.
pub(crate) fn has_room(headers: &HeaderMap) -> bool {
    let remaining = header(headers, "x-ratelimit-remaining").and_then(|v| v.trim().parse::<i64>().ok());
    remaining.is_some_and(|left| left > 0) && header(headers, "retry-after").is_none()
}

impl State {
    fn learn(&mut self, seen: Window) {
        match &mut self.window {
            Some(window) if seen.reset_s < window.reset_s => {}
            Some(window) if seen.reset_s == window.reset_s => {
                window.remaining = window.remaining.min(seen.remaining);
                window.limit = seen.limit;
            }
            _ => self.window = Some(seen),
        }
    }

    fn room(&mut self, now_ms: i64) -> Room {
        let wait = |until: i64| Room::Wait(Duration::from_millis((until - now_ms).clamp(1, WAIT_MAX_MS) as u64));
        if now_ms < self.closed_until_ms {
            return wait(self.closed_until_ms);
        }
        if !self.known && self.in_flight > 0 {
            return Room::Wait(Duration::from_secs(1));
        }
        let Some(window) = &mut self.window else { return Room::Now };
        let mut reset = self.clock.ours(window.reset_s * 1000);
        if now_ms >= reset {
            // The next window has begun. Its first reply corrects both numbers; until then it is taken as long as the usual one.
            let windows = (now_ms - reset) / 10_000 + 1;
            window.reset_s += windows * 10;
            window.remaining = window.limit;
            reset += windows * 10_000;
        }
        if window.remaining > self.in_flight { Room::Now } else { wait(reset.min(now_ms + 1000)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(limit: u64, remaining: u64, reset_s: i64) -> HeaderMap {
        let mut map = HeaderMap::new();
        map.insert("x-ratelimit-limit", limit.into());
        map.insert("x-ratelimit-remaining", remaining.into());
        map.insert("x-ratelimit-reset", reset_s.into());
        map
    }

    #[test]
    fn first_call_goes_out_alone() {
        let budget = Budget::default();
        assert_eq!(budget.ask(0), Room::Now);
        assert!(matches!(budget.ask(0), Room::Wait(_)));
        budget.replied(&HeaderMap::new(), 200, 0, 5);
        assert_eq!(budget.ask(6), Room::Now);
        assert_eq!(budget.ask(6), Room::Now);
    }

    #[test]
    fn calls_on_their_way_are_taken_off_what_remains() {
        let budget = Budget::default();
        assert_eq!(budget.ask(0), Room::Now);
        budget.replied(&headers(10, 2, 10), 200, 0, 5);
        assert_eq!(budget.ask(6), Room::Now);
        assert_eq!(budget.ask(6), Room::Now);
        assert!(matches!(budget.ask(6), Room::Wait(_)));
    }

    #[test]
    fn another_app_that_eats_the_window_is_noticed() {
        let budget = Budget::default();
        budget.ask(0);
        budget.replied(&headers(100, 90, 10), 200, 0, 5);
        budget.ask(6);
        budget.replied(&headers(100, 0, 10), 200, 6, 9);
        assert!(matches!(budget.ask(9_999), Room::Wait(_)));
        assert_eq!(budget.ask(10_000), Room::Now);
    }

    #[test]
    fn a_late_reply_of_an_old_window_changes_nothing() {
        let budget = Budget::default();
        budget.ask(0);
        budget.replied(&headers(10, 9, 20), 200, 0, 5);
        budget.ask(11_000);
        budget.replied(&headers(10, 0, 10), 200, 6, 11_005);
        assert_eq!(budget.ask(11_010), Room::Now);
    }

    #[test]
    fn refused_call_closes_its_window() {
        let budget = Budget::default();
        budget.ask(0);
        budget.replied(&headers(10, 0, 10), 429, 0, 5);
        assert!(matches!(budget.ask(6), Room::Wait(_)));
        assert_eq!(budget.reset_in(6), Some(Duration::from_millis(9_994)));
    }

    #[test]
    fn call_refused_with_room_in_the_window_leaves_it_open() {
        let budget = Budget::default();
        budget.ask(0);
        budget.replied(&headers(10, 5, 10), 429, 0, 5);
        assert_eq!(budget.ask(6), Room::Now);
        let mut headers = headers(10, 5, 10);
        headers.insert("retry-after", 3.into());
        budget.replied(&headers, 429, 6, 9);
        assert!(matches!(budget.ask(10), Room::Wait(_)));
    }
}
