//! `distilled.texts`: answers that have been published, and those of a run that is under way.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, AsArray as _, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{
    DataType, Field, Float64Type, Int64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType,
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use deskferry_staging::{Changes, Context, Manifest, Mode, Stage, Staging, Work};
use futures::TryStreamExt as _;

use crate::{Error, Result, SCHEMA, TABLE};

/// Most delta runs before the table is written whole again, so that reading it opens few files.
const DELTAS_MAX: usize = 20;
/// Name of the log of a run that is under way.
const LOG: &str = "answers";

/// One answer, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    pub(crate) hash: String,
    pub(crate) source_key: String,
    pub(crate) model: String,
    pub(crate) text: Option<String>,
    pub(crate) refused: Option<String>,
    pub(crate) tokens_in: u64,
    pub(crate) tokens_out: u64,
    pub(crate) cost: f64,
    pub(crate) at: DateTime<Utc>,
}

/// What has been published.
#[derive(Debug, Default)]
pub(crate) struct Published {
    runs: Vec<Manifest>,
    pub(crate) hashes: HashSet<String>,
    /// Cost of answers since a time.
    pub(crate) cost: f64,
}

impl Published {
    /// What there is, and what it has cost since a time.
    pub(crate) async fn read(staging: &Staging, since: DateTime<Utc>) -> Result<Self> {
        let mut published =
            Self { runs: staging.current(SCHEMA).await?.remove(TABLE).unwrap_or_default(), ..Self::default() };
        let columns = ["hash", "cost", "at"].map(str::to_owned);
        for run in &published.runs {
            let mut batches = staging.read_columns(run, TABLE, Some(&columns))?;
            while let Some(batch) = batches.try_next().await? {
                let (hashes, costs, times) =
                    (text(run, &batch, "hash")?, number(run, &batch, "cost")?, time(run, &batch)?);
                for row in 0..batch.num_rows() {
                    published.hashes.insert(hashes.value(row).to_owned());
                    published.cost += if times.value(row) >= since.timestamp_micros() { costs.value(row) } else { 0.0 };
                }
            }
        }
        Ok(published)
    }

    /// Publishes answers beside what there is: as a delta, or now and then all of them.
    pub(crate) async fn publish(
        self,
        context: &Context,
        texts: &[Text],
        started_at: DateTime<Utc>,
    ) -> Result<Manifest> {
        let mut run = context.staging.begin(context.run_id(), Stage::Distill, SCHEMA, started_at)?;
        let is_delta = (1..=DELTAS_MAX).contains(&self.runs.len());
        let mut table = run.table(TABLE, schema())?;
        let mut all: BTreeMap<String, Text> = BTreeMap::new();
        if !is_delta {
            for old in &self.runs {
                all.extend(rows(&context.staging, old).await?.into_iter().map(|text| (text.hash.clone(), text)));
            }
        }
        all.extend(texts.iter().map(|text| (text.hash.clone(), text.clone())));
        let all: Vec<Text> = all.into_values().collect();
        for piece in all.chunks(1_000) {
            table.write(&batch(piece)?).await?;
        }
        let written = run.add(TABLE, vec![table.close().await?]);
        written.key = vec!["hash".to_owned()];
        if is_delta {
            let changed = all.iter().filter(|text| self.hashes.contains(&text.hash)).count() as u64;
            let (new, unchanged) = (all.len() as u64 - changed, self.hashes.len() as u64 - changed);
            written.changes = Some(Changes { new, changed, gone: 0, unchanged });
            run.manifest().mode = Mode::Delta;
        }
        Ok(run.publish(context.now()).await?)
    }
}

/// Answers that were paid for and not published, for the process ended before.
pub(crate) async fn left_over(staging: &Staging) -> Result<(Vec<Work>, Vec<Text>)> {
    let works = staging.works(SCHEMA).await?;
    let mut texts = Vec::new();
    for work in &works {
        let log = work.log(TABLE, LOG)?;
        let mut number = 1;
        while let Some(batches) = log.segment(number).await? {
            for batch in &batches {
                texts.extend(
                    of(batch).map_err(|reason| damaged(&format!("{SCHEMA}.{TABLE}"), work.run().as_str(), reason))?,
                );
            }
            number += 1;
        }
    }
    Ok((works, texts))
}

