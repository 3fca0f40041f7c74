//! The rows of one table in the last state: enough of each to tell whether a row that arrives is new, changed or as it was.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{Array as _, ArrayRef, AsArray as _, BooleanArray, RecordBatch, new_null_array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::row::{RowConverter, SortField};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use deskferry_staging::{Changes, Context, Manifest, TableWriter};
use futures::TryStreamExt as _;

use crate::hash::{of_bytes, of_texts};
use crate::{Error, Result};

/// Column of a delta run: whether the row is gone from the source.
const DELETED: &str = "_deleted";
/// Stands for no row: a key that an earlier delta run has marked as gone.
const GONE: u128 = 0;

/// One row: the first 128 bits of the SHA-256 of its key and of all of its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Digests {
    key: u128,
    row: u128,
}

/// Some of a table's rows: those whose texts of some columns have one of these hashes, or all others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// The columns.
    pub(crate) columns: Vec<String>,
    /// Hashes of their texts; see [`of_texts`].
    pub(crate) hashes: HashSet<u128>,
    /// All rows but those.
    pub(crate) except: bool,
}

impl Scope {
    /// Which rows of a batch are some of these.
    fn has(&self, batch: &RecordBatch) -> Result<Vec<bool>> {
        let columns = columns(batch, &self.columns)?;
        let options = FormatOptions::default();
        let texts: Vec<ArrayFormatter<'_>> =
            columns.iter().map(|c| ArrayFormatter::try_new(c, &options)).collect::<Result<_, _>>().map_err(internal)?;
        let row = |at: usize| texts.iter().map(|column| column.value(at).to_string()).collect::<Vec<_>>();
        let has = |at: usize| self.hashes.contains(&of_texts(row(at).iter().map(String::as_str)));
        Ok((0..batch.num_rows()).map(|at| self.except != (!self.hashes.is_empty() && has(at))).collect())
    }

    /// Whether it is no row at all.
    fn is_none(&self) -> bool {
        self.hashes.is_empty() && !self.except
    }
}

/// A table's last state. 32 bytes a row, and two bits.
pub(crate) struct Known {
    table: String,
    /// The runs that make it up, oldest first.
    runs: Vec<Manifest>,
    digester: Digester,
    /// Which rows are read now; all, if not given.
    scope: Option<Scope>,
    /// Rows that could not be read as they are now: what is known of them stays.
    stale: Option<Scope>,
    /// By key, each once.
    rows: Vec<Digests>,
    /// Which of `rows` have arrived.
    arrived: Bits,
    /// Which of them as they were.
    same: Bits,
    new: AtomicU64,
    changed: AtomicU64,
}

