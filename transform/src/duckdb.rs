//! The tables of a session as views for DuckDB, over the very files that manifests name.
//!
//! ```text
//! hesk.tickets        the newest whole run, and the newest version of each row of the delta runs after it (`current.rs`)
//! hesk.tickets__runs  every version with its `run`
//! ledger.entries      the segments there are, as of events.received …; ledger.rows …: sql/ledger/*.sql as they are
//! mapping.statuses    with runs.tables and settings what is not staged: its rows are in the view
//! ```
//!
//! A view shows what had been published when it was written: write them anew after a run, and after a change of a mapping.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use deskferry_staging::{Manifest, Part, Table};

use crate::catalog::{LOGS, VERSIONS};
use crate::current::DELETED;
use crate::inputs::Inputs;
use crate::quote::{identifier, literal};
use crate::session::{Session, TableName};
use crate::{Error, Result, contract, views};

/// What models and views read the settings of the migration from.
const SETTINGS: &str = "settings";

/// Whether a table is not staged: it comes from the migration's folder or from manifests.
fn is_not_staged(name: &TableName, inputs: &Inputs<'_>) -> bool {
    let is_settings = name.schema == inputs.contract && name.table == SETTINGS;
    is_settings || matches!(name.schema.as_str(), "mapping" | "runs")
}

impl Session {
    /// `CREATE VIEW` for each table; `root` is where the stage is, as DuckDB finds it.
    ///
    /// # Errors
    /// What the stage refuses.
    pub async fn duckdb_views(&self, inputs: &Inputs<'_>, root: &str) -> Result<String> {
        let root = root.trim_end_matches('/');
        let mut text = String::from("-- The stage as it is now, for DuckDB: duckdb desk.duckdb < views.sql\n");
        if root.contains("://") {
            text += "-- INSTALL httpfs; LOAD httpfs; CREATE SECRET (TYPE s3, PROVIDER credential_chain);\n";
        }
        let (mut runs, mut current) = (BTreeMap::new(), BTreeMap::new());
        for run in &self.runs {
            for table in run.tables.keys() {
                runs.entry((run.schema.clone(), table.clone())).or_insert_with(Vec::new).push(run);
            }
            if !current.contains_key(&run.schema) {
                current.insert(run.schema.clone(), deskferry_staging::current(&self.runs, &run.schema)?);
            }
        }
        let mut schema_before = String::new();
        for name in self.tables() {
            let TableName { schema, table } = &name;
            let Some(columns) = self.table_schema(&name).await? else { continue };
            let of = (schema.clone(), table.trim_end_matches(VERSIONS).to_owned());
            let select = if is_not_staged(&name, inputs) {
                let rows = format!("SELECT * FROM {}.{}", identifier(schema), identifier(table));
                Some(values(&columns, &self.collect(&rows).await?)?)
            } else if let (true, Some(runs)) = (table.ends_with(VERSIONS), runs.get(&of)) {
                let runs = runs.iter().map(|run| versions(run, &of.1, &columns, root));
                Some(runs.collect::<Vec<_>>().join("\nUNION ALL\n"))
            } else if let Some(runs) = current.get(schema).and_then(|tables| tables.get(table)) {
                Some(state(runs, table, &columns, root))
            } else if LOGS.contains(&(schema.as_str(), table.as_str())) {
                let parts = self.catalog.staging().log(schema, table)?.parts().await?;
                Some(Files { parts: &parts, root, written: None, run: None }.select(&columns))
            } else if views::is_one(inputs, schema, table) {
                None
            } else {
                Some(Files { parts: &[], root, written: None, run: None }.select(&columns))
            };
            if *schema != schema_before {
                let _ = writeln!(text, "\nCREATE SCHEMA IF NOT EXISTS {};", identifier(schema));
                schema_before.clone_from(schema);
            }
            if let Some(select) = select {
                let _ =
                    writeln!(text, "CREATE OR REPLACE VIEW {}.{} AS\n{select};", identifier(schema), identifier(table));
            }
        }
        text.push('\n');
        for (schema, view) in views::in_order(inputs)? {
            let _ = writeln!(text, "CREATE OR REPLACE VIEW {schema}.{} AS\n{};", view.name, view.sql.trim_end());
        }
        Ok(text)
    }

    async fn table_schema(&self, name: &TableName) -> Result<Option<SchemaRef>> {
        let Some(schema) = self.catalog.schema(&name.schema) else { return Ok(None) };
        let table = schema.table(&name.table).await.map_err(Error::internal("reading the tables"))?;
        Ok(table.map(|table| table.schema()))
    }
}

