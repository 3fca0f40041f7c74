//! Reads one table: shares out its ranges, streams their pages into sinks, goes on after a lost connection.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use futures::StreamExt as _;
use mysql_async::{Error as Driver, Row};
use tokio_util::task::AbortOnDropHandle;

use super::catalog::{Catalog, Source};
use super::connection::{Connection, bytes};
use super::drift::Extent;
use super::pages::{self, Order, Range, quoted};
use super::target::Target;
use crate::lock::lock;
use crate::reader::{Sink, TableSink};
use crate::spec::Spec;
use crate::{Error, Result};

/// The newest so many rows of the table that others belong to, told by their lowest key.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    /// Name of the table in the spec.
    name: String,
    /// `SELECT … FROM …` without its column, and the condition on its key.
    table: String,
    condition: String,
    /// What the database has.
    sources: Vec<Source>,
}

impl Sample {
    /// Asks for the lowest key.
    ///
    /// # Errors
    /// `Database`.
    pub(super) async fn of(
        connection: &mut Connection,
        catalog: &Catalog,
        spec: &Spec,
        newest: u64,
    ) -> Result<Option<Self>> {
        let Some(name) = spec.tables.iter().find_map(|t| t.parent.as_ref()).map(|p| p.table.clone()) else {
            return Ok(None);
        };
        let source = catalog.tables.iter().find(|source| source.name == name);
        let Some((source, [at])) = source.map(|source| (source, source.key.as_slice())) else { return Ok(None) };
        let (table, key) = (quoted(&source.table), quoted(&source.selected[*at].name));
        let condition = match newest.checked_sub(1) {
            None => "1 = 0".to_owned(),
            Some(offset) => {
                let sql = format!("SELECT {key} FROM {table} ORDER BY {key} DESC LIMIT 1 OFFSET {offset}");
                let rows = connection.rows("find the newest rows", &sql).await?;
                // Fewer rows than asked for: all of them.
                rows.first()
                    .and_then(|row| row.first())
                    .map_or_else(|| "1 = 1".to_owned(), |lowest| format!("{key} >= {lowest}"))
            }
        };
        Ok(Some(Self { name, table, condition, sources: catalog.tables.clone() }))
    }

    /// What narrows a table to the sample; `None` for a table that is in it whole.
    fn condition(&self, spec: &Spec, source: &Source) -> Option<String> {
        if source.name == self.name {
            return Some(self.condition.clone());
        }
        let declared = spec.table(&source.name)?;
        if let Some(parent) = declared.parent.as_ref().filter(|parent| parent.table == self.name) {
            let (column, key) = (quoted(&parent.column), quoted(&parent.key));
            return Some(format!("{column} IN (SELECT {key} FROM {} WHERE {})", self.table, self.condition));
        }
        let key = quoted(declared.key.columns().first().filter(|_| !declared.named_by.is_empty())?);
        let named = declared.named_by.iter().filter_map(|naming| {
            // Another version of the help desk may lack the table or the column.
            let other = self.sources.iter().find(|other| other.name == naming.table)?;
            let column = other.selected.iter().find(|c| c.name.eq_ignore_ascii_case(&naming.column))?;
            let condition = self.condition(spec, other)?;
            Some(format!("{key} IN (SELECT {} FROM {} WHERE {condition})", quoted(&column.name), quoted(&other.table)))
        });
        let named: Vec<String> = named.collect();
        Some(if named.is_empty() { "1 = 0".to_owned() } else { named.join(" OR ") })
    }
}

/// What the tasks of one table share.
struct Plan {
    source: Source,
    condition: Option<String>,
    ranges: Mutex<VecDeque<Range>>,
}

impl Plan {
    fn next(&self) -> Option<Range> {
        lock(&self.ranges).pop_front()
    }
}

/// Reads a table with as many connections as its ranges are worth, which are made when first needed. Returns the rows read.
///
/// # Errors
/// `Database`, `Staging`, `Cancelled`.
pub(super) async fn table(
    connections: &mut Vec<Connection>,
    target: &Target,
    source: &Source,
    extent: &Extent,
    sample: Option<&Sample>,
    sink: &Sink,
) -> Result<u64> {
    let condition = sample.and_then(|sample| sample.condition(sink.spec(), source));
    let mut rows_sink = sink.table(&source.name, &source.selected)?;
    if condition.is_none() {
        rows_sink.expect_rows(extent.rows);
    }
    let ranges: VecDeque<Range> = match (extent.keys, source.key.len()) {
        (Some((min, max)), _) => pages::ranges(min, max, extent.rows, source.heap).into(),
        (None, 0 | 1) => VecDeque::new(),
        (None, _) => [Range { order: Order::Key(Vec::new()), upto: None }].into(),
    };
    let tasks = super::CONNECTIONS.min(ranges.len());
    let plan = Arc::new(Plan { source: source.clone(), condition, ranges: Mutex::new(ranges) });
    if source.key.is_empty() {
        let Some(connection) = connections.first_mut() else { return Ok(0) };
        whole(connection, &plan, &mut rows_sink).await?;
        return rows_sink.close().await;
    }
    let mut running = Vec::with_capacity(tasks);
    for _ in 1..tasks {
        let connection = match connections.len() {
            0 | 1 => Connection::open(target).await?,
            _ => connections.swap_remove(1),
        };
        let task = tokio::spawn(work(connection, Arc::clone(&plan), rows_sink.fork()?));
        running.push(AbortOnDropHandle::new(task));
    }
    let first = connections.swap_remove(0);
    let (first, mut read) = work(first, plan, rows_sink).await?;
    connections.insert(0, first);
    for task in running {
        let (connection, rows) = task.await.map_err(|e| Error::Internal(e.to_string()))??;
        connections.push(connection);
        read += rows;
    }
    Ok(read)
}

