//! The tables of a session: every staged schema, the ledger, the mappings, the settings.
//!
//! `<schema>.<table>` is the current state: the newest run that has the table whole with the newer versions of later delta runs;
//! `<schema>.<table>__runs` is every version with its `run`, and whether it is `_deleted` for tables of a source. Both come from
//! manifests. A session of a run is given only what had been published when that run was.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::{DateTime, Utc};
use datafusion::catalog::{CatalogProviderList, MemorySchemaProvider, SchemaProvider, TableProvider};
use datafusion::common::ScalarValue;
use datafusion::datasource::file_format::FileFormat as _;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::{MemTable, ViewTable, provider_as_source};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{LogicalPlanBuilder, col, lit};
use datafusion::prelude::SessionContext;
use deskferry_staging::{Manifest, Part, RunId, Stage, Staging, Table};

use crate::current::{CurrentTable, DELETED, without_deleted};
use crate::engine::{CATALOG, Engine, Join};
use crate::inputs::{File, Inputs};
use crate::table::StageTable;
use crate::{Error, Result};

/// Ending of the table that has every version of another's rows.
pub(crate) const VERSIONS: &str = "__runs";

/// The schemas of ours, in order: not those that tell of the others.
pub(crate) fn schemas(tables: &Arc<dyn CatalogProviderList>) -> Vec<String> {
    let mut names = tables.catalog(CATALOG).map(|catalog| catalog.schema_names()).unwrap_or_default();
    names.retain(|name| name != "information_schema" && name != "pg_catalog");
    names.sort();
    names
}

/// Where an engine reads the parts of the stage.
pub(crate) fn stage_url() -> Result<ObjectStoreUrl> {
    ObjectStoreUrl::parse("stage://stage").map_err(Error::internal("naming the stage"))
}

/// The tables of an engine.
pub(crate) struct Catalog {
    context: SessionContext,
    staging: Staging,
    url: ObjectStoreUrl,
    schema: String,
}

impl Catalog {
    /// An empty catalog over a stage.
    pub(crate) fn new(engine: &Engine, staging: &Staging, inputs: &Inputs<'_>) -> Result<Self> {
        let url = stage_url()?;
        engine.register_store(&url, staging.store());
        let (context, staging) = (engine.context(Join::Hash).clone(), staging.clone());
        Ok(Self { context, staging, url, schema: inputs.contract.to_owned() })
    }

    /// The stage that is read.
    pub(crate) fn staging(&self) -> &Staging {
        &self.staging
    }

    /// The schema of tables that are named without one.
    pub(crate) fn default_schema(&self) -> &str {
        &self.schema
    }

