//! What stays and what goes, and a removal that breaks off after any of its steps.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use bytes::Bytes;

use super::*;
use crate::{Build, Changes, Mode, Stage};

/// A minute of a day long ago: parts in memory are written now, so that `now` below is later than a day after all of them.
fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + 60 * minute, 0).unwrap()
}

/// Two days from now, by the clock of the store.
async fn later(staging: &Staging) -> DateTime<Utc> {
    let objects: Vec<ObjectMeta> = staging.store().list(None).try_collect().await.unwrap();
    objects.iter().map(|o| o.last_modified).max().unwrap() + TimeDelta::days(2)
}

struct Run<'a> {
    stage: Stage,
    schema: &'a str,
    table: &'a str,
    inputs: &'a [&'a RunId],
    delta: bool,
    hash: &'a str,
}

const EXTRACT: Run<'_> =
    Run { stage: Stage::Extract, schema: "desk", table: "files", inputs: &[], delta: false, hash: "" };
const TRANSFORM: Run<'_> = Run { stage: Stage::Transform, schema: "intercom", table: "tags", ..EXTRACT };

/// Writes a run; publishes it where `is_published`.
async fn write(staging: &Staging, minute: i64, run: Run<'_>, is_published: bool) -> RunId {
    let id = RunId::new(at(minute), 1);
    let mut writer = staging.begin(id.clone(), run.stage, run.schema, at(minute)).unwrap();
    let hashes: ArrayRef = Arc::new(StringArray::from(vec![run.hash]));
    let batch = RecordBatch::try_from_iter([("sha256", hashes)]).unwrap();
    let mut table = writer.table(run.table, batch.schema()).unwrap();
    table.write(&batch).await.unwrap();
    let written = writer.add(run.table, vec![table.close().await.unwrap()]);
    if run.delta {
        (written.key, written.changes) = (vec!["sha256".into()], Some(Changes { new: 1, ..Changes::default() }));
        writer.manifest().mode = Mode::Delta;
    }
    writer.manifest().inputs = run.inputs.iter().map(|run| (*run).clone()).collect();
    if is_published {
        writer.publish(at(minute)).await.unwrap();
    }
    id
}

/// The runs whose manifests there are, and those of which there are parts.
async fn found(staging: &Staging) -> (Vec<RunId>, BTreeSet<RunId>) {
    let objects: Vec<ObjectMeta> = staging.store().list(None).try_collect().await.unwrap();
    let parts = objects.iter().filter_map(|o| layout::part_run(&o.location)).collect();
    (staging.runs().await.unwrap().into_iter().map(|run| run.run).collect(), parts)
}

#[tokio::test]
async fn what_is_needed_stays_and_the_rest_goes() {
    let staging = Staging::in_memory();
    let oldest = write(&staging, 1, EXTRACT, true).await;
    let whole = write(&staging, 2, EXTRACT, true).await;
    let delta = write(&staging, 3, Run { delta: true, ..EXTRACT }, true).await;
    let other_table = write(&staging, 4, Run { table: "users", ..EXTRACT }, true).await;
    let unread = write(&staging, 5, TRANSFORM, true).await;
    let loaded = write(&staging, 6, Run { inputs: &[&oldest], ..TRANSFORM }, true).await;
    let newest = write(&staging, 7, Run { inputs: &[&whole, &delta], ..TRANSFORM }, true).await;
    let load = Run { stage: Stage::Load, schema: "load", table: "results", inputs: &[&loaded], ..EXTRACT };
    let load = write(&staging, 8, load, true).await;
    let stray = write(&staging, 9, EXTRACT, false).await;

    let prune = staging.plan_prune(1, later(&staging).await).await.unwrap();
    assert_eq!(prune.runs.iter().map(|run| &run.run).collect::<Vec<_>>(), [&unread]);
    assert_eq!(prune.left.keys().collect::<Vec<_>>(), [&stray]);
    let before = found(&staging).await;
    assert_eq!(before.0.len(), 8, "a plan changes nothing");
    prune.perform().await.unwrap();
    let expected = vec![oldest, whole, delta, other_table, loaded, newest, load];
    assert_eq!(found(&staging).await, (expected.clone(), expected.into_iter().collect()));
    staging.current("desk").await.unwrap();
    assert!(staging.plan_prune(1, later(&staging).await).await.unwrap().is_empty());
}

