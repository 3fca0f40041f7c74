//! Stopped and interfered with: what was begun goes on, what was deleted by hand is named.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Migration, Workspace, repository};

/// The 3.7 fixture desk, extracted and transformed, and a workspace in which nobody but the placeholder is.
fn migration(latency: &str) -> (Migration, Workspace) {
    let desk = repository("tests/fixtures/hesk-3.7.11");
    let migration = Migration::new(&format!(
        "[source]\nkind = \"hesk\"\nurl = \"{0}/dump.sql\"\nattachments = \"{0}/attachments\"\ntimezone = \"Europe/Berlin\"\n\
         [intercom]\nurl = \"WORKSPACE\"\n[load]\nplaceholder_admin = \"migration@example.com\"\n",
        desk.display()
    ));
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    let workspace =
        Workspace::start_with(&[("Migration".to_owned(), "migration@example.com".to_owned())], &[], latency);
    migration.set("WORKSPACE", &workspace.url);
    (migration, workspace)
}

#[test]
fn reconcile_names_what_was_deleted_by_hand() {
    let (migration, workspace) = migration("");
    migration.done(&["load"]);
    migration.done(&["reconcile"]);
    let row = &migration
        .rows("SELECT source_key, intercom_id FROM ledger.rows WHERE table_name = 'conversations' LIMIT 1")[0];
    let (key, id) = (row["source_key"].as_str().unwrap(), row["intercom_id"].as_str().unwrap());
    assert_eq!(workspace.call("DELETE", &format!("/conversations/{id}")).0, 200);
    let output = migration.run(&["--json", "reconcile"]);
    assert_eq!(output.status.code(), Some(1));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let missing = document["missing"].as_array().unwrap();
    assert!(missing.iter().any(|row| row["source_key"] == key), "{missing:?}");
    let counts = document["counts"].as_array().unwrap();
    let conversations = counts.iter().find(|row| row["table"] == "conversations").unwrap();
    assert_eq!(conversations["missing"], 1);
}

