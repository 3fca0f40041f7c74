//! Threads: every message of every channel once, in order, by whom and for whom, with its files.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{at, contact_by, desk, listed, millis, row, table, text};
use crate::support::infoset::desk::file::Kind;
use crate::support::infoset::desk::room;
use crate::support::infoset::desk::shown::{Origin, Shown};
use crate::support::infoset::desk::staff::user_of;
use crate::support::infoset::desk::story;
use crate::support::infoset::desk::ticket::{Author, Part};

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

/// Whether a part tells that something happened, or opens a thread in which nobody wrote to anybody.
fn is_beside(part: &Value) -> bool {
    let body = text(part, "body");
    part["part_type"] == "note" && body.contains("<p>Infoset: ") || part["position"] == 1 && body == "(no text)"
}

fn key(ticket: i64, shown: &Shown) -> String {
    match &shown.origin {
        Origin::Content => format!("infoset:message:{ticket}"),
        Origin::Log(id) => format!("infoset:log:{id}"),
        Origin::Message(room, id) => format!("infoset:room_message:{room}:{id}"),
        Origin::Call(id) => format!("infoset:call:{id}"),
    }
}

/// What a thread has to show, with the ticket it is told in; the second are what merged tickets brought.
fn wanted() -> BTreeMap<String, (Vec<(i64, Shown)>, Vec<(i64, Shown)>)> {
    let mut threads: BTreeMap<String, (Vec<(i64, Shown)>, Vec<(i64, Shown)>)> = BTreeMap::new();
    for ticket in desk().tickets() {
        let into = ticket.merged_into.filter(|id| desk().ticket(*id).is_some());
        let thread = threads.entry(format!("infoset:ticket:{}", into.unwrap_or(ticket.id))).or_default();
        let shown = desk().shown(&ticket).into_iter().map(|shown| (ticket.id, shown));
        if into.is_some() { thread.1.extend(shown) } else { thread.0.extend(shown) }
    }
    for room in desk().rooms.all() {
        let ticket = room.ticket.filter(|id| desk().ticket(*id).is_some());
        let named = desk().tickets().iter().any(|ticket| desk().thread(ticket).iter().any(|e| e.room == Some(room.id)));
        if ticket.is_none() && !named {
            let shown = desk().shown_in_room(&room).into_iter().map(|shown| (0, shown));
            threads.entry(format!("infoset:room:{}", room.id)).or_default().0.extend(shown);
        }
    }
    threads
}

#[test]
fn every_message_of_every_channel_is_there_once_in_order_by_whom_and_for_whom() {
    let threads = parts();
    let wanted = wanted();
    assert!(wanted.len() > 250);
    for (conversation, (own, brought)) in &wanted {
        let messages: Vec<&Value> = threads[conversation].iter().filter(|part| !is_beside(part)).collect();
        let opened = own.iter().find(|(_, shown)| shown.public).map(|(_, shown)| shown.at);
        let id = id_of(conversation);
        let created = || desk().ticket(id).map_or_else(|| desk().room(id).unwrap().created, |ticket| ticket.created);
        let opened = opened.unwrap_or_else(created);
        // The first for customers opens the thread; what is older comes right after it.
        let opener = own.iter().position(|(_, shown)| shown.public);
        let mut in_order: Vec<&(i64, Shown)> = own.iter().chain(brought).collect();
        let first = opener.map(|place| in_order.remove(place));
        in_order.sort_by_key(|(_, shown)| (shown.at.max(opened), shown.at));
        let in_order: Vec<&(i64, Shown)> = first.into_iter().chain(in_order).collect();
        let mut expected: Vec<String> = in_order.iter().map(|(ticket, shown)| key(*ticket, shown)).collect();
        let mut found: Vec<&str> = messages.iter().map(|part| text(part, "source_key")).collect();
        if conversation.ends_with(&story::OUT_OF_ORDER.to_string()) {
            // Two of one moment: either may be first.
            expected.sort();
            found.sort_unstable();
        }
        assert_eq!(found, expected, "{conversation}");
        let by_key: BTreeMap<&str, &&Value> = messages.iter().map(|part| (text(part, "source_key"), part)).collect();
        for (ticket, shown) in &in_order {
            let part = by_key[key(*ticket, shown).as_str()];
            check_message(part, shown, at(shown.at.max(opened)), first_is(part));
            if !shown.marker.is_empty() {
                let with = messages.iter().filter(|part| has_word(text(part, "body"), &shown.marker)).count();
                assert_eq!(with, 1, "{} of {conversation} is told {with} times", shown.marker);
            }
        }
    }
    // Calls of nobody's ticket are conversations of their own.
    let calls = threads.keys().filter(|key| key.starts_with("infoset:call:")).count();
    assert_eq!(threads.len(), wanted.len() + calls);
}

