//! What happened in a ticket: threads without a story, and what stories are told with.

use super::super::dice::Dice;
use super::Desk;
use super::body::{Body, SHAPES, Shape};
use super::bulk::AGENTS;
use super::lookup::{
    AWAITING_CUSTOMER, CLOSE, CLOSED, EMAIL_RECEIVED, EMAIL_USER, IN_PROGRESS, INTERNAL_NOTE, NEW, OPENED,
    PORTAL_REPLY, SLA_HOLD, STATUS_CHANGED,
};
use super::moment::{Moment, later};
use super::ticket::{Action, Author, Brief, Email, Part, Ticket};

/// How many actions the ticket has; the last of a closed one closes it.
pub(crate) fn actions_of(seed: u64, id: i64) -> i64 {
    Dice::new(seed, "actions", id).below(8)
}

/// When action number `number` happened: evenly from the opening to the last change.
pub(crate) fn at(brief: &Brief, seed: u64, number: i64) -> Moment {
    let span = (brief.updated - brief.opened).num_milliseconds();
    let count = actions_of(seed, brief.id).max(1);
    later(brief.opened, span * (number - 1) / count)
}

/// The thread of a ticket, by number.
pub(crate) fn thread(desk: &Desk, ticket: &Ticket) -> Vec<Action> {
    let count = actions_of(desk.seed, ticket.brief.id);
    let mut status = NEW;
    (1..=count)
        .map(|number| {
            let action = action(desk, ticket, number, count, status);
            status = action.new_status;
            action
        })
        .collect()
}

fn action(desk: &Desk, ticket: &Ticket, number: i64, count: i64, old_status: i64) -> Action {
    let brief = &ticket.brief;
    let mut dice = Dice::new(desk.seed, "action", brief.id * 10 + number);
    let agent = Author::Agent(*dice.pick(&AGENTS));
    let user = Author::User(brief.user);
    let (part, author, outcome) = match (number, dice.below(10)) {
        (1, _) => (Part::Opening, user, OPENED),
        (n, _) if n == count && brief.closed => (Part::Event, agent, CLOSE),
        (_, 0..=2) => (Part::Reply, user, if ticket.source == 1 { PORTAL_REPLY } else { EMAIL_RECEIVED }),
        (_, 3..=5) => (Part::Reply, agent, EMAIL_USER),
        (_, 6..=7) => (Part::Note, agent, INTERNAL_NOTE),
        (_, 8) => (Part::Event, agent, STATUS_CHANGED),
        _ => (Part::Event, Author::System, SLA_HOLD),
    };
    let body = match part {
        Part::Opening => ticket.body.clone(),
        Part::Event => Body::none(),
        Part::Reply | Part::Note => Body::new(&mut dice.clone(), &marker(brief.id, number), *dice.pick(&SHAPES)),
    };
    let new_status = match outcome {
        CLOSE => CLOSED,
        EMAIL_USER => AWAITING_CUSTOMER,
        STATUS_CHANGED | EMAIL_RECEIVED => IN_PROGRESS,
        _ => old_status,
    };
    let happened = at(brief, desk.seed, number);
    let files = ticket.attachments.iter().filter(|file| file.action == number).map(|file| file.id);
    Action {
        ticket: brief.id,
        id: number,
        part,
        who: desk.name(&author),
        email: email(ticket, &author, outcome, &body),
        author,
        on_behalf_of: 0,
        outcome,
        hidden: part == Part::Note || outcome == SLA_HOLD,
        body,
        at: happened,
        stored: later(happened, dice.below(900)),
        updated: later(happened, 900),
        old_status,
        new_status,
        attachments: files.collect(),
        time_taken: if part == Part::Note { 0.25 } else { 0.0 },
        merged_from: 0,
    }
}

/// The e-mail behind an action, if it was one.
fn email(ticket: &Ticket, author: &Author, outcome: i64, body: &Body) -> Option<Email> {
    let inbound = match outcome {
        EMAIL_RECEIVED => true,
        EMAIL_USER => false,
        _ => return None,
    };
    let desk = "support@desk.example".to_owned();
    let customer = match author {
        Author::Outsider(_, address) => address.clone(),
        _ => ticket.user_email.clone(),
    };
    let (from, to) = if inbound { (customer, desk) } else { (desk, customer) };
    Some(Email {
        from,
        to,
        cc: ticket.cc.clone(),
        subject: format!("RE: {} [ID:{:07}]", ticket.summary, ticket.brief.id),
        inbound,
        html: format!("{}<blockquote>{}</blockquote>", body.html, ticket.body.html),
    })
}

/// The word that is only in the text of this action.
pub(crate) fn marker(ticket: i64, action: i64) -> String {
    format!("T{ticket}A{action}z")
}

/// An action that a story tells; the rest of it follows from the ticket.
pub(crate) fn told(
    desk: &Desk,
    ticket: &Ticket,
    id: i64,
    part: Part,
    author: Author,
    outcome: i64,
    at: Moment,
) -> Action {
    let mut dice = Dice::new(desk.seed, "told", ticket.brief.id * 1000 + id);
    let body = match part {
        Part::Opening => ticket.body.clone(),
        Part::Event => Body::none(),
        Part::Reply | Part::Note => Body::new(&mut dice, &marker(ticket.brief.id, id), Shape::Plain),
    };
    Action {
        ticket: ticket.brief.id,
        id,
        part,
        who: desk.name(&author),
        email: email(ticket, &author, outcome, &body),
        author,
        on_behalf_of: 0,
        outcome,
        hidden: part == Part::Note,
        body,
        at,
        stored: later(at, 400),
        updated: later(at, 400),
        old_status: NEW,
        new_status: NEW,
        attachments: Vec::new(),
        time_taken: 0.0,
        merged_from: 0,
    }
}
