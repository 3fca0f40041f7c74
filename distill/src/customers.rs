//! The texts to ask about: rows of `base_distilled`, in its order, newest customers first.

use std::collections::HashSet;

use arrow::array::{Array as _, AsArray as _, RecordBatch, StringArray};
use deskferry_staging::{Manifest, Staging};
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};

use crate::{Error, MODEL, Result};

/// One text.
#[derive(Debug, Clone)]
pub(crate) struct Customer {
    /// Row of `knowledge` that the answer is for.
    pub(crate) source_key: String,
    /// Of all that shapes the answer.
    pub(crate) hash: String,
    /// What was said.
    pub(crate) input: String,
    /// Names to mask, one on a line.
    pub(crate) people: String,
}

/// The newest transform.
pub(crate) async fn newest(staging: &Staging, schema: &str) -> Result<Manifest> {
    let found = staging.latest(schema).await?.filter(|run| run.tables.contains_key(MODEL));
    found.ok_or_else(|| Error::NothingToAsk { schema: schema.to_owned() })
}

/// The hashes that there are, each once.
pub(crate) async fn hashes(staging: &Staging, run: &Manifest) -> Result<HashSet<String>> {
    let mut batches = staging.read_columns(run, MODEL, Some(&["hash".to_owned()]))?;
    let mut hashes = HashSet::new();
    while let Some(batch) = batches.try_next().await? {
        let column = texts(run, &batch, "hash")?;
        hashes
            .extend((0..batch.num_rows()).filter(|row| column.is_valid(*row)).map(|row| column.value(row).to_owned()));
    }
    Ok(hashes)
}

/// The texts, as they are read.
pub(crate) fn all(staging: &Staging, run: &Manifest) -> Result<BoxStream<'static, Result<Customer>>> {
    let columns = ["source_key", "input", "people", "hash"].map(str::to_owned);
    let (batches, run) = (staging.read_columns(run, MODEL, Some(&columns))?, run.clone());
    let rows = batches.map(move |batch| {
        let batch = batch?;
        let [keys, inputs, people, hashes] =
            ["source_key", "input", "people", "hash"].map(|name| texts(&run, &batch, name));
        let (keys, inputs, people, hashes) = (keys?, inputs?, people?, hashes?);
        let text = |column: &StringArray, row: usize| {
            if column.is_valid(row) { column.value(row).to_owned() } else { String::new() }
        };
        let row = |row: usize| Customer {
            source_key: text(&keys, row),
            hash: text(&hashes, row),
            input: text(&inputs, row),
            people: text(&people, row),
        };
        let rows: Vec<Result<Customer>> =
            (0..batch.num_rows()).filter(|n| hashes.is_valid(*n)).map(|n| Ok(row(n))).collect();
        Ok::<_, Error>(futures::stream::iter(rows))
    });
    Ok(rows.try_flatten().boxed())
}

fn texts(run: &Manifest, batch: &RecordBatch, name: &str) -> Result<StringArray> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>().cloned());
    column.ok_or_else(|| Error::Table {
        table: format!("{}.{MODEL}", run.schema),
        run: run.run.to_string(),
        reason: format!("it has no text column `{name}`"),
    })
}
