//! Out of Intercom into a real PostgreSQL: a whole workspace field by field, loads that are killed, and what the command refuses.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use chrono::DateTime;
use deskferry_staging::{RunId, Stage, Staging};
use serde_json::{Value, json};

use crate::support::copy::{command, copy, done, rows, run, tables};
use crate::support::postgres::{Database, Postgres};
use crate::support::{Migration, Workspace, id, text};

/// Loads, wants exit code 0, and gives the counts by table.
fn load(migration: &Migration) -> Value {
    let told: Value = serde_json::from_str(&done(migration, &["--json", "load"])).unwrap();
    told["tables"].as_array().unwrap().iter().map(|t| (t["table"].as_str().unwrap().to_owned(), t.clone())).collect()
}

/// How many rows a load has written or deleted.
fn written(tables: &Value) -> u64 {
    let sum = |table: &Value| ["created", "updated", "deleted"].iter().map(|c| table[c].as_u64().unwrap()).sum::<u64>();
    tables.as_object().unwrap().values().map(sum).sum()
}

/// Whether a value of the stage is one of the database: JSON is text there, and times are written another way.
fn is_same(staged: &Value, there: &Value) -> bool {
    // A whole number of type double has no point there.
    let Some(text) = staged.as_str() else {
        return staged == there || staged.is_f64() && staged.as_f64() == there.as_f64();
    };
    let time = |value: &str| {
        DateTime::parse_from_rfc3339(value)
            .ok()
            .or_else(|| DateTime::parse_from_rfc3339(&format!("{}Z", value.trim_end_matches('Z'))).ok())
    };
    match there.as_str() {
        Some(there) if there == text => true,
        Some(there) if time(there).is_some() => time(there) == time(text),
        _ => serde_json::from_str::<Value>(text).is_ok_and(|parsed| parsed == *there),
    }
}

/// Compares every table, row and field of the newest transform with the database; gives the rows of each table.
fn compare(migration: &Migration, database: &Database) -> Vec<(String, usize)> {
    let mut counted = Vec::new();
    for table in tables() {
        let staged = migration.rows(&format!("SELECT * FROM database.{table} ORDER BY source_key"));
        let there = rows(database, &table);
        assert_eq!(staged.len(), there.len(), "{table}");
        for (staged, there) in staged.iter().zip(&there) {
            for (column, value) in there.as_object().unwrap() {
                let wanted = staged.get(column).unwrap_or(&Value::Null);
                assert!(is_same(wanted, value), "{table}.{column} of {}: {wanted} is {value}", there["source_key"]);
            }
            let more: Vec<_> = staged.as_object().unwrap().keys().filter(|name| there.get(*name).is_none()).collect();
            assert!(more.is_empty(), "{table} lacks {more:?}");
        }
        counted.push((table, staged.len()));
    }
    counted
}

