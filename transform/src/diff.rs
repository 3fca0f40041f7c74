//! What differs between two states of a table: exact, in bounded memory, whatever the keys are.
//!
//! ```text
//!  before ─ digests of key and row ─┐
//!                                   ├─ digests.rs: equal rows cancel out ─▶ leftovers (on disk)
//!  after ── digests of key and row ─┘                                           │
//!  before, after ─ only rows among the leftovers ─ joined by key ─▶ changes.rs: column by column
//! ```
//!
//! A key that is NULL or stands in several rows stops nothing: equal rows cancel out first, and what is left of a key is paired in
//! the order of its digests.

mod changes;
mod digests;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{AsArray as _, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::prelude::ParquetReadOptions;
use deskferry_staging::{Context, RunId};
use futures::StreamExt as _;

use crate::engine::Join;
use crate::functions::is_left;
use crate::quote::identifier;
use crate::scratch::Scratch;
use crate::session::{Session, TableName};
use crate::{Error, Result};
use changes::Changes;
use digests::Digests;

/// Schema of the tables that a comparison makes for itself.
const SCHEMA: &str = "diff";
/// More rows than this that differ are joined by sorting, which needs no memory for one whole side.
const HASH_ROWS_MAX: i64 = 100_000;

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// The table right after this run.
    Run(RunId),
    /// The current state of a table.
    Table(TableName),
    /// Parquet files: one, or all of a folder.
    Files(PathBuf),
}

/// What is compared with what.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The table.
    pub table: TableName,
    /// Before.
    pub from: Side,
    /// After.
    pub to: Side,
    /// Columns that tell rows apart.
    pub key: Vec<String>,
}

/// How much differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// Rows before.
    pub from_rows: u64,
    /// Rows after.
    pub to_rows: u64,
    /// Rows that are the same.
    pub same: u64,
    /// Rows that are only there after.
    pub added: u64,
    /// Rows that were only there before.
    pub removed: u64,
    /// Rows of one key with other values.
    pub changed: u64,
    /// Of the rows that differ, those whose key other such rows of their side have too.
    pub repeated_keys: u64,
    /// Columns of both sides, and in how many changed rows each differs.
    pub columns: Vec<(String, u64)>,
    /// Columns that only one side has, and columns of two types, in words.
    pub remarks: Vec<String>,
}

impl Diff {
    /// Whether both sides hold the same rows.
    pub fn is_same(&self) -> bool {
        self.added + self.removed + self.changed == 0
    }
}

impl Session {
    /// Compares. `each` takes the changes in the order of their keys: `kind` (added, removed, changed), `key`, `column`, `from`,
    /// `to`, all text, one row per changed column; of an added or removed row one, without a column.
    ///
    /// # Errors
    /// `Diff` where a side is not there or lacks a key column; what the stage, the disk and `each` refuse.
    pub async fn diff<E: From<Error>>(
        &self,
        context: &Context,
        comparison: &Comparison,
        mut each: impl FnMut(RecordBatch) -> std::result::Result<(), E>,
    ) -> std::result::Result<Diff, E> {
        let from = self.side(comparison, &comparison.from).await?;
        let to = self.side(comparison, &comparison.to).await?;
        let columns = Columns::aligned(&from.schema(), &to.schema(), &comparison.key)?;
        let mut diff = Diff {
            columns: columns.names.iter().map(|name| (name.clone(), 0)).collect(),
            remarks: columns.remarks.clone(),
            ..Diff::default()
        };
        self.catalog.register(SCHEMA, "before", from)?;
        self.catalog.register(SCHEMA, "after", to)?;
        (diff.from_rows, diff.to_rows) = (self.number("before").await?, self.number("after").await?);

        let mut scratch = Scratch::new(context, &self.engine)?;
        if let Err(error) = self.leftovers(&mut scratch, context, &columns).await {
            let TableName { schema, table } = &comparison.table;
            return Err(self.told(&format!("SELECT 1 FROM {schema}.\"{table}\""), error).await.into());
        }
        let left = self.engine.collect("diff", LEFT_SQL).await?;
        let left = |column: usize| -> i64 {
            let value = left.first().map(|batch| batch.column(column));
            value
                .and_then(|v| arrow::array::cast::as_primitive_array::<arrow::datatypes::Int64Type>(v).iter().next()?)
                .unwrap_or(0)
        };
        let (gone, rows) = (left(0), left(1));
        diff.same = diff.from_rows.saturating_sub(gone.unsigned_abs());
        if rows > 0 {
            let join = if rows > HASH_ROWS_MAX { Join::SortMerge } else { Join::Hash };
            let engine = match join {
                Join::Hash => self.engine.with(is_left::function(self.keys_left().await?)),
                Join::SortMerge => self.engine.clone(),
            };
            let frame = engine.plan("diff", &columns.joined(join), join).await?;
            let mut batches = engine.stream("diff", frame).await?;
            let changes = Changes::new(&columns.names);
            while let Some(batch) = batches.next().await {
                let batch = batch.map_err(self.engine.failed("diff"))?;
                if context.cancel.is_cancelled() {
                    return Err(Error::Cancelled.into());
                }
                each(changes.of(&batch, &mut diff)?)?;
            }
        }
        Ok(diff)
    }

