//! Stories of channels: chats and calls, alone and in the threads of tickets.

use super::super::Size;
use super::super::body::Body;
use super::super::bulk::{entry, event, mailed};
use super::super::call::{MISSED, OMNI_CALL, RECORDING_GONE, call};
use super::super::file::{File, Kind};
use super::super::moment::{days_before, later, minutes};
use super::super::people::{AYSE, SOCIAL};
use super::super::room::{self, Room, asker, message};
use super::super::staff::{BOT, ELIF, GONE, MEHMET};
use super::super::ticket::{Author, Entry, Part, Ticket};
use super::{
    CHAT_ONLY, NOWHERE, OF_LOST_RECORDING, OF_MISSED_CALL, OF_OLD_CHAT, OF_PURGED_CHAT, OF_UNTOLD_CALL, OF_UNTOLD_ROOM,
    OMNI, Told, base, opened, with,
};

pub(super) fn all(size: &Size) -> Vec<Told> {
    vec![
        omni(size),
        chat(size, OF_OLD_CHAT, room::OLD_ROOM),
        chat(size, OF_PURGED_CHAT, room::GONE_ROOM),
        chat_only(size),
        with(size, OF_UNTOLD_ROOM, "Sohbeti kayıtta yok", |_| {}),
        with(size, OF_UNTOLD_CALL, "Çağrısı kayıtta yok", |_| {}),
        called(size, OF_MISSED_CALL, MISSED),
        called(size, OF_LOST_RECORDING, RECORDING_GONE),
    ]
}

/// Five channels: what was written in the rooms lies between what was mailed and said.
fn omni(size: &Size) -> Told {
    let (mut ticket, mut thread) = with(size, OMNI, "Her kanaldan yazılan talep", |_| {});
    ticket.tags = vec!["vip"];
    let linked = |nth: i64, kind: &'static str, room: i64, after: i64| {
        let made = entry(size.seed, &ticket, nth, Part::Chat, kind, Author::System, after);
        Entry { room: Some(room), body: Body::sentence("Sohbet talebe bağlandı."), ..made }
    };
    thread.push(linked(5, "chat", room::OMNI_CHAT, 70));
    thread.push(linked(6, "social", room::OMNI_WHATSAPP, 110));
    thread.push(told_call(size, &ticket, 7, OMNI_CALL, 95));
    let bot = entry(size.seed, &ticket, 8, Part::Message, "chat", Author::Bot(BOT), 100);
    thread.push(bot);
    let elif = entry(size.seed, &ticket, 9, Part::Message, "email", Author::User(ELIF), 190);
    thread.push(mailed(&ticket, elif, false));
    thread.push(event(size.seed, &ticket, 10, "Talep durumu Beklemede olarak güncellendi.", 191));
    (ticket, thread)
}

/// The entry of a call: what the agent wrote of it.
fn told_call(size: &Size, ticket: &Ticket, nth: i64, id: i64, after: i64) -> Entry {
    let made = entry(size.seed, ticket, nth, Part::Call, "call", Author::User(MEHMET), after);
    Entry { call: Some(id), body: call(id, made.at).notes, ..made }
}

/// A ticket that an e-mail opened, with a chat in it.
fn chat(size: &Size, id: i64, room: i64) -> Told {
    let (ticket, mut thread) = with(size, id, "Sohbeti olan talep", |_| {});
    let made = entry(size.seed, &ticket, 5, Part::Chat, "chat", Author::System, 200);
    thread.push(Entry { room: Some(room), body: Body::sentence("Sohbet talebe bağlandı."), ..made });
    (ticket, thread)
}

fn chat_only(size: &Size) -> Told {
    let ticket = Ticket { content: Body::none(), source: "livechat", ..base(size, CHAT_ONLY, "Canlı sohbet") };
    let made = entry(size.seed, &ticket, 1, Part::Chat, "chat", Author::System, 0);
    let told =
        Entry { room: Some(room::CHAT_ONLY_ROOM), body: Body::sentence("Sohbet talebe dönüştürüldü."), ..made };
    let note = entry(size.seed, &ticket, 2, Part::Note, "note", Author::User(MEHMET), 60);
    (ticket, vec![told, note])
}