/// The rows themselves, for tables that are small and not staged.
fn values(columns: &SchemaRef, batches: &[RecordBatch]) -> Result<String> {
    let mut rows = Vec::new();
    for batch in batches {
        let texts = batch.columns().iter().map(|column| cast(column, &DataType::Utf8)).collect::<Result<Vec<_>, _>>();
        let texts = texts.map_err(|error| Error::internal("writing rows as text")(error.into()))?;
        let text = |column: &arrow::array::ArrayRef, row| match column.is_null(row) {
            true => "NULL".to_owned(),
            false => literal(column.as_string::<i32>().value(row)),
        };
        let row = |row| format!("({})", texts.iter().map(|column| text(column, row)).collect::<Vec<_>>().join(", "));
        rows.extend((0..batch.num_rows()).map(row));
    }
    if rows.is_empty() {
        return Ok(Files { parts: &[], root: "", written: None, run: None }.select(columns));
    }
    let names = (0..columns.fields().len()).map(|nth| format!("c{nth}")).collect::<Vec<_>>();
    let typed = columns.fields().iter().zip(&names);
    let typed = typed.map(|(field, name)| {
        format!("CAST({name} AS {}) AS {}", sql_type(field.data_type()), identifier(field.name()))
    });
    let (typed, names) = (typed.collect::<Vec<_>>().join(", "), names.join(", "));
    Ok(format!("SELECT {typed}\nFROM (VALUES\n{}\n) AS given({names})", rows.join(",\n")))
}

/// The rows of the run that has the table whole, with those of the delta runs after it.
fn state(runs: &[Manifest], table: &str, columns: &SchemaRef, root: &str) -> String {
    let mut runs = runs.iter();
    let whole = runs.next().map_or_else(String::new, |run| of_run(run, table, columns, root));
    let deltas: Vec<&Manifest> = runs.filter(|run| run.rows(table) > 0).collect();
    let Some(key) = deltas.last().and_then(|run| run.tables.get(table)).map(|table| &table.key) else { return whole };
    let more = [Field::new(DELETED, DataType::Boolean, true), Field::new("run", DataType::Utf8, false)];
    let all = columns.fields().iter().map(|field| field.as_ref().clone()).chain(more);
    let all = Arc::new(Schema::new(all.collect::<Vec<_>>()));
    let deltas: Vec<String> = deltas.into_iter().map(|run| versions(run, table, &all, root)).collect();
    let names = columns.fields().iter().map(|field| identifier(field.name())).collect::<Vec<_>>().join(", ");
    let keys = key.iter().map(|name| identifier(name)).collect::<Vec<_>>();
    let same = keys.iter().map(|key| format!("delta.{key} = whole.{key}")).collect::<Vec<_>>().join(" AND ");
    format!(
        "WITH delta AS (\n{}\n), whole AS (\n{whole}\n)\nSELECT {names} FROM whole WHERE NOT EXISTS (SELECT 1 FROM delta WHERE {same})\n\
         UNION ALL\nSELECT {names} FROM (SELECT *, rank() OVER (PARTITION BY {} ORDER BY run DESC) AS _rank FROM delta)\n\
         WHERE _rank = 1 AND {DELETED} IS NOT TRUE",
        deltas.join("\nUNION ALL\n"),
        keys.join(", ")
    )
}

fn of_run(run: &Manifest, table: &str, columns: &SchemaRef, root: &str) -> String {
    let written = run.tables.get(table);
    Files { parts: written.map_or(&[], |table| &table.parts), root, written, run: None }.select(columns)
}

/// The rows that one run has written, with the run.
fn versions(run: &Manifest, table: &str, columns: &SchemaRef, root: &str) -> String {
    let written = run.tables.get(table);
    let run = Some(run.run.as_str());
    Files { parts: written.map_or(&[], |table| &table.parts), root, written, run }.select(columns)
}

/// Files of one run, or of a log.
struct Files<'a> {
    parts: &'a [Part],
    root: &'a str,
    /// What the manifest says of their columns; without it they have all that are asked for.
    written: Option<&'a Table>,
    /// What the column `run` is.
    run: Option<&'a str>,
}

impl Files<'_> {
    /// Reads columns. What the files do not have is NULL; what they have in another type is cast.
    fn select(&self, columns: &SchemaRef) -> String {
        let select: Vec<String> = columns.fields().iter().map(|field| self.column(field)).collect();
        let select = format!("SELECT {}", select.join(", "));
        if self.parts.is_empty() {
            return format!("{select} WHERE false");
        }
        let path = |part: &Part| literal(&format!("{}/{}", self.root, part.path));
        let paths = self.parts.iter().map(path).collect::<Vec<_>>().join(", ");
        // A folder `run=…` is no column here.
        format!("{select}\nFROM read_parquet([{paths}], hive_partitioning => false, union_by_name => true)")
    }

    fn column(&self, field: &Field) -> String {
        let (name, data_type) = (identifier(field.name()), sql_type(field.data_type()));
        if let (Some(run), "run") = (self.run, field.name().as_str()) {
            return format!("'{run}' AS {name}");
        }
        let written = self.written.map(|table| table.columns.iter().find(|column| column.name == *field.name()));
        match written {
            _ if self.parts.is_empty() => format!("CAST(NULL AS {data_type}) AS {name}"),
            None => name,
            Some(None) => format!("CAST(NULL AS {data_type}) AS {name}"),
            Some(Some(column)) if column.data_type.parse().is_ok_and(|t: DataType| t == *field.data_type()) => name,
            Some(Some(_)) => format!("CAST({name} AS {data_type}) AS {name}"),
        }
    }
}

/// As DuckDB calls it: an instant has a zone there.
fn sql_type(data_type: &DataType) -> String {
    match data_type {
        DataType::Timestamp(_, Some(_)) => "TIMESTAMPTZ".to_owned(),
        other => contract::sql_type(other),
    }
}
