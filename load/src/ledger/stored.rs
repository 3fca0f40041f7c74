//! Stored segments as entries, in any order: a rollback reads them from the newest to the oldest.

use deskferry_staging::{Context, Log};
use futures::{Stream, StreamExt as _};

use super::entry::Rows;
use super::{Entry, SEGMENTS_AHEAD};
use crate::{Error, Result};

/// An entry with what the writer gave it.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) seq: i64,
    pub(crate) run: String,
    pub(crate) entry: Entry,
}

/// The entries of these segments, segment by segment; within one in the order they were written.
///
/// # Errors
/// `Damaged` where a segment is missing or does not read as one.
pub(crate) fn stored(
    context: &Context,
    numbers: impl Iterator<Item = u64> + Send,
) -> Result<impl Stream<Item = Result<Vec<Stored>>> + Send> {
    let log = context.staging.log("ledger", "entries")?;
    let segments = futures::stream::iter(numbers).map(move |number| {
        let log = log.clone();
        async move { segment(&log, number).await }
    });
    Ok(segments.buffered(SEGMENTS_AHEAD))
}

async fn segment(log: &Log, number: u64) -> Result<Vec<Stored>> {
    let damaged = |reason: String| Error::Damaged { segment: number, reason };
    let batches = log.segment(number).await?.ok_or_else(|| damaged("it is missing".to_owned()))?;
    let mut entries = Vec::new();
    for batch in &batches {
        let rows = Rows::new(batch).map_err(damaged)?;
        for row in 0..rows.len() {
            entries.push(Stored { seq: rows.seq(row), run: rows.run(row), entry: rows.entry(row).map_err(damaged)? });
        }
    }
    Ok(entries)
}
