//! Text of a source value to a typed value, from bytes and without allocating: this runs once per cell.
//!
//! Every function returns the reason when the text does not fit its type; the caller turns that into a defect.

use chrono::{MappedLocalTime, TimeDelta, TimeZone as _};
use chrono_tz::Tz;

/// Why a text does not fit a type.
pub(crate) type Reason = &'static str;

const MICROS: i64 = 1_000_000;

/// A whole number of 64 bits.
pub(crate) fn int(text: &[u8]) -> Result<i64, Reason> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err("not a whole number");
    }
    let mut value: i64 = 0;
    for digit in digits {
        let digit = i64::from(digit - b'0');
        // Counted below zero, where there is one number more.
        value = value.checked_mul(10).and_then(|v| v.checked_sub(digit)).ok_or("whole number out of range")?;
    }
    if negative { Ok(value) } else { value.checked_neg().ok_or("whole number out of range") }
}

/// A finite number.
pub(crate) fn float(text: &[u8]) -> Result<f64, Reason> {
    let number: f64 = std::str::from_utf8(text).ok().and_then(|t| t.parse().ok()).ok_or("not a number")?;
    if number.is_finite() { Ok(number) } else { Err("not a finite number") }
}

/// `0` or `1`, `true` or `false`, or a BIT(1).
pub(crate) fn bool(text: &[u8]) -> Result<bool, Reason> {
    match text {
        b"1" | [1] => Ok(true),
        b"0" | [0] => Ok(false),
        _ if text.eq_ignore_ascii_case(b"true") => Ok(true),
        _ if text.eq_ignore_ascii_case(b"false") => Ok(false),
        _ => Err("not 0 or 1"),
    }
}

/// Text that every reader of Parquet can hold.
pub(crate) fn text(text: &[u8]) -> Result<&str, Reason> {
    if memchr::memchr(0, text).is_some() {
        return Err("contains a NUL byte");
    }
    std::str::from_utf8(text).map_err(|_| "not valid UTF-8")
}

/// Two digits.
fn two(text: &[u8]) -> Option<i64> {
    match text {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(i64::from(a - b'0') * 10 + i64::from(b - b'0')),
        _ => None,
    }
}

/// `.ffffff` in microseconds, up to six digits; nothing is zero.
fn fraction(text: &[u8]) -> Option<i64> {
    let [b'.', digits @ ..] = text else { return text.is_empty().then_some(0) };
    if digits.is_empty() || digits.len() > 6 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0, |v, d| v * 10 + i64::from(d - b'0'));
    Some(value * [0, 100_000, 10_000, 1_000, 100, 10, 1][digits.len()])
}

/// Days from 1970-01-01 to a day of the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// `YYYY-MM-DD[ HH:MM:SS[.ffffff]]` as microseconds since 1970 on the clock that wrote it.
pub(crate) fn wall_time(text: &[u8]) -> Result<i64, Reason> {
    const SHAPE: Reason = "not a date and time";
    if text.len() < 10 || text[4] != b'-' || text[7] != b'-' {
        return Err(SHAPE);
    }
    let number = |range: std::ops::Range<usize>| two(&text[range]).ok_or(SHAPE);
    let (year, month, day) = (number(0..2)? * 100 + number(2..4)?, number(5..7)?, number(8..10)?);
    let of_day = match &text[10..] {
        [] => 0,
        [b' ' | b'T', time @ ..] if time.len() >= 8 && time[2] == b':' && time[5] == b':' => {
            let part = |range: std::ops::Range<usize>| two(&time[range]).ok_or(SHAPE);
            let (hour, minute, second) = (part(0..2)?, part(3..5)?, part(6..8)?);
            if hour > 23 || minute > 59 || second > 59 {
                return Err("time of day out of range");
            }
            (hour * 3600 + minute * 60 + second) * MICROS + fraction(&time[8..]).ok_or(SHAPE)?
        }
        _ => return Err(SHAPE),
    };
    if (year, month, day) == (0, 0, 0) {
        return Err("zero date");
    }
    if year == 0 || month == 0 || day == 0 {
        return Err("date without year, month or day");
    }
    if month > 12 || day > days_in_month(year, month) {
        return Err("no such date");
    }
    Ok(days(year, month, day) * 86_400 * MICROS + of_day)
}

/// Microseconds on a wall clock in `zone` as an instant. An hour that is shown twice is its first showing; an hour that the
/// clock skips is what the clock would have shown had it not been moved yet.
pub(crate) fn instant(wall: i64, zone: Tz) -> Result<i64, Reason> {
    if zone == Tz::UTC {
        return Ok(wall);
    }
    let moment = chrono::DateTime::from_timestamp_micros(wall).ok_or("date out of range")?.naive_utc();
    let found = match zone.from_local_datetime(&moment) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => at.timestamp_micros(),
        MappedLocalTime::None => match zone.from_local_datetime(&(moment - TimeDelta::hours(3))) {
            MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => {
                at.timestamp_micros() + 3 * 3600 * MICROS
            }
            MappedLocalTime::None => return Err("no such time in its zone"),
        },
    };
    Ok(found)
}