    async fn side(&self, comparison: &Comparison, side: &Side) -> Result<Arc<dyn TableProvider>> {
        let TableName { schema, table } = &comparison.table;
        let absent = |what: String, hint: &str| Error::Diff { what, hint: hint.to_owned() };
        match side {
            Side::Run(run) => self.catalog.at(schema, table, run).await?.ok_or_else(|| {
                absent(format!("{schema}.{table} was not there after run {run}"), "`deskferry runs` lists the runs")
            }),
            Side::Table(TableName { schema, table }) => {
                let name = datafusion::common::TableReference::partial(schema.as_str(), table.as_str());
                self.engine.context(Join::Hash).table_provider(name).await.map_err(|_| {
                    absent(format!("there is no table {schema}.{table}"), "`deskferry sql` and `\\d` list the tables")
                })
            }
            Side::Files(path) => {
                let place = path.display().to_string();
                let not = |e: datafusion::common::DataFusionError| {
                    absent(
                        format!("cannot read Parquet in {place}: {e}"),
                        "give a file, or a folder of one table's files",
                    )
                };
                let frame = self.engine.context(Join::Hash).read_parquet(place.as_str(), ParquetReadOptions::default());
                Ok(frame.await.map_err(not)?.into_view())
            }
        }
    }

    async fn number(&self, table: &str) -> Result<u64> {
        let batches = self.engine.collect("diff", &format!("SELECT count(*) FROM {SCHEMA}.{table}")).await?;
        let count = batches.first().map(|batch| {
            arrow::array::cast::as_primitive_array::<arrow::datatypes::Int64Type>(batch.column(0)).value(0)
        });
        Ok(count.unwrap_or(0).unsigned_abs())
    }

    /// Digests of the keys of all rows that are left.
    async fn keys_left(&self) -> Result<HashSet<Vec<u8>>> {
        let batches = self.engine.collect("diff", &format!("SELECT key_digest FROM {SCHEMA}.leftovers")).await?;
        Ok(batches
            .iter()
            .flat_map(|batch| batch.column(0).as_binary::<i32>().iter().flatten().map(<[u8]>::to_vec))
            .collect())
    }

    /// Writes the digests that do not cancel out as `diff.leftovers`.
    async fn leftovers(&self, scratch: &mut Scratch, context: &Context, columns: &Columns) -> Result<()> {
        let mut digests = Digests::new()?;
        let of = |table: &str, is_after| format!("SELECT {}, {is_after} FROM {SCHEMA}.{table}", columns.digests());
        // Both sides at once, each one file after another: more readers take more memory, and it is the hashing that takes time.
        let query = format!("{} UNION ALL {}", of("before", "FALSE AS is_after"), of("after", "TRUE"));
        let frame = self.engine.plan("diff", &query, Join::SortMerge).await?;
        let mut batches = self.engine.stream("diff", frame).await?;
        while let Some(batch) = batches.next().await {
            digests.add(&batch.map_err(self.engine.failed("diff"))?)?;
            if context.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
        }
        let mut draft = scratch.draft("leftovers", digests::schema())?;
        for batch in digests.left() {
            draft.writer.write(&batch?).await?;
        }
        let candidate = scratch.close(draft).await?;
        self.catalog.register(SCHEMA, "leftovers", Arc::new(scratch.table(&candidate)))
    }
}

/// Rows of the first side that are left, and rows that are left at all.
const LEFT_SQL: &str =
    "SELECT coalesce(sum(CASE WHEN net > 0 THEN net END), 0), coalesce(sum(abs(net)), 0) FROM diff.leftovers";

/// The columns that both sides have.
struct Columns {
    names: Vec<String>,
    key: Vec<String>,
    /// Columns whose types differ: they are compared as text.
    retyped: Vec<bool>,
    remarks: Vec<String>,
}

