//! A workspace that was tampered with in every way that matters: `reconcile` names each row and field, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::loaded::workspace;
use super::{NO_WORKSPACE, settings};
use crate::support::halo::{Halo, Switches};
use crate::support::tampered::{Edit, Tampered, doubled, gone, of};
use crate::support::{Migration, Workspace};

/// Where it is told, table, row, field.
type Told = (&'static str, String, String, String);

/// A loaded tenant, and what was done to its workspace.
struct Scene {
    migration: Migration,
    workspace: Workspace,
    edits: Vec<Edit>,
    wanted: BTreeSet<Told>,
    /// Threads that something was done to already.
    used: BTreeSet<String>,
    instead: BTreeMap<String, String>,
}

impl Scene {
    /// The only row of a query, as texts.
    fn pick(&self, query: &str) -> Vec<String> {
        let rows = self.migration.rows(&format!("SELECT * FROM ({query}) AS rows LIMIT 1"));
        let row = rows.first().unwrap_or_else(|| panic!("nothing to tamper with: {query}"));
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        row.as_object().unwrap().values().map(text).collect()
    }

    /// A loaded row of a table: key and id.
    fn row(&self, table: &str, condition: &str) -> (String, String) {
        let found = self.pick(&format!(
            "SELECT sent.source_key, sent.intercom_id FROM ledger.rows AS sent \
             JOIN intercom.{table} AS rows ON rows.source_key = sent.source_key \
             WHERE sent.table_name = '{table}' AND sent.state = 'done' AND {condition} ORDER BY 1"
        ));
        (found[0].clone(), found[1].clone())
    }

    /// A thread that nothing was done to yet: key and id.
    fn thread(&mut self, condition: &str) -> (String, String) {
        let used: Vec<String> = self.used.iter().map(|key| format!("'{key}'")).collect();
        let found = self.row(
            "conversations",
            &format!("{condition} AND rows.source_key NOT IN ({}, '')", used.join(", ")).replace("(, ", "("),
        );
        self.used.insert(found.0.clone());
        found
    }

    /// A message of a thread that nothing was done to yet: its key and id, and the thread's.
    fn message(&mut self, condition: &str) -> [String; 4] {
        let (thread, thread_id) = self.thread(&format!(
            "rows.source_key IN (SELECT conversation_key FROM intercom.conversation_parts WHERE position > 1 AND {condition})"
        ));
        let (key, id) = self
            .row("conversation_parts", &format!("rows.position > 1 AND conversation_key = '{thread}' AND {condition}"));
        [key, id, thread, thread_id]
    }

    fn edit(&mut self, edit: Edit) {
        self.edits.push(edit);
    }

    fn want(&mut self, kind: &'static str, table: &str, key: &str, field: &str) {
        self.wanted.insert((kind, table.to_owned(), key.to_owned()).join(field));
    }

    fn differs(&mut self, table: &str, key: &str, field: &str) {
        self.want("differences", table, key, field);
    }

    /// What `reconcile` tells, with its exit code.
    fn told(&self) -> (Option<i32>, Value, BTreeSet<Told>) {
        let output = self.migration.run(&["--json", "reconcile"]);
        let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
            panic!("{}", String::from_utf8_lossy(&output.stderr));
        });
        let mut told = BTreeSet::new();
        for kind in ["missing", "differences", "unexpected"] {
            for row in document[kind].as_array().unwrap().iter().filter(|row| row["reason"].is_null()) {
                let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
                told.insert((kind, text("table"), text("source_key"), text("field")));
            }
        }
        (output.status.code(), document, told)
    }
}

/// Completes what is told with its field.
trait Join {
    fn join(self, field: &str) -> Told;
}

impl Join for (&'static str, String, String) {
    fn join(self, field: &str) -> Told {
        (self.0, self.1, self.2, field.to_owned())
    }
}

/// The list of messages in a conversation.
fn parts(thread: &mut Value) -> Option<&mut Vec<Value>> {
    thread["conversation_parts"]["conversation_parts"].as_array_mut()
}

