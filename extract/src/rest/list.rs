//! A list, read until it is proven to be all of it.
//!
//! A list is read page by page until the source says that it ends, or a page is empty or the same as the one before; a total is
//! no end but a reason to look whether anything comes after it. Rows that change place while the list is read come twice or not
//! at all: each key is kept once, and where the source counts more rows than were seen, or its count has fallen meanwhile, the
//! list is read again until a reading misses nothing. What is still missing then is told, never taken for all.

use std::collections::{BTreeSet, HashSet};

use std::time::Duration;

use chrono::TimeDelta;
use futures::StreamExt as _;
use futures::stream::FuturesOrdered;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::api::Failure;
use super::capture::{End, Entry, LogWriter};
use super::fetch::Fetch;
use super::page::{Page, Query};
use super::paging::Position;
use super::row::{Row, cell, has_key, hash, key, set};
use crate::hash::{self, Hash, of_texts, written};
use crate::spec::Table;
use crate::{Error, Result};

/// Most readings of one list.
const ROUNDS_MAX: u32 = 6;
/// Most times that a scroll is begun anew.
const SCROLL_RESTARTS_MAX: u32 = 12;
/// Pause before a scroll is asked for again that was not opened. Intercom closes one a minute after its last use.
const SCROLL_WAIT: Duration = Duration::from_secs(10);
/// Rows that changed so long before the time that was asked for show that the source does not heed it; less may be a clock.
const HEEDED_HOURS: i64 = 24;

/// Where the reading of a list is. All of it is in the log after each page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Mark {
    /// Which of the table's passes.
    pass: usize,
    /// Which reading of it, from 0.
    round: u32,
    /// Whether this reading has begun.
    begun: bool,
    /// The next page; `None`: this reading has not begun or is at its end.
    next: Option<Position>,
    /// The source's own count when it was last told.
    pub(super) total: Option<u64>,
    /// Whether it has fallen in this reading.
    fell: bool,
    /// Whether all that it counts was seen, and what comes now is a look beyond.
    beyond: bool,
    /// Rows that came twice in this reading.
    repeated: u64,
    /// Rows that this reading was the first to see.
    added: u64,
    added_before: Option<u64>,
    /// Rows that this pass was the first to see.
    pass_added: u64,
    /// Rows of a page, as the source gives them.
    pub(super) step: u64,
    /// Rows of this reading's pages, those that came twice included.
    raw: u64,
    /// Pages of this reading.
    pages: u64,
    /// Rows by the source's own count in passes that have ended; `None` once one of them had none.
    counted: Option<u64>,
    /// Total and rows of the first pass, to tell a filter that is ignored.
    first_pass: Option<(Option<u64>, u64)>,
    /// Rows that the source counts and does not give.
    missing: u64,
    /// Whether the source has cut the list off.
    cut: bool,
    /// How often a scroll was begun anew.
    #[serde(default)]
    restarts: u32,
    /// Rows of this page that were seen in another reading or pass.
    again: Vec<String>,
}

/// What is known of a list that is being read; made of the log's entries alone.
#[derive(Default)]
struct State {
    /// Every row.
    seen: HashSet<Hash>,
    /// Rows of this reading.
    round: HashSet<Hash>,
    mark: Option<Mark>,
    members: BTreeSet<String>,
    heeds_since: bool,
    /// Whether the log says how the table is asked for.
    has_route: bool,
    /// Pages and places of this reading, as far as this process has read them.
    been: HashSet<Hash>,
}

impl State {
    fn apply(&mut self, table: &Table, entry: &Entry) {
        match entry {
            Entry::Row(row) => {
                let hash = hash(table, row);
                self.seen.insert(hash);
                self.round.insert(hash);
            }
            Entry::Page(mark) => {
                self.round.extend(mark.again.iter().filter_map(|h| hash::read(h)));
                if !mark.begun {
                    self.round.clear();
                }
                self.mark = Some((**mark).clone());
            }
            Entry::Members(names) => self.members.extend(names.iter().cloned()),
            _ => {}
        }
    }
}

