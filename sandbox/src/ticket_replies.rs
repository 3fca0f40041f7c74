//! Replies to tickets, and their tags. A reply answers with the new part.

use crate::attachments;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, post};
use crate::tags::{self, Tagging};
use crate::thread::{Author, Part, State, acting_admin, new_message};
use crate::tickets::part_json;
use crate::workspace::Workspace;

pub(crate) const ROUTES: &[Route] = &[
    post("/tickets/{ticket_id}/reply", reply),
    post("/tickets/{ticket_id}/tags", attach_tag),
    delete("/tickets/{ticket_id}/tags/{tag_id}", detach_tag),
];

fn reply(ws: &mut Workspace, call: &Call) -> Answer {
    let ticket = ws.ticket(call.param(0)).map_err(|_| Refusal::no_resource())?;
    let back_office = ws.ticket_category(ticket) == "Back-office";
    call.bool("skip_notifications")?;
    let message = new_message(ws, call)?;
    if let Author::Contact(_) = message.author {
        if back_office {
            let text = "User replies are not allowed on Backoffice tickets";
            return Err(Refusal::new(400, "parameter_mismatch", text));
        }
        if !call.files.is_empty() {
            return Err(Refusal::invalid("attachment_files cannot be sent by a contact; use attachment_urls"));
        }
    }
    let files = attachments::store(ws, call)?;
    let part = Part {
        id: ws.next.part(),
        part_type: message.part_type,
        author: message.author,
        created_at: message.created_at,
        updated_at: message.created_at,
        body: message.body,
        files,
        assigned_to: None,
        state: State::Open,
    };
    let out = part_json(ws, &part, &call.base_url);
    ws.parts_total += 1;
    let from_contact = matches!(part.author, Author::Contact(_));
    let ticket = ws.ticket_mut(call.param(0))?;
    ticket.parts.push(part);
    if from_contact {
        ticket.reopen();
    }
    ticket.updated_at = call.now();
    Ok(Reply::json(out))
}

fn attach_tag(ws: &mut Workspace, call: &Call) -> Answer {
    ws.ticket(call.param(0))?;
    let by = acting_admin(ws, call)?;
    let tagging = Tagging { tag: ws.tag_named(call)?, at: call.now(), by };
    tags::attach(&mut ws.ticket_mut(call.param(0))?.tags, tagging);
    ws.tagging_json(&tagging).map(Reply::json).ok_or_else(Refusal::no_resource)
}

fn detach_tag(ws: &mut Workspace, call: &Call) -> Answer {
    ws.ticket(call.param(0))?;
    acting_admin(ws, call)?;
    let gone = || Refusal::new(404, "tag_not_found", "Tag not found");
    let tag = call.number(1).map_err(|_| gone())?;
    let tagging = tags::detach(&mut ws.ticket_mut(call.param(0))?.tags, tag).ok_or_else(gone)?;
    ws.tagging_json(&tagging).map(Reply::json).ok_or_else(gone)
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn a_ticket_needs_its_attributes_takes_replies_and_is_resolved() {
        let mut h = Harness::new();
        let kind = h.get("/ticket_types")["data"][0].clone();
        let severity = &kind["ticket_type_attributes"]["data"][2]["input_options"]["list_options"][1]["id"];
        let body = |attributes| {
            json!({
                "ticket_type_id": kind["id"],
                "contacts": [{ "email": "new@x.test" }],
                "ticket_attributes": attributes,
                "created_at": 1_500_000_000,
                "skip_notifications": true,
            })
        };
        let cases = [json!({}), json!({ "severity": "high" }), json!({ "severity": severity, "colour": "red" })];
        for attributes in cases {
            assert_eq!(h.call("POST", "/tickets", body(attributes.clone())).0, 400, "{attributes}");
        }
        let ticket = h.ok("POST", "/tickets", body(json!({ "severity": severity, "_default_title_": "Broken" })));
        assert_ne!(ticket["id"], ticket["ticket_id"]);
        assert_eq!(ticket["ticket_state"]["category"], "submitted");
        let path = format!("/tickets/{}", ticket["id"].as_str().unwrap());
        let reply = json!({ "type": "user", "message_type": "comment", "email": "new@x.test", "body": "hi", "created_at": 1_500_000_100 });
        let part = h.ok("POST", &format!("{path}/reply"), reply);
        assert_eq!((&part["type"], &part["created_at"]), (&json!("ticket_part"), &json!(1_500_000_100)));
        let done = h.ok("PUT", &path, json!({ "ticket_state_id": "4", "open": false }));
        assert_eq!((&done["ticket_state"]["category"], &done["open"]), (&json!("resolved"), &json!(false)));
        let again = json!({ "type": "user", "message_type": "comment", "email": "new@x.test", "body": "still broken" });
        h.ok("POST", &format!("{path}/reply"), again);
        assert_eq!(h.get(&path)["open"], true, "a contact's message opens a closed ticket");
        assert_eq!(
            h.call("PUT", &path, json!({ "ticket_state_id": "9" })).1["errors"][0]["code"],
            "ticket_state_id_invalid"
        );
        let tag = h.ok("POST", "/tags", json!({ "name": "vip" }))["id"].clone();
        h.ok("POST", &format!("{path}/tags"), json!({ "id": tag, "admin_id": h.admin() }));
        let query = json!({ "query": { "field": "tag_ids", "operator": "=", "value": tag } });
        assert_eq!(h.ok("POST", "/tickets/search", query)["tickets"][0]["id"], ticket["id"]);
        assert_eq!(h.ok("DELETE", &path, json!(null))["deleted"], true);
        assert_eq!(h.call("GET", &path, json!(null)).0, 404);
    }
}