fn set(name: &'static str, value: Value) -> impl Fn(&mut Value) + Send + Sync {
    move |row| row[name] = value.clone()
}

#[test]
fn every_tampering_is_named_by_row_and_field_and_nothing_else_is() {
    let halo = Halo::start(Switches { tickets: 20, ..Switches::default() });
    let workspace = workspace();
    let migration = Migration::new(&settings(&halo, NO_WORKSPACE));
    migration.set("http://127.0.0.1:9", &workspace.url);
    migration.set("[intercom]", "[load]\nplaceholder_admin = \"migration@desk.example\"\n[intercom]");
    for stage in ["extract", "transform", "load"] {
        migration.done(&[stage]);
    }
    let (edits, wanted, used, instead) = Default::default();
    let mut scene = Scene { migration, workspace, edits, wanted, used, instead };

    let (code, document, told) = scene.told();
    assert_eq!((code, told), (Some(0), BTreeSet::new()), "{:#}", document["faults"]);

    messages(&mut scene);
    threads(&mut scene);
    people(&mut scene);
    knowledge(&mut scene);
    let tampered =
        Tampered::start(&scene.workspace.url, std::mem::take(&mut scene.instead), std::mem::take(&mut scene.edits));
    scene.migration.set(&scene.workspace.url, &tampered.url);
    let (code, document, told) = scene.told();
    assert_eq!(told, scene.wanted, "{:#}", document["faults"]);
    assert_eq!(code, Some(1));
    let small = document["fields"].as_array().unwrap().iter();
    let small: Vec<_> = small.filter(|row| row["table"] == "contacts" && row["field"] == "email").collect();
    assert_eq!((&small[0]["allowed"], &small[0]["different"]), (&json!(1), &json!(0)), "{small:?}");
}

fn messages(scene: &mut Scene) {
    let comment = "part_type = 'comment'";
    let [key, id, _, thread] = scene.message(comment);
    scene.edit(of("conversation", &thread, move |row| {
        if let Some(parts) = parts(row) {
            parts.retain(|part| part["id"] != *id);
        }
    }));
    scene.want("missing", "conversation_parts", &key, "");

    let [key, id, ..] = scene.message(comment);
    scene.edit(of("conversation_part", &id, set("body", json!("<p>Something else</p>"))));
    scene.differs("conversation_parts", &key, "body");

    let [key, id, ..] = scene.message("part_type = 'comment' AND author_type = 'admin'");
    scene.edit(of("conversation_part", &id, |part| part["author"]["id"] = json!("99")));
    scene.differs("conversation_parts", &key, "author");

    let [key, id, ..] = scene.message(comment);
    scene.edit(of("conversation_part", &id, |part| {
        part["created_at"] = json!(part["created_at"].as_i64().unwrap() + 1)
    }));
    scene.differs("conversation_parts", &key, "created_at");

    let [key, id, ..] = scene.message("part_type = 'note'");
    scene.edit(of("conversation_part", &id, set("part_type", json!("comment"))));
    scene.differs("conversation_parts", &key, "part_type");

    let [_, id, thread, thread_id] = scene.message(comment);
    scene.edit(of("conversation", &thread_id, move |row| {
        let Some(parts) = parts(row) else { return };
        let mut more = parts.iter().find(|part| part["id"] == *id).unwrap().clone();
        more["id"] = json!("990001");
        parts.push(more);
    }));
    scene.want("unexpected", "conversation_parts", &thread, "");

    let two = "(SELECT count(*) FROM intercom.conversation_parts AS p WHERE p.conversation_key = rows.source_key AND p.position > 1) > 1";
    let (thread, thread_id) = scene.thread(two);
    let swapped = scene.migration.rows(&format!(
        "SELECT sent.source_key, sent.intercom_id FROM intercom.conversation_parts AS parts \
         JOIN ledger.rows AS sent ON sent.table_name = 'conversation_parts' AND sent.source_key = parts.source_key \
         WHERE parts.conversation_key = '{thread}' AND parts.position > 1 ORDER BY parts.position LIMIT 2"
    ));
    let ids: Vec<Value> = swapped.iter().map(|row| row["intercom_id"].clone()).collect();
    scene.edit(of("conversation", &thread_id, move |row| {
        let Some(parts) = parts(row) else { return };
        let place = |id: &Value| parts.iter().position(|part| part["id"] == *id).unwrap();
        let (first, second) = (place(&ids[0]), place(&ids[1]));
        parts.swap(first, second);
    }));
    for row in swapped {
        scene.differs("conversation_parts", row["source_key"].as_str().unwrap(), "position");
    }

    for (how, kind) in [("lost", "missing"), ("replaced", "differences")] {
        let used: Vec<String> = scene.used.iter().map(|key| format!("'{key}'")).collect();
        let file = scene.pick(&format!(
            "SELECT sent.source_key, sent.parent_id, parts.conversation_key FROM ledger.rows AS sent \
             JOIN intercom.attachments AS files ON files.source_key = sent.source_key \
             JOIN intercom.conversation_parts AS parts ON parts.source_key = files.part_key \
             WHERE sent.table_name = 'attachments' AND sent.state = 'done' AND parts.conversation_key NOT IN ({}) ORDER BY 1",
            used.join(", ")
        ));
        let name =
            scene.pick(&format!("SELECT name FROM intercom.attachments WHERE source_key = '{}'", file[0])).remove(0);
        scene.edit(of("conversation_part", &file[1], move |part| {
            let files = part["attachments"].as_array_mut().unwrap();
            match how {
                "lost" => files.retain(|file| file["name"] != *name),
                _ => files.iter_mut().filter(|file| file["name"] == *name).for_each(|file| file["filesize"] = json!(7)),
            }
        }));
        scene.want(kind, "attachments", &file[0], if kind == "missing" { "" } else { "size" });
        scene.used.insert(file[2].clone());
    }
}

