//! `Session::diff`: exact whatever the keys are, by run, by table and by file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder, TimestampSecondArray,
};
use arrow::datatypes::{DataType, TimeUnit};
use chrono::DateTime;
use deskferry_staging::{Context, RunId, Stage, Staging};
use deskferry_transform::{Comparison, Diff, Error, Inputs, Session, Side, TableName};

/// A row: key, text, number.
type Row = (Option<&'static str>, Option<&'static str>, Option<i64>);

fn batch(rows: &[Row]) -> RecordBatch {
    let text =
        |of: fn(&Row) -> Option<&'static str>| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<StringArray>()) };
    let numbers: ArrayRef = Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>());
    RecordBatch::try_from_iter_with_nullable([
        ("id", text(|row| row.0), true),
        ("text \"x\"", text(|row| row.1), true),
        ("number", numbers, true),
    ])
    .unwrap()
}

fn context() -> Context {
    Context::new(Staging::in_memory(), || DateTime::from_timestamp(1_790_000_000, 0).unwrap(), || 7)
}

/// Publishes rows as a run of `desk.things`.
async fn publish(context: &Context, number: i64, rows: &[Row]) -> RunId {
    let at = DateTime::from_timestamp(1_790_000_000 + number, 0).unwrap();
    let mut run = context.staging.begin(RunId::new(at, 0), Stage::Extract, "desk", at).unwrap();
    let mut writer = run.table("things", batch(rows).schema()).unwrap();
    writer.write(&batch(rows)).await.unwrap();
    run.add("things", vec![writer.close().await.unwrap()]).key = vec!["id".to_owned()];
    run.publish(at).await.unwrap().run
}

async fn session(context: &Context) -> Session {
    let contract =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../sql/contract/intercom.sql")).unwrap();
    let files = BTreeMap::from([("sql/contract/intercom.sql".to_owned(), contract)]);
    let inputs = Inputs { memory_bytes: 64 << 20, partitions: 2, ..Inputs::desk("desk", &files) };
    Session::open(&context.staging, &inputs).await.unwrap()
}

/// The counts, and the changes as `kind key column from to`.
async fn compared(context: &Context, from: Side, to: Side, key: &[&str]) -> Result<(Diff, Vec<String>), Error> {
    let table = TableName { schema: "desk".to_owned(), table: "things".to_owned() };
    let comparison = Comparison { table, from, to, key: key.iter().map(|k| (*k).to_owned()).collect() };
    let mut lines = Vec::new();
    let each = |batch: RecordBatch| -> Result<(), Error> {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|column| column.as_string::<i32>());
            let texts = cells.map(|c| if arrow::array::Array::is_null(c, row) { "-" } else { c.value(row) });
            lines.push(texts.collect::<Vec<_>>().join(" "));
        }
        Ok(())
    };
    let diff = session(context).await.diff(context, &comparison, each).await?;
    Ok((diff, lines))
}

const BEFORE: &[Row] = &[
    (Some("a"), Some("same"), Some(1)),
    (Some("b"), Some("old"), Some(2)),
    (Some("c"), None, Some(3)),
    (Some("gone"), Some("x"), None),
    (None, Some("no key"), Some(5)),
    (Some("twice"), Some("one"), Some(1)),
    (Some("twice"), Some("two"), Some(2)),
    (Some("thrice"), Some("x"), Some(9)),
    (Some("thrice"), Some("x"), Some(9)),
    (Some("thrice"), Some("x"), Some(9)),
];

