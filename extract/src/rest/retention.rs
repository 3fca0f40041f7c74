//! Tables whose old rows the source deletes by itself: they are read before all others, and what goes soon is told.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::api::{Failure, Scope};
use super::fetch::Fetch;
use super::page::Query;
use super::row::{Row, cell};
use super::times::moment;
use crate::Result;
use crate::spec::{Spec, Table};

/// Rows that go within so many days are told.
const SOON_DAYS: i64 = 14;
/// Most pages that are looked at for `check`.
const PAGES_MAX: u64 = 5;

/// How old the rows of a table are.
#[derive(Debug, Clone)]
pub(super) struct Ages<'a> {
    table: &'a Table,
    now: DateTime<Utc>,
    oldest: Option<DateTime<Utc>>,
    /// Rows that were seen, and those of them that go soon.
    seen: u64,
    soon: u64,
}

impl<'a> Ages<'a> {
    pub(super) fn new(table: &'a Table, now: DateTime<Utc>) -> Self {
        Self { table, now, oldest: None, seen: 0, soon: 0 }
    }

    /// Takes a row; whether it goes soon.
    pub(super) fn see(&mut self, row: &Row) -> bool {
        let Some(retention) = &self.table.retention else { return false };
        let text = cell(self.table, row, &retention.column);
        let Some(time) = text.and_then(moment) else {
            return false;
        };
        self.seen += 1;
        self.oldest = Some(self.oldest.map_or(time, |oldest| oldest.min(time)));
        let goes_soon = self.goes(time) <= self.now + TimeDelta::days(SOON_DAYS);
        self.soon += u64::from(goes_soon);
        goes_soon
    }

    /// When the source deletes a row of this time.
    fn goes(&self, time: DateTime<Utc>) -> DateTime<Utc> {
        time + TimeDelta::days(self.table.retention.as_ref().map_or(0, |retention| i64::from(retention.days)))
    }

    /// In words; `of` says what rows were looked at, where not all were.
    pub(super) fn told(&self, of: &str) -> Option<String> {
        let (retention, oldest) = (self.table.retention.as_ref()?, self.oldest?);
        let (age, days) = ((self.now - oldest).num_days(), retention.days);
        let first = self.goes(oldest).max(self.now).format("%Y-%m-%d");
        let soon = match self.soon {
            0 => format!("none goes before {first}"),
            soon => format!("{soon} go within {SOON_DAYS} days, the first on {first}: extract soon"),
        };
        let name = &self.table.name;
        Some(format!("{name}: the source deletes rows after {days} days; the oldest{of} is {age} days old, {soon}"))
    }
}

/// The tables that are read before others: those whose rows go, what belongs to them, and what has to be read for that.
pub(super) fn urgent(spec: &Spec, is_sample: bool) -> BTreeSet<String> {
    let mut urgent: BTreeSet<String> =
        spec.tables.iter().filter(|t| t.retention.is_some()).map(|t| t.name.clone()).collect();
    loop {
        let of_urgent = |t: &&Table| t.parent.as_ref().is_some_and(|p| urgent.contains(&p.table));
        let children = spec.tables.iter().filter(of_urgent).map(|t| t.name.clone());
        let of_table = |t: &Table| {
            let naming = t.named_by.iter().filter(|_| is_sample).map(|n| n.table.clone());
            t.parent.iter().map(|p| p.table.clone()).chain(naming).collect::<Vec<_>>()
        };
        let before = urgent.iter().filter_map(|name| spec.table(name)).flat_map(of_table);
        let more: Vec<String> = children.chain(before).filter(|name| !urgent.contains(name)).collect();
        if more.is_empty() {
            return urgent;
        }
        urgent.extend(more);
    }
}

impl<'a> Fetch<'a> {
    /// Waits until tables whose rows go are read, where this one can wait.
    pub(super) async fn wait_for_urgent(&self, table: &Table) {
        if self.urgent.contains(&table.name) {
            return;
        }
        for other in self.needed.iter().filter(|t| self.urgent.contains(&t.name) && (t.inside.is_none() || t.dropped)) {
            self.ended(other).cancelled().await;
        }
    }

    /// What goes soon, by a few pages of each list whose rows go: the last, where the list can be put newest first.
    pub(super) async fn going(&'a self) -> Result<Vec<String>> {
        let mut told = Vec::new();
        for table in self.lists().filter(|table| table.retention.is_some()) {
            match self.going_of(table).await {
                Ok(remark) => told.extend(remark),
                Err(Failure::Refused { .. }) => {}
                Err(Failure::Failed(error)) => return Err(error),
            }
        }
        Ok(told)
    }

    async fn going_of(&'a self, table: &'a Table) -> Result<Option<String>, Failure> {
        let route = self.route(table, &|route| self.newest_first(table, route)).await?;
        let Some(query) = self.newest_first(table, route)? else { return Ok(None) };
        let mut ages = Ages::new(table, self.capture.plan.begun);
        let first = query.page(&query.pager.first()).await?;
        let step = first.rows.len() as u64;
        let pages = first.total.filter(|_| step > 0).map_or(1, |total| total.div_ceil(step));
        self.see(&mut ages, &first.rows);
        let mut looked = 1;
        while looked < PAGES_MAX && looked < pages {
            let Some(position) = query.pager.ahead(&query.pager.first(), pages - looked, step) else { break };
            let page = query.page(&position).await?;
            looked += 1;
            let (soon, rows) = (self.see(&mut ages, &page.rows), page.rows.len() as u64);
            if soon < rows {
                break;
            }
        }
        let is_all = looked >= pages && first.next.is_none() || looked > 1 && !table.newest.0.is_empty();
        Ok(ages.told(&if is_all { String::new() } else { format!(" of {} that were looked at", ages.seen) }))
    }

    fn newest_first(&'a self, table: &'a Table, route: &super::route::Route) -> Result<Option<Query<'a>>> {
        Query::new(&self.api, table, self.pager(table)?, Scope::default(), &[&table.newest], route)
    }

    /// Takes the rows of a page; how many of them go soon.
    fn see(&self, ages: &mut Ages<'_>, rows: &[serde_json::Value]) -> u64 {
        let mut members = BTreeSet::new();
        let rows = rows.iter().map(|row| self.selector().row(ages.table, row, None, &mut members)).collect::<Vec<_>>();
        rows.iter().filter(|row| ages.see(row)).count() as u64
    }
}
