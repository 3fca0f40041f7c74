//! Tickets: the row of a list and the larger one of a detail.

use serde_json::{Value, json};

use super::super::desk::Desk;
use super::super::desk::ticket::Ticket;
use super::{Dialect, Row};

/// A row of a list.
pub(crate) fn listed(dialect: &Dialect, ticket: &Ticket) -> Value {
    shared(dialect, ticket).done()
}

/// A ticket in full; `link` makes links to its files.
pub(crate) fn detail(dialect: &Dialect, desk: &Desk, ticket: &Ticket, link: impl Fn(i64) -> String) -> Value {
    let row = shared(dialect, ticket).text("content", &dialect.html(&ticket.content.html));
    let row = row.set("companyId", ticket.company).set("teamId", ticket.team).date("closedDate", ticket.closed);
    let row = row.properties(&ticket.properties).files(&ticket.files, link);
    let contact = ticket.contact.and_then(|id| desk.contact(id));
    let summary = contact.map(|contact| {
        let company = desk.company_of(&contact).map(|company| company.name);
        json!({"id": contact.id, "fullName": contact.name, "company": company})
    });
    row.set("contact", summary).set("slaStats", json!({"breached": null})).done()
}

fn shared<'a>(dialect: &'a Dialect, ticket: &Ticket) -> Row<'a> {
    let row = dialect.row("ticket", ticket.id).set("id", ticket.id).text("subject", &ticket.subject);
    let row = row.set("status", ticket.status);
    let row = match ticket.priority {
        None if ticket.id % 2 == 0 => row,
        priority => row.set("priority", priority),
    };
    let row = row.set("contactId", ticket.contact).owners(&ticket.owners);
    let row = row.set("pipelineId", ticket.pipeline).set("stageId", ticket.stage).set("source", ticket.source);
    let row = row.set("tags", ticket.tags.as_slice());
    row.date("createdDate", ticket.created).date("updatedDate", ticket.updated)
}
