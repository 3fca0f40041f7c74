//! Opportunities and projects: rows of the ticket table that are no tickets.

use super::super::Desk;
use super::super::people::{ACME, MAX, main_site};
use super::super::ticket::{Deal, Kind};
use super::{OPPORTUNITIES, PROJECT, TASK, Told, asked_by, at_site, base, hour, with_talk};

const STAGES: [(i64, &str); 4] = [(1, "Lead"), (2, "Qualified"), (3, "Proposal"), (4, "Won")];

pub(super) fn all(desk: &Desk) -> Vec<Told> {
    let mut all: Vec<Told> = OPPORTUNITIES.iter().enumerate().map(|(at, id)| opportunity(desk, *id, at)).collect();
    let mut project = base(desk, PROJECT, "Move to the new portal");
    project.brief.kind = Kind::Project;
    project.brief.type_id = 28;
    let mut task = base(desk, TASK, "Export the old data");
    task.brief.kind = Kind::Task;
    task.brief.type_id = 29;
    task.brief.parent = PROJECT;
    for ticket in [&mut project, &mut task] {
        (ticket.sla, ticket.priority) = (10, 1);
        ticket.brief.opened = super::super::moment::day(2026, 4, 1);
        ticket.brief.updated = super::super::moment::day(2026, 4, 2);
        ticket.last_action = Some(hour(ticket, 3));
    }
    all.extend([project, task].map(|ticket| with_talk(desk, ticket)));
    all
}

fn opportunity(desk: &Desk, id: i64, at: usize) -> Told {
    let mut ticket = base(desk, id, &format!("Renewal {id}"));
    ticket.brief.kind = Kind::Opportunity;
    ticket.brief.type_id = 30;
    ticket.brief.agent = 11;
    ticket.brief.team = Some(19);
    ticket.team_name = "Sales".into();
    (ticket.sla, ticket.priority) = (0, 0);
    ticket.brief.opened = super::super::moment::day(2026, 2, 1);
    ticket.brief.updated = super::super::moment::day(2026, 2, 2);
    ticket.last_action = None;
    asked_by(desk, &mut ticket, MAX);
    at_site(desk, &mut ticket, ACME, main_site(ACME));
    let prospect = at == OPPORTUNITIES.len() - 1;
    if prospect {
        at_site(desk, &mut ticket, 1, 11);
        ticket.brief.user = 0;
        (ticket.user_name, ticket.user_email, ticket.reported_by) = (String::new(), String::new(), String::new());
    }
    let (company, contact, email) = if prospect {
        ("Prospect AG", "Petra Prospect", "petra@prospect.example")
    } else {
        ("Acme Ltd", "Max Boss", "max@acme.example")
    };
    ticket.deal = Some(Deal {
        company: company.into(),
        contact: contact.into(),
        email: email.into(),
        phone: "+41 44 668 18 00".into(),
        value: 12_000.0 + at as f64,
        probability: 20.0 * (at + 1) as f64,
        stage: STAGES[at],
    });
    (ticket, Vec::new())
}
