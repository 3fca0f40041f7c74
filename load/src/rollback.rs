//! Takes back what loads have done, from the newest entry of the ledger to the oldest.
//!
//! ```text
//!  ledger ──oldest first──▶ survey.rs   which rows are ours, which were there before
//!         ──newest first──▶ task.rs     what undoes each entry ──▶ undo.rs ──▶ Intercom
//!         ◀── `undone` ────────────────────────────────────────────┘
//!         ──newest first──▶ steps that went with their row: undone too
//!         ──newest first──▶ proof.rs    reads back what was undone
//! ```
//!
//! Every call may be repeated, and an `undone` entry follows each; so a rollback that was stopped or killed goes on when the same
//! command is given again. An undone row is free: the next load makes it anew. What Intercom refuses to undo stays in the ledger as
//! it was and is listed. A rollback holds the ledger as a load does.

mod proof;
mod results;
mod survey;
mod task;
mod undo;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use deskferry_staging::{Context, RunId, RunWriter, Stage};
use futures::TryStreamExt as _;
use tokio::task::JoinSet;

use crate::intercom::Workspace;
use crate::ledger::{self, Entry, LOAD, Ledger, Memory, ROLLBACK, State, stored};
use crate::load::{Halt, Load};
use crate::people::People;
use crate::removals;
use crate::settings::{Filter, Settings};
use crate::tables::{ARTICLES, ATTACHMENTS, COLLECTIONS, COMPANIES, CONTACTS, CONVERSATIONS, NOTES, ORDER, PARTS};
use crate::{Error, Result, phases};
use results::{Results, Tally, stays};
use survey::Survey;
use task::{Task, Tasks, Way};
use undo::Ended;

/// What is to be taken back. Without a run and a table: all that the ledger says is ours.
#[derive(Debug, Clone, Default)]
pub struct RollbackFilter {
    /// Only what this load has done; its id or the beginning of it.
    pub run: Option<String>,
    /// Only these tables; empty: all.
    pub only: Vec<String>,
}

impl RollbackFilter {
    /// The command that does it.
    fn command(&self) -> String {
        let mut command = "deskferry rollback".to_owned();
        if let Some(run) = &self.run {
            command += &format!(" --run {run}");
        }
        for table in &self.only {
            command += &format!(" --only {table}");
        }
        command
    }
}

/// Counts of one table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Undone {
    /// Gone from Intercom.
    pub deleted: u64,
    /// Archived, as Intercom deletes nothing of its kind.
    pub archived: u64,
    /// Taken off a row that stays.
    pub detached: u64,
    /// Given its former values.
    pub restored: u64,
    /// It was there before the load and was only used.
    pub freed: u64,
    /// Cannot be undone.
    pub stays: u64,
    /// Writes.
    pub calls: u64,
}

/// Something that cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stays {
    /// Table.
    pub table: String,
    /// Source key of the row.
    pub key: String,
    /// Step; `create` is the row itself.
    pub step: String,
    /// Intercom's id of the row, or of the row that the step is about.
    pub intercom_id: Option<String>,
    /// Status of Intercom's refusal.
    pub status: Option<u16>,
    /// Code of the refusal; `note`, `message`, `changed`, `open` or `unsure` where there is no call to undo it.
    pub code: Option<String>,
    /// Why.
    pub message: Option<String>,
}

/// Something that reading back has shown not to be as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Table.
    pub table: String,
    /// Source key of the row.
    pub key: String,
    /// Intercom's id of the row.
    pub intercom_id: Option<String>,
    /// Which field or step; empty: the row itself.
    pub field: String,
    /// What it was before the load.
    pub wanted: String,
    /// What it is.
    pub found: String,
}

/// What a rollback would do.
#[derive(Debug, Clone, PartialEq)]
pub struct RollbackPlan {
    /// Per table, in the order of undoing.
    pub tables: Vec<(String, Undone)>,
    /// The first thousand that cannot be undone.
    pub stays: Vec<Stays>,
}

/// What a rollback has done.
#[derive(Debug, Clone, PartialEq)]
pub struct RollbackSummary {
    /// The run that tells of each row in `rollback.results`, and in `rollback.differs` of what is not as it was.
    pub run: RunId,
    /// Per table, in the order of undoing.
    pub tables: Vec<(String, Undone)>,
    /// The first thousand that could not be undone.
    pub stays: Vec<Stays>,
    /// Rows and steps that were read back and are as they were.
    pub proved: u64,
    /// What is not.
    pub differs: Vec<Difference>,
    /// Writes sent, by method and endpoint.
    pub calls: BTreeMap<String, u64>,
    /// All calls, reads and repeats included.
    pub calls_total: u64,
    /// Whether the user stopped it: the same command goes on.
    pub interrupted: bool,
    /// How long it took.
    pub duration: Duration,
}

/// What [`rollback`] would do. Calls nobody and writes nothing.
///
/// # Errors
/// `Setting` where the filter names no load or table; `Staging`, `Damaged` where the ledger cannot be read.
pub async fn rollback_plan(context: &Context, filter: &RollbackFilter) -> Result<RollbackPlan> {
    check(filter)?;
    let memory = ledger::replay(context).await?;
    let mut tasks = Tasks::new(survey(context, memory.segments(), filter).await?, String::new());
    let tally = planned(context, &memory, &mut tasks).await?;
    Ok(RollbackPlan { tables: ordered(&tally), stays: tally.stays })
}

