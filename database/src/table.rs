//! One table of a staged run, as the database is to have it.

use arrow::datatypes::{DataType, TimeUnit};
use deskferry_staging::Manifest;
use sha2::{Digest as _, Sha256};

use crate::{Error, Result, Settings};

/// The column that tells rows apart.
pub(crate) const KEY: &str = "source_key";
/// The column that tells what was written of a row.
pub(crate) const DIGEST: &str = "_digest";

/// Type of a column in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    BigInt,
    Double,
    Boolean,
    Time,
    Json,
}

impl Type {
    /// The type for what a manifest tells of a column.
    fn of(column: &deskferry_staging::Column) -> Option<Self> {
        let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())).to_string();
        Some(match column.data_type.as_str() {
            "Utf8" if column.json => Self::Json,
            "Utf8" => Self::Text,
            "Int64" => Self::BigInt,
            "Float64" => Self::Double,
            "Boolean" => Self::Boolean,
            other if other == time => Self::Time,
            _ => return None,
        })
    }

    /// PostgreSQL's own name of it, as `format_type` gives it.
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::BigInt => "bigint",
            Self::Double => "double precision",
            Self::Boolean => "boolean",
            Self::Time => "timestamp with time zone",
            Self::Json => "jsonb",
        }
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Type,
    /// What it means; may be empty.
    pub(crate) comment: String,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: String,
    /// The key first.
    pub(crate) columns: Vec<Column>,
    /// Rows in the stage.
    pub(crate) rows: u64,
    /// Stands for columns and rows: two tables of one fingerprint hold the same.
    pub(crate) fingerprint: String,
}

/// The tables of a run that belong into a database: those that [`KEY`] is the key of, in the order of the contract.
///
/// # Errors
/// `Run` where there is none, or one has a column of a type that none is known for.
pub(crate) fn all(manifest: &Manifest, settings: &Settings) -> Result<Vec<Table>> {
    let wrong = |reason: String| Error::Run { run: manifest.run.to_string(), reason };
    let described = &settings.described;
    let mut names: Vec<&String> =
        manifest.tables.iter().filter(|(_, table)| table.key == [KEY]).map(|(name, _)| name).collect();
    names.sort_by_key(|name| described.iter().position(|d| d.table == **name).unwrap_or(usize::MAX));
    if names.is_empty() {
        return Err(wrong(format!("it has no table with the key {KEY}")));
    }
    let table = |name: &String| {
        let staged = &manifest.tables[name];
        let known = described.iter().find(|d| d.table == *name);
        let columns = staged.columns.iter().map(|column| {
            let kind = Type::of(column)
                .ok_or_else(|| wrong(format!("{name}.{} has the type {}", column.name, column.data_type)))?;
            let comment = known.and_then(|d| d.columns.iter().find(|(c, _)| *c == column.name));
            Ok(Column {
                name: column.name.clone(),
                kind,
                comment: comment.map(|(_, text)| text.clone()).unwrap_or_default(),
            })
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        if columns.first().is_none_or(|first| first.name != KEY || first.kind != Type::Text) {
            return Err(wrong(format!("{name} does not begin with the text {KEY}")));
        }
        let mut hash = Sha256::new();
        for column in &columns {
            hash.update(format!("{} {}\n", column.name, column.kind.sql()));
        }
        for part in &staged.parts {
            hash.update(format!("{}\n", part.sha256));
        }
        Ok(Table { name: name.clone(), columns, rows: staged.rows, fingerprint: hex::encode(hash.finalize()) })
    };
    names.into_iter().map(table).collect()
}

/// A name in a statement.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Table {
    /// Name with schema, for a statement.
    pub(crate) fn path(&self, schema: &str) -> String {
        format!("{}.{}", quoted(schema), quoted(&self.name))
    }

    /// Names of the columns that are written, for a statement.
    pub(crate) fn columns_sql(&self) -> String {
        let names = self.columns.iter().map(|column| column.name.as_str()).chain([DIGEST]);
        names.map(quoted).collect::<Vec<_>>().join(", ")
    }
}
