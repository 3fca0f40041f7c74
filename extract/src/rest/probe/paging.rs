//! What the parameters of pages are called, where those of the spec do nothing: the usual names are tried, each with a call.

use serde_json::Value;

use super::overlay::{Change, Named};
use super::{First, Probe};
use crate::rest::api::Failure;
use crate::rest::page::Query;
use crate::rest::paging::Position;
use crate::rest::route::Trial;
use crate::spec::Table;

/// Usual names of the number of rows of a page.
const SIZES: &[&str] = &[
    "limit",
    "size",
    "pageSize",
    "page_size",
    "per_page",
    "perPage",
    "itemsPerPage",
    "count",
    "take",
    "top",
    "$top",
    "maxResults",
];
/// Usual names of the number of a page.
const NUMBERS: &[&str] = &["page", "pageNumber", "page_number", "pageNo", "pageIndex", "p"];
/// Usual names of the number of rows before it.
const OFFSETS: &[&str] = &["offset", "skip", "start", "startAt", "from", "$skip"];

/// The list of a table, of whose first page the rows are known.
struct Tried<'q, 'a> {
    query: &'q Query<'a>,
    position: &'q Position,
    rows: &'q [Value],
}

impl<'a> Probe<'a> {
    /// Corrects a paging whose parameters do nothing; whether usual names were found. `rows` are those of the first page.
    pub(super) async fn other_names(
        &mut self,
        table: &'a Table,
        first: &First<'a>,
        rows: &[Value],
    ) -> Result<bool, Failure> {
        // Nobody can tell pages of one row apart, and in the body of a search names are the spec's matter.
        if rows.len() < 2 || table.body.is_some() || (table.paging.is_none() && self.is_paging_tried) {
            return Ok(false);
        }
        self.is_paging_tried |= table.paging.is_none();
        let tried = Tried { query: &first.query, position: &first.position, rows };
        let Some(mut named) = self.place(table, &tried).await? else { return Ok(false) };
        named.size = self.size(table, &tried, &named).await?;
        let (was, now) = (names(&first.query), named.to_string());
        self.corrected(table, "paging", format!("pages go by {now}"), was, Change::Paging(named));
        Ok(true)
    }

    /// What asks for another page.
    async fn place(&self, table: &Table, tried: &Tried<'_, 'a>) -> Result<Option<Named>, Failure> {
        let number = |name: &&str, first| Named { kind: "page", name: (*name).to_owned(), first, size: None };
        for name in NUMBERS {
            let Some(second) = self.asked(table, tried, name, 2).await? else { continue };
            if !second.is_empty() && tried.is_same(&second) {
                continue;
            }
            match self.asked(table, tried, name, 1).await? {
                Some(one) if tried.is_same(&one) => return Ok(Some(number(name, 1))),
                Some(one) if !one.is_empty() => return Ok(Some(number(name, 0))),
                _ => {}
            }
        }
        for name in OFFSETS {
            let later = self.asked(table, tried, name, 1).await?.unwrap_or_default();
            let one = |rows: &[Value], at: usize| rows.get(at..=at).map(|row| tried.query.identity(row));
            if !later.is_empty() && one(&later, 0) == one(tried.rows, 1) {
                return Ok(Some(Named { kind: "offset", name: (*name).to_owned(), first: 0, size: None }));
            }
        }
        Ok(None)
    }

    /// What asks for fewer rows, and the most rows that come: those of the spec, unless fewer come though there are more.
    async fn size(
        &self,
        table: &Table,
        tried: &Tried<'_, 'a>,
        place: &Named,
    ) -> Result<Option<(String, u64)>, Failure> {
        let half = tried.rows.len() / 2;
        for name in SIZES {
            if self.asked(table, tried, name, half as u64).await?.is_none_or(|rows| rows.len() != half) {
                continue;
            }
            let most = tried.query.pager.size().map_or(100, |(_, most)| most);
            let came = self.asked(table, tried, name, most).await?.map_or(0, |rows| rows.len() as u64);
            let second = if place.kind == "page" { place.first + 1 } else { came };
            let (query, position) = (tried.query.clone().with(name, &most.to_string()), tried.position);
            let next = Tried { query: &query, position, rows: tried.rows };
            let is_cut =
                came < most && self.asked(table, &next, &place.name, second).await?.is_some_and(|r| !r.is_empty());
            return Ok(Some(((*name).to_owned(), if is_cut && came > 0 { came } else { most })));
        }
        Ok(None)
    }

    /// The rows that come with a parameter; none where it is the spec's own or refused.
    async fn asked(
        &self,
        table: &Table,
        tried: &Tried<'_, 'a>,
        name: &str,
        value: u64,
    ) -> Result<Option<Vec<Value>>, Failure> {
        if tried.query.pager.params(tried.position).iter().any(|(own, _)| own == name) {
            return Ok(None);
        }
        match tried.query.clone().with(name, &value.to_string()).raw(tried.position, Trial::Look).await {
            Ok((json, _)) => Ok(Some(self.rows(table, &json))),
            Err(Failure::Refused { .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

impl Tried<'_, '_> {
    fn is_same(&self, rows: &[Value]) -> bool {
        self.query.identity(rows) == self.query.identity(self.rows)
    }
}

/// The names that the spec has.
fn names(query: &Query<'_>) -> String {
    let params = query.pager.params(&query.pager.first());
    params.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
