//! Conversations: create (by a contact), read, update, delete.

use crate::attributes;
use crate::call::Call;
use crate::conversation_attributes;
use crate::conversation_view::{View, text};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, get, post, put};
use crate::tags::Taggings;
use crate::thread::{Author, Part, State};
use crate::workspace::Workspace;
use crate::{attachments, html};
use serde_json::{Map, Value, json};

pub(crate) const ROUTES: &[Route] = &[
    post("/conversations", create),
    get("/conversations/{conversation_id}", read),
    put("/conversations/{conversation_id}", update),
    delete("/conversations/{conversation_id}", remove),
];

/// The event that a changed attribute leaves.
pub(crate) const ATTRIBUTE_SET: &str = "conversation_attribute_updated_by_admin";

/// A thread between contacts and teammates.
#[derive(Debug)]
pub(crate) struct Conversation {
    pub(crate) id: u64,
    /// Id of the first message; another number than the conversation's.
    pub(crate) message_id: u64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// Search does not see the conversation before this moment.
    pub(crate) searchable_at_ms: i64,
    pub(crate) title: Option<Box<str>>,
    pub(crate) subject: Box<str>,
    pub(crate) body: Box<str>,
    pub(crate) files: Box<[u64]>,
    pub(crate) author: u32,
    /// All participants; the author is the first.
    pub(crate) contacts: Vec<u32>,
    pub(crate) state: State,
    pub(crate) snoozed_until: Option<i64>,
    pub(crate) waiting_since: Option<i64>,
    pub(crate) read: bool,
    /// 0 is nobody.
    pub(crate) admin_assignee: u64,
    pub(crate) team_assignee: u64,
    pub(crate) company: Option<u32>,
    pub(crate) tags: Taggings,
    pub(crate) custom: Map<String, Value>,
    pub(crate) parts: Vec<Part>,
    pub(crate) statistics: Statistics,
}

/// What is counted as parts come in.
#[derive(Debug, Default)]
pub(crate) struct Statistics {
    pub(crate) reopens: u32,
    pub(crate) assignments: u32,
    pub(crate) first_admin_reply_at: Option<i64>,
    pub(crate) last_admin_reply_at: Option<i64>,
    pub(crate) last_contact_reply_at: Option<i64>,
    pub(crate) first_assignment_at: Option<i64>,
    pub(crate) last_assignment_at: Option<i64>,
    pub(crate) first_close_at: Option<i64>,
    pub(crate) last_close_at: Option<i64>,
    pub(crate) last_closed_by: Option<u64>,
}

/// What is left of a deleted conversation.
#[derive(Debug)]
pub(crate) struct Deleted {
    pub(crate) id: u64,
    pub(crate) at: i64,
    pub(crate) metrics_retained: bool,
}

impl Workspace {
    /// A conversation named in a route.
    pub(crate) fn conversation(&self, id: &str) -> Result<&Conversation, Refusal> {
        id.parse().ok().and_then(|id: u64| self.conversations.get(&id)).ok_or_else(Refusal::no_resource)
    }

    pub(crate) fn conversation_mut(&mut self, id: &str) -> Result<&mut Conversation, Refusal> {
        id.parse().ok().and_then(|id: u64| self.conversations.get_mut(&id)).ok_or_else(Refusal::no_resource)
    }

    /// Appends an event without a body, stamped now.
    pub(crate) fn add_event(
        &mut self,
        id: &str,
        call: &Call,
        part_type: &'static str,
        author: Author,
    ) -> Result<&mut Conversation, Refusal> {
        self.conversation(id)?;
        let part_id = self.next.part();
        self.parts_total += 1;
        let conversation = self.conversation_mut(id)?;
        conversation.parts.push(Part {
            id: part_id,
            part_type,
            author,
            created_at: call.now(),
            updated_at: call.now(),
            body: None,
            files: Box::default(),
            assigned_to: None,
            state: conversation.state,
        });
        conversation.updated_at = call.now();
        Ok(conversation)
    }

