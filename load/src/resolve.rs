//! Finding out whether a call was executed whose outcome is not known: the process died, or no reply came.
//!
//! A **row** is found by what it is made with, among what belongs to no other row of the ledger; an **action** by its effect.
//!
//! | step | found again by | what stays doubtful, and then |
//! |---|---|---|
//! | attribute, its options; tag | list, by name; options also where the row no longer has them | nothing |
//! | company, custom object | not at all: both are upserts | nothing |
//! | contact, user | `GET /contacts/find_by_external_id`, then brought up to date | nothing: where it is not seen, a second create is refused with 409, which names it |
//! | contact, lead | search by external id, then brought up to date | as above |
//! | contact taken over after a 409 | as above; where the PUT was not executed, the 409 comes again and names it again | nothing |
//! | note | notes of the contact or company, by author and text | nothing: equal notes are alike |
//! | collection | list, by name and parent; one after another, so equal ones cannot be mixed up | nothing |
//! | article | list, by title, parent and text | same title and parent, other text: `unknown`, names the article |
//! | internal article | list, by title and text | same title, other text: `unknown`, names the article |
//! | snippet | list, by title and text | same title, other text: `unknown`, names the snippet |
//! | conversation | search by contact and time of creation, then text; where another row is open that is made by the same call, also by all that is in the thread, and first one that still has what only this row had | another text, or a thread that has what none of the two would send: `unknown`, names the conversation |
//! | message, note or files of a thread | `GET /conversations/{id}`, thread aligned (see `thread.rs`) | same author and time, other text: `unknown`, names the part; older than the 500 shown: there if a later one is |
//! | participant, assignee, team, state | `GET /conversations/{id}` | nothing |
//! | ticket type | list, by name | nothing |
//! | ticket | search by contact and time of creation, then all attributes, not another row's | one that may be it, as values came back in another form or the row has changed: `unknown`, names the ticket |
//! | message, note, files, assignee, team, state of a ticket | `GET /tickets/{id}`, as of a conversation | as above |
//! | tag, company, participant that the row no longer has | not at all: it is taken off (`removals.rs`) | nothing |
//! | title and attributes, tag on something, company of a contact, article links | not at all: doing it twice is doing it once | nothing |
//! | change of a row (`Todo::Update`) | not at all: it is a PUT to an id that the ledger has | nothing |
//!
//! Rules for all of them:
//! * nothing is held to be absent before `settle` has passed since the call may have gone out, nor to be doubtful before it has
//!   passed since the first look: until then it is asked again;
//! * a row that has changed since its call may have gone out is looked for as it is now, and brought up to date where it is
//!   found. Where it is not, anything made since the first intent that belongs to no row may be it: `unknown`, names it. Only a
//!   tag or attribute of the former name may stay behind unnoticed;
//! * what is older than the first intent of a step was not made by it, as far as clocks agree;
//! * `unknown` is never sent again by itself. A later load asks again, and only a clear "no" frees it;
//! * rows that look alike are kept apart while one of them is sent or looked for ([`Load::twin`]).

mod likeness;
pub(crate) mod thread;
pub(crate) mod ticket;

use std::cmp::Ordering;

use deskferry_http::{Request, path_piece};
use serde_json::{Value, json};

use crate::Result;
use crate::intercom::{id_of, list, pages, search_conversations};
use crate::load::{Halt, Load};
use crate::settings::TicketsAs;
use crate::step::{Chain, Find, PathId, Step};
use crate::tables;
use crate::tables::attributes::Attributes;
use crate::text::{escape, letters};
use likeness::Likeness;
use thread::Thread;

/// How far the clocks of Intercom and of a load may differ, in seconds, for something to be older than an intent.
const CLOCKS_DIFFER_MAX: i64 = 3_600;

/// The same for contacts, where a mistake would be an old one taken for ours.
const CLOCKS_APART: i64 = 60;

/// What reading back has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Yes { id: Option<String>, url: Option<String> },
    No,
    Doubtful(String),
}

