//! What every call goes through before a method answers it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use serde_json::json;

use super::super::super::standin::dice::Dice;
use super::super::super::standin::reply::Reply;
use super::super::super::standin::stats::Stats;
use super::super::desk::{Desk, Facts};
use super::super::switches::{Key, Switches};
use super::super::wire::{self, Wanted};
use super::{keys, routes};

/// Where the methods are.
const REST: &str = "/sd/services/rest/";

/// A call as it came in; everything in it is decoded.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// What comes after `/sd/services/`.
    pub(crate) path: String,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Call {
    /// A parameter; an empty one is none.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }
}

/// An order of objects, and the version of the facts it is of.
type Order = (u64, Arc<Vec<i64>>);

/// The stand-in at work.
#[derive(Debug)]
pub(crate) struct Server {
    switches: RwLock<Arc<Switches>>,
    pub(crate) desk: Desk,
    pub(crate) stats: Mutex<Stats>,
    /// Attributes of every class, by its usual name, as the tenant calls them.
    pub(crate) schemas: BTreeMap<&'static str, Vec<String>>,
    /// Keys that were given out.
    pub(crate) given: Mutex<Vec<Key>>,
    /// The order in which objects of a class are listed.
    pub(crate) orders: Mutex<BTreeMap<&'static str, Order>>,
    pages: AtomicU64,
}

impl Server {
    /// A server whose desk follows from these switches.
    pub(crate) fn new(switches: Switches) -> Self {
        let mut facts = Facts::new(&switches);
        let schemas = wire::classes(&facts).into_iter().map(|class| (class, schema(&facts, class))).collect();
        if switches.lite {
            facts.become_lite();
        }
        Self {
            desk: Desk::new(facts),
            switches: RwLock::new(Arc::new(switches)),
            stats: Mutex::default(),
            schemas,
            given: Mutex::default(),
            orders: Mutex::default(),
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

    /// A page of tickets was given: time for the desk to change, perhaps.
    pub(crate) fn listed_tickets(&self) {
        let page = self.pages.fetch_add(1, Ordering::Relaxed) + 1;
        if self.switches().change_after_page == Some(page) {
            self.desk.change(super::super::changes::while_listing);
        }
    }

    /// A call that writes, or that runs what may write.
    pub(crate) fn alarm(&self) {
        self.stats.lock().unwrap().writes += 1;
    }

    /// Answers a call; whether the reply breaks off in the middle, and how much longer it takes.
    fn answer(&self, call: &Call) -> (Reply, bool, std::time::Duration) {
        let at_once = std::time::Duration::ZERO;
        if call.path == "_standin/stats" {
            return (Reply::json(&json!(*self.stats.lock().unwrap())), false, at_once);
        }
        let switches = self.switches();
        let number = self.count(call);
        if self.chance("unavailable", number, switches.unavailable) {
            let status = if number.is_multiple_of(2) { 502 } else { 504 };
            return (Reply::page(status, "502 Bad Gateway: nginx"), false, at_once);
        }
        if switches.html_at == Some(number) {
            return (Reply::page(200, "Технические работы"), false, at_once);
        }
        let wide = call.path.starts_with("rest/find/") && call.text("attrs").is_none();
        let delay = if wide { switches.wide_delay } else { at_once };
        if let Some(reply) = routes::without_key(self, call) {
            return (reply, false, delay);
        }
        let reply = match keys::check(self, call, number) {
            Ok(key) => routes::answer(self, call, &key),
            Err(refusal) => {
                self.stats.lock().unwrap().refused += 1;
                refusal
            }
        };
        let cut = reply.status == 200 && self.chance("cut", number, switches.cut);
        (reply, cut, delay)
    }

    /// Counts a call by its method and, of lists, class; its number.
    fn count(&self, call: &Call) -> u64 {
        let path = call.path.strip_prefix("rest/").unwrap_or(&call.path);
        let mut steps = path.split('/');
        let method = steps.next().unwrap_or_default();
        let name = match (method, steps.next()) {
            ("find" | "search", Some(fqn)) => format!("{method}/{fqn}"),
            ("get", Some(uuid)) => format!("get/{}", uuid.split('$').next().unwrap_or_default()),
            _ => method.to_owned(),
        };
        let mut stats = self.stats.lock().unwrap();
        stats.api_calls += 1;
        *stats.calls.entry(name).or_default() += 1;
        stats.api_calls
    }

    fn chance(&self, fault: &str, number: u64, share: i64) -> bool {
        share > 0 && Dice::new(self.switches().seed, fault, number.cast_signed()).in_thousand(share)
    }
}

/// Attributes of a class: those that any of its objects has.
fn schema(facts: &Facts, class: &'static str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for id in wire::ids(facts, class).into_iter().take(50) {
        let names = wire::row(facts, class, id, Wanted::Names).unwrap_or_default();
        let fresh: Vec<String> = names.into_iter().map(|(name, _)| name).filter(|name| !all.contains(name)).collect();
        all.extend(fresh);
    }
    all
}

/// The way in.
pub(crate) fn router(server: Arc<Server>) -> Router {
    let answer =
        move |State(server): State<Arc<Server>>, request: Request| async move { handle(server, request).await };
    Router::new().fallback(answer).with_state(server)
}

async fn handle(server: Arc<Server>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default().to_vec();
    let path = decoded(head.uri.path());
    let known = path.strip_prefix("/sd/services/").or_else(|| path.strip_prefix('/')).unwrap_or_default();
    let parameters = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
    let call = Call {
        method: head.method,
        path: known.to_owned(),
        parameters: parameters.into_owned().collect(),
        headers: head.headers,
        body,
    };
    {
        let mut stats = server.stats.lock().unwrap();
        stats.in_flight += 1;
        stats.in_flight_max = stats.in_flight_max.max(stats.in_flight);
    }
    let known = path.starts_with(REST) || path.starts_with("/sd/services/smpsync/") || path.starts_with("/_standin/");
    let none = (Reply::page(404, "404"), false, std::time::Duration::ZERO);
    let (reply, cut, delay) = if known { server.answer(&call) } else { none };
    let delay = delay + server.switches().delay;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let mut stats = server.stats.lock().unwrap();
    stats.in_flight -= 1;
    *stats.statuses.entry(reply.status).or_default() += 1;
    drop(stats);
    reply.into_response(cut)
}

/// A path without percent signs; a plus is a plus.
fn decoded(path: &str) -> String {
    let pair = format!("path={}", path.replace('+', "%2B").replace('&', "%26").replace('=', "%3D"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, path)| path.into_owned()).unwrap_or_default()
}
