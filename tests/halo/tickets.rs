//! Tickets: every attribute of every conversation, and the custom fields of each object.

use serde_json::{Value, json};

use super::{attributes, contact_by, desk, every_ticket, keys, listed, row, table, text, time};
use crate::support::halo::desk::field::{CANARY, Field, GONE_FIELD, Held, OPTIONS, Scope};
use crate::support::halo::desk::lookup::{CLOSED, COMPLETED, tag};
use crate::support::halo::desk::people::{ACME, SOCIAL_CLIENT, UNKNOWN_CLIENT};
use crate::support::halo::desk::staff::TEAMS_OF_ONE_NAME;
use crate::support::halo::desk::story;
use crate::support::halo::desk::ticket::{Kind, Ticket};

#[test]
fn every_field_of_every_ticket() {
    let conversations = table("conversations");
    let mut count = 0;
    for ticket in every_ticket() {
        let key = format!("halo:ticket:{}", ticket.brief.id);
        if ticket.brief.deleted || ticket.merged_into > 0 || ticket.brief.kind == Kind::Opportunity {
            assert!(!conversations.contains_key(&key), "{key}");
            continue;
        }
        check(&ticket, &conversations[&key]);
        count += 1;
    }
    assert_eq!(conversations.len(), count);
}

fn check(ticket: &Ticket, found: &Value) {
    let brief = &ticket.brief;
    let title = ticket.summary.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = if title.is_empty() { format!("Ticket {}", brief.id) } else { title };
    assert_eq!(found["title"], title);
    assert_eq!(found["contact_key"], contact_by(&desk().asker(ticket), ticket), "{found}");
    assert_eq!(time(found, "created_at").timestamp_millis(), brief.opened.and_utc().timestamp_millis(), "{found}");
    assert_eq!(time(found, "updated_at").timestamp_millis(), brief.updated.and_utc().timestamp_millis(), "{found}");
    assert_eq!(found["state"], if brief.closed { "closed" } else { "open" }, "{found}");
    let agent = (brief.agent > 1).then(|| format!("halo:agent:{}", brief.agent));
    assert_eq!(found["assignee_key"].as_str(), agent.as_deref(), "{found}");
    let no_company = [UNKNOWN_CLIENT, SOCIAL_CLIENT].contains(&brief.client) || desk().client(brief.client).is_none();
    let company = (!no_company).then(|| format!("halo:client:{}", brief.client));
    assert_eq!(found["company_key"].as_str(), company.as_deref(), "{found}");
    check_team(ticket, found);
    let mut tags: Vec<String> = ticket.tags.iter().map(|id| tag(*id).to_lowercase()).collect();
    let mut told: Vec<String> =
        keys(found, "tag_keys").iter().map(|key| text(&row("tags", key), "name").to_lowercase()).collect();
    tags.sort();
    tags.dedup();
    told.sort();
    assert_eq!(told, tags, "{found}");
    check_attributes(ticket, &attributes(found));
}

fn check_team(ticket: &Ticket, found: &Value) {
    let key = text(found, "team_key");
    match ticket.brief.team {
        Some(id) => assert_eq!(key, format!("halo:team:{id}"), "{found}"),
        // Two teams have that name; to Intercom they are one.
        None => assert!(TEAMS_OF_ONE_NAME.iter().any(|id| key == format!("halo:team:{id}")), "{found}"),
    }
    let name = ticket.team_of_today(desk()).unwrap_or_else(|| ticket.team_name.clone());
    assert_eq!(attributes(found)["Halo team"], name);
}

fn check_attributes(ticket: &Ticket, found: &Value) {
    let brief = &ticket.brief;
    let some = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let category = |slot: usize| ticket.categories[slot].as_ref().map_or(Value::Null, |(path, _)| json!(path));
    let seconds = |at: Option<crate::support::halo::desk::moment::Moment>| {
        at.map_or(Value::Null, |at| json!(at.and_utc().timestamp()))
    };
    let rating = crate::support::halo::desk::approval::rating(desk().seed, brief);
    for (name, wanted) in [
        ("Halo ticket number", json!(brief.id)),
        ("Halo status", json!(ticket.status_name())),
        ("Halo ticket type", json!(ticket.type_name())),
        ("Halo priority", ticket.priority_name().map_or(Value::Null, |name| json!(name))),
        ("Halo category", category(0)),
        ("Halo category 2", category(1)),
        ("Halo category 3", category(2)),
        ("Halo category 4", category(3)),
        ("Halo source", json!(format!("Source {}", ticket.source))),
        ("Halo reported by", some(ticket.reported_by.trim())),
        ("Halo created at", seconds(Some(brief.opened))),
        ("Halo updated at", seconds(Some(brief.updated))),
        ("Halo closed at", seconds(brief.closed_at.filter(|_| brief.closed))),
        ("Halo response result", json!("met")),
        ("Halo parent ticket", if brief.parent > 0 { json!(brief.parent) } else { Value::Null }),
        ("Halo closure note", some(&ticket.closure_note)),
        ("Halo feedback score", rating.as_ref().map_or(json!(ticket.score), |rating| json!(rating.score))),
        ("Halo impact", json!(3)),
    ] {
        assert_eq!(found[name], wanted, "{name} of ticket {}", brief.id);
    }
    for held in &ticket.fields {
        check_held(held, found, &format!("ticket {}", brief.id));
    }
}

