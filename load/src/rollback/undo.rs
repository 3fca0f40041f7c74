//! Carries out one task. Every call may be repeated: what is gone already is as good as deleted.

use std::time::Duration;

use deskferry_http::{Method, Reply, Request, path_piece};
use serde_json::{Map, Value, json};

use super::survey::CHANGE_UNDONE;
use super::task::{Task, Verb, Way};
use crate::intercom::id_of;
use crate::ledger::{Entry, State};
use crate::load::{Halt, Load};
use crate::step::Call;
use crate::tables::*;

/// Tries of a call that goes on failing; each is several of the client's.
const ATTEMPTS: u32 = 4;

/// How a task ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// Done, and what the ledger is to say of it.
    Undone(Box<Entry>),
    /// Refused: everything is as it was.
    Refused { status: Option<u16>, code: Option<String>, message: Option<String> },
}

/// What was called.
struct Called {
    method: Method,
    path: String,
    reply: Option<Reply>,
}

/// Undoes one entry.
pub(super) async fn undo(load: &Load, task: &Task) -> Result<Ended, Halt> {
    let called = match &task.way {
        Way::Nothing | Way::Not(..) => Ok(None),
        Way::Call(method, path, ids, body) => call(load, *method, path, ids, body.clone()).await?.map(Some),
        Way::Untag(tag) => untag(load, task, tag).await?,
        Way::Option(label) => option(load, task, label).await?,
        Way::Former(before) => former(load, task, before).await?,
    };
    Ok(match called {
        Ok(called) => Ended::Undone(Box::new(entry(load, task, called))),
        Err(error) => {
            let (status, code, message, _) = error.reply();
            Ended::Refused { status, code: code.map(ToOwned::to_owned), message }
        }
    })
}

type Outcome<T> = Result<deskferry_http::Result<T>, Halt>;

/// A call that may be repeated. What is not there is no error.
async fn call(load: &Load, method: Method, path: &'static str, ids: &[String], body: Option<Value>) -> Outcome<Called> {
    let filled = filled(path, ids);
    let mut request = Request::new(method, filled.clone());
    (request.body, request.idempotent) = (body, true);
    let name = Call::new(method, path, Vec::new());
    let mut attempt = 0;
    loop {
        attempt += 1;
        return match load.call(&name, &request).await? {
            Ok(reply) => Ok(Ok(Called { method, path: filled, reply: Some(reply) })),
            Err(deskferry_http::Error::Refused { status: 404 | 410, .. }) => {
                Ok(Ok(Called { method, path: filled, reply: None }))
            }
            Err(error @ deskferry_http::Error::Refused { .. }) => Ok(Err(error)),
            Err(deskferry_http::Error::Exhausted { .. }) if attempt < ATTEMPTS => {
                tokio::time::sleep(Duration::from_millis(250) * attempt).await;
                continue;
            }
            Err(error) => Err(error.into()),
        };
    }
}

fn filled(path: &str, ids: &[String]) -> String {
    ids.iter().fold(path.to_owned(), |path, id| path.replacen("{}", &path_piece(id), 1))
}

/// A company is tagged and untagged by the tag's name.
async fn untag(load: &Load, task: &Task, tag: &str) -> Outcome<Option<Called>> {
    let name = match load.client.send(&Request::get(format!("/tags/{tag}"))).await {
        Ok(reply) => reply.json["name"].clone(),
        Err(deskferry_http::Error::Refused { status: 404, .. }) => return Ok(Ok(None)),
        Err(error) => return Err(error.into()),
    };
    let body = json!({ "name": name, "companies": [{ "id": task.id, "untag": true }] });
    Ok(call(load, Method::Post, "/tags", &[], Some(body)).await?.map(Some))
}

/// An option of a conversation attribute goes by an id that adding it does not tell.
async fn option(load: &Load, task: &Task, label: &str) -> Outcome<Option<Called>> {
    let attribute = match load.client.send(&Request::get(format!("/conversations/attributes/{}", task.id))).await {
        Ok(reply) => reply.json,
        Err(deskferry_http::Error::Refused { status: 404, .. }) => return Ok(Ok(None)),
        Err(error) => return Err(error.into()),
    };
    let options = attribute["options"].as_array();
    let is_it = |option: &&Value| option["label"] == *label && option["archived"] != true;
    let Some(id) = options.and_then(|list| list.iter().rfind(is_it)).and_then(|option| id_of(&option["id"])) else {
        return Ok(Ok(None));
    };
    let ids = [task.id.clone(), id];
    Ok(call(load, Method::Delete, "/conversations/attributes/{}/options/{}", &ids, None).await?.map(Some))
}

