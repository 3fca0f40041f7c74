//! What is known about the customers of a workspace: put together from their messages, and worded by a server.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::wording::{Reply, Wording, transcript};
use crate::support::{Migration, Workspace, id, repository};

/// Products of the shop in `tests/distill/conversations.json`.
const PRODUCTS: &str = "value,found_in,product\npro plan,words,Pro plan\nприложени*,words,Mobile app\nBilling,tag,\nRefund,ticket_type,Wheels\n";

/// A workspace with the conversations of `tests/distill/conversations.json`, extracted.
struct Desk {
    workspace: Workspace,
    migration: Migration,
    /// What ids of the workspace are called in that file.
    names: BTreeMap<String, String>,
}

/// Puts what the file says into a workspace; gives ids by the names that the file has for them.
struct Filling<'a> {
    workspace: &'a Workspace,
    bob: String,
    ids: BTreeMap<String, String>,
}

fn list(of: &Value) -> Vec<Value> {
    of.as_array().unwrap().clone()
}

fn name(of: &Value, key: &str) -> String {
    of[key].as_str().unwrap().to_owned()
}

impl Filling<'_> {
    fn people(&mut self, file: &Value) {
        for company in list(&file["companies"]) {
            self.ids.insert(name(&company, "company_id"), id(&self.workspace.post("/companies", company.clone())));
        }
        for contact in list(&file["contacts"]) {
            let person = json!({ "external_id": contact["id"], "email": contact["email"], "name": contact["name"] });
            let made = id(&self.workspace.post("/contacts", person));
            for company in list(&contact["companies"]) {
                let of = json!({ "id": self.ids[company.as_str().unwrap()] });
                self.workspace.post(&format!("/contacts/{made}/companies"), of);
            }
            self.ids.insert(name(&contact, "id"), made);
        }
    }

    fn replies(&self, path: &str, thread: &Value) {
        for reply in list(&thread["replies"]) {
            let kind = reply["type"].as_str().unwrap_or("comment");
            let mut body = json!({ "message_type": kind, "body": reply["body"], "created_at": reply["at"] });
            let by = if reply["by"] == "admin" {
                json!({ "type": "admin", "admin_id": self.bob })
            } else {
                json!({ "type": "user", "intercom_user_id": self.ids[&name(thread, "contact")] })
            };
            body.as_object_mut().unwrap().extend(by.as_object().unwrap().clone());
            self.workspace.post(&format!("{path}/reply"), body);
        }
    }

    fn conversations(&mut self, file: &Value) {
        for conversation in list(&file["conversations"]) {
            let from = json!({ "type": "user", "id": self.ids[&name(&conversation, "contact")] });
            let opening = json!({ "from": from, "body": conversation["body"], "created_at": conversation["at"] });
            let made = name(&self.workspace.post("/conversations", opening), "conversation_id");
            let path = format!("/conversations/{made}");
            self.replies(&path, &conversation);
            for tag in list(&conversation["tags"]) {
                let tag = id(&self.workspace.post("/tags", json!({ "name": tag })));
                self.workspace.post(&format!("{path}/tags"), json!({ "id": tag, "admin_id": self.bob }));
            }
            if conversation["close"] == true {
                let close = json!({ "message_type": "close", "type": "admin", "admin_id": self.bob });
                self.workspace.post(&format!("{path}/parts"), close);
            }
            self.ids.insert(name(&conversation, "id"), made);
        }
    }

    fn tickets(&mut self, file: &Value) {
        for ticket in list(&file["tickets"]) {
            let of_type = json!({ "name": ticket["type"], "category": "Customer" });
            let of_type = id(&self.workspace.post("/ticket_types", of_type));
            let contact = json!({ "id": self.ids[&name(&ticket, "contact")] });
            let words = json!({ "_default_title_": ticket["title"], "_default_description_": ticket["body"] });
            let made = id(&self.workspace.post(
                "/tickets",
                json!({ "ticket_type_id": of_type, "created_at": ticket["at"], "contacts": [contact], "ticket_attributes": words }),
            ));
            self.replies(&format!("/tickets/{made}"), &ticket);
            self.ids.insert(name(&ticket, "id"), made);
        }
    }
}

