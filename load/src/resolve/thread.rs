//! A conversation as it stands in Intercom, with the messages of a chain aligned to it.
//!
//! A thread's calls go out strictly one after another, so what is there is a beginning of what was to be sent. Messages are
//! matched in order by kind, author, time, text and names of files; each message of Intercom is used once.

use std::collections::HashMap;

use deskferry_http::Request;
use serde_json::Value;

use crate::intercom::id_of;
use crate::removals::Unwanted;
use crate::step::{Find, Step};
use crate::text::letters;

use super::Found;

pub(crate) struct Thread {
    json: Value,
    found: HashMap<(String, String), Found>,
    fits: bool,
    has_leftovers: bool,
}

impl Thread {
    /// Aligns what a chain sends, in order, with what is there.
    pub(crate) fn align(json: Value, requests: &[(&Step, Request)]) -> Self {
        let messages: Vec<((String, String), &Request)> = requests
            .iter()
            .filter(|(step, _)| step.find == Find::Part)
            .map(|(step, request)| ((step.key.clone(), step.name.clone()), request))
            .collect();
        let empty = Vec::new();
        let parts = json["conversation_parts"]["conversation_parts"].as_array().unwrap_or(&empty);
        let shown: Vec<&Value> =
            parts.iter().filter(|p| matches!(p["part_type"].as_str(), Some("comment" | "note"))).collect();
        let hidden = json["conversation_parts"]["total_count"].as_u64().unwrap_or_default() > parts.len() as u64;
        let mut used = vec![false; shown.len()];
        let mut next = 0;
        let mut found = HashMap::new();
        let mut last_found = None;
        for (number, (step, request)) in messages.iter().enumerate() {
            let Some(body) = &request.body else { continue };
            let place = (next..shown.len()).find(|i| !used[*i] && is_same(shown[*i], body));
            let outcome = match place {
                Some(place) => {
                    used[place] = true;
                    next = place + 1;
                    last_found = Some(number);
                    Found::Yes { id: id_of(&shown[place]["id"]), url: None }
                }
                None => Found::No,
            };
            found.insert(step.clone(), outcome);
        }
        for (number, (step, request)) in messages.iter().enumerate() {
            if !matches!(found.get(step), Some(Found::No)) {
                continue;
            }
            let Some(body) = &request.body else { continue };
            if hidden && last_found.is_some_and(|last| number < last) {
                // Older than what is shown, and a later one is there.
                found.insert(step.clone(), Found::Yes { id: None, url: None });
            } else if let Some(part) =
                shown.iter().zip(&used).find(|(part, used)| !**used && is_alike(part, body)).map(|(part, _)| part)
            {
                let id = id_of(&part["id"]).unwrap_or_default();
                let why = format!("part {id} has the same author and time but another text or other files");
                found.insert(step.clone(), Found::Doubtful(why));
            }
        }
        let leftovers = leftovers(requests);
        let fits = used.iter().all(|used| *used) && has_no_more(&json, requests, &leftovers);
        let has_leftovers = [&json["tags"]["tags"], &json["contacts"]["contacts"]].into_iter().any(|list| {
            let ids = list.as_array().into_iter().flatten().filter_map(|one| id_of(&one["id"]));
            ids.into_iter().any(|id| leftovers.contains(&id))
        });
        Self { json, found, fits, has_leftovers }
    }

    /// Whether all that is in the conversation is what the chain sends or takes off.
    pub(crate) fn fits(&self) -> bool {
        self.fits
    }

    /// Whether something is in it that the chain takes off.
    pub(crate) fn has_leftovers(&self) -> bool {
        self.has_leftovers
    }

    pub(crate) fn message(&self, key: &str, name: &str) -> Found {
        self.found.get(&(key.to_owned(), name.to_owned())).cloned().unwrap_or(Found::No)
    }

    pub(crate) fn has_contact(&self, id: &str) -> bool {
        self.json["contacts"]["contacts"].as_array().is_some_and(|l| l.iter().any(|c| c["id"] == *id))
    }

