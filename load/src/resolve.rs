//! Finding out whether a call was executed whose outcome is not known: the process died, or no reply came.
//!
//! | step | found again by | what stays doubtful, and then |
//! |---|---|---|
//! | contact, user | `GET /contacts/find_by_external_id` | nothing: a second create would be refused with 409 |
//! | contact, lead | search by external id | not yet visible in the search: asked again until `settle` has passed |
//! | company, custom object, `update`, tag on something, company of a contact, article links | not at all: doing it twice is doing it once | nothing |
//! | tag, attribute, option | list, by name | nothing |
//! | collection, article | list, by name or title, parent, made since the first load, not another row's | two that are alike: the first is taken, for they are alike |
//! | snippet | list, by title, not another row's | as above |
//! | note | notes of the contact or company, by text, not another row's | as above |
//! | conversation | search by contact and time of creation, then text, not another row's; asked again until `settle` has passed | one with another text: `unknown`, names the conversation |
//! | message, note or files of a thread | `GET /conversations/{id}`, thread aligned (see `thread.rs`) | same author and time, other text: `unknown`, names the part; older than the 500 shown: there if a later one is |
//! | participant, assignee, team, state | `GET /conversations/{id}` | nothing |
//! | ticket type | list, by name | nothing |
//! | ticket | search by contact and time of creation, then all attributes, not another row's; asked again until `settle` has passed | one that may be it, as values came back in another form or the row has changed: `unknown`, names the ticket |
//! | message, note, files, assignee, team, state of a ticket | `GET /tickets/{id}`, as of a conversation | as above |
//!
//! `unknown` is never sent again by itself. A later load asks again, and only a clear "no" frees it.

pub(crate) mod thread;
pub(crate) mod ticket;

use deskferry_http::{Method, Request};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::Result;
use crate::intercom::{id_of, list, pages, search_conversations};
use crate::load::{Halt, Load};
use crate::settings::TicketsAs;
use crate::step::{Find, Step};
use crate::tables;
use crate::tables::attributes::Attributes;
use crate::text::{escape, letters, path_escaped};
use thread::Thread;

/// How far Intercom's clock may be behind ours, in seconds.
const CLOCKS_APART: i64 = 60;

/// What reading back has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Yes { id: Option<String>, url: Option<String> },
    No,
    Doubtful(String),
}

/// Looks for what `request` may have made. `since`: when it may have gone out last; `changed`: it may have been another then.
pub(crate) async fn find(
    load: &Load,
    step: &Step,
    request: &Request,
    since: Instant,
    thread: Option<&Thread>,
    changed: bool,
) -> Result<Found, Halt> {
    let body = request.body.as_ref().unwrap_or(&Value::Null);
    Ok(match step.find {
        Find::Repeat => Found::No,
        Find::Contact => contact(load, body, since).await?,
        Find::Tag => {
            let tags = list(&load.client, "/tags", "data").await?;
            tables::tags::find(&tags, body["name"].as_str().unwrap_or_default()).map_or(Found::No, yes)
        }
        Find::Attribute | Find::AttributeOption => attribute(load, step, body).await?,
        Find::Collection => {
            let all = pages(&load.client, "/help_center/collections", 150).await?;
            in_list(load, step, &all, |c| c["name"] == body["name"] && same_id(&c["parent_id"], &body["parent_id"]))
        }
        Find::Article => {
            let all = pages(&load.client, "/articles", 150).await?;
            in_list(load, step, &all, |a| a["title"] == body["title"] && same_id(parent_of(a), &body["parent_id"]))
        }
        Find::Snippet => {
            let all = pages(&load.client, "/content_snippets", 150).await?;
            in_list(load, step, &all, |s| s["title"] == body["title"])
        }
        Find::Note => {
            let all = pages(&load.client, &request.path, 150).await?;
            let wanted = letters(body["body"].as_str().unwrap_or_default());
            in_list(load, step, &all, |n| letters(n["body"].as_str().unwrap_or_default()) == wanted)
        }
        Find::Conversation => conversation(load, body, since).await?,
        Find::TicketType => load.read_ticket_type().await?.and_then(|t| id_of(&t["id"])).map_or(Found::No, yes),
        Find::Ticket => ticket::find(load, body, since, changed).await?,
        _ => thread.map_or(Found::No, |thread| in_thread(thread, step, body)),
    })
}

fn in_thread(thread: &Thread, step: &Step, body: &Value) -> Found {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let there = match step.find {
        Find::Participant => thread.has_contact(&text(&body["customer"]["intercom_user_id"])),
        Find::Assignee => thread.is_assigned("admin_assignee_id", &text(&body["assignee_id"])),
        Find::Team => thread.is_assigned("team_assignee_id", &text(&body["assignee_id"])),
        Find::State => thread.is_state(&text(&body["message_type"])),
        Find::TicketState => thread.is_ticket_state(body),
        _ => return thread.message(&step.key, &step.name),
    };
    if there { Found::Yes { id: None, url: None } } else { Found::No }
}

fn yes(id: String) -> Found {
    Found::Yes { id: Some(id), url: None }
}

/// Parents are told as text or number, and as null, empty or not at all where there is none.
fn same_id(one: &Value, other: &Value) -> bool {
    id_of(one).filter(|id| id != "0") == id_of(other)
}

