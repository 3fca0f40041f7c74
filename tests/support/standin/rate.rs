//! Calls granted in a rolling window.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How many calls are granted in a rolling window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// Calls in a window.
    pub(crate) calls: usize,
    /// Length of the window as the refusal tells it, in seconds.
    pub(crate) seconds: u64,
    /// How much faster than that time passes: 100 makes 300 s last 3 s.
    pub(crate) faster: u32,
    /// Whether a refusal says when to come again.
    pub(crate) retry_after: bool,
}

impl Rate {
    /// The window as it lasts here.
    pub(crate) fn window(&self) -> Duration {
        Duration::from_secs(self.seconds) / self.faster
    }
}

/// When calls were granted.
#[derive(Debug, Default)]
pub(crate) struct Window(VecDeque<Instant>);

impl Window {
    /// Grants a call and tells how many are left, or refuses it and tells after how long one is free. Refused calls do not count.
    pub(crate) fn grant(&mut self, rate: &Rate, now: Instant) -> Result<usize, Duration> {
        while self.0.front().is_some_and(|first| now.duration_since(*first) >= rate.window()) {
            self.0.pop_front();
        }
        if self.0.len() < rate.calls {
            self.0.push_back(now);
            return Ok(rate.calls - self.0.len());
        }
        Err(self.0.front().map_or(rate.window(), |first| rate.window() - now.duration_since(*first)))
    }
}
