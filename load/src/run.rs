//! One load from beginning to end: check, replay, table after table, flush, publish.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use deskferry_staging::{Context, Manifest, RunId, RunWriter, Stage};

use crate::chains::{RowChains, Threads, ToChain};
use crate::intercom::{Workspace, list};
use crate::ledger::{self, Ledger};
use crate::load::Load;
use crate::people::People;
use crate::results::{self, Counts, Results};
use crate::rows::Rows;
use crate::send::Sender;
use crate::settings::{Filter, SavedReplies, Settings};
use crate::tables::attributes::Attributes;
use crate::tables::{self, articles};
use crate::{Error, Result};

/// What a load has done.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The run that tells of each row in `load.results`.
    pub run: RunId,
    /// Per table, in the order of loading.
    pub tables: Vec<(String, Counts)>,
    /// Writes sent, by method and endpoint.
    pub calls: BTreeMap<String, u64>,
    /// All calls, reads and repeats included.
    pub calls_total: u64,
    /// Replies with 429.
    pub throttled: u64,
    /// Calls granted per second, where Intercom says so.
    pub granted_per_second: Option<f64>,
    /// Whether the user stopped it: the same command goes on.
    pub interrupted: bool,
    /// How long it took.
    pub duration: Duration,
}

/// Tables in the order of the summary.
const ORDER: [&str; 12] = [
    tables::ATTRIBUTES,
    tables::TAGS,
    tables::COMPANIES,
    tables::CONTACTS,
    tables::NOTES,
    tables::COLLECTIONS,
    tables::ARTICLES,
    tables::CONVERSATIONS,
    tables::PARTS,
    tables::ATTACHMENTS,
    tables::CUSTOM_OBJECTS,
    tables::SAVED_REPLIES,
];

/// Brings Intercom to what the tables of `manifest` say: the difference to the ledger is sent.
///
/// # Errors
/// `Missing` and `Setting` before anything is sent; `Http` where Intercom refuses the token or does not answer; `Conflict` or
/// `Busy` where another load is at work. What was done until then is in the ledger, and the next load goes on from there.
pub async fn load(context: &Context, settings: &Settings, manifest: &Manifest, filter: &Filter) -> Result<Summary> {
    if let Some(table) = filter.only.iter().find(|t| !ORDER.contains(&t.as_str())) {
        let reason = format!("is not a table that is loaded; those are {}", ORDER.join(", "));
        return Err(Error::Setting { setting: "--only", value: table.clone(), reason });
    }
    let client = settings.client(context)?;
    let started_at = context.now();
    let workspace = Workspace::read(&client).await?;
    let people = People::matched(&context.staging, Some(manifest), &workspace, settings).await?;
    people.check()?;
    let run = context.run_id();
    let memory = ledger::replay(context).await?;
    let ledger = Ledger::open(context, settings, run.as_str(), &workspace.id, memory)?;
    let mut writer = context.staging.begin(run.clone(), Stage::Load, "load", started_at)?;
    let results = Results::new(writer.table("results", results::schema())?);
    let load = Arc::new(Load::new(context, settings, client, ledger, people, filter.retry()));
    let mut sender = Sender { load: Arc::clone(&load), results, fatal: None };

    let ended = send_tables(&mut sender, manifest, filter).await;
    let closed = load.ledger.close().await;
    let fatal = sender.fatal.take().or(ended.err());
    let interrupted = context.cancel.is_cancelled();
    let fatal = match fatal.or(closed.err()) {
        // Nothing is published: the other load tells what became of the rows.
        Some(error @ (Error::Conflict { .. } | Error::Busy { .. })) => return Err(error),
        other => other,
    };
    let (written, counts) = sender.results.close().await?;
    writer.add("results", vec![written]).key = vec!["table_name".to_owned(), "source_key".to_owned()];
    describe(&mut writer, manifest, &counts, interrupted, fatal.as_ref());
    writer.publish(context.now()).await?;
    if let Some(error) = fatal {
        return Err(error);
    }
    let stats = load.client.stats();
    let order = ORDER.iter().chain(&[results::ARTICLE_LINKS]);
    let counted = order.filter_map(|t| counts.get(t).map(|c| ((*t).to_owned(), *c)));
    Ok(Summary {
        run,
        tables: counted.collect(),
        calls: load.calls(),
        calls_total: stats.calls,
        throttled: stats.throttled,
        granted_per_second: stats.granted_per_second,
        interrupted,
        duration: (context.now() - started_at).to_std().unwrap_or_default(),
    })
}

