//! Stories of what a ticket is filed under: status, priority, categories, fields, tags, approvals.

use super::super::Desk;
use super::super::field::{Scope, gone, held};
use super::super::lookup::{
    CLOSE, CLOSED, COMPLETED as COMPLETED_STATUS, DELETED_CATEGORY, EMAIL_RECEIVED, IN_PROGRESS, SEND_FOR_APPROVAL,
};
use super::super::people::SAM;
use super::super::thread::told;
use super::super::ticket::{Action, Author, Part, Ticket};
use super::{
    APPROVALS, CATEGORIES, COMPLETED, EVERY_FIELD, GOLD_PRIORITY, IN_WORKFLOW, LONG_SUBJECT, NO_SUBJECT,
    PURGED_WHILE_LISTING, RATED, REOPENED, TAGGED, Told, VANISHING, WITH_CONTRACT, base, closed, hour, talk, with_talk,
};

pub(super) fn all(desk: &Desk) -> Vec<Told> {
    let with = |id: i64, summary: &str, change: fn(&Desk, &mut Ticket)| {
        let mut ticket = base(desk, id, summary);
        change(desk, &mut ticket);
        with_talk(desk, ticket)
    };
    vec![
        with(EVERY_FIELD, "Every field", |desk, ticket| {
            ticket.fields = held(desk.seed, Scope::Ticket, EVERY_FIELD, true);
            ticket.fields.extend(gone());
        }),
        with(CATEGORIES, "Categories", |_, ticket| {
            ticket.categories = [
                Some((DELETED_CATEGORY.into(), None)),
                Some(("Cause>Supplier".into(), None)),
                Some(("Resolution>Replaced".into(), Some(71))),
                None,
            ];
        }),
        with(GOLD_PRIORITY, "Priority of the Gold SLA", |_, ticket| ticket.sla = 9),
        with(WITH_CONTRACT, "With a contract", |_, ticket| {
            ticket.contract = 301;
            ticket.assets = vec![700, 701];
        }),
        with(COMPLETED, "Completed", |_, ticket| closed(ticket, COMPLETED_STATUS)),
        with(RATED, "Rated", |_, ticket| {
            closed(ticket, CLOSED);
            ticket.score = Some(2);
        }),
        with(NO_SUBJECT, "", |_, _| {}),
        with(LONG_SUBJECT, "", |_, ticket| ticket.summary = format!("Long\r\nsubject {}", "é🚲 ".repeat(195))),
        with(TAGGED, "Tagged", |_, ticket| ticket.tags = vec![4, 10, 11, 12]),
        with(IN_WORKFLOW, "In a workflow", |_, ticket| {
            ticket.workflow = 6;
            ticket.workflow_step = 2;
        }),
        with(VANISHING, "Vanishing", |_, _| {}),
        with(PURGED_WHILE_LISTING, "Purged while listing", |_, _| {}),
        reopened(desk),
        approvals(desk),
    ]
}

fn reopened(desk: &Desk) -> Told {
    let mut ticket = base(desk, REOPENED, "Opened again");
    ticket.brief.closed_at = Some(hour(&ticket, 4));
    let ticket = ticket;
    let mut thread = talk(desk, &ticket);
    let close = told(desk, &ticket, 5, Part::Event, Author::Agent(6), CLOSE, hour(&ticket, 4));
    thread.push(Action { old_status: IN_PROGRESS, new_status: CLOSED, ..close });
    let again = told(desk, &ticket, 6, Part::Reply, Author::User(SAM), EMAIL_RECEIVED, hour(&ticket, 5));
    thread.push(Action { old_status: CLOSED, new_status: IN_PROGRESS, ..again });
    (ticket, thread)
}

fn approvals(desk: &Desk) -> Told {
    let mut ticket = base(desk, APPROVALS, "Approvals");
    ticket.approval_process = 2;
    let ticket = ticket;
    let mut thread = talk(desk, &ticket);
    thread.push(told(desk, &ticket, 5, Part::Event, Author::Agent(6), SEND_FOR_APPROVAL, hour(&ticket, 4)));
    (ticket, thread)
}
