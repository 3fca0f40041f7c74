//! HTTP: accepts connections, takes a call through login, rate limit and faults to its handler, writes the reply.

use crate::call::Call;
use crate::faults::Fault;
use crate::rate_limit::{Budget, RateLimit};
use crate::refusal::Refusal;
use crate::reply::{Answer, Body, Reply};
use crate::routes::Router;
use crate::stats::Stats;
use crate::webhooks::{self, Event, Sent};
use crate::workspace::Workspace;
use crate::{Faults, Settings, Webhook, attachments, ids, inbox};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request, Response, StatusCode};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;

/// Largest request body.
const BODY_BYTES_MAX: usize = 192 << 20;

/// The version of the API that is played.
pub(crate) const VERSION: &str = "2.16";

/// Pages of people's messages: nothing is fetched from elsewhere, nothing runs.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'";

/// Everything connections share.
pub(crate) struct Server {
    settings: Settings,
    faults: Mutex<Faults>,
    base_url: String,
    router: Router,
    ws: Mutex<Workspace>,
    rate: Mutex<RateLimit>,
    rng: Mutex<StdRng>,
    stats: Mutex<Stats>,
    requests: AtomicU64,
    webhook: Mutex<Option<Webhook>>,
    outbox: mpsc::UnboundedSender<Event>,
    /// Until they are being sent.
    events: Mutex<Option<mpsc::UnboundedReceiver<Event>>>,
    sent: Arc<Sent>,
}

/// The connection is to be closed without a reply.
#[derive(Debug, thiserror::Error)]
#[error("connection closed on purpose")]
pub(crate) struct Dropped;

