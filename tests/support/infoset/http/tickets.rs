//! Tickets and their logs.

use std::sync::Arc;

use super::super::desk::ticket::Ticket;
use super::super::wire::{conversation, tickets};
use super::call::Call;
use super::lists::{moment, page};
use super::refusals::{invalid, not_found};
use super::reply::Reply;
use super::server::Server;

/// A list.
pub(crate) fn list(server: &Server, call: &Call) -> Reply {
    let mut found = server.desk.tickets();
    let filtered = by_code(server, call, &mut found).and_then(|()| by_time(server, call, &mut found));
    if let Err(refusal) = filtered.and_then(|()| order(server, call, &mut found)) {
        return refusal;
    }
    let reply = page(server, call, found, |ticket| tickets::listed(&server.dialect, &ticket));
    server.listed_tickets();
    reply
}

/// A ticket in full.
pub(crate) fn detail(server: &Server, id: i64) -> Reply {
    let found = server.desk.ticket(id);
    found.map_or_else(not_found, |ticket| {
        Reply::json(&tickets::detail(&server.dialect, &server.desk, &ticket, |file| server.new_link(file)))
    })
}

/// The log of a ticket; of one that is not there it is empty.
pub(crate) fn logs(server: &Server, call: &Call, id: Option<i64>) -> Reply {
    let Some(id) = id.or_else(|| call.number("ticketid")) else {
        return invalid(&server.switches(), "TicketId", "The TicketId field is required.");
    };
    let found = server.desk.ticket(id);
    let mut thread = found.map(|ticket| server.desk.thread(&ticket)).unwrap_or_default();
    if call.text("sortdir").is_some_and(|dir| dir.eq_ignore_ascii_case("desc")) {
        thread.reverse();
    }
    let link = |file| server.new_link(file);
    page(server, call, thread, |entry| conversation::log(&server.dialect, &server.desk, &entry, link))
}

/// An e-mail.
pub(crate) fn email(server: &Server, id: i64) -> Reply {
    let found = server.desk.email(id);
    found.map_or_else(not_found, |(email, entry)| {
        Reply::json(&conversation::email(&server.dialect, &email, &entry, |file| server.new_link(file)))
    })
}

/// `Status` is given more than once, `OwnerIds` once with commas.
fn by_code(server: &Server, call: &Call, found: &mut Vec<Arc<Ticket>>) -> Result<(), Reply> {
    let statuses: Result<Vec<i64>, _> = call.texts("status").into_iter().map(str::parse).collect();
    let Ok(statuses) = statuses else { return Err(invalid(&server.switches(), "Status", "The value is not valid.")) };
    if !statuses.is_empty() {
        found.retain(|ticket| statuses.contains(&ticket.status));
    }
    let owners = call.numbers("ownerids");
    if !owners.is_empty() {
        found.retain(|ticket| ticket.owners.iter().any(|owner| owners.contains(owner)));
    }
    if let Some(priority) = call.number("priority") {
        found.retain(|ticket| ticket.priority == Some(priority));
    }
    if let Some(words) = call.text("search") {
        found.retain(|ticket| ticket.subject.contains(words) || ticket.id.to_string() == words);
    }
    Ok(())
}

fn by_time(server: &Server, call: &Call, found: &mut Vec<Arc<Ticket>>) -> Result<(), Reply> {
    let names = server.parameters();
    if let Some(from) = moment(server, call, names.from_updated)? {
        let exclusive = server.switches().from_is_exclusive;
        found.retain(|ticket| ticket.updated > from || !exclusive && ticket.updated == from);
    }
    if let Some(from) = moment(server, call, "fromcreateddate")? {
        found.retain(|ticket| ticket.created >= from);
    }
    if let Some(to) = moment(server, call, "tocreateddate")? {
        found.retain(|ticket| ticket.created <= to);
    }
    Ok(())
}

/// By id, unless asked otherwise.
fn order(server: &Server, call: &Call, found: &mut [Arc<Ticket>]) -> Result<(), Reply> {
    match call.text("sortcol").map(str::to_ascii_lowercase).as_deref() {
        None | Some("id") => {}
        Some("priority") => found.sort_by_key(|ticket| ticket.priority),
        Some("updateddate" | "updatedat") => found.sort_by_key(|ticket| ticket.updated),
        Some("createddate" | "createdat") => found.sort_by_key(|ticket| ticket.created),
        Some(other) => {
            return Err(invalid(&server.switches(), "sortCol", &format!("There is no column '{other}'.")));
        }
    }
    if call.text("sortdir").is_some_and(|dir| dir.eq_ignore_ascii_case("desc")) {
        found.reverse();
    }
    Ok(())
}
