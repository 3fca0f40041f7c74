//! Tickets read back: found by contact, time and text, and told as conversations, whose messages are aligned in one way.

use deskferry_http::Client;
use serde_json::{Value, json};

use super::Found;
use super::likeness::Likeness;
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

/// Looks for the ticket that a call may have made. `changed`: the call may have had other attributes then.
pub(super) async fn find(load: &Load, body: &Value, changed: bool) -> Result<Found, Halt> {
    let contact = body["contacts"][0]["id"].as_str().unwrap_or_default();
    let created_at = body["created_at"].as_i64().unwrap_or_default();
    let mut others = Vec::new();
    for one in made(&load.client, contact, created_at).await? {
        let Some(id) = id_of(&one["id"]) else { continue };
        match likeness(&body["ticket_attributes"], &one["ticket_attributes"]) {
            Likeness::Same if load.ledger.claim(tables::CONVERSATIONS, &id) => return Ok(super::yes(id)),
            Likeness::Same => {}
            Likeness::Other if !changed => {}
            Likeness::Other | Likeness::Unsure if load.ledger.claimed(tables::CONVERSATIONS, &id) => {}
            Likeness::Other | Likeness::Unsure => others.push(id),
        }
    }
    if others.is_empty() {
        return Ok(Found::No);
    }
    let why = "of the same contact and time, but with another text or attribute: look whether it is this one";
    Ok(Found::Doubtful(format!("there is ticket {} {why}", others.join(", "))))
}

/// Tickets of a contact that were created at a time, oldest first: twins are found in the order in which they were made.
async fn made(client: &Client, contact: &str, created_at: i64) -> crate::Result<Vec<Value>> {
    let mut found = search(client, "/tickets/search", "tickets", contact, created_at).await?;
    found.retain(|one| one["created_at"].as_i64() == Some(created_at));
    found.sort_by_key(|one| id_of(&one["id"]).and_then(|id| id.parse::<u64>().ok()));
    Ok(found)
}

/// How a ticket stands to the attributes that one was made with. Twins may differ in a single one.
fn likeness(wanted: &Value, there: &Value) -> Likeness {
    let wanted = wanted.as_object().into_iter().flatten();
    wanted.map(|(name, value)| likeness_of(value, &there[name])).max().unwrap_or(Likeness::Unsure)
}

/// Texts are compared by their letters, be they told as text or as HTML; one that was cut off may be the same.
fn likeness_of(wanted: &Value, there: &Value) -> Likeness {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let (wanted_letters, letters_there) = (letters(&escape(&text(wanted))), letters(&escape(&text(there))));
    if wanted_letters == letters_there || wanted_letters == letters(&text(there)) {
        return Likeness::Same;
    }
    let is_other = match (wanted, there) {
        (Value::Number(wanted), Value::Number(there)) => wanted.as_f64() != there.as_f64(),
        (Value::Bool(_), Value::Bool(_)) => true,
        (Value::String(_), Value::String(there)) => {
            let is_begin = |there: &str| wanted_letters.starts_with(there);
            !is_begin(&letters_there) && !is_begin(&letters(there))
        }
        _ => false,
    };
    match (is_other, wanted, there) {
        (true, ..) => Likeness::Other,
        (false, Value::Number(_), Value::Number(_)) => Likeness::Same,
        _ => Likeness::Unsure,
    }
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
        assert_eq!(likeness_of(&text, &text), Likeness::Same);
        assert_eq!(likeness_of(&text, &json!("<p>a &lt; b</p><p>bye &lt;b&gt;x&lt;/b&gt;</p>")), Likeness::Same);
        assert_eq!(likeness_of(&text, &json!("other")), Likeness::Other);
        assert_eq!(likeness_of(&text, &json!("a < b")), Likeness::Unsure, "cut off");
    }

    #[test]
    fn the_attribute_that_differs_most_tells_whether_it_is_the_ticket() {
        let wanted = json!({ "a": "x", "n": 5, "d": 1_600_000_000 });
        let cases = [
            (json!({ "a": "x", "n": 5.0, "d": 1_600_000_000, "more": 1 }), Likeness::Same),
            (json!({ "a": "x", "n": "5", "d": "2020-09-13T12:26:40Z" }), Likeness::Unsure),
            (json!({ "a": "x", "d": 1_600_000_000 }), Likeness::Unsure),
            (json!({ "a": "x", "n": 6, "d": "2020-09-13T12:26:40Z" }), Likeness::Other),
            (json!({ "a": "y", "n": 5, "d": 1_600_000_000 }), Likeness::Other),
        ];
        for (there, likeness_wanted) in cases {
            assert_eq!(likeness(&wanted, &there), likeness_wanted, "{there}");
        }
    }
}
