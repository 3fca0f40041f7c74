//! Calls to the source: its address, its login, its rate; JSON out of whatever comes back.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use deskferry_http::{Client, Error as HttpError, Grant, Notice, Reply, Request, Secret, path_piece};
use deskferry_staging::{Context, Tick};
use serde_json::Value;
use tokio::sync::Semaphore;
use url::Url;

use super::json;
use super::login;
use super::row::{Row, cell};
use super::times::Times;
use super::values::{Values, address};
use crate::lock::lock;
use crate::spec::{Body, Params, Place, Rest, Spec, Table, Template};
use crate::{Error, Result, Settings};

/// Most tries of a call that fails in a way that passes. With the pauses between them at least six minutes go by.
const ATTEMPTS_MAX: u32 = 20;
/// Longest time for a file of another host, with all tries.
const ELSEWHERE_MAX: Duration = Duration::from_secs(300);
/// Most bytes of a reply with rows.
const BYTES_MAX: u64 = 128 << 20;
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
    /// For other hosts, whose slowness is not to hold up the source.
    elsewhere: Semaphore,
    /// What was odd about replies.
    odd: Mutex<BTreeSet<String>>,
    /// How times are written.
    pub(super) times: Times,
    /// Pieces of paths that are never called.
    refused_paths: Vec<String>,
    spec: Spec,
}

/// Why a call gave nothing.
pub(super) enum Failure {
    /// The source has answered with this status, 400 or above, which does not pass.
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said.
        reason: String,
    },
    /// Nothing helps.
    Failed(Error),
}

