//! Tags and participants of a conversation.

use crate::call::Call;
use crate::contacts::{self, Contact};
use crate::conversation_view::append;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, post};
use crate::tags::{self, Tagging};
use crate::thread::{Author, acting_admin, named_contact};
use crate::workspace::Workspace;
use serde_json::Value;

pub(crate) const ROUTES: &[Route] = &[
    post("/conversations/{conversation_id}/tags", attach_tag),
    delete("/conversations/{conversation_id}/tags/{tag_id}", detach_tag),
    post("/conversations/{conversation_id}/customers", attach_contact),
    delete("/conversations/{conversation_id}/customers/{contact_id}", detach_contact),
];

fn attach_tag(ws: &mut Workspace, call: &Call) -> Answer {
    let missing = |_| Refusal::not_found("Conversation not found");
    ws.conversation(call.param(0)).map_err(missing)?;
    let by = acting_admin(ws, call)?;
    let tagging = Tagging { tag: ws.tag_named(call)?, at: call.now(), by };
    let conversation = ws.conversation_mut(call.param(0))?;
    tags::attach(&mut conversation.tags, tagging);
    conversation.updated_at = call.now();
    ws.tagging_json(&tagging).map(Reply::json).ok_or_else(Refusal::no_resource)
}

fn detach_tag(ws: &mut Workspace, call: &Call) -> Answer {
    let missing = |_| Refusal::not_found("Conversation not found");
    ws.conversation(call.param(0)).map_err(missing)?;
    acting_admin(ws, call)?;
    let gone = || Refusal::new(404, "tag_not_found", "Tag not found");
    let tag = call.number(1).map_err(|_| gone())?;
    let conversation = ws.conversation_mut(call.param(0))?;
    let tagging = tags::detach(&mut conversation.tags, tag).ok_or_else(gone)?;
    ws.tagging_json(&tagging).map(Reply::json).ok_or_else(gone)
}

/// An unknown e-mail address becomes a new lead, silently, as in Intercom.
fn attach_contact(ws: &mut Workspace, call: &Call) -> Answer {
    let id = call.param(0);
    ws.conversation(id)?;
    let author = match call.id("admin_id")? {
        Some(admin) => Author::Admin(ws.admin_id(&admin).ok_or_else(Refusal::no_admin)?),
        None => Author::Bot,
    };
    let customer = call.field("customer").ok_or_else(|| Refusal::missing("customer is a required parameter"))?;
    let named = named_contact(ws, customer);
    let n = match (named, customer.get("email").and_then(Value::as_str)) {
        (Ok(n), _) => n,
        (Err(refusal), Some(email)) if refusal.status == 404 => {
            let lead = Contact { lead: true, email: Some(email.to_owned()), ..Contact::default() };
            ws.add_contact(lead, call)
        }
        (Err(refusal), _) => return Err(refusal),
    };
    let conversation = ws.conversation_mut(id)?;
    if !conversation.contacts.contains(&n) {
        conversation.contacts.push(n);
        let conversation_id = conversation.id;
        if let Some(contact) = ws.contacts.get_mut(&n) {
            contact.conversations.push(conversation_id);
        }
        ws.add_event(id, call, "participant_added", author)?;
    }
    with_customers(ws, call)
}

fn detach_contact(ws: &mut Workspace, call: &Call) -> Answer {
    let id = call.param(0);
    ws.conversation(id)?;
    let admin = acting_admin(ws, call)?;
    let n = ws.contact(call.param(1))?.n;
    let conversation = ws.conversation_mut(id)?;
    if !conversation.contacts.contains(&n) {
        return Err(Refusal::no_contact());
    }
    if conversation.contacts.len() == 1 {
        return Err(Refusal::new(422, "parameter_invalid", "Removing the last customer is not allowed"));
    }
    conversation.contacts.retain(|other| *other != n);
    let conversation_id = conversation.id;
    if let Some(contact) = ws.contacts.get_mut(&n) {
        contact.conversations.retain(|other| *other != conversation_id);
    }
    ws.add_event(id, call, "participant_removed", Author::Admin(admin))?;
    with_customers(ws, call)
}

/// The conversation, and beside it the list the description's example has.
fn with_customers(ws: &Workspace, call: &Call) -> Answer {
    let customers: Vec<Value> =
        ws.conversation(call.param(0))?.contacts.iter().map(|n| contacts::reference(ws, *n)).collect();
    let mut reply = ws.show_conversation(call.param(0), call)?;
    if let crate::reply::Body::Text(out) = &mut reply.body {
        append(out, "customers", &customers);
    }
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn a_tag_goes_on_and_off_with_an_admin() {
        let mut h = Harness::new();
        let id = h.conversation();
        let path = format!("/conversations/{id}/tags");
        let tag = h.ok("POST", "/tags", json!({ "name": "vip" }))["id"].clone();
        assert_eq!(h.call("POST", &path, json!({ "id": tag })).0, 400);
        assert_eq!(h.call("POST", &path, json!({ "id": "99999", "admin_id": h.admin() })).0, 404);
        for _ in 0..2 {
            h.ok("POST", &path, json!({ "id": tag, "admin_id": h.admin() }));
        }
        assert_eq!(h.get(&format!("/conversations/{id}"))["tags"]["tags"].as_array().unwrap().len(), 1);
        let path = format!("{path}/{}", tag.as_str().unwrap());
        assert_eq!(h.call("DELETE", &path, json!(null)).0, 400);
        h.ok("DELETE", &path, json!({ "admin_id": h.admin() }));
        assert_eq!(h.call("DELETE", &path, json!({ "admin_id": h.admin() })).0, 404);
    }

    #[test]
    fn an_unknown_address_becomes_a_lead_and_the_last_participant_stays() {
        let mut h = Harness::new();
        let id = h.conversation();
        let path = format!("/conversations/{id}/customers");
        let unknown = json!({ "admin_id": h.admin(), "customer": { "intercom_user_id": "x" } });
        assert_eq!(h.call("POST", &path, unknown).0, 404);
        let body = json!({ "admin_id": h.admin(), "customer": { "email": "new@x.test" } });
        let conversation = h.ok("POST", &path, body);
        let contacts = conversation["contacts"]["contacts"].as_array().unwrap();
        let lead = contacts[1]["id"].as_str().unwrap();
        assert_eq!(h.get(&format!("/contacts/{lead}"))["role"], "lead");
        h.ok("DELETE", &format!("{path}/{lead}"), json!({ "admin_id": h.admin() }));
        let first = contacts[0]["id"].as_str().unwrap();
        assert_eq!(h.call("DELETE", &format!("{path}/{first}"), json!({ "admin_id": h.admin() })).0, 422);
    }
}
