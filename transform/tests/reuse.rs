//! Taking over what has not changed: the outcome is that of a whole transform, whatever has changed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::compute::concat_batches;
use chrono::DateTime;
use deskferry_staging::{Context, Manifest, RunId, Stage, Staging};
use deskferry_transform::{Inputs, Rebuild, Summary, transform};
use futures::TryStreamExt as _;

type Files = BTreeMap<String, String>;

const CONTRACT: &str = "
CREATE TABLE people (source_key VARCHAR NOT NULL PRIMARY KEY, name VARCHAR NOT NULL, age BIGINT, seen TIMESTAMP);
CREATE TABLE pets (source_key VARCHAR NOT NULL PRIMARY KEY, person_key VARCHAR NOT NULL, pet VARCHAR);
CREATE TABLE toys (source_key VARCHAR NOT NULL PRIMARY KEY, pet_key VARCHAR NOT NULL, holder VARCHAR);
CREATE TABLE clubs (source_key VARCHAR NOT NULL PRIMARY KEY, people BIGINT NOT NULL);";

/// Models and checks, each with a second version that gives other rows. Some rows lack a name, some repeat a key, some are refused by
/// a check because of a row of another table, and one model reads a table whose rows are refused.
const VERSIONS: [(&str, &str, &str); 9] = [
    (
        "sql/desk/base_users.sql",
        "SELECT id, CASE WHEN id % 7 <> 0 THEN 'u' || id END AS name FROM desk.users",
        "SELECT id, CASE WHEN id % 5 <> 0 THEN 'u' || id END AS name FROM desk.users WHERE id < 90",
    ),
    (
        "sql/desk/base_pairs.sql",
        "SELECT a.id, b.id AS other FROM desk.users AS a JOIN desk.users AS b ON b.id = a.id + 1",
        "SELECT a.id, b.id AS other FROM desk.users AS a JOIN desk.users AS b ON b.id = a.id + 2",
    ),
    (
        "sql/desk/people.sql",
        "SELECT 'p:' || id AS source_key, name, id AS age, to_timestamp(id / 3.0) AS seen FROM base_users",
        "SELECT 'p:' || (id - id % 2) AS source_key, 'x \"y\" ' || (id - id % 2) AS name, 4 AS age, NULL AS seen FROM base_users",
    ),
    (
        "sql/desk/pets.sql",
        "SELECT 'c:' || base_pairs.id AS source_key, 'p:' || other AS person_key, m.pet FROM base_pairs LEFT JOIN mapping.m ON m.id = base_pairs.id % 3 || ''",
        "SELECT 'c:' || id AS source_key, 'p:' || id AS person_key, NULL AS pet FROM base_pairs",
    ),
    (
        "sql/desk/toys.sql",
        "SELECT 't:' || pets.source_key AS source_key, pets.source_key AS pet_key, people.name AS holder FROM pets LEFT JOIN people ON people.source_key = pets.person_key",
        "SELECT 't:' || source_key AS source_key, replace(source_key, '1', '2') AS pet_key, NULL AS holder FROM intercom.pets",
    ),
    (
        "sql/desk/clubs.sql",
        "SELECT 'k:1' AS source_key, count(*) AS people FROM people",
        "SELECT 'k:1' AS source_key, count(*) + 1 AS people FROM people",
    ),
    (
        "sql/checks/pet_has_person.sql",
        "-- severity: error\nSELECT 'pets' AS table_name, pets.source_key,
             CASE WHEN r.source_key IS NULL THEN 'no person' ELSE 'person rejected: ' || r.reason END AS reason
         FROM intercom.pets LEFT JOIN intercom.people ON people.source_key = pets.person_key
         LEFT JOIN intercom.rejects AS r ON r.table_name = 'people' AND r.source_key = pets.person_key
         WHERE people.source_key IS NULL",
        "-- severity: warn\nSELECT 'pets' AS table_name, pets.source_key, 'no person' AS reason
         FROM intercom.pets LEFT JOIN intercom.people ON people.source_key = pets.person_key WHERE people.source_key IS NULL",
    ),
    (
        "sql/checks/nobody_is_old.sql",
        "-- severity: error\nSELECT 'people' AS table_name, source_key, 'too old' AS reason FROM intercom.people WHERE age > 80",
        "-- severity: error\nSELECT 'people' AS table_name, source_key, 'too old' AS reason FROM intercom.people WHERE age > 60",
    ),
    (
        "sql/checks/toy_has_pet.sql",
        "-- severity: error\nSELECT 'toys' AS table_name, toys.source_key, 'no pet' AS reason
         FROM intercom.toys LEFT JOIN intercom.pets ON pets.source_key = toys.pet_key WHERE pets.source_key IS NULL",
        "-- severity: error\nSELECT 'toys' AS table_name, toys.source_key, 'no pet at all' AS reason
         FROM intercom.toys LEFT JOIN intercom.pets ON pets.source_key = toys.pet_key WHERE pets.source_key IS NULL",
    ),
];

