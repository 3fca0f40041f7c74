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
        "SELECT count(*) - count(DISTINCT parts.conversation_id || ':' || parts.part_id) FROM intercom_live.conversation_parts AS parts",
    );
    assert_eq!(live, 0);
    let sent: i64 =
        migration.count("SELECT count(*) FROM ledger.steps WHERE table_name = 'conversation_parts' AND state = 'done'");
    // The opening message of a thread is its conversation; every other message, and every message of files, is a part.
    let held = migration.count("SELECT count(*) FROM intercom_live.conversation_parts");
    assert_eq!(held, sent);
}
