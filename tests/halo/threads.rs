//! Threads: every message once, in order, by whom and for whom, with its files.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{contact_by, desk, every_ticket, keys, row, table, text, time};
use crate::support::halo::desk::lookup::outcome_of;
use crate::support::halo::desk::shown::Shown;
use crate::support::halo::desk::story;
use crate::support::halo::desk::ticket::{Author, Kind, Part, Ticket};

/// Tickets that are conversations.
fn conversations() -> Vec<Ticket> {
    let mut tickets = every_ticket();
    tickets.retain(|t| !t.brief.deleted && t.merged_into == 0 && t.brief.kind != Kind::Opportunity);
    tickets
}

/// Parts by conversation, in order.
fn parts() -> BTreeMap<String, Vec<Value>> {
    let mut threads: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (_, part) in table("conversation_parts") {
        threads.entry(text(&part, "conversation_key").to_owned()).or_default().push(part);
    }
    for thread in threads.values_mut() {
        thread.sort_by_key(|part| part["position"].as_i64());
    }
    threads
}

/// Whether a part tells that something happened.
fn is_event(part: &Value) -> bool {
    part["part_type"] == "note" && text(part, "body").contains("<p>Halo: ")
}

fn key(ticket: i64, shown: &Shown) -> String {
    match shown.action {
        0 => format!("halo:message:{ticket}"),
        action => format!("halo:action:{ticket}:{action}"),
    }
}

#[test]
fn every_message_is_there_once_in_order_by_whom_and_for_whom() {
    let threads = parts();
    let conversations = conversations();
    assert!(conversations.len() > 300);
    for ticket in &conversations {
        let id = ticket.brief.id;
        let thread = &threads[&format!("halo:ticket:{id}")];
        let messages: Vec<&Value> = thread.iter().filter(|part| !is_event(part)).collect();
        let wanted = desk().shown(ticket);
        // What a merge brought is older than its thread: it comes right after the opening.
        let mut in_order: Vec<&Shown> = wanted.iter().collect();
        in_order[1..].sort_by_key(|shown| shown.at.max(ticket.brief.opened));
        let expected: Vec<String> = in_order.iter().map(|shown| key(id, shown)).collect();
        let found: Vec<&str> = messages.iter().map(|part| text(part, "source_key")).collect();
        assert_eq!(found, expected, "ticket {id}");
        for (part, shown) in messages.iter().zip(in_order) {
            check_message(ticket, part, shown);
        }
        for shown in wanted.iter().filter(|shown| !shown.marker.is_empty()) {
            let with = messages.iter().filter(|part| starts_with_word(text(part, "body"), &shown.marker)).count();
            assert_eq!(with, 1, "{} of ticket {id} is told {with} times", shown.marker);
        }
    }
    assert_eq!(threads.len(), conversations.len());
}

/// Whether the message itself, not what it quotes, begins with the word.
fn starts_with_word(body: &str, word: &str) -> bool {
    let own = body.split("<blockquote").next().unwrap_or(body);
    own.split(|c: char| !c.is_alphanumeric()).any(|found| found == word)
}

fn check_message(ticket: &Ticket, part: &Value, shown: &Shown) {
    let place = format!("{} {part}", key(ticket.brief.id, shown));
    let kind = match (shown.action, shown.public) {
        (0, _) => "message",
        (_, true) => "comment",
        (_, false) => "note",
    };
    assert_eq!(part["part_type"], kind, "{place}");
    let (author_type, author) = match &shown.author {
        Author::Agent(id) => ("admin", Some(format!("halo:agent:{id}"))),
        Author::Program(_) | Author::System => ("admin", None),
        // A note is a teammate's; of a customer it has the name.
        Author::User(_) | Author::Outsider(..) if !shown.public => ("admin", None),
        asks => ("contact", Some(contact_by(asks, ticket))),
    };
    assert_eq!(part["author_type"], author_type, "{place}");
    assert_eq!(part["author_key"].as_str(), author.as_deref(), "{place}");
    if author.is_none() {
        assert_eq!(part["author_name"], desk().name(&shown.author), "{place}");
    }
    if !shown.marker.is_empty() {
        assert!(starts_with_word(text(part, "body"), &shown.marker), "{place}");
    }
    let at = shown.at.max(ticket.brief.opened);
    assert_eq!(time(part, "created_at").timestamp_millis(), at.and_utc().timestamp_millis(), "{place}");
}

