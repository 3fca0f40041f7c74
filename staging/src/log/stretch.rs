//! The files of a log: segments, and what old ones were merged into.
//!
//! ```text
//!  merged-0000000001-0000001024   merged-0000001025-0000002048   segment-0000002049   segment-0000002050 …
//! ```
//!
//! Merging creates the one file first; the files in whose place it is are removed by the next [`Log::merge`], so that who has just
//! listed the log still finds them. Where both are there, the merged one counts.

use std::time::Duration;

use arrow::array::RecordBatch;
use chrono::{DateTime, Utc};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::ObjectStore as _;
use object_store::path::Path;

use super::Log;
use crate::{Error, Result, layout};

/// A merged file must be this old before the files in whose place it is are removed: readers that have listed them are done by then.
const READERS: Duration = Duration::from_secs(3_600);
/// Bytes of the segments that are merged into one file: they are held in memory.
const BYTES_MAX: u64 = 32 << 20;
/// Files fetched at a time.
const AT_ONCE: usize = 16;

/// A file of a log: one segment, or several that were merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Its first segment.
    pub first: u64,
    /// Its last segment.
    pub last: u64,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    pub(super) path: Path,
    pub(super) bytes: u64,
}

impl Log {
    /// The files in order, each segment in one of them; a hole ends the log. Segments before the first may have been removed.
    ///
    /// # Errors
    /// `Store`.
    pub async fn stretches(&self) -> Result<Vec<Stretch>> {
        let mut listed = self.listed().await?;
        // Of two files that begin with the same segment the longer one counts.
        listed.sort_by_key(|stretch| (stretch.first, std::cmp::Reverse(stretch.last)));
        let mut found: Vec<Stretch> = Vec::with_capacity(listed.len());
        for stretch in listed {
            match found.last() {
                Some(before) if stretch.first <= before.last => {}
                Some(before) if stretch.first > before.last + 1 => break,
                // Only merged files are ever removed.
                None if stretch.first > 1 && stretch.first == stretch.last => break,
                _ => found.push(stretch),
            }
        }
        Ok(found)
    }

