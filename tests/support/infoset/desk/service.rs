//! How well customers were served: service levels that were missed, and what customers said of it.

use super::super::dice::Dice;
use super::moment::{Moment, minutes};
use super::room::Room;
use super::story;
use super::ticket::Ticket;

/// Service levels: id, name, minutes to the first answer, minutes to the end.
pub(crate) const SLAS: [(i64, &str, i64, i64); 2] = [(51, "Standart", 240, 2_880), (52, "Öncelikli müşteri", 30, 480)];

/// A service level that was missed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Breach {
    pub(crate) id: i64,
    pub(crate) ticket: i64,
    pub(crate) sla: i64,
    /// `firstResponse` or `resolution`.
    pub(crate) target: &'static str,
    pub(crate) due: Moment,
    pub(crate) at: Moment,
}

/// The breaches of a ticket: one in ten of those without a story has one.
pub(crate) fn breaches(seed: u64, ticket: &Ticket) -> Vec<Breach> {
    let mut dice = Dice::new(seed, "breach", ticket.id);
    let count = match ticket.id {
        story::BREACHED => 2,
        id if id < super::bulk::FIRST => 0,
        _ => i64::from(dice.in_thousand(100)),
    };
    let (sla, _, first, whole) = SLAS[1];
    let targets = [("firstResponse", first), ("resolution", whole)];
    let of = |nth: i64| {
        let (target, after) = targets[nth as usize];
        let due = minutes(ticket.created, after);
        Breach { id: ticket.id * 10 + nth, ticket: ticket.id, sla, target, due, at: minutes(due, 1) }
    };
    (0..count).map(of).collect()
}

/// A rating by a customer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rating {
    pub(crate) id: i64,
    pub(crate) ticket: Option<i64>,
    pub(crate) room: Option<i64>,
    pub(crate) contact: Option<i64>,
    pub(crate) user: Option<i64>,
    /// 1 bad to 5 good.
    pub(crate) score: i64,
    pub(crate) comment: String,
    pub(crate) at: Moment,
}

/// The rating of a ticket: one in five of the closed ones without a story has one.
pub(crate) fn of_ticket(seed: u64, ticket: &Ticket) -> Option<Rating> {
    let mut dice = Dice::new(seed, "rating", ticket.id);
    let rated = ticket.id == story::RATED || ticket.id >= super::bulk::FIRST && dice.in_thousand(200);
    let score = if ticket.id == story::RATED { 2 } else { 1 + dice.below(5) };
    let comment = if score < 3 { "Çok yavaştı, ışık hâlâ yanıyor 🙁".into() } else { String::new() };
    let at = minutes(ticket.closed.filter(|_| rated)?, 30);
    let (room, user) = (None, ticket.owners.first().copied());
    Some(Rating {
        id: ticket.id * 10 + 1,
        ticket: Some(ticket.id),
        room,
        contact: ticket.contact,
        user,
        score,
        comment,
        at,
    })
}

/// The rating of a room of no ticket: one in four has one.
pub(crate) fn of_room(seed: u64, room: &Room) -> Option<Rating> {
    let mut dice = Dice::new(seed, "rating", room.id);
    let rated = room.ticket.is_none() && dice.in_thousand(250);
    let at = minutes(room.closed.filter(|_| rated)?, 1);
    let (id, user) = (room.id * 10 + 1, room.owners.first().copied());
    let (score, comment) = (1 + dice.below(5), String::new());
    Some(Rating { id, ticket: None, room: Some(room.id), contact: room.contact, user, score, comment, at })
}
