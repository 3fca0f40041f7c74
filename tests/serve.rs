//! `serve` and `status`: the real command, events as Intercom sends them, killed again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use deskferry_serve::Secret;
use serde_json::{Value, json};

use crate::support::{Migration, Workspace, chromium, text};

const SECRET: &str = "client-secret-of-the-app";

/// How often the server is killed, and how many events it has answered each time at least.
const ROUNDS: u64 = 12;
const ANSWERED_EACH: usize = 10;

/// A copy of a workspace whose events are kept and, but for `apply_every`, not applied.
fn copy(workspace: &str, apply_every: &str) -> Migration {
    Migration::new(&format!(
        "[source]\nkind = \"intercom\"\nurl = \"{workspace}\"\ntoken = \"test-token-1234\"\n\
         webhook_secret = \"{SECRET}\"\n[serve]\napply_every = \"{apply_every}\"\n"
    ))
}

/// A server at work; it is killed when this is dropped.
struct Serving {
    child: Child,
    url: String,
}

impl Serving {
    fn start(migration: &Migration) -> Self {
        let mut command = migration.command(&["--json", "serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        Self { url: told["url"].as_str().unwrap().to_owned(), child }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // SIGKILL: nothing is written down at last.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn event(id: &str, topic: &str, item: Value) -> String {
    json!({ "type": "notification_event", "app_id": "a", "id": id, "topic": topic, "created_at": 1_700_000_000,
        "data": { "type": "notification_event_data", "item": item } })
    .to_string()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn send(client: &reqwest::Client, url: &str, body: String) -> Option<u16> {
    let signature = Secret::new(SECRET).unwrap().sign(body.as_bytes());
    let answer = client.post(url).header("X-Hub-Signature", signature).body(body).send().await.ok()?;
    Some(answer.status().as_u16())
}

async fn get(client: &reqwest::Client, url: &str, path: &str) -> (u16, String) {
    let answer = client.get(format!("{url}{path}")).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[test]
fn nothing_that_was_answered_is_lost_however_often_it_is_killed() {
    let migration = copy("http://127.0.0.1:9", "1d");
    let runtime = runtime();
    let answered = Arc::new(Mutex::new(BTreeSet::new()));
    let sent = Arc::new(AtomicU32::new(0));
    for round in 0..ROUNDS {
        let serving = Serving::start(&migration);
        let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..16)
            .map(|_| {
                let (client, url, stop) = (client.clone(), serving.url.clone(), Arc::clone(&stop));
                let (answered, sent) = (Arc::clone(&answered), Arc::clone(&sent));
                runtime.spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        // Now and then one that was sent before, answered or not.
                        let next = sent.fetch_add(1, Ordering::Relaxed);
                        let number = if next % 5 == 4 { next / 2 } else { next };
                        let id = format!("notif_{number}");
                        let body = event(&id, "contact.user.updated", json!({ "type": "contact", "id": number }));
                        if send(&client, &url, body).await == Some(200) {
                            answered.lock().unwrap().insert(id);
                        }
                    }
                })
            })
            .collect();
        // In the middle of its work, at another moment each time.
        let enough = answered.lock().unwrap().len() + ANSWERED_EACH;
        for _ in 0..3_000 {
            if answered.lock().unwrap().len() >= enough {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(round * 37 % 240));
        drop(serving);
        stop.store(true, Ordering::Relaxed);
        senders.into_iter().for_each(|sender| runtime.block_on(sender).unwrap());
    }
    let rows = migration.rows("SELECT seq, id FROM events.received ORDER BY seq");
    let stored: BTreeSet<String> = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    let answered = answered.lock().unwrap();
    let lost: Vec<&String> = answered.difference(&stored).collect();
    assert!(lost.is_empty(), "{} of {} answered events are lost: {lost:?}", lost.len(), answered.len());
    assert_eq!(stored.len(), rows.len(), "no event is stored twice");
    assert!((1..).zip(&rows).all(|(seq, row)| row["seq"] == seq), "numbers have no gap");
    assert!(answered.len() >= ANSWERED_EACH * ROUNDS as usize, "{}", answered.len());
}

#[test]
fn events_can_be_asked_for_in_sql_and_status_tells_of_them() {
    let migration = copy("http://127.0.0.1:9", "1d");
    let runtime = runtime();
    let none = migration.done(&["status"]);
    assert!(none.contains("Last sync") && none.contains("never") && !none.contains(SECRET), "{none}");
    let serving = Serving::start(&migration);
    let client = reqwest::Client::new();
    runtime.block_on(async {
        let contact = json!({ "type": "contact", "id": "c", "email": "ada@example.com" });
        assert_eq!(send(&client, &serving.url, event("1", "contact.deleted", contact.clone())).await, Some(200));
        assert_eq!(send(&client, &serving.url, event("1", "contact.deleted", contact)).await, Some(200));
        assert_eq!(send(&client, &serving.url, event("2", "moon.landed", json!({}))).await, Some(200));
        let bad = client.post(&serving.url).body("{}").send().await.unwrap();
        assert_eq!(bad.status(), 401);
    });
    let rows = migration.rows(
        "SELECT id, topic, is_known, objects, (payload ->> 'app_id') AS app, \"at\" IS NOT NULL AS has_time FROM events.received ORDER BY seq",
    );
    let wanted = json!([
        { "id": "1", "topic": "contact.deleted", "is_known": true, "app": "a", "has_time": true,
          "objects": "[{\"table\":\"contacts\",\"id\":\"c\",\"gone\":true}]" },
        { "id": "2", "topic": "moon.landed", "is_known": false, "app": "a", "has_time": true, "objects": "[]" },
    ]);
    assert_eq!(json!(rows), wanted);
    let comments = migration.rows(
        "SELECT count(*) AS n FROM information_schema.columns WHERE table_schema = 'events' AND table_name = 'received'",
    );
    assert_eq!(comments[0]["n"], 9);
    let (code, page) = runtime.block_on(get(&client, &serving.url, "/"));
    assert_eq!(code, 200);
    for known in [SECRET, "ada@example.com", "moon"] {
        assert!(!page.contains(known), "{known} is on the page");
    }
    let (_, metrics) = runtime.block_on(get(&client, &serving.url, "/metrics"));
    for line in [
        "deskferry_events_received_total 2",
        "deskferry_events_total{outcome=\"rejected\"} 1",
        "deskferry_events_total{outcome=\"repeated\"} 1",
        "deskferry_events_pending 2",
        "deskferry_webhook_secret_configured 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
    let status: Value = serde_json::from_str(&migration.done(&["--json", "status"])).unwrap();
    assert_eq!((&status["events"]["received"], &status["events"]["pending"]), (&json!(2), &json!(2)));
    assert_eq!((&status["webhook_secret_configured"], &status["faults"]), (&json!(true), &json!([])));
    looks_well(&page);
}

/// In a browser, on a phone and on a desk, light and dark.
fn looks_well(page: &str) {
    for seen in chromium::look(&[page], &[360, 1280]) {
        let short = format!("{seen:#}");
        assert!(seen["scroll_width"].as_u64() <= seen["width"].as_u64(), "it scrolls sideways: {short}");
        assert_eq!(seen["title"], "Copy of an Intercom workspace");
        assert_eq!(
            (&seen["ran"], &seen["scripts"], &seen["handlers"]),
            (&json!(false), &json!(0), &json!(0)),
            "{short}"
        );
        assert_eq!((&seen["loads"], &seen["fetched"]), (&json!([]), &json!([])), "{short}");
        assert!(seen["contrast_min"].as_f64().unwrap() >= 4.5, "{short}");
        assert_eq!((&seen["levels_skipped"], &seen["lang"]), (&json!(0), &json!("en")), "{short}");
    }
}

#[test]
fn a_server_that_is_told_to_stop_writes_down_what_it_has_counted() {
    let migration = copy("http://127.0.0.1:9", "1d");
    let mut serving = Serving::start(&migration);
    let runtime = runtime();
    let client = reqwest::Client::new();
    runtime.block_on(async {
        for _ in 0..3 {
            assert_eq!(client.post(&serving.url).body("{}").send().await.unwrap().status(), 401);
        }
    });
    let id = serving.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(serving.child.wait().unwrap().success());
    assert_eq!(migration.count("SELECT max(rejected) AS n FROM events.counts"), 3);
    let status: Value = serde_json::from_str(&migration.done(&["--json", "status"])).unwrap();
    assert_eq!(status["events"]["rejected"], 3);
}

#[test]
fn serve_refuses_to_start_without_a_secret_or_a_workspace() {
    let migration = copy("http://127.0.0.1:9", "1d");
    migration.set(SECRET, "${NOT_SET}");
    let error = migration.refused(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(error.contains("NOT_SET") && error.contains("hint:"), "{error}");
    let status: Value = serde_json::from_str(&migration.done(&["--json", "status"])).unwrap();
    assert_eq!(status["webhook_secret_configured"], false);
    migration.set("${NOT_SET}", "  ");
    let error = migration.refused(&["serve"]);
    assert!(error.contains("no webhook secret") && error.contains("hint:"), "{error}");
    migration.set("1d", "soon");
    let error = migration.refused(&["serve"]);
    assert!(error.contains("`soon` is no time") && error.contains("line"), "{error}");
    let hesk = Migration::new("[source]\nkind = \"hesk\"\nurl = \"x.sql\"\n");
    for command in ["serve", "status"] {
        let error = hesk.refused(&[command]);
        assert!(error.contains("the source of this migration is hesk") && error.contains("hint:"), "{error}");
    }
}

#[test]
fn a_taken_address_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let migration = copy("http://127.0.0.1:9", "1d");
    let output = migration.run(&["serve", "--listen", &taken.local_addr().unwrap().to_string()]);
    let error = text(&output.stderr);
    assert!(
        output.status.code() == Some(1) && error.contains("cannot listen on") && error.contains("hint:"),
        "{error}"
    );
}

#[test]
fn every_change_of_a_workspace_is_told_while_the_server_comes_and_goes() {
    let workspace = Workspace::start(&[("Ada".to_owned(), "ada@desk.example".to_owned())], &[]);
    let migration = copy(&workspace.url, "1d");
    let mut serving = Serving::start(&migration);
    let mut ids = BTreeSet::new();
    for round in 0..4 {
        workspace.webhook(&serving.url, SECRET, "repeat=0.3,disorder=0.3");
        for n in 0..25 {
            let made = workspace.post("/contacts", json!({ "external_id": format!("{round}-{n}") }));
            ids.insert(made["id"].as_str().unwrap().to_owned());
        }
        if round < 3 {
            // What it has not taken goes to its successor, at the same address.
            let address = serving.url.trim_start_matches("http://").to_owned();
            drop(serving);
            let mut command = migration.command(&["--json", "serve", "--listen", &address]);
            let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
            serving = Serving { child, url: format!("http://{address}") };
        }
    }
    for _ in 0..600 {
        let sent = workspace.stats()["webhooks"].clone();
        if sent["events"] == 100 && sent["delivered"] == 100 {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let sent = workspace.stats()["webhooks"].clone();
    assert_eq!((&sent["events"], &sent["delivered"]), (&json!(100), &json!(100)), "{sent}");
    assert!(sent["attempts"].as_u64() > Some(100), "{sent}");
    drop(serving);
    let rows = migration.rows("SELECT topic, objects FROM events.received");
    let mut by_topic: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = BTreeSet::new();
    for row in &rows {
        *by_topic.entry(row["topic"].as_str().unwrap()).or_default() += 1;
        let objects: Value = serde_json::from_str(row["objects"].as_str().unwrap()).unwrap();
        found.insert(objects[0]["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(by_topic, BTreeMap::from([("contact.user.created", 100)]));
    assert_eq!(found, ids);
}

#[test]
fn a_change_is_in_the_copy_soon_after_it_was_told() {
    let workspace = Workspace::start(&[("Ada".to_owned(), "ada@desk.example".to_owned())], &[]);
    let migration = copy(&workspace.url, "200ms");
    let contact = workspace.post("/contacts", json!({ "external_id": "e1", "name": "Before" }));
    let id = contact["id"].as_str().unwrap();
    let serving = Serving::start(&migration);
    workspace.webhook(&serving.url, SECRET, "");
    let in_the_copy = |what: &str, query: &str| {
        for _ in 0..150 {
            let output = migration.run(&["--json", "sql", query]);
            if text(&output.stdout).contains("\"n\":1") {
                return;
            }
            std::thread::sleep(Duration::from_millis(400));
        }
        panic!("{what} is not in the copy: {}", text(&migration.run(&["status"]).stdout));
    };
    let of_contact = |condition: &str| {
        format!(
            "SELECT count(*) AS n FROM database.end_users WHERE source_key = 'intercom:contact:{id}' AND {condition}"
        )
    };
    assert_eq!(workspace.call_with("PUT", &format!("/contacts/{id}"), &json!({ "name": "After" })).0, 200);
    in_the_copy("a new name", &of_contact("name = 'After'"));
    let thread =
        workspace.post("/conversations", json!({ "from": { "type": "user", "id": id }, "body": "Where is it?" }));
    let thread = thread["conversation_id"].as_str().unwrap();
    let transcript = format!(
        "SELECT count(*) AS n FROM database.transcripts WHERE source_key = 'intercom:conversation:{thread}' AND CAST(messages AS VARCHAR) LIKE"
    );
    in_the_copy("a conversation", &format!("{transcript} '%Where is it?%'"));
    let reply = json!({ "type": "user", "intercom_user_id": id, "message_type": "comment", "body": "Found it." });
    workspace.post(&format!("/conversations/{thread}/reply"), reply);
    in_the_copy("a reply", &format!("{transcript} '%Found it.%'"));
}
