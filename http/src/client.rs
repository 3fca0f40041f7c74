//! Sends one request politely.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::apps::{Apps, Turn};
use crate::body::{self, Lost};
use crate::public::{PublicOnly, is_public};
use crate::rate_limit::has_room;
use crate::reply::{Refusal, header, refusal};
use crate::retry::{pause, retry_after, share};
use crate::{Chance, Clock, Credentials, Error, Method, Reply, Request, Result, Settings, Token};

/// Most time that is added to a wait for the next window, so that apps do not all come back at once.
const JITTER: Duration = Duration::from_millis(250);
/// Most waits for a window on behalf of one call; more than that and the limit is not one that passes.
const WINDOWS_MAX: u32 = 60;
/// So many waits are usual: others were quicker, or a clock was off. After more of them each is longer.
const REFUSED_USUAL: u32 = 4;

/// Time between two notices that the server cannot be reached.
const TOLD_EVERY_MS: i64 = 5_000;
/// Least pause of all calls after a 429 that says nothing; longer from time to time.
const UNSAID_MIN: Duration = Duration::from_secs(1);
/// Most tries of a call to a server that has not answered yet.
const ATTEMPTS_UNANSWERED: u32 = 6;

/// The code of a 429 that a limit was met. Without it a resource is under load.
const LIMIT_CODE: &str = "rate_limit_exceeded";

/// A client of one server; clones share connections and budgets.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// The only token it uses, by its place in the settings.
    only: Option<usize>,
}

struct Shared {
    settings: Settings,
    base: Url,
    http: reqwest::Client,
    clock: Clock,
    chance: Chance,
    /// One for each token.
    authorizations: Vec<HeaderValue>,
    apps: Apps,
    /// Whether the server has ever answered: one that never did is not waited for so long.
    answered: AtomicBool,
    calls: AtomicU64,
    throttled: AtomicU64,
    /// When it was told last that the server cannot be reached; 0: never.
    told_ms: AtomicI64,
}

/// What a client has done so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stats {
    /// Calls sent, repeats included.
    pub calls: u64,
    /// Replies with 429.
    pub throttled: u64,
    /// Calls granted per second to all tokens together, where the server says so.
    pub granted_per_second: Option<f64>,
    /// Mean round trip of late.
    pub latency: Duration,
}

/// How one try ended.
enum Outcome {
    Done(Reply),
    Failed(Error),
    /// The credentials were refused, and there are new ones.
    Again,
    /// Not executed: may be sent again whatever it is.
    NotSent(reqwest::Error),
    /// Not executed.
    Throttled(Throttled),
    /// Perhaps executed.
    Doubtful {
        status: Option<u16>,
        reason: String,
        request_id: Option<String>,
    },
}

/// What a 429 is about.
enum Throttled {
    /// The window of the app is used up, or that of the workspace: the budget knows until when.
    Window,
    /// The server says when to come back, or nothing at all.
    For(Duration),
    /// The window has room: a resource is under load.
    Resource,
    /// Nothing says anything.
    Unsaid,
}