/// Reads ranges until none is left. Gives the connection back, and how many rows it brought.
async fn work(mut connection: Connection, plan: Arc<Plan>, mut sink: TableSink) -> Result<(Connection, u64)> {
    let mut rows = pages::next_rows(0, 0);
    while let Some(mut range) = plan.next() {
        while let Some(next) = page(&mut connection, &plan, &mut range, rows, &mut sink).await? {
            rows = next;
        }
    }
    Ok((connection, sink.close().await?))
}

/// Reads one page, or a whole range in the order of the file. Returns how many rows the next page should have; `None` where the
/// range has been read.
async fn page(
    connection: &mut Connection,
    plan: &Plan,
    range: &mut Range,
    rows: usize,
    sink: &mut TableSink,
) -> Result<Option<usize>> {
    let sql = pages::page(&plan.source, plan.condition.as_deref(), range, rows);
    let mut arrived = Arrived::default();
    match stream(connection, (&sql, plan.source.utf8), &plan.source.key, Some(&mut range.order), &mut arrived, sink)
        .await
    {
        Ok(()) => {
            connection.progressed();
            let more = matches!(range.order, Order::Key(_)) && arrived.rows == rows;
            Ok(more.then(|| pages::next_rows(arrived.rows, arrived.bytes)))
        }
        Err(Failure::Other(error)) => Err(error),
        Err(Failure::Driver(error)) => {
            if arrived.rows > 0 {
                connection.progressed();
            }
            connection.recover(&action(plan), error).await?;
            Ok(Some(rows))
        }
    }
}

/// Reads a table that pages cannot follow, in one SELECT. A connection that is lost in the middle of it ends the run, since
/// nothing tells which rows have been read.
async fn whole(connection: &mut Connection, plan: &Plan, sink: &mut TableSink) -> Result<()> {
    let sql = pages::select(&plan.source, plan.condition.as_deref());
    loop {
        let mut arrived = Arrived::default();
        match stream(connection, (&sql, plan.source.utf8), &[], None, &mut arrived, sink).await {
            Ok(()) => return Ok(()),
            Err(Failure::Other(error)) => return Err(error),
            Err(Failure::Driver(error)) if arrived.rows == 0 => connection.recover(&action(plan), error).await?,
            Err(Failure::Driver(error)) => {
                return Err(super::failure::failed(connection.target(), &action(plan), error));
            }
        }
    }
}

fn action(plan: &Plan) -> String {
    format!("read table `{}`", plan.source.table)
}

#[derive(Default)]
struct Arrived {
    rows: usize,
    bytes: usize,
}

enum Failure {
    Driver(Driver),
    Other(Error),
}

impl From<Driver> for Failure {
    fn from(error: Driver) -> Self {
        Self::Driver(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Pushes the rows of one SELECT as they arrive, and keeps in `order` what has been read.
async fn stream(
    connection: &mut Connection,
    (sql, as_stored): (&str, bool),
    key: &[usize],
    mut order: Option<&mut Order>,
    arrived: &mut Arrived,
    sink: &mut TableSink,
) -> Result<(), Failure> {
    let mut result = connection.stream(sql, as_stored).await?;
    let Some(mut rows) = result.stream::<Row>().await? else { return Ok(()) };
    while let Some(row) = rows.next().await {
        let row = row?;
        let values: Vec<Option<&[u8]>> = (0..row.len()).map(|at| bytes(row.as_ref(at))).collect();
        arrived.rows += 1;
        arrived.bytes += values.iter().map(|value| value.map_or(1, |v| v.len() + 1)).sum::<usize>();
        match (&mut order, key) {
            (Some(Order::File(seen)), [at]) => {
                let is_new = seen.insert(number(values[*at])?);
                if !is_new {
                    continue;
                }
            }
            (Some(Order::Key(after)), key) => {
                after.clear();
                for at in key {
                    after.push(number(values[*at])?);
                }
            }
            _ => {}
        }
        if sink.push(&values) {
            sink.flush().await?;
        }
    }
    Ok(())
}

fn number(value: Option<&[u8]>) -> Result<i128> {
    let number = value.and_then(|v| std::str::from_utf8(v).ok()).and_then(|v| v.parse().ok());
    number.ok_or_else(|| Error::Internal("a key is no number".into()))
}
