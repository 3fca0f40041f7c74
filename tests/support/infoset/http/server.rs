//! What every call goes through before an endpoint answers it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use axum::http::Method;
use serde_json::json;

use super::super::changes;
use super::super::desk::Desk;
use super::super::dice::Dice;
use super::super::standin::Tenant;
use super::super::standin::stats::Stats;
use super::super::switches::Switches;
use super::super::wire::Dialect;
use super::call::Call;
use super::login::Tokens;
use super::rate::Window;
use super::refusals::{not_found, over_quota, refusal};
use super::reply::Reply;
use super::variant::{Parameters, parameters, route};
use super::{files, routes};

/// The one path that is posted to.
const LOGIN: &str = "login/token";
/// What an account without a limit says is left.
const PLENTY: usize = 100_000;

/// The stand-in at work.
#[derive(Debug)]
pub(crate) struct Server {
    switches: RwLock<Arc<Switches>>,
    pub(crate) desk: Desk,
    pub(crate) dialect: Dialect,
    pub(crate) stats: Mutex<Stats>,
    tokens: Mutex<Tokens>,
    window: Mutex<Window>,
    /// When links to the file store end, by file and signature.
    pub(crate) links: Mutex<BTreeMap<(i64, String), Instant>>,
    pages: AtomicU64,
}

impl Server {
    /// A server whose file store will be reached at `files_url`.
    pub(crate) fn new(switches: Switches, files_url: String) -> Self {
        Self {
            desk: Desk::new(&switches),
            dialect: Dialect {
                seed: switches.seed,
                variant: switches.variant,
                bare_in_istanbul: switches.bare_dates_in_istanbul,
                files_url,
            },
            switches: RwLock::new(Arc::new(switches)),
            stats: Mutex::default(),
            tokens: Mutex::default(),
            window: Mutex::default(),
            links: Mutex::default(),
            pages: AtomicU64::new(0),
        }
    }

    /// How it behaves now.
    pub(crate) fn switches(&self) -> Arc<Switches> {
        Arc::clone(&self.switches.read().unwrap())
    }

    /// Lets it behave differently from now on.
    pub(crate) fn switch(&self, change: impl FnOnce(&mut Switches)) {
        let mut switches = Switches::clone(&self.switches());
        change(&mut switches);
        *self.switches.write().unwrap() = Arc::new(switches);
    }

    /// What parameters are called.
    pub(crate) fn parameters(&self) -> Parameters {
        parameters(self.dialect.variant)
    }

    /// A link to the file store, valid for a while.
    pub(crate) fn new_link(&self, id: i64) -> String {
        let mut links = self.links.lock().unwrap();
        let (switches, number) = (self.switches(), links.len() as u64);
        let signature = files::signature(switches.seed, id, number);
        links.insert((id, signature.clone()), Instant::now() + switches.link_life);
        format!("{}/f/{id}?expires={}&signature={signature}", self.dialect.files_url, switches.link_life.as_secs())
    }

    /// A page of tickets was given: time for the desk to change, perhaps.
    pub(crate) fn listed_tickets(&self) {
        let page = self.pages.fetch_add(1, Ordering::Relaxed) + 1;
        if self.switches().change_after_page == Some(page) {
            changes::while_listing(&self.desk);
        }
    }

    /// Answers a call of the API; whether the reply breaks off in the middle.
    fn api(&self, call: &Call, path: &str) -> (Reply, bool) {
        if call.method != Method::GET && path != LOGIN {
            self.stats.lock().unwrap().writes += 1;
            return (refusal(403, "Nothing is written here."), false);
        }
        let Some((endpoint, id)) = route(path, self.dialect.variant) else {
            self.count("unknown");
            return (not_found(), false);
        };
        let number = self.count(endpoint);
        let now = Instant::now();
        if path == LOGIN {
            let reply = self.tokens.lock().unwrap().request(&self.switches(), call, now, changes::now());
            self.stats.lock().unwrap().tokens += u64::from(reply.status == 200);
            return (reply, false);
        }
        if !self.tokens.lock().unwrap().admit(&self.switches(), call, now) {
            return (refusal(401, "Unauthorized"), false);
        }
        let left = match self.granted(now) {
            Ok(left) => left,
            Err(refusal) => return (refusal.with("x-ratelimit-remaining", "0"), false),
        };
        let refused = self.refused(endpoint, number);
        let reply = refused.unwrap_or_else(|| routes::answer(self, call, endpoint, id.as_deref()));
        if reply.status < 400 {
            let mut stats = self.stats.lock().unwrap();
            for name in call.ignored() {
                *stats.ignored.entry(format!("{endpoint}?{name}")).or_default() += 1;
            }
        }
        let cut = reply.status == 200 && self.chance("cut", number, self.switches().cut);
        (reply.with("x-ratelimit-remaining", left.to_string()), cut)
    }

    /// Counts a call of an endpoint; its number.
    fn count(&self, endpoint: &str) -> u64 {
        let mut stats = self.stats.lock().unwrap();
        stats.api_calls += 1;
        *stats.calls.entry(endpoint.into()).or_default() += 1;
        stats.api_calls
    }

    fn chance(&self, fault: &str, number: u64, share: i64) -> bool {
        share > 0 && Dice::new(self.switches().seed, fault, number.cast_signed()).in_thousand(share)
    }

    /// How many calls are left.
    fn granted(&self, now: Instant) -> Result<usize, Reply> {
        let Some(rate) = self.switches().rate else { return Ok(PLENTY) };
        self.window.lock().unwrap().grant(&rate, now).map_err(|free| {
            self.stats.lock().unwrap().refused += 1;
            over_quota(rate.retry_after, free)
        })
    }

    /// Everything but the endpoint itself that can say no.
    fn refused(&self, endpoint: &str, number: u64) -> Option<Reply> {
        if self.chance("unavailable", number, self.switches().unavailable) {
            return Some(refusal(500, "An error has occurred."));
        }
        match self.switches().refused.get(endpoint)? {
            402 => Some(refusal(402, "Bu özellik paketinize dahil değil.")),
            404 => Some(not_found()),
            status => Some(refusal(*status, "Forbidden")),
        }
    }
}

impl Tenant for Server {
    fn answer(&self, call: &Call) -> (Reply, bool) {
        match call.path.strip_prefix("v1/") {
            Some(path) => self.api(call, path),
            None if call.path == "_standin/stats" => (Reply::json(&json!(*self.stats.lock().unwrap())), false),
            None => (Reply::empty(404), false),
        }
    }

    fn store(&self, call: &Call) -> Reply {
        files::store(self, call)
    }

    fn stats(&self) -> &Mutex<Stats> {
        &self.stats
    }

    fn delay(&self) -> Duration {
        let (switches, number) = (self.switches(), self.stats.lock().unwrap().api_calls);
        if self.chance("hang", number, switches.hangs) { switches.hang } else { switches.delay }
    }
}
