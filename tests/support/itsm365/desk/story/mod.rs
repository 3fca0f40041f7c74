//! Tickets that each hold one thing a migration goes wrong on.

mod fields;
mod files;
mod ids;
mod people;
mod promises;
mod relations;
mod threads;

pub(crate) use files::NO_FILE;
pub(crate) use ids::*;
pub(crate) use people::TRAPS;

use super::super::switches::Switches;
use super::bulk::base;
use super::people::PETROV;
use super::tenant::{KINDS, Kind};
use super::text::Shape;
use super::ticket::Ticket;
use super::{Facts, bulk, minutes};

/// Tells every story.
pub(crate) fn tell(facts: &mut Facts, switches: &Switches) {
    fields::tell(facts);
    threads::tell(facts, switches);
    promises::tell(facts);
    relations::tell(facts, switches.tickets);
    people::tell(facts);
    files::tell(facts, switches);
}

/// A ticket that a story changes; kinds take turns, by number.
fn begin(facts: &Facts, id: i64) -> Ticket {
    base(facts.seed, id, KINDS[(id % 3) as usize])
}

/// The same, of a kind.
fn begin_as(facts: &Facts, id: i64, kind: Kind) -> Ticket {
    base(facts.seed, id, kind)
}

/// Puts a ticket into the desk, with a question of the agent and an answer of the client.
fn with_talk(facts: &mut Facts, ticket: Ticket) {
    let client = if let super::ticket::Client::Employee(client) = ticket.client { Some(client) } else { None };
    bulk::say(facts, &ticket, Some(PETROV), false, minutes(ticket.created, 40), Shape::Plain);
    bulk::say(facts, &ticket, client, false, minutes(ticket.created, 70), Shape::Plain);
    bulk::say(facts, &ticket, Some(PETROV), true, minutes(ticket.created, 80), Shape::Plain);
    facts.put(ticket);
}
