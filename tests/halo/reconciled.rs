//! A workspace that was tampered with in every way that matters: `reconcile` names each row and field, and nothing else.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::loaded::workspace;
use super::{NO_WORKSPACE, settings};
use crate::support::halo::{Halo, Switches};
use crate::support::tampered::{Edit, Tampered, doubled, gone, in_list, of};
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
    tables: RefCell<BTreeMap<String, Vec<Value>>>,
}

impl Scene {
    /// The loaded rows of a table with their ids, by key.
    fn rows(&self, table: &str) -> Vec<Value> {
        let mut tables = self.tables.borrow_mut();
        let rows = tables.entry(table.to_owned()).or_insert_with(|| {
            self.migration.rows(&format!(
                "SELECT rows.*, sent.intercom_id AS id, sent.parent_id AS inside FROM ledger.rows AS sent \
                 JOIN intercom.{table} AS rows ON rows.source_key = sent.source_key \
                 WHERE sent.table_name = '{table}' AND sent.state = 'done' ORDER BY rows.source_key"
            ))
        });
        rows.clone()
    }

    /// The first row of a table that fits: key and id.
    fn row(&self, table: &str, fits: impl Fn(&Value) -> bool) -> (String, String) {
        let found = self.rows(table).into_iter().find(|row| fits(row));
        let found = found.unwrap_or_else(|| panic!("no row of {table} to tamper with, but {:?}", self.wanted));
        (text(&found, "source_key"), text(&found, "id"))
    }

    /// A thread that nothing was done to yet: key and id.
    fn thread(&mut self, fits: impl Fn(&Value) -> bool) -> (String, String) {
        let found = self.row("conversations", |row| !self.used.contains(&text(row, "source_key")) && fits(row));
        self.used.insert(found.0.clone());
        found
    }

    /// A reply in a thread that nothing was done to yet: its key and id, and the thread's.
    fn message(&mut self, fits: impl Fn(&Value) -> bool) -> [String; 4] {
        let found = self.rows("conversation_parts").into_iter().find(|row| {
            row["position"].as_i64() > Some(1) && !self.used.contains(&text(row, "conversation_key")) && fits(row)
        });
        let found = found.expect("no message to tamper with");
        self.used.insert(text(&found, "conversation_key"));
        ["source_key", "id", "conversation_key", "inside"].map(|column| text(&found, column))
    }

    fn edit(&mut self, edit: Edit) {
        self.edits.push(edit);
    }

    fn want(&mut self, kind: &'static str, table: &str, key: &str, field: &str) {
        self.wanted.insert((kind, table.to_owned(), key.to_owned(), field.to_owned()));
    }

    fn differs(&mut self, table: &str, key: &str, field: &str) {
        self.want("differences", table, key, field);
    }

    /// What `reconcile` tells, with its exit code.
    fn told(&self) -> (Option<i32>, Value, BTreeSet<Told>) {
        let output = self.migration.run(&["--json", "reconcile", "--files"]);
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

/// A field, the rows that have it, and how it is changed.
type Change = (&'static str, fn(&Value) -> bool, fn(&mut Value));

/// The list of messages in a conversation.
fn parts(thread: &mut Value) -> Option<&mut Vec<Value>> {
    thread["conversation_parts"]["conversation_parts"].as_array_mut()
}

#[test]
fn every_tampering_is_named_by_row_and_field_and_nothing_else_is() {
    let halo = Halo::start(Switches { tickets: 20, ..Switches::default() });
    let workspace = workspace();
    let migration = Migration::new(&settings(&halo, NO_WORKSPACE));
    migration.set("http://127.0.0.1:9", &workspace.url);
    let load = "[load]\nplaceholder_admin = \"migration@desk.example\"\nsaved_replies = \"snippets\"\n[intercom]";
    migration.set("[intercom]", load);
    for stage in ["extract", "transform", "load"] {
        migration.done(&[stage]);
    }
    let (edits, wanted, used, instead, tables) = Default::default();
    let mut scene = Scene { migration, workspace, edits, wanted, used, instead, tables };

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

    // A token that may not read articles: nothing is said to be gone, and nobody is told to load it again.
    let is_refused = |path: &str| path == "/articles" || path.starts_with("/articles/");
    let refused = Edit::from(Box::new(move |path: &str, json: &mut Value| {
        if is_refused(path) {
            *json = Value::Null;
        }
    }));
    let refusing = Tampered::start(&scene.workspace.url, BTreeMap::new(), vec![refused]);
    scene.migration.set(&tampered.url, &refusing.url);
    let (code, document, _) = scene.told();
    let faults: Vec<&str> =
        document["faults"].as_array().unwrap().iter().map(|fault| fault.as_str().unwrap()).collect();
    let articles: Vec<_> = faults.iter().filter(|fault| fault.starts_with("articles:")).collect();
    assert_eq!((code, articles.len()), (Some(1), 1), "{faults:#?}");
    assert!(articles[0].contains("could not be looked for") && articles[0].contains("404"), "{faults:#?}");

    // The same again from what was read, without a call.
    drop(refusing);
    let output = scene.migration.run(&["--json", "reconcile", "--offline"]);
    let again: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &again["faults"]), (Some(1), &document["faults"]));

    // A query of one's own that leaves out what faults are told by is no way to balance.
    let folder = scene.migration.path().join("sql/reconcile");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("accounting.sql"), "-- nothing\nSELECT 'tickets' AS \"table\", 0 AS open\n").unwrap();
    let error = scene.migration.refused(&["reconcile", "--offline"]);
    assert!(error.contains("sql/reconcile/accounting.sql gives no column `balance`"), "{error}");
}

