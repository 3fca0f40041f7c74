//! Several tokens of one workspace.

use axum::extract::Request;
use axum::response::IntoResponse as _;
use deskferry_staging::Kind;
use serde_json::json;

use super::support::*;
use crate::testing::Desk;
use crate::{Filter, Secret, Settings, Token, load, plan};

fn tokens(settings: Settings, names: &[&str]) -> Settings {
    let token = |name: &&str| Token::new(Secret::new(format!("secret-of-{name}")), format!("token `{name}`"));
    Settings { tokens: names.iter().map(token).collect(), ..settings }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tokens_make_the_same_calls_and_are_both_used() {
    let (_sandbox, url) = sandbox("", Some(60)).await;
    let context = context();
    let manifest = Desk { conversations: 5, parts: 4, files_every: 2 }.publish(&context).await;
    let settings = tokens(settings(&url), &["first", "second"]);
    let foretold = plan(&again(&context), &settings, &manifest, &Filter::default()).await.unwrap();
    let summary = load(&context, &settings, &manifest, &Filter::default()).await.unwrap();
    assert_eq!(summary.calls, foretold.calls);
    assert_eq!(summary.calls_total, foretold.calls_total);
    assert_eq!(summary.granted_per_second, Some(12.0));
    let stats: serde_json::Value = reqwest::get(format!("{url}/_sandbox/stats")).await.unwrap().json().await.unwrap();
    let windows = stats["windows"].as_array().unwrap();
    // Both were granted their calls: more went out in a window than one of them has.
    assert!(windows.iter().any(|w| w["granted"] == 120), "{windows:?}");
    let me = stats["calls"]["GET /me"]["200"].as_u64().unwrap();
    assert_eq!(me, 4, "each token is asked once by the plan and once by the load");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_different_workspaces_are_refused_and_nothing_is_sent() {
    let app = axum::Router::new().fallback(|request: Request| async move {
        assert_eq!(request.uri().path(), "/me", "nothing else is asked");
        let token =
            request.headers()["authorization"].to_str().unwrap().trim_start_matches("Bearer secret-of-").to_owned();
        axum::Json(json!({ "id": "1", "app": { "id_code": format!("workspace-of-{token}") } })).into_response()
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let context = context();
    let manifest = Desk { conversations: 1, parts: 1, files_every: 0 }.publish(&context).await;
    let settings = tokens(settings(&url), &["first", "second"]);
    let error = load(&context, &settings, &manifest, &Filter::default()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert_eq!(
        error.to_string(),
        "token `first` is of workspace `workspace-of-first`, but token `second` is of workspace `workspace-of-second`"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_without_a_token_is_refused() {
    let context = context();
    let manifest = Desk { conversations: 1, parts: 1, files_every: 0 }.publish(&context).await;
    let settings = tokens(settings("http://127.0.0.1:1"), &[]);
    let error = load(&context, &settings, &manifest, &Filter::default()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(error.to_string().contains("[intercom] token"), "{error}");
}
