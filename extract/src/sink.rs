//! From a reader's rows to the parts of a run; see [`crate::reader`].

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use deskferry_staging::{Context, RunWriter, TableWriter, Written};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use crate::columns::SourceColumn;
use crate::defects::{self, Defects};
use crate::last_state::{Known, LastState, source_columns, with_deleted};
use crate::lock::lock;
use crate::reader::Survey;
use crate::spec;
use crate::table::{self, TableBuilder};
use crate::{Error, Request, Result, Settings, Spec};

/// Batches that wait for their writer; more would only take memory.
const BATCHES_WAITING: usize = 1;

/// Where readers put rows. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sink {
    shared: Arc<Shared>,
}

struct Shared {
    context: Context,
    spec: Spec,
    settings: Settings,
    request: Request,
    run: Mutex<RunWriter>,
    tables: Mutex<BTreeMap<String, Table>>,
    last: Mutex<LastState>,
    defects: tokio::sync::Mutex<TableWriter>,
    wall_time: AtomicBool,
}

/// A table that has been opened.
struct Table {
    /// Never written to; every writer is its fork, so that parts are numbered once.
    seed: TableWriter,
    rows: Arc<AtomicU64>,
    written: Vec<Written>,
    /// What its rows are compared with; without it all of them are written.
    known: Option<Arc<Known>>,
    /// The declared columns that the source has.
    columns: Vec<String>,
}

/// What all declared tables have come to.
pub(crate) struct Finished {
    pub(crate) run: RunWriter,
    /// The writer of `_defects`.
    pub(crate) defects: TableWriter,
    pub(crate) last: LastState,
    /// The last state of the tables that were compared with it.
    pub(crate) compared: BTreeMap<String, Arc<Known>>,
}

struct Batch {
    rows: RecordBatch,
    defects: Option<RecordBatch>,
}

