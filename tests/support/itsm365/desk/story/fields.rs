//! Stories of attributes: all filled, texts of all shapes, what is empty.

use super::super::super::super::standin::dice::Dice;
use super::super::bulk::{attach, solve};
use super::super::catalog::{CHANNELS, IMPACTS, MARKS, PRIORITIES, SUBCATEGORIES, URGENCIES};
use super::super::file::{Content, File, Place};
use super::super::people::{KUZNETSOV, LEFT_AGENT, SIDOROVA};
use super::super::tenant::{Kind, State};
use super::super::text::{SHAPES, Text};
use super::super::ticket::{Custom, Ticket};
use super::super::{Facts, day, later, minutes};
use super::{
    ARCHIVED, ARCHIVED_LATER, COMMENTED, EDITED, EDITED_WHILE_LISTING, EVERY_FIELD, LONG_SUBJECT, NO_SUBJECT, NO_TEXT,
    PLAIN_ONLY, PURGED, PURGED_WHILE_LISTING, SHAPED, UNASSIGNED, WITH_ARCHIVED_TEAM, WITH_LEFT_AGENT, WITH_TEAM_ONLY,
    begin, begin_as, with_talk,
};

pub(super) fn tell(facts: &mut Facts) {
    every_field(facts);
    let ticket = Ticket { plain_only: true, ..begin(facts, PLAIN_ONLY) };
    with_talk(facts, ticket);
    let ticket = Ticket { text: Text::default(), ..begin(facts, NO_TEXT) };
    with_talk(facts, ticket);
    let ticket = Ticket { subject: String::new(), ..begin(facts, NO_SUBJECT) };
    with_talk(facts, ticket);
    let subject = format!("  Тема\r\nиз строк <b>& знаков</b> {}", "очень ".repeat(60));
    let ticket = Ticket { subject, ..begin(facts, LONG_SUBJECT) };
    with_talk(facts, ticket);
    let ticket = Ticket { removed: Some(day(2025, 8, 1)), ..begin(facts, ARCHIVED) };
    with_talk(facts, ticket);
    for (place, shape) in SHAPES.into_iter().enumerate() {
        let id = SHAPED + place as i64;
        let text = Text::new(&mut Dice::new(facts.seed, "shaped", id), &format!("T{id}z"), shape);
        let ticket = Ticket { text, ..begin(facts, id) };
        with_talk(facts, ticket);
    }
    assigned(facts);
    for id in [EDITED_WHILE_LISTING, PURGED_WHILE_LISTING, EDITED, COMMENTED, PURGED, ARCHIVED_LATER] {
        let ticket = begin(facts, id);
        with_talk(facts, ticket);
    }
}

fn assigned(facts: &mut Facts) {
    let ticket = Ticket { responsible: None, team: None, started: None, ..begin(facts, UNASSIGNED) };
    with_talk(facts, ticket);
    let ticket = Ticket { responsible: Some(LEFT_AGENT), ..begin(facts, WITH_LEFT_AGENT) };
    with_talk(facts, ticket);
    let ticket = Ticket { responsible: None, ..begin(facts, WITH_TEAM_ONLY) };
    with_talk(facts, ticket);
    let ticket = Ticket { responsible: None, team: Some(504), ..begin(facts, WITH_ARCHIVED_TEAM) };
    with_talk(facts, ticket);
}

fn every_field(facts: &mut Facts) {
    let mut ticket = begin_as(facts, EVERY_FIELD, Kind::Incident);
    ticket.created = later(ticket.created, 123);
    let picture = attach(facts, &ticket, "Снимок экрана.png", Content::Picture, ticket.created);
    let in_attribute = facts.file(File {
        id: 0,
        source: ticket.source(),
        place: Place::Attribute,
        name: "Акт.txt".into(),
        content: Content::Text,
        created: ticket.created,
        author: ticket.author,
    });
    ticket.responsible = Some(SIDOROVA);
    ticket.team = Some(502);
    ticket.author = Some(KUZNETSOV);
    ticket.categories = vec![SUBCATEGORIES[2], SUBCATEGORIES[3]];
    ticket.priority = Some(PRIORITIES[0]);
    ticket.urgency = Some(URGENCIES[0]);
    ticket.impact = Some(IMPACTS[0]);
    ticket.channel = Some(CHANNELS[4]);
    ticket.resumed = true;
    ticket.due = Some(minutes(ticket.created, 240));
    solve(facts.seed, &mut ticket, State::Closed, 3);
    ticket.mark = Some(MARKS[0]);
    ticket.custom = Custom {
        contract: Some("Д-4711/08".into()),
        room: Some("каб. 401, этаж 4".into()),
        visit: Some(true),
        visit_on: Some(day(2025, 3, 14)),
        cost: Some(1234.5),
        // The second is attached, too: it is one file.
        files: vec![in_attribute, picture],
        link: Some(("Договор".into(), "https://docs.desk.example/4711?a=1&b=2".into())),
    };
    with_talk(facts, ticket);
}
