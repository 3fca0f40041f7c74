//! Test support: calls against a workspace without HTTP, at a time of one's choosing.

use crate::call::Call;
use crate::reply::Body;
use crate::routes::Router;
use crate::workspace::Workspace;
use crate::workspace_file::WorkspaceFile;
use serde_json::{Value, json};
use std::time::Duration;

/// A workspace and a clock.
pub(crate) struct Harness {
    pub(crate) ws: Workspace,
    pub(crate) now_ms: i64,
    router: Router,
}

impl Harness {
    pub(crate) fn new() -> Self {
        let file = WorkspaceFile::from_json(
            r#"{
                "admins": [{ "id": 7, "name": "Migration", "email": "m@x.test" }],
                "teams": [{ "id": 70, "name": "Support", "admin_ids": [7] }],
                "custom_object_types": [{ "identifier": "Asset", "attributes": ["serial"], "contact_relation": "assets" }],
                "ticket_types": [{ "name": "Bug", "attributes": [
                    { "name": "severity", "data_type": "list", "options": ["low", "high"], "required": true }
                ] }]
            }"#,
        );
        let now_ms = 1_700_000_000_123;
        let ws = Workspace::new(&file.unwrap(), 7, Duration::from_secs(2), now_ms);
        Self { ws, now_ms, router: Router::new() }
    }

    pub(crate) fn call(&mut self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let Some((route, params)) = self.router.find(method, path) else { return (404, Value::Null) };
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let base_url = "http://sandbox.test".to_owned();
        let mut call = Call { params, query, body, now_ms: self.now_ms, base_url, ..Call::default() };
        match call.prepare().and_then(|()| (route.run)(&mut self.ws, &call)) {
            Ok(reply) => match reply.body {
                Body::Json(body) => (reply.status, body),
                Body::Text(text) => (reply.status, serde_json::from_str(&text).unwrap()),
                _ => (reply.status, Value::Null),
            },
            Err(refusal) => (refusal.status, refusal.body("r")),
        }
    }

    /// A call that must succeed.
    pub(crate) fn ok(&mut self, method: &str, path: &str, body: Value) -> Value {
        let (status, reply) = self.call(method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {reply}");
        reply
    }

    pub(crate) fn get(&mut self, path: &str) -> Value {
        self.ok("GET", path, Value::Null)
    }

    /// A new contact's id.
    pub(crate) fn contact(&mut self, email: &str) -> String {
        text(&self.ok("POST", "/contacts", json!({ "email": email }))["id"])
    }

    /// A new conversation's id, by a contact first@x.test.
    pub(crate) fn conversation(&mut self) -> String {
        let contact = match self.ws.contact_with_email("first@x.test") {
            Some(n) => self.ws.contact_id(n),
            None => self.contact("first@x.test"),
        };
        let body = json!({ "from": { "type": "user", "id": contact }, "body": "hello" });
        text(&self.ok("POST", "/conversations", body)["conversation_id"])
    }

    pub(crate) fn admin(&self) -> String {
        "7".to_owned()
    }

    pub(crate) fn team(&self) -> String {
        "70".to_owned()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
