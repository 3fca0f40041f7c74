//! What a store must do to hold a stage, as one suite that any store can be put through.
//!
//! It runs here on memory and a local folder, and in the end-to-end tests on a real S3-protocol server.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{StreamExt as _, TryStreamExt as _};

use crate::{Changes, Error, File, Manifest, Mode, RunId, Stage, Staging};

/// What the suite found wrong.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Puts an empty stage through the suite.
///
/// # Errors
/// The first expectation that the store does not meet, in words, or the store's own error.
pub async fn run(staging: &Staging) -> Result<(), Failure> {
    a_run_is_seen_only_once_published(staging).await?;
    a_run_is_published_only_once(staging).await?;
    a_table_reads_back_as_written(staging).await?;
    delta_runs_add_to_the_newest_full_run(staging).await?;
    files_are_named_by_their_bytes(staging).await?;
    a_log_takes_each_number_once(staging).await
}

fn expect(holds: bool, what: &str) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(what.into()) }
}

fn at(seconds: i64) -> Result<DateTime<Utc>, Failure> {
    DateTime::from_timestamp(1_700_000_000 + seconds, 0).ok_or_else(|| "time out of range".into())
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, true), Field::new("text", DataType::Utf8, true)]))
}

fn rows(ids: std::ops::Range<i64>) -> Result<RecordBatch, Failure> {
    let texts: ArrayRef =
        Arc::new(StringArray::from_iter(ids.clone().map(|id| (id % 3 != 0).then(|| format!("text {id} ❤")))));
    Ok(RecordBatch::try_new(schema(), vec![Arc::new(Int64Array::from_iter_values(ids)), texts])?)
}

async fn write(
    staging: &Staging,
    seconds: i64,
    table: &str,
    ids: std::ops::Range<i64>,
    mode: Mode,
) -> Result<Manifest, Failure> {
    let mut run = staging.begin(RunId::new(at(seconds)?, 0), Stage::Extract, "suite", at(seconds)?)?;
    run.manifest().mode = mode;
    let mut writer = run.table(table, schema())?;
    writer.write(&rows(ids)?).await?;
    let written = writer.close().await?;
    let added = run.add(table, vec![written]);
    added.key = vec!["id".to_owned()];
    added.changes = (mode == Mode::Delta).then(|| Changes { new: added.rows, ..Changes::default() });
    Ok(run.publish(at(seconds)?).await?)
}

async fn a_run_is_seen_only_once_published(staging: &Staging) -> Result<(), Failure> {
    let mut run = staging.begin(RunId::new(at(1)?, 0), Stage::Extract, "suite", at(1)?)?;
    let mut writer = run.table("t", schema())?;
    writer.write(&rows(0..10)?).await?;
    let written = writer.close().await?;
    expect(staging.runs().await?.is_empty(), "a run is seen before its manifest is written")?;
    run.add("t", vec![written]);
    let manifest = run.publish(at(2)?).await?;
    expect(staging.runs().await? == vec![manifest], "a published run is not listed as it was published")
}

async fn a_run_is_published_only_once(staging: &Staging) -> Result<(), Failure> {
    let id = RunId::new(at(10)?, 0);
    let (one, two) = (
        staging.begin(id.clone(), Stage::Extract, "suite", at(10)?)?,
        staging.begin(id.clone(), Stage::Transform, "suite", at(10)?)?,
    );
    let (one, two) = futures::join!(one.publish(at(11)?), two.publish(at(11)?));
    let winner = match (one, two) {
        (Ok(winner), Err(Error::Exists { .. })) | (Err(Error::Exists { .. }), Ok(winner)) => winner,
        other => return Err(format!("two publishers of one run id: wanted one to win, got {other:?}").into()),
    };
    expect(staging.manifest(&id).await? == winner, "the manifest is not the winner's")
}

async fn a_table_reads_back_as_written(staging: &Staging) -> Result<(), Failure> {
    let mut run = staging.begin(RunId::new(at(20)?, 0), Stage::Extract, "suite", at(20)?)?;
    let mut left = run.table("t", schema())?;
    let mut right = left.fork();
    for start in 0..10 {
        let (many, one) = (rows(start * 9_000..(start + 1) * 9_000)?, rows(-start - 1..-start)?);
        futures::try_join!(left.write(&many), right.write(&one))?;
    }
    let written = vec![left.close().await?, right.close().await?];
    run.add("t", written);
    let empty = run.table("nothing", schema())?.close().await?;
    run.add("nothing", vec![empty]);
    let manifest = run.publish(at(21)?).await?;
    expect(manifest.rows("t") == 90_010, "the manifest does not count the rows of every writer")?;
    let batches: Vec<RecordBatch> = staging.read(&manifest, "t")?.try_collect().await?;
    let mut ids: Vec<i64> = Vec::new();
    for batch in &batches {
        let column = batch.column(0).as_any().downcast_ref::<Int64Array>().ok_or("id is not Int64")?;
        expect(batch.column(1).null_count() > 0 || batch.num_rows() < 3, "NULL did not survive")?;
        ids.extend(column.values());
    }
    ids.sort_unstable();
    expect(ids == (-10..90_000).collect::<Vec<_>>(), "rows are lost, doubled or changed")?;
    let none: Vec<RecordBatch> = staging.read(&manifest, "nothing")?.try_collect().await?;
    expect(none.iter().all(|b| b.num_rows() == 0), "an empty table has rows")?;
    expect(manifest.tables["nothing"].columns.len() == 2, "an empty table has lost its columns")
}