fn threads(scene: &mut Scene) {
    let (key, id) = scene.thread("true");
    scene.edit(doubled("/conversations/search", "conversations", &id, set("id", json!("990002"))));
    scene.instead.insert("/conversations/990002".to_owned(), format!("/conversations/{id}"));
    scene.edit(Box::new(|path, row| {
        if path == "/conversations/990002" {
            row["id"] = json!("990002");
        }
    }));
    scene.want("unexpected", "conversations", &key, "");

    let changes: [(&str, &str, fn(&mut Value)); 6] = [
        ("assignee", "true", |row| row["admin_assignee_id"] = json!(99)),
        ("state", "state = 'closed'", |row| (row["state"], row["open"]) = (json!("open"), json!(true))),
        ("created_at", "true", |row| row["created_at"] = json!(row["created_at"].as_i64().unwrap() - 60)),
        ("title", "title IS NOT NULL", |row| row["title"] = json!("Another title")),
        ("company", "company_key IS NOT NULL", |row| row["company"] = Value::Null),
        ("custom_attributes.Halo ticket ID", "true", |row| row["custom_attributes"]["Halo ticket ID"] = json!([1])),
    ];
    for (field, condition, change) in changes {
        let (key, id) = scene.thread(condition);
        scene.edit(of("conversation", &id, change));
        scene.differs("conversations", &key, field);
    }

    let (key, id) = scene.thread("custom_attributes LIKE '%\"Halo priority\":\"%'");
    scene.edit(of("conversation", &id, |row| row["custom_attributes"]["Halo priority"] = json!("Another priority")));
    scene.differs("conversations", &key, "custom_attributes.Halo priority");

    let (key, id) = scene.thread("tag_keys LIKE '[\"%'");
    scene.edit(of("conversation", &id, |row| row["tags"]["tags"] = json!([])));
    let tags = scene
        .pick(&format!("SELECT json_length(tag_keys) AS n FROM intercom.conversations WHERE source_key = '{key}'"));
    assert_ne!(tags[0], "0");
    scene.differs("conversations", &key, "tags");

    let (key, id) = scene.thread("participant_keys LIKE '[\"%'");
    scene.edit(of("conversation", &id, |row| row["contacts"]["contacts"].as_array_mut().unwrap().truncate(1)));
    scene.differs("conversations", &key, "participants");
}

