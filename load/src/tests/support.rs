//! A staged help desk, a sandbox, a proxy that kills, and the workspace as a text that two loads can be compared by.

#![allow(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use deskferry_sandbox::{AdminEntry, ObjectTypeEntry, Running, TeamEntry, WorkspaceFile};
use deskferry_staging::{Context, Manifest, Staging};
use futures::TryStreamExt as _;
use serde_json::{Value, json};

use crate::ledger::{self, Entry};
use crate::testing::{self, RowsOf};
use crate::{Secret, Settings};

/// Publishes contract tables; those not named are empty.
pub(super) async fn publish(context: &Context, tables: &Value) -> Manifest {
    let names = [
        "attributes",
        "tags",
        "companies",
        "contacts",
        "notes",
        "collections",
        "articles",
        "internal_articles",
        "admins",
        "teams",
        "conversations",
        "conversation_parts",
        "attachments",
        "custom_objects",
        "saved_replies",
    ];
    assert!(tables.as_object().unwrap().keys().all(|t| names.contains(&t.as_str())));
    let rows = |name: &&'static str| -> (&'static str, RowsOf) {
        (*name, Box::new(tables[*name].as_array().cloned().unwrap_or_default().into_iter()))
    };
    testing::publish(context, names.iter().map(rows).collect()).await
}

/// A context with the true clock and countable chance.
pub(super) fn context() -> Context {
    let chance = AtomicU64::new(0);
    Context::new(Staging::in_memory(), chrono::Utc::now, move || {
        (chance.fetch_add(1, Ordering::Relaxed) as u32).wrapping_mul(2_654_435_761)
    })
}

/// A fresh process on the stage of `context`.
pub(super) fn again(context: &Context) -> Context {
    Context { cancel: tokio_util::sync::CancellationToken::new(), ..context.clone() }
}

/// A fresh process on the stage of `context`, later by so many minutes.
pub(super) fn later(context: &Context, minutes: i64) -> Context {
    Context { clock: Arc::new(move || chrono::Utc::now() + chrono::TimeDelta::minutes(minutes)), ..again(context) }
}

pub(super) fn workspace_file() -> WorkspaceFile {
    let admin = |id, name: &str, email: &str| AdminEntry { id: Some(id), name: name.into(), email: email.into() };
    WorkspaceFile {
        id: Some("sandbox1".into()),
        admins: vec![
            admin(1, "Owner", "owner@desk.example"),
            admin(2, "Ada", "ada@desk.example"),
            admin(3, "Bob", "BOB@desk.example"),
        ],
        teams: vec![TeamEntry { id: Some(20), name: "Support".into(), admin_ids: vec![2, 3] }],
        custom_object_types: vec![ObjectTypeEntry {
            identifier: "Asset".into(),
            attributes: Vec::new(),
            contact_relation: None,
        }],
        ..WorkspaceFile::default()
    }
}

pub(super) async fn sandbox(faults: &str, rate: Option<u32>) -> (Running, String) {
    let settings = deskferry_sandbox::Settings {
        rate,
        faults: faults.parse().unwrap(),
        seed: 7,
        workspace: workspace_file(),
        search_delay: Duration::from_millis(50),
        ..deskferry_sandbox::Settings::default()
    };
    let running = deskferry_sandbox::serve(settings).await.unwrap();
    let url = format!("http://{}", running.addr());
    (running, url)
}

pub(super) fn settings(url: &str) -> Settings {
    Settings {
        placeholder_admin: Some("owner@desk.example".into()),
        flush_every: Duration::from_millis(20),
        lease: Duration::from_millis(150),
        settle: Duration::from_millis(100),
        timeout: Duration::from_secs(2),
        in_flight_max: 4,
        reject_rate_max: 1.0,
        ..Settings::new(url, Secret::new("tok"))
    }
}

