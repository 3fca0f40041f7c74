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

/// Seconds of a `Retry-After` header; its other form, a date, is not used by the systems we call.
pub(crate) fn retry_after(text: Option<&str>) -> Option<Duration> {
    let seconds: f64 = text?.trim().parse().ok()?;
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
    fn retry_after_takes_seconds_only() {
        assert_eq!(retry_after(Some("2")), Some(Duration::from_secs(2)));
        assert_eq!(retry_after(Some("-1")), None);
        assert_eq!(retry_after(Some("soon")), None);
    }
}
