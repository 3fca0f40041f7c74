//! `serve`: takes Intercom's webhooks in and brings the copy up to date by them.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use async_trait::async_trait;
use deskferry_serve::{Failure, Host, Server, Settings, Status, Synced};
use deskferry_staging::{Kind, RunId};
use tokio::sync::Mutex;

use super::sync::{Scope, sync};
use super::{Migration, status};
use crate::args::Serve;
use crate::error::{self, refused};
use crate::report::{print, say};

/// Serves until Ctrl-C or SIGTERM.
pub(crate) async fn run(mut migration: Migration, serve: &Serve, json: bool) -> Result<ExitCode> {
    status::of_a_workspace(&migration)?;
    let Some(secret) = migration.webhook_secret()? else {
        return Err(refused(
            "there is no webhook secret: without it nobody could tell Intercom's events from anybody's",
            "set `[source] webhook_secret` to the client secret of your app: Developer Hub > your app > Basic information",
        ));
    };
    let own = &migration.settings.serve;
    let settings = Settings {
        apply_every: own.apply_every,
        lag_max: own.lag_max,
        keep: Duration::from_secs(u64::from(own.keep_days) * 86_400),
        ..Settings::new(serve.listen, secret)
    };
    // What it says is for a log: how far each of many small syncs is would drown it.
    migration.context.progress = Arc::new(|_| {});
    let context = migration.context.clone();
    let copy = Copy { migration, known: Mutex::default() };
    let server = Server::start(&context, settings, Arc::new(copy)).await?;
    let url = format!("http://{}", server.address());
    print(if json { serde_json::json!({ "url": url }).to_string() } else { url.clone() })?;
    say(format!("taking events at {url} until Ctrl-C; status: {url}/ {url}/health {url}/metrics"));
    server.run().await?;
    say("stopped; events that were answered and not applied wait in the stage");
    Ok(ExitCode::SUCCESS)
}

/// A copy of a workspace that events bring up to date.
struct Copy {
    migration: Migration,
    /// What was copied when a run was the newest: it stays so until there is another one.
    known: Mutex<Option<(Option<RunId>, Synced)>>,
}

#[async_trait(?Send)]
impl Host for Copy {
    async fn apply(&self, tables: BTreeMap<String, BTreeSet<String>>) -> Result<(), Failure> {
        let objects: usize = tables.values().map(BTreeSet::len).sum();
        let failed = |kind, text: String| {
            say(format!("events cannot be applied, they wait in the stage: {text}"));
            Err(Failure { kind, text })
        };
        match sync(&self.migration, Scope::Rows(tables)).await {
            Ok(outcome) => match outcome.incomplete().next() {
                None => {
                    say(format!("events applied: {objects} objects looked at again"));
                    Ok(())
                }
                Some((table, reason)) => {
                    failed(Kind::Unavailable, format!("{table} could not be read whole: {reason}"))
                }
            },
            Err(error) if error::kind(&error) == Kind::Conflict => {
                Err(Failure { kind: Kind::Conflict, text: error.to_string() })
            }
            Err(error) => {
                let text = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
                failed(error::kind(&error), text)
            }
        }
    }

    async fn synced(&self) -> Option<Synced> {
        let newest = self.migration.context.staging.newest().await.ok()?;
        let mut known = self.known.lock().await;
        if known.as_ref().is_none_or(|(run, _)| *run != newest) {
            *known = Some((newest, status::synced(&self.migration).await.ok()?));
        }
        known.as_ref().map(|(_, synced)| synced.clone())
    }

    fn page(&self, status: &Status) -> String {
        status::page(status)
    }
}
