//! What was asked of the stand-in: for tests that say how a reader has to behave.

use std::collections::BTreeMap;

use serde::Serialize;

/// Counts since the start.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Stats {
    /// Calls by endpoint, such as `tickets`, `tickets/{id}`, `token`, and `files` for the file store.
    pub(crate) calls: BTreeMap<String, u64>,
    /// Replies by status.
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// Parameters nobody listens to, as `endpoint?name`: a filter among them filters nothing.
    pub(crate) ignored: BTreeMap<String, u64>,
    /// Calls of the resource server, counted in the order in which they came.
    pub(crate) api_calls: u64,
    /// Tokens issued.
    pub(crate) tokens: u64,
    /// Calls refused because of the rate limit.
    pub(crate) refused: u64,
    /// Calls that would have written: must be 0.
    pub(crate) writes: u64,
    /// Calls of the file store with a login, which it must not see: must be 0.
    pub(crate) logins_leaked: u64,
    /// Inline images that were asked for with a login, which they do not want.
    pub(crate) images_with_login: u64,
    /// Links that were used when they were no longer valid.
    pub(crate) expired_links: u64,
    /// Most calls at work at a time.
    pub(crate) in_flight_max: u64,
    /// Calls at work now.
    pub(crate) in_flight: u64,
}

impl Stats {
    /// How often an endpoint was called.
    pub(crate) fn of(&self, endpoint: &str) -> u64 {
        self.calls.get(endpoint).copied().unwrap_or(0)
    }
}
