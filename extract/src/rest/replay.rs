//! What was fetched, into the run: the rows of all tables through the one builder of all readers, in the order of the logs. So an
//! extract that was stopped and went on gives the rows of one that was not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use deskferry_staging::{Calls, Manifest, Stage};
use futures::TryStreamExt as _;

use super::capture::{End, Entry};
use super::fetch::Fetch;
use super::retention::Ages;
use super::unlisted;
use crate::columns::{SourceColumn, Zoned};
use crate::defects::{self, Defects};
use crate::last_state::{self, LastState};
use crate::reader::{Sink, SourceTable, Survey};
use crate::sink::Finished;
use crate::spec::{ReaderKind, Table};
use crate::{Error, Result, Settings, attachments, extract};

/// Names of members that are told for one table.
const MEMBERS_TOLD: usize = 40;

/// What the logs say besides rows.
#[derive(Default)]
struct Said {
    remarks: Vec<String>,
    ends: BTreeMap<String, End>,
}

impl Fetch<'_> {
    /// Publishes the run and removes the capture.
    ///
    /// # Errors
    /// `Overtaken`, `Cancelled`, `Staging`; the capture stays then.
    pub(super) async fn publish(self, settings: &Settings) -> Result<Manifest> {
        let context = self.api.context.clone();
        let run = context.staging.begin(
            self.capture.run().clone(),
            Stage::Extract,
            self.spec.schema(),
            self.capture.plan.begun,
        )?;
        let mut last = LastState::default();
        let mut known_files = None;
        if self.request.since_last {
            last = LastState::read(&context, self.spec, self.request).await?;
            self.narrow(&mut last).await?;
            known_files = last.take(attachments::TABLE, &[]).map(Arc::new);
        }
        let sink = Sink::new(&context, self.spec, settings, self.request, run, last)?;
        let (mut survey, mut going) = (Survey::default(), Vec::new());
        for table in self.spec.tables.iter().filter(|t| self.request.wants(&t.name)) {
            survey.tables.push(SourceTable { name: table.name.clone(), ..SourceTable::default() });
            going.extend(self.stage(&sink, table).await?);
        }
        let Finished { mut run, mut defects, mut last, mut compared } = sink.finish(&survey).await?;
        let mut said = Said::default();
        for table in self.spec.tables.iter().filter(|t| self.request.wants(&t.name)) {
            let mut found = Defects::default();
            self.told(table, &mut said, &mut found).await?;
            defects.write(&found.take()?).await?;
        }
        self.ends(&mut said).await?;
        run.add(defects::TABLE, vec![defects.close().await?]);
        if self.spec.tables.iter().any(|table| self.request.wants_files(table)) {
            super::files::stage(&self, &mut run, known_files.as_deref()).await?;
            compared.extend(known_files.map(|known| (attachments::TABLE.to_owned(), known)));
        }
        let rows = self.settings_rows(settings);
        extract::stage_settings(&mut run, &rows).await?;
        let manifest = run.manifest();
        for (name, end) in said.ends {
            let Some(table) = manifest.tables.get_mut(&name) else { continue };
            (table.source_rows, table.incomplete) = (end.source_rows, end.incomplete);
        }
        let plan = &self.capture.plan;
        for (name, cursor) in &mut manifest.cursors {
            if let (Some(cursor), Some(table)) = (cursor.as_object_mut(), self.spec.table(name)) {
                let is_named = self.request.only(table).is_some();
                let read_from = if is_named { plan.stays.get(name) } else { Some(&plan.begun) };
                cursor.insert("read_from".into(), serde_json::json!(read_from));
                if let Some(keys) = self.answered(table).await? {
                    cursor.insert(unlisted::CURSOR.into(), serde_json::json!(keys));
                }
            }
        }
        let stats = self.api.client.stats();
        manifest.calls = Some(Calls { sent: stats.calls, granted_per_second: stats.granted_per_second });
        manifest.remarks.extend(going.into_iter().chain(self.dropped.remarks()));
        manifest
            .remarks
            .extend(self.remarks().into_iter().chain(std::mem::take(&mut last.remarks)).chain(said.remarks));
        manifest.sample = self.request.sample;
        last_state::mark_delta(manifest, &compared);
        // A few rows are no table: there must be a state that they are added to.
        if let Some(table) = self.request.only_keys.then(|| self.without_state(manifest)).flatten() {
            return Err(Error::NoState { table });
        }
        manifest.hashes.extend(self.capture.plan.dropped.clone());
        manifest.hashes.insert(format!("sources/{}.toml", self.spec.name), self.spec.sha256.clone());
        if context.cancel.is_cancelled() {
            return Err(Error::Stopped { run: self.capture.run().to_string() });
        }
        if self.request.since_last {
            last.check_newest(&context, self.spec).await?;
        }
        let manifest = run.publish(context.now()).await?;
        // What is left of it is removed by the next extract: the run is published.
        let _ = self.capture.remove().await;
        Ok(manifest)
    }

    /// A table that was not compared with its last state.
    fn without_state(&self, manifest: &Manifest) -> Option<String> {
        let tables = self.spec.tables.iter().map(|t| t.name.as_str()).filter(|name| self.request.wants(name));
        let mut tables = tables.chain([attachments::TABLE]);
        tables.find(|name| manifest.tables.get(*name).is_some_and(|t| t.changes.is_none())).map(str::to_owned)
    }

    /// The rows of one table; what there is to say of those that the source deletes soon.
    async fn stage(&self, sink: &Sink, table: &Table) -> Result<Option<String>> {
        // All times were made UTC when they were taken out of the replies.
        let columns: Vec<SourceColumn> =
            table.columns.iter().map(|c| SourceColumn::new(&c.name, Zoned::Instant)).collect();
        let mut target = sink.table(&table.name, &columns)?;
        let mut rows = self.final_rows(table).await?;
        let mut ages = Ages::new(table, self.capture.plan.begun);
        while let Some(row) = rows.try_next().await? {
            ages.see(&row);
            let cells: Vec<Option<&[u8]>> = row.cells.iter().map(|c| c.as_deref().map(str::as_bytes)).collect();
            if target.push(&cells) {
                target.flush().await?;
            }
        }
        target.close().await?;
        Ok(ages.told(""))
    }

    /// What the logs of a table say besides rows.
    async fn told(&self, table: &Table, said: &mut Said, found: &mut Defects) -> Result<()> {
        let mut members = BTreeSet::new();
        for log in ["list", "rows", "files"] {
            let mut entries = self.capture.entries(&table.name, log).await?;
            while let Some(entry) = entries.try_next().await? {
                match entry {
                    Entry::Defect(key, column, raw, reason) => {
                        found.push(&table.name, &key, &column, raw.as_bytes(), &reason)
                    }
                    Entry::Members(names) => members.extend(names),
                    Entry::Route(route) => {
                        for (column, member) in route.columns_without(table) {
                            let reason = "the source does not know this member: the column is empty";
                            found.push(&table.name, "", column, member.as_bytes(), reason);
                        }
                        let remarks = route.remarks(table).into_iter();
                        said.remarks.extend(remarks.map(|remark| format!("{}: {remark}", table.name)));
                    }
                    Entry::Remark(remark) => said.remarks.push(format!("{}: {remark}", table.name)),
                    Entry::End(end) if log == "rows" => drop(said.ends.insert(table.name.clone(), end)),
                    _ => {}
                }
            }
        }
        if let Some(reason) = said.ends.get(&table.name).and_then(|end| end.incomplete.as_deref()) {
            found.push(&table.name, "", "", b"", &format!("the table is incomplete: {reason}"));
        }
        if !members.is_empty() {
            let more = members.len().saturating_sub(MEMBERS_TOLD);
            let names: Vec<String> = members.into_iter().take(MEMBERS_TOLD).collect();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            said.remarks.push(format!(
                "{}: the source has, and the spec does not declare: {}{more}",
                table.name,
                names.join(", ")
            ));
        }
        Ok(())
    }

    /// A table whose parent is incomplete is, too.
    async fn ends(&self, said: &mut Said) -> Result<()> {
        for table in self.spec.tables.iter().filter(|t| self.request.wants(&t.name)) {
            let mut at = table;
            while at.parent.is_some() {
                at = self.parent(at)?;
                let end = match said.ends.get(&at.name) {
                    Some(end) => Some(end.clone()),
                    None if at.inside.is_none() => self.capture.end(&at.name, "rows").await?,
                    None => None,
                };
                let own = said.ends.entry(table.name.clone()).or_default();
                if own.incomplete.is_none() && end.is_some_and(|end| end.incomplete.is_some()) {
                    own.incomplete = Some(format!("table `{}`, to which its rows belong, is incomplete", at.name));
                }
            }
        }
        Ok(())
    }

    /// `settings(key, value)`: no secret.
    fn settings_rows(&self, settings: &Settings) -> Vec<(String, String)> {
        let mut rows = vec![("reader".to_owned(), ReaderKind::Rest.to_string())];
        rows.extend(settings.timezone.clone().map(|zone| ("timezone".to_owned(), zone)));
        rows.extend(self.capture.plan.settings.clone());
        rows
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<String> = self.api.odd().iter().cloned().collect();
        if let Some(first) = self.outlook.first() {
            remarks.push(format!("{} calls; the forecast was {first}", self.api.client.stats().calls));
        }
        if let Some(sample) = self.request.sample {
            remarks
                .push(format!("a sample: the newest {sample} and what belongs to them, not the whole of the source"));
        }
        remarks
    }
}
