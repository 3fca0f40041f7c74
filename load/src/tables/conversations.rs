//! One thread: create with its first message, participants, replies in time order, title and attributes in one call, tags,
//! assignment, state last. Source: `create_conversation_request` and `/conversations/{id}/…` of 2.16.
//!
//! Rules where Intercom leaves no choice:
//! * only a contact can open a thread; an opening message by somebody else names its author in its first line;
//! * times of messages never go back: a message older than the one before it gets the time of that one;
//! * everybody who writes as a contact is made a participant first;
//! * a snooze that has run out is an open conversation.

use chrono::{DateTime, Utc};
use deskferry_http::Method;

use super::conversation_parts::{NO_TEXT, Part};
use super::{COMPANIES, CONTACTS, CONVERSATIONS, PARTS, TAGS};
use crate::Result;
use crate::people::People;
use crate::rows::Row;
use crate::step::{Call, Chain, Field, Find, Reference, Settled, Step};

pub(crate) fn chain(row: &Row, mut parts: Vec<Part>, people: &People, now: DateTime<Utc>) -> Result<Chain> {
    let (key, contact) = (row.must("source_key")?, row.must("contact_key")?);
    if parts.is_empty() {
        return Ok(without_message(key, Call::post("/conversations"), Find::Conversation));
    }
    let created_at = in_order(row.time("created_at")?, &mut parts);
    let opening = parts.remove(0);
    let mut steps = vec![create(key, contact, created_at, &opening, people)];
    steps.extend(participants(row, key, contact, &opening, &parts)?);
    steps.extend(opening.file_steps(key, contact, &opening.files, 1));
    steps.extend(parts.iter().flat_map(|part| part.steps(key, contact)));
    let update = update(row, key)?;
    let lacks = if update.is_none() { vec!["update"] } else { Vec::new() };
    steps.extend(update);
    for tag in row.keys("tag_keys")? {
        let call = at(key, "/conversations/{}/tags")
            .with("id", Field::Id(Reference::new(TAGS, tag.as_str())))
            .with("admin_id", Field::Actor(Vec::new()));
        steps.push(Step::new(CONVERSATIONS, key, format!("tag:{tag}"), call, Find::Repeat));
    }
    steps.extend(assignments(row, key, people)?);
    let last = parts.last().map_or(opening.key, |p| p.key.clone());
    steps.push(state(row, key, &last, now)?);
    Ok(Chain { lacks, ..Chain::new(CONVERSATIONS, key, steps) })
}

/// A thread that cannot be made.
pub(super) fn without_message(key: &str, create: Call, find: Find) -> Chain {
    let mut chain = Chain::new(CONVERSATIONS, key, vec![Step::create(CONVERSATIONS, key, create, find)]);
    chain.settled = Some(Settled::Refused { code: "no_message", message: "the thread has no message".to_owned() });
    chain
}

/// Makes the times of messages never go back, nor before the thread's; that one in seconds since 1970.
pub(super) fn in_order(created_at: Option<DateTime<Utc>>, parts: &mut [Part]) -> i64 {
    let created_at = created_at.map(|t| t.timestamp()).unwrap_or_default();
    let mut newest = created_at;
    for part in parts {
        newest = newest.max(part.created_at);
        part.created_at = newest;
    }
    created_at
}

/// Text of the opening message; names its author where that is not the contact.
pub(super) fn opening_body(contact: &str, opening: &Part, people: &People) -> String {
    let is_opener = opening.is_contact && opening.author.key.as_deref().is_none_or(|author| author == contact);
    let name = opening.author.name.as_deref().or_else(|| opening.author.key.as_deref().and_then(|k| people.name(k)));
    match name.filter(|_| !is_opener || opening.author.key.is_none()) {
        Some(name) => format!("{name} wrote:\n\n{}", opening.body),
        None if opening.body.trim().is_empty() => NO_TEXT.to_owned(),
        None => opening.body.clone(),
    }
}

fn at(key: &str, path: &'static str) -> Call {
    Call::at(Method::Post, path, CONVERSATIONS, key)
}

fn create(key: &str, contact: &str, created_at: i64, opening: &Part, people: &People) -> Step {
    let from = vec![("type", Field::json("contact")), ("id", Field::Id(Reference::new(CONTACTS, contact)))];
    let call = Call::post("/conversations")
        .with("from", Field::Object(from))
        .with("body", Field::json(opening_body(contact, opening, people)))
        .with("created_at", Field::json(created_at));
    let mut step = Step::create(CONVERSATIONS, key, call, Find::Conversation);
    step.id_field = Some("conversation_id");
    step.carries.push((PARTS, opening.key.clone()));
    step
}