fn text(row: &Value, column: &str) -> String {
    row[column].as_str().unwrap_or_default().to_owned()
}

fn messages(scene: &mut Scene) {
    let is_comment = |row: &Value| row["part_type"] == "comment";
    let [key, id, _, thread] = scene.message(is_comment);
    scene.edit(of("conversation", &thread, move |row| {
        if let Some(parts) = parts(row) {
            parts.retain(|part| part["id"] != *id);
        }
    }));
    scene.want("missing", "conversation_parts", &key, "");

    let changes: [Change; 4] = [
        ("body", |row| row["part_type"] == "comment", |part| part["body"] = json!("<p>Something else</p>")),
        ("author", |row| row["author_type"] == "admin", |part| part["author"]["id"] = json!("99")),
        ("created_at", |_| true, |part| part["created_at"] = json!(part["created_at"].as_i64().unwrap() + 1)),
        ("part_type", |row| row["part_type"] == "note", |part| part["part_type"] = json!("comment")),
    ];
    for (field, fits, change) in changes {
        let [key, id, ..] = scene.message(fits);
        scene.edit(of("conversation_part", &id, change));
        scene.differs("conversation_parts", &key, field);
    }

    let [_, id, thread, thread_id] = scene.message(is_comment);
    scene.edit(of("conversation", &thread_id, move |row| {
        let Some(parts) = parts(row) else { return };
        let mut more = parts.iter().find(|part| part["id"] == *id).unwrap().clone();
        more["id"] = json!("990001");
        parts.push(more);
    }));
    scene.want("unexpected", "conversation_parts", &thread, "");

    let all = scene.rows("conversation_parts");
    let replies = |thread: &str| -> Vec<&Value> {
        let of_thread =
            all.iter().filter(|row| row["conversation_key"] == *thread && row["position"].as_i64() > Some(1));
        of_thread.collect()
    };
    let (thread, thread_id) = scene.thread(|row| replies(&text(row, "source_key")).len() > 1);
    let ids: Vec<Value> = replies(&thread).iter().map(|row| row["id"].clone()).take(2).collect();
    for row in replies(&thread).iter().take(2) {
        scene.differs("conversation_parts", &text(row, "source_key"), "position");
    }
    scene.edit(of("conversation", &thread_id, move |row| {
        let Some(parts) = parts(row) else { return };
        let place = |id: &Value| parts.iter().position(|part| part["id"] == *id).unwrap();
        let (first, second) = (place(&ids[0]), place(&ids[1]));
        parts.swap(first, second);
    }));

    // Two files of a message change places.
    let files = scene.rows("attachments");
    let is_beside = |file: &Value, other: &Value| file["inside"] == other["inside"] && file["name"] != other["name"];
    let pair = files.iter().find_map(|file| Some([file, files.iter().find(|other| is_beside(file, other))?]));
    let pair = pair.expect("no two files in one message");
    for file in pair {
        let part = all.iter().find(|part| part["source_key"] == file["part_key"]).unwrap();
        scene.used.insert(text(part, "conversation_key"));
        scene.differs("attachments", &text(file, "source_key"), "position");
    }
    let names = pair.map(|file| file["name"].clone());
    scene.edit(of("conversation_part", &text(pair[0], "inside"), move |part| {
        let Some(files) = part["attachments"].as_array_mut() else { return };
        let place = |name: &Value| files.iter().position(|file| file["name"] == *name).unwrap();
        let (first, second) = (place(&names[0]), place(&names[1]));
        files.swap(first, second);
    }));

    // Other bytes are behind the link.
    let page = json!(format!("{}/", scene.workspace.url));
    for (how, kind, field) in
        [("lost", "missing", ""), ("cut", "differences", "size"), ("replaced", "differences", "sha256")]
    {
        let thread_of = |file: &Value| {
            let part = all.iter().find(|part| part["source_key"] == file["part_key"]).unwrap();
            text(part, "conversation_key")
        };
        let files = scene.rows("attachments");
        let file = files.iter().find(|file| !scene.used.contains(&thread_of(file))).expect("no file to tamper with");
        let (name, page) = (file["name"].clone(), page.clone());
        scene.edit(of("conversation_part", &text(file, "inside"), move |part| {
            let files = part["attachments"].as_array_mut().unwrap();
            match how {
                "lost" => files.retain(|file| file["name"] != name),
                "cut" => {
                    files.iter_mut().filter(|file| file["name"] == name).for_each(|file| file["filesize"] = json!(7))
                }
                _ => files.iter_mut().filter(|file| file["name"] == name).for_each(|file| file["url"] = page.clone()),
            }
        }));
        scene.want(kind, "attachments", &text(file, "source_key"), field);
        scene.used.insert(thread_of(file));
    }
}