const AFTER: &[Row] = &[
    (Some("twice"), Some("two"), Some(2)),
    (Some("twice"), Some("one!"), Some(1)),
    (None, Some("no key"), Some(6)),
    (Some("c"), Some(""), Some(3)),
    (Some("b"), Some("new"), Some(-2)),
    (Some("a"), Some("same"), Some(1)),
    (Some("new"), Some("x"), None),
    (Some("thrice"), Some("x"), Some(9)),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_difference_is_found_once() {
    let context = context();
    let first = publish(&context, 1, BEFORE).await;
    let second = publish(&context, 2, AFTER).await;
    let (diff, lines) = compared(&context, Side::Run(first.clone()), Side::Run(second.clone()), &["id"]).await.unwrap();
    assert_eq!(
        lines,
        [
            "changed b text \"x\" old new",
            "changed b number 2 -2",
            "changed c text \"x\" - ",
            "removed gone - - -",
            "added new - - -",
            "removed thrice - - -",
            "removed thrice - - -",
            "changed twice text \"x\" one one!",
            "changed  number 5 6",
        ]
    );
    let columns = [("id", 0), ("text \"x\"", 3), ("number", 2)].map(|(name, differs)| (name.to_owned(), differs));
    assert_eq!(
        diff,
        Diff {
            from_rows: 10,
            to_rows: 8,
            same: 3,
            added: 1,
            removed: 3,
            changed: 4,
            repeated_keys: 1,
            columns: columns.to_vec(),
            remarks: vec![],
        }
    );
    let now = Side::Table(TableName { schema: "desk".to_owned(), table: "things".to_owned() });
    let (diff, lines) = compared(&context, Side::Run(second), now, &["id"]).await.unwrap();
    assert!(diff.is_same() && diff.same == 8 && lines.is_empty(), "{diff:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_compared_by_the_columns_they_share() {
    let context = context();
    let run = publish(&context, 1, BEFORE).await;
    let folder = tempfile::tempdir().unwrap();
    let staged = Staging::open(folder.path().to_str().unwrap(), Vec::<(String, String)>::new()).unwrap();
    let other = Context { staging: staged, ..context.clone() };
    let written = publish(&other, 1, BEFORE).await;
    let path = folder.path().join("desk/things").join(format!("run={written}"));
    let (diff, _) = compared(&context, Side::Run(run.clone()), Side::Files(path.clone()), &["id"]).await.unwrap();
    assert!(diff.is_same() && diff.same == 10, "{diff:?}");

    let missing =
        compared(&context, Side::Run(run.clone()), Side::Files(path.join("nothing")), &["id"]).await.unwrap_err();
    assert!(missing.to_string().contains("nothing"), "{missing}");
    let wrong = compared(&context, Side::Run(run), Side::Files(path), &["idd"]).await.unwrap_err();
    assert!(wrong.to_string().contains("idd") && wrong.hint().unwrap().contains("number"), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_of_other_types_are_compared_by_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let staged = |name: &str| {
        let path = folder.path().join(name);
        Staging::open(path.to_str().unwrap(), Vec::<(String, String)>::new()).unwrap()
    };
    let mut sides = Vec::new();
    for (name, second) in [("micro", TimeUnit::Microsecond), ("milli", TimeUnit::Millisecond)] {
        let context = Context { staging: staged(name), ..context() };
        let at = context.now();
        let keys: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
        let seconds: ArrayRef = Arc::new(TimestampSecondArray::from(vec![Some(0), None, Some(1_790_000_000)]));
        let times = arrow::compute::cast(&seconds, &DataType::Timestamp(second, None)).unwrap();
        let last = if name == "micro" { "z" } else { "y" };
        let mut tags = ListBuilder::new(StringBuilder::new());
        tags.append_value([Some("x"), None]);
        tags.append_null();
        tags.append_value([Some(last)]);
        let tags: ArrayRef = Arc::new(tags.finish());
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("id", keys, true),
            ("made_at", times, true),
            ("tags", tags, true),
        ])
        .unwrap();
        let run = context.staging.begin(context.run_id(), Stage::Extract, "desk", at).unwrap();
        let mut writer = run.table("things", batch.schema()).unwrap();
        writer.write(&batch).await.unwrap();
        writer.close().await.unwrap();
        sides.push(Side::Files(folder.path().join(name).join("desk/things").join(format!("run={}", context.run_id()))));
    }
    let [before, after] = <[Side; 2]>::try_from(sides).unwrap();
    let (diff, lines) = compared(&context(), before, after, &["id"]).await.unwrap();
    assert_eq!(lines, ["changed c tags [z] [y]"]);
    assert_eq!((diff.same, diff.changed, diff.remarks.len()), (2, 1, 1), "{diff:?}");
    assert!(diff.remarks[0].contains("made_at") && diff.remarks[0].contains("as text"), "{diff:?}");
}