fn first_is(part: &Value) -> bool {
    part["position"] == 1
}

fn id_of(key: &str) -> i64 {
    key.rsplit(':').next().unwrap().parse().unwrap()
}

/// Whether the message itself, not what it quotes or repeats in a table, has the word.
fn has_word(body: &str, word: &str) -> bool {
    let own = body.split("<blockquote").next().unwrap_or(body);
    own.split(|c: char| !c.is_alphanumeric()).any(|found| found == word)
}

fn check_message(part: &Value, shown: &Shown, time: i64, opens: bool) {
    let place = format!("{shown:?} {part}");
    let kind = match (opens, shown.public) {
        (true, _) => "message",
        (_, true) => "comment",
        (_, false) => "note",
    };
    assert_eq!(part["part_type"], kind, "{place}");
    let by_contact = opens || shown.public && matches!(shown.author, Author::Contact(_) | Author::Outsider(..));
    assert_eq!(part["author_type"], if by_contact { "contact" } else { "admin" }, "{place}");
    match &shown.author {
        // Only a contact opens a thread: anybody else has the name only.
        Author::User(id) if user_of(*id).is_some() && !opens => {
            assert_eq!(part["author_key"], format!("infoset:user:{id}"), "{place}");
        }
        Author::User(id) => {
            assert_eq!(part["author_key"], Value::Null, "{place}");
            let name = user_of(*id).map_or_else(|| format!("Agent {id}"), |user| user.name());
            assert_eq!(part["author_name"], name, "{place}");
        }
        Author::Bot(_) => {
            assert_eq!(part["author_key"], Value::Null, "{place}");
            assert_eq!(part["author_name"], format!("{} (bot)", desk().name(&shown.author)), "{place}");
        }
        Author::System => assert_eq!(part["author_name"], "Infoset", "{place}"),
        asks => {
            let known = contact_by(asks);
            let found = text(part, "author_key");
            assert!(known.is_none_or(|known| found == known), "{place}");
            assert!(table("contacts").contains_key(found), "{place}");
        }
    }
    if !shown.marker.is_empty() {
        assert!(has_word(text(part, "body"), &shown.marker), "{place}");
    }
    assert_eq!(millis(part, "created_at"), time, "{place}");
}

