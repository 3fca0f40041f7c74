//! That the truth is what the wire tells, for a reader who knows how to read it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime};
use serde_json::{Value, json};

use super::super::Switches;
use super::super::desk::configuration::CANARY;
use super::super::desk::shown::Origin;
use super::super::desk::ticket::{Author, Part};
use super::super::desk::{article, bulk, people, room, staff, story};
use super::start;

/// A time as it is told, of any form, in UTC.
fn read(row: &Value, key: &str) -> NaiveDateTime {
    let text = row[key].as_str().unwrap();
    let bare = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").unwrap();
    DateTime::parse_from_rfc3339(text).map_or_else(|_| bare(), |whole| whole.naive_utc())
}

#[test]
fn a_thread_can_be_told_from_its_rows() {
    let (infoset, reader) = start(Switches::default());
    let desk = infoset.desk();
    for id in [story::OMNI, story::EMAIL_GONE, story::LONG_THREAD, bulk::FIRST, bulk::FIRST + 1] {
        let ticket = desk.ticket(id).unwrap();
        let thread = desk.thread(&ticket);
        let rows = reader.all(&format!("tickets/logs?TicketId={id}&sortDir=asc"));
        assert_eq!(rows.len(), thread.len());
        for (row, entry) in rows.iter().zip(&thread) {
            assert_eq!((&row["id"], read(row, "createdDate")), (&json!(entry.id), entry.at), "{row}");
            assert!(row["content"].as_str().unwrap_or_default().contains(&entry.body.marker), "{row}");
            let user = if let Author::User(id) = entry.author { json!(id) } else { Value::Null };
            assert_eq!(row["userId"], user, "{row}");
            let Some(email) = &entry.email else { continue };
            let (status, told) = reader.get(&format!("email/{}", email.id));
            assert_eq!(status, if email.gone { 404 } else { 200 });
            assert!(email.gone || told["htmlBody"].as_str().unwrap().contains(&entry.body.marker), "{told}");
        }
    }
    let (_, omni) = reader.get(&format!("rooms/{}/messages?ItemsPerPage=100", room::OMNI_CHAT));
    let truth = desk.messages(&desk.room(room::OMNI_CHAT).unwrap());
    for (row, message) in omni["items"].as_array().unwrap().iter().zip(&truth) {
        assert_eq!((&row["messageId"], read(row, "createdDate")), (&json!(message.id), message.at));
        assert!(row["message"].as_str().unwrap().contains(&message.body.marker));
    }
}

#[test]
fn what_is_shown_of_the_stories() {
    let (infoset, _) = start(Switches::default());
    let desk = infoset.desk();
    let shown = |id: i64| desk.shown(&desk.ticket(id).unwrap());
    let omni = shown(story::OMNI);
    let kinds: Vec<&str> = omni.iter().map(|message| message.kind).collect();
    let chat = ["chat"; 6];
    let expected =
        [&["email", "email", "note"][..], &chat, &["social"; 4], &["call", "social", "chat", "email", "email"]];
    assert_eq!(kinds, expected.concat());
    assert!(omni.is_sorted_by_key(|message| message.at));
    assert_eq!(omni.iter().filter(|message| matches!(message.author, Author::Bot(_))).count(), 5);
    assert_eq!(omni.iter().filter(|message| !message.public).count(), 2);
    assert_eq!(shown(story::NO_OPENING).len(), 4);
    assert_eq!(shown(story::LONG_THREAD).len(), 300);
    assert_eq!((shown(story::EMPTY).len(), shown(story::CHAT_ONLY).len()), (0, 8));
    assert!(shown(story::OF_UNTOLD_CALL).iter().any(|message| matches!(message.origin, Origin::Call(_))));
    assert_eq!(shown(story::OF_UNTOLD_ROOM).len(), 4 + 3);
    assert_eq!(shown(story::OF_PURGED_CHAT).len(), 4);
    let order: Vec<i64> = shown(story::OUT_OF_ORDER)
        .iter()
        .filter_map(|m| if let Origin::Log(id) = m.origin { Some(id % 1000) } else { None })
        .collect();
    assert_eq!(order, [4, 2, 3]);
    let ticket = desk.ticket(story::STAGE_AGAINST_STATUS).unwrap();
    assert_eq!((ticket.status_name(), ticket.stage_names()), ("Closed", ("Destek", "Beklemede")));
    assert_eq!(desk.ticket(story::OF_UNKNOWN_CODES).unwrap().priority_name(), None);
    let company = |id: i64| desk.company_of(&desk.contact(id).unwrap()).map(|company| company.id);
    assert_eq!((company(people::AYSE), company(people::OF_LOST_COMPANY)), (Some(people::ORNEK), None));
}

