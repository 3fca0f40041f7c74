//! A copy of an Intercom workspace: extract and transform, and every field of `database.*` beside what was put in.

use serde_json::{Map, Value, json};

use crate::support::{Migration, Workspace};

/// A name and a text that would break whatever does not quote them.
const NAME: &str = "O'Neil \"; DROP TABLE end_users;-- <b>\\ \u{202e}é 漢字";
const HTML: &str = "<p>It's \"broken\" &amp; \\ {json: [1]}</p><ul><li>one</li><li>two</li></ul>";
const TEXT: &str = "It's \"broken\" & \\ {json: [1]}\n\n- one\n- two";

/// A workspace with some of everything that the API gives.
struct Filled {
    workspace: Workspace,
    ids: Map<String, Value>,
}

impl Filled {
    fn id(&self, name: &str) -> &str {
        self.ids[name].as_str().unwrap()
    }

    fn key(&self, kind: &str, name: &str) -> String {
        format!("intercom:{kind}:{}", self.id(name))
    }
}

fn id(made: &Value) -> Value {
    let id = if made["conversation_id"].is_string() { &made["conversation_id"] } else { &made["id"] };
    json!(id.as_str().map_or_else(|| id.to_string(), str::to_owned))
}

fn filled() -> Filled {
    let people = [("Ada", "ada@desk.example"), ("Ben", "ben@desk.example")];
    let people = people.map(|(name, email)| (name.to_owned(), email.to_owned()));
    let workspace = Workspace::start_with_types(&people, &["Support".to_owned()], &["Asset"], "");
    let mut ids = Map::new();
    let mut keep = |name: &str, made: Value| -> Value { ids.entry(name).or_insert(id(&made)).clone() };
    let admins = workspace.call("GET", "/admins").1;
    let ada = keep("ada", admins["admins"][0].clone());
    let team = keep("team", workspace.call("GET", "/teams").1["teams"][0].clone());
    let attribute = |model: &str, name: &str, data_type: &str| {
        workspace.post("/data_attributes", json!({ "name": name, "model": model, "data_type": data_type }));
    };
    attribute("contact", "crm_id", "string");
    attribute("contact", "score", "integer");
    attribute("company", "segment", "string");
    workspace.post("/conversations/attributes", json!({ "name": "Order", "data_type": "string" }));
    let contact = |body: Value| workspace.post("/contacts", body);
    let (crm, at) = (json!({ "crm_id": "C-1", "score": 7 }), 1_600_000_000);
    let body = json!({ "external_id": "e1", "email": "c@x.example", "name": NAME, "phone": "+15550100", "signed_up_at": at,
        "owner_id": ada, "unsubscribed_from_emails": true, "custom_attributes": crm });
    let client = keep("client", contact(body));
    let lead = keep("lead", contact(json!({ "role": "lead", "name": "Visitor", "email": "v@x.example" })));
    let gone = keep("gone", contact(json!({ "external_id": "e3", "name": "Gone", "email": "g@x.example" })));
    let company = |key: &str| {
        workspace.post("/companies", json!({ "company_id": key, "name": format!("{key} & Sons"), "size": 12,
        "website": "https://acme.example", "industry": "Bikes", "plan": "Gold", "monthly_spend": 100, "custom_attributes": { "segment": "B" } }))
    };
    let acme = keep("acme", company("acme"));
    let lonely = keep("lonely", company("lonely"));
    let of = format!("/contacts/{}", client.as_str().unwrap());
    workspace.post(&format!("{of}/companies"), json!({ "id": acme }));
    let mut first = Value::Null;
    for n in 0..12 {
        let tag = id(&workspace.post("/tags", json!({ "name": format!("t{n:02}") })));
        workspace.post(&format!("{of}/tags"), json!({ "id": tag }));
        first = if n == 0 { tag } else { first };
    }
    workspace.post(&format!("{of}/notes"), json!({ "body": HTML, "admin_id": ada }));
    workspace.post(
        &format!("/companies/{}/notes", acme.as_str().unwrap()),
        json!({ "body": "<p>pays late</p>", "admin_id": ada }),
    );

    let open = |who: &Value, kind: &str, body: &str, at: i64| {
        workspace.post("/conversations", json!({ "from": { "type": kind, "id": who }, "body": body, "created_at": at }))
    };
    let thread = keep("thread", open(&client, "user", "Hello & <welcome>", at));
    let path = format!("/conversations/{}", thread.as_str().unwrap());
    let say = |path: &str, body: Value| workspace.post(&format!("{path}/reply"), body);
    let of_ada = |kind: &str, body: &str, at: i64| json!({ "type": "admin", "admin_id": ada, "message_type": kind, "body": body, "created_at": at });
    let mut with_file = of_ada("comment", HTML, at + 60);
    with_file["attachment_files"] =
        json!([{ "name": "../../é 1.txt", "content_type": "text/plain", "data": "aGVsbG8=" }]);
    say(&path, with_file);
    say(&path, of_ada("note", "<p>for us</p>", at + 120));
    say(
        &path,
        json!({ "type": "user", "intercom_user_id": client, "message_type": "comment", "body": "thanks", "created_at": at + 180 }),
    );
    workspace.post(&format!("{path}/tags"), json!({ "id": first, "admin_id": ada }));
    let change = json!({ "title": "Broken \"thing\"", "custom_attributes": { "Order": "42" }, "company_id": lonely, "read": true });
    assert_eq!(workspace.call_with("PUT", &path, &change).0, 200);
    let parts = format!("{path}/parts");
    workspace
        .post(&parts, json!({ "message_type": "assignment", "type": "team", "admin_id": ada, "assignee_id": team }));
    workspace
        .post(&parts, json!({ "message_type": "assignment", "type": "admin", "admin_id": ada, "assignee_id": ada }));
    workspace.post(&parts, json!({ "message_type": "close", "type": "admin", "admin_id": ada, "body": "<p>done</p>" }));

    let long = keep("long", open(&client, "user", "long", at + 1_000));
    for n in 0..510 {
        say(
            &format!("/conversations/{}", long.as_str().unwrap()),
            of_ada("comment", &format!("<p>{n}</p>"), at + 2_000 + n),
        );
    }
    let deleted = keep("deleted", open(&client, "user", "never mind", at));
    assert_eq!(workspace.call("DELETE", &format!("/conversations/{}", deleted.as_str().unwrap())).0, 200);
    keep("of_gone", open(&gone, "user", "bye", at + 5));
    workspace.post(&format!("/contacts/{}/archive", gone.as_str().unwrap()), json!(null));
    keep("of_lead", open(&lead, "lead", "who am I", at + 6));
    workspace.post("/contacts/merge", json!({ "from": lead, "into": client }));

    let kind = keep("kind", workspace.post("/ticket_types", json!({ "name": "Repair", "category": "Customer" })));
    let attributes = format!("/ticket_types/{}/attributes", kind.as_str().unwrap());
    workspace.post(&attributes, json!({ "name": "Frame", "description": "number", "data_type": "string" }));
    let list =
        json!({ "name": "How bad", "description": "how", "data_type": "list", "list_items": "Wobbles,Broken \"off\"" });
    let broken = workspace.post(&attributes, list)["input_options"]["list_options"][1]["id"].clone();
    let ticket = keep(
        "ticket",
        workspace.post(
            "/tickets",
            json!({ "ticket_type_id": kind, "contacts": [{ "id": client }],
        "ticket_attributes": { "_default_title_": "Wheel", "_default_description_": "It wobbles", "Frame": "F-9", "How bad": broken },
        "company_id": acme, "created_at": at + 10, "assignment": { "admin_assignee_id": ada } }),
        ),
    );
    say(&format!("/tickets/{}", ticket.as_str().unwrap()), of_ada("comment", "<p>looking</p>", at + 20));

    let faq = keep("faq", workspace.post("/help_center/collections", json!({ "name": "FAQ", "description": "asked" })));
    let author: u64 = ada.as_str().unwrap().parse().unwrap();
    keep(
        "article",
        workspace.post(
            "/articles",
            json!({ "title": "How", "author_id": author, "parent_id": faq, "body": HTML, "state": "published" }),
        ),
    );
    keep(
        "internal",
        workspace.post(
            "/internal_articles",
            json!({ "title": "Secret", "author_id": author, "owner_id": author, "body": "<p>So.</p>" }),
        ),
    );
    keep(
        "asset",
        workspace.post("/custom_object_instances/Asset", json!({ "external_id": "a1", "custom_attributes": {} })),
    );
    Filled { workspace, ids }
}

