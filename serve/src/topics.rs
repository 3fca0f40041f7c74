//! Which objects an event names: from its topic and its item, and from nothing else.
//!
//! The item is never taken for the truth: its texts are plain since 2.15, and events come late and out of order. All that is taken
//! from it is what has to be looked at again. Topics and items: Intercom's reference, "webhook models" of 1.1 to 2.17; names that a
//! later version adds under a known first word (`conversation.admin.replied.translated`) are understood.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An object that has to be looked at again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Object {
    /// Its table as the source's spec calls it: contacts, companies, conversations, tickets, articles, admins.
    pub table: String,
    /// Intercom's id.
    pub id: String,
    /// Whether the event says that it is there no more. Only a hint: who looks finds out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// The first words of topics, each with its table.
const TABLES: [(&str, &str); 12] = [
    ("conversation", "conversations"),
    ("conversation_part", "conversations"),
    ("contact", "contacts"),
    ("user", "contacts"),
    ("lead", "contacts"),
    ("visitor", "contacts"),
    ("event", "contacts"),
    ("company", "companies"),
    ("ticket", "tickets"),
    ("article", "articles"),
    ("internal_article", "internal_articles"),
    ("admin", "admins"),
];

/// Members of an item that are objects themselves, or hold some.
const MEMBERS: [(&str, &str, bool); 13] = [
    ("conversation", "conversations", false),
    ("contact", "contacts", false),
    ("user", "contacts", false),
    ("lead", "contacts", false),
    ("contacts", "contacts", false),
    ("company", "companies", false),
    ("ticket", "tickets", false),
    ("article", "articles", false),
    ("merged_contact", "contacts", true),
    ("merged_from", "contacts", true),
    ("from", "contacts", true),
    ("merged_into", "contacts", false),
    ("into", "contacts", false),
];

/// Members of an item that are ids of Intercom. `user_id`, `company_id` and `ticket_id` are not: they are the customer's own.
const IDS: [(&str, &str); 3] =
    [("conversation_id", "conversations"), ("contact_id", "contacts"), ("intercom_user_id", "contacts")];

/// What has to be looked at again; `None` for a topic that is not known.
pub fn objects(topic: &str, item: &Value) -> Option<Vec<Object>> {
    let words: Vec<&str> = topic.split('.').collect();
    let own = table_of(words.first()?)?;
    if words.len() < 2 {
        return None;
    }
    let is_gone = matches!(words.last(), Some(&("deleted" | "archived" | "archive"))) && !words.contains(&"tag");
    let mut found = Vec::new();
    let kind = item.get("type").and_then(Value::as_str);
    if kind.is_none_or(|kind| table_of(kind) == Some(own) && !matches!(kind, "conversation_part" | "event")) {
        add(&mut found, own, item.get("id"), is_gone);
    }
    // A thread names its people in every event; they are new to us only where it begins or they join.
    let with_people = matches!(own, "contacts" | "companies")
        || words.contains(&"contact")
        || matches!(words.last(), Some(&("created" | "attached" | "detached")));
    for (member, table, gone) in MEMBERS {
        if table != own && !with_people {
            continue;
        }
        let Some(value) = item.get(member) else { continue };
        let inner = value.get(member).unwrap_or(value);
        match inner {
            Value::Array(all) => all.iter().for_each(|one| add(&mut found, table, one.get("id"), gone)),
            one => add(&mut found, table, one.get("id"), gone),
        }
    }
    for (member, table) in IDS {
        if table == own || with_people {
            add(&mut found, table, item.get(member), false);
        }
    }
    Some(found)
}

fn table_of(word: &str) -> Option<&'static str> {
    TABLES.iter().find(|(first, _)| *first == word).map(|(_, table)| *table)
}

