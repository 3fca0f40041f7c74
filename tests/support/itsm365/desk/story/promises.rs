//! Stories of states, timers and promises.

use super::super::agreement::AGREEMENTS;
use super::super::bulk::{far_away, solve};
use super::super::tenant::{STATES, State, TIMERS, Timer};
use super::super::{Facts, minutes};
use super::{
    BEGUN_LATE, BREACHED, IN_PROGRESS, IN_STATES, MET, MET_ON_TIME, OVERDUE, PROMISED_NOTHING, WITH_TIMERS, begin,
    with_talk,
};

pub(super) fn tell(facts: &mut Facts) {
    for (place, state) in STATES.into_iter().enumerate() {
        let mut ticket = begin(facts, IN_STATES + place as i64);
        if state.is_done() {
            solve(facts.seed, &mut ticket, state, 2);
        } else {
            ticket.state = state;
            ticket.resumed = state == State::Resumed;
        }
        with_talk(facts, ticket);
    }
    for (place, timer) in TIMERS.into_iter().enumerate() {
        let mut ticket = begin(facts, WITH_TIMERS + place as i64);
        match timer {
            Timer::Stopped => solve(facts.seed, &mut ticket, State::Resolved, 2),
            Timer::Exceeded => {
                ticket.due = Some(minutes(ticket.created, 240));
                ticket.timer = Some((timer, 0));
            }
            _ => ticket.timer = Some((timer, 3_600_000)),
        }
        with_talk(facts, ticket);
    }
    for (id, hours, due) in [(MET, 3, 240), (MET_ON_TIME, 4, 240), (BREACHED, 5, 240)] {
        let mut ticket = begin(facts, id);
        ticket.agreement = Some(AGREEMENTS[1]);
        ticket.due = Some(minutes(ticket.created, due));
        solve(facts.seed, &mut ticket, State::Resolved, hours);
        with_talk(facts, ticket);
    }
    let mut ticket = begin(facts, IN_PROGRESS);
    ticket.due = Some(far_away());
    with_talk(facts, ticket);
    let mut ticket = begin(facts, OVERDUE);
    ticket.due = Some(minutes(ticket.created, 240));
    ticket.timer = Some((Timer::Exceeded, 0));
    with_talk(facts, ticket);
    let mut ticket = begin(facts, PROMISED_NOTHING);
    (ticket.agreement, ticket.due, ticket.reaction_due, ticket.timer) = (None, None, None, None);
    with_talk(facts, ticket);
    let mut ticket = begin(facts, BEGUN_LATE);
    ticket.started = Some(minutes(ticket.created, 90));
    with_talk(facts, ticket);
}