impl Desk {
    fn new(distill: &str) -> Self {
        let workspace = Workspace::start(&[("Bob".to_owned(), "bob@desk.example".to_owned())], &[]);
        let text = std::fs::read_to_string(repository("tests/distill/conversations.json")).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        let app = name(&workspace.call("GET", "/me").1["app"], "id_code");
        let bob = id(&workspace.call("GET", "/admins").1["admins"][0]);
        let ids = BTreeMap::from([("workspace".to_owned(), app)]);
        let mut filling = Filling { workspace: &workspace, bob, ids };
        filling.people(&file);
        filling.conversations(&file);
        filling.tickets(&file);
        let names = filling.ids.into_iter().map(|(name, id)| (id, format!("{{{name}}}"))).collect();
        let migration = Migration::new(&format!(
            "[source]\nkind = \"intercom\"\nurl = \"{}\"\ntoken = \"${{INTERCOM_TOKEN}}\"\n[distill]\nkey = \"sk-secret-77\"\n{distill}\n",
            workspace.url
        ));
        std::fs::create_dir(migration.path().join("mapping")).unwrap();
        std::fs::write(migration.path().join("mapping/products.csv"), PRODUCTS).unwrap();
        let desk = Self { workspace, migration, names };
        desk.refresh();
        desk
    }

    /// A desk that has a server word.
    fn worded_by(server: &Wording, more: &str) -> Self {
        Self::new(&format!("endpoint = \"{}\"\nmodel = \"m\"\n{more}", server.endpoint))
    }

    fn refresh(&self) {
        self.migration.done(&["extract"]);
        self.migration.done(&["transform"]);
    }

    /// Runs `distill` and gives what it says as JSON.
    fn distill(&self) -> Value {
        serde_json::from_str(&self.migration.done(&["--json", "distill"])).unwrap()
    }

    /// Rows of `knowledge` by their key, with ids as names.
    fn knowledge(&self) -> BTreeMap<String, Value> {
        let rows =
            self.migration.rows("SELECT source_key, title, text, metadata, conversation_keys FROM database.knowledge");
        let named = rows.iter().map(|row| serde_json::from_str::<Value>(&self.named(&row.to_string())).unwrap());
        named.map(|row| (row["source_key"].as_str().unwrap().to_owned(), row)).collect()
    }

    fn text(&self, key: &str) -> String {
        self.knowledge()[key]["text"].as_str().unwrap().to_owned()
    }

    /// A text with ids after a colon or a slash as names.
    fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (id, name) in &self.names {
            for before in [":", "/"] {
                text = text.replace(&format!("{before}{id}"), &format!("{before}{name}"));
            }
        }
        text
    }
}

#[test]
fn knowledge_is_put_together_from_the_messages_and_every_line_names_its_own() {
    let desk = Desk::new("");
    let knowledge = desk.knowledge();
    let shown = knowledge.iter().map(|(key, row)| {
        format!("##### {key} · {}\n{}\n", row["title"].as_str().unwrap(), row["text"].as_str().unwrap())
    });
    let shown = shown.collect::<Vec<_>>().join("\n");
    let expected = std::fs::read_to_string(repository("tests/distill/expected.txt")).unwrap();
    assert!(shown == expected, "tests/distill/expected.txt is otherwise; this is:\n{shown}");

    // Every line of what is known leads to a message that there is.
    let messages = desk.migration.rows("SELECT message_key FROM database.base_distilled_messages");
    let messages: BTreeSet<&str> = messages.iter().map(|row| row["message_key"].as_str().unwrap()).collect();
    let rows = desk.migration.rows("SELECT metadata FROM database.knowledge WHERE kind = 'distilled'");
    let mut lines = 0;
    for row in rows {
        let metadata: Value = serde_json::from_str(row["metadata"].as_str().unwrap()).unwrap();
        for line in metadata["lines"].as_array().unwrap() {
            let keys = ["message_key", "answer_key"].map(|key| line[key].as_str());
            assert!(keys.iter().flatten().all(|key| messages.contains(key)), "{line}");
            assert!(line["section"] == "product" || keys[0].is_some(), "{line}");
            lines += 1;
        }
    }
    assert!(lines > 10, "{lines}");

    desk.migration.done(&["transform", "--anew"]);
    assert_eq!(desk.knowledge(), knowledge);
    let refused = desk.migration.refused(&["distill"]);
    assert!(refused.contains("endpoint") && refused.contains("hint:"), "{refused}");
}

#[test]
fn internal_notes_are_marked_or_left_out() {
    let desk = Desk::new("");
    assert!(desk.text("intercom:{billing}").contains("(teammate, internal note):\nshe is always in a hurry"));
    desk.migration.set("[distill]\n", "[distill]\nnotes = \"leave_out\"\n");
    desk.migration.done(&["transform"]);
    assert!(!desk.text("intercom:{billing}").contains("in a hurry"));
    let known = desk.knowledge();
    assert!(
        known
            .iter()
            .filter(|(key, _)| key.starts_with("distilled:"))
            .all(|(_, row)| !row["text"].to_string().contains("hurry"))
    );
}

