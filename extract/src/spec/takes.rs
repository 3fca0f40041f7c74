//! What a setting takes where not every text will do.

use std::time::Duration;

use serde::Deserialize;

/// A form of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// A stretch of time: `30s`, `15m`, `24h`, `7d`.
    Period,
    /// A part of a whole: above 0, at most 1.
    Share,
}

impl Takes {
    /// Whether a text is of this form; what comes from the environment is not known yet.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(self, text: &str) -> Result<(), String> {
        match self {
            _ if text.contains("${") => Ok(()),
            Self::Period if period(text).is_none() => Err(format!("`{text}` is no stretch of time, such as 15m, 24h or 7d")),
            Self::Share if share(text).is_none() => Err(format!("`{text}` is no share: a number above 0, at most 1")),
            Self::Period | Self::Share => Ok(()),
        }
    }
}

/// A stretch of time out of `30s`, `15m`, `24h` or `7d`; more than nothing.
pub fn period(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    number.checked_mul(seconds).map(Duration::from_secs)
}

/// A part of a whole out of `0.5`.
pub fn share(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|share| *share > 0.0 && *share <= 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_has_a_number_and_a_unit() {
        let seconds = |text: &str| period(text).map(|period| period.as_secs());
        assert_eq!(["30s", " 15m", "24h", "7d"].map(seconds), [Some(30), Some(900), Some(86_400), Some(604_800)]);
        for wrong in ["", "d", "7", "0d", "-1h", "1.5h", "7 d", "1w", "99999999999999999999d", "3é"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_share_is_above_nothing_and_at_most_all() {
        assert_eq!([share("0.5"), share("1"), share("0"), share("1.1"), share("NaN"), share("half")].map(|s| s.is_some()), [true, true, false, false, false, false]);
        assert!(Takes::Share.check("2").is_err() && Takes::Share.check("${SHARE}").is_ok() && Takes::Period.check("2").is_err());
    }
}
