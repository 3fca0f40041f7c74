//! What has come and what was done with it, counted over all servers and restarts: `events.counts`.
//!
//! The count of events received is exact: it is the number of the newest one. The others are written down once a minute where they
//! have changed, and when a server ends; what a server that is killed has counted since then is lost, and no more than that.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, AsArray as _, Int64Array, RecordBatch, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, TimeUnit};
use deskferry_staging::{Context, Log, Staging};

use crate::{Error, Result};

const LOG: &str = "counts";

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    /// Events that had come before, by their id.
    Repeated,
    /// Calls without the right signature.
    Rejected,
    /// Calls that were signed and are no events.
    Malformed,
    /// Calls whose body is too large.
    Oversized,
    /// Events that could not be stored in time; Intercom sends them again.
    Unavailable,
    /// Events that were stored and whose topic is not known.
    Unknown,
    /// Pings.
    Pings,
}

/// All of them with their names.
pub(crate) const ALL: [(Count, &str); 7] = [
    (Count::Repeated, "repeated"),
    (Count::Rejected, "rejected"),
    (Count::Malformed, "malformed"),
    (Count::Oversized, "oversized"),
    (Count::Unavailable, "unavailable"),
    (Count::Unknown, "unknown"),
    (Count::Pings, "pings"),
];

/// So many of each, in the order of [`ALL`].
pub(crate) type Values = [i64; ALL.len()];

/// The counts of this server, on top of those written down.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    since: [AtomicI64; ALL.len()],
    written: Mutex<Values>,
}

impl Counts {
    /// Counts that go on from those written down.
    pub(crate) async fn open(staging: &Staging) -> Result<Self> {
        let (_, written) = newest(&log(staging)?).await?;
        Ok(Self { written: Mutex::new(written), ..Self::default() })
    }

    /// One more.
    pub(crate) fn add(&self, count: Count) {
        self.since[count as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// All there have been.
    pub(crate) fn values(&self) -> Values {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        std::array::from_fn(|at| written[at] + self.since[at].load(Ordering::Relaxed))
    }

    /// Writes down what has come since the last time.
    pub(crate) async fn write(&self, context: &Context) -> Result<()> {
        let since: Values = std::array::from_fn(|at| self.since[at].load(Ordering::Relaxed));
        if since.iter().all(|count| *count == 0) {
            return Ok(());
        }
        let log = log(&context.staging)?;
        let values = loop {
            let (segment, before) = newest(&log).await?;
            let values: Values = std::array::from_fn(|at| before[at] + since[at]);
            match log.append(segment + 1, &batch(context, &values)?).await {
                Ok(()) => break values,
                Err(deskferry_staging::Error::Exists { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        };
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        *written = values;
        for (count, since) in self.since.iter().zip(since) {
            count.fetch_sub(since, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// The log.
pub(crate) fn log(staging: &Staging) -> Result<Log> {
    Ok(staging.log("events", LOG)?)
}

/// The counts that are written down.
pub(crate) async fn written(staging: &Staging) -> Result<Values> {
    Ok(newest(&log(staging)?).await?.1)
}

async fn newest(log: &Log) -> Result<(u64, Values)> {
    let newest = log.newest().await?;
    let batches = if newest > 0 { log.segment(newest).await? } else { None };
    let Some(batch) = batches.as_ref().and_then(|batches| batches.last()) else {
        return Ok((newest, Values::default()));
    };
    let mut values = Values::default();
    for ((_, name), value) in ALL.iter().zip(&mut values) {
        // A count that an older version did not keep begins at 0.
        let column = batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>());
        *value = column.and_then(|column| column.iter().last().flatten()).unwrap_or(0);
    }
    Ok((newest, values))
}

fn batch(context: &Context, values: &Values) -> Result<RecordBatch> {
    let at = TimestampMicrosecondArray::from(vec![context.now().timestamp_micros()]).with_timezone("UTC");
    let mut fields = vec![Field::new("at", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false)];
    let mut columns: Vec<ArrayRef> = vec![Arc::new(at)];
    for ((_, name), value) in ALL.iter().zip(values) {
        fields.push(Field::new(*name, DataType::Int64, false));
        columns.push(Arc::new(Int64Array::from(vec![*value])));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(|source| Error::Output { log: LOG, source })
}
