//! What is asked of one table whose path answers: where its rows are, which members they have, how dates, pages, sizes and filters
//! work.

use chrono::{DateTime, TimeDelta, Utc};
use deskferry_http::{Reply, Request};
use serde_json::Value;

use super::overlay::Change;
use super::{Finding, First, Probe, SAMPLE_ROWS, dates, envelope, members};
use crate::Result;
use crate::rest::api::{Failure, Scope};
use crate::rest::page::{LOOK_REFUSALS, count};
use crate::rest::route::Trial;
use crate::rest::row::{Row, find, find_first};
use crate::spec::{Column, ColumnType, Table};

/// A parameter that no source knows.
const UNKNOWN: &str = "deskferry_probe";
/// Members that are named in one finding.
const NAMES_MAX: usize = 30;

impl<'a> Probe<'a> {
    /// The rows of a reply by the places of the spec, or by those that were found.
    pub(super) fn rows(&self, table: &Table, json: &Value) -> Vec<Value> {
        if let Some(place) = &table.row {
            return find(json, place).filter(|row| row.is_object()).cloned().into_iter().collect();
        }
        let found = self.changes.iter().rev().find_map(|(name, change, _)| match change {
            Change::Rows(places) if *name == table.name => Some(places.clone()),
            _ => None,
        });
        let mut places = found.unwrap_or_else(|| table.rows.clone());
        places.push(String::new());
        places.iter().find_map(|place| find(json, place)?.as_array()).cloned().unwrap_or_default()
    }

    /// Where the rows and the total are.
    pub(super) fn envelope(&mut self, table: &'a Table, first: &First<'_>) -> Vec<Value> {
        if let Some(place) = &table.row {
            let rows = self.rows(table, &first.json);
            if rows.is_empty() {
                self.told(table, "row", format!("no object is at `{place}`"));
            }
            return rows;
        }
        let json = &first.json;
        let has_place = table
            .rows
            .iter()
            .map(String::as_str)
            .chain([""])
            .any(|place| find(json, place).is_some_and(Value::is_array));
        if !has_place && !json.is_null() {
            match envelope::arrays(json).into_iter().next() {
                Some((place, count)) => {
                    let found = format!("{count} rows are at `{place}`");
                    let was = if table.rows.is_empty() { "the reply itself".to_owned() } else { table.rows.join(", ") };
                    let places = std::iter::once(place).chain(table.rows.iter().cloned()).collect();
                    self.corrected(table, "rows", found, was, Change::Rows(places));
                }
                None => self.told(table, "rows", "no array of rows is in the reply"),
            }
        }
        let rows = self.rows(table, json);
        let total = find_first(json, &table.total).and_then(count);
        if total.is_none() && !rows.is_empty() {
            let found = envelope::totals(json, rows.len() as u64);
            // A number that is that of the page's rows may be nothing else.
            match found
                .iter()
                .find(|(_, count)| *count > rows.len() as u64)
                .or(found.first().filter(|_| !table.total.is_empty()))
            {
                Some((place, count)) => {
                    let places = std::iter::once(place.clone()).chain(table.total.iter().cloned()).collect();
                    let found = format!("the source counts {count} rows at `{place}`");
                    self.corrected(table, "total", found, table.total.join(", "), Change::Total(places));
                }
                None if !table.total.is_empty() => {
                    self.told(
                        table,
                        "total",
                        format!("nothing is at {}: completeness is not proven by a count", table.total.join(", ")),
                    );
                }
                None => {}
            }
        }
        rows
    }

