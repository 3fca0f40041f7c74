//! Which file of the stage is not what was published, once a query could not read one.

use datafusion::sql::parser::DFParser;
use datafusion::sql::resolve::resolve_table_references;
use deskferry_staging::{Manifest, Part, Staging};

use crate::Error;
use crate::catalog::VERSIONS;

/// An error of a query; where a file could not be read, which one is not what was published. `default` is the schema of tables without one.
pub(crate) async fn told(staging: &Staging, runs: &[Manifest], sql: &str, default: &str, error: Error) -> Error {
    match error {
        Error::Unreadable { .. } => find(staging, runs, &named(sql, default)).await.unwrap_or(error),
        error => error,
    }
}

/// Compares files with their manifests, those of the tables that a query names first, newest runs first, and tells the first that
/// is missing or has other bytes.
async fn find(staging: &Staging, runs: &[Manifest], named: &[String]) -> Option<Error> {
    let mut parts: Vec<(&Manifest, &str, &Part)> = Vec::new();
    for run in runs.iter().rev() {
        parts
            .extend(run.tables.iter().flat_map(|(name, t)| t.parts.iter().map(move |part| (run, name.as_str(), part))));
    }
    parts.sort_by_key(|(run, table, _)| !named.contains(&format!("{}.{table}", run.schema)));
    for (run, table, part) in parts {
        if let Err(source) = staging.verify(part).await {
            return Some(Error::Damaged {
                table: format!("{}.{table}", run.schema),
                run: run.run.to_string(),
                source: Box::new(source),
            });
        }
    }
    None
}

/// The tables that a query names.
fn named(sql: &str, default: &str) -> Vec<String> {
    let statements = DFParser::parse_sql(sql).unwrap_or_default();
    let references = statements.iter().filter_map(|statement| resolve_table_references(statement, true).ok());
    let names = references.flat_map(|(tables, _)| tables);
    let schema = |name: &datafusion::common::TableReference| name.schema().unwrap_or(default).to_owned();
    names.map(|name| format!("{}.{}", schema(&name), name.table().trim_end_matches(VERSIONS))).collect()
}
