//! The tenant in a workspace: set up, checked, loaded, balanced, read back.

use super::{OWN_ATTRIBUTES, settings};
use crate::support::itsm365::desk::story;
use crate::support::itsm365::{Itsm365, KEY, Switches};
use crate::support::{Migration, Workspace, text};

/// A workspace with everybody of the desk who has not left, with its teams and with the types of its objects.
fn workspace(itsm365: &Itsm365) -> Workspace {
    let facts = itsm365.facts();
    let agents = facts.employees.values().filter(|employee| employee.is_agent() && employee.active);
    let mut admins: Vec<(String, String)> = agents.map(|agent| (agent.title(), agent.email.clone())).collect();
    admins.push(("Migration".into(), "migration@desk.example".into()));
    let teams: Vec<String> = facts.teams.values().map(|team| team.title.to_owned()).collect();
    Workspace::start_with_types(&admins, &teams, &["change_request", "problem_record"], "")
}

#[test]
fn loads_whole_balances_and_shows_threads_as_they_were() {
    let itsm365 = Itsm365::start(Switches { tickets: 20, companies: 3, articles: 6, ..Switches::default() });
    let workspace = workspace(&itsm365);
    let load = "[load]\nplaceholder_admin = \"migration@desk.example\"\n";
    let target = format!("[intercom]\nurl = \"{}\"\n", workspace.url);
    let migration = Migration::new(&settings(&itsm365, &format!("{OWN_ATTRIBUTES}{target}{load}")));
    // Whoever has left is to be invited, or stood in for: that alone does not stop the load.
    let told = migration.done(&["check"]);
    assert!(told.contains("Ушедший Иван") && told.contains("Ready to load"), "{told}");
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    migration.done(&["load"]);
    // Exit 1 where anything does not balance, or any field differs in a way that nothing explains.
    migration.done(&["reconcile"]);
    assert_eq!(migration.count("SELECT count(*) FROM ledger.rows WHERE state <> 'done'"), 0);

    let id = |key: &str| {
        let rows = migration.rows(&format!("SELECT intercom_id FROM ledger.rows WHERE source_key = '{key}'"));
        rows[0]["intercom_id"].as_str().unwrap().to_owned()
    };
    let (status, thread) =
        workspace.call("GET", &format!("/conversations/{}", id(&format!("itsm365:serviceCall:{}", story::THANKED))));
    assert_eq!((status, &thread["state"]), (200, &"closed".into()));
    let facts = itsm365.facts();
    let ticket = facts.ticket(story::THANKED);
    assert_eq!(thread["custom_attributes"]["itsm_ticket_id"], ticket.number);
    let parts = thread["conversation_parts"]["conversation_parts"].as_array().unwrap();
    let said: Vec<&str> =
        parts.iter().filter(|part| part["part_type"] == "comment").map(|part| part["body"].as_str().unwrap()).collect();
    let shown = facts.shown(ticket);
    let markers: Vec<&str> = shown[1..].iter().map(|shown| shown.marker.as_str()).collect();
    assert_eq!(said.len(), markers.len());
    assert!(said.iter().zip(markers).all(|(said, marker)| said.contains(marker)), "{said:?}");
    // A change is found from its conversations.
    let before = id(&format!("itsm365:serviceCall:{}", story::BEFORE_CHANGE));
    let path = format!("/custom_object_instances/change_request?references_conversation_id={before}");
    let (status, found) = workspace.call("GET", &path);
    assert_eq!((status, found["data"].as_array().unwrap().len()), (200, 2), "{found}");

    let again: serde_json::Value = serde_json::from_str(&migration.done(&["--json", "plan"])).unwrap();
    for table in again["tables"].as_array().unwrap() {
        assert_eq!((&table["create"], &table["update"]), (&0.into(), &0.into()), "{table}");
    }
    let inventory = migration.done(&["report", "inventory"]);
    for part in ["### SLA policy (3)\n", "### approval process (2)\n", "### escalation (1)\n"] {
        assert!(inventory.contains(part), "{part} in {inventory}");
    }
    let checklist = migration.done(&["report", "checklist"]);
    assert!(checklist.contains("## To switch off in ITSM 365 before the migration\n"), "{checklist}");
    assert_eq!(itsm365.stats().writes, 0);

    // What happens in the desk meanwhile is brought by a delta, and nothing else is.
    itsm365.desk().change(|facts| crate::support::itsm365::changes::between_runs(facts, 59_900_000));
    migration.done(&["extract", "--since-last"]);
    migration.done(&["transform"]);
    migration.done(&["load"]);
    migration.done(&["reconcile"]);
    let facts = itsm365.facts();
    let title = migration.rows(&format!(
        "SELECT title FROM intercom.conversations WHERE source_key = 'itsm365:serviceCall:{}'",
        story::EDITED
    ));
    assert!(title[0]["title"].as_str().unwrap().ends_with("(уточнено)"), "{title:?}");
    let commented = facts.comments_of(facts.ticket(story::COMMENTED).source()).len();
    let parts = format!(
        "SELECT count(*) FROM intercom.conversation_parts WHERE conversation_key = 'itsm365:serviceCall:{}'",
        story::COMMENTED
    );
    // The question, what was said, and the file that came with it.
    assert_eq!(migration.count(&parts), 2 + commented as i64);
    let gone = migration.rows("SELECT source_key FROM ledger.gone WHERE table_name = 'conversations'");
    assert_eq!(gone, [serde_json::json!({ "source_key": format!("itsm365:serviceCall:{}", story::PURGED) })]);
}

#[test]
fn init_asks_for_what_the_source_needs() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_deskferry"));
        command.arg("-C").arg(folder.path()).args(arguments).env_clear().env("HOME", folder.path());
        command.env("INTERCOM_TOKEN", "test-token-1234").env("ITSM365_ACCESS_KEY", KEY).output().unwrap()
    };
    let output = run(&["init", "itsm365"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let settings = std::fs::read_to_string(folder.path().join("deskferry.toml")).unwrap();
    for part in [
        "access_key = \"${ITSM365_ACCESS_KEY}\"",
        "/sd/services/rest",
        "# changes = \"custom_object\"",
        "# companies = \"company\"",
    ] {
        assert!(settings.contains(part), "{part} is not in {settings}");
    }
    for file in ["states.csv", "types.csv", "attributes.csv"] {
        assert!(folder.path().join("mapping").join(file).exists(), "{file}");
    }
    let itsm365 = Itsm365::start(Switches { tickets: 2, companies: 1, articles: 1, ..Switches::default() });
    let workspace = workspace(&itsm365);
    let settings = settings.replace("https://example.itsm365.com/sd/services/rest", &itsm365.url);
    let settings = settings.replace("region = \"us\"", &format!("url = \"{}\"", workspace.url));
    std::fs::write(folder.path().join("deskferry.toml"), settings).unwrap();
    let output = run(&["extract"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
}
