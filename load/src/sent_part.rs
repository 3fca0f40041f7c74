//! Id of the message just sent. The reply shows the whole conversation, up to 500 messages and some 200 KB in a long thread, so
//! it is not made into a tree: only what tells its messages apart is read.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::intercom::id_of;
use crate::resolve::thread::is_alike;

#[derive(Deserialize)]
struct Reply {
    conversation_parts: List,
}

#[derive(Deserialize)]
struct List {
    conversation_parts: Vec<Part>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Part {
    id: Value,
    part_type: Value,
    created_at: Value,
    author: Option<Author>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Author {
    r#type: Value,
    id: Value,
}

/// The newest message of a reply that is alike to the one just sent; `None` where there is none, or the reply is something else.
pub(crate) fn sent_part(reply: &[u8], body: &Value) -> Option<String> {
    let reply: Reply = serde_json::from_slice(reply).ok()?;
    let parts = reply.conversation_parts.conversation_parts.into_iter().rev();
    let mut parts = parts.filter_map(|part| serde_json::to_value(part).ok());
    parts.find(|part| is_alike(part, body)).and_then(|part| id_of(&part["id"]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn part(id: Value, author: Value, at: i64) -> Value {
        json!({ "type": "conversation_part", "id": id, "part_type": "comment", "created_at": at, "author": author,
                "body": "<p>\u{e9} \"quoted\"</p>", "attachments": [{ "id": 5 }] })
    }

    #[test]
    fn newest_message_of_the_same_kind_author_and_time_is_the_one() {
        let admin = |id: Value| json!({ "type": "admin", "id": id, "name": "Ada" });
        let user = json!({ "type": "user", "id": "c1" });
        let parts = json!([
            part(json!("1"), admin(json!("7")), 5),
            part(json!(2), admin(json!(7)), 5),
            part(json!("3"), user, 5),
            part(json!("4"), admin(json!("7")), 6),
            part(json!("5"), json!(null), 5),
        ]);
        let reply =
            json!({ "id": "99", "title": null, "conversation_parts": { "conversation_parts": parts } }).to_string();
        let sent = |body: Value| sent_part(reply.as_bytes(), &body);
        let by_admin = |at: i64| json!({ "message_type": "comment", "admin_id": "7", "created_at": at });
        assert_eq!(sent(by_admin(5)).as_deref(), Some("2"));
        assert_eq!(sent(by_admin(6)).as_deref(), Some("4"));
        assert_eq!(sent(by_admin(7)), None);
        let by_user = json!({ "message_type": "comment", "intercom_user_id": "c1", "created_at": 5 });
        assert_eq!(sent(by_user).as_deref(), Some("3"));
    }

    #[test]
    fn reply_that_is_something_else_names_nothing() {
        for reply in ["", "[]", "{}", "not json", r#"{"conversation_parts":{"conversation_parts":[{}]}}"#] {
            assert_eq!(
                sent_part(reply.as_bytes(), &json!({ "message_type": "comment", "admin_id": "7" })),
                None,
                "{reply}"
            );
        }
    }
}