/// Answers of this run, in the stage as they come.
pub(crate) struct Answers {
    work: Work,
    next: u64,
}

impl Answers {
    /// Begins with none.
    pub(crate) async fn begin(context: &Context) -> Result<Self> {
        let work = context.staging.begin_work(SCHEMA, context.run_id(), Bytes::from_static(b"{}")).await?;
        Ok(Self { work, next: 1 })
    }

    /// Stores answers.
    pub(crate) async fn append(&mut self, texts: &[Text]) -> Result<()> {
        self.work.log(TABLE, LOG)?.append(self.next, &batch(texts)?).await?;
        self.next += 1;
        Ok(())
    }

    /// Forgets them: they are published.
    pub(crate) async fn remove(self) -> Result<()> {
        Ok(self.work.remove().await?)
    }
}

fn schema() -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    let number = |name: &str| Field::new(name, DataType::Int64, false);
    Arc::new(Schema::new(vec![
        text("hash", false),
        text("source_key", false),
        text("model", false),
        text("text", true),
        text("refused", true),
        number("tokens_in"),
        number("tokens_out"),
        Field::new("cost", DataType::Float64, false),
        Field::new("at", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false),
    ]))
}

fn batch(texts: &[Text]) -> Result<RecordBatch> {
    let text =
        |of: &dyn Fn(&Text) -> Option<&str>| -> ArrayRef { Arc::new(texts.iter().map(of).collect::<StringArray>()) };
    let number = |of: &dyn Fn(&Text) -> u64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(texts.iter().map(|t| i64::try_from(of(t)).unwrap_or(i64::MAX))))
    };
    let columns: Vec<ArrayRef> = vec![
        text(&|t| Some(&t.hash)),
        text(&|t| Some(&t.source_key)),
        text(&|t| Some(&t.model)),
        text(&|t| t.text.as_deref()),
        text(&|t| t.refused.as_deref()),
        number(&|t| t.tokens_in),
        number(&|t| t.tokens_out),
        Arc::new(Float64Array::from_iter_values(texts.iter().map(|t| t.cost))),
        Arc::new(
            TimestampMicrosecondArray::from_iter_values(texts.iter().map(|t| t.at.timestamp_micros()))
                .with_timezone("UTC"),
        ),
    ];
    RecordBatch::try_new(schema(), columns)
        .map_err(|e| damaged(&format!("{SCHEMA}.{TABLE}"), "that is written", e.to_string()))
}

async fn rows(staging: &Staging, run: &Manifest) -> Result<Vec<Text>> {
    let mut batches = staging.read(run, TABLE)?;
    let mut texts = Vec::new();
    while let Some(batch) = batches.try_next().await? {
        texts.extend(of(&batch).map_err(|reason| damaged(&format!("{SCHEMA}.{TABLE}"), run.run.as_str(), reason))?);
    }
    Ok(texts)
}

/// The rows of a batch.
fn of(batch: &RecordBatch) -> Result<Vec<Text>, String> {
    if batch.schema().fields().iter().map(|f| f.data_type()).ne(schema().fields().iter().map(|f| f.data_type())) {
        return Err("it has other columns".to_owned());
    }
    let text = |column: usize, row: usize| {
        let column = batch.column(column).as_string::<i32>();
        column.is_valid(row).then(|| column.value(row).to_owned())
    };
    let number = |column: usize, row: usize| batch.column(column).as_primitive::<Int64Type>().value(row).unsigned_abs();
    let row = |row: usize| Text {
        hash: text(0, row).unwrap_or_default(),
        source_key: text(1, row).unwrap_or_default(),
        model: text(2, row).unwrap_or_default(),
        text: text(3, row),
        refused: text(4, row),
        tokens_in: number(5, row),
        tokens_out: number(6, row),
        cost: batch.column(7).as_primitive::<Float64Type>().value(row),
        at: DateTime::from_timestamp_micros(batch.column(8).as_primitive::<TimestampMicrosecondType>().value(row))
            .unwrap_or_default(),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

fn text(run: &Manifest, batch: &RecordBatch, name: &str) -> Result<StringArray> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>().cloned());
    column.ok_or_else(|| lacks(run, name))
}

