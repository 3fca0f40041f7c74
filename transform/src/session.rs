//! A session for questions: everything that is staged, read-only.

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::sql::parser::DFParser;
use deskferry_staging::{Manifest, Staging};
use futures::StreamExt as _;

use crate::catalog::Catalog;
use crate::comments::Comments;
use crate::contract::{self, Contract};
use crate::damage;
use crate::engine::{Engine, Join};
use crate::error::is_out_of_memory;
use crate::inputs::{File, Inputs};
use crate::models::Model;
use crate::question::{NoTables, is_a_question, only_reads, planned};
use crate::table::StageTable;
use crate::{Error, Result, catalog, information, views};

/// Every staged table, the ledger, the mappings and the settings, to be asked in SQL.
pub struct Session {
    pub(crate) engine: Engine,
    pub(crate) catalog: Catalog,
    /// What had been published, oldest first.
    pub(crate) runs: Vec<Manifest>,
    comments: Comments,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as SQL calls it.
    pub sql_type: String,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// What it means; empty where nobody has said it.
    pub comment: String,
}

/// A table of a session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
        Self::open_at(staging, inputs, None).await
    }

    /// As [`Session::open`], of everything staged as it was when a run had been published: runs that were published later are not
    /// there, nor what was written to the ledger later. Mappings and settings are not staged, and always those of now.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub async fn open_at(staging: &Staging, inputs: &Inputs<'_>, at: Option<&Manifest>) -> Result<Self> {
        let engine = Engine::new(inputs)?;
        let catalog = Catalog::new(&engine, staging, inputs)?;
        for (table, schema) in Contract::of(inputs)?.all() {
            let empty = StageTable::new(catalog::stage_url()?, &schema);
            catalog.register(inputs.contract, &table, std::sync::Arc::new(empty))?;
        }
        views::empty_tables(&engine, inputs).await?;
        let mut runs = staging.runs().await?;
        runs.retain(|run| at.is_none_or(|at| run.finished_at <= at.finished_at));
        let schemas: std::collections::BTreeSet<&str> = runs.iter().map(|run| run.schema.as_str()).collect();
        for schema in schemas {
            catalog.register_runs(schema, &runs).await?;
        }
        catalog.register_logs(at.map(|at| at.finished_at)).await?;
        catalog.register_inputs(inputs)?;
        views::runs(&catalog, &runs)?;
        views::views(&engine, inputs).await?;
        let comments = Comments::read(inputs)?;
        information::register(&engine, comments.clone())?;
        Ok(Self { engine, catalog, runs, comments })
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

    /// The schema of tables that are named without one: that of the source's contract.
    pub fn schema(&self) -> &str {
        self.catalog.default_schema()
    }

    /// The contract tables, by name.
    ///
    /// # Errors
    /// `File` where the contract cannot be read.
    pub fn contract_tables(&self, inputs: &Inputs<'_>) -> Result<Vec<String>> {
        Ok(Contract::of(inputs)?.tables.into_keys().collect())
    }

    /// The tables there are, in order.
    pub fn tables(&self) -> Vec<TableName> {
        let mut names: Vec<TableName> = Vec::new();
        for schema in catalog::schemas(self.engine.context(Join::Hash).state().catalog_list()) {
            let tables = self.catalog.schema(&schema).map(|found| found.table_names()).unwrap_or_default();
            names.extend(tables.into_iter().map(|table| TableName { schema: schema.clone(), table }));
        }
        names.sort();
        names
    }

    /// The columns of a table, in order, with what they mean.
    ///
    /// # Errors
    /// `NoTable`.
    pub async fn columns(&self, name: &TableName) -> Result<Vec<Column>> {
        let found = match self.catalog.schema(&name.schema) {
            Some(schema) => schema.table(&name.table).await.map_err(Error::sql("query"))?,
            None => None,
        };
        let table = found.ok_or_else(|| self.no_tables().of(&format!("{}.{}", name.schema, name.table)))?;
        let schema = table.schema();
        let columns = schema.fields().iter().map(|field| {
            let known = self.comments.of(&name.schema, &name.table, field.name()).unwrap_or_default();
            Column {
                name: field.name().clone(),
                sql_type: contract::sql_type(field.data_type()),
                nullable: field.is_nullable() && !known.required,
                comment: known.comment,
            }
        });
        Ok(columns.collect())
    }

    /// The names of the functions there are, in order.
    pub fn functions(&self) -> Vec<String> {
        let state = self.engine.context(Join::Hash).state();
        let mut names: Vec<String> = state.scalar_functions().keys().cloned().collect();
        names.extend(state.aggregate_functions().keys().cloned());
        names.extend(state.window_functions().keys().cloned());
        names.sort();
        names.dedup();
        names
    }

    /// What to say where a table is not there.
    pub(crate) fn no_tables(&self) -> NoTables {
        let tables = self.tables().into_iter().map(|t| format!("{}.{}", t.schema, t.table)).collect();
        NoTables { tables, is_empty: self.runs.is_empty() }
    }

    /// The statements of a script, one by one.
    ///
    /// # Errors
    /// `Sql`.
    pub fn statements(&self, script: &str) -> Result<Vec<String>> {
        let parsed = DFParser::parse_sql(script).map_err(Error::sql("query"))?;
        Ok(if parsed.len() == 1 { vec![script.to_owned()] } else { parsed.iter().map(ToString::to_string).collect() })
    }

    /// Starts a query: SELECT, EXPLAIN, SHOW or DESCRIBE. Where hash joins need more memory than there is, it runs with
    /// sort-merge joins. For what then goes wrong with a row see [`Session::failed`].
    ///
    /// # Errors
    /// `Sql`, `NoTable`, `NotReadOnly`, and for the first rows as [`Session::failed`].
    pub async fn query(&self, sql: &str) -> Result<(SchemaRef, SendableRecordBatchStream)> {
        let mut rows = self.start(sql, Join::Hash).await?;
        let mut first = rows.next().await;
        if first.as_ref().is_some_and(|first| first.as_ref().is_err_and(is_out_of_memory)) {
            rows = self.start(sql, Join::SortMerge).await?;
            first = rows.next().await;
        }
        let first = match first {
            Some(Err(error)) => return Err(self.failed(sql, error).await),
            first => first,
        };
        let schema = rows.schema();
        let rows = RecordBatchStreamAdapter::new(schema.clone(), futures::stream::iter(first).chain(rows));
        Ok((schema, Box::pin(rows)))
    }

    async fn start(&self, sql: &str, join: Join) -> Result<SendableRecordBatchStream> {
        let plan = self.plan(sql, join).await?;
        let context = self.engine.context(join);
        let frame = context.execute_logical_plan(plan).await.map_err(Error::sql("query"))?;
        match frame.execute_stream().await {
            Ok(rows) => Ok(rows),
            Err(error) => Err(self.failed(sql, error).await),
        }
    }

    /// Plans a statement that only reads.
    pub(crate) async fn plan(&self, sql: &str, join: Join) -> Result<LogicalPlan> {
        let state = self.engine.context(join).state();
        let dialect = state.config_options().sql_parser.dialect;
        let statement = state.sql_to_statement(sql, &dialect).map_err(Error::query)?;
        is_a_question(&statement)?;
        let plan = planned(state.statement_to_plan(statement).await, &self.no_tables())?;
        only_reads(&plan)?;
        Ok(plan)
    }

    /// What a failure of a query's stream means: most are the query's own, such as a division by zero. Where a file could not be
    /// read, the files of the tables are compared with their manifests.
    pub async fn failed(&self, sql: &str, error: DataFusionError) -> Error {
        self.told(sql, self.engine.failed("query")(error)).await
    }

    /// An error of a query; where a file could not be read, which one is not what was published.
    pub(crate) async fn told(&self, sql: &str, error: Error) -> Error {
        damage::told(self.catalog.staging(), &self.runs, sql, self.schema(), error).await
    }

    /// The whole answer of a query, for small ones; needs less memory than [`Session::query`] where joins are large.
    ///
    /// # Errors
    /// As [`Session::query`], and `Memory`.
    pub async fn collect(&self, sql: &str) -> Result<Vec<RecordBatch>> {
        self.plan(sql, Join::Hash).await?;
        match self.engine.collect("query", sql).await {
            Err(error) => Err(self.told(sql, error).await),
            rows => rows,
        }
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
        let models =
            inputs.models().into_iter().map(|file| Model::parse(file, inputs.contract)).collect::<Result<Vec<_>>>()?;
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
        let query = Model::parse(file, self.catalog.default_schema())?;
        match self.engine.collect(&query.path, &query.sql).await {
            Err(error) => Err(self.told(&query.sql, error).await),
            rows => rows,
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
