//! The ways in which an API is logged in to. One token is fetched for the whole process and shared by all calls.

mod make;

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use deskferry_http::{Client, Credentials, Error, Later, Method, Request, Result, Secret};
use serde_json::Value;
use tokio::sync::Mutex;

use super::row::find;
pub(super) use make::make;

/// What lasts no longer than this is fetched anew before it ends.
const SPARE: Duration = Duration::from_secs(60);

/// The same with every call.
#[derive(Debug)]
struct Fixed(Credentials);

impl deskferry_http::Login for Fixed {
    fn credentials(&self) -> Later<'_, Credentials> {
        Box::pin(async { Ok(self.0.clone()) })
    }

    fn renew<'a>(&'a self, _refused: &'a Credentials) -> Later<'a, bool> {
        Box::pin(async { Ok(false) })
    }
}

/// A token that a call gives.
struct Fetched {
    /// Calls the address that gives tokens, without a login.
    client: Client,
    request: Request,
    /// What messages call the source.
    name: String,
    /// Where in the reply the token is.
    token: String,
    /// Where in the reply the seconds are for which it lasts.
    expires_in: Option<String>,
    header: String,
    prefix: String,
    blame: Blame,
    clock: deskferry_http::Clock,
    issued: Mutex<Option<Issued>>,
}

/// Which settings are to blame for what.
#[derive(Debug, Clone, Default)]
struct Blame {
    /// For who logs in.
    client: String,
    /// For what it is for.
    scope: String,
    /// For where.
    place: String,
}

/// A token.
#[derive(Debug, Clone)]
struct Issued {
    secret: Secret,
    ends: Option<DateTime<Utc>>,
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetched").field("name", &self.name).finish_non_exhaustive()
    }
}

impl deskferry_http::Login for Fetched {
    fn credentials(&self) -> Later<'_, Credentials> {
        Box::pin(async {
            let mut issued = self.issued.lock().await;
            let now = (self.clock)();
            if issued.as_ref().is_none_or(|token| token.ends.is_some_and(|ends| ends <= now)) {
                *issued = Some(self.fetch(issued.is_none()).await?);
            }
            Ok(self.with(issued.as_ref()))
        })
    }

    fn renew<'a>(&'a self, refused: &'a Credentials) -> Later<'a, bool> {
        Box::pin(async {
            let mut issued = self.issued.lock().await;
            // Another call was refused with the same token and has fetched a new one already.
            if self.with(issued.as_ref()) == *refused {
                *issued = Some(self.fetch(false).await?);
            }
            Ok(true)
        })
    }
}

impl Fetched {
    fn with(&self, issued: Option<&Issued>) -> Credentials {
        let token = issued.map_or("", |token| token.secret.reveal());
        let value = Secret::new(format!("{}{token}", self.prefix));
        let from = format!("{} of [source]", self.blame.client);
        Credentials { headers: vec![(self.header.clone(), value)], query: Vec::new(), from }
    }

    async fn fetch(&self, is_first: bool) -> Result<Issued> {
        let mut request = self.request.clone();
        if is_first {
            // Later a 500 is a failure that passes; now it more likely says that there is no such tenant.
            request.refusals = &[500];
        }
        let asked = (self.clock)();
        let reply = self.client.send(&request).await.map_err(|error| self.explain(error))?;
        let token = find(&reply.json, &self.token).and_then(Value::as_str).filter(|token| !token.is_empty());
        let Some(token) = token else {
            let html = reply.body.trim_ascii_start().starts_with(b"<");
            let what = if html { "it answers with an HTML page" } else { "its reply has no token" };
            return Err(self.failed(what.to_owned(), &self.blame.place));
        };
        let lasts = self.expires_in.as_deref().and_then(|place| find(&reply.json, place)).and_then(seconds);
        let ends = lasts.map(|lasts| asked + lasts.saturating_sub(SPARE.min(lasts / 10)));
        Ok(Issued { secret: Secret::new(token), ends })
    }

    fn explain(&self, error: Error) -> Error {
        let (code, message) = match &error {
            Error::Refused { code, message, .. } | Error::Unauthorized { code, message, .. } => (code, message),
            _ => return error,
        };
        let is = |text: &str| [code, message].into_iter().flatten().any(|said| said.contains(text));
        let said: Vec<&str> = [code, message].into_iter().flatten().map(String::as_str).collect();
        let said = if said.is_empty() { error.to_string() } else { said.join(": ") };
        match &error {
            _ if is("invalid_scope") => self.failed(said, &self.blame.scope),
            _ if is("invalid_client") || is("unauthorized_client") => self.failed(said, &self.blame.client),
            Error::Refused { status: 404 | 500.., .. } => self.failed(said, &self.blame.place),
            _ => self.failed(said, &self.blame.client),
        }
    }

    fn failed(&self, reason: String, blame: &str) -> Error {
        let hint = format!("check {blame} of [source] in deskferry.toml");
        Error::Login { name: self.name.clone(), reason, hint }
    }
}

/// `expires_in`, a number or a text that is one.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (seconds.is_finite() && seconds > 0.0).then(|| Duration::from_secs_f64(seconds.min(1e9)))
}

/// A POST that gives a token; it may be repeated.
fn post(path: String) -> Request {
    Request { idempotent: true, ..Request::new(Method::Post, path) }
}
