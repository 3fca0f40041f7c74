//! The staged tables of a spec as SQL, so that queries over them work before anything was extracted.

use std::fmt::Write as _;

use crate::Request;
use crate::spec::{ColumnType, Spec};

/// `CREATE TABLE` of every table of a spec, with where each column is in the source as its comment.
pub fn create_tables(spec: &Spec) -> String {
    let mut sql = format!("-- Raw tables of {}, as sources/{}.toml declares them.\n", spec.title, spec.name);
    for table in &spec.tables {
        // Writing to a text does not fail.
        let _ = writeln!(sql, "CREATE TABLE {} (", table.name);
        for column in &table.columns {
            let place = column.places().join("` or `");
            let _ = writeln!(
                sql,
                "    \"{}\" {},  -- `{place}` of {}, as {} has it",
                column.name,
                sql_type(column.column_type),
                table.name,
                spec.title
            );
        }
        sql += "    _extra VARCHAR  -- JSON: values that are not declared or do not fit their column\n);\n";
    }
    if let Some((files, _)) = crate::rest::files_of(spec, &Request::default()) {
        let columns = files.fields().iter().map(|field| {
            let column_type = if field.data_type().is_integer() { "BIGINT" } else { "VARCHAR" };
            format!("    \"{}\" {column_type}", field.name())
        });
        let _ = writeln!(sql, "CREATE TABLE files (\n{}\n);", columns.collect::<Vec<_>>().join(",\n"));
    }
    sql
}

fn sql_type(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Int | ColumnType::Duration => "BIGINT",
        ColumnType::Float => "DOUBLE",
        ColumnType::Bool => "BOOLEAN",
        ColumnType::Timestamp => "TIMESTAMP",
        ColumnType::Text | ColumnType::Json => "VARCHAR",
    }
}
