//! A copy of an Intercom workspace: extract and transform, and every field of `database.*` beside what was put in.

use serde_json::{Value, json};

use crate::support::{Migration, Workspace};

#[test]
fn explore() {
    let workspace = Workspace::start_with_types(
        &[("Ada".to_owned(), "ada@desk.example".to_owned())],
        &["Support".to_owned()],
        &["Asset"],
        "",
    );
    let ada = workspace.call("GET", "/admins").1["admins"][0]["id"].as_str().unwrap().to_owned();
    let contact =
        workspace.post("/contacts", json!({ "external_id": "e1", "email": "c@x.example", "name": "<b>C</b>" }));
    println!("{contact}");
    let from = json!({ "type": "user", "id": contact["id"] });
    let made = workspace.post("/conversations", json!({ "from": from, "body": "one", "created_at": 1_600_000_000 }));
    let id = made["conversation_id"].as_str().unwrap();
    workspace.post(
        &format!("/conversations/{id}/reply"),
        json!({ "type": "admin", "admin_id": ada, "message_type": "comment", "body": "<p>x</p>",
       "attachment_files": [{ "name": "a.txt", "content_type": "text/plain", "data": "aGVsbG8=" }] }),
    );
    workspace.post(
        &format!("/conversations/{id}/parts"),
        json!({ "message_type": "close", "type": "admin", "admin_id": ada, "body": "bye" }),
    );
    println!("{}", serde_json::to_string_pretty(&workspace.call("GET", &format!("/conversations/{id}")).1).unwrap());
    println!("{}", serde_json::to_string_pretty(&workspace.call("GET", "/me").1).unwrap());
    let migration = Migration::new(&format!(
        "[source]\nkind = \"intercom\"\nurl = \"{}\"\ntoken = \"${{INTERCOM_TOKEN}}\"\nobject_types = \"Asset\"\n",
        workspace.url
    ));
    println!("{}", migration.done(&["extract"]));
    std::process::Command::new("cp").arg("-r").arg(migration.path()).arg("/tmp/outtry").status().unwrap();
    let out = migration.run(&["transform"]);
    println!("{}\n{}", crate::support::text(&out.stdout), crate::support::text(&out.stderr));
    println!("{}", serde_json::to_string_pretty(&migration.rows("SELECT * FROM database.transcripts")).unwrap());
    println!("{}", serde_json::to_string_pretty(&migration.rows("SELECT * FROM database.end_users")).unwrap());
    println!("{}", migration.done(&["sql", "EXPLAIN SELECT thread_key, json_list(position, html) FROM (SELECT * FROM base_messages ORDER BY thread_key, position) AS m GROUP BY thread_key"]));
    let _: Value = json!(1);
    panic!("shown");
}
