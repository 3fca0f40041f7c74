//! Actions, with and without their HTML.

use serde_json::{Value, json};

use super::super::desk::Desk;
use super::super::desk::lookup::{STATUSES, outcome_of};
use super::super::desk::ticket::{Action, Author, Email, Ticket};
use super::{Dialect, Row, attachments};

/// What a reply has beside the bare row.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Include {
    pub(crate) html_note: bool,
    pub(crate) html_email: bool,
    pub(crate) attachments: bool,
}

/// An action.
pub(crate) fn row(dialect: &Dialect, desk: &Desk, ticket: &Ticket, action: &Action, include: Include) -> Value {
    let outcome = outcome_of(action.outcome);
    // Numbers repeat from ticket to ticket; chance must not.
    let row =
        dialect.row("action", action.ticket * 10_000 + action.id).id("ticket_id", action.ticket).id("id", action.id);
    let row =
        row.guid().set("outcome", outcome.name).id("outcome_id", outcome.id).set("action_systemid", outcome.system);
    let row = author(row, desk, action).date("datetime", action.at).date("actiondatecreated", action.stored);
    let row = row.date("last_updated", action.updated).text("note", &action.body.plain);
    let row = if include.html_note { row.html("note_html", &action.body.html) } else { row };
    let row = email(row, action.email.as_ref(), include.html_email);
    let row = row.set("hiddenfromuser", action.hidden).set("important", false);
    let row = row.set("attachment_count", action.attachments.len());
    let row = if include.attachments {
        let own = ticket.attachments.iter().filter(|file| action.attachments.contains(&file.id));
        row.set("attachments", own.map(|file| attachments::listed(dialect, file)).collect::<Vec<_>>())
    } else {
        row
    };
    let status = STATUSES.iter().find(|status| status.id == action.new_status).map_or("", |status| status.name);
    row.id("old_status", action.old_status)
        .id("new_status", action.new_status)
        .text("new_status_name", status)
        .set("timetaken", action.time_taken)
        .set("timetakendays", 0.0)
        .id("replied_to_ticket_id", 0)
        .id("created_from_ticket_id", 0)
        .id("merged_from_ticketid", action.merged_from)
        .maybe_date("actionarrivaldate", None)
        .set("colour", "#a9dcef")
        .set("customfields", json!([]))
        .set("translations", json!([]))
        .done()
}

/// Who did it, told by five members.
fn author<'a>(row: Row<'a>, desk: &Desk, action: &Action) -> Row<'a> {
    let (agent, user, program, kind) = match &action.author {
        Author::Agent(id) => (*id, 0, "", 1),
        Author::User(id) => (0, *id, "", 0),
        Author::Outsider(..) => (0, 0, "", 0),
        Author::Program(name) => (0, 0, name.as_str(), 1),
        Author::System => (0, 0, "", 1),
    };
    let row = row.text("who", &action.who).set("who_type", kind).id("who_agentid", agent);
    let row = row.id("actionby_agent_id", agent).id("actionby_user_id", user).text("actionby_application_id", program);
    if action.on_behalf_of == 0 {
        return row;
    }
    let name = desk.user(action.on_behalf_of).map(|user| user.name).unwrap_or_default();
    row.id("on_behalf_of", action.on_behalf_of).text("on_behalf_of_name", &name)
}

fn email<'a>(row: Row<'a>, email: Option<&Email>, html: bool) -> Row<'a> {
    let Some(email) = email else {
        return row.text("emailfrom", "").text("emailto", "").text("emaildirection", "");
    };
    let row = row.text("emailfrom", &email.from).text("emailto", &email.to).text("emailcc", &email.cc);
    let row =
        row.set("emailsubject", email.subject.as_str()).set("emaildirection", if email.inbound { "I" } else { "O" });
    let row = row.set("email_status", 2);
    if html { row.html("emailbody_html", &email.html) } else { row }
}
