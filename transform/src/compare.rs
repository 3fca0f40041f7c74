//! What was wanted beside what is there, field by field: every row of every query of `sql/reconcile/compare/`, in bounded memory.
//!
//! A query gives `source_key, intercom_id, field, wanted, found`, one row per field; its name is the table. Two values that differ are
//! the same by a rule (`functions/alike.rs`), or not; where `sql/reconcile/allowed_differences.csv` allows the rule for the field, its
//! reason is counted, else it is a difference. The rule `drift` is that of rows that have changed since they were sent in a way that
//! Intercom cannot follow (`ledger.drift`). The outcome is three tables:
//!
//! ```text
//! reconcile.fields       table, field, compared, same, allowed, different, rate, reasons
//! reconcile.differences  table, source_key, intercom_id, field, wanted, found, reason    some of each kind, all are counted
//! reconcile.differing    table, row_count                                                rows with a difference
//! ```

mod allowed;
mod excerpt;
mod tally;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use futures::StreamExt as _;

use crate::engine::Join;
use crate::functions::in_share::{self, Share};
use crate::inputs::{File, Inputs};
use crate::models::Model;
use crate::session::Session;
use crate::{Error, Result};
use allowed::Allowed;
use tally::{Pair, Tally};

/// Where the queries are.
const FOLDER: &str = "sql/reconcile/compare";
/// The schema of the outcome.
const SCHEMA: &str = "reconcile";
/// Columns that a query gives, with the rule.
const COLUMNS: [&str; 6] = ["source_key", "intercom_id", "field", "wanted", "found", "rule"];

/// Into how many shares rows are cut, tried one after another. What is kept whole, such as who is who, does not shrink with them.
const SHARES: [u32; 3] = [4, 16, 64];

impl Session {
    /// Compares all, and adds the tables of the outcome to the session.
    ///
    /// # Errors
    /// `File` for a list of allowed differences that is none; as [`Session::collect`], naming the query.
    pub async fn compare(&self, inputs: &Inputs<'_>) -> Result<()> {
        let allowed = Allowed::read(inputs)?;
        let mut tally = Tally::default();
        for file in inputs.folder(FOLDER, "sql") {
            tally.append(self.compared(file, &allowed).await?);
        }
        let told = tally.tables().map_err(|error| Error::internal("telling what differs")(error.into()));
        let [fields, differences, differing] = told?;
        self.add(SCHEMA, "fields", vec![fields])?;
        self.add(SCHEMA, "differences", vec![differences])?;
        self.add(SCHEMA, "differing", vec![differing])
    }

    /// One table. What needs more memory than there is is compared again, share by share of its rows, in more and more shares, where
    /// the query has `in_share`.
    async fn compared(&self, file: File<'_>, allowed: &Allowed) -> Result<Tally> {
        let query = Model::parse(file, self.schema())?;
        let mut done = self.compared_in(&query, allowed, 1).await;
        for shares in SHARES {
            match done {
                Err(Error::Memory { .. }) if query.sql.contains(in_share::NAME) => {}
                _ => break,
            }
            done = self.compared_in(&query, allowed, shares).await;
        }
        match done {
            Err(error) => Err(self.told(&query.sql, error).await),
            done => done,
        }
    }

    async fn compared_in(&self, query: &Model, allowed: &Allowed, shares: u32) -> Result<Tally> {
        let sql = format!(
            "SELECT compared.source_key, intercom_id, field, wanted, found, \
             CASE WHEN wanted IS DISTINCT FROM found \
             THEN coalesce(alike(wanted, found), CASE WHEN drift.source_key IS NOT NULL THEN 'drift' END) END AS rule \
             FROM (\n{}\n) AS compared \
             LEFT JOIN ledger.drift AS drift ON drift.table_name = '{}' AND drift.source_key = compared.source_key",
            query.sql, query.name
        );
        let mut tally = Tally::default();
        for nth in 0..shares {
            let engine = self.engine.with(in_share::function(Share { nth, of: shares }));
            let mut stream = engine.stream(&query.path, engine.plan(&query.path, &sql, Join::Hash).await?).await?;
            while let Some(batch) = stream.next().await {
                let batch = batch.map_err(engine.failed(&query.path))?;
                count(&query.name, &batch, allowed, &mut tally).map_err(Error::internal("comparing rows"))?;
            }
        }
        Ok(tally)
    }
}

fn count(table: &str, batch: &RecordBatch, allowed: &Allowed, tally: &mut Tally) -> datafusion::common::Result<()> {
    let mut columns = Vec::new();
    for name in COLUMNS {
        let Some(column) = batch.column_by_name(name) else {
            return datafusion::common::exec_err!("the column `{name}` is missing");
        };
        columns.push(cast(column, &DataType::Utf8)?);
    }
    let columns: Vec<_> = columns.iter().map(|column| column.as_string::<i32>()).collect();
    for row in 0..batch.num_rows() {
        let text = |column: usize| columns[column].is_valid(row).then(|| columns[column].value(row));
        let pair = Pair {
            table,
            source_key: text(0).unwrap_or_default(),
            intercom_id: text(1),
            field: text(2).unwrap_or_default(),
            wanted: text(3),
            found: text(4),
        };
        match pair.wanted == pair.found {
            true => tally.same(&pair),
            false => tally.other(&pair, allowed.reason(table, pair.field, text(5))),
        }
    }
    Ok(())
}
