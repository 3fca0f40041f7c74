//! Which events wait to be applied, and which have been: `events.applied`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, TimeUnit, TimestampMicrosecondType};
use chrono::{DateTime, Utc};
use deskferry_staging::{Context, Log, Staging};
use futures::TryStreamExt as _;
use serde::Serialize;

use crate::received::{self, Rows, TOUCHED};
use crate::topics::Object;
use crate::{Error, Result};

const LOG: &str = "applied";
/// Objects that are named at a time; the rest waits for the next turn.
const OBJECTS_MAX: usize = 5_000;

/// How far events have been applied: all up to this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Position {
    /// Number of the event.
    pub seq: i64,
    /// The segment of `events.received` that it ends.
    pub segment: u64,
}

/// What events that were not applied have named.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Touched {
    /// Tables, as the source's spec calls them, with the ids to look at again. Those that an event calls gone are among them.
    pub tables: BTreeMap<String, BTreeSet<String>>,
    /// Those that an event calls gone, which is no more than a hint.
    pub gone: BTreeMap<String, BTreeSet<String>>,
    /// What to call [`applied`] with once all of them have been looked at.
    pub through: Position,
    /// Events that named them, and those that named nothing.
    pub events: u64,
    /// When the oldest of the events came.
    pub oldest_at: Option<DateTime<Utc>>,
    /// Whether there are more.
    pub more: bool,
}

impl Touched {
    /// Whether there is nothing to apply.
    pub fn is_empty(&self) -> bool {
        self.events == 0
    }
}

/// What waits to be applied. Events that come while it is applied wait for the next turn, even if they name the same objects.
///
/// # Errors
/// What the stage refuses; `Damaged`.
pub async fn pending(staging: &Staging) -> Result<Touched> {
    let through = Applied::newest(staging).await?.map(|applied| applied.position).unwrap_or_default();
    let log = received::log(staging)?;
    let mut stretches = log.stretches().await?;
    stretches.retain(|stretch| stretch.last > through.segment);
    let newest = stretches.last().map_or(through.segment, |stretch| stretch.last);
    let mut touched = Touched { through, ..Touched::default() };
    let mut named = 0;
    let mut read = std::pin::pin!(log.read(stretches, Some(TOUCHED)));
    while let Some((stretch, batches)) = read.try_next().await? {
        for batch in &batches {
            let rows = Rows::new(batch, "objects")?;
            for row in (0..rows.len()).filter(|row| rows.seq(*row) > through.seq) {
                touched.events += 1;
                touched.oldest_at = touched.oldest_at.or_else(|| rows.at(row));
                touched.through.seq = touched.through.seq.max(rows.seq(row));
                for Object { table, id, gone } in rows.objects(row)? {
                    if gone {
                        touched.gone.entry(table.clone()).or_default().insert(id.clone());
                    }
                    named += usize::from(touched.tables.entry(table).or_default().insert(id));
                }
            }
        }
        touched.through.segment = stretch.last;
        if named >= OBJECTS_MAX {
            touched.more = stretch.last < newest;
            break;
        }
    }
    Ok(touched)
}

/// The newest event there is: who looks at everything, and not only at what events name, takes this before it looks and calls
/// [`applied`] with it afterwards.
///
/// # Errors
/// What the stage refuses; `Damaged`.
pub async fn newest(staging: &Staging) -> Result<Position> {
    let log = received::log(staging)?;
    let Some(stretch) = log.stretches().await?.pop() else { return Ok(Position::default()) };
    let segment = stretch.last;
    let read: Vec<_> = log.read(vec![stretch], Some(received::IDENTITY)).try_collect().await?;
    let mut seq = 0;
    for batch in read.iter().flat_map(|(_, batches)| batches) {
        let rows = Rows::new(batch, "id")?;
        seq = (0..rows.len()).map(|row| rows.seq(row)).fold(seq, i64::max);
    }
    Ok(Position { seq, segment })
}

/// Writes down that all events up to a position have been applied. Doing it again, or for an earlier position, changes nothing.
///
/// # Errors
/// What the stage refuses; `Damaged`.
pub async fn applied(context: &Context, position: Position) -> Result<()> {
    Applied::write(context, Some(position), None).await
}

/// Writes down that events could not be applied, and why.
///
/// # Errors
/// What the stage refuses; `Damaged`.
pub async fn failed(context: &Context, error: &str) -> Result<()> {
    Applied::write(context, None, Some(error)).await
}

