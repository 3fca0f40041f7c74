//! The client against a small server that does as each test says.

#![allow(clippy::disallowed_methods)]

use std::sync::Mutex;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use chrono::Utc;
use serde_json::json;

use super::*;
use crate::{Kind, Secret};

/// Status, headers, body.
type Said = (u16, &'static [(&'static str, &'static str)], &'static str);
type Script = Arc<Mutex<Vec<Said>>>;

/// A server that gives the replies in order, then 200; returns its URL and its count of calls.
async fn server(replies: Vec<Said>) -> (String, Arc<AtomicU64>) {
    let calls = Arc::new(AtomicU64::new(0));
    let script: Script = Arc::new(Mutex::new(replies.into_iter().rev().collect()));
    let seen = Arc::clone(&calls);
    let app = Router::new().fallback(move |State(script): State<Script>| {
        let seen = Arc::clone(&seen);
        async move {
            seen.fetch_add(1, Ordering::SeqCst);
            let (status, headers, body) = script.lock().unwrap().pop().unwrap_or((200, &[], "{\"ok\":true}"));
            let mut reply = Response::builder().status(status);
            for (name, value) in headers {
                reply = reply.header(*name, *value);
            }
            reply.body(Body::from(body)).unwrap()
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app.with_state(script)).await });
    (url, calls)
}

fn client(url: &str) -> Client {
    let settings = Settings {
        tokens: vec![Token::new(Secret::new("dG9rOnNlY3JldA"), "INTERCOM_TOKEN")],
        backoff_min: Duration::from_millis(1),
        backoff_max: Duration::from_millis(5),
        timeout: Duration::from_millis(500),
        ..Settings::new("Intercom", url)
    };
    Client::new(settings, Arc::new(Utc::now), Arc::new(|| 0)).unwrap()
}

#[tokio::test]
async fn read_is_repeated_after_500_until_it_succeeds() {
    let (url, calls) = server(vec![(500, &[], ""), (503, &[], ""), (200, &[], "")]).await;
    let reply = client(&url).send(&Request::get("/me")).await.unwrap();
    assert_eq!(reply.json["ok"], true);
    assert_eq!(calls.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn write_is_sent_once_and_unknown_after_500_or_an_empty_reply() {
    for reply in [(500, &[] as &[_], ""), (200, &[] as &[_], ""), (408, &[] as &[_], "{}")] {
        let (url, calls) = server(vec![reply]).await;
        let error = client(&url).send(&Request::write(Method::Post, "/contacts", json!({}))).await.unwrap_err();
        assert!(matches!(error, Error::Unknown { .. }), "{error}");
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn write_is_sent_again_after_429() {
    let (url, calls) = server(vec![(429, &[("retry-after", "0")], "{}")]).await;
    let client = client(&url);
    client.send(&Request::write(Method::Post, "/contacts", json!({}))).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert_eq!(client.stats().throttled, 1);
}

#[tokio::test]
async fn call_refused_with_room_in_the_window_does_not_wait_for_its_end() {
    const ROOM: &[(&str, &str)] =
        &[("x-ratelimit-limit", "10"), ("x-ratelimit-remaining", "5"), ("x-ratelimit-reset", "99999999999")];
    let (url, calls) = server(vec![(429, ROOM, "{}"); 4]).await;
    let client = client(&url);
    let request = Request::write(Method::Post, "/contacts", json!({}));
    tokio::time::timeout(Duration::from_secs(5), client.send(&request)).await.unwrap().unwrap();
    assert_eq!((calls.load(Ordering::SeqCst), client.stats().throttled), (5, 4));
}

#[tokio::test]
async fn refused_token_is_invalid_and_is_not_shown() {
    let body = r#"{"type":"error.list","request_id":"r9","errors":[{"code":"unauthorized","message":"Access Token dG9rOnNlY3JldA Invalid"}]}"#;
    let (url, _) = server(vec![(401, &[], body)]).await;
    let error = client(&url).send(&Request::get("/me")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert_eq!(
        error.to_string(),
        "Intercom refused INTERCOM_TOKEN (401 unauthorized Access Token *** Invalid, request r9)"
    );
    assert!(error.hint().unwrap().contains("INTERCOM_TOKEN"));
}

#[tokio::test]
async fn refused_row_carries_status_code_message_and_request_id() {
    let body = r#"{"type":"error.list","request_id":"r1","errors":[{"code":"conflict","message":"exists"}]}"#;
    let (url, calls) = server(vec![(409, &[], body)]).await;
    let error = client(&url).send(&Request::write(Method::Post, "/contacts", json!({}))).await.unwrap_err();
    assert_eq!(error.reply(), (Some(409), Some("conflict"), Some("exists".to_owned()), Some("r1")));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn unreachable_host_is_unavailable_for_writes_too() {
    let error = client("http://127.0.0.1:1").send(&Request::write(Method::Post, "/x", json!({}))).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }));
    assert_eq!(error.to_string(), "cannot reach Intercom at 127.0.0.1:1");
}

#[tokio::test]
async fn used_up_window_is_waited_for() {
    let reset = Utc::now().timestamp() + 2;
    let reset: &'static str = Box::leak(reset.to_string().into_boxed_str());
    let headers: &'static [(&str, &str)] = Box::leak(Box::new([
        ("x-ratelimit-limit", "10"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", reset),
    ]));
    let (url, _) = server(vec![(200, headers, "{}")]).await;
    let client = client(&url);
    client.send(&Request::get("/me")).await.unwrap();
    client.send(&Request::get("/me")).await.unwrap();
    assert!(Utc::now().timestamp() >= reset.parse::<i64>().unwrap());
}

#[test]
fn settings_that_are_no_address_are_refused() {
    for url in ["", "intercom", "ftp://x", "http://"] {
        let made = Client::new(Settings::new("Intercom", url), Arc::new(Utc::now), Arc::new(|| 0));
        assert_eq!(made.unwrap_err().kind(), Kind::Invalid, "{url}");
    }
}
