//! Chats of every channel: rooms and their messages.

use super::super::dice::Dice;
use super::body::{Body, Shape};
use super::file::{File, Kind};
use super::moment::{Moment, later, minutes};
use super::staff::BOT;
use super::ticket::Author;

/// A room.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Room {
    pub(crate) id: i64,
    /// `livechat`, `whatsapp`, `instagram` or `facebook`.
    pub(crate) channel: &'static str,
    /// Who asks; a visitor that nobody knows is none.
    pub(crate) contact: Option<i64>,
    pub(crate) owners: Vec<i64>,
    /// The ticket that was made of it, as the room tells.
    pub(crate) ticket: Option<i64>,
    pub(crate) tags: Vec<&'static str>,
    /// As of tickets.
    pub(crate) status: i64,
    pub(crate) created: Moment,
    pub(crate) closed: Option<Moment>,
    /// Messages of a room with a story; those of others follow from the seed.
    pub(crate) told: Option<Vec<Message>>,
}

/// A message in a room.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) author: Author,
    /// Only its plain text is told.
    pub(crate) body: Body,
    pub(crate) at: Moment,
    pub(crate) files: Vec<File>,
}

/// Part of the thread of `story::OMNI`, with a bot in it.
pub(crate) const OMNI_CHAT: i64 = 6_600_001;
/// The same ticket's second room, of WhatsApp.
pub(crate) const OMNI_WHATSAPP: i64 = 6_600_002;
/// Of no ticket: a conversation of its own.
pub(crate) const ALONE: i64 = 6_600_003;
/// Of no ticket, and by a visitor whom nobody knows.
pub(crate) const OF_VISITOR: i64 = 6_600_004;
/// Nobody ever answered.
pub(crate) const UNANSWERED: i64 = 6_600_005;
/// Nobody wrote anything.
pub(crate) const SILENT: i64 = 6_600_006;
/// Names a ticket that is not there.
pub(crate) const OF_LOST_TICKET: i64 = 6_600_007;
/// The whole of `story::CHAT_ONLY`.
pub(crate) const CHAT_ONLY_ROOM: i64 = 6_600_008;
/// Tells its ticket; the ticket's log does not tell the room.
pub(crate) const UNTOLD_ROOM: i64 = 6_600_009;
/// 120 days old: gone where rooms are kept for 90.
pub(crate) const OLD_ROOM: i64 = 6_600_010;
/// 80 days old: goes in ten days where rooms are kept for 90.
pub(crate) const GOING_ROOM: i64 = 6_600_011;
/// A log names it; it is not there, whatever is kept.
pub(crate) const GONE_ROOM: i64 = 6_600_099;
/// The first room without a story.
pub(crate) const FIRST_BULK_ROOM: i64 = 6_610_001;

/// Message `nth` of a room.
pub(crate) fn message(seed: u64, room: i64, nth: i64, author: Author, at: Moment) -> Message {
    let mut dice = Dice::new(seed, "message", room * 1000 + nth);
    let shape = if dice.in_thousand(100) { Shape::Unicode } else { Shape::Plain };
    let body = Body::new(&mut dice, &format!("M{room}n{nth}z"), shape);
    Message { id: format!("{:012x}", dice.throw() >> 16), author, body, at, files: Vec::new() }
}

/// The messages of a room without a story: visitor, bot and agent in turn.
pub(crate) fn messages(seed: u64, room: &Room) -> Vec<Message> {
    let mut dice = Dice::new(seed, "room messages", room.id);
    let asks = asker(room);
    let agent = room.owners.first().map_or(Author::Bot(BOT), |id| Author::User(*id));
    let mut at = room.created;
    (1..=2 + dice.below(4))
        .map(|nth| {
            let author = match nth {
                2 if dice.in_thousand(300) => Author::Bot(BOT),
                nth if nth % 2 == 1 => asks.clone(),
                _ => agent.clone(),
            };
            at = later(at, 20_000 + dice.below(90_000));
            let mut message = message(seed, room.id, nth, author, at);
            if dice.in_thousand(60) {
                message.files.push(File::of(room.id, nth, &format!("görsel{nth}.png"), Kind::Picture));
            }
            message
        })
        .collect()
}

/// Who asks in a room.
pub(crate) fn asker(room: &Room) -> Author {
    room.contact.map_or_else(|| Author::Outsider("Ziyaretçi".into(), String::new()), Author::Contact)
}

/// A room of `contact`, opened then.
pub(crate) fn room(id: i64, channel: &'static str, contact: Option<i64>, created: Moment) -> Room {
    Room {
        id,
        channel,
        contact,
        owners: vec![super::staff::MEHMET],
        ticket: None,
        tags: Vec::new(),
        status: 4,
        created,
        closed: Some(minutes(created, 20)),
        told: None,
    }
}