#[tokio::test]
async fn parts_that_a_later_run_took_over_stay_without_the_run() {
    let staging = Staging::in_memory();
    let first = write(&staging, 1, TRANSFORM, true).await;
    let manifest = staging.manifest(&first).await.unwrap();
    let build = Build {
        model: String::new(),
        sha256: String::new(),
        reads: vec![],
        fingerprint: None,
        milliseconds: 0,
        reused_from: None,
    };
    let mut table = manifest.tables["tags"].clone();
    table.build = Some(build);
    let mut second = staging.begin(RunId::new(at(2), 1), Stage::Transform, "intercom", at(2)).unwrap();
    second.take_over("tags", &first, &table);
    let second = second.publish(at(2)).await.unwrap();
    let prune = staging.plan_prune(1, later(&staging).await).await.unwrap();
    assert_eq!((prune.runs.len(), prune.bytes), (1, 0));
    prune.perform().await.unwrap();
    let rows: Vec<RecordBatch> = staging.read(&second, "tags").unwrap().try_collect().await.unwrap();
    assert_eq!(rows.iter().map(RecordBatch::num_rows).sum::<usize>(), 1);
    assert_eq!(found(&staging).await, (vec![second.run], [first].into()));
    assert!(staging.plan_prune(1, later(&staging).await).await.unwrap().is_empty());
}

#[tokio::test]
async fn files_go_with_the_last_run_that_names_them_and_not_while_a_source_is_read() {
    let staging = Staging::in_memory();
    let [old, new] =
        [staging.files().put("old".into()).await.unwrap(), staging.files().put("new".into()).await.unwrap()];
    write(&staging, 1, Run { hash: &old.sha256, ..EXTRACT }, true).await;
    write(&staging, 2, Run { hash: &new.sha256, ..EXTRACT }, true).await;
    let at = later(&staging).await;
    assert_eq!(staging.plan_prune(2, at).await.unwrap().files, 0);
    assert_eq!(staging.plan_prune(1, at - TimeDelta::days(2)).await.unwrap().files, 0, "it is of today");
    let work = staging.begin_work("desk", RunId::new(super::tests::at(3), 1), Bytes::new()).await.unwrap();
    assert_eq!(staging.plan_prune(1, at).await.unwrap().files, 0);
    work.remove().await.unwrap();
    let prune = staging.plan_prune(1, at).await.unwrap();
    assert_eq!(prune.files, 1);
    prune.perform().await.unwrap();
    assert_eq!(staging.files().list().await.unwrap(), [new]);
}

#[tokio::test]
async fn who_has_just_written_and_not_published_is_at_work() {
    let staging = Staging::in_memory();
    let stray = write(&staging, 1, EXTRACT, false).await;
    let now = later(&staging).await - TimeDelta::days(2);
    let prune = staging.plan_prune(1, now + TimeDelta::minutes(9)).await.unwrap();
    assert_eq!(prune.at_work.map(|(run, _)| run), Some(stray));
    let silent = staging.plan_prune(1, now + TimeDelta::minutes(11)).await.unwrap();
    assert!(silent.at_work.is_none() && silent.is_empty(), "it may still go on");
}

#[tokio::test]
async fn a_removal_that_breaks_off_is_ended_by_the_next_and_never_seen() {
    for broken_after in 0.. {
        let staging = Staging::in_memory();
        write(&staging, 1, EXTRACT, true).await;
        write(&staging, 2, Run { delta: true, ..EXTRACT }, true).await;
        let last = write(&staging, 3, EXTRACT, true).await;
        let now = later(&staging).await - TimeDelta::days(2);
        let steps = staging.plan_prune(1, now).await.unwrap().steps();
        for step in steps.iter().take(broken_after) {
            staging.step(step).await.unwrap();
            staging.current("desk").await.unwrap();
            for run in staging.runs().await.unwrap() {
                let rows: Vec<RecordBatch> = staging.read(&run, "files").unwrap().try_collect().await.unwrap();
                assert_eq!(rows.len(), 1, "a run that is seen is whole");
                staging.current_at("desk", Some(&run.run)).await.unwrap();
            }
        }
        // The parts were written just now: it is the marks that tell.
        let next = staging.plan_prune(1, now).await.unwrap();
        assert!(next.at_work.is_none());
        next.perform().await.unwrap();
        assert_eq!(found(&staging).await, (vec![last.clone()], [last].into()), "after {broken_after} steps");
        let objects: Vec<ObjectMeta> = staging.store().list(None).try_collect().await.unwrap();
        assert_eq!(objects.len(), 2, "{objects:?}");
        if broken_after == steps.len() {
            assert_eq!(broken_after, 7);
            break;
        }
    }
}
