//! A whole transform on small stages: order, contract, rejects, checks, sessions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::util::pretty::pretty_format_batches;
use chrono::DateTime;
use deskferry_staging::{Changes, Context, Mode, RunId, Stage, Staging};
use deskferry_transform::{Inputs, Rebuild, Session, Summary, transform};

type Files = BTreeMap<String, String>;

const CONTRACT: &str = "
CREATE TABLE people (source_key VARCHAR NOT NULL PRIMARY KEY, name VARCHAR NOT NULL, age BIGINT, seen TIMESTAMP);
CREATE TABLE pets (source_key VARCHAR NOT NULL PRIMARY KEY, person_key VARCHAR NOT NULL);
CREATE TABLE toys (source_key VARCHAR NOT NULL PRIMARY KEY, pet_key VARCHAR NOT NULL);";
const PET_CHECK: &str = "-- every pet has a person
-- severity: error
SELECT 'pets' AS table_name, pets.source_key,
    CASE WHEN r.source_key IS NULL THEN 'its person does not exist' ELSE 'its person was rejected' END AS reason
FROM intercom.pets LEFT JOIN intercom.people ON people.source_key = pets.person_key
LEFT JOIN intercom.rejects AS r ON r.table_name = 'people' AND r.source_key = pets.person_key
WHERE people.source_key IS NULL";
const TOY_CHECK: &str = "-- every toy has a pet
-- severity: error
SELECT 'toys' AS table_name, toys.source_key, 'its pet is not there' AS reason
FROM intercom.toys LEFT JOIN intercom.pets ON pets.source_key = toys.pet_key WHERE pets.source_key IS NULL";

fn files(more: &[(&str, &str)]) -> Files {
    let base = [
        ("sql/contract/intercom.sql", CONTRACT),
        ("sql/desk/base_users.sql", "-- one row per user\nSELECT id, upper(name) AS \"Name\", age FROM desk.users"),
        (
            "sql/desk/people.sql",
            "-- one row per user\nSELECT 'p:' || id AS source_key, CAST(age AS INT) AS age, \"Name\" AS name, to_timestamp(0) AS seen FROM base_users",
        ),
    ];
    base.iter().chain(more).map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn inputs(files: &Files) -> Inputs<'_> {
    let settings = vec![("a".to_owned(), "b".to_owned())];
    Inputs { settings, partitions: 2, ..Inputs::desk("desk", files) }
}

fn context(staging: &Staging) -> Context {
    let now = DateTime::from_timestamp(1_700_000_100, 0).unwrap();
    Context::new(staging.clone(), move || now, || 7)
}

async fn extract(staging: &Staging, seconds: i64, mode: Mode, rows: &[(i64, Option<&str>, bool)]) {
    let now = DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap();
    let mut run = staging.begin(RunId::new(now, 1), Stage::Extract, "desk", now).unwrap();
    run.manifest().mode = mode;
    let ids: ArrayRef = Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>());
    let names: ArrayRef = Arc::new(rows.iter().map(|row| row.1).collect::<StringArray>());
    let ages: ArrayRef = Arc::new(rows.iter().map(|row| Some(row.0 * 10)).collect::<Int64Array>());
    let deleted: ArrayRef = Arc::new(rows.iter().map(|row| Some(row.2)).collect::<BooleanArray>());
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("id", ids, true),
        ("name", names, true),
        ("age", ages, true),
        ("_deleted", deleted, true),
    ]);
    let batch = batch.unwrap();
    let mut table = run.table("users", batch.schema()).unwrap();
    table.write(&batch).await.unwrap();
    let users = run.add("users", vec![table.close().await.unwrap()]);
    users.key = vec!["id".to_owned()];
    if mode == Mode::Delta {
        let gone = rows.iter().filter(|row| row.2).count() as u64;
        users.changes = Some(Changes { changed: users.rows - gone, gone, ..Changes::default() });
    }
    run.publish(now).await.unwrap();
}

async fn desk(files: &Files) -> (Staging, Result<Summary, deskferry_transform::Error>) {
    let staging = Staging::in_memory();
    extract(&staging, 0, Mode::Full, &[(2, Some("bob"), false), (1, Some("ann"), false), (3, None, false)]).await;
    let summary = transform(&context(&staging), &inputs(files), &Rebuild::All).await;
    (staging, summary)
}

async fn ask(staging: &Staging, files: &Files, sql: &str) -> String {
    let session = Session::open(staging, &inputs(files)).await.unwrap();
    pretty_format_batches(&session.collect(sql).await.unwrap()).unwrap().to_string()
}

