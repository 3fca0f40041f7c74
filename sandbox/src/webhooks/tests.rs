//! Calls to a sandbox, and the events that a receiver of ours gets.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::json;

use super::*;
use crate::{Running, Settings, serve};

/// What a receiver got: events by id, with topic, item and how often.
type Got = Arc<Mutex<BTreeMap<String, (String, Value, u32)>>>;

/// Refuses every event the first time, if told to.
async fn receiver(refuses_first: bool) -> (String, Got) {
    let got = Got::default();
    let take = move |State(got): State<Got>, headers: HeaderMap, body: Bytes| async move {
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert_eq!(headers["x-hub-signature"], signature("hush", &text));
        let event: Value = serde_json::from_str(&text).unwrap();
        let mut got = got.lock().unwrap();
        let (topic, item) = (event["topic"].as_str().unwrap().to_owned(), event["data"]["item"].clone());
        let entry = got.entry(event["id"].as_str().unwrap().to_owned()).or_insert((topic, item, 0));
        entry.2 += 1;
        assert_eq!(event["delivery_attempts"], entry.2);
        if refuses_first && entry.2 == 1 { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let app = axum::Router::new().route("/hook", axum::routing::post(take)).with_state(Arc::clone(&got));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, got)
}

async fn sandbox(url: String, faults: &str) -> Running {
    let webhook = Some(Webhook { url, secret: "hush".into() });
    let workspace = crate::WorkspaceFile::from_json(
        r#"{"admins":[{"id":7,"name":"M","email":"m@x.test"}],"ticket_types":[{"name":"Bug"}]}"#,
    );
    serve(Settings { webhook, faults: faults.parse().unwrap(), workspace: workspace.unwrap(), ..Settings::default() })
        .await
        .unwrap()
}

async fn call(running: &Running, method: &str, path: &str, body: Value) -> Value {
    let request = reqwest::Client::new().request(method.parse().unwrap(), format!("http://{}{path}", running.addr()));
    let reply = request.bearer_auth("t").json(&body).send().await.unwrap();
    let status = reply.status();
    let body: Value = reply.json().await.unwrap_or_default();
    assert!(status.is_success(), "{method} {path}: {status} {body}");
    body
}

/// Waits until all events were delivered; topics with the id that the item names.
async fn topics(running: &Running, got: &Got) -> Vec<String> {
    for _ in 0..400 {
        let sent = running.stats()["webhooks"].clone();
        if sent["events"] == sent["delivered"] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut topics: Vec<String> = got.lock().unwrap().values().map(|(topic, _, _)| topic.clone()).collect();
    topics.sort();
    topics
}

#[tokio::test]
async fn changes_that_have_a_topic_are_told_with_their_object() {
    let (url, got) = receiver(false).await;
    let running = sandbox(url, "").await;
    let contact = call(&running, "POST", "/contacts", json!({ "email": "a@x.test" })).await;
    let id = contact["id"].as_str().unwrap().to_owned();
    call(&running, "PUT", &format!("/contacts/{id}"), json!({ "name": "A" })).await;
    let company = call(&running, "POST", "/companies", json!({ "company_id": "own", "name": "O" })).await;
    let company = company["id"].as_str().unwrap();
    call(&running, "POST", &format!("/contacts/{id}/companies"), json!({ "id": company })).await;
    let tag = call(&running, "POST", "/tags", json!({ "name": "vip" })).await;
    call(&running, "POST", &format!("/contacts/{id}/tags"), json!({ "id": tag["id"] })).await;
    let from = json!({ "type": "user", "id": id });
    let thread =
        call(&running, "POST", "/conversations", json!({ "from": from, "body": "<p>Hi <b>you</b></p>" })).await;
    let thread = thread["conversation_id"].as_str().unwrap().to_owned();
    let admin = json!({ "type": "admin", "admin_id": "7", "message_type": "comment", "body": "<p>Yes</p>" });
    call(&running, "POST", &format!("/conversations/{thread}/reply"), admin).await;
    let user = json!({ "type": "user", "intercom_user_id": id, "message_type": "comment", "body": "ok" });
    call(&running, "POST", &format!("/conversations/{thread}/reply"), user).await;
    let close = json!({ "type": "admin", "admin_id": "7", "message_type": "close" });
    call(&running, "POST", &format!("/conversations/{thread}/parts"), close).await;
    call(&running, "GET", &format!("/conversations/{thread}"), Value::Null).await;
    call(&running, "DELETE", &format!("/conversations/{thread}"), Value::Null).await;
    call(&running, "DELETE", &format!("/contacts/{id}"), Value::Null).await;
    let wanted = [
        "company.contact.attached",
        "company.created",
        "contact.deleted",
        "contact.user.created",
        "contact.user.tag.created",
        "contact.user.updated",
        "conversation.admin.closed",
        "conversation.admin.replied",
        "conversation.deleted",
        "conversation.user.created",
        "conversation.user.replied",
    ];
    assert_eq!(topics(&running, &got).await, wanted);
    let got = got.lock().unwrap();
    let item = |topic: &str| got.values().find(|(of, _, _)| of == topic).unwrap().1.clone();
    assert_eq!((&item("contact.user.updated")["id"], &item("contact.user.updated")["name"]), (&json!(id), &json!("A")));
    assert_eq!(item("contact.deleted"), json!({ "type": "contact", "id": id }));
    assert_eq!(
        (&item("company.contact.attached")["company"]["id"], &item("company.contact.attached")["contact"]["id"]),
        (&json!(company), &json!(id))
    );
    assert_eq!(
        (&item("contact.user.tag.created")["contact"]["id"], &item("contact.user.tag.created")["tag"]["name"]),
        (&json!(id), &json!("vip"))
    );
    assert_eq!(item("conversation.user.created")["id"], json!(thread));
    let body = item("conversation.admin.replied")["conversation_parts"]["conversation_parts"][0]["body"].clone();
    assert_eq!(body, "Yes", "texts are plain");
    let replied = item("conversation.user.replied");
    assert_eq!(replied["conversation_parts"]["conversation_parts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_event_is_sent_until_it_is_taken_and_again_if_told_to() {
    let (url, got) = receiver(true).await;
    let running = sandbox(url, "repeat=1,disorder=0.5").await;
    for n in 0..10 {
        call(&running, "POST", "/contacts", json!({ "email": format!("{n}@x.test") })).await;
    }
    assert_eq!(topics(&running, &got).await.len(), 10);
    assert!(got.lock().unwrap().values().all(|(_, _, times)| *times == 3), "refused, taken, repeated");
    running.set_webhook(None);
    call(&running, "POST", "/contacts", json!({ "email": "more@x.test" })).await;
    assert_eq!(running.stats()["webhooks"]["events"], 10);
}

#[tokio::test]
async fn a_refused_call_tells_nothing() {
    let (url, got) = receiver(false).await;
    let running = sandbox(url, "").await;
    let address = format!("http://{}/contacts", running.addr());
    let refused =
        reqwest::Client::new().post(address).bearer_auth("t").json(&json!({ "email": "no" })).send().await.unwrap();
    assert!(!refused.status().is_success());
    assert!(topics(&running, &got).await.is_empty());
    assert_eq!(running.stats()["webhooks"]["events"], 0);
}
