//! Rejected rows: which they are, why, and the table they go to.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray, StringBuilder};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use arrow::json::LineDelimitedWriter;
use datafusion::catalog::TableProvider;
use datafusion::common::DataFusionError;
use datafusion::datasource::MemTable;
use deskferry_staging::TableWriter;
use sha2::{Digest, Sha256};

use crate::contract::{KEY, REASON};
use crate::{Error, Result};

/// A source key in 16 bytes: what is held in memory of a rejected row.
pub(crate) type Hash = [u8; 16];

/// The short form of a source key.
pub(crate) fn hash(key: &str) -> Hash {
    let digest = Sha256::digest(key);
    std::array::from_fn(|index| digest[index])
}

/// Which check refuses a row, none where it is the contract, and why.
pub(crate) type Reason = (Option<String>, String);

/// The rejected rows of one run.
pub(crate) struct Rejects {
    writer: TableWriter,
    schema: SchemaRef,
    counts: BTreeMap<String, u64>,
    /// Checks and what they say.
    reasons: Vec<(String, String)>,
    /// By table: key to index of the reason.
    keys: HashMap<String, Arc<HashMap<Hash, u32>>>,
    /// Table, key and reason of each, for checks to read.
    listed: Vec<RecordBatch>,
}

impl Rejects {
    pub(crate) fn new(writer: TableWriter, schema: SchemaRef) -> Self {
        Self { writer, schema, counts: BTreeMap::new(), reasons: Vec::new(), keys: HashMap::new(), listed: Vec::new() }
    }

    /// Notes that a check refuses a row; `false` where one has done so before.
    pub(crate) fn refuse(&mut self, table: &str, key: &str, check: &str, reason: &str) -> bool {
        let index = self.reason(check, reason);
        let keys = Arc::make_mut(self.keys.entry(table.to_owned()).or_default());
        match keys.entry(hash(key)) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(index);
                true
            }
        }
    }

    /// The index of a reason.
    pub(crate) fn reason(&mut self, check: &str, reason: &str) -> u32 {
        let known = self.reasons.iter().rposition(|(c, r)| c == check && r == reason);
        let index = known.unwrap_or_else(|| {
            self.reasons.push((check.to_owned(), reason.to_owned()));
            self.reasons.len() - 1
        });
        index as u32
    }

    /// Lists rows for the checks of the next round.
    pub(crate) fn list(&mut self, rows: &[(String, String, String)]) -> Result<()> {
        let mut columns = [StringBuilder::new(), StringBuilder::new(), StringBuilder::new()];
        for (table, key, reason) in rows {
            columns[0].append_value(table);
            columns[1].append_value(key);
            columns[2].append_value(reason);
        }
        let [table, key, reason] = columns.map(|mut column| Arc::new(column.finish()) as ArrayRef);
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("table_name", table, true),
            (KEY, key, true),
            (REASON, reason, true),
        ]);
        self.listed.push(batch.map_err(internal)?);
        Ok(())
    }

    /// The rejected rows so far, as the table `rejects` that checks see.
    pub(crate) fn table(&mut self) -> Result<Arc<dyn TableProvider>> {
        if self.listed.is_empty() {
            self.list(&[])?;
        }
        let schema = self.listed[0].schema();
        let table = MemTable::try_new(schema, vec![self.listed.clone()]);
        Ok(Arc::new(table.map_err(Error::internal("listing rejected rows"))?))
    }

    /// The keys of a table that checks have refused.
    pub(crate) fn keys(&self, table: &str) -> Option<Arc<HashMap<Hash, u32>>> {
        self.keys.get(table).cloned()
    }

    /// Writes rejected rows, each with its reason and the check that gave it; none where it is the contract that refuses.
    pub(crate) async fn write(&mut self, table: &str, rows: &RecordBatch, reasons: &[Reason]) -> Result<()> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let json = json_lines(rows)?;
        let keys =
            rows.column_by_name(KEY).map(|keys| keys.as_string::<i32>().iter().map(|k| k.map(str::to_owned)).collect());
        let keys: Vec<Option<String>> = keys.unwrap_or_else(|| vec![None; rows.num_rows()]);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec![table; rows.num_rows()])),
            Arc::new(StringArray::from(keys)),
            Arc::new(reasons.iter().map(|(check, _)| check.as_deref()).collect::<StringArray>()),
            Arc::new(reasons.iter().map(|(_, reason)| Some(reason.as_str())).collect::<StringArray>()),
            Arc::new(json.iter().map(|line| Some(line.as_str())).collect::<StringArray>()),
        ];
        self.copy(&RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(internal)?).await
    }

    /// Writes rows of the table `rejects` as they are.
    pub(crate) async fn copy(&mut self, rows: &RecordBatch) -> Result<()> {
        for reason in column(rows, REASON).iter().flatten() {
            *self.counts.entry(reason.to_owned()).or_default() += 1;
        }
        Ok(self.writer.write(rows).await?)
    }

    /// Splits a batch of a table: the rows that stay; the others are written.
    pub(crate) async fn keep(&mut self, table: &str, batch: RecordBatch) -> Result<RecordBatch> {
        let Some(keys) = self.keys.get(table).cloned() else { return Ok(batch) };
        let Some(column) = batch.column_by_name(KEY) else { return Ok(batch) };
        let found: Vec<Option<u32>> =
            column.as_string::<i32>().iter().map(|key| keys.get(&hash(key.unwrap_or_default())).copied()).collect();
        if found.iter().all(Option::is_none) {
            return Ok(batch);
        }
        let reasons = found.iter().flatten().filter_map(|index| self.reasons.get(*index as usize));
        let reasons: Vec<Reason> = reasons.map(|(check, reason)| (Some(check.clone()), reason.clone())).collect();
        let stays: BooleanArray = found.iter().map(|reason| Some(reason.is_none())).collect();
        self.split(table, &batch, &stays, &reasons).await
    }

    /// The rows of a batch that stay; the others are written with their reasons.
    pub(crate) async fn split(
        &mut self,
        table: &str,
        batch: &RecordBatch,
        stays: &BooleanArray,
        reasons: &[Reason],
    ) -> Result<RecordBatch> {
        let goes = arrow::compute::not(stays).and_then(|goes| filter_record_batch(batch, &goes)).map_err(internal)?;
        self.write(table, &goes, reasons).await?;
        filter_record_batch(batch, stays).map_err(internal)
    }

    /// The writer, to be closed, and how many rows were rejected for which reason.
    pub(crate) fn finish(self) -> (TableWriter, BTreeMap<String, u64>) {
        (self.writer, self.counts)
    }
}

/// A text column of rows of `rejects`.
pub(crate) fn column<'a>(rows: &'a RecordBatch, name: &str) -> &'a StringArray {
    static NONE: std::sync::LazyLock<StringArray> =
        std::sync::LazyLock::new(|| StringArray::from(Vec::<String>::new()));
    rows.column_by_name(name).and_then(|column| column.as_string_opt::<i32>()).unwrap_or(&NONE)
}

fn json_lines(rows: &RecordBatch) -> Result<Vec<String>> {
    let mut lines = Vec::with_capacity(rows.num_rows());
    for row in 0..rows.num_rows() {
        let mut writer = LineDelimitedWriter::new(Vec::new());
        writer.write(&rows.slice(row, 1)).and_then(|()| writer.finish()).map_err(internal)?;
        lines.push(String::from_utf8_lossy(&writer.into_inner()).trim_end().to_owned());
    }
    Ok(lines)
}

pub(crate) fn internal(error: arrow::error::ArrowError) -> Error {
    Error::internal("splitting off rejected rows")(DataFusionError::from(error))
}
