//! Questions to a live source, to correct a spec that was written without it: which path answers, where rows and totals are, which
//! members there are, how pages, sizes, dates and filters work. Each is a call that the spec itself allows; some five a table.
//!
//! What rows hold is looked at and forgotten: findings name members and counts, never values.

mod dates;
mod envelope;
mod members;
mod overlay;
mod paging;
mod questions;

use std::collections::BTreeMap;

use deskferry_http::Reply;
use deskferry_staging::{Context, Staging};
use serde_json::Value;

use super::api::{Api, Failure, Scope};
use super::capture::{Capture, Plan};
use super::dropped::Dropped;
use super::fetch::Fetch;
use super::page::Query;
use super::paging::{Pager, Position};
use super::route::{Route, Trial, is_no_path};
use super::row::{Row, find};
use crate::spec::Table;
use crate::{Error, Request, Result, Settings, Spec};
use overlay::Change;

/// Rows of a table that are kept for the questions about what belongs to them.
const SAMPLE_ROWS: usize = 5;
/// Parents that are asked, until one has rows.
const PARENTS_MAX: usize = 3;

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The table; empty for what concerns all of the source.
    pub table: String,
    /// What was asked.
    pub what: &'static str,
    /// What was found.
    pub found: String,
    /// What the spec says, where that is something else.
    pub was: String,
    /// Whether the spec was corrected.
    pub is_corrected: bool,
}

/// What a source was found to be like.
#[derive(Debug, Clone)]
pub struct Findings {
    /// All that was found, in order.
    pub findings: Vec<Finding>,
    /// The text of the spec with its corrections.
    pub spec: String,
    /// Calls that were made.
    pub calls: u64,
}

impl Findings {
    /// Whether the spec had to be corrected.
    pub fn is_corrected(&self) -> bool {
        self.findings.iter().any(|finding| finding.is_corrected)
    }
}

/// Asks a live source what it is like; `text` is its spec's, which messages call `file`. Nothing is staged.
///
/// # Errors
/// `Spec`, `NoTable`; `Setting` where the source has no API; what a refused login or a source that cannot be reached gives.
pub async fn find_out(
    context: &Context,
    file: &str,
    text: &str,
    settings: &Settings,
    tables: &[String],
) -> Result<Findings> {
    let spec = Spec::parse(file, text)?;
    let request = Request { tables: tables.to_vec(), without_files: true, ..Request::default() };
    crate::extract::check_tables(&spec, &request)?;
    let Some(rest) = &spec.rest else {
        return Err(Error::Setting {
            key: "[source] kind",
            reason: format!("{} is not read by an API", spec.title),
            hint: "`deskferry check` looks at databases and files".into(),
        });
    };
    let context = Context { staging: Staging::in_memory(), ..context.clone() };
    let dropped = Dropped::open(&spec, settings).await?;
    let read = dropped.over(&spec);
    let api = Api::new(&context, &read, rest, settings)?;
    let capture =
        Capture::open(&context, &read, Plan::new(&context, &read, settings, &request), request.unfinished).await?;
    let fetch = Fetch::new(&read, rest, &request, api, capture, dropped);
    let mut probe = Probe {
        fetch: &fetch,
        findings: Vec::new(),
        changes: Vec::new(),
        samples: BTreeMap::new(),
        is_unknown_told: false,
        is_rate_told: false,
        is_paging_tried: false,
    };
    let depth = |table: &Table| {
        std::iter::successors(Some(table), |t| t.parent.as_ref().and_then(|p| read.table(&p.table))).count()
    };
    let mut in_order = fetch.needed.clone();
    in_order.sort_by_key(|table| depth(table));
    for table in in_order {
        if context.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        probe.table(table).await?;
    }
    let Probe { findings, changes, .. } = probe;
    let (spec, calls) = (overlay::corrected(text, &changes)?, fetch.api.client.stats().calls);
    // A correction that makes no spec would be a mistake of ours.
    Spec::parse(file, &spec)?;
    Ok(Findings { findings, spec, calls })
}

/// The questions while they are asked.
struct Probe<'a> {
    fetch: &'a Fetch<'a>,
    findings: Vec<Finding>,
    changes: Vec<(String, Change, String)>,
    /// Some rows of each table.
    samples: BTreeMap<String, Vec<(Row, Value)>>,
    is_unknown_told: bool,
    is_rate_told: bool,
    /// Whether other names were tried for the paging that tables have in common.
    is_paging_tried: bool,
}

/// A first page as it came.
struct First<'a> {
    query: Query<'a>,
    position: Position,
    json: Value,
    reply: Reply,
    /// Rows of a page that are not refused, where those of the spec are.
    size: Option<u64>,
}

/// Sizes of pages that are tried where the spec's is refused.
const SIZES: &[u64] = &[100, 50, 25];

