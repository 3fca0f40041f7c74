//! `[serve]`: how events are taken in and applied.

use std::time::Duration;

use serde::Deserialize;
use serde::de::Error as _;

/// `[serve]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Serve {
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
        Self { apply_every: Duration::from_secs(10), lag_max: Duration::from_secs(15 * 60), keep_days: 30 }
    }
}

fn span<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong =
        |e: humantime::DurationError| D::Error::custom(format!("`{text}` is no time: {e}; write 500ms, 10s or 15m"));
    humantime::parse_duration(&text).map_err(wrong)
}
