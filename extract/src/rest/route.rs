//! How a table is asked for, where the spec leaves that to be found out: which of several paths the source has, and which of the
//! members that are asked for it does not know. Both are found by the first page, once for a table, and kept in its log.

use std::collections::BTreeSet;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::api::Failure;
use super::fetch::Fetch;
use super::page::{Page, Query};
use crate::Result;
use crate::spec::{Access, Column, Spec, Table};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Route {
    /// Which of the table's paths.
    pub(super) path: usize,
    /// Members that are not asked for, as the source does not know them.
    pub(super) without: Vec<String>,
    /// What the source said of the paths before.
    refused: Vec<String>,
}

impl Route {
    /// By a path, with all members.
    pub(super) fn by(path: usize) -> Self {
        Self { path, ..Self::default() }
    }

    /// What the user should know of it.
    pub(super) fn remarks(&self, table: &Table) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some(path) = table.path.get(self.path).filter(|_| table.path.len() > 1) {
            let refused =
                if self.refused.is_empty() { String::new() } else { format!("; {}", self.refused.join("; ")) };
            remarks.push(format!("read from `{path}`{refused}"));
        }
        if !self.without.is_empty() {
            remarks.push(format!("the source does not know, and is not asked for: {}", self.without.join(", ")));
        }
        remarks
    }

    /// The columns that have none of their members then, each with the first of these.
    pub(super) fn columns_without<'t>(&self, table: &'t Table) -> Vec<(&'t str, &'t str)> {
        let is_out = |place: &String| self.without.iter().any(|name| name == member(place));
        let columns = table.columns.iter().filter(|column| column.places().iter().all(is_out));
        columns.filter_map(|column| Some((column.name.as_str(), member(column.places().first()?)))).collect()
    }
}

/// The first member of a place.
fn member(place: &str) -> &str {
    place.split('.').next().unwrap_or(place)
}

/// The members that a table needs, in the order of its columns: also those of rows inside and of what hides columns, and `besides`
/// what the query names with commas between. The parent's column is filled in, where nothing says what place it has in the row.
pub(super) fn members<'a>(spec: &'a Spec, table: &'a Table, besides: &'a str) -> Vec<&'a str> {
    let of_parent = table.parent.as_ref().map(|parent| &parent.column);
    let is_asked = |column: &&Column| {
        let name = Some(&column.name);
        table.pass_column.as_ref() != name && (of_parent != name || !column.at.is_empty())
    };
    let of_columns = table.columns.iter().filter(is_asked);
    let inside = spec.tables.iter().filter(|t| t.is_child_of(table));
    let places = of_columns.flat_map(|column| column.places()).chain(inside.filter_map(|t| t.inside.as_ref()));
    let places = places.chain(table.hidden.iter().flat_map(|hidden| hidden.conditions.keys()));
    let mut seen = BTreeSet::new();
    let places = places.map(|place| member(place)).chain(besides.split(',').map(str::trim));
    places.filter(|name| !name.is_empty() && seen.insert(*name)).collect()
}

/// Whether a status says that there is no such path.
pub(super) fn is_no_path(status: u16) -> bool {
    matches!(status, 404 | 405 | 501)
}

impl Table {
    /// Whether something about how it is asked for has to be found out.
    pub(super) fn has_route(&self) -> bool {
        self.path.len() > 1 || self.columns_in.is_some()
    }
}

/// Makes the query of a table by a route; `None` where a placeholder has no value.
pub(super) type Make<'m, 'a> = dyn Fn(&Route) -> Result<Option<Query<'a>>> + Send + Sync + 'm;

