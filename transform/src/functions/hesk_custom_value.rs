//! `hesk_custom_value(type, stored, timezone)`: a custom field's value as the JSON that its Intercom attribute takes.
//!
//! Text is decoded once, `<br />` is a line end, links are flattened. Several ticked boxes are one text joined by `, `, for a
//! list attribute holds one value. A date is stored as UTC midnight of its day; it becomes midnight of that day in the desk's
//! time zone, in epoch seconds, so that the desk's people see the day that was meant. A value its type does not allow is NULL.

use chrono::{DateTime, TimeZone};
use chrono_tz::Tz;
use datafusion::logical_expr::ScalarUDF;

use super::html::decode;
use super::html_to_text::convert;
use super::json_quote::quote;
use super::scalar::{Kind, Scalar};
use super::split_emails::split;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::texts("hesk_custom_value", 2, &[Kind::Text, Kind::Text, Kind::Text], |row| value(row[0]?, row[1]?, row[2]))
}

fn value(kind: &str, stored: &str, timezone: Option<&str>) -> Option<String> {
    let stored = stored.trim();
    if stored.is_empty() {
        return None;
    }
    match kind.trim() {
        "date" => date(stored, timezone).map(|seconds| seconds.to_string()),
        "email" => {
            let addresses = split(&decode(stored));
            (!addresses.is_empty()).then(|| quote(&addresses.join(", ")))
        }
        "checkbox" => text(&split_breaks(stored).map(plain).filter(|o| !o.is_empty()).collect::<Vec<_>>().join(", ")),
        _ => text(&plain(stored)),
    }
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| quote(text))
}

/// Escaped text with `<br />` and links as plain text. Without a tag its blanks are kept.
fn plain(stored: &str) -> String {
    if stored.contains('<') { convert(stored) } else { decode(stored).trim().to_owned() }
}

fn split_breaks(stored: &str) -> impl Iterator<Item = &str> {
    stored
        .split("<br")
        .enumerate()
        .map(|(index, piece)| if index == 0 { piece } else { piece.split_once('>').map_or(piece, |(_, rest)| rest) })
}

fn date(stored: &str, timezone: Option<&str>) -> Option<i64> {
    let midnight = DateTime::from_timestamp(stored.parse().ok()?, 0)?;
    let zone: Tz = timezone.and_then(|name| name.trim().parse().ok()).unwrap_or(Tz::UTC);
    // Before 2.7.3 midnight was the desk's own: the nearest day is meant.
    let day = (midnight + chrono::TimeDelta::hours(12)).date_naive().and_hms_opt(0, 0, 0)?;
    let local = zone
        .from_local_datetime(&day)
        .earliest()
        .or_else(|| zone.from_local_datetime(&(day + chrono::TimeDelta::hours(1))).earliest());
    local.map(|instant| instant.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_of_each_type_is_typed_json() {
        let cases = [
            ("text", "Caf&eacute; &amp;amp; co", Some("\"Café &amp; co\"")),
            (
                "textarea",
                "one<br />\ntwo <a href=\"https://x.org/\">https://x.org/</a>",
                Some("\"one\\ntwo https://x.org/\""),
            ),
            ("checkbox", "A &amp; B<br />C", Some("\"A & B, C\"")),
            ("date", "1741564800", Some("1741579200")),
            ("date", "not a date", None),
            ("date", "9999999999999999", None),
            ("email", "A@X.org,b@y.org", Some("\"a@x.org, b@y.org\"")),
            ("select", " ", None),
        ];
        for (kind, stored, expected) in cases {
            assert_eq!(value(kind, stored, Some("America/New_York")).as_deref(), expected, "{kind} {stored}");
        }
    }
}