/// Every file, in its second version where its bit is set; the tenth bit is the mapping's.
fn files(second: u32) -> Files {
    let mapping = if second >> VERSIONS.len() & 1 == 0 { "id,pet\n0,cat\n1,dog\n" } else { "id,pet\n1,horse\n" };
    let fixed =
        [("sql/contract/intercom.sql".to_owned(), CONTRACT.to_owned()), ("mapping/m.csv".into(), mapping.into())];
    let versions = VERSIONS.iter().enumerate().map(|(bit, (path, one, two))| {
        let text = if second >> bit & 1 == 0 { one } else { two };
        let head = if path.starts_with("sql/checks") { "-- what it proves" } else { "-- one row per thing" };
        ((*path).to_owned(), format!("{head}\n{text}"))
    });
    fixed.into_iter().chain(versions).collect()
}

struct Desk {
    context: Context,
}

impl Desk {
    async fn new() -> Self {
        let clock = Arc::new(AtomicI64::new(1_700_000_000));
        let now = move || DateTime::from_timestamp(clock.fetch_add(1, Ordering::Relaxed), 0).unwrap();
        let desk = Self { context: Context::new(Staging::in_memory(), now, || 7) };
        desk.extract(100).await;
        desk
    }

    async fn extract(&self, rows: i64) {
        let now = self.context.now();
        let mut run = self.context.staging.begin(RunId::new(now, 1), Stage::Extract, "desk", now).unwrap();
        let ids: ArrayRef = Arc::new((1..=rows).collect::<Int64Array>());
        let batch = RecordBatch::try_from_iter_with_nullable([("id", ids, true)]).unwrap();
        let mut table = run.table("users", batch.schema()).unwrap();
        table.write(&batch).await.unwrap();
        run.add("users", vec![table.close().await.unwrap()]).key = vec!["id".to_owned()];
        run.publish(now).await.unwrap();
    }

    async fn transform(&self, files: &Files, rebuild: Rebuild) -> Summary {
        let inputs = Inputs { partitions: 2, ..Inputs::desk("desk", files) };
        transform(&self.context, &inputs, &rebuild).await.unwrap()
    }

    /// Every table of a run, in the order in which it is written.
    async fn tables(&self, run: &Manifest) -> BTreeMap<String, RecordBatch> {
        let mut tables = BTreeMap::new();
        for name in run.tables.keys() {
            let batches: Vec<_> = self.context.staging.read(run, name).unwrap().try_collect().await.unwrap();
            let schema =
                batches.first().map(RecordBatch::schema).unwrap_or_else(|| Arc::new(arrow::datatypes::Schema::empty()));
            let mut table = concat_batches(&schema, &batches).unwrap();
            // What is not in an order of its own comes as it is found.
            if ["rejects", "warnings"].contains(&name.as_str()) || name.starts_with("base_") {
                table = sorted(&table);
            }
            tables.insert(name.clone(), table);
        }
        tables
    }
}

fn sorted(table: &RecordBatch) -> RecordBatch {
    let column = |values: &ArrayRef| arrow::compute::SortColumn { values: Arc::clone(values), options: None };
    let columns: Vec<_> = table.columns().iter().map(column).collect();
    if columns.is_empty() {
        return table.clone();
    }
    arrow::compute::take_record_batch(table, &arrow::compute::lexsort_to_indices(&columns, None).unwrap()).unwrap()
}

fn names(summary: &Summary) -> BTreeSet<&str> {
    summary.built.iter().map(String::as_str).collect()
}