impl<'a> Probe<'a> {
    fn told(&mut self, table: &Table, what: &'static str, found: impl Into<String>) {
        let (table, found) = (table.name.clone(), found.into());
        self.findings.push(Finding { table, what, found, was: String::new(), is_corrected: false });
    }

    /// A finding that corrects the spec.
    fn corrected(&mut self, table: &Table, what: &'static str, found: String, was: String, change: Change) {
        // Of a paging or of dates that many tables have one correction is enough.
        let is_new =
            !self.changes.iter().any(|(t, other, _)| *other == change && (t == &table.name || change.is_shared(table)));
        if is_new {
            let why = if was.is_empty() { found.clone() } else { format!("{found}; was {was}") };
            self.changes.push((table.name.clone(), change, why));
        }
        self.findings.push(Finding { table: table.name.clone(), what, found, was, is_corrected: true });
    }

    async fn table(&mut self, table: &'a Table) -> Result<()> {
        let outcome = if table.dropped {
            self.told(table, "path", "read from files, not asked");
            Ok(())
        } else if table.inside.is_some() {
            self.inside(table);
            Ok(())
        } else if table.each.is_some() {
            let text = table.each.as_ref().map(|each| self.fetch.api.fill(each)).unwrap_or_default();
            let rows = text.split(',').map(str::trim).filter(|word| !word.is_empty());
            let rows = rows.map(|word| (super::row::of_key(table, word), Value::Null)).take(SAMPLE_ROWS).collect();
            self.samples.insert(table.name.clone(), rows);
            Ok(())
        } else if table.parent.is_some() {
            self.children(table).await
        } else {
            self.list(table).await
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(Failure::Refused { reason, .. }) => {
                self.told(table, "path", format!("refused: {reason}"));
                Ok(())
            }
            Err(Failure::Failed(error)) if super::api::is_of_one_call(&error) => {
                self.told(table, "path", format!("not to be read: {}", super::api::cause(&error)));
                Ok(())
            }
            Err(Failure::Failed(error)) => Err(error),
        }
    }

    async fn list(&mut self, table: &'a Table) -> Result<(), Failure> {
        let pager = self.fetch.pager(table)?;
        if pager.is_scroll() {
            self.told(table, "path", "not asked: a look would open its scroll");
            return Ok(());
        }
        let fetch = self.fetch;
        let pass = &table.readings()[0];
        let make = |route: &Route| Query::new(&fetch.api, table, pager.clone(), Scope::default(), &[pass], route);
        let Some(first) = self.first(table, &pager, &make).await? else { return Ok(()) };
        self.rate(&first.reply);
        let rows = self.envelope(table, &first);
        self.members(table, &first, &rows).await?;
        self.dates(table, &rows, &first.reply);
        self.pages(table, &first, &rows).await?;
        self.unknown_parameter(table, &first, &rows).await?;
        self.since(table, first, &rows).await
    }

    /// Rows that are asked for by a parent's.
    async fn children(&mut self, table: &'a Table) -> Result<(), Failure> {
        let (fetch, parent) = (self.fetch, self.fetch.parent(table)?);
        let wanted = |row: &Row| {
            let column = table.parent_if.as_deref();
            column.is_none_or(|column| super::row::is_there(super::row::cell(parent, row, column)))
        };
        let parents: Vec<Row> =
            self.samples.get(&parent.name).into_iter().flatten().map(|(row, _)| row.clone()).filter(wanted).collect();
        if parents.is_empty() {
            self.told(table, "path", format!("not found out: no row of `{}` to ask for its own", parent.name));
            return Ok(());
        }
        let pager = fetch.pager(table)?;
        for (number, row) in parents.iter().take(PARENTS_MAX).enumerate() {
            let is_last = number + 1 == parents.len().min(PARENTS_MAX);
            let scope = Scope { row: None, parent: Some((parent, row)) };
            let make = |route: &Route| Query::new(&fetch.api, table, pager.clone(), scope, &[], route);
            if make(&Route::default())?.is_none() {
                continue;
            }
            let said = self.findings.len();
            let Some(first) = self.first(table, &pager, &make).await? else {
                if !is_last {
                    // It may be this row's own.
                    self.findings.truncate(said);
                }
                continue;
            };
            let rows = self.rows(table, &first.json);
            if rows.is_empty() && !is_last {
                self.findings.truncate(said);
                continue;
            }
            let rows = self.envelope(table, &first);
            self.members(table, &first, &rows).await?;
            self.dates(table, &rows, &first.reply);
            return Ok(());
        }
        Ok(())
    }

