//! Every request about tickets is as the official description of 2.16 says, and silent.

use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::support::*;
use super::tickets::send;

type Sent = Arc<Mutex<Vec<(String, Value)>>>;

/// A proxy that keeps what is written through it.
async fn listener(target: &str) -> (String, Sent) {
    let sent = Sent::default();
    let state = (target.to_owned(), Arc::clone(&sent), reqwest::Client::new());
    let app = axum::Router::new().fallback(keep).layer(axum::extract::DefaultBodyLimit::disable()).with_state(state);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, sent)
}

async fn keep(State((target, sent, http)): State<(String, Sent, reqwest::Client)>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 << 20).await.unwrap();
    if parts.method != "GET" && parts.uri.path().starts_with("/ticket") {
        let pieces = parts.uri.path().split('/');
        let pieces: Vec<_> = pieces.map(|p| if p.parse::<u64>().is_ok() { "{id}" } else { p }).collect();
        let call = format!("{} {}", parts.method, pieces.join("/"));
        sent.lock().unwrap().push((call, serde_json::from_slice(&body).unwrap()));
    }
    let reply = http.request(parts.method, format!("{target}{}", parts.uri)).headers(parts.headers).body(body);
    let reply = reply.send().await.unwrap();
    let status = reply.status();
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(axum::body::Body::from(reply.bytes().await.unwrap()))
        .unwrap()
}

/// What the official description of 2.16 says of a request: fields with their types, those that must be there after `*`.
fn description(call: &str, body: &Value) -> &'static [(&'static str, &'static str)] {
    match (call, body["type"].as_str()) {
        ("POST /ticket_types", _) => &[
            ("*name", "text"),
            ("description", "text"),
            ("category", "text"),
            ("icon", "text"),
            ("is_internal", "boolean"),
        ],
        ("POST /ticket_types/{id}/attributes", _) => &[
            ("*name", "text"),
            ("*description", "text"),
            ("*data_type", "text"),
            ("required_to_create", "boolean"),
            ("required_to_create_for_contacts", "boolean"),
            ("visible_on_create", "boolean"),
            ("visible_to_contacts", "boolean"),
            ("multiline", "boolean"),
            ("list_items", "text"),
            ("allow_multiple_values", "boolean"),
        ],
        ("POST /tickets", _) => &[
            ("*ticket_type_id", "text"),
            ("*contacts", "list"),
            ("conversation_to_link_id", "text"),
            ("company_id", "text"),
            ("created_at", "integer"),
            ("ticket_attributes", "object"),
            ("assignment", "object"),
            // Optional there, never left out here.
            ("*skip_notifications", "boolean"),
        ],
        ("PUT /tickets/{id}", _) => &[
            ("ticket_attributes", "object"),
            ("ticket_state_id", "text"),
            ("company_id", "text"),
            ("open", "boolean"),
            ("is_shared", "boolean"),
            ("snoozed_until", "integer"),
            ("admin_id", "integer"),
            ("assignee_id", "text"),
            ("*skip_notifications", "boolean"),
        ],
        ("POST /tickets/{id}/reply", Some("user")) => &[
            ("*message_type", "text"),
            ("*type", "text"),
            ("*body", "text"),
            ("*intercom_user_id", "text"),
            ("created_at", "integer"),
            ("attachment_urls", "list"),
            ("*skip_notifications", "boolean"),
        ],
        ("POST /tickets/{id}/reply", Some("admin")) => &[
            ("*message_type", "text"),
            ("*type", "text"),
            ("*admin_id", "text"),
            ("body", "text"),
            ("created_at", "integer"),
            ("attachment_urls", "list"),
            ("attachment_files", "list"),
            ("*skip_notifications", "boolean"),
        ],
        ("POST /tickets/{id}/tags", _) => &[("*id", "text"), ("*admin_id", "text")],
        _ => panic!("{call} is not described"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_as_the_official_description_says_and_silent() {
    let (_sandbox, url) = sandbox("", None).await;
    let (through, sent) = listener(&url).await;
    let context = context();
    let mut tables = desk(&context).await;
    send(&context, &through, &tables).await;
    tables["conversations"][0]["assignee_key"] = json!("h:admin:1");
    tables["conversations"][2]["snoozed_until"] = json!(context.now().timestamp() + 86_400);
    tables["conversations"][2]["state"] = json!("snoozed");
    send(&context, &through, &tables).await;
    let sent = sent.lock().unwrap();
    assert_eq!(sent.iter().filter(|(call, _)| call == "PUT /tickets/{id}").count(), 3, "{sent:#?}");
    for (call, body) in sent.iter() {
        let fields = description(call, body);
        for (name, value) in body.as_object().unwrap() {
            let found = fields.iter().find(|(field, _)| field.trim_start_matches('*') == name);
            let (_, wanted) = found.unwrap_or_else(|| panic!("{call}: {name} is not described: {body}"));
            let fits = match *wanted {
                "text" => value.is_string(),
                "integer" => value.is_i64(),
                "boolean" => value.is_boolean(),
                "list" => value.is_array(),
                _ => value.is_object(),
            };
            assert!(fits, "{call}: {name} is not {wanted}: {body}");
        }
        for (name, _) in fields.iter().filter(|(name, _)| name.starts_with('*')) {
            assert!(!body[&name[1..]].is_null(), "{call}: {name} is missing: {body}");
        }
        assert_ne!(body["skip_notifications"], false);
        assert!(body["attachment_files"].as_array().is_none_or(|files| files.len() <= 10));
    }
}
