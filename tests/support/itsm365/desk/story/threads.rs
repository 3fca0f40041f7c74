//! Stories of comments: who wrote, for whom, in which order.

use super::super::bulk::{say, solve};
use super::super::people::{ABSOLUTE_ROLE, IVANOV, LEFT_AGENT, ORLOVA, PETROV, SIDOROVA};
use super::super::tenant::State;
use super::super::text::{Shape, Text};
use super::super::ticket::{Comment, Ticket};
use super::super::{Facts, minutes};
use super::{
    CLOSED_WITHOUT_TEXT, EVERY_COMMENT, LONG_THREAD, LONG_THREAD_COMMENTS, NOTES_ONLY, Switches, THANKED, begin,
    with_talk,
};

pub(super) fn tell(facts: &mut Facts, switches: &Switches) {
    every_comment(facts);
    let mut ticket = begin(facts, THANKED);
    solve(facts.seed, &mut ticket, State::Closed, 3);
    say(facts, &ticket, Some(PETROV), false, minutes(ticket.created, 60), Shape::Plain);
    say(facts, &ticket, Some(IVANOV), false, minutes(ticket.created, 300), Shape::Plain);
    facts.put(ticket);
    let mut ticket = begin(facts, CLOSED_WITHOUT_TEXT);
    solve(facts.seed, &mut ticket, State::Closed, 3);
    with_talk(facts, Ticket { resolution: None, ..ticket });
    let ticket = begin(facts, NOTES_ONLY);
    say(facts, &ticket, Some(PETROV), true, minutes(ticket.created, 10), Shape::Plain);
    say(facts, &ticket, Some(SIDOROVA), true, minutes(ticket.created, 20), Shape::Table);
    facts.put(ticket);
    if switches.long_thread {
        let ticket = begin(facts, LONG_THREAD);
        for turn in 0..LONG_THREAD_COMMENTS {
            let author = Some(if turn % 2 == 0 { PETROV } else { IVANOV });
            say(facts, &ticket, author, false, minutes(ticket.created, turn), Shape::Plain);
        }
        facts.put(ticket);
    }
}

fn every_comment(facts: &mut Facts) {
    let ticket = begin(facts, EVERY_COMMENT);
    let told = [
        (Some(PETROV), false, 60),
        (Some(IVANOV), false, 50),
        (Some(PETROV), true, 40),
        // The system, for everybody and for agents.
        (None, false, 30),
        (None, true, 35),
        // Two of one moment.
        (Some(SIDOROVA), false, 70),
        (Some(IVANOV), false, 70),
        // Somebody else of the same company.
        (Some(ORLOVA), false, 80),
        (Some(LEFT_AGENT), false, 90),
        (Some(ABSOLUTE_ROLE), false, 100),
    ];
    for ((author, private, minute), shape) in told.into_iter().zip(super::super::text::SHAPES.into_iter().cycle()) {
        say(facts, &ticket, author, private, minutes(ticket.created, minute), shape);
    }
    let (source, at) = (ticket.source(), minutes(ticket.created, 110));
    // A comment without a text, and one of blanks.
    for html in ["", "<p>&nbsp;</p><br>"] {
        let text = Text { html: html.into(), ..Text::default() };
        facts.comment(Comment { id: 0, source, text, private: false, author: Some(PETROV), at, files: Vec::new() });
    }
    facts.put(ticket);
}
