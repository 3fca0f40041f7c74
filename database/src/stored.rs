//! The rows of a table in the database, in the order of their keys: only what tells whether they differ.

use std::collections::VecDeque;

use crate::session::Session;
use crate::table::{DIGEST, KEY, Table};
use crate::{Error, Result};

/// Rows that are asked for at a time. No statement is open between two pages, so that none holds back what the server cleans up.
const PAGE_ROWS: usize = 20_000;

/// A row that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredRow {
    pub(crate) key: String,
    /// `None` of a row that somebody else has added.
    pub(crate) digest: Option<Vec<u8>>,
}

/// The rows that are there, by key.
pub(crate) struct Stored {
    page: VecDeque<StoredRow>,
    last: Option<String>,
    is_end: bool,
    first: String,
    next: String,
    action: String,
}

impl Stored {
    pub(crate) fn open(session: &Session, table: &Table) -> Self {
        let path = table.path(&session.schema);
        let page = |condition: &str| {
            format!("SELECT {KEY}, {DIGEST} FROM {path} {condition} ORDER BY {KEY} LIMIT {PAGE_ROWS}")
        };
        Self {
            page: VecDeque::new(),
            last: None,
            is_end: false,
            first: page(""),
            next: page(&format!("WHERE {KEY} > $1")),
            action: format!("read table {path}"),
        }
    }

    /// The row with the lowest key that was not yet taken. Rows that are written meanwhile have lower keys than what was read, or come
    /// after the end was seen, so that they are not met.
    pub(crate) async fn peek(&mut self, session: &Session) -> Result<Option<&StoredRow>> {
        if self.page.is_empty() && !self.is_end {
            let client = &session.client;
            let rows = match &self.last {
                None => client.query(&self.first, &[]).await,
                Some(last) => client.query(&self.next, &[last]).await,
            };
            let rows = rows.map_err(Error::database(&self.action))?;
            self.is_end = rows.len() < PAGE_ROWS;
            self.page.extend(rows.iter().map(|row| StoredRow { key: row.get(0), digest: row.get(1) }));
            self.last = self.page.back().map(|row| row.key.clone());
        }
        Ok(self.page.front())
    }

    /// Takes the row that was looked at.
    pub(crate) fn take(&mut self) -> Option<StoredRow> {
        self.page.pop_front()
    }
}
