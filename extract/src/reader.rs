//! What a reader is and where its rows go.
//!
//! A [`Reader`] finds out what its source has ([`Survey`]) and pushes rows into a [`Sink`]. [`Sink::table`] opens a table; its
//! [`TableSink`] takes rows one by one, and hands full batches to a task that writes Parquet while the reader goes on. Several
//! tasks read one table with [`TableSink::fork`] each.
//!
//! ```text
//!  reader ── push(row) ──▶ TableSink ── batch, defects ──▶ task ──▶ TableWriter (part-00000, part-00001 …)
//!                                                             └──▶ TableWriter of _defects
//! ```

use async_trait::async_trait;

use crate::Result;
pub(crate) use crate::sink::{Sink, TableSink};

/// A form in which a source is read.
#[async_trait]
pub(crate) trait Reader: Send {
    /// What the source has, without staging rows.
    async fn survey(&mut self) -> Result<Survey>;

    /// Pushes the rows of every declared table that the source has and the sink wants, and closes what it opened. Returns what
    /// the source was found to have; `source_rows` in the manifest is its count.
    async fn read(&mut self, sink: &Sink) -> Result<Survey>;
}

/// What a source has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Survey {
    /// All of its tables that begin with the prefix, declared or not; the version is told from them.
    pub tables: Vec<SourceTable>,
    /// What the user should know, in plain sentences.
    pub remarks: Vec<String>,
    /// The version, where it is not told from the tables.
    pub version: Option<String>,
}

/// One table of a source.
#[derive(Debug, Clone, Default)]
pub(crate) struct SourceTable {
    /// Name without the prefix.
    pub name: String,
    /// Columns and their types as the database writes them: `("id", "mediumint(8) unsigned")`.
    pub columns: Vec<(String, String)>,
    /// The source's own count of its rows.
    pub rows: Option<u64>,
}

impl Survey {
    /// A table by its name without the prefix.
    pub(crate) fn table(&self, name: &str) -> Option<&SourceTable> {
        self.tables.iter().find(|t| t.name == name)
    }
}

impl SourceTable {
    /// The type of a column as the database writes it.
    pub(crate) fn column(&self, name: &str) -> Option<&str> {
        self.columns.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, t)| t.as_str())
    }
}
