//! Times of the desk: UTC to the millisecond, as the database behind Halo holds them.

use chrono::{Duration, NaiveDate, NaiveDateTime};

/// A time in UTC.
pub(crate) type Moment = NaiveDateTime;

/// When the desk was left as it is found: nothing in it is later, but for what is changed while a test runs.
pub(crate) fn left() -> Moment {
    day(2026, 7, 1)
}

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
