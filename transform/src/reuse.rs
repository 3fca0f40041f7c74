//! What need not run again: tables of the newest transform whose models, and all that these read, are as they were.
//!
//! The manifest names the earlier run's parts; nothing is copied. Checks always run, over all tables, so that the outcome is that of a
//! whole transform: a contract table is taken over as it stands where they refuse the rows they refused then, and is written from
//! the earlier rows, those refused then among them, where they do not. `rejects` holds a refused row whole, as JSON.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::json::ReaderBuilder;
use datafusion::catalog::TableProvider;
use datafusion::common::DataFusionError;
use datafusion::logical_expr::ident;
use deskferry_staging::{Build, Manifest, Stage, Table};
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};

use crate::contract::{CHECK, Contract, KEY, REASON, REJECTS, ROW, TABLE};
use crate::engine::Join;
use crate::models::Model;
use crate::rejects::{Hash, column, hash, internal};
use crate::run::{DUPLICATE, Transform};
use crate::scratch::Candidate;
use crate::{Error, Result};

/// Which models run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Rebuild {
    /// Those that have changed, or that read what has.
    #[default]
    Changed,
    /// These, what depends on them, and what they need that has changed. All else stays as the last transform left it.
    Only(Vec<String>),
    /// All.
    All,
}

/// Which models run and which do not.
pub(crate) struct Choice {
    /// The run that the others are taken from.
    pub(crate) base: Option<Manifest>,
    /// Models that run.
    pub(crate) run: BTreeSet<String>,
    /// Models that do not, although they or what they read have changed.
    pub(crate) stale: Vec<String>,
}

impl Choice {
    /// Chooses among models in the order they run.
    ///
    /// # Errors
    /// `NoModel` where one is asked for that does not exist.
    pub(crate) fn new(
        models: &[Model],
        fingerprints: &BTreeMap<String, Option<String>>,
        contract: &Contract,
        runs: &[Manifest],
        rebuild: &Rebuild,
    ) -> Result<Self> {
        let base = runs.iter().rfind(|run| run.schema == contract.schema && run.stage == Stage::Transform).cloned();
        let earlier = |model: &Model| {
            let table = base.as_ref()?.tables.get(&model.name)?;
            let is_as_wanted = contract.tables.get(&model.name).is_none_or(|schema| has_columns(table, schema));
            table.build.as_ref().filter(|_| is_as_wanted)
        };
        let is_there = |model: &Model| earlier(model).is_some();
        let is_changed = |model: &Model| {
            let now = fingerprints.get(&model.name).and_then(Option::as_ref);
            now.is_none() || earlier(model).and_then(|build| build.fingerprint.as_ref()) != now
        };
        let chosen: BTreeSet<&str> = match rebuild {
            Rebuild::All => models.iter().map(|model| model.name.as_str()).collect(),
            Rebuild::Changed => models.iter().filter(|m| is_changed(m)).map(|m| m.name.as_str()).collect(),
            Rebuild::Only(names) => {
                let mut chosen = named(models, names, &contract.schema)?;
                for model in models {
                    if chosen.iter().any(|name| model.reads(name)) {
                        chosen.insert(&model.name);
                    }
                }
                let mut needed = chosen.clone();
                for model in models.iter().rev().filter(|m| is_changed(m)) {
                    let is_needed = |m: &&Model| needed.contains(m.name.as_str()) && m.reads(&model.name);
                    if models.iter().any(|m| is_needed(&m)) || !is_there(model) {
                        needed.insert(&model.name);
                    }
                }
                needed
            }
        };
        let stale = models.iter().filter(|m| !chosen.contains(m.name.as_str()) && is_changed(m));
        let stale = stale.map(|model| model.name.clone()).collect();
        let run = chosen.into_iter().map(str::to_owned).collect();
        Ok(Self { run, stale, base })
    }
}

fn named<'a>(models: &'a [Model], names: &[String], schema: &str) -> Result<BTreeSet<&'a str>> {
    let find = |name: &String| {
        let plain = name.strip_prefix(schema).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
        let known = || models.iter().map(|model| model.name.as_str()).collect::<Vec<_>>().join(", ");
        let found = models.iter().find(|model| model.name == plain).map(|model| model.name.as_str());
        found.ok_or_else(|| Error::NoModel { name: name.clone(), known: known() })
    };
    names.iter().map(find).collect()
}

