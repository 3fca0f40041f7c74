//! What a client is made from.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::Login;

/// The clock, passed in.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
/// The source of chance for jitter, passed in.
pub type Chance = Arc<dyn Fn() -> u32 + Send + Sync>;

/// Told now and then while the server cannot be reached and is tried again.
#[derive(Clone)]
pub struct Notice(Arc<dyn Fn(&str) + Send + Sync>);

impl Notice {
    /// Tells by this.
    pub fn new(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(crate) fn tell(&self, text: &str) {
        (self.0)(text);
    }
}

impl Default for Notice {
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl fmt::Debug for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Notice")
    }
}

/// A text that is never shown: not by `Debug`, not in errors.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` with every occurrence of the secret replaced by `***`.
    pub fn redact(&self, text: &str) -> String {
        if self.0.len() < 4 { text.to_owned() } else { text.replace(&self.0, "***") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// An access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Sent as `Authorization: Bearer`.
    pub secret: Secret,
    /// Environment variable or setting that holds it, by which errors name it.
    pub from: String,
}

impl Token {
    /// A token and where it comes from.
    pub fn new(secret: Secret, from: impl Into<String>) -> Self {
        Self { secret, from: from.into() }
    }
}

/// So many calls are granted in any stretch of time of this length, whether replies say so or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Calls, at least 1.
    pub calls: u64,
    /// Length of the stretch.
    pub period: Duration,
}

/// Where to call, as whom, and how patiently.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What messages call the other side: `Intercom`.
    pub name: String,
    /// Scheme, host and maybe a path before every request's path.
    pub base_url: String,
    /// None, one, or several: of apps of one workspace, each with a limit of its own. A call goes out as the app with most room.
    pub tokens: Vec<Token>,
    /// Says who calls where that is no fixed token; only calls to the base URL's own scheme, host and port carry it.
    pub login: Option<Arc<dyn Login>>,
    /// Calls granted, where that is known beforehand; what headers grant is kept besides.
    pub grant: Option<Grant>,
    /// Share of what is granted that is used, above 0 and at most 1: the rest is left to other apps.
    pub rate_share: f64,
    /// Texts that are never shown, besides the tokens.
    pub redact: Vec<Secret>,
    /// What a reply of status 400 and above says where it does not take the credentials, besides 401.
    pub refused_if: Vec<String>,
    /// What a reply of status 500 and above says where the call fails however often it is repeated.
    pub final_if: Vec<String>,
    /// Whether only public addresses are called: not the own machine, not the network it is in.
    pub public_only: bool,
    /// Sent with every request.
    pub headers: Vec<(String, String)>,
    /// Longest time for one call, from connecting to the last byte.
    pub timeout: Duration,
    /// Most tries of a call that may be repeated.
    pub attempts_max: u32,
    /// First pause between tries; doubles from try to try.
    pub backoff_min: Duration,
    /// Longest pause between tries.
    pub backoff_max: Duration,
    /// Told while the server cannot be reached.
    pub notice: Notice,
}

impl Settings {
    /// Settings with the usual patience: 60 s per call, six tries, pauses of 0.5 s to 30 s.
    pub fn new(name: &str, base_url: &str) -> Self {
        Self {
            name: name.to_owned(),
            base_url: base_url.to_owned(),
            tokens: Vec::new(),
            login: None,
            grant: None,
            rate_share: 1.0,
            redact: Vec::new(),
            refused_if: Vec::new(),
            final_if: Vec::new(),
            public_only: false,
            headers: Vec::new(),
            timeout: Duration::from_secs(60),
            attempts_max: 6,
            backoff_min: Duration::from_millis(500),
            backoff_max: Duration::from_secs(30),
            notice: Notice::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_shown_nowhere() {
        let settings = Settings {
            tokens: vec![Token::new(Secret::new("dG9rOmFiY2Q"), "TOKEN")],
            ..Settings::new("x", "http://x")
        };
        assert!(!format!("{settings:?}").contains("dG9r"));
        assert_eq!(Secret::new("dG9rOmFiY2Q").redact("a dG9rOmFiY2Q b"), "a *** b");
    }
}
