//! What a session has beside staged tables: tables that stay empty until something was loaded or read back, views over them,
//! and the manifests as a table.
//!
//! ```text
//! sql/contract/<schema>.sql   empty tables, so that queries work before the first load
//! sql/<schema>/<view>.sql     the view <schema>.<view>, for ledger and intercom_live, beside the contract `intercom`
//! runs.tables                 one row per table of every published run
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use datafusion::common::DataFusionError;
use datafusion::datasource::MemTable;
use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::sqlparser::ast::Statement as SqlStatement;
use deskferry_staging::{Manifest, Table};

use crate::catalog::Catalog;
use crate::contract::INTERCOM;
use crate::engine::{Engine, Join};
use crate::inputs::Inputs;
use crate::models::Model;
use crate::{Error, Result};

/// What is made of the tables of a contract, and read by the next transform.
pub(crate) const DISTILLED: &str = "distilled";

/// The schemas that have contracts and views of their own beside that of the source's contract.
fn schemas(inputs: &Inputs<'_>) -> &'static [&'static str] {
    if inputs.contract == INTERCOM { &["load", "ledger", "intercom_live"] } else { &[DISTILLED] }
}

/// Makes the empty tables of every schema beside the contract's.
pub(crate) async fn empty_tables(engine: &Engine, inputs: &Inputs<'_>) -> Result<()> {
    create_empty(engine, inputs, schemas(inputs)).await
}

/// Makes the empty tables that a transform may read before anything has filled them.
pub(crate) async fn empty_for_models(engine: &Engine, inputs: &Inputs<'_>) -> Result<()> {
    let schemas = schemas(inputs).iter().copied().filter(|schema| *schema == DISTILLED).collect::<Vec<_>>();
    create_empty(engine, inputs, &schemas).await
}

async fn create_empty(engine: &Engine, inputs: &Inputs<'_>, schemas: &[&str]) -> Result<()> {
    let context = engine.context(Join::Hash);
    for file in inputs.folder("sql/contract", "sql").into_iter().filter(|file| schemas.contains(&file.name)) {
        let create_schema = format!("CREATE SCHEMA IF NOT EXISTS {}", file.name);
        context.sql(&create_schema).await.map_err(Error::sql(file.path))?;
        for statement in DFParser::parse_sql(file.text).map_err(Error::sql(file.path))? {
            let Statement::Statement(statement) = statement else { continue };
            let SqlStatement::CreateTable(mut table) = *statement else { continue };
            let name = format!("{}.{}", file.name, table.name);
            table.name = datafusion::sql::sqlparser::parser::Parser::new(
                &datafusion::sql::sqlparser::dialect::GenericDialect {},
            )
            .try_with_sql(&name)
            .and_then(|mut parser| parser.parse_object_name(false))
            .map_err(|e| Error::sql(file.path)(DataFusionError::External(Box::new(e))))?;
            context.sql(&table.to_string()).await.map_err(Error::sql(file.path))?;
        }
    }
    Ok(())
}

/// Makes the views of these schemas, each after those that it names.
pub(crate) async fn views(engine: &Engine, inputs: &Inputs<'_>) -> Result<()> {
    for (schema, view) in in_order(inputs)? {
        let create = format!("CREATE VIEW {schema}.{} AS {}", view.name, view.sql);
        engine.context(Join::Hash).sql(&create).await.map_err(Error::sql(&view.path))?;
    }
    Ok(())
}

/// Whether a table is such a view.
pub(crate) fn is_one(inputs: &Inputs<'_>, schema: &str, table: &str) -> bool {
    schemas(inputs).contains(&schema)
        && inputs.folder(&format!("sql/{schema}"), "sql").iter().any(|file| file.name == table)
}

/// These views, each after those that it names, with their schemas.
pub(crate) fn in_order(inputs: &Inputs<'_>) -> Result<Vec<(&'static str, Model)>> {
    let mut ordered = Vec::new();
    for &schema in schemas(inputs) {
        let mut waiting: Vec<Model> = inputs
            .folder(&format!("sql/{schema}"), "sql")
            .into_iter()
            .map(|file| Model::parse(file, ""))
            .collect::<Result<_>>()?;
        while !waiting.is_empty() {
            // A view names another by schema and name. Where all that are left wait for each other, the first one fails.
            let names: Vec<String> = waiting.iter().map(|view| format!("{schema}.{}", view.name)).collect();
            let ready = waiting.iter().position(|view| !names.iter().any(|name| view.tables.contains(name)));
            ordered.push((schema, waiting.remove(ready.unwrap_or(0))));
        }
    }
    Ok(ordered)
}

/// Registers `runs.tables`. `is_current` marks the newest run that has the table; `row_count` is the rows of the table at the
/// time of the run, of which a delta run holds only those that are new, have changed or are gone. The source's count of a
/// sample is left out: it is of all there is.
pub(crate) fn runs(catalog: &Catalog, runs: &[Manifest]) -> Result<()> {
    let mut newest: BTreeMap<(&str, &str), &Manifest> = BTreeMap::new();
    for run in runs {
        newest.extend(run.tables.keys().map(|table| ((run.schema.as_str(), table.as_str()), run)));
    }
    let rows: Vec<_> =
        runs.iter().flat_map(|run| run.tables.iter().map(move |(name, table)| (run, name, table))).collect();
    let text = |f: &dyn Fn(&Manifest, &str) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(|(run, name, _)| f(run, name))))
    };
    let number = |f: &dyn Fn(&Manifest, &Table) -> Option<u64>| -> ArrayRef {
        let numbers = rows.iter().map(|(run, _, table)| f(run, table).and_then(|n| i64::try_from(n).ok()));
        Arc::new(numbers.collect::<Int64Array>())
    };
    let current =
        |run: &Manifest, name: &str| newest.get(&(run.schema.as_str(), name)).is_some_and(|n| n.run == run.run);
    let columns: [(&str, ArrayRef); 12] = [
        ("run", text(&|run, _| run.run.to_string())),
        ("stage", text(&|run, _| run.stage.to_string())),
        ("schema_name", text(&|run, _| run.schema.clone())),
        ("table_name", text(&|_, name| name.to_owned())),
        ("row_count", number(&|_, table| Some(table.rows_now()))),
        ("source_rows", number(&|run, table| table.source_rows.filter(|_| run.sample.is_none()))),
        ("is_current", Arc::new(rows.iter().map(|(run, name, _)| Some(current(run, name))).collect::<BooleanArray>())),
        ("mode", text(&|run, _| run.mode.to_string())),
        ("new_rows", number(&|_, table| table.changes.map(|c| c.new))),
        ("changed_rows", number(&|_, table| table.changes.map(|c| c.changed))),
        ("gone_rows", number(&|_, table| table.changes.map(|c| c.gone))),
        ("unchanged_rows", number(&|_, table| table.changes.map(|c| c.unchanged))),
    ];
    let table = RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .map_err(DataFusionError::from)
        .and_then(|batch| MemTable::try_new(batch.schema(), vec![vec![batch]]))
        .map_err(Error::internal("making runs.tables"))?;
    catalog.register("runs", "tables", Arc::new(table))
}