/// A ticket that a call opened.
fn called(size: &Size, id: i64, call: i64) -> Told {
    let ticket = Ticket { content: Body::none(), source: "phone", ..base(size, id, "Telefonla gelen talep") };
    let mut told = told_call(size, &ticket, 1, call, 95);
    if call == MISSED {
        (told.author, told.body) = (Author::System, Body::sentence("Cevapsız çağrı."));
    }
    let note = entry(size.seed, &ticket, 2, Part::Note, "note", Author::User(MEHMET), 120);
    (ticket, vec![told, note])
}

/// A room of so many messages, a minute apart: who asks, a bot, an agent, and again.
fn talked(size: &Size, room: Room, count: i64, agent: Author) -> Room {
    let authors = [asker(&room), Author::Bot(BOT), agent];
    let told = (1..=count).map(|nth| {
        let author = authors[(nth - 1) as usize % 3].clone();
        message(size.seed, room.id, nth, author, minutes(room.created, nth))
    });
    Room { told: Some(told.collect()), ..room }
}

pub(super) fn rooms(size: &Size) -> Vec<Room> {
    let at = |ticket: i64, after: i64| minutes(opened(size, ticket), after);
    let days = |days: i64| days_before(size.now, days);
    let room = room::room;
    let agent = || Author::User(MEHMET);
    let mut whatsapp = talked(
        size,
        Room { ticket: Some(OMNI), ..room(room::OMNI_WHATSAPP, "whatsapp", Some(SOCIAL), at(OMNI, 90)) },
        5,
        Author::User(ELIF),
    );
    if let Some(told) = &mut whatsapp.told {
        told[0].files.push(File::of(room::OMNI_WHATSAPP, 1, "IMG-0001.png", Kind::Picture));
        told[2].at = later(told[1].at, 0);
    }
    let alone = Room {
        tags: vec!["Destek", "vip"],
        ..talked(size, room(room::ALONE, "instagram", Some(AYSE), days(20)), 4, Author::User(GONE))
    };
    let unanswered =
        Room { owners: Vec::new(), status: 1, closed: None, ..room(room::UNANSWERED, "facebook", Some(AYSE), days(3)) };
    let unanswered = Room {
        told: Some(vec![message(size.seed, unanswered.id, 1, Author::Contact(AYSE), unanswered.created)]),
        ..unanswered
    };
    vec![
        // Between the answer (47), the call (95), the bot (100) and the thanks (180) of the ticket's log.
        talked(
            size,
            Room { ticket: Some(OMNI), ..room(room::OMNI_CHAT, "livechat", Some(AYSE), at(OMNI, 60)) },
            6,
            agent(),
        ),
        whatsapp,
        alone,
        talked(size, room(room::OF_VISITOR, "livechat", None, days(10)), 3, agent()),
        unanswered,
        Room { told: Some(Vec::new()), ..room(room::SILENT, "livechat", Some(AYSE), days(5)) },
        talked(
            size,
            Room { ticket: Some(NOWHERE), ..room(room::OF_LOST_TICKET, "livechat", Some(AYSE), days(6)) },
            3,
            agent(),
        ),
        talked(
            size,
            Room { ticket: Some(CHAT_ONLY), ..room(room::CHAT_ONLY_ROOM, "livechat", Some(AYSE), at(CHAT_ONLY, -9)) },
            7,
            agent(),
        ),
        talked(
            size,
            Room {
                ticket: Some(OF_UNTOLD_ROOM),
                ..room(room::UNTOLD_ROOM, "livechat", Some(AYSE), at(OF_UNTOLD_ROOM, 55))
            },
            3,
            agent(),
        ),
        talked(
            size,
            Room { ticket: Some(OF_OLD_CHAT), ..room(room::OLD_ROOM, "livechat", Some(AYSE), days(120)) },
            3,
            agent(),
        ),
        talked(size, room(room::GOING_ROOM, "livechat", Some(AYSE), days(80)), 3, agent()),
    ]
}