type Written = Response<Full<Bytes>>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "rate windows follow the wall clock; handlers get the time in `Call`")]
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Server {
    pub(crate) fn new(settings: Settings, base_url: String) -> Self {
        let ws = Workspace::new(&settings.workspace, settings.seed, settings.search_delay, now_ms());
        let (outbox, events) = mpsc::unbounded_channel();
        Self {
            webhook: Mutex::new(settings.webhook.clone()),
            outbox,
            events: Mutex::new(Some(events)),
            sent: Arc::default(),
            base_url,
            router: Router::new(),
            ws: Mutex::new(ws),
            rate: Mutex::new(RateLimit::new(settings.rate, settings.rate_more.clone())),
            faults: Mutex::new(settings.faults.clone()),
            rng: Mutex::new(StdRng::seed_from_u64(settings.seed)),
            stats: Mutex::new(Stats::default()),
            requests: AtomicU64::new(0),
            settings,
        }
    }

    /// What goes wrong from now on.
    pub(crate) fn set_faults(&self, faults: Faults) {
        *lock(&self.faults) = faults;
    }

    /// Sends events there from now on.
    pub(crate) fn set_webhook(&self, webhook: Option<Webhook>) {
        *lock(&self.webhook) = webhook;
    }

    /// The events that are made; `None` where somebody has them already.
    pub(crate) fn events(&self) -> Option<mpsc::UnboundedReceiver<Event>> {
        lock(&self.events).take()
    }

    /// What became of them.
    pub(crate) fn sent(&self) -> Arc<Sent> {
        Arc::clone(&self.sent)
    }

    /// What `GET /_sandbox/stats` tells.
    pub(crate) fn stats(&self) -> Value {
        let objects = lock(&self.ws).counts();
        let mut stats = lock(&self.stats).json(objects);
        stats["windows"] = lock(&self.rate).json();
        stats["webhooks"] = self.sent.json();
        stats
    }

    /// One request; an error closes the connection.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Result<Written, Dropped> {
        let (parts, body) = request.into_parts();
        let body = match Limited::new(body, BODY_BYTES_MAX).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                let refusal = Refusal::new(413, "bad_request", "the request body is too large");
                return Ok(self.write(Err(refusal), &self.request_id()));
            }
            Err(_) => return Err(Dropped),
        };
        if let Some(answer) = self.outside_api(&parts) {
            return Ok(self.write(answer, &self.request_id()));
        }
        self.api(&parts, &body).await
    }

    /// Counts, files and the inbox pages: without login and outside the rate limit.
    fn outside_api(&self, parts: &Parts) -> Option<Answer> {
        let path = parts.uri.path();
        if parts.method != hyper::Method::GET {
            return None;
        }
        if path == "/_sandbox/stats" {
            return Some(Ok(Reply::json(self.stats())));
        }
        let mut call = self.call(parts);
        if let Some(id) = path.strip_prefix("/_files/") {
            call.params.push(id.to_owned());
            return Some(attachments::read(&lock(&self.ws), &call));
        }
        inbox::page(&lock(&self.ws), path, &call)
    }

    fn call(&self, parts: &Parts) -> Call {
        let query = parts.uri.query().unwrap_or_default();
        Call {
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            now_ms: now_ms(),
            base_url: self.base_url.clone(),
            ..Call::default()
        }
    }

    fn request_id(&self) -> String {
        ids::uuid(self.settings.seed, self.requests.fetch_add(1, Ordering::Relaxed))
    }

    /// Login, then rate limit, then faults, then the work.
    async fn api(&self, parts: &Parts, body: &Bytes) -> Result<Written, Dropped> {
        let request_id = self.request_id();
        let found = self.router.find(parts.method.as_str(), parts.uri.path());
        let (method, path) = found.as_ref().map_or(("ANY", "(unknown)"), |(route, _)| (route.method, route.path));
        let count = |status| lock(&self.stats).call(method, path, status);
        let token = match self.token(&parts.headers) {
            Ok(token) => token,
            Err(refusal) => {
                count(refusal.status);
                return Ok(self.write(Err(refusal), &request_id));
            }
        };
        let budget = lock(&self.rate).take(token, now_ms() + self.settings.rate_more.ahead_ms);
        if let Some(budget) = budget.filter(|budget| budget.exceeded) {
            count(429);
            return Ok(self.write_within(Err(exceeded(budget.limit)), &request_id, Some(budget)));
        }
        let ((latency, fault), hang) = {
            let faults = lock(&self.faults);
            (faults.draw(&mut *lock(&self.rng)), faults.hang())
        };
        if let Some(fault) = fault {
            lock(&self.stats).fault(fault.name());
        }
        tokio::time::sleep(latency).await;
        match fault {
            Some(Fault::Reset) => return Err(Dropped),
            Some(Fault::Status(status)) => {
                count(status);
                let refusal = injected(status);
                return Ok(self.write_within(Err(refusal), &request_id, budget));
            }
            _ => {}
        }
        let answer = match found {
            Some((route, params)) => check_version(&parts.headers).and_then(|()| {
                let mut call = self.call(parts);
                call.params = params;
                call.body = read_json(body)?;
                call.prepare()?;
                let mut ws = lock(&self.ws);
                let answer = (route.run)(&mut ws, &call);
                if let Ok(reply) = &answer {
                    self.tell(&mut ws, (route.method, route.path), &call, &reply.body);
                }
                answer
            }),
            None => Err(Refusal::not_found("The requested resource was not found")),
        };
        count(answer.as_ref().map_or_else(|refusal| refusal.status, |reply| reply.status));
        match fault {
            Some(Fault::Lost) => Err(Dropped),
            Some(Fault::Timeout) => {
                tokio::time::sleep(hang).await;
                Err(Dropped)
            }
            Some(Fault::Empty) if answer.is_ok() => Ok(self.write_within(Ok(Reply::empty(200)), &request_id, budget)),
            _ => Ok(self.write_within(answer, &request_id, budget)),
        }
    }

    /// Makes the events of a call that was done.
    fn tell(&self, ws: &mut Workspace, (method, path): (&str, &str), call: &Call, reply: &Body) {
        if method == "GET" {
            return;
        }
        let Some(webhook) = lock(&self.webhook).clone() else { return };
        for (topic, item) in webhooks::items(ws, &self.router, method, path, call, reply) {
            let number = self.sent.events.fetch_add(1, Ordering::Relaxed);
            let body = webhooks::envelope(ws, number, &topic, item, call.now());
            let (delay, repeated) = lock(&self.faults).draw_event(&mut *lock(&self.rng));
            // A sandbox that is ending sends nothing more.
            let _ = self.outbox.send(Event { webhook: webhook.clone(), body, delay, repeated });
        }
    }

    fn token<'a>(&self, headers: &'a HeaderMap) -> Result<&'a str, Refusal> {
        let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let token = header.split_once(' ').filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
        let token = token.map_or("", |(_, token)| token.trim());
        let wanted = self.settings.token.as_deref();
        if token.is_empty() || wanted.is_some_and(|wanted| wanted != token) {
            return Err(Refusal::new(401, "unauthorized", "Access Token Invalid"));
        }
        Ok(token)
    }

    /// The time by the clock of the rate limit, as a header.
    fn date(&self) -> String {
        let at =
            chrono::DateTime::from_timestamp_millis(now_ms() + self.settings.rate_more.ahead_ms).unwrap_or_default();
        at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    fn write(&self, answer: Answer, request_id: &str) -> Written {
        self.write_within(answer, request_id, None)
    }

    fn write_within(&self, answer: Answer, request_id: &str, budget: Option<Budget>) -> Written {
        let reply = answer.unwrap_or_else(|refusal| Reply::json(refusal.body(request_id)).with_status(refusal.status));
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        let mut set = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        };
        set("x-request-id", request_id.to_owned());
        set("intercom-version", VERSION.to_owned());
        if self.settings.rate_more.ahead_ms != 0 {
            set("date", self.date());
        }
        if let Some(budget) = budget {
            set("x-ratelimit-limit", budget.limit.to_string());
            set("x-ratelimit-remaining", budget.remaining.to_string());
            set("x-ratelimit-reset", budget.reset.to_string());
        }
        let bytes = match reply.body {
            Body::Json(value) => {
                set("content-type", "application/json; charset=utf-8".to_owned());
                serde_json::to_vec(&value).unwrap_or_default().into()
            }
            Body::Text(text) => {
                set("content-type", "application/json; charset=utf-8".to_owned());
                text.into()
            }
            Body::Empty => Bytes::new(),
            Body::Html(page) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
                headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
                page.into()
            }
            Body::File { name, content_type, bytes } => {
                file_headers(headers, &name, &content_type);
                bytes
            }
        };
        *response.body_mut() = Full::new(bytes);
        response
    }
}

