//! The tenant in a workspace: loaded, balanced, read back.

use super::{NO_WORKSPACE, settings};
use crate::support::halo::desk::staff::agents;
use crate::support::halo::desk::story;
use crate::support::halo::{Halo, Switches};
use crate::support::{Migration, Workspace};

/// A workspace with everybody of the desk who has an address, with its teams and with the types of its objects.
pub(super) fn workspace() -> Workspace {
    let people = agents().into_iter().filter(|agent| !agent.disabled && !agent.email.is_empty());
    let mut admins: Vec<(String, String)> = people.map(|agent| (agent.name.trim().to_owned(), agent.email)).collect();
    admins.push(("Migration".into(), "migration@desk.example".into()));
    let teams = ["1st Line Support", "2nd Line", "Customer Care", "Billing", "Sales"].map(String::from);
    Workspace::start_with_types(&admins, &teams, &["Contract"], "")
}

#[test]
fn loads_whole_balances_and_shows_threads_as_they_were() {
    let halo = Halo::start(Switches { tickets: 20, ..Switches::default() });
    let workspace = workspace();
    let migration = Migration::new(&settings(&halo, NO_WORKSPACE));
    migration.set("http://127.0.0.1:9", &workspace.url);
    migration.set("[intercom]", "[load]\nplaceholder_admin = \"migration@desk.example\"\n[intercom]");
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    let planned: serde_json::Value = serde_json::from_str(&migration.done(&["--json", "plan"])).unwrap();
    migration.done(&["load"]);
    assert!(planned["calls_total"].as_u64().unwrap() > 500, "{planned}");
    // Exit 1 where anything does not balance.
    migration.done(&["reconcile"]);
    let refused = migration.count("SELECT count(*) FROM ledger.rows WHERE state <> 'done'");
    assert_eq!(refused, 0);
    let checklist = migration.done(&["report", "checklist"]);
    for part in ["## To switch off in HaloCRM before the migration\n", "- [ ] **Ticket rule ", "### Contract ("] {
        assert!(checklist.contains(part), "{part} in {checklist}");
    }
    let inventory = migration.done(&["report", "inventory"]);
    for part in ["### SLA policy (3)\n", "### SLA target (10)\n", "### ticket rule (4)\n", "### workflow ("] {
        assert!(inventory.contains(part), "{part} in {inventory}");
    }

    let id = |key: &str| {
        let rows = migration.rows(&format!("SELECT intercom_id FROM ledger.rows WHERE source_key = '{key}'"));
        rows[0]["intercom_id"].as_str().unwrap().to_owned()
    };
    let every_action = format!("halo:ticket:{}", story::EVERY_ACTION);
    let (status, thread) = workspace.call("GET", &format!("/conversations/{}", id(&every_action)));
    assert_eq!(status, 200);
    assert_eq!(thread["title"], "Every kind of action");
    assert_eq!(thread["state"], "closed");
    assert_eq!(thread["custom_attributes"]["Halo priority"], "P3 Medium");
    let parts = thread["conversation_parts"]["conversation_parts"].as_array().unwrap();
    let said: Vec<(&str, &str)> = parts
        .iter()
        .filter(|part| ["comment", "note"].contains(&part["part_type"].as_str().unwrap()))
        .map(|part| (part["part_type"].as_str().unwrap(), part["author"]["type"].as_str().unwrap()))
        .collect();
    let wanted = [
        ("note", "admin"),
        ("comment", "admin"),
        ("comment", "user"),
        ("comment", "user"),
        ("note", "admin"),
        ("note", "admin"),
        ("note", "admin"),
        ("comment", "user"),
        ("note", "admin"),
        ("comment", "admin"),
        ("comment", "admin"),
        ("comment", "admin"),
        ("note", "admin"),
    ];
    assert_eq!(said, wanted);
    // A contract is found from the contacts of its client and from its conversations.
    let of = |what: &str, key: &str| {
        let path = format!("/custom_object_instances/Contract?references_{what}_id={}", id(key));
        let (status, found) = workspace.call("GET", &path);
        assert_eq!(status, 200, "{found}");
        let found =
            found["data"].as_array().unwrap().iter().map(|object| object["external_id"].as_str().unwrap().to_owned());
        // In the order in which they were loaded, side by side.
        let mut found: Vec<String> = found.collect();
        found.sort();
        found
    };
    assert_eq!(of("contact", "halo:user:1201"), ["halo:contract:301", "halo:contract:302"]);
    assert_eq!(of("contact", "halo:user:1401"), ["halo:contract:303"]);
    assert_eq!(of("conversation", &format!("halo:ticket:{}", story::WITH_CONTRACT)), ["halo:contract:301"]);
    let again: serde_json::Value = serde_json::from_str(&migration.done(&["--json", "plan"])).unwrap();
    for table in again["tables"].as_array().unwrap() {
        assert_eq!((&table["create"], &table["update"]), (&0.into(), &0.into()), "{table}");
    }

    let gone = parts.iter().find(|part| part["body"].as_str().unwrap_or_default().contains("Monitoring bridge"));
    assert!(gone.is_some(), "who has no seat is named: {parts:?}");
}
