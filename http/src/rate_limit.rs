//! The budget of calls that the server grants one app per window, learnt from `X-RateLimit-Limit`, `-Remaining` and `-Reset`.
//!
//! Intercom grants calls in windows of 10 seconds that others may share, so `Remaining` is believed, not our own count:
//! * what may be sent is what remained at the last look, less the calls on their way, less what others are expected to take
//!   until a call arrives. Calls on their way may be counted in it already, so this is never too much, and it becomes exact as
//!   they come back;
//! * what others take is what is counted in a window and was not ours;
//! * a window ends when the server's clock ([`ServerClock`]) surely shows its reset, and a little later where replies have shown
//!   that it did not end then. Until a reply of the next window is here, no more go out than a second's worth and the granted
//!   rate, and at first, or after a mistake, one call alone: so neither a clock nor a new limit can make a storm of 429s;
//! * before the first reply one call goes out alone; a server that sends no such headers is not limited.

use std::time::Duration;

use reqwest::header::HeaderMap;

use crate::reply::header;
use crate::server_clock::ServerClock;

/// Length of a window.
pub(crate) const WINDOW: Duration = Duration::from_secs(10);
const WINDOW_MS: i64 = WINDOW.as_millis() as i64;
/// Longest wait for one window: a reset further away is a server's mistake.
const WAIT_MAX_MS: i64 = 120_000;
/// A reset below this is no time but the seconds until then.
const RESET_SECONDS_MAX: i64 = 1_000_000;
/// Kept free of calls after the end of a window, for what clocks drift between two replies.
const MARGIN_MS: i64 = 10;
/// What is added to the end of windows when one was found not to have ended.
const LAG_STEP_MS: i64 = 250;
/// Most that is added so: a reset has whole seconds, so the true end may be one later.
const LAG_MAX_MS: i64 = 2_000;
/// Our clock was set if it goes back by more than this.
const SET_BACK_MS: i64 = 2_000;

/// What one app may send.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    /// Whether any reply has come.
    known: bool,
    in_flight: u64,
    window: Option<Window>,
    /// Nothing goes out before this time, after a 429.
    closed_until_ms: i64,
    clock: ServerClock,
    /// How much later than its clock says the server ends its windows.
    lag_ms: i64,
    /// Whether the last window ended when it was expected to.
    timed: bool,
    /// Calls of others per millisecond in the windows before.
    others: f64,
    latency_ms: f64,
    newest_ms: i64,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    limit: u64,
    /// When the call went out whose reply told the limit.
    limit_ms: i64,
    /// Calls counted in it, by whomever, at the last look.
    used: u64,
    /// When the call went out that had this look.
    used_ms: i64,
    /// The server's time at which the window ends.
    reset_s: i64,
    /// Whether a reply has shown that it has begun.
    begun: bool,
    /// Calls let out while that was not shown.
    sent: u64,
    /// Replies to our calls that are counted in it.
    own: u64,
    /// Fewest calls of others in it.
    others: u64,
}

/// What the headers of a reply say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    pub(crate) reset_s: i64,
    /// The call was refused and not counted.
    pub(crate) refused: bool,
}

impl Seen {
    /// `None` where the server does not tell its limit. `has_room`: see [`has_room`].
    pub(crate) fn read(headers: &HeaderMap, status: u16, now_ms: i64) -> Option<Self> {
        let number = |name: &str| header(headers, name).and_then(|v| v.trim().parse::<i64>().ok());
        // A time on the server's clock, or as some servers have it the seconds until then.
        let reset = number("x-ratelimit-reset")?;
        let reset_s = if (0..RESET_SECONDS_MAX).contains(&reset) { now_ms / 1000 + reset } else { reset };
        let limit = number("x-ratelimit-limit")?.max(1) as u64;
        let remaining = number("x-ratelimit-remaining")?.max(0) as u64;
        let full = status == 429 && !has_room(headers);
        let remaining = if full { 0 } else { remaining.min(limit) };
        Some(Self { limit, remaining, reset_s, refused: status == 429 })
    }
}

