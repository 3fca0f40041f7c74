//! A whole workspace into PostgreSQL: five thousand conversations as they were written, and what events and kills leave behind.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::Duration;

use chrono::DateTime;
use serde_json::{Value, json};

use crate::support::copy::{command, copy, done, rows, tables};
use crate::support::postgres::Postgres;
use crate::support::{Migration, Workspace, id};

const CONVERSATIONS: usize = 5_000;
const CONTACTS: usize = 400;
const COMPANIES: usize = 40;
/// When the first conversation began.
const BEGIN: i64 = 1_600_000_000;
const SECRET: &str = "client-secret-of-the-app";

/// How often the server is killed, and how much happens in the workspace each time.
const ROUNDS: usize = 8;
const CHANGES_EACH: usize = 30;

fn secret() -> String {
    format!("webhook_secret = \"{SECRET}\"")
}

/// What was said in a thread: who, what, when, and whether the customer sees it.
type Said = (String, String, i64, bool);

/// A conversation as it was written.
#[derive(Debug, PartialEq)]
struct Thread {
    customer: String,
    is_closed: bool,
    tags: Vec<String>,
    said: Vec<Said>,
}

/// Fills a workspace; what each conversation is.
fn fill(workspace: &Workspace) -> BTreeMap<String, Thread> {
    let ada = id(&workspace.call("GET", "/admins").1["admins"][0]);
    let tag = id(&workspace.post("/tags", json!({ "name": "urgent" })));
    let companies: Vec<String> = (0..COMPANIES)
        .map(|n| {
            id(&workspace.post("/companies", json!({ "company_id": format!("c{n}"), "name": format!("Firm {n}") })))
        })
        .collect();
    let contacts: Vec<String> = (0..CONTACTS)
        .map(|n| {
            let contact = id(&workspace.post(
                "/contacts",
                json!({ "external_id": format!("u{n}"), "email": format!("u{n}@x.example"), "name": format!("User {n}") }),
            ));
            workspace.post(&format!("/contacts/{contact}/companies"), json!({ "id": companies[n % COMPANIES] }));
            contact
        })
        .collect();
    let one = |n: usize| {
        let customer = contacts[n * 7 % CONTACTS].clone();
        let at = BEGIN + 600 * n as i64;
        let question = format!("Question {n}: does it <work> & how?");
        let from = json!({ "type": "user", "id": customer });
        let made = workspace.post("/conversations", json!({ "from": from, "body": question, "created_at": at }));
        let thread = made["conversation_id"].as_str().unwrap().to_owned();
        let mut said = vec![(format!("contact:{customer}"), question, at, false)];
        for part in 1..=(n % 4) as i64 {
            let (words, at) = (format!("Part {part} of {n}"), at + 60 * part);
            let (who, mut reply, is_private) = match part % 3 {
                1 => ("admin", json!({ "admin_id": ada, "message_type": "comment" }), false),
                2 => ("user", json!({ "intercom_user_id": customer, "message_type": "comment" }), false),
                _ => ("admin", json!({ "admin_id": ada, "message_type": "note" }), true),
            };
            // What customers write is plain text, what teammates write is HTML.
            let body = if who == "admin" { format!("<p>{words}</p>") } else { words.clone() };
            let more = json!({ "type": who, "body": body, "created_at": at });
            reply.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            workspace.post(&format!("/conversations/{thread}/reply"), reply);
            let author = if who == "admin" { format!("admin:{ada}") } else { format!("contact:{customer}") };
            said.push((author, words, at, is_private));
        }
        let is_tagged = n.is_multiple_of(5);
        if is_tagged {
            workspace.post(&format!("/conversations/{thread}/tags"), json!({ "id": tag, "admin_id": ada }));
        }
        let is_closed = n.is_multiple_of(3);
        if is_closed {
            let close = json!({ "message_type": "close", "type": "admin", "admin_id": ada });
            workspace.post(&format!("/conversations/{thread}/parts"), close);
        }
        let tags = if is_tagged { vec!["urgent".to_owned()] } else { Vec::new() };
        (thread, Thread { customer, is_closed, tags, said })
    };
    (0..CONVERSATIONS).map(one).collect()
}

/// A transcript of the database as a thread.
fn thread(row: &Value) -> Thread {
    let words = |text: &Value| text.as_str().unwrap().to_owned();
    let is_message =
        |message: &&Value| message["position"] == 0 || message["type"] == "comment" || message["type"] == "note";
    let said = row["messages"].as_array().unwrap().iter().filter(is_message).map(|message| {
        let at = DateTime::parse_from_rfc3339(message["at"].as_str().unwrap()).unwrap().timestamp();
        let author = message["author"]["key"].as_str().unwrap().trim_start_matches("intercom:").to_owned();
        (author, words(&message["text"]), at, message["private"].as_bool().unwrap())
    });
    Thread {
        customer: words(&row["end_user_key"]).trim_start_matches("intercom:contact:").to_owned(),
        is_closed: row["state"] == "closed",
        tags: row["tags"].as_array().unwrap().iter().map(words).collect(),
        said: said.collect(),
    }
}