/// A row of `events.applied`: how a turn has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// When.
    pub at: DateTime<Utc>,
    /// All events up to here have been applied.
    pub position: Position,
    /// Since when turns fail; `None` where this one did not.
    pub failing_since: Option<DateTime<Utc>>,
    /// Why it failed.
    pub error: Option<String>,
}

impl Applied {
    /// The log.
    pub(crate) fn log(staging: &Staging) -> Result<Log> {
        Ok(staging.log("events", LOG)?)
    }

    /// The newest row.
    pub(crate) async fn newest(staging: &Staging) -> Result<Option<Self>> {
        Ok(Self::newest_of(&Self::log(staging)?).await?.1)
    }

    /// The number of the newest segment, and its row.
    async fn newest_of(log: &Log) -> Result<(u64, Option<Self>)> {
        let newest = log.newest().await?;
        let Some(batches) = (if newest > 0 { log.segment(newest).await? } else { None }) else {
            return Ok((newest, None));
        };
        Ok((newest, batches.last().map(Self::read).transpose()?))
    }

    async fn write(context: &Context, position: Option<Position>, error: Option<&str>) -> Result<()> {
        let log = Self::log(&context.staging)?;
        loop {
            let (newest, before) = Self::newest_of(&log).await?;
            let known = before.as_ref().map(|before| before.position).unwrap_or_default();
            let at = context.now();
            let failing_since = error.map(|_| before.as_ref().and_then(|before| before.failing_since).unwrap_or(at));
            let row = Self {
                at,
                position: position.map_or(known, |position| position.max(known)),
                failing_since,
                error: error.map(ToOwned::to_owned),
            };
            if before.is_some_and(|before| before.position == row.position && before.error == row.error) {
                return Ok(());
            }
            match log.append(newest + 1, &row.batch()?).await {
                Ok(()) => return Ok(log.sync(newest + 1).await?),
                // Somebody else was first: what they wrote counts too.
                Err(deskferry_staging::Error::Exists { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn batch(&self) -> Result<RecordBatch> {
        let time_type = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let schema = Schema::new(vec![
            Field::new("at", time_type.clone(), false),
            Field::new("seq", DataType::Int64, false),
            Field::new("segment", DataType::Int64, false),
            Field::new("failing_since", time_type, true),
            Field::new("error", DataType::Utf8, true),
        ]);
        let time = |at: Option<DateTime<Utc>>| -> ArrayRef {
            Arc::new(TimestampMicrosecondArray::from(vec![at.map(|at| at.timestamp_micros())]).with_timezone("UTC"))
        };
        let number = |value: i64| -> ArrayRef { Arc::new(Int64Array::from(vec![value])) };
        let columns = vec![
            time(Some(self.at)),
            number(self.position.seq),
            number(i64::try_from(self.position.segment).unwrap_or(i64::MAX)),
            time(self.failing_since),
            Arc::new(StringArray::from(vec![self.error.clone()])),
        ];
        RecordBatch::try_new(Arc::new(schema), columns).map_err(|source| Error::Output { log: LOG, source })
    }

    /// The last row of a batch.
    fn read(batch: &RecordBatch) -> Result<Self> {
        let damaged = |name: &str| Error::Damaged { log: LOG, reason: format!("column `{name}` cannot be read") };
        let row = batch.num_rows().checked_sub(1).ok_or_else(|| damaged("seq"))?;
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| damaged(name));
        let number = |name: &str| {
            Ok::<_, Error>(column(name)?.as_primitive_opt::<Int64Type>().ok_or_else(|| damaged(name))?.value(row))
        };
        let time = |name: &str| {
            let column = column(name)?.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(|| damaged(name))?;
            Ok::<_, Error>(column.iter().nth(row).flatten().and_then(DateTime::from_timestamp_micros))
        };
        let error = column("error")?.as_string_opt::<i32>().ok_or_else(|| damaged("error"))?;
        Ok(Self {
            at: time("at")?.ok_or_else(|| damaged("at"))?,
            position: Position {
                seq: number("seq")?,
                segment: u64::try_from(number("segment")?).map_err(|_| damaged("segment"))?,
            },
            failing_since: time("failing_since")?,
            error: error.iter().nth(row).flatten().map(ToOwned::to_owned),
        })
    }
}
