//! One thread as a ticket: created with title, first message, attributes, company and assignees in one call; then replies in time
//! order, tags, state last. Source: `create_ticket_request`, `/tickets/{id}/reply` and `update_ticket_request` of 2.16.
//!
//! All calls but tagging are silent by `skip_notifications`. Rules where Intercom leaves no choice, beside those of
//! `conversations.rs`:
//! * the first message is the attribute `_default_description_`, so it can be changed later; a thread without a title has the
//!   first line of it as `_default_title_`;
//! * a ticket has one contact: who else took part is named in a note, and who else writes does so by their own contact;
//! * a contact's message takes no files: they follow in a note that tells whose they are, at the same time;
//! * a closed thread is in the first state of category `resolved` and not open; an open one stays in the state in which it was
//!   made. Where the value of an attribute whose name ends with "status" is the internal label of a state that fits, it is that one.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use deskferry_http::Method;
use deskferry_staging::{Manifest, Staging};
use serde_json::{Map, Value, json};

use super::conversation_parts::Part;
use super::ticket_types::{KEY, TicketType};
use super::{COMPANIES, CONTACTS, CONVERSATIONS, PARTS, TAGS, TICKET_TYPES, conversations};
use crate::Result;
use crate::people::People;
use crate::rows::{Row, Rows};
use crate::step::{Author, Call, Chain, Field, Find, Reference, Status, Step};
use crate::text::escape;

/// Most letters of a title that is made of a message.
const TITLE_MAX: usize = 100;
/// Categories of states in which a ticket is not resolved.
const UNRESOLVED: [&str; 3] = ["submitted", "in_progress", "waiting_on_customer"];

/// What the chains of tickets need beside their rows.
pub(crate) struct Tickets<'a> {
    kind: &'a TicketType,
    /// Names and addresses of those who take part in a thread that another opened.
    names: HashMap<String, String>,
}

impl<'a> Tickets<'a> {
    /// Reads who takes part in threads of others.
    pub(crate) async fn read(staging: &Staging, manifest: &Manifest, kind: &'a TicketType) -> Result<Self> {
        let mut keys = BTreeSet::new();
        let mut rows = Rows::open(staging, manifest, CONVERSATIONS)?;
        while let Some(row) = rows.next().await? {
            keys.extend(row.keys("participant_keys")?);
        }
        let mut names = HashMap::new();
        let mut rows = Rows::open(staging, manifest, CONTACTS)?;
        while !keys.is_empty()
            && let Some(row) = rows.next().await?
        {
            let key = row.must("source_key")?;
            if keys.remove(key) {
                let name = match (row.some("name")?, row.some("email")?) {
                    (Some(name), Some(email)) => format!("{name} <{email}>"),
                    (name, email) => name.or(email).unwrap_or_else(|| key.to_owned()),
                };
                names.insert(key.to_owned(), name);
            }
        }
        Ok(Self { kind, names })
    }

    pub(crate) fn chain(&self, row: &Row, mut parts: Vec<Part>, people: &People, now: DateTime<Utc>) -> Result<Chain> {
        let (key, contact) = (row.must("source_key")?, row.must("contact_key")?);
        if parts.is_empty() {
            return Ok(conversations::without_message(key, Call::post("/tickets"), Find::Ticket));
        }
        let created_at = conversations::in_order(row.time("created_at")?, &mut parts);
        let opening = parts.remove(0);
        let mut steps = created(row, created_at, &opening, people)?;
        steps.extend(self.participants(row, created_at, &opening, &parts)?);
        steps.extend(files(&opening, key, contact, 1));
        steps.extend(parts.iter().flat_map(|part| replies(part, key, contact)));
        for tag in row.keys("tag_keys")? {
            let call = Call::at(Method::Post, "/tickets/{}/tags", CONVERSATIONS, key)
                .with("id", Field::Id(Reference::new(TAGS, tag.as_str())))
                .with("admin_id", Field::Actor(Vec::new()));
            steps.push(Step::new(CONVERSATIONS, key, format!("tag:{tag}"), call, Find::Repeat));
        }
        let last = parts.last().map_or(opening.key, |p| p.key.clone());
        steps.push(self.state(row, &last, now)?);
        // `0` unassigns both, so that one of them goes cannot be said.
        let mut lacks = Vec::new();
        for (name, column) in [("team", "team_key"), ("assign", "assignee_key")] {
            lacks.extend(row.some(column)?.is_none().then_some(name));
        }
        Ok(Chain { lacks, ..Chain::new(CONVERSATIONS, key, steps) })
    }

