//! The tables in their order, each a phase: its rows become chains, and a [`Consumer`] does something with them.
//!
//! What a row refers to stands in a phase before its own: ticket type → attributes → tags → companies → contacts → notes → collections →
//! articles → links of articles → internal articles → conversations → custom objects → links of these → saved replies.

use async_trait::async_trait;
use deskferry_staging::Manifest;
use serde_json::Value;

use crate::chains::{Chains, RowChains, Threads, ToChain};
use crate::intercom::list;
use crate::links::Addresses;
use crate::load::Load;
use crate::rows::Rows;
use crate::selection::Selection;
use crate::settings::{Filter, SavedReplies, TicketsAs};
use crate::tables::attributes::Attributes;
use crate::tables::object_links::Links;
use crate::tables::ticket_types::{self, TicketType};
use crate::tables::tickets::Tickets;
use crate::tables::{self, articles};
use crate::{Error, Result, results};

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
    let only = filter.only.iter().map(|table| ("--only", table));
    let stop_after = filter.stop_after.iter().map(|table| ("--stop-after", table));
    match only.chain(stop_after).find(|(_, table)| !tables::ORDER.contains(&table.as_str())) {
        None => Ok(()),
        Some((setting, table)) => {
            let reason = format!("is not a table that is loaded; those are {}", tables::ORDER.join(", "));
            Err(Error::Setting { setting, value: table.clone(), reason })
        }
    }
}

/// All tables, in order; ends early when the load is stopped.
pub(crate) async fn all(load: &Load, manifest: &Manifest, filter: &Filter, consumer: &mut dyn Consumer) -> Result<()> {
    let selection = Selection::new(filter, &load.context.staging, manifest).await?;
    let ledger = &load.ledger;
    let tag_names = tables::tags::names(&load.context.staging, manifest).await?;
    let mut phases = Phases { load, manifest, selection: &selection, consumer };
    let kind = phases.ticket_type().await?;
    if selection.table(tables::ATTRIBUTES) && manifest.rows(tables::ATTRIBUTES) > 0 {
        let existing = match load.settings.tickets_as {
            TicketsAs::Conversation => Attributes::read(&load.client).await?,
            TicketsAs::Ticket => Attributes::of_tickets(&load.client, kind.as_ref()).await?,
        };
        load.count_reads(existing.reads());
        phases.rows(tables::ATTRIBUTES, &mut |row| tables::attributes::chain(row, &existing)).await?;
    }
    let unknown_tags = tag_names.keys().any(|key| ledger.id(tables::TAGS, key).is_none());
    let mut existing_tags = Vec::new();
    if phases.is_due(tables::TAGS) && unknown_tags {
        existing_tags = list(&load.client, "/tags", "data").await?;
        load.count_reads(&["GET /tags"]);
    }
    phases.rows(tables::TAGS, &mut |row| tables::tags::chain(row, &existing_tags).map(Some)).await?;
    phases.rows(tables::COMPANIES, &mut |row| tables::companies::chain(row, &tag_names).map(Some)).await?;
    phases.rows(tables::CONTACTS, &mut |row| tables::contacts::chain(row).map(Some)).await?;
    phases.rows(tables::NOTES, &mut |row| tables::notes::chain(row, ledger).map(Some)).await?;
    phases.rows(tables::COLLECTIONS, &mut |row| tables::collections::chain(row).map(Some)).await?;
    let before = Addresses::known(ledger);
    phases.rows(tables::ARTICLES, &mut |row| articles::chain(row, &before).map(Some)).await?;
    let now = Addresses::known(ledger);
    phases.rows(tables::ARTICLES, &mut |row| articles::links_chain(row, &now)).await?;
    phases.rows(tables::INTERNAL_ARTICLES, &mut |row| tables::internal_articles::chain(row, &now).map(Some)).await?;
    phases.threads().await?;
    phases.rows(tables::CUSTOM_OBJECTS, &mut |row| tables::custom_objects::chain(row).map(Some)).await?;
    phases.object_links().await?;
    if load.settings.saved_replies == SavedReplies::Snippets {
        phases.rows(tables::SAVED_REPLIES, &mut |row| tables::saved_replies::chain(row).map(Some)).await?;
    }
    Ok(())
}

struct Phases<'a> {
    load: &'a Load,
    manifest: &'a Manifest,
    selection: &'a Selection<'a>,
    consumer: &'a mut dyn Consumer,
}

impl Phases<'_> {
    fn is_due(&self, table: &str) -> bool {
        self.selection.table(table) && !self.load.stop.is_cancelled()
    }

    /// A table whose rows stand alone.
    async fn rows(&mut self, table: &'static str, to_chain: ToChain<'_>) -> Result<()> {
        if !self.is_due(table) {
            return Ok(());
        }
        let rows = Rows::open(&self.load.context.staging, self.manifest, table)?;
        let total = self.selection.rows_max(table, self.manifest);
        let mut chains =
            RowChains { table, rows, selection: self.selection, people: &self.load.people, left: total, to_chain };
        // A collection may lie in the one before it.
        self.consumer.table(table, total, table == tables::COLLECTIONS, &mut chains).await
    }

    /// What custom objects are linked to.
    async fn object_links(&mut self) -> Result<()> {
        if !self.is_due(tables::CUSTOM_OBJECTS) {
            return Ok(());
        }
        let load = self.load;
        let is_conversation = load.settings.tickets_as == TicketsAs::Conversation;
        let mut links = Links::read(&load.context.staging, self.manifest, &load.ledger, is_conversation).await?;
        self.consumer.table(results::OBJECT_LINKS, links.len(), false, &mut links).await
    }

    /// The ticket type, where threads become tickets and something of this load needs it: as the workspace has it before it is
    /// made.
    async fn ticket_type(&mut self) -> Result<Option<Value>> {
        let needs_it = [tables::TICKET_TYPES, tables::ATTRIBUTES, tables::CONVERSATIONS];
        let is_due = needs_it.iter().any(|t| self.is_due(t));
        if self.load.settings.tickets_as == TicketsAs::Conversation || !is_due {
            return Ok(None);
        }
        let kind = self.load.read_ticket_type().await?;
        let chain = ticket_types::chain(&self.load.settings, kind.as_ref());
        self.consumer.table(tables::TICKET_TYPES, 1, false, &mut ticket_types::One(Some(chain))).await?;
        Ok(kind)
    }

    /// Conversations with their messages and files.
    async fn threads(&mut self) -> Result<()> {
        if !self.is_due(tables::CONVERSATIONS) {
            return Ok(());
        }
        let load = self.load;
        let (staging, now) = (&load.context.staging, load.context.now());
        let mut threads = Threads::open(staging, self.manifest, self.selection, &load.people, now).await?;
        if load.settings.tickets_as == TicketsAs::Ticket {
            // Read again, for its attributes have been made meanwhile.
            let kind = TicketType::new(load.read_ticket_type().await?.as_ref(), load.rehearsal.is_some());
            let kind = load.ticket_type.get_or_init(|| kind);
            threads.tickets = Some(Tickets::read(staging, self.manifest, kind).await?);
        }
        let total = self.selection.rows_max(tables::CONVERSATIONS, self.manifest);
        self.consumer.table(tables::CONVERSATIONS, total, false, &mut threads).await
    }
}
