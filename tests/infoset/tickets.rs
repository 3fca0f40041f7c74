//! Tickets: state, people, codes, times, properties, tags, ratings and service levels of every one of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{at, attributes, contact_of, desk, keys, listed, millis, row, table, tag_names, text};
use crate::support::infoset::desk::property::PROPERTIES;
use crate::support::infoset::desk::shown::kind_of_source;
use crate::support::infoset::desk::staff::{TEAMS, user_of};
use crate::support::infoset::desk::story;
use crate::support::infoset::desk::ticket::Ticket;

/// Tickets that are conversations.
fn conversations() -> Vec<std::sync::Arc<Ticket>> {
    let mut tickets = desk().tickets();
    tickets.retain(|ticket| ticket.merged_into.is_none_or(|into| desk().ticket(into).is_none()));
    tickets
}

#[test]
fn every_ticket_is_a_conversation_with_its_state_and_people() {
    let found = table("conversations");
    for ticket in conversations() {
        let row = &found[&format!("infoset:ticket:{}", ticket.id)];
        let title = if ticket.subject.is_empty() { format!("Ticket {}", ticket.id) } else { ticket.subject.clone() };
        assert_eq!(row["title"], title, "{row}");
        assert_eq!(row["state"], if matches!(ticket.status, 3 | 4) { "closed" } else { "open" }, "{row}");
        assert_eq!(millis(row, "updated_at"), at(ticket.updated), "{row}");
        let owner = ticket.owners.first();
        let key = owner.filter(|id| user_of(**id).is_some()).map(|id| format!("infoset:user:{id}"));
        assert_eq!(row["assignee_key"].as_str(), key.as_deref(), "{row}");
        let name = owner.map(|id| user_of(*id).map_or_else(|| format!("Agent {id}"), |user| user.name()));
        assert_eq!(row["assignee_name"].as_str(), name.as_deref(), "{row}");
        let team = ticket.team.map(|id| format!("infoset:team:{id}"));
        assert_eq!(row["team_key"].as_str(), team.as_deref(), "{row}");
        let company = ticket.company.filter(|id| desk().company(*id).is_some());
        assert_eq!(row["company_key"].as_str(), company.map(|id| format!("infoset:company:{id}")).as_deref(), "{row}");
        match ticket.contact.and_then(|id| desk().contact(id)) {
            Some(contact) => assert_eq!(row["contact_key"], contact_of(&contact), "{row}"),
            None => assert!(table("contacts").contains_key(text(row, "contact_key")), "{row}"),
        }
    }
    let by_mail = row("conversations", &format!("infoset:ticket:{}", story::WITHOUT_CONTACT));
    assert_eq!(by_mail["contact_key"], "infoset:email:yabanci@baska.example");
    assert_eq!(row("contacts", "infoset:email:yabanci@baska.example")["name"], "Yabancı Kişi");
}

