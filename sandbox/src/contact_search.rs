//! Contacts by list and by search. Search sees a new contact only after a delay, and times by calendar day.

use crate::call::Call;
use crate::contacts::{self, Contact};
use crate::paging::{PER_PAGE_MAX, per_page, walk};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, get, post};
use crate::search::{self, Field, Query, unknown_field};
use crate::workspace::Workspace;
use serde_json::{Value, json};

pub(crate) const ROUTES: &[Route] = &[get("/contacts", list), post("/contacts/search", search_contacts)];

fn listed(ws: &Workspace, call: &Call, keys: &[u64], total: u64, pages: Value) -> Reply {
    let contacts = keys.iter().filter_map(|key| ws.contacts.get(&u32::try_from(*key).ok()?));
    let data: Vec<Value> = contacts.map(|contact| contacts::shown(ws, contact, call)).collect();
    Reply::json(json!({ "type": "list", "data": data, "total_count": total, "pages": pages }))
}

/// Contacts that are not archived, in order of creation.
fn live_after(ws: &Workspace, after: Option<u64>) -> impl Iterator<Item = u64> {
    let first = after.map_or(0, |last| u32::try_from(last).unwrap_or(u32::MAX).saturating_add(1));
    let contacts = ws.contacts.range(first..).map(|(_, contact)| contact);
    contacts.filter(|contact| !contact.archived).map(|contact| u64::from(contact.n))
}

fn list(ws: &mut Workspace, call: &Call) -> Answer {
    let size = per_page(call, 50, PER_PAGE_MAX)?;
    let total = || live_after(ws, None).count() as u64;
    let (keys, total, pages) = walk(size, call.query("starting_after"), total, |after| live_after(ws, after))?;
    Ok(listed(ws, call, &keys, total, pages))
}

fn field(ws: &Workspace, contact: &Contact, name: &str) -> Result<Field, Refusal> {
    Ok(match name {
        "id" => Field::Text(ws.contact_id(contact.n)),
        "role" => Field::Text(contact.role().to_owned()),
        "external_id" => Field::text(contact.external_id.as_deref()),
        "email" => Field::text(contact.email.as_deref()),
        "email_domain" => Field::text(contact.email.as_deref().and_then(|email| email.rsplit('@').next())),
        "phone" | "formatted_phone" => Field::text(contact.phone.as_deref()),
        "name" => Field::text(contact.name.as_deref()),
        "avatar" => Field::text(contact.avatar.as_deref()),
        "owner_id" => Field::text(contact.owner_id.map(|id| id.to_string()).as_deref()),
        "unsubscribed_from_emails" => Field::Bool(contact.unsubscribed),
        "has_hard_bounced" | "marked_email_as_spam" => Field::Bool(false),
        "created_at" => Field::Day(contact.created_at),
        "updated_at" => Field::Day(contact.updated_at),
        "signed_up_at" => Field::day(contact.signed_up_at),
        "last_seen_at" => Field::day(contact.last_seen_at),
        "last_replied_at" => Field::day(contact.last_replied_at),
        "last_contacted_at" | "last_email_opened_at" | "last_email_clicked_at" => Field::Null,
        "tag_id" | "tag_ids" => Field::List(contact.tags.iter().map(|tag| tag.tag.to_string()).collect()),
        "company_ids" => Field::List(contact.companies.iter().map(|n| ws.company_id(*n)).collect()),
        "segment_id" => Field::List(Vec::new()),
        other => match other.strip_prefix("custom_attributes.") {
            Some(attribute) => Field::json(contact.custom.get(attribute)),
            None => return Err(unknown_field(other)),
        },
    })
}

/// Contacts that can match, found without walking over all of them where an index helps.
fn candidates(ws: &Workspace, query: &Query) -> Option<Vec<u64>> {
    let mut found: Vec<u64> = if let Some(ids) = query.wanted("id") {
        ids.iter().filter_map(|id| ws.contact_n(id)).map(u64::from).collect()
    } else if let Some(ids) = query.wanted("external_id") {
        ids.iter().filter_map(|id| ws.contact_by_external.get(id)).copied().map(u64::from).collect()
    } else if let Some(emails) = query.wanted("email") {
        let lists = emails.iter().filter_map(|email| ws.contact_by_email.get(&email.to_lowercase()));
        lists.flatten().copied().map(u64::from).collect()
    } else {
        return None;
    };
    found.sort_unstable();
    found.dedup();
    Some(found)
}

fn search_contacts(ws: &mut Workspace, call: &Call) -> Answer {
    let ws: &Workspace = ws;
    let query = Query::of(call)?;
    let candidates = candidates(ws, &query);
    let keys_after = |after: Option<u64>| -> Box<dyn Iterator<Item = u64> + '_> {
        match &candidates {
            Some(keys) => Box::new(keys.iter().copied().filter(move |key| after.is_none_or(|last| *key > last))),
            None => Box::new(live_after(ws, after)),
        }
    };
    let contact = |key: u64| ws.contacts.get(&u32::try_from(key).ok()?);
    let matches = |key: u64| match contact(key) {
        Some(contact) if !contact.archived && contact.searchable_at_ms <= call.now_ms => {
            query.matches(&|name| field(ws, contact, name))
        }
        _ => Ok(false),
    };
    let sort_key = |key: u64, name: &str| match contact(key).map(|contact| field(ws, contact, name)) {
        Some(Ok(Field::Day(time) | Field::Int(time))) => time,
        _ => 0,
    };
    let (keys, total, pages) = search::find(call, 50, keys_after, matches, sort_key)?;
    Ok(listed(ws, call, &keys, total, pages))
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn a_new_contact_is_listed_at_once_and_found_by_search_after_the_delay() {
        let mut h = Harness::new();
        let id = h.contact("a@x.test");
        let query = json!({ "query": { "field": "email", "operator": "=", "value": "a@x.test" } });
        assert_eq!(h.get("/contacts")["data"][0]["id"], id.as_str());
        assert_eq!(h.ok("POST", "/contacts/search", query.clone())["total_count"], 0);
        h.now_ms += 1999;
        assert_eq!(h.ok("POST", "/contacts/search", query.clone())["total_count"], 0);
        h.now_ms += 1;
        assert_eq!(h.ok("POST", "/contacts/search", query)["data"][0]["id"], id.as_str());
    }

    #[test]
    fn lists_and_searches_page_to_the_end() {
        let mut h = Harness::new();
        for n in 0..7 {
            h.contact(&format!("{n}@x.test"));
        }
        h.now_ms += 10_000;
        let (mut seen, mut after) = (0, String::new());
        loop {
            let page = h.get(&format!("/contacts?per_page=3&starting_after={after}"));
            seen += page["data"].as_array().unwrap().len();
            match page["pages"]["next"]["starting_after"].as_str() {
                Some(next) => after = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen, 7);
        let (mut names, mut after) = (Vec::new(), json!(null));
        loop {
            let page = h.ok(
                "POST",
                "/contacts/search",
                json!({
                    "query": { "field": "email", "operator": "$", "value": "x.test" },
                    "sort": { "field": "created_at", "order": "descending" },
                    "pagination": { "per_page": 2, "starting_after": after },
                }),
            );
            names.extend(page["data"].as_array().unwrap().iter().map(|c| c["email"].as_str().unwrap().to_owned()));
            after = page["pages"]["next"]["starting_after"].clone();
            if after.is_null() {
                break;
            }
        }
        assert_eq!(names, ["6@x.test", "5@x.test", "4@x.test", "3@x.test", "2@x.test", "1@x.test", "0@x.test"]);
    }
}
