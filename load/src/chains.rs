//! Where the chains of a table come from: its rows, one at a time; for conversations three tables merged.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use deskferry_staging::{Manifest, Staging};

use crate::attachments::Attachments;
use crate::people::People;
use crate::rows::{Row, Rows};
use crate::selection::Selection;
use crate::step::Chain;
use crate::tables::conversation_parts::Part;
use crate::tables::tickets::Tickets;
use crate::tables::{ARTICLES, CONVERSATIONS, NOTES, PARTS, conversations};
use crate::{Error, Result};

/// A source of chains.
#[async_trait]
pub(crate) trait Chains: Send {
    /// The next chain; `None` at the end.
    async fn next(&mut self) -> Result<Option<Chain>>;
}

/// A row to its chain; `None` where the row has none.
pub(crate) type ToChain<'a> = &'a mut (dyn FnMut(&Row) -> Result<Option<Chain>> + Send);

/// Chains of a table whose rows stand alone.
pub(crate) struct RowChains<'a> {
    pub(crate) table: &'static str,
    pub(crate) rows: Rows,
    pub(crate) selection: &'a Selection<'a>,
    pub(crate) people: &'a People,
    pub(crate) left: u64,
    pub(crate) to_chain: ToChain<'a>,
}

#[async_trait]
impl Chains for RowChains<'_> {
    async fn next(&mut self) -> Result<Option<Chain>> {
        while self.left > 0 {
            let Some(row) = self.rows.next().await? else { return Ok(None) };
            if !self.selection.row(self.table, &row)? || self.waits(&row)? {
                continue;
            }
            if let Some(chain) = (self.to_chain)(&row)? {
                self.left -= 1;
                return Ok(Some(chain));
            }
        }
        Ok(None)
    }
}

impl RowChains<'_> {
    /// Whether the row waits for who wrote it.
    fn waits(&self, row: &Row) -> Result<bool> {
        let author = if matches!(self.table, NOTES | ARTICLES) { row.some("author_key")? } else { None };
        Ok(self.people.waits(self.table, row.must("source_key")?, author.as_deref(), None))
    }
}

/// Chains of conversations: threads are sorted by key, messages by thread and position.
pub(crate) struct Threads<'a> {
    conversations: Rows,
    parts: Rows,
    attachments: Attachments,
    selection: &'a Selection<'a>,
    people: &'a People,
    now: DateTime<Utc>,
    /// Set where threads become tickets.
    pub(crate) tickets: Option<Tickets<'a>>,
    left: u64,
    last_key: String,
}

impl<'a> Threads<'a> {
    pub(crate) async fn open(
        staging: &Staging,
        manifest: &Manifest,
        selection: &'a Selection<'a>,
        people: &'a People,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        Ok(Self {
            conversations: Rows::open(staging, manifest, CONVERSATIONS)?,
            parts: Rows::open(staging, manifest, PARTS)?,
            attachments: Attachments::read(staging, manifest).await?,
            selection,
            people,
            now,
            tickets: None,
            left: selection.rows_max(CONVERSATIONS, manifest),
            last_key: String::new(),
        })
    }

    /// Whether a thread waits for whoever wrote in it or has it.
    fn waits(&self, key: &str, row: &Row, parts: &[Part]) -> Result<bool> {
        let (assignee, team) = (row.some("assignee_key")?, row.some("team_key")?);
        let authors = parts.iter().filter(|part| !part.is_contact).filter_map(|part| part.author.key.as_deref());
        Ok(self.people.waits(CONVERSATIONS, key, authors.chain(assignee.as_deref()), team.as_deref()))
    }

    /// The messages of a thread; messages of threads before it belong to none and were rejected by a check.
    async fn parts(&mut self, key: &str) -> Result<Vec<Part>> {
        let mut parts = Vec::new();
        let mut last = i64::MIN;
        while let Some(row) = self.parts.peek().await? {
            match row.must("conversation_key")?.cmp(key) {
                std::cmp::Ordering::Greater => break,
                std::cmp::Ordering::Less => {
                    self.parts.next().await?;
                }
                std::cmp::Ordering::Equal => {
                    let position = row.integer("position")?.unwrap_or_default();
                    if position <= last {
                        return Err(unsorted(PARTS, row.must("source_key")?));
                    }
                    last = position;
                    let files = self.attachments.of(row.must("source_key")?)?;
                    parts.push(Part::read(row, files)?);
                    self.parts.next().await?;
                }
            }
        }
        Ok(parts)
    }
}

#[async_trait]
impl Chains for Threads<'_> {
    async fn next(&mut self) -> Result<Option<Chain>> {
        while self.left > 0 {
            let Some(row) = self.conversations.next().await? else { return Ok(None) };
            let key = row.must("source_key")?.to_owned();
            if key <= self.last_key {
                return Err(unsorted(CONVERSATIONS, &key));
            }
            let parts = self.parts(&key).await?;
            self.last_key.clone_from(&key);
            if self.selection.row(CONVERSATIONS, &row)? && !self.waits(&key, &row, &parts)? {
                self.left -= 1;
                let chain = match &self.tickets {
                    Some(tickets) => tickets.chain(&row, parts, self.people, self.now),
                    None => conversations::chain(&row, parts, self.people, self.now),
                };
                return chain.map(Some);
            }
        }
        Ok(None)
    }
}

fn unsorted(table: &str, key: &str) -> Error {
    Error::Contract { table: table.to_owned(), reason: format!("row `{key}` is not in its order") }
}
