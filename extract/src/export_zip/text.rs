//! Texts and times of an export, back to the form in which Hesk's database holds them.

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

/// A plain text as Hesk stores it: the five entities of its own, line ends as `<br />`.
pub(super) fn escape(text: &[u8]) -> Vec<u8> {
    let mut stored = Vec::with_capacity(text.len() + text.len() / 8);
    for byte in text {
        match byte {
            b'&' => stored.extend_from_slice(b"&amp;"),
            b'<' => stored.extend_from_slice(b"&lt;"),
            b'>' => stored.extend_from_slice(b"&gt;"),
            b'"' => stored.extend_from_slice(b"&quot;"),
            b'`' => stored.extend_from_slice(b"&#96;"),
            b'\n' => stored.extend_from_slice(b"<br />\n"),
            other => stored.push(*other),
        }
    }
    stored
}

/// A name that some versions export as it is stored and others as plain text: escaped once either way.
pub(super) fn escape_name(name: &[u8]) -> Vec<u8> {
    let is_entity =
        |rest: &[u8]| [&b"&amp;"[..], b"&lt;", b"&gt;", b"&quot;", b"&#96;"].iter().any(|e| rest.starts_with(e));
    let mut is_stored = false;
    for (at, byte) in name.iter().enumerate() {
        match byte {
            b'<' | b'>' | b'"' | b'`' => return escape(name),
            b'&' if !is_entity(&name[at..]) => return escape(name),
            b'&' => is_stored = true,
            _ => {}
        }
    }
    if is_stored { name.to_vec() } else { escape(name) }
}

/// How far the clock of the help desk was ahead of UTC when it was exported. Hesk shows all times with this one offset, whatever
/// the zone's offset was at those times.
pub(super) fn offset_at(local: NaiveDateTime, zone: Tz) -> Option<TimeDelta> {
    let wall = local.and_utc().timestamp_micros();
    let instant = crate::values::instant(wall, zone).ok()?;
    Some(TimeDelta::microseconds(wall - instant))
}

/// The moment in `hesk_export_2024-12-02_10-05-00_255438`.
pub(super) fn moment_of_name(name: &str) -> Option<NaiveDateTime> {
    let (_, rest) = name.rsplit_once("hesk_export_")?;
    NaiveDateTime::parse_from_str(rest.get(..19)?, "%Y-%m-%d_%H-%M-%S").ok()
}

/// A DateTime cell.
pub(super) fn time(cell: &[u8]) -> Option<NaiveDateTime> {
    let text = std::str::from_utf8(cell).ok()?;
    let micros = crate::values::wall_time(text.get(..19)?.as_bytes()).ok()?;
    Some(DateTime::from_timestamp_micros(micros)?.naive_utc())
}

/// A DateTime cell as the UTC text of a TIMESTAMP; what is no time stays as it is, to become a defect.
pub(super) fn instant(cell: &[u8], offset: TimeDelta) -> Option<Vec<u8>> {
    if cell.is_empty() {
        return None;
    }
    match time(cell).and_then(|t| t.checked_sub_signed(offset)) {
        Some(utc) => Some(utc.format("%Y-%m-%d %H:%M:%S").to_string().into_bytes()),
        None => Some(cell.to_vec()),
    }
}

/// A custom date as Hesk stores it: seconds of its midnight in UTC.
pub(super) fn custom_date(cell: &[u8]) -> Vec<u8> {
    time(cell).map_or_else(|| cell.to_vec(), |t| t.and_utc().timestamp().to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_once_whatever_the_version() {
        assert_eq!(escape_name(b"Ana \"T\" & co"), b"Ana &quot;T&quot; &amp; co");
        assert_eq!(escape_name(b"Ana &quot;T&quot; &amp; co"), b"Ana &quot;T&quot; &amp; co");
        assert_eq!(escape_name(b"A &amp; <b>"), b"A &amp;amp; &lt;b&gt;");
        assert_eq!(escape(b"a\n`"), b"a<br />\n&#96;");
    }

    #[test]
    fn times_take_the_offset_of_the_export() {
        let zone: Tz = "America/New_York".parse().unwrap();
        let moment = moment_of_name("x/hesk_export_2024-12-02_10-05-00_255438.xml").unwrap();
        let offset = offset_at(moment, zone).unwrap();
        // Written at 09:05 EDT, shown as 08:05 by an export in winter.
        assert_eq!(instant(b"2024-10-29T08:05:11.000", offset).unwrap(), b"2024-10-29 13:05:11");
        assert_eq!(instant(b"", offset), None);
        assert_eq!(instant(b"-0001-11-30T00:00:00.000", offset).unwrap(), b"-0001-11-30T00:00:00.000");
        assert_eq!(moment_of_name("export.xml"), None);
    }

    #[test]
    fn custom_date_is_utc_midnight_in_seconds() {
        assert_eq!(custom_date(b"2014-01-01T00:00:00.000"), b"1388534400");
        assert_eq!(custom_date(b"not a date"), b"not a date");
    }
}
