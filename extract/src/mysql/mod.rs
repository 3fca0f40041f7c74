//! Reader: a live MySQL or MariaDB server, without ever writing to it.
//!
//! ```text
//!  information_schema ─▶ Catalog: tables by prefix, columns, keys
//!  COUNT, MIN, MAX of every table                                       (what there is at the start)
//!  connection 1 ─ pages, scans ─▶ TableSink ─▶ Parquet   ┐ ranges of keys of a large table are shared out;
//!  connection 2 ─ pages, scans ─▶ TableSink ─▶ Parquet   ┘ small tables are read whole by connection 1
//!  COUNT, MAX of every table                                            (what came or went meanwhile)
//! ```
//!
//! Values arrive in the text protocol, with the session in UTF-8, in UTC and in the most tolerant `sql_mode`: they are the very
//! texts that `mysqldump` writes for the same database, so both readers stage the same rows. Only declared columns are named in
//! a SELECT; nothing else leaves the server.
//!
//! Hesk's tables are MyISAM, which has no snapshots. Keys above the largest one seen at the start are not read, so that all
//! tables are of about one moment; what the final counts tell about rows that came or went becomes a remark, and a difference
//! that they cannot explain an error. Rows are streamed, never collected: memory does not grow with a table. A MyISAM table is
//! locked against changes while a range of it is scanned, as by `mysqldump`, but never all tables at once.
//!
//! A lost connection is made again and reading goes on with the first key that has not arrived.

mod catalog;
mod connection;
mod drift;
mod failure;
mod pages;
mod scan;
mod target;

use async_trait::async_trait;

use crate::reader::{Reader, Sink, SourceTable, Survey};
use crate::spec::Spec;
use crate::{Result, Settings};
use catalog::{Catalog, Source};
use connection::Connection;
use drift::Extent;
use target::Target;

/// Connections that read one large table.
const CONNECTIONS: usize = 2;

/// A live server.
pub(crate) struct MySql {
    target: Target,
    prefix: String,
    spec: Spec,
}

impl MySql {
    /// A reader of `mysql://user:password@host:port/database`; nothing is connected yet.
    ///
    /// # Errors
    /// `Setting` where the url cannot be used.
    pub(crate) fn new(spec: &Spec, settings: &Settings) -> Result<Self> {
        Ok(Self { target: Target::parse(&settings.url)?, prefix: settings.table_prefix.clone(), spec: spec.clone() })
    }

    async fn open(&self) -> Result<(Connection, Catalog)> {
        let mut connection = Connection::open(&self.target).await?;
        let catalog = Catalog::read(&mut connection, &self.prefix, &self.spec).await?;
        Ok((connection, catalog))
    }
}

#[async_trait]
impl Reader for MySql {
    async fn survey(&mut self) -> Result<Survey> {
        let (mut connection, catalog) = self.open().await?;
        let mut survey = Survey { remarks: vec![connection.describe().await?], ..Survey::default() };
        for source in &catalog.tables {
            let rows = count(&mut connection, source).await?;
            survey.tables.push(surveyed(source, rows));
        }
        Ok(survey)
    }

    async fn read(&mut self, sink: &Sink) -> Result<Survey> {
        let (mut connection, catalog) = self.open().await?;
        let mut survey = Survey::default();
        let mut before = Vec::with_capacity(catalog.tables.len());
        for source in &catalog.tables {
            before.push(if wanted(sink, source) { Some(Extent::of(&mut connection, source).await?) } else { None });
        }
        let sample = match sink.sample() {
            Some(newest) => scan::Sample::of(&mut connection, &catalog, sink.spec(), newest).await?,
            None => None,
        };
        let mut connections = vec![connection];
        let mut read = Vec::with_capacity(before.len());
        for (source, extent) in catalog.tables.iter().zip(&before) {
            sink.check_cancelled()?;
            read.push(match extent {
                Some(extent) => {
                    scan::table(&mut connections, &self.target, source, extent, sample.as_ref(), sink).await?
                }
                None => 0,
            });
        }
        let Some(mut connection) = connections.into_iter().next() else { return Ok(survey) };
        for ((source, before), read) in catalog.tables.iter().zip(before).zip(read) {
            let rows = match before {
                Some(before) => {
                    let after = Extent::of(&mut connection, source).await?;
                    if sample.is_none() {
                        survey.remarks.extend(drift::explain(&source.name, &before, &after, read)?);
                    }
                    Some(after.rows)
                }
                None => count(&mut connection, source).await?,
            };
            survey.tables.push(surveyed(source, rows));
        }
        connection.close().await;
        Ok(survey)
    }
}

fn wanted(sink: &Sink, source: &Source) -> bool {
    sink.wants(&source.name) && !source.selected.is_empty()
}

/// Rows of a table; `None` where the account may not count them, which matters only for tables that are read.
async fn count(connection: &mut Connection, source: &Source) -> Result<Option<u64>> {
    match Extent::of(connection, source).await {
        Ok(extent) => Ok(Some(extent.rows)),
        Err(_) if source.selected.is_empty() => Ok(None),
        Err(error) => Err(error),
    }
}

fn surveyed(source: &Source, rows: Option<u64>) -> SourceTable {
    SourceTable { name: source.name.clone(), columns: source.columns.clone(), rows }
}
