//! Calls to the source: its address, its login, its rate; JSON out of whatever comes back.

use std::sync::Arc;
use std::time::Duration;

use deskferry_http::{Client, Error as HttpError, Grant, Reply, Request, Secret};
use deskferry_staging::Context;
use serde_json::Value;
use tokio::sync::Semaphore;
use url::Url;

use super::login;
use super::row::{Row, cell};
use super::values::{Values, address};
use crate::spec::{Params, Place, Rest, Spec, Table, Template};
use crate::{Error, Result, Settings};

/// Most tries of a call that fails in a way that passes. With the pauses between them at least six minutes go by.
const ATTEMPTS_MAX: u32 = 20;
/// Longest pause between tries.
const BACKOFF_MAX: Duration = Duration::from_secs(60);

/// The source's API.
pub(super) struct Api {
    pub(super) client: Client,
    /// Address below which the paths are.
    pub(super) base: Url,
    pub(super) context: Context,
    values: Values,
    in_flight: Semaphore,
}

/// Why a call gave nothing.
pub(super) enum Failure {
    /// The source has answered with this status, 400 to 499.
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said.
        reason: String,
    },
    /// Nothing helps.
    Failed(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Where the values of placeholders come from.
#[derive(Clone, Copy, Default)]
pub(super) struct Scope<'a> {
    pub(super) row: Option<(&'a Table, &'a Row)>,
    pub(super) parent: Option<(&'a Table, &'a Row)>,
}

impl Api {
    /// The API of a spec; nothing is called yet.
    ///
    /// # Errors
    /// `Setting` where an address cannot be used.
    pub(super) fn new(context: &Context, spec: &Spec, rest: &Rest, settings: &Settings) -> Result<Self> {
        let values = Values::of(spec, settings);
        let base = address(&values.fill(&rest.url))?;
        let secrets = spec.settings.iter().filter(|(_, s)| s.is_secret()).filter_map(|(name, _)| values.get(name));
        let redact: Vec<Secret> = secrets.map(Secret::new).collect();
        let rate = match (settings.rate_calls, settings.rate_seconds, rest.rate) {
            (Some(calls), seconds, rate) => Some((calls, seconds.or(rate.map(|r| r.seconds)).unwrap_or(1))),
            (None, seconds, Some(rate)) => Some((rate.calls, seconds.unwrap_or(rate.seconds))),
            (None, _, None) => None,
        };
        let mut headers: Vec<(String, String)> = values.pairs(&rest.headers);
        headers.push(("Accept-Encoding".to_owned(), "gzip".to_owned()));
        let http = deskferry_http::Settings {
            headers,
            redact,
            timeout: Duration::from_secs(rest.timeout_seconds),
            attempts_max: ATTEMPTS_MAX,
            backoff_max: BACKOFF_MAX,
            grant: rate.map(|(calls, seconds)| Grant { calls, period: Duration::from_secs(seconds.max(1)) }),
            ..deskferry_http::Settings::new(&spec.title, base.as_str())
        };
        let login = login::make(context, &rest.login, &values, &http)?;
        let http = deskferry_http::Settings { login, ..http };
        let client = client(context, http)?;
        let in_flight = Semaphore::new(rest.in_flight);
        Ok(Self { client, base, context: context.clone(), values, in_flight })
    }

    /// A path with its placeholders filled in, each value as one piece of a path; `None` where one has no value.
    pub(super) fn path(&self, template: &Template, scope: Scope<'_>) -> Option<String> {
        let path = template.fill(|place| {
            let value = self.value(place, scope)?;
            // A setting may be several pieces; a value of a row is one.
            let is_setting =
                matches!(place, Place::Name(name) if scope.row.is_none_or(|(t, _)| t.column(name).is_none()));
            Some(if is_setting { value } else { piece(&value) })
        })?;
        Some(if path.starts_with('/') { path } else { format!("/{path}") })
    }

    /// Parameters with their placeholders filled in; `None` where one of them has no value that is no setting.
    pub(super) fn query(&self, params: &Params, scope: Scope<'_>) -> Option<Vec<(String, String)>> {
        let mut pairs = Vec::with_capacity(params.0.len());
        for (name, template) in &params.0 {
            let value = template.fill(|place| self.value(place, scope))?;
            if !value.is_empty() || template.places().next().is_none() {
                pairs.push((name.clone(), value));
            }
        }
        Some(pairs)
    }

