//! How far the server's clock is from ours, learnt from replies.
//!
//! A reply with `Date: d` (whole seconds) to a call that was sent at `s` and answered at `r` was made while the server's clock
//! showed something in `[d, d + 1)` and ours something in `[s, r]`, so the offset lies between `d - r` and `d + 1 - s`. The
//! intersection over many replies is about as narrow as a round trip. Clocks drift, so what is older than two minutes is
//! forgotten; a server of several machines has several clocks, of which the latest is taken.

/// What is older than this, and than this once more, is forgotten.
const FORGET_MS: i64 = 60_000;
/// Replies that disagree by more than this: a clock was set.
const SET_MS: i64 = 1_000;

/// Bounds of server time minus our time, in milliseconds.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct ServerClock {
    bounds: Option<(i64, i64)>,
    /// The same, from newer replies only.
    newer: Option<(i64, i64)>,
    newer_since_ms: i64,
}

impl ServerClock {
    /// Learns from a reply; all times in milliseconds since 1970. `true`: one of the clocks was set, what was known is void.
    pub(crate) fn learn(&mut self, date_ms: i64, sent_ms: i64, received_ms: i64) -> bool {
        let seen = (date_ms - received_ms, date_ms + 1000 - sent_ms);
        let Some(bounds) = self.bounds.and_then(|known| narrowed(known, seen)) else {
            let was_set = self.bounds.is_some();
            *self = Self { bounds: Some(seen), newer: Some(seen), newer_since_ms: received_ms };
            return was_set;
        };
        self.bounds = Some(bounds);
        self.newer = Some(self.newer.and_then(|known| narrowed(known, seen)).unwrap_or(seen));
        if received_ms - self.newer_since_ms > FORGET_MS {
            (self.bounds, self.newer, self.newer_since_ms) = (self.newer, None, received_ms);
        }
        false
    }

    /// Our time at which the server's clock surely shows `server_ms`.
    pub(crate) fn ours(&self, server_ms: i64) -> i64 {
        self.bounds.map_or(server_ms, |(low, _)| server_ms - low)
    }
}

/// What both allow; what lies between them where they differ a little; `None` where they differ much.
fn narrowed((low, high): (i64, i64), (seen_low, seen_high): (i64, i64)) -> Option<(i64, i64)> {
    let (most, least) = (low.max(seen_low), high.min(seen_high));
    (most - least < SET_MS).then_some((most.min(least), most.max(least)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Learns from a reply every 37 ms that takes 40 ms, while the server is `offset(ms)` ahead of us.
    fn learn(clock: &mut ServerClock, from_ms: i64, to_ms: i64, offset: impl Fn(i64) -> i64) {
        for sent in (from_ms..to_ms).step_by(37) {
            let server = sent + 20 + offset(sent);
            clock.learn(server.div_euclid(1000) * 1000, sent, sent + 40);
        }
    }

    #[test]
    fn offset_narrows_to_a_round_trip_and_is_never_early() {
        let mut clock = ServerClock::default();
        learn(&mut clock, 1_000_000, 1_008_000, |_| 7_350);
        let ours = clock.ours(1_050_000 + 7_350);
        assert!((1_050_000..1_050_080).contains(&ours), "{ours}");
    }

    #[test]
    fn a_clock_that_was_set_is_learnt_anew() {
        let mut clock = ServerClock::default();
        assert!(!clock.learn(10_000, 10_100, 10_200));
        assert!(clock.learn(99_000, 10_300, 10_400));
        assert_eq!(clock.ours(99_000), 10_400);
    }

    #[test]
    fn a_clock_that_drifts_is_followed_either_way() {
        for per_mille in [-1, 1] {
            let mut clock = ServerClock::default();
            let offset = |at: i64| 5_000 + at * per_mille / 1000;
            learn(&mut clock, 0, 600_000, offset);
            let ours = clock.ours(600_000 + offset(600_000));
            // A thousandth in two minutes, and a round trip.
            assert!((599_960..600_200).contains(&ours), "{per_mille}: {ours}");
        }
    }
}