/// `[-]HHH:MM:SS` as seconds. MySQL cuts longer times off at 838:59:59, so those are not believed.
pub(crate) fn duration(text: &[u8]) -> Result<i64, Reason> {
    const SHAPE: Reason = "not a duration";
    let (sign, text) = match text {
        [b'-', rest @ ..] => (-1, rest),
        rest => (1, rest),
    };
    let colon = text.iter().position(|b| *b == b':').ok_or(SHAPE)?;
    let (hours, rest) = (int(&text[..colon]).map_err(|_| SHAPE)?, &text[colon..]);
    if !(1..=9).contains(&colon) || !text[0].is_ascii_digit() || rest.len() < 6 || rest[3] != b':' {
        return Err(SHAPE);
    }
    let (minutes, seconds) = (two(&rest[1..3]).ok_or(SHAPE)?, two(&rest[4..6]).ok_or(SHAPE)?);
    if minutes > 59 || seconds > 59 {
        return Err(SHAPE);
    }
    if hours >= 838 {
        return Err("duration of 838 hours or more, at which MySQL cuts off");
    }
    match fraction(&rest[6..]) {
        Some(0) => Ok(sign * (hours * 3600 + minutes * 60 + seconds)),
        Some(_) => Err("duration with a fraction of a second"),
        None => Err(SHAPE),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn int_takes_all_of_64_bits_and_nothing_else() {
        assert_eq!(int(b"0"), Ok(0));
        assert_eq!(int(b"-9223372036854775808"), Ok(i64::MIN));
        assert_eq!(int(b"9223372036854775807"), Ok(i64::MAX));
        for bad in ["9223372036854775808", "18446744073709551615", "", "-", "1.0", " 1", "1a", "--1"] {
            assert!(int(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn wall_time_agrees_with_chrono_on_every_day() {
        let mut day = NaiveDate::from_ymd_opt(1, 1, 1).unwrap();
        while day < NaiveDate::from_ymd_opt(2401, 1, 1).unwrap() {
            let text = format!("{} 23:59:58.5", day.format("%Y-%m-%d"));
            let want = day.and_hms_micro_opt(23, 59, 58, 500_000).unwrap().and_utc().timestamp_micros();
            assert_eq!(wall_time(text.as_bytes()), Ok(want), "{text}");
            day += TimeDelta::days(1);
        }
        assert_eq!(wall_time(b"1970-01-02"), Ok(86_400 * MICROS));
    }

    #[test]
    fn wall_time_refuses_what_is_no_moment() {
        for (bad, reason) in [
            ("0000-00-00 00:00:00", "zero date"),
            ("2024-00-10 00:00:00", "date without year, month or day"),
            ("2024-10-00", "date without year, month or day"),
            ("2023-02-29 00:00:00", "no such date"),
            ("2024-13-01 00:00:00", "no such date"),
            ("2024-01-01 24:00:00", "time of day out of range"),
            ("not a date", "not a date and time"),
            ("2024-01-01 00:00", "not a date and time"),
            ("2024-01-01 00:00:00.1234567", "not a date and time"),
            ("", "not a date and time"),
        ] {
            assert_eq!(wall_time(bad.as_bytes()), Err(reason), "{bad}");
        }
    }

    #[test]
    fn instant_follows_the_zone_through_both_clock_changes() {
        let zone: Tz = "America/New_York".parse().unwrap();
        for (wall, utc) in [
            ("2024-07-01 12:00:00", "2024-07-01 16:00:00"),
            ("2024-11-03 01:30:00", "2024-11-03 05:30:00"), // shown twice: the first
            ("2024-03-10 02:30:00", "2024-03-10 07:30:00"), // skipped
        ] {
            assert_eq!(instant(wall_time(wall.as_bytes()).unwrap(), zone), wall_time(utc.as_bytes()), "{wall}");
        }
    }

    #[test]
    fn duration_is_seconds_up_to_what_mysql_can_hold() {
        assert_eq!(duration(b"00:14:30"), Ok(870));
        assert_eq!(duration(b"-101:00:01"), Ok(-363_601));
        assert_eq!(duration(b"837:59:59.000"), Ok(837 * 3600 + 3599));
        for bad in ["838:59:59", "12:60:00", "12:00", "::", ":00:00", "1:2:3", "--1:00:00", "00:00:00.5", "abc", ""] {
            assert!(duration(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn text_is_utf8_without_nul() {
        assert_eq!(text("Ñ\n".as_bytes()), Ok("Ñ\n"));
        assert!(text(b"a\0b").is_err());
        assert!(text(b"a\xff").is_err());
    }
}