#[test]
fn channels_are_interleaved_by_time_in_one_thread() {
    let threads = parts();
    let thread = &threads[&format!("infoset:ticket:{}", story::OMNI)];
    let said: Vec<&Value> = thread.iter().filter(|part| !is_beside(part)).collect();
    let kinds: Vec<&str> = said.iter().map(|part| text(part, "source_key").split(':').nth(1).unwrap()).collect();
    for kind in ["message", "log", "room_message"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    let switches = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(switches >= 5, "they lie between each other: {kinds:?}");
    let times: Vec<i64> = said.iter().map(|part| millis(part, "created_at")).collect();
    assert!(times.is_sorted(), "{times:?}");
    let call = said.iter().find(|part| text(part, "body").contains("<p>Call, inbound</p>")).unwrap();
    for detail in ["Duration: ", "Queue: Destek Hattı", "Disposition: answered", "Recording: kept"] {
        assert!(text(call, "body").contains(detail), "{detail} in {call}");
    }
    assert_eq!(call["part_type"], "note");
}

#[test]
fn what_merely_happened_is_a_note() {
    let mut events = 0;
    for ticket in desk().tickets() {
        for entry in desk().thread(&ticket).iter().filter(|entry| matches!(entry.part, Part::Event | Part::Chat)) {
            let note = row("conversation_parts", &format!("infoset:log:{}", entry.id));
            assert_eq!((&note["part_type"], &note["author_name"]), (&"note".into(), &"Infoset".into()), "{note}");
            assert!(text(&note, "body").contains("<p>Infoset: "), "{note}");
            events += 1;
        }
    }
    assert!(events > 100, "{events}");
}

#[test]
fn files_go_with_their_message_and_pictures_are_files() {
    let attachments = table("attachments");
    let rejected = listed("SELECT source_key FROM intercom.rejects WHERE table_name = 'attachments'");
    let mut of_parts: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for file in attachments.values() {
        of_parts.entry(text(file, "part_key").to_owned()).or_default().push(file);
    }
    let (mut seen, mut gone) = (0, 0);
    for (own, brought) in wanted().values() {
        for (ticket, shown) in own.iter().chain(brought) {
            let key = key(*ticket, shown);
            let found = of_parts.get(&key).map_or(&[][..], Vec::as_slice);
            let kept: Vec<_> = shown.files.iter().filter(|file| file.kind != Kind::Gone).collect();
            for file in &kept {
                let size = file.content().unwrap().len() as i64;
                let is_it = |row: &&&Value| row["size"] == size && row["sha256"].is_string();
                assert!(found.iter().any(|row| is_it(&row)), "{} of {key}: {found:?}", file.name);
                seen += 1;
            }
            gone += shown.files.len() - kept.len();
        }
    }
    assert!(seen > 30 && gone >= 2, "{seen} {gone}");
    assert!(rejected.len() >= gone, "what could not be had is a reject: {rejected:?}");
    let pictures = attachments.keys().filter(|key| key.starts_with("infoset:picture:")).count();
    assert!(pictures >= 1, "a picture in a text is a file of its message");
    for body in table("conversation_parts").values().map(|part| text(part, "body").to_owned()) {
        assert!(!body.contains("<img"), "links of pictures end with the account: {body}");
    }
}

#[test]
fn a_room_without_a_ticket_is_a_conversation() {
    for id in [room::ALONE, room::OF_VISITOR, room::UNANSWERED, room::SILENT, room::OF_LOST_TICKET] {
        let found = row("conversations", &format!("infoset:room:{id}"));
        let room = desk().room(id).unwrap();
        let state = if room.closed.is_some() { "closed" } else { "open" };
        assert_eq!(found["state"], state, "{found}");
        let owner = room.owners.first().map(|id| format!("infoset:user:{id}"));
        assert_eq!(found["assignee_key"].as_str(), owner.as_deref(), "{found}");
        if let Some(contact) = room.contact {
            assert_eq!(found["contact_key"], format!("infoset:contact:{contact}"));
        }
    }
    assert_eq!(super::tag_names(&row("conversations", &format!("infoset:room:{}", room::ALONE))), ["Destek", "vip"]);
    let visitor = row("contacts", &format!("infoset:room_person:{}", room::OF_VISITOR));
    assert_eq!(visitor["name"], "Ziyaretçi");
}

#[test]
fn chats_that_were_deleted_are_told() {
    let lost: Vec<(i64, i64)> = desk()
        .tickets()
        .iter()
        .flat_map(|ticket| desk().purged_rooms(ticket).into_iter().map(|room| (ticket.id, room)).collect::<Vec<_>>())
        .collect();
    assert_eq!(lost, [(story::OF_PURGED_CHAT, room::GONE_ROOM)]);
    let key = format!("infoset:ticket:{}", story::OF_PURGED_CHAT);
    let warned = listed("SELECT source_key FROM intercom.warnings WHERE check_name = 'chat_is_there'");
    assert_eq!(warned, [key.clone()]);
    let held = super::attributes(&row("conversations", &key));
    assert_eq!(held["Infoset lost chats"], room::GONE_ROOM.to_string());
    let rule = listed("SELECT rule FROM intercom.dispositions WHERE rule LIKE 'tells of chat %'");
    assert_eq!(rule, [format!("tells of chat {}, which Infoset had deleted before it was read", room::GONE_ROOM)]);
    let told = super::moved().migration.done(&["sql", "--file", "sql/infoset/examples/lost_chats.sql"]);
    assert!(told.contains(&room::GONE_ROOM.to_string()), "{told}");
}