impl Client {
    /// A client that has not called anything yet.
    ///
    /// # Errors
    /// `Settings` where the URL, a header or the token cannot be used.
    pub fn new(settings: Settings, clock: Clock, chance: Chance) -> Result<Self> {
        let wrong = |what: &'static str, reason: String| Error::Settings { what, reason };
        let base = Url::parse(settings.base_url.trim_end_matches('/')).map_err(|e| wrong("url", e.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(wrong("url", format!("`{base}` is not an http address")));
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        for (name, value) in &settings.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|e| wrong("header", e.to_string()))?;
            headers.insert(name, HeaderValue::from_str(value).map_err(|e| wrong("header", e.to_string()))?);
        }
        let authorizations = settings.tokens.iter().map(authorization).collect::<Result<Vec<_>>>()?;
        let mut http = reqwest::Client::builder();
        if settings.public_only {
            check_public(&base).map_err(|reason| wrong("url", reason))?;
            // A proxy would look the name up itself.
            http = http.dns_resolver(Arc::new(PublicOnly)).no_proxy();
        }
        let http = http
            .default_headers(headers)
            .timeout(settings.timeout)
            .connect_timeout(settings.timeout.min(Duration::from_secs(15)))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("deskferry/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| wrong("http client", e.to_string()))?;
        let (calls, throttled) = (AtomicU64::new(0), AtomicU64::new(0));
        let apps = Apps::new(authorizations.len(), settings.grant, settings.rate_share);
        let (answered, told_ms) = (AtomicBool::new(false), AtomicI64::new(0));
        let shared =
            Shared { settings, base, http, clock, chance, authorizations, apps, answered, calls, throttled, told_ms };
        Ok(Self { shared: Arc::new(shared), only: None })
    }

    /// The tokens it was given, and for each a client that uses no other; all share connections and budgets.
    pub fn by_token(&self) -> impl Iterator<Item = (&Token, Self)> {
        let one = |only| Self { shared: Arc::clone(&self.shared), only: Some(only) };
        self.shared.settings.tokens.iter().enumerate().map(move |(only, token)| (token, one(only)))
    }

    /// Sends a request, waiting for room in the budget, and again where that is harmless.
    ///
    /// # Errors
    /// `Refused` and `Unauthorized` for a 4xx, `Unreachable` where nothing could be sent, `Exhausted` where repeating did not
    /// help, `Unknown` for a write that may have been executed, `Login` where there is no token to be had, `TooLong` and `Save`
    /// for a reply that cannot be kept.
    pub async fn send(&self, request: &Request) -> Result<Reply> {
        let shared = &*self.shared;
        let (mut attempt, mut windows) = (0, 0);
        let mut refused: Option<Credentials> = None;
        loop {
            let app = self.turn().await;
            attempt += 1;
            let most = if shared.answered.load(Ordering::Relaxed) { u32::MAX } else { ATTEMPTS_UNANSWERED };
            let last = attempt >= shared.settings.attempts_max.min(most);
            let reason = match self.attempt(request, app, &mut refused).await {
                Outcome::Done(reply) => return Ok(reply),
                Outcome::Again => {
                    attempt -= 1;
                    continue;
                }
                Outcome::Failed(error) => return Err(error),
                Outcome::Throttled(throttled) => {
                    attempt -= 1;
                    windows += 1;
                    if windows > WINDOWS_MAX {
                        return Err(self.exhausted(request, windows, "429 too many requests".to_owned()));
                    }
                    self.hold(app, throttled, windows).await;
                    continue;
                }
                Outcome::NotSent(source) if last => {
                    let (name, host) = (shared.settings.name.clone(), self.host());
                    return Err(Error::Unreachable { name, host, source });
                }
                Outcome::NotSent(_) => {
                    self.tell_unreachable(attempt);
                    String::new()
                }
                Outcome::Doubtful { status, reason, request_id } if !request.idempotent => {
                    let (method, path) = (request.method.as_str(), request.shown_path());
                    return Err(Error::Unknown { method, path, status, reason, request_id });
                }
                Outcome::Doubtful { reason, .. } => reason,
            };
            if last {
                return Err(self.exhausted(request, attempt, reason));
            }
            let settings = &shared.settings;
            tokio::time::sleep(pause(attempt, settings.backoff_min, settings.backoff_max, (shared.chance)())).await;
        }
    }

    /// Many calls may fail at once: one of them tells.
    fn tell_unreachable(&self, attempt: u32) {
        let (settings, now) = (&self.shared.settings, self.now_ms());
        let told = self.shared.told_ms.load(Ordering::Relaxed);
        let is_due = told == 0 || now - told >= TOLD_EVERY_MS;
        if is_due && self.shared.told_ms.compare_exchange(told, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            let most = settings.attempts_max;
            settings
                .notice
                .tell(&format!("{} cannot be reached, trying again (try {attempt} of {most} failed)", self.host()));
        }
    }

    /// What has been done so far.
    pub fn stats(&self) -> Stats {
        let (granted_per_second, latency) = self.shared.apps.pace();
        Stats {
            calls: self.shared.calls.load(Ordering::Relaxed),
            throttled: self.shared.throttled.load(Ordering::Relaxed),
            granted_per_second,
            latency,
        }
    }

    /// Waits for room; the app whose turn it is.
    async fn turn(&self) -> usize {
        loop {
            // Listens before it asks, so that a call that comes back in between is not missed.
            let changed = self.shared.apps.changed();
            match self.shared.apps.ask(self.only, self.now_ms()) {
                Turn::Now(app) => return app,
                Turn::Wait(wait) => drop(tokio::time::timeout(wait, changed).await),
            }
        }
    }

    /// Waits after the `refused`th 429 in a row. While its window has room this call pauses alone, but refused again it is not
    /// the only one that is, so all pause.
    async fn hold(&self, app: usize, throttled: Throttled, refused: u32) {
        let settings = &self.shared.settings;
        let longer = || pause(refused, settings.backoff_min, settings.backoff_max, (self.shared.chance)());
        match throttled {
            Throttled::Window if refused <= REFUSED_USUAL => {}
            Throttled::Resource if refused == 1 => tokio::time::sleep(longer()).await,
            Throttled::Window | Throttled::Resource => self.shared.apps.close(app, self.now_ms(), longer()),
            Throttled::For(wait) => self.shared.apps.close(app, self.now_ms(), wait),
            Throttled::Unsaid => self.shared.apps.close(app, self.now_ms(), longer().max(UNSAID_MIN)),
        }
    }

    /// One try. `refused` are the credentials that this call was refused with before, if it was.
    async fn attempt(&self, request: &Request, app: usize, refused: &mut Option<Credentials>) -> Outcome {
        let shared = &*self.shared;
        // Counted as on its way until it comes back, also where the caller drops this future.
        let mut on_its_way = OnItsWay { client: self, app, back: false };
        let credentials = match &shared.settings.login {
            Some(login) if !request.anonymous => match login.credentials().await {
                Ok(credentials) => credentials,
                Err(error) => return Outcome::Failed(error),
            },
            _ => Credentials::default(),
        };
        let builder = match self.build(request, app, &credentials) {
            Ok(builder) => builder,
            Err(error) => return Outcome::Failed(error),
        };
        shared.calls.fetch_add(1, Ordering::Relaxed);
        let sent_ms = self.now_ms();
        let reply = match builder.send().await {
            Ok(reply) => reply,
            Err(error) if error.is_connect() || error.is_builder() => return Outcome::NotSent(error.without_url()),
            Err(error) => {
                let reason = if error.is_timeout() { "no reply in time" } else { "the connection was lost" };
                return Outcome::Doubtful { status: None, reason: reason.to_owned(), request_id: None };
            }
        };
        let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
        on_its_way.back = true;
        if status < 500 {
            shared.answered.store(true, Ordering::Relaxed);
        }
        shared.apps.replied(app, &headers, status, sent_ms, self.now_ms());
        let body = match body::read(reply, request).await {
            Ok(body) => body,
            Err(lost) => return self.lost(request, status, &headers, lost),
        };
        match (status, &shared.settings.login) {
            (401, Some(login)) if refused.is_none() && !request.anonymous => {
                let renewed = login.renew(&credentials).await;
                *refused = Some(credentials);
                match renewed {
                    Ok(true) => Outcome::Again,
                    Ok(false) => self.sort(request, app, status, headers, body, refused.as_ref()),
                    Err(error) => Outcome::Failed(error),
                }
            }
            _ => self.sort(request, app, status, headers, body, Some(&credentials)),
        }
    }

    /// What it means that the body of a reply is not there.
    fn lost(&self, request: &Request, status: u16, headers: &HeaderMap, lost: Lost) -> Outcome {
        let (method, path) = (request.method.as_str(), request.shown_path());
        match lost {
            Lost::BrokeOff => Outcome::Doubtful {
                status: Some(status),
                reason: "the reply broke off".to_owned(),
                request_id: header(headers, "x-request-id"),
            },
            Lost::TooLong => Outcome::Failed(Error::TooLong { method, path, bytes_max: request.bytes_max }),
            Lost::Save(source) => Outcome::Failed(Error::Save { path, source }),
        }
    }

    fn build(&self, request: &Request, app: usize, credentials: &Credentials) -> Result<reqwest::RequestBuilder> {
        let shared = &*self.shared;
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let is_whole = request.path.starts_with("http://") || request.path.starts_with("https://");
        let url = if is_whole {
            request.path.clone()
        } else {
            format!("{}{}", shared.base.as_str().trim_end_matches('/'), request.path)
        };
        let wrong = |reason: String| Error::Settings { what: "path", reason };
        let mut url = Url::parse(&url).map_err(|e| wrong(format!("`{}`: {e}", request.shown_path())))?;
        if url.origin() != shared.base.origin() {
            return Err(wrong(format!("`{}` is not on {}", request.shown_path(), self.host())));
        }
        if !(request.query.is_empty() && credentials.query.is_empty()) {
            let secret = credentials.query.iter().map(|(name, value)| (name.as_str(), value.reveal()));
            let query = request.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            url.query_pairs_mut().extend_pairs(query.chain(secret));
        }
        let mut builder = shared.http.request(method, url);
        if let Some(authorization) = shared.authorizations.get(app).filter(|_| !request.anonymous) {
            builder = builder.header(AUTHORIZATION, authorization);
        }
        for (name, value) in request.headers.iter().chain(&credentials.headers) {
            let mut value = HeaderValue::from_str(value.reveal()).map_err(|_| Error::Settings {
                what: "header",
                reason: format!("the value of `{name}` holds characters that no header has"),
            })?;
            value.set_sensitive(true);
            builder = builder.header(name.as_str(), value);
        }
        Ok(match (&request.body, &request.form) {
            (Some(body), _) => builder.json(body),
            (None, Some(form)) => builder.form(&form.iter().map(|(k, v)| (k, v.reveal())).collect::<Vec<_>>()),
            (None, None) => builder,
        })
    }

    fn sort(
        &self,
        request: &Request,
        app: usize,
        status: u16,
        headers: HeaderMap,
        body: bytes::Bytes,
        credentials: Option<&Credentials>,
    ) -> Outcome {
        let request_id = header(&headers, "x-request-id");
        let is_saved = request.save.is_some();
        if (200..300).contains(&status) || (is_saved && (300..400).contains(&status)) {
            let json = if request.unparsed { None } else { serde_json::from_slice(&body).ok() }.unwrap_or_default();
            let has_none = status == 204 && request.idempotent;
            if body.is_empty() && !request.empty_reply && !is_saved && !has_none {
                let reason = format!("{status} without a body");
                return Outcome::Doubtful { status: Some(status), reason, request_id };
            }
            return Outcome::Done(Reply { status, headers, body, json, request_id });
        }
        let said = refusal(&headers, &body);
        let settings = &self.shared.settings;
        let is_login = status == 401 || said.holds(&settings.refused_if, &body);
        let is_final = request.refusals.contains(&status) || said.holds(&settings.final_if, &body);
        let Refusal { code, message, request_id } = self.redacted(said, credentials);
        match status {
            429 if !is_login => {
                self.shared.throttled.fetch_add(1, Ordering::Relaxed);
                Outcome::Throttled(self.throttled(app, &headers, code.as_deref()))
            }
            _ if is_login => Outcome::Failed(Error::Unauthorized {
                status,
                name: self.shared.settings.name.clone(),
                token_from: match (self.shared.settings.tokens.get(app), credentials) {
                    (Some(token), _) => token.from.clone(),
                    (None, Some(credentials)) if !credentials.from.is_empty() => credentials.from.clone(),
                    _ => "the token".to_owned(),
                },
                code,
                message,
                request_id,
            }),
            408 | 500.. if !is_final => {
                let reason = [Some(status.to_string()), code, message].into_iter().flatten().collect::<Vec<_>>();
                Outcome::Doubtful { status: Some(status), reason: reason.join(" "), request_id }
            }
            _ => Outcome::Failed(Error::Refused {
                method: request.method.as_str(),
                path: request.shown_path(),
                status,
                code,
                message,
                request_id,
            }),
        }
    }

    /// What a 429 is about; what concerns all calls is noted here.
    fn throttled(&self, app: usize, headers: &HeaderMap, code: Option<&str>) -> Throttled {
        let jitter = || share(JITTER, (self.shared.chance)());
        match retry_after(header(headers, "retry-after").as_deref(), self.now_ms()) {
            Some(wait) => Throttled::For(wait.max(Duration::from_millis(20)) + jitter()),
            None if has_room(headers) && code == Some(LIMIT_CODE) => {
                self.shared.apps.workspace_refused(app, headers, self.now_ms());
                Throttled::Window
            }
            None if has_room(headers) => Throttled::Resource,
            None if headers.contains_key("x-ratelimit-reset") => Throttled::Window,
            // Nothing says when: by then all that was counted is forgotten.
            None => match self.shared.settings.grant {
                Some(grant) => Throttled::For(grant.period + jitter()),
                None => Throttled::Unsaid,
            },
        }
    }

    fn redacted(&self, found: Refusal, credentials: Option<&Credentials>) -> Refusal {
        let settings = &self.shared.settings;
        let secrets = || settings.tokens.iter().map(|token| &token.secret).chain(&settings.redact);
        let redacted = |text: String| {
            let text = secrets().fold(text, |text, secret| secret.redact(&text));
            credentials.map_or(text.clone(), |credentials| credentials.redact(&text))
        };
        Refusal { message: found.message.map(redacted), code: found.code.map(redacted), ..found }
    }

    fn exhausted(&self, request: &Request, attempts: u32, reason: String) -> Error {
        Error::Exhausted { method: request.method.as_str(), path: request.path.clone(), attempts, reason }
    }

    fn host(&self) -> String {
        let base = &self.shared.base;
        let port = base.port().map(|p| format!(":{p}")).unwrap_or_default();
        format!("{}{port}", base.host_str().unwrap_or_default())
    }

    fn now_ms(&self) -> i64 {
        (self.shared.clock)().timestamp_millis()
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

/// Refuses an address that is written as one; names are looked at when they are resolved.
fn check_public(base: &Url) -> Result<(), String> {
    let address = match base.host() {
        Some(url::Host::Ipv4(v4)) => v4.into(),
        Some(url::Host::Ipv6(v6)) => v6.into(),
        _ => return Ok(()),
    };
    if is_public(address) { Ok(()) } else { Err(format!("{address} is not a public address")) }
}

/// The header that carries a token.
fn authorization(token: &Token) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.secret.reveal())).map_err(|_| {
        Error::Settings { what: "token", reason: format!("{} holds characters that no token has", token.from) }
    })?;
    value.set_sensitive(true);
    Ok(value)
}

struct OnItsWay<'a> {
    client: &'a Client,
    app: usize,
    back: bool,
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        if !self.back {
            self.client.shared.apps.lost(self.app, self.client.now_ms());
        }
    }
}

#[cfg(test)]
mod tests;
