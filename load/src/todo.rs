//! What of a chain is still to be done: the chain less the ledger.

use crate::ledger::{Known, Ledger, State};
use crate::removals::Unwanted;
use crate::step::{Chain, Find, Settled, Step};

/// What is to be done about a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Todo {
    /// It is as it should be.
    Nothing,
    /// It differs and cannot be changed in Intercom.
    Drift,
    /// It was refused and has not changed since.
    StillRejected,
    /// It is settled without a call.
    Settle,
    /// It has never been sent, or was not executed.
    Send,
    /// It is there and differs.
    Update,
    /// It is attached, and no longer wanted.
    Remove,
    /// It may be there: find out first. `changed`: what may be there is not what is wanted now.
    Resolve { changed: bool },
}

impl Todo {
    /// Whether something is to be done, be it only a note in the ledger.
    pub(crate) fn is_work(self) -> bool {
        matches!(self, Self::Send | Self::Update | Self::Remove | Self::Resolve { .. } | Self::Settle)
    }
}

/// What is to be done about each step of a chain.
pub(crate) fn todo(ledger: &Ledger, chain: &Chain, retry: bool) -> Vec<Todo> {
    let todo = |step: &Step| {
        let known = ledger.known(step.table, &step.key, &step.name);
        match &chain.settled {
            Some(settled) if step.name == "create" && step.table == chain.table => {
                if is_settled(ledger, known, step, settled) { Todo::Nothing } else { Todo::Settle }
            }
            _ => match todo_of(known, step, retry) {
                // What goes with the creation may have changed since, too.
                Todo::Resolve { changed } if step.name == "create" && step.table == chain.table => {
                    Todo::Resolve { changed: changed || has_changed(ledger, chain) }
                }
                todo => todo,
            },
        }
    };
    chain.steps.iter().map(todo).collect()
}

/// Whether something that goes with the creation of the row is not as it was intended.
fn has_changed(ledger: &Ledger, chain: &Chain) -> bool {
    let differs = |step: &Step| {
        ledger.known(step.table, &step.key, &step.name).is_some_and(|known| !known.is_payload(&step.payload))
    };
    chain.steps.iter().filter(|step| step.in_create).any(differs)
}

/// Whether what is settled without a call is in the ledger already.
fn is_settled(ledger: &Ledger, known: Option<Known>, step: &Step, settled: &Settled) -> bool {
    let Some(known) = known else { return false };
    match settled {
        Settled::Existed { id } => {
            let is_id = ledger.id(step.table, &step.key).as_deref() == Some(id);
            known.state == State::Done && is_id && known.is_payload(&step.payload)
        }
        Settled::Refused { .. } => known.state == State::Rejected,
    }
}