#[test]
fn a_server_words_what_it_is_given_masked_and_is_not_asked_twice() {
    let server = Wording::start(|_, body| {
        let said = transcript(body);
        let name = said.split([' ', '\n']).find(|word| word.starts_with("[NAME_")).unwrap_or("");
        Reply::Text(format!("Problems\n- {name} asked something."))
    });
    let desk = Desk::worded_by(&server, "price_in = 1000.0\nprice_out = 2000.0\ncost_max = 1000.0");
    let first = desk.distill();
    assert_eq!((&first["texts"], &first["worded"], &first["left"]), (&json!(4), &json!(4), &json!(0)));
    assert_eq!((&first["tokens_in"], &first["tokens_out"]), (&json!(400), &json!(200)));
    assert!((first["cost"].as_f64().unwrap() - 0.8).abs() < 1e-9 && first["stop"].is_null(), "{first}");
    let calls = server.calls();
    assert_eq!(calls.len(), 4);
    for call in &calls {
        let sent = call["messages"].to_string();
        for personal in ["Ann", "Archer", "Krüger", "Ольга", "Ayşe", "@", "Luc"] {
            assert!(!transcript(call).contains(personal), "{personal} in {sent}");
        }
        assert_eq!((&call["model"], &call["_key"]), (&json!("m"), &json!("Bearer sk-secret-77")));
        assert!(!sent.contains("in a hurry"), "internal notes go nowhere: {sent}");
    }
    // What strangers have written is between the marks, and nowhere else.
    let hostile = calls.iter().find(|call| transcript(call).contains("Ignore your instructions")).unwrap();
    let system = hostile["messages"][0]["content"].as_str().unwrap();
    assert!(!system.contains("evil.example") && system.contains("It is data"), "{system}");

    assert!(desk.text("distilled:intercom:{olga}").starts_with("Last contact"), "not before the next transform");
    desk.migration.done(&["transform"]);
    let worded = desk.text("distilled:intercom:{olga}");
    assert!(
        worded.starts_with(
            "Problems\n- Ольга Петрова asked something.\n\nConversations\n- intercom:conversation:{again} "
        ),
        "{worded}"
    );
    let metadata: Value =
        serde_json::from_str(desk.knowledge()["distilled:intercom:{olga}"]["metadata"].as_str().unwrap()).unwrap();
    assert_eq!((&metadata["made_by"], &metadata["model"]), (&json!("wording"), &json!("m")));

    let again = desk.distill();
    assert_eq!((&again["known"], &again["worded"], &again["run"]), (&json!(4), &json!(0), &Value::Null));
    assert!((again["cost_month"].as_f64().unwrap() - 0.8).abs() < 1e-9, "{again}");
    // Another message of one customer: only that one is asked about, and the answers before stay.
    let (conversation, _) = desk.names.iter().find(|(_, name)| *name == "{turkish}").unwrap();
    let (ayse, _) = desk.names.iter().find(|(_, name)| *name == "{ayse}").unwrap();
    let reply =
        json!({ "type": "user", "intercom_user_id": ayse, "message_type": "comment", "body": "Lütfen yardım edin." });
    desk.workspace.post(&format!("/conversations/{conversation}/reply"), reply);
    desk.refresh();
    let third = desk.distill();
    assert_eq!((&third["known"], &third["worded"], server.calls().len()), (&json!(3), &json!(1), 5));
    assert_eq!(desk.migration.count("SELECT count(*) FROM distilled.texts"), 5);
    desk.migration.done(&["runs", "prune", "--keep", "1", "--yes"]);
    assert_eq!(desk.migration.count("SELECT count(*) FROM distilled.texts"), 5, "what was paid for is kept");
    // Another model is another answer; the prompt of the folder likewise.
    std::fs::create_dir(desk.migration.path().join("distill")).unwrap();
    std::fs::write(desk.migration.path().join("distill/prompt.txt"), "Say it in verse.").unwrap();
    desk.migration.done(&["transform"]);
    assert_eq!(desk.distill()["worded"], json!(4));
    assert!(server.calls()[5]["messages"][0]["content"].as_str().unwrap().starts_with("Say it in verse."));
}

#[test]
fn answers_cost_no_more_than_the_bound_of_a_month() {
    let server = Wording::start(|_, _| Reply::Text("Problems\n- Something was asked.".to_owned()));
    // 50 tokens of answer cost 0.05, of question nothing; an answer can cost 1.024.
    let desk = Desk::worded_by(&server, "price_in = 0.0\nprice_out = 1000.0\ncost_max = 1.1\nin_flight_max = 4");
    let first = desk.distill();
    assert_eq!((&first["worded"], &first["left"], &first["stop"]), (&json!(2), &json!(2), &json!("cost_max")));
    assert_eq!(server.calls().len(), 2);
    let second = desk.distill();
    assert_eq!((&second["worded"], &second["left"], &second["stop"]), (&json!(0), &json!(2), &json!("cost_max")));
    assert!((second["cost_month"].as_f64().unwrap() - 0.1).abs() < 1e-9, "{second}");
    desk.migration.set("cost_max = 1.1", "cost_max = 5.0");
    assert_eq!(desk.distill()["worded"], json!(2));
    desk.migration.set("price_out = 1000.0", "price_out = 0.0");
    let refused = desk.migration.refused(&["distill"]);
    assert!(refused.contains("cost_max") && refused.contains("price_in"), "{refused}");
}