    fn value(&self, place: &Place, scope: Scope<'_>) -> Option<String> {
        match place {
            Place::Parent(column) => {
                scope.parent.and_then(|(table, row)| cell(table, row, column)).map(ToOwned::to_owned)
            }
            Place::Name(name) => match scope.row.filter(|(table, _)| table.column(name).is_some()) {
                Some((table, row)) => cell(table, row, name).map(ToOwned::to_owned),
                None => self.values.get(name),
            },
        }
    }

    /// A text in which only settings stand.
    pub(super) fn fill(&self, template: &Template) -> String {
        self.values.fill(template)
    }

    /// Reads JSON; `what` is what messages call it.
    pub(super) async fn get(&self, what: &str, request: Request) -> Result<(Value, Reply), Failure> {
        let reply = self.send(what, Request { unparsed: true, ..request }).await?;
        let json = parse(what, &reply)?;
        Ok((json, reply))
    }

    /// Sends a request.
    pub(super) async fn send(&self, what: &str, request: Request) -> Result<Reply, Failure> {
        self.send_by(None, what, request).await
    }

    /// Sends a request by the client of another host, or by the API's own.
    pub(super) async fn send_by(&self, other: Option<&Client>, what: &str, request: Request) -> Result<Reply, Failure> {
        // Never closed.
        let _permit = self.in_flight.acquire().await;
        match other.unwrap_or(&self.client).send(&request).await {
            Ok(reply) => Ok(reply),
            Err(HttpError::Refused { status, code, message, .. }) => {
                let said =
                    [Some(status.to_string()), code, message].into_iter().flatten().collect::<Vec<_>>().join(" ");
                Err(Failure::Refused { status, reason: said })
            }
            Err(source) => {
                let is_other = other.is_some();
                Err(Failure::Failed(Error::Http {
                    what: what.to_owned(),
                    is_other,
                    kept: false,
                    source: Box::new(source),
                }))
            }
        }
    }
}

/// Whether an error concerns a file alone: it is too large, or another host than the source's does not give it.
pub(super) fn is_of_one_call(error: &Error) -> bool {
    matches!(error, Error::Http { is_other, source, .. } if *is_other || matches!(**source, HttpError::TooLong { .. }))
}

/// The innermost reason of an error.
pub(super) fn cause(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// A client with the context's clock and chance.
pub(super) fn client(context: &Context, settings: deskferry_http::Settings) -> Result<Client> {
    let (clock, chance) = (Arc::clone(&context.clock), Arc::clone(&context.chance));
    Client::new(settings, clock, chance).map_err(|error| Error::Setting {
        key: "[source]",
        reason: error.to_string(),
        hint: "correct the key of [source] in deskferry.toml that this comes from".into(),
    })
}

/// A value as one piece of a path: nothing in it opens another piece or the query.
pub(super) fn piece(value: &str) -> String {
    let mut piece = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'~')
            || (byte == b'.' && !matches!(value, "." | ".."))
        {
            piece.push(char::from(byte));
        } else {
            piece.push_str(&format!("%{byte:02X}"));
        }
    }
    piece
}

/// JSON in UTF-8, or in what the reply says that it is in.
fn parse(what: &str, reply: &Reply) -> Result<Value> {
    let body = reply.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&reply.body);
    let error = match serde_json::from_slice(body) {
        Ok(json) => return Ok(json),
        Err(error) => error,
    };
    let content_type = reply.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    if std::str::from_utf8(body).is_err() {
        let label = content_type.split("charset=").nth(1).unwrap_or("windows-1252").trim_matches(['"', ' ', ';']);
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252);
        // A reply that lies about UTF-8 is most likely in the usual other one.
        let encoding = if encoding == encoding_rs::UTF_8 { encoding_rs::WINDOWS_1252 } else { encoding };
        if let Ok(json) = serde_json::from_str(&encoding.decode(body).0) {
            return Ok(json);
        }
    }
    let is_page = content_type.contains("html") || body.trim_ascii_start().starts_with(b"<");
    Err(Error::Reply {
        what: what.to_owned(),
        reason: if is_page { "an HTML page instead of JSON".into() } else { format!("no JSON: {error}") },
        hint: if is_page {
            "check [source] url in deskferry.toml: it must be the address of the API; a wrong tenant or a login page in front of it looks like this, too".into()
        } else {
            "look at what this address gives; if the path is wrong, correct it in the spec".into()
        },
    })
}
