//! Which rows take part in a load: all, those of some tables, those a query chose, or a sample.
//!
//! A sample (`limit` without tables) is closed: the first conversations with their messages and files, the contacts who take part,
//! those contacts' companies and notes, and the tags on any of them; attributes are all made, for values need them.

use std::collections::{HashMap, HashSet};

use deskferry_staging::{Manifest, Staging};

use crate::Result;
use crate::rows::{Row, Rows};
use crate::settings::Filter;
use crate::tables::{ATTRIBUTES, COMPANIES, CONTACTS, CONVERSATIONS, NOTES, ORDER, PARTS, TAGS};

pub(crate) struct Selection<'a> {
    filter: &'a Filter,
    sample: Option<HashMap<&'static str, HashSet<String>>>,
}

impl<'a> Selection<'a> {
    pub(crate) async fn new(filter: &'a Filter, staging: &Staging, manifest: &Manifest) -> Result<Self> {
        let sample = match filter.limit.filter(|_| filter.only.is_empty()) {
            Some(conversations) => Some(sample(staging, manifest, conversations).await?),
            None => None,
        };
        Ok(Self { filter, sample })
    }

    /// Whether rows of a table take part.
    pub(crate) fn table(&self, table: &str) -> bool {
        let place = |table: &str| ORDER.iter().position(|t| *t == table);
        if self.filter.stop_after.as_ref().is_some_and(|last| place(table) > place(last)) {
            return false;
        }
        let is_named = self.filter.only.is_empty() || self.filter.only.iter().any(|t| t == table);
        is_named && self.sample.as_ref().is_none_or(|s| table == ATTRIBUTES || s.contains_key(table))
    }

    /// Whether a row of a table that takes part does.
    pub(crate) fn row(&self, table: &str, row: &Row) -> Result<bool> {
        let key = row.must("source_key")?;
        if self.filter.keys.as_ref().is_some_and(|keys| !keys.contains(key)) {
            return Ok(false);
        }
        Ok(match self.sample.as_ref().and_then(|s| s.get(table)) {
            Some(parents) if table == NOTES => parents.contains(row.must("parent_key")?),
            Some(keys) => keys.contains(key),
            None => true,
        })
    }

    /// Most rows of a table that can take part.
    pub(crate) fn rows_max(&self, table: &str, manifest: &Manifest) -> u64 {
        let limit = self.filter.limit.filter(|_| self.filter.only.iter().any(|t| t == table));
        let sampled =
            self.sample.as_ref().and_then(|s| s.get(table)).filter(|_| table != NOTES).map(|k| k.len() as u64);
        let chosen = self.filter.keys.as_ref().map(|k| k.len() as u64);
        [sampled, chosen, limit].into_iter().flatten().fold(manifest.rows(table), u64::min)
    }
}

/// Keys by table of the first `conversations` and of what belongs to them; of notes the keys of their parents.
async fn sample(
    staging: &Staging,
    manifest: &Manifest,
    conversations: u64,
) -> Result<HashMap<&'static str, HashSet<String>>> {
    let (mut threads, mut contacts, mut companies, mut tags) =
        (HashSet::new(), HashSet::new(), HashSet::new(), HashSet::new());
    let mut rows = Rows::open(staging, manifest, CONVERSATIONS)?;
    while (threads.len() as u64) < conversations
        && let Some(row) = rows.next().await?
    {
        threads.insert(row.must("source_key")?.to_owned());
        contacts.insert(row.must("contact_key")?.to_owned());
        contacts.extend(row.keys("participant_keys")?);
        companies.extend(row.some("company_key")?);
        tags.extend(row.keys("tag_keys")?);
    }
    let mut rows = Rows::open(staging, manifest, PARTS)?;
    let mut seen = 0;
    while let Some(row) = rows.next().await? {
        // Messages come in the order of their conversations, so the sample's come first.
        if !threads.contains(row.must("conversation_key")?) {
            if seen >= threads.len() {
                break;
            }
            continue;
        }
        seen += usize::from(row.integer("position")? == Some(1));
        if row.must("author_type")? == "contact" {
            contacts.extend(row.some("author_key")?);
        }
    }
    let mut rows = Rows::open(staging, manifest, CONTACTS)?;
    while let Some(row) = rows.next().await? {
        if contacts.contains(row.must("source_key")?) {
            companies.extend(row.keys("company_keys")?);
            tags.extend(row.keys("tag_keys")?);
        }
    }
    let mut rows = Rows::open(staging, manifest, COMPANIES)?;
    while let Some(row) = rows.next().await? {
        if companies.contains(row.must("source_key")?) {
            tags.extend(row.keys("tag_keys")?);
        }
    }
    let parents = contacts.union(&companies).cloned().collect();
    Ok(HashMap::from([
        (CONVERSATIONS, threads),
        (CONTACTS, contacts),
        (COMPANIES, companies),
        (TAGS, tags),
        (NOTES, parents),
    ]))
}