fn number(run: &Manifest, batch: &RecordBatch, name: &str) -> Result<Float64Array> {
    let column = batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Float64Type>().cloned());
    column.ok_or_else(|| lacks(run, name))
}

fn time(run: &Manifest, batch: &RecordBatch) -> Result<TimestampMicrosecondArray> {
    let column =
        batch.column_by_name("at").and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>().cloned());
    column.ok_or_else(|| lacks(run, "at"))
}

fn lacks(run: &Manifest, name: &str) -> Error {
    damaged(&format!("{SCHEMA}.{TABLE}"), run.run.as_str(), format!("it has no column `{name}`"))
}

fn damaged(table: &str, run: &str, reason: String) -> Error {
    Error::Table { table: table.to_owned(), run: run.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn context() -> Context {
        let (ticks, chances) = (AtomicU32::new(0), AtomicU32::new(0));
        let begin = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let clock = move || begin + chrono::Duration::seconds(ticks.fetch_add(1, Ordering::Relaxed).into());
        Context::new(Staging::in_memory(), clock, move || chances.fetch_add(1, Ordering::Relaxed))
    }

    fn text(number: usize, at: DateTime<Utc>) -> Text {
        Text {
            hash: format!("h{number}"),
            source_key: format!("distilled:intercom:{number}"),
            model: "m".to_owned(),
            text: number.is_multiple_of(2).then(|| "said".to_owned()),
            refused: (number % 2 == 1).then(|| "the answer is empty".to_owned()),
            tokens_in: 10,
            tokens_out: 5,
            cost: 0.5,
            at,
        }
    }

    #[tokio::test]
    async fn answers_add_up_and_are_written_whole_now_and_then() {
        let context = context();
        let (now, never) = (context.now(), DateTime::UNIX_EPOCH);
        for number in 0..2 * DELTAS_MAX {
            let published = Published::read(&context.staging, never).await.unwrap();
            assert_eq!(published.hashes.len(), number);
            published.publish(&context, &[text(number, now)], now).await.unwrap();
        }
        let published = Published::read(&context.staging, never).await.unwrap();
        assert!(published.runs.len() <= DELTAS_MAX + 1, "{} runs", published.runs.len());
        assert!((published.cost - DELTAS_MAX as f64).abs() < 1e-9, "{}", published.cost);
        let mut all = Vec::new();
        for run in &published.runs {
            all.extend(rows(&context.staging, run).await.unwrap());
        }
        all.sort_by_key(|text| text.hash[1..].parse::<usize>().unwrap());
        let wanted: Vec<Text> = (0..2 * DELTAS_MAX).map(|number| text(number, now)).collect();
        assert_eq!(all, wanted);
        let later = Published::read(&context.staging, now + chrono::Duration::days(1)).await.unwrap();
        assert!(later.cost.abs() < 1e-9 && later.hashes.len() == 2 * DELTAS_MAX);
    }

    #[tokio::test]
    async fn answers_of_a_run_that_ended_are_found_until_they_are_published() {
        let context = context();
        let mut answers = Answers::begin(&context).await.unwrap();
        let now = context.now();
        answers.append(&[text(1, now), text(2, now)]).await.unwrap();
        answers.append(&[text(3, now)]).await.unwrap();
        let (works, found) = left_over(&context.staging).await.unwrap();
        assert_eq!((works.len(), found), (1, vec![text(1, now), text(2, now), text(3, now)]));
        answers.remove().await.unwrap();
        assert!(left_over(&context.staging).await.unwrap().0.is_empty());
    }
}
