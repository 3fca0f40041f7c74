//! Tickets: create, read, update, delete, search.

use crate::attachments;
use crate::attributes::map_of;
use crate::call::Call;
use crate::contacts::{self, Contact};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, get, post, put};
use crate::search::{self, Field, Query, unknown_field};
use crate::tags::Taggings;
use crate::thread::{Author, Part, State, author_json, shown};
use crate::ticket_types;
use crate::workspace::Workspace;
use serde_json::{Map, Value, json};

pub(crate) const ROUTES: &[Route] = &[
    post("/tickets", create),
    post("/tickets/search", search_tickets),
    get("/tickets/{ticket_id}", read),
    put("/tickets/{ticket_id}", update),
    delete("/tickets/{ticket_id}", remove),
];

/// A ticket.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) id: u64,
    /// The number people see.
    number: u64,
    ticket_type: u64,
    state: u64,
    previous_state: Option<u64>,
    contacts: Vec<u32>,
    company: Option<u32>,
    attributes: Map<String, Value>,
    admin_assignee: u64,
    team_assignee: u64,
    created_at: i64,
    pub(crate) updated_at: i64,
    open: bool,
    snoozed_until: Option<i64>,
    is_shared: bool,
    pub(crate) tags: Taggings,
    pub(crate) parts: Vec<Part>,
}

impl Ticket {
    pub(crate) fn contact(&self) -> Option<u32> {
        self.contacts.first().copied()
    }

    /// As for conversations, a contact's message opens it.
    pub(crate) fn reopen(&mut self) {
        (self.open, self.snoozed_until) = (true, None);
    }

    pub(crate) fn created(&self) -> i64 {
        self.created_at
    }

    pub(crate) fn values(&self) -> &Map<String, Value> {
        &self.attributes
    }

    pub(crate) fn title(&self) -> &str {
        self.attributes.get("_default_title_").and_then(Value::as_str).unwrap_or("Ticket")
    }

    pub(crate) fn state_name(&self, ws: &Workspace) -> &'static str {
        ws.ticket_states.iter().find(|state| state.id == self.state).map_or("", |state| state.label)
    }
}

impl Workspace {
    pub(crate) fn ticket(&self, id: &str) -> Result<&Ticket, Refusal> {
        let missing = || Refusal::new(404, "ticket_not_found", "Ticket not found");
        id.parse().ok().and_then(|id: u64| self.tickets.get(&id)).ok_or_else(missing)
    }

    pub(crate) fn ticket_mut(&mut self, id: &str) -> Result<&mut Ticket, Refusal> {
        let missing = || Refusal::new(404, "ticket_not_found", "Ticket not found");
        id.parse().ok().and_then(|id: u64| self.tickets.get_mut(&id)).ok_or_else(missing)
    }

    pub(crate) fn ticket_category(&self, ticket: &Ticket) -> &str {
        self.ticket_types.get(&ticket.ticket_type).map_or("Customer", |kind| kind.category.as_str())
    }
}

pub(crate) fn part_json(ws: &Workspace, part: &Part, base_url: &str) -> Value {
    json!({
        "type": "ticket_part",
        "id": part.id.to_string(),
        "part_type": part.part_type,
        "body": part.body,
        "created_at": part.created_at,
        "updated_at": part.updated_at,
        "author": part_author(ws, part.author),
        "attachments": attachments::json(ws, &part.files, base_url),
        "external_id": null,
        "redacted": false,
        "app_package_code": crate::conversation_view::APP_PACKAGE,
    })
}

/// Here a lead is a user as well.
fn part_author(ws: &Workspace, author: Author) -> Value {
    let mut out = author_json(ws, author);
    if let Author::Contact(_) = author {
        out["type"] = json!("user");
    }
    out
}

fn json(ws: &Workspace, ticket: &Ticket, base_url: &str) -> Value {
    let contacts: Vec<Value> = ticket.contacts.iter().map(|n| contacts::reference(ws, *n)).collect();
    let parts: Vec<Value> = shown(&ticket.parts).iter().map(|part| part_json(ws, part, base_url)).collect();
    let state = |id: u64| ws.ticket_states.iter().find(|state| state.id == id).map(ticket_types::state_json);
    let mut out = json!({
        "type": "ticket",
        "id": ticket.id.to_string(),
        "ticket_id": ticket.number.to_string(),
        "category": ws.ticket_category(ticket),
        "ticket_attributes": ticket.attributes,
        "ticket_state": state(ticket.state),
        "ticket_type": ws.ticket_types.get(&ticket.ticket_type).map(|kind| ticket_types::json(ws, kind)),
        "contacts": { "type": "contact.list", "contacts": contacts },
        "admin_assignee_id": ticket.admin_assignee,
        "team_assignee_id": ticket.team_assignee,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
        "open": ticket.open,
        "linked_objects": { "type": "list", "total_count": 0, "has_more": false, "data": [] },
        "ticket_parts": { "type": "ticket_part.list", "ticket_parts": parts, "total_count": ticket.parts.len() },
        "is_shared": ticket.is_shared,
        "previous_ticket_state_id": ticket.previous_state.map(|id| id.to_string()),
        "tags": ws.tag_list_json(&ticket.tags),
    });
    if let Some(until) = ticket.snoozed_until {
        out["snoozed_until"] = json!(until);
    }
    if let Some(company) = ticket.company {
        out["company_id"] = json!(ws.company_id(company));
    }
    out
}