    /// A note with those who took part and wrote nothing. It depends on who they are, not on what they are called.
    fn participants(&self, row: &Row, created_at: i64, opening: &Part, parts: &[Part]) -> Result<Option<Step>> {
        let (key, contact) = (row.must("source_key")?, row.must("contact_key")?);
        let authors: Vec<&str> =
            std::iter::once(opening).chain(parts).filter_map(|p| p.author.key.as_deref()).collect();
        let mut keys = row.keys("participant_keys")?;
        keys.retain(|k| k != contact && !authors.contains(&k.as_str()));
        if keys.is_empty() {
            return Ok(None);
        }
        let names: Vec<String> = keys.iter().map(|k| escape(self.names.get(k).unwrap_or(k))).collect();
        let call = |body: String| {
            silent(Call::at(Method::Post, "/tickets/{}/reply", CONVERSATIONS, key))
                .with("message_type", Field::json("note"))
                .with("type", Field::json("admin"))
                .with("admin_id", Field::Admin(None))
                .with("body", Field::json(body))
                .with("created_at", Field::json(created_at))
        };
        let step = |body| Step::new(CONVERSATIONS, key, "participants", call(body), Find::Part);
        let payload = step(keys.join(" ")).payload;
        Ok(Some(Step { payload, ..step(format!("<p>Also took part: {}</p>", names.join(", "))) }))
    }

    /// The state comes last, for a contact's message opens a closed ticket; see `conversations.rs` for `last`.
    fn state(&self, row: &Row, last: &str, now: DateTime<Utc>) -> Result<Step> {
        let (key, state) = (row.must("source_key")?, row.must("state")?);
        let until = row.time("snoozed_until")?.filter(|_| state == "snoozed");
        let is_closed = state == "closed";
        let categories: &[&str] = if is_closed { &["resolved"] } else { &UNRESOLVED };
        let label = status(&row.object("custom_attributes")?).and_then(|s| self.kind.labelled(&s, categories));
        let category = if is_closed { "resolved" } else { "in_progress" };
        let actor = row.some("closed_by_key")?.filter(|_| is_closed).or(row.some("assignee_key")?);
        let step = |snoozed_until: Option<DateTime<Utc>>| {
            let mut call = put(key);
            if snoozed_until.is_none() || label.is_some() {
                call = call.with("ticket_state_id", Field::TicketState(Status { category, label: label.clone() }));
            }
            call = match snoozed_until {
                Some(until) => call.with("snoozed_until", Field::json(until.timestamp())),
                None => call.with("open", Field::json(!is_closed)),
            };
            call = call.with("admin_id", Field::AdminNumber(actor.clone()));
            let mut step = Step::new(CONVERSATIONS, key, "state", call, Find::TicketState).repeatable();
            step.is_default = !is_closed && snoozed_until.is_none() && label.is_none();
            if is_closed || snoozed_until.is_some() {
                step.payload_of(last);
            }
            step
        };
        Ok(match until {
            Some(until) if until > now => step(Some(until)),
            // Intercom opens by itself what we have snoozed.
            Some(until) => Step { payload: step(Some(until)).payload, ..step(None) },
            None => step(None),
        })
    }
}

fn silent(call: Call) -> Call {
    call.with("skip_notifications", Field::json(true))
}

fn put(key: &str) -> Call {
    silent(Call::at(Method::Put, "/tickets/{}", CONVERSATIONS, key))
}

