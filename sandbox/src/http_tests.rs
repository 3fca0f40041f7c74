//! Tests over real connections: login, versions, limits, faults.

use crate::{Running, Settings, serve};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::time::Duration;

async fn start(settings: Settings) -> (Running, String) {
    let running = serve(settings).await.unwrap();
    let url = format!("http://{}", running.addr());
    (running, url)
}

async fn send(client: &Client, url: &str, body: Value) -> Result<Response, reqwest::Error> {
    client.post(url).bearer_auth("t").json(&body).send().await
}

async fn stats(client: &Client, url: &str) -> Value {
    client.get(format!("{url}/_sandbox/stats")).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_token_is_needed_and_a_named_one_must_match() {
    let settings = Settings { token: Some("secret".to_owned()), ..Settings::default() };
    let (_running, url) = start(settings).await;
    let client = Client::new();
    let me = format!("{url}/me");
    let bare = client.get(&me).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    assert!(bare.headers().get("x-ratelimit-limit").is_none());
    assert_eq!(client.get(&me).bearer_auth("other").send().await.unwrap().status(), 401);
    let reply = client.get(&me).bearer_auth("secret").send().await.unwrap();
    assert_eq!(reply.status(), 200);
    for header in ["x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"] {
        assert!(reply.headers().contains_key(header), "{header}");
    }
    assert_eq!(reply.headers()["intercom-version"], "2.16");
    let old = client.get(&me).bearer_auth("secret").header("Intercom-Version", "2.11").send().await.unwrap();
    assert_eq!(old.status(), 400);
    let body: Value = old.json().await.unwrap();
    assert_eq!(body["errors"][0]["code"], "intercom_version_invalid");
    let unknown = client.get(format!("{url}/deals")).bearer_auth("secret").send().await.unwrap();
    assert_eq!(unknown.status(), 404);
}

#[tokio::test]
async fn over_the_limit_is_429_and_the_work_is_not_done() {
    let (_running, url) = start(Settings { rate: Some(3), ..Settings::default() }).await;
    let client = Client::new();
    // Twice the limit and two more: at most two windows can be touched.
    let mut refused = 0;
    for n in 0..8 {
        let reply = send(&client, &format!("{url}/tags"), json!({ "name": n.to_string() })).await.unwrap();
        if reply.status() == 429 {
            refused += 1;
            assert_eq!(reply.headers()["x-ratelimit-remaining"], "0");
            let body: Value = reply.json().await.unwrap();
            assert_eq!(body["errors"][0]["code"], "rate_limit_exceeded");
        }
    }
    assert!(refused >= 2, "{refused}");
    let stats = stats(&client, &url).await;
    assert_eq!(stats["objects"]["tags"], 8 - refused);
    assert_eq!(stats["calls"]["POST /tags"]["429"], refused);
}

#[tokio::test]
async fn a_lost_reply_was_done_and_a_reset_call_was_not() {
    for (faults, done) in [("lost=1", 1), ("timeout=1,hang=10ms", 1), ("reset=1", 0)] {
        let (_running, url) = start(Settings { faults: faults.parse().unwrap(), ..Settings::default() }).await;
        let client = Client::new();
        assert!(send(&client, &format!("{url}/tags"), json!({ "name": "x" })).await.is_err(), "{faults}");
        assert_eq!(stats(&client, &url).await["objects"]["tags"], done, "{faults}");
    }
}

#[tokio::test]
async fn an_injected_error_does_nothing_and_an_empty_reply_did_everything() {
    for (faults, status, done) in [("500=1", 500, 0), ("429=1", 429, 0), ("empty=1", 200, 1)] {
        let (_running, url) = start(Settings { faults: faults.parse().unwrap(), ..Settings::default() }).await;
        let client = Client::new();
        let reply = send(&client, &format!("{url}/tags"), json!({ "name": "x" })).await.unwrap();
        assert_eq!(reply.status(), status, "{faults}");
        assert_eq!(reply.text().await.unwrap().is_empty(), status == 200, "{faults}");
        assert_eq!(stats(&client, &url).await["objects"]["tags"], done, "{faults}");
    }
}

#[tokio::test]
async fn files_and_pages_are_served_without_login() {
    let (_running, url) = start(Settings::default()).await;
    let client = Client::new();
    let contact: Value =
        send(&client, &format!("{url}/contacts"), json!({ "email": "a@x.test" })).await.unwrap().json().await.unwrap();
    let from = json!({ "type": "user", "id": contact["id"] });
    let message: Value = send(&client, &format!("{url}/conversations"), json!({ "from": from, "body": "<script>" }))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let id = message["conversation_id"].as_str().unwrap();
    let files = json!([{ "name": "ä\"b.html", "content_type": "text/html", "data": "PGI+" }]);
    let reply = json!({ "type": "admin", "message_type": "comment", "admin_id": "1001", "body": "hi", "attachment_files": files });
    send(&client, &format!("{url}/conversations/{id}/reply"), reply).await.unwrap().error_for_status().unwrap();
    let file = client.get(format!("{url}/_files/1")).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "application/octet-stream");
    assert_eq!(file.headers()["content-disposition"], "attachment; filename*=UTF-8''%C3%A4%22b.html");
    assert_eq!(file.text().await.unwrap(), "<b>");
    let of_app = format!("/a/inbox/any/inbox/conversation/{id}");
    for path in ["/".to_owned(), format!("/inbox/conversations/{id}"), of_app, "/inbox/help".to_owned()] {
        let page = client.get(format!("{url}{path}")).send().await.unwrap();
        assert_eq!(page.status(), 200, "{path}");
        let text = page.text().await.unwrap();
        assert!(!text.contains("<script"), "{path}");
    }
    assert_eq!(client.get(format!("{url}/inbox/conversations/1")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn it_stops_when_told() {
    let (running, url) = start(Settings::default()).await;
    running.stop();
    tokio::time::timeout(Duration::from_secs(4), running.stopped()).await.unwrap();
    assert!(Client::new().get(format!("{url}/me")).send().await.is_err());
}
