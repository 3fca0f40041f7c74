//! `load`: Intercom-shaped tables to Intercom, or the tables of a copy into a database.

pub(crate) mod database;

use std::collections::HashSet;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use deskferry_load::{Filter, Secret, Settings, Summary, Token};
use deskferry_staging::Manifest;

use super::{Migration, plan, transform};
use crate::args::Load;
use crate::error::refused;
use crate::report::{align_right, json_rows, new_table, number, print, say};
use crate::settings::{MissingPeople, SavedReplies, TicketsAs};

/// File of canned answers beside `deskferry.toml`.
const SAVED_REPLIES: &str = "saved_replies.csv";

/// What a load has done.
pub(crate) enum Loaded {
    /// Into Intercom.
    Moved {
        summary: Summary,
        /// File of canned answers, and how many are in it.
        saved_replies: Option<(String, u64)>,
        /// Rows that are gone from the source and stay.
        gone: u64,
    },
    /// Into a database.
    Copied(deskferry_database::Summary),
}

impl Loaded {
    /// Rows that were created, changed or deleted.
    pub(crate) fn written(&self) -> u64 {
        match self {
            Self::Moved { summary, .. } => summary.tables.iter().map(|(_, c)| c.created + c.updated).sum(),
            Self::Copied(summary) => summary.tables.iter().map(|(_, c)| c.created + c.updated + c.deleted).sum(),
        }
    }

    /// Whether nothing was refused, waits or was left by a stop.
    pub(crate) fn is_clean(&self) -> bool {
        match self {
            Self::Moved { summary, .. } => {
                let refused = summary.tables.iter().any(|(_, counts)| counts.rejected > 0 || counts.unknown > 0);
                !refused && !summary.interrupted && summary.waiting.is_empty()
            }
            Self::Copied(summary) => !summary.interrupted && summary.tables.iter().all(|(_, c)| c.rejected == 0),
        }
    }
}