#[test]
fn a_load_that_is_stopped_goes_on_and_doubles_nothing() {
    let (migration, workspace) = migration("latency=20ms..40ms");
    let mut load = Command::new(env!("CARGO_BIN_EXE_deskferry"))
        .arg("-C")
        .arg(migration.path())
        .arg("load")
        .env("INTERCOM_TOKEN", "test-token-1234")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while workspace.stats()["objects"]["conversations"].as_u64() < Some(2) {
        std::thread::sleep(Duration::from_millis(20));
        assert!(load.try_wait().unwrap().is_none(), "the load ended before it could be stopped");
    }
    let stopped = Command::new("kill").args(["-INT", &load.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    assert_eq!(load.wait().unwrap().code(), Some(1));
    let conversations = migration.count("SELECT count(*) FROM intercom.conversations");
    let parts = migration.count("SELECT count(*) FROM intercom.conversation_parts");
    assert!(
        migration.count("SELECT count(*) FROM ledger.rows WHERE table_name = 'conversation_parts' AND state = 'done'")
            < parts
    );

    migration.done(&["load"]);
    assert_eq!(workspace.stats()["objects"]["conversations"].as_i64(), Some(conversations));
    migration.done(&["reconcile"]);
    let live = migration.count(
        "SELECT count(*) - count(DISTINCT parts.conversation_id || ':' || parts.id) FROM intercom_live.conversation_parts AS parts",
    );
    assert_eq!(live, 0);
    let sent: i64 =
        migration.count("SELECT count(*) FROM ledger.steps WHERE table_name = 'conversation_parts' AND state = 'done'");
    // The opening message of a thread is its conversation; every other message, and every message of files, is a part.
    let held = migration.count(
        "SELECT (SELECT count(*) FROM intercom_live.conversation_parts WHERE part_type IN ('comment', 'note'))
             + (SELECT count(*) FROM intercom_live.conversations)",
    );
    assert_eq!(held, sent);
}

#[test]
fn plan_says_what_the_load_then_does() {
    let (migration, workspace) = migration("");
    let plan: serde_json::Value = serde_json::from_str(&migration.done(&["--json", "plan"])).unwrap();
    assert_eq!(workspace.stats()["objects"]["conversations"], 0, "a plan writes nothing");
    let load: serde_json::Value = serde_json::from_str(&migration.done(&["--json", "load"])).unwrap();
    assert_eq!(plan["calls"], load["calls"]);
    assert_eq!(plan["calls_total"], load["calls_total"]);
    let created = |document: &serde_json::Value, table: &str, column: &str| {
        let tables = document["tables"].as_array().unwrap();
        tables.iter().find(|t| t["table"] == table).unwrap()[column].as_u64().unwrap()
    };
    for table in ["contacts", "conversations", "conversation_parts", "attachments", "articles"] {
        assert_eq!(created(&plan, table, "create"), created(&load, table, "created"), "{table}");
    }
    assert!(created(&plan, "conversations", "close") > 0);
    let second: serde_json::Value = serde_json::from_str(&migration.done(&["--json", "plan"])).unwrap();
    let writes = second["calls"].as_object().unwrap().keys().filter(|call| !call.starts_with("GET")).count();
    assert_eq!(writes, 0, "{second:#}");
}

#[test]
fn a_fix_in_one_model_touches_the_rows_that_differ_and_no_others() {
    let (migration, workspace) = migration("");
    migration.done(&["load"]);
    let model = std::fs::read_to_string(repository("sql/hesk/contacts.sql")).unwrap();
    let name =
        migration.rows("SELECT source_key, name FROM intercom.contacts WHERE name IS NOT NULL ORDER BY 1 LIMIT 1");
    let key = name[0]["source_key"].as_str().unwrap();
    let folder = migration.path().join("sql/hesk");
    std::fs::create_dir_all(&folder).unwrap();
    // The model as it is, with another name for one person.
    std::fs::write(folder.join("contacts_as_they_were.sql"), &model).unwrap();
    let comment: String =
        model.lines().take_while(|line| line.starts_with("--")).map(|line| format!("{line}\n")).collect();
    let columns = "source_key, external_id, role, email, phone, name, signed_up_at, last_seen_at, owner_key, \
                   unsubscribed_from_emails, company_keys, tag_keys, custom_attributes";
    let fixed =
        columns.replace(" name,", &format!(" CASE WHEN source_key = '{key}' THEN 'Put right' ELSE name END AS name,"));
    std::fs::write(folder.join("contacts.sql"), format!("{comment}SELECT {fixed} FROM contacts_as_they_were\n"))
        .unwrap();
    migration.done(&["transform"]);
    let load: serde_json::Value = serde_json::from_str(&migration.done(&["--json", "load"])).unwrap();
    let calls = load["calls"].as_object().unwrap();
    let writes: Vec<_> = calls.iter().filter(|(call, _)| !call.starts_with("GET")).collect();
    assert_eq!(writes.len(), 1, "{writes:?}");
    assert_eq!(calls["PUT /contacts/{id}"], 1);
    let page = workspace.call("GET", "/contacts?per_page=150").1;
    let changed = page["data"].as_array().unwrap().iter().filter(|contact| contact["name"] == "Put right").count();
    assert_eq!(changed, 1);
}

#[test]
fn a_sample_brings_so_many_conversations_and_what_belongs_to_them() {
    let (migration, workspace) = migration("");
    migration.done(&["load", "--limit", "2"]);
    let objects = workspace.stats()["objects"].clone();
    assert_eq!(objects["conversations"], 2);
    let contacts = objects["contacts"].as_u64().unwrap();
    assert!((1..=6).contains(&contacts), "{objects}");
    migration.done(&["load"]);
    migration.done(&["reconcile"]);
    let wrong = migration.refused(&["load", "--stop-after", "people"]);
    assert!(wrong.contains("--stop-after = `people` is not a table that is loaded"), "{wrong}");
    assert!(migration.done(&["settle"]).is_empty(), "nothing is unknown");
    assert!(migration.refused(&["settle", "hesk:ticket:1", "--absent"]).contains("no step of that name"));
}

#[test]
fn tickets_may_become_tickets() {
    let (migration, workspace) = migration("");
    migration.set("placeholder_admin", "tickets_as = \"ticket\"\nticket_type = \"From Hesk\"\nplaceholder_admin");
    let plan: serde_json::Value = serde_json::from_str(&migration.done(&["--json", "plan"])).unwrap();
    let load: serde_json::Value = serde_json::from_str(&migration.done(&["--json", "load"])).unwrap();
    assert_eq!(plan["calls"], load["calls"]);
    let tickets = migration.count("SELECT count(*) FROM intercom.conversations");
    assert_eq!(load["calls"]["POST /tickets"], tickets);
    assert_eq!(workspace.stats()["objects"]["conversations"], 0);
    migration.done(&["reconcile"]);
    let second: serde_json::Value = serde_json::from_str(&migration.done(&["--json", "load"])).unwrap();
    assert!(second["calls"].as_object().unwrap().keys().all(|call| call.starts_with("GET")), "{second:#}");
    migration.set("tickets_as = \"ticket\"", "tickets_as = \"conversation\"");
    let refused = migration.refused(&["load"]);
    assert!(refused.contains("tickets_as"), "{refused}");
}