impl<'a> Fetch<'a> {
    /// The route of a table: that which was found before, or which is found now by the first page of what `make` makes.
    pub(super) async fn route(&'a self, table: &Table, make: &Make<'_, 'a>) -> Result<&'a Route, Failure> {
        let Some(cell) = self.routes.get(&table.name).filter(|_| table.has_route()) else { return Ok(&self.straight) };
        cell.get_or_try_init(|| async {
            let (route, page) = self.find_route(table, make).await?;
            if table.parent.is_none() && table.passes.is_empty() {
                self.first_pages().insert(table.name.clone(), page);
            }
            Ok(route)
        })
        .await
    }

    /// The route of a table, where it was found.
    pub(super) fn known_route(&self, table: &Table) -> Option<&Route> {
        self.routes.get(&table.name)?.get()
    }

    /// What an earlier process has found.
    pub(super) fn remember_route(&self, table: &Table, route: Route) {
        if let Some(cell) = self.routes.get(&table.name) {
            // The same, where this process has found it already.
            let _ = cell.set(route);
        }
    }

    async fn find_route(&self, table: &Table, make: &Make<'_, 'a>) -> Result<(Route, Page), Failure> {
        let mut route = Route::default();
        let mut telling: Option<Failure> = None;
        for (number, path) in table.path.iter().enumerate() {
            route.path = number;
            let failure = match self.answer(table, make, &mut route).await {
                Ok(page) => return Ok((route, page)),
                Err(failure) => failure,
            };
            let is_other_reply = matches!(&failure, Failure::Failed(crate::Error::Reply { .. }));
            let is_not_there = matches!(&failure, Failure::Refused { status, .. } if is_no_path(*status));
            if !(is_not_there || is_other_reply && table.path.len() > 1) {
                return Err(failure);
            }
            let said = match &failure {
                Failure::Refused { reason, .. } => reason.clone(),
                Failure::Failed(_) => "what it answers is no list".to_owned(),
            };
            route.refused.push(format!("not from `{path}`: {said}"));
            // That there is something tells more than that there is nothing.
            if telling.is_none() || is_other_reply {
                telling = Some(failure);
            }
        }
        let paths = || table.path.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
        Err(match telling {
            // Some servers answer with the page of their app where there is nothing.
            Some(Failure::Failed(crate::Error::Reply { reason, .. })) if table.access == Access::Optional => {
                Failure::Refused { status: 404, reason: format!("{reason}, for each of {}", paths()) }
            }
            Some(Failure::Refused { status, reason }) if table.path.len() > 1 => {
                Failure::Refused { status, reason: format!("{reason}, for each of {}", paths()) }
            }
            Some(failure) => failure,
            None => crate::Error::Internal(format!("table `{}` has no path", table.name)).into(),
        })
    }

    /// The first page by a path, with the members left out that the source does not know.
    async fn answer(&self, table: &Table, make: &Make<'_, 'a>, route: &mut Route) -> Result<Page, Failure> {
        route.without.clear();
        let whole = match self.ask(make, route, Trial::Whole).await {
            Err(failure @ Failure::Refused { status, .. }) if table.columns_in.is_some() && !is_no_path(status) => {
                failure
            }
            outcome => return outcome,
        };
        let besides = self.api.besides(table);
        let all = members(self.spec, table, &besides);
        let is_of_key = |name: &&str| {
            let mut places = table.key.columns().iter().filter_map(|c| table.column(c)).flat_map(|c| c.places());
            places.any(|place| member(place) == *name)
        };
        let (keys, others): (Vec<&str>, Vec<&str>) = all.iter().copied().partition(is_of_key);
        let search = Search { fetch: self, make, path: route.path, all: &all };
        let unknown_keys = search.unknown(&[], &keys).await?;
        let known_keys: Vec<&str> = keys.iter().copied().filter(|name| !unknown_keys.contains(name)).collect();
        let of_parent = table.parent.as_ref().map(|parent| &parent.column);
        let has_place = |column: &String| {
            of_parent == Some(column)
                || table
                    .column(column)
                    .is_some_and(|c| c.places().iter().any(|place| known_keys.contains(&member(place))))
        };
        if !table.key.columns().iter().all(has_place) {
            return Err(whole);
        }
        let unknown = search.unknown(&known_keys, &others).await?;
        route.without = unknown_keys.into_iter().chain(unknown).map(ToOwned::to_owned).collect();
        self.ask(make, route, Trial::No).await
    }

    async fn ask(&self, make: &Make<'_, 'a>, route: &Route, trial: Trial) -> Result<Page, Failure> {
        let query = make(route)?.ok_or_else(|| crate::Error::Internal("a first page without a path".into()))?;
        query.page_as(&query.pager.first(), trial).await
    }
}

/// How a page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trial {
    /// For its rows.
    No,
    /// To see whether it is refused.
    Whole,
    /// To see whether it is refused, with one row.
    Brief,
    /// To see whether it is refused, or fails.
    Look,
    /// Likewise, with so many rows.
    Size(u64),
}

/// Looks for members that the source does not know.
struct Search<'s, 'm, 'a> {
    fetch: &'s Fetch<'a>,
    make: &'s Make<'m, 'a>,
    path: usize,
    all: &'s [&'s str],
}

impl<'s> Search<'s, '_, '_> {
    /// Those of some members with which, and `with` others that are known, the source refuses: by halves.
    fn unknown<'b>(
        &'b self,
        with: &'b [&'s str],
        members: &'b [&'s str],
    ) -> BoxFuture<'b, Result<Vec<&'s str>, Failure>> {
        async move {
            if members.is_empty() {
                return Ok(Vec::new());
            }
            let left_out = self.all.iter().filter(|name| !with.contains(name) && !members.contains(name));
            let without = left_out.map(|name| (*name).to_owned()).collect();
            let route = Route { path: self.path, without, refused: Vec::new() };
            match self.fetch.ask(self.make, &route, Trial::Brief).await {
                Ok(_) => return Ok(Vec::new()),
                Err(Failure::Refused { .. }) => {}
                Err(failure) => return Err(failure),
            }
            let [_, _, ..] = members else { return Ok(members.to_vec()) };
            let (first, second) = members.split_at(members.len() / 2);
            let mut unknown = self.unknown(with, first).await?;
            unknown.extend(self.unknown(with, second).await?);
            Ok(unknown)
        }
        .boxed()
    }
}