async fn delta_runs_add_to_the_newest_full_run(staging: &Staging) -> Result<(), Failure> {
    write(staging, 30, "d", 0..5, Mode::Full).await?;
    let full = write(staging, 31, "d", 0..6, Mode::Full).await?;
    write(staging, 32, "other", 0..1, Mode::Full).await?;
    let delta = write(staging, 33, "d", 4..8, Mode::Delta).await?;
    let current = staging.current("suite").await?;
    expect(current["d"] == vec![full, delta], "the current state is not the newest full run and the deltas after it")?;
    let keys: Vec<RecordBatch> =
        staging.read_columns(&current["d"][1], "d", Some(&["id".to_owned()]))?.try_collect().await?;
    expect(keys.iter().all(|b| b.num_columns() == 1), "more columns are read than were asked for")?;
    expect(keys.iter().map(RecordBatch::num_rows).sum::<usize>() == 4, "some columns do not have all rows")?;
    expect(staging.current("nobody").await?.is_empty(), "a schema nobody wrote has tables")
}

async fn files_are_named_by_their_bytes(staging: &Staging) -> Result<(), Failure> {
    let files = staging.files();
    let bytes = Bytes::from_static(b"hello");
    let file = files.put(bytes.clone()).await?;
    expect(file == files.put(bytes.clone()).await?, "the same bytes twice are not the same file")?;
    expect(files.get(&file.sha256).await? == bytes, "a file does not read back")?;
    let empty = files.put(Bytes::new()).await?;
    expect(files.get(&empty.sha256).await?.is_empty(), "an empty file does not read back")?;

    let large = Bytes::from(vec![7_u8; 20 << 20]);
    let name = File { sha256: hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&large)), bytes: large.len() as u64 };
    let chunks = |bytes: Bytes| {
        let parts: Vec<_> =
            (0..bytes.len()).step_by(1 << 20).map(|i| Ok(bytes.slice(i..(i + (1 << 20)).min(bytes.len())))).collect();
        futures::stream::iter(parts).boxed()
    };
    let changed = Bytes::from(vec![8_u8; 20 << 20]);
    expect(files.put_stream(&name, chunks(changed)).await.is_err(), "bytes that are not the file's were taken")?;
    expect(!files.contains(&name.sha256).await?, "a refused file is stored")?;
    files.put_stream(&name, chunks(large.clone())).await?;
    expect(files.get(&name.sha256).await? == large, "a streamed file does not read back")?;
    expect(
        matches!(files.get(&"0".repeat(64)).await, Err(Error::Missing { .. })),
        "a file that is not there is not missing",
    )
}

async fn a_log_takes_each_number_once(staging: &Staging) -> Result<(), Failure> {
    let log = staging.log("ledger", "entries")?;
    expect(log.segment(1).await?.is_none(), "a log begins with a segment")?;
    log.append(1, &rows(0..3)?).await?;
    let (one, two) = (rows(3..4)?, rows(4..6)?);
    let (one, two) = futures::join!(log.append(2, &one), log.append(2, &two));
    expect(
        matches!((&one, &two), (Ok(()), Err(Error::Exists { .. })) | (Err(Error::Exists { .. }), Ok(()))),
        "two writers of one segment: wanted one to win",
    )?;
    let found: usize = log.segment(2).await?.ok_or("the segment is gone")?.iter().map(RecordBatch::num_rows).sum();
    expect(found == if one.is_ok() { 1 } else { 2 }, "the segment is not the winner's")?;
    expect(log.parts().await?.len() == 2, "the log does not list its segments")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn memory_conforms() {
        run(&Staging::in_memory()).await.unwrap();
    }

    #[tokio::test]
    async fn local_folder_conforms() {
        let folder = tempfile::tempdir().unwrap();
        let none: [(&str, &str); 0] = [];
        run(&Staging::open(folder.path().to_str().unwrap(), none).unwrap()).await.unwrap();
    }
}