fn threads(scene: &mut Scene) {
    let (twin, id) = scene.thread(|_| true);
    scene.edit(doubled("/conversations/search", "conversations", &id, |twin| twin["id"] = json!("990002")));
    scene.instead.insert("/conversations/990002".to_owned(), format!("/conversations/{id}"));
    scene.edit(Box::new(|path, row| {
        if path == "/conversations/990002" {
            row["id"] = json!("990002");
        }
    }));
    scene.want("unexpected", "conversations", &twin, "");

    let closers = "SELECT source_key FROM intercom_live.people WHERE kind = 'admin' AND id IS NOT NULL";
    let closers = scene.migration.rows(closers);
    let is_closer = |key: &Value| closers.iter().any(|person| person["source_key"] == *key);
    let (key, id) = scene.row("conversations", |row| row["state"] == "closed" && is_closer(&row["closed_by_key"]));
    scene.edit(of("conversation", &id, |row| {
        let closed = parts(row).and_then(|parts| parts.iter_mut().rfind(|part| part["part_type"] == "close"));
        if let Some(closed) = closed {
            closed["author"]["id"] = json!("99");
        }
    }));
    scene.differs("conversations", &key, "closed_by");

    let changes: [Change; 9] = [
        ("assignee", |_| true, |row| row["admin_assignee_id"] = json!(99)),
        ("state", |row| row["state"] == "closed", |row| (row["state"], row["open"]) = (json!("open"), json!(true))),
        ("created_at", |_| true, |row| row["created_at"] = json!(row["created_at"].as_i64().unwrap() - 60)),
        ("title", |row| row["title"].is_string(), |row| row["title"] = json!("Another title")),
        ("company", |row| row["company_key"].is_string(), |row| row["company"] = Value::Null),
        ("tags", |row| text(row, "tag_keys").starts_with("[\""), |row| row["tags"]["tags"] = json!([])),
        (
            "participants",
            |row| text(row, "participant_keys").starts_with("[\""),
            |row| row["contacts"]["contacts"].as_array_mut().unwrap().truncate(1),
        ),
        (
            "custom_attributes.Halo priority",
            |row| text(row, "custom_attributes").contains("\"Halo priority\":\""),
            |row| row["custom_attributes"]["Halo priority"] = json!("Another priority"),
        ),
        (
            "custom_attributes.Halo ticket number",
            |row| text(row, "custom_attributes").contains("\"Halo ticket number\":"),
            // The same value, of another type.
            |row| {
                let value = &mut row["custom_attributes"]["Halo ticket number"];
                *value =
                    value.as_str().map_or_else(|| json!(value.to_string()), |text| json!(text.parse::<i64>().unwrap()));
            },
        ),
    ];
    for (field, fits, change) in changes {
        // Fields of one thread have nothing to do with each other.
        let (key, id) = scene.row("conversations", |row| row["source_key"] != *twin && fits(row));
        scene.edit(of("conversation", &id, change));
        scene.differs("conversations", &key, field);
    }
}

