//! What became of each row: counted per table for the summary, and written as `load.results`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use deskferry_staging::{TableWriter, Written};

use crate::{Error, Result, tables};

/// Rows that are kept until a batch of them is written.
const BATCH_ROWS: usize = 4096;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    Same,
    Created,
    Updated,
    NotSent,
    Rejected,
    Unknown,
}

impl Fate {
    fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::NotSent => "not_sent",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
        }
    }
}

/// One row of `load.results`.
#[derive(Debug, Clone)]
pub(crate) struct RowResult {
    pub(crate) table: &'static str,
    pub(crate) key: String,
    pub(crate) fate: Fate,
    pub(crate) id: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    /// It is in Intercom, but the row has changed in a way that Intercom cannot follow.
    pub(crate) drift: bool,
}

/// What the links of articles are counted as.
pub(crate) const ARTICLE_LINKS: &str = "article_links";
/// What the links of contacts and conversations to custom objects are counted as.
pub(crate) const OBJECT_LINKS: &str = "object_links";

/// Tables in the order in which their counts are told: as they are loaded.
pub(crate) const ORDER: [&str; 16] = [
    tables::TICKET_TYPES,
    tables::ATTRIBUTES,
    tables::TAGS,
    tables::COMPANIES,
    tables::CONTACTS,
    tables::NOTES,
    tables::COLLECTIONS,
    tables::ARTICLES,
    ARTICLE_LINKS,
    tables::INTERNAL_ARTICLES,
    tables::CONVERSATIONS,
    tables::PARTS,
    tables::ATTACHMENTS,
    tables::CUSTOM_OBJECTS,
    OBJECT_LINKS,
    tables::SAVED_REPLIES,
];

/// Counts of one table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that were looked at.
    pub rows: u64,
    /// New in Intercom.
    pub created: u64,
    /// Changed in Intercom.
    pub updated: u64,
    /// As they were.
    pub same: u64,
    /// Refused, now or by an earlier load and not changed since.
    pub rejected: u64,
    /// May be in Intercom and could not be found again.
    pub unknown: u64,
    /// Not reached, as the load was stopped.
    pub not_sent: u64,
    /// In Intercom and the row has changed in a way that Intercom cannot follow; counted in another column too.
    pub drift: u64,
}

impl fmt::Display for Counts {
    /// `74 in, 70 created, 1 updated, 3 skipped, 0 rejected, 0 unknown`, and what else there is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in, {} created, {} updated, ", self.rows, self.created, self.updated)?;
        write!(f, "{} skipped, {} rejected, {} unknown", self.same, self.rejected, self.unknown)?;
        if self.not_sent > 0 {
            write!(f, ", {} not sent", self.not_sent)?;
        }
        if self.drift > 0 {
            write!(f, ", {} drifted", self.drift)?;
        }
        Ok(())
    }
}

/// Gathers results.
pub(crate) struct Results {
    /// Without one the rows are only counted.
    writer: Option<TableWriter>,
    waiting: Vec<RowResult>,
    pub(crate) counts: BTreeMap<&'static str, Counts>,
}

impl Results {
    pub(crate) fn new(writer: TableWriter) -> Self {
        Self { writer: Some(writer), waiting: Vec::new(), counts: BTreeMap::new() }
    }

    /// Counts only.
    pub(crate) fn counted() -> Self {
        Self { writer: None, waiting: Vec::new(), counts: BTreeMap::new() }
    }

    pub(crate) async fn add(&mut self, results: Vec<RowResult>) -> Result<()> {
        for result in results {
            let counts = self.counts.entry(result.table).or_default();
            counts.rows += 1;
            counts.drift += u64::from(result.drift);
            *match result.fate {
                Fate::Same => &mut counts.same,
                Fate::Created => &mut counts.created,
                Fate::Updated => &mut counts.updated,
                Fate::NotSent => &mut counts.not_sent,
                Fate::Rejected => &mut counts.rejected,
                Fate::Unknown => &mut counts.unknown,
            } += 1;
            if self.writer.is_some() {
                self.waiting.push(result);
            }
        }
        if self.waiting.len() >= BATCH_ROWS { self.flush().await } else { Ok(()) }
    }

    pub(crate) async fn close(mut self) -> Result<(Option<Written>, BTreeMap<&'static str, Counts>)> {
        self.flush().await?;
        let written = match self.writer {
            Some(writer) => Some(writer.close().await?),
            None => None,
        };
        Ok((written, self.counts))
    }

    async fn flush(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.waiting);
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let may = |f: &dyn Fn(&RowResult) -> Option<String>| -> ArrayRef {
            Arc::new(rows.iter().map(f).collect::<StringArray>())
        };
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(rows.iter().map(|r| r.table))),
            Arc::new(StringArray::from_iter_values(rows.iter().map(|r| r.key.as_str()))),
            Arc::new(StringArray::from_iter_values(rows.iter().map(|r| r.fate.as_str()))),
            may(&|r| r.id.clone()),
            Arc::new(rows.iter().map(|r| r.status.map(i32::from)).collect::<Int32Array>()),
            may(&|r| r.code.clone().or_else(|| r.drift.then(|| "drift".to_owned()))),
            may(&|r| r.message.clone()),
        ];
        let batch = RecordBatch::try_new(schema(), columns)
            .map_err(|e| Error::Output { what: "load.results", reason: e.to_string() })?;
        Ok(writer.write(&batch).await?)
    }
}

/// Columns of `load.results`.
pub(crate) fn schema() -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        text("table_name", false),
        text("source_key", false),
        text("state", false),
        text("intercom_id", true),
        Field::new("status", DataType::Int32, true),
        text("code", true),
        text("message", true),
    ]))
}
