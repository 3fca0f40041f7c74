//! Times of the desk: UTC to the millisecond.

use chrono::{Duration, NaiveDate, NaiveDateTime};

/// A time in UTC.
pub(crate) type Moment = NaiveDateTime;

/// Midnight of a day.
pub(crate) fn day(year: i32, month: u32, day: u32) -> Moment {
    NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(0, 0, 0).unwrap()
}

/// So many minutes later.
pub(crate) fn minutes(moment: Moment, minutes: i64) -> Moment {
    moment + Duration::minutes(minutes)
}

/// So many milliseconds later.
pub(crate) fn later(moment: Moment, ms: i64) -> Moment {
    moment + Duration::milliseconds(ms)
}

/// So many days before.
pub(crate) fn days_before(moment: Moment, days: i64) -> Moment {
    moment - Duration::days(days)
}
