//! What conversations and tickets share: parts, authors, state, and who may write.

use crate::call::Call;
use crate::refusal::Refusal;
use crate::workspace::Workspace;
use serde_json::{Value, json};

/// A thread shows its latest parts only.
pub(crate) const PARTS_SHOWN_MAX: usize = 500;

/// Who wrote something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    Contact(u32),
    Admin(u64),
    Bot,
}

/// Where a thread stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Closed,
    Snoozed,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Snoozed => "snoozed",
        }
    }
}

/// One message, note or event.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) id: u64,
    pub(crate) part_type: &'static str,
    pub(crate) author: Author,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) body: Option<Box<str>>,
    pub(crate) files: Box<[u64]>,
    /// `admin` or `team`, and which.
    pub(crate) assigned_to: Option<(&'static str, u64)>,
    pub(crate) state: State,
}

/// A message or note of a reply call, checked but not yet stored.
pub(crate) struct NewMessage {
    pub(crate) author: Author,
    pub(crate) part_type: &'static str,
    pub(crate) created_at: i64,
    pub(crate) body: Option<Box<str>>,
}

/// The latest parts of a thread.
pub(crate) fn shown(parts: &[Part]) -> &[Part] {
    &parts[parts.len().saturating_sub(PARTS_SHOWN_MAX)..]
}

/// Who wrote something, as the API shows it. Without `email` when there is none: the description has no null for it.
pub(crate) fn author_json(ws: &Workspace, author: Author) -> Value {
    match author {
        Author::Contact(n) => {
            let contact = ws.contacts.get(&n);
            let role = contact.map_or("user", |contact| contact.role());
            let name = contact.and_then(|contact| contact.name.as_deref());
            let mut out = json!({ "type": role, "id": ws.contact_id(n), "name": name });
            if let Some(email) = contact.and_then(|contact| contact.email.as_deref()) {
                out["email"] = json!(email);
            }
            out
        }
        Author::Admin(id) => match ws.admin(id) {
            Some(admin) => {
                json!({ "type": "admin", "id": id.to_string(), "name": admin.name, "email": admin.email })
            }
            None => json!({ "type": "admin", "id": id.to_string(), "name": null }),
        },
        Author::Bot => json!({ "type": "bot", "id": "1", "name": "Fin", "email": "operator@intercom.io" }),
    }
}

/// The teammate a call names in `admin_id`.
pub(crate) fn acting_admin(ws: &Workspace, call: &Call) -> Result<u64, Refusal> {
    let id = call.id_needed("admin_id")?;
    ws.admin_id(&id).ok_or_else(Refusal::no_admin)
}

/// The contact a call names by `intercom_user_id`, `user_id` or `email`.
pub(crate) fn acting_contact(ws: &Workspace, call: &Call) -> Result<u32, Refusal> {
    named_contact(ws, &call.body)
}

/// The contact an object names by `intercom_user_id`, `user_id` or `email`.
pub(crate) fn named_contact(ws: &Workspace, object: &Value) -> Result<u32, Refusal> {
    let text = |name| match object.get(name) {
        Some(value) => crate::call::id_of(value, name),
        None => Ok(None),
    };
    let found = if let Some(id) = text("intercom_user_id")? {
        ws.contact_n(&id).filter(|n| ws.contacts.get(n).is_some_and(|contact| !contact.archived))
    } else if let Some(id) = text("user_id")? {
        ws.contact_with_external_id(&id)
    } else if let Some(email) = text("email")? {
        ws.contact_with_email(&email)
    } else {
        return Err(Refusal::missing("one of intercom_user_id, user_id and email is required"));
    };
    found.ok_or_else(Refusal::no_contact)
}

/// Checks a reply call: who writes what, and when.
pub(crate) fn new_message(ws: &Workspace, call: &Call) -> Result<NewMessage, Refusal> {
    let kind = call.text_needed("type")?;
    let message_type = call.text_needed("message_type")?;
    let (author, part_type) = match (kind, message_type) {
        ("user", "comment") => (Author::Contact(acting_contact(ws, call)?), "comment"),
        ("admin", "comment") => (Author::Admin(acting_admin(ws, call)?), "comment"),
        ("admin", "note") => (Author::Admin(acting_admin(ws, call)?), "note"),
        ("admin", "quick_reply") => (Author::Admin(acting_admin(ws, call)?), "quick_reply"),
        _ => {
            return Err(Refusal::invalid(format!("message_type '{message_type}' cannot be written by type '{kind}'")));
        }
    };
    call.text("body")?;
    let urls = crate::attachments::urls(call)?;
    let body = call.html.as_deref().filter(|body| !body.is_empty());
    if body.is_none() && call.files.is_empty() && urls.is_empty() && part_type != "quick_reply" {
        return Err(Refusal::missing("body or attachments are required"));
    }
    let created_at = call.seconds("created_at")?.unwrap_or_else(|| call.now());
    Ok(NewMessage { author, part_type, created_at, body: body.map(Into::into) })
}