/// Whether a 429 says itself that the window is not used up: not this app's limit was met, but a resource is under load or the
/// limit of the workspace was reached. A server that says when to come back is taken at its word.
pub(crate) fn has_room(headers: &HeaderMap) -> bool {
    let remaining = header(headers, "x-ratelimit-remaining").and_then(|v| v.trim().parse::<i64>().ok());
    remaining.is_some_and(|left| left > 0) && header(headers, "retry-after").is_none()
}

/// Whether a call may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// So many.
    For(u64),
    /// When a call comes back, or after this time, whichever is first.
    Wait(Duration),
}

pub(crate) fn wait(now_ms: i64, until_ms: i64) -> Room {
    Room::Wait(Duration::from_millis((until_ms - now_ms).clamp(1, WAIT_MAX_MS) as u64))
}

impl Budget {
    /// The budget of a server that need not be asked for its limit.
    pub(crate) fn unlimited() -> Self {
        Self { known: true, ..Self::default() }
    }

    /// How many calls may go out now.
    pub(crate) fn room(&mut self, now_ms: i64) -> Room {
        self.notice_time(now_ms);
        if now_ms < self.closed_until_ms {
            return wait(now_ms, self.closed_until_ms);
        }
        if !self.known {
            return if self.in_flight == 0 { Room::For(1) } else { Room::Wait(Duration::from_secs(1)) };
        }
        self.roll(now_ms);
        let Some(window) = self.window else { return Room::For(u64::MAX >> 1) };
        let counted = window.used + self.in_flight + self.others_until(&window, now_ms);
        let room = window.limit.saturating_sub(counted).min(self.unconfirmed(&window, now_ms));
        if room > 0 { Room::For(room) } else { wait(now_ms, self.end(window.reset_s).min(now_ms + 1000)) }
    }

    /// A call goes out.
    pub(crate) fn sent(&mut self) {
        self.in_flight += 1;
        if let Some(window) = &mut self.window {
            window.sent += 1;
        }
    }

