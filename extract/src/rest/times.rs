//! Times as APIs write them, to the one form that columns are built from.

use chrono::DateTime;
use serde_json::Number;

/// Numbers above this are milliseconds since 1970, not seconds: the year 5138 in seconds.
const SECONDS_MAX: f64 = 1e11;

/// A time as `YYYY-MM-DDTHH:MM:SS.ffffff` in UTC; without an offset it is UTC already. What is no time stays as it is, for the
/// column to say so. `None` for an empty text and for what begins like one of `null_dates`.
pub(super) fn text(text: &str, null_dates: &[String]) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || null_dates.iter().any(|none| text.starts_with(none.as_str())) {
        return None;
    }
    let offset =
        DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    if let Ok(time) = offset {
        return Some(time.to_utc().format("%Y-%m-%dT%H:%M:%S%.6f").to_string());
    }
    // Microseconds are kept, of whatever there is behind the point.
    match text.split_once('.') {
        Some((time, fraction)) if fraction.len() > 6 && fraction.bytes().all(|b| b.is_ascii_digit()) => {
            Some(format!("{time}.{}", &fraction[..6]))
        }
        _ if text.len() == 16 && text.as_bytes()[13] == b':' => Some(format!("{text}:00")),
        _ => Some(text.to_owned()),
    }
}

/// A time as seconds or milliseconds since 1970; 0 is none.
pub(super) fn epoch(number: &Number) -> Option<String> {
    let value = number.as_f64().filter(|v| *v != 0.0)?;
    let seconds = if value.abs() > SECONDS_MAX { value / 1000.0 } else { value };
    let time = DateTime::from_timestamp_micros((seconds * 1e6).round() as i64);
    Some(time.map_or_else(|| number.to_string(), |t| t.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()))
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
        let none = ["1899-".to_owned(), "0001-01-01".to_owned()];
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
            assert_eq!(text(from, &none).as_deref(), Some(to), "{from}");
        }
        for from in ["1899-12-30T00:00:00", "0001-01-01T00:00:00", ""] {
            assert_eq!(text(from, &none), None, "{from}");
        }
        assert_eq!(epoch(&1_700_000_000.into()).as_deref(), Some("2023-11-14T22:13:20.000000"));
        assert_eq!(epoch(&1_700_000_000_123_u64.into()).as_deref(), Some("2023-11-14T22:13:20.123000"));
        assert_eq!(seconds(&(-3_661).into()).as_deref(), Some("-01:01:01"));
    }
}
