//! What happens in the desk while it is read.

use super::desk::bulk::{entry, mailed};
use super::desk::ticket::{Author, Entry, Part, Ticket};
use super::desk::{Desk, story};
pub(crate) use super::standin::moment::now;

/// A customer writes once more.
pub(crate) fn write_again(desk: &Desk, id: i64) {
    desk.change(id, |ticket, thread| {
        let nth = thread.iter().map(|entry| entry.id % 1000).max().unwrap_or(0) + 1;
        let asks = ticket.contact.map_or(Author::System, Author::Contact);
        let made = entry(desk.size.seed, ticket, nth, Part::Message, "email", asks, 0);
        thread.push(Entry { at: now(), ..mailed(ticket, made, true) });
        ticket.updated = now();
    });
}

/// An agent closes a ticket.
pub(crate) fn close(desk: &Desk, id: i64) {
    desk.change(id, |ticket, _| {
        ticket.status = 4;
        ticket.closed = Some(now());
        ticket.updated = now();
    });
}

/// Somebody asks something new: ticket `id`, which is not there yet, like another in all but its number.
pub(crate) fn open(desk: &Desk, id: i64, like: i64) {
    let like = desk.ticket(like).unwrap();
    let at = now();
    let ticket = Ticket {
        id,
        subject: format!("Yeni {id}"),
        created: at,
        updated: at,
        closed: None,
        status: 1,
        ..(*like).clone()
    };
    let asks = ticket.contact.map_or(Author::System, Author::Contact);
    let opening = entry(desk.size.seed, &ticket, 1, Part::Opening, "email", asks, 0);
    let ticket = Ticket { content: opening.body.clone(), source: "email", files: Vec::new(), ..ticket };
    let thread = vec![mailed(&ticket, opening, true)];
    desk.write(ticket, thread);
}

/// What happens between two pages with `change_after_page`: one ticket is written to, so that it goes to the end of a list by
/// time, and one that was listed is deleted, so that every row behind it moves up by one.
pub(crate) fn while_listing(desk: &Desk) {
    write_again(desk, story::CHANGED_WHILE_LISTING);
    desk.delete(story::DELETED_WHILE_LISTING);
}