/// A small help desk with every table in it.
pub(super) async fn desk(context: &Context) -> Value {
    let file = context.staging.files().put("bytes of a file".into()).await.unwrap().sha256;
    let at = 1_600_000_000_i64;
    let attachments: Vec<Value> = (1..=12)
        .map(|n| {
            json!({ "source_key": format!("h:att:{n:02}"), "part_key": "h:reply:2", "position": n,
                         "name": format!("file {n}.txt"), "content_type": "text/plain", "size": 15, "sha256": file })
        })
        .chain([json!({ "source_key": "h:att:20", "part_key": "h:ticket:1#1", "position": 1, "name": "a.png",
                        "content_type": "image/png", "size": 15, "sha256": file })])
        .collect();
    let part = |key: &str, of: &str, position: i64, kind: &str, author: &str, who: Value, body: &str| {
        json!({ "source_key": key, "conversation_key": of, "position": position, "part_type": kind,
                "author_type": author, "author_key": who, "author_name": "Zoë <x>", "body": body,
                "created_at": at + position.min(4) * 60 })
    };
    json!({
        "attributes": [
            { "source_key": "h:attr:1", "model": "contact", "name": "Customer no", "data_type": "string" },
            { "source_key": "h:attr:2", "model": "conversation", "name": "Priority", "data_type": "list",
              "options": ["low", "high"] },
            { "source_key": "h:attr:3", "model": "conversation", "name": "Hesk id", "data_type": "integer" },
        ],
        "tags": [{ "source_key": "h:tag:1", "name": "vip" }, { "source_key": "h:tag:2", "name": "Billing" }],
        "companies": [{ "source_key": "h:co:1", "company_id": "co-1", "name": "Acme", "tag_keys": ["h:tag:1"] }],
        "contacts": (1..=4).map(|n| json!({
            "source_key": format!("h:contact:{n}"), "external_id": format!("h:{n}"), "role": "user",
            "email": format!("c{n}@mail.example"), "name": format!("Contact {n}"), "signed_up_at": at,
            "company_keys": if n == 1 { json!(["h:co:1"]) } else { Value::Null },
            "tag_keys": if n == 2 { json!(["h:tag:1"]) } else { Value::Null },
            "custom_attributes": { "Customer no": format!("{n}") } })).collect::<Vec<_>>(),
        "notes": [{ "source_key": "h:note:1", "parent_key": "h:contact:1", "author_key": "h:admin:1",
                    "body": "<p>calls often</p>", "created_at": at }],
        "collections": [
            { "source_key": "h:cat:1", "name": "Help", "position": 1 },
            { "source_key": "h:cat:2", "name": "Inner", "parent_key": "h:cat:1", "position": 2 },
        ],
        "articles": [
            { "source_key": "h:art:1", "parent_key": "h:cat:1", "author_key": "h:admin:1", "title": "One",
              "body": "<p><a href=\"deskferry:h:art:2\">two</a> <a href=\"deskferry:h:art:9\">nine</a></p>",
              "state": "published", "position": 1 },
            { "source_key": "h:art:2", "parent_key": "h:cat:2", "author_key": "h:admin:1", "title": "Two",
              "body": "<p>text</p>", "state": "published", "position": 2 },
        ],
        "admins": [
            { "source_key": "h:admin:1", "name": "Ada", "email": "ADA@desk.example", "active": true, "used": true },
            { "source_key": "h:admin:2", "name": "bob", "email": null, "active": true, "used": true },
            { "source_key": "h:admin:3", "name": "Gone", "email": "gone@desk.example", "active": false, "used": true },
        ],
        "teams": [{ "source_key": "h:team:1", "name": "support", "used": true }],
        "conversations": [
            { "source_key": "h:ticket:1", "contact_key": "h:contact:1", "title": "First", "created_at": at + 60,
              "state": "closed", "closed_by_key": "h:admin:1", "assignee_key": "h:admin:2", "team_key": "h:team:1",
              "company_key": "h:co:1", "is_read": true, "participant_keys": ["h:contact:3"],
              "tag_keys": ["h:tag:1", "h:tag:2"], "custom_attributes": { "Priority": "high", "Hesk id": 1 } },
            { "source_key": "h:ticket:2", "contact_key": "h:contact:2", "title": "Twin", "created_at": at + 60,
              "state": "open", "is_read": false },
            { "source_key": "h:ticket:3", "contact_key": "h:contact:2", "title": "Twin", "created_at": at + 60,
              "state": "open", "is_read": false },
        ],
        "conversation_parts": [
            part("h:ticket:1#1", "h:ticket:1", 1, "message", "contact", json!("h:contact:1"), "a < b & c\n\nbye"),
            part("h:reply:1", "h:ticket:1", 2, "comment", "admin", json!("h:admin:3"), "<p>We <b>look</b></p>"),
            part("h:reply:2", "h:ticket:1", 3, "comment", "contact", json!("h:contact:4"), "<p>here &amp; there</p>"),
            part("h:event:1", "h:ticket:1", 4, "note", "admin", json!("h:admin:1"), "<p>same</p>"),
            part("h:event:2", "h:ticket:1", 5, "note", "admin", json!("h:admin:1"), "<p>same</p>"),
            part("h:ticket:2#1", "h:ticket:2", 1, "message", "contact", json!("h:contact:2"), "twin"),
            part("h:ticket:3#1", "h:ticket:3", 1, "message", "contact", json!("h:contact:2"), "twin"),
        ],
        "attachments": attachments,
        "custom_objects": [{ "source_key": "h:asset:1", "object_type": "Asset", "external_id": "a1" }],
        "saved_replies": [{ "source_key": "h:canned:1", "title": "Hi", "body": "<p>Hello</p>", "body_text": "Hello",
                            "position": 1 }],
    })
}