    /// Which members rows have; of those that are read in full also in full.
    pub(super) async fn members(&mut self, table: &'a Table, first: &First<'a>, rows: &[Value]) -> Result<(), Failure> {
        let mut all: Vec<Value> = rows.to_vec();
        if rows.is_empty() {
            self.told(table, "columns", "not found out: there are no rows");
            return Ok(());
        }
        if let Some(detail) = &table.detail {
            // What tells the row has to be known first.
            self.look_at_members(table, &all.iter().collect::<Vec<_>>(), true);
            let row = self.row(table, &rows[0]);
            let scope = Scope { row: Some((table, &row)), parent: None };
            let api = &self.fetch.api;
            match api.path(&detail.path, scope).zip(api.query(&detail.query, scope)) {
                None => self.told(table, "detail", "not found out: a column that the path needs is missing"),
                Some((path, query)) => {
                    let request = Request { query, refusals: LOOK_REFUSALS, ..Request::get(path) };
                    match api.json(&format!("table `{}`", table.name), request).await {
                        Ok((json, _)) => match find(&json, &detail.row).filter(|full| full.is_object()) {
                            Some(full) => {
                                all.push(full.clone());
                                if let (Some(own), Some(more)) = (all[0].as_object().cloned(), full.as_object()) {
                                    all[0] =
                                        own.into_iter().chain(more.clone()).collect::<serde_json::Map<_, _>>().into();
                                }
                            }
                            None => self.told(table, "detail", "no object is where the row in full should be"),
                        },
                        Err(Failure::Refused { reason, .. }) => {
                            self.told(table, "detail", format!("refused: {reason}"))
                        }
                        Err(failure) => return Err(failure),
                    }
                }
            }
        }
        let kept = all.len();
        if let Some(name) = &table.columns_in {
            // Only what is asked for comes: one row with all that it has.
            match first.query.clone().without(name).raw(&first.position, Trial::Brief).await {
                Ok((json, _)) => all.extend(self.rows(table, &json).into_iter().take(1)),
                Err(Failure::Refused { reason, .. }) => {
                    self.told(table, "undeclared", format!("not found out: without `{name}` it is refused: {reason}"));
                }
                Err(failure) => return Err(failure),
            }
        }
        let all: Vec<&Value> = all.iter().collect();
        self.look_at_members(table, &all, false);
        self.keep(table, &all[..kept]);
        Ok(())
    }

    /// Looks for the declared columns and for what is not declared; or corrects those of the key alone.
    pub(super) fn look_at_members(&mut self, table: &Table, rows: &[&Value], keys_only: bool) {
        if !rows.iter().any(|row| row.is_object()) {
            return;
        }
        let filled = [table.parent.as_ref().map(|p| &p.column), table.pass_column.as_ref(), table.position.as_ref()];
        let filled: Vec<&str> = filled.into_iter().flatten().map(String::as_str).collect();
        let selector = self.fetch.selector();
        let insides = selector.insides(table).filter_map(|t| t.inside.as_deref());
        let insides: Vec<&str> = insides.map(|place| place.split('.').next().unwrap_or(place)).collect();
        let so_far = self.so_far(table);
        let found = members::seen(&so_far, rows, &filled, &insides);
        let without = self.fetch.known_route(table).map(|route| route.columns_without(table)).unwrap_or_default();
        let is_key = |column: &Column| table.key.columns().contains(&column.name);
        for column in found.missing.iter().filter(|column| !keys_only || is_key(column)) {
            let was = column.places().join(", ");
            match members::alike(column.places(), &found.undeclared) {
                Some(other) => {
                    let change = Change::Place(column.name.clone(), other.to_owned());
                    let text = format!("`{}`: rows have `{other}`", column.name);
                    self.corrected(table, "column", text, was, change);
                }
                None if keys_only || without.iter().any(|(name, _)| *name == column.name) => {}
                None if is_key(column) => {
                    self.told(
                        table,
                        "key",
                        format!("`{}` is in none of {} rows, and nothing like it", column.name, rows.len()),
                    );
                }
                None => self.told(table, "column", format!("`{}` is in none of {} rows", column.name, rows.len())),
            }
        }
        let names: Vec<&str> = found.undeclared.iter().map(String::as_str).filter(|name| !name.contains('.')).collect();
        if !names.is_empty() && !keys_only {
            let more = names.len().saturating_sub(NAMES_MAX);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let names = names.into_iter().take(NAMES_MAX).collect::<Vec<_>>().join(", ");
            self.told(table, "undeclared", format!("{names}{more}"));
        }
    }