/// Writes what a row was before one of our writes.
async fn former(load: &Load, task: &Task, before: &Value) -> Outcome<Option<Called>> {
    let id = [task.id.clone()];
    let fields = &before["fields"];
    let (method, path, ids) = match task.stored.entry.table.as_str() {
        CONTACTS if before["archived"] == true => {
            return Ok(call(load, Method::Post, "/contacts/{}/archive", &id, None).await?.map(Some));
        }
        CONTACTS => {
            let mut fields = fields.clone();
            // The description has no null for it; an empty text is none.
            if fields.get("external_id").is_some_and(Value::is_null) {
                fields["external_id"] = json!("");
            }
            return write(load, Method::Put, "/contacts/{}", &id, &fields).await;
        }
        COMPANIES => (Method::Post, "/companies", &[][..]),
        TAGS => {
            let body = json!({ "id": task.id, "name": fields["name"] });
            return Ok(call(load, Method::Post, "/tags", &[], Some(body)).await?.map(Some));
        }
        ATTRIBUTES => (Method::Put, "/data_attributes/{}", &id[..]),
        _ => {
            let kind = [before["type"].as_str().unwrap_or_default().to_owned()];
            return write(load, Method::Post, "/custom_object_instances/{}", &kind, fields).await;
        }
    };
    write(load, method, path, ids, fields).await
}

/// Writes fields. Where that is refused, and some of them were empty, those stay: not every field can be emptied.
async fn write(
    load: &Load,
    method: Method,
    path: &'static str,
    ids: &[String],
    fields: &Value,
) -> Outcome<Option<Called>> {
    let error = match call(load, method, path, ids, Some(fields.clone())).await? {
        Ok(called) => return Ok(Ok(Some(called))),
        Err(error) => error,
    };
    let set: Map<String, Value> = fields.as_object().cloned().unwrap_or_default();
    let set: Map<String, Value> = set.into_iter().filter(|(_, value)| !value.is_null()).collect();
    let is_less = fields.as_object().is_some_and(|all| all.len() > set.len());
    if !is_less || !matches!(error.reply().0, Some(400 | 422)) {
        return Ok(Err(error));
    }
    Ok(call(load, method, path, ids, Some(Value::Object(set))).await?.map(Some))
}

/// What the ledger is to say.
fn entry(load: &Load, task: &Task, called: Option<Called>) -> Entry {
    let made = &task.stored.entry;
    let mut detail = json!({ "undone": task.verb.as_str() });
    if let Way::Former(before) = &task.way {
        detail["former"] = before.clone();
    }
    if let Way::Untag(tag) = &task.way {
        detail["tag"] = json!(tag);
    }
    let state = if task.is_last { State::Undone } else { State::Done };
    let mut entry = Entry::new(load.context.now(), &made.table, &made.key, &made.step, state);
    let is_shared = task.verb == Verb::Freed && made.told()["how"] == "shared";
    entry.intercom_id = made.intercom_id.clone().or_else(|| (made.step == "create").then(|| task.id.clone()));
    entry.parent_id = made.parent_id.clone().or_else(|| (made.step != "create").then(|| task.id.clone()));
    if is_shared {
        entry.intercom_id = None;
    }
    if !task.is_last {
        detail["undone_seq"] = json!(task.stored.seq);
        entry.code = Some(CHANGE_UNDONE.to_owned());
        // No row has this payload, so the next load sends it again.
        entry.payload = Some(String::new());
    }
    if let Some(called) = called {
        entry.method = Some(called.method.as_str().to_owned());
        entry.path = Some(called.path);
        entry.status = called.reply.as_ref().map(|reply| i32::from(reply.status));
        entry.request_id = called.reply.and_then(|reply| reply.request_id);
    }
    entry.detail = Some(detail.to_string());
    entry
}
