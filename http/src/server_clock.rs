//! How far the server's clock is from ours, learnt from replies.
//!
//! A reply with `Date: d` (whole seconds) to a call that was sent at `s` and answered at `r` was made while the server's clock
//! showed something in `[d, d + 1)` and ours something in `[s, r]`, so the offset lies between `d - r` and `d + 1 - s`. The
//! intersection over many replies is about as narrow as a round trip.

/// Bounds of server time minus our time, in milliseconds.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct ServerClock {
    bounds: Option<(i64, i64)>,
}

impl ServerClock {
    /// Learns from a reply; all times in milliseconds since 1970.
    pub(crate) fn learn(&mut self, date_ms: i64, sent_ms: i64, received_ms: i64) {
        let (low, high) = (date_ms - received_ms, date_ms + 1000 - sent_ms);
        self.bounds = Some(match self.bounds {
            Some((l, h)) if low.max(l) <= high.min(h) => (low.max(l), high.min(h)),
            // One of the clocks was set: begin anew.
            _ => (low, high),
        });
    }

    /// Our time at which the server's clock surely shows `server_ms`.
    pub(crate) fn ours(&self, server_ms: i64) -> i64 {
        self.bounds.map_or(server_ms, |(low, _)| server_ms - low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offset_narrows_to_a_round_trip_and_is_never_early() {
        let mut clock = ServerClock::default();
        let offset = 7_350;
        for i in 0..200 {
            let sent = 1_000_000 + i * 37;
            let server = sent + 20 + offset;
            clock.learn(server / 1000 * 1000, sent, sent + 40);
        }
        let ours = clock.ours(1_050_000 + offset);
        assert!((1_050_000..1_050_080).contains(&ours), "{ours}");
    }

    #[test]
    fn a_clock_that_was_set_is_learnt_anew() {
        let mut clock = ServerClock::default();
        clock.learn(10_000, 10_100, 10_200);
        clock.learn(99_000, 10_300, 10_400);
        assert_eq!(clock.ours(99_000), 10_400);
    }
}