#[test]
fn a_workspace_arrives_field_by_field_and_then_what_has_changed() {
    let workspace = Workspace::start(&[("Ada".to_owned(), "ada@desk.example".to_owned())], &["Support".to_owned()]);
    let ada = id(&workspace.call("GET", "/admins").1["admins"][0]);
    let names = ["<b>C</b>", "'; DROP TABLE end_users; --", "😀 \\N \t", "a\u{0}b", "Zoë \"Z\""];
    let mut contacts = Vec::new();
    for (n, name) in names.iter().enumerate() {
        let contact = json!({ "external_id": format!("e{n}"), "email": format!("c{n}@x.example"), "name": name });
        contacts.push(id(&workspace.post("/contacts", contact)));
    }
    let company =
        id(&workspace.post("/companies", json!({ "company_id": "c1", "name": "ACME \u{202e}", "plan": "Pro" })));
    workspace.post(&format!("/contacts/{}/companies", contacts[0]), json!({ "id": company }));
    let tag = id(&workspace.post("/tags", json!({ "name": "vip" })));
    workspace.post(&format!("/contacts/{}/tags", contacts[0]), json!({ "id": tag }));
    let mut conversations = Vec::new();
    for n in 0..40 {
        let from = json!({ "type": "user", "id": contacts[n % contacts.len()] });
        let body =
            json!({ "from": from, "body": format!("<p>question {n} \u{1F600}</p>"), "created_at": 1_600_000_000 + n });
        let made = workspace.post("/conversations", body);
        let conversation = made["conversation_id"].as_str().unwrap().to_owned();
        let reply = json!({ "type": "admin", "admin_id": ada, "message_type": "comment", "body": format!("<p>answer {n}</p>") });
        workspace.post(&format!("/conversations/{conversation}/reply"), reply);
        conversations.push(conversation);
    }
    let database = Postgres::shared().database();
    let migration = copy(&workspace.url, &database, "");
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    let first = load(&migration);
    let counted = compare(&migration, &database);
    for (table, rows) in [("end_users", 5), ("companies", 1), ("transcripts", 40), ("admins", 1), ("tags", 1)] {
        assert!(counted.contains(&(table.to_owned(), rows)), "{table}: {counted:?}");
        assert_eq!(first[table]["created"], rows, "{first}");
    }
    let tables: Vec<&str> = counted.iter().map(|(table, _)| table.as_str()).collect();
    let order = database.run("SELECT string_agg(relname, ' ' ORDER BY oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace");
    assert_eq!(order, format!("deskferry_loads {}", tables.join(" ")));
    let said = database.run("SELECT col_description('end_users'::regclass, 1) LIKE 'key of the row%'");
    assert_eq!(said, "t");
    assert_eq!(written(&load(&migration)), 0);

    // Said, renamed and deleted in Intercom.
    let reply =
        json!({ "type": "user", "intercom_user_id": contacts[3], "message_type": "comment", "body": "one more thing" });
    workspace.post(&format!("/conversations/{}/reply", conversations[3]), reply);
    let renamed = workspace.call_with("PUT", &format!("/contacts/{}", contacts[1]), &json!({ "name": "Bobby" }));
    assert_eq!(renamed.0, 200, "{}", renamed.1);
    assert_eq!(workspace.call("DELETE", &format!("/conversations/{}", conversations[7])).0, 200);
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    let then = load(&migration);
    assert_eq!(then["transcripts"]["deleted"], 1, "{then}");
    assert!(then["transcripts"]["updated"].as_u64().unwrap() >= 1, "{then}");
    assert!(then["end_users"]["updated"].as_u64().unwrap() >= 1, "{then}");
    compare(&migration, &database);
    assert_eq!(database.count("SELECT count(*) FROM end_users WHERE name = 'Bobby'"), 1);
}

/// Stages a run of one table with `rows` rows; in `version` 1 every third is another and every fifth is gone.
fn stage(migration: &Migration, rows: usize, version: u32, json: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = migration.path().join("staging");
        let staging = Staging::open(folder.to_str().unwrap(), Vec::<(String, String)>::new()).unwrap();
        let now = DateTime::from_timestamp(1_700_000_000 + i64::from(version), 0).unwrap();
        let mut run = staging.begin(RunId::new(now, version), Stage::Transform, "database", now).unwrap();
        let text = |name: &str| Field::new(name, DataType::Utf8, name != "source_key");
        let schema = Arc::new(Schema::new(vec![text("source_key"), text("company_key"), text("messages")]));
        let mut writer = run.table("transcripts", Arc::clone(&schema)).unwrap();
        let numbers: Vec<usize> = (0..rows).filter(|n| version == 0 || n % 5 != 0).collect();
        for numbers in numbers.chunks(4096) {
            let column = |of: &dyn Fn(usize) -> String| -> ArrayRef {
                Arc::new(StringArray::from_iter_values(numbers.iter().map(|n| of(*n))))
            };
            let columns = vec![
                column(&|n| format!("intercom:conversation:{n:08}")),
                column(&|n| format!("intercom:company:{}", n % 100)),
                column(&|n| if n == 77 { json.to_owned() } else { messages(n, version) }),
            ];
            writer.write(&RecordBatch::try_new(Arc::clone(&schema), columns).unwrap()).await.unwrap();
        }
        let table = run.add("transcripts", vec![writer.close().await.unwrap()]);
        table.key = vec!["source_key".to_owned()];
        table.columns[2].json = true;
        run.publish(now).await.unwrap();
    });
}

fn messages(n: usize, version: u32) -> String {
    let version = if n.is_multiple_of(3) { version } else { 0 };
    format!("[{{\"position\": {n}, \"version\": {version}, \"text\": \"{}\"}}]", "words ".repeat(40))
}