fn copied(filled: &Filled, more: &str) -> Migration {
    let migration = Migration::new(&format!(
        "[source]\nkind = \"intercom\"\nurl = \"{}\"\ntoken = \"${{INTERCOM_TOKEN}}\"\nobject_types = \"Asset\"\n{more}",
        filled.workspace.url
    ));
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    migration
}

/// The row of a table, with its JSON columns read, and without those that are named.
fn row(migration: &Migration, table: &str, key: &str, without: &[&str]) -> Value {
    let mut rows = migration.rows(&format!("SELECT * FROM database.{table} WHERE source_key = '{key}'"));
    assert_eq!(rows.len(), 1, "{table} {key}");
    let mut row = rows.remove(0);
    for (name, value) in row.as_object_mut().unwrap().iter_mut() {
        let json = [
            "team_keys",
            "admin_keys",
            "tags",
            "attributes",
            "company_keys",
            "end_user_keys",
            "messages",
            "metadata",
            "collection_keys",
            "location",
        ];
        if json.contains(&name.as_str()) && value.is_string() {
            *value = serde_json::from_str(value.as_str().unwrap()).unwrap();
        }
    }
    for name in without {
        assert!(row.as_object_mut().unwrap().remove(*name).is_some(), "{name}");
    }
    row
}

