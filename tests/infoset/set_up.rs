//! What is rebuilt by hand, that each source row is accounted for, and that no secret is staged.

use std::path::Path;

use serde_json::Value;

use super::{listed, moved, row, table, text};
use crate::support::infoset::desk::configuration::{self, CANARY};
use crate::support::infoset::desk::staff::{BOTS, PIPELINES};
use crate::support::row::accounted_for_once;

fn details(key: &str) -> Value {
    serde_json::from_str(text(&row("inventory", key), "details")).unwrap()
}

#[test]
fn the_set_up_is_listed_with_its_counterparts_and_what_exceeds_the_plan() {
    for account in configuration::mail_accounts() {
        let entry = row("inventory", &format!("infoset:inventory:mail_account:{}", account["id"]));
        assert_eq!(entry["name"], account["address"], "{entry}");
    }
    let beyond = |kind: &str| {
        listed(&format!(
            "SELECT source_key FROM intercom.inventory WHERE kind = '{kind}' AND (details ->> 'beyond the plan') = 'true' ORDER BY source_key"
        ))
    };
    assert_eq!(beyond("mail account"), ["infoset:inventory:mail_account:73"]);
    assert_eq!(beyond("chat widget"), ["infoset:inventory:chat_widget:92", "infoset:inventory:chat_widget:93"]);
    for automation in configuration::automations() {
        let key = format!("infoset:inventory:automation:{}", automation["id"]);
        assert_eq!(row("inventory", &key)["name"], automation["name"]);
        let off =
            table("inventory").contains_key(&format!("infoset:inventory:switch_off:automation:{}", automation["id"]));
        assert_eq!(off, automation["isActive"].as_bool().unwrap(), "{key}");
    }
    let assign = details("infoset:inventory:automation:81");
    assert_eq!((&assign["trigger"], &assign["conditions"]), (&"ticket.created".into(), &"source eq email".into()));
    assert_eq!(assign["actions"], "assign Mehmet Kaya");
    for bot in &BOTS {
        assert_eq!(row("inventory", &format!("infoset:inventory:chatbot:{}", bot.id))["name"], bot.name);
    }
    for widget in configuration::chat_widgets() {
        let entry = details(&format!("infoset:inventory:chat_widget:{}", widget["id"]));
        assert_eq!(entry["domains"], widget["domains"].to_string(), "{entry}");
    }
    let pipeline = details(&format!("infoset:inventory:pipeline:{}", PIPELINES[0].id));
    assert_eq!(pipeline["stages"], "Yeni → Beklemede → Tamamlandı");
}

#[test]
fn every_staged_row_is_accounted_for_once() {
    let tables = accounted_for_once(&moved().migration, "infoset", &[]);
    assert!(tables > 30, "{tables}");
    // Every target is there, or was rejected.
    for table in [
        "conversations",
        "conversation_parts",
        "contacts",
        "companies",
        "articles",
        "collections",
        "inventory",
        "attributes",
        "custom_objects",
    ] {
        let lost = listed(&format!(
            "SELECT d.source_table || ' ' || d.source_id FROM intercom.dispositions AS d \
             LEFT JOIN intercom.{table} AS t ON t.source_key = d.target_key \
             WHERE d.target_table = '{table}' AND d.target_key IS NOT NULL AND t.source_key IS NULL"
        ));
        assert_eq!(lost, [] as [&str; 0], "{table}");
    }
}

/// Files below a folder.
fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn no_secret_and_no_key_is_staged_and_nothing_was_written_to_the_account() {
    for (table, column) in [("chat_widgets", "name"), ("mail_accounts", "address"), ("automation_actions", "type")] {
        assert!(!listed(&format!("SELECT {column} FROM infoset.{table}")).is_empty(), "{table}");
    }
    // All rows of every table, and whatever else lies in the stage.
    let tables = listed(
        "SELECT 'SELECT * FROM ' || schema_name || '.\"' || table_name || '\";' FROM runs.tables \
         WHERE schema_name IN ('infoset', 'intercom') AND is_current AND row_count > 0",
    );
    assert!(tables.len() > 60, "{tables:?}");
    let script = moved().migration.path().join("everything.sql");
    std::fs::write(&script, tables.join("\n")).unwrap();
    let rows = moved().migration.done(&["--json", "sql", "--file", script.to_str().unwrap()]);
    std::fs::remove_file(script).unwrap();
    assert!(rows.len() > 1_000_000 && !rows.contains(CANARY), "{}", rows.len());
    let mut found = Vec::new();
    files(moved().migration.path(), &mut found);
    let key = crate::support::infoset::Switches::default().api_key;
    for path in found.iter().filter(|path| path.file_name().is_some_and(|name| name != "deskferry.toml")) {
        let bytes = std::fs::read(path).unwrap();
        for secret in [CANARY, &key] {
            let is_there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_there, "{} has {secret}", path.display());
        }
    }
    let stats = moved().infoset.stats();
    assert_eq!((stats.writes, stats.logins_leaked), (0, 0), "{stats:?}");
}