    /// The rows of files, in order; each with its file. Of all columns, or of these.
    ///
    /// # Errors
    /// `Missing` where a file was merged or removed since it was listed: list again; `Parquet`, `Store`.
    pub fn read(
        &self,
        stretches: Vec<Stretch>,
        columns: Option<&'static [&'static str]>,
    ) -> impl futures::Stream<Item = Result<(Stretch, Vec<RecordBatch>)>> + Send + '_ {
        futures::stream::iter(stretches)
            .map(move |stretch| async move {
                let rows = self.file(&stretch.path, columns).await?;
                let gone = || Error::Missing { what: "segment", name: stretch.path.to_string() };
                Ok((stretch.clone(), rows.ok_or_else(gone)?))
            })
            .buffered(AT_ONCE)
    }

    /// Merges the oldest `count` segments that are not merged, or as many of them as fit into memory, into one file where `count` more
    /// come after them; removes the files in whose place earlier merged files are. Whether there may be more to do.
    ///
    /// # Errors
    /// `Parquet`, `Store`.
    pub async fn merge(&self, count: u64, now: DateTime<Utc>) -> Result<bool> {
        let listed = self.listed().await?;
        let merged: Vec<&Stretch> = listed.iter().filter(|stretch| stretch.first < stretch.last).collect();
        let old: Vec<&Stretch> =
            merged.iter().copied().filter(|m| (now - m.written_at).to_std().is_ok_and(|age| age > READERS)).collect();
        let shadowed =
            listed.iter().filter(|s| s.first == s.last && old.iter().any(|m| m.first <= s.first && s.last <= m.last));
        let paths: Vec<_> = shadowed.map(|stretch| Ok(stretch.path.clone())).collect();
        self.remove_all(paths).await?;
        let first = merged.iter().map(|m| m.last + 1).max().unwrap_or(1);
        let newest = listed.iter().map(|stretch| stretch.last).max().unwrap_or(0);
        if newest < first + 2 * count - 1 {
            return Ok(false);
        }
        let wanted = first..first + count;
        let mut segments: Vec<Stretch> =
            listed.into_iter().filter(|s| s.first == s.last && wanted.contains(&s.first)).collect();
        segments.sort_by_key(|segment| segment.first);
        let whole = segments.iter().map(|segment| segment.first).eq(wanted);
        let mut bytes = 0;
        let fits = segments.iter().take_while(|segment| {
            bytes += segment.bytes;
            bytes <= BYTES_MAX
        });
        let fitting = fits.count().max(2);
        segments.truncate(fitting);
        let Some(last) = segments.last().map(|segment| segment.last).filter(|_| whole) else { return Ok(false) };
        let rows: Vec<RecordBatch> = self
            .read(segments, None)
            .map_ok(|(_, rows)| futures::stream::iter(rows.into_iter().map(Ok)))
            .try_flatten()
            .try_collect()
            .await?;
        let path = layout::merged(&self.folder, first, last);
        match self.create(&path, &rows).await {
            Ok(()) | Err(Error::Exists { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Removes the oldest file, which must be a merged one with another merged one after it, so that a log never begins with a segment
    /// beyond the first: that would be a hole.
    ///
    /// # Errors
    /// `Missing` for another file; `Store`.
    pub async fn remove(&self, stretch: &Stretch) -> Result<()> {
        let stretches = self.stretches().await?;
        let two_merged = stretches.iter().take(2).filter(|s| s.first < s.last).count() == 2;
        if !two_merged || stretches.first() != Some(stretch) {
            return Err(Error::Missing { what: "old merged segment", name: stretch.path.to_string() });
        }
        // What it is in the place of goes first: without it those would count again.
        let shadowed = self.listed().await?.into_iter().filter(|s| s.first == s.last && s.last <= stretch.last);
        self.remove_all(shadowed.map(|s| Ok(s.path)).collect()).await?;
        self.remove_all(vec![Ok(stretch.path.clone())]).await
    }

    /// Whether segment `number` is in a merged file: a segment of that number which is created now is not seen.
    ///
    /// # Errors
    /// `Store`.
    pub async fn is_merged(&self, number: u64) -> Result<bool> {
        Ok(self.listed().await?.iter().any(|s| s.first < s.last && number <= s.last))
    }

    pub(super) async fn listed(&self) -> Result<Vec<Stretch>> {
        let first = layout::segment(&self.folder, 1);
        let store = self.staging.store();
        let listed = store.list(Some(&self.folder)).map_ok(|meta| {
            let (first, last) = layout::segments(&meta.location)?;
            Some(Stretch { first, last, written_at: meta.last_modified, path: meta.location, bytes: meta.size })
        });
        listed.try_filter_map(futures::future::ok).try_collect().await.map_err(Error::store("list", &first))
    }

    async fn remove_all(&self, paths: Vec<object_store::Result<Path>>) -> Result<()> {
        let store = self.staging.store();
        let removed = store.delete_stream(futures::stream::iter(paths).boxed());
        let gone = |outcome: &object_store::Result<Path>| matches!(outcome, Err(object_store::Error::NotFound { .. }));
        let removed: object_store::Result<Vec<Path>> =
            removed.filter(|outcome| futures::future::ready(!gone(outcome))).try_collect().await;
        removed.map(drop).map_err(Error::store("remove", &self.folder))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{AsArray as _, Int64Array};
    use arrow::datatypes::{DataType, Field, Int64Type, Schema};
    use chrono::TimeDelta;

    use super::*;
    use crate::Staging;

    fn rows(n: u64) -> RecordBatch {
        let schema = Schema::new(vec![Field::new("n", DataType::Int64, false)]);
        RecordBatch::try_new(Arc::new(schema), vec![Arc::new(Int64Array::from(vec![n as i64; 2]))]).unwrap()
    }

    async fn numbers(log: &Log) -> Vec<i64> {
        let read: Vec<_> = log.read(log.stretches().await.unwrap(), None).try_collect().await.unwrap();
        let batches = read.iter().flat_map(|(_, batches)| batches);
        batches.flat_map(|b| b.column(0).as_primitive::<Int64Type>().values().to_vec()).collect()
    }

    async fn log_of(segments: u64) -> Log {
        let log = Staging::in_memory().log("events", "received").unwrap();
        for number in 1..=segments {
            log.append(number, &rows(number)).await.unwrap();
        }
        log
    }

    fn later(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(4_000_000_000 + seconds, 0).unwrap()
    }

    #[tokio::test]
    async fn merging_keeps_every_row_once_and_in_order() {
        let log = log_of(11).await;
        let before = numbers(&log).await;
        // Merged files are there at once; what they hold is removed by the next call, once they are old enough.
        assert!(log.merge(4, later(-1_000_000_000 * 4)).await.unwrap());
        assert_eq!((numbers(&log).await, log.listed().await.unwrap().len()), (before.clone(), 12));
        assert!(!log.merge(4, later(0)).await.unwrap(), "so few are left that they are the newest");
        assert_eq!((numbers(&log).await, log.listed().await.unwrap().len()), (before.clone(), 8));
        assert_eq!((log.newest().await.unwrap(), log.parts().await.unwrap().len()), (11, 8));
        assert!(log.is_merged(4).await.unwrap() && !log.is_merged(5).await.unwrap());
        log.append(12, &rows(12)).await.unwrap();
        assert!(log.merge(4, later(0)).await.unwrap());
        assert!(!log.merge(4, later(0) + TimeDelta::minutes(1)).await.unwrap());
        assert_eq!(numbers(&log).await, [before, vec![12, 12]].concat());
        assert_eq!(log.segment(3).await.unwrap(), None);
    }

    #[tokio::test]
    async fn only_the_oldest_of_several_merged_files_is_removed() {
        let log = log_of(16).await;
        while log.merge(4, later(0)).await.unwrap() {}
        let stretches = log.stretches().await.unwrap();
        assert_eq!(
            stretches.iter().map(|s| (s.first, s.last)).take(4).collect::<Vec<_>>(),
            [(1, 4), (5, 8), (9, 12), (13, 13)]
        );
        assert!(log.remove(&stretches[1]).await.is_err());
        log.remove(&stretches[0]).await.unwrap();
        assert_eq!(numbers(&log).await[..3], [5, 5, 6]);
        log.remove(&stretches[1]).await.unwrap();
        assert!(log.remove(&stretches[2]).await.is_err(), "a segment would be the first");
        assert_eq!(log.newest().await.unwrap(), 16);
    }

    #[tokio::test]
    async fn a_hole_ends_the_log() {
        let log = log_of(3).await;
        log.append(5, &rows(5)).await.unwrap();
        assert_eq!(numbers(&log).await, [1, 1, 2, 2, 3, 3]);
        assert_eq!(log.newest().await.unwrap(), 5);
    }
}