impl Failure {
    /// Whether the source does not have it, or not any more.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Refused { status: 404 | 410, .. })
    }

    /// Whether a page behind the last is refused so: some sources do that instead of an empty page.
    pub(super) fn is_end(&self) -> bool {
        matches!(self, Self::Refused { status: 400 | 404 | 410 | 416 | 422, .. })
    }
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
        let base = address(&values.fill(&rest.url), "url")?;
        let secrets = spec.settings.iter().filter(|(name, _)| settings.is_secret(spec, name));
        let redact: Vec<Secret> = secrets.filter_map(|(name, _)| values.get(name)).map(Secret::new).collect();
        let rate = rate(settings, rest)?;
        let mut headers: Vec<(String, String)> = values.pairs(&rest.headers);
        headers.push(("Accept-Encoding".to_owned(), "gzip".to_owned()));
        let (progress, title) = (Arc::clone(&context.progress), spec.title.clone());
        let notice = move |note: &str| progress(&Tick { table: &title, done: 0, total: None, note, is_end: true });
        let http = deskferry_http::Settings {
            headers,
            redact,
            notice: Notice::new(notice),
            refused_if: rest.login_refused_if.clone(),
            final_if: rest.final_if.clone(),
            timeout: Duration::from_secs(rest.timeout_seconds),
            attempts_max: ATTEMPTS_MAX,
            backoff_max: BACKOFF_MAX,
            grant: rate.map(|(calls, seconds)| Grant { calls, period: Duration::from_secs(seconds.max(1)) }),
            rate_share: settings.rate_share.unwrap_or(1.0),
            ..deskferry_http::Settings::new(&spec.title, base.as_str())
        };
        let login = login::make(context, &rest.login, &values, &http)?;
        let http = deskferry_http::Settings { login, ..http };
        let client = client(context, http)?;
        let (in_flight, elsewhere) = (Semaphore::new(rest.in_flight), Semaphore::new(rest.in_flight));
        let odd = Mutex::default();
        let zone = if rest.local_times { settings.desk_zone()? } else { None };
        let times = Times::new(rest, zone);
        let (context, refused_paths) = (context.clone(), rest.refused_paths.clone());
        Ok(Self { client, base, context, values, in_flight, elsewhere, odd, times, refused_paths, spec: spec.clone() })
    }

    /// The spec.
    pub(super) fn spec(&self) -> &Spec {
        &self.spec
    }

    /// A path with its placeholders filled in, each value as one piece of a path; `None` where one has no value.
    pub(super) fn path(&self, template: &Template, scope: Scope<'_>) -> Option<String> {
        let path = template.fill(|place| {
            let value = self.value(place, scope)?;
            // A setting may be several pieces; a value of a row is one.
            let is_setting =
                matches!(place, Place::Name(name) if scope.row.is_none_or(|(t, _)| t.column(name).is_none()));
            Some(if is_setting { value } else { path_piece(&value) })
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

    /// A body with its placeholders filled in; `None` where one has no value.
    pub(super) fn body(&self, body: &Body, scope: Scope<'_>) -> Option<Value> {
        body.fill(&|place| self.value(place, scope))
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

    /// What a table's query names in the parameter that takes members, besides those that its columns need.
    pub(super) fn besides(&self, table: &Table) -> String {
        let named = |name: &String| table.query.0.iter().find(|(param, _)| param == name);
        table.columns_in.as_ref().and_then(named).map(|(_, template)| self.fill(template)).unwrap_or_default()
    }

    /// A text in which only settings stand.
    pub(super) fn fill(&self, template: &Template) -> String {
        self.values.fill(template)
    }

    /// Reads JSON; `what` is what messages call it.
    pub(super) async fn json(&self, what: &str, request: Request) -> Result<(Value, Reply), Failure> {
        let reply = self.send(what, Request { unparsed: true, bytes_max: BYTES_MAX, ..request }).await?;
        let (json, odd) = json::decode(what, &reply)?;
        if let Some(odd) = odd {
            self.odd().insert(format!("{what}: {odd}"));
        }
        Ok((json, reply))
    }

    /// What was odd about replies.
    pub(super) fn odd(&self) -> MutexGuard<'_, BTreeSet<String>> {
        lock(&self.odd)
    }

    /// The piece in a path, or in the path of an address, because of which it is never called.
    pub(super) fn refused_piece(&self, path: &str) -> Option<String> {
        let base = self.base.as_str().trim_end_matches('/');
        let whole = if path.starts_with('/') { format!("{base}{path}") } else { path.to_owned() };
        // Dots are gone then; what is escaped is what it stands for to the server.
        let path = Url::parse(&whole).map_or(whole, |url| url.path().to_owned()).replace('+', "%2B");
        let path = url::form_urlencoded::parse(format!("x={path}").replace('&', "%26").as_bytes())
            .next()
            .map_or(path.clone(), |(_, path)| path.into_owned())
            .to_lowercase();
        let is_in = |piece: &&String| format!("{path}/").contains(&piece.to_lowercase());
        self.refused_paths.iter().find(is_in).cloned()
    }

    /// Sends a request.
    pub(super) async fn send(&self, what: &str, request: Request) -> Result<Reply, Failure> {
        self.send_by(None, what, request).await
    }

    /// Sends a request by the client of another host, or by the API's own.
    pub(super) async fn send_by(&self, other: Option<&Client>, what: &str, request: Request) -> Result<Reply, Failure> {
        if let Some(piece) = self.refused_piece(&request.path) {
            let (what, path) = (what.to_owned(), request.shown_path());
            return Err(Failure::Failed(Error::RefusedPath { what, path, piece }));
        }
        // Never closed.
        let _permit = if other.is_some() { &self.elsewhere } else { &self.in_flight }.acquire().await;
        let sending = other.unwrap_or(&self.client).send(&request);
        let sent = match other {
            Some(_) => match tokio::time::timeout(ELSEWHERE_MAX, sending).await {
                Ok(sent) => sent,
                Err(_) => {
                    return Err(Failure::Refused { status: 408, reason: "its host does not answer in time".into() });
                }
            },
            None => sending.await,
        };
        match sent {
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

/// Calls granted in so many seconds: what the user says wins over the spec.
fn rate(settings: &Settings, rest: &Rest) -> Result<Option<(u64, u64)>> {
    let calls = settings.rate_calls.or(rest.rate.map(|rate| rate.calls));
    let seconds = settings.rate_seconds.or(rest.rate.map(|rate| rate.seconds));
    let lacks = |key, other: &str| Error::Setting {
        key,
        reason: format!("it is not given, but `{other}` is"),
        hint: "give both, or none".into(),
    };
    match (calls, seconds) {
        (Some(calls), Some(seconds)) => Ok(Some((calls, seconds))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(lacks("[source] rate_seconds", "rate_calls")),
        (None, Some(_)) => Err(lacks("[source] rate_calls", "rate_seconds")),
    }
}

/// Whether an error may concern one call alone: it fails again and again, its reply is too large or not what it should be, or it
/// went to another host than the source's.
pub(super) fn is_of_one_call(error: &Error) -> bool {
    match error {
        Error::Reply { .. } => true,
        Error::Http { is_other: true, .. } => true,
        Error::Http { source, .. } => match &**source {
            HttpError::TooLong { .. } => true,
            HttpError::Exhausted { reason, .. } => !reason.starts_with("429"),
            _ => false,
        },
        _ => false,
    }
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