    /// The whole conversation, as most calls answer.
    pub(crate) fn show_conversation(&self, id: &str, call: &Call) -> Answer {
        let plain = call.query("display_as") == Some("plaintext");
        let view = View { base_url: &call.base_url, plain };
        Ok(Reply::text(text(self, self.conversation(id)?, &view)))
    }
}

/// Answers with the first *message*: the conversation's id is in `conversation_id`.
fn create(ws: &mut Workspace, call: &Call) -> Answer {
    let from = call.field("from").ok_or_else(|| Refusal::missing("from is a required parameter"))?;
    let named = |name: &str| from.get(name).and_then(Value::as_str).unwrap_or_default();
    if !matches!(named("type"), "user" | "lead" | "contact") {
        return Err(Refusal::invalid("from.type must be user, lead or contact"));
    }
    let contact = ws.contact(named("id")).ok().filter(|contact| !contact.archived);
    let author = contact.ok_or_else(Refusal::no_contact)?.n;
    let body = html::paragraph(call.text_needed("body")?);
    let subject = call.text("subject")?.unwrap_or_default();
    let created_at = call.seconds("created_at")?.unwrap_or_else(|| call.now());
    if call.field("attachment_files").is_some() {
        return Err(Refusal::invalid("attachment_files cannot be sent with the first message; use a reply"));
    }
    let files = attachments::store(ws, call)?;
    let (id, message_id) = (ws.next.thread(), ws.next.part());
    let out = json!({
        "type": "user_message",
        "id": message_id.to_string(),
        "created_at": created_at,
        "subject": subject,
        "body": body,
        "message_type": "inapp",
        "conversation_id": id.to_string(),
    });
    let conversation = Conversation {
        id,
        message_id,
        created_at,
        updated_at: call.now(),
        searchable_at_ms: call.now_ms.saturating_add(ws.search_delay_ms),
        title: None,
        subject: subject.into(),
        body: body.into(),
        files,
        author,
        contacts: vec![author],
        state: State::Open,
        snoozed_until: None,
        waiting_since: Some(created_at),
        read: false,
        admin_assignee: 0,
        team_assignee: 0,
        company: None,
        tags: Vec::new(),
        custom: Map::new(),
        parts: Vec::new(),
        statistics: Statistics::default(),
    };
    ws.conversations.insert(id, conversation);
    if let Some(contact) = ws.contacts.get_mut(&author) {
        contact.conversations.push(id);
        contact.last_replied_at = contact.last_replied_at.max(Some(created_at));
    }
    Ok(Reply::json(out))
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    ws.show_conversation(call.param(0), call)
}

/// Title, read mark, company and attributes; each changed attribute leaves a part, as in Intercom.
fn update(ws: &mut Workspace, call: &Call) -> Answer {
    let id = call.param(0);
    ws.conversation(id)?;
    let custom = conversation_attributes::checked(ws, call)?;
    let title = call.field("title").map(|_| call.text("title")).transpose()?;
    let read = call.bool("read")?;
    let company = match call.field("company_id").map(|_| call.id("company_id")).transpose()? {
        None => None,
        Some(None) => Some(None),
        Some(Some(company)) => Some(Some(ws.company_n(&company)?)),
    };
    let conversation = ws.conversation_mut(id)?;
    if let Some(title) = title {
        conversation.title = title.map(Into::into);
    }
    conversation.read = read.unwrap_or(conversation.read);
    if let Some(company) = company {
        conversation.company = company;
    }
    conversation.updated_at = call.now();
    let mut changed = 0;
    if let Some(custom) = custom {
        changed = custom.iter().filter(|(name, value)| conversation.custom.get(*name) != Some(*value)).count();
        attributes::merge(&mut conversation.custom, custom);
    }
    for _ in 0..changed {
        ws.add_event(id, call, ATTRIBUTE_SET, Author::Bot)?;
    }
    ws.show_conversation(id, call)
}