fn participants(row: &Row, key: &str, contact: &str, opening: &Part, parts: &[Part]) -> Result<Vec<Step>> {
    let mut keys = row.keys("participant_keys")?;
    keys.extend(std::iter::once(opening).chain(parts).filter(|p| p.is_contact).filter_map(|p| p.author.key.clone()));
    let mut seen = std::collections::HashSet::from([contact.to_owned()]);
    keys.retain(|k| seen.insert(k.clone()));
    let step = |participant: String| {
        let customer = vec![("intercom_user_id", Field::Id(Reference::new(CONTACTS, participant.as_str())))];
        let call = at(key, "/conversations/{}/customers")
            .with("admin_id", Field::Actor(Vec::new()))
            .with("customer", Field::Object(customer));
        Step::new(CONVERSATIONS, key, format!("participant:{participant}"), call, Find::Participant)
    };
    Ok(keys.into_iter().map(step).collect())
}

/// Title, attributes, company and read mark in one call.
fn update(row: &Row, key: &str) -> Result<Option<Step>> {
    let mut call = Call::at(Method::Put, "/conversations/{}", CONVERSATIONS, key).maybe("title", row.some("title")?);
    if row.boolean("is_read")? == Some(true) {
        call = call.with("read", Field::json(true));
    }
    if let Some(company) = row.some("company_key")? {
        call = call.with("company_id", Field::Id(Reference::new(COMPANIES, company)));
    }
    let custom = super::as_text(row.object("custom_attributes")?, true);
    if !custom.is_empty() {
        call = call.with("custom_attributes", Field::object(custom));
    }
    let needed = !call.body.is_empty();
    Ok(needed.then(|| Step::new(CONVERSATIONS, key, "update", call, Find::Repeat).repeatable()))
}

/// The team, then the teammate. A row without one asks for nobody, who is `0`; one that the workspace does not have is left out.
fn assignments(row: &Row, key: &str, people: &People) -> Result<Vec<Step>> {
    let step = |name: &str, kind: &str, find: Find, who: Option<Field>| {
        let is_default = who.is_none();
        let call = at(key, "/conversations/{}/parts")
            .with("message_type", Field::json("assignment"))
            .with("type", Field::json(kind))
            .with("admin_id", Field::Actor(Vec::new()))
            .with("assignee_id", who.unwrap_or_else(|| Field::json("0")));
        Step { is_default, ..Step::new(CONVERSATIONS, key, name, call, find).repeatable() }
    };
    let mut steps = Vec::new();
    let team = row.some("team_key")?;
    if team.as_ref().is_none_or(|team| people.team(team).is_some()) {
        steps.push(step("team", "team", Find::Team, team.map(Field::Team)));
    }
    let admin = row.some("assignee_key")?;
    if admin.as_ref().is_none_or(|admin| people.assignee(admin).is_some()) {
        steps.push(step("assign", "admin", Find::Assignee, admin.map(Field::Assignee)));
    }
    Ok(steps)
}

/// The state comes last, for a contact's message opens a closed thread. `last` is the newest message: when another is appended,
/// the payload changes and the thread is closed again.
fn state(row: &Row, key: &str, last: &str, now: DateTime<Utc>) -> Result<Step> {
    let state = row.must("state")?;
    let until = row.time("snoozed_until")?.filter(|_| state == "snoozed");
    let actors: Vec<String> = [row.some("closed_by_key")?, row.some("assignee_key")?].into_iter().flatten().collect();
    let step = |wanted: &str| {
        let mut call = at(key, "/conversations/{}/parts").with("message_type", Field::json(wanted));
        if wanted == "close" {
            call = call.with("type", Field::json("admin"));
        }
        call = call.with("admin_id", Field::Actor(actors.clone()));
        if wanted == "snoozed" {
            call = call.maybe("snoozed_until", until.map(|t| t.timestamp()));
        }
        let mut step = Step::new(CONVERSATIONS, key, "state", call, Find::State).repeatable();
        // A new thread is open already; a closed or snoozed one is so only until the next message.
        step.is_default = wanted == "open";
        if !step.is_default {
            step.payload_of(last);
        }
        step
    };
    Ok(match until {
        _ if state == "closed" => step("close"),
        Some(until) if until > now => step("snoozed"),
        // Intercom opens by itself what we have snoozed.
        Some(_) => Step { payload: step("snoozed").payload, ..step("open") },
        None => step("open"),
    })
}