    /// A schema by its name.
    pub(crate) fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        self.context.catalog(CATALOG)?.schema(name)
    }

    /// Registers a table; an earlier one of the name is replaced.
    pub(crate) fn register(&self, schema: &str, table: &str, provider: Arc<dyn TableProvider>) -> Result<()> {
        let failed = Error::internal(&format!("registering {schema}.{table}"));
        let found = self.context.catalog(CATALOG);
        let result = found.map_or(Ok(None), |catalog| {
            let schema = match catalog.schema(schema) {
                Some(known) => known,
                None => {
                    let new: Arc<dyn SchemaProvider> = Arc::new(MemorySchemaProvider::new());
                    catalog.register_schema(schema, Arc::clone(&new))?;
                    new
                }
            };
            schema.deregister_table(table)?;
            schema.register_table(table.to_owned(), provider)
        });
        result.map(drop).map_err(failed)
    }

    /// Registers what runs of a schema have: the current state and all versions of each table. Returns the runs read.
    pub(crate) async fn register_runs(&self, schema: &str, runs: &[Manifest]) -> Result<Vec<Manifest>> {
        let mut read: BTreeMap<_, Manifest> = BTreeMap::new();
        // A transform writes every table anew: one that its newest run does not have is of a model that is gone.
        let newest = runs.iter().rfind(|run| run.schema == schema && run.stage == Stage::Transform);
        for (table, current) in deskferry_staging::current(runs, schema)? {
            if newest.is_some_and(|newest| !newest.tables.contains_key(&table)) {
                continue;
            }
            let all: Vec<&Manifest> =
                runs.iter().filter(|run| run.schema == schema && run.tables.contains_key(&table)).collect();
            let columns = self.columns(&table, &all).await?;
            let versions = self.versions(&table, &all, &columns);
            self.register(schema, &format!("{table}{VERSIONS}"), Arc::new(versions))?;
            let provider = self.current(&table, &current, &columns)?;
            self.register(schema, &table, provider)?;
            read.extend(current.into_iter().map(|run| (run.run.clone(), run)));
        }
        Ok(read.into_values().collect())
    }

    /// A table as it was right after a run.
    pub(crate) async fn at(&self, schema: &str, table: &str, run: &RunId) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(state) = self.staging.current_at(schema, Some(run)).await?.remove(table) else { return Ok(None) };
        let columns = self.columns(table, &state.iter().collect::<Vec<_>>()).await?;
        self.current(table, &state, &columns).map(Some)
    }

    fn versions(&self, table: &str, runs: &[&Manifest], columns: &Schema) -> StageTable {
        let empty = StageTable::new(self.url.clone(), columns).with_run();
        runs.iter()
            .filter_map(|run| Some((run, run.tables.get(table)?)))
            .fold(empty, |all, (run, table)| all.with_parts(Some(&run.run), &table.parts, true))
    }

    /// The rows of the run that has the table whole, with those of the delta runs after it; rows of one run that share a key all
    /// stay.
    fn current(&self, table: &str, runs: &[Manifest], columns: &SchemaRef) -> Result<Arc<dyn TableProvider>> {
        let columns = Arc::new(without_deleted(columns));
        let mut runs = runs.iter();
        let whole = runs.next().and_then(|run| run.tables.get(table));
        let whole = whole.map_or_else(|| StageTable::new(self.url.clone(), &columns), |w| self.written(&columns, w));
        let deltas: Vec<&Manifest> = runs.filter(|run| run.rows(table) > 0).collect();
        let Some(newest) = deltas.last().and_then(|run| run.tables.get(table)) else { return Ok(Arc::new(whole)) };
        let deleted = [Arc::new(Field::new(DELETED, DataType::Boolean, true))];
        let with_deleted = Schema::new(columns.fields().iter().cloned().chain(deleted).collect::<Vec<_>>());
        let versions = self.versions(table, &deltas, &with_deleted);
        let current = CurrentTable::new(whole, versions, deltas.len(), &newest.key);
        Ok(Arc::new(current.map_err(Error::internal(&format!("joining the runs of {table}")))?))
    }

    /// A table as one run has written it.
    pub(crate) fn written(&self, columns: &Schema, table: &Table) -> StageTable {
        StageTable::new(self.url.clone(), columns).with_parts(None, &table.parts, true)
    }

    /// The columns that runs of a table have, newest run first where they differ. Tables of a source have the mark of rows that are
    /// gone even before the first delta run, so that queries need not know.
    pub(crate) async fn columns(&self, table: &str, runs: &[&Manifest]) -> Result<SchemaRef> {
        let mut fields: Vec<Field> = Vec::new();
        for written in runs.iter().rev().filter_map(|run| run.tables.get(table)) {
            let parsed: Result<Vec<Field>, _> = written
                .columns
                .iter()
                .map(|c| c.data_type.parse().map(|t: DataType| Field::new(&c.name, t, true)))
                .collect();
            let columns = match (parsed, written.parts.first()) {
                (Ok(columns), _) => columns,
                (Err(_), Some(part)) => self.footer(part).await?.fields().iter().map(|f| f.as_ref().clone()).collect(),
                (Err(_), None) => Vec::new(),
            };
            for column in columns {
                if !fields.iter().any(|known| known.name() == column.name()) {
                    fields.push(column);
                }
            }
        }
        let of_source = runs.iter().any(|run| run.stage == Stage::Extract);
        if of_source && !fields.iter().any(|known| known.name() == DELETED) {
            fields.push(Field::new(DELETED, DataType::Boolean, true));
        }
        Ok(Arc::new(Schema::new(fields)))
    }

    /// The columns of a file.
    async fn footer(&self, part: &Part) -> Result<SchemaRef> {
        let file = PartitionedFile::new(part.path.clone(), part.bytes).object_meta;
        let columns =
            ParquetFormat::default().infer_schema(&self.context.state(), &self.staging.store(), &[file]).await;
        columns.map_err(Error::internal(&format!("reading `{}`", part.path)))
    }

    /// Registers `ledger.entries` once something has been loaded, as it was at a time.
    pub(crate) async fn register_ledger(&self, until: Option<DateTime<Utc>>) -> Result<()> {
        let parts = self.staging.log("ledger", "entries")?.parts().await?;
        let Some(first) = parts.first() else { return Ok(()) };
        let columns = self.footer(first).await?;
        let table = StageTable::new(self.url.clone(), &columns).with_parts(None, &parts, false);
        let Some(until) = until else { return self.register("ledger", "entries", Arc::new(table)) };
        let until = ScalarValue::TimestampMicrosecond(Some(until.timestamp_micros()), Some("UTC".into()));
        let plan = LogicalPlanBuilder::scan("entries", provider_as_source(Arc::new(table)), None)
            .and_then(|entries| entries.filter(col("at").lt_eq(lit(until)))?.build())
            .map_err(Error::internal("reading the ledger"))?;
        self.register("ledger", "entries", Arc::new(ViewTable::new(plan, None)))
    }

    /// Registers the mappings and the settings.
    pub(crate) fn register_inputs(&self, inputs: &Inputs<'_>) -> Result<()> {
        for (name, file) in inputs.mappings() {
            self.register("mapping", name, mapping(file)?)?;
        }
        let (keys, values): (Vec<_>, Vec<_>) =
            inputs.settings.iter().map(|(k, v)| (Some(k.as_str()), Some(v.as_str()))).unzip();
        self.register(inputs.contract, "settings", texts(&["key", "value"], [keys, values].into_iter())?)
    }
}

