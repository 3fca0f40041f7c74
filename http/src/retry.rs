//! How long to pause before a call is tried again.

use std::time::Duration;

/// Pause before try number `attempt` + 1: doubles from `min` to `max`, of which a random half is taken off, so that
/// callers that failed together do not come back together.
pub(crate) fn pause(attempt: u32, min: Duration, max: Duration, chance: u32) -> Duration {
    let full = min.saturating_mul(1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX)).min(max);
    full / 2 + share(full / 2, chance)
}

/// A random share of `whole`.
pub(crate) fn share(whole: Duration, chance: u32) -> Duration {
    whole.mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

/// How long a `Retry-After` header says to wait: seconds, or a date.
pub(crate) fn retry_after(text: Option<&str>, now_ms: i64) -> Option<Duration> {
    let text = text?.trim();
    if let Ok(date) = chrono::DateTime::parse_from_rfc2822(text) {
        return Some(Duration::from_millis((date.timestamp_millis() - now_ms).clamp(0, 3_600_000) as u64));
    }
    let seconds: f64 = text.parse().ok()?;
    (seconds.is_finite() && seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(3600.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pause_doubles_up_to_the_longest() {
        let (min, max) = (Duration::from_millis(100), Duration::from_secs(1));
        assert_eq!(pause(1, min, max, u32::MAX), min);
        assert_eq!(pause(3, min, max, u32::MAX), min * 4);
        assert_eq!(pause(3, min, max, 0), min * 2);
        assert_eq!(pause(60, min, max, u32::MAX), max);
    }

    #[test]
    fn retry_after_takes_seconds_or_a_date() {
        assert_eq!(retry_after(Some("2"), 0), Some(Duration::from_secs(2)));
        assert_eq!(retry_after(Some("-1"), 0), None);
        assert_eq!(retry_after(Some("soon"), 0), None);
        let date = Some("Tue, 14 Nov 2023 22:13:30 GMT");
        assert_eq!(retry_after(date, 1_700_000_000_000), Some(Duration::from_secs(10)));
    }
}
