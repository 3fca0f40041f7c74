//! `extract --since-last`: what differs since the last run, and what becomes of it in Intercom.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::mariadb::MariaDb;
use crate::support::{Migration, Workspace, repository};

/// The ticket that is new, the one that gets a reply with a file, the one that is closed, and the one that is deleted.
const NEW: i64 = 900;
const ANSWERED: i64 = 3;
const CLOSED: i64 = 4;
const DELETED: i64 = 5;

/// The 3.7 fixture desk as it is.
pub(crate) fn before() -> String {
    std::fs::read_to_string(repository("tests/fixtures/hesk-3.7.11/dump.sql")).unwrap()
}

/// The same desk some days later: a new ticket, a reply with a file, an edited reply, a closed ticket, a deleted one.
pub(crate) fn after() -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut edits = 0;
    for line in before().lines() {
        let mut line = line.to_owned();
        let mut edit = |to: String| {
            edits += 1;
            to
        };
        if line.starts_with("(3,'RW8-RGB-JWB6'") {
            lines.push(edit(line.replace("(3,'RW8-RGB-JWB6'", "(900,'NEW-TIC-KET9'")));
        } else if line.starts_with("(3,3,3,'REQUESTER')") {
            lines.push(edit("(900,900,3,'REQUESTER'),".to_owned()));
        } else if line.starts_with("(3,2,'We see") {
            let reply = "(900,3,'One more','One more','2026-06-20 10:00:00','900#new.txt,',0,3,NULL,'0'),";
            lines.push(edit(reply.to_owned()));
        } else if line.starts_with("(2,'ABR-A2Z-4BZP'") {
            lines.push(edit("(900,'RW8-RGB-JWB6','new.txt','new.txt',5,'0'),".to_owned()));
        } else if line.starts_with("(2,1,'Thank you!'") {
            line = edit(line.replace("Thank you!", "Thank you so much!"));
        } else if line.starts_with("(4,'15D-1QN-S5NY'") {
            line = edit(line.replacen("NULL,NULL,NULL,'',NULL,0,1,", "NULL,NULL,NULL,'',NULL,3,1,", 1));
        } else if ["(5,5,'First answer'", "(7,5,7,", "(5,'8UP-8ZW"].iter().any(|gone| line.starts_with(gone)) {
            edit(String::new());
            continue;
        }
        lines.push(line);
    }
    assert_eq!(edits, 9, "the fixture has changed");
    lines.join("\n") + "\n"
}

/// A migration whose source is `dump.sql` and `attachments` in its own folder.
pub(crate) fn migration() -> Migration {
    let migration = Migration::new("");
    let folder = migration.path().display().to_string();
    let settings = format!(
        "[source]\nkind = \"hesk\"\nurl = \"{folder}/dump.sql\"\nattachments = \"{folder}/attachments\"\n\
         timezone = \"Europe/Berlin\"\n[intercom]\nurl = \"WORKSPACE\"\n\
         [load]\nplaceholder_admin = \"migration@example.com\"\n"
    );
    std::fs::write(migration.path().join("deskferry.toml"), settings).unwrap();
    std::fs::create_dir(attachments(&migration)).unwrap();
    for file in std::fs::read_dir(repository("tests/fixtures/hesk-3.7.11/attachments")).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), attachments(&migration).join(file.file_name())).unwrap();
        }
    }
    give(&migration, &before());
    migration
}

fn attachments(migration: &Migration) -> PathBuf {
    migration.path().join("attachments")
}

pub(crate) fn give(migration: &Migration, dump: &str) {
    std::fs::write(migration.path().join("dump.sql"), dump).unwrap();
}

/// The desk as it is some days later, with the new file.
fn give_after(migration: &Migration) {
    give(migration, &after());
    std::fs::write(attachments(migration).join("new.txt"), "hello").unwrap();
}

/// The rows of every table of the source, sorted; what is of the run itself is left out.
fn state(migration: &Migration) -> BTreeMap<String, Vec<String>> {
    let tables = migration.rows("SELECT DISTINCT table_name FROM runs.tables WHERE schema_name = 'hesk' ORDER BY 1");
    let names: Vec<&str> = tables.iter().map(|row| row["table_name"].as_str().unwrap()).collect();
    let script: Vec<String> = names.iter().map(|name| format!("SELECT * FROM hesk.\"{name}\"")).collect();
    let text = migration.done(&["--json", "sql", &script.join(";")]);
    let answers = serde_json::Deserializer::from_str(&text).into_iter::<Vec<Value>>();
    let rows = answers.map(|rows| {
        let mut rows: Vec<String> = rows.unwrap().iter().map(Value::to_string).collect();
        rows.sort();
        rows
    });
    let state: BTreeMap<String, Vec<String>> = names.iter().map(ToString::to_string).zip(rows).collect();
    assert!(state.len() > 30 && state["tickets"].len() > 10, "{:?}", state.keys());
    state
}

