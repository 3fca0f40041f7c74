//! `local_date(timestamp, timezone)`: the calendar day `YYYY-MM-DD` that a help desk meant by a midnight instant.
//!
//! A due date is stored as midnight at the offset that was valid when it was set, which can be an hour off on the day itself.
//! Twelve hours are added before the day is taken, so that an hour either way does not change it.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringViewBuilder};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use datafusion::common::cast::as_primitive_array;
use datafusion::logical_expr::ScalarUDF;

use super::scalar::{Arguments, Kind, Scalar, text_at, texts};

/// The function.
pub(super) fn function() -> ScalarUDF {
    let arguments = Arguments::Fixed(2, &[Kind::Time, Kind::Text]);
    Scalar::columns("local_date", arguments, DataType::Utf8View, |columns, rows| {
        let times = as_primitive_array::<TimestampMicrosecondType>(&columns[0])?;
        let zones = texts(&columns[1])?;
        let mut days = StringViewBuilder::with_capacity(rows);
        for row in 0..rows {
            let zone: Option<Tz> = text_at(zones, row).and_then(|name| name.trim().parse().ok());
            let time = times.is_valid(row).then(|| DateTime::from_timestamp_micros(times.value(row))).flatten();
            let day = time.and_then(|time| time.checked_add_signed(TimeDelta::hours(12))).zip(zone);
            days.append_option(day.map(|(time, zone)| time.with_timezone(&zone).format("%Y-%m-%d").to_string()));
        }
        Ok(Arc::new(days.finish()) as ArrayRef)
    })
}
