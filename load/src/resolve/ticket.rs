//! Tickets read back: found by contact, time and text, and told as conversations, whose messages are aligned in one way.

use deskferry_http::Client;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Found;
use crate::intercom::{id_of, search};
use crate::load::{Halt, Load};
use crate::tables;
use crate::text::{escape, letters};

/// Where a ticket is read.
pub(crate) fn path(id: &str) -> String {
    format!("/tickets/{id}")
}

/// A ticket in the form of a conversation. Its first message is an attribute, so it has no id.
pub(crate) fn as_conversation(ticket: Value) -> Value {
    let mut thread = ticket;
    let mut parts = thread["ticket_parts"].take();
    parts["conversation_parts"] = parts["ticket_parts"].take();
    let contact = &thread["contacts"]["contacts"][0]["id"];
    let source = json!({ "author": { "type": "user", "id": contact }, "attachments": [] });
    let state = match (&thread["open"], &thread["snoozed_until"]) {
        (Value::Bool(false), _) => "closed",
        (_, Value::Null) => "open",
        _ => "snoozed",
    };
    (thread["conversation_parts"], thread["source"], thread["state"]) = (parts, source, json!(state));
    thread["title"] = thread["ticket_attributes"]["_default_title_"].clone();
    thread
}

/// Looks for the ticket that a call may have made.
pub(super) async fn find(load: &Load, body: &Value, since: Instant) -> Result<Found, Halt> {
    let contact = body["contacts"][0]["id"].as_str().unwrap_or_default();
    let created_at = body["created_at"].as_i64().unwrap_or_default();
    loop {
        let mut others = Vec::new();
        for one in made(&load.client, contact, created_at).await? {
            let Some(id) = id_of(&one["id"]) else { continue };
            if !has_all(&one["ticket_attributes"], &body["ticket_attributes"]) {
                if !load.ledger.claimed(tables::CONVERSATIONS, &id) {
                    others.push(id);
                }
            } else if load.ledger.claim(tables::CONVERSATIONS, &id) {
                return Ok(super::yes(id));
            }
        }
        if load.not_settled(since).await? {
            continue;
        }
        if others.is_empty() {
            return Ok(Found::No);
        }
        let why = "of the same contact and time, but with another text or attribute: look whether it is this one";
        return Ok(Found::Doubtful(format!("there is ticket {} {why}", others.join(", "))));
    }
}

/// Tickets of a contact that were created at a time, oldest first: twins are found in the order in which they were made.
async fn made(client: &Client, contact: &str, created_at: i64) -> crate::Result<Vec<Value>> {
    let mut found = search(client, "/tickets/search", "tickets", contact, created_at).await?;
    found.retain(|one| one["created_at"].as_i64() == Some(created_at));
    found.sort_by_key(|one| id_of(&one["id"]).and_then(|id| id.parse::<u64>().ok()));
    Ok(found)
}

/// Whether a ticket has all these attributes; twins may differ in a single one.
fn has_all(there: &Value, wanted: &Value) -> bool {
    wanted.as_object().is_some_and(|wanted| wanted.iter().all(|(name, value)| is_same(value, &there[name])))
}

/// Same value, be it told as text, as HTML or as a number.
fn is_same(wanted: &Value, there: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let (letters_wanted, there) = (letters(&escape(&text(wanted))), text(there));
    letters_wanted == letters(&escape(&there)) || letters_wanted == letters(&there)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_reads_as_a_conversation() {
        let ticket = |open: bool, until: Value| {
            json!({
                "id": "7", "open": open, "snoozed_until": until, "ticket_attributes": { "_default_title_": "Broken" },
                "contacts": { "contacts": [{ "id": "c" }] },
                "ticket_parts": { "ticket_parts": [{ "id": "1" }], "total_count": 1 },
            })
        };
        let thread = as_conversation(ticket(true, Value::Null));
        assert_eq!((&thread["title"], &thread["state"]), (&json!("Broken"), &json!("open")));
        assert_eq!(
            thread["conversation_parts"],
            json!({ "ticket_parts": null, "conversation_parts": [{ "id": "1" }], "total_count": 1 })
        );
        assert_eq!(thread["source"]["author"]["id"], "c");
        assert_eq!(as_conversation(ticket(false, json!(5)))["state"], "closed");
        assert_eq!(as_conversation(ticket(true, json!(5)))["state"], "snoozed");
    }

    #[test]
    fn texts_are_the_same_as_text_and_as_html() {
        let text = json!("a < b\n\nbye <b>x</b>");
        assert!(is_same(&text, &text));
        assert!(is_same(&text, &json!("<p>a &lt; b</p><p>bye &lt;b&gt;x&lt;/b&gt;</p>")));
        assert!(!is_same(&text, &json!("other")));
        assert!(has_all(&json!({ "a": "x", "n": 5, "more": 1 }), &json!({ "a": "x", "n": 5 })));
        assert!(!has_all(&json!({ "a": "x", "n": 6 }), &json!({ "a": "x", "n": 5 })));
        assert!(!has_all(&json!({ "a": "x" }), &json!({ "a": "x", "n": 5 })));
    }
}