#[test]
fn every_code_is_told_in_words() {
    for ticket in conversations() {
        let row = row("conversations", &format!("infoset:ticket:{}", ticket.id));
        let held = attributes(&row);
        assert_eq!(held["channel_source"], kind_of_source(ticket.source), "{row}");
        assert_eq!(held["Infoset channel"], ticket.source, "{row}");
        assert_eq!(held["Infoset ticket ID"], ticket.id, "{row}");
        let (pipeline, stage) = ticket.stage_names();
        let named =
            |name: &str, kind: &str, id: i64| if name.is_empty() { format!("{kind} {id}") } else { name.into() };
        assert_eq!(held["Infoset pipeline"], named(pipeline, "Pipeline", ticket.pipeline), "{row}");
        assert_eq!(held["Infoset stage"], named(stage, "Stage", ticket.stage), "{row}");
        if ticket.id == story::OF_UNKNOWN_CODES {
            assert_eq!(
                (&held["Infoset status"], &held["Infoset priority"]),
                (&json!("Status 9"), &json!("Priority 7"))
            );
            continue;
        }
        assert_eq!(held["Infoset status"], ticket.status_name(), "{row}");
        assert_eq!(held["Infoset priority"].as_str(), ticket.priority_name(), "{row}");
        let team = ticket.team.and_then(|id| TEAMS.iter().find(|team| team.id == id)).map(|team| team.name);
        assert_eq!(held["Infoset team"].as_str(), team, "{row}");
        assert_eq!(held["Infoset created at"], ticket.created.and_utc().timestamp(), "{row}");
        let closed = ticket.closed.filter(|_| matches!(ticket.status, 3 | 4)).map(|at| at.and_utc().timestamp());
        assert_eq!(held["Infoset closed at"].as_i64(), closed, "{row}");
    }
    // What no mapping knows is told, once for each code.
    let warned = listed(
        "SELECT reason FROM intercom.warnings WHERE check_name IN ('code_is_known', 'channel_is_known') ORDER BY reason",
    );
    assert_eq!(warned.len(), 3, "{warned:?}");
    for (told, code) in warned.iter().zip(["channel \"kiosk\"", "priority 7", "status 9"]) {
        assert!(told.starts_with(code), "{told}");
    }
}

#[test]
fn merged_tickets_are_in_the_thread_of_the_one_that_took_them() {
    let found = table("conversations");
    for merged in [story::MERGED, story::MERGED_IN_ENGLISH] {
        assert!(!found.contains_key(&format!("infoset:ticket:{merged}")), "{merged}");
    }
    for alone in [story::QUOTES_A_MERGE, story::MERGED_INTO_NONE] {
        assert!(found.contains_key(&format!("infoset:ticket:{alone}")), "{alone}");
    }
    let into = &found[&format!("infoset:ticket:{}", story::MERGED_INTO)];
    let numbers = format!("{}, {}", story::MERGED, story::MERGED_IN_ENGLISH);
    assert_eq!(attributes(into)["Infoset merged tickets"], numbers);
    let told = listed(&format!(
        "SELECT rule FROM intercom.dispositions WHERE source_table = 'tickets' AND source_id = '{}'",
        story::MERGED
    ));
    assert_eq!(told, [format!("merged into ticket {} in Infoset", story::MERGED_INTO)]);
}

#[test]
fn several_owners_and_several_channels_are_named() {
    let two = attributes(&row("conversations", &format!("infoset:ticket:{}", story::OF_TWO_OWNERS)));
    assert_eq!(two["Infoset owners"], "Elif Şahin, Mehmet Kaya");
    let omni = attributes(&row("conversations", &format!("infoset:ticket:{}", story::OMNI)));
    assert_eq!(omni["Infoset channels of the thread"], "call, chat, email, social");
    assert_eq!(omni["Infoset chat IDs"], "6600001, 6600002");
    assert_eq!(omni["Infoset call IDs"], "9900001");
}

/// The value that an attribute has of a property's.
fn shown(kind: &str, value: &Value) -> Value {
    match (kind, value) {
        ("multiselect", Value::Array(words)) => {
            words.iter().map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join(", ").into()
        }
        ("date", Value::String(day)) => {
            format!("{day}T12:00:00Z").parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp().into()
        }
        (_, value) => value.clone(),
    }
}

