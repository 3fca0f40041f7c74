//! One request, and its answer.
//!
//! | request | answer |
//! |---|---|
//! | `HEAD` any path | 200: Intercom asks so whether somebody is there |
//! | `POST` any path | an event: 200 once it is stored, 401 without the right signature, 413, 400, 408, 503 |
//! | `GET /` | the status page |
//! | `GET /health` | 200, or 503 with what is wrong |
//! | `GET /metrics` | Prometheus's text |

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue, REFRESH, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::oneshot;

use crate::counts::Count;
use crate::event::{Event, Notice};
use crate::host::Host;
use crate::metrics;
use crate::shared::Shared;
use crate::signature::{self, HEADER};
use crate::writer::{Arrival, Outcome};

/// How often the status page looks again by itself, in seconds.
const REFRESH_SECONDS: &str = "30";

pub(crate) type Answer = Response<Full<Bytes>>;

/// What goes wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Unsigned,
    Oversized,
    Malformed,
    TooSlow,
    Unavailable,
}

impl Refusal {
    fn answer(self) -> Answer {
        let (status, reason) = match self {
            Self::Unsigned => (StatusCode::UNAUTHORIZED, "the signature is missing or wrong"),
            Self::Oversized => (StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"),
            Self::Malformed => (StatusCode::BAD_REQUEST, "the body is no event"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the body did not come in time"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "the event could not be stored; send it again"),
        };
        let mut answer = text(status, reason);
        if self == Self::Unavailable {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if matches!(self, Self::Unsigned | Self::Oversized | Self::TooSlow) {
            // What is left of the body is not read.
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        answer
    }
}

/// Answers a request.
pub(crate) async fn answer(shared: &Shared, host: &dyn Host, request: Request<Incoming>) -> Answer {
    match (request.method(), request.uri().path()) {
        (&Method::HEAD, _) => text(StatusCode::OK, ""),
        (&Method::POST, _) => match event(shared, request).await {
            Ok(outcome) => text(StatusCode::OK, outcome),
            Err(refusal) => refusal.answer(),
        },
        (&Method::GET, "/") => {
            let mut answer = page(&host.page(&shared.status()));
            answer.headers_mut().insert(REFRESH, HeaderValue::from_static(REFRESH_SECONDS));
            answer
        }
        (&Method::GET, "/health") => {
            let faults = shared.status().faults;
            let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            text(status, if faults.is_empty() { "ok".to_owned() } else { faults.join("\n") })
        }
        (&Method::GET, "/metrics") => {
            let mut answer = text(StatusCode::OK, metrics::text(shared));
            answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(metrics::CONTENT_TYPE));
            answer
        }
        (&Method::GET, _) => text(StatusCode::NOT_FOUND, "there is nothing here; see /, /health and /metrics"),
        _ => {
            let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "events are sent with POST");
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
            answer
        }
    }
}

/// Takes an event in.
async fn event(shared: &Shared, request: Request<Incoming>) -> Result<&'static str, Refusal> {
    let counted = |refusal: Refusal| {
        match refusal {
            Refusal::Unsigned => shared.counts.add(Count::Rejected),
            Refusal::Oversized => shared.counts.add(Count::Oversized),
            Refusal::Malformed => shared.counts.add(Count::Malformed),
            Refusal::Unavailable => shared.counts.add(Count::Unavailable),
            Refusal::TooSlow => {}
        }
        refusal
    };
    let header = request.headers().get(HEADER).and_then(|header| header.to_str().ok()).unwrap_or_default().to_owned();
    if signature::decoded(&header).is_none() {
        return Err(counted(Refusal::Unsigned));
    }
    let (body, _held) = body(shared, request.into_body()).await.map_err(counted)?;
    if !shared.settings.secret.signed(&header, &body) {
        return Err(counted(Refusal::Unsigned));
    }
    match Notice::read(&body) {
        Err(_) => Err(counted(Refusal::Malformed)),
        Ok(Notice::Ping) => {
            shared.counts.add(Count::Pings);
            Ok("pong")
        }
        Ok(Notice::Event(event)) => store(shared, event).await.map_err(counted),
    }
}

/// The whole body, within the bounds; what it takes of the room for bodies is given back with the second value.
async fn body(shared: &Shared, mut body: Incoming) -> Result<(Bytes, Vec<tokio::sync::SemaphorePermit<'_>>), Refusal> {
    let bytes_max = shared.settings.body_bytes_max;
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(Refusal::Oversized);
    }
    let mut bytes = BytesMut::new();
    // Room is taken as the bytes come: who only announces them takes none.
    let mut held = Vec::new();
    let reading = async {
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Refusal::TooSlow)?;
            let Ok(data) = frame.into_data() else { continue };
            if bytes.len() + data.len() > bytes_max {
                return Err(Refusal::Oversized);
            }
            let kib = u32::try_from(data.len().div_ceil(1024)).unwrap_or(u32::MAX);
            held.push(shared.held.acquire_many(kib).await.map_err(|_| Refusal::Unavailable)?);
            bytes.extend_from_slice(&data);
        }
        Ok(())
    };
    match tokio::time::timeout(shared.settings.read_timeout, reading).await {
        Ok(outcome) => outcome?,
        Err(_) => return Err(Refusal::TooSlow),
    }
    Ok((bytes.freeze(), held))
}

/// Hands an event to the writer and waits until it is stored.
async fn store(shared: &Shared, event: Event) -> Result<&'static str, Refusal> {
    let began = tokio::time::Instant::now();
    let is_known = event.is_known;
    let (done, stored) = oneshot::channel();
    let storing = async {
        shared.arrivals.send(Arrival { event, done }).await.ok()?;
        stored.await.ok()
    };
    let outcome = within(shared.settings.answer_timeout, storing).await.ok_or(Refusal::Unavailable)?;
    shared.times.add(began.elapsed());
    match outcome {
        Outcome::Stored => {
            if !is_known {
                shared.counts.add(Count::Unknown);
            }
            Ok("stored")
        }
        Outcome::Repeated => {
            shared.counts.add(Count::Repeated);
            Ok("known already")
        }
    }
}

async fn within<T>(time: Duration, work: impl Future<Output = Option<T>>) -> Option<T> {
    tokio::time::timeout(time, work).await.ok().flatten()
}

/// A line of text.
fn text(status: StatusCode, line: impl Into<String>) -> Answer {
    let mut line = line.into();
    if !line.is_empty() && !line.ends_with('\n') {
        line.push('\n');
    }
    let mut answer = Response::new(Full::new(line.into()));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    answer
}

/// A page: it loads nothing, runs nothing and is in nobody's frame.
fn page(html: &str) -> Answer {
    let mut answer = text(StatusCode::OK, html);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    let policy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    headers.insert("content-security-policy", HeaderValue::from_static(policy));
    headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    answer
}