#[tokio::test]
async fn transform_writes_contract_tables_intermediates_and_rejects() {
    let files = files(&[("sql/desk/mapping/m.csv", "id,name\n1,\n")]);
    let (staging, summary) = desk(&files).await;
    let summary = summary.unwrap();
    assert_eq!(summary.models, [("base_users".to_owned(), 3), ("people".to_owned(), 2)]);
    assert_eq!(summary.rejects, [("name is NULL".to_owned(), 1)].into());
    assert_eq!(summary.manifest.inputs.len(), 1);
    assert_eq!(summary.manifest.hashes.len(), 4);
    assert_eq!(summary.manifest.rows("pets"), 0);
    let types: Vec<_> = summary.manifest.tables["people"].columns.iter().map(|c| c.data_type.as_str()).collect();
    assert_eq!(types, ["Utf8", "Utf8", "Int64", "Timestamp(µs, \"UTC\")"]);
    let people = ask(
        &staging,
        &files,
        "SELECT source_key, people.name, age, m.id FROM people LEFT JOIN mapping.m ON 'p:' || m.id = source_key",
    )
    .await;
    assert!(people.contains("| p:1        | ANN  | 10  | 1  |"), "{people}");
    let rejects = ask(&staging, &files, "SELECT table_name, source_key, row FROM intercom.rejects").await;
    assert!(
        rejects
            .contains(r#"| people     | p:3        | {"source_key":"p:3","age":30,"seen":"1970-01-01T00:00:00Z"} |"#),
        "{rejects}"
    );
}

#[tokio::test]
async fn joins_of_tables_that_call_their_keys_alike_lose_no_rows() {
    let files = files(&[
        ("sql/desk/base_notes.sql", "-- one row per note\nSELECT id + 1000 AS id, id AS about FROM desk.users"),
        ("sql/desk/base_seats.sql", "-- one row per seat\nSELECT id AS person FROM desk.users"),
        (
            "sql/desk/base_found.sql",
            "-- one row per note\nSELECT notes.id, users.age FROM base_notes AS notes \
             JOIN desk.users AS users ON users.id = notes.about JOIN base_seats AS seats ON seats.person = users.id",
        ),
    ]);
    let (_, summary) = desk(&files).await;
    let models = summary.unwrap().models;
    assert!(models.contains(&("base_found".to_owned(), 3)), "{models:?}");
}

#[tokio::test]
async fn transform_names_file_and_columns_where_the_contract_is_not_met() {
    let bad = files(&[("sql/desk/pets.sql", "-- one row per x\nSELECT 1 AS source_key, 'x' AS extra FROM desk.users")]);
    let error = desk(&bad).await.1.unwrap_err();
    let text = error.to_string();
    for part in [
        "sql/desk/pets.sql",
        "`source_key` is BIGINT, it must be VARCHAR",
        "`person_key` VARCHAR is missing",
        "`extra` is no column",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let bad = files(&[(
        "sql/desk/pets.sql",
        "-- one row per x\nSELECT 'a' AS source_key,\n  nme AS person_key FROM desk.users",
    )]);
    let error = desk(&bad).await.1.unwrap_err();
    assert!(error.to_string().contains("line 3, column 3"), "{error}");
}

#[tokio::test]
async fn error_checks_reject_rows_and_all_that_hangs_on_them() {
    let files = files(&[
        (
            "sql/desk/pets.sql",
            "-- one row per pet\nSELECT 'c:' || id AS source_key, 'p:' || id AS person_key FROM desk.users UNION ALL SELECT 'c:9', 'p:9' UNION ALL SELECT 'c:1', 'p:1'",
        ),
        (
            "sql/desk/toys.sql",
            "-- one row per toy\nSELECT 't:' || id AS source_key, 'c:' || id AS pet_key FROM desk.users",
        ),
        ("sql/checks/pet_has_person.sql", PET_CHECK),
        ("sql/checks/a_toy_has_pet.sql", TOY_CHECK),
        (
            "sql/checks/b_old.sql",
            "-- nobody is old\n-- severity: warn\nSELECT 'people' AS table_name, source_key, 'old' AS reason FROM intercom.people WHERE age > 15",
        ),
        (
            "sql/checks/c_bob.sql",
            "-- no Bob\n-- severity: error\nSELECT 'people' AS table_name, source_key, 'is Bob' AS reason FROM intercom.people WHERE name = 'BOB'",
        ),
    ]);
    let (staging, summary) = desk(&files).await;
    let summary = summary.unwrap();
    let expected: BTreeMap<String, u64> = [
        ("duplicate source_key", 1),
        ("is Bob", 1),
        ("its person does not exist", 1),
        ("its person was rejected", 2),
        ("its pet is not there", 2),
        ("name is NULL", 1),
    ]
    .map(|(reason, count)| (reason.to_owned(), count))
    .into();
    assert_eq!(summary.rejects, expected);
    assert!(summary.warnings.is_empty());
    assert_eq!(["people", "pets", "toys"].map(|t| summary.manifest.rows(t)), [1, 1, 1]);
    let total = ask(&staging, &files, "SELECT count(*) AS n FROM intercom.rejects WHERE row LIKE '{%'").await;
    assert!(total.contains("| 8 |"), "{total}");
}

#[tokio::test]
async fn views_show_the_newest_version_of_each_row() {
    let staging = Staging::in_memory();
    let files = files(&[]);
    extract(&staging, 0, Mode::Full, &[(9, Some("old"), false)]).await;
    extract(&staging, 1, Mode::Full, &[(1, Some("a"), false), (2, Some("b"), false), (3, Some("c"), false)]).await;
    extract(&staging, 2, Mode::Delta, &[(2, Some("B"), false), (3, None, true)]).await;
    let now = ask(&staging, &files, "SELECT string_agg(name, ',' ORDER BY id) AS x FROM desk.users").await;
    assert!(now.contains("| a,B |"), "{now}");
    let all = ask(&staging, &files, "SELECT count(*) AS rows, count(DISTINCT run) AS runs FROM desk.users__runs").await;
    assert!(all.contains("| 6    | 3    |"), "{all}");
    let empty = ask(&staging, &files, "SELECT count(*) AS n FROM intercom.people").await;
    assert!(empty.contains("| 0 |"), "{empty}");

    extract(&staging, 3, Mode::Delta, &[(3, Some("back"), false), (2, Some("BB"), false), (1, None, true)]).await;
    let now = ask(&staging, &files, "SELECT string_agg(name, ',' ORDER BY id) AS x FROM desk.users").await;
    assert!(now.contains("| BB,back |"), "{now}");
    let few = ask(
        &staging,
        &files,
        "SELECT count(*) AS n, (SELECT count(*) FROM desk.users WHERE id = 3) AS m FROM desk.users",
    )
    .await;
    assert!(few.contains("| 2 | 1 |"), "{few}");
    let one = ask(&staging, &files, "SELECT age FROM desk.users LIMIT 1").await;
    assert_eq!(one.lines().count(), 5, "{one}");
    let gone = ask(&staging, &files, "SELECT count(*) AS n FROM desk.users__runs WHERE _deleted").await;
    assert!(gone.contains("| 2 |"), "{gone}");
    let runs =
        ask(&staging, &files, "SELECT mode, changed_rows, gone_rows, is_current FROM runs.tables WHERE is_current")
            .await;
    assert!(runs.contains("| delta | 2            | 1         | true       |"), "{runs}");
}

#[tokio::test]
async fn a_delta_costs_no_memory_for_the_rows_of_the_whole_run() {
    let staging = Staging::in_memory();
    let files = files(&[]);
    let names: Vec<String> = (0..200_000).map(|id| format!("{id:0>100}")).collect();
    let whole: Vec<(i64, Option<&str>, bool)> =
        names.iter().zip(0..).map(|(n, id)| (id, Some(n.as_str()), false)).collect();
    extract(&staging, 0, Mode::Full, &whole).await;
    extract(&staging, 1, Mode::Delta, &[(7, Some("x"), false), (9, None, true)]).await;
    // 20 MB of names beside a pool of 4 MiB: nothing but the two keys may be held, and nothing sorted.
    let inputs = Inputs { memory_bytes: 4 << 20, ..inputs(&files) };
    let session = Session::open(&staging, &inputs).await.unwrap();
    let query = "SELECT count(*) AS n, sum(length(name)) AS l FROM desk.users";
    let plan = pretty_format_batches(&session.collect(&format!("EXPLAIN {query}")).await.unwrap()).unwrap().to_string();
    assert!(plan.contains("HashJoinExec") && !plan.contains("SortExec") && !plan.contains("Window"), "{plan}");
    let answer = pretty_format_batches(&session.collect(query).await.unwrap()).unwrap().to_string();
    assert!(answer.contains("| 199999 | 19999801 |"), "{answer}");
}

#[tokio::test]
async fn session_only_reads() {
    let (staging, summary) = desk(&files(&[])).await;
    summary.unwrap();
    let files = files(&[]);
    let session = Session::open(&staging, &inputs(&files)).await.unwrap();
    for sql in [
        "DROP TABLE people",
        "COPY people TO '/tmp/x.csv'",
        "CREATE TABLE x AS SELECT 1",
        "INSERT INTO people SELECT 1",
        "SET a.b = 1",
    ] {
        assert!(session.query(sql).await.is_err(), "{sql}");
    }
    for sql in
        ["SHOW TABLES", "DESCRIBE intercom.people", "EXPLAIN SELECT 1", "SELECT ('{\"a\":1}' ->> 'a') = '1' AS x"]
    {
        session.collect(sql).await.unwrap();
    }
    assert!(session.tables().iter().any(|t| t.schema == "desk" && t.table == "users__runs"));
    let batches = session.collect("SELECT sum(age) AS s FROM people").await.unwrap();
    assert_eq!(batches[0].column(0).as_primitive::<arrow::datatypes::Int64Type>().value(0), 30);
}

#[tokio::test]
async fn transform_without_extract_or_after_cancel_publishes_nothing() {
    let staging = Staging::in_memory();
    let files = files(&[]);
    let error = transform(&context(&staging), &inputs(&files), &Rebuild::All).await.unwrap_err();
    assert_eq!(error.hint().as_deref(), Some("run `deskferry extract` first"));
    extract(&staging, 0, Mode::Full, &[(1, Some("a"), false)]).await;
    let context = context(&staging);
    context.cancel.cancel();
    assert!(transform(&context, &inputs(&files), &Rebuild::All).await.is_err());
    assert_eq!(staging.runs().await.unwrap().len(), 1);
}