/// Pictures are shown, everything else is saved: files come from strangers.
fn file_headers(headers: &mut HeaderMap, name: &str, content_type: &str) {
    let picture = attachments::PICTURES.contains(&content_type);
    let shown = if picture { content_type } else { "application/octet-stream" };
    let kind = if picture { "inline" } else { "attachment" };
    let safe: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    let disposition = format!("{kind}; filename*=UTF-8''{safe}");
    for (header, value) in [(CONTENT_TYPE, shown), (CONTENT_DISPOSITION, disposition.as_str())] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(header, value);
        }
    }
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
}

fn exceeded(limit: u32) -> Refusal {
    Refusal::new(429, "rate_limit_exceeded", format!("Exceeded rate limit of {limit} in 10_seconds"))
}

fn injected(status: u16) -> Refusal {
    match status {
        429 => Refusal::new(429, "too_many_requests", "This resource is under load, try again later"),
        503 => Refusal::new(503, "service_unavailable", "Sorry, the API service is temporarily unavailable"),
        _ => Refusal::new(status, "server_error", "Sorry, something went wrong"),
    }
}

/// Only one version is played; a call without the header gets it.
fn check_version(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get("intercom-version").map(|value| value.to_str().unwrap_or_default()) {
        None | Some(VERSION) => Ok(()),
        Some(other) => {
            let text = format!("The requested version '{other}' is not available, only {VERSION}");
            Err(Refusal::new(400, "intercom_version_invalid", text))
        }
    }
}

fn read_json(body: &Bytes) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(json!(null));
    }
    serde_json::from_slice(body)
        .map_err(|error| Refusal::new(400, "bad_request", format!("the body is not JSON: {error}")))
}
