//! Webhooks: an event for every change that has a topic, signed as Intercom signs, sent until it is taken.
//!
//! This is the one place where the sandbox opens connections of its own, and it opens them to the one address that it was given.
//! Deliveries go out side by side, so that events of one object may overtake each other, as Intercom's do; the faults `repeat` and
//! `disorder` make more of that.

mod topics;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;
use tokio::sync::{Semaphore, mpsc};

use crate::call::Call;
use crate::ids;
use crate::reply::Body;
use crate::routes::Router;
use crate::workspace::Workspace;
use topics::Change;

/// Deliveries at a time.
const AT_ONCE: usize = 32;
/// Longest time for the answer, as Intercom has it.
const ANSWER: Duration = Duration::from_secs(5);
/// Wait before the second attempt; each further one waits twice as long, up to the longest.
const PAUSE: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Where events are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The address.
    pub url: String,
    /// What they are signed with.
    pub secret: String,
}

/// An event that is to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) webhook: Webhook,
    pub(crate) body: Value,
    /// Waits so long before it goes out.
    pub(crate) delay: Duration,
    /// Goes out a second time although it was taken.
    pub(crate) repeated: bool,
}

/// How many events there were, and what became of them.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) events: AtomicU64,
    attempts: AtomicU64,
    delivered: AtomicU64,
}

impl Sent {
    pub(crate) fn json(&self) -> Value {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        json!({ "events": of(&self.events), "attempts": of(&self.attempts), "delivered": of(&self.delivered) })
    }
}

/// Topics and items of the events that a call makes; to be asked right after the call, under the same lock.
pub(crate) fn items(
    ws: &mut Workspace,
    router: &Router,
    method: &str,
    path: &str,
    call: &Call,
    reply: &Body,
) -> Vec<(String, Value)> {
    let reply = match reply {
        Body::Json(value) => value.clone(),
        Body::Text(text) => serde_json::from_str(text).unwrap_or_default(),
        _ => Value::Null,
    };
    let changes = topics::changes(method, path, call, &reply);
    changes.into_iter().filter_map(|change| item(ws, router, call, change)).collect()
}

/// An event's topic and item, with its object as it is now; `None` where that cannot be read.
fn item(ws: &mut Workspace, router: &Router, call: &Call, change: Change) -> Option<(String, Value)> {
    let Some(path) = change.path else { return Some((change.topic, change.item)) };
    let object = read(ws, router, call, &path)?;
    let topic = change.topic.replace("{role}", object["role"].as_str().unwrap_or("user"));
    let mut item = change.item;
    let member = ["contact", "company"].into_iter().find(|member| item.get(member).is_some_and(Value::is_null));
    match (member, &mut item) {
        (Some(member), item) => item[member] = object,
        (None, Value::Object(more)) => {
            let more = std::mem::take(more);
            item = object;
            more.into_iter().for_each(|(name, value)| item[name] = value);
        }
        (None, item) => *item = object,
    }
    Some((topic, item))
}

fn read(ws: &mut Workspace, router: &Router, call: &Call, path: &str) -> Option<Value> {
    let (route, params) = router.find("GET", path)?;
    // Texts of events are plain since 2.15.
    let query = vec![("display_as".to_owned(), "plaintext".to_owned())];
    let call = Call { params, query, now_ms: call.now_ms, base_url: call.base_url.clone(), ..Call::default() };
    let Ok(reply) = (route.run)(ws, &call) else { return None };
    let mut object = match reply.body {
        Body::Json(value) => value,
        Body::Text(text) => serde_json::from_str(&text).ok()?,
        _ => return None,
    };
    // An event has the newest part only.
    for list in ["conversation_parts", "ticket_parts"] {
        if let Some(parts) = object.pointer_mut(&format!("/{list}/{list}")).and_then(Value::as_array_mut) {
            parts.drain(..parts.len().saturating_sub(1));
        }
    }
    Some(object)
}

/// An event as it is sent, but for what each attempt adds.
pub(crate) fn envelope(ws: &Workspace, number: u64, topic: &str, item: Value, now: i64) -> Value {
    let id = format!("notif_{}", ids::uuid(ws.seed ^ 0x5eed, number));
    json!({
        "type": "notification_event", "app_id": ws.app_id, "id": id, "topic": topic,
        "data": { "type": "notification_event_data", "item": item },
        "links": {}, "self": null, "created_at": now, "first_sent_at": now, "delivered_at": 0,
        "delivery_attempts": 0, "delivery_status": "pending",
    })
}

/// Sends events until nobody makes any more.
pub(crate) async fn send(sent: Arc<Sent>, mut events: mpsc::UnboundedReceiver<Event>) {
    let Ok(client) =
        reqwest::Client::builder().timeout(ANSWER).user_agent("intercom-parrot-service-client/1.0").build()
    else {
        return;
    };
    let room = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(event) = events.recv().await {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        let (client, sent) = (client.clone(), Arc::clone(&sent));
        tokio::spawn(async move {
            deliver(&client, &sent, event).await;
            drop(permit);
        });
    }
}

async fn deliver(client: &reqwest::Client, sent: &Sent, event: Event) {
    tokio::time::sleep(event.delay).await;
    let (mut pause, mut attempt, mut left) = (PAUSE, 0, 1 + u32::from(event.repeated));
    let mut body = event.body;
    while left > 0 {
        attempt += 1;
        body["delivery_attempts"] = attempt.into();
        let text = body.to_string();
        sent.attempts.fetch_add(1, Ordering::Relaxed);
        let request = client.post(&event.webhook.url).header("Content-Type", "application/json");
        let request = request.header("X-Hub-Signature", signature(&event.webhook.secret, &text)).body(text);
        if request.send().await.is_ok_and(|answer| answer.status().is_success()) {
            left -= 1;
            continue;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
    sent.delivered.fetch_add(1, Ordering::Relaxed);
}

/// `sha1=` and the HMAC-SHA1 of a body.
fn signature(secret: &str, body: &str) -> String {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body.as_bytes());
    format!("sha1={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests;
