//! What happens in a conversation: replies and notes, close, open, snooze, assign.

use crate::attachments;
use crate::call::Call;
use crate::conversations::Conversation;
use crate::refusal::Refusal;
use crate::reply::Answer;
use crate::routes::{Route, post};
use crate::thread::{Author, Part, State, acting_admin, new_message};
use crate::workspace::Workspace;

pub(crate) const ROUTES: &[Route] =
    &[post("/conversations/{conversation_id}/reply", reply), post("/conversations/{conversation_id}/parts", act)];

/// Parts stay in order of arrival; a contact's reply opens the conversation again.
fn reply(ws: &mut Workspace, call: &Call) -> Answer {
    ws.conversation(call.param(0))?;
    let message = new_message(ws, call)?;
    let files = attachments::store(ws, call)?;
    let id = ws.next.part();
    ws.parts_total += 1;
    let conversation = ws.conversation_mut(call.param(0))?;
    let mut joined = false;
    if let Author::Contact(n) = message.author {
        joined = contact_wrote(conversation, n, message.created_at);
    } else if message.part_type != "note" {
        let statistics = &mut conversation.statistics;
        statistics.first_admin_reply_at.get_or_insert(message.created_at);
        statistics.last_admin_reply_at = Some(message.created_at);
        conversation.waiting_since = None;
    }
    conversation.parts.push(Part {
        id,
        part_type: message.part_type,
        author: message.author,
        created_at: message.created_at,
        updated_at: message.created_at,
        body: message.body,
        files,
        assigned_to: None,
        state: conversation.state,
    });
    conversation.updated_at = call.now();
    let conversation_id = conversation.id;
    if let Author::Contact(n) = message.author
        && let Some(contact) = ws.contacts.get_mut(&n)
    {
        contact.last_replied_at = contact.last_replied_at.max(Some(message.created_at));
        if joined {
            contact.conversations.push(conversation_id);
        }
    }
    ws.show_conversation(call.param(0), call)
}

/// True if the contact took no part before: somebody who writes takes part.
fn contact_wrote(conversation: &mut Conversation, n: u32, created_at: i64) -> bool {
    let joined = !conversation.contacts.contains(&n);
    if joined {
        conversation.contacts.push(n);
    }
    conversation.statistics.last_contact_reply_at = Some(created_at);
    conversation.waiting_since.get_or_insert(created_at);
    if conversation.state != State::Open {
        conversation.state = State::Open;
        conversation.snoozed_until = None;
        conversation.statistics.reopens += 1;
    }
    joined
}

/// One action per call, stamped now.
fn act(ws: &mut Workspace, call: &Call) -> Answer {
    let id = call.param(0);
    ws.conversation(id)?;
    let message_type = call.text_needed("message_type")?;
    let admin = acting_admin(ws, call)?;
    let author = Author::Admin(admin);
    match message_type {
        "close" => {
            needs_type(call, &["admin"])?;
            close(ws.add_event(id, call, "close", author)?, call, admin);
        }
        "open" => {
            let conversation = ws.add_event(id, call, "open", author)?;
            conversation.statistics.reopens += u32::from(conversation.state != State::Open);
            set_state(conversation, State::Open);
        }
        "snoozed" => {
            let until = call.seconds("snoozed_until")?;
            let until = until.ok_or_else(|| Refusal::missing("snoozed_until is a required parameter"))?;
            if until <= call.now() {
                return Err(Refusal::invalid("snoozed_until must be in the future"));
            }
            let conversation = ws.add_event(id, call, "snoozed", author)?;
            set_state(conversation, State::Snoozed);
            conversation.snoozed_until = Some(until);
        }
        "assignment" => assign(ws, call, author)?,
        other => {
            return Err(Refusal::invalid(format!(
                "message_type '{other}' is not valid; use close, open, snoozed or assignment"
            )));
        }
    }
    ws.show_conversation(id, call)
}

fn needs_type(call: &Call, allowed: &[&str]) -> Result<String, Refusal> {
    let kind = call.text_needed("type")?;
    if allowed.contains(&kind) {
        Ok(kind.to_owned())
    } else {
        Err(Refusal::invalid(format!("type must be {}", allowed.join(" or "))))
    }
}

fn set_state(conversation: &mut Conversation, state: State) {
    conversation.state = state;
    conversation.snoozed_until = None;
    if let Some(part) = conversation.parts.last_mut() {
        part.state = state;
    }
}

