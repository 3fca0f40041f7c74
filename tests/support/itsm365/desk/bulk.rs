//! Tickets without a story: everything about them follows from the seed.

use super::super::super::standin::dice::Dice;
use super::agreement::{AGREEMENTS, SERVICES, hours};
use super::catalog::{CHANNELS, CLOSINGS, IMPACTS, MARKS, PRIORITIES, SUBCATEGORIES, URGENCIES};
use super::file::{Content, File, Place};
use super::people::{IVANOV, KUZNETSOV, PETROV, SIDOROVA};
use super::tenant::{KINDS, Kind, STATES, State, Timer};
use super::text::{SHAPES, Shape, Text};
use super::ticket::{Client, Comment, Custom, Ticket};
use super::{Facts, Moment, TEAM_FIRST_LINE, day, later, minutes};

/// The first ticket without a story.
pub(crate) const FIRST: i64 = 59_001_001;

const HOUR_MS: i64 = 3_600_000;
const SUBJECTS: [&str; 7] = [
    "Не печатает принтер",
    "Доступ к папке",
    "Ошибка в 1С",
    "Не приходит почта",
    "Новый сотрудник",
    "Медленный интернет",
    "Вопрос по договору",
];

/// A deadline that is not over, whenever one looks.
pub(crate) fn far_away() -> Moment {
    minutes(day(2036, 1, 1), 540)
}

/// A ticket of Ivanov's, in work with Petrov: stories change what they are about.
pub(crate) fn base(seed: u64, id: i64, kind: Kind) -> Ticket {
    let number = id - 59_000_000 + 1_183_000;
    let created = minutes(day(2025, 3, 1), (id % 16_000) * 37);
    let mut dice = Dice::new(seed, "ticket", id);
    Ticket {
        id,
        kind,
        number,
        subject: (*dice.pick(&SUBJECTS)).into(),
        text: Text::new(&mut dice, &format!("T{id}z"), Shape::Plain),
        plain_only: false,
        state: State::InProgress,
        state_since: minutes(created, 30),
        created,
        modified: minutes(created, 300),
        started: Some(minutes(created, 30)),
        solved: None,
        reaction_due: Some(minutes(created, 60)),
        due: Some(far_away()),
        timer: Some((Timer::Active, 14_400_000)),
        client: Client::Employee(IVANOV),
        author: Some(IVANOV),
        responsible: Some(PETROV),
        team: Some(TEAM_FIRST_LINE),
        solved_by: None,
        service: Some(SERVICES[0]),
        agreement: Some(AGREEMENTS[0]),
        categories: vec![SUBCATEGORIES[0]],
        priority: Some(PRIORITIES[2]),
        urgency: Some(URGENCIES[1]),
        impact: Some(IMPACTS[2]),
        channel: Some(CHANNELS[0]),
        mark: None,
        closing: None,
        resolution: None,
        resumed: false,
        mass: false,
        master: None,
        custom: Custom::default(),
        removed: None,
    }
}

/// Solves a ticket after so many hours, with a text of how.
pub(crate) fn solve(seed: u64, ticket: &mut Ticket, state: State, hours: i64) {
    let mut dice = Dice::new(seed, "resolution", ticket.id);
    let solved = later(ticket.created, hours * HOUR_MS);
    ticket.state = state;
    ticket.state_since = solved;
    ticket.solved = Some(solved);
    ticket.solved_by = ticket.responsible.or(Some(PETROV));
    ticket.resolution = Some(Text::new(&mut dice, &format!("R{}z", ticket.id), Shape::Plain));
    ticket.timer = ticket.due.map(|due| (Timer::Stopped, (due - solved).num_milliseconds().max(0)));
    ticket.closing = Some(*dice.pick(&CLOSINGS));
    ticket.modified = ticket.modified.max(solved);
}

/// Makes so many tickets.
pub(crate) fn fill(facts: &mut Facts, count: i64) {
    let clients: Vec<i64> =
        facts.employees.values().filter(|employee| !employee.is_role()).map(|employee| employee.id).collect();
    for id in FIRST..FIRST + count {
        let ticket = ticket(facts.seed, &clients, id);
        talk(facts, &ticket);
        facts.put(ticket);
    }
}

