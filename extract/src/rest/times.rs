//! Times as APIs write them, to the one form that columns are built from.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde_json::Number;

use crate::spec::Rest;
use crate::values::{instant, wall_time};

/// Numbers above this are milliseconds since 1970, not seconds: the year 5138 in seconds.
const SECONDS_MAX: f64 = 1e11;

/// How a source writes times.
#[derive(Debug, Clone)]
pub(super) struct Times {
    /// Beginnings of times that mean none.
    null_dates: Vec<String>,
    /// Forms besides the usual ones.
    forms: Vec<String>,
    /// Zone of times without an offset.
    zone: Tz,
}

impl Times {
    /// As a spec says; without a zone times without an offset are UTC.
    pub(super) fn new(rest: &Rest, zone: Option<Tz>) -> Self {
        Self { null_dates: rest.null_dates.clone(), forms: rest.dates.clone(), zone: zone.unwrap_or(Tz::UTC) }
    }

    /// A time without an offset, as columns are built from it.
    fn wall(&self, text: &str) -> String {
        self.forms.iter().find_map(|form| of_form(text, form)).unwrap_or_else(|| usual(text))
    }

    /// The same, whatever its zone; `None` for none.
    pub(super) fn as_written(&self, text: &str) -> Option<String> {
        self.text(text)?;
        Some(self.wall(text.trim()))
    }

    /// A time as `YYYY-MM-DDTHH:MM:SS.ffffff` in UTC. What is no time stays as it is, for the column to say so. `None` for an
    /// empty text and for what begins like a time that means none.
    pub(super) fn text(&self, text: &str) -> Option<String> {
        let text = text.trim();
        if text.is_empty() || self.null_dates.iter().any(|none| text.starts_with(none.as_str())) {
            return None;
        }
        let offset =
            DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
        if let Ok(time) = offset {
            return Some(time.to_utc().format(UTC_FORM).to_string());
        }
        let wall = self.wall(text);
        if self.zone == Tz::UTC {
            return Some(wall);
        }
        let moved = wall_time(wall.as_bytes()).and_then(|micros| instant(micros, self.zone)).ok();
        let moved = moved.and_then(DateTime::from_timestamp_micros);
        Some(moved.map_or(wall, |time| time.format(UTC_FORM).to_string()))
    }
}

/// The moment that a time of a column is.
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(wall_time(text.as_bytes()).ok()?)
}

/// How times in UTC are written for columns.
const UTC_FORM: &str = "%Y-%m-%dT%H:%M:%S%.6f";

/// A time in a form of the spec; a day is its beginning.
fn of_form(text: &str, form: &str) -> Option<String> {
    let day = || NaiveDate::parse_from_str(text, form).ok()?.and_hms_opt(0, 0, 0);
    let time = NaiveDateTime::parse_from_str(text, form).ok().or_else(day)?;
    Some(time.format(UTC_FORM).to_string())
}

/// A time without an offset, as columns are built from it.
fn usual(text: &str) -> String {
    // Microseconds are kept, of whatever there is behind the point.
    match text.split_once('.') {
        Some((time, fraction)) if fraction.len() > 6 && fraction.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{time}.{}", &fraction[..6])
        }
        _ if text.len() == 16 && text.as_bytes()[13] == b':' => format!("{text}:00"),
        _ => text.to_owned(),
    }
}

/// A time as seconds or milliseconds since 1970; 0 is none.
pub(super) fn epoch(number: &Number) -> Option<String> {
    let value = number.as_f64().filter(|v| *v != 0.0)?;
    let seconds = if value.abs() > SECONDS_MAX { value / 1000.0 } else { value };
    let time = DateTime::from_timestamp_micros((seconds * 1e6).round() as i64);
    Some(time.map_or_else(|| number.to_string(), |t| t.format(UTC_FORM).to_string()))
}

/// Seconds as `HH:MM:SS`; what has a fraction stays a number, for the column to say so.
pub(super) fn seconds(number: &Number) -> Option<String> {
    let Some(seconds) = number.as_i64() else { return Some(number.to_string()) };
    let (sign, seconds) = if seconds < 0 { ("-", seconds.unsigned_abs()) } else { ("", seconds.unsigned_abs()) };
    Some(format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_form_of_a_time_becomes_utc() {
        let null_dates = vec!["1899-".to_owned(), "0001-01-01".to_owned()];
        let mut times = Times { null_dates, forms: Vec::new(), zone: Tz::UTC };
        for (from, to) in [
            ("2026-06-30T16:04:27.857", "2026-06-30T16:04:27.857"),
            ("2026-06-30T16:04:27.8571234", "2026-06-30T16:04:27.857123"),
            ("2026-06-30T16:04:27Z", "2026-06-30T16:04:27.000000"),
            ("2026-06-30T16:04:27.5+02:00", "2026-06-30T14:04:27.500000"),
            ("2026-06-30T16:04:27+0200", "2026-06-30T14:04:27.000000"),
            ("2026-06-30 16:04", "2026-06-30 16:04:00"),
            ("2026-06-30", "2026-06-30"),
            ("yesterday", "yesterday"),
        ] {
            assert_eq!(times.text(from).as_deref(), Some(to), "{from}");
        }
        for from in ["1899-12-30T00:00:00", "0001-01-01T00:00:00", ""] {
            assert_eq!(times.text(from), None, "{from}");
        }
        times.forms = vec!["%Y.%m.%d %H:%M:%S%.f".to_owned(), "%Y.%m.%d".to_owned()];
        assert_eq!(times.text("2022.10.25 18:55:08.5").as_deref(), Some("2022-10-25T18:55:08.500000"));
        times.zone = "Europe/Istanbul".parse().unwrap();
        for (from, to) in [
            ("2022.10.25 18:55:08", "2022-10-25T15:55:08.000000"),
            ("2022.10.25", "2022-10-24T21:00:00.000000"),
            ("2026-06-30T16:04:27", "2026-06-30T13:04:27.000000"),
            ("2026-06-30T16:04:27Z", "2026-06-30T16:04:27.000000"),
            ("25/10/2022", "25/10/2022"),
        ] {
            assert_eq!(times.text(from).as_deref(), Some(to), "{from}");
        }
        assert_eq!(epoch(&1_700_000_000.into()).as_deref(), Some("2023-11-14T22:13:20.000000"));
        assert_eq!(epoch(&1_700_000_000_123_u64.into()).as_deref(), Some("2023-11-14T22:13:20.123000"));
        assert_eq!(seconds(&(-3_661).into()).as_deref(), Some("-01:01:01"));
    }
}
