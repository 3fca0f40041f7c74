//! Conversations by list and by search; items have no parts.

use crate::call::Call;
use crate::conversation_view::{View, json};
use crate::conversations::Conversation;
use crate::html;
use crate::paging::{PER_PAGE_MAX, Page, per_page, walk};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, get, post};
use crate::search::{self, Field, Query, unknown_field};
use crate::thread::{Author, State};
use crate::workspace::Workspace;
use serde_json::{Value, json};

pub(crate) const ROUTES: &[Route] = &[
    get("/conversations", list),
    post("/conversations/search", search_conversations),
    get("/conversations/deleted", deleted),
];

fn listed(ws: &Workspace, call: &Call, keys: &[u64], total: u64, pages: Value) -> Reply {
    let view = View { base_url: &call.base_url, plain: false };
    let found = keys.iter().filter_map(|key| ws.conversations.get(key));
    let conversations: Vec<Value> = found.map(|conversation| json(ws, conversation, &view)).collect();
    Reply::json(json!({
        "type": "conversation.list",
        "conversations": conversations,
        "total_count": total,
        "pages": pages,
    }))
}

fn ids_after(ws: &Workspace, after: Option<u64>) -> impl Iterator<Item = u64> {
    let first = after.map_or(0, |last| last.saturating_add(1));
    ws.conversations.range(first..).map(|(id, _)| *id)
}

fn list(ws: &mut Workspace, call: &Call) -> Answer {
    let size = per_page(call, 20, PER_PAGE_MAX)?;
    let total = || ws.conversations.len() as u64;
    let (keys, total, pages) = walk(size, call.query("starting_after"), total, |after| ids_after(ws, after))?;
    Ok(listed(ws, call, &keys, total, pages))
}

fn field(ws: &Workspace, conversation: &Conversation, name: &str) -> Result<Field, Refusal> {
    let statistics = &conversation.statistics;
    Ok(match name {
        "id" => Field::Int(i64::try_from(conversation.id).unwrap_or_default()),
        "created_at" => Field::Int(conversation.created_at),
        "updated_at" => Field::Int(conversation.updated_at),
        "waiting_since" => Field::int(conversation.waiting_since),
        "snoozed_until" => Field::int(conversation.snoozed_until),
        "state" => Field::Text(conversation.state.name().to_owned()),
        "open" => Field::Bool(conversation.state != State::Closed),
        "read" => Field::Bool(conversation.read),
        "title" => Field::text(conversation.title.as_deref()),
        "priority" => Field::Text("none".to_owned()),
        "contact_ids" => Field::List(conversation.contacts.iter().map(|n| ws.contact_id(*n)).collect()),
        "tag_ids" => Field::List(conversation.tags.iter().map(|tag| tag.tag.to_string()).collect()),
        "admin_assignee_id" => Field::Text(conversation.admin_assignee.to_string()),
        "team_assignee_id" => Field::Text(conversation.team_assignee.to_string()),
        "teammate_ids" => {
            let admins = conversation.parts.iter().filter_map(|part| match part.author {
                Author::Admin(id) => Some(id.to_string()),
                _ => None,
            });
            Field::List(admins.collect())
        }
        "source.id" => Field::Text(conversation.message_id.to_string()),
        "source.type" => Field::Text("conversation".to_owned()),
        "source.delivered_as" => Field::Text("customer_initiated".to_owned()),
        "source.subject" => Field::Text(conversation.subject.to_string()),
        "source.body" => Field::Text(html::plain(&conversation.body)),
        "source.url" => Field::Null,
        "source.author.id" => Field::Text(ws.contact_id(conversation.author)),
        "source.author.type" => {
            Field::Text(ws.contacts.get(&conversation.author).map_or("user", |contact| contact.role()).to_owned())
        }
        "source.author.name" => {
            Field::text(ws.contacts.get(&conversation.author).and_then(|contact| contact.name.as_deref()))
        }
        "source.author.email" => {
            Field::text(ws.contacts.get(&conversation.author).and_then(|contact| contact.email.as_deref()))
        }
        "statistics.count_conversation_parts" => {
            Field::Int(i64::try_from(conversation.parts.len()).unwrap_or(i64::MAX))
        }
        "statistics.count_reopens" => Field::Int(statistics.reopens.into()),
        "statistics.count_assignments" => Field::Int(statistics.assignments.into()),
        "statistics.first_admin_reply_at" => Field::int(statistics.first_admin_reply_at),
        "statistics.last_admin_reply_at" => Field::int(statistics.last_admin_reply_at),
        "statistics.last_contact_reply_at" => Field::int(statistics.last_contact_reply_at),
        "statistics.first_close_at" => Field::int(statistics.first_close_at),
        "statistics.last_close_at" => Field::int(statistics.last_close_at),
        other => return Err(unknown_field(other)),
    })
}

