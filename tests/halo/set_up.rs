//! What is rebuilt by hand: everything of the tenant's set-up, with what acts by itself and when; and that each source row is
//! accounted for.

use serde_json::Value;

use super::{desk, listed, moved, row, table, text};
use crate::support::halo::desk::lookup::{CATEGORIES, OUTCOMES, SLAS, STATUSES, TICKET_TYPES};
use crate::support::row::accounted_for_once;

fn details(key: &str) -> Value {
    serde_json::from_str(text(&row("inventory", key), "details")).unwrap()
}

/// Entries of an endpoint of the set-up: id as text, name, active.
fn entries(endpoint: &str) -> Vec<(String, &'static str, bool)> {
    let (_, entries) = desk().set_up(endpoint).unwrap();
    entries.iter().map(|e| (e.id.to_string().replace('"', ""), e.name, e.active)).collect()
}

#[test]
fn rules_and_workflows_are_listed_with_conditions_and_actions() {
    for (id, name, active) in entries("ticketrules") {
        let entry = row("inventory", &format!("halo:inventory:rule:{id}"));
        assert_eq!((&entry["name"], &entry["kind"]), (&Value::from(name), &Value::from("ticket rule")));
        let found = details(&format!("halo:inventory:rule:{id}"));
        assert_eq!(found["active"], active, "{found}");
        assert_eq!(found["conditions"], "faults.areaint operator 0 Acme Ltd; faults.symptom operator 2 urgent");
        assert_eq!(found["actions"], "team = 2nd Line");
        assert_eq!(found["trigger"], if id == "47" { "step of a workflow" } else { "new ticket" });
        let off = table("inventory").contains_key(&format!("halo:inventory:switch_off:rule:{id}"));
        assert_eq!(off, active, "rule {id}");
    }
    for (id, name, active) in entries("workflow") {
        let found = details(&format!("halo:inventory:workflow:{id}"));
        assert_eq!(row("inventory", &format!("halo:inventory:workflow:{id}"))["name"], name);
        assert_eq!(found["active"], active, "{found}");
        let steps =
            "1 Approve (start): Send for approval → step 2; 2 Prepare: Send for approval → step 3; 3 Done (end): ";
        assert!(text(&found, "steps").starts_with(steps), "{found}");
        let off = table("inventory").contains_key(&format!("halo:inventory:switch_off:workflow:{id}"));
        assert_eq!(off, active, "workflow {id}");
    }
    for (id, name, _) in entries("approvalprocess") {
        let found = details(&format!("halo:inventory:approval:{id}"));
        assert_eq!(row("inventory", &format!("halo:inventory:approval:{id}"))["name"], name);
        assert_eq!(found["steps"], "1 Line manager, at least 1, if accepted: In Progress, if refused: Closed");
    }
    for (endpoint, kind) in [("webhook", "webhook"), ("report", "report"), ("notification", "notification")] {
        for (id, name, _) in entries(endpoint) {
            assert_eq!(row("inventory", &format!("halo:inventory:{kind}:{id}"))["name"], name);
        }
    }
}

#[test]
fn service_levels_are_listed_with_every_time() {
    for sla in SLAS {
        let entry = row("inventory", &format!("halo:inventory:sla:{}", sla.id));
        assert_eq!(entry["name"], sla.name);
        for (number, name, hidden) in sla.priorities {
            assert!(text(&entry, "details").contains(&format!("{name} ({number})")), "{entry}");
            let found = details(&format!("halo:inventory:priority:{}:{number}", sla.id));
            assert_eq!(found["resolution"], 8 * number, "{found}");
            assert_eq!((&found["response"], &found["response unit"]), (&Value::from(4), &Value::from("H")), "{found}");
            assert_eq!(found["hidden"], if *hidden { Value::from(true) } else { Value::Null }, "{found}");
        }
    }
    for (kind, count) in [
        ("status", STATUSES.len()),
        ("ticket type", TICKET_TYPES.len()),
        ("category", CATEGORIES.len()),
        ("action button", OUTCOMES.len()),
        ("team", desk().teams.len()),
    ] {
        let found = table("inventory").values().filter(|entry| entry["kind"] == kind).count();
        assert_eq!(found, count, "{kind}");
    }
}

#[test]
fn canned_texts_have_intercoms_variables_where_there_are_any() {
    let replies = table("saved_replies");
    assert_eq!(replies.len(), desk().set_up("cannedtext").unwrap().1.len());
    let body = |id: i64| text(&replies[&format!("halo:canned:{id}")], "body").to_owned();
    assert!(
        body(17).contains("Hi {{first_name | fallback:\"there\"}},<br><br>thank you for $-FAULTID."),
        "{}",
        body(17)
    );
    assert!(body(18).contains("your agent is {{teammate.name}} &lt;$-AGENTEMAIL&gt;"), "{}", body(18));
    assert_eq!(body(22), "Line one<br>Line two $-UNKNOWNVARIABLE", "plain text");
    assert_eq!(details("halo:inventory:canned:18")["variables"], "$-AGENTEMAIL");
    assert_eq!(details("halo:inventory:canned:19")["variables"], "$-DATEOCCURRED, $-STATUS");
    assert!(!table("inventory").contains_key("halo:inventory:canned:21"), "it has no variable");
}

#[test]
fn every_staged_row_is_accounted_for_once() {
    // One ticket holds one field twice.
    let tables = accounted_for_once(&moved().migration, "halo", &["ticket_fields"]);
    assert!(tables > 45, "{tables}");
    // Every target is there, or was rejected.
    for (table, column) in [("conversations", "conversations"), ("contacts", "contacts"), ("inventory", "inventory")] {
        let lost = listed(&format!(
            "SELECT d.source_table || ' ' || d.source_id FROM intercom.dispositions AS d \
             LEFT JOIN intercom.{table} AS t ON t.source_key = d.target_key \
             WHERE d.target_table = '{column}' AND d.target_key IS NOT NULL AND t.source_key IS NULL"
        ));
        assert_eq!(lost, [] as [&str; 0], "{table}");
    }
}