fn people(scene: &mut Scene) {
    // Of its own: nobody else's row tells of it.
    let (key, id) = scene.row("contacts", "email IS NOT NULL AND name IS NOT NULL AND company_keys IS NULL");
    scene.edit(of("contact", &id, |row| {
        if let Some(email) = row["email"].as_str().map(str::to_uppercase) {
            row["email"] = json!(email);
        }
    }));
    scene.edit(of("contact", &id, |row| {
        if row.get("role").is_some() {
            row["name"] = json!("Somebody else");
        }
    }));
    scene.differs("contacts", &key, "name");

    let (key, id) = scene.row("contacts", &format!("company_keys LIKE '[\"%' AND rows.source_key <> '{key}'"));
    scene.edit(of("contact", &id, |row| {
        if row.get("role").is_some() {
            row["companies"] = json!({ "data": [], "total_count": 0, "has_more": false });
        }
    }));
    scene.differs("contacts", &key, "companies");

    let (deleted, id) = scene.row("contacts", &format!("company_keys LIKE '[\"%' AND rows.source_key <> '{key}'"));
    scene.edit(Box::new(move |path, json| {
        if path == format!("/contacts/{id}") || path.starts_with(&format!("/contacts/{id}/")) {
            *json = Value::Null;
        }
        if path == "/contacts" {
            gone("contact", &id)(path, json);
        }
    }));
    scene.want("missing", "contacts", &deleted, "");

    let (key, id) = scene.row("companies", "true");
    scene.edit(of("company", &id, set("name", json!("Another company"))));
    scene.differs("companies", &key, "name");

    let (key, id) = scene.row("notes", "true");
    scene.edit(of("note", &id, set("body", json!("<p>Another note</p>"))));
    scene.differs("notes", &key, "body");
}

fn knowledge(scene: &mut Scene) {
    let (published, id) = scene.row("articles", "state = 'published'");
    scene.edit(of("article", &id, |row| (row["state"], row["url"]) = (json!("draft"), Value::Null)));
    scene.differs("articles", &published, "state");

    let (key, id) = scene.row("articles", &format!("rows.source_key <> '{published}' AND body LIKE '%href=%'"));
    scene.edit(of("article", &id, |row| {
        let body = row["body"].as_str().unwrap().replacen("href=\"", "href=\"https://elsewhere.example/", 1);
        row["body"] = json!(body);
    }));
    scene.differs("articles", &key, "body");

    let (key, id) = scene.row("collections", "parent_key IS NOT NULL");
    scene.edit(of("collection", &id, set("parent_id", Value::Null)));
    scene.differs("collections", &key, "parent");

    let (removed, id) = scene.row("custom_objects", "true");
    scene.edit(gone("Contract", &id));
    scene.want("missing", "custom_objects", &removed, "");

    let (key, id) = scene.row("custom_objects", &format!("rows.source_key <> '{removed}'"));
    scene.edit(of("Contract", &id, |row| row["custom_attributes"]["Reference"] = json!("X")));
    scene.differs("custom_objects", &key, "custom_attributes.Reference");

    let (key, id) = scene.row("attributes", "model = 'conversation' AND data_type = 'string'");
    let path = "/conversations/attributes";
    scene.edit(Box::new(move |asked, json| {
        let rows = (asked == path).then(|| json["data"].as_array_mut().unwrap());
        for row in rows.into_iter().flatten().filter(|row| row["id"] == *id) {
            row["data_type"] = json!("integer");
        }
    }));
    scene.differs("attributes", &key, "data_type");
}
