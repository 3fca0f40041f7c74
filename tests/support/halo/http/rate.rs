//! Calls in a rolling window.

use std::collections::VecDeque;
use std::time::Instant;

use super::super::switches::Rate;
use super::reply::Reply;

/// When calls were granted.
#[derive(Debug, Default)]
pub(crate) struct Window(VecDeque<Instant>);

impl Window {
    /// Grants a call or refuses it. Refused calls do not count.
    pub(crate) fn grant(&mut self, rate: &Rate, now: Instant) -> Result<(), Reply> {
        while self.0.front().is_some_and(|first| now.duration_since(*first) >= rate.window()) {
            self.0.pop_front();
        }
        if self.0.len() < rate.calls {
            self.0.push_back(now);
            return Ok(());
        }
        let text = format!(
            "API calls quota exceeded! Maximum admitted {} per rolling {} minutes.",
            rate.calls,
            rate.seconds / 60
        );
        let refusal = Reply::text(429, &text);
        let free = self.0.front().map_or(1, |first| (rate.window() - now.duration_since(*first)).as_secs() + 1);
        Err(if rate.retry_after { refusal.with("retry-after", free.to_string()) } else { refusal })
    }
}
