//! What the stand-in can be told to do, and to do wrong.

use std::collections::BTreeMap;
use std::time::Duration;

pub(crate) use super::super::standin::rate::Rate;
use super::desk::moment::{Moment, day};

/// How the stand-in behaves. The default is an account without a rate limit and without faults, so that tests are fast.
#[derive(Debug, Clone)]
pub(crate) struct Switches {
    /// Everything in the desk, and every fault, follows from it.
    pub(crate) seed: u64,
    /// Tickets without a story; the rest of the desk grows with them. 100,000 take some seconds.
    pub(crate) tickets: i64,
    /// The time it is: nothing in the desk is later, and everything is as old as it is before it.
    pub(crate) now: Moment,
    /// Whether it is another edition: routes, parameters and members have other names (`wire/names.rs`, `http/variant.rs`).
    pub(crate) variant: bool,

    /// The key.
    pub(crate) api_key: String,
    /// E-mail and password of the one login.
    pub(crate) login: (String, String),
    /// In what the token of `/v1/login/token` comes.
    pub(crate) token_reply: TokenReply,
    /// What names the user in a token.
    pub(crate) token_claim: &'static str,
    /// Whether a token says when it ends.
    pub(crate) token_tells_end: bool,
    /// How long a token lasts, in seconds.
    pub(crate) token_seconds: u64,
    /// What `/v1/users/me` calls the id; 403 for a key without a user.
    pub(crate) me: Me,

    /// Most rows of a page.
    pub(crate) size_max: i64,
    /// Whether asking for more is refused by 400; otherwise the page is cut.
    pub(crate) oversize_is_refused: bool,
    /// Whether a list that was not asked for its total says 0; otherwise it says nothing.
    pub(crate) unasked_total_is_zero: bool,
    /// Whether `FromUpdatedDate` leaves out what was updated at that very time.
    pub(crate) from_is_exclusive: bool,
    /// Whether refusals are problem details (RFC 7807); otherwise `{"message"}`.
    pub(crate) problem_details: bool,
    /// Whether dates without an offset are of Istanbul; otherwise UTC.
    pub(crate) bare_dates_in_istanbul: bool,
    /// After so many days rooms, with their messages, are gone.
    pub(crate) retention_days: Option<i64>,

    /// Calls granted, if limited; in a window that rolls, and every reply tells how many are left.
    pub(crate) rate: Option<Rate>,
    /// Calls in a thousand that end in 500.
    pub(crate) unavailable: i64,
    /// Calls in a thousand whose reply breaks off in the middle.
    pub(crate) cut: i64,
    /// How long every call takes at least.
    pub(crate) delay: Duration,
    /// Calls in a thousand that take as long as `hang`.
    pub(crate) hangs: i64,
    /// How long those take.
    pub(crate) hang: Duration,
    /// Routes, such as `calls` or `deals/logs`, that answer with this status: 402 (plan), 403, 404.
    pub(crate) refused: BTreeMap<String, u16>,
    /// How long a link to the file store is valid.
    pub(crate) link_life: Duration,
    /// After so many pages of tickets the desk changes as `changes::while_listing` says, once.
    pub(crate) change_after_page: Option<u64>,
}

/// In what the token comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenReply {
    /// A JSON string.
    Bare,
    /// An object with a member `token`.
    Object,
}

/// What `/v1/users/me` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Me {
    /// The user, with the id in this member.
    Under(&'static str),
    /// 403.
    Forbidden,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            seed: 1,
            tickets: 200,
            now: day(2026, 7, 1),
            variant: false,
            api_key: "5f0c7a44-9d53-4c7e-8a41-standin05150".into(),
            login: ("goc@ornek.example".into(), "login-secret-5150".into()),
            token_reply: TokenReply::Object,
            token_claim: "Id",
            token_tells_end: true,
            token_seconds: 3600,
            me: Me::Under("id"),
            size_max: 100,
            oversize_is_refused: false,
            unasked_total_is_zero: false,
            from_is_exclusive: false,
            problem_details: false,
            bare_dates_in_istanbul: false,
            retention_days: None,
            rate: None,
            unavailable: 0,
            cut: 0,
            delay: Duration::ZERO,
            hangs: 0,
            hang: Duration::from_secs(120),
            refused: BTreeMap::new(),
            link_life: Duration::from_secs(60),
            change_after_page: None,
        }
    }
}

impl Switches {
    /// The other edition: also smaller pages, and dates without an offset in Istanbul's time.
    pub(crate) fn variant() -> Self {
        Self { variant: true, size_max: 25, bare_dates_in_istanbul: true, ..Self::default() }
    }
}

impl Rate {
    /// So many calls a minute, with time made this much faster.
    pub(crate) fn a_minute(calls: usize, faster: u32) -> Self {
        Self { calls, seconds: 60, faster, retry_after: false }
    }
}
