//! Stories of what tickets have to do with others: mass problems, problems, changes, configuration items, approvals.

use super::super::super::super::standin::dice::Dice;
use super::super::approval::{Negotiation, Vote};
use super::super::bulk;
use super::super::catalog::{CHANGE_TYPES, PRIORITIES, RISKS};
use super::super::file::{Content, File, Place};
use super::super::itil::{CI_TYPES, Change, Ci, Problem};
use super::super::people::{ACCOUNTING, IVANOV, KUZNETSOV, ORLOVA, ROMASHKA, SIDOROVA};
use super::super::set_up::TASK;
use super::super::tenant::{Kind, State};
use super::super::text::{Shape, Text};
use super::super::ticket::{Comment, Source, Ticket};
use super::super::{Facts, day, minutes, table};
use super::{
    AFTER_CHANGE, APPROVED, ASKED, ASKED_TWICE, BEFORE_CHANGE, MASS_MASTER, MASS_SLAVES, OF_PROBLEM, OF_TWO_PROBLEMS,
    REFUSED, WITH_CIS, begin, begin_as, with_talk,
};

pub(super) fn tell(facts: &mut Facts, tickets: i64) {
    let ticket = Ticket { mass: true, ..begin(facts, MASS_MASTER) };
    with_talk(facts, ticket);
    for id in MASS_SLAVES {
        let ticket = Ticket { master: Some(MASS_MASTER), ..begin(facts, id) };
        with_talk(facts, ticket);
    }
    for id in [OF_PROBLEM, OF_TWO_PROBLEMS, BEFORE_CHANGE, AFTER_CHANGE, WITH_CIS] {
        let ticket = begin_as(facts, id, Kind::Incident);
        with_talk(facts, ticket);
    }
    facts.problems = table(problems(tickets), |problem| problem.id);
    facts.changes = table(changes(tickets), |change| change.id);
    facts.cis = table(cis(tickets), |ci| ci.id);
    facts.negotiations = table(negotiations(facts), |asked| asked.id);
    talk_of_others(facts);
}

/// Of what is no ticket: comments, a note with a file and a picture, and a file that is attached.
fn talk_of_others(facts: &mut Facts) {
    for source in [("problem", 70_101), ("problem", 70_103), ("changeRequest", 70_011), ("task", TASK)] {
        let file = |name: &str, content, source, place| File {
            id: 0,
            source,
            place,
            name: name.into(),
            content,
            created: day(2025, 4, 1),
            author: Some(KUZNETSOV),
        };
        facts.file(file("Разбор.txt", Content::Text, source, Place::Attached));
        for (private, author) in [(false, IVANOV), (true, KUZNETSOV)] {
            let (id, at) = (facts.next_comment(), minutes(day(2025, 4, 1), i64::from(private)));
            let text = Text::new(&mut Dice::new(facts.seed, "comment", id), &format!("C{id}z"), Shape::Plain);
            let author = Some(author);
            facts.comment(Comment { id, source, text, private, author, at, files: Vec::new() });
            if private {
                let named = facts.file(file("журнал: итог?.txt", Content::Text, ("comment", id), Place::Attached));
                let shown = facts.file(file("схема.png", Content::Picture, source, Place::InTextOnly));
                facts.edit_comment(id, |comment| {
                    comment.files.push(named);
                    comment.text = comment.text.clone().with_image(shown);
                });
            }
        }
    }
}

/// Every so many of the tickets without a story, from the first on.
fn some(tickets: i64, step: i64) -> impl Iterator<Item = i64> {
    (0..tickets).step_by(step as usize).map(|n| bulk::FIRST + n)
}

/// A problem that is known, one that is not, one without tickets, one that was archived; and one for every 30 tickets.
fn problems(tickets: i64) -> Vec<Problem> {
    let problem = |n: i64, subject: &str, state, of: &[i64]| Problem {
        id: 70_101 + n,
        number: 44 + n,
        subject: subject.into(),
        state,
        root_cause: None,
        known_error: false,
        workaround: None,
        responsible: Some(KUZNETSOV),
        priority: Some(PRIORITIES[1]),
        tickets: of.to_vec(),
        created: minutes(day(2025, 1, 10), n * 97),
        removed: None,
    };
    let mut all = vec![
        Problem {
            root_cause: Some("Дефект прошивки 2.14 & старый драйвер".into()),
            known_error: true,
            workaround: Some("Перезагрузить принтер".into()),
            ..problem(0, "Сбои печати", "closed", &[OF_PROBLEM, OF_TWO_PROBLEMS])
        },
        problem(1, "Медленная почта", "registered", &[OF_TWO_PROBLEMS]),
        // Numbers are unique within a class only: a ticket has this one, too.
        Problem {
            number: 1_183_001, responsible: None, priority: None, ..problem(2, "Без заявок", "inprogress", &[])
        },
        Problem { removed: Some(day(2025, 6, 1)), ..problem(3, "Архивная проблема", "closed", &[]) },
    ];
    all.extend(some(tickets, 30).enumerate().map(|(n, id)| {
        let n = n as i64;
        Problem {
            known_error: n % 2 == 0, ..problem(10 + n, "Повторяющийся сбой", "inprogress", &[id, id + 1])
        }
    }));
    all
}

