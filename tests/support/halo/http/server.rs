//! What every call goes through before an endpoint answers it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use axum::http::Method;
use serde_json::json;

use super::super::desk::Desk;
use super::super::desk::ticket::Brief;
use super::super::dice::Dice;
use super::super::standin::Tenant;
use super::super::standin::stats::Stats;
use super::super::switches::Switches;
use super::super::wire::Dialect;
use super::call::Call;
use super::login::Tokens;
use super::rate::Window;
use super::reply::Reply;
use super::{files, gate, refusals, routes};

/// The stand-in at work.
#[derive(Debug)]
pub(crate) struct Server {
    switches: RwLock<Arc<Switches>>,
    pub(crate) desk: Desk,
    pub(crate) dialect: Dialect,
    pub(crate) stats: Mutex<Stats>,
    /// Address of the file store.
    files_url: String,
    tokens: Mutex<Tokens>,
    window: Mutex<Window>,
    /// When links to the file store end, by file and signature.
    pub(crate) links: Mutex<BTreeMap<(i64, String), Instant>>,
    pages: AtomicU64,
    revoked: AtomicBool,
}

impl Server {
    /// A server that will be reached at `http://address` and its file store at `http://files`.
    pub(crate) fn new(switches: Switches, address: &str, files: &str) -> Self {
        Self {
            desk: Desk::new(&switches),
            dialect: Dialect {
                seed: switches.seed,
                doubles: switches.ids_as_doubles,
                url: format!("http://{address}/api"),
            },
            files_url: format!("http://{files}"),
            switches: RwLock::new(Arc::new(switches)),
            stats: Mutex::default(),
            tokens: Mutex::default(),
            window: Mutex::default(),
            links: Mutex::default(),
            pages: AtomicU64::new(0),
            revoked: AtomicBool::new(false),
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

    /// Whether the agent behind the application may see a ticket.
    pub(crate) fn may_see(&self, brief: &Brief) -> bool {
        self.switches().only_teams.as_ref().is_none_or(|teams| brief.team.is_some_and(|team| teams.contains(&team)))
    }

    /// A link to the file store, valid for a while.
    pub(crate) fn new_link(&self, id: i64) -> String {
        let mut links = self.links.lock().unwrap();
        let signature = files::signature(self.switches().seed, id, links.len() as u64);
        links.insert((id, signature.clone()), Instant::now() + self.switches().link_life);
        let seconds = self.switches().link_life.as_secs();
        format!("{}/bucket/{id}?X-Amz-Expires={seconds}&Signature={signature}", self.files_url)
    }

    /// A page of tickets was given: time for the desk to change, perhaps.
    pub(crate) fn listed_tickets(&self) {
        let page = self.pages.fetch_add(1, Ordering::Relaxed) + 1;
        if self.switches().change_after_page == Some(page) {
            super::super::changes::while_listing(&self.desk);
        }
    }

    /// Answers a call of the resource server; whether the reply breaks off in the middle.
    fn resource(&self, call: &Call, path: &str) -> (Reply, bool) {
        let (endpoint, id) = routes::split(path);
        let number = self.count(&endpoint, id.is_some());
        match path {
            "authinfo" => {
                let auth = self.dialect.url.replace("/api", "/auth");
                return (
                    Reply::json(&json!({"auth_url": auth, "tenant_id": self.switches().tenant, "client_id": ""})),
                    false,
                );
            }
            "attachment/image" => return (files::image(self, call), false),
            "health" => return (Reply::text(200, "Healthy"), false),
            _ => {}
        }
        let refused = self.refused(call, &endpoint, number);
        let mut reply = refused.unwrap_or_else(|| routes::answer(self, call, &endpoint, id.as_deref()));
        if self.switches().without_totals {
            reply = reply.without("record_count");
        }
        let mut stats = self.stats.lock().unwrap();
        if reply.status < 400 {
            for name in call.ignored() {
                *stats.ignored.entry(format!("{endpoint}?{name}")).or_default() += 1;
            }
        }
        drop(stats);
        let cut = reply.status == 200 && self.chance("cut", number, self.switches().cut);
        (reply, cut)
    }

    /// Counts a call of an endpoint; its number.
    fn count(&self, endpoint: &str, detail: bool) -> u64 {
        let mut stats = self.stats.lock().unwrap();
        stats.api_calls += 1;
        let name = if detail { format!("{endpoint}/{{id}}") } else { endpoint.to_owned() };
        *stats.calls.entry(name).or_default() += 1;
        stats.api_calls
    }

    fn chance(&self, fault: &str, number: u64, share: i64) -> bool {
        share > 0 && Dice::new(self.switches().seed, fault, number.cast_signed()).in_thousand(share)
    }

    /// Everything but the endpoint itself that can say no.
    fn refused(&self, call: &Call, endpoint: &str, number: u64) -> Option<Reply> {
        if self.switches().revoke_after.is_some_and(|after| number > after)
            && !self.revoked.swap(true, Ordering::Relaxed)
        {
            self.tokens.lock().unwrap().revoke();
        }
        let now = Instant::now();
        let scopes = {
            let tokens = self.tokens.lock().unwrap();
            tokens.valid(call.token().unwrap_or_default(), now).map(|token| token.scopes.clone())
        };
        let Some(scopes) = scopes else { return Some(Reply::empty(401)) };
        if let Some(rate) = &self.switches().rate {
            let granted = self.window.lock().unwrap().grant(rate, now);
            if let Err(free) = granted {
                self.stats.lock().unwrap().refused += 1;
                return Some(refusals::over_quota(rate, free));
            }
        }
        if self.chance("unavailable", number, self.switches().unavailable) {
            return Some(Reply::page(if number.is_multiple_of(2) { 502 } else { 503 }, "Bad Gateway"));
        }
        if self.switches().html_at == Some(number) {
            return Some(Reply::page(200, "Halo - Sign in"));
        }
        if call.method != Method::GET {
            self.stats.lock().unwrap().writes += 1;
            return Some(Reply::refusal(400, &json!("An Outcome must be entered for this Action")));
        }
        if !gate::opens(&scopes, endpoint) || self.switches().forbidden.iter().any(|known| known == endpoint) {
            return Some(Reply::empty(403));
        }
        None
    }
}

impl Tenant for Server {
    fn answer(&self, call: &Call) -> (Reply, bool) {
        if let Some(endpoint) = call.path.strip_prefix("api/") {
            return self.resource(call, endpoint);
        }
        let reply = match call.path.as_str() {
            "auth/token" => {
                let mut stats = self.stats.lock().unwrap();
                *stats.calls.entry("token".into()).or_default() += 1;
                let number = stats.calls["token"];
                drop(stats);
                let reply = self.tokens.lock().unwrap().request(&self.switches(), call, number, Instant::now());
                if reply.status == 200 {
                    self.stats.lock().unwrap().tokens += 1;
                }
                reply
            }
            "_standin/stats" => Reply::json(&json!(*self.stats.lock().unwrap())),
            _ => Reply::page(404, "Halo - Not found"),
        };
        (reply, false)
    }

    fn store(&self, call: &Call) -> Reply {
        files::store(self, call)
    }

    fn stats(&self) -> &Mutex<Stats> {
        &self.stats
    }

    fn delay(&self) -> Duration {
        self.switches().delay
    }
}