    /// Whether the conversation is assigned to this teammate or team.
    pub(crate) fn is_assigned(&self, field: &str, id: &str) -> bool {
        id_of(&self.json[field]).as_deref() == Some(id)
    }

    /// Whether a ticket is as this update would make it.
    pub(crate) fn is_ticket_state(&self, body: &Value) -> bool {
        let (is, now) = (|field: &str, now: &Value| body[field].is_null() || body[field] == *now, &self.json);
        let state = &body["ticket_state_id"];
        (state.is_null() || id_of(state) == id_of(&now["ticket_state"]["id"]))
            && is("snoozed_until", &now["snoozed_until"])
            && is("open", &now["open"])
    }

    pub(crate) fn is_state(&self, message_type: &str) -> bool {
        let state = self.json["state"].as_str().unwrap_or_default();
        matches!((message_type, state), ("close", "closed") | ("open", "open") | ("snoozed", "snoozed"))
    }
}

/// Ids of the tags and people that the chain takes off; the paths of those calls end with them.
fn leftovers(requests: &[(&Step, Request)]) -> Vec<String> {
    let taken_off = requests.iter().filter(|(step, _)| step.unwanted == Some(Unwanted::TakenOff));
    taken_off.filter_map(|(_, request)| Some(request.path.rsplit_once('/')?.1.to_owned())).collect()
}

/// Whether title, tags and people of a conversation are among those that are sent or taken off.
fn has_no_more(json: &Value, requests: &[(&Step, Request)], leftovers: &[String]) -> bool {
    let sent = |path: &str, field: &Value| {
        let bodies = requests.iter().filter_map(|(_, request)| request.body.as_ref());
        let mut values = bodies.filter_map(|body| body.pointer(path)).filter_map(id_of);
        id_of(field).is_none_or(|wanted| leftovers.contains(&wanted) || values.any(|value| value == wanted))
    };
    let all = |list: &Value, is_sent: &dyn Fn(&Value) -> bool| list.as_array().is_none_or(|l| l.iter().all(is_sent));
    sent("/title", &json["title"])
        && all(&json["tags"]["tags"], &|tag| sent("/id", &tag["id"]))
        && all(&json["contacts"]["contacts"], &|contact| {
            id_of(&contact["id"]) == id_of(&json["source"]["author"]["id"])
                || sent("/customer/intercom_user_id", &contact["id"])
                || sent("/intercom_user_id", &contact["id"])
        })
}

/// Same kind, author and time.
pub(crate) fn is_alike(part: &Value, body: &Value) -> bool {
    let author = &part["author"];
    let (author_id, is_admin) = (id_of(&author["id"]), author["type"] == "admin");
    let wanted = if is_admin { id_of(&body["admin_id"]) } else { id_of(&body["intercom_user_id"]) };
    author_id.is_some()
        && author_id == wanted
        && part["part_type"] == body["message_type"]
        && part["created_at"].as_i64() == body["created_at"].as_i64()
}

/// As `is_alike`, with the same text and files.
fn is_same(part: &Value, body: &Value) -> bool {
    let names = |list: &Value| -> Vec<String> {
        let mut names: Vec<String> = list
            .as_array()
            .map(|l| l.iter().filter_map(|a| a["name"].as_str()).map(ToOwned::to_owned).collect())
            .unwrap_or_default();
        names.sort();
        names
    };
    let text = |value: &Value| letters(value.as_str().unwrap_or_default());
    is_alike(part, body)
        && text(&part["body"]) == text(&body["body"])
        && names(&part["attachments"]) == names(&body["attachment_files"])
}

#[cfg(test)]
mod tests {
    use deskferry_http::Method;
    use serde_json::json;

    use super::*;
    use crate::step::Call;

    fn message(key: &str, text: &str, at: i64) -> (Step, Request) {
        let body =
            json!({ "message_type": "comment", "type": "admin", "admin_id": "7", "body": text, "created_at": at });
        (Step::new("conversation_parts", key, "create", Call::post("/x"), Find::Part), request(body))
    }

