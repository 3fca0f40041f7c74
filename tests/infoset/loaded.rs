//! The account in a workspace: loaded, balanced, read back, and nothing sent a second time.

use super::{NO_WORKSPACE, settings};
use crate::support::infoset::desk::staff::{TEAMS, USERS};
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

    let writes = workspace.stats()["writes"].clone();
    let again: serde_json::Value = serde_json::from_str(&migration.done(&["--json", "plan"])).unwrap();
    for table in again["tables"].as_array().unwrap() {
        assert_eq!((&table["create"], &table["update"]), (&0.into(), &0.into()), "{table}");
    }
    migration.done(&["load"]);
    assert_eq!(workspace.stats()["writes"], writes, "a second load sends nothing");
}
