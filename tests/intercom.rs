//! An Intercom workspace as a source: everything in it is staged as the API gives it.

use serde_json::{Value, json};

use crate::support::{Migration, Workspace, id};

const PARTS: usize = 510;

/// A workspace with some of everything. Companies need two pages of a scroll; one thread is longer than the API gives.
struct Filled {
    workspace: Workspace,
    contact: String,
    long: String,
    short: String,
}

fn filled() -> Filled {
    let workspace = Workspace::start_with_types(
        &[("Ada".to_owned(), "ada@desk.example".to_owned())],
        &["Support".to_owned()],
        &["Asset"],
        "",
    );
    let ada = id(&workspace.call("GET", "/admins").1["admins"][0]);
    let contact =
        id(&workspace.post("/contacts", json!({ "external_id": "e1", "email": "c@x.example", "name": "<b>C</b>" })));
    for n in 0..105 {
        let company =
            id(&workspace.post("/companies", json!({ "company_id": format!("c{n}"), "name": format!("N{n}") })));
        let of = if n < 12 {
            contact.clone()
        } else {
            id(&workspace.post("/contacts", json!({ "external_id": format!("p{n}") })))
        };
        workspace.post(&format!("/contacts/{of}/companies"), json!({ "id": company }));
    }
    for n in 0..12 {
        let tag = id(&workspace.post("/tags", json!({ "name": format!("t{n}") })));
        workspace.post(&format!("/contacts/{contact}/tags"), json!({ "id": tag }));
    }
    workspace.post(&format!("/contacts/{contact}/notes"), json!({ "body": "<p>knows us</p>", "admin_id": ada }));
    let open = |body: &str, at: i64| {
        let from = json!({ "type": "user", "id": contact });
        let made = workspace.post("/conversations", json!({ "from": from, "body": body, "created_at": at }));
        made["conversation_id"].as_str().unwrap().to_owned()
    };
    let reply = |conversation: &str, more: Value| {
        let mut body = json!({ "type": "admin", "admin_id": ada, "message_type": "comment", "body": "<p>x</p>" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        workspace.post(&format!("/conversations/{conversation}/reply"), body);
    };
    let (short, long, gone) = (open("one", 1_600_000_000), open("two", 1_600_000_100), open("three", 1_600_000_200));
    reply(
        &short,
        json!({ "body": "<p>with a file</p>", "attachment_files":
        [{ "name": "a.txt", "content_type": "text/plain", "data": "aGVsbG8=" }] }),
    );
    reply(&short, json!({ "message_type": "note", "body": "<p>for us</p>" }));
    for n in 0..PARTS {
        reply(&long, json!({ "body": format!("<p>{n}</p>") }));
    }
    assert_eq!(workspace.call("DELETE", &format!("/conversations/{gone}")).0, 200);
    let collection = id(&workspace.post("/help_center/collections", json!({ "name": "FAQ" })));
    workspace.post("/articles", json!({ "title": "How", "author_id": ada.parse::<u64>().unwrap(), "parent_id": collection, "body": "<p>So.</p>" }));
    workspace.post("/custom_object_instances/Asset", json!({ "external_id": "a1", "custom_attributes": {} }));
    Filled { workspace, contact, long, short }
}

fn migration(url: &str) -> Migration {
    Migration::new(&format!(
        "[source]\nkind = \"intercom\"\nurl = \"{url}\"\ntoken = \"${{INTERCOM_TOKEN}}\"\nobject_types = \"Asset\"\n"
    ))
}

#[test]
fn a_workspace_is_staged_as_the_api_gives_it_and_then_what_has_changed() {
    let Filled { workspace, contact, long, short } = filled();
    let migration = migration(&workspace.url);
    let manifest: Value = serde_json::from_str(&migration.done(&["--json", "extract"])).unwrap();
    let rows = |table: &str| manifest["tables"][table]["rows"].as_u64().unwrap();
    assert_eq!((rows("contacts"), rows("companies"), rows("tags"), rows("contact_notes")), (94, 105, 12, 1));
    // The first ten come with the contact; who has more is asked for all.
    assert_eq!((rows("contact_tags"), rows("contact_all_tags"), rows("contact_all_companies")), (10, 12, 12));
    assert_eq!((rows("conversations"), rows("deleted_conversations")), (2, 1));
    assert_eq!((rows("articles"), rows("collections"), rows("custom_object_instances")), (1, 1, 1));
    // Message by message beside the API itself.
    for conversation in [&long, &short] {
        let shown = workspace.call("GET", &format!("/conversations/{conversation}")).1;
        let parts = shown["conversation_parts"]["conversation_parts"].as_array().unwrap();
        let wanted: Vec<Value> = parts
            .iter()
            .map(|p| {
                json!([
                    p["id"],
                    p["part_type"],
                    p["body"],
                    p["author"]["type"],
                    p["author"]["id"],
                    p["author"]["email"]
                ])
            })
            .collect();
        let staged = migration.rows(&format!(
            "SELECT id, part_type, body, author_type, author_id, author_email FROM intercom_live.conversation_parts
             WHERE conversation_id = '{conversation}' ORDER BY position"
        ));
        let staged: Vec<Value> = staged
            .iter()
            .map(|r| json!([r["id"], r["part_type"], r["body"], r["author_type"], r["author_id"], r["author_email"]]))
            .collect();
        assert_eq!(staged, wanted);
    }
    let thread = migration.rows(&format!(
        "SELECT source_body, source_author_id, CAST(extract(epoch FROM created_at) AS BIGINT) AS at, parts_total
         FROM intercom_live.conversations WHERE id = '{long}'"
    ));
    assert_eq!(
        thread[0],
        json!({ "source_body": "<p>two</p>", "source_author_id": contact, "at": 1_600_000_100, "parts_total": PARTS })
    );
    let cut = migration.rows("SELECT key, raw, reason FROM intercom_live._defects");
    let reason = format!("truncated: the source counts {PARTS} rows of conversation_parts and gives 500");
    assert_eq!(cut, [json!({ "key": long, "raw": PARTS.to_string(), "reason": reason })]);
    let file = migration.rows("SELECT table_name, name, size, sha256 FROM intercom_live.files");
    let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert_eq!(file, [json!({ "table_name": "part_attachments", "name": "a.txt", "size": 5, "sha256": hello })]);

    let path = format!("/conversations/{short}/reply");
    workspace.post(
        &path,
        json!({ "type": "user", "intercom_user_id": contact, "message_type": "comment", "body": "again" }),
    );
    workspace.post("/tags", json!({ "name": "new" }));
    let delta: Value = serde_json::from_str(&migration.done(&["--json", "extract", "--since-last"])).unwrap();
    let changes = |table: &str| {
        let of = &delta["tables"][table]["changes"];
        [&of["new"], &of["changed"], &of["gone"]].map(|n| n.as_u64().unwrap())
    };
    assert_eq!(changes("conversation_parts"), [1, 0, 0]);
    assert_eq!((changes("conversations"), changes("tags")), ([0, 1, 0], [1, 0, 0]));
    let parts = migration
        .count(&format!("SELECT count(*) FROM intercom_live.conversation_parts WHERE conversation_id = '{short}'"));
    assert_eq!(parts, 3);
}

#[test]
fn a_wrong_token_is_refused_with_what_to_do() {
    let workspace = Workspace::start(&[("Ada".to_owned(), "ada@desk.example".to_owned())], &[]);
    let migration = migration(&workspace.url);
    migration.set("${INTERCOM_TOKEN}", "");
    let said = migration.refused(&["extract"]);
    assert!(said.contains("token") && said.contains("hint:"), "{said}");
    assert!(migration.rows("SELECT * FROM runs.tables").is_empty());
}