/// Looks once for what `request` may have made. `changed`: what may be there was made from another version of the row.
pub(crate) async fn find(
    load: &Load,
    chain: &Chain,
    step: &Step,
    request: &Request,
    changed: bool,
) -> Result<Found, Halt> {
    let body = request.body.as_ref().unwrap_or(&Value::Null);
    let is_text = |one: &Value, field: &str| letters(text(&one[field])) == letters(text(&body[field]));
    Ok(match step.find {
        Find::Repeat => Found::No,
        Find::Contact => contact(load, step, body).await?,
        Find::Tag => {
            let tags = list(&load.client, "/tags", "data").await?;
            tables::tags::find(&tags, text(&body["name"])).map_or(Found::No, yes)
        }
        Find::Attribute | Find::AttributeOption => attribute(load, step, body).await?,
        Find::Collection => {
            let all = pages(&load.client, "/help_center/collections", 150).await?;
            let is_it = |c: &Value| c["name"] == body["name"] && same_id(&c["parent_id"], &body["parent_id"]);
            in_list(load, step, &all, changed, |c| if is_it(c) { Likeness::Same } else { Likeness::Other })
        }
        Find::Article => {
            let all = pages(&load.client, "/articles", 150).await?;
            in_list(load, step, &all, changed, |a| {
                let alike = a["title"] == body["title"] && same_id(parent_of(a), &body["parent_id"]);
                Likeness::of(alike, is_text(a, "body"))
            })
        }
        Find::InternalArticle => {
            let all = pages(&load.client, "/internal_articles", 150).await?;
            in_list(load, step, &all, changed, |a| Likeness::of(a["title"] == body["title"], is_text(a, "body")))
        }
        Find::Snippet => {
            let all = pages(&load.client, "/content_snippets", 150).await?;
            in_list(load, step, &all, changed, |s| {
                Likeness::of(s["title"] == body["title"], is_text(s, "body_markdown"))
            })
        }
        Find::Note => {
            let all = pages(&load.client, &request.path, 150).await?;
            in_list(load, step, &all, changed, |n| {
                let is_it = same_id(&n["author"]["id"], &body["admin_id"]) && is_text(n, "body");
                if is_it { Likeness::Same } else { Likeness::Other }
            })
        }
        Find::Conversation => conversation(load, chain, step, body, changed).await?,
        Find::TicketType => load.read_ticket_type().await?.and_then(|t| id_of(&t["id"])).map_or(Found::No, yes),
        Find::Ticket => ticket::find(load, body, changed).await?,
        _ => match load.ledger.id(chain.table, &chain.key) {
            Some(id) => read_thread(load, &id, &chain.steps).await?,
            None => None,
        }
        .map_or(Found::No, |thread| in_thread(&thread, step, body)),
    })
}