fn remove(ws: &mut Workspace, call: &Call) -> Answer {
    let id = ws.conversation(call.param(0))?.id;
    let metrics_retained = call.query("retain_metrics") != Some("false");
    if let Some(conversation) = ws.conversations.remove(&id) {
        ws.parts_total -= conversation.parts.len() as u64;
        for n in conversation.contacts {
            if let Some(contact) = ws.contacts.get_mut(&n) {
                contact.conversations.retain(|other| *other != id);
            }
        }
    }
    ws.deleted.push(Deleted { id, at: call.now(), metrics_retained });
    Ok(Reply::json(json!({ "id": id.to_string(), "object": "conversation", "deleted": true })))
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn creating_answers_with_a_message_and_keeps_the_given_time() {
        let mut h = Harness::new();
        let contact = h.contact("a@x.test");
        let body = json!({
            "from": { "type": "user", "id": contact },
            "body": "1 < 2\nsecond line",
            "created_at": 1_500_000_000,
        });
        let message = h.ok("POST", "/conversations", body);
        assert_eq!((&message["type"], &message["message_type"]), (&json!("user_message"), &json!("inapp")));
        assert_ne!(message["id"], message["conversation_id"]);
        let conversation = h.get(&format!("/conversations/{}", message["conversation_id"].as_str().unwrap()));
        assert_eq!(conversation["created_at"], 1_500_000_000);
        assert_eq!(conversation["source"]["id"], message["id"]);
        assert_eq!(conversation["source"]["body"], "<p>1 &lt; 2<br>second line</p>");
        assert_eq!(conversation["contacts"]["contacts"][0]["id"], contact.as_str());
        assert_eq!(conversation["state"], "open");
    }

    #[test]
    fn unknown_contacts_and_empty_bodies_are_refused() {
        let mut h = Harness::new();
        let contact = h.contact("a@x.test");
        let unknown = json!({ "from": { "type": "user", "id": "0123456789abcdef01234567" }, "body": "x" });
        let (status, body) = h.call("POST", "/conversations", unknown);
        assert_eq!((status, &body["errors"][0]["message"]), (404, &json!("User Not Found")));
        let from = json!({ "type": "user", "id": contact });
        for body in [json!({ "from": from, "body": " " }), json!({ "from": from }), json!({ "body": "x" })] {
            assert_eq!(h.call("POST", "/conversations", body.clone()).0, 400, "{body}");
        }
        h.ok("POST", &format!("/contacts/{contact}/archive"), json!(null));
        assert_eq!(h.call("POST", "/conversations", json!({ "from": from, "body": "x" })).0, 404);
    }

    #[test]
    fn a_deleted_conversation_is_gone_and_listed_as_deleted() {
        let mut h = Harness::new();
        let id = h.conversation();
        let path = format!("/conversations/{id}");
        h.ok(
            "POST",
            &format!("{path}/reply"),
            json!({ "type": "admin", "message_type": "note", "admin_id": h.admin(), "body": "x" }),
        );
        let deleted = h.ok("DELETE", &path, json!(null));
        assert_eq!(deleted, json!({ "id": id, "object": "conversation", "deleted": true }));
        for method in ["GET", "DELETE"] {
            assert_eq!(h.call(method, &path, json!(null)).0, 404);
        }
        assert_eq!(h.get("/conversations")["total_count"], 0);
        assert_eq!(h.get("/conversations/deleted")["conversations"][0]["id"], id.as_str());
        assert_eq!(h.ws.counts()["parts"], 0);
    }

    #[test]
    fn title_and_attributes_are_set_in_one_call() {
        let mut h = Harness::new();
        let id = h.conversation();
        h.ok("POST", "/conversations/attributes", json!({ "name": "Origin", "data_type": "string" }));
        let body = json!({ "title": "Broken", "read": true, "custom_attributes": { "Origin": "hesk" } });
        let conversation = h.ok("PUT", &format!("/conversations/{id}"), body);
        assert_eq!((&conversation["title"], &conversation["read"]), (&json!("Broken"), &json!(true)));
        assert_eq!(conversation["custom_attributes"], json!({ "Origin": "hesk" }));
    }
}