    /// A table with the further places of its columns that were found.
    fn so_far(&self, table: &Table) -> Table {
        let mut table = table.clone();
        for (name, change, _) in &self.changes {
            if let (true, Change::Place(column, place)) = (*name == table.name, change)
                && let Some(column) = table.columns.iter_mut().find(|c| c.name == *column)
            {
                column.at = column.places().iter().cloned().chain([place.clone()]).collect();
            }
        }
        table
    }

    /// A row by the spec as it was corrected.
    fn row(&self, table: &Table, json: &Value) -> Row {
        self.fetch.selector().row(&self.so_far(table), json, None, &mut Default::default())
    }

    pub(super) fn keep(&mut self, table: &Table, rows: &[&Value]) {
        let rows = rows.iter().take(SAMPLE_ROWS).map(|json| (self.row(table, json), (*json).clone())).collect();
        self.samples.insert(table.name.clone(), rows);
    }

    /// How dates are written, and whether their zone can be told.
    pub(super) fn dates(&mut self, table: &'a Table, rows: &[Value], reply: &Reply) {
        let mut forms = dates::Forms::default();
        for column in self.so_far(table).columns.iter().filter(|c| c.column_type == ColumnType::Timestamp) {
            for row in rows {
                find_first(row, column.places()).into_iter().for_each(|value| forms.see(value, &self.fetch.api.times));
            }
        }
        if forms.found.is_empty() {
            return;
        }
        match forms.form() {
            Some(form) => {
                let found = format!("dates are written as `{form}`");
                self.corrected(table, "dates", found, String::new(), Change::Dates(form.to_owned()));
            }
            None => {
                let found = forms.found.iter().copied().collect::<Vec<_>>().join("; ");
                self.told(table, "dates", found);
            }
        }
        let replied = reply.headers.get("date").and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok());
        if let Some(hours) = replied.and_then(|replied| forms.ahead(replied.to_utc())) {
            let found = format!("the newest is {hours} h ahead of the reply's own UTC: set [source] timezone");
            self.told(table, "zone", found);
        } else if forms.is_without_offset() {
            self.told(table, "zone", "not found out: dates have no offset, and none is ahead of UTC");
        }
    }

    /// How pages and their sizes work.
    pub(super) async fn pages(&mut self, table: &'a Table, first: &First<'a>, rows: &[Value]) -> Result<(), Failure> {
        let (query, count) = (&first.query, rows.len() as u64);
        if rows.is_empty() || query.pager.is_one_reply() {
            return Ok(());
        }
        let is_shared =
            |(_, change, _): &(String, Change, String)| matches!(change, Change::Paging(_)) && change.is_shared(table);
        if self.changes.iter().any(is_shared) {
            self.told(table, "paging", "as corrected above");
            return Ok(());
        }
        let mut has_more = false;
        match query.pager.next(&first.position, &first.json, &first.reply, count) {
            Err(reason) => self.told(table, "paging", reason),
            Ok(None) if query.pager.lacks_place(&first.position, &first.json).is_some() => {
                self.told(table, "paging", "nothing is where the next page is told");
            }
            Ok(None) => self.told(table, "paging", "the list ends with its first page, by its own word"),
            Ok(Some(position)) => match query.raw(&position, Trial::Look).await {
                Ok((json, _)) => {
                    let second = self.rows(table, &json);
                    let is_same = query.identity(&second) == query.identity(rows);
                    has_more = !second.is_empty() && !is_same;
                    if is_same && self.other_names(table, first, rows).await? {
                        return Ok(());
                    }
                    let found = match second.len() {
                        0 => format!("the second page is empty: there are {count} rows"),
                        _ if is_same => {
                            "the second page is the first again, and no usual name does anything: there are no pages, or their \
                             parameter is called otherwise: correct `paging`"
                                .to_owned()
                        },
                        more => format!("the second page has {more} other rows"),
                    };
                    self.told(table, "paging", found);
                }
                Err(Failure::Refused { reason, .. }) => {
                    self.told(table, "paging", format!("the second page is refused: {reason}"));
                }
                Err(failure) => return Err(failure),
            },
        }
        if has_more { self.sizes(table, first, count).await } else { Ok(()) }
    }

    /// How many rows a page can have, of a list that has more than one page.
    async fn sizes(&mut self, table: &'a Table, first: &First<'a>, came: u64) -> Result<(), Failure> {
        let Some((_, asked)) = first.query.pager.size().filter(|_| first.size.is_none()) else { return Ok(()) };
        if came < asked {
            let found = format!("{came} rows come where {asked} are asked for");
            self.corrected(table, "size", found, asked.to_string(), Change::SizeMax(came));
            return Ok(());
        }
        let found = match first.query.raw(&first.position, Trial::Size(asked * 2)).await {
            Ok((json, _)) => match self.rows(table, &json).len() as u64 {
                more if more > asked => {
                    format!("{} asked for, {more} came: a larger size_max would take fewer calls", asked * 2)
                }
                same => format!("{} asked for, {same} came: {same} is the largest", asked * 2),
            },
            Err(Failure::Refused { reason, .. }) => format!("{} are refused: {reason}", asked * 2),
            Err(failure) => return Err(failure),
        };
        self.told(table, "size", found);
        Ok(())
    }

    /// Whether a parameter that nobody knows is refused; once, of the first list that has rows.
    pub(super) async fn unknown_parameter(
        &mut self,
        table: &'a Table,
        first: &First<'a>,
        rows: &[Value],
    ) -> Result<(), Failure> {
        if rows.is_empty() || table.body.is_some() || std::mem::replace(&mut self.is_unknown_told, true) {
            return Ok(());
        }
        let query = first.query.clone().with(UNKNOWN, "1");
        let found = match query.raw(&first.position, Trial::Look).await {
            Ok((json, _)) if self.rows(table, &json).is_empty() => "an unknown parameter gives no rows".to_owned(),
            Ok(_) => {
                "an unknown parameter is ignored: that a filter is known shows in what it leaves out only".to_owned()
            }
            Err(Failure::Refused { reason, .. }) => {
                format!("an unknown parameter is refused ({reason}): what is taken is known")
            }
            Err(failure) => return Err(failure),
        };
        self.findings.push(Finding {
            table: String::new(),
            what: "parameters",
            found,
            was: String::new(),
            is_corrected: false,
        });
        Ok(())
    }

    /// Whether `since` filters: nothing has changed since a time to come.
    pub(super) async fn since(&mut self, table: &'a Table, first: First<'a>, rows: &[Value]) -> Result<(), Failure> {
        let Some(since) = table.since.as_ref().filter(|_| !rows.is_empty()) else { return Ok(()) };
        let time: DateTime<Utc> = self.fetch.capture.plan.begun + TimeDelta::days(400);
        match first.query.since(since, time).raw(&first.position, Trial::Look).await {
            Ok((json, _)) => match self.rows(table, &json).len() {
                0 => self.told(table, "since", format!("`{}` filters", since.at)),
                count => {
                    // Harmless where it stays: rows are looked at. Without it `updated_at` decides, which has to be known to move.
                    let found = format!("`{}` does not filter: {count} rows since a time to come", since.at);
                    self.told(table, "since", format!("{found}; without `since` --since-last goes by `updated_at`"));
                }
            },
            Err(Failure::Refused { reason, .. }) => {
                self.told(
                    table,
                    "since",
                    format!("not found out: `{}` with a time to come is refused: {reason}", since.at),
                );
            }
            Err(failure) => return Err(failure),
        }
        Ok(())
    }

    /// What replies say of the rate; once.
    pub(super) fn rate(&mut self, reply: &Reply) {
        if std::mem::replace(&mut self.is_rate_told, true) {
            return;
        }
        let is_rate = |name: &str| name.contains("ratelimit") || name.contains("rate-limit") || name == "retry-after";
        let said = reply.headers.iter().filter(|(name, _)| is_rate(name.as_str()));
        let said: Vec<String> =
            said.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default())).collect();
        let found = if said.is_empty() { "replies say nothing of a rate".to_owned() } else { said.join(", ") };
        self.findings.push(Finding {
            table: String::new(),
            what: "rate",
            found,
            was: String::new(),
            is_corrected: false,
        });
    }
}
