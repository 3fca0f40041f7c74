//! A conversation as the API shows it.

use crate::attachments;
use crate::conversation_attributes::values_json;
use crate::conversations::Conversation;
use crate::html;
use crate::thread::{Author, Part, author_json, shown};
use crate::workspace::Workspace;
use crate::{companies, contacts};
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;

/// Marks parts written through the API.
pub(crate) const APP_PACKAGE: &str = "deskferry-sandbox";

/// How to show it.
pub(crate) struct View<'a> {
    pub(crate) base_url: &'a str,
    /// `display_as=plaintext`.
    pub(crate) plain: bool,
}

impl View<'_> {
    fn body<'b>(&self, body: &'b str) -> Cow<'b, str> {
        if self.plain { html::plain(body).into() } else { body.into() }
    }
}

/// Everything but the parts: what lists and searches show.
pub(crate) fn json(ws: &Workspace, conversation: &Conversation, view: &View<'_>) -> Value {
    let state = conversation.state.name();
    let contacts: Vec<Value> = conversation.contacts.iter().map(|n| contacts::reference(ws, *n)).collect();
    let mut out = json!({
        "type": "conversation",
        "id": conversation.id.to_string(),
        "title": conversation.title,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        "waiting_since": conversation.waiting_since,
        "snoozed_until": conversation.snoozed_until,
        "open": state != "closed",
        "state": state,
        "read": conversation.read,
        "priority": "none",
        "admin_assignee_id": conversation.admin_assignee,
        "team_assignee_id": conversation.team_assignee,
        "tags": ws.tag_list_json(&conversation.tags),
        "conversation_rating": null,
        "source": source(ws, conversation, view),
        "contacts": { "type": "contact.list", "contacts": contacts },
        "teammates": teammates(conversation),
        "custom_attributes": values_json(ws, &conversation.custom),
        "first_contact_reply": { "created_at": conversation.created_at, "type": "conversation", "url": null },
        "sla_applied": null,
        "statistics": statistics(conversation),
        "linked_objects": { "type": "list", "total_count": 0, "has_more": false, "data": [] },
        "ai_agent_participated": false,
        "channel": { "initial": "messenger", "current": "messenger" },
    });
    if let Some(company) = conversation.company.and_then(|n| ws.companies.get(&n)) {
        out["company"] = companies::json(ws, company);
    }
    out
}

fn source(ws: &Workspace, conversation: &Conversation, view: &View<'_>) -> Value {
    json!({
        "type": "conversation",
        "id": conversation.message_id.to_string(),
        "delivered_as": "customer_initiated",
        "subject": conversation.subject,
        "body": view.body(&conversation.body),
        "author": author_json(ws, Author::Contact(conversation.author)),
        "attachments": attachments::json(ws, &conversation.files, view.base_url),
        "url": null,
        "redacted": false,
    })
}

/// Teammates who took part.
fn teammates(conversation: &Conversation) -> Value {
    let mut ids: Vec<u64> = Vec::new();
    for part in &conversation.parts {
        if let Author::Admin(id) = part.author
            && !ids.contains(&id)
        {
            ids.push(id);
        }
    }
    let teammates: Vec<Value> = ids.iter().map(|id| json!({ "type": "admin", "id": id.to_string() })).collect();
    json!({ "type": "admin.list", "teammates": teammates })
}

/// Counts and times; times that are unknown are left out, the description has no null for them.
fn statistics(conversation: &Conversation) -> Value {
    let have = &conversation.statistics;
    let mut out = json!({
        "type": "conversation_statistics",
        "first_contact_reply_at": conversation.created_at,
        "count_reopens": have.reopens,
        "count_assignments": have.assignments,
        "count_conversation_parts": conversation.parts.len(),
    });
    let times = [
        ("first_admin_reply_at", have.first_admin_reply_at),
        ("last_admin_reply_at", have.last_admin_reply_at),
        ("last_contact_reply_at", have.last_contact_reply_at),
        ("first_assignment_at", have.first_assignment_at),
        ("last_assignment_at", have.last_assignment_at),
        ("first_close_at", have.first_close_at),
        ("last_close_at", have.last_close_at),
    ];
    for (name, time) in times {
        if let Some(time) = time {
            out[name] = json!(time);
        }
    }
    if let Some(admin) = have.last_closed_by {
        out["last_closed_by_id"] = json!(admin.to_string());
    }
    out
}

/// A part; written straight to text, because every reply answers with up to 500 of them.
#[derive(Serialize)]
struct PartView<'a> {
    r#type: &'static str,
    id: String,
    part_type: &'static str,
    body: Option<Cow<'a, str>>,
    created_at: i64,
    updated_at: i64,
    notified_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_to: Option<Value>,
    author: &'a Value,
    attachments: Vec<Value>,
    external_id: (),
    redacted: bool,
    state: &'static str,
    tags: [(); 0],
    app_package_code: &'static str,
}

fn part<'a>(ws: &Workspace, part: &'a Part, author: &'a Value, view: &View<'_>) -> PartView<'a> {
    let assigned_to = part.assigned_to.map(|(kind, id)| match id {
        0 => json!({ "type": "nobody_admin", "id": null }),
        id => json!({ "type": kind, "id": id.to_string() }),
    });
    PartView {
        r#type: "conversation_part",
        id: part.id.to_string(),
        part_type: part.part_type,
        body: part.body.as_deref().map(|body| view.body(body)),
        created_at: part.created_at,
        updated_at: part.updated_at,
        notified_at: part.created_at,
        assigned_to,
        author,
        attachments: attachments::json(ws, &part.files, view.base_url),
        external_id: (),
        redacted: false,
        state: part.state.name(),
        tags: [],
        app_package_code: APP_PACKAGE,
    }
}

/// The whole conversation with its latest parts, as JSON text.
pub(crate) fn text(ws: &Workspace, conversation: &Conversation, view: &View<'_>) -> String {
    let parts = shown(&conversation.parts);
    let mut authors: Vec<(Author, Value)> = Vec::new();
    for part in parts {
        if !authors.iter().any(|(have, _)| *have == part.author) {
            authors.push((part.author, author_json(ws, part.author)));
        }
    }
    let nobody = Value::Null;
    let author = |wanted| authors.iter().find(|(have, _)| *have == wanted).map_or(&nobody, |(_, value)| value);
    let views: Vec<PartView<'_>> = parts.iter().map(|p| part(ws, p, author(p.author), view)).collect();
    let list = PartList {
        r#type: "conversation_part.list",
        conversation_parts: views,
        // As in Intercom the count is of the whole thread, the list of its latest 500.
        total_count: conversation.parts.len(),
    };
    let mut out = json(ws, conversation, view).to_string();
    append(&mut out, "conversation_parts", &list);
    out
}

#[derive(Serialize)]
struct PartList<'a> {
    r#type: &'static str,
    conversation_parts: Vec<PartView<'a>>,
    total_count: usize,
}

/// Adds a key to the text of a JSON object that is not empty.
pub(crate) fn append(object: &mut String, key: &str, value: &impl Serialize) {
    object.truncate(object.len() - 1);
    object.push_str(",\"");
    object.push_str(key);
    object.push_str("\":");
    object.push_str(&serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned()));
    object.push('}');
}
