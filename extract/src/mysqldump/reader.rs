//! The rows of a dump, into the sink.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::input::Input;
use super::sample::Sample;
use super::survey::{self, Found, ROWS_BETWEEN_LOOKS, stop};
use super::walk::{Event, Insert, Row, Walk};
use crate::columns::SourceColumn;
use crate::reader::{Reader, Sink, Survey, TableSink};
use crate::{Error, Result, Settings, Spec};

/// A dump file.
pub(crate) struct Dump {
    path: PathBuf,
    spec: Spec,
    settings: Settings,
    cancel: CancellationToken,
    found: Option<Found>,
}

impl Dump {
    pub(crate) fn new(path: &Path, spec: &Spec, settings: &Settings, cancel: CancellationToken) -> Self {
        Self { path: path.to_owned(), spec: spec.clone(), settings: settings.clone(), cancel, found: None }
    }

    async fn found(&mut self) -> Result<Found> {
        if let Some(found) = &self.found {
            return Ok(found.clone());
        }
        let (path, spec, settings, cancel) =
            (self.path.clone(), self.spec.clone(), self.settings.clone(), self.cancel.clone());
        let found = blocking(move || survey::survey(&path, &spec, &settings, &cancel)).await?;
        self.found = Some(found.clone());
        Ok(found)
    }
}

#[async_trait]
impl Reader for Dump {
    async fn survey(&mut self) -> Result<Survey> {
        Ok(self.found().await?.survey)
    }

    async fn read(&mut self, sink: &Sink) -> Result<Survey> {
        let found = self.found().await?;
        let pass = Pass {
            path: self.path.clone(),
            prefix: self.settings.table_prefix.clone(),
            cancel: self.cancel.clone(),
            sink: sink.clone(),
            found: found.clone(),
        };
        blocking(move || pass.read()).await?;
        Ok(found.survey)
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(e.to_string()))?
}

/// The second walk.
pub(super) struct Pass {
    pub(super) path: PathBuf,
    pub(super) prefix: String,
    pub(super) cancel: CancellationToken,
    pub(super) sink: Sink,
    pub(super) found: Found,
}

/// A table that is being read.
struct Open {
    sink: TableSink,
    /// Names of a row's values when it was opened; other INSERTs of the table may name others.
    columns: Vec<String>,
    wanted: Vec<bool>,
    sample: Option<super::sample::Filter>,
}

impl Pass {
    fn read(self) -> Result<()> {
        let sample = self.sink.sample().map(|newest| Sample::find(&self, newest)).transpose()?;
        let mut walk = Walk::new(Input::open(&self.path)?);
        let mut open: HashMap<String, Open> = HashMap::new();
        let mut row = Row::default();
        while let Some(event) = walk.next()? {
            stop(&self.cancel)?;
            match event {
                // Tables follow each other, so those before this one are done: their memory is given back.
                Event::Create(_) => close(&mut open)?,
                Event::Insert(insert) => match self.table(&insert) {
                    Some(table) => self.rows(&mut walk, &insert, &table, &mut open, sample.as_ref())?,
                    None => while walk.row(&insert, None, &mut row)? {},
                },
            }
        }
        close(&mut open)
    }

    /// The declared table whose rows these are, if they are wanted.
    pub(super) fn table(&self, insert: &Insert) -> Option<String> {
        let name = insert.table.1.strip_prefix(&self.prefix)?;
        (insert.table.0 == self.found.database && self.sink.wants(name)).then(|| name.to_owned())
    }

    fn rows(
        &self,
        walk: &mut Walk,
        insert: &Insert,
        table: &str,
        open: &mut HashMap<String, Open>,
        sample: Option<&Sample>,
    ) -> Result<()> {
        if open.get(table).is_some_and(|o| o.columns != insert.columns)
            && let Some(other) = open.remove(table)
        {
            other.sink.close_blocking()?;
        }
        if !open.contains_key(table) {
            open.insert(table.to_owned(), self.open(walk, insert, table, sample)?);
        }
        let Some(Open { sink, wanted, sample, .. }) = open.get_mut(table) else { return Ok(()) };
        let mut row = Row::default();
        loop {
            let more = walk.row(insert, Some(wanted), &mut row)?;
            if walk.rows().is_multiple_of(ROWS_BETWEEN_LOOKS) {
                stop(&self.cancel)?;
            }
            let values: Vec<Option<&[u8]>> = row.cells().collect();
            if sample.as_ref().is_none_or(|s| s.keeps(&values)) && sink.push(&values) {
                sink.flush_blocking()?;
            }
            if !more {
                return Ok(());
            }
        }
    }

    fn open(&self, walk: &Walk, insert: &Insert, table: &str, sample: Option<&Sample>) -> Result<Open> {
        let declared =
            self.sink.spec().table(table).ok_or_else(|| Error::Internal(format!("table `{table}` is not declared")))?;
        if insert.columns.is_empty() {
            return Err(Error::Unsupported {
                path: self.path.display().to_string(),
                reason: format!("nothing in it names the columns of table `{}`", insert.table.1),
                hint: "make the dump without --no-create-info, or with --complete-insert".into(),
            });
        }
        let definition = walk.definition(&insert.table).unwrap_or_default();
        let mut wanted = Vec::with_capacity(insert.columns.len());
        let mut columns = Vec::new();
        for name in &insert.columns {
            let is_wanted = declared.column(name).is_some();
            wanted.push(is_wanted);
            if is_wanted {
                let column_type = definition.iter().find(|c| c.0.eq_ignore_ascii_case(name)).map(|c| c.1.as_str());
                columns.push(SourceColumn::new(name, walk.zoned(column_type)?));
            }
        }
        let mut sink = self.sink.table(table, &columns)?;
        if let Some(rows) = self.found.survey.table(table).and_then(|t| t.rows) {
            sink.expect_rows(rows);
        }
        let sample = sample.and_then(|s| s.filter(declared, &columns));
        Ok(Open { sink, columns: insert.columns.clone(), wanted, sample })
    }
}

fn close(open: &mut HashMap<String, Open>) -> Result<()> {
    for (_, table) in open.drain() {
        table.sink.close_blocking()?;
    }
    Ok(())
}