/// Changes of all types and risks; one without either; one that is not planned yet; one for every 40 tickets.
fn changes(tickets: i64) -> Vec<Change> {
    let change = |n: i64, subject: &str, state, reasons: &[i64]| Change {
        id: if n < 20 { 70_011 + n } else { 200_000 + n },
        number: 512 + n,
        subject: subject.into(),
        state,
        change_type: Some(CHANGE_TYPES[(n % 3) as usize]),
        risk: Some(RISKS[(n % 3) as usize]),
        implementation: Some(minutes(day(2025, 9, 1), 1320 + n)),
        responsible: Some(SIDOROVA),
        reasons: reasons.to_vec(),
        results: Vec::new(),
        created: minutes(day(2025, 1, 10), n * 131),
        removed: None,
    };
    let mut all = vec![
        Change {
            results: vec![AFTER_CHANGE], ..change(0, "Обновить прошивку принтеров", "closed", &[BEFORE_CHANGE])
        },
        change(1, "Заменить коммутатор", "registered", &[BEFORE_CHANGE]),
        change(2, "Аварийная замена диска", "inprogress", &[]),
        Change {
            change_type: None, risk: None, implementation: None, ..change(3, "Без плана", "registered", &[])
        },
        Change { removed: Some(day(2025, 6, 1)), ..change(4, "Архивное изменение", "closed", &[]) },
    ];
    all.extend(
        some(tickets, 40).enumerate().map(|(n, id)| change(20 + n as i64, "Плановые работы", "onNeg", &[id + 2])),
    );
    all
}

/// Configuration items of every type, one within another, one without an owner; and one for every 10 tickets.
fn cis(tickets: i64) -> Vec<Ci> {
    let ci = |n: i64, fqn, title: &str, of: &[i64]| Ci {
        id: 80_101 + n,
        fqn,
        number: 310 + n,
        title: title.into(),
        state: "inUse",
        owner: Some(ROMASHKA),
        parent: None,
        ip: Some(format!("10.0.{}.{}", n / 250, 1 + n % 250)),
        comment: None,
        tickets: of.to_vec(),
        removed: None,
    };
    let mut all: Vec<Ci> = CI_TYPES
        .into_iter()
        .enumerate()
        .map(|(n, (fqn, title))| ci(n as i64, fqn, title, if n < 3 { &[WITH_CIS] } else { &[] }))
        .collect();
    all.extend([
        Ci { parent: Some(80_101), owner: Some(ACCOUNTING), ..ci(6, "cmdb$components", "Картридж 59X", &[]) },
        Ci {
            owner: None, ip: None, comment: Some("Без владельца".into()), ..ci(7, "cmdb$ci", "HP LaserJet 401", &[])
        },
        Ci {
            state: "retired", removed: Some(day(2025, 6, 1)), ..ci(8, "cmdb$ci", "Списанный ноутбук", &[])
        },
    ]);
    all.extend(
        some(tickets, 10).enumerate().map(|(n, id)| ci(20 + n as i64, "cmdb$ci", &format!("Ноутбук {n}"), &[id])),
    );
    all
}

/// An approval of a source; votes are numbered after it.
fn asked(
    n: i64,
    source: Source,
    state: &'static str,
    votes: &[(&'static str, i64, Option<&'static str>)],
) -> Negotiation {
    let id = 90_000_100 + n * 10;
    let created = minutes(day(2025, 3, 2), n * 613);
    let vote = |(place, (state, voter, comment)): (usize, &(&'static str, i64, Option<&'static str>))| Vote {
        id: id + 1 + place as i64,
        state,
        voter: *voter,
        comment: *comment,
        at: (*state != "pending").then(|| minutes(created, 5 + place as i64)),
    };
    Negotiation {
        id,
        fqn: if source.0 == "serviceCall" { "negotiation$approvalReq" } else { "negotiation$negotiation" },
        source,
        state,
        created,
        deadline: Some(minutes(created, 1440)),
        votes: votes.iter().enumerate().map(vote).collect(),
    }
}

fn negotiations(facts: &mut Facts) -> Vec<Negotiation> {
    for (id, state) in [
        (APPROVED, State::InProgress),
        (REFUSED, State::Closed),
        (ASKED, State::OnApproval),
        (ASKED_TWICE, State::InProgress),
    ] {
        let mut ticket = begin_as(facts, id, Kind::Request);
        if state == State::Closed {
            bulk::solve(facts.seed, &mut ticket, state, 2);
        } else {
            ticket.state = state;
        }
        with_talk(facts, ticket);
    }
    let of = |id| ("serviceCall", id);
    vec![
        asked(0, of(APPROVED), "approved", &[("approved", IVANOV, None), ("approved", KUZNETSOV, Some("Согласен"))]),
        asked(1, of(REFUSED), "rejected", &[("approved", ORLOVA, None), ("rejected", KUZNETSOV, Some("Нет бюджета"))]),
        asked(2, of(ASKED), "registered", &[("pending", IVANOV, None), ("pending", KUZNETSOV, None)]),
        asked(3, of(ASKED_TWICE), "rejected", &[("rejected", IVANOV, Some("Уточните срок"))]),
        asked(4, of(ASKED_TWICE), "approved", &[("approved", IVANOV, None)]),
        asked(5, ("changeRequest", 70_011), "approved", &[("approved", KUZNETSOV, None)]),
    ]
}
