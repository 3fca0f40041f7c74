//! `[serve]`: how events are taken in and applied.

use std::time::Duration;

use serde::Deserialize;
use serde::de::Error as _;

/// `[serve]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Serve {
    /// What Intercom signs events with: the client secret of the app; `${INTERCOM_WEBHOOK_SECRET}`.
    pub(crate) webhook_secret: String,
    /// How long events are collected before they are applied.
    #[serde(deserialize_with = "span")]
    pub(crate) apply_every: Duration,
    /// How long an event may wait before `/health` says that something is wrong.
    #[serde(deserialize_with = "span")]
    pub(crate) lag_max: Duration,
    /// Days for which events are kept after they were applied.
    pub(crate) keep_days: u32,
}

impl Default for Serve {
    fn default() -> Self {
        Self {
            webhook_secret: "${INTERCOM_WEBHOOK_SECRET}".to_owned(),
            apply_every: Duration::from_secs(10),
            lag_max: Duration::from_secs(15 * 60),
            keep_days: 30,
        }
    }
}

fn span<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    parse_span(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// A time such as `500ms`, `10s`, `15m`, `2h`, `1d`.
pub(crate) fn parse_span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time; write 500ms, 10s, 15m, 2h or 1d");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u32 = number.parse().map_err(|_| wrong())?;
    let unit_ms = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong()),
    };
    Ok(Duration::from_millis(u64::from(number) * unit_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_a_number_and_a_unit() {
        let cases =
            [("500ms", 500), ("10s", 10_000), ("15m", 900_000), ("2 h", 7_200_000), ("1d", 86_400_000), ("0s", 0)];
        for (text, ms) in cases {
            assert_eq!(parse_span(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in ["", "10", "s", "-1s", "1.5s", "10 weeks", "99999999999s", "1é"] {
            assert!(parse_span(text).is_err(), "{text}");
        }
    }
}
