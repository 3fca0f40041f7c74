//! One event as Intercom sends it.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::topics::{self, Object};

/// The topic of what is sent to see whether anybody is there.
const PING: &str = "ping";

/// What a body is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Notice {
    /// Somebody asks whether we are there.
    Ping,
    /// An event to keep.
    Event(Event),
}

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// The notification's id; of one without, the hash of its body.
    pub(crate) id: String,
    /// Its topic; empty where it has none.
    pub(crate) topic: String,
    /// Whether the topic is known.
    pub(crate) is_known: bool,
    /// When it happened, by Intercom's clock.
    pub(crate) created_at: Option<DateTime<Utc>>,
    /// Which attempt to deliver it this is, by Intercom's count.
    pub(crate) attempt: Option<i64>,
    /// What has to be looked at again.
    pub(crate) objects: Vec<Object>,
    /// The body.
    pub(crate) payload: String,
}

impl Notice {
    /// # Errors
    /// Why the body is no event.
    pub(crate) fn read(body: &[u8]) -> Result<Self, String> {
        let payload = std::str::from_utf8(body).map_err(|error| error.to_string())?;
        let envelope: Map<String, Value> = serde_json::from_str(payload).map_err(|error| error.to_string())?;
        // Whatever has another type than it should counts as not there.
        let get = |name: &str| envelope.get(name).unwrap_or(&Value::Null);
        let topic = get("topic").as_str().unwrap_or_default();
        if topic == PING {
            return Ok(Self::Ping);
        }
        let objects = topics::objects(topic, get("data").get("item").unwrap_or(&Value::Null));
        let id = get("id").as_str().filter(|id| !id.is_empty() && id.len() <= 200).map(ToOwned::to_owned);
        Ok(Self::Event(Event {
            id: id.unwrap_or_else(|| format!("sha256:{}", hex::encode(Sha256::digest(body)))),
            topic: topic.to_owned(),
            is_known: objects.is_some(),
            created_at: get("created_at").as_i64().and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            attempt: get("delivery_attempts").as_i64(),
            objects: objects.unwrap_or_default(),
            payload: payload.to_owned(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Event {
        match Notice::read(text.as_bytes()).unwrap() {
            Notice::Event(event) => event,
            Notice::Ping => panic!("a ping"),
        }
    }

    #[test]
    fn envelope_is_read_and_the_body_kept_as_it_came() {
        let text = r#"{"type":"notification_event","app_id":"a","id":"notif_1","topic":"contact.created","created_at":1700000000,
            "delivery_attempts":2,"data":{"type":"notification_event_data","item":{"type":"contact","id":"c"}}}"#;
        let event = event(text);
        assert_eq!((event.id.as_str(), event.topic.as_str(), event.is_known), ("notif_1", "contact.created", true));
        assert_eq!((event.attempt, event.created_at.unwrap().timestamp()), (Some(2), 1_700_000_000));
        assert_eq!((event.objects.len(), event.payload.as_str()), (1, text));
        assert_eq!(Notice::read(br#"{"topic":"ping","data":{"item":{"type":"ping"}}}"#), Ok(Notice::Ping));
    }

    #[test]
    fn what_lacks_something_is_kept_all_the_same() {
        let bare = event("{}");
        assert_eq!((bare.topic.as_str(), bare.is_known, bare.id.len()), ("", false, 7 + 64));
        assert_eq!(event("{}").id, bare.id, "the same body is the same event");
        let odd = event(r#"{"id":5,"topic":["x"],"created_at":"now","data":[]}"#);
        assert!(!odd.is_known && odd.created_at.is_none() && odd.id.starts_with("sha256:"));
        let huge = event(r#"{"id":"n","topic":"contact.created","created_at":99999999999999999}"#);
        assert_eq!(huge.created_at, None);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        for body in [&b"\xff\xfe"[..], b"", b"no", b"[]", b"\"x\"", deep.as_bytes(), b"{\"id\":\"a\"} {"] {
            assert!(Notice::read(body).is_err(), "{}", String::from_utf8_lossy(body));
        }
    }
}