/// New, changed and gone rows of each table in the newest run; tables without any are left out.
fn changes(migration: &Migration) -> Vec<Value> {
    migration.rows(
        "SELECT table_name AS t, new_rows AS n, changed_rows AS c, gone_rows AS g FROM runs.tables
         WHERE schema_name = 'hesk' AND is_current AND new_rows + changed_rows + gone_rows > 0 ORDER BY table_name",
    )
}

fn expected_changes() -> Vec<Value> {
    [
        ("attachments", 1, 0, 0),
        ("files", 1, 0, 0),
        ("replies", 1, 1, 1),
        ("ticket_to_customer", 1, 0, 1),
        ("tickets", 1, 1, 1),
    ]
    .map(|(t, n, c, g)| json!({ "t": t, "n": n, "c": c, "g": g }))
    .to_vec()
}

/// The rows of the newest run of tables that are compared.
fn rows_written(migration: &Migration) -> u64 {
    let runs: Vec<Value> = serde_json::from_str(&migration.done(&["--json", "runs"])).unwrap();
    let tables = runs.last().unwrap()["tables"].as_object().unwrap().values();
    tables.filter(|table| table.get("changes").is_some()).map(|table| table["rows"].as_u64().unwrap()).sum()
}

#[test]
fn a_delta_and_a_delta_of_it_give_the_same_state_as_a_full_extract() {
    let migration = migration();
    migration.done(&["extract"]);
    let first = state(&migration);
    give_after(&migration);
    let summary = migration.done(&["extract", "--since-last"]);
    assert!(summary.contains("unchanged") && summary.contains("hesk.tickets"), "{summary}");
    assert_eq!(changes(&migration), expected_changes());
    assert_eq!(rows_written(&migration), 10);
    let marks = migration.rows("SELECT id FROM hesk.tickets__runs WHERE _deleted");
    assert_eq!(marks, [json!({ "id": DELETED })]);
    let second = state(&migration);
    assert_ne!(first, second);

    // Back to the first state, on top of the delta, then forward again: what was gone and new, changed back, is told apart.
    give(&migration, &before());
    migration.done(&["extract", "--since-last"]);
    assert_eq!(state(&migration), first);
    give(&migration, &after());
    migration.done(&["extract", "--since-last"]);
    assert_eq!(state(&migration), second);
    migration.done(&["extract", "--since-last"]);
    assert_eq!((changes(&migration), rows_written(&migration)), (vec![], 0));
    assert_eq!(state(&migration), second);
    let listed = migration.done(&["runs"]);
    assert!(listed.contains("5 new, 2 changed, 3 gone") && listed.contains("0 new, 0 changed, 0 gone"), "{listed}");

    migration.done(&["extract"]);
    assert_eq!(state(&migration), second);
}

#[test]
fn a_live_database_gives_the_same_delta() {
    let server = MariaDb::start();
    server.load("desk", before().as_bytes());
    let migration = migration();
    let dump = format!("{}/dump.sql", migration.path().display());
    migration.done(&["extract"]);
    // The last state was read out of a dump: a live database gives the same rows.
    migration.set(&dump, &server.url("root", "", "desk"));
    migration.done(&["extract", "--since-last"]);
    assert_eq!(changes(&migration), Vec::<Value>::new());

    server.load("desk", after().as_bytes());
    std::fs::write(attachments(&migration).join("new.txt"), "hello").unwrap();
    migration.done(&["extract", "--since-last"]);
    assert_eq!(changes(&migration), expected_changes());
    let delta = state(&migration);
    migration.done(&["extract"]);
    assert_eq!(state(&migration), delta);

    // An upgrade of the help desk: the table is written whole, and says so.
    server.run("ALTER TABLE desk.hesk_replies DROP COLUMN rating");
    let output = migration.run(&["extract", "--since-last"]);
    let notes = crate::support::text(&output.stderr);
    assert!(output.status.success() && notes.contains("replies (came: none; went: rating)"), "{notes}");
    let whole = migration.rows("SELECT new_rows AS n FROM runs.tables WHERE table_name = 'replies' AND is_current");
    assert_eq!(whole, [json!({ "n": null })]);
    assert_eq!(migration.count("SELECT count(rating) FROM hesk.replies"), 0);
}