impl Known {
    /// Reads a table's last state. The inner error is the reason why rows cannot be compared with it.
    ///
    /// # Errors
    /// `Staging`, `Cancelled`.
    pub(super) async fn read(
        context: &Context,
        runs: &[Manifest],
        table: &str,
        schema: &SchemaRef,
        key: &[String],
    ) -> Result<Result<Self, &'static str>> {
        let mut columns: Vec<(&str, String)> =
            schema.fields().iter().map(|f| (f.name().as_str(), f.data_type().to_string())).collect();
        columns.sort();
        let digester = Digester::new(schema, key)?;
        let mut rows: Vec<Digests> = Vec::new();
        for run in runs {
            let Some(written) = run.tables.get(table) else { continue };
            let mut found: Vec<(&str, String)> =
                written.columns.iter().map(|c| (c.name.as_str(), c.data_type.clone())).collect();
            found.retain(|(name, _)| *name != DELETED);
            found.sort();
            if found != columns {
                return Ok(Err("as the spec gives it other columns now"));
            }
            let before = rows.len();
            rows.reserve_exact(usize::try_from(written.rows).unwrap_or(0));
            let mut batches = context.staging.read(run, table)?;
            while let Some(batch) = batches.try_next().await? {
                if context.cancel.is_cancelled() {
                    return Err(Error::Cancelled);
                }
                if digester.has_null_key(&batch)? {
                    return Ok(Err("as some of its rows have no key"));
                }
                rows.extend(digester.digest(&batch)?);
                context.tick(&format!("{table} (last state)"), rows.len() as u64, None);
            }
            let added = &mut rows[before..];
            added.sort_unstable_by_key(|row| row.key);
            if added.windows(2).any(|pair| pair[0].key == pair[1].key) {
                return Ok(Err("as some of its rows share a key"));
            }
            if before > 0 {
                // The sort is stable: of a row's versions the newest comes last.
                rows.sort_by_key(|row| row.key);
                rows.reverse();
                rows.dedup_by_key(|row| row.key);
                rows.reverse();
            }
        }
        rows.retain(|row| row.row != GONE);
        let (arrived, same) = (Bits::new(rows.len()), Bits::new(rows.len()));
        let (new, changed) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Ok(Self {
            table: table.to_owned(),
            runs: runs.to_vec(),
            digester,
            scope: None,
            stale: None,
            rows,
            arrived,
            same,
            new,
            changed,
        }))
    }

    /// Only these rows are read now.
    pub(super) fn narrow(&mut self, scope: Scope) {
        self.scope = Some(scope);
    }

    /// What is known of these rows stays, whatever arrives.
    pub(super) fn keep(&mut self, stale: Scope) {
        self.stale = Some(stale);
    }

    /// The columns that the source had when the table was last read, where that is known.
    pub(super) fn columns_before(&self) -> Option<Vec<String>> {
        let cursor = self.runs.last()?.cursors.get(&self.table)?;
        let names = cursor.get("columns")?.as_array()?.iter().filter_map(|name| Some(name.as_str()?.to_owned()));
        Some(names.collect())
    }

    /// Of rows that have arrived, those that are new or have changed, with `_deleted` = false.
    ///
    /// # Errors
    /// `Repeated` where a row arrives a second time.
    pub(crate) fn differing(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let mut differs = Vec::with_capacity(batch.num_rows());
        let stale = self.stale.as_ref().map(|stale| stale.has(batch)).transpose()?;
        for (at_batch, row) in self.digester.digest(batch)?.into_iter().enumerate() {
            let is_stale = stale.as_ref().is_some_and(|stale| stale[at_batch]);
            differs.push(match self.rows.binary_search_by_key(&row.key, |known| known.key) {
                Ok(at) if self.arrived.set(at) => return Err(Error::Repeated { table: self.table.clone() }),
                Ok(at) if is_stale || self.rows[at].row == row.row => {
                    self.same.set(at);
                    false
                }
                Ok(_) => {
                    self.changed.fetch_add(1, Ordering::Relaxed);
                    true
                }
                Err(_) => {
                    self.new.fetch_add(1, Ordering::Relaxed);
                    true
                }
            });
        }
        let kept = filter_record_batch(batch, &BooleanArray::from(differs)).map_err(internal)?;
        let mut columns = kept.columns().to_vec();
        columns.push(Arc::new(BooleanArray::from(vec![false; kept.num_rows()])));
        RecordBatch::try_new(with_deleted(&batch.schema()), columns).map_err(internal)
    }

    /// Once all rows have arrived: writes the keys of those that did not, with `_deleted` = true, and counts.
    ///
    /// # Errors
    /// `Staging`.
    pub(crate) async fn gone(&self, context: &Context, writer: &mut TableWriter) -> Result<Changes> {
        let (new, changed) = (self.new.load(Ordering::Relaxed), self.changed.load(Ordering::Relaxed));
        let away = self.rows.len() as u64 - self.arrived.count();
        let is_none = self.scope.as_ref().is_some_and(Scope::is_none);
        let gone = if away > 0 && !is_none { self.write_gone(context, writer).await? } else { 0 };
        let unchanged = self.same.count() + (away - gone);
        Ok(Changes { new, changed, gone, unchanged })
    }

    /// Writes the keys of rows that did not arrive and should have; how many.
    async fn write_gone(&self, context: &Context, writer: &mut TableWriter) -> Result<u64> {
        let (written, mut gone) = (Bits::new(self.rows.len()), 0);
        let scope_columns = self.scope.iter().flat_map(|scope| &scope.columns);
        let mut names = self.digester.key.clone();
        names.extend(scope_columns.filter(|name| !self.digester.key.contains(name)).cloned());
        for run in &self.runs {
            let mut batches = context.staging.read_columns(run, &self.table, Some(&names))?;
            while let Some(batch) = batches.try_next().await? {
                let keys = self.digester.keys(&batch)?;
                let read_now = match &self.scope {
                    Some(scope) => scope.has(&batch)?,
                    None => vec![true; batch.num_rows()],
                };
                let is_gone = keys.iter().zip(read_now).map(|(key, read_now)| {
                    let at = self.rows.binary_search_by_key(key, |known| known.key);
                    read_now && at.is_ok_and(|at| !self.arrived.get(at) && !written.set(at))
                });
                let is_gone = BooleanArray::from(is_gone.collect::<Vec<_>>());
                gone += is_gone.true_count() as u64;
                let of_key: Vec<usize> =
                    self.digester.key.iter().filter_map(|name| batch.schema().index_of(name).ok()).collect();
                let keys =
                    filter_record_batch(&batch.project(&of_key).map_err(internal)?, &is_gone).map_err(internal)?;
                writer.write(&marks(&keys, writer.schema())?).await?;
            }
        }
        Ok(gone)
    }

    /// Goes through the rows of the last state that have arrived as they were.
    ///
    /// # Errors
    /// `Staging`, and what `take` fails with.
    pub(crate) async fn each_unchanged(
        &self,
        context: &Context,
        mut take: impl AsyncFnMut(RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let taken = Bits::new(self.rows.len());
        for run in &self.runs {
            let mut batches = context.staging.read(run, &self.table)?;
            while let Some(batch) = batches.try_next().await? {
                let is_same = self.digester.digest(&batch)?.into_iter().map(|row| {
                    let at = self.rows.binary_search_by_key(&row.key, |known| known.key);
                    at.is_ok_and(|at| self.same.get(at) && self.rows[at].row == row.row && !taken.set(at))
                });
                let is_same = BooleanArray::from(is_same.collect::<Vec<_>>());
                take(filter_record_batch(&batch, &is_same).map_err(internal)?).await?;
            }
        }
        Ok(())
    }

    /// The runs that make it up, oldest first.
    pub(crate) fn runs(&self) -> &[Manifest] {
        &self.runs
    }
}

