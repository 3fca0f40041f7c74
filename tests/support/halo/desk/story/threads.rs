//! Stories of threads: who wrote, for whom, in which order, and what is told twice.

use super::super::Desk;
use super::super::body::{Body, Shape};
use super::super::lookup::{
    CLOSE, CLOSED, EMAIL_RECEIVED, EMAIL_USER, HIDDEN_OUTCOME as CALL_LOGGED, IN_PROGRESS, INTERNAL_NOTE, NEW, OPENED,
    PORTAL_REPLY, REASSIGN, SLA_HOLD, STATUS_CHANGED,
};
use super::super::moment::later;
use super::super::people::{MAX, SAM};
use super::super::staff::ANN;
use super::super::thread::told;
use super::super::ticket::{Action, Author, Part};
use super::{
    COPIED, Dice, EMAIL_ONLY, EMPTY, EVERY_ACTION, HIDDEN_OUTCOME, LONG_THREAD, LONG_THREAD_ACTIONS, LONGER_EMAIL,
    NO_OPENING, NOTES_ONLY, OPENING_WITH_OTHER_BLANKS, OUT_OF_ORDER, PLAIN_TEXT, Switches, Told, base, closed, hour,
    talk, with_talk,
};

pub(super) fn all(desk: &Desk, switches: &Switches) -> Vec<Told> {
    let mut all = vec![every_action(desk), no_opening(desk), other_blanks(desk), hidden_outcome(desk)];
    all.extend([out_of_order(desk), empty(desk), notes_only(desk), longer_email(desk), email_only(desk), copied(desk)]);
    all.push(plain_text(desk));
    if switches.long_thread {
        all.push(long_thread(desk));
    }
    all
}

fn every_action(desk: &Desk) -> Told {
    let mut ticket = base(desk, EVERY_ACTION, "Every kind of action");
    closed(&mut ticket, CLOSED);
    let ticket = ticket;
    let tell = |id, part, author, outcome, hours| told(desk, &ticket, id, part, author, outcome, hour(&ticket, hours));
    let (sam, ann) = (|| Author::User(SAM), || Author::Agent(ANN));
    let outsider = Author::Outsider("Olga Outside".into(), "olga@elsewhere.example".into());
    let program = Author::Program("Monitoring bridge".into());
    let actions = vec![
        tell(1, Part::Opening, sam(), OPENED, 0),
        Action { old_status: NEW, new_status: IN_PROGRESS, ..tell(2, Part::Event, ann(), STATUS_CHANGED, 1) },
        Action { time_taken: 0.25, ..tell(3, Part::Reply, ann(), EMAIL_USER, 2) },
        tell(4, Part::Reply, sam(), EMAIL_RECEIVED, 3),
        tell(5, Part::Reply, sam(), PORTAL_REPLY, 4),
        tell(6, Part::Note, ann(), INTERNAL_NOTE, 5),
        Action { hidden: true, ..tell(7, Part::Event, Author::System, SLA_HOLD, 6) },
        tell(8, Part::Event, Author::Agent(6), REASSIGN, 7),
        tell(9, Part::Reply, outsider, EMAIL_RECEIVED, 8),
        tell(10, Part::Note, program, INTERNAL_NOTE, 9),
        Action { on_behalf_of: SAM, ..tell(11, Part::Reply, Author::Agent(6), PORTAL_REPLY, 10) },
        // An agent who writes without hiding it, in an outcome that is not an e-mail: for the customer to see.
        tell(12, Part::Reply, ann(), PORTAL_REPLY, 11),
        // A private outcome made public by hand.
        Action { hidden: false, part: Part::Reply, ..tell(13, Part::Note, ann(), INTERNAL_NOTE, 12) },
        Action { old_status: IN_PROGRESS, new_status: CLOSED, ..tell(14, Part::Event, ann(), CLOSE, 13) },
    ];
    let mut ticket = ticket;
    ticket.brief.closed_at = Some(hour(&ticket, 13));
    ticket.brief.updated = hour(&ticket, 14);
    ticket.last_action = Some(hour(&ticket, 13));
    (ticket, actions)
}

fn no_opening(desk: &Desk) -> Told {
    let ticket = base(desk, NO_OPENING, "No opening action");
    let thread = talk(desk, &ticket).into_iter().skip(1).map(|action| Action { id: action.id - 1, ..action }).collect();
    (ticket, thread)
}