impl Sink {
    pub(crate) fn new(
        context: &Context,
        spec: &Spec,
        settings: &Settings,
        request: &Request,
        run: RunWriter,
        last: LastState,
    ) -> Result<Self> {
        let defects = run.table(defects::TABLE, Defects::schema())?;
        let shared = Shared {
            context: context.clone(),
            spec: spec.clone(),
            settings: settings.clone(),
            request: request.clone(),
            run: Mutex::new(run),
            tables: Mutex::default(),
            last: Mutex::new(last),
            defects: tokio::sync::Mutex::new(defects),
            wall_time: AtomicBool::new(false),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The spec whose tables are read.
    pub(crate) fn spec(&self) -> &Spec {
        &self.shared.spec
    }

    /// Whether the table is declared and asked for.
    pub(crate) fn wants(&self, table: &str) -> bool {
        self.shared.spec.table(table).is_some() && self.shared.request.wants(table)
    }

    /// Only the newest so many tickets, and what belongs to them, are asked for.
    pub(crate) fn sample(&self) -> Option<u64> {
        self.shared.request.sample
    }

    /// Opens a declared table for rows whose values come in the order of `columns`. Opening it again gives another writer.
    pub(crate) fn table(&self, table: &str, columns: &[SourceColumn]) -> Result<TableSink> {
        let declared =
            self.shared.spec.table(table).ok_or_else(|| Error::Internal(format!("table `{table}` is not declared")))?;
        if table::has_wall_time(declared, columns) {
            self.shared.wall_time.store(true, Ordering::Relaxed);
        }
        let mut tables = lock(&self.shared.tables);
        if !tables.contains_key(table) {
            let columns = source_columns(declared, columns.iter().map(|c| c.name.as_str()));
            tables.insert(table.to_owned(), self.shared.open(declared, columns)?);
        }
        let open = tables.get(table).ok_or_else(|| Error::Internal("a table was lost".into()))?;
        let builder = TableBuilder::new(declared, columns, &self.shared.settings)?;
        let (sender, receiver) = mpsc::channel(BATCHES_WAITING);
        let writing = write(open.seed.fork(), receiver, open.known.clone(), Arc::clone(&self.shared));
        let task = tokio::runtime::Handle::current().spawn(writing);
        Ok(TableSink {
            sink: self.clone(),
            table: table.to_owned(),
            columns: columns.to_vec(),
            builder,
            sender,
            task: AbortOnDropHandle::new(task),
            rows: Arc::clone(&open.rows),
            taken: 0,
            total: None,
        })
    }

    /// `Cancelled` once the user has asked to stop.
    pub(crate) fn check_cancelled(&self) -> Result<()> {
        if self.shared.context.cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// Whether some time was read as wall time.
    pub(crate) fn read_wall_time(&self) -> bool {
        self.shared.wall_time.load(Ordering::Relaxed)
    }

    /// Ends the writing of declared tables: puts each into the run, also those that nothing was written to. Every [`TableSink`]
    /// must have been closed.
    pub(crate) async fn finish(self, survey: &Survey) -> Result<Finished> {
        let shared = Arc::try_unwrap(self.shared).map_err(|_| Error::Internal("a table is still open".into()))?;
        let mut compared = BTreeMap::new();
        for declared in shared.spec.tables.iter().filter(|t| shared.request.wants(&t.name)) {
            let open = lock(&shared.tables).remove(&declared.name);
            let mut table = match open {
                Some(table) => table,
                None => {
                    let found = survey.table(&declared.name).into_iter().flat_map(|t| &t.columns);
                    shared.open(declared, source_columns(declared, found.map(|(name, _)| name.as_str())))?
                }
            };
            let mut last = table.seed.fork();
            let changes = match &table.known {
                Some(known) => Some(known.gone(&shared.context, &mut last).await?),
                None => None,
            };
            table.written.push(last.close().await?);
            let mut run = lock(&shared.run);
            let entry = run.add(&declared.name, table.written);
            (entry.key, entry.changes) = (declared.key.columns().to_vec(), changes);
            let cursor = serde_json::json!({ "columns": table.columns });
            run.manifest().cursors.insert(declared.name.clone(), cursor);
            compared.extend(table.known.map(|known| (declared.name.clone(), known)));
        }
        Ok(Finished {
            run: shared.run.into_inner().unwrap_or_else(PoisonError::into_inner),
            defects: shared.defects.into_inner(),
            last: shared.last.into_inner().unwrap_or_else(PoisonError::into_inner),
            compared,
        })
    }
}

impl Shared {
    /// Opens a declared table that the source has these columns of.
    fn open(&self, declared: &spec::Table, columns: Vec<String>) -> Result<Table> {
        let known = lock(&self.last).take(&declared.name, &columns).map(Arc::new);
        let schema = table::schema(declared);
        let schema = if known.is_some() { with_deleted(&schema) } else { schema };
        let seed = lock(&self.run).table(&declared.name, schema)?;
        Ok(Table { seed, rows: Arc::default(), written: Vec::new(), known, columns })
    }
}

/// Takes the rows of one table from one task. Dropped without [`TableSink::close`], its rows are in no manifest.
pub(crate) struct TableSink {
    sink: Sink,
    table: String,
    columns: Vec<SourceColumn>,
    builder: TableBuilder,
    sender: mpsc::Sender<Batch>,
    task: AbortOnDropHandle<Result<Written>>,
    rows: Arc<AtomicU64>,
    /// Rows that this sink has taken.
    taken: u64,
    total: Option<u64>,
}

impl TableSink {
    /// Another sink of the same table, for another task.
    pub(crate) fn fork(&self) -> Result<Self> {
        Ok(Self { total: self.total, ..self.sink.table(&self.table, &self.columns)? })
    }

    /// How many rows the table has, for progress.
    pub(crate) fn expect_rows(&mut self, total: u64) {
        self.total = Some(total);
    }

    /// Adds a row; one value per source column, in their order. True when it is time to flush.
    #[inline]
    pub(crate) fn push(&mut self, row: &[Option<&[u8]>]) -> bool {
        self.builder.push(row);
        self.builder.is_full()
    }

    /// Hands waiting rows to the writer; waits while it is busy.
    pub(crate) async fn flush(&mut self) -> Result<()> {
        let Some(batch) = self.take()? else { return Ok(()) };
        match self.sender.send(batch).await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.failure().await),
        }
    }

    /// [`TableSink::flush`] for a reader on a blocking thread.
    pub(crate) fn flush_blocking(&mut self) -> Result<()> {
        let Some(batch) = self.take()? else { return Ok(()) };
        match self.sender.blocking_send(batch) {
            Ok(()) => Ok(()),
            Err(_) => Err(tokio::runtime::Handle::current().block_on(self.failure())),
        }
    }

    /// Writes what waits and closes the part. Returns the rows that this sink has taken.
    pub(crate) async fn close(mut self) -> Result<u64> {
        self.flush().await?;
        let Self { sink, table, sender, task, taken, .. } = self;
        drop(sender);
        let written = task.await.map_err(|e| Error::Internal(e.to_string()))??;
        if let Some(open) = lock(&sink.shared.tables).get_mut(&table) {
            open.written.push(written);
        }
        Ok(taken)
    }

    /// [`TableSink::close`] for a reader on a blocking thread.
    pub(crate) fn close_blocking(self) -> Result<u64> {
        tokio::runtime::Handle::current().block_on(self.close())
    }

    fn take(&mut self) -> Result<Option<Batch>> {
        self.sink.check_cancelled()?;
        let waiting = self.builder.rows();
        if waiting == 0 {
            return Ok(None);
        }
        let rows = self.builder.take_batch()?;
        let defects = if self.builder.defects() > 0 { Some(self.builder.take_defects()?) } else { None };
        self.taken += waiting as u64;
        let done = self.rows.fetch_add(waiting as u64, Ordering::Relaxed) + waiting as u64;
        self.sink.shared.context.tick(&self.table, done, self.total);
        Ok(Some(Batch { rows, defects }))
    }

    /// Why the writer has stopped.
    async fn failure(&mut self) -> Error {
        match (&mut self.task).await {
            Ok(Err(error)) => error,
            Ok(Ok(_)) => Error::Internal("a writer stopped early".into()),
            Err(error) => Error::Internal(error.to_string()),
        }
    }
}

async fn write(
    mut writer: TableWriter,
    mut batches: mpsc::Receiver<Batch>,
    known: Option<Arc<Known>>,
    shared: Arc<Shared>,
) -> Result<Written> {
    while let Some(batch) = batches.recv().await {
        match &known {
            Some(known) => writer.write(&known.differing(&batch.rows)?).await?,
            None => writer.write(&batch.rows).await?,
        }
        if let Some(defects) = &batch.defects {
            shared.defects.lock().await.write(defects).await?;
        }
    }
    Ok(writer.close().await?)
}