/// The ticket, and what goes with its creation and is changed apart: attributes and company, team, teammate.
fn created(row: &Row, created_at: i64, opening: &Part, people: &People) -> Result<Vec<Step>> {
    let (key, contact) = (row.must("source_key")?, row.must("contact_key")?);
    let contacts = || Field::List(vec![Field::Object(vec![("id", Field::Id(Reference::new(CONTACTS, contact)))])]);
    let mut attributes = row.object("custom_attributes")?;
    let body = conversations::opening_body(contact, opening, people);
    attributes.insert("_default_title_".to_owned(), json!(title(row.some("title")?, &body)));
    attributes.insert("_default_description_".to_owned(), json!(body));
    let attributes = Field::TicketAttributes(attributes);
    let company = row.some("company_key")?.map(|c| Field::Id(Reference::new(COMPANIES, c)));
    let team = row.some("team_key")?.filter(|t| people.team(t).is_some()).map(Field::Team);
    let assignee = row.some("assignee_key")?.filter(|a| people.assignee(a).is_some()).map(Field::Assignee);

    let mut create = silent(Call::post("/tickets"))
        .with("ticket_type_id", Field::Id(Reference::new(TICKET_TYPES, KEY)))
        .with("contacts", contacts())
        .with("ticket_attributes", attributes.clone())
        .with("created_at", Field::json(created_at));
    let mut update = put(key).with("ticket_attributes", attributes);
    if let Some(company) = company {
        create = create.with("company_id", company.clone());
        update = update.with("company_id", company);
    }
    let named = [("admin_assignee_id", &assignee), ("team_assignee_id", &team)];
    let assignment: Vec<_> = named.into_iter().filter_map(|(name, who)| Some((name, who.clone()?))).collect();
    if !assignment.is_empty() {
        create = create.with("assignment", Field::Object(assignment));
    }
    let mut step = Step::create(CONVERSATIONS, key, create, Find::Ticket);
    // Only what cannot be changed: the rest has a step of its own.
    let fixed = Call::post("/tickets").with("contacts", contacts()).with("created_at", Field::json(created_at));
    step.payload = Step::create(CONVERSATIONS, key, fixed, Find::Ticket).payload;
    step.carries.push((PARTS, opening.key.clone()));
    let mut steps = vec![step, Step::new(CONVERSATIONS, key, "update", update, Find::Repeat).in_create()];
    for (name, who, find) in [("team", team, Find::Team), ("assign", assignee, Find::Assignee)] {
        let step = |who| Step::new(CONVERSATIONS, key, name, put(key).with("assignee_id", who), find).in_create();
        steps.extend(who.map(step));
    }
    Ok(steps)
}

fn title(title: Option<String>, body: &str) -> String {
    title.unwrap_or_else(|| {
        let line = body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        line.trim().chars().take(TITLE_MAX).collect()
    })
}

/// What the source calls the state of a thread.
fn status(attributes: &Map<String, Value>) -> Option<String> {
    let (_, value) = attributes.iter().find(|(name, _)| name.to_lowercase().ends_with("status"))?;
    value.as_str().map(ToOwned::to_owned)
}

/// The steps of a message: a contact's without its files, which follow apart.
fn replies(part: &Part, key: &str, contact: &str) -> Vec<Step> {
    if !part.is_contact {
        return part.steps(key, contact).into_iter().map(of_ticket).collect();
    }
    let text = Part { files: Vec::new(), ..part.clone() };
    text.steps(key, contact).into_iter().map(of_ticket).chain(files(part, key, contact, 2)).collect()
}

/// Replies that bring only files: a contact's as notes that tell whose they are.
fn files(part: &Part, key: &str, contact: &str, first: usize) -> Vec<Step> {
    let mut bearer = part.clone();
    if part.is_contact {
        let name = part.author.name.clone().unwrap_or_else(|| "The contact".to_owned());
        bearer.author = Author { key: None, name: Some(name) };
        (bearer.is_contact, bearer.is_note) = (false, true);
    }
    bearer.file_steps(key, contact, &part.files, first).into_iter().map(of_ticket).collect()
}

/// A reply to a conversation as one to a ticket: elsewhere, silent, and answered by the new message.
fn of_ticket(step: Step) -> Step {
    let mut call = Call { path: "/tickets/{}/reply", ..step.call };
    if !call.body.iter().any(|(name, _)| *name == "skip_notifications") {
        call = silent(call);
    }
    let of_ticket = Step::new(step.table, &step.key, step.name, call, step.find);
    Step { id_field: Some("id"), carries: step.carries, ..of_ticket }
}