/// Loads and says what was written; exit 1 where rows were refused or the user stopped it.
pub(crate) async fn run(migration: &Migration, args: &Load, json: bool) -> Result<ExitCode> {
    let loaded = load(migration, args).await?;
    match &loaded {
        Loaded::Moved { summary, gone, .. } if json => print(serde_json::to_string_pretty(&as_json(summary, *gone))?)?,
        Loaded::Moved { summary, saved_replies, gone } => {
            report(summary, saved_replies.as_ref())?;
            plan::say_gone(*gone);
        }
        Loaded::Copied(summary) if json => print(serde_json::to_string_pretty(&database::as_json(summary))?)?,
        Loaded::Copied(summary) => database::report(summary)?,
    }
    Ok(if loaded.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Loads.
pub(crate) async fn load(migration: &Migration, args: &Load) -> Result<Loaded> {
    if migration.spec.is_copied() {
        return Ok(Loaded::Copied(database::load(migration, args).await?));
    }
    into_intercom(migration, "load")?;
    let manifest = transformed(migration).await?;
    let settings = settings(migration, args)?;
    let filter = filter(migration, args).await?;
    let summary = deskferry_load::load(&migration.context, &settings, &manifest, &filter).await?;
    let is_whole = filter == Filter::default() && !summary.interrupted;
    let saved_replies = if is_whole { saved_replies(migration, &manifest).await? } else { None };
    let gone = if summary.interrupted { 0 } else { plan::gone(migration).await? };
    Ok(Loaded::Moved { summary, saved_replies, gone })
}

/// Refuses what only makes sense where a help desk moves into Intercom.
///
/// # Errors
/// `Refused` for a source that is copied, and for settings of the one in the other.
pub(crate) fn into_intercom(migration: &Migration, command: &str) -> Result<()> {
    if migration.spec.is_copied() {
        return Err(refused(
            format!("`{command}` is for moves into Intercom; this is a copy out of it"),
            "`deskferry load` brings the database to what the stage has, whatever it had before: to take something back, transform and load again; `deskferry load --verify` compares every row",
        ));
    }
    if migration.settings.load.target.is_some() {
        return Err(refused(
            format!("[load] target is a database, but {} moves into Intercom", migration.settings.source.kind),
            "remove [load] target; what is staged can be queried with `deskferry sql`, also with psql: `deskferry sql --serve`",
        ));
    }
    Ok(())
}

/// The newest run of what the source's models make.
pub(crate) async fn transformed(migration: &Migration) -> Result<Manifest> {
    let found = migration.context.staging.latest(migration.spec.contract()).await?;
    found.ok_or_else(|| {
        let what = if migration.spec.is_copied() { "are no tables of a copy" } else { "are no Intercom-shaped tables" };
        refused(format!("there {what} yet"), "run `deskferry transform` first")
    })
}

/// What the loader is told of `deskferry.toml`.
pub(crate) fn settings(migration: &Migration, args: &Load) -> Result<Settings> {
    let mut settings = workspace(migration)?;
    if let Some(most) = args.reject_rate_max.or(migration.settings.load.reject_rate_max) {
        settings.reject_rate_max = most;
    }
    Ok(settings)
}

/// Settings of commands that read or write the workspace.
pub(crate) fn workspace(migration: &Migration) -> Result<Settings> {
    let (intercom, load) = (&migration.settings.intercom, &migration.settings.load);
    let tokens = migration.tokens()?.into_iter().map(|(from, token)| Token::new(Secret::new(token), &from));
    let mut settings = Settings {
        tokens: tokens.collect(),
        ..Settings::new(&migration.settings.intercom_url(), Secret::new(String::new()))
    };
    settings.version = intercom.version.clone();
    settings.placeholder_admin = load.placeholder_admin.clone();
    settings.missing_people = match load.missing_people {
        MissingPeople::Stop => deskferry_load::MissingPeople::Stop,
        MissingPeople::Wait => deskferry_load::MissingPeople::Wait,
    };
    settings.saved_replies = match load.saved_replies {
        SavedReplies::File => deskferry_load::SavedReplies::File,
        SavedReplies::Snippets => deskferry_load::SavedReplies::Snippets,
        SavedReplies::None => deskferry_load::SavedReplies::None,
    };
    settings.tickets_as = match load.tickets_as {
        TicketsAs::Conversation => deskferry_load::TicketsAs::Conversation,
        TicketsAs::Ticket => deskferry_load::TicketsAs::Ticket,
    };
    if let Some(name) = &load.ticket_type {
        settings.ticket_type.clone_from(name);
    }
    if let Some(most) = load.in_flight_max {
        settings.in_flight_max = most.get();
    }
    Ok(settings)
}

/// Which rows the arguments choose.
pub(crate) async fn filter(migration: &Migration, args: &Load) -> Result<Filter> {
    let keys = match (&args.condition, args.only.as_slice()) {
        (None, _) => None,
        (Some(condition), [table]) => {
            let session = transform::session(migration).await?;
            let batches =
                session.collect(&format!("SELECT source_key FROM intercom.\"{table}\" WHERE {condition}")).await?;
            let keys: HashSet<String> = json_rows(&batches)?
                .iter()
                .filter_map(|row| Some(row.get("source_key")?.as_str()?.to_owned()))
                .collect();
            say(format!("{} rows of intercom.{table} were chosen", number(keys.len() as u64)));
            Some(keys)
        }
        (Some(_), _) => {
            return Err(refused(
                "--where needs one table",
                "for example --only conversations --where \"state = 'closed'\"",
            ));
        }
    };
    Ok(Filter {
        only: args.only.clone(),
        keys,
        limit: args.limit,
        stop_after: args.stop_after.clone(),
        retry_rejected: args.retry_rejected,
    })
}

/// Writes the canned answers for an admin to take over, where the settings say so.
async fn saved_replies(migration: &Migration, manifest: &Manifest) -> Result<Option<(String, u64)>> {
    if migration.settings.load.saved_replies != SavedReplies::File || manifest.rows("saved_replies") == 0 {
        return Ok(None);
    }
    let path = migration.directory.join(SAVED_REPLIES);
    let file = std::fs::File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let rows = deskferry_load::write_saved_replies(&migration.context, manifest, file).await?;
    Ok(Some((path.display().to_string(), rows)))
}

fn report(summary: &Summary, saved_replies: Option<&(String, u64)>) -> Result<()> {
    let mut table =
        new_table(["table", "rows", "created", "updated", "skipped", "rejected", "unknown", "not sent", "drift"]);
    for (name, c) in summary.tables.iter().filter(|(_, c)| c.rows > 0) {
        let counts = [c.rows, c.created, c.updated, c.same, c.rejected, c.unknown, c.not_sent, c.drift].map(number);
        table.add_row(std::iter::once(name.clone()).chain(counts));
    }
    align_right(&mut table, &[1, 2, 3, 4, 5, 6, 7, 8]);
    print(table.to_string())?;
    say(format!(
        "{} calls, {} of them writes, in {:.1} s",
        number(summary.calls_total),
        number(summary.writes()),
        summary.duration.as_secs_f64()
    ));
    if let Some((path, rows)) = saved_replies {
        say(format!("{rows} canned answers are in {path}: no API creates macros"));
    }
    if summary.tables.iter().any(|(_, c)| c.rejected > 0 || c.unknown > 0) {
        say(
            "see what was refused with: deskferry sql \"SELECT * FROM ledger.rows WHERE state IN ('rejected', 'unknown')\"",
        );
    }
    for (table, rows) in &summary.waiting {
        say(format!(
            "{} rows of {table} wait for people or teams who are not in the workspace: `deskferry check` names them",
            number(*rows)
        ));
    }
    if summary.interrupted {
        say("stopped; the same command goes on where this one ended");
    }
    Ok(())
}

fn as_json(summary: &Summary, gone: u64) -> serde_json::Value {
    let tables = summary.tables.iter().map(|(name, c)| {
        serde_json::json!({
            "table": name, "rows": c.rows, "created": c.created, "updated": c.updated, "same": c.same,
            "rejected": c.rejected, "unknown": c.unknown, "not_sent": c.not_sent, "drift": c.drift,
        })
    });
    serde_json::json!({
        "run": summary.run.as_str(),
        "tables": tables.collect::<Vec<_>>(),
        "waiting": summary.waiting.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        "calls": summary.calls,
        "calls_total": summary.calls_total,
        "throttled": summary.throttled,
        "gone": gone,
        "interrupted": summary.interrupted,
        "seconds": summary.duration.as_secs_f64(),
    })
}