#[test]
fn every_field_of_the_copy_is_what_was_put_in() {
    let filled = filled();
    let migration = copied(&filled, "");
    let (client, ada) = (filled.key("contact", "client"), filled.key("admin", "ada"));
    let tags: Vec<String> = (0..12).map(|n| format!("t{n:02}")).collect();
    let person = row(
        &migration,
        "end_users",
        &client,
        &["created_at", "updated_at", "last_seen_at", "last_replied_at", "last_contacted_at", "location"],
    );
    assert_eq!(
        person,
        json!({
            "source_key": client, "source": "intercom", "external_id": "e1", "intercom_id": filled.id("client"), "role": "user",
            "email": "c@x.example", "phone": "+15550100", "name": NAME, "company_key": filled.key("company", "acme"),
            "company_keys": [filled.key("company", "acme")], "owner_key": ada, "tags": tags, "attributes": { "crm_id": "C-1", "score": 7 },
            "unsubscribed_from_emails": true, "archived": false, "merged_into_key": null, "language": null, "signed_up_at": "2020-09-13T12:26:40Z",
        })
    );
    // What no list has is what the threads say.
    for (name, role, email, called) in
        [("gone", "user", "g@x.example", "Gone"), ("lead", "lead", "v@x.example", "Visitor")]
    {
        let person = row(&migration, "end_users", &filled.key("contact", name), &[]);
        let told = ["role", "email", "name", "archived"].map(|column| person[column].clone());
        assert_eq!(told, [json!(role), json!(email), json!(called), json!(true)], "{person}");
        let merged_into = if name == "lead" { json!(client) } else { Value::Null };
        assert_eq!(person["merged_into_key"], merged_into, "{person}");
    }
    let company = row(
        &migration,
        "companies",
        &filled.key("company", "acme"),
        &["created_at", "updated_at", "last_request_at", "remote_created_at", "session_count"],
    );
    assert_eq!(
        company,
        json!({
            "source_key": filled.key("company", "acme"), "source": "intercom", "external_id": "acme", "intercom_id": filled.id("acme"),
            "name": "acme & Sons", "website": "https://acme.example", "industry": "Bikes", "plan": "Gold", "size": 12, "monthly_spend": 100.0,
            "user_count": 1, "tags": [], "attributes": { "segment": "B" }, "archived": false,
        })
    );

    let thread = row(&migration, "transcripts", &filled.key("conversation", "thread"), &[]);
    assert_eq!(thread["metadata"]["source"], "intercom");
    // Nobody belongs to it, so that no list has it; a conversation names it.
    let lonely = row(&migration, "companies", &filled.key("company", "lonely"), &[]);
    let found = ["name", "external_id", "archived", "industry"].map(|column| lonely[column].clone());
    assert_eq!(found, [json!("lonely & Sons"), json!("lonely"), json!(false), json!("Bikes")]);
    let types: Vec<&str> = thread["messages"].as_array().unwrap().iter().map(|m| m["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        [
            "comment",
            "comment",
            "note",
            "comment",
            "conversation_attribute_updated_by_admin",
            "assignment",
            "assignment",
            "close"
        ]
    );
    let thread = row(
        &migration,
        "transcripts",
        &filled.key("conversation", "thread"),
        &["updated_at", "waiting_since", "metadata", "messages"],
    );
    assert_eq!(
        thread,
        json!({
            "source_key": filled.key("conversation", "thread"), "intercom_id": filled.id("thread"), "end_user_key": client,
            "end_user_keys": [client], "company_key": filled.key("company", "lonely"), "title": "Broken \"thing\"", "state": "closed",
            "priority": "none", "is_read": true, "assignee_key": ada, "team_key": filled.key("team", "team"), "channel": "conversation",
            "tags": ["t00"], "attributes": { "Order": "42" }, "rating": null, "messages_count": 8, "truncated": false,
            "created_at": "2020-09-13T12:26:40Z", "snoozed_until": null,
        })
    );
    let thread = row(&migration, "transcripts", &filled.key("conversation", "thread"), &[]);
    let by_client =
        json!({ "kind": "user", "id": filled.id("client"), "key": client, "name": NAME, "email": "c@x.example" });
    let by_ada =
        json!({ "kind": "admin", "id": filled.id("ada"), "key": ada, "name": "Ada", "email": "ada@desk.example" });
    let file = json!([{ "name": "../../é 1.txt", "content_type": "text/plain", "size": 5,
        "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" }]);
    let wanted = [
        (
            "comment",
            "<p>Hello &amp; &lt;welcome&gt;</p>",
            "Hello & <welcome>",
            "2020-09-13T12:26:40Z",
            false,
            &by_client,
            json!([]),
        ),
        ("comment", HTML, TEXT, "2020-09-13T12:27:40Z", false, &by_ada, file),
        ("note", "<p>for us</p>", "for us", "2020-09-13T12:28:40Z", true, &by_ada, json!([])),
        ("comment", "<p>thanks</p>", "thanks", "2020-09-13T12:29:40Z", false, &by_client, json!([])),
    ];
    let messages = thread["messages"].as_array().unwrap();
    for (position, (kind, html, text, at, private, author, files)) in wanted.into_iter().enumerate() {
        let mut message = messages[position].clone();
        let message = message.as_object_mut().unwrap();
        assert!(message.remove("id").is_some_and(|id| id.is_string()));
        message.remove("detail");
        let wanted = json!({ "position": position, "type": kind, "html": html, "text": text, "at": at, "private": private,
            "redacted": false, "author": author, "attachments": files });
        assert_eq!(json!(message), wanted);
    }
    let events: Vec<[&Value; 4]> = messages[5..]
        .iter()
        .map(|m| [&m["type"], &m["private"], &m["html"], &m["detail"]["assigned_to"]["type"]])
        .collect();
    let (none, team, admin) = (Value::Null, json!("team"), json!("admin"));
    assert_eq!(
        events,
        [
            [&json!("assignment"), &json!(true), &none, &team],
            [&json!("assignment"), &json!(true), &none, &admin],
            [&json!("close"), &json!(false), &json!("<p>done</p>"), &none],
        ]
    );

    let long = row(&migration, "transcripts", &filled.key("conversation", "long"), &[]);
    assert_eq!(
        [&long["messages_count"], &long["truncated"], &long["metadata"]["parts_total"]],
        [&json!(501), &json!(true), &json!(510)]
    );
    let last: Vec<&str> = long["messages"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap()).collect();
    let shown: Vec<String> = std::iter::once("long".to_owned()).chain((10..510).map(|n| n.to_string())).collect();
    assert_eq!(last, shown);
    let of_lead = row(&migration, "transcripts", &filled.key("conversation", "of_lead"), &[]);
    assert_eq!([&of_lead["end_user_key"], &of_lead["end_user_keys"][0]], [&json!(client), &json!(client)]);
    assert_eq!(migration.count("SELECT count(*) FROM database.transcripts"), 4);

    let ticket = row(
        &migration,
        "tickets",
        &filled.key("ticket", "ticket"),
        &["updated_at", "metadata", "messages", "ticket_id", "state", "state_category"],
    );
    assert_eq!(
        ticket,
        json!({
            "source_key": filled.key("ticket", "ticket"), "intercom_id": filled.id("ticket"), "type": "Repair", "category": "Customer",
            "title": "Wheel", "description": "It wobbles", "end_user_key": client, "end_user_keys": [client],
            "company_key": filled.key("company", "acme"), "assignee_key": ada, "team_key": null, "is_open": true, "is_shared": true, "tags": [],
            "attributes": { "Frame": "F-9", "How bad": "Broken \"off\"" }, "messages_count": 2, "truncated": false, "created_at": "2020-09-13T12:26:50Z", "snoozed_until": null,
        })
    );
    let ticket = row(&migration, "tickets", &filled.key("ticket", "ticket"), &[]);
    assert_eq!(
        [&ticket["state_category"], &ticket["messages"][0]["text"], &ticket["messages"][1]["author"]],
        [&json!("submitted"), &json!("It wobbles"), &by_ada]
    );

    let file =
        migration.rows("SELECT parent_key, position, inline, name, content_type, size, file FROM database.attachments");
    assert_eq!(
        file,
        [
            json!({ "parent_key": filled.key("conversation", "thread"), "position": 0, "inline": false, "name": "../../é 1.txt",
        "content_type": "text/plain", "size": 5, "file": "files/2c/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" })
        ]
    );
    assert!(migration.path().join("staging").join(file[0]["file"].as_str().unwrap()).is_file());
    let notes = migration.rows("SELECT parent_key, author_key, body, text FROM database.notes ORDER BY text");
    assert_eq!(notes[0], json!({ "parent_key": client, "author_key": ada, "body": HTML, "text": TEXT }));
    assert_eq!(
        [&notes[1]["parent_key"], &notes[1]["text"]],
        [&json!(filled.key("company", "acme")), &json!("pays late")]
    );
    let article = row(
        &migration,
        "articles",
        &filled.key("article", "article"),
        &["created_at", "updated_at", "url", "translated_content", "default_locale"],
    );
    let shown = filled.workspace.call("GET", &format!("/articles/{}", filled.id("article"))).1;
    assert_eq!(
        article,
        json!({
            "source_key": filled.key("article", "article"), "intercom_id": filled.id("article"), "collection_key": filled.key("collection", "faq"),
            "collection_keys": [filled.key("collection", "faq")], "author_key": ada, "title": "How", "description": null, "body": shown["body"], "text": TEXT,
            "state": "published",
        })
    );
    let collection = row(&migration, "collections", &filled.key("collection", "faq"), &[]);
    assert_eq!(
        [&collection["name"], &collection["description"], &collection["parent_key"]],
        [&json!("FAQ"), &json!("asked"), &none]
    );
    assert_eq!(row(&migration, "internal_articles", &filled.key("internal_article", "internal"), &[])["text"], "So.");
    let asset = format!("intercom:custom_object:Asset:{}", filled.id("asset"));
    let asset = row(&migration, "custom_objects", &asset, &[]);
    assert_eq!(
        [&asset["type"], &asset["external_id"], &asset["attributes"]],
        [&json!("Asset"), &json!("a1"), &json!({})]
    );
    assert_eq!(row(&migration, "admins", &ada, &[])["email"], "ada@desk.example");
    assert_eq!(row(&migration, "teams", &filled.key("team", "team"), &[])["name"], "Support");
    assert_eq!(migration.count("SELECT count(*) FROM database.tags"), 12);
    let known = migration.rows("SELECT model, ticket_type, name, data_type FROM database.attributes WHERE custom AND name IN ('score', 'Order', 'Frame') ORDER BY name");
    assert_eq!(
        known,
        [
            json!({ "model": "ticket", "ticket_type": "Repair", "name": "Frame", "data_type": "string" }),
            json!({ "model": "conversation", "ticket_type": null, "name": "Order", "data_type": "string" }),
            json!({ "model": "contact", "ticket_type": null, "name": "score", "data_type": "integer" }),
        ]
    );
    assert!(migration.rows("SELECT * FROM database.rejects").is_empty());
    let silent = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'database'
        AND (coalesce(comment, '') = '' OR comment LIKE '%of the model%') AND table_name NOT LIKE 'base\\_%'
        AND table_name NOT LIKE '%\\_\\_runs'";
    assert_eq!(migration.rows(silent), Vec::<Value>::new());
}
