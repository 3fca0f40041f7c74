//! The account in a workspace: loaded, balanced, read back, and nothing sent a second time.

use super::{NO_WORKSPACE, settings};
use crate::support::infoset::desk::staff::{DEPARTED, TEAMS, USERS};
use crate::support::infoset::desk::{article, deal, story};
use crate::support::infoset::{Infoset, Switches};
use crate::support::{Migration, Workspace};

/// A workspace with everybody of the account who is active, with its teams and the type of its deals.
fn workspace() -> Workspace {
    let people = USERS.iter().filter(|user| user.active);
    let mut admins: Vec<(String, String)> = people.map(|user| (user.name(), user.email.to_lowercase())).collect();
    admins.push(("Migration".into(), "migration@desk.example".into()));
    let teams = TEAMS.map(|team| team.name.to_owned());
    Workspace::start_with_types(&admins, &teams, &["Deal"], "")
}

/// Calls that a workspace has had and that write.
fn writes(workspace: &Workspace) -> u64 {
    let stats = workspace.stats();
    let is_write = |name: &str| !name.starts_with("GET") && !name.contains("search");
    let calls = stats["calls"].as_object().unwrap().iter().filter(|(name, _)| is_write(name));
    calls.flat_map(|(_, by_status)| by_status.as_object().unwrap().values()).filter_map(serde_json::Value::as_u64).sum()
}

#[test]
fn only_rows_that_name_who_is_missing_wait_for_them() {
    let infoset = Infoset::start(Switches { tickets: 5, ..Switches::default() });
    let workspace = workspace();
    let migration = Migration::new(&settings(&infoset, NO_WORKSPACE));
    migration.set("http://127.0.0.1:9", &workspace.url);
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    let told = migration.refused(&["load"]);
    assert!(told.contains("teammate Ayrılan Çalışan <ayrilan@ornek.example>"), "{told}");
    assert_eq!(writes(&workspace), 0);

    migration.set("[intercom]", "[load]\nmissing_people = \"wait\"\n[intercom]");
    let told = migration.refused(&["load"]);
    assert!(told.contains("rows of conversations wait for people"), "{told}");
    let waiting = |table: &str| {
        let query = format!(
            "SELECT rows.source_key FROM intercom.{table} AS rows \
             LEFT JOIN ledger.rows AS sent ON sent.table_name = '{table}' AND sent.source_key = rows.source_key \
             WHERE sent.source_key IS NULL ORDER BY 1"
        );
        let rows = migration.rows(&query);
        rows.iter().map(|row| row["source_key"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(waiting("conversations"), [format!("infoset:ticket:{}", story::OF_DEPARTED)]);
    assert_eq!(waiting("articles"), [format!("infoset:article:{}", article::LINKED)]);
    for table in ["contacts", "companies", "collections", "custom_objects", "notes"] {
        assert_eq!(waiting(table), [] as [&str; 0], "{table}");
    }
    // Somebody takes the place: what waited is sent, and links lead to it.
    std::fs::create_dir(migration.path().join("mapping")).unwrap();
    let agents = format!("user_id,name,intercom_email\n{DEPARTED},,elif@ornek.example\n");
    std::fs::write(migration.path().join("mapping/agents.csv"), agents).unwrap();
    migration.done(&["transform"]);
    migration.done(&["load"]);
    migration.done(&["reconcile"]);
}

#[test]
fn loads_whole_balances_and_shows_threads_as_they_were() {
    let infoset = Infoset::start(Switches { tickets: 20, ..Switches::default() });
    let workspace = workspace();
    let migration = Migration::new(&settings(&infoset, NO_WORKSPACE));
    migration.set("http://127.0.0.1:9", &workspace.url);
    migration.set("[intercom]", "[load]\nplaceholder_admin = \"migration@desk.example\"\n[intercom]");
    let checked = migration.done(&["check"]);
    assert!(checked.contains("Ayrılan Çalışan"), "{checked}");
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    migration.done(&["load"]);
    // Exit 1 where anything does not balance, or any field differs.
    let reconciled = migration.done(&["--json", "reconcile"]);
    let reconciled: serde_json::Value = serde_json::from_str(&reconciled).unwrap();
    for field in reconciled["fields"].as_array().unwrap() {
        assert_eq!(field["different"], 0, "{field}");
    }
    assert_eq!(migration.count("SELECT count(*) FROM ledger.rows WHERE state <> 'done'"), 0);
    let checklist = migration.done(&["report", "checklist"]);
    for part in [
        "## To switch off in Infoset before the migration\n",
        "- [ ] **Automation ",
        "### Deal (",
        "## Chats that Infoset had deleted\n",
    ] {
        assert!(checklist.contains(part), "{part} in {checklist}");
    }

    let id = |key: &str| {
        let rows = migration.rows(&format!("SELECT intercom_id FROM ledger.rows WHERE source_key = '{key}'"));
        rows[0]["intercom_id"].as_str().unwrap().to_owned()
    };
    let omni = format!("infoset:ticket:{}", story::OMNI);
    let (status, thread) = workspace.call("GET", &format!("/conversations/{}", id(&omni)));
    assert_eq!(status, 200);
    assert_eq!(thread["custom_attributes"]["channel_source"], "email");
    assert_eq!(thread["custom_attributes"]["Infoset stage"], "Beklemede");
    let parts = thread["conversation_parts"]["conversation_parts"].as_array().unwrap();
    let said =
        |part: &&serde_json::Value| ["comment", "note"].contains(&part["part_type"].as_str().unwrap_or_default());
    let said: Vec<&serde_json::Value> = parts.iter().filter(said).collect();
    let desk = infoset.desk();
    let wanted = desk.shown(&desk.ticket(story::OMNI).unwrap());
    let mut at = 0;
    for shown in &wanted[1..] {
        let found =
            said[at..].iter().position(|part| part["body"].as_str().unwrap_or_default().contains(&shown.marker));
        at += found.unwrap_or_else(|| panic!("{shown:?} after part {at} of {said:?}")) + 1;
    }
    let bot = said.iter().find(|part| part["body"].as_str().unwrap_or_default().contains("Yardımcı Bot (bot)"));
    assert!(bot.is_some(), "a bot is named: {said:?}");

    // Links between articles lead to what they became, in each language.
    let (_, rich) = workspace.call("GET", &format!("/articles/{}", id(&format!("infoset:article:{}", article::RICH))));
    let (_, linked) =
        workspace.call("GET", &format!("/articles/{}", id(&format!("infoset:article:{}", article::LINKED))));
    let url = linked["url"].as_str().unwrap();
    for body in [&rich["body"], &rich["translated_content"]["en"]["body"], &rich["translated_content"]["de"]["body"]] {
        let body = body.as_str().unwrap();
        assert!(body.contains(url) && !body.contains("deskferry:"), "{url} in {body}");
        assert!(body.contains("https://baska.example/help/tr/articles/"), "{body}");
    }
    let path = format!("/custom_object_instances/Deal?references_conversation_id={}", id(&omni));
    let (_, deals) = workspace.call("GET", &path);
    assert_eq!(deals["data"][0]["external_id"], format!("infoset:deal:{}", deal::RICH), "{deals}");

    let sent = writes(&workspace);
    let again: serde_json::Value = serde_json::from_str(&migration.done(&["--json", "plan"])).unwrap();
    for table in again["tables"].as_array().unwrap() {
        assert_eq!((&table["create"], &table["update"]), (&0.into(), &0.into()), "{table}");
    }
    migration.done(&["load"]);
    assert!(sent > 500, "{sent}");
    assert_eq!(writes(&workspace), sent, "a second load sends nothing");
}
