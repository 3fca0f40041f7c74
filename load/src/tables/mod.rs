//! The contract tables in the order they are loaded; each file turns rows into chains of steps, and calls nobody.
//!
//! ticket type → attributes → tags → companies → contacts → notes → collections → articles → links of articles → internal articles →
//! conversations with their messages and files → custom objects → links of objects → saved replies

pub(crate) mod articles;
pub(crate) mod attributes;
pub(crate) mod collections;
pub(crate) mod companies;
pub(crate) mod contacts;
pub(crate) mod conversation_parts;
pub(crate) mod conversations;
pub(crate) mod custom_objects;
pub(crate) mod internal_articles;
pub(crate) mod notes;
pub(crate) mod object_links;
pub(crate) mod saved_replies;
pub(crate) mod tags;
pub(crate) mod ticket_types;
pub(crate) mod tickets;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// No contract table: the one ticket type of a migration, where threads become tickets.
pub(crate) const TICKET_TYPES: &str = "ticket_types";
pub(crate) const ATTRIBUTES: &str = "attributes";
pub(crate) const TAGS: &str = "tags";
pub(crate) const COMPANIES: &str = "companies";
pub(crate) const CONTACTS: &str = "contacts";
pub(crate) const NOTES: &str = "notes";
pub(crate) const COLLECTIONS: &str = "collections";
pub(crate) const ARTICLES: &str = "articles";
pub(crate) const INTERNAL_ARTICLES: &str = "internal_articles";
pub(crate) const CONVERSATIONS: &str = "conversations";
pub(crate) const PARTS: &str = "conversation_parts";
pub(crate) const ATTACHMENTS: &str = "attachments";
pub(crate) const CUSTOM_OBJECTS: &str = "custom_objects";
pub(crate) const SAVED_REPLIES: &str = "saved_replies";

/// All tables in their order; messages and files go with their conversations.
pub(crate) const ORDER: [&str; 14] = [
    TICKET_TYPES,
    ATTRIBUTES,
    TAGS,
    COMPANIES,
    CONTACTS,
    NOTES,
    COLLECTIONS,
    ARTICLES,
    INTERNAL_ARTICLES,
    CONVERSATIONS,
    PARTS,
    ATTACHMENTS,
    CUSTOM_OBJECTS,
    SAVED_REPLIES,
];

/// Seconds since 1970.
pub(crate) fn seconds(time: Option<DateTime<Utc>>) -> Option<i64> {
    time.map(|t| t.timestamp())
}

/// Attribute values in the only form that the description of an endpoint allows: whole numbers where `integers`, all else text.
/// Attributes of conversations are text, integer or time, those of companies and custom objects text (2.16); contacts' are free.
pub(crate) fn as_text(values: Map<String, Value>, integers: bool) -> Map<String, Value> {
    let text = |value: Value| match value {
        Value::Number(number) if !(integers && number.is_i64()) => Value::String(number.to_string()),
        Value::Bool(flag) => Value::String(flag.to_string()),
        value => value,
    };
    values.into_iter().map(|(name, value)| (name, text(value))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_take_the_form_that_the_endpoint_allows() {
        let values = || json!({ "a": 1, "b": 1.5, "c": true, "d": "x" }).as_object().cloned().unwrap();
        assert_eq!(Value::Object(as_text(values(), true)), json!({ "a": 1, "b": "1.5", "c": "true", "d": "x" }));
        assert_eq!(Value::Object(as_text(values(), false)), json!({ "a": "1", "b": "1.5", "c": "true", "d": "x" }));
    }
}
