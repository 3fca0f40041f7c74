//! Tickets without a story, made when they are asked for: all there is to one follows from the seed and its id.

use super::super::dice::Dice;
use super::approval::rating;
use super::attachment::{Attachment, Kind as FileKind};
use super::body::{Body, SHAPES};
use super::field::{Scope, held};
use super::lookup::{AWAITING_CUSTOMER, CATEGORIES, CLOSED, IN_PROGRESS, NEW, SLAS, TAGS};
use super::moment::{day, later, left};
use super::people::{FIRST_BULK_CLIENT, main_site};
use super::staff::{ANN, UNASSIGNED};
use super::thread::{actions_of, at};
use super::ticket::{Brief, Kind, Ticket};
use super::{Desk, Size};

/// The first ticket without a story.
pub(crate) const FIRST: i64 = 10_001;
/// Milliseconds in which all of them were opened: two and a half years.
const OPENED_WITHIN_MS: i64 = 78_000_000_000;
/// Agents without a story.
pub(crate) const AGENTS: [i64; 5] = [ANN, 6, 8, 9, 13];
const TEAMS: [i64; 4] = [13, 14, 15, 16];

/// What lists need to know of a ticket.
pub(crate) fn brief(seed: u64, size: Size, id: i64) -> Brief {
    let mut dice = Dice::new(seed, "ticket", id);
    let client = FIRST_BULK_CLIENT + dice.below(size.clients);
    let opened = later(day(2024, 1, 1), OPENED_WITHIN_MS / size.tickets * (id - FIRST) + dice.below(60_000));
    let closed = dice.in_thousand(700);
    let status = if closed { CLOSED } else { *dice.pick(&[NEW, IN_PROGRESS, AWAITING_CUSTOMER]) };
    let worked = later(opened, (dice.below(6) + 1) * HOUR_MS);
    let updated = later(worked, dice.below(HOUR_MS));
    Brief {
        id,
        kind: Kind::Request,
        type_id: *dice.pick(&[1, 1, 2, 3]),
        status,
        closed,
        deleted: dice.in_thousand(10),
        client,
        site: main_site(client),
        user: client * 100 + 1 + dice.below(3),
        agent: if dice.in_thousand(100) { UNASSIGNED } else { *dice.pick(&AGENTS) },
        team: Some(*dice.pick(&TEAMS)),
        parent: 0,
        opened,
        closed_at: closed.then_some(worked),
        updated: updated.min(later(left(), -1)),
    }
}

const HOUR_MS: i64 = 3_600_000;

/// A ticket, whole.
pub(crate) fn ticket(desk: &Desk, brief: Brief) -> Ticket {
    let id = brief.id;
    let mut dice = Dice::new(desk.seed, "ticket body", id);
    let shape = *dice.pick(&SHAPES);
    let body = Body::new(&mut dice, &format!("T{id}z"), shape);
    let sla = dice.pick(&SLAS[..2]);
    let (category, _, path) = dice.pick(&CATEGORIES[..6]);
    let tags = if dice.in_thousand(200) { vec![dice.pick(&TAGS).0] } else { Vec::new() };
    let user = desk.user(brief.user);
    let mut attachments = Vec::new();
    if dice.in_thousand(120) {
        let kind = *dice.pick(&[FileKind::Text, FileKind::Picture]);
        let name = if kind == FileKind::Text { format!("log {id}.txt") } else { format!("screen{id}.png") };
        attachments.push(Attachment::of_ticket(id * 10, &name, kind, id, 1, brief.opened));
    }
    Ticket {
        summary: format!(
            "Ticket {id}: {}",
            dice.pick(&["Cannot log in", "Rechnung falsch", "Printer & scanner", "Question"])
        ),
        body,
        client_name: desk.client_name(brief.client),
        site_name: "Main".into(),
        user_name: user.as_ref().map_or_else(String::new, |user| user.name.clone()),
        user_email: user.as_ref().map_or_else(String::new, |user| user.email.clone()),
        reported_by: user.map_or_else(String::new, |user| user.email.clone()),
        team_name: brief.team.and_then(|team| desk.team(team)).map_or_else(String::new, |team| team.name.clone()),
        sla: sla.id,
        priority: dice.pick(&sla.priorities[..3]).0,
        categories: [Some(((*path).into(), Some(*category))), None, None, None],
        tags,
        last_action: (actions_of(desk.seed, id) > 0).then(|| at(&brief, desk.seed, actions_of(desk.seed, id))),
        merged_into: 0,
        related: Vec::new(),
        fields: held(desk.seed, Scope::Ticket, id, false),
        told_attachments: attachments.len() as i64,
        attachments,
        contract: 0,
        assets: Vec::new(),
        workflow: 0,
        workflow_step: 0,
        approval_process: 0,
        source: dice.below(3),
        cc: String::new(),
        closure_note: if brief.closed { "Solved".into() } else { String::new() },
        score: rating(desk.seed, &brief).map(|rating| rating.score),
        deal: None,
        brief,
    }
}