fn has_columns(table: &Table, schema: &SchemaRef) -> bool {
    let wanted = schema.fields().iter().map(|field| (field.name().clone(), field.data_type().to_string()));
    table.columns.iter().map(|column| (column.name.clone(), column.data_type.clone())).eq(wanted)
}

/// The rows of a contract table before checks.
pub(crate) struct Unchecked {
    pub(crate) schema: SchemaRef,
    pub(crate) provider: Arc<dyn TableProvider>,
    pub(crate) rows: Rows,
}

/// Where they are.
pub(crate) enum Rows {
    /// A model has just given them.
    Drafted(Box<Candidate>),
    /// An earlier run has them, less those that its checks refused.
    Earlier(HashMap<Hash, u32>),
}

impl Transform<'_> {
    /// Takes a model's table over from the earlier run; `false` where it has to run after all.
    pub(crate) async fn take_over(&mut self, model: &Model) -> Result<bool> {
        let Some(base) = self.choice.base.clone() else { return Ok(false) };
        let Some(table) = base.tables.get(&model.name) else { return Ok(false) };
        if let Some(schema) = self.contract.tables.get(&model.name).cloned() {
            return self.take_over_unchecked(model, &schema, &base, table).await;
        }
        self.run.take_over(&model.name, &base.run, table);
        let columns = self.catalog.columns(&model.name, &[&base]).await?;
        let provider = self.catalog.written(&columns, table);
        self.catalog.register(&self.contract.schema, &model.name, Arc::new(provider))?;
        Ok(true)
    }

    async fn take_over_unchecked(
        &mut self,
        model: &Model,
        schema: &SchemaRef,
        base: &Manifest,
        table: &Table,
    ) -> Result<bool> {
        let name = model.name.as_str();
        let mut refused = HashMap::new();
        let mut draft = self.scratch.draft(name, Arc::clone(schema))?;
        let mut batches = self.rejected(base, name)?;
        while let Some(batch) = batches.next().await {
            let (by_check, _) = split(&batch?)?;
            let Some(rows) = read_back(&by_check, schema) else { return Ok(false) };
            draft.writer.write(&rows).await?;
            let (checks, reasons) = (column(&by_check, CHECK), column(&by_check, REASON));
            for (key, row) in column(&by_check, KEY).iter().zip(0..) {
                let index = self.rejects.reason(checks.value(row), reasons.value(row));
                refused.insert(hash(key.unwrap_or_default()), index);
            }
        }
        let mut batches = self.rejected(base, name)?;
        while let Some(batch) = batches.next().await {
            let (_, by_contract) = split(&batch?)?;
            self.rejects.copy(&by_contract).await?;
            let rows = column(&by_contract, KEY).iter().zip(column(&by_contract, REASON));
            let listed = rows.filter(|(_, reason)| *reason != Some(DUPLICATE));
            let listed =
                listed.filter_map(|(key, reason)| Some((name.to_owned(), key?.to_owned(), reason?.to_owned())));
            self.rejects.list(&listed.collect::<Vec<_>>())?;
        }
        let draft = self.scratch.close(draft).await?;
        let written: Arc<dyn TableProvider> = Arc::new(self.catalog.written(schema, table));
        let provider = if refused.is_empty() {
            written
        } else {
            let context = self.engine.context(Join::Hash);
            let added = context.read_table(Arc::new(self.scratch.table(&draft)));
            let both = context.read_table(written).and_then(|rows| rows.union(added?));
            both.map_err(Error::internal("adding rows that were refused"))?.into_view()
        };
        self.add_candidate(name, Unchecked { schema: Arc::clone(schema), provider, rows: Rows::Earlier(refused) })?;
        Ok(true)
    }

    /// Rows of a table that an earlier run has rejected.
    fn rejected(&self, base: &Manifest, table: &str) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let (all, table) = (self.context.staging.read(base, REJECTS)?, table.to_owned());
        let of_table = move |batch: RecordBatch| {
            let tables = column(&batch, TABLE);
            let is_it: BooleanArray = tables.iter().map(|name| Some(name == Some(table.as_str()))).collect();
            filter_record_batch(&batch, &is_it).map_err(internal)
        };
        Ok(all.map(move |batch| of_table(batch?)).boxed())
    }

    /// Whether a table can go into the run as an earlier one wrote it; it is then in it, with its rejected rows.
    pub(crate) async fn published_before(&mut self, table: &str, unchecked: &Unchecked) -> Result<bool> {
        let (Rows::Earlier(before), Some(base)) = (&unchecked.rows, self.choice.base.clone()) else { return Ok(false) };
        let now = self.rejects.keys(table).unwrap_or_default();
        let Some(written) = base.tables.get(table).filter(|_| now.as_ref() == before) else { return Ok(false) };
        self.run.take_over(table, &base.run, written);
        let mut rejected = self.rejected(&base, table)?;
        while let Some(batch) = rejected.try_next().await? {
            self.rejects.copy(&split(&batch)?.0).await?;
        }
        Ok(true)
    }

    /// Rows before checks, in the order they are to be written.
    pub(crate) async fn in_order(
        &self,
        table: &str,
        unchecked: &Unchecked,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        match (&unchecked.rows, &self.choice.base) {
            (Rows::Earlier(refused), Some(base)) if refused.is_empty() => {
                Ok(self.context.staging.read(base, table)?.map_err(Error::from).boxed())
            }
            (Rows::Drafted(candidate), _) => Ok(self.scratch.read(candidate)?.map_err(Error::from).boxed()),
            (Rows::Earlier(_), _) => {
                let order = self.contract.order(table).iter().map(|column| ident(*column).sort(true, false)).collect();
                let rows = self.engine.context(Join::SortMerge).read_table(Arc::clone(&unchecked.provider));
                let rows = rows.and_then(|rows| rows.sort(order)).map_err(Error::internal("sorting rows"))?;
                let failed = self.engine.failed(table);
                let stream = self.engine.stream(table, rows).await?;
                let schema = Arc::clone(&unchecked.schema);
                Ok(stream.map(move |batch| typed(&batch.map_err(&failed)?, &schema)).boxed())
            }
        }
    }

    /// How a table that is written was made: by a model just now, or by one that an earlier run ran.
    pub(crate) fn build(&mut self, table: &str) -> Option<Build> {
        let earlier = || self.choice.base.as_ref()?.tables.get(table)?.build.clone();
        let build = self.builds.remove(table).or_else(earlier);
        build.map(|build| Build { reused_from: None, ..build })
    }
}

