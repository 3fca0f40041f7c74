//! A workspace that was tampered with: what a sandbox answers, edited on its way. So one load serves any number of tamperings.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use serde_json::Value;

/// Edits an answer of a path; one that is made NULL is not found.
pub(crate) type Edit = Box<dyn Fn(&str, &mut Value) + Send + Sync>;

struct Shared {
    upstream: String,
    own: String,
    /// Paths that are answered by those of other rows.
    instead: BTreeMap<String, String>,
    edits: Vec<Edit>,
    client: reqwest::Client,
}

/// The server; it ends when this is dropped.
pub(crate) struct Tampered {
    pub(crate) url: String,
    _runtime: tokio::runtime::Runtime,
}

impl Tampered {
    /// In front of the workspace at `upstream`.
    pub(crate) fn start(upstream: &str, instead: BTreeMap<String, String>, edits: Vec<Edit>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let client = reqwest::Client::new();
        let shared = Shared { upstream: upstream.to_owned(), own: url.clone(), instead, edits, client };
        let app = Router::new().fallback(answer).with_state(Arc::new(shared));
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, _runtime: runtime }
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let asked = shared.instead.get(&path).unwrap_or(&path);
    let query = head.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut call = shared.client.request(head.method, format!("{}{asked}{query}", shared.upstream));
    for name in ["authorization", "intercom-version", "accept", "content-type"] {
        if let Some(value) = head.headers.get(name) {
            call = call.header(name, value);
        }
    }
    let reply = call.body(to_bytes(body, usize::MAX).await.unwrap()).send().await.unwrap();
    let mut status = reply.status();
    let bytes = reply.bytes().await.unwrap();
    let text = String::from_utf8_lossy(&bytes).replace(&shared.upstream, &shared.own);
    let Ok(mut json) = serde_json::from_str::<Value>(&text) else {
        return Response::builder().status(status).body(Body::from(bytes)).unwrap();
    };
    // An edit that fails is an answer that nobody asks for again, so that the test ends.
    let edited = AssertUnwindSafe(|| shared.edits.iter().for_each(|edit| edit(&path, &mut json)));
    if catch_unwind(edited).is_err() {
        return Response::builder().status(StatusCode::BAD_REQUEST).body(Body::empty()).unwrap();
    }
    if json.is_null() {
        status = StatusCode::NOT_FOUND;
    }
    let reply = Response::builder().status(status).header("content-type", "application/json");
    reply.body(Body::from(json.to_string())).unwrap()
}

/// Edits every object of a kind that has this id, wherever it is shown.
pub(crate) fn of(kind: &str, id: &str, edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Edit {
    let (kind, id) = (kind.to_owned(), id.to_owned());
    Box::new(move |_, json| {
        each(json, &mut |value| {
            if is(value, &kind, &id) {
                edit(value);
            }
        });
    })
}

/// Edits a row of the list of a path.
pub(crate) fn in_list(path: &str, id: &str, edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Edit {
    let (path, id) = (path.to_owned(), id.to_owned());
    Box::new(move |asked, json| {
        let rows = if asked == path { json["data"].as_array_mut() } else { None };
        rows.into_iter().flatten().filter(|row| has_id(row, &id)).for_each(&edit);
    })
}

/// Takes every object of a kind that has this id out of lists, and does not find it.
pub(crate) fn gone(kind: &str, id: &str) -> Edit {
    let (kind, id) = (kind.to_owned(), id.to_owned());
    Box::new(move |_, json| {
        if is(json, &kind, &id) {
            *json = Value::Null;
            return;
        }
        let mut taken = 0;
        each(json, &mut |value| {
            if let Some(list) = value.as_array_mut() {
                let before = list.len();
                list.retain(|one| !is(one, &kind, &id));
                taken += before - list.len();
            }
        });
        if let (1.., Some(total)) = (taken, json["total_count"].as_u64()) {
            json["total_count"] = (total - taken as u64).into();
        }
    })
}

/// Shows a second object beside one of a list, in every list of that path.
pub(crate) fn doubled(path: &str, list: &str, id: &str, edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Edit {
    let (path, list, id) = (path.to_owned(), list.to_owned(), id.to_owned());
    Box::new(move |asked, json| {
        let found = (asked == path).then(|| json[&list].as_array()?.iter().find(|one| one["id"] == *id).cloned());
        if let Some(mut twin) = found.flatten() {
            edit(&mut twin);
            json[&list].as_array_mut().unwrap().push(twin);
        }
        if asked == path
            && let Some(total) = json["total_count"].as_u64()
        {
            json["total_count"] = (total + 1).into();
        }
    })
}

fn is(value: &Value, kind: &str, id: &str) -> bool {
    // The first message of a conversation calls itself a conversation, too.
    let is_kind = value["type"] == kind && (kind != "conversation" || value.get("state").is_some());
    is_kind && has_id(value, id)
}

fn has_id(value: &Value, id: &str) -> bool {
    value["id"] == id || value["id"].as_u64().is_some_and(|number| number.to_string() == id)
}

fn each(value: &mut Value, edit: &mut dyn FnMut(&mut Value)) {
    edit(value);
    match value {
        Value::Array(list) => list.iter_mut().for_each(|one| each(one, edit)),
        Value::Object(map) => map.values_mut().for_each(|one| each(one, edit)),
        _ => {}
    }
}
