//! `status`: how the copy of a workspace stands, as text, as JSON, and as the page of `serve`. Nothing personal is shown.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Result;
use chrono::{DateTime, Utc};
use deskferry_serve::{Status, Synced};
use deskferry_staging::{Manifest, Stage};

use super::Migration;
use crate::document::{self, Document, Section, Verdict};
use crate::error::refused;
use crate::report::{Row, duration, new_table, number, print, visible};

/// Intercom grants calls in windows of so many seconds: a shorter extract has used a part of one.
const WINDOW_SECONDS: f64 = 10.0;
/// What is copied, and its table.
const TABLES: [(&str, &str); 4] =
    [("contacts", "end_users"), ("companies", "companies"), ("conversations", "transcripts"), ("tickets", "tickets")];

/// What the figures mean.
const EVENTS: &str = "Received events are kept in the stage; pending ones are not in the copy yet. Of all else there is only the \
    number: rejected had no right signature, malformed and oversized were no events, repeated had come before, unavailable could not \
    be stored and come again, unknown are kept and have a topic that tells nothing about a row.";

/// Says how it stands; exit 1 where something is wrong.
pub(crate) async fn run(migration: &Migration, json: bool) -> Result<ExitCode> {
    of_a_workspace(migration)?;
    let context = &migration.context;
    let mut status = Status::read(&context.staging, context.now(), migration.settings.serve.lag_max).await?;
    status.webhook_secret_configured = migration.has_webhook_secret();
    status.synced = synced(migration).await?;
    if json {
        print(serde_json::to_string_pretty(&status)?)?;
    } else {
        print(text(&status))?;
    }
    Ok(if status.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// # Errors
/// For a migration whose source is no workspace.
pub(crate) fn of_a_workspace(migration: &Migration) -> Result<()> {
    let kind = &migration.settings.source.kind;
    if kind == "intercom" {
        return Ok(());
    }
    Err(refused(
        format!("the source of this migration is {kind}: only an Intercom workspace tells what changes in it"),
        "`deskferry init intercom` writes the settings of a copy of a workspace, in a folder of its own",
    ))
}

/// What is copied.
pub(crate) async fn synced(migration: &Migration) -> Result<Synced> {
    let runs = migration.context.staging.runs().await?;
    let copy = runs.iter().rfind(|run| run.schema == migration.spec.contract() && run.stage == Stage::Transform);
    let rows = |run: &Manifest| TABLES.map(|(name, table)| (name.to_owned(), run.rows(table)));
    let loaded = runs.iter().rfind(|run| run.stage == Stage::Load).map(|run| run.finished_at);
    Ok(Synced {
        rows: copy.map(|run| rows(run).into_iter().collect::<BTreeMap<_, _>>()).unwrap_or_default(),
        last_sync: loaded.max(copy.map(|run| run.finished_at)),
        newest_updated_at: match copy {
            Some(copy) => newest_change(migration, copy).await?,
            None => None,
        },
        rate_share: migration.settings.source.rate_share,
        rate_share_used: runs
            .iter()
            .rfind(|run| run.stage == Stage::Extract && run.calls.is_some())
            .and_then(|run| share_used(run, migration.settings.source.rate_share.unwrap_or(1.0))),
    })
}

/// Share of the rate of its whole workspace that an extract has used, where it was granted `share` of that.
fn share_used(run: &Manifest, share: f64) -> Option<f64> {
    let calls = run.calls?;
    let seconds = (run.finished_at - run.started_at).as_seconds_f64().max(WINDOW_SECONDS);
    Some((calls.sent as f64 / (calls.granted_per_second? * seconds) * share).min(1.0))
}

/// The newest time of change in the copy.
async fn newest_change(migration: &Migration, copy: &Manifest) -> Result<Option<DateTime<Utc>>> {
    let mut newest = None;
    for (_, table) in TABLES {
        newest = newest.max(migration.context.staging.latest_time(copy, table, "updated_at").await?);
    }
    Ok(newest)
}

/// How it stands, for the person at this terminal, who may read what the page must not show.
fn text(status: &Status) -> String {
    let document = document(status);
    let mut table = new_table(["what", "value"]);
    for (name, value) in &document.facts {
        table.add_row([(*name).to_owned(), value.clone()]);
    }
    for section in &document.sections {
        for row in &section.rows {
            let [name, value] = ["figure", "value"].map(|column| row.get(column).unwrap_or(&serde_json::Value::Null));
            let name = format!("{}: {}", section.heading, name.as_str().unwrap_or_default());
            table.add_row([name, number(value.as_u64().unwrap_or(0))]);
        }
    }
    let error = status.applied.as_ref().and_then(|applied| applied.error.as_ref());
    let wrong: String = status.faults.iter().chain(error).map(|fault| format!("\n✗ {}", visible(fault))).collect();
    format!("{table}\n{}{wrong}", document.verdict.map(|verdict| verdict.sentence).unwrap_or_default())
}

/// The page.
pub(crate) fn page(status: &Status) -> String {
    document::page(&document(status))
}

/// How it stands, for people.
fn document(status: &Status) -> Document {
    let when = |at: Option<DateTime<Utc>>| at.map_or_else(|| "never".to_owned(), time);
    let lag = status.lag_seconds.map_or_else(
        || "none".to_owned(),
        |seconds| duration(std::time::Duration::from_secs(u64::try_from(seconds).unwrap_or(0))),
    );
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    let mut facts = vec![
        ("Last sync", when(status.synced.last_sync)),
        ("Newest change in the copy", when(status.synced.newest_updated_at)),
        ("Newest event", when(status.events.newest_at)),
        ("Lag", lag),
        ("Webhook secret", if status.webhook_secret_configured { "configured" } else { "not configured" }.to_owned()),
        ("Rate that may be used", percent(status.synced.rate_share.unwrap_or(1.0))),
    ];
    facts.extend(status.synced.rate_share_used.map(|share| ("Rate used by the last extract", percent(share))));
    facts.push(("As of", time(status.at)));
    Document {
        title: "Copy of an Intercom workspace".to_owned(),
        origin: "What is copied, and what Intercom has told since.".to_owned(),
        verdict: Some(verdict(status)),
        facts,
        sections: vec![
            section("Copied", "", status.synced.rows.iter().map(|(name, rows)| figure(name, *rows))),
            section("Events", EVENTS, events(status)),
        ],
    }
}

fn verdict(status: &Status) -> Verdict {
    let sentence = match (status.faults.len(), status.events.pending) {
        (0, 0) if status.synced.last_sync.is_none() => "Nothing is copied yet: `deskferry sync` begins.".to_owned(),
        (0, 0) => "All that Intercom has told is in the copy.".to_owned(),
        (0, waiting) => format!("{} events wait to be applied.", number(count(waiting))),
        (_, waiting) => format!("{} events wait to be applied, and nothing of them is lost.", number(count(waiting))),
    };
    Verdict { is_good: status.faults.is_empty(), sentence, faults: status.faults.clone() }
}

fn events(status: &Status) -> impl Iterator<Item = Row> {
    let events = &status.events;
    let own = [("received", events.received), ("pending", events.pending)];
    let counts = events.counts.iter().map(|(name, value)| (*name, *value));
    own.into_iter().chain(counts).map(|(name, value)| figure(name, count(value))).collect::<Vec<_>>().into_iter()
}

fn section(heading: &str, text: &str, rows: impl Iterator<Item = Row>) -> Section {
    let rows: Vec<Row> = rows.collect();
    Section { heading: heading.to_owned(), text: text.to_owned(), rows_total: rows.len(), rows, ..Section::default() }
}

fn figure(name: &str, value: u64) -> Row {
    [("figure".to_owned(), name.into()), ("value".to_owned(), value.into())].into_iter().collect()
}

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use deskferry_staging::{Calls, RunId, Staging};

    use super::*;

    #[tokio::test]
    async fn share_of_the_rate_is_that_of_the_whole_workspace() {
        let begun = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let run = Staging::in_memory().begin(RunId::new(begun, 1), Stage::Extract, "intercom_live", begun).unwrap();
        let mut manifest = run.publish(begun + TimeDelta::seconds(100)).await.unwrap();
        assert_eq!(share_used(&manifest, 1.0), None);
        // Granted is what remains of the rate for us: half of 166 a second.
        manifest.calls = Some(Calls { sent: 8_300, granted_per_second: Some(83.0) });
        assert_eq!(share_used(&manifest, 0.5), Some(0.5));
        manifest.calls = Some(Calls { sent: 4_150, granted_per_second: Some(166.0) });
        assert_eq!(share_used(&manifest, 1.0), Some(0.25));
        manifest.calls = Some(Calls { sent: 5, granted_per_second: None });
        assert_eq!(share_used(&manifest, 1.0), None);
    }
}
