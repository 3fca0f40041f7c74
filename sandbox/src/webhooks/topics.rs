//! Which events a call makes: the topics of Intercom's reference ("webhook models" of 2.16) that a change of this workspace can have.
//! A change of a title, of an attribute of a conversation or of a note on a contact has none there either.

use serde_json::{Value, json};

use crate::call::Call;

/// What an event is about: where its object is read, and what it is called in the item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    pub(crate) topic: String,
    /// Path of the object; `None` where it is gone, or the item is all there is.
    pub(crate) path: Option<String>,
    /// What the item has besides the object, or instead of it.
    pub(crate) item: Value,
}

/// The events of a call that was answered with this body.
pub(crate) fn changes(method: &str, path: &str, call: &Call, reply: &Value) -> Vec<Change> {
    let id = |name: &str| reply.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let first = call.param(0);
    let text = |name: &str| call.field(name).and_then(Value::as_str).unwrap_or_default();
    let has = |name: &str| call.field(name).is_some_and(|value| !value.is_null());
    let seen =
        |topic: &str, path: String| vec![Change { topic: topic.to_owned(), path: Some(path), item: Value::Null }];
    let gone = |topic: &str, kind: &str| {
        vec![Change { topic: topic.to_owned(), path: None, item: json!({ "type": kind, "id": first }) }]
    };
    let thread = format!("/conversations/{first}");
    let ticket = format!("/tickets/{first}");
    match (method, path) {
        ("POST", "/contacts") => seen("contact.{role}.created", format!("/contacts/{}", id("id"))),
        ("PUT", "/contacts/{contact_id}") => seen("contact.{role}.updated", format!("/contacts/{first}")),
        ("POST", "/contacts/{contact_id}/unarchive") => seen("contact.unarchived", format!("/contacts/{first}")),
        ("POST", "/contacts/{contact_id}/archive") => gone("contact.archived", "contact"),
        ("DELETE", "/contacts/{contact_id}") => gone("contact.deleted", "contact"),
        ("POST", "/contacts/merge") => {
            let item = json!({ "merged_contact": { "type": "contact", "id": text("from") } });
            vec![Change { topic: "contact.merged".into(), path: Some(format!("/contacts/{}", text("into"))), item }]
        }
        ("POST" | "DELETE", "/contacts/{contact_id}/tags" | "/contacts/{contact_id}/tags/{tag_id}") => {
            let word = if method == "POST" { "created" } else { "deleted" };
            let tag = json!({ "type": "tag", "id": reply.get("id"), "name": reply.get("name") });
            let item = json!({ "type": "contact_tag", "tag": tag, "contact": null });
            vec![Change {
                topic: format!("contact.{{role}}.tag.{word}"),
                path: Some(format!("/contacts/{first}")),
                item,
            }]
        }
        ("POST" | "DELETE", "/contacts/{contact_id}/companies" | "/contacts/{contact_id}/companies/{company_id}") => {
            let word = if method == "POST" { "attached" } else { "detached" };
            let company = if method == "POST" { id("id") } else { call.param(1).to_owned() };
            let item =
                json!({ "type": "company_contact", "contact": { "type": "contact", "id": first }, "company": null });
            vec![Change { topic: format!("company.contact.{word}"), path: Some(format!("/companies/{company}")), item }]
        }
        ("POST", "/companies") => {
            let is_new = reply.get("created_at") == reply.get("updated_at");
            seen(if is_new { "company.created" } else { "company.updated" }, format!("/companies/{}", id("id")))
        }
        ("PUT", "/companies/{company_id}") => seen("company.updated", format!("/companies/{first}")),
        ("DELETE", "/companies/{company_id}") => gone("company.deleted", "company"),
        ("POST", "/conversations") => {
            seen("conversation.user.created", format!("/conversations/{}", id("conversation_id")))
        }
        ("PUT", "/conversations/{conversation_id}") if has("read") => seen("conversation.read", thread),
        ("DELETE", "/conversations/{conversation_id}") => gone("conversation.deleted", "conversation"),
        ("POST", "/conversations/{conversation_id}/reply") => {
            let word = match (text("type"), text("message_type")) {
                ("admin", "note") => "admin.noted",
                ("admin", _) => "admin.replied",
                _ => "user.replied",
            };
            seen(&format!("conversation.{word}"), thread)
        }
        ("POST", "/conversations/{conversation_id}/parts") => {
            let word = match text("message_type") {
                "close" => "closed",
                "open" => "opened",
                "snoozed" => "snoozed",
                _ => "assigned",
            };
            seen(&format!("conversation.admin.{word}"), thread)
        }
        ("POST", "/conversations/{conversation_id}/tags") => seen("conversation_part.tag.created", thread),
        ("POST", "/conversations/{conversation_id}/customers") => seen("conversation.contact.attached", thread),
        ("DELETE", "/conversations/{conversation_id}/customers/{contact_id}") => {
            seen("conversation.contact.detached", thread)
        }
        ("POST", "/tickets") => seen("ticket.created", format!("/tickets/{}", id("id"))),
        ("PUT", "/tickets/{ticket_id}") => {
            let words = [
                ("ticket_state_id", "state.updated"),
                ("ticket_attributes", "attribute.updated"),
                ("admin_assignee_id", "admin.assigned"),
                ("assignment", "admin.assigned"),
                ("team_assignee_id", "team.assigned"),
            ];
            let words = words.iter().filter(|(field, _)| has(field)).map(|(_, word)| format!("ticket.{word}"));
            words.flat_map(|topic| seen(&topic, ticket.clone())).collect()
        }
        ("POST", "/tickets/{ticket_id}/reply") => {
            let word = match (text("type"), text("message_type")) {
                ("admin", "note") => "note.created",
                ("admin", _) => "admin.replied",
                _ => "contact.replied",
            };
            seen(&format!("ticket.{word}"), ticket)
        }
        ("POST", "/articles") => seen("article.created", format!("/articles/{}", id("id"))),
        ("PUT", "/articles/{article_id}") => {
            let mut changes = seen("article.updated", format!("/articles/{first}"));
            if has("state") {
                let word = if text("state") == "published" { "published" } else { "unpublished" };
                changes.extend(seen(&format!("article.{word}"), format!("/articles/{first}")));
            }
            changes
        }
        ("DELETE", "/articles/{article_id}") => gone("article.deleted", "article"),
        _ => Vec::new(),
    }
}