fn ticket(seed: u64, clients: &[i64], id: i64) -> Ticket {
    let mut dice = Dice::new(seed, "bulk", id);
    let mut ticket = base(seed, id, *dice.pick(&KINDS));
    // Some times have a fraction.
    if dice.in_thousand(250) {
        ticket.created = later(ticket.created, 1 + dice.below(999));
    }
    let created = ticket.created;
    let shape = *dice.pick(&SHAPES);
    ticket.text = Text::new(&mut dice, &format!("T{id}z"), shape);
    ticket.plain_only = dice.in_thousand(100);
    ticket.client = if dice.in_thousand(40) {
        Client::Text(format!("Посторонний {id}"), format!("Stranger{}@mail.example", id % 7), String::new())
    } else {
        Client::Employee(*dice.pick(clients))
    };
    ticket.author = if let Client::Employee(client) = ticket.client { Some(client) } else { None };
    ticket.responsible = dice.in_thousand(800).then(|| *dice.pick(&[PETROV, SIDOROVA, KUZNETSOV]));
    ticket.team = dice.in_thousand(900).then(|| *dice.pick(&[TEAM_FIRST_LINE, 502, 503]));
    let rank = dice.below(4) as usize;
    ticket.priority = dice.in_thousand(950).then(|| PRIORITIES[rank]);
    ticket.urgency = dice.in_thousand(700).then(|| *dice.pick(&URGENCIES));
    ticket.impact = dice.in_thousand(700).then(|| *dice.pick(&IMPACTS));
    ticket.categories = if dice.in_thousand(850) { vec![*dice.pick(&SUBCATEGORIES)] } else { Vec::new() };
    ticket.channel = Some(*dice.pick(&CHANNELS));
    ticket.service = dice.in_thousand(800).then(|| *dice.pick(&SERVICES));
    promise(&mut dice, &mut ticket, rank);
    ticket.started = ticket.responsible.map(|_| minutes(created, 10 + dice.below(90)));
    let state = *dice.pick(&STATES);
    if state.is_done() {
        solve(seed, &mut ticket, state, 1 + dice.below(60));
        ticket.mark = dice.in_thousand(400).then(|| *dice.pick(&MARKS));
    } else {
        pending(&mut dice, &mut ticket, state, rank);
    }
    ticket.removed = dice.in_thousand(30).then(|| minutes(ticket.modified, 100));
    if dice.in_thousand(200) {
        ticket.custom.contract = Some(format!("Д-{}", id % 1000));
        ticket.custom.visit = Some(dice.in_thousand(500));
        ticket.custom.cost = Some(dice.below(100_000) as f64 / 100.0);
    }
    ticket
}

/// What an agreement promises; some tickets have none.
fn promise(dice: &mut Dice, ticket: &mut Ticket, rank: usize) {
    let agreement = *dice.pick(&AGREEMENTS[..2]);
    ticket.agreement = dice.in_thousand(900).then_some(agreement);
    ticket.due = ticket.agreement.map(|agreement| later(ticket.created, hours(agreement, rank) * HOUR_MS));
    ticket.reaction_due = ticket.agreement.map(|_| minutes(ticket.created, 60));
    ticket.timer = None;
}

/// A ticket that is not solved: its timer and its deadline agree, whenever one looks.
fn pending(dice: &mut Dice, ticket: &mut Ticket, state: State, rank: usize) {
    ticket.state = state;
    ticket.resumed = state == State::Resumed;
    let Some(agreement) = ticket.agreement else { return };
    let status = match state {
        State::Registered => Timer::NotStarted,
        State::Waiting | State::Deferred | State::OnApproval => Timer::Paused,
        _ if dice.in_thousand(400) => Timer::Exceeded,
        _ => Timer::Active,
    };
    if status == Timer::Exceeded {
        ticket.timer = Some((status, 0));
    } else {
        ticket.due = Some(far_away());
        ticket.timer = Some((status, hours(agreement, rank) * HOUR_MS));
    }
}

/// What is said about a ticket: answers, notes, words of the system, files.
fn talk(facts: &mut Facts, ticket: &Ticket) {
    let mut dice = Dice::new(facts.seed, "talk", ticket.id);
    let client = if let Client::Employee(client) = ticket.client { Some(client) } else { None };
    if dice.in_thousand(150) {
        attach(facts, ticket, "Счёт-фактура №5.txt", Content::Text, ticket.created);
    }
    for turn in 0..dice.below(5) {
        let agent = ticket.responsible.or(Some(PETROV));
        let (author, private) = match dice.below(6) {
            0 | 1 => (agent, false),
            2 => (agent, true),
            3 | 4 => (client, false),
            _ => (None, false),
        };
        let at = later(minutes(ticket.created, 60 + turn * 47), dice.below(2) * 123);
        let shape = *dice.pick(&SHAPES);
        say(facts, ticket, author, private, at, shape);
    }
}

/// Adds a comment; its number.
pub(crate) fn say(
    facts: &mut Facts,
    ticket: &Ticket,
    author: Option<i64>,
    private: bool,
    at: Moment,
    shape: Shape,
) -> i64 {
    let id = facts.next_comment();
    let text = Text::new(&mut Dice::new(facts.seed, "comment", id), &format!("C{id}z"), shape);
    facts.comment(Comment { id, source: ticket.source(), text, private, author, at, files: Vec::new() })
}

/// Attaches a file to a ticket; its number.
pub(crate) fn attach(facts: &mut Facts, ticket: &Ticket, name: &str, content: Content, created: Moment) -> i64 {
    let author = ticket.author;
    let source = ticket.source();
    facts.file(File { id: 0, source, place: Place::Attached, name: name.into(), content, created, author })
}