fn todo_of(known: Option<Known>, step: &Step, retry: bool) -> Todo {
    if let Some(unwanted) = step.unwanted {
        let refused = known.is_some_and(|k| k.state == State::Rejected && k.is_payload(&step.payload));
        return match unwanted {
            Unwanted::TakenOff if refused && !retry => Todo::StillRejected,
            Unwanted::TakenOff => Todo::Remove,
            Unwanted::FoundOut => Todo::Resolve { changed: false },
            Unwanted::LetGo(_) => Todo::Settle,
            Unwanted::Stays => Todo::Drift,
        };
    }
    // What may have been done to make it something else is found out; what goes with a creation is found out with that.
    let is_known = |k: &Known| k.made || !step.is_default || (k.is_open() && !step.in_create);
    let Some(known) = known.filter(is_known) else {
        return if step.is_default { Todo::Nothing } else { Todo::Send };
    };
    let same = known.is_payload(&step.payload);
    let change = if step.update.is_some() && !known.shared { Todo::Update } else { Todo::Drift };
    match known.state {
        State::Done if same => Todo::Nothing,
        State::Done => change,
        State::Undone if known.made => change,
        State::Undone => Todo::Send,
        // It was being taken off again.
        State::Intended | State::Unknown if known.made && step.update.is_none() && step.find == Find::Repeat => {
            Todo::Send
        }
        // A change is made by the id of what is there, so it is made again; but not one that leaves an event each time.
        State::Intended | State::Unknown if known.made && !step.find.in_thread() => change,
        State::Intended | State::Unknown => Todo::Resolve { changed: !same || known.mixed },
        State::Rejected if same && !retry && !known.orphan => Todo::StillRejected,
        State::Rejected if known.made => change,
        State::Rejected => Todo::Send,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use deskferry_http::Method;

    use super::*;
    use crate::ledger::{Entry, Memory};
    use crate::step::{Call, Field};

    fn step(name: &str) -> Step {
        let call = Call::post("/contacts").with("name", Field::json(name));
        Step::create("contacts", "a", call, Find::Contact).changed_by(Call::new(Method::Put, "/contacts", vec![]))
    }

    fn after(states: &[(State, &str, Option<&str>)], wanted: &str, retry: bool) -> Todo {
        let mut memory = Memory::default();
        for (state, name, code) in states {
            let at = DateTime::from_timestamp(0, 0).unwrap();
            let mut entry = Entry::new(at, "contacts", "a", "create", *state);
            entry.payload = Some(step(name).payload);
            entry.code = code.map(ToOwned::to_owned);
            memory.apply(&entry);
        }
        todo_of(memory.known("contacts", "a", "create"), &step(wanted), retry)
    }

    #[test]
    fn todo_follows_from_the_newest_state_and_the_payload() {
        use State::{Done, Intended, Rejected, Undone, Unknown};
        type Case<'a> = (&'a [(State, &'a str, Option<&'a str>)], &'a str, bool, Todo);
        let cases: &[Case<'_>] = &[
            (&[], "x", false, Todo::Send),
            (&[(Intended, "x", None)], "x", false, Todo::Resolve { changed: false }),
            (&[(Intended, "x", None)], "y", false, Todo::Resolve { changed: true }),
            (&[(Unknown, "x", None)], "x", false, Todo::Resolve { changed: false }),
            (&[(Done, "x", None)], "x", false, Todo::Nothing),
            (&[(Done, "x", None)], "y", false, Todo::Update),
            (&[(Done, "x", None), (Intended, "y", None)], "y", false, Todo::Update),
            (&[(Done, "x", None), (Rejected, "y", None)], "y", false, Todo::StillRejected),
            (&[(Rejected, "x", None)], "x", false, Todo::StillRejected),
            (&[(Rejected, "x", None)], "x", true, Todo::Send),
            (&[(Rejected, "x", None)], "y", false, Todo::Send),
            (&[(Rejected, "x", Some("parent_rejected"))], "x", false, Todo::Send),
            (&[(Done, "x", None), (Undone, "x", None)], "x", false, Todo::Send),
            (&[(Intended, "x", None), (Undone, "x", Some("not_sent"))], "x", false, Todo::Send),
            (&[(Done, "x", None), (Intended, "y", None), (Undone, "y", Some("not_sent"))], "y", false, Todo::Update),
        ];
        for (states, wanted, retry, todo) in cases {
            assert_eq!(after(states, wanted, *retry), *todo, "{states:?} {wanted} {retry}");
        }
    }

    #[test]
    fn a_change_in_doubt_is_made_again_unless_it_would_leave_a_second_event() {
        let mut memory = Memory::default();
        for (state, name) in [(State::Done, "x"), (State::Intended, "y")] {
            let at = DateTime::from_timestamp(0, 0).unwrap();
            let payload = Some(step(name).payload);
            memory.apply(&Entry { payload, ..Entry::new(at, "contacts", "a", "create", state) });
        }
        let todo = |find: Find| todo_of(memory.known("contacts", "a", "create"), &Step { find, ..step("y") }, false);
        assert_eq!(todo(Find::Article), Todo::Update);
        assert_eq!(todo(Find::State), Todo::Resolve { changed: false });
        let tag = Step { find: Find::Repeat, update: None, ..step("y") };
        assert_eq!(todo_of(memory.known("contacts", "a", "create"), &tag, false), Todo::Send);
    }
}