fn describe(
    writer: &mut RunWriter,
    source: &Manifest,
    counts: &BTreeMap<&'static str, Counts>,
    interrupted: bool,
    fatal: Option<&Error>,
) {
    let manifest = writer.manifest();
    manifest.inputs.push(source.run.clone());
    manifest.rejects =
        counts.iter().filter(|(_, c)| c.rejected > 0).map(|(t, c)| ((*t).to_owned(), c.rejected)).collect();
    if interrupted {
        manifest.remarks.push("the load was stopped; the same command goes on".to_owned());
    }
    if let Some(error) = fatal {
        manifest.remarks.push(format!("the load failed: {error}"));
    }
    for (table, c) in counts.iter().filter(|(_, c)| c.unknown > 0) {
        manifest.remarks.push(format!("{} rows of {table} may or may not be in Intercom", c.unknown));
    }
    for (table, c) in counts.iter().filter(|(_, c)| c.drift > 0) {
        manifest.remarks.push(format!("{} rows of {table} have changed in a way that Intercom cannot follow", c.drift));
    }
}

/// All tables, in order; ends early when the load is stopped.
async fn send_tables(sender: &mut Sender, manifest: &Manifest, filter: &Filter) -> Result<()> {
    let load = Arc::clone(&sender.load);
    let (staging, ledger) = (&load.context.staging, &load.ledger);
    let tag_names = tables::tags::names(staging, manifest).await?;
    if filter.table(tables::ATTRIBUTES) && manifest.rows(tables::ATTRIBUTES) > 0 {
        let existing = Attributes::read(&load.client).await?;
        let to_chain: ToChain<'_> = Box::new(|row| tables::attributes::chain(row, &existing).map(Some));
        rows(sender, manifest, filter, tables::ATTRIBUTES, to_chain).await?;
    }
    let unknown_tags = tag_names.keys().any(|key| ledger.id(tables::TAGS, key).is_none());
    let existing_tags = match filter.table(tables::TAGS) && unknown_tags {
        true => list(&load.client, "/tags", "data").await?,
        false => Vec::new(),
    };
    rows(sender, manifest, filter, tables::TAGS, Box::new(|r| tables::tags::chain(r, &existing_tags).map(Some)))
        .await?;
    let company: ToChain<'_> = Box::new(|row| tables::companies::chain(row, &tag_names).map(Some));
    rows(sender, manifest, filter, tables::COMPANIES, company).await?;
    rows(sender, manifest, filter, tables::CONTACTS, Box::new(|r| tables::contacts::chain(r).map(Some))).await?;
    rows(sender, manifest, filter, tables::NOTES, Box::new(|r| tables::notes::chain(r, ledger).map(Some))).await?;
    rows(sender, manifest, filter, tables::COLLECTIONS, Box::new(|r| tables::collections::chain(r).map(Some))).await?;
    rows(sender, manifest, filter, tables::ARTICLES, Box::new(|r| articles::chain(r).map(Some))).await?;
    rows(sender, manifest, filter, tables::ARTICLES, Box::new(|r| articles::links_chain(r, ledger))).await?;
    if filter.table(tables::CONVERSATIONS) && !load.stop.is_cancelled() {
        let mut threads = Threads::open(staging, manifest, filter, &load.people, load.context.now()).await?;
        let total = manifest.rows(tables::CONVERSATIONS);
        sender.table(tables::CONVERSATIONS, total, false, &mut threads).await?;
    }
    let object: ToChain<'_> = Box::new(|row| tables::custom_objects::chain(row).map(Some));
    rows(sender, manifest, filter, tables::CUSTOM_OBJECTS, object).await?;
    if load.settings.saved_replies == SavedReplies::Snippets {
        let snippet: ToChain<'_> = Box::new(|row| tables::saved_replies::chain(row).map(Some));
        rows(sender, manifest, filter, tables::SAVED_REPLIES, snippet).await?;
    }
    Ok(())
}

async fn rows(
    sender: &mut Sender,
    manifest: &Manifest,
    filter: &Filter,
    table: &'static str,
    to_chain: ToChain<'_>,
) -> Result<()> {
    if !filter.table(table) || sender.load.stop.is_cancelled() {
        return Ok(());
    }
    let rows = Rows::open(&sender.load.context.staging, manifest, table)?;
    let mut chains = RowChains { rows, filter, left: filter.rows_max(table), to_chain };
    // A collection may lie in the one before it.
    sender.table(table, manifest.rows(table), table == tables::COLLECTIONS, &mut chains).await
}
