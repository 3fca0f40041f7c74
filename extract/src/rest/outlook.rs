//! How many calls an extract takes and how long, from what is known so far: totals of first pages at the beginning, counts of what
//! has been read later.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use deskferry_http::Stats;

use super::row::Row;
use super::row::{cell, is_there};
use crate::lock::lock;
use crate::spec::{Paging, Rest, Spec, Table};

/// What is known of one table.
#[derive(Debug, Clone, Default)]
struct Gauge {
    /// Rows by the source's own count, of each pass.
    totals: Vec<u64>,
    /// Rows of a page.
    step: u64,
    /// Rows or parents that were asked, and rows that came.
    units: u64,
    rows: u64,
    /// All of its rows, once it has ended or its list has.
    listed: Option<u64>,
    /// Of parents that were looked at, those that are asked, and all.
    asked: (u64, u64),
    /// Rows that these parents tell of, where what they are asked by is a number.
    told: f64,
    /// Of rows that were looked at, those that have changed, and all; where only the former are asked for further.
    changed: (u64, u64),
}

impl Gauge {
    /// The share of rows that are asked for further.
    fn share(&self) -> f64 {
        let (changed, all) = self.changed;
        if all > 0 { changed as f64 / all as f64 } else { 1.0 }
    }
}

/// What is known of all tables.
#[derive(Debug, Default)]
pub(super) struct Outlook {
    gauges: Mutex<BTreeMap<String, Gauge>>,
    /// Calls that were expected at the beginning.
    first: Mutex<Option<u64>>,
    /// Calls that were made for the forecast alone.
    looks: AtomicU64,
}

impl Outlook {
    fn gauges(&self) -> MutexGuard<'_, BTreeMap<String, Gauge>> {
        lock(&self.gauges)
    }

    fn with(&self, table: &str, f: impl FnOnce(&mut Gauge)) {
        f(self.gauges().entry(table.to_owned()).or_default());
    }

    /// A page of a list has come.
    pub(super) fn page(&self, table: &str, pass: usize, total: Option<u64>, rows: u64) {
        self.with(table, |gauge| {
            if gauge.totals.len() <= pass {
                gauge.totals.resize(pass + 1, 0);
            }
            gauge.totals[pass] = total.unwrap_or(gauge.totals[pass].max(rows));
            gauge.step = gauge.step.max(rows);
        });
    }

    /// Rows of a parent, of which some are asked for rows of this table.
    pub(super) fn parents<'r>(&self, spec: &Spec, parent: &Table, rows: impl Iterator<Item = &'r Row> + Clone) {
        for table in spec.tables.iter().filter(|t| t.is_child_of(parent)) {
            let Some(column) = &table.parent_if else { continue };
            // Rows that do not say it in the list say it in full only.
            let told = rows.clone().filter_map(|row| cell(parent, row, column));
            let (mut asked, mut all, mut rows) = (0, 0, 0.0);
            for value in told {
                asked += u64::from(is_there(Some(value)));
                all += 1;
                rows += value.parse().unwrap_or(0.0);
            }
            self.with(&table.name, |gauge| {
                gauge.asked = (gauge.asked.0 + asked, gauge.asked.1 + all);
                gauge.told += rows;
            });
        }
    }

    /// Rows have come of which only those that have changed are asked for further.
    pub(super) fn changed(&self, table: &str, changed: u64, all: u64) {
        self.with(table, |gauge| gauge.changed = (gauge.changed.0 + changed, gauge.changed.1 + all));
    }

    /// All rows of a list are known.
    pub(super) fn listed(&self, table: &str, rows: u64) {
        self.with(table, |gauge| gauge.listed = Some(rows));
    }

    /// A row or a parent was asked, and gave so many rows.
    pub(super) fn unit(&self, table: &str, rows: u64) {
        self.with(table, |gauge| {
            gauge.units += 1;
            gauge.rows += rows;
        });
    }

    /// Calls in all.
    pub(super) fn calls<'t>(
        &self,
        spec: &Spec,
        rest: &Rest,
        sample: Option<u64>,
        tables: impl Iterator<Item = &'t Table>,
    ) -> u64 {
        let gauges = self.gauges();
        let view = View { spec, rest, sample, gauges: &gauges };
        let looks = self.looks.load(Ordering::Relaxed);
        tables.map(|table| view.calls(table)).sum::<f64>().round() as u64 + looks
    }

    /// A page was asked for that will be asked for again.
    pub(super) fn look(&self) {
        self.looks.fetch_add(1, Ordering::Relaxed);
    }

    /// Remembers what was expected at the beginning.
    pub(super) fn begin(&self, calls: u64) {
        *lock(&self.first) = Some(calls);
    }

    /// What was expected at the beginning.
    pub(super) fn first(&self) -> Option<u64> {
        *lock(&self.first)
    }
}

