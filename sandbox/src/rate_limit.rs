//! Calls per 10-second window, windows aligned to the wall clock.

/// Length of a window.
const WINDOW_MS: i64 = 10_000;

/// The counter of the current window.
#[derive(Debug)]
pub(crate) struct RateLimit {
    limit: Option<u32>,
    window: i64,
    used: u32,
}

/// What the three headers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) reset: i64,
    /// The call is over the limit.
    pub(crate) exceeded: bool,
}

impl RateLimit {
    pub(crate) fn new(limit: Option<u32>) -> Self {
        Self { limit, window: i64::MIN, used: 0 }
    }

    /// Counts one call; `None` when there is no limit.
    pub(crate) fn take(&mut self, now_ms: i64) -> Option<Budget> {
        let limit = self.limit?;
        let window = now_ms.div_euclid(WINDOW_MS);
        if window != self.window {
            self.window = window;
            self.used = 0;
        }
        let exceeded = self.used >= limit;
        if !exceeded {
            self.used += 1;
        }
        let reset = (window + 1) * WINDOW_MS / 1000;
        Some(Budget { limit, remaining: limit - self.used, reset, exceeded })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_with_the_wall_clock_and_not_ten_seconds_after_the_first_call() {
        let mut rate = RateLimit::new(Some(2));
        let take = |rate: &mut RateLimit, now| rate.take(now).unwrap();
        assert_eq!(take(&mut rate, 19_000), Budget { limit: 2, remaining: 1, reset: 20, exceeded: false });
        assert_eq!(take(&mut rate, 19_500).remaining, 0);
        assert!(take(&mut rate, 19_999).exceeded);
        let next = take(&mut rate, 20_000);
        assert_eq!((next.exceeded, next.remaining, next.reset), (false, 1, 30));
    }

    #[test]
    fn no_limit_has_no_budget() {
        assert_eq!(RateLimit::new(None).take(1), None);
    }
}