fn people(scene: &mut Scene) {
    let is_whole = |row: &Value| row.get("role").is_some();
    let (named, id) = scene.row("contacts", |row| row["email"].is_string() && row["name"].is_string());
    scene.edit(of("contact", &id, move |row| {
        if is_whole(row) {
            row["name"] = json!("Somebody else");
            // Intercom may write an address in its own way.
            row["email"] = json!(row["email"].as_str().unwrap().to_uppercase());
        }
    }));
    scene.differs("contacts", &named, "name");

    let of_company = |row: &Value| text(row, "company_keys").starts_with("[\"");
    let (left, id) = scene.row("contacts", |row| row["source_key"] != *named && of_company(row));
    scene.edit(of("contact", &id, move |row| {
        if is_whole(row) {
            row["companies"] = json!({ "data": [], "total_count": 0, "has_more": false });
        }
    }));
    scene.differs("contacts", &left, "companies");

    // Merged into another or deleted: it is not found, and in no list.
    let others = [json!(named), json!(left)];
    let (merged, id) = scene.row("contacts", |row| !others.contains(&row["source_key"]) && of_company(row));
    scene.edit(Box::new(move |path, json| {
        if path.starts_with(&format!("/contacts/{id}")) {
            *json = Value::Null;
        } else if path == "/contacts" {
            gone("contact", &id)(path, json);
        }
    }));
    scene.want("missing", "contacts", &merged, "");

    let (key, id) = scene.row("companies", |_| true);
    scene.edit(of("company", &id, |row| row["name"] = json!("Another company")));
    scene.differs("companies", &key, "name");

    let (key, id) = scene.row("notes", |_| true);
    scene.edit(of("note", &id, |row| row["body"] = json!("<p>Another note</p>")));
    scene.differs("notes", &key, "body");
}

fn knowledge(scene: &mut Scene) {
    let (hidden, id) = scene.row("articles", |row| row["state"] == "published");
    scene.edit(of("article", &id, |row| (row["state"], row["url"]) = (json!("draft"), Value::Null)));
    scene.differs("articles", &hidden, "state");

    let (key, id) =
        scene.row("articles", |row| row["source_key"] != *hidden && text(row, "body").contains("href=\"http"));
    scene.edit(of("article", &id, |row| {
        let body = row["body"].as_str().unwrap().replacen("href=\"", "href=\"https://elsewhere.example/", 1);
        row["body"] = json!(body);
    }));
    scene.differs("articles", &key, "body");

    let (key, id) = scene.row("articles", |row| text(row, "tag_keys").starts_with("[\""));
    scene.edit(of("article", &id, |row| row["tags"]["tags"] = json!([])));
    scene.differs("articles", &key, "tags");

    let (key, id) = scene.row("saved_replies", |_| true);
    scene.edit(of("content_snippet", &id, |row| row["body_markdown"] = json!("Another answer")));
    scene.differs("saved_replies", &key, "body");

    let (key, id) = scene.row("collections", |row| row["parent_key"].is_string());
    scene.edit(in_list("/help_center/collections", &id, |row| row["parent_id"] = Value::Null));
    scene.differs("collections", &key, "parent");

    let (removed, id) = scene.row("custom_objects", |_| true);
    scene.edit(gone("Contract", &id));
    scene.want("missing", "custom_objects", &removed, "");

    let (key, id) = scene.row("custom_objects", |row| row["source_key"] != *removed);
    scene.edit(of("Contract", &id, |row| row["custom_attributes"]["Reference"] = json!("X")));
    scene.differs("custom_objects", &key, "custom_attributes.Reference");

    let (key, id) = scene.row("attributes", |row| row["model"] == "conversation" && row["data_type"] == "string");
    scene.edit(in_list("/conversations/attributes", &id, |row| {
        row["data_type"] = json!("integer");
        row["multiline"] = json!(!row["multiline"].as_bool().unwrap());
    }));
    scene.differs("attributes", &key, "data_type");
    scene.differs("attributes", &key, "multiline");

    let (key, id) = scene.row("attributes", |row| row["model"] == "contact" && row["description"].is_string());
    scene.edit(in_list("/data_attributes", &id, |row| row["description"] = json!("Something else")));
    scene.differs("attributes", &key, "description");

    let (key, id) = scene.row("attributes", |row| row["data_type"] == "relationship");
    scene.edit(in_list("/conversations/attributes", &id, |row| row["reference"]["object_type_id"] = json!("Asset")));
    scene.differs("attributes", &key, "object_type");
}
