//! `deskferry_loads`: one row per table, what was last loaded into it.

use chrono::{DateTime, Utc};
use tokio_postgres::GenericClient;

use crate::session::Session;
use crate::table::{Table, quoted};
use crate::{Error, Result};

/// Its name.
pub(crate) const TABLE: &str = "deskferry_loads";
/// Format of digests and of this table. A database of a later one is not written.
const FORMAT: i32 = 1;

/// What is noted of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Noted {
    /// [`Table::fingerprint`] of the last whole load; `None` while the table is not whole, or rows were refused.
    pub(crate) fingerprint: Option<String>,
    /// Counts the times that a column came to rows that were there: it is part of digests, so that all of them are written again.
    pub(crate) generation: i64,
    /// Rows of the table after the last whole load.
    pub(crate) rows: i64,
}

fn path(session: &Session) -> String {
    format!("{}.{}", quoted(&session.schema), quoted(TABLE))
}

/// Makes the table where it is missing.
///
/// # Errors
/// `Newer`; `Database`, most likely for a missing right.
pub(crate) async fn open(session: &Session) -> Result<()> {
    let failed = || Error::database(format!("make or read table {TABLE} in schema `{}`", session.schema));
    let (path, client) = (path(session), &session.client);
    let there = "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = $1 AND c.relname = $2";
    if client.query_opt(there, &[&session.schema, &TABLE]).await.map_err(failed())?.is_none() {
        let create = format!(
            "CREATE TABLE {path} (table_name text PRIMARY KEY, run text, fingerprint text, generation bigint NOT NULL, \
             rows bigint NOT NULL, rejected bigint NOT NULL, defects bigint NOT NULL, loaded_at timestamptz, \
             format integer NOT NULL);
             COMMENT ON TABLE {path} IS 'What deskferry has loaded into each table: written by `deskferry load` only.'"
        );
        return client.batch_execute(&create).await.map_err(failed());
    }
    let newest = client.query_one(&format!("SELECT max(format) FROM {path}"), &[]).await.map_err(failed())?;
    match newest.get::<_, Option<i32>>(0) {
        Some(found) if found > FORMAT => Err(Error::Newer { schema: session.schema.clone(), found, known: FORMAT }),
        _ => Ok(()),
    }
}

/// What is noted of a table; nothing is a table that was never whole.
pub(crate) async fn read(session: &Session, table: &Table) -> Result<Noted> {
    let query = format!("SELECT fingerprint, generation, rows FROM {} WHERE table_name = $1", path(session));
    let row = session.client.query_opt(&query, &[&table.name]).await;
    let row = row.map_err(Error::database(format!("read table {TABLE}")))?;
    Ok(row.map_or_else(Noted::default, |row| Noted {
        fingerprint: row.get(0),
        generation: row.get(1),
        rows: row.get(2),
    }))
}

/// Notes that a table is about to differ from what was last loaded; with `is_new_column`, that all of its rows do.
pub(crate) async fn begin(
    session: &Session,
    client: &impl GenericClient,
    table: &str,
    is_new_column: bool,
) -> Result<(), tokio_postgres::Error> {
    let path = path(session);
    let note = format!(
        "INSERT INTO {path} AS noted (table_name, generation, rows, rejected, defects, format) VALUES ($1, $2, 0, 0, 0, {FORMAT}) \
         ON CONFLICT (table_name) DO UPDATE SET fingerprint = NULL, generation = noted.generation + $2"
    );
    client.execute(&note, &[&table, &i64::from(is_new_column)]).await.map(|_| ())
}

/// What a load has come to with one table.
pub(crate) struct Whole<'a> {
    pub(crate) run: &'a str,
    /// `None` where rows were refused, so that the next load looks at the table again.
    pub(crate) fingerprint: Option<&'a str>,
    pub(crate) rows: i64,
    pub(crate) rejected: i64,
    pub(crate) defects: i64,
    pub(crate) loaded_at: DateTime<Utc>,
}

/// Notes that all rows of a table have been looked at.
pub(crate) async fn end(session: &Session, table: &Table, whole: &Whole<'_>) -> Result<()> {
    let path = path(session);
    let note = format!(
        "INSERT INTO {path} (table_name, run, fingerprint, generation, rows, rejected, defects, loaded_at, format) \
         VALUES ($1, $2, $3, 0, $4, $5, $6, to_timestamp($7::bigint / 1e6), {FORMAT}) \
         ON CONFLICT (table_name) DO UPDATE SET run = excluded.run, fingerprint = excluded.fingerprint, rows = excluded.rows, \
         rejected = excluded.rejected, defects = excluded.defects, loaded_at = excluded.loaded_at, format = excluded.format"
    );
    let Whole { run, fingerprint, rows, rejected, defects, loaded_at } = whole;
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 7] =
        [&table.name, run, fingerprint, rows, rejected, defects, &loaded_at.timestamp_micros()];
    let noted = session.client.execute(&note, &values).await;
    noted.map(|_| ()).map_err(Error::database(format!("write table {TABLE}")))
}