#[test]
fn a_load_after_a_delta_sends_the_difference_and_deletes_nothing() {
    let migration = migration();
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    let workspace = Workspace::start_with(&[("Migration".to_owned(), "migration@example.com".to_owned())], &[], "");
    migration.set("WORKSPACE", &workspace.url);
    migration.done(&["load"]);
    migration.done(&["reconcile"]);
    let conversations = workspace.stats()["objects"]["conversations"].as_u64().unwrap();
    let id = |ticket: i64| {
        let query = format!("SELECT intercom_id FROM ledger.rows WHERE source_key = 'hesk:ticket:{ticket}'");
        migration.rows(&query)[0]["intercom_id"].as_str().unwrap().to_owned()
    };
    let conversation = |ticket: i64| workspace.call("GET", &format!("/conversations/{}", id(ticket)));
    let parts = |ticket: i64| conversation(ticket).1["conversation_parts"]["total_count"].as_u64().unwrap();
    assert_eq!(conversation(CLOSED).1["state"], "open");
    let (answered, edited) = (parts(ANSWERED), parts(1));

    give_after(&migration);
    migration.done(&["extract", "--since-last"]);
    migration.done(&["transform"]);
    let plan: Value = serde_json::from_str(&migration.done(&["--json", "plan"])).unwrap();
    let planned = |table: &str, what: &str| {
        plan["tables"].as_array().unwrap().iter().find(|t| t["table"] == table).unwrap()[what].as_u64().unwrap()
    };
    assert_eq!(planned("conversations", "create"), 1);
    assert!(planned("conversation_parts", "drift") >= 1, "{plan}");
    let loaded: Value = serde_json::from_str(&migration.done(&["--json", "load"])).unwrap();
    assert!(loaded["gone"].as_u64() > Some(0), "{loaded}");
    assert_eq!(loaded["gone"], plan["gone"]);
    // Nobody is asked here: what would be taken back is shown, and nothing is.
    let refused = migration.refused(&["rollback"]);
    assert!(refused.contains("conversations") && refused.contains("hint: give --yes to go ahead"), "{refused}");
    assert_eq!(workspace.stats()["objects"]["conversations"].as_u64(), Some(conversations + 1));
    assert_eq!(conversation(NEW).0, 200);
    assert_eq!(conversation(CLOSED).1["state"], "closed");
    assert_eq!((parts(ANSWERED), parts(1)), (answered + 1, edited));
    let thread = conversation(ANSWERED).1.to_string();
    assert!(thread.contains("One more") && thread.contains("new.txt"), "{thread}");
    assert!(!conversation(1).1.to_string().contains("so much"));

    // What the source deleted is there as before, listed, and no fault.
    assert_eq!(conversation(DELETED).0, 200);
    let report: Value = serde_json::from_str(&migration.done(&["--json", "reconcile"])).unwrap();
    let gone: Vec<&str> =
        report["gone"].as_array().unwrap().iter().map(|r| r["source_key"].as_str().unwrap()).collect();
    assert!(gone.contains(&"hesk:ticket:5") && gone.contains(&"hesk:reply:5"), "{gone:?}");
    assert_eq!(report["faults"], json!([]));
    // Deleted by hand in Intercom as well: no fault either.
    assert_eq!(workspace.call("DELETE", &format!("/conversations/{}", id(DELETED))).0, 200);
    migration.done(&["reconcile"]);

    migration.done(&["extract", "--since-last"]);
    migration.done(&["transform"]);
    let load: Value = serde_json::from_str(&migration.done(&["--json", "load"])).unwrap();
    let calls = load["calls"].as_object().unwrap();
    assert!(!calls.is_empty() && calls.keys().all(|call| call.starts_with("GET ")), "{load}");
}

