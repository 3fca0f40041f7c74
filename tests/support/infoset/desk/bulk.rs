//! What has no story, made from the seed.

use super::super::dice::Dice;
use super::Size;
use super::body::{Body, SHAPES, Shape};
use super::call::{self, Call, FIRST_BULK_CALL};
use super::file::{File, Kind};
use super::moment::{days_before, later, minutes};
use super::people::{FIRST_BULK_COMPANY, FIRST_BULK_CONTACT, companies_for, contacts_for, writes_from};
use super::property::held;
use super::room::{FIRST_BULK_ROOM, Room, room};
use super::staff::{ELIF, IRFAN, MEHMET, TEAMS};
use super::ticket::{Author, Email, Entry, Part, Ticket, email_id, entry_id};

/// The first ticket without a story.
pub(crate) const FIRST: i64 = 8_810_001;
/// Minutes in which all of them were opened: almost two years.
const OPENED_WITHIN: i64 = 1_000_000;
const SOURCES: [&str; 8] = ["email", "email", "email", "form", "livechat", "whatsapp", "instagram", "phone"];

/// A ticket.
pub(crate) fn ticket(size: &Size, id: i64) -> Ticket {
    let mut dice = Dice::new(size.seed, "ticket", id);
    let contact = FIRST_BULK_CONTACT + dice.below(contacts_for(size.tickets));
    let created = minutes(days_before(size.now, 700), OPENED_WITHIN / size.tickets.max(1) * (id - FIRST));
    let created = later(created, dice.below(60_000));
    let source = *dice.pick(&SOURCES);
    let status = *dice.pick(&[1, 2, 3, 4, 4, 4]);
    let stages = [108_001, 108_002, 108_003];
    let shape = *dice.pick(&SHAPES);
    let content = match source {
        "email" | "form" => Body::new(&mut dice, &format!("T{id}z"), shape),
        _ => Body::none(),
    };
    let with_file = dice.in_thousand(100) && !content.marker.is_empty();
    let mut ticket = Ticket {
        id,
        subject: format!("{} {id}", dice.pick(&["POS mutabakat hatası", "İade talebi", "Şifre sıfırlama", "Soru"])),
        content,
        files: if with_file { vec![File::of(id, 0, "ekran görüntüsü.png", Kind::Picture)] } else { Vec::new() },
        status,
        priority: (!dice.in_thousand(100)).then(|| 1 + dice.below(4)),
        contact: Some(contact),
        company: (!dice.in_thousand(150)).then(|| FIRST_BULK_COMPANY + dice.below(companies_for(size.tickets))),
        owners: if dice.in_thousand(100) { Vec::new() } else { vec![*dice.pick(&[MEHMET, ELIF, IRFAN])] },
        team: dice.in_thousand(600).then(|| dice.pick(&TEAMS[..2]).id),
        pipeline: 25_001,
        stage: *dice.pick(&stages),
        source,
        tags: if dice.in_thousand(150) { vec![*dice.pick(&["vip", "iade", "ışık"])] } else { Vec::new() },
        properties: held(size.seed, "ticket", id, false),
        created,
        updated: created,
        closed: None,
        merged_into: None,
    };
    ticket.updated = thread(size.seed, &ticket).last().map_or(created, |entry| entry.at);
    ticket.closed = (status >= 3).then_some(ticket.updated);
    ticket
}

/// The log of a ticket without a story, in order.
pub(crate) fn thread(seed: u64, ticket: &Ticket) -> Vec<Entry> {
    let id = ticket.id;
    let mut dice = Dice::new(seed, "thread", id);
    let agent = ticket.owners.first().map_or(Author::System, |user| Author::User(*user));
    let asks = ticket.contact.map_or(Author::System, Author::Contact);
    let mut thread = Vec::new();
    match ticket.source {
        "email" | "form" => {
            let opening = entry(seed, ticket, 1, Part::Opening, ticket.source, asks.clone(), 0);
            let opening = Entry { body: ticket.content.clone(), ..opening };
            thread.push(if ticket.source == "email" { mailed(ticket, opening, true) } else { opening });
        }
        "phone" => {
            let call =
                Entry { call: Some(call_of(id)), ..entry(seed, ticket, 1, Part::Call, "call", agent.clone(), 5) };
            thread.push(Entry { body: call::call(call_of(id), ticket.created).notes, ..call });
        }
        source => {
            let kind = if source == "livechat" { "chat" } else { "social" };
            let told = Entry { room: Some(room_of(id)), ..entry(seed, ticket, 1, Part::Chat, kind, Author::System, 0) };
            thread.push(Entry { body: Body::sentence("Sohbet talebe dönüştürüldü."), ..told });
        }
    }
    let mut after = 30;
    for nth in 2..2 + dice.below(5) {
        after += 10 + dice.below(600);
        let made = match dice.below(8) {
            0..=2 if agent != Author::System => {
                mailed(ticket, entry(seed, ticket, nth, Part::Message, "email", agent.clone(), after), false)
            }
            3 | 4 => mailed(ticket, entry(seed, ticket, nth, Part::Message, "email", asks.clone(), after), true),
            5 if agent != Author::System => entry(seed, ticket, nth, Part::Note, "note", agent.clone(), after),
            _ => event(seed, ticket, nth, "Talep durumu güncellendi.", after),
        };
        thread.push(made);
    }
    thread
}