impl Columns {
    fn aligned(from: &SchemaRef, to: &SchemaRef, key: &[String]) -> Result<Self> {
        let mut aligned = Self { names: Vec::new(), key: key.to_vec(), retyped: Vec::new(), remarks: Vec::new() };
        let mut only_before = Vec::new();
        for field in from.fields() {
            let Ok(other) = to.field_with_name(field.name()) else {
                only_before.push(field.name().as_str());
                continue;
            };
            let (before, after) = (field.data_type(), other.data_type());
            let differs = plain(before) != plain(after);
            if differs {
                let name = field.name();
                aligned.remarks.push(format!("{name} is {before} before and {after} after: compared as text"));
            }
            aligned.names.push(field.name().clone());
            aligned.retyped.push(differs);
        }
        let is_new = |name: &&str| from.field_with_name(name).is_err();
        let only_after = to.fields().iter().map(|field| field.name().as_str()).filter(is_new).collect();
        for (side, names) in [("before", only_before), ("after", only_after)] {
            if !names.is_empty() {
                aligned.remarks.push(format!("not compared, as they are only there {side}: {}", names.join(", ")));
            }
        }
        match key.iter().find(|name| !aligned.names.contains(name)) {
            Some(name) => Err(Error::Diff {
                what: format!("the key column {name} is not on both sides"),
                hint: format!("--key takes some of: {}", aligned.names.join(", ")),
            }),
            None if key.is_empty() => Err(Error::Diff {
                what: "nothing says which columns are the key".to_owned(),
                hint: format!("--key takes some of: {}", aligned.names.join(", ")),
            }),
            None => Ok(aligned),
        }
    }

    fn expression(&self, name: &str) -> String {
        let is_retyped = self.names.iter().zip(&self.retyped).any(|(n, retyped)| n == name && *retyped);
        if is_retyped { format!("CAST({} AS VARCHAR)", identifier(name)) } else { identifier(name) }
    }

    fn digests(&self) -> String {
        format!("{} AS key_digest, {} AS digest", self.digest(&self.key), self.digest(&self.names))
    }

    fn digest(&self, names: &[String]) -> String {
        let values = names.iter().map(|name| self.expression(name)).collect::<Vec<_>>();
        format!("row_digest({})", values.join(", "))
    }

    /// The columns of a row as `c0, c1 …`, with the digest of its key.
    fn numbered(&self) -> String {
        let all = self.names.iter().enumerate().map(|(at, name)| format!("{} AS c{at}", self.expression(name)));
        format!("{}, {} AS key_digest", all.collect::<Vec<_>>().join(", "), self.digest(&self.key))
    }

    /// The rows of a side that are left, each key's in the order of their digests. Their columns are `c0, c1 …`, so that none has
    /// the name of one of ours.
    fn left(&self, table: &str, net: &str, join: Join) -> String {
        let (numbered, numbers) = (self.numbered(), (0..self.names.len()).map(|at| format!("c{at}")));
        let numbers = numbers.collect::<Vec<_>>().join(", ");
        // Where few rows are left, whole rows are read of those alone that have their keys; else one join is enough to sort for.
        let of_few = if join == Join::Hash { "WHERE is_left(key_digest)" } else { "" };
        format!(
            "SELECT *, row_number() OVER (PARTITION BY key_digest ORDER BY digest ROWS UNBOUNDED PRECEDING) AS place FROM (
                 SELECT sides.*, {net} AS copies, row_number() OVER (PARTITION BY sides.key_digest, sides.digest) AS copy
                 FROM {SCHEMA}.leftovers AS leftovers
                 JOIN (
                     SELECT *, row_digest({numbers}) AS digest
                     FROM (SELECT {numbered} FROM {SCHEMA}.{table}) AS keyed
                     {of_few}
                 ) AS sides
                     ON sides.key_digest = leftovers.key_digest AND sides.digest = leftovers.digest
                 WHERE {net} > 0
             ) AS copied WHERE copy <= copies"
        )
    }

    /// Both sides' rows that are left, side by side, in the order of their keys: `b0, b1 …, a0, a1 …, key, before, after, place`.
    fn joined(&self, join: Join) -> String {
        let side = |letter: char| (0..self.names.len()).map(move |at| format!("{letter}.c{at} AS {letter}{at}"));
        let columns = side('b').chain(side('a')).collect::<Vec<_>>().join(", ");
        let key: Vec<usize> =
            self.key.iter().filter_map(|key| self.names.iter().position(|name| name == key)).collect();
        let text = key.iter().map(|at| format!("coalesce(CAST(b.c{at} AS VARCHAR), CAST(a.c{at} AS VARCHAR), '')"));
        let order = key.iter().map(|at| format!("coalesce(b.c{at}, a.c{at})"));
        format!(
            "SELECT {columns}, {} AS key, b.key_digest IS NOT NULL AS before, a.key_digest IS NOT NULL AS after,
                 coalesce(b.place, a.place) AS place
             FROM ({}) AS b FULL OUTER JOIN ({}) AS a ON b.key_digest = a.key_digest AND b.place = a.place
             ORDER BY {}, coalesce(b.place, a.place)",
            text.collect::<Vec<_>>().join(" || '/' || "),
            self.left("before", "net", join),
            self.left("after", "-net", join),
            order.collect::<Vec<_>>().join(", "),
        )
    }
}

/// Types that hold the same values are one.
fn plain(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
        other => other.clone(),
    }
}
