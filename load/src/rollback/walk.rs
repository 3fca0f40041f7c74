//! One rollback while it runs: tasks side by side, those of one row one after another, table after table from the last to the first.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::TryStreamExt as _;
use tokio::task::JoinSet;

use super::results::{Results, Tally, stays};
use super::task::{Task, Tasks, Way};
use super::undo::{self, Ended};
use crate::ledger::{Entry, LOAD, Memory, ROLLBACK, State, stored};
use crate::load::{Halt, Load};
use crate::tables::{ARTICLES, ATTACHMENTS, COLLECTIONS, COMPANIES, CONTACTS, CONVERSATIONS, NOTES, PARTS};
use crate::{Error, removals};

/// One rollback while it runs.
pub(super) struct Rollback {
    pub(super) load: Arc<Load>,
    pub(super) tasks: Tasks,
    pub(super) results: Results,
    pub(super) planned: Tally,
    /// Rows of which something was refused: they stay as they are.
    pub(super) refused: HashSet<u128>,
}

/// Tasks at work.
#[derive(Default)]
struct AtWork {
    set: JoinSet<(Task, Result<Ended, Halt>)>,
    rows: HashSet<u128>,
    table: String,
    done: HashMap<String, u64>,
}

impl Rollback {
    pub(super) async fn run(&mut self, segments: u64, command: &str) -> Result<(), Halt> {
        let context = self.load.context.clone();
        let told = |state| Entry::new(context.now(), LOAD, ROLLBACK, ROLLBACK, state);
        let detail = Some(serde_json::json!({ "command": command }).to_string());
        self.load.ledger.intend(vec![Entry { detail, ..told(State::Intended) }]).await?;
        let mut at_work = AtWork::default();
        let ended = self.undo_all(segments, &mut at_work).await;
        // What is in flight is finished and stored, whatever has happened.
        let mut halt = ended.err();
        while !at_work.set.is_empty() {
            let rest = self.join(&mut at_work).await;
            halt = halt.or(rest.err());
        }
        match halt {
            Some(halt) => Err(halt),
            None => {
                self.free_what_went_along(segments).await?;
                Ok(self.load.ledger.outcome(vec![told(State::Done)]).await?)
            }
        }
    }

    async fn undo_all(&mut self, segments: u64, at_work: &mut AtWork) -> Result<(), Halt> {
        for task in self.load.ledger.ask(|memory| self.tasks.open_children(memory)) {
            self.start(task, at_work).await?;
        }
        let context = self.load.context.clone();
        let mut read = Box::pin(stored(&context, (1..=segments).rev())?);
        while let Some(entries) = read.try_next().await? {
            for one in entries.into_iter().rev() {
                let Some(task) = self.load.ledger.ask(|memory| self.tasks.of(memory, one)) else { continue };
                self.start(task, at_work).await?;
                if self.load.stop.is_cancelled() {
                    return Err(Halt::Stopped);
                }
            }
        }
        Ok(())
    }

    /// Begins a task: after those of other tables, and after those of its row.
    async fn start(&mut self, task: Task, at_work: &mut AtWork) -> Result<(), Halt> {
        let table = task.stored.entry.table.as_str();
        if at_work.table != table {
            while !at_work.set.is_empty() {
                self.join(at_work).await?;
            }
            table.clone_into(&mut at_work.table);
        }
        // What lies in a collection goes before it.
        let most = if table == COLLECTIONS { 1 } else { self.load.settings.in_flight_max.max(1) };
        while at_work.rows.contains(&task.row) || at_work.set.len() >= most {
            self.join(at_work).await?;
        }
        if let Way::Not(code, message) = task.way {
            let stays = stays(&task, None, Some(code.to_owned()), Some(message.to_owned()));
            return Ok(self.results.not(&task, stays).await?);
        }
        if self.refused.contains(&task.row) && task.is_last && task.stored.entry.step == "create" {
            if task.way == Way::Nothing {
                return Ok(());
            }
            let why = Some("something that was put on it could not be taken off".to_owned());
            let stays = stays(&task, None, Some("changed".to_owned()), why);
            return Ok(self.results.not(&task, stays).await?);
        }
        at_work.rows.insert(task.row);
        let load = Arc::clone(&self.load);
        at_work.set.spawn(async move {
            let ended = undo::undo(&load, &task).await;
            (task, ended)
        });
        Ok(())
    }