fn in_list(load: &Load, step: &Step, all: &[Value], fits: impl Fn(&Value) -> bool) -> Found {
    let mut ids: Vec<(Option<u64>, String, &Value)> = all
        .iter()
        .filter(|one| fits(one) && is_since_first(load, one))
        .filter_map(|one| id_of(&one["id"]).map(|id| (id.parse().ok(), id, one)))
        .collect();
    ids.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    for (_, id, one) in ids {
        if load.ledger.claim(step.table, &id) {
            return Found::Yes { id: Some(id), url: one["url"].as_str().map(ToOwned::to_owned) };
        }
    }
    Found::No
}

/// Parent of an article, which 2.16 gives as a list.
fn parent_of(article: &Value) -> &Value {
    if article["parent_id"].is_null() { &article["parent_ids"][0] } else { &article["parent_id"] }
}

/// Whether something was made after the first load began, as far as clocks agree.
pub(crate) fn is_since_first(load: &Load, one: &Value) -> bool {
    one["created_at"].as_i64().is_none_or(|at| at >= load.ledger.first_at() - CLOCKS_APART)
}

async fn contact(load: &Load, body: &Value, since: Instant) -> Result<Found, Halt> {
    let external_id = body["external_id"].as_str().unwrap_or_default();
    if body["role"] != "lead" {
        let id = path_escaped(external_id);
        return match load.client.send(&Request::get(format!("/contacts/find_by_external_id/{id}"))).await {
            // One that is older than we are has not been made by us: making it is refused, and then it is taken over.
            Ok(reply) if !is_since_first(load, &reply.json) => Ok(Found::No),
            Ok(reply) => Ok(id_of(&reply.json["id"]).map_or(Found::No, yes)),
            Err(deskferry_http::Error::Refused { status: 404, .. }) => Ok(Found::No),
            Err(error) => Err(error.into()),
        };
    }
    loop {
        let query = json!({ "query": { "field": "external_id", "operator": "=", "value": external_id } });
        let reply = load.client.send(&Request::search("/contacts/search", query)).await?;
        if let Some(id) = id_of(&reply.json["data"][0]["id"]) {
            return Ok(yes(id));
        }
        if !load.not_settled(since).await? {
            return Ok(Found::No);
        }
    }
}

async fn attribute(load: &Load, step: &Step, body: &Value) -> Result<Found, Halt> {
    let existing = match load.settings.tickets_as {
        TicketsAs::Conversation => Attributes::read(&load.client).await?,
        TicketsAs::Ticket => Attributes::of_tickets(&load.client, load.read_ticket_type().await?.as_ref()).await?,
    };
    if step.find == Find::AttributeOption {
        let id = load.ledger.id(step.table, &step.key).unwrap_or_default();
        let label = body["label"].as_str().unwrap_or_default().to_owned();
        let there =
            existing.conversation_by_id(&id).is_some_and(|a| tables::attributes::options_of(a).contains(&label));
        return Ok(if there { Found::Yes { id: None, url: None } } else { Found::No });
    }
    let model = body["model"].as_str().unwrap_or("conversation");
    let found = existing.find(model, body["name"].as_str().unwrap_or_default());
    Ok(found.and_then(|a| id_of(&a["id"])).map_or(Found::No, yes))
}

async fn conversation(load: &Load, body: &Value, since: Instant) -> Result<Found, Halt> {
    let contact = body["from"]["id"].as_str().unwrap_or_default();
    let created_at = body["created_at"].as_i64().unwrap_or_default();
    let wanted = letters(&escape(body["body"].as_str().unwrap_or_default()));
    loop {
        let mut others = Vec::new();
        for one in search_conversations(&load.client, contact, created_at).await? {
            let Some(id) = id_of(&one["id"]) else { continue };
            if letters(one["source"]["body"].as_str().unwrap_or_default()) != wanted {
                if !load.ledger.claimed(tables::CONVERSATIONS, &id) {
                    others.push(id);
                }
            } else if load.ledger.claim(tables::CONVERSATIONS, &id) {
                return Ok(yes(id));
            }
        }
        if load.not_settled(since).await? {
            continue;
        }
        if others.is_empty() {
            return Ok(Found::No);
        }
        let why = "of the same contact and time, but with another text: look whether it is this one";
        return Ok(Found::Doubtful(format!("there is conversation {} {why}", others.join(", "))));
    }
}

/// The conversation of a chain as it stands, its messages aligned.
pub(crate) async fn read_thread(load: &Load, id: &str, steps: &[Step]) -> Result<Option<Thread>, Halt> {
    let is_ticket = load.settings.tickets_as == TicketsAs::Ticket;
    let path = if is_ticket { ticket::path(id) } else { format!("/conversations/{id}") };
    let json = match load.client.send(&Request::get(path)).await {
        Ok(reply) if is_ticket => ticket::as_conversation(reply.json),
        Ok(reply) => reply.json,
        Err(deskferry_http::Error::Refused { status: 404, .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut messages = Vec::new();
    for step in steps.iter().filter(|s| s.find == Find::Part && s.call.method == Method::Post) {
        if let Ok(request) = load.composer().request(&step.call, false).await {
            messages.push(((step.key.clone(), step.name.clone()), request));
        }
    }
    Ok(Some(Thread::align(json, &messages)))
}