/// Conversations that can match, found without walking over all of them where an index helps.
fn candidates(ws: &Workspace, query: &Query) -> Option<Vec<u64>> {
    let mut found: Vec<u64> = if let Some(ids) = query.wanted("id") {
        ids.iter().filter_map(|id| id.parse().ok()).collect()
    } else {
        let ids = query.wanted("contact_ids").or_else(|| query.wanted("source.author.id"))?;
        let contacts = ids.iter().filter_map(|id| ws.contact(id).ok());
        contacts.flat_map(|contact| contact.conversations.iter().copied()).collect()
    };
    found.sort_unstable();
    found.dedup();
    Some(found)
}

fn search_conversations(ws: &mut Workspace, call: &Call) -> Answer {
    let ws: &Workspace = ws;
    let query = Query::of(call)?;
    let candidates = candidates(ws, &query);
    let keys_after = |after: Option<u64>| -> Box<dyn Iterator<Item = u64> + '_> {
        match &candidates {
            Some(keys) => Box::new(keys.iter().copied().filter(move |key| after.is_none_or(|last| *key > last))),
            None => Box::new(ids_after(ws, after)),
        }
    };
    let matches = |key: u64| match ws.conversations.get(&key) {
        Some(conversation) if conversation.searchable_at_ms <= call.now_ms => {
            query.matches(&|name| field(ws, conversation, name))
        }
        _ => Ok(false),
    };
    let sort_key = |key: u64, name: &str| match ws.conversations.get(&key).map(|c| field(ws, c, name)) {
        Some(Ok(Field::Int(time))) => time,
        _ => 0,
    };
    let (keys, total, pages) = search::find(call, 20, keys_after, matches, sort_key)?;
    Ok(listed(ws, call, &keys, total, pages))
}

fn deleted(ws: &mut Workspace, call: &Call) -> Answer {
    let page = Page::of(call, 20, 60, ws.deleted.len())?;
    let found = if call.query("order") == Some("asc") {
        page.slice(ws.deleted.iter())
    } else {
        page.slice(ws.deleted.iter().rev())
    };
    let conversations: Vec<Value> = found
        .into_iter()
        .map(|deleted| {
            json!({
                "type": "conversation",
                "id": deleted.id.to_string(),
                "metrics_retained": deleted.metrics_retained,
                "deleted_at": deleted.at,
            })
        })
        .collect();
    Ok(Reply::json(json!({
        "type": "conversations.list",
        "conversations": conversations,
        "total_count": ws.deleted.len(),
        "pages": page.pages_link(&format!("{}/conversations/deleted", call.base_url)),
    })))
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn a_conversation_is_found_by_contact_and_time() {
        let mut h = Harness::new();
        let contact = h.contact("a@x.test");
        for time in [1_500_000_000, 1_500_000_001] {
            let from = json!({ "type": "user", "id": contact });
            h.ok("POST", "/conversations", json!({ "from": from, "body": "x", "created_at": time }));
        }
        h.conversation();
        let query = json!({ "query": { "operator": "AND", "value": [
            { "field": "contact_ids", "operator": "=", "value": contact },
            { "field": "created_at", "operator": "=", "value": 1_500_000_001 },
        ] } });
        assert_eq!(h.ok("POST", "/conversations/search", query.clone())["total_count"], 0, "too new to be found");
        h.now_ms += 2_000;
        let found = h.ok("POST", "/conversations/search", query);
        assert_eq!(found["total_count"], 1);
        assert_eq!(found["conversations"][0]["created_at"], 1_500_000_001);
        assert!(found["conversations"][0].get("conversation_parts").is_none());
        let open =
            json!({ "query": { "field": "state", "operator": "=", "value": "open" }, "pagination": { "per_page": 2 } });
        let page = h.ok("POST", "/conversations/search", open);
        assert_eq!((&page["total_count"], &page["pages"]["total_pages"]), (&json!(3), &json!(2)));
        let unknown = json!({ "query": { "field": "custom_attributes.x", "operator": "=", "value": 1 } });
        assert_eq!(h.call("POST", "/conversations/search", unknown).0, 400);
    }
}
