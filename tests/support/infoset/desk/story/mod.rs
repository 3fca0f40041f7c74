//! Tickets, rooms and calls that hold one trap each.

mod channels;
mod ids;
mod texts;

use super::super::dice::Dice;
use super::Size;
use super::body::{Body, Shape};
use super::bulk::{entry, event, mailed};
use super::call::{self, Call, call};
use super::moment::{days_before, later, minutes};
use super::people::{AYSE, BRANCH, GONE_CONTACT, LOST_COMPANY, NAMELESS, ORNEK, SOCIAL, TWINS, WITHOUT_EMAIL};
use super::property::held;
use super::room::Room;
use super::staff::{DEPARTED, DESTEK, ELIF, GONE, MEHMET};
use super::ticket::{Author, Email, Entry, Part, Ticket};

pub(crate) use ids::*;

/// A ticket with its log.
pub(super) type Told = (Ticket, Vec<Entry>);

/// Every ticket with a story.
pub(crate) fn tickets(size: &Size) -> Vec<Told> {
    let mut tickets = channels::all(size);
    tickets.extend(texts::all(size));
    tickets.extend(merges(size));
    tickets.extend(people(size));
    tickets.extend(states(size));
    for (ticket, thread) in &mut tickets {
        let last = thread.iter().map(|entry| entry.at).max().unwrap_or(ticket.created);
        ticket.updated = ticket.updated.max(last);
    }
    tickets
}

/// Every room with a story.
pub(crate) fn rooms(size: &Size) -> Vec<Room> {
    channels::rooms(size)
}

/// Every call with a story.
pub(crate) fn calls(size: &Size) -> Vec<Call> {
    let at = |id: i64| opened(size, id);
    let of = |id: i64, ticket: i64| Call { ticket: Some(ticket), ..call(id, minutes(at(ticket), 95)) };
    let missed = Body::none();
    vec![
        of(call::OMNI_CALL, OMNI),
        of(call::UNTOLD_CALL, OF_UNTOLD_CALL),
        Call {
            user: None,
            recording: None,
            duration: 0,
            disposition: "missed",
            notes: missed,
            ..of(call::MISSED, OF_MISSED_CALL)
        },
        {
            let made = of(call::RECORDING_GONE, OF_LOST_RECORDING);
            let recording =
                made.recording.clone().map(|file| super::file::File { kind: super::file::Kind::Gone, ..file });
            Call { recording, disposition: "voicemail", ..made }
        },
        Call { contact: None, from: "+902129998877".into(), ..call(call::OF_STRANGER, at(OMNI)) },
        Call {
            inbound: false,
            user: Some(GONE),
            contact: Some(SOCIAL),
            from: "+908501234567".into(),
            to: "+905551112233".into(),
            ..call(call::BY_GONE_USER, at(EMPTY))
        },
    ]
}

/// When a ticket with a story was opened: within the last 40 days.
fn opened(size: &Size, id: i64) -> super::moment::Moment {
    minutes(days_before(size.now, 40), (id - OMNI) * 480)
}

/// A ticket by Ayşe to Mehmet, with a text of its own.
fn base(size: &Size, id: i64, subject: &str) -> Ticket {
    let mut dice = Dice::new(size.seed, "story", id);
    let created = opened(size, id);
    Ticket {
        id,
        subject: subject.into(),
        content: Body::new(&mut dice, &format!("T{id}z"), Shape::Plain),
        files: Vec::new(),
        status: 2,
        priority: Some(3),
        contact: Some(AYSE),
        company: Some(ORNEK),
        owners: vec![MEHMET],
        team: Some(DESTEK),
        pipeline: 25_001,
        stage: 108_002,
        source: "email",
        tags: Vec::new(),
        properties: Vec::new(),
        created,
        updated: created,
        closed: None,
        merged_into: None,
    }
}

/// The opening as an e-mail, an answer by whoever has it, a note, and thanks.
fn talk(size: &Size, ticket: &Ticket) -> Vec<Entry> {
    let (seed, asks) = (size.seed, ticket.contact.map_or(Author::System, Author::Contact));
    let agent = Author::User(ticket.owners.first().copied().unwrap_or(ELIF));
    let opening = entry(seed, ticket, 1, Part::Opening, "email", asks.clone(), 0);
    let opening = Entry { body: ticket.content.clone(), ..opening };
    vec![
        mailed(ticket, opening, true),
        mailed(ticket, entry(seed, ticket, 2, Part::Message, "email", agent.clone(), 47), false),
        entry(seed, ticket, 3, Part::Note, "note", agent, 50),
        mailed(ticket, entry(seed, ticket, 4, Part::Message, "email", asks, 180), true),
    ]
}

/// A ticket with such a talk, after a change.
fn with(size: &Size, id: i64, subject: &str, change: impl FnOnce(&mut Ticket)) -> Told {
    let mut ticket = base(size, id, subject);
    change(&mut ticket);
    let thread = talk(size, &ticket);
    (ticket, thread)
}

