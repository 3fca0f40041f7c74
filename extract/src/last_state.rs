//! The last state of the source, for `extract --since-last`: what each table is compared with, and which cannot be.
//!
//! ```text
//!  runs of the last state ── rows ──▶ Known: key and row as 128 bits each     (before reading; 32 bytes a row)
//!  reader ── batches ───────────────▶ Known::differing ──▶ new and changed rows, `_deleted` = false
//!  keys of Known that did not come ─▶ Known::gone ───────▶ keys only,            `_deleted` = true
//! ```
//!
//! A help desk has no change time to be trusted: in Hesk an edited reply moves no column at all. So the source is read as
//! always, by whichever reader, and rows are compared over all of their columns. That is exact; what it saves is what is
//! written, transformed and looked through, not the reading.
//!
//! A table is written whole in the run, with a remark, where nothing can be compared: it was never read, last as a sample or
//! out of an export, with other columns, or with keys that are not its rows' own. `_defects` and `settings` are of the run
//! itself and always whole. Rows of `files` are compared like all others; bytes that are stored are not read again.

mod known;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::AsArray as _;
use arrow::datatypes::SchemaRef;
use deskferry_staging::{Context, Manifest, Mode, RunId};
use futures::TryStreamExt as _;

use crate::quirks::hesk_settings;
use crate::spec::{ReaderKind, Table};
use crate::{Error, Request, Result, Spec, attachments, rest, table};
pub(crate) use known::{Known, Scope, with_deleted};

/// The last state of the tables that are to be read.
#[derive(Default)]
pub(crate) struct LastState {
    /// The newest run of the source when it was looked at.
    newest: Option<RunId>,
    tables: BTreeMap<String, Known>,
    /// What the user should know, in plain sentences.
    pub(crate) remarks: Vec<String>,
}

impl LastState {
    /// Reads the last state of every wanted table, and of `files`.
    ///
    /// # Errors
    /// `Staging`, `Cancelled`.
    pub(crate) async fn read(context: &Context, spec: &Spec, request: &Request) -> Result<Self> {
        let mut state = Self { newest: newest(context, spec).await?, ..Self::default() };
        let runs = context.staging.current(spec.schema()).await?;
        if runs.is_empty() {
            state.remarks.push("there is no earlier run to compare with: everything was read as new".into());
            return Ok(state);
        }
        let declared = spec.tables.iter().filter(|t| request.wants(&t.name));
        let names_files = spec.tables.iter().any(|t| t.file.is_some() && request.wants(&t.name));
        let files = match spec.rest {
            Some(_) => rest::files_of(spec, request),
            None => names_files.then(|| (attachments::schema(), attachments::key())),
        };
        let files = files.map(|(schema, key)| (attachments::TABLE.to_owned(), schema, key));
        let tables = declared.map(|t| (t.name.clone(), table::schema(t), t.key.columns().to_vec()));
        let mut whole: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for (name, schema, key) in tables.chain(files) {
            match state.known(context, runs.get(&name).map_or(&[], Vec::as_slice), &name, &schema, &key).await? {
                Ok(known) => drop(state.tables.insert(name, known)),
                Err(reason) => whole.entry(reason).or_default().push(name),
            }
        }
        let remarks =
            whole.into_iter().map(|(reason, tables)| format!("written whole, {reason}: {}", tables.join(", ")));
        state.remarks.extend(remarks);
        Ok(state)
    }

    /// The state of one table; the inner error is the reason why it cannot be compared.
    async fn known(
        &self,
        context: &Context,
        runs: &[Manifest],
        name: &str,
        schema: &SchemaRef,
        key: &[String],
    ) -> Result<Result<Known, &'static str>> {
        let Some(first) = runs.first() else { return Ok(Err("as it was never read before")) };
        if first.sample.is_some() {
            return Ok(Err("as it was last read as a sample"));
        }
        if reader(context, first).await?.is_some_and(|r| r == ReaderKind::ExportZip.to_string()) {
            return Ok(Err("as it was last read out of an export"));
        }
        Known::read(context, runs, name, schema, key).await
    }

    /// Whether a table can be compared.
    pub(crate) fn has(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    /// The newest run of the source when this was read.
    pub(crate) fn newest(&self) -> Option<&RunId> {
        self.newest.as_ref()
    }

    /// Only some rows of a table are read now: of the others nothing is known.
    pub(crate) fn narrow(&mut self, table: &str, scope: Scope) {
        if let Some(known) = self.tables.get_mut(table) {
            known.narrow(scope);
        }
    }

    /// Some rows of a table could not be read as they are now: what is known of them stays.
    pub(crate) fn keep(&mut self, table: &str, stale: Scope) {
        if let Some(known) = self.tables.get_mut(table) {
            known.keep(stale);
        }
    }

    /// Takes the state of a table that is read now with these columns of the source. `None` where it cannot be compared.
    pub(crate) fn take(&mut self, table: &str, columns: &[String]) -> Option<Known> {
        let known = self.tables.remove(table)?;
        match known.columns_before() {
            Some(before) if before != columns => {
                let list = |of: &[String], without: &[String]| {
                    let names: Vec<&str> = of.iter().filter(|c| !without.contains(c)).map(String::as_str).collect();
                    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
                };
                let (came, went) = (list(columns, &before), list(&before, columns));
                self.remarks.push(format!(
                    "written whole, as the source has other columns now: {table} (came: {came}; went: {went})"
                ));
                None
            }
            _ => Some(known),
        }
    }

    /// `Overtaken` where another run of the source was published meanwhile: what was compared is no longer its last state.
    pub(crate) async fn check_newest(&self, context: &Context, spec: &Spec) -> Result<()> {
        match newest(context, spec).await? {
            now if now == self.newest => Ok(()),
            now => Err(Error::Overtaken { run: now.map(|run| run.to_string()).unwrap_or_default() }),
        }
    }
}

/// A run that has only what differs from the last state of a table is a delta of the runs that make that state up.
pub(crate) fn mark_delta(manifest: &mut Manifest, compared: &BTreeMap<String, Arc<Known>>) {
    if manifest.tables.values().any(|table| table.changes.is_some()) {
        manifest.mode = Mode::Delta;
        let inputs: BTreeSet<RunId> =
            compared.values().flat_map(|known| known.runs()).map(|run| run.run.clone()).collect();
        manifest.inputs = inputs.into_iter().collect();
    }
}

/// The columns of a declared table that the source has, as the spec writes them, in a fixed order.
pub(crate) fn source_columns<'a>(declared: &Table, columns: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = columns.filter_map(|c| declared.column(c)).map(|c| c.name.clone()).collect();
    names.sort();
    names.dedup();
    names
}

async fn newest(context: &Context, spec: &Spec) -> Result<Option<RunId>> {
    Ok(context.staging.latest(spec.schema()).await?.map(|run| run.run))
}

/// The reader of an earlier run, from its table of settings.
async fn reader(context: &Context, run: &Manifest) -> Result<Option<String>> {
    if !run.tables.contains_key(hesk_settings::TABLE) {
        return Ok(None);
    }
    let mut batches = context.staging.read(run, hesk_settings::TABLE)?;
    while let Some(batch) = batches.try_next().await? {
        let text = |name: &str| batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>());
        let (Some(keys), Some(values)) = (text("key"), text("value")) else { continue };
        if let Some((_, value)) = keys.iter().zip(values).find(|(key, _)| *key == Some("reader")) {
            return Ok(value.map(str::to_owned));
        }
    }
    Ok(None)
}
