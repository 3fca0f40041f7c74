//! One table: what is staged and what is in the database, both by key, row against row.

use std::cmp::Ordering;

use deskferry_staging::{Context, Manifest};
use futures::StreamExt as _;

use crate::batch::{Batch, Refused, Writer};
use crate::encode::{Remark, Row, Rows};
use crate::load::Counts;
use crate::report::{Line, Report};
use crate::session::Session;
use crate::stored::Stored;
use crate::table::Table;
use crate::{Error, Result};

/// So many rows of a table may be refused, whatever their share.
const REJECTED_MIN: u64 = 100;

/// What all tables of a load share.
pub(crate) struct Surroundings<'a> {
    pub(crate) context: &'a Context,
    pub(crate) manifest: &'a Manifest,
    pub(crate) session: &'a Session,
    pub(crate) rejects: Report,
    pub(crate) defects: Report,
    pub(crate) reject_rate_max: f64,
}

/// A table while it is compared and written.
pub(crate) struct Merge<'a, 'b> {
    around: &'b mut Surroundings<'a>,
    table: &'b Table,
    stored: Stored,
    batch: Batch,
    writer: Writer,
    /// Rows that only the database has stay.
    keeps: bool,
    counts: Counts,
}

impl<'a, 'b> Merge<'a, 'b> {
    pub(crate) fn new(around: &'b mut Surroundings<'a>, table: &'b Table, keeps: bool) -> Self {
        let session = around.session;
        Self {
            stored: Stored::open(session, table),
            batch: Batch::default(),
            writer: Writer::new(session, table),
            keeps,
            counts: Counts::default(),
            around,
            table,
        }
    }

    /// Brings the table to what is staged. Gives the counts, and whether it came to the end: not where the user stopped it.
    ///
    /// # Errors
    /// `Run` where rows are not in order; `Rejects`; `Database`; `Staging`. What was written until then stays.
    pub(crate) async fn run(mut self, generation: i64) -> Result<(Counts, bool)> {
        let (table, manifest) = (self.table, self.around.manifest);
        let mut batches = self.around.context.staging.read(manifest, &table.name)?;
        let mut row = Row::default();
        let mut last: Option<String> = None;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let rows = Rows::new(table, generation, &batch, manifest.run.as_str())?;
            for at in 0..batch.num_rows() {
                let key = rows.keys.value(at);
                if last.as_deref().is_some_and(|last| last >= key) {
                    let reason = format!("{} is not in the order of its keys at `{key}`", table.name);
                    return Err(Error::Run { run: manifest.run.to_string(), reason });
                }
                self.row(&rows, at, &mut row).await?;
                match &mut last {
                    Some(last) => key.clone_into(last),
                    None => last = Some(key.to_owned()),
                }
            }
            self.around.context.tick(&table.name, self.counts.rows, Some(table.rows));
            if self.around.context.cancel.is_cancelled() {
                self.write().await?;
                return Ok((self.counts, false));
            }
        }
        while self.stored.peek(self.around.session).await?.is_some() {
            self.gone().await?;
        }
        self.write().await?;
        Ok((self.counts, true))
    }

    async fn row(&mut self, rows: &Rows<'_>, at: usize, row: &mut Row) -> Result<()> {
        let key = rows.keys.value(at);
        self.counts.rows += 1;
        let encoded = rows.encode(at, row);
        let there = loop {
            let Some(there) = self.stored.peek(self.around.session).await? else { break None };
            match there.key.as_str().cmp(key) {
                Ordering::Less => self.gone().await?,
                Ordering::Equal => break self.stored.take(),
                Ordering::Greater => break None,
            }
        };
        if let Err(remark) = encoded {
            let line = line(&self.table.name, key, &remark);
            self.counts.kept += u64::from(there.is_some());
            return self.reject(line).await;
        }
        for remark in &row.replaced {
            self.counts.defects += 1;
            self.around.defects.add(line(&self.table.name, key, remark)).await?;
        }
        match &there {
            Some(there) if there.digest.as_deref() == Some(&row.digest) => {
                self.counts.same += 1;
                return Ok(());
            }
            Some(_) => self.counts.updated += 1,
            None => self.counts.created += 1,
        }
        self.batch.push(key, row, there.is_none());
        if self.batch.is_full() { self.write().await } else { Ok(()) }
    }

    /// Deletes the next row of the database, which is not staged, where it is ours and nobody doubts that it is gone.
    async fn gone(&mut self) -> Result<()> {
        let Some(row) = self.stored.take() else { return Ok(()) };
        if self.keeps || row.digest.is_none() {
            self.counts.kept += 1;
            return Ok(());
        }
        self.counts.deleted += 1;
        self.batch.delete(row.key);
        if self.batch.is_full() { self.write().await } else { Ok(()) }
    }

    async fn write(&mut self) -> Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let refused_max = self.refused_max();
        for Refused { key, is_delete, is_new, cause } in
            self.batch.write(self.around.session, &mut self.writer, refused_max).await?
        {
            let action = if is_delete { "delete" } else { "write" };
            let counted = match (is_delete, is_new) {
                (true, _) => &mut self.counts.deleted,
                (false, true) => &mut self.counts.created,
                (false, false) => &mut self.counts.updated,
            };
            *counted -= 1;
            self.counts.kept += u64::from(is_delete || !is_new);
            let (table, code) = (self.table.name.clone(), cause.code.clone());
            let line = Line { table, key, action, column: None, code, reason: cause.message };
            self.reject(line).await?;
        }
        Ok(())
    }

    /// Rows that may be refused among those looked at so far.
    fn refused_max(&self) -> u64 {
        REJECTED_MIN.max((self.counts.rows as f64 * self.around.reject_rate_max) as u64)
    }

    async fn reject(&mut self, line: Line) -> Result<()> {
        self.counts.rejected += 1;
        let reason = line.reason.clone();
        self.around.rejects.add(line).await?;
        let Counts { rejected, rows, .. } = self.counts;
        if rejected > self.refused_max() {
            return Err(Error::Rejects { table: self.table.name.clone(), rejected, rows, reason });
        }
        Ok(())
    }
}

/// What is to be told of a value.
fn line(table: &str, key: &str, remark: &Remark) -> Line {
    let Remark { column, reason } = remark;
    Line {
        table: table.to_owned(),
        key: key.to_owned(),
        action: "write",
        column: Some(column.clone()),
        code: None,
        reason: (*reason).to_owned(),
    }
}