fn merges(size: &Size) -> Vec<Told> {
    let merged = |id: i64, into: i64, sentence: String| {
        let (ticket, mut thread) = with(size, id, "Birleştirilen talep", |ticket| {
            ticket.status = 4;
            ticket.closed = Some(minutes(ticket.created, 200));
            ticket.merged_into = Some(into);
        });
        thread.push(event(size.seed, &ticket, 5, &sentence, 200));
        (ticket, thread)
    };
    let turkish = |id: i64, into: i64| format!("Talep #{id} kapatıldı ve #{into} ile birleştirildi.");
    let english = |id: i64, into: i64| format!("Ticket #{id} was closed and merged with #{into}.");
    let (quoting, mut quotes) = with(size, QUOTES_A_MERGE, "Birleştirme hakkında", |_| {});
    let words = format!("Bana 'Talep #{QUOTES_A_MERGE} kapatıldı ve #{MERGED_INTO} ile birleştirildi.' yazdınız?");
    quotes[3].body = Body::saying(&format!("L{QUOTES_A_MERGE}n4z"), &words);
    vec![
        merged(MERGED, MERGED_INTO, turkish(MERGED, MERGED_INTO)),
        with(size, MERGED_INTO, "Hepsi burada", |_| {}),
        merged(MERGED_IN_ENGLISH, MERGED_INTO, english(MERGED_IN_ENGLISH, MERGED_INTO)),
        (quoting, quotes),
        merged(MERGED_INTO_NONE, NOWHERE, turkish(MERGED_INTO_NONE, NOWHERE)),
    ]
}

fn people(size: &Size) -> Vec<Told> {
    let (nobodys, mut by_mail) =
        with(size, WITHOUT_CONTACT, "Kimin olduğu belli değil", |ticket| ticket.contact = None);
    let stranger = Author::Outsider("Yabancı Kişi".into(), "yabanci@baska.example".into());
    let (of_outsider, mut joined) = with(size, OF_OUTSIDER, "Başkası yanıtladı", |_| {});
    joined[3].author = stranger.clone();
    joined[3].email = joined[3].email.take().map(|email| Email { from: "yabanci@baska.example".into(), ..email });
    for nth in [0, 3] {
        by_mail[nth].author = stranger.clone();
        by_mail[nth].email =
            by_mail[nth].email.take().map(|email| Email { from: "yabanci@baska.example".into(), ..email });
    }
    vec![
        (nobodys, by_mail),
        (of_outsider, joined),
        with(size, WITHOUT_COMPANY, "Şirketsiz", |ticket| ticket.company = None),
        with(size, OF_LOST_COMPANY, "Şirketi yok", |ticket| ticket.company = Some(LOST_COMPANY)),
        with(size, OF_OTHER_COMPANY, "Şube adına", |ticket| ticket.company = Some(BRANCH)),
        with(size, OF_GONE_CONTACT, "Kişisi silinmiş", |ticket| ticket.contact = Some(GONE_CONTACT)),
        with(size, OF_GONE_USER, "Temsilcisi silinmiş", |ticket| ticket.owners = vec![GONE]),
        with(size, OF_DEPARTED, "Temsilcisi ayrılmış", |ticket| ticket.owners = vec![DEPARTED]),
        with(size, OF_TWO_OWNERS, "İki temsilci", |ticket| ticket.owners = vec![ELIF, MEHMET]),
        with(size, UNASSIGNED, "Kimseye atanmamış", |ticket| {
            ticket.owners.clear();
            ticket.team = None;
        }),
        with(size, OF_TWINS[0], "İkizlerden biri", |ticket| ticket.contact = Some(TWINS[0])),
        with(size, OF_TWINS[1], "İkizlerden öteki", |ticket| ticket.contact = Some(TWINS[1])),
        with(size, OF_CONTACT_WITHOUT_EMAIL, "Adresi yok", |ticket| ticket.contact = Some(WITHOUT_EMAIL)),
        with(size, OF_NAMELESS, "Adı da yok", |ticket| ticket.contact = Some(NAMELESS)),
    ]
}

fn states(size: &Size) -> Vec<Told> {
    let closed = |ticket: &mut Ticket| {
        ticket.status = 4;
        ticket.closed = Some(minutes(ticket.created, 240));
    };
    let (out_of_order, mut mixed) = with(size, OUT_OF_ORDER, "Sırası karışık", |_| {});
    mixed[2].at = mixed[1].at;
    mixed[3].at = later(mixed[1].at, -60_000);
    let (noted, mut notes) = with(size, NOTES_ONLY, "Yalnız notlar", |_| {});
    for note in &mut notes[1..] {
        (note.part, note.kind, note.email, note.author) = (Part::Note, "note", None, Author::User(ELIF));
    }
    let empty = Ticket { subject: String::new(), content: Body::none(), ..base(size, EMPTY, "") };
    vec![
        (out_of_order, mixed),
        (noted, notes),
        (empty, Vec::new()),
        with(size, WITHOUT_PRIORITY, "Önceliği yok", |ticket| ticket.priority = None),
        with(size, STAGE_AGAINST_STATUS, "Kapalı ama beklemede", closed),
        with(size, OF_LOST_STAGE, "Hunisi silinmiş", |ticket| (ticket.pipeline, ticket.stage) = (25_099, 108_099)),
        with(size, EVERY_PROPERTY, "Bütün alanlar", |ticket| {
            ticket.properties = held(size.seed, "ticket", EVERY_PROPERTY, true);
            ticket.tags = vec!["vip", "iade", "ışık"];
        }),
        with(size, BREACHED, "Geç kalındı", closed),
        with(size, RATED, "Puan verildi", closed),
        with(size, OF_UNKNOWN_CODES, "Bilinmeyen kodlar", |ticket| {
            (ticket.status, ticket.priority, ticket.source) = (9, Some(7), "kiosk");
        }),
        with(size, CHANGED_WHILE_LISTING, "Okunurken değişir", |_| {}),
        with(size, DELETED_WHILE_LISTING, "Okunurken silinir", |_| {}),
        with(size, SUBJECT, "<b>İADE</b> ılık & \"ışık\" 'İ'", |_| {}),
        with(size, REOPENED, "Yeniden açıldı", |ticket| {
            closed(ticket);
            ticket.status = 1;
        }),
    ]
}