    fn request(body: Value) -> Request {
        Request::write(Method::Post, "/x", body)
    }

    fn part(id: u64, text: &str, at: i64) -> Value {
        json!({ "id": id.to_string(), "part_type": "comment", "created_at": at, "body": text,
                "author": { "type": "admin", "id": 7 }, "attachments": [] })
    }

    fn thread(parts: &[Value], total: u64, messages: &[(Step, Request)]) -> Thread {
        let json =
            json!({ "state": "open", "conversation_parts": { "conversation_parts": parts, "total_count": total } });
        align(json, messages)
    }

    fn align(json: Value, requests: &[(Step, Request)]) -> Thread {
        let requests: Vec<(&Step, Request)> = requests.iter().map(|(step, request)| (step, request.clone())).collect();
        Thread::align(json, &requests)
    }

    #[test]
    fn equal_messages_are_matched_once_each() {
        let messages = [message("a", "<p>hi</p>", 5), message("b", "<p>hi</p>", 5), message("c", "<p>hi</p>", 5)];
        let thread = thread(&[part(1, "hi", 5), part(2, "<p>hi</p>", 5)], 2, &messages);
        assert_eq!(thread.message("a", "create"), Found::Yes { id: Some("1".into()), url: None });
        assert_eq!(thread.message("b", "create"), Found::Yes { id: Some("2".into()), url: None });
        assert_eq!(thread.message("c", "create"), Found::No);
    }

    #[test]
    fn another_text_by_the_same_author_at_the_same_time_is_doubtful() {
        let messages = [message("a", "<p>new</p>", 5)];
        assert!(matches!(thread(&[part(1, "old", 5)], 1, &messages).message("a", "create"), Found::Doubtful(_)));
    }

    #[test]
    fn messages_too_old_to_be_shown_are_there_when_a_later_one_is() {
        let messages = [message("a", "one", 1), message("b", "two", 2), message("c", "three", 3)];
        let thread = thread(&[part(2, "two", 2)], 501, &messages);
        assert_eq!(thread.message("a", "create"), Found::Yes { id: None, url: None });
        assert_eq!(thread.message("c", "create"), Found::No);
    }

    #[test]
    fn thread_fits_a_chain_that_sends_all_that_is_in_it() {
        let step = |name: &str| Step::new("conversations", "c", name, Call::post("/x"), Find::Repeat);
        let requests = [
            (step("participant:b"), request(json!({ "customer": { "intercom_user_id": "u2" } }))),
            message("a", "<p>one</p>", 1),
            message("b", "<p>two</p>", 2),
            (step("update"), request(json!({ "title": "Mine" }))),
            (step("tag:t"), request(json!({ "id": "5" }))),
        ];
        let json = |parts: Value, title: Value, tags: Value, people: Value| {
            json!({ "conversation_parts": { "conversation_parts": parts }, "title": title, "tags": { "tags": tags },
                    "contacts": { "contacts": people }, "source": { "author": { "id": "u1" } } })
        };
        let one = part(1, "one", 1);
        let (tag, other_tag) = (json!([{ "id": "5" }]), json!([{ "id": "6" }]));
        let (opener, both) = (json!([{ "id": "u1" }]), json!([{ "id": "u1" }, { "id": "u2" }]));
        let cases = [
            (json(json!([]), Value::Null, json!([]), opener.clone()), true),
            (json(json!([one]), json!("Mine"), tag.clone(), both.clone()), true),
            (json(json!([part(1, "other", 1)]), Value::Null, json!([]), opener.clone()), false),
            (json(json!([]), json!("Another"), json!([]), opener.clone()), false),
            (json(json!([]), Value::Null, other_tag, opener.clone()), false),
            (json(json!([]), Value::Null, json!([]), json!([{ "id": "u1" }, { "id": "u3" }])), false),
        ];
        for (json, fits) in cases {
            assert_eq!(align(json.clone(), &requests).fits(), fits, "{json:#}");
        }
    }
}