#[test]
fn merges_are_told_by_a_sentence_of_the_system_only() {
    let (infoset, reader) = start(Switches::default());
    for ticket in infoset.desk().tickets().iter().filter(|ticket| ticket.id < bulk::FIRST) {
        let rows = reader.all(&format!("tickets/logs?TicketId={}", ticket.id));
        let told = rows.iter().filter(|row| row["type"] == "system").find_map(|row| {
            let text = row["content"].as_str()?;
            let merged = text.contains("birleştirildi") || text.contains("merged");
            text.rsplit('#').next().filter(|_| merged)?.split([' ', '.']).next()?.parse::<i64>().ok()
        });
        assert_eq!(told, ticket.merged_into, "{}", ticket.id);
    }
    assert!(infoset.desk().tickets().iter().filter(|ticket| ticket.merged_into.is_some()).count() == 3);
}

#[test]
fn markers_are_in_one_text_only() {
    let (infoset, _) = start(Switches::default());
    let desk = infoset.desk();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for ticket in desk.tickets() {
        for message in desk.shown(&ticket).into_iter().filter(|message| !message.marker.is_empty()) {
            *seen.entry(message.marker).or_default() += 1;
        }
    }
    let twice: Vec<_> = seen.iter().filter(|(_, count)| **count > 1).collect();
    assert!(seen.len() > 1000 && twice.is_empty(), "{} {twice:?}", seen.len());
}

#[test]
fn counts_are_what_a_reader_finds() {
    let (infoset, reader) = start(Switches::default());
    let counts = infoset.desk().counts();
    let found = ["tickets", "rooms", "calls", "contacts", "companies", "deals", "helpcenter/articles", "reports/csat"]
        .map(|route| reader.all(route).len());
    let told = [counts.tickets, counts.rooms, counts.calls, counts.contacts, counts.companies, counts.deals];
    assert_eq!(found, [&told[..], &[counts.versions, counts.ratings]].concat()[..]);
    assert!(counts.tickets >= 250 && counts.emails > 300 && counts.messages > 200, "{counts:?}");
    assert_eq!((counts.emails_gone, counts.rooms_gone, counts.recordings_gone), (1, 1, 1));
    let again = start(Switches::default()).0;
    assert_eq!(again.desk().counts(), counts, "the seed makes the desk");
}

#[test]
fn references_lead_to_what_is_there_but_for_the_stories() {
    let (infoset, _) = start(Switches::default());
    let desk = infoset.desk();
    for ticket in desk.tickets().iter().filter(|ticket| ticket.id >= bulk::FIRST) {
        assert!(ticket.contact.is_none_or(|id| desk.contact(id).is_some()), "{ticket:?}");
        assert!(ticket.company.is_none_or(|id| desk.company(id).is_some()), "{ticket:?}");
        assert!(ticket.owners.iter().all(|id| staff::user_of(*id).is_some()), "{ticket:?}");
        assert!(desk.purged_rooms(ticket).is_empty(), "{ticket:?}");
    }
    let articles: BTreeSet<i64> = desk.articles.all().iter().map(|article| article.id).collect();
    for article in desk.articles.all() {
        assert!(article.versions.iter().flat_map(|version| &version.links).all(|to| articles.contains(to)));
    }
    assert_eq!(desk.articles.find(|made| made.id == article::RICH).unwrap().versions.len(), 3);
    assert!(desk.contact(people::GONE_CONTACT).is_none() && staff::user_of(staff::GONE).is_none());
}

#[test]
fn secrets_are_served_to_whoever_asks() {
    let (_infoset, reader) = start(Switches::default());
    for route in ["chat/widgets", "email/accounts", "automations"] {
        assert!(reader.get(route).1.to_string().contains(CANARY), "{route}");
    }
}

#[test]
fn dates_have_three_forms_and_rows_members_nobody_knows() {
    let (infoset, reader) = start(Switches::default());
    let rows = reader.all("tickets");
    let forms: BTreeSet<&str> = rows
        .iter()
        .map(|row| match row["createdDate"].as_str().unwrap() {
            text if text.ends_with('Z') => "Z",
            text if text.ends_with("+03:00") => "offset",
            _ => "bare",
        })
        .collect();
    assert_eq!(forms.len(), 3);
    assert!(rows.iter().any(|row| row.get("_insights").is_some()));
    for row in &rows {
        let ticket = infoset.desk().ticket(row["id"].as_i64().unwrap()).unwrap();
        assert_eq!((read(row, "createdDate"), read(row, "updatedDate")), (ticket.created, ticket.updated), "{row}");
        assert_eq!(row["priority"].as_i64(), ticket.priority);
    }
    let without = story::WITHOUT_PRIORITY;
    assert!(infoset.desk().thread(&infoset.desk().ticket(without).unwrap()).iter().any(|e| e.part == Part::Note));
}
