//! Rows that are written and keys that are deleted in one transaction; where that fails, in ever smaller ones.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures::SinkExt as _;

use crate::encode::{HEADER, Row, TRAILER};
use crate::session::Session;
use crate::table::{DIGEST, KEY, Table, quoted};
use crate::{Cause, Error, Result, bookkeeping};

/// A batch is written when it has so many rows, deletions included.
const ROWS_MAX: usize = 5_000;
/// A batch is written when its rows have so many bytes.
const BYTES_MAX: usize = 8 << 20;
/// The table that rows come through where some of them are there already. Only this connection sees it.
const PASSAGE: &str = "pg_temp.deskferry_batch";
/// Rows go over the network in pieces of so many bytes.
const PIECE_BYTES: usize = 1 << 20;
/// Times that a transaction is tried that a deadlock or the like has ended.
const TRIES: u32 = 5;

/// What is to be written.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    rows: BytesMut,
    /// Where each row ends.
    ends: Vec<usize>,
    /// Key of each row, and whether the database does not have it.
    keys: Vec<(String, bool)>,
    deletes: Vec<String>,
}

/// A row that the database refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) key: String,
    pub(crate) is_delete: bool,
    /// It was not in the database.
    pub(crate) is_new: bool,
    pub(crate) cause: Cause,
}

/// Rows and deletions of a batch that go together.
#[derive(Debug, Clone)]
struct Share {
    rows: Range<usize>,
    deletes: Range<usize>,
}

impl Share {
    /// Two shares that are this one together: rows and deletions apart, then half of either; `None` of a single row.
    fn halves(&self) -> Option<[Self; 2]> {
        let share = |rows: Range<usize>, deletes: Range<usize>| Self { rows, deletes };
        let Self { rows, deletes } = self.clone();
        match (rows.len(), deletes.len()) {
            (0, 0 | 1) | (1, 0) => None,
            (0, count) => {
                let half = deletes.start + count / 2;
                Some([share(0..0, deletes.start..half), share(0..0, half..deletes.end)])
            }
            (count, 0) => {
                let half = rows.start + count / 2;
                Some([share(rows.start..half, 0..0), share(half..rows.end, 0..0)])
            }
            _ => Some([share(0..0, deletes), share(rows, 0..0)]),
        }
    }
}

impl Batch {
    pub(crate) fn push(&mut self, key: &str, row: &Row, is_new: bool) {
        self.rows.extend_from_slice(&row.bytes);
        self.ends.push(self.rows.len());
        self.keys.push((key.to_owned(), is_new));
    }

    pub(crate) fn delete(&mut self, key: String) {
        self.deletes.push(key);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.keys.len() + self.deletes.len() >= ROWS_MAX || self.rows.len() >= BYTES_MAX
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.deletes.is_empty()
    }

    /// Writes the batch, which is empty afterwards, and gives the rows that were refused; with more than `refused_max` of them the
    /// rest is not tried.
    ///
    /// # Errors
    /// `Database` for what is not a row's fault.
    pub(crate) async fn write(
        &mut self,
        session: &Session,
        writer: &mut Writer,
        refused_max: u64,
    ) -> Result<Vec<Refused>> {
        let mut refused = Vec::new();
        let rows = self.rows.split().freeze();
        let whole = Share { rows: 0..self.keys.len(), deletes: 0..self.deletes.len() };
        let mut shares = vec![whole];
        // A row that is said to be new may have come since; that it is there is found out by the other way.
        let mut is_direct = self.keys.iter().all(|(_, is_new)| *is_new);
        while let Some(share) = shares.pop().filter(|_| refused.len() as u64 <= refused_max) {
            if !is_direct {
                writer.open(session).await?;
            }
            let cause = match self.try_share(session, writer, &rows, &share, is_direct).await {
                Ok(()) => continue,
                Err(cause) => cause,
            };
            if !cause.is_of_row() {
                return Err(Error::Database { action: format!("write table {}", writer.path), cause });
            }
            match share.halves() {
                _ if is_direct => {
                    is_direct = false;
                    shares.push(share);
                }
                Some(halves) => shares.extend(halves.into_iter().rev()),
                None => {
                    let is_delete = share.rows.is_empty();
                    let (key, is_new) = match is_delete {
                        true => (self.deletes[share.deletes.start].clone(), false),
                        false => self.keys[share.rows.start].clone(),
                    };
                    refused.push(Refused { key, is_delete, is_new, cause });
                }
            }
        }
        // Its memory serves the next batch, once the connection has let go of it.
        self.rows = rows.try_into_mut().unwrap_or_default();
        self.rows.clear();
        self.ends.clear();
        self.keys.clear();
        self.deletes.clear();
        Ok(refused)
    }