/// One client for all tests, for making one takes longer than many calls; it keeps no connection, as each test has its own runtime.
pub(super) static HTTP: LazyLock<reqwest::Client> =
    LazyLock::new(|| reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap());

/// What is in the workspace, sorted.
pub(super) async fn contents(url: &str) -> Vec<String> {
    testing::contents(url).await.unwrap()
}

/// The newest entry of each step of the ledger, by table, key and name.
pub(super) async fn newest_steps(context: &Context) -> BTreeMap<String, Entry> {
    let segments = ledger::replay(context).await.unwrap().segments();
    let mut newest = BTreeMap::new();
    let mut read = Box::pin(ledger::stored(context, 1..=segments).unwrap());
    while let Some(entries) = read.try_next().await.unwrap() {
        for one in entries.into_iter().map(|one| one.entry).filter(|entry| entry.table != ledger::LOAD) {
            newest.insert(format!("{} {} {}", one.table, one.key, one.step), one);
        }
    }
    newest
}

/// Calls that the sandbox counted, by method.
pub(super) async fn writes(url: &str) -> u64 {
    let stats: Value = HTTP.get(format!("{url}/_sandbox/stats")).send().await.unwrap().json().await.unwrap();
    let is_write = |name: &str| !name.starts_with("GET") && !name.contains("search");
    let calls = stats["calls"].as_object().unwrap().iter().filter(|(name, _)| is_write(name));
    calls.flat_map(|(_, by_status)| by_status.as_object().unwrap().values()).filter_map(Value::as_u64).sum()
}

/// Where the proxy ends the loader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Death {
    /// Before the call reaches Intercom.
    Before,
    /// After Intercom has executed it, before the loader hears of it.
    After,
}

#[derive(Clone)]
struct Proxy {
    target: String,
    writes: Arc<AtomicU64>,
    at: u64,
    death: Death,
    dead: Arc<tokio::sync::Notify>,
    http: reqwest::Client,
}

/// A proxy that rings the bell at the `at`-th write and lets nothing through from then on.
pub(super) async fn proxy(target: &str, at: u64, death: Death) -> (String, Arc<tokio::sync::Notify>) {
    let dead = Arc::new(tokio::sync::Notify::new());
    let state = Proxy {
        target: target.to_owned(),
        writes: Arc::default(),
        at,
        death,
        dead: Arc::clone(&dead),
        http: reqwest::Client::new(),
    };
    let app = axum::Router::new().fallback(forward).layer(axum::extract::DefaultBodyLimit::disable()).with_state(state);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, dead)
}

async fn forward(State(proxy): State<Proxy>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 << 20).await.unwrap();
    let is_write = parts.method != "GET" && !parts.uri.path().ends_with("search");
    let number =
        if is_write { proxy.writes.fetch_add(1, Ordering::SeqCst) + 1 } else { proxy.writes.load(Ordering::SeqCst) };
    if number > proxy.at || (number == proxy.at && is_write && proxy.death == Death::Before) {
        proxy.dead.notify_one();
        return std::future::pending().await;
    }
    let url = format!("{}{}", proxy.target, parts.uri);
    let reply = proxy.http.request(parts.method, url).headers(parts.headers).body(body).send().await.unwrap();
    let (status, headers) = (reply.status(), reply.headers().clone());
    let bytes = reply.bytes().await.unwrap();
    if number == proxy.at && is_write {
        proxy.dead.notify_one();
        return std::future::pending().await;
    }
    let mut response = Response::builder().status(status);
    for (name, value) in headers.iter().filter(|(n, _)| *n != "transfer-encoding" && *n != "content-length") {
        response = response.header(name, value);
    }
    response.body(Body::from(bytes)).unwrap()
}

/// A proxy that loses a tenth of the replies, and answers a tenth with 500 and a tenth with 429 instead of passing the call on.
pub(super) async fn unreliable(target: &str, seed: u32) -> String {
    let state = (target.to_owned(), Arc::new(AtomicU64::new(u64::from(seed) * 7919)), reqwest::Client::new());
    let app = axum::Router::new().fallback(unreliably).with_state(state);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

async fn unreliably(
    State((target, chance, http)): State<(String, Arc<AtomicU64>, reqwest::Client)>,
    request: Request,
) -> Response {
    let chance = chance.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    let plain = |status: u16| Response::builder().status(status).body(Body::from("{}")).unwrap();
    match chance % 10 {
        0 => return plain(500),
        1 => return plain(429),
        _ => {}
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 << 20).await.unwrap();
    let url = format!("{target}{}", parts.uri);
    let reply = http.request(parts.method, url).headers(parts.headers).body(body).send().await.unwrap();
    let status = reply.status();
    let bytes = reply.bytes().await.unwrap();
    // A reply that breaks off: the client cannot know what became of its call.
    if chance % 10 == 2 {
        return plain(502);
    }
    Response::builder().status(status).body(Body::from(bytes)).unwrap()
}