/// Exactly one contact; an unknown e-mail address becomes a contact.
fn contact(ws: &mut Workspace, call: &Call) -> Result<u32, Refusal> {
    let contacts = call.field("contacts").and_then(Value::as_array);
    let Some([contact]) = contacts.map(Vec::as_slice) else {
        return Err(Refusal::invalid("contacts takes exactly one contact"));
    };
    let text = |name: &str| contact.get(name).and_then(Value::as_str);
    if let Some(id) = text("id") {
        return ws.contact(id).map(|contact| contact.n);
    }
    if let Some(id) = text("external_id") {
        return ws.contact_with_external_id(id).ok_or_else(Refusal::no_contact);
    }
    let email = text("email").ok_or_else(|| Refusal::missing("contacts needs id, external_id or email"))?;
    let known = ws.contact_with_email(email);
    let new = || Contact { email: Some(email.to_owned()), ..Contact::default() };
    Ok(known.unwrap_or_else(|| ws.add_contact(new(), call)))
}

fn assignee(ws: &Workspace, id: Option<&Value>, team: bool) -> Result<Option<u64>, Refusal> {
    let id = id.map(|id| crate::call::id_of(id, "assignee")).transpose()?.flatten();
    let Some(id) = id else { return Ok(None) };
    let missing = || Refusal::new(404, "assignee_not_found", "Assignee not found");
    let id: u64 = id.parse().map_err(|_| missing())?;
    let known = if team { ws.team(id).is_some() } else { ws.admin(id).is_some() };
    if id == 0 || known { Ok(Some(id)) } else { Err(missing()) }
}

fn create(ws: &mut Workspace, call: &Call) -> Answer {
    let kind = ws.ticket_type(&call.id_needed("ticket_type_id")?)?;
    let ticket_type = kind.id();
    let attributes = map_of(call.field("ticket_attributes"))?.cloned().unwrap_or_default();
    kind.check(&attributes, true)?;
    let company = call.id("company_id")?.map(|id| ws.company_n(&id)).transpose()?;
    let assignment = call.field("assignment");
    let admin_assignee = assignee(ws, assignment.and_then(|a| a.get("admin_assignee_id")), false)?.unwrap_or(0);
    let team_assignee = assignee(ws, assignment.and_then(|a| a.get("team_assignee_id")), true)?.unwrap_or(0);
    let created_at = call.seconds("created_at")?.unwrap_or_else(|| call.now());
    call.bool("skip_notifications")?;
    let contact = contact(ws, call)?;
    let id = ws.next.thread();
    let ticket = Ticket {
        id,
        number: ws.next.ticket_number(),
        ticket_type,
        state: 1,
        previous_state: None,
        contacts: vec![contact],
        company,
        attributes,
        admin_assignee,
        team_assignee,
        created_at,
        updated_at: call.now(),
        open: true,
        snoozed_until: None,
        is_shared: true,
        tags: Vec::new(),
        parts: Vec::new(),
    };
    ws.tickets.insert(id, ticket);
    show(ws, call, &id.to_string())
}

fn show(ws: &Workspace, call: &Call, id: &str) -> Answer {
    Ok(Reply::json(json(ws, ws.ticket(id)?, &call.base_url)))
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    show(ws, call, call.param(0))
}

/// Appends an event without a body, stamped now.
fn add_event(ws: &mut Workspace, call: &Call, part_type: &'static str, admin: u64) -> Result<(), Refusal> {
    ws.ticket(call.param(0))?;
    let id = ws.next.part();
    ws.parts_total += 1;
    ws.ticket_mut(call.param(0))?.parts.push(Part {
        id,
        part_type,
        author: Author::Admin(admin),
        created_at: call.now(),
        updated_at: call.now(),
        body: None,
        files: Box::default(),
        assigned_to: None,
        state: State::Open,
    });
    Ok(())
}

