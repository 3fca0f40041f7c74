//! Takes back what loads have done, from the newest entry of the ledger to the oldest.
//!
//! ```text
//!  ledger ──oldest first──▶ survey.rs   which rows are ours, which were there before
//!         ──newest first──▶ task.rs     what undoes each entry ──▶ walk.rs, undo.rs ──▶ Intercom
//!         ◀── `undone` ───────────────────────────────────────────────┘
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
mod walk;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use deskferry_staging::{Context, RunId, RunWriter, Stage};
use futures::TryStreamExt as _;

use crate::intercom::Workspace;
use crate::ledger::{self, Ledger, Memory, stored};
use crate::load::{Halt, Load};
use crate::people::People;
use crate::settings::{Filter, Settings};
use crate::tables::ORDER;
use crate::{Error, Result, phases};
use results::{Results, Tally};
use survey::Survey;
use task::Tasks;
use walk::Rollback;

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
    let ledger = Ledger::open(context, settings, run.as_str(), &workspace, memory)?;
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
