//! Looks at first pages: for the forecast of an extract, and for `check`.

use std::collections::BTreeSet;

use super::api::Failure;
use super::fetch::Fetch;
use super::outlook;
use super::page::Page;
use super::row::Row;
use crate::spec::{Paging, Params, Table};
use crate::{Error, Result};

/// A first page: of a table, by the number of the pass.
type Look<'a> = (&'a Table, usize, Result<Page, Failure>);
/// Tables with the source's own count where it has one.
type Counts = Vec<(String, Option<u64>)>;

impl<'a> Fetch<'a> {
    /// The first pages of some lists, of each of their passes.
    async fn first_pages_of(&'a self, tables: impl Iterator<Item = &'a Table>) -> Result<Vec<Look<'a>>> {
        let mut looks = Vec::new();
        for table in tables {
            for (number, pass) in table.readings().iter().enumerate() {
                looks.push(async move { (table, number, self.look_at(table, pass, number == 0).await) });
            }
        }
        Ok(futures::future::join_all(looks).await)
    }

    /// The first page of a pass.
    async fn look_at(&'a self, table: &'a Table, pass: &'a Params, is_first: bool) -> Result<Page, Failure> {
        let query = self.query(table, pass).await?;
        let query = query.ok_or_else(|| Error::Internal(format!("`{}` has no path", table.name)))?;
        match self.first_page(table).filter(|_| is_first) {
            // It has come already, as the route had to be found.
            Some(page) => Ok(page),
            None => query.page(&query.pager.first()).await,
        }
    }

    /// The lists that are asked for by themselves.
    pub(super) fn lists(&'a self) -> impl Iterator<Item = &'a Table> {
        // Looking at a scroll would open it.
        let is_scroll = |t: &Table| matches!(t.paging, Some(Paging::Scroll { .. }));
        let is_list = move |t: &&Table| {
            t.parent.is_none() && !t.path.is_empty() && !is_scroll(t) && self.request.only(t).is_none()
        };
        self.needed.iter().copied().filter(is_list)
    }

    /// Rows of each list by the source's own count; those that are needed and that it does not let us read, with the reason; and what
    /// there is to say of others.
    pub(super) async fn counts(&'a self) -> Result<(Counts, Vec<(String, String)>, Vec<String>)> {
        let (mut counts, mut refused, mut remarks): (Counts, Vec<_>, Vec<String>) = Default::default();
        for (table, pass, page) in self.first_pages_of(self.lists()).await? {
            let count = match page {
                Ok(page) => match page.total.or_else(|| page.next.is_none().then_some(page.rows.len() as u64)) {
                    Some(count) => Some(count),
                    None => self.counted(table, pass, page.rows.len() as u64).await?,
                },
                Err(Failure::Failed(error)) => return Err(error),
                Err(Failure::Refused { status, reason }) => {
                    match self.refused(table, status, reason) {
                        Ok(end) => remarks.extend(end.incomplete.map(|reason| format!("{}: {reason}", table.name))),
                        Err(Error::NoAccess { table, reason }) => refused.push((table, reason)),
                        Err(error) => return Err(error),
                    }
                    continue;
                }
            };
            match counts.iter_mut().find(|(name, _)| *name == table.name) {
                Some((_, sum)) => *sum = sum.zip(count).map(|(sum, count)| sum + count),
                None => counts.push((table.name.clone(), count)),
            }
        }
        for table in self.lists() {
            let told = self.known_route(table).map(|route| route.remarks(table)).unwrap_or_default();
            remarks.extend(told.into_iter().map(|remark| format!("{}: {remark}", table.name)));
        }
        let of_others = self.needed.iter().filter(|table| table.parent.is_some()).map(|table| table.name.as_str());
        let of_others = of_others.collect::<Vec<_>>().join(", ");
        if !of_others.is_empty() {
            remarks.push(format!("not counted, for they are asked for row by row of others: {of_others}"));
        }
        Ok((counts, refused, remarks))
    }

    /// The rows of a pass whose source does not say how many; `None` where that cannot be found out.
    async fn counted(&'a self, table: &'a Table, pass: usize, seen: u64) -> Result<Option<u64>> {
        let readings = table.readings();
        let Some(pass) = readings.get(pass) else { return Ok(None) };
        let counted = match self.query(table, pass).await {
            Ok(Some(query)) => query.counted(seen).await,
            Ok(None) => return Ok(None),
            Err(failure) => Err(failure),
        };
        match counted {
            Ok(count) => Ok(count),
            // A list that gives its first page and refuses one row is counted by its reading.
            Err(Failure::Refused { .. }) => Ok(None),
            Err(Failure::Failed(error)) => Err(error),
        }
    }

    /// Looks at the first page of each list on which many calls depend; gives how many that will be, in words.
    pub(super) async fn look(&'a self) -> Result<String> {
        let heavy = |t: &&Table| t.detail.is_some() || !t.total.is_empty() || self.spec.has_children(t);
        for (table, pass, page) in self.first_pages_of(self.lists().filter(heavy)).await? {
            let page = match page {
                Ok(page) => page,
                // The reading of the table says what that means.
                Err(Failure::Refused { .. }) => continue,
                Err(Failure::Failed(error)) => return Err(error),
            };
            self.outlook.page(&table.name, pass, page.total, page.rows.len() as u64);
            let mut members = BTreeSet::new();
            let rows: Vec<Row> = page.rows.iter().map(|r| self.selector().row(table, r, None, &mut members)).collect();
            self.outlook.parents(self.spec, table, rows.iter());
            self.count_changed(table, rows.iter()).await?;
            if pass == 0 {
                self.first_pages().insert(table.name.clone(), page);
            } else {
                self.outlook.look();
            }
        }
        let calls = self.calls_expected();
        self.outlook.begin(calls);
        let stats = self.api.client.stats();
        let time = outlook::takes(calls, &stats, self.rest.in_flight).map(|d| format!(", some {}", outlook::said(d)));
        Ok(format!("about {calls} call{}{}", if calls == 1 { "" } else { "s" }, time.unwrap_or_default()))
    }
}
