//! Does one chain: its steps one after another, each outcome noted before the next step begins.

use std::collections::HashMap;

use serde_json::Value;

use crate::ledger::{Entry, NOT_SENT, PARENT_REJECTED, State};
use crate::load::{Halt, Load};
use crate::outcome::Outcome;
use crate::removals::Unwanted;
use crate::results::{self, Fate, RowResult};
use crate::step::{Chain, Field, Find, PathId, Settled, Step};
use crate::tables::object_links::OBJECTS;
use crate::todo::Todo;

/// A chain and what is to be done about each of its steps.
pub(crate) struct Work {
    pub(crate) chain: Chain,
    pub(crate) todo: Vec<Todo>,
}

impl Work {
    /// The e-mail address of a contact: of the rows that have it the first makes the contact, so they go one after another.
    pub(crate) fn address(&self) -> Option<String> {
        let create = self.chain.steps.first().filter(|step| step.find == Find::Contact)?;
        create.call.body.iter().find_map(|(name, field)| match field {
            Field::Json(Value::String(address)) if *name == "email" => Some(address.to_lowercase()),
            _ => None,
        })
    }

    /// Intents of what will be sent. A step that was intended before and has not been heard of needs no second intent.
    pub(crate) fn intents(&self, load: &Load) -> Vec<Entry> {
        let now = load.context.now();
        let steps = || self.chain.steps.iter().zip(&self.todo);
        let creates = steps().any(|(step, todo)| self.is_own(step) && *todo == Todo::Send);
        steps()
            .filter(|(step, todo)| {
                let is_sent = matches!(todo, Todo::Send | Todo::Update | Todo::Remove | Todo::Resolve { .. });
                (is_sent && step.unwanted != Some(Unwanted::FoundOut)) || (creates && step.in_create)
            })
            .filter(|(step, _)| {
                let known = load.ledger.known(step.table, &step.key, &step.name);
                step.former.is_some()
                    || known.is_none_or(|k| k.state != State::Intended || !k.is_payload(&step.payload))
            })
            .map(|(step, _)| Entry {
                payload: Some(step.payload.clone()),
                ..Entry::new(now, step.table, &step.key, &step.name, State::Intended).with_former(step.former.as_ref())
            })
            .collect()
    }

    /// Results of a chain of which nothing is to be done.
    pub(crate) fn untouched(&self, load: &Load) -> Vec<RowResult> {
        let mut rows = RowResults::default();
        for (step, todo) in self.chain.steps.iter().zip(&self.todo) {
            rows.note(load, step, *todo, None);
        }
        rows.done()
    }

    /// Does what is to be done. An error has been met as well as the results so far.
    pub(crate) async fn run(&self, load: &Load) -> (Vec<RowResult>, Option<Halt>) {
        let mut rows = RowResults::default();
        let mut halt = None;
        // Set when the row itself is not in Intercom: why the steps that follow are not sent.
        let mut parent: Option<State> = None;
        for (step, todo) in self.chain.steps.iter().zip(&self.todo) {
            if !todo.is_work() {
                if *todo == Todo::StillRejected && self.is_own(step) {
                    parent = Some(State::Rejected);
                }
                rows.note(load, step, *todo, None);
                continue;
            }
            if halt.is_none() && load.stop.is_cancelled() {
                halt = Some(Halt::Stopped);
            }
            let outcome = match (&halt, parent) {
                (Some(_), _) => given_up(load, step, *todo),
                (None, Some(State::Rejected)) => Some(Outcome::rejected(
                    PARENT_REJECTED,
                    format!("{} `{}` is not in Intercom", self.chain.table, self.chain.key),
                )),
                (None, Some(_)) => given_up(load, step, *todo),
                (None, None) => match self.outcome(load, step, *todo).await {
                    Ok(outcome) => Some(outcome),
                    Err(met) => {
                        halt = Some(met);
                        None
                    }
                },
            };
            if let Some(outcome) = &outcome {
                if self.is_own(step) && matches!(outcome.state, State::Rejected | State::Unknown) {
                    let made = load.ledger.id(step.table, &step.key).is_some();
                    parent = (!made).then_some(outcome.state);
                }
                if let Err(error) = self.note(load, step, outcome).await {
                    halt = Some(error);
                }
            }
            rows.note(load, step, *todo, Some(outcome.as_ref()));
        }
        if let Some(rehearsal) = &load.rehearsal {
            rehearsal.ended(&self.chain);
        }
        (rows.done(), halt)
    }

    async fn outcome(&self, load: &Load, step: &Step, todo: Todo) -> Result<Outcome, Halt> {
        if let Some(Unwanted::LetGo(state)) = step.unwanted {
            return Ok(Outcome { how: Some("existed"), ..Outcome::new(state) });
        }
        match (&self.chain.settled, todo) {
            (Some(Settled::Existed { id }), Todo::Settle) => {
                // What was missing when the load began that died while making it was made by it.
                let is_open = load.ledger.known(step.table, &step.key, &step.name).is_some_and(|k| k.is_open());
                let (how, path) =
                    if is_open { ("resolved", Some(step.call.path.to_owned())) } else { ("existed", None) };
                Ok(Outcome { id: Some(id.clone()), how: Some(how), path, ..Outcome::new(State::Done) })
            }
            (Some(Settled::Refused { code, message }), Todo::Settle) => Ok(Outcome::rejected(code, message.clone())),
            _ => load.perform(&self.chain, step, todo).await,
        }
    }

