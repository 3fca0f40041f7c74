//! What happens in the desk while it is read.

use super::desk::Desk;
use super::desk::body::{Body, Shape};
use super::desk::lookup::{CLOSE, CLOSED, EMAIL_RECEIVED, IN_PROGRESS, NEW, OPENED};
use super::desk::story;
use super::desk::thread::told;
use super::desk::ticket::{Action, Author, Part};
use super::dice::Dice;
pub(crate) use super::standin::moment::now;

/// A customer writes once more. What is changed later than a moment is found by `lastupdatefromdate`; contacts, clients and
/// articles are changed by `desk.users.change` and the like.
pub(crate) fn write_again(desk: &Desk, id: i64) {
    desk.change(id, |ticket, thread| {
        let number = thread.iter().map(|action| action.id).max().unwrap_or(0) + 1;
        let author = Author::User(ticket.brief.user);
        let action = told(desk, ticket, number, Part::Reply, author, EMAIL_RECEIVED, now());
        thread.push(Action { old_status: ticket.brief.status, new_status: ticket.brief.status, ..action });
        ticket.brief.updated = now();
        ticket.last_action = Some(now());
    });
}

/// An agent closes a ticket.
pub(crate) fn close(desk: &Desk, id: i64) {
    desk.change(id, |ticket, thread| {
        let number = thread.iter().map(|action| action.id).max().unwrap_or(0) + 1;
        let action = told(desk, ticket, number, Part::Event, Author::Agent(6), CLOSE, now());
        thread.push(Action { old_status: ticket.brief.status, new_status: CLOSED, ..action });
        ticket.brief.status = CLOSED;
        ticket.brief.closed = true;
        ticket.brief.closed_at = Some(now());
        ticket.brief.updated = now();
    });
}

/// Somebody asks something new: ticket `id`, which is not there yet, like another in all but its text.
pub(crate) fn open(desk: &Desk, id: i64, like: i64) {
    let mut ticket = desk.ticket(like).unwrap();
    let mut dice = Dice::new(desk.seed, "opened", id);
    ticket.body = Body::new(&mut dice, &format!("T{id}z"), Shape::Plain);
    ticket.attachments.clear();
    ticket.told_attachments = 0;
    ticket.summary = format!("Opened as {id}");
    ticket.brief.id = id;
    ticket.brief.status = NEW;
    ticket.brief.closed = false;
    (ticket.brief.opened, ticket.brief.closed_at, ticket.brief.updated) = (now(), None, now());
    ticket.last_action = Some(now());
    let author = Author::User(ticket.brief.user);
    let opening = told(desk, &ticket, 1, Part::Opening, author, OPENED, now());
    desk.write(ticket, vec![opening]);
}

/// A ticket is put into the bin: the lists for open and closed ones do not have it any more.
pub(crate) fn delete(desk: &Desk, id: i64) {
    desk.change(id, |ticket, _| {
        ticket.brief.deleted = true;
        ticket.brief.updated = now();
    });
}

/// A closed ticket is opened again.
pub(crate) fn reopen(desk: &Desk, id: i64) {
    desk.change(id, |ticket, _| {
        ticket.brief.status = IN_PROGRESS;
        ticket.brief.closed = false;
        ticket.brief.updated = now();
    });
}

/// What happens between two pages with `change_after_page`: a ticket that was listed is written to, one that was listed
/// as open is closed, a closed one that was not listed yet is opened again, and one that was listed is purged, so that
/// every row behind it moves up by one.
pub(crate) fn while_listing(desk: &Desk) {
    write_again(desk, story::EVERY_ACTION);
    close(desk, story::CLOSED_WHILE_LISTING);
    reopen(desk, story::RATED);
    desk.purge(story::PURGED_WHILE_LISTING);
}