    /// Rows inside of a parent's.
    fn inside(&mut self, table: &'a Table) {
        let parent = table.parent.as_ref().map(|p| p.table.clone()).unwrap_or_default();
        let place = table.inside.clone().unwrap_or_default();
        let parents: Vec<Value> =
            self.samples.get(&parent).into_iter().flatten().map(|(_, json)| json.clone()).collect();
        if parents.is_empty() {
            return self.told(table, "inside", format!("not found out: no row of `{parent}` was seen"));
        }
        let of = |place: &str| -> Vec<Value> {
            parents
                .iter()
                .filter_map(|json| find(json, place)?.as_array())
                .flatten()
                .take(SAMPLE_ROWS)
                .cloned()
                .collect()
        };
        let mut rows = of(&place);
        if !parents.iter().any(|json| find(json, &place).is_some_and(|v| v.is_array() || v.is_null())) {
            let arrays: Vec<String> = parents.iter().flat_map(envelope::arrays).map(|(place, _)| place).collect();
            let Some(other) = members::alike(std::slice::from_ref(&place), &arrays).map(ToOwned::to_owned) else {
                return self.told(table, "inside", format!("no row of `{parent}` has `{place}`"));
            };
            rows = of(&other);
            let found = format!("the rows are at `{other}`");
            self.corrected(table, "inside", found, place, Change::Inside(other));
        }
        let rows: Vec<&Value> = rows.iter().collect();
        if !rows.is_empty() {
            self.look_at_members(table, &rows, false);
        }
        self.keep(table, &rows);
    }

    /// The first page, by the first path that answers.
    async fn first(
        &mut self,
        table: &'a Table,
        pager: &Pager<'a>,
        make: &(dyn Fn(&Route) -> Result<Option<Query<'a>>> + Send + Sync),
    ) -> Result<Option<First<'a>>, Failure> {
        let position = pager.newest();
        let mut said = Vec::new();
        for (number, path) in table.path.iter().enumerate() {
            let mut route = Route::by(number);
            let asked = |route: &Route| make(route)?.ok_or_else(|| Error::Internal("a path without a value".into()));
            let mut query = asked(&route)?;
            let mut answer = query.raw(&position, Trial::Look).await;
            if table.columns_in.is_some() && is_refused_otherwise(&answer) {
                // It may be a member that it does not know.
                answer = match self.fetch.route(table, make).await {
                    Ok(found) => {
                        route = found.clone();
                        query = asked(&route)?;
                        query.raw(&position, Trial::Look).await
                    }
                    Err(failure) => Err(failure),
                };
            }
            let mut size = None;
            for smaller in SIZES.iter().filter(|size| pager.size().is_some_and(|(_, asked)| **size < asked)) {
                if matches!(answer, Err(Failure::Refused { status: 400 | 422, .. })) {
                    answer = query.raw(&position, Trial::Size(*smaller)).await;
                    size = Some(*smaller);
                }
            }
            match answer {
                Ok((json, reply)) => {
                    if table.path.len() > 1 {
                        let path = table.path[route.path].to_string();
                        let found = format!("`{path}` answers{}", also(&said));
                        let was = table.path.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
                        self.corrected(table, "path", found, was, Change::Path(path));
                    }
                    for (column, member) in route.columns_without(table) {
                        self.told(
                            table,
                            "column",
                            format!("`{column}`: the source does not know the member `{member}`"),
                        );
                    }
                    if let Some((size, (_, asked))) = size.zip(pager.size()) {
                        let found = format!("{asked} rows a page are refused, {size} are not");
                        self.corrected(table, "size", found, asked.to_string(), Change::SizeMax(size));
                    }
                    return Ok(Some(First { query, position, json, reply, size }));
                }
                Err(Failure::Refused { status, reason }) if is_no_path(status) => {
                    said.push(format!("`{path}`: {reason}"))
                }
                Err(Failure::Refused { reason, .. }) => {
                    self.told(table, "path", format!("`{path}` is refused: {reason}"));
                    return Ok(None);
                }
                Err(Failure::Failed(Error::Reply { reason, .. })) => said.push(format!("`{path}`: {reason}")),
                Err(failure) => return Err(failure),
            }
        }
        self.told(table, "path", format!("none answers: {}", said.join("; ")));
        Ok(None)
    }
}

impl Change {
    /// Whether it is made where other tables have it from, too.
    fn is_shared(&self, table: &Table) -> bool {
        matches!(self, Self::Dates(_)) || matches!(self, Self::SizeMax(_) | Self::Paging(_)) && table.paging.is_none()
    }
}

/// Whether a call was refused though the path is there.
fn is_refused_otherwise<T>(answer: &Result<T, Failure>) -> bool {
    matches!(answer, Err(Failure::Refused { status, .. }) if !is_no_path(*status))
}

fn also(said: &[String]) -> String {
    if said.is_empty() { String::new() } else { format!("; not {}", said.join("; not ")) }
}
