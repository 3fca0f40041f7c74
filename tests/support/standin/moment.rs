//! Times of a desk: UTC to the millisecond.

use chrono::{Duration, NaiveDate, NaiveDateTime};

/// A time in UTC.
pub(crate) type Moment = NaiveDateTime;

/// Midnight of a day.
pub(crate) fn day(year: i32, month: u32, day: u32) -> Moment {
    NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(0, 0, 0).unwrap()
}

/// So many milliseconds later.
pub(crate) fn later(moment: Moment, ms: i64) -> Moment {
    moment + Duration::milliseconds(ms)
}

/// So many minutes later.
pub(crate) fn minutes(moment: Moment, minutes: i64) -> Moment {
    moment + Duration::minutes(minutes)
}

/// So many days before.
pub(crate) fn days_before(moment: Moment, days: i64) -> Moment {
    moment - Duration::days(days)
}

/// The computer's time: a stand-in is another computer, whose clock is its own, and a reader that asks for what is new goes by it.
#[allow(clippy::disallowed_methods, reason = "the clock of another computer")]
pub(crate) fn now() -> Moment {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    chrono::DateTime::from_timestamp_millis(now.as_millis().try_into().unwrap()).unwrap().naive_utc()
}