#[test]
fn what_cannot_be_compared_is_read_in_full_or_refused() {
    let migration = migration();
    let notes = |arguments: &[&str]| {
        let output = migration.run(arguments);
        assert!(output.status.success());
        crate::support::text(&output.stderr)
    };
    assert!(notes(&["extract", "--since-last"]).contains("no earlier run"));
    assert_eq!(migration.count("SELECT count(*) FROM runs.tables WHERE mode <> 'full'"), 0);
    let whole = migration.count("SELECT count(*) FROM hesk.tickets");
    migration.done(&["extract", "--sample", "3"]);
    assert_eq!(migration.count("SELECT count(*) FROM hesk.tickets"), 3);
    assert!(notes(&["extract", "--since-last"]).contains("last read as a sample"));
    assert_eq!(migration.count("SELECT count(*) FROM hesk.tickets"), whole);
    assert!(migration.refused(&["extract", "--since-last", "--sample", "3"]).contains("--sample"));

    // Some tables only: the others stay as they are, and so do their files.
    give_after(&migration);
    migration.done(&["extract", "--since-last", "attachments", "tickets"]);
    let tables: Vec<Value> = changes(&migration).iter().map(|row| row["t"].clone()).collect();
    assert_eq!(tables, ["attachments", "files", "tickets"]);
    migration.done(&["extract", "--since-last"]);
    let delta = state(&migration);
    migration.done(&["extract"]);
    assert_eq!(state(&migration), delta);
}

#[test]
fn a_sample_is_closed_and_balances_in_intercom() {
    let migration = migration();
    migration.done(&["extract"]);
    migration.done(&["extract", "--sample", "4"]);
    assert!(migration.done(&["runs"]).contains("sample of 4"));
    for (table, column, parent, key) in [
        ("replies", "replyto", "tickets", "id"),
        ("notes", "ticket", "tickets", "id"),
        ("attachments", "ticket_id", "tickets", "trackid"),
        ("ticket_to_customer", "ticket_id", "tickets", "id"),
        ("ticket_to_customer", "customer_id", "customers", "id"),
        ("replies", "customer_id", "customers", "id"),
    ] {
        // Whatever the desk itself has, which has names of rows that were deleted long ago.
        let open = format!(
            "SELECT count(*) FROM hesk.{table} WHERE {column} IN (SELECT {key} FROM hesk.{parent}__runs) \
             AND {column} NOT IN (SELECT {key} FROM hesk.{parent})"
        );
        assert_eq!(migration.count(&open), 0, "{open}");
    }
    let named = "SELECT customer_id FROM hesk.ticket_to_customer UNION SELECT customer_id FROM hesk.replies";
    let customers = migration.count("SELECT count(*) FROM hesk.customers");
    assert!(customers > 0 && customers < 8, "{customers}");
    assert_eq!(migration.count(&format!("SELECT count(*) FROM hesk.customers WHERE id NOT IN ({named})")), 0);
    assert_eq!(migration.count("SELECT count(*) FROM hesk.custom_fields"), 100);

    migration.done(&["transform"]);
    let workspace = Workspace::start_with(&[("Migration".to_owned(), "migration@example.com".to_owned())], &[], "");
    migration.set("WORKSPACE", &workspace.url);
    migration.done(&["load"]);
    migration.done(&["reconcile"]);
    assert_eq!(workspace.stats()["objects"]["conversations"], 4);
}

#[test]
fn a_delta_that_is_stopped_leaves_the_state_as_it_was() {
    let migration = migration();
    migration.done(&["extract"]);
    let before = state(&migration);
    let manifests = || std::fs::read_dir(migration.path().join("staging/_runs")).unwrap().count();
    // Large enough that it can be stopped in the middle.
    let filler = format!("(NULL,1,'{}','','2026-06-20 10:00:00','',0,NULL,NULL,'0'),", "x".repeat(2_000));
    let many: Vec<String> = (1_000..60_000).map(|id| filler.replacen("NULL", &id.to_string(), 1)).collect();
    give(&migration, &after().replacen("(3,2,'We see", &format!("{}\n(3,2,'We see", many.join("\n")), 1));
    let mut extract = Command::new(env!("CARGO_BIN_EXE_deskferry"))
        .arg("-C")
        .arg(migration.path())
        .args(["extract", "--since-last"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let replies = migration.path().join("staging/hesk/replies");
    let folders = || std::fs::read_dir(&replies).unwrap().count();
    while folders() < 2 && extract.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(extract.try_wait().unwrap().is_none(), "the extract ended before it could be stopped");
    assert!(Command::new("kill").args(["-INT", &extract.id().to_string()]).status().unwrap().success());
    assert_eq!(extract.wait().unwrap().code(), Some(1));
    assert_eq!((manifests(), state(&migration)), (1, before));
}
