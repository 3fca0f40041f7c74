//! The tables in their order, each a phase: its rows become chains, and a [`Consumer`] does something with them.
//!
//! What a row refers to stands in a phase before its own: attributes → tags → companies → contacts → notes → collections →
//! articles → links of articles → conversations → custom objects → saved replies.

use async_trait::async_trait;
use deskferry_staging::Manifest;

use crate::chains::{Chains, RowChains, Threads, ToChain};
use crate::intercom::list;
use crate::load::Load;
use crate::rows::Rows;
use crate::settings::{Filter, SavedReplies};
use crate::tables::attributes::Attributes;
use crate::tables::{self, articles};
use crate::{Error, Result};

/// All tables in their order; messages and files go with their conversations.
pub(crate) const ORDER: [&str; 12] = [
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

/// What is done with the chains of a table.
#[async_trait]
pub(crate) trait Consumer: Send {
    /// Takes all chains of a table of `total` rows; returns when it is done with the last. `serial`: a row may need the row
    /// before it.
    async fn table(&mut self, table: &'static str, total: u64, serial: bool, chains: &mut dyn Chains) -> Result<()>;
}

/// # Errors
/// `Setting` where the filter names a table that is not loaded.
pub(crate) fn check(filter: &Filter) -> Result<()> {
    match filter.only.iter().find(|t| !ORDER.contains(&t.as_str())) {
        None => Ok(()),
        Some(table) => {
            let reason = format!("is not a table that is loaded; those are {}", ORDER.join(", "));
            Err(Error::Setting { setting: "--only", value: table.clone(), reason })
        }
    }
}

/// All tables, in order; ends early when the load is stopped.
pub(crate) async fn all(load: &Load, manifest: &Manifest, filter: &Filter, consumer: &mut dyn Consumer) -> Result<()> {
    let ledger = &load.ledger;
    let tag_names = tables::tags::names(&load.context.staging, manifest).await?;
    let mut phases = Phases { load, manifest, filter, consumer };
    if filter.table(tables::ATTRIBUTES) && manifest.rows(tables::ATTRIBUTES) > 0 {
        let existing = Attributes::read(&load.client).await?;
        load.count_reads(&Attributes::READS);
        phases.rows(tables::ATTRIBUTES, &mut |row| tables::attributes::chain(row, &existing).map(Some)).await?;
    }
    let unknown_tags = tag_names.keys().any(|key| ledger.id(tables::TAGS, key).is_none());
    let mut existing_tags = Vec::new();
    if filter.table(tables::TAGS) && unknown_tags {
        existing_tags = list(&load.client, "/tags", "data").await?;
        load.count_reads(&["GET /tags"]);
    }
    phases.rows(tables::TAGS, &mut |row| tables::tags::chain(row, &existing_tags).map(Some)).await?;
    phases.rows(tables::COMPANIES, &mut |row| tables::companies::chain(row, &tag_names).map(Some)).await?;
    phases.rows(tables::CONTACTS, &mut |row| tables::contacts::chain(row).map(Some)).await?;
    phases.rows(tables::NOTES, &mut |row| tables::notes::chain(row, ledger).map(Some)).await?;
    phases.rows(tables::COLLECTIONS, &mut |row| tables::collections::chain(row).map(Some)).await?;
    phases.rows(tables::ARTICLES, &mut |row| articles::chain(row).map(Some)).await?;
    phases.rows(tables::ARTICLES, &mut |row| articles::links_chain(row, ledger)).await?;
    phases.threads().await?;
    phases.rows(tables::CUSTOM_OBJECTS, &mut |row| tables::custom_objects::chain(row).map(Some)).await?;
    if load.settings.saved_replies == SavedReplies::Snippets {
        phases.rows(tables::SAVED_REPLIES, &mut |row| tables::saved_replies::chain(row).map(Some)).await?;
    }
    Ok(())
}

struct Phases<'a> {
    load: &'a Load,
    manifest: &'a Manifest,
    filter: &'a Filter,
    consumer: &'a mut dyn Consumer,
}

impl Phases<'_> {
    fn is_due(&self, table: &str) -> bool {
        self.filter.table(table) && !self.load.stop.is_cancelled()
    }

    /// A table whose rows stand alone.
    async fn rows(&mut self, table: &'static str, to_chain: ToChain<'_>) -> Result<()> {
        if !self.is_due(table) {
            return Ok(());
        }
        let rows = Rows::open(&self.load.context.staging, self.manifest, table)?;
        let mut chains = RowChains { rows, filter: self.filter, left: self.filter.rows_max(table), to_chain };
        // A collection may lie in the one before it.
        self.consumer.table(table, self.manifest.rows(table), table == tables::COLLECTIONS, &mut chains).await
    }

    /// Conversations with their messages and files.
    async fn threads(&mut self) -> Result<()> {
        if !self.is_due(tables::CONVERSATIONS) {
            return Ok(());
        }
        let load = self.load;
        let (staging, now) = (&load.context.staging, load.context.now());
        let mut threads = Threads::open(staging, self.manifest, self.filter, &load.people, now).await?;
        let total = self.manifest.rows(tables::CONVERSATIONS);
        self.consumer.table(tables::CONVERSATIONS, total, false, &mut threads).await
    }
}