    /// A call has come back without a reply.
    pub(crate) fn lost(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// A call has come back with a reply, made at `date_ms` by the server's clock.
    pub(crate) fn replied(&mut self, seen: Option<Seen>, date_ms: Option<i64>, sent_ms: i64, received_ms: i64) {
        self.notice_time(received_ms);
        self.lost();
        self.known = true;
        let took = (received_ms - sent_ms).max(0) as f64;
        self.latency_ms = if self.latency_ms == 0.0 { took } else { self.latency_ms * 0.9 + took * 0.1 };
        if let Some(date_ms) = date_ms
            && self.clock.learn(date_ms, sent_ms, received_ms)
        {
            (self.lag_ms, self.timed) = (0, false);
        }
        if let Some(seen) = seen {
            self.learn(seen, sent_ms, received_ms);
        }
    }

    /// Nothing goes out before this time.
    pub(crate) fn close(&mut self, until_ms: i64) {
        self.closed_until_ms = self.closed_until_ms.max(until_ms);
    }

    /// Whether nothing has gone out yet.
    pub(crate) fn is_unknown(&self) -> bool {
        !self.known && self.in_flight == 0
    }

    /// Calls on their way.
    pub(crate) fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// Calls granted per window, where there is a limit.
    pub(crate) fn limit(&self) -> Option<u64> {
        self.window.map(|window| window.limit)
    }

    /// Calls granted per second, where there is a limit.
    pub(crate) fn granted_per_second(&self) -> Option<f64> {
        self.limit().map(|limit| limit as f64 / WINDOW.as_secs_f64())
    }

    /// Mean round trip of late, in milliseconds; 0 where there was none.
    pub(crate) fn latency_ms(&self) -> f64 {
        self.latency_ms
    }

    /// Our time at which a window has surely ended.
    pub(crate) fn end(&self, reset_s: i64) -> i64 {
        self.clock.ours(reset_s.saturating_mul(1000)).saturating_add(self.lag_ms + MARGIN_MS)
    }

    /// Where our clock was set back, nothing that was learnt of time holds.
    fn notice_time(&mut self, now_ms: i64) {
        if now_ms < self.newest_ms - SET_BACK_MS {
            *self = Self { in_flight: self.in_flight, latency_ms: self.latency_ms, ..Self::default() };
            self.newest_ms = now_ms;
        }
        self.newest_ms = self.newest_ms.max(now_ms);
    }

    /// Begins the next window where the last has ended, as large as that one: its first reply corrects it.
    fn roll(&mut self, now_ms: i64) {
        let Some(window) = self.window else { return };
        let end = self.end(window.reset_s);
        if now_ms >= end {
            self.end_of(&window);
            let windows = (now_ms - end) / WINDOW_MS + 1;
            let reset_s = window.reset_s + windows * WINDOW_MS / 1000;
            let used_ms = end + (windows - 1) * WINDOW_MS;
            self.window =
                Some(Window { reset_s, used_ms, used: 0, begun: false, sent: 0, own: 0, others: 0, ..window });
        }
    }

    /// How many may go out while no reply has shown that the window has begun.
    fn unconfirmed(&self, window: &Window, now_ms: i64) -> u64 {
        if window.begun {
            return u64::MAX;
        }
        let rate = if self.timed { window.limit.div_ceil(WINDOW_MS as u64 / 1000) } else { 1 };
        let seconds = (now_ms - window.used_ms).max(0) as u64 / 1000 + 1;
        (rate * seconds).saturating_sub(window.sent)
    }

    /// What others are expected to take between the last look and the arrival of a call that goes out now, and by chance.
    fn others_until(&self, window: &Window, now_ms: i64) -> u64 {
        let so_far = (window.used_ms - (self.end(window.reset_s) - WINDOW_MS)).max(1000) as f64;
        let rate = self.others.max(window.others as f64 / so_far);
        let taken = rate * (now_ms - window.used_ms).max(0) as f64;
        (taken + 2.0 * taken.sqrt()).ceil() as u64
    }

    /// Notes what others took of a window that has ended.
    fn end_of(&mut self, window: &Window) {
        let so_far = window.used_ms - (self.end(window.reset_s) - WINDOW_MS);
        let others = window.used.saturating_sub(window.own + self.in_flight);
        // Who was there a moment ago may come back.
        self.others = (others as f64 / so_far.max(1000) as f64).max(self.others / 2.0);
    }

    fn learn(&mut self, seen: Seen, sent_ms: i64, received_ms: i64) {
        let used = seen.limit - seen.remaining;
        let window = Window {
            limit: seen.limit,
            limit_ms: sent_ms,
            used,
            used_ms: sent_ms,
            reset_s: seen.reset_s,
            begun: true,
            sent: 0,
            own: used,
            others: 0,
        };
        let Some(known) = self.window else {
            self.window = Some(window);
            return;
        };
        if seen.reset_s > known.reset_s {
            self.end_of(&known);
            self.window = Some(Window { own: u64::from(!seen.refused), ..window });
        } else if seen.reset_s < known.reset_s {
            // A late reply tells nothing new, unless its call went out when that window was held to have ended.
            if sent_ms >= self.end(seen.reset_s) {
                self.lag_ms = (self.lag_ms + LAG_STEP_MS).min(LAG_MAX_MS);
                self.close(received_ms + LAG_STEP_MS / 5);
                self.timed = false;
                if !known.begun {
                    self.window = Some(window);
                }
            }
        } else if let Some(known) = &mut self.window {
            self.timed |= !known.begun;
            known.begun = true;
            known.own += u64::from(!seen.refused);
            if sent_ms >= known.limit_ms {
                (known.limit, known.limit_ms) = (seen.limit, sent_ms);
            }
            // What is used is counted, not what remains: so a limit that changes inside a window changes nothing else.
            if used > known.used {
                (known.used, known.used_ms) = (used, sent_ms);
            }
            known.others = known.others.max(known.used.saturating_sub(known.own + self.in_flight));
        }
    }
}

#[cfg(test)]
mod tests;
