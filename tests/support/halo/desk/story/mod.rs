//! Tickets that each hold one thing a migration goes wrong on.

mod files;
mod ids;
mod people;
mod relations;
mod sales;
mod states;
mod texts;
mod threads;

pub(crate) use ids::*;

use super::super::dice::Dice;
use super::super::switches::Switches;
use super::Desk;
use super::body::{Body, Shape};
use super::lookup::{CLOSE, CLOSED, EMAIL_RECEIVED, EMAIL_USER, IN_PROGRESS, INTERNAL_NOTE, NEW, OPENED};
use super::moment::{Moment, day, later, minutes};
use super::people::{ACME, SAM, main_site};
use super::staff::ANN;
use super::thread::told;
use super::ticket::{Action, Author, Brief, Kind, Part, Ticket};

/// A ticket and its thread.
type Told = (Ticket, Vec<Action>);

/// Every story.
pub(crate) fn all(desk: &Desk, switches: &Switches) -> Vec<Told> {
    let mut all = Vec::new();
    all.extend(threads::all(desk, switches));
    all.extend(relations::all(desk));
    all.extend(people::all(desk));
    all.extend(states::all(desk));
    all.extend(texts::all(desk));
    all.extend(files::all(desk));
    all.extend(sales::all(desk));
    all
}

/// A ticket of Sam's at Acme, open, with Ann: stories change what they are about.
fn base(desk: &Desk, id: i64, summary: &str) -> Ticket {
    let opened = minutes(day(2026, 3, 1), (id - 1000) * 367);
    let mut dice = Dice::new(desk.seed, "story", id);
    let mut ticket = Ticket {
        brief: Brief {
            id,
            kind: Kind::Request,
            type_id: 1,
            status: IN_PROGRESS,
            closed: false,
            deleted: false,
            client: ACME,
            site: main_site(ACME),
            user: SAM,
            agent: ANN,
            team: Some(13),
            parent: 0,
            opened: later(opened, id % 1000),
            closed_at: None,
            updated: later(opened, 5 * HOUR_MS),
        },
        summary: summary.into(),
        body: Body::new(&mut dice, &format!("T{id}z"), Shape::Plain),
        client_name: String::new(),
        site_name: String::new(),
        user_name: String::new(),
        user_email: String::new(),
        reported_by: String::new(),
        team_name: "1st Line Support".into(),
        sla: 8,
        priority: 3,
        categories: [Some(("Software>Portal".into(), Some(55))), None, None, None],
        tags: Vec::new(),
        last_action: Some(later(opened, 4 * HOUR_MS)),
        merged_into: 0,
        related: Vec::new(),
        fields: Vec::new(),
        attachments: Vec::new(),
        told_attachments: 0,
        contract: 0,
        assets: Vec::new(),
        workflow: 0,
        workflow_step: 0,
        approval_process: 0,
        source: 0,
        cc: String::new(),
        closure_note: String::new(),
        score: None,
        deal: None,
    };
    asked_by(desk, &mut ticket, SAM);
    ticket
}

const HOUR_MS: i64 = 3_600_000;

/// Makes a contact the one who asks, with its client and site.
fn asked_by(desk: &Desk, ticket: &mut Ticket, user: i64) {
    let user = desk.user(user).unwrap();
    ticket.brief.user = user.id;
    at_site(desk, ticket, user.client, user.site);
    ticket.user_name = user.name.clone();
    ticket.user_email = user.email.clone();
    ticket.reported_by = if user.email.is_empty() { user.name.clone() } else { user.email.clone() };
}

/// Moves a ticket to a client's site.
fn at_site(desk: &Desk, ticket: &mut Ticket, client: i64, site: i64) {
    ticket.brief.client = client;
    ticket.brief.site = site;
    ticket.client_name = desk.client_name(client);
    ticket.site_name = desk.site(site).map_or_else(String::new, |site| site.name.clone());
}

/// Closes a ticket in a status.
fn closed(ticket: &mut Ticket, status: i64) {
    ticket.brief.status = status;
    ticket.brief.closed = true;
    ticket.brief.closed_at = Some(hour(ticket, 4));
    ticket.closure_note = "Solved\r\nfor good".into();
}

/// So many hours after a ticket was opened.
fn hour(ticket: &Ticket, hours: i64) -> Moment {
    later(ticket.brief.opened, hours * HOUR_MS)
}

/// A short talk about a ticket: the opening, a reply, an answer, a note; a closed one is closed by a fifth action.
fn talk(desk: &Desk, ticket: &Ticket) -> Vec<Action> {
    let agent = || Author::Agent(if ticket.brief.agent > 1 { ticket.brief.agent } else { ANN });
    let user = || Author::User(ticket.brief.user);
    let mut actions = vec![
        told(desk, ticket, 1, Part::Opening, user(), OPENED, ticket.brief.opened),
        told(desk, ticket, 2, Part::Reply, agent(), EMAIL_USER, hour(ticket, 1)),
        told(desk, ticket, 3, Part::Reply, user(), EMAIL_RECEIVED, hour(ticket, 2)),
        told(desk, ticket, 4, Part::Note, agent(), INTERNAL_NOTE, hour(ticket, 3)),
    ];
    // Somebody who is no contact any more is known by name only.
    for action in &mut actions {
        if action.author == user() && action.who.is_empty() {
            action.who.clone_from(&ticket.user_name);
        }
    }
    if ticket.brief.closed {
        let close = told(desk, ticket, 5, Part::Event, agent(), CLOSE, hour(ticket, 4));
        actions.push(Action { old_status: NEW, new_status: CLOSED, ..close });
    }
    actions
}

/// A ticket with a short talk.
fn with_talk(desk: &Desk, ticket: Ticket) -> Told {
    let thread = talk(desk, &ticket);
    (ticket, thread)
}
