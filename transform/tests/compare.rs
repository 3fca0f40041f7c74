//! `Session::compare` where one side of a join does not fit in memory: share by share gives what the whole would give.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::datatypes::Int64Type;
use chrono::DateTime;
use deskferry_staging::{RunId, Stage, Staging};
use deskferry_transform::{Error, Inputs, Session};

const ROWS: usize = 20_000;
/// Every so many texts differ.
const DIFFERS: usize = 1_000;

async fn stage() -> Staging {
    let staging = Staging::in_memory();
    let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let mut run = staging.begin(RunId::new(at, 0), Stage::Extract, "desk", at).unwrap();
    for (table, other) in [("wanted", ""), ("found", "!")] {
        let keys: ArrayRef = Arc::new((0..ROWS).map(|row| Some(row.to_string())).collect::<StringArray>());
        let text = |row: usize| format!("{row:01000}{}", if row.is_multiple_of(DIFFERS) { other } else { "" });
        let texts: ArrayRef = Arc::new((0..ROWS).map(|row| Some(text(row))).collect::<StringArray>());
        let batch = RecordBatch::try_from_iter_with_nullable([("id", keys, true), ("text", texts, true)]).unwrap();
        let mut writer = run.table(table, batch.schema()).unwrap();
        for from in (0..ROWS).step_by(1_000) {
            writer.write(&batch.slice(from, 1_000)).await.unwrap();
        }
        run.add(table, vec![writer.close().await.unwrap()]).key = vec!["id".to_owned()];
    }
    run.publish(at).await.unwrap();
    staging
}

/// Compares with a query that has this condition; the sums of `reconcile.fields`: compared, different.
async fn compared(condition: &str) -> Result<(i64, i64), Error> {
    let query = format!(
        "-- one row per text; key: source_key\nSELECT wanted.id AS source_key, wanted.id AS intercom_id, 'text' AS field, \
         wanted.text AS wanted, found.text AS found FROM desk.wanted AS wanted JOIN desk.found AS found ON found.id = wanted.id {condition}"
    );
    let contract = include_str!("../../sql/contract/intercom.sql");
    let files = [
        ("sql/contract/intercom.sql", contract),
        ("sql/reconcile/compare/texts.sql", &query),
        ("sql/reconcile/allowed_differences.csv", "table,field,rule,reason\n"),
        ("sql/contract/ledger.sql", "CREATE TABLE drift (table_name VARCHAR, source_key VARCHAR);"),
    ];
    let files = BTreeMap::from(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let inputs = Inputs { memory_bytes: 12 << 20, partitions: 2, ..Inputs::desk("desk", &files) };
    let session = Session::open(&stage().await, &inputs).await?;
    session.compare(&inputs).await?;
    let sums = session.collect("SELECT sum(compared) AS c, sum(different) AS d FROM reconcile.fields").await?;
    let sum = |column: usize| sums[0].column(column).as_primitive::<Int64Type>().value(0);
    Ok((sum(0), sum(1)))
}

#[tokio::test]
async fn what_does_not_fit_is_compared_share_by_share() {
    let whole = compared("").await;
    assert!(matches!(whole, Err(Error::Memory { .. })), "it fits, so nothing is shown: {whole:?}");
    let shares = compared("WHERE in_share(wanted.id)").await.unwrap();
    assert_eq!(shares, (ROWS as i64, (ROWS / DIFFERS) as i64));
}
