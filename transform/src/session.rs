//! A session for questions: everything that is staged, read-only.

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use datafusion::datasource::MemTable;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use datafusion::sql::parser::DFParser;
use deskferry_staging::Staging;

use crate::catalog::Catalog;
use crate::contract::{Contract, SCHEMA};
use crate::engine::{CATALOG, Engine, Join};
use crate::inputs::{File, Inputs};
use crate::models::Model;
use crate::table::StageTable;
use crate::{Error, Result, catalog, views};

/// Every staged table, the ledger, the mappings and the settings, to be asked in SQL.
pub struct Session {
    pub(crate) engine: Engine,
    pub(crate) catalog: Catalog,
}

/// A table of a session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableName {
    /// `hesk`, `intercom`, `ledger`, `mapping`.
    pub schema: String,
    /// Its name there.
    pub table: String,
}

impl Session {
    /// Opens a session. The contract's tables are there, empty, also before the first transform.
    ///
    /// # Errors
    /// What the stage refuses; `File` for a contract or mapping that cannot be read.
    pub async fn open(staging: &Staging, inputs: &Inputs<'_>) -> Result<Self> {
        let engine = Engine::new(inputs.memory_bytes, inputs.partitions)?;
        let catalog = Catalog::new(&engine, staging)?;
        for (table, schema) in Contract::parse(inputs.contract())?.all() {
            let empty = StageTable::new(catalog::stage_url()?, &schema);
            catalog.register(SCHEMA, &table, std::sync::Arc::new(empty))?;
        }
        views::empty_tables(&engine, inputs).await?;
        let runs = staging.runs().await?;
        let schemas: std::collections::BTreeSet<&str> = runs.iter().map(|run| run.schema.as_str()).collect();
        for schema in schemas {
            catalog.register_runs(schema, &runs).await?;
        }
        catalog.register_ledger().await?;
        catalog.register_inputs(inputs)?;
        views::runs(&catalog, &runs)?;
        views::views(&engine, inputs).await?;
        Ok(Self { engine, catalog })
    }

    /// Adds a table that is not staged, such as what was just read from a workspace; an earlier one of the name is replaced.
    ///
    /// # Errors
    /// `Internal`, such as batches of other columns than the first's.
    pub fn add(&self, schema: &str, table: &str, rows: Vec<RecordBatch>) -> Result<()> {
        let columns = rows.first().map_or_else(|| std::sync::Arc::new(Schema::empty()), RecordBatch::schema);
        let table_of = MemTable::try_new(columns, vec![rows]);
        let provider = table_of.map_err(Error::internal(&format!("making {schema}.{table}")))?;
        self.catalog.register(schema, table, std::sync::Arc::new(provider))
    }

    /// The contract tables, by name.
    ///
    /// # Errors
    /// `File` where the contract cannot be read.
    pub fn contract_tables(&self, inputs: &Inputs<'_>) -> Result<Vec<String>> {
        Ok(Contract::parse(inputs.contract())?.tables.into_keys().collect())
    }

    /// The tables there are, in order.
    pub fn tables(&self) -> Vec<TableName> {
        let Some(catalog) = self.engine.context(Join::Hash).catalog(CATALOG) else { return Vec::new() };
        let mut names: Vec<TableName> = Vec::new();
        for schema in catalog.schema_names().into_iter().filter(|name| name != "information_schema") {
            let tables = catalog.schema(&schema).map(|found| found.table_names()).unwrap_or_default();
            names.extend(tables.into_iter().map(|table| TableName { schema: schema.clone(), table }));
        }
        names.sort();
        names
    }

    /// The statements of a script, one by one.
    ///
    /// # Errors
    /// `Sql`.
    pub fn statements(&self, script: &str) -> Result<Vec<String>> {
        let parsed = DFParser::parse_sql(script).map_err(Error::sql("query"))?;
        Ok(if parsed.len() == 1 { vec![script.to_owned()] } else { parsed.iter().map(ToString::to_string).collect() })
    }

    /// Starts a query: SELECT, EXPLAIN, SHOW or DESCRIBE.
    ///
    /// # Errors
    /// `Sql`, `NotReadOnly`; per item of the stream DataFusion's own.
    pub async fn query(&self, sql: &str) -> Result<(SchemaRef, SendableRecordBatchStream)> {
        let context = self.engine.context(Join::Hash);
        let plan = context.state().create_logical_plan(sql).await.map_err(Error::query)?;
        let only_reads = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        only_reads.verify_plan(&plan).map_err(|source| Error::NotReadOnly { source: Box::new(source) })?;
        let frame = context.execute_logical_plan(plan).await.map_err(Error::sql("query"))?;
        let stream = self.engine.stream("query", frame).await?;
        Ok((stream.schema(), stream))
    }

    /// What a failure of a query's stream means: most are the query's own, such as a division by zero.
    pub fn failed(&self, error: datafusion::error::DataFusionError) -> Error {
        self.engine.failed("query")(error)
    }

    /// The whole answer of a query, for small ones; needs less memory than [`Session::query`] where joins are large.
    ///
    /// # Errors
    /// As [`Session::query`], and `Memory`.
    pub async fn collect(&self, sql: &str) -> Result<Vec<RecordBatch>> {
        self.query(sql).await?;
        self.engine.collect("query", sql).await
    }

    /// Runs every query of a folder, such as `sql/reconcile`, in the order of their names.
    ///
    /// # Errors
    /// As [`Session::collect`], naming the file.
    pub async fn queries(&self, inputs: &Inputs<'_>, folder: &str) -> Result<Vec<(String, Vec<RecordBatch>)>> {
        let mut answers = Vec::new();
        for file in inputs.folder(folder, "sql") {
            answers.push((file.name.to_owned(), self.file(file).await?));
        }
        Ok(answers)
    }

    /// The models that a table of the contract comes from: its own first, then what that reads, each with the tables it names.
    ///
    /// # Errors
    /// `File` for a model that is not one.
    pub fn lineage(&self, inputs: &Inputs<'_>, table: &str) -> Result<Vec<(String, Vec<String>)>> {
        let models = inputs.models().into_iter().map(Model::parse).collect::<Result<Vec<_>>>()?;
        let mut found: Vec<(String, Vec<String>)> = Vec::new();
        let mut names = vec![table.to_owned()];
        let mut at = 0;
        while let Some(name) = names.get(at).cloned() {
            at += 1;
            let Some(model) = models.iter().find(|model| model.name == name) else { continue };
            names.extend(model.tables.iter().filter(|t| !names.contains(t)).cloned().collect::<Vec<_>>());
            found.push((model.path.clone(), model.tables.iter().cloned().collect()));
        }
        Ok(found)
    }

    /// The checks that read a table of the contract.
    ///
    /// # Errors
    /// `File` for a check that is not one.
    pub fn checks_of(&self, inputs: &Inputs<'_>, table: &str) -> Result<Vec<String>> {
        let checks = crate::checks::all(inputs)?;
        Ok(checks.into_iter().filter(|check| check.query.reads(table)).map(|check| check.query.name).collect())
    }

    async fn file(&self, file: File<'_>) -> Result<Vec<RecordBatch>> {
        let query = Model::parse(file)?;
        self.engine.collect(&query.path, &query.sql).await
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