/// A CSV file as a table: every column text, an empty field NULL.
fn mapping(file: File<'_>) -> Result<Arc<dyn TableProvider>> {
    let refused = |reason: String, hint: &'static str| Error::File { file: file.path.to_owned(), reason, hint };
    let wrong =
        |e: csv::Error| refused(e.to_string(), "the first line has the column names; every line has as many fields");
    let text = file.text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().map_err(wrong)?.iter().map(str::to_owned).collect();
    if names.is_empty() || names.iter().any(|name| name.contains([';', '\t'])) {
        let reason = if names.is_empty() { "it is empty" } else { "its fields are not separated by commas" };
        return Err(refused(
            reason.to_owned(),
            "save it as CSV (comma separated) with the column names in the first line",
        ));
    }
    let rows = reader.into_records().collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    let mut keys = HashSet::new();
    if let Some(key) = rows.iter().filter_map(|row| row.get(0)).find(|key| !key.is_empty() && !keys.insert(*key)) {
        return Err(refused(format!("it has `{key}` as `{}` twice", names[0]), "keep one line of each"));
    }
    let columns = (0..names.len()).map(|i| rows.iter().map(|row| row.get(i).filter(|text| !text.is_empty())).collect());
    texts(&names.iter().map(String::as_str).collect::<Vec<_>>(), columns)
}

/// A small table of text columns.
fn texts<'a>(names: &[&str], columns: impl Iterator<Item = Vec<Option<&'a str>>>) -> Result<Arc<dyn TableProvider>> {
    let arrays = columns.map(|column| {
        let mut array = StringBuilder::new();
        column.into_iter().for_each(|text| array.append_option(text));
        Arc::new(array.finish()) as ArrayRef
    });
    let schema = Arc::new(Schema::new(names.iter().map(|n| Field::new(*n, DataType::Utf8, true)).collect::<Vec<_>>()));
    let table = RecordBatch::try_new(Arc::clone(&schema), arrays.collect())
        .map_err(datafusion::common::DataFusionError::from)
        .and_then(|batch| MemTable::try_new(schema, vec![vec![batch]]));
    Ok(Arc::new(table.map_err(Error::internal("making a table"))?))
}
