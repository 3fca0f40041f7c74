//! Tickets: state, attributes, tags, who has them.

use serde_json::{Value, json};

use super::{Moved, attributes, keys, moved, tenants, text, time};
use crate::support::itsm365::desk::story;
use crate::support::itsm365::desk::tenant::State;
use crate::support::itsm365::desk::ticket::Ticket;

#[test]
fn every_ticket_is_a_conversation_with_its_state_and_people() {
    for moved in tenants() {
        let rows = moved.table("conversations");
        let tickets = rows.keys().filter(|key| key.starts_with("itsm365:serviceCall:")).count();
        assert_eq!(tickets, moved.facts.tickets.len());
        for ticket in moved.facts.tickets.values() {
            let row = &rows[&moved.key("serviceCall", ticket.id)];
            let state = if matches!(ticket.state, State::Resolved | State::Closed) { "closed" } else { "open" };
            assert_eq!(row["state"], state, "{row}");
            assert_eq!(
                time(row, "created_at").timestamp_millis(),
                ticket.created.and_utc().timestamp_millis(),
                "{row}"
            );
            assert_eq!(
                time(row, "updated_at").timestamp_millis(),
                ticket.modified.and_utc().timestamp_millis(),
                "{row}"
            );
            let responsible = ticket.responsible.map(|id| moved.key("employee", id));
            assert_eq!(row["assignee_key"].as_str(), responsible.as_deref(), "{row}");
            let team = ticket.team.map(|id| moved.key("team", id));
            assert_eq!(row["team_key"].as_str(), team.as_deref(), "{row}");
            let solver = ticket.solved_by.filter(|_| state == "closed").map(|id| moved.key("employee", id));
            assert_eq!(row["closed_by_key"].as_str(), solver.as_deref(), "{row}");
            let company = moved.facts.told(ticket).company.map(|id| moved.key("ou", id));
            assert_eq!(row["company_key"].as_str(), company.as_deref(), "{row}");
            let subject = ticket.subject.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(text(row, "title"), if subject.is_empty() { ticket.title() } else { subject }, "{row}");
        }
    }
}

/// What attributes a ticket should have; NULL is none.
fn wanted(moved: &Moved, ticket: &Ticket) -> Vec<(&'static str, Value)> {
    let told = moved.facts.told(ticket);
    let seconds = |at: Option<crate::support::itsm365::desk::Moment>| json!(at.map(|at| at.and_utc().timestamp()));
    let listed = |items: Vec<String>| if items.is_empty() { Value::Null } else { json!(items.join(", ")) };
    let approval = told.approval.map(|state| match state {
        "approved" => "Согласовано",
        "rejected" => "Отклонено",
        _ => "На согласовании",
    });
    vec![
        ("itsm_ticket_id", json!(told.number)),
        ("itsm_type", json!(told.kind)),
        ("itsm_status", json!(told.state)),
        ("itsm_priority", json!(told.priority)),
        ("itsm_urgency", json!(told.urgency)),
        ("itsm_impact", json!(told.impact)),
        ("itsm_category", json!(told.category)),
        ("itsm_subcategory", listed(told.subcategories.iter().map(|title| (*title).to_owned()).collect())),
        ("itsm_service", json!(told.service)),
        ("itsm_channel", json!(told.channel)),
        ("itsm_sla_name", json!(told.sla_name)),
        ("itsm_sla_response_due", seconds(told.sla_response_due)),
        ("itsm_sla_resolution_due", seconds(told.sla_resolution_due)),
        ("itsm_sla_status", json!(told.sla_status.map(|kept| kept.name()))),
        ("itsm_resolved_at", seconds(told.solved)),
        ("itsm_resolution", json!(told.closing)),
        ("itsm_approval_status", json!(approval)),
        ("itsm_rating", json!(told.mark)),
        ("itsm_created_at", seconds(Some(ticket.created))),
        ("itsm_updated_at", seconds(Some(ticket.modified))),
        ("itsm_problems", listed(told.problems.iter().map(|number| format!("PRB{number}")).collect())),
        ("itsm_configuration_items", listed(told.cis)),
        ("itsm_archived", if ticket.removed.is_some() { json!(true) } else { Value::Null }),
    ]
}