/// One list that is read.
struct Listing<'a> {
    fetch: &'a Fetch<'a>,
    table: &'a Table,
    writer: &'a LogWriter,
    state: State,
    /// Only so many rows, for a sample of a list that puts the newest first.
    most: Option<u64>,
    /// Who reads rows in full while the list is still read.
    early: Option<mpsc::Sender<Row>>,
}

impl<'a> Fetch<'a> {
    /// Reads the list of a table into its log, from where the log ends. `early` is given the rows as they come.
    pub(super) async fn list(&'a self, table: &'a Table, log: &str, early: Option<mpsc::Sender<Row>>) -> Result<()> {
        let writer = self.writer(&table.name, log).await?;
        let mut state = State { heeds_since: true, ..State::default() };
        let mut entries = self.capture.entries(&table.name, log).await?;
        while let Some(entry) = entries.next().await {
            let entry = entry?;
            state.apply(table, &entry);
            if let Entry::Route(route) = entry {
                self.remember_route(table, route);
                state.has_route = true;
            }
        }
        let sample = self.capture.plan.sample.filter(|_| self.spec.has_children(table));
        let most = sample.filter(|_| !table.newest.0.is_empty());
        let mut listing = Listing { fetch: self, table, writer: &writer, state, most, early };
        let end = match listing.passes().await {
            Ok(end) => end,
            Err(Failure::Failed(error)) => return Err(error),
            Err(Failure::Refused { status, reason }) => self.refused(table, status, reason)?,
        };
        self.outlook.listed(&table.name, listing.state.seen.len() as u64);
        writer.push(&[Entry::End(end)]).await?;
        writer.flush().await
    }
}