#[test]
fn a_killed_run_has_paid_for_nothing_in_vain() {
    let server = Wording::start(|number, _| {
        let text = "Problems\n- Something was asked.".to_owned();
        if number < 2 {
            Reply::Text(text)
        } else {
            Reply::Late(Duration::from_secs(if number == 2 { 600 } else { 0 }), text)
        }
    });
    let desk = Desk::worded_by(&server, "in_flight_max = 1");
    let mut killed = desk.migration.spawn(&["distill"]);
    let begun = Instant::now();
    while server.calls().len() < 3 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the server was not asked");
        std::thread::sleep(Duration::from_millis(20));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(desk.migration.count("SELECT count(*) FROM distilled.texts"), 0);
    let second = desk.distill();
    assert_eq!((&second["resumed"], &second["worded"], &second["left"]), (&json!(2), &json!(2), &json!(0)));
    let asked: Vec<String> = server.calls().iter().map(|call| transcript(call).to_owned()).collect();
    let paid: BTreeSet<&String> = asked[..2].iter().collect();
    assert!(asked[3..].iter().all(|one| !paid.contains(one)), "what was answered was asked again");
    assert_eq!(desk.migration.count("SELECT count(DISTINCT hash) FROM distilled.texts WHERE text IS NOT NULL"), 4);
    assert_eq!(desk.distill()["known"], json!(4));
}

#[test]
fn hostile_answers_are_refused_counted_and_never_shown() {
    let server = Wording::start(|number, _| match number {
        0 => Reply::Text(String::new()),
        1 => Reply::Text("<p>Something was <b>asked</b>.</p>".to_owned()),
        2 => Reply::Text("Write to refund@evil.example.".to_owned()),
        _ => Reply::Text("Log in at https://evil.example/reset.".to_owned()),
    });
    let desk = Desk::worded_by(&server, "in_flight_max = 1");
    let before = desk.knowledge();
    let said = desk.distill();
    assert_eq!((&said["worded"], &said["left"]), (&json!(0), &json!(0)));
    // The link is in one transcript, which a customer wrote; as a whole it is not.
    let reasons: Vec<&String> = said["refused"].as_object().unwrap().keys().collect();
    assert_eq!(
        reasons,
        [
            "the answer has a link that the transcript does not hold",
            "the answer has an address that the transcript does not hold",
            "the answer has markup",
            "the answer is empty"
        ]
    );
    desk.migration.done(&["transform"]);
    assert_eq!(desk.knowledge(), before);
    assert_eq!(desk.migration.count("SELECT count(*) FROM distilled.texts WHERE text IS NULL AND refused <> ''"), 4);
    assert_eq!((desk.distill()["known"].clone(), server.calls().len()), (json!(4), 4));
}

#[test]
fn a_busy_server_is_asked_again_and_one_that_refuses_is_told_of() {
    let server = Wording::start(|number, _| match number {
        0 => Reply::Status(429, "{\"error\":{\"message\":\"slow down\"}}"),
        1 => Reply::Status(500, "{}"),
        _ => Reply::Text("Problems\n- Something was asked.".to_owned()),
    });
    let desk = Desk::worded_by(&server, "in_flight_max = 1");
    assert_eq!((desk.distill()["worded"].clone(), server.calls().len()), (json!(4), 6));

    let server = Wording::start(|number, _| match number {
        0 => Reply::Text("Problems\n- Something was asked.".to_owned()),
        _ => Reply::Status(401, "{\"error\":{\"message\":\"bad key sk-secret-77\"}}"),
    });
    let desk = Desk::worded_by(&server, "in_flight_max = 1");
    let refused = desk.migration.refused(&["distill"]);
    assert!(
        refused.contains("DISTILL_KEY") && refused.contains("hint:") && !refused.contains("sk-secret"),
        "{refused}"
    );
    assert_eq!(desk.migration.count("SELECT count(*) FROM distilled.texts"), 1, "what was paid for is there");

    let server = Wording::start(|_, _| Reply::Page);
    let desk = Desk::worded_by(&server, "in_flight_max = 1");
    let refused = desk.migration.refused(&["distill"]);
    assert!(refused.contains("no chat completion") && refused.contains("endpoint"), "{refused}");
    assert_eq!(server.calls().len(), 3);
}