/// One value of a custom field as the attribute that its type asks for.
fn check_held(held: &Held, found: &Value, place: &str) {
    let Some(field) = desk().fields.iter().find(|field| field.id == held.field) else {
        assert_eq!(held.field, GONE_FIELD);
        assert!(text(found, "Halo values as entered").contains("Retired: Fourth way"), "{found}");
        return;
    };
    let name = name_of(field);
    if held.secret() {
        assert_eq!(found[&name], Value::Null, "{name} of {place}");
        return;
    }
    let plain = held.value.as_str().unwrap_or_default();
    let wanted = match (field.kind, field.input) {
        (0, 1 | 2) | (6, _) => held.value.clone(),
        // The option that is gone has no text any more.
        (2, _) if held.display.is_empty() => json!(held.value.to_string()),
        (2 | 3, _) => json!(held.display),
        (4, _) => {
            let noon: chrono::NaiveDateTime = format!("{}T12:00:00", &plain[..10]).parse().unwrap();
            json!(noon.and_utc().timestamp())
        }
        (7, _) => {
            let count = &held.value[0]["customfields"][1]["value"];
            json!(format!("CFItem: Wheel, CFCount: {count}\nCFItem: Bell"))
        }
        (10, _) => json!(held.display),
        _ => json!(plain),
    };
    // Where a field has two values, the one that has an option counts.
    if held.display.is_empty() && held.kind == 2 {
        return;
    }
    assert_eq!(found[&name], wanted, "{name} of {place}");
}

/// The attribute's name: contacts and companies take fewer signs.
fn name_of(field: &Field) -> String {
    match field.scope {
        Scope::Client | Scope::Site | Scope::User => {
            field.label.replace(['(', ')'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
        }
        _ => field.label.clone(),
    }
}

#[test]
fn custom_fields_become_attributes_of_the_object_they_are_defined_for() {
    for field in &desk().fields {
        let key = format!("halo:custom_field:{}", field.id);
        let found = table("attributes").remove(&key);
        let model = match field.scope {
            Scope::Ticket => "conversation",
            Scope::Client | Scope::Site => "company",
            Scope::User => "contact",
            _ => "",
        };
        if model.is_empty() || field.encrypted || field.input == 6 {
            assert_eq!(found, None, "{key}");
            row("inventory", &format!("halo:inventory:field:{}", field.id));
            continue;
        }
        let found = found.unwrap();
        assert_eq!((&found["model"], &found["name"]), (&json!(model), &json!(name_of(field))), "{found}");
        let data_type = match (field.kind, field.input) {
            _ if field.scope == Scope::Site => "string",
            (0, 1) => "integer",
            (0, 2) => "decimal",
            (2, _) => "list",
            (4, _) => "datetime",
            (6, _) => "boolean",
            _ => "string",
        };
        assert_eq!(found["data_type"], data_type, "{found}");
        if data_type == "list" {
            let options = keys(&found, "options");
            for (_, option, _) in OPTIONS {
                assert!(options.iter().any(|known| known == option), "{option} is not in {found}");
            }
        }
        if field.kind == 3 {
            assert!(text(&found, "description").contains("Several of: Test, Staging, pre-live, "), "{found}");
        }
    }
}

#[test]
fn values_of_clients_and_users_are_on_companies_and_contacts() {
    let acme = attributes(&row("companies", &format!("halo:client:{ACME}")));
    let held = crate::support::halo::desk::field::held;
    for value in held(desk().seed, Scope::Client, ACME, true) {
        check_held(&value, &acme, "Acme");
    }
    let mut filled = 0;
    for user in desk().users.all().iter().filter(|user| !user.general) {
        let key = format!("halo:user:{}", user.id);
        let Some(contact) = table("contacts").remove(&key) else { continue };
        if keys(&contact, "company_keys").len() > 1 || text(&contact, "custom_attributes").contains("1205 1206") {
            continue;
        }
        let every = user.id == crate::support::halo::desk::people::SAM;
        for value in held(desk().seed, Scope::User, user.id, every) {
            check_held(&value, &attributes(&contact), &key);
            filled += 1;
        }
    }
    assert!(filled > 500, "{filled}");
}

#[test]
fn open_and_closed_are_what_the_desk_lists_say() {
    let state = |id: i64| row("conversations", &format!("halo:ticket:{id}"));
    let again = state(story::REOPENED);
    assert_eq!((&again["state"], &attributes(&again)["Halo closed at"]), (&json!("open"), &Value::Null));
    let completed = state(story::COMPLETED);
    assert_eq!(completed["state"], "closed");
    assert_eq!(attributes(&completed)["Halo status"], "Completed (no reply)");
    assert_ne!(COMPLETED, CLOSED);
    assert_eq!(attributes(&state(story::GOLD_PRIORITY))["Halo priority"], "This week");
    assert_eq!(attributes(&state(story::PARENT))["Halo child tickets"], "1009, 1010");
    assert_eq!(attributes(&state(story::WITH_CONTRACT))["Halo contract"], "ACME-GOLD");
}

#[test]
fn no_secret_is_staged() {
    let staged = moved_tables();
    assert!(staged.len() > 40);
    for table in staged {
        let rows = super::moved().migration.done(&["--json", "sql", &format!("SELECT * FROM {table}")]);
        assert!(!rows.contains(CANARY), "a secret is in {table}");
        assert!(
            !rows.contains("basic_password") && !rows.contains("hooks.example"),
            "a webhook's secret is in {table}"
        );
    }
    let defined = "SELECT count(*) FROM halo.ticket_fields WHERE isencrypted";
    assert!(!super::moved().migration.run(&["sql", defined]).status.success(), "the mark itself is not staged");
}

/// Every table that holds rows, of the source and of Intercom's shape.
fn moved_tables() -> Vec<String> {
    listed("SELECT schema_name || '.\"' || table_name || '\"' FROM runs.tables WHERE row_count > 0 AND is_current")
}
