//! How a sandbox is set up.

use crate::{Faults, Webhook, WorkspaceFile};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Calls per 10 seconds of a private app: 10,000 calls per minute, spread over windows of 10 seconds.
pub const RATE_DEFAULT: u32 = 1667;

/// Everything [`serve`](crate::serve) needs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Calls per 10-second window of each token; `None` is no limit, and then no `X-RateLimit-*` headers either.
    pub rate: Option<u32>,
    /// What makes the limit hard to follow.
    pub rate_more: RateSettings,
    /// What goes wrong, and how often.
    pub faults: Faults,
    /// Source of ids and of chance.
    pub seed: u64,
    /// The only bearer token taken; `None` takes any.
    pub token: Option<String>,
    /// Teammates, teams and whatever else no API call creates.
    pub workspace: WorkspaceFile,
    /// How long a new contact or conversation stays invisible to `POST /contacts/search` or `/conversations/search`.
    pub search_delay: Duration,
    /// Where events are sent.
    pub webhook: Option<Webhook>,
}

/// What makes a rate limit hard to follow. As a default nothing does.
#[derive(Debug, Clone, Default)]
pub struct RateSettings {
    /// Calls per window of all tokens together.
    pub workspace: Option<u32>,
    /// Share of the first token's calls that another app takes, spread evenly over each window; 0 to 1.
    pub eaten: f64,
    /// Limits that come later: so long after the first call, so many per window; in order of time.
    pub changes: Vec<(Duration, u32)>,
    /// How far the clock is ahead by which windows, `X-RateLimit-Reset` and `Date` go.
    pub ahead_ms: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            rate: Some(RATE_DEFAULT),
            rate_more: RateSettings::default(),
            faults: Faults::default(),
            seed: 0,
            token: None,
            workspace: WorkspaceFile::default(),
            search_delay: Duration::from_secs(2),
            webhook: None,
        }
    }
}
