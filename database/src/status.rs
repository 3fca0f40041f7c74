//! What the database holds, for whoever wants to know how far the copy is.

use chrono::{DateTime, Utc};

use crate::session::Session;
use crate::table::quoted;
use crate::{Error, Result, Settings, bookkeeping};

/// One table of the database and its last load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableStatus {
    /// Name of the table.
    pub table: String,
    /// Rows that it has now, whoever has written them; `None` where the table is not there any more.
    pub rows: Option<u64>,
    /// The run whose rows it was brought to last; `None` where no load came to its end yet.
    pub run: Option<String>,
    /// When that load came to its end.
    pub loaded_at: Option<DateTime<Utc>>,
    /// Rows that the database refused then.
    pub rejected: u64,
    /// Whether it is as that run says; not while a load is under way, was stopped, or had rows refused.
    pub is_whole: bool,
}

/// The tables that loads have written, by name; none before the first load.
///
/// # Errors
/// `Connect`, `Schema`, `Database`.
pub async fn status(settings: &Settings) -> Result<Vec<TableStatus>> {
    let session = Session::open(&settings.target, settings.schema.as_deref()).await?;
    let (client, schema) = (&session.client, quoted(&session.schema));
    let failed = || Error::database(format!("read table {}", bookkeeping::TABLE));
    let exists = |table: &str| format!("{schema}.{}", quoted(table));
    let is_there = "SELECT to_regclass($1) IS NOT NULL";
    let noted = client.query_one(is_there, &[&exists(bookkeeping::TABLE)]).await.map_err(failed())?;
    if !noted.get::<_, bool>(0) {
        return Ok(Vec::new());
    }
    let query = format!(
        "SELECT table_name, run, (extract(epoch FROM loaded_at) * 1000000)::bigint, rejected, fingerprint IS NOT NULL \
         FROM {} ORDER BY table_name",
        exists(bookkeeping::TABLE)
    );
    let mut tables = Vec::new();
    for row in client.query(&query, &[]).await.map_err(failed())? {
        let table: String = row.get(0);
        let failed = || Error::database(format!("count the rows of {table}"));
        let is_there = client.query_one(is_there, &[&exists(&table)]).await.map_err(failed())?;
        let rows = match is_there.get(0) {
            true => {
                let counted = client.query_one(&format!("SELECT count(*) FROM {}", exists(&table)), &[]).await;
                Some(counted.map_err(failed())?.get::<_, i64>(0).unsigned_abs())
            }
            false => None,
        };
        tables.push(TableStatus {
            rows,
            run: row.get(1),
            loaded_at: row.get::<_, Option<i64>>(2).and_then(DateTime::from_timestamp_micros),
            rejected: row.get::<_, i64>(3).unsigned_abs(),
            is_whole: row.get(4),
            table,
        });
    }
    Ok(tables)
}