/// The schema of a table in a delta run.
pub(crate) fn with_deleted(schema: &Schema) -> SchemaRef {
    let deleted = Arc::new(Field::new(DELETED, DataType::Boolean, true));
    Arc::new(Schema::new(schema.fields().iter().cloned().chain([deleted]).collect::<Vec<_>>()))
}

/// Rows that are gone: their keys, `_deleted` = true, all else NULL.
fn marks(keys: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let rows = keys.num_rows();
    let column = |field: &Field| -> ArrayRef {
        match keys.column_by_name(field.name()) {
            Some(key) => Arc::clone(key),
            None if field.name() == DELETED => Arc::new(BooleanArray::from(vec![true; rows])),
            None => new_null_array(field.data_type(), rows),
        }
    };
    let columns = schema.fields().iter().map(|field| column(field)).collect();
    RecordBatch::try_new(Arc::clone(schema), columns).map_err(internal)
}

/// Turns rows into [`Digests`].
struct Digester {
    key: Vec<String>,
    columns: Vec<String>,
    keys: RowConverter,
    rows: RowConverter,
}

impl Digester {
    fn new(schema: &SchemaRef, key: &[String]) -> Result<Self> {
        let converter = |names: &[String]| {
            let fields = names.iter().map(|name| {
                let field = schema.field_with_name(name).map_err(internal)?;
                Ok(SortField::new(field.data_type().clone()))
            });
            RowConverter::new(fields.collect::<Result<_>>()?).map_err(internal)
        };
        let columns: Vec<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
        Ok(Self { keys: converter(key)?, rows: converter(&columns)?, key: key.to_vec(), columns })
    }

    fn digest(&self, batch: &RecordBatch) -> Result<Vec<Digests>> {
        let deleted = batch.column_by_name(DELETED).map(|column| column.as_boolean());
        let is_gone = |at: usize| deleted.is_some_and(|deleted| deleted.is_valid(at) && deleted.value(at));
        let rows = self.rows.convert_columns(&columns(batch, &self.columns)?).map_err(internal)?;
        let keys = self.keys(batch)?.into_iter();
        let rows = rows.iter().enumerate().map(|(at, row)| if is_gone(at) { GONE } else { of_bytes(row.as_ref()) });
        Ok(keys.zip(rows).map(|(key, row)| Digests { key, row }).collect())
    }

    fn keys(&self, batch: &RecordBatch) -> Result<Vec<u128>> {
        let keys = self.keys.convert_columns(&columns(batch, &self.key)?).map_err(internal)?;
        Ok(keys.iter().map(|key| of_bytes(key.as_ref())).collect())
    }

    fn has_null_key(&self, batch: &RecordBatch) -> Result<bool> {
        Ok(columns(batch, &self.key)?.iter().any(|column| column.null_count() > 0))
    }
}

fn columns(batch: &RecordBatch, names: &[String]) -> Result<Vec<ArrayRef>> {
    let column = |name: &String| batch.column_by_name(name).cloned();
    names.iter().map(column).collect::<Option<_>>().ok_or_else(|| Error::Internal("a column is missing".into()))
}

fn internal(error: arrow::error::ArrowError) -> Error {
    Error::Internal(error.to_string())
}

/// Bits that several tasks set.
struct Bits(Vec<AtomicU64>);

impl Bits {
    fn new(bits: usize) -> Self {
        Self(std::iter::repeat_with(AtomicU64::default).take(bits.div_ceil(64)).collect())
    }

    /// Sets a bit; whether it was set before.
    fn set(&self, at: usize) -> bool {
        self.0[at / 64].fetch_or(1 << (at % 64), Ordering::Relaxed) >> (at % 64) & 1 == 1
    }

    fn get(&self, at: usize) -> bool {
        self.0[at / 64].load(Ordering::Relaxed) >> (at % 64) & 1 == 1
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.load(Ordering::Relaxed).count_ones())).sum()
    }
}
