//! What the stand-in can be told to do, and to do wrong.

use std::time::Duration;

pub(crate) use super::super::standin::rate::Rate;

/// How the stand-in behaves. The default is a tenant without a rate limit and without faults, so that tests are fast;
/// everything a tenant does by nature (paging, envelopes, missing nulls …) is always on.
#[derive(Debug, Clone)]
pub(crate) struct Switches {
    /// Everything in the desk, and every fault, follows from it.
    pub(crate) seed: u64,
    /// Tickets beside those with a story; 100,000 and more are made when they are asked for.
    pub(crate) tickets: i64,
    /// Clients beside those with a story; each has a site and three contacts.
    pub(crate) clients: i64,
    /// Articles beside those with a story.
    pub(crate) articles: i64,
    /// Whether ticket `story::LONG_THREAD` has 5,200 actions; otherwise it does not exist.
    pub(crate) long_thread: bool,

    /// Tenant that has to be named when logging in.
    pub(crate) tenant: String,
    /// ID and secret of the one API application.
    pub(crate) client: (String, String),
    /// Name and password of the one login for the password grant.
    pub(crate) login: (String, String),
    /// Scopes the application may ask for.
    pub(crate) scopes: Vec<String>,
    /// How long a token lasts, in seconds.
    pub(crate) token_seconds: u64,
    /// The call after which every token issued so far is revoked, once.
    pub(crate) revoke_after: Option<u64>,
    /// Endpoints (lower case, such as `ticketrules`) that the agent behind the application has no right to: 403.
    pub(crate) forbidden: Vec<String>,
    /// Teams the agent is restricted to: tickets of others are missing from lists without a word, and 404.
    pub(crate) only_teams: Option<Vec<i64>>,

    /// Calls granted, if limited.
    pub(crate) rate: Option<Rate>,
    /// Calls in a thousand that end in 502 or 503.
    pub(crate) unavailable: i64,
    /// Calls in a thousand whose reply breaks off in the middle.
    pub(crate) cut: i64,
    /// The call that is answered by an HTML page with status 200.
    pub(crate) html_at: Option<u64>,
    /// How long every call takes at least.
    pub(crate) delay: Duration,

    /// Whether a page past the end repeats the last one instead of being empty.
    pub(crate) repeats_last_page: bool,
    /// Whether a bare list of tickets holds closed ones of any age; otherwise only those closed in the last 30 days.
    pub(crate) bare_list_has_all: bool,
    /// Whether lists leave out `record_count`.
    pub(crate) without_totals: bool,
    /// Whether `/Agent` answers `{"results":[…]}` instead of a bare array.
    pub(crate) agents_in_results: bool,
    /// Whether a span of more than a day is refused by `/Actions` instead of giving an empty list.
    pub(crate) long_span_is_refused: bool,
    /// Most actions of one reply, whatever `count` asks for; `record_count` tells the truth.
    pub(crate) actions_max: usize,
    /// Whether every id is written as a double (`12.0`), not only those that the vendor declares so.
    pub(crate) ids_as_doubles: bool,

    /// Whether `/Attachment/{id}` answers the bytes (older, on-premises) instead of a link to the file store.
    pub(crate) raw_downloads: bool,
    /// How long a link to the file store is valid.
    pub(crate) link_life: Duration,

    /// After so many pages of `/Tickets`, the desk changes as `changes::while_listing` says, once.
    pub(crate) change_after_page: Option<u64>,
    /// Whether ticket `story::VANISHING` is gone by the time its detail is asked for.
    pub(crate) vanishing: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            seed: 1,
            tickets: 300,
            clients: 100,
            articles: 100,
            long_thread: false,
            tenant: "acme".into(),
            client: ("deskferry-app".into(), "app-secret-5150".into()),
            login: ("migration".into(), "login-secret-5150".into()),
            scopes: every_scope(),
            token_seconds: 3600,
            revoke_after: None,
            forbidden: Vec::new(),
            only_teams: None,
            rate: None,
            unavailable: 0,
            cut: 0,
            html_at: None,
            delay: Duration::ZERO,
            repeats_last_page: false,
            bare_list_has_all: false,
            without_totals: false,
            agents_in_results: false,
            long_span_is_refused: false,
            actions_max: usize::MAX,
            ids_as_doubles: false,
            raw_downloads: false,
            link_life: Duration::from_secs(60),
            change_after_page: None,
            vanishing: false,
        }
    }
}

/// All scopes that an application can have.
fn every_scope() -> Vec<String> {
    let things = "tickets calendar customers crm timesheets contracts suppliers items projects sales quotes sos pos \
                  invoices reporting software softwarelicensing kb assets";
    let read = things.split_whitespace().map(|thing| format!("read:{thing}"));
    let edit = things.split_whitespace().map(|thing| format!("edit:{thing}"));
    let other = ["all", "all:standard", "admin", "editMine:timesheets", "access:chat", "access:adpasswordreset"];
    read.chain(edit).chain(other.map(String::from)).collect()
}

impl Rate {
    /// What hosted tenants were seen to grant: 300 calls in 300 seconds, with time made this much faster. No refusal was seen to
    /// say when to come again.
    pub(crate) fn hosted(faster: u32) -> Self {
        Self { calls: 300, seconds: 300, faster, retry_after: false }
    }
}