/// Entry `nth` of a ticket, so many minutes after its opening.
pub(crate) fn entry(
    seed: u64,
    ticket: &Ticket,
    nth: i64,
    part: Part,
    kind: &'static str,
    author: Author,
    after: i64,
) -> Entry {
    let id = entry_id(ticket.id, nth);
    let mut dice = Dice::new(seed, "entry", id);
    let shape = if part == Part::Note { Shape::Plain } else { *dice.pick(&SHAPES) };
    let body = Body::new(&mut dice, &format!("L{}n{nth}z", ticket.id), shape);
    let at = minutes(ticket.created, after);
    let (email, room, call, files) = (None, None, None, Vec::new());
    Entry { id, ticket: ticket.id, part, kind, author, body, at, email, room, call, files }
}

/// Something that happened: the system says so.
pub(crate) fn event(seed: u64, ticket: &Ticket, nth: i64, sentence: &str, after: i64) -> Entry {
    let made = entry(seed, ticket, nth, Part::Event, "system", Author::System, after);
    Entry { body: Body::sentence(sentence), ..made }
}

/// The same, as an e-mail.
pub(crate) fn mailed(ticket: &Ticket, entry: Entry, inbound: bool) -> Entry {
    let nth = entry.id - entry_id(ticket.id, 0);
    let (desk, asks) = ("destek@ornek.example".to_owned(), writes_from(ticket.contact.unwrap_or(0)));
    let (from, to) = if inbound { (asks, desk) } else { (desk, asks) };
    let email = Email {
        id: email_id(ticket.id, nth),
        gone: false,
        from,
        to: vec![to],
        cc: Vec::new(),
        subject: if nth == 1 { ticket.subject.clone() } else { format!("Ynt: {}", ticket.subject) },
        text_only: false,
    };
    Entry { email: Some(email), kind: "email", ..entry }
}

fn room_of(ticket: i64) -> i64 {
    FIRST_BULK_ROOM + ticket - FIRST
}

fn call_of(ticket: i64) -> i64 {
    FIRST_BULK_CALL + ticket - FIRST
}

/// The room that a ticket was made of, if it was.
pub(crate) fn room_for(ticket: &Ticket) -> Option<Room> {
    let channel = *["livechat", "whatsapp", "instagram"].iter().find(|channel| **channel == ticket.source)?;
    let made = room(room_of(ticket.id), channel, ticket.contact, minutes(ticket.created, -20));
    Some(Room { owners: ticket.owners.clone(), ticket: Some(ticket.id), ..made })
}

/// The call that a ticket was made of, if it was.
pub(crate) fn call_for(ticket: &Ticket) -> Option<Call> {
    let made = call::call(call_of(ticket.id), ticket.created);
    let user = ticket.owners.first().copied();
    (ticket.source == "phone").then_some(Call { ticket: Some(ticket.id), contact: ticket.contact, user, ..made })
}

/// Rooms of no ticket: one for every four tickets.
pub(crate) fn lone_rooms(size: &Size) -> Vec<Room> {
    let channels = ["livechat", "whatsapp", "facebook"];
    (0..size.tickets / 4)
        .map(|nth| {
            let id = FIRST_BULK_ROOM + size.tickets + nth;
            let mut dice = Dice::new(size.seed, "lone room", id);
            let contact = FIRST_BULK_CONTACT + dice.below(contacts_for(size.tickets));
            let created = minutes(days_before(size.now, 1), -dice.below(260_000));
            let channel = *dice.pick(&channels);
            Room { tags: vec!["Destek"], ..room(id, channel, Some(contact), created) }
        })
        .collect()
}
