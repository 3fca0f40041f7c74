//! What the stand-in can be told to do, and to do wrong.

use std::time::Duration;

/// How the stand-in behaves. The default is a tenant without faults, so that tests are fast; everything the platform does by
/// nature (bare arrays, no totals, keys in the query, no order) is always on.
#[derive(Debug, Clone)]
pub(crate) struct Switches {
    /// Everything in the desk, and every fault, follows from it.
    pub(crate) seed: u64,
    /// Tickets beside those with a story.
    pub(crate) tickets: i64,
    /// Companies beside those with a story; each has two departments and six people.
    pub(crate) companies: i64,
    /// Articles beside those with a story.
    pub(crate) articles: i64,
    /// Whether there is a ticket of 600 comments.
    pub(crate) long_thread: bool,
    /// Whether a file of 50 MB is among them; otherwise the largest has 3 MB.
    pub(crate) huge_file: bool,
    /// Whether it is another tenant, with codes of its own: types, states, catalogs, attributes, forms of dates and timers.
    pub(crate) variant: bool,
    /// Whether the tenant is of the tier that has no business rules, no processes, no approvals, no problems, no changes and no CIs.
    pub(crate) lite: bool,

    /// Keys that are known.
    pub(crate) keys: Vec<Key>,
    /// Name and password for `get-access-key`.
    pub(crate) login: (String, String),
    /// How a missing, unknown or expired key is refused.
    pub(crate) refusal: Refusal,
    /// The call after which every key is expired.
    pub(crate) expire_after: Option<u64>,

    /// Most rows of a `find` or `search`, whatever `limit` asks for; nothing tells of it.
    pub(crate) limit_max: Option<usize>,
    /// Rows in a thousand that change places from call to call; without it the order is arbitrary but stable.
    pub(crate) unstable: i64,
    /// Whether an attribute that a class does not have is left out without a word; otherwise it is a 500.
    pub(crate) unknown_is_ignored: bool,
    /// Whether `find/comment` and `find/file` want a `source`; otherwise they list all.
    pub(crate) wants_source: bool,
    /// Status with which `get` and `get-file` answer for what is not there: 404 or 500.
    pub(crate) not_found: u16,
    /// Classes that the tenant does not have: 500.
    pub(crate) absent_classes: Vec<String>,
    /// Whether the module `jsonRpc` is installed.
    pub(crate) json_rpc: bool,
    /// Whether the key is a superuser's: `smpsync` and the module `sdkController` answer.
    pub(crate) superuser: bool,

    /// Calls in a thousand that end in the HTML page of a proxy, 502 or 504.
    pub(crate) unavailable: i64,
    /// Calls in a thousand whose reply breaks off in the middle.
    pub(crate) cut: i64,
    /// The call that is answered by an HTML page with status 200.
    pub(crate) html_at: Option<u64>,
    /// How long every call takes at least.
    pub(crate) delay: Duration,
    /// How much longer a `find` without `attrs` takes.
    pub(crate) wide_delay: Duration,

    /// After so many pages of tickets, the desk changes as `changes::while_listing` says, once.
    pub(crate) change_after_page: Option<u64>,
}

/// A key, and what the user behind it may not see: that is missing, not refused.
#[derive(Debug, Clone, Default)]
pub(crate) struct Key {
    pub(crate) text: String,
    /// Classes and types of which it sees no object, such as `KB` or `ou$company`.
    pub(crate) hidden_classes: Vec<String>,
    /// Attributes it does not get, as `class.code`.
    pub(crate) hidden_attributes: Vec<String>,
}

/// How the platform refuses a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 500 with a phrase in Russian, as live tenants do.
    Phrase,
    /// 401 without a text.
    Unauthorized,
    /// 403 without a text.
    Forbidden,
}

/// The key that sees everything.
pub(crate) const KEY: &str = "7b0c1e5a-5150-4cab-9e11-0f5e2d3c4b5a";

/// The key of a user with few rights: no knowledge base, no enquiries, no mobile numbers, no texts of how tickets were solved.
pub(crate) const NARROW_KEY: &str = "1d2e3f40-5150-4bad-8a22-9c8b7a695847";

impl Default for Switches {
    fn default() -> Self {
        let narrow = Key {
            text: NARROW_KEY.into(),
            hidden_classes: vec!["KB".into(), "serviceCall$call".into()],
            hidden_attributes: vec!["employee.mobilePhoneNumber".into(), "serviceCall.resultDescr".into()],
        };
        Self {
            seed: 1,
            tickets: 240,
            companies: 20,
            articles: 30,
            long_thread: false,
            huge_file: false,
            variant: false,
            lite: false,
            keys: vec![Key { text: KEY.into(), ..Key::default() }, narrow],
            login: ("migration".into(), "login-secret-5150".into()),
            refusal: Refusal::Phrase,
            expire_after: None,
            limit_max: None,
            unstable: 0,
            unknown_is_ignored: false,
            wants_source: false,
            not_found: 404,
            absent_classes: Vec::new(),
            json_rpc: false,
            superuser: false,
            unavailable: 0,
            cut: 0,
            html_at: None,
            delay: Duration::ZERO,
            wide_delay: Duration::ZERO,
            change_after_page: None,
        }
    }
}

impl Switches {
    /// Another tenant: codes of its own, comments by `source` only.
    pub(crate) fn variant() -> Self {
        Self { variant: true, wants_source: true, ..Self::default() }
    }
}