/// A sequence of numbers that looks like chance.
fn chance(seed: u64) -> impl FnMut() -> u32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_changes_the_outcome_is_that_of_a_whole_transform() {
    let desk = Desk::new().await;
    let mut chance = chance(11);
    let mut second = 0;
    let (mut reused, mut rewritten, mut with_rejects) = (0, 0, 0);
    for round in 0..40 {
        // Mostly one file or two, sometimes many, sometimes none.
        let all = (1 << (VERSIONS.len() + 1)) - 1;
        let (one, two) = (1 << (chance() % 10), 1 << (chance() % 10));
        second ^= [one, one | two, chance() & all, 0, one][round % 5];
        let files = files(second);
        let changed = desk.transform(&files, Rebuild::Changed).await;
        let tables = desk.tables(&changed.manifest).await;
        reused += changed.manifest.tables.values().filter(|table| table.reused_from().is_some()).count();
        let contract = ["people", "pets", "toys", "clubs"];
        let stays =
            |name: &&&str| !names(&changed).contains(**name) && changed.manifest.tables[**name].reused_from().is_none();
        rewritten += contract.iter().filter(stays).count();

        // The whole transform beside it, and then again on from what was taken over.
        let whole = Desk { context: Context { staging: Staging::in_memory(), ..desk.context.clone() } };
        whole.extract(100).await;
        let whole_summary = whole.transform(&files, Rebuild::All).await;
        assert_eq!(whole.tables(&whole_summary.manifest).await, tables, "round {round}, files {second:b}");
        assert_eq!(whole_summary.rejects, changed.rejects, "round {round}");
        assert_eq!(whole_summary.warnings, changed.warnings, "round {round}");
        assert_eq!(whole_summary.models, changed.models, "round {round}");
        with_rejects += usize::from(changed.rejects.len() > 1);
    }
    assert!(reused > 80 && rewritten > 5 && with_rejects > 20, "{reused} {rewritten} {with_rejects}");
}

#[tokio::test]
async fn only_what_changed_and_what_reads_it_runs() {
    let desk = Desk::new().await;
    let first = desk.transform(&files(0), Rebuild::Changed).await;
    assert_eq!(first.built.len(), 6);
    let same = desk.transform(&files(0), Rebuild::Changed).await;
    assert!(same.built.is_empty());
    assert!(
        ["people", "pets", "toys", "clubs", "base_users"]
            .iter()
            .all(|t| same.manifest.tables[*t].reused_from() == Some(&first.manifest.run))
    );
    // Twice taken over, it is still the first run's.
    let again = desk.transform(&files(0), Rebuild::Changed).await;
    assert_eq!(again.manifest.tables["toys"].reused_from(), Some(&first.manifest.run));

    let pets = desk.transform(&files(1 << 3), Rebuild::Changed).await;
    assert_eq!(names(&pets), ["pets", "toys"].into());
    let mapping = desk.transform(&files(1 << 9 | 1 << 3), Rebuild::Changed).await;
    assert_eq!(names(&mapping), [].into(), "this version of pets does not read the mapping");
    let back = desk.transform(&files(1 << 9), Rebuild::Changed).await;
    assert_eq!(names(&back), ["pets", "toys"].into());

    desk.extract(100).await;
    assert!(
        desk.transform(&files(1 << 9), Rebuild::Changed).await.built.is_empty(),
        "the same rows were extracted again"
    );
    desk.extract(101).await;
    assert_eq!(desk.transform(&files(1 << 9), Rebuild::Changed).await.built.len(), 6);
    assert_eq!(desk.transform(&files(1 << 9), Rebuild::All).await.built.len(), 6);
}

#[tokio::test]
async fn asked_for_one_table_nothing_else_is_touched() {
    let desk = Desk::new().await;
    let unknown = {
        let files = files(0);
        let inputs = Inputs { partitions: 2, ..Inputs::desk("desk", &files) };
        transform(&desk.context, &inputs, &Rebuild::Only(vec!["cats".into()])).await.unwrap_err()
    };
    assert!(
        unknown.to_string().contains("no model makes `cats`") && unknown.hint().unwrap().contains("pets"),
        "{unknown}"
    );
    let first = desk.transform(&files(0), Rebuild::Only(vec!["pets".into()])).await;
    assert_eq!(first.built.len(), 6, "there was nothing to take over");

    // clubs and base_pairs have changed; toys needs base_pairs by way of pets.
    let clubs_and_pairs = files(1 << 5 | 1 << 1);
    let toys = desk.transform(&clubs_and_pairs, Rebuild::Only(vec!["intercom.toys".into()])).await;
    assert_eq!(
        (names(&toys), toys.stale.as_slice()),
        (["base_pairs", "pets", "toys"].into(), &["clubs".to_owned()][..])
    );
    assert_eq!(toys.manifest.tables["clubs"].reused_from(), Some(&first.manifest.run));
    let people = desk.transform(&clubs_and_pairs, Rebuild::Only(vec!["people".into()])).await;
    assert_eq!((names(&people), people.stale.len()), (["clubs", "people", "toys"].into(), 0));
    assert!(desk.transform(&clubs_and_pairs, Rebuild::Changed).await.built.is_empty());
    let clubs = desk.transform(&files(1 << 1), Rebuild::Only(vec!["pets".into()])).await;
    assert_eq!(clubs.stale, ["clubs"]);
    assert_eq!(
        names(&desk.transform(&files(1 << 1), Rebuild::Changed).await),
        ["clubs"].into(),
        "what was left is made up for"
    );
}