impl Listing<'_> {
    async fn passes(&mut self) -> Result<End, Failure> {
        let fetch = self.fetch;
        let passes = self.table.readings();
        let mut mark = self.state.mark.take().unwrap_or_else(|| Mark { counted: Some(0), ..Mark::default() });
        while let Some(pass) = passes.get(mark.pass) {
            let query = fetch.query(self.table, pass).await?;
            if let Some(route) = fetch.known_route(self.table).filter(|_| !self.state.has_route) {
                self.writer.push(&[Entry::Route(route.clone())]).await?;
                self.state.has_route = true;
            }
            let query = query.ok_or_else(|| Error::Internal(format!("`{}` has no path", self.table.name)))?;
            if !mark.begun {
                (mark.begun, mark.next) = (true, Some(query.pager.first()));
            }
            self.read(&query, &mut mark).await?;
            let told = self.judge(&query, &mut mark);
            let mut unit: Vec<Entry> = told.into_iter().map(Entry::Remark).collect();
            unit.push(Entry::Page(Box::new(mark.clone())));
            self.writer.push(&unit).await?;
        }
        Ok(self.end(&mark).await?)
    }

    /// Reads to the end of this reading. Where places are known beforehand and rows are left to come, several pages are asked
    /// for at a time; they are taken in order.
    async fn read(&mut self, query: &Query<'_>, mark: &mut Mark) -> Result<(), Failure> {
        let mut waiting = FuturesOrdered::new();
        let mut asked = Vec::new();
        while let Some(next) = mark.next.clone() {
            if asked.first() != Some(&next) {
                // A place that was guessed wrong.
                (waiting, asked) = (FuturesOrdered::new(), Vec::new());
            }
            while asked.len() < self.fetch.ahead() {
                let position = match asked.len() as u64 {
                    0 => Some(next.clone()),
                    pages => query.pager.ahead(&next, pages, mark.step).filter(|position| {
                        let before = query.pager.rows_before(position, mark.step);
                        mark.step > 0 && mark.total.zip(before).is_some_and(|(total, before)| before < total)
                    }),
                };
                let Some(position) = position else { break };
                asked.push(position.clone());
                let is_first = mark.pass == 0 && mark.round == 0 && position == query.pager.first();
                let looked = if is_first { self.fetch.first_page(self.table) } else { None };
                waiting.push_back(async move {
                    match looked {
                        Some(page) => Ok(page),
                        None => query.page(&position).await,
                    }
                });
            }
            let Some(page) = waiting.next().await else { break };
            asked.remove(0);
            match page {
                Err(failure) if query.pager.is_scroll() => {
                    (waiting, asked) = (FuturesOrdered::new(), Vec::new());
                    self.scroll_again(query, mark, failure).await?;
                }
                // Behind the last page some sources refuse instead of giving an empty one.
                Err(failure) if failure.is_end() && mark.pages > 0 && !query.pager.ends_by_word() => mark.next = None,
                page => self.take(query, mark, page?).await?,
            }
        }
        Ok(())
    }

    /// What becomes of a scroll that the source refuses: one that it has lost is begun anew, one that it does not open because
    /// another stands open is waited for. Rows are known by their keys, so none comes twice.
    async fn scroll_again(&mut self, query: &Query<'_>, mark: &mut Mark, failure: Failure) -> Result<(), Failure> {
        let is_first = mark.next.as_ref() == Some(&query.pager.first());
        match &failure {
            // So does Intercom where there is not one company.
            Failure::Refused { status: 404, .. } if is_first => {
                mark.next = None;
                return Ok(());
            }
            Failure::Refused { status: 400 | 404 | 409 | 410 | 422 | 500.., .. } => {}
            _ => return Err(failure),
        }
        mark.restarts += 1;
        if mark.restarts > SCROLL_RESTARTS_MAX {
            return Err(failure);
        }
        if is_first {
            tokio::time::sleep(SCROLL_WAIT).await;
        }
        self.state.been.clear();
        self.state.round.clear();
        (mark.raw, mark.pages, mark.repeated) = (0, 0, 0);
        mark.next = Some(query.pager.first());
        Ok(())
    }

    /// Takes the rows of a page and finds out whether the list goes on.
    async fn take(&mut self, query: &Query<'_>, mark: &mut Mark, page: Page) -> Result<()> {
        // One stretch of time may be like another; pages of one list are not.
        let is_same = !page.rows.is_empty() && !query.pager.is_windows() && !self.state.been.insert(page.hash);
        let mut unit = Vec::new();
        let (added, told) = if is_same { (0, None) } else { self.rows(mark, &page, &mut unit)? };
        unit.extend(told.map(Entry::Remark));
        unit.extend(self.first_page(query, mark, &page).map(Entry::Remark));
        if let (Some(before), Some(now)) = (mark.total, page.total) {
            mark.fell |= now < before && !query.pager.is_windows();
        }
        mark.total = match (query.pager.is_windows(), page.total) {
            (true, Some(of_window)) => Some(mark.total.unwrap_or(0) + of_window),
            (_, total) => total.or(mark.total),
        };
        let rows = page.rows.len() as u64;
        mark.raw += rows;
        mark.pages += 1;
        mark.cut |= query.is_cut(self.table, rows, page.total);
        unit.extend(page.remark.clone().map(Entry::Remark));
        let is_all = mark.total.is_some_and(|total| self.state.round.len() as u64 >= total);
        let is_over = if self.most.is_some_and(|most| self.state.seen.len() as u64 >= most) {
            true
        } else if query.pager.ends_by_word() {
            is_same
        } else {
            // Neither an empty page nor one that comes again has anything behind it. A total may: so one page more is read.
            page.rows.is_empty() || is_same || (mark.beyond && added == 0)
        };
        mark.beyond = is_all;
        mark.next = if is_over { None } else { page.next };
        if let Some(next) = &mark.next
            && query.pager.ends_by_word()
            && !self.state.been.insert(of_texts([format!("{next:?}").as_str()]))
        {
            return Err(query.wrong("its pages lead back to pages before".into()));
        }
        unit.push(Entry::Page(Box::new(mark.clone())));
        self.writer.push(&unit).await?;
        mark.again.clear();
        let total = mark.total.or(Some(self.state.round.len() as u64));
        self.fetch.outlook.page(&self.table.name, mark.pass, total, rows);
        let new = unit.iter().filter_map(|entry| match entry {
            Entry::Row(row) => Some(row),
            _ => None,
        });
        self.fetch.outlook.parents(self.fetch.spec, self.table, new.clone());
        self.fetch.count_changed(self.table, new.clone()).await?;
        if let Some(early) = &self.early {
            for row in new {
                // Who does not take them any more takes them from the log.
                let _ = early.send(row.clone()).await;
            }
        }
        self.fetch.tick(self.table, self.state.seen.len() as u64, mark.total.filter(|_| self.table.passes.len() < 2));
        Ok(())
    }

    /// The rows of a page that are new; how many came for the first time in this reading, and what there is to say.
    fn rows(&mut self, mark: &mut Mark, page: &Page, unit: &mut Vec<Entry>) -> Result<(u64, Option<String>)> {
        let mut members = BTreeSet::new();
        let (mut first, mut told) = (0, None);
        for json in &page.rows {
            if self.most.is_some_and(|most| self.state.seen.len() as u64 >= most) {
                break;
            }
            let mut row = self.fetch.selector().row(self.table, json, None, &mut members);
            if let Some(column) = &self.table.pass_column {
                set(self.table, &mut row, column, mark.pass.to_string());
            }
            let hash = hash(self.table, &row);
            if !self.state.round.insert(hash) {
                mark.repeated += 1;
                continue;
            }
            first += 1;
            if self.state.heeds_since && self.is_older(&row) {
                self.state.heeds_since = false;
                let name = self.table.since.as_ref().map(|since| since.at.as_str()).unwrap_or_default();
                told = Some(format!("the source does not heed `{name}`: it lists rows that did not change since, too"));
            }
            if !self.state.seen.insert(hash) {
                mark.again.push(written(hash));
                continue;
            }
            mark.added += 1;
            mark.pass_added += 1;
            if !has_key(self.table, &row) {
                unit.push(no_key(self.table, &row));
            }
            unit.extend(cut(self.fetch, self.table, &row));
            unit.push(Entry::Row(row));
        }
        members.retain(|name| self.state.members.insert(name.clone()));
        if !members.is_empty() {
            unit.push(Entry::Members(members.into_iter().collect()));
        }
        Ok((first, told))
    }

    /// Whether a row changed so long before the time that was asked for that the source cannot have heeded it.
    fn is_older(&self, row: &Row) -> bool {
        let since = self.fetch.capture.plan.since.get(&self.table.name).filter(|_| self.table.since.is_some());
        let Some(since) = since else { return false };
        let changed = self.table.updated_at.iter().filter_map(|column| cell(self.table, row, column)).max();
        let least = (*since - TimeDelta::hours(HEEDED_HOURS)).format("%Y-%m-%dT%H:%M:%S").to_string();
        changed.is_some_and(|changed| changed.replace(' ', "T") < least)
    }

    /// Learns how many rows a page really has.
    fn first_page(&self, query: &Query<'_>, mark: &mut Mark, page: &Page) -> Option<String> {
        if mark.step != 0 || page.rows.is_empty() {
            return None;
        }
        mark.step = page.rows.len() as u64;
        let (_, asked) = query.pager.size()?;
        let total = page.total?;
        let is_short = mark.step < asked && mark.step < total;
        is_short.then(|| format!("asked for {asked} rows a page, the source gives {}", mark.step))
    }

    /// Whether this reading missed nothing; else it is done again, as long as that helps. What there is to say of a pass.
    fn judge(&mut self, query: &Query<'_>, mark: &mut Mark) -> Option<String> {
        let read = self.state.round.len() as u64;
        let missing = mark.total.map_or(0, |total| total.saturating_sub(read));
        let is_clean = if mark.total.is_some() { missing == 0 && !mark.fell } else { mark.repeated == 0 };
        let is_stuck = mark.round > 1 && mark.added == 0 && mark.added_before == Some(0);
        mark.begun = false;
        self.state.been.clear();
        let fresh = Mark { counted: mark.counted, first_pass: mark.first_pass, ..Mark::default() };
        if !(is_clean || is_stuck || mark.round + 1 >= ROUNDS_MAX || self.most.is_some() || query.pager.is_one_reply())
        {
            let (pass, missing, cut) = (mark.pass, mark.missing, mark.cut);
            let (round, pass_added, step) = (mark.round + 1, mark.pass_added, mark.step);
            let added_before = Some(mark.added);
            *mark = Mark { pass, missing, cut, round, pass_added, step, added_before, ..fresh };
            self.state.round.clear();
            return None;
        }
        let now = (mark.total, read);
        let is_ignored = mark.pass > 0 && mark.pass_added == 0 && read > 0 && mark.first_pass == Some(now);
        let told = is_ignored.then(|| {
            let pass = &self.table.passes[mark.pass].0;
            let names: Vec<&str> = pass.iter().map(|(name, _)| name.as_str()).collect();
            format!("the source does not heed `{}`: it lists the same {read} rows with and without", names.join("`, `"))
        });
        let unproven = (!is_clean && missing == 0 && self.most.is_none() && !query.pager.is_one_reply())
            .then(|| format!("after {ROUNDS_MAX} readings rows still come and go: some may be missing"));
        let uncounted = (mark.total.is_none() && mark.pages > 2 && !query.pager.is_windows() && self.most.is_none())
            .then(|| "the source does not count these rows: one that was deleted while they were read may have moved another out of sight".to_owned());
        let told = told.or(unproven).or(uncounted);
        // Rows that another pass has seen are counted there.
        let overlap = read.saturating_sub(mark.pass_added);
        let counted = mark.counted.zip(mark.total).map(|(counted, total)| counted + total.saturating_sub(overlap));
        let missing = mark.missing + if self.most.is_some() { 0 } else { missing };
        let ends_at = |ceiling: u64| !query.pager.is_one_reply() && (mark.raw == ceiling || read == ceiling);
        let cut = mark.cut || self.table.ceiling.is_some_and(ends_at);
        let first_pass = mark.first_pass.or(Some(now));
        *mark = Mark { pass: mark.pass + 1, missing, cut, counted, first_pass, step: mark.step, ..Mark::default() };
        self.state.round.clear();
        told
    }

    async fn end(&self, mark: &Mark) -> Result<End> {
        let read = self.state.seen.len() as u64;
        let is_part = self.most.is_some() || self.fetch.capture.plan.since.contains_key(&self.table.name);
        let gone = mark.counted.map_or(0, |counted| read.saturating_sub(counted));
        if gone > 0 && !is_part {
            let remark =
                format!("{gone} rows went away while the list was read, or are counted no more: they are staged");
            self.writer.push(&[Entry::Remark(remark)]).await?;
        }
        let incomplete = match (mark.missing, mark.cut) {
            (0, false) => None,
            (0, true) => Some(format!("the source cuts the list off at {read} rows")),
            (missing, _) => Some(format!("the source counts {missing} rows more than it gives")),
        };
        Ok(End { source_rows: mark.counted.filter(|_| !is_part).map(|c| c.max(read)), incomplete })
    }
}

impl Mark {
    /// The rows of this page that were listed before, with the number of the pass that lists them now.
    pub(super) fn listed_again(&self) -> impl Iterator<Item = (Hash, usize)> {
        self.again.iter().filter_map(|h| Some((hash::read(h)?, self.pass)))
    }
}

/// The defects of a row inside of which the source gives fewer rows than it counts: a thread that it cuts off.
pub(super) fn cut(fetch: &Fetch<'_>, table: &Table, row: &Row) -> Vec<Entry> {
    let defect = |(inner, given, counted): (&str, u64, u64)| {
        let reason = format!("truncated: the source counts {counted} rows of {inner} and gives {given}");
        Entry::Defect(key(table, row), inner.to_owned(), counted.to_string(), reason)
    };
    fetch.selector().short(table, row).map(defect).collect()
}

/// The defect of a row that lacks a part of its key.
pub(super) fn no_key(table: &Table, row: &Row) -> Entry {
    let column = table.key.columns().join(", ");
    Entry::Defect(
        key(table, row),
        column,
        String::new(),
        "the key is missing: the row cannot be told from others".into(),
    )
}
