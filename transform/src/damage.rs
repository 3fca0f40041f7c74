//! Which file of the stage is not what was published, once a query could not read one.

use datafusion::sql::parser::DFParser;
use datafusion::sql::resolve::resolve_table_references;
use deskferry_staging::{Manifest, Part};

use crate::Error;
use crate::catalog::{Catalog, VERSIONS};

/// Compares files with their manifests, those of the tables that a query names first, newest runs first, and tells the first that
/// is missing or has other bytes.
pub(crate) async fn find(catalog: &Catalog, runs: &[Manifest], sql: &str) -> Option<Error> {
    let named = named(sql, catalog.default_schema());
    let mut parts: Vec<(&Manifest, &str, &Part)> = Vec::new();
    for run in runs.iter().rev() {
        parts
            .extend(run.tables.iter().flat_map(|(name, t)| t.parts.iter().map(move |part| (run, name.as_str(), part))));
    }
    parts.sort_by_key(|(run, table, _)| !named.contains(&format!("{}.{table}", run.schema)));
    for (run, table, part) in parts {
        if let Err(source) = catalog.staging().verify(part).await {
            return Some(Error::Damaged {
                table: format!("{}.{table}", run.schema),
                run: run.run.to_string(),
                source: Box::new(source),
            });
        }
    }
    None
}

/// The tables that a query names; `default` is the schema of those without.
fn named(sql: &str, default: &str) -> Vec<String> {
    let statements = DFParser::parse_sql(sql).unwrap_or_default();
    let references = statements.iter().filter_map(|statement| resolve_table_references(statement, true).ok());
    let names = references.flat_map(|(tables, _)| tables);
    let schema = |name: &datafusion::common::TableReference| name.schema().unwrap_or(default).to_owned();
    names.map(|name| format!("{}.{}", schema(&name), name.table().trim_end_matches(VERSIONS))).collect()
}