#[test]
fn what_merely_happened_is_a_note_by_whoever_did_it() {
    let threads = parts();
    let mut events = 0;
    for ticket in conversations() {
        let id = ticket.brief.id;
        let thread = &threads[&format!("halo:ticket:{id}")];
        let notes: BTreeMap<&str, &Value> =
            thread.iter().filter(|part| is_event(part)).map(|part| (text(part, "source_key"), part)).collect();
        for action in desk().thread(&ticket).iter().filter(|action| action.part == Part::Event) {
            let note = notes[format!("halo:action:{id}:{}", action.id).as_str()];
            let outcome = format!("<p>Halo: {}", outcome_of(action.outcome).name);
            assert!(text(note, "body").starts_with(&outcome), "{note}");
            let author =
                if let Author::Agent(agent) = action.author { Some(format!("halo:agent:{agent}")) } else { None };
            assert_eq!(note["author_key"].as_str(), author.as_deref(), "{note}");
            events += 1;
        }
    }
    assert!(events > 100, "{events}");
    let closing = row("conversation_parts", &format!("halo:action:{}:14", story::EVERY_ACTION));
    assert_eq!(closing["body"], "<p>Halo: Close Ticket, status Closed</p>");
}

#[test]
fn a_merged_ticket_is_in_the_one_that_took_it_and_an_unmerged_one_stands_alone() {
    let conversations = table("conversations");
    assert!(!conversations.contains_key(&format!("halo:ticket:{}", story::MERGED)));
    let target = row("conversations", &format!("halo:ticket:{}", story::MERGED_INTO));
    assert_eq!(super::attributes(&target)["Halo merged tickets"], story::MERGED.to_string());
    let moved = row("conversation_parts", &format!("halo:action:{}:5", story::MERGED_INTO));
    assert!(text(&moved, "body").starts_with("<p><em>Written 2026-"), "{moved}");
    for alone in [story::UNMERGED, story::UNMERGED_FROM] {
        let own = row("conversations", &format!("halo:ticket:{alone}"));
        assert_eq!(super::attributes(&own)["Halo merged tickets"], Value::Null);
    }
    let told = super::listed(&format!(
        "SELECT rule FROM intercom.dispositions WHERE source_table = 'tickets' AND source_id = '{}'",
        story::MERGED
    ));
    assert_eq!(told, [format!("merged into ticket {} in Halo", story::MERGED_INTO)]);
}

#[test]
fn files_and_pictures_are_where_their_message_is() {
    let (attachments, rejects) = (table("attachments"), super::listed("SELECT source_key FROM intercom.rejects"));
    let mut files = 0;
    for ticket in conversations() {
        let id = ticket.brief.id;
        for shown in desk().shown(&ticket) {
            let part = key(id, &shown);
            for file in &shown.files {
                let truth = ticket.attachments.iter().find(|known| known.id == *file).unwrap();
                let name = format!("halo:attachment:{file}");
                let Some(content) = truth.content() else {
                    assert!(rejects.contains(&name), "{name} cannot be had");
                    continue;
                };
                let staged = &attachments[&name];
                assert_eq!(staged["part_key"], part, "{staged}");
                assert_eq!(staged["name"], truth.name, "{staged}");
                assert_eq!(staged["size"], content.len(), "{staged}");
                assert_eq!(bytes(staged), content, "{staged}");
                assert_eq!(staged["content_type"], truth.content_type(), "{staged}");
                files += 1;
            }
            for image in &shown.images {
                let truth = ticket.attachments.iter().find(|known| known.id == *image).unwrap();
                let body = row("conversation_parts", &part);
                assert!(text(&body, "body").contains("[image]"), "{body}");
                assert!(!text(&body, "body").contains("token="), "{body}");
                if let Some(content) = truth.content() {
                    let of_part = attachments.values().filter(|a| a["part_key"] == part);
                    assert_eq!(of_part.filter(|a| bytes(a) == content).count(), 1, "picture {image} of {part}");
                }
            }
        }
    }
    assert!(files > 40, "{files}");
    // What belongs to an action that is not there is with the opening.
    for file in conversations().iter().flat_map(|ticket| &ticket.attachments).filter(|file| file.content().is_some()) {
        assert!(attachments.contains_key(&format!("halo:attachment:{}", file.id)), "{file:?}");
    }
}

/// What is staged for an attachment.
fn bytes(attachment: &Value) -> Vec<u8> {
    let hash = text(attachment, "sha256");
    let files = super::moved().migration.path().join("staging/files");
    std::fs::read(files.join(&hash[..2]).join(hash)).unwrap()
}

#[test]
fn people_in_copy_take_part() {
    let copied = row("conversations", &format!("halo:ticket:{}", story::COPIED));
    assert_eq!(keys(&copied, "participant_keys"), ["halo:contact:olga@elsewhere.example", "halo:user:1202"]);
}