#[test]
fn every_property_is_an_attribute_made_before_it_is_used() {
    let made: BTreeMap<(String, String), Value> = table("attributes")
        .into_values()
        .map(|row| ((text(&row, "model").to_owned(), text(&row, "name").to_owned()), row))
        .collect();
    let types = [
        ("text", "string"),
        ("number", "decimal"),
        ("date", "datetime"),
        ("checkbox", "boolean"),
        ("select", "list"),
        ("multiselect", "string"),
    ];
    let model = |object: &str| if object == "ticket" { "conversation".to_owned() } else { object.to_owned() };
    for property in PROPERTIES.iter().filter(|property| property.object != "deal") {
        let row = &made[&(model(property.object), property.label.to_owned())];
        let data_type = types.iter().find(|(kind, _)| *kind == property.kind).unwrap().1;
        assert_eq!(row["data_type"], data_type, "{row}");
        if property.kind == "select" {
            let options: Vec<String> = serde_json::from_str(text(row, "options")).unwrap();
            assert_eq!(options, property.options, "{row}");
        }
    }
    let mut seen = 0;
    let mut check = |object: &str, row: &Value, held: &[crate::support::infoset::desk::property::Held]| {
        let found = attributes(row);
        for value in held {
            let property = PROPERTIES.iter().find(|p| p.key == value.key && p.object == object);
            let (name, kind) = property.map_or((value.key, "text"), |property| (property.label, property.kind));
            // Contacts and companies share their names.
            let name = [name.to_owned(), format!("{name} {object}")].into_iter().find(|name| !found[name].is_null());
            let name = name.unwrap_or_else(|| panic!("{} in {row}", value.key));
            let wanted = shown(kind, &value.value);
            assert!(same(&found[&name], &wanted), "{name}: {wanted} in {row}");
            seen += 1;
        }
    };
    for ticket in conversations() {
        check("ticket", &row("conversations", &format!("infoset:ticket:{}", ticket.id)), &ticket.properties);
    }
    for company in desk().companies.all() {
        check("company", &row("companies", &format!("infoset:company:{}", company.id)), &company.properties);
    }
    for contact in desk().contacts.all().iter().filter(|contact| contact_of(contact).ends_with(&contact.id.to_string()))
    {
        check("contact", &row("contacts", &contact_of(contact)), &contact.properties);
    }
    assert!(seen > 150, "{seen}");
}

/// Numbers are the same whatever their digits.
fn same(found: &Value, wanted: &Value) -> bool {
    match (found.as_f64(), wanted.as_f64()) {
        (Some(found), Some(wanted)) => (found - wanted).abs() < 1e-9,
        _ => found == wanted,
    }
}

#[test]
fn tags_ratings_and_missed_service_levels_are_on_their_ticket() {
    for ticket in conversations() {
        let row = row("conversations", &format!("infoset:ticket:{}", ticket.id));
        let mut tags: Vec<&str> = ticket.tags.clone();
        // Those of its rooms, too.
        let rooms = desk().rooms_of(ticket.id);
        tags.extend(rooms.iter().flat_map(|room| room.tags.clone()));
        tags.sort_unstable();
        tags.dedup();
        assert_eq!(tag_names(&row), tags, "{row}");
        let held = attributes(&row);
        let breaches = desk().breaches(&ticket);
        let told = held["Infoset SLA breaches"].as_str().unwrap_or_default();
        assert_eq!(told.split("; ").filter(|part| !part.is_empty()).count(), breaches.len(), "{row}");
        for breach in breaches {
            assert!(told.contains(&format!("Öncelikli müşteri {}", breach.target)), "{row}");
        }
    }
    let mut rated = 0;
    for rating in desk().ratings() {
        let key = rating
            .ticket
            .map_or_else(|| format!("infoset:room:{}", rating.room.unwrap()), |id| format!("infoset:ticket:{id}"));
        let held = attributes(&row("conversations", &key));
        assert_eq!(held["Infoset rating"], rating.score, "{key}");
        if !rating.comment.is_empty() {
            assert_eq!(held["Infoset rating comment"], rating.comment, "{key}");
        }
        rated += 1;
    }
    assert!(rated > 10, "{rated}");
}

#[test]
fn who_was_in_copy_takes_part() {
    let row = row("conversations", &format!("infoset:ticket:{}", story::TEXT_ONLY));
    let people = keys(&row, "participant_keys");
    let twin = desk().contact(crate::support::infoset::desk::people::TWINS[0]).unwrap();
    for key in [contact_of(&twin), "infoset:email:muhasebe@baska.example".into()] {
        assert!(people.contains(&key), "{key} in {row}");
    }
}
