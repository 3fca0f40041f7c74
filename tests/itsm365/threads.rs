//! Threads: every message once, in order, by whom and for whom, with its words, its time and its files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::people::contact_of;
use super::{Moved, tenants, text, time};
use crate::support::itsm365::desk::file::File;
use crate::support::itsm365::desk::shown::{Author, Part, Shown};
use crate::support::itsm365::desk::story;
use crate::support::itsm365::desk::ticket::{Client, Ticket};

/// Parts by conversation, in order.
fn parts(moved: &Moved) -> BTreeMap<String, Vec<Value>> {
    let mut threads: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (_, part) in moved.table("conversation_parts") {
        threads.entry(text(&part, "conversation_key").to_owned()).or_default().push(part);
    }
    for thread in threads.values_mut() {
        thread.sort_by_key(|part| part["position"].as_i64());
        let positions = thread.iter().map(|part| part["position"].as_i64().unwrap());
        assert!(positions.eq(1..=thread.len() as i64), "{thread:?}");
    }
    threads
}

fn key(moved: &Moved, ticket: &Ticket, shown: &Shown) -> String {
    let of_ticket = format!("serviceCall:{}", ticket.id);
    match shown.part {
        Part::Opening => format!("itsm365:message:{of_ticket}"),
        Part::Comment(id) => moved.key("comment", id),
        Part::Resolution => format!("itsm365:resolution:{of_ticket}"),
    }
}

#[test]
fn every_message_is_there_once_in_order_by_whom_and_for_whom() {
    for moved in tenants() {
        let threads = parts(moved);
        assert!(moved.facts.tickets.len() > 300);
        assert_eq!(threads.len(), moved.facts.tickets.len());
        for ticket in moved.facts.tickets.values() {
            let thread = &threads[&moved.key("serviceCall", ticket.id)];
            // What is told of approvals and tasks is besides.
            let besides = ["itsm365:negotiation:", "itsm365:task_note:"];
            let told = |part: &&Value| besides.iter().any(|kind| text(part, "source_key").starts_with(kind));
            let messages: Vec<&Value> = thread.iter().filter(|part| !told(part)).collect();
            let wanted = moved.facts.shown(ticket);
            let expected: Vec<String> = wanted.iter().map(|shown| key(moved, ticket, shown)).collect();
            let found: Vec<&str> = messages.iter().map(|part| text(part, "source_key")).collect();
            assert_eq!(found, expected, "ticket {}", ticket.id);
            for (part, shown) in messages.iter().zip(&wanted) {
                check_message(moved, ticket, part, shown);
            }
            for shown in wanted.iter().filter(|shown| !shown.marker.is_empty()) {
                let with = messages.iter().filter(|part| text(part, "body").contains(&shown.marker)).count();
                assert_eq!(with, 1, "{} of ticket {} is told {with} times", shown.marker, ticket.id);
            }
        }
    }
}

fn check_message(moved: &Moved, ticket: &Ticket, part: &Value, shown: &Shown) {
    let place = format!("{shown:?} {part}");
    let kind = match (shown.part, shown.public) {
        (Part::Opening, _) => "message",
        (_, true) => "comment",
        (_, false) => "note",
    };
    assert_eq!(part["part_type"], kind, "{place}");
    let (author_type, author) = author(moved, ticket, shown);
    assert_eq!((text(part, "author_type"), part["author_key"].as_str()), (author_type, author.as_deref()), "{place}");
    assert!(!text(part, "author_name").is_empty(), "{place}");
    let body = text(part, "body");
    if shown.lines.is_empty() {
        let nothing = if shown.part == Part::Opening { ticket.subject.trim() } else { "(no text)" };
        assert!(body.contains(nothing), "{place}");
    }
    let words = if shown.part == Part::Opening { words(body) } else { words(&plain(body)) };
    for line in &shown.lines {
        assert!(words.contains(&self::words(line)), "{line:?} is not in {words:?}");
    }
    let at = shown.at.max(ticket.created);
    assert_eq!(time(part, "created_at").timestamp_millis(), at.and_utc().timestamp_millis(), "{place}");
}

/// Who a part is by.
fn author(moved: &Moved, ticket: &Ticket, shown: &Shown) -> (&'static str, Option<String>) {
    let requester =
        || text(&moved.row("conversations", &moved.key("serviceCall", ticket.id)), "contact_key").to_owned();
    match &shown.author {
        Author::Agent(id) => ("admin", Some(moved.key("employee", *id))),
        Author::Client(id) => match contact_of(moved, *id) {
            // A note is a teammate's; of a customer it has the name.
            _ if !shown.public => ("admin", moved.facts.employee(*id).is_agent().then(|| moved.key("employee", *id))),
            Some(key) => ("contact", Some(key)),
            // A role is nobody, and has the name.
            None => ("admin", None),
        },
        Author::Outsider(..) => ("contact", Some(requester())),
        Author::Nobody if shown.part == Part::Opening => ("contact", Some(requester())),
        // Mail of the stranger who asked.
        Author::Nobody => match &ticket.client {
            Client::Text(_, email, _) if shown.public && shown.part != Part::Resolution && email.contains('@') => {
                ("contact", Some(requester()))
            }
            _ => ("admin", None),
        },
    }
}