    async fn try_share(
        &self,
        session: &Session,
        writer: &Writer,
        rows: &Bytes,
        share: &Share,
        is_direct: bool,
    ) -> Result<(), Cause> {
        let end = |row: usize| if row == 0 { 0 } else { self.ends[row - 1] };
        let bytes = rows.slice(end(share.rows.start)..end(share.rows.end));
        let deletes = &self.deletes[share.deletes.clone()];
        let mut tries = 0;
        loop {
            tries += 1;
            let cause = match writer.transaction(session, bytes.clone(), deletes, is_direct).await {
                Ok(()) => return Ok(()),
                Err(error) => Cause::from(error),
            };
            // After a lost connection there is nothing to be rolled back.
            let rolled_back = session.client.batch_execute("ROLLBACK").await;
            if !cause.is_passing() || tries == TRIES || rolled_back.is_err() {
                return Err(cause);
            }
        }
    }
}

/// The statements that write one table.
pub(crate) struct Writer {
    pub(crate) path: String,
    table: String,
    direct: String,
    passage: String,
    has_passage: bool,
    copy: String,
    insert: String,
    delete: String,
}

impl Writer {
    pub(crate) fn new(session: &Session, table: &Table) -> Self {
        let (path, columns) = (table.path(&session.schema), table.columns_sql());
        let assignments = table.columns.iter().skip(1).map(|c| c.name.as_str()).chain([DIGEST]).map(|name| {
            let name = quoted(name);
            format!("{name} = excluded.{name}")
        });
        let assignments = assignments.collect::<Vec<_>>().join(", ");
        Self {
            table: table.name.clone(),
            direct: format!("COPY {path} ({columns}) FROM STDIN (FORMAT binary)"),
            passage: format!(
                "DROP TABLE IF EXISTS {PASSAGE}; \
                 CREATE TEMPORARY TABLE deskferry_batch ON COMMIT DELETE ROWS AS SELECT {columns} FROM {path} WITH NO DATA"
            ),
            has_passage: false,
            copy: format!("COPY {PASSAGE} ({columns}) FROM STDIN (FORMAT binary)"),
            insert: format!(
                "INSERT INTO {path} ({columns}) SELECT {columns} FROM {PASSAGE} \
                 ON CONFLICT ({KEY}) DO UPDATE SET {assignments}"
            ),
            delete: format!("DELETE FROM {path} WHERE {KEY} = ANY($1)"),
            path,
        }
    }

    /// Makes the passage where it is not there; the next table's takes its place.
    ///
    /// # Errors
    /// `Database`, most likely for a missing right to make temporary tables.
    async fn open(&mut self, session: &Session) -> Result<()> {
        if !self.has_passage {
            let made = session.client.batch_execute(&self.passage).await;
            made.map_err(Error::database(format!("make a temporary table for {}", self.path)))?;
            self.has_passage = true;
        }
        Ok(())
    }

    async fn transaction(
        &self,
        session: &Session,
        rows: Bytes,
        deletes: &[String],
        is_direct: bool,
    ) -> Result<(), tokio_postgres::Error> {
        let client = &session.client;
        client.batch_execute("BEGIN").await?;
        bookkeeping::begin(session, client, &self.table, false).await?;
        if !rows.is_empty() {
            let sink = client.copy_in(if is_direct { &self.direct } else { &self.copy }).await?;
            futures::pin_mut!(sink);
            sink.feed(Bytes::from_static(HEADER)).await?;
            for start in (0..rows.len()).step_by(PIECE_BYTES) {
                sink.feed(rows.slice(start..rows.len().min(start + PIECE_BYTES))).await?;
            }
            sink.feed(Bytes::from_static(TRAILER)).await?;
            sink.finish().await?;
            if !is_direct {
                client.execute(&self.insert, &[]).await?;
            }
        }
        if !deletes.is_empty() {
            client.execute(&self.delete, &[&deletes]).await?;
        }
        client.batch_execute("COMMIT").await
    }
}