/// Takes back what the ledger says is ours, as far as the filter goes, and proves it by reading back.
///
/// # Errors
/// `Setting` before anything is sent; `Http` where Intercom refuses the token or does not answer; `Conflict` or `Busy` where a load or
/// another rollback is at work. What was done until then is in the ledger, and the same call goes on from there.
pub async fn rollback(context: &Context, settings: &Settings, filter: &RollbackFilter) -> Result<RollbackSummary> {
    check(filter)?;
    let client = settings.client(context)?;
    let started_at = context.now();
    let workspace = Workspace::read(&client).await?;
    let run = context.run_id();
    let memory = ledger::replay(context).await?;
    let segments = memory.segments();
    let command = filter.command();
    memory.no_rollback_but(Some(&command))?;
    let is_begun = memory.in_rollback();
    let mut tasks = Tasks::new(survey(context, segments, filter).await?, workspace.admin_id.clone());
    let planned = planned(context, &memory, &mut tasks).await?;
    let since = tasks.survey.last_load;
    let tasks = Tasks::new(tasks.survey, tasks.admin);
    let ledger = Ledger::open(context, settings, run.as_str(), &workspace.id, memory)?;
    let load = Arc::new(Load::new(context, settings, client, ledger, People::default(), false));
    let mut writer = context.staging.begin(run.clone(), Stage::Load, "rollback", started_at)?;
    let results = Results::new(&writer)?;
    let mut rollback = Rollback { load: Arc::clone(&load), tasks, results, planned, refused: HashSet::new() };

    let ended = match is_begun || planned_any(&rollback.planned) {
        true => rollback.run(segments, &command).await,
        false => Ok(()),
    };
    let closed = load.ledger.close().await;
    let halt = ended.err().or(closed.err().map(Halt::Fatal));
    let mut fatal = match halt {
        Some(Halt::Fatal(error @ (Error::Conflict { .. } | Error::Busy { .. }))) => return Err(error),
        Some(Halt::Fatal(error)) => Some(error),
        Some(Halt::Stopped) | None => None,
    };
    let mut proof = proof::Proof::default();
    if fatal.is_none() && !context.cancel.is_cancelled() {
        let last_segment = ledger::replay(context).await?.segments();
        match proof::prove(&load, context, last_segment, since).await {
            Ok(found) => proof = found,
            Err(error) => fatal = Some(error),
        }
    }
    let interrupted = context.cancel.is_cancelled();
    let tally = rollback.results.close(&mut writer, &proof.differs).await?;
    describe(&mut writer, &tally, &proof, interrupted, fatal.as_ref());
    writer.publish(context.now()).await?;
    if let Some(error) = fatal {
        return Err(error);
    }
    Ok(RollbackSummary {
        run,
        tables: ordered(&tally),
        stays: tally.stays,
        proved: proof.proved,
        differs: proof.differs,
        calls: load.calls().into_iter().filter(|(name, _)| !name.starts_with("GET ")).collect(),
        calls_total: load.client.stats().calls,
        interrupted,
        duration: (context.now() - started_at).to_std().unwrap_or_default(),
    })
}

fn check(filter: &RollbackFilter) -> Result<()> {
    phases::check(&Filter { only: filter.only.clone(), ..Filter::default() })
}

async fn survey(context: &Context, segments: u64, filter: &RollbackFilter) -> Result<Survey> {
    let mut survey = Survey::default();
    let mut read = Box::pin(stored(context, 1..=segments)?);
    while let Some(entries) = read.try_next().await? {
        entries.iter().for_each(|one| survey.note(one));
    }
    survey.select(filter)?;
    Ok(survey)
}

async fn planned(context: &Context, memory: &Memory, tasks: &mut Tasks) -> Result<Tally> {
    let mut tally = Tally::default();
    tasks.open_children(memory).iter().for_each(|task| tally.planned(task));
    let mut read = Box::pin(stored(context, (1..=memory.segments()).rev())?);
    while let Some(entries) = read.try_next().await? {
        for one in entries.into_iter().rev() {
            tasks.of(memory, one).iter().for_each(|task| tally.planned(task));
        }
    }
    Ok(tally)
}

fn planned_any(tally: &Tally) -> bool {
    !tally.tables.is_empty()
}

/// Tables in the order of undoing, which is that of loading turned round.
fn ordered(tally: &Tally) -> Vec<(String, Undone)> {
    let place = |table: &str| ORDER.iter().position(|t| *t == table);
    let mut tables: Vec<(String, Undone)> = tally.tables.iter().map(|(t, counts)| (t.clone(), *counts)).collect();
    tables.sort_by_key(|(table, _)| std::cmp::Reverse(place(table)));
    tables
}

fn describe(writer: &mut RunWriter, tally: &Tally, proof: &proof::Proof, interrupted: bool, fatal: Option<&Error>) {
    let remarks = &mut writer.manifest().remarks;
    if interrupted {
        remarks.push("the rollback was stopped; the same command goes on".to_owned());
    }
    if let Some(error) = fatal {
        remarks.push(format!("the rollback failed: {error}"));
    }
    for (table, counts) in tally.tables.iter().filter(|(_, counts)| counts.stays > 0) {
        remarks.push(format!("{} of {table} cannot be undone", counts.stays));
    }
    remarks.push(format!("{} read back as they were, {} not", proof.proved, proof.differs.len()));
}

/// One rollback while it runs.
struct Rollback {
    load: Arc<Load>,
    tasks: Tasks,
    results: Results,
    planned: Tally,
    /// Rows of which something was refused: they stay as they are.
    refused: HashSet<u128>,
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
    async fn run(&mut self, segments: u64, command: &str) -> Result<(), Halt> {
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
