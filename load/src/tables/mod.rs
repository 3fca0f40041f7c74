//! The contract tables in the order they are loaded; each file turns rows into chains of steps, and asks nobody.
//!
//! attributes → tags → companies → contacts → notes → collections → articles → links → conversations → custom objects

pub(crate) mod articles;
pub(crate) mod attributes;
pub(crate) mod collections;
pub(crate) mod companies;
pub(crate) mod contacts;
pub(crate) mod conversation_parts;
pub(crate) mod conversations;
pub(crate) mod custom_objects;
pub(crate) mod notes;
pub(crate) mod saved_replies;
pub(crate) mod tags;

use chrono::{DateTime, Utc};

pub(crate) const ATTRIBUTES: &str = "attributes";
pub(crate) const TAGS: &str = "tags";
pub(crate) const COMPANIES: &str = "companies";
pub(crate) const CONTACTS: &str = "contacts";
pub(crate) const NOTES: &str = "notes";
pub(crate) const COLLECTIONS: &str = "collections";
pub(crate) const ARTICLES: &str = "articles";
pub(crate) const CONVERSATIONS: &str = "conversations";
pub(crate) const PARTS: &str = "conversation_parts";
pub(crate) const ATTACHMENTS: &str = "attachments";
pub(crate) const CUSTOM_OBJECTS: &str = "custom_objects";
pub(crate) const SAVED_REPLIES: &str = "saved_replies";

/// Seconds since 1970.
pub(crate) fn seconds(time: Option<DateTime<Utc>>) -> Option<i64> {
    time.map(|t| t.timestamp())
}
