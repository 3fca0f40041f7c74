//! A stand-in for a server that words: `POST /v1/chat/completions`, with the answers that a test gives.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

/// What the server does with a question: the number of the call, from 0, and its body.
type Answer = dyn Fn(usize, &Value) -> Reply + Send + Sync;

/// How the server answers.
pub(crate) enum Reply {
    /// With a text, for 100 tokens of question and 50 of answer.
    Text(String),
    /// With a text, after so long.
    Late(Duration, String),
    /// With a status and a body.
    Status(u16, &'static str),
    /// With a page.
    Page,
}

/// The server; it ends when this is dropped.
pub(crate) struct Wording {
    _runtime: tokio::runtime::Runtime,
    pub(crate) endpoint: String,
    calls: Arc<Mutex<Vec<Value>>>,
}

impl Wording {
    /// A server on a free port.
    pub(crate) fn start(answer: impl Fn(usize, &Value) -> Reply + Send + Sync + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let calls: Arc<Mutex<Vec<Value>>> = Arc::default();
        let (answer, seen): (Arc<Answer>, _) = (Arc::new(answer), Arc::clone(&calls));
        let route = post(move |headers: axum::http::HeaderMap, Json(mut body): Json<Value>| {
            let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
            async move {
                body["_key"] = headers.get("authorization").and_then(|v| v.to_str().ok()).into();
                let number = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(body.clone());
                    seen.len() - 1
                };
                respond(answer(number, &body)).await
            }
        });
        let app = Router::new().route("/v1/chat/completions", route);
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let endpoint = format!("http://{}/v1", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { _runtime: runtime, endpoint, calls }
    }

    /// The questions so far, as they came; `_key` is the header that said who asks.
    pub(crate) fn calls(&self) -> Vec<Value> {
        self.calls.lock().unwrap().clone()
    }
}

/// The transcript of a question.
pub(crate) fn transcript(body: &Value) -> &str {
    body["messages"][1]["content"].as_str().unwrap()
}

async fn respond(reply: Reply) -> Response {
    match reply {
        Reply::Text(text) => completion(&text),
        Reply::Late(wait, text) => {
            tokio::time::sleep(wait).await;
            completion(&text)
        }
        Reply::Status(status, body) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        Reply::Page => axum::response::Html("<html><body>Sign in</body></html>").into_response(),
    }
}

fn completion(text: &str) -> Response {
    Json(json!({
        "object": "chat.completion",
        "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": text } }],
        "usage": { "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150 },
    }))
    .into_response()
}