fn in_thread(thread: &Thread, step: &Step, body: &Value) -> Found {
    let there = match step.find {
        Find::Participant => thread.has_contact(text(&body["customer"]["intercom_user_id"])),
        Find::Assignee => thread.is_assigned("admin_assignee_id", text(&body["assignee_id"])),
        Find::Team => thread.is_assigned("team_assignee_id", text(&body["assignee_id"])),
        Find::State => thread.is_state(text(&body["message_type"])),
        Find::TicketState => thread.is_ticket_state(body),
        _ => return thread.message(&step.key, &step.name),
    };
    if there { Found::Yes { id: None, url: None } } else { Found::No }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn yes(id: String) -> Found {
    Found::Yes { id: Some(id), url: None }
}

/// Parents are told as text or number, and as null, empty or not at all where there is none.
fn same_id(one: &Value, other: &Value) -> bool {
    id_of(one).filter(|id| id != "0") == id_of(other)
}

/// Takes what is the same out of a list, as far as it belongs to no row and may be ours.
fn in_list(load: &Load, step: &Step, all: &[Value], changed: bool, likeness: impl Fn(&Value) -> Likeness) -> Found {
    let since = load.ledger.intended_at(step.table, &step.key).saturating_sub(CLOCKS_DIFFER_MAX);
    let mut free: Vec<(String, Likeness, &Value)> = all
        .iter()
        .filter(|one| one["created_at"].as_i64().is_none_or(|at| at >= since))
        .filter_map(|one| id_of(&one["id"]).map(|id| (id, likeness(one), one)))
        .filter(|(id, ..)| !load.ledger.claimed(step.table, id))
        .collect();
    free.sort_by(|a, b| by_age(&a.0, &b.0));
    for (id, _, one) in free.iter().filter(|(_, likeness, _)| *likeness == Likeness::Same) {
        if load.ledger.claim(step.table, id) {
            return Found::Yes { id: Some(id.clone()), url: one["url"].as_str().map(ToOwned::to_owned) };
        }
    }
    free.retain(|(_, likeness, _)| changed || *likeness == Likeness::Unsure);
    if free.is_empty() {
        return Found::No;
    }
    let ids: Vec<&str> = free.iter().map(|(id, ..)| id.as_str()).collect();
    let why = "which is like this row but not the same, and belongs to no other: look whether it is this one";
    Found::Doubtful(format!("there is {} in {}, {why}", ids.join(", "), step.table))
}

/// Ids are numbers that grow, mostly.
fn by_age(one: &str, other: &str) -> Ordering {
    let number = |id: &str| id.parse::<u64>().ok();
    (number(one), one).cmp(&(number(other), other))
}

/// Parent of an article, which 2.16 gives as a list.
fn parent_of(article: &Value) -> &Value {
    if article["parent_id"].is_null() { &article["parent_ids"][0] } else { &article["parent_id"] }
}

/// Whether a contact was made after that was first intended, as far as clocks agree. One that is ours and seems older is taken for one
/// that was there: a rollback leaves it, which does less harm than deleting what is not ours.
pub(crate) fn is_since_intent(load: &Load, step: &Step, contact: &Value) -> bool {
    let since = load.ledger.intended_at(step.table, &step.key).saturating_sub(CLOCKS_APART);
    contact["created_at"].as_i64().is_none_or(|at| at >= since)
}

/// One that is older than the intent has not been made by us: making it is refused, and then it is taken over.
async fn contact(load: &Load, step: &Step, body: &Value) -> Result<Found, Halt> {
    let external_id = text(&body["external_id"]);
    let found = if body["role"] == "lead" {
        let query = json!({ "query": { "field": "external_id", "operator": "=", "value": external_id } });
        load.client.send(&Request::search("/contacts/search", query)).await?.json["data"][0].take()
    } else {
        let id = path_piece(external_id);
        match load.client.send(&Request::get(format!("/contacts/find_by_external_id/{id}"))).await {
            Ok(reply) => reply.json,
            Err(deskferry_http::Error::Refused { status: 404, .. }) => Value::Null,
            Err(error) => return Err(error.into()),
        }
    };
    Ok(id_of(&found["id"]).filter(|_| is_since_intent(load, step, &found)).map_or(Found::No, yes))
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

async fn conversation(load: &Load, chain: &Chain, step: &Step, body: &Value, changed: bool) -> Result<Found, Halt> {
    let contact = text(&body["from"]["id"]);
    let created_at = body["created_at"].as_i64().unwrap_or_default();
    let wanted = letters(&escape(text(&body["body"])));
    let has_twin = load.ledger.open_alike(&step.payload) > 1;
    let (mut fitting, mut others) = (Vec::new(), Vec::new());
    for one in search_conversations(&load.client, contact, created_at).await? {
        let Some(id) = id_of(&one["id"]).filter(|id| !load.ledger.claimed(tables::CONVERSATIONS, id)) else { continue };
        let is_it = letters(text(&one["source"]["body"])) == wanted;
        let thread = if is_it && has_twin { read_thread(load, &id, &chain.steps).await? } else { None };
        match thread {
            _ if is_it && !has_twin => fitting.push((false, id)),
            Some(thread) if thread.fits() => fitting.push((thread.has_leftovers(), id)),
            _ => others.push(id),
        }
    }
    // One that still has what only this row had is this row's.
    fitting.sort_by_key(|(has_leftovers, _)| !has_leftovers);
    for (_, id) in fitting {
        if load.ledger.claim(tables::CONVERSATIONS, &id) {
            return Ok(yes(id));
        }
        others.push(id);
    }
    if others.is_empty() && changed {
        let why =
            "the row has changed since it was sent, maybe in its contact or time, by which it is found: look for it";
        return Ok(Found::Doubtful(why.to_owned()));
    }
    if others.is_empty() {
        return Ok(Found::No);
    }
    let why = "of the same contact and time, but with another text or other messages: look whether it is this one";
    Ok(Found::Doubtful(format!("there is conversation {} {why}", others.join(", "))))
}

/// A conversation or ticket as it stands, beside what a chain would send into it.
async fn read_thread(load: &Load, id: &str, steps: &[Step]) -> Result<Option<Thread>, Halt> {
    let is_ticket = load.settings.tickets_as == TicketsAs::Ticket;
    let path = if is_ticket { ticket::path(id) } else { format!("/conversations/{id}") };
    let json = match load.client.send(&Request::get(path)).await {
        Ok(reply) if is_ticket => ticket::as_conversation(reply.json),
        Ok(reply) => reply.json,
        Err(deskferry_http::Error::Refused { status: 404, .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut requests = Vec::new();
    for step in steps.iter().filter(|s| s.name != "create" || s.find == Find::Part) {
        let mut call = step.call.clone();
        // Its id, which comes first, may not be in the ledger yet.
        call.ids.splice(..call.ids.len().min(1), [PathId::Text(id.to_owned())]);
        if let Ok(request) = load.composer().request(&call, false).await {
            requests.push((step, request));
        }
    }
    Ok(Some(Thread::align(json, &requests)))
}