/// Adds an object once; an id is a text or a number.
fn add(found: &mut Vec<Object>, table: &str, id: Option<&Value>, gone: bool) {
    let id = match id {
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return,
    };
    if !found.iter().any(|known| known.table == table && known.id == id) {
        found.push(Object { table: table.to_owned(), id, gone });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// `conversations 1`, with `!` where it is gone.
    fn told(topic: &str, item: Value) -> String {
        let Some(found) = objects(topic, &item) else { return "unknown".to_owned() };
        let texts: Vec<String> =
            found.iter().map(|o| format!("{} {}{}", o.table, o.id, if o.gone { "!" } else { "" })).collect();
        texts.join(", ")
    }

    #[test]
    fn topics_of_a_thread_name_the_thread() {
        let item = json!({ "type": "conversation", "id": "1", "user": { "type": "user", "id": "u" },
            "contacts": { "type": "contact.list", "contacts": [{ "type": "contact", "id": "c" }] } });
        let words = "user.replied admin.replied admin.noted admin.assigned admin.opened admin.closed admin.snoozed admin.unsnoozed \
                     admin.open.assigned priority.updated rating.added read operator.replied admin.replied.translated";
        for word in words.split_whitespace() {
            assert_eq!(told(&format!("conversation.{word}"), item.clone()), "conversations 1", "{word}");
        }
        for word in ["user.created", "admin.single.created", "contact.attached", "contact.detached"] {
            let told = told(&format!("conversation.{word}"), item.clone());
            assert_eq!(told, "conversations 1, contacts u, contacts c", "{word}");
        }
        assert_eq!(told("conversation.deleted", json!({ "type": "conversation", "id": 1 })), "conversations 1!");
        assert_eq!(told("conversation_part.redacted", item.clone()), "conversations 1");
        assert_eq!(told("conversation_part.tag.created", item), "conversations 1, contacts u, contacts c");
        let part = json!({ "type": "conversation_part", "id": "9", "conversation_id": "1" });
        assert_eq!(told("conversation_part.redacted", part), "conversations 1");
    }

    #[test]
    fn topics_of_people_name_people() {
        let contact = json!({ "type": "contact", "id": "c", "user_id": "own", "company_id": "own" });
        let words = "user.created user.updated lead.created lead.updated lead.signed_up lead.added_email email.updated \
                     unsubscribed subscribed created updated added_email signed_up unarchived";
        for word in words.split_whitespace() {
            assert_eq!(told(&format!("contact.{word}"), contact.clone()), "contacts c", "{word}");
        }
        for word in ["deleted", "archived", "archive"] {
            assert_eq!(told(&format!("contact.{word}"), contact.clone()), "contacts c!", "{word}");
        }
        for kind in ["user", "lead"] {
            let tag = json!({ "type": "contact_tag", "tag": { "type": "tag", "id": "7" }, "contact": contact });
            assert_eq!(told(&format!("contact.{kind}.tag.created"), tag.clone()), "contacts c");
            assert_eq!(told(&format!("contact.{kind}.tag.deleted"), tag), "contacts c");
        }
        let user = json!({ "type": "user", "id": "c" });
        assert_eq!(told("user.created", user.clone()), "contacts c");
        assert_eq!(told("user.deleted", user.clone()), "contacts c!");
        assert_eq!(told("visitor.signed_up", user), "contacts c");
        let event = json!({ "type": "event", "id": "e", "intercom_user_id": "c", "user_id": "own" });
        assert_eq!(told("event.created", event), "contacts c");
    }

    #[test]
    fn merged_people_are_both_looked_at() {
        let merged = json!({ "type": "contact", "id": "a", "merged_contact": { "type": "contact", "id": "b" } });
        assert_eq!(told("contact.merged", merged), "contacts a, contacts b!");
        let merged = json!({ "type": "contact_merge", "from": { "id": "b" }, "into": { "id": "a" } });
        assert_eq!(told("contact.merged", merged), "contacts b!, contacts a");
    }

    #[test]
    fn other_topics_name_their_own_object() {
        let company = json!({ "type": "company", "id": "o", "company_id": "own" });
        assert_eq!(told("company.created", company.clone()), "companies o");
        assert_eq!(told("company.updated", company.clone()), "companies o");
        assert_eq!(told("company.deleted", company.clone()), "companies o!");
        let link =
            json!({ "type": "company_contact", "company": company, "contact": { "type": "contact", "id": "c" } });
        assert_eq!(told("company.contact.attached", link.clone()), "contacts c, companies o");
        assert_eq!(told("company.contact.detached", link), "contacts c, companies o");
        let ticket =
            json!({ "type": "ticket", "id": "5", "ticket_id": "17", "contacts": { "contacts": [{ "id": "c" }] } });
        let words = "state.updated admin.replied contact.replied note.created admin.assigned team.assigned attribute.updated closed \
                     contact.attached contact.detached rating.provided created";
        for word in words.split_whitespace() {
            let told = told(&format!("ticket.{word}"), ticket.clone());
            let people = word.contains("contact") || word.ends_with("created");
            assert_eq!(told, if people { "tickets 5, contacts c" } else { "tickets 5" }, "{word}");
        }
        let article = json!({ "type": "article", "id": 3 });
        for word in ["created", "updated", "published", "unpublished"] {
            assert_eq!(told(&format!("article.{word}"), article.clone()), "articles 3");
        }
        assert_eq!(told("article.deleted", article), "articles 3!");
        assert_eq!(told("admin.away_mode_updated", json!({ "type": "admin", "id": "1" })), "admins 1");
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        assert_eq!(told("job.completed", json!({ "id": "1" })), "unknown");
        assert_eq!(told("content_stat.series", json!({ "id": "1" })), "unknown");
        assert_eq!(told("", Value::Null), "unknown");
        assert_eq!(told("contact", json!({ "id": "1" })), "unknown");
        assert_eq!(told("contact.created", Value::Null), "");
        assert_eq!(told("contact.created", json!({ "type": "contact", "id": { "a": 1 }, "contacts": 5 })), "");
    }
}
