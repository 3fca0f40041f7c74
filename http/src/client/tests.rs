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
use crate::{Kind, Notice, Secret};

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

/// A server of apps: 401 for the token `gone-token`, else headers of a window that `used` calls of each token fill.
async fn apps(limit: u64, workspace: u64) -> (String, Arc<Mutex<Vec<String>>>) {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let calls = Arc::clone(&seen);
    let app = Router::new().fallback(move |headers: axum::http::HeaderMap| async move {
        let token = headers["authorization"].to_str().unwrap().trim_start_matches("Bearer ").to_owned();
        let mut calls = calls.lock().unwrap();
        let (used, all) = (calls.iter().filter(|t| **t == token).count() as u64, calls.len() as u64);
        let (status, body) = match token.as_str() {
            "gone-token" => (401, "{}"),
            _ if all >= workspace => (429, r#"{"errors":[{"code":"rate_limit_exceeded"}]}"#),
            _ => (200, "{}"),
        };
        if status == 200 {
            calls.push(token);
        }
        let reset = (Utc::now().timestamp() / 10 + 1) * 10;
        Response::builder()
            .status(status)
            .header("x-ratelimit-limit", limit)
            .header("x-ratelimit-remaining", limit - used.min(limit))
            .header("x-ratelimit-reset", reset)
            .body(Body::from(body))
            .unwrap()
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, seen)
}

fn client_of(url: &str, tokens: &[&str]) -> Client {
    let tokens = tokens.iter().map(|t| Token::new(Secret::new(*t), format!("setting {t}"))).collect();
    Client::new(Settings { tokens, ..Settings::new("Intercom", url) }, Arc::new(Utc::now), Arc::new(|| 0)).unwrap()
}

#[tokio::test]
async fn calls_go_out_as_the_app_with_most_room() {
    let (url, seen) = apps(100, u64::MAX).await;
    let client = client_of(&url, &["one-token", "two-token"]);
    for _ in 0..10 {
        client.send(&Request::get("/me")).await.unwrap();
    }
    let ones = seen.lock().unwrap().iter().filter(|t| *t == "one-token").count();
    assert!((4..=6).contains(&ones), "{ones}");
    let (_, second) = client.by_token().nth(1).unwrap();
    second.send(&Request::get("/me")).await.unwrap();
    assert_eq!(seen.lock().unwrap().last().unwrap(), "two-token");
}

#[tokio::test]
async fn a_refused_token_is_named_and_none_is_shown() {
    let (url, _) = apps(100, u64::MAX).await;
    let client = client_of(&url, &["one-token", "gone-token"]);
    let (_, gone) = client.by_token().nth(1).unwrap();
    let error = gone.send(&Request::get("/me")).await.unwrap_err();
    assert_eq!(error.to_string(), "Intercom refused setting gone-token (401)");
    assert!(error.hint().unwrap().contains("setting gone-token"));
    assert!(!format!("{client:?}").contains("Bearer"));
}

#[tokio::test]
async fn the_limit_of_the_workspace_stops_all_apps() {
    let (url, seen) = apps(100, 3).await;
    let client = client_of(&url, &["one-token", "two-token"]);
    let send = async {
        loop {
            client.send(&Request::get("/me")).await.unwrap();
        }
    };
    // The window may end in between, once: then one more call is tried.
    assert!(tokio::time::timeout(Duration::from_millis(1500), send).await.is_err());
    assert_eq!(seen.lock().unwrap().len(), 3);
    assert!((1..=2).contains(&client.stats().throttled), "{}", client.stats().throttled);
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
async fn a_host_that_cannot_be_reached_is_told_once_while_it_is_tried_again() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&told);
    let settings = Settings {
        backoff_min: Duration::from_millis(1),
        backoff_max: Duration::from_millis(2),
        notice: Notice::new(move |note| notes.lock().unwrap().push(note.to_owned())),
        ..Settings::new("Intercom", "http://127.0.0.1:1")
    };
    let client = Client::new(settings, Arc::new(Utc::now), Arc::new(|| 0)).unwrap();
    assert!(client.send(&Request::get("/me")).await.is_err());
    let told = told.lock().unwrap();
    assert_eq!(told[..], ["127.0.0.1:1 cannot be reached, trying again (try 1 of 6 failed)"]);
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