    async fn note(&self, load: &Load, step: &Step, outcome: &Outcome) -> Result<(), Halt> {
        let (now, is_own) = (load.context.now(), self.is_own(step));
        let parent_id = match step.call.ids.first() {
            _ if !is_own => load.ledger.id(self.chain.table, &self.chain.key),
            Some(PathId::Id(parent)) if parent.table != self.chain.table => load.ledger.id(parent.table, &parent.key),
            _ => None,
        };
        let mut entries = outcome.entries(now, step, parent_id);
        // What went with it has its fate; without a payload, for what was sent is what was intended, be it in an earlier load.
        let with_it = self.chain.steps.iter().filter(|s| is_own && s.in_create);
        entries.extend(with_it.map(|s| Entry {
            code: outcome.code.clone(),
            parent_id: outcome.id.clone(),
            ..Entry::new(now, s.table, &s.key, &s.name, outcome.state)
        }));
        Ok(load.ledger.outcome(entries).await?)
    }

    /// Whether the step makes the row that the chain is about.
    fn is_own(&self, step: &Step) -> bool {
        step.name == "create" && step.table == self.chain.table && step.key == self.chain.key
    }
}

/// A step that will not be sent now: free again, unless an earlier load may have sent it, be it only to be taken off.
fn given_up(load: &Load, step: &Step, todo: Todo) -> Option<Outcome> {
    let is_made = || load.ledger.known(step.table, &step.key, &step.name).is_some_and(|known| known.made);
    let is_free = matches!(todo, Todo::Send | Todo::Update) || (todo == Todo::Remove && is_made());
    is_free.then(|| Outcome { code: Some(NOT_SENT.to_owned()), ..Outcome::new(State::Undone) })
}

/// Steps summed up to rows: a row's fate is the gravest of its steps'.
#[derive(Default)]
struct RowResults {
    rows: Vec<RowResult>,
    places: HashMap<(&'static str, String), usize>,
}

impl RowResults {
    /// `outcome`: `None` where nothing was to be done, `Some(None)` where it is left open.
    fn note(&mut self, load: &Load, step: &Step, todo: Todo, outcome: Option<Option<&Outcome>>) {
        let fate = match (outcome, todo) {
            (None, Todo::StillRejected) => Fate::Rejected,
            (None, _) => Fate::Same,
            (Some(None), _) => Fate::NotSent,
            (Some(Some(outcome)), todo) => match outcome.state {
                State::Rejected => Fate::Rejected,
                State::Unknown => Fate::Unknown,
                _ if matches!(step.unwanted, Some(Unwanted::LetGo(_) | Unwanted::FoundOut)) => Fate::Same,
                State::Undone if outcome.code.is_none() => Fate::Updated,
                State::Undone | State::Intended => Fate::NotSent,
                State::Done if todo == Todo::Settle => Fate::Same,
                State::Done if todo == Todo::Update => Fate::Updated,
                State::Done if step.name == "create" && outcome.how == Some("existed") => Fate::Updated,
                State::Done if step.name == "create" && outcome.how == Some("shared") => Fate::Same,
                State::Done if step.name == "create" => Fate::Created,
                State::Done => Fate::Updated,
            },
        };
        let outcome = outcome.flatten();
        // A pass that links rows to each other looks at rows that were counted already.
        let table = match step.name.as_str() {
            "links" => results::ARTICLE_LINKS,
            OBJECTS => results::OBJECT_LINKS,
            _ => step.table,
        };
        self.row(load, table, &step.key, step.name == "create", fate, todo == Todo::Drift, outcome);
        let carried = if fate == Fate::Updated && todo != Todo::Update { Fate::Created } else { fate };
        for (table, key) in &step.carries {
            self.row(load, table, key, true, carried, false, outcome);
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn row(
        &mut self,
        load: &Load,
        table: &'static str,
        key: &str,
        is_create: bool,
        fate: Fate,
        drift: bool,
        outcome: Option<&Outcome>,
    ) {
        let place = *self.places.entry((table, key.to_owned())).or_insert_with(|| {
            let row = RowResult {
                table,
                key: key.to_owned(),
                fate: Fate::Same,
                id: None,
                status: None,
                code: None,
                message: None,
                drift: false,
            };
            self.rows.push(row);
            self.rows.len() - 1
        });
        let Some(row) = self.rows.get_mut(place) else { return };
        row.drift |= drift;
        // Steps that follow the creation of a row in the same load are part of creating it.
        let fate = if row.fate == Fate::Created && fate == Fate::Updated { Fate::Created } else { fate };
        row.fate = row.fate.max(fate);
        if is_create {
            row.id = outcome.and_then(|o| o.id.clone()).or_else(|| load.ledger.id(table, key));
        }
        if let Some(outcome) = outcome.filter(|o| o.code.is_some() || o.message.is_some()) {
            (row.status, row.code, row.message) = (outcome.status, outcome.code.clone(), outcome.message.clone());
        }
    }

    fn done(self) -> Vec<RowResult> {
        self.rows
    }
}
