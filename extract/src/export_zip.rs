//! Reader: the zip that Hesk's page "Export tickets" makes, for desks whose database cannot be had.
//!
//! It holds one sheet with a row per ticket. Names (category, owner, status …) become rows of the tables that Hesk would have, and
//! texts are escaped again as Hesk stores them, so that the same models serve both. What the export lacks is said in remarks.

mod layout;
mod names;
mod people;
mod sheet;
#[cfg(test)]
mod tests;
mod text;
mod tickets;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use crate::reader::{Reader, Sink, SourceTable, Survey};
use crate::{Error, Result, Settings, Spec};
use layout::{Layout, Role};
use names::Names;

/// An export.
pub(crate) struct Export {
    path: PathBuf,
    spec: Spec,
    settings: Settings,
    cancel: CancellationToken,
}

impl Export {
    pub(crate) fn new(path: &Path, spec: &Spec, settings: &Settings, cancel: CancellationToken) -> Self {
        Self { path: path.to_owned(), spec: spec.clone(), settings: settings.clone(), cancel }
    }

    async fn run(&self, sink: Option<Sink>) -> Result<Survey> {
        let pass = Pass {
            path: self.path.clone(),
            title: self.spec.title.clone(),
            settings: self.settings.clone(),
            cancel: self.cancel.clone(),
        };
        tokio::task::spawn_blocking(move || pass.run(sink.as_ref()))
            .await
            .map_err(|e| Error::Internal(e.to_string()))?
    }
}

#[async_trait]
impl Reader for Export {
    async fn survey(&mut self) -> Result<Survey> {
        self.run(None).await
    }

    async fn read(&mut self, sink: &Sink) -> Result<Survey> {
        self.run(Some(sink.clone())).await
    }
}

struct Pass {
    path: PathBuf,
    title: String,
    settings: Settings,
    cancel: CancellationToken,
}

impl Pass {
    fn run(&self, sink: Option<&Sink>) -> Result<Survey> {
        let (names, inner) = self.names()?;
        let mut remarks = remarks(&names);
        let offset = self.offset(&names, &inner, &mut remarks)?;
        if let Some(sink) = sink {
            let lowest = tickets::lowest_of(&names, sink.sample())?;
            let mut tickets = tickets::Tickets::open(sink, &names, offset, lowest)?;
            let mut is_header = true;
            sheet::rows(&self.path, |cells| {
                self.stop()?;
                if std::mem::take(&mut is_header) || cells.is_empty() { Ok(()) } else { tickets.add(cells) }
            })?;
            tickets.close(sink)?;
        }
        Ok(Survey { tables: tables(&names), remarks, version: Some(version(&names.layout).to_owned()) })
    }

    fn stop(&self) -> Result<()> {
        if self.cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// The first pass; also the name of the sheet's file.
    fn names(&self) -> Result<(Names, String)> {
        let mut names: Option<Names> = None;
        let inner = sheet::rows(&self.path, |cells| {
            self.stop()?;
            match &mut names {
                _ if cells.is_empty() => {}
                Some(names) => {
                    if cells.len() != names.layout.roles.len() {
                        return Err(Error::Damaged {
                            path: self.path.display().to_string(),
                            reason: format!(
                                "row {} of its sheet has {} cells for {} columns",
                                names.tickets.len() + 2,
                                cells.len(),
                                names.layout.roles.len()
                            ),
                        });
                    }
                    names.add(cells);
                }
                None => {
                    let header: Vec<Vec<u8>> = cells.iter().map(|c| c.text.clone()).collect();
                    names = Some(Names::new(Layout::of(&header).map_err(|label| self.language(&label))?));
                }
            }
            Ok(())
        })?;
        let names = names.ok_or_else(|| Error::Unsupported {
            path: self.path.display().to_string(),
            reason: "its sheet has no rows".into(),
            hint: format!("export again, with a span of dates in which {} has tickets", self.title),
        })?;
        Ok((names, inner))
    }

    fn language(&self, label: &str) -> Error {
        Error::Unsupported {
            path: self.path.display().to_string(),
            reason: format!("unsupported export language: a column is labelled `{label}`"),
            hint: format!(
                "set the language of your own {} profile to English and export again; supported languages: {}",
                self.title,
                layout::LANGUAGES
            ),
        }
    }

    /// How far the help desk's clock was ahead of UTC at the export.
    fn offset(&self, names: &Names, inner: &str, remarks: &mut Vec<String>) -> Result<TimeDelta> {
        let zone = self.settings.desk_zone()?.ok_or_else(|| Error::Setting {
            key: "[source] timezone",
            reason: "an export has local times and does not say of which zone".into(),
            hint: "set it to the help desk's time zone, for example \"America/New_York\"".into(),
        })?;
        let named = text::moment_of_name(inner).or_else(|| text::moment_of_name(&self.path.to_string_lossy()));
        if named.is_none() {
            remarks.push("the export's name does not tell when it was made: its newest date decided on the UTC offset of its times".into());
        }
        let Some(moment) = named.or(names.newest) else { return Ok(TimeDelta::zero()) };
        text::offset_at(moment, zone).ok_or_else(|| Error::Internal(format!("no offset for {moment}")))
    }
}

/// What the tables are that an export is turned into.
fn tables(names: &Names) -> Vec<SourceTable> {
    let rows = |table: &str| -> usize {
        match table {
            "tickets" => names.tickets.len(),
            "categories" => names.categories.keys.len(),
            "users" => names.users.keys.len(),
            "customers" => names.customers.keys.len(),
            "custom_fields" => names.layout.customs.len(),
            "custom_statuses" => names.statuses.keys.len(),
            "custom_priorities" if names.priorities.keys.is_empty() => 0,
            "custom_priorities" => names.priorities.keys.len() + 4,
            "replies" => usize::try_from(names.replies).unwrap_or(usize::MAX),
            _ => usize::try_from(names.links).unwrap_or(usize::MAX),
        }
    };
    tickets::TABLES
        .iter()
        .map(|name| SourceTable { name: (*name).to_owned(), columns: Vec::new(), rows: Some(rows(name) as u64) })
        .collect()
}

fn version(layout: &Layout) -> &'static str {
    match (layout.has(Role::Replies), layout.has(Role::Followers), layout.has(Role::DueDate)) {
        (true, ..) => "3.7",
        (_, true, _) => "3.5 or 3.6",
        (_, _, true) => "3.2 to 3.4",
        _ => "2.5 to 3.1",
    }
}

fn remarks(names: &Names) -> Vec<String> {
    let mut remarks = vec![
        "an export holds tickets only: internal notes, attachments, the knowledge base, canned responses, staff e-mail addresses, \
         IP addresses, languages, ratings and merged tracking ids are not in it"
            .to_owned(),
        "an export holds the tickets of the chosen dates in categories that its user may see; whether that is all cannot be told"
            .to_owned(),
        "categories, staff, custom fields, statuses and priorities are numbered by their names in the export, not as in the database"
            .to_owned(),
    ];
    if names.layout.has(Role::ReplyMessages) {
        remarks.push(
            "replies come without ids and addresses; one is taken as staff's where its author owns a ticket, else as a customer's"
                .to_owned(),
        );
    } else if names.layout.has(Role::Replies) {
        remarks.push("replies are not in this export: export again with \"Reply messages\" ticked".to_owned());
    } else {
        remarks.push("replies are not in this export: Hesk writes them from 3.7 on".to_owned());
    }
    if !names.layout.has(Role::History) {
        remarks.push("ticket history is not in this export".to_owned());
    }
    remarks
}
