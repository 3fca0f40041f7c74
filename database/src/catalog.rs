//! What is in the database already, by PostgreSQL's catalogue.

use crate::session::Session;
use crate::table::Table;
use crate::{Error, Result};

/// A table that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// As `pg_class.relkind`: `r` is a table, `p` one of partitions, all else cannot be written.
    pub(crate) kind: String,
    pub(crate) columns: Vec<FoundColumn>,
    /// Names of columns that an index begins with.
    pub(crate) indexed: Vec<String>,
    /// Names of columns that are unique by themselves, without a condition.
    pub(crate) unique: Vec<String>,
}

/// A column that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundColumn {
    pub(crate) name: String,
    /// As `format_type` gives it.
    pub(crate) kind: String,
    /// A row that does not give it a value is refused.
    pub(crate) must_be_given: bool,
    /// Its texts are ordered by their bytes.
    pub(crate) is_by_bytes: bool,
    pub(crate) has_comment: bool,
}

impl Found {
    pub(crate) fn column(&self, name: &str) -> Option<&FoundColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

const COLUMNS: &str = "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), \
    a.attnotnull AND NOT a.atthasdef AND a.attidentity = '', \
    coalesce(CASE c.collname WHEN 'default' THEN d.datcollate ELSE c.collname END IN ('C', 'POSIX'), false), \
    col_description(a.attrelid, a.attnum) IS NOT NULL \
    FROM pg_attribute a JOIN pg_database d ON d.datname = current_database() \
    LEFT JOIN pg_collation c ON c.oid = a.attcollation \
    WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

const INDEXES: &str = "SELECT a.attname::text, i.indisunique AND i.indimmediate AND i.indnkeyatts = 1 AND i.indpred IS NULL \
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
    WHERE i.indrelid = $1 AND i.indisvalid";

/// The table of that name; `None` where there is none.
///
/// # Errors
/// `Database`.
pub(crate) async fn find(session: &Session, table: &Table) -> Result<Option<Found>> {
    let failed = || Error::database(format!("look at table {}", table.name));
    let class = "SELECT c.oid, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = $1 AND c.relname = $2";
    let client = &session.client;
    let Some(class) = client.query_opt(class, &[&session.schema, &table.name]).await.map_err(failed())? else {
        return Ok(None);
    };
    let oid: u32 = class.get(0);
    let columns = client.query(COLUMNS, &[&oid]).await.map_err(failed())?;
    let indexes = client.query(INDEXES, &[&oid]).await.map_err(failed())?;
    Ok(Some(Found {
        kind: class.get(1),
        columns: columns
            .iter()
            .map(|row| FoundColumn {
                name: row.get(0),
                kind: row.get(1),
                must_be_given: row.get(2),
                is_by_bytes: row.get(3),
                has_comment: row.get(4),
            })
            .collect(),
        indexed: indexes.iter().map(|row| row.get(0)).collect(),
        unique: indexes.iter().filter(|row| row.get(1)).map(|row| row.get(0)).collect(),
    }))
}