/// HTML without its tags.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for (at, piece) in html.split('<').enumerate() {
        let piece = if at == 0 { piece } else { piece.split_once('>').map_or("", |(_, after)| after) };
        text.push_str(piece);
        text.push(' ');
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    entities.into_iter().fold(text, |text, (entity, is)| text.replace(entity, is))
}

/// A text with every stretch of white space as one blank, and without what nobody sees.
fn words(text: &str) -> String {
    text.replace('\u{200b}', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_file_is_at_its_message_once() {
    for moved in tenants() {
        let rows = moved.migration.rows(
            "SELECT source_key, part_key FROM intercom.attachments \
             UNION ALL SELECT source_key, (row ->> 'part_key') AS part_key FROM intercom.rejects WHERE table_name = 'attachments'",
        );
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in &rows {
            found.entry(text(row, "part_key").to_owned()).or_default().insert(text(row, "source_key").to_owned());
        }
        let mut files = 0;
        for ticket in moved.facts.tickets.values() {
            for shown in moved.facts.shown(ticket) {
                let part = key(moved, ticket, &shown);
                let mut at_part = found.remove(&part).unwrap_or_default();
                // Pictures inside of a text have no number.
                at_part.retain(|key| !key.starts_with("itsm365:picture:"));
                at_part.remove(&moved.key("file", story::NO_FILE));
                let wanted: BTreeSet<String> =
                    shown.files.iter().chain(&shown.images).map(|id| moved.key("file", *id)).collect();
                assert_eq!(at_part, wanted, "{part}");
                files += wanted.len();
            }
        }
        assert!(files > 40, "{files}");
        found.retain(|part, _| !part.starts_with("itsm365:task_note:"));
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn files_have_their_bytes_names_and_types() {
    for moved in tenants() {
        let rows = moved.table("attachments");
        let missing =
            moved.listed("SELECT source_key FROM intercom.rejects WHERE reason = 'file is missing' ORDER BY 1");
        let gone: Vec<&str> = missing.iter().map(String::as_str).collect();
        let mut checked = 0;
        let of_ticket = |file: &File| match file.source {
            ("comment", id) => moved.facts.comments[&id].source.0 == "serviceCall",
            (class, _) => class == "serviceCall",
        };
        for file in moved.facts.files.values().filter(|file| of_ticket(file)) {
            let key = moved.key("file", file.id);
            let Some(bytes) = file.bytes() else {
                assert!(gone.contains(&key.as_str()), "{key} is not in {gone:?}");
                continue;
            };
            let row = &rows[&key];
            assert_eq!(row["size"], bytes.len(), "{file:?}");
            let sha256 = text(row, "sha256");
            let path = moved.migration.path().join("staging/files").join(&sha256[..2]).join(sha256);
            assert_eq!(std::fs::read(path).unwrap(), bytes, "{file:?}");
            if !file.name.is_empty() && !file.name.contains(['/', '\\']) {
                assert_eq!(row["name"], file.name.as_str());
            }
            checked += 1;
        }
        assert!(checked > 40, "{checked}");
        assert_eq!(missing.len(), 2, "{missing:?}");
    }
}

#[test]
fn pictures_are_files_and_a_text_in_their_place() {
    for moved in tenants() {
        for (_, part) in moved.table("conversation_parts") {
            let body = text(&part, "body");
            assert!(!body.contains("download?uuid") && !body.contains("data:image"), "{part}");
            assert!(!body.contains("<script"), "{part}");
        }
        let pixels = moved.table("attachments").into_keys().filter(|key| key.starts_with("itsm365:picture:")).count();
        assert!(pixels > 20, "{pixels}");
    }
}

#[test]
fn approvals_are_notes_with_what_everybody_said() {
    for moved in tenants() {
        let parts = moved.table("conversation_parts");
        let mut checked = 0;
        for asked in moved.facts.negotiations.values().filter(|asked| asked.source.0 == "serviceCall") {
            let note = &parts[&moved.key("negotiation", asked.id)];
            assert_eq!((text(note, "part_type"), text(note, "author_type")), ("note", "admin"));
            for vote in &asked.votes {
                let voter = moved.facts.employee(vote.voter).title();
                assert!(text(note, "body").contains(&voter), "{voter} is not in {note}");
                assert!(vote.comment.is_none_or(|comment| text(note, "body").contains(comment)), "{note}");
            }
            checked += 1;
        }
        assert!(checked >= 5, "{checked}");
    }
}