struct View<'a> {
    spec: &'a Spec,
    rest: &'a Rest,
    sample: Option<u64>,
    gauges: &'a BTreeMap<String, Gauge>,
}

impl View<'_> {
    fn gauge(&self, table: &Table) -> Gauge {
        self.gauges.get(&table.name).cloned().unwrap_or_default()
    }

    fn parent(&self, table: &Table) -> Option<&Table> {
        self.spec.table(&table.parent.as_ref()?.table)
    }

    /// Rows that a table has.
    fn rows(&self, table: &Table) -> f64 {
        let gauge = self.gauge(table);
        let rows = match (self.parent(table), gauge.listed) {
            (_, Some(listed)) => listed as f64,
            // Nothing tells of them but the rows that they are in.
            (Some(_), None) if table.inside.is_some() => 0.0,
            (Some(_), None) => {
                let each = match (gauge.units, gauge.asked.0) {
                    (0, asked) if asked > 0 && gauge.told > 0.0 => gauge.told / asked as f64,
                    (0, _) => 1.0,
                    (units, _) => gauge.rows as f64 / units as f64,
                };
                self.parents(table) * each
            }
            (None, None) => gauge.totals.iter().sum::<u64>() as f64,
        };
        match self.sample.filter(|_| self.spec.has_children(table)) {
            Some(sample) => rows.min(sample as f64),
            None => rows,
        }
    }

    /// Parents that are asked for the rows of a table.
    fn parents(&self, table: &Table) -> f64 {
        let Some(parent) = self.parent(table) else { return 0.0 };
        let (asked, all) = self.gauge(table).asked;
        let share = if table.parent_if.is_some() && all > 0 { asked as f64 / all as f64 } else { 1.0 };
        self.rows(parent) * share * self.gauge(parent).share()
    }

    fn calls(&self, table: &Table) -> f64 {
        let gauge = self.gauge(table);
        let list = if table.inside.is_some() || table.dropped {
            0.0
        } else if table.parent.is_some() {
            self.parents(table)
        } else {
            let paging = table.paging.as_ref().unwrap_or(&self.rest.paging);
            let pages = |total: u64| total.div_ceil(gauge.step.max(1)).max(1);
            let passes = table.passes.len().max(1);
            let known: u64 = match paging {
                Paging::None | Paging::Windows { .. } => gauge.totals.len().max(passes) as u64,
                // And a look whether anything comes after the last.
                Paging::Page { .. } | Paging::Offset { .. } => gauge.totals.iter().map(|total| pages(*total) + 1).sum(),
                _ => gauge.totals.iter().map(|total| pages(*total)).sum(),
            };
            known.max(passes as u64) as f64
        };
        let details = if table.detail.is_some() { self.rows(table) * gauge.share() } else { 0.0 };
        let files = if table.download.is_some() && !table.dropped { self.rows(table) * gauge.share() } else { 0.0 };
        list + details + files
    }
}

/// How long so many calls take: at the granted rate, or one after another where none is known.
pub(super) fn takes(calls: u64, stats: &Stats, in_flight: usize) -> Option<Duration> {
    let possible = in_flight as f64 / stats.latency.as_secs_f64().max(0.001);
    let rate = match stats.granted_per_second {
        Some(granted) => granted.min(possible),
        None if stats.latency.is_zero() => return None,
        None => possible,
    };
    Some(Duration::from_secs_f64((calls as f64 / rate.max(0.001)).min(1e9)))
}

/// A stretch of time as people say it.
pub(super) fn said(duration: Duration) -> String {
    match (duration.as_secs() / 3600, duration.as_secs() / 60 % 60, duration.as_secs() % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, _) => format!("{minutes} min"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}