fn other_blanks(desk: &Desk) -> Told {
    let mut ticket = base(desk, OPENING_WITH_OTHER_BLANKS, "Opening with other blanks");
    ticket.body.plain.push_str("\r\nsecond  line");
    ticket.body.html.push_str("<p>second&nbsp; line</p>");
    let mut thread = talk(desk, &ticket);
    thread[0].body.plain = thread[0].body.plain.replace("\r\n", "\n").replace("  ", " ") + "\n\n";
    thread[0].body.html = thread[0].body.html.replace("</p><p>", "</p>\n\n<p>").replace("&nbsp; ", " ");
    (ticket, thread)
}

fn hidden_outcome(desk: &Desk) -> Told {
    let (ticket, mut thread) = with_talk(desk, base(desk, HIDDEN_OUTCOME, "Hidden outcome"));
    thread[1].outcome = CALL_LOGGED;
    thread[1].email = None;
    (ticket, thread)
}

fn out_of_order(desk: &Desk) -> Told {
    let ticket = base(desk, OUT_OF_ORDER, "Out of order");
    let mut thread = talk(desk, &ticket);
    // 2 and 3 happened in one moment; 4, an e-mail that hung in the mail server, before both.
    thread[2].at = thread[1].at;
    thread[3] =
        told(desk, &ticket, 4, Part::Reply, Author::User(SAM), EMAIL_RECEIVED, later(ticket.brief.opened, 60_000));
    thread[3].stored = hour(&ticket, 3);
    (ticket, thread)
}

fn empty(desk: &Desk) -> Told {
    let mut ticket = base(desk, EMPTY, "Empty");
    ticket.body = Body::none();
    ticket.last_action = None;
    (ticket, Vec::new())
}

fn notes_only(desk: &Desk) -> Told {
    let (ticket, mut thread) = with_talk(desk, base(desk, NOTES_ONLY, "Notes only"));
    for action in thread.iter_mut().skip(1) {
        action.part = Part::Note;
        action.hidden = true;
        action.email = None;
        action.outcome = INTERNAL_NOTE;
    }
    (ticket, thread)
}

fn longer_email(desk: &Desk) -> Told {
    let (ticket, mut thread) = with_talk(desk, base(desk, LONGER_EMAIL, "Longer e-mail"));
    let email = thread[2].email.as_mut().unwrap();
    email.html.push_str("<hr><p>Confidential. Think before you print. QUOTED-ONLY</p>");
    (ticket, thread)
}

fn email_only(desk: &Desk) -> Told {
    let (ticket, mut thread) = with_talk(desk, base(desk, EMAIL_ONLY, "Text in the e-mail only"));
    thread[2].body = Body { marker: thread[2].body.marker.clone(), ..Body::none() };
    (ticket, thread)
}

fn copied(desk: &Desk) -> Told {
    let mut ticket = base(desk, COPIED, "Copies");
    let max = desk.user(MAX).unwrap();
    ticket.cc = format!("{}; \"Olga, Outside\" <olga@elsewhere.example>", max.email);
    let ticket = ticket;
    let mut thread = talk(desk, &ticket);
    thread.push(told(desk, &ticket, 5, Part::Reply, Author::User(MAX), EMAIL_RECEIVED, hour(&ticket, 4)));
    (ticket, thread)
}

fn plain_text(desk: &Desk) -> Told {
    let (mut ticket, mut thread) = with_talk(desk, base(desk, PLAIN_TEXT, "Plain text only"));
    ticket.body.html.clear();
    for action in &mut thread {
        action.body.html.clear();
        if let Some(email) = &mut action.email {
            email.html.clear();
        }
    }
    (ticket, thread)
}

fn long_thread(desk: &Desk) -> Told {
    let mut ticket = base(desk, LONG_THREAD, "A very long thread");
    ticket.brief.updated = hour(&ticket, 100);
    ticket.last_action = Some(hour(&ticket, 99));
    let ticket = ticket;
    let thread = (1..=LONG_THREAD_ACTIONS)
        .map(|id| {
            let at = later(ticket.brief.opened, (id - 1) * 60_000);
            let (part, author, outcome) = match id {
                1 => (Part::Opening, Author::User(SAM), OPENED),
                _ if id % 3 == 0 => (Part::Reply, Author::Agent(ANN), EMAIL_USER),
                _ => (Part::Reply, Author::User(SAM), EMAIL_RECEIVED),
            };
            let mut action = told(desk, &ticket, id, part, author, outcome, at);
            if id > 1 {
                let mut dice = Dice::new(desk.seed, "long", id);
                action.body = Body::new(&mut dice, &action.body.marker, Shape::Plain);
            }
            action
        })
        .collect();
    (ticket, thread)
}
