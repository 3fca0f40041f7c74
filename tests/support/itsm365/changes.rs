//! What happens in the desk while it is read, and between two readings.

use chrono::{DateTime, NaiveDateTime};

use super::desk::bulk::{attach, base, say, solve};
use super::desk::file::Content;
use super::desk::people::{IVANOV, PETROV};
use super::desk::tenant::{Kind, State};
use super::desk::text::Shape;
use super::desk::{Facts, Moment, story};

/// The time at which a change happens: the computer's, as a reader goes by its own clock.
#[allow(clippy::disallowed_methods, reason = "the stand-in is another computer: its clock is its own")]
pub(crate) fn now() -> Moment {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now: NaiveDateTime = DateTime::from_timestamp(now.as_secs().try_into().unwrap(), 0).unwrap().naive_utc();
    now
}

/// An agent solves a ticket.
pub(crate) fn close(facts: &mut Facts, id: i64) {
    let seed = facts.seed;
    facts.edit_ticket(id, |ticket| {
        let hours = (now() - ticket.created).num_hours();
        solve(seed, ticket, State::Resolved, hours);
        ticket.modified = now();
    });
}

/// A ticket gets another subject.
pub(crate) fn edit(facts: &mut Facts, id: i64) {
    facts.edit_ticket(id, |ticket| {
        ticket.subject.push_str(" (уточнено)");
        ticket.modified = now();
    });
}

/// The client writes once more, with a file: the ticket's own time of change stays. The number of the comment.
pub(crate) fn write_again(facts: &mut Facts, id: i64) -> i64 {
    let ticket = facts.ticket(id).clone();
    attach(facts, &ticket, "Дополнение.txt", Content::Text, now());
    say(facts, &ticket, Some(IVANOV), false, now(), Shape::Plain)
}

/// Somebody asks something new.
pub(crate) fn open(facts: &mut Facts, id: i64) {
    let mut ticket = base(facts.seed, id, Kind::Request);
    (ticket.created, ticket.modified, ticket.state_since) = (now(), now(), now());
    say(facts, &ticket, Some(PETROV), false, now(), Shape::Plain);
    facts.put(ticket);
}

/// A ticket is archived.
pub(crate) fn archive(facts: &mut Facts, id: i64) {
    facts.edit_ticket(id, |ticket| {
        ticket.removed = Some(now());
        ticket.modified = now();
    });
}

/// What happens between two runs: each of the tickets for it changes in its way, one is new, one is gone without a trace.
pub(crate) fn between_runs(facts: &mut Facts, new: i64) {
    edit(facts, story::EDITED);
    write_again(facts, story::COMMENTED);
    facts.purge(story::PURGED);
    archive(facts, story::ARCHIVED_LATER);
    open(facts, new);
}

/// What happens between two pages with `change_after_page`: a ticket is edited, and another is purged, so that every row behind
/// it moves up by one.
pub(crate) fn while_listing(facts: &mut Facts) {
    edit(facts, story::EDITED_WHILE_LISTING);
    facts.purge(story::PURGED_WHILE_LISTING);
}