#[test]
fn killed_again_and_again_a_load_comes_to_its_end_and_to_the_same() {
    const ROWS: usize = 60_000;
    let database = Postgres::shared().database();
    let migration = copy("http://127.0.0.1:1", &database, "");
    let state = "SELECT count(*), md5(string_agg(source_key || messages, ',' ORDER BY source_key)) FROM transcripts";
    let mut chance = 1_u64;
    for version in 0..2 {
        stage(&migration, ROWS, version, "[]");
        let there = || {
            let made = database.run("SELECT to_regclass('transcripts') IS NOT NULL") == "t";
            if made { database.count("SELECT count(*) FROM transcripts") } else { 0 }
        };
        let mut killed_on_the_way = 0;
        for _ in 0..12 {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let before = there();
            let mut child = command(&migration, &["load"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            // Some are killed before they have written, and all others while they write, however long it takes them to begin.
            while !chance.is_multiple_of(3) && there() == before && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(10));
            }
            std::thread::sleep(Duration::from_millis((chance >> 33) % 300));
            let has_ended = child.try_wait().unwrap().is_some();
            child.kill().unwrap();
            child.wait().unwrap();
            if has_ended {
                break;
            }
            killed_on_the_way += u32::from(there() != before);
        }
        assert!(killed_on_the_way > 0, "no kill came while rows were written");
        let last = load(&migration);
        assert_eq!(last["transcripts"]["rejected"], 0);
        let wanted: i64 = if version == 0 { ROWS as i64 } else { ROWS as i64 / 5 * 4 };
        assert_eq!(database.count("SELECT count(*) FROM transcripts"), wanted);
        let changed = "SELECT count(*) FROM transcripts WHERE messages -> 0 ->> 'version' = '1'";
        assert_eq!(database.count(changed), if version == 0 { 0 } else { wanted / 3 });
        assert_eq!(written(&load(&migration)), 0);
        // What an undisturbed load gives.
        let other = Postgres::shared().database();
        let undisturbed = copy("http://127.0.0.1:1", &other, "");
        stage(&undisturbed, ROWS, version, "[]");
        load(&undisturbed);
        assert_eq!(database.run(state), other.run(state));
    }
}

#[test]
fn refused_rows_are_listed_and_the_exit_code_tells() {
    let database = Postgres::shared().database();
    let migration = copy("http://127.0.0.1:1", &database, "");
    stage(&migration, 300, 0, "{\"nul\": \"\\u0000\", \"open\": ");
    let output = run(&migration, &["load"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("public.transcripts"), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("SELECT * FROM load.rejects"), "{}", text(&output.stderr));
    let rejects = migration.rows("SELECT * FROM load.rejects");
    assert_eq!(rejects.len(), 1);
    assert_eq!(rejects[0]["source_key"], "intercom:conversation:00000077");
    assert_eq!(rejects[0]["code"], "22P02");
    assert_eq!(migration.count("SELECT count(*) FROM load.defects WHERE column_name = 'messages'"), 1);
    assert_eq!(database.count("SELECT count(*) FROM transcripts"), 299);
    let all = text(&output.stdout) + &text(&output.stderr);
    let staged = migration.done(&["--json", "runs"]);
    assert!(!all.contains("s3cret") && !staged.contains("s3cret"));
}

#[test]
fn what_makes_no_sense_for_a_copy_is_refused_with_a_hint() {
    let database = Postgres::shared().database();
    let migration = copy("http://127.0.0.1:1", &database, "");
    for command in ["plan", "rollback", "reconcile", "settle"] {
        let said = migration.refused(&[command]);
        assert!(said.contains(&format!("`{command}` is for moves into Intercom")) && said.contains("hint:"), "{said}");
    }
    let said = migration.refused(&["load"]);
    assert!(said.contains("DATABASE_PASSWORD, which is not set"), "{said}");
    let output = run(&migration, &["load"]);
    assert!(text(&output.stderr).contains("no tables of a copy yet"), "{}", text(&output.stderr));
    let output = run(&migration, &["load", "--only", "transcripts"]);
    assert!(text(&output.stderr).contains("only what differs is written"), "{}", text(&output.stderr));
    stage(&migration, 3, 0, "[]");
    let port = format!(":{}", database.server().port());
    migration.set(&port, ":1");
    let output = run(&migration, &["load"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot connect to postgres://admin@127.0.0.1:1/") && said.contains("hint:"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    // Without a target the stage is the copy.
    let settings = std::fs::read_to_string(migration.path().join("deskferry.toml")).unwrap();
    let without: Vec<&str> = settings.lines().filter(|line| !line.starts_with("target")).collect();
    std::fs::write(migration.path().join("deskferry.toml"), without.join("\n")).unwrap();
    let said = migration.refused(&["load"]);
    assert!(said.contains("the stage is the copy") && said.contains("[load] target = "), "{said}");
    // And a help desk that moves into Intercom has no database for its target.
    let desk =
        Migration::new("[source]\nkind = \"hesk\"\nurl = \"hesk.sql\"\n\n[load]\ntarget = \"postgres://x@y/z\"\n");
    let said = desk.refused(&["load"]);
    assert!(said.contains("hesk moves into Intercom") && said.contains("remove [load] target"), "{said}");
}