fn close(conversation: &mut Conversation, call: &Call, admin: u64) {
    set_state(conversation, State::Closed);
    conversation.waiting_since = None;
    conversation.statistics.first_close_at.get_or_insert(call.now());
    conversation.statistics.last_close_at = Some(call.now());
    conversation.statistics.last_closed_by = Some(admin);
    set_body(conversation, call);
}

/// Closing and assigning can say something.
fn set_body(conversation: &mut Conversation, call: &Call) {
    if let Some(part) = conversation.parts.last_mut() {
        part.body = call.html.as_deref().filter(|body| !body.is_empty()).map(Into::into);
    }
}

/// An admin and a team can be assigned at the same time; "0" is nobody.
fn assign(ws: &mut Workspace, call: &Call, author: Author) -> Result<(), Refusal> {
    let kind = if needs_type(call, &["admin", "team"])? == "team" { "team" } else { "admin" };
    let missing = || Refusal::new(404, "assignee_not_found", "Assignee not found");
    let assignee: u64 = call.id_needed("assignee_id")?.parse().map_err(|_| missing())?;
    let known = match kind {
        "team" => ws.team(assignee).is_some(),
        _ => ws.admin(assignee).is_some(),
    };
    if assignee != 0 && !known {
        return Err(missing());
    }
    let conversation = ws.add_event(call.param(0), call, "assignment", author)?;
    match kind {
        "team" => conversation.team_assignee = assignee,
        _ => conversation.admin_assignee = assignee,
    }
    conversation.statistics.assignments += 1;
    conversation.statistics.first_assignment_at.get_or_insert(call.now());
    conversation.statistics.last_assignment_at = Some(call.now());
    if let Some(part) = conversation.parts.last_mut() {
        part.assigned_to = Some((kind, assignee));
    }
    set_body(conversation, call);
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::{Value, json};

    fn comment(h: &Harness, body: &str, created_at: i64) -> Value {
        json!({ "type": "admin", "message_type": "comment", "admin_id": h.admin(), "body": body, "created_at": created_at })
    }

    #[test]
    fn replies_keep_their_time_and_the_order_of_arrival() {
        let mut h = Harness::new();
        let id = h.conversation();
        let path = format!("/conversations/{id}/reply");
        h.ok("POST", &path, comment(&h, "later", 1_600_000_100));
        let conversation = h.ok("POST", &path, comment(&h, "<p>earlier</p>", 1_600_000_000));
        let parts = conversation["conversation_parts"]["conversation_parts"].as_array().unwrap();
        let seen: Vec<_> =
            parts.iter().map(|p| (p["body"].as_str().unwrap(), p["created_at"].as_i64().unwrap())).collect();
        assert_eq!(seen, [("<p>later</p>", 1_600_000_100), ("<p>earlier</p>", 1_600_000_000)]);
        assert_eq!(parts[0]["author"]["type"], "admin");
    }

    #[test]
    fn a_contact_is_named_in_three_ways_and_must_exist() {
        let mut h = Harness::new();
        let id = h.conversation();
        let path = format!("/conversations/{id}/reply");
        let contact = h.ok("POST", "/contacts", json!({ "external_id": "e1", "email": "e@x.test" }))["id"].clone();
        let by =
            |key: &str, value: &Value| json!({ "type": "user", "message_type": "comment", key: value, "body": "x" });
        for (key, value) in [("intercom_user_id", contact), ("user_id", json!("e1")), ("email", json!("E@x.test"))] {
            h.ok("POST", &path, by(key, &value));
            assert_eq!(h.call("POST", &path, by(key, &json!("unknown"))).0, 404, "{key}");
        }
        let conversation = h.get(&format!("/conversations/{id}"));
        assert_eq!(conversation["contacts"]["contacts"].as_array().unwrap().len(), 2);
        assert_eq!(h.call("POST", &path, by("name", &json!("x"))).0, 400);
    }

    #[test]
    fn an_empty_reply_and_an_unknown_admin_are_refused_and_add_nothing() {
        let mut h = Harness::new();
        let id = h.conversation();
        let path = format!("/conversations/{id}/reply");
        let admin = h.admin();
        let cases = [
            (json!({ "type": "admin", "message_type": "comment", "admin_id": admin }), 400),
            (json!({ "type": "admin", "message_type": "comment", "admin_id": "5", "body": "x" }), 404),
            (json!({ "type": "admin", "message_type": "shout", "admin_id": admin, "body": "x" }), 400),
            (
                json!({ "type": "admin", "message_type": "note", "admin_id": admin, "body": "x", "created_at": 1_600_000_000_000_i64 }),
                400,
            ),
            (json!({ "type": "user", "message_type": "note", "email": "a@x.test", "body": "x" }), 400),
        ];
        for (body, wanted) in cases {
            assert_eq!(h.call("POST", &path, body.clone()).0, wanted, "{body}");
        }
        assert_eq!(h.get(&format!("/conversations/{id}"))["conversation_parts"]["total_count"], 0);
    }

    #[test]
    fn only_the_latest_500_parts_are_shown() {
        let mut h = Harness::new();
        let id = h.conversation();
        for n in 0..503 {
            h.ok("POST", &format!("/conversations/{id}/reply"), comment(&h, &n.to_string(), 1_600_000_000 + n));
        }
        let conversation = h.get(&format!("/conversations/{id}"));
        let parts = conversation["conversation_parts"]["conversation_parts"].as_array().unwrap();
        assert_eq!(parts.len(), 500);
        assert_eq!(parts[0]["body"], "<p>3</p>");
        assert_eq!(parts[499]["body"], "<p>502</p>");
        assert_eq!(conversation["statistics"]["count_conversation_parts"], 503);
    }

    #[test]
    fn closing_is_stamped_now_and_a_contact_reply_opens_again() {
        let mut h = Harness::new();
        let id = h.conversation();
        let path = format!("/conversations/{id}");
        let close = json!({ "message_type": "close", "type": "admin", "admin_id": h.admin() });
        let closed = h.ok("POST", &format!("{path}/parts"), close);
        assert_eq!((&closed["state"], &closed["open"]), (&json!("closed"), &json!(false)));
        let part = &closed["conversation_parts"]["conversation_parts"][0];
        assert_eq!((&part["part_type"], part["created_at"].as_i64().unwrap()), (&json!("close"), h.now_ms / 1000));
        let note = json!({ "type": "admin", "message_type": "note", "admin_id": h.admin(), "body": "x" });
        assert_eq!(h.ok("POST", &format!("{path}/reply"), note)["state"], "closed");
        let user = json!({ "type": "user", "message_type": "comment", "email": "first@x.test", "body": "again" });
        let open = h.ok("POST", &format!("{path}/reply"), user);
        assert_eq!((&open["state"], &open["statistics"]["count_reopens"]), (&json!("open"), &json!(1)));
    }

    #[test]
    fn admin_and_team_are_assigned_side_by_side() {
        let mut h = Harness::new();
        let id = h.conversation();
        let path = format!("/conversations/{id}/parts");
        let assign = |h: &Harness, kind: &str, assignee: &str| json!({ "message_type": "assignment", "type": kind, "admin_id": h.admin(), "assignee_id": assignee });
        let (admin, team) = (h.admin(), h.team());
        h.ok("POST", &path, assign(&h, "admin", &admin));
        let both = h.ok("POST", &path, assign(&h, "team", &team));
        assert_eq!(both["admin_assignee_id"].to_string(), admin);
        assert_eq!(both["team_assignee_id"].to_string(), team);
        assert_eq!(h.call("POST", &path, assign(&h, "team", "77")).0, 404);
        assert_eq!(h.ok("POST", &path, assign(&h, "admin", "0"))["admin_assignee_id"], 0);
        let past = json!({ "message_type": "snoozed", "admin_id": admin, "snoozed_until": 5 });
        assert_eq!(h.call("POST", &path, past).0, 400);
    }

    #[test]
    fn files_are_hashed_and_readable() {
        let mut h = Harness::new();
        let id = h.conversation();
        let files = json!([{ "name": "a.txt", "content_type": "text/plain", "data": "aGVsbG8=" }]);
        let body =
            json!({ "type": "admin", "message_type": "comment", "admin_id": h.admin(), "attachment_files": files });
        let conversation = h.ok("POST", &format!("/conversations/{id}/reply"), body);
        let file = &conversation["conversation_parts"]["conversation_parts"][0]["attachments"][0];
        assert_eq!((&file["name"], &file["filesize"]), (&json!("a.txt"), &json!(5)));
        assert_eq!(file["url"], "http://sandbox.test/_files/1");
        let bad = json!([{ "name": "a.txt", "content_type": "text/plain", "data": "no base64!" }]);
        let body = json!({ "type": "admin", "message_type": "comment", "admin_id": h.admin(), "body": "x", "attachment_files": bad });
        assert_eq!(h.call("POST", &format!("/conversations/{id}/reply"), body).0, 400);
    }
}