#[test]
fn five_thousand_conversations_are_in_the_database_as_they_were_written() {
    let workspace = Workspace::start(&[("Ada".to_owned(), "ada@desk.example".to_owned())], &[]);
    let wanted = fill(&workspace);
    let database = Postgres::shared().database();
    let migration = copy(&workspace.url, &database, &secret());
    done(&migration, &["sync"]);
    let found = rows(&database, "transcripts");
    assert_eq!(found.len(), CONVERSATIONS);
    for row in &found {
        let key = row["intercom_id"].as_str().unwrap();
        assert_eq!(thread(row), wanted[key], "{key}");
        assert_eq!((&row["metadata"]["source"], &row["truncated"]), (&json!("intercom"), &json!(false)));
    }
    let users = rows(&database, "end_users");
    assert_eq!(users.len(), CONTACTS);
    for user in &users {
        let n = user["external_id"].as_str().unwrap().trim_start_matches('u').parse::<usize>().unwrap();
        assert_eq!((&user["email"], &user["name"]), (&json!(format!("u{n}@x.example")), &json!(format!("User {n}"))));
        let company = database.run(&format!(
            "SELECT external_id FROM companies WHERE source_key = '{}'",
            user["company_key"].as_str().unwrap()
        ));
        assert_eq!(company, format!("c{}", n % COMPANIES));
    }
    let plain = database.count("SELECT count(*) FROM knowledge WHERE source_key LIKE 'intercom:%'");
    assert_eq!(plain, CONVERSATIONS as i64);
    assert!(database.count("SELECT count(*) FROM knowledge WHERE source_key LIKE 'distilled:intercom:%'") > 0);
    let again: Value = serde_json::from_str(&done(&migration, &["--json", "sync"])).unwrap();
    assert_eq!((&again["mode"], &again["written"]), (&json!("delta"), &json!(0)), "{again}");
}

/// A server that is killed when this is dropped.
struct Serving(Child);

impl Serving {
    fn start(migration: &Migration, address: &str) -> Self {
        let child =
            command(migration, &["serve", "--listen", address]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(child.unwrap())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One change of a workspace after another.
struct Life<'a> {
    workspace: &'a Workspace,
    ada: String,
    tag: String,
    contacts: Vec<String>,
    threads: Vec<(String, String)>,
}

impl Life<'_> {
    fn change(&mut self, n: usize) {
        let (workspace, contact) = (self.workspace, self.contacts[n * 13 % self.contacts.len()].clone());
        let thread = self.threads.get(n * 5 % self.threads.len().max(1)).cloned();
        match (n % 9, thread) {
            (0 | 1, _) | (_, None) => {
                let from = json!({ "type": "user", "id": contact });
                let made = workspace.post("/conversations", json!({ "from": from, "body": format!("<p>new {n}</p>") }));
                self.threads.push((made["conversation_id"].as_str().unwrap().to_owned(), contact));
            }
            (2, Some((thread, customer))) => {
                let reply = json!({ "type": "user", "intercom_user_id": customer, "message_type": "comment", "body": format!("<p>more {n}</p>") });
                workspace.post(&format!("/conversations/{thread}/reply"), reply);
            }
            (3, Some((thread, _))) => {
                let note = json!({ "type": "admin", "admin_id": self.ada, "message_type": "note", "body": format!("<p>for us {n}</p>") });
                workspace.post(&format!("/conversations/{thread}/reply"), note);
            }
            (4, Some((thread, _))) => {
                workspace
                    .post(&format!("/conversations/{thread}/tags"), json!({ "id": self.tag, "admin_id": self.ada }));
            }
            (5, Some((thread, _))) => {
                let close = json!({ "message_type": "close", "type": "admin", "admin_id": self.ada });
                workspace.post(&format!("/conversations/{thread}/parts"), close);
            }
            (6, _) => {
                let named = json!({ "name": format!("Renamed {n}") });
                assert_eq!(workspace.call_with("PUT", &format!("/contacts/{contact}"), &named).0, 200);
            }
            (7, Some((thread, _))) => {
                assert_eq!(workspace.call("DELETE", &format!("/conversations/{thread}")).0, 200);
                self.threads.retain(|(known, _)| *known != thread);
            }
            _ => {
                self.contacts.push(id(&workspace.post("/contacts", json!({ "external_id": format!("later{n}") }))));
            }
        }
    }
}

#[test]
fn events_and_kills_leave_the_database_as_the_workspace_is() {
    let workspace = Workspace::start(&[("Ada".to_owned(), "ada@desk.example".to_owned())], &[]);
    let ada = id(&workspace.call("GET", "/admins").1["admins"][0]);
    let tag = id(&workspace.post("/tags", json!({ "name": "urgent" })));
    let contacts =
        (0..20).map(|n| id(&workspace.post("/contacts", json!({ "external_id": format!("u{n}") })))).collect();
    let mut life = Life { workspace: &workspace, ada, tag, contacts, threads: Vec::new() };
    (0..40).for_each(|n| life.change(n * 9));
    let postgres = Postgres::shared();
    let (database, fresh) = (postgres.database(), postgres.database());
    let migration = copy(&workspace.url, &database, &secret());
    done(&migration, &["sync"]);

    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    workspace.webhook(&format!("http://{free}"), SECRET, "repeat=0.2,disorder=0.2");
    for round in 0..ROUNDS {
        let serving = Serving::start(&migration, &free.to_string());
        (0..CHANGES_EACH).for_each(|n| life.change(round * CHANGES_EACH + n));
        // In the middle of whatever it is at: taking in, extract, transform, load.
        std::thread::sleep(Duration::from_millis(700 + 811 * round as u64 % 4_000));
        drop(serving);
    }
    done(&migration, &["sync"]);
    let copied = copy(&workspace.url, &fresh, &secret());
    done(&copied, &["sync"]);
    for table in tables() {
        let (there, wanted) = (rows(&database, &table), rows(&fresh, &table));
        let keys =
            |rows: &[Value]| rows.iter().map(|row| row["source_key"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(keys(&there), keys(&wanted), "{table}");
        for (there, wanted) in there.iter().zip(&wanted) {
            assert_eq!(there, wanted, "{table}");
        }
    }
    let received = migration.rows("SELECT count(*) AS n FROM events.received");
    assert!(received[0]["n"].as_i64() > Some(50), "{received:?}");
    assert!(database.count("SELECT count(*) FROM transcripts") > 40);
}
