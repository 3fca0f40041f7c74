//! Servers on free ports, asked over HTTP.

mod applying;
mod bounds;
mod storing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use deskferry_staging::{Context, Kind, Staging};
use futures::TryStreamExt as _;
use serde_json::json;

use crate::received::{self, IDENTITY, Rows};
use crate::{Failure, Host, Secret, Server, Settings, Status, Synced};

const SECRET: &str = "hush";

/// What was applied, and whether it fails.
#[derive(Debug, Default)]
struct Copy {
    applied: Mutex<Vec<BTreeMap<String, BTreeSet<String>>>>,
    fails: Mutex<Option<Kind>>,
}

#[async_trait(?Send)]
impl Host for Copy {
    async fn apply(&self, tables: BTreeMap<String, BTreeSet<String>>) -> Result<(), Failure> {
        if let Some(kind) = *self.fails.lock().unwrap() {
            return Err(Failure { kind, text: "the row of ada@example.com".into() });
        }
        self.applied.lock().unwrap().push(tables);
        Ok(())
    }

    async fn synced(&self) -> Option<Synced> {
        Some(Synced { rows: BTreeMap::from([("contacts".to_owned(), 7)]), rate_share: Some(0.5), ..Synced::default() })
    }

    fn page(&self, status: &Status) -> String {
        format!("<!doctype html>{}", status.events.received)
    }
}

/// A server that runs until [`Running::stop`].
struct Running {
    url: String,
    context: Context,
    copy: Arc<Copy>,
    run: tokio::task::JoinHandle<()>,
    client: reqwest::Client,
}

#[expect(clippy::disallowed_methods, reason = "the clock of the tests")]
fn context(staging: &Staging) -> Context {
    Context::new(staging.clone(), chrono::Utc::now, || 7)
}

async fn start(staging: &Staging, change: impl FnOnce(&mut Settings)) -> Running {
    let context = context(staging);
    let mut settings = Settings::new("127.0.0.1:0".parse().unwrap(), Secret::new(SECRET).unwrap());
    settings.apply_every = Duration::from_millis(50);
    change(&mut settings);
    let copy = Arc::new(Copy::default());
    let server = Server::start(&context, settings, Arc::clone(&copy) as Arc<dyn Host>).await.unwrap();
    let url = format!("http://{}", server.address());
    // What is applied need not be `Send`: it has a thread of its own.
    let run = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(server.run()).unwrap();
    });
    let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
    Running { url, context, copy, run, client }
}

impl Running {
    /// Sends a body with a signature; status and answer.
    async fn send(&self, body: String, signature: Option<&str>) -> (u16, String) {
        let mut request = self.client.post(format!("{}/hook", self.url)).body(body);
        if let Some(signature) = signature {
            request = request.header("X-Hub-Signature", signature);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn signed(&self, body: String) -> (u16, String) {
        let signature = Secret::new(SECRET).unwrap().sign(body.as_bytes());
        self.send(body, Some(&signature)).await
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// A figure of the metrics.
    async fn metric(&self, name: &str) -> f64 {
        let (_, text) = self.get("/metrics").await;
        let line = text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
        line.unwrap_or_else(|| panic!("{name} in {text}")).rsplit(' ').next().unwrap().parse().unwrap()
    }

    async fn stop(self) {
        self.context.cancel.cancel();
        self.run.await.unwrap();
    }

    async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        for _ in 0..400 {
            if is_so().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{what} did not come about");
    }
}

fn event(id: &str, topic: &str, item: serde_json::Value) -> String {
    json!({ "type": "notification_event", "app_id": "a", "id": id, "topic": topic, "created_at": 1_700_000_000,
        "delivery_attempts": 1, "data": { "type": "notification_event_data", "item": item } })
    .to_string()
}

fn contact(id: &str) -> String {
    event(id, "contact.user.updated", json!({ "type": "contact", "id": format!("c-{id}") }))
}

/// Ids in the order in which they are stored; numbers must have no gap.
async fn stored(staging: &Staging) -> Vec<String> {
    let log = received::log(staging).unwrap();
    let read: Vec<_> = log.read(log.stretches().await.unwrap(), Some(IDENTITY)).try_collect().await.unwrap();
    let mut ids = Vec::new();
    for batch in read.iter().flat_map(|(_, batches)| batches) {
        let rows = Rows::new(batch, "id").unwrap();
        for row in 0..rows.len() {
            ids.push(rows.text(row).to_owned());
            assert_eq!(rows.seq(row), ids.len() as i64);
        }
    }
    ids
}
