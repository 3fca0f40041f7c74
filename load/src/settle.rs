//! A step whose outcome could not be found again is settled by a person who has looked: it is this one, or it is not there.

use deskferry_staging::Context;
use serde_json::json;

use crate::intercom::Workspace;
use crate::ledger::{self, Entry, Ledger, NOT_SENT, State};
use crate::settings::Settings;
use crate::{Error, Result};

/// A step, as `ledger.steps` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepName {
    /// Contract table.
    pub table: String,
    /// Source key.
    pub key: String,
    /// Step, `create` for the row itself.
    pub step: String,
}

/// What somebody has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It was executed: this is its id in Intercom. The next load takes it as done.
    Is(String),
    /// It was not executed. The next load sends it.
    Absent,
}

/// Notes a verdict in the ledger; nothing is sent.
///
/// # Errors
/// `Setting` where the outcome of the step is not unknown; `Workspace`, `Conflict`, `Busy` as a load has them.
pub async fn settle(context: &Context, settings: &Settings, step: &StepName, verdict: &Verdict) -> Result<()> {
    let client = settings.client(context)?;
    let workspace = Workspace::read(&client).await?;
    let memory = ledger::replay(context).await?;
    memory.no_rollback_but(None)?;
    let known = memory.known(&step.table, &step.key, &step.step);
    if !known.is_some_and(|known| known.state == State::Unknown) {
        let reason = format!("has no step `{}` of unknown outcome in {}", step.step, step.table);
        return Err(Error::Setting { setting: "settle", value: step.key.clone(), reason });
    }
    let entry = |state| Entry::new(context.now(), &step.table, &step.key, &step.step, state);
    let entry = match verdict {
        Verdict::Absent => Entry { code: Some(NOT_SENT.to_owned()), ..entry(State::Undone) },
        Verdict::Is(id) => Entry {
            detail: Some(json!({ "is": id }).to_string()),
            message: Some(format!("it is {id}: the next load takes it as done")),
            ..entry(State::Unknown)
        },
    };
    let run = context.run_id();
    let ledger = Ledger::open(context, settings, run.as_str(), &workspace, memory)?;
    ledger.intend(vec![entry]).await?;
    ledger.close().await
}
