//! Dates as PHP applications print them, read as wall time of a time zone.
//!
//! The format is a setting that changes over a desk's life, so each text is tried against the formats in order. Where day and
//! month could be either, a text with AM or PM is American and every other one has the day first.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

const FORMATS: [&str; 28] = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d. %m. %Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%y %I:%M %p",
    "%d/%m/%Y %I:%M %p",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%m-%d-%Y %H:%M:%S",
    "%B %d %Y %H:%M:%S",
    "%B %d %Y %I:%M %p",
    "%B %d %Y %H:%M",
    "%d %B %Y %H:%M:%S",
    "%d %B %Y %H:%M",
    "%d-%B-%Y %H:%M:%S",
    "%d-%B-%Y %H:%M",
];
const DAY_FORMATS: [&str; 7] = ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%B %d %Y", "%d %B %Y", "%d-%m-%Y"];

/// The instant of a wall time; `None` where the format is not known.
pub(super) fn instant(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    let naive = wall_time(text)?;
    // A wall time in the hour that is skipped in spring is taken an hour later; of two in autumn the first.
    let local = zone.from_local_datetime(&naive).earliest();
    let local = local.or_else(|| zone.from_local_datetime(&naive.checked_add_signed(TimeDelta::hours(1))?).earliest());
    local.map(|local| local.to_utc())
}

fn wall_time(text: &str) -> Option<NaiveDateTime> {
    if text.len() > 60 {
        return None;
    }
    let mut words: Vec<&str> = text
        .split([' ', ',', '\t', '\u{a0}', '\u{202f}'])
        .filter(|w| !w.is_empty() && !w.eq_ignore_ascii_case("at"))
        .collect();
    // `Mon, 4 Nov 2024`: the weekday says nothing.
    if words.len() > 2 && words.first().is_some_and(|w| w.parse::<chrono::Weekday>().is_ok()) {
        words.remove(0);
    }
    let mut text = words.join(" ");
    // `10:00am` and `4th`
    for (mark, spaced) in [("am", " am"), ("pm", " pm"), ("AM", " AM"), ("PM", " PM")] {
        if let Some(time) =
            text.strip_suffix(mark).map(str::trim_end).filter(|t| t.ends_with(|c: char| c.is_ascii_digit()))
        {
            text = format!("{time}{spaced}");
        }
    }
    let found = FORMATS.iter().find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok());
    let found = found
        .or_else(|| DAY_FORMATS.iter().find_map(|f| NaiveDate::parse_from_str(&text, f).ok()?.and_hms_opt(0, 0, 0)));
    found.filter(|time| (1990..2200).contains(&chrono::Datelike::year(time)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instant_reads_common_formats_and_nothing_else() {
        let cases = [
            ("2024-11-04 10:00:01", Some("2024-11-04T15:00:01Z")),
            ("21.12.2025 01:00", Some("2025-12-21T06:00:00Z")),
            ("04/11/2024 10:00", Some("2024-11-04T15:00:00Z")),
            ("11/30/2024 10:00", Some("2024-11-30T15:00:00Z")),
            ("11/04/2024 10:00 PM", Some("2024-11-05T03:00:00Z")),
            ("Nov 4, 2024 10:00", Some("2024-11-04T15:00:00Z")),
            ("Mon, 4 November 2024 10:00pm", None),
            ("4 Nov 2024 10:00:05", Some("2024-11-04T15:00:05Z")),
            ("2025-03-09 02:30:00", Some("2025-03-09T07:30:00Z")),
            ("4. listopadu 2024 10:00", None),
            ("", None),
            ("99999999-99-99", None),
        ];
        for (text, expected) in cases {
            let found = instant(text, Tz::America__New_York).map(|t| t.format("%Y-%m-%dT%H:%M:%SZ").to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