fn update(ws: &mut Workspace, call: &Call) -> Answer {
    let id = call.param(0);
    let ticket = ws.ticket(id)?;
    let attributes = map_of(call.field("ticket_attributes"))?.cloned().unwrap_or_default();
    if let Some(kind) = ws.ticket_types.get(&ticket.ticket_type) {
        kind.check(&attributes, false)?;
    }
    let state = match call.id("ticket_state_id")? {
        None => None,
        Some(state) => {
            let text = "Ticket state id is not valid or is not associated with the ticket type";
            let known = ws.ticket_states.iter().find(|have| have.id.to_string() == state);
            Some(known.ok_or_else(|| Refusal::new(400, "ticket_state_id_invalid", text))?.id)
        }
    };
    let missing = || Refusal::new(404, "assignee_not_found", "Assignee not found");
    let admin = match call.id("admin_id")? {
        Some(admin) => ws.admin_id(&admin).ok_or_else(missing)?,
        None => ws.own_admin(),
    };
    let team = call.id("assignee_id")?.and_then(|id| id.parse().ok()).is_some_and(|id| ws.team(id).is_some());
    let assignee = assignee(ws, call.field("assignee_id"), team)?;
    let company = call.id("company_id")?.map(|id| ws.company_n(&id)).transpose()?;
    let (open, is_shared) = (call.bool("open")?, call.bool("is_shared")?);
    let snoozed_until = call.seconds("snoozed_until")?;
    call.bool("skip_notifications")?;
    let ticket = ws.ticket_mut(id)?;
    crate::attributes::merge(&mut ticket.attributes, attributes);
    let changed = state.is_some_and(|state| state != ticket.state);
    if let Some(state) = state {
        ticket.previous_state = Some(std::mem::replace(&mut ticket.state, state));
    }
    match (assignee, team) {
        (Some(0), _) => (ticket.admin_assignee, ticket.team_assignee) = (0, 0),
        (Some(assignee), true) => ticket.team_assignee = assignee,
        (Some(assignee), false) => ticket.admin_assignee = assignee,
        (None, _) => {}
    }
    ticket.company = company.or(ticket.company);
    ticket.snoozed_until = snoozed_until.or(ticket.snoozed_until);
    if let Some(open) = open {
        ticket.open = open;
        ticket.snoozed_until = None;
    }
    ticket.is_shared = is_shared.unwrap_or(ticket.is_shared);
    ticket.updated_at = call.now();
    if changed {
        add_event(ws, call, "ticket_state_updated_by_admin", admin)?;
    }
    if assignee.is_some() {
        add_event(ws, call, "assignment", admin)?;
    }
    if open == Some(false) {
        add_event(ws, call, "close", admin)?;
    }
    show(ws, call, id)
}

fn remove(ws: &mut Workspace, call: &Call) -> Answer {
    let id = ws.ticket(call.param(0))?.id;
    if let Some(ticket) = ws.tickets.remove(&id) {
        ws.parts_total -= ticket.parts.len() as u64;
    }
    Ok(Reply::json(json!({ "id": id.to_string(), "object": "ticket", "deleted": true })))
}

fn field(ws: &Workspace, ticket: &Ticket, name: &str) -> Result<Field, Refusal> {
    Ok(match name {
        "id" => Field::Int(i64::try_from(ticket.id).unwrap_or_default()),
        "ticket_id" => Field::Text(ticket.number.to_string()),
        "created_at" => Field::Int(ticket.created_at),
        "updated_at" => Field::Int(ticket.updated_at),
        "title" | "_default_title_" => Field::json(ticket.attributes.get("_default_title_")),
        "description" | "_default_description_" => Field::json(ticket.attributes.get("_default_description_")),
        "category" => Field::Text(match ws.ticket_category(ticket) {
            "Customer" => "request".to_owned(),
            "Back-office" => "task".to_owned(),
            _ => "tracker".to_owned(),
        }),
        "ticket_type_id" => Field::Text(ticket.ticket_type.to_string()),
        "contact_ids" => Field::List(ticket.contacts.iter().map(|n| ws.contact_id(*n)).collect()),
        "admin_assignee_id" => Field::Text(ticket.admin_assignee.to_string()),
        "team_assignee_id" => Field::Text(ticket.team_assignee.to_string()),
        "open" => Field::Bool(ticket.open),
        "state" => Field::Text(ticket.state.to_string()),
        "snoozed_until" => Field::int(ticket.snoozed_until),
        "tag_ids" => Field::List(ticket.tags.iter().map(|tag| tag.tag.to_string()).collect()),
        other => return Err(unknown_field(other)),
    })
}

fn search_tickets(ws: &mut Workspace, call: &Call) -> Answer {
    let ws: &Workspace = ws;
    let query = Query::of(call)?;
    let keys_after = |after: Option<u64>| {
        let first = after.map_or(0, |last| last.saturating_add(1));
        ws.tickets.range(first..).map(|(id, _)| *id)
    };
    let matches = |key: u64| match ws.tickets.get(&key) {
        Some(ticket) => query.matches(&|name| field(ws, ticket, name)),
        None => Ok(false),
    };
    let sort_key = |key: u64, name: &str| match ws.tickets.get(&key).map(|ticket| field(ws, ticket, name)) {
        Some(Ok(Field::Int(time))) => time,
        _ => 0,
    };
    let (keys, total, pages) = search::find(call, 20, keys_after, matches, sort_key)?;
    let found = keys.iter().filter_map(|key| ws.tickets.get(key));
    let tickets: Vec<Value> = found.map(|ticket| json(ws, ticket, &call.base_url)).collect();
    Ok(Reply::json(json!({ "type": "ticket.list", "tickets": tickets, "total_count": total, "pages": pages })))
}