#[test]
fn every_attribute_has_its_value() {
    for moved in tenants() {
        let rows = moved.table("conversations");
        for ticket in moved.facts.tickets.values() {
            let found = attributes(&rows[&moved.key("serviceCall", ticket.id)]);
            for (name, wanted) in wanted(moved, ticket) {
                assert_eq!(found[name], wanted, "{name} of ticket {}", ticket.id);
            }
            let changes: Vec<&str> =
                found["itsm_changes"].as_str().map_or_else(Vec::new, |list| list.split(", ").collect());
            let mut numbers: Vec<i64> =
                changes.iter().map(|title| title.strip_prefix("RFC").unwrap().parse().unwrap()).collect();
            let mut wanted = moved.facts.told(ticket).changes;
            numbers.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(numbers, wanted, "ticket {}", ticket.id);
        }
    }
}

#[test]
fn promises_that_were_kept_broken_and_are_open_are_told_apart() {
    let status =
        |id: i64| attributes(&moved().row("conversations", &moved().key("serviceCall", id)))["itsm_sla_status"].clone();
    for (id, wanted) in [
        (story::MET, json!("Met")),
        (story::MET_ON_TIME, json!("Met")),
        (story::BREACHED, json!("Breached")),
        (story::IN_PROGRESS, json!("In Progress")),
        (story::OVERDUE, json!("Breached")),
        (story::PROMISED_NOTHING, Value::Null),
    ] {
        assert_eq!(status(id), wanted, "{id}");
    }
}

#[test]
fn what_the_tenant_added_is_an_attribute_of_its_own_kind() {
    let found = attributes(&moved().row("conversations", &moved().key("serviceCall", story::EVERY_FIELD)));
    for (name, wanted) in [
        ("itsm_nomerDogovora", json!("Д-4711/08")),
        ("itsm_kabinet", json!("каб. 401, этаж 4")),
        ("itsm_vyezdTrebuetsya", json!(true)),
        // Noon UTC: the same day everywhere.
        ("itsm_dataVyezda", json!(1_741_953_600)),
        ("itsm_stoimostRabot", json!(1234.5)),
        ("itsm_ssylka", json!("Договор https://docs.desk.example/4711?a=1&b=2")),
    ] {
        assert_eq!(found[name], wanted, "{name}");
    }
    let kinds = moved().migration.rows(
        "SELECT name, data_type FROM intercom.attributes WHERE source_key LIKE 'itsm365:custom_attribute:ticket:%' ORDER BY name",
    );
    let kinds: Vec<(&str, &str)> = kinds.iter().map(|row| (text(row, "name"), text(row, "data_type"))).collect();
    let wanted = [
        ("itsm_dataVyezda", "datetime"),
        ("itsm_kabinet", "string"),
        ("itsm_nomerDogovora", "string"),
        ("itsm_ssylka", "string"),
        ("itsm_stoimostRabot", "decimal"),
        ("itsm_vyezdTrebuetsya", "boolean"),
    ];
    assert_eq!(kinds, wanted);
}

#[test]
fn priority_urgency_and_impact_are_tags() {
    for moved in tenants() {
        let tags = moved.table("tags");
        for ticket in moved.facts.tickets.values() {
            let told = moved.facts.told(ticket);
            let row = moved.row("conversations", &moved.key("serviceCall", ticket.id));
            let mut found: Vec<String> =
                keys(&row, "tag_keys").iter().map(|key| text(&tags[key], "name").to_owned()).collect();
            let named = [("priority", told.priority), ("urgency", told.urgency), ("impact", told.impact)];
            let mut wanted: Vec<String> =
                named.iter().filter_map(|(of, title)| Some(format!("itsm_{of}: {}", (*title)?))).collect();
            found.sort();
            wanted.sort();
            assert_eq!(found, wanted, "ticket {}", ticket.id);
        }
    }
}
