//! Times of the desk: UTC to the millisecond, as the database behind Halo holds them.

pub(crate) use super::super::super::standin::moment::{Moment, day, later, minutes};

/// When the desk was left as it is found: nothing in it is later, but for what is changed while a test runs.
pub(crate) fn left() -> Moment {
    day(2026, 7, 1)
}