    /// Waits for one task.
    async fn join(&mut self, at_work: &mut AtWork) -> Result<(), Halt> {
        let Some(joined) = at_work.set.join_next().await else { return Ok(()) };
        let failed = |e: tokio::task::JoinError| Error::Output { what: "a task", reason: e.to_string() };
        let (task, ended) = joined.map_err(failed)?;
        at_work.rows.remove(&task.row);
        match ended? {
            Ended::Undone(entry) => {
                self.load.ledger.outcome(vec![*entry]).await?;
                self.results.undone(&task).await?;
            }
            Ended::Refused { status, code, message } => {
                self.refused.insert(task.row);
                self.results.not(&task, stays(&task, status, code, message)).await?;
            }
        }
        let table = &task.stored.entry.table;
        let done = at_work.done.entry(table.clone()).or_default();
        *done += 1;
        let total = self.planned.tables.get(table).map(|c| c.calls + c.freed);
        self.load.context.tick(table, *done, total);
        Ok(())
    }

    /// Steps that went with a row, or with a tag or company that they put on one, are undone too.
    async fn free_what_went_along(&mut self, segments: u64) -> Result<(), Halt> {
        let context = self.load.context.clone();
        let mut read = Box::pin(stored(&context, (1..=segments).rev())?);
        while let Some(entries) = read.try_next().await? {
            let mut undone = Vec::new();
            // A file is noted beside its message, by whose id it is found; it goes with the conversation of that message.
            let of_message: HashMap<String, String> = entries
                .iter()
                .filter(|one| one.entry.table == PARTS)
                .filter_map(|one| Some((one.entry.intercom_id.clone()?, one.entry.parent_id.clone()?)))
                .collect();
            for one in entries {
                let thread = one.entry.parent_id.as_ref().filter(|_| one.entry.table == ATTACHMENTS);
                let thread = thread.and_then(|message| of_message.get(message)).cloned();
                let entry = Entry { parent_id: thread.or(one.entry.parent_id.clone()), ..one.entry.clone() };
                let is_gone =
                    !self.tasks.survey.is_over(&one) && self.load.ledger.ask(|memory| went_along(memory, &entry));
                if is_gone {
                    let made = one.entry;
                    let entry = Entry::new(context.now(), &made.table, &made.key, &made.step, State::Undone);
                    let detail = Some(serde_json::json!({ "undone": "freed" }).to_string());
                    let intercom_id = made.intercom_id.filter(|_| made.step != "create" || made.table == PARTS);
                    undone.push(Entry { intercom_id, parent_id: made.parent_id, detail, ..entry });
                }
            }
            if !undone.is_empty() {
                self.load.ledger.outcome(undone).await?;
            }
            if self.load.stop.is_cancelled() {
                return Err(Halt::Stopped);
            }
        }
        Ok(())
    }
}

/// Whether what an entry made has gone with something else.
fn went_along(memory: &Memory, entry: &Entry) -> bool {
    if entry.state != State::Done || !memory.known(&entry.table, &entry.key, &entry.step).is_some_and(|k| k.made) {
        return false;
    }
    let is_note = entry.table == NOTES;
    let is_there = |tables: &[&str], id: &str| {
        tables.iter().any(|table| memory.claimed(table, id) || (is_note && memory.is_left(table, id)))
    };
    let parents: &[&str] = match entry.table.as_str() {
        PARTS | ATTACHMENTS => &[CONVERSATIONS],
        NOTES => &[CONTACTS, COMPANIES],
        CONTACTS if entry.step == "create" => {
            let is_shared = entry.told()["how"] == "shared";
            return is_shared && entry.intercom_id.as_deref().is_some_and(|id| !is_there(&[CONTACTS], id));
        }
        _ if entry.step == "create" => return false,
        CONTACTS => &[CONTACTS],
        COMPANIES => &[COMPANIES],
        CONVERSATIONS => &[CONVERSATIONS],
        ARTICLES => &[ARTICLES],
        other => return entry.parent_id.as_deref().is_some_and(|id| !memory.claimed(other, id)),
    };
    let target = entry.step.split_once(':').and_then(|(kind, key)| Some((removals::table_of(kind)?, key)));
    target.is_some_and(|(table, key)| memory.id(table, key).is_none())
        || entry.parent_id.as_deref().is_some_and(|parent| !is_there(parents, parent))
}
