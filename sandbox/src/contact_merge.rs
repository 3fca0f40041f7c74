//! Merging of contacts: the one that goes is answered with 410 from then on, and its conversations are the other's.

use serde_json::{Value, json};

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, post};
use crate::workspace::Workspace;

/// A contact that was merged into another one.
#[derive(Debug)]
pub(crate) struct Merged {
    n: u32,
    lead: bool,
    at: i64,
}

impl Merged {
    /// As the history of the other shows it.
    pub(crate) fn json(&self, ws: &Workspace) -> Value {
        json!({
            "type": "merge_history",
            "source_contact_id": ws.contact_id(self.n),
            "source_contact_role": if self.lead { "lead" } else { "user" },
            "merged_at": self.at,
        })
    }
}

pub(crate) const ROUTES: &[Route] = &[post("/contacts/merge", merge)];

fn merge(ws: &mut Workspace, call: &Call) -> Answer {
    let named = |ws: &Workspace, name: &str| -> Result<u32, Refusal> {
        let id =
            call.field(name).and_then(Value::as_str).ok_or_else(|| Refusal::missing(format!("{name} is needed")))?;
        Ok(ws.contact(id)?.n)
    };
    let (from, into) = (named(ws, "from")?, named(ws, "into")?);
    let is_lead = |n: u32| ws.contacts.get(&n).is_some_and(|contact| contact.lead);
    if from == into || !is_lead(from) || is_lead(into) {
        return Err(Refusal::new(400, "invalid_merge", "A lead is merged into a user"));
    }
    ws.unindex_contact(from);
    let moved = match ws.contacts.get_mut(&from) {
        Some(contact) => {
            (contact.archived, contact.merged_into) = (true, Some(into));
            std::mem::take(&mut contact.conversations)
        }
        None => return Err(Refusal::no_contact()),
    };
    for id in &moved {
        if let Some(conversation) = ws.conversations.get_mut(id) {
            conversation.contacts.retain(|n| *n != from && *n != into);
            conversation.contacts.push(into);
        }
    }
    if let Some(contact) = ws.contacts.get_mut(&into) {
        contact.conversations.extend(moved.iter().copied());
        contact.updated_at = call.now();
        contact.merged.push(Merged { n: from, lead: true, at: call.now() });
    }
    let into = ws.contacts.get(&into).ok_or_else(Refusal::no_contact)?;
    Ok(Reply::json(crate::contacts::json(ws, into, &call.base_url)))
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn a_merged_lead_is_gone_for_good_and_its_conversations_are_the_users() {
        let mut h = Harness::new();
        let lead = h.ok("POST", "/contacts", json!({ "role": "lead", "name": "Visitor" }))["id"].clone();
        let user = h.ok("POST", "/contacts", json!({ "external_id": "u1" }))["id"].clone();
        let from = json!({ "type": "lead", "id": lead });
        let thread =
            h.ok("POST", "/conversations", json!({ "from": from, "body": "hello" }))["conversation_id"].clone();
        assert_eq!(h.call("POST", "/contacts/merge", json!({ "from": user, "into": lead })).0, 400);
        assert_eq!(h.ok("POST", "/contacts/merge", json!({ "from": lead, "into": user }))["id"], user);
        let (status, gone) = h.call("GET", &format!("/contacts/{}", lead.as_str().unwrap()), json!(null));
        assert_eq!((status, &gone["errors"][0]["code"]), (410, &json!("contact_merged")));
        let shown = h.ok("GET", &format!("/conversations/{}", thread.as_str().unwrap()), json!(null));
        assert_eq!(shown["contacts"]["contacts"][0]["id"], user);
        assert_eq!(shown["source"]["author"]["id"], lead);
        let path = format!("/contacts/{}", user.as_str().unwrap());
        assert!(h.get(&path).get("merge_history").is_none());
        let history = h.get(&format!("{path}?include_merge_history=true"))["merge_history"].clone();
        assert_eq!((history.as_array().unwrap().len(), &history[0]["source_contact_id"]), (1, &lead));
        assert_eq!(h.get("/contacts?include_merge_history=true")["data"][0]["merge_history"], history);
    }
}