/// Rejected rows: those that checks refused, and those that the contract did.
fn split(rejected: &RecordBatch) -> Result<(RecordBatch, RecordBatch)> {
    let by_check = arrow::compute::is_not_null(column(rejected, CHECK)).map_err(internal)?;
    let by_contract = arrow::compute::not(&by_check).map_err(internal)?;
    let rows = |which| filter_record_batch(rejected, which).map_err(internal);
    Ok((rows(&by_check)?, rows(&by_contract)?))
}

/// Rejected rows as they were; `None` where their JSON does not tell all.
fn read_back(rejected: &RecordBatch, schema: &SchemaRef) -> Option<RecordBatch> {
    if rejected.num_rows() == 0 {
        return Some(RecordBatch::new_empty(Arc::clone(schema)));
    }
    // JSON has no NaN and no infinity.
    if schema.fields().iter().any(|field| *field.data_type() == DataType::Float64) {
        return None;
    }
    let mut decoder =
        ReaderBuilder::new(Arc::clone(schema)).with_batch_size(rejected.num_rows()).build_decoder().ok()?;
    for row in column(rejected, ROW) {
        let row = format!("{}\n", row?);
        (decoder.decode(row.as_bytes()).ok()? == row.len()).then_some(())?;
    }
    decoder.flush().ok()?.filter(|rows| rows.num_rows() == rejected.num_rows())
}

/// Rows of a table as the contract has them.
fn typed(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let columns = schema.fields().iter().map(|field| {
        let column = batch.column_by_name(field.name()).map(|column| cast(column, field.data_type()));
        column.unwrap_or_else(|| Err(arrow::error::ArrowError::SchemaError(format!("no column {}", field.name()))))
    });
    let columns = columns.collect::<Result<Vec<_>, _>>();
    let typed = columns.and_then(|columns| RecordBatch::try_new(Arc::clone(schema), columns));
    typed.map_err(|e| Error::internal("reading earlier rows")(DataFusionError::from(e)))
}
