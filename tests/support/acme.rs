//! Acme Desk, the made-up help desk of `tests/fixtures/acme`: a server on a runtime of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Migration, repository};

/// The secret that logs in.
pub(crate) const SECRET: &str = "acme-s3cret-canary";
/// Tickets of the desk.
pub(crate) const TICKETS: usize = 120;

/// What is counted and can be switched.
#[derive(Default)]
pub(crate) struct Switches {
    pub(crate) calls: AtomicUsize,
    /// Papers are not to be read.
    pub(crate) hides_papers: AtomicBool,
    /// How long it takes to answer.
    pub(crate) delay_ms: AtomicU64,
}

pub(crate) struct Acme {
    pub(crate) switches: Arc<Switches>,
    pub(crate) url: String,
    _runtime: tokio::runtime::Runtime,
}

type Switched = State<Arc<Switches>>;
type Params = Query<BTreeMap<String, String>>;

impl Acme {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let switches: Arc<Switches> = Arc::default();
        let app = Router::new()
            .route(
                "/people",
                get(|query: Params, headers: HeaderMap, state: Switched| list("people", query, headers, state)),
            )
            .route(
                "/tickets",
                get(|query: Params, headers: HeaderMap, state: Switched| list("tickets", query, headers, state)),
            )
            .route("/tickets/{id}", get(ticket))
            .route("/tickets/{id}/messages", get(messages))
            .route("/papers", get(papers))
            .route("/papers/{id}/content", get(|| async { "paper" }))
            .with_state(Arc::clone(&switches));
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { switches, url, _runtime: runtime }
    }

    pub(crate) fn calls(&self) -> usize {
        self.switches.calls.load(Ordering::SeqCst)
    }

    /// A migration of it, as a user sets one up: a spec and models in its folder, then `init`.
    pub(crate) fn migration(&self) -> Migration {
        let migration = Migration { folder: tempfile::tempdir().unwrap() };
        for file in [
            "sources/acme.toml",
            "sql/acme/contacts.sql",
            "sql/acme/conversations.sql",
            "sql/acme/conversation_parts.sql",
        ] {
            let to = migration.path().join(file);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(repository("tests/fixtures/acme").join(file), to).unwrap();
        }
        migration.done(&["init", "acme"]);
        migration.set("https://help.example.com/api", &self.url);
        migration.set("${ACME_SECRET}", SECRET);
        migration
    }
}

/// Counts a call; refuses one without the key.
async fn admitted(switches: &Switches, headers: &HeaderMap) -> bool {
    switches.calls.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(switches.delay_ms.load(Ordering::SeqCst))).await;
    headers.get("x-api-key").is_some_and(|value| value == SECRET)
}

fn time(second: usize) -> String {
    format!("2026-01-01T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

async fn list(what: &str, Query(query): Params, headers: HeaderMap, State(switches): Switched) -> Response {
    if !admitted(&switches, &headers).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let number = |name: &str, other| query.get(name).and_then(|v| v.parse::<usize>().ok()).unwrap_or(other);
    let all = if what == "people" { 30 } else { TICKETS };
    let row = |id: usize| match what {
        "people" => {
            json!({ "id": id, "name": format!("Person {id}"), "email": format!("p{id}@example.com"), "password": "canary-hash" })
        }
        _ => json!({ "id": id, "subject": format!("Ticket {id}"), "person_id": 1 + id % 30 }),
    };
    let last = (number("after", 0) + number("limit", 10)).min(all);
    let rows: Vec<Value> = (number("after", 0) + 1..=last).map(row).collect();
    let next = (last < all).then(|| last.to_string());
    Json(json!({ what: rows, "total": all, "next": next })).into_response()
}

async fn ticket(Path(id): Path<usize>, headers: HeaderMap, State(switches): Switched) -> Response {
    if !admitted(&switches, &headers).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let body = format!("What {id} says");
    Json(json!({ "id": id, "body": body, "created": time(id * 10), "closed": id.is_multiple_of(2) })).into_response()
}

async fn messages(Path(id): Path<usize>, headers: HeaderMap, State(switches): Switched) -> Response {
    if !admitted(&switches, &headers).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let message = |n: usize| json!({ "id": n, "text": format!("{id} <{n}>"), "sent": time(id * 10 + n) });
    Json((1..=id % 3).map(message).collect::<Value>()).into_response()
}

async fn papers(headers: HeaderMap, State(switches): Switched) -> Response {
    if !admitted(&switches, &headers).await {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if switches.hides_papers.load(Ordering::SeqCst) {
        return (StatusCode::FORBIDDEN, Json(json!({ "message": "scope papers is missing" }))).into_response();
    }
    Json(json!([{ "id": 1, "ticket_id": 1, "name": "a.txt" }])).into_response()
}
