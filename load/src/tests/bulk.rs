//! Long threads and large files.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use arrow::array::AsArray as _;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use futures::TryStreamExt as _;
use serde_json::{Value, json};

use super::support::*;
use crate::testing::Desk;
use crate::{Filter, Settings, load};

/// Numbers of the messages of a thread that the sandbox's pages show, in order.
async fn messages(url: &str, id: &str) -> Vec<u64> {
    let mut numbers = Vec::new();
    for page in 1.. {
        let text =
            reqwest::get(format!("{url}/inbox/conversations/{id}?page={page}")).await.unwrap().text().await.unwrap();
        let found =
            text.split("Message <b>").skip(1).map(|rest| rest.split('<').next().unwrap().parse::<u64>().unwrap());
        numbers.extend(found);
        if !text.contains(&format!("?page={}\"", page + 1)) {
            break;
        }
    }
    numbers
}

#[tokio::test(flavor = "multi_thread")]
async fn thread_longer_than_a_reply_shows_arrives_whole_and_in_order() {
    let parts = 530;
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = Desk { conversations: 1, parts, files_every: 0 }.publish(&context).await;
    let summary = load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(summary.calls["POST /conversations/{id}/reply"], parts - 1);

    let live = context.staging.manifest(&summary.run).await.unwrap();
    let batches: Vec<_> = context.staging.read(&live, "results").unwrap().try_collect().await.unwrap();
    let mut conversation = String::new();
    let mut ids: Vec<u64> = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let text = |column: &str| batch.column_by_name(column).unwrap().as_string::<i32>().value(row).to_owned();
            match text("table_name").as_str() {
                "conversations" => conversation = text("intercom_id"),
                "conversation_parts" if !text("source_key").ends_with("#00001") => {
                    ids.push(text("intercom_id").parse().unwrap());
                }
                _ => {}
            }
        }
    }
    assert_eq!(ids.len() as u64, parts - 1, "every reply but the opening message has an id of its own");
    assert!(ids.is_sorted_by(|a, b| a < b), "ids follow the order of the thread: {ids:?}");
    // Messages 3 and 4 are notes without a number.
    assert_eq!(messages(&url, &conversation).await, [2].into_iter().chain(5..=parts).collect::<Vec<_>>());
}

/// Stands before the sandbox and measures how much is on its way.
#[derive(Clone)]
struct Scale {
    target: String,
    http: reqwest::Client,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    with_files: Arc<AtomicU64>,
}

async fn weigh(State(scale): State<Scale>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 << 20).await.unwrap();
    let bytes = if body.len() > 10_000 { body.len() } else { 0 };
    scale.with_files.fetch_add(u64::from(bytes > 0), Ordering::SeqCst);
    let on_their_way = scale.now.fetch_add(bytes, Ordering::SeqCst) + bytes;
    scale.most.fetch_max(on_their_way, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let url = format!("{}{}", scale.target, parts.uri);
    let reply = scale.http.request(parts.method, url).headers(parts.headers).body(body).send().await.unwrap();
    let (status, bytes_of_reply) = (reply.status(), reply.bytes().await.unwrap());
    scale.now.fetch_sub(bytes, Ordering::SeqCst);
    (status, bytes_of_reply).into_response()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_on_their_way_are_bounded_and_a_larger_one_goes_alone() {
    let (_sandbox, target) = sandbox("", None).await;
    let scale = Scale {
        target,
        http: reqwest::Client::new(),
        now: Arc::default(),
        most: Arc::default(),
        with_files: Arc::default(),
    };
    let app =
        axum::Router::new().fallback(weigh).layer(axum::extract::DefaultBodyLimit::disable()).with_state(scale.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });

    let context = context();
    let mut tables = desk(&context).await;
    let (small, large) = (30_000, 90_000);
    let mut threads = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..9_usize {
        let size = if n == 4 { large } else { small };
        let sha256 = context.staging.files().put(vec![b'a' + n as u8; size].into()).await.unwrap().sha256;
        let key = format!("h:long:{n}");
        threads.0.push(json!({ "source_key": key, "contact_key": "h:contact:1", "title": "Files",
                               "created_at": 1_600_000_000 + n, "state": "open" }));
        threads.1.push(json!({ "source_key": format!("{key}#1"), "conversation_key": key, "position": 1,
                               "part_type": "message", "author_type": "contact", "author_key": "h:contact:1",
                               "body": "see the file", "created_at": 1_600_000_000 + n }));
        threads.2.push(json!({ "source_key": format!("{key}#1/1"), "part_key": format!("{key}#1"), "position": 1,
                               "name": "large.txt", "content_type": "text/plain", "size": size, "sha256": sha256 }));
    }
    for (table, rows) in [("conversations", threads.0), ("conversation_parts", threads.1), ("attachments", threads.2)] {
        tables[table] = Value::Array(rows);
    }
    let manifest = publish(&context, &tables).await;
    let settings = Settings { in_flight_max: 9, file_bytes_max: 70_000, ..settings(&url) };
    let summary = load(&context, &settings, &manifest, &Filter::default()).await.unwrap();
    let of_table = |table: &str| summary.tables.iter().find(|(t, _)| t == table).unwrap().1;
    assert_eq!(of_table("attachments").created, 9, "{summary:#?}");
    assert_eq!(scale.with_files.load(Ordering::SeqCst), 9);
    // Two small ones as base64, or the large one.
    let most = scale.most.load(Ordering::SeqCst);
    assert!((120_000..123_000).contains(&most), "{most} bytes at once");
}
