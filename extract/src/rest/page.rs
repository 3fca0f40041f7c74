//! One page of a list: asked for, and its rows and its total found in the reply.

use chrono::{DateTime, Utc};
use deskferry_http::{Reply, Request};
use serde_json::Value;

use super::api::{Api, Failure, Scope};
use super::paging::{Pager, Position};
use super::route::{Route, Trial, members};
use super::row::{find, find_first, find_mut};
use crate::hash::{Hash, of_json};
use crate::spec::{Params, Since, Table};
use crate::{Error, Result};

/// A list that is read: of a table, with some parameters.
#[derive(Clone)]
pub(super) struct Query<'a> {
    pub(super) api: &'a Api,
    pub(super) table: &'a Table,
    pub(super) pager: Pager<'a>,
    path: String,
    params: Vec<(String, String)>,
    /// The body of a search; members of pages are added.
    body: Option<Value>,
    /// Numbers among the parameters that stand in the spec.
    numbers: Vec<u64>,
}

/// A page.
pub(super) struct Page {
    pub(super) rows: Vec<Value>,
    /// The source's own count of the list's rows.
    pub(super) total: Option<u64>,
    pub(super) next: Option<Position>,
    /// Tells equal pages.
    pub(super) hash: Hash,
    /// What the user should know.
    pub(super) remark: Option<String>,
}

/// A parameter below this is rather something else than the number of rows that is asked for.
const ASKED_MIN: u64 = 50;
/// Failures of the source after which a scroll is begun anew.
const SCROLL_REFUSALS: &[u16] = &[500, 502, 503, 504];
/// What is no failure that passes: the source does not do this.
const REFUSALS: &[u16] = &[501];
/// Some sources fail so where they do not know a member.
const COLUMNS_REFUSALS: &[u16] = &[500, 501];
/// A look waits for nothing.
pub(super) const LOOK_REFUSALS: &[u16] = &[500, 501, 502, 503, 504];

impl<'a> Query<'a> {
    /// A list with more parameters than the table's own; `None` where a placeholder has no value.
    pub(super) fn new(
        api: &'a Api,
        table: &'a Table,
        pager: Pager<'a>,
        scope: Scope<'_>,
        more: &[&Params],
        route: &Route,
    ) -> Result<Option<Self>> {
        let path =
            table.path.get(route.path).ok_or_else(|| Error::Internal(format!("table `{}` has no path", table.name)))?;
        let Some(path) = api.path(path, scope) else { return Ok(None) };
        let mut params: Vec<(String, String)> = Vec::new();
        // Those of passes are filters, and can be the number of rows by chance.
        let fixed = table.query.0.iter().filter(|(_, template)| template.places().next().is_none());
        let numbers = fixed.filter_map(|(_, template)| template.to_string().parse().ok()).collect();
        let mut body = match &table.body {
            Some(body) => match api.body(body, scope) {
                Some(body) => Some(body),
                None => return Ok(None),
            },
            None => None,
        };
        for (at, set) in std::iter::once(&table.query).chain(more.iter().copied()).enumerate() {
            let Some(pairs) = api.query(set, scope) else { return Ok(None) };
            if let Some(body) = body.as_mut().filter(|_| at > 0) {
                pairs.into_iter().for_each(|(place, value)| put(body, &place, value.into()));
                continue;
            }
            // What is said later wins.
            params.retain(|(name, _)| !pairs.iter().any(|(other, _)| other == name));
            params.extend(pairs);
        }
        if let Some(name) = &table.columns_in {
            let besides = api.besides(table);
            let mut wanted = members(api.spec(), table, &besides);
            wanted.retain(|member| !route.without.iter().any(|unknown| unknown == member));
            params.retain(|(other, _)| other != name);
            params.push((name.clone(), wanted.join(",")));
        }
        Ok(Some(Self { api, table, pager, path, params, body, numbers }))
    }

    /// The list of what changed since a time.
    pub(super) fn since(mut self, since: &Since, time: DateTime<Utc>) -> Self {
        let text = time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        match &mut self.body {
            Some(body) if since.in_seconds => put(body, &since.at, time.timestamp().into()),
            Some(body) => put(body, &since.at, text.into()),
            None if since.in_seconds => self.params.push((since.at.clone(), time.timestamp().to_string())),
            None => self.params.push((since.at.clone(), text)),
        }
        self
    }

    /// The call for a page.
    fn request(&self, position: &Position, trial: Trial) -> Request {
        let pages = self.pages(position, trial);
        let call = match (&self.body, position) {
            (_, Position::Link(Some(link))) => Request::get(link.clone()),
            (Some(body), _) => {
                let mut body = body.clone();
                for (place, text) in pages {
                    // A cursor is a text, whatever it looks like.
                    let number = text
                        .parse::<u64>()
                        .ok()
                        .filter(|_| !matches!(position, Position::Cursor(Some(at)) if *at == text));
                    put(&mut body, &place, number.map_or_else(|| text.into(), Value::from));
                }
                Request { query: self.params.clone(), ..Request::search(self.path.clone(), body) }
            }
            (None, _) => {
                let query = self.params.iter().cloned().chain(pages).collect();
                Request { query, ..Request::get(self.path.clone()) }
            }
        };
        // Repeating a call does not help where the source has lost the place.
        let refusals = match trial {
            _ if self.pager.is_scroll() => SCROLL_REFUSALS,
            Trial::No => REFUSALS,
            Trial::Whole | Trial::Brief if self.table.columns_in.is_none() => REFUSALS,
            Trial::Whole | Trial::Brief => COLUMNS_REFUSALS,
            Trial::Look | Trial::Size(_) => LOOK_REFUSALS,
        };
        Request { refusals, ..call }
    }

    /// The parameters of a page; for a look one row.
    fn pages(&self, position: &Position, trial: Trial) -> Vec<(String, String)> {
        let mut params = self.pager.params(position);
        let rows = match trial {
            Trial::Brief => Some(1),
            Trial::Size(rows) => Some(rows),
            _ => None,
        };
        if let Some(((size, _), rows)) = self.pager.size().zip(rows) {
            params.iter_mut().filter(|(name, _)| name == size).for_each(|(_, value)| *value = rows.to_string());
        }
        params
    }

    /// Whether a list that comes in one reply was cut off there: it has as many rows as the spec calls a ceiling, or as a
    /// parameter asks for.
    pub(super) fn is_cut(&self, table: &Table, rows: u64, total: Option<u64>) -> bool {
        let is_asked = rows >= ASKED_MIN && self.numbers.contains(&rows) && total.is_none_or(|total| total >= rows);
        self.pager.is_one_reply() && (is_asked || table.ceiling.is_some_and(|ceiling| rows >= ceiling))
    }

    /// Rows of a full page: as many as are asked for, else as many as a page has had.
    pub(super) fn full(&self, seen: u64) -> u64 {
        self.pager.size().map_or(seen, |(_, asked)| asked)
    }

    /// Fetches a page.
    pub(super) async fn page(&self, position: &Position) -> Result<Page, Failure> {
        self.page_as(position, Trial::No).await
    }

    /// Fetches a page, for its rows or to see whether it is refused.
    pub(super) async fn page_as(&self, position: &Position, trial: Trial) -> Result<Page, Failure> {
        let (mut json, reply) = self.raw(position, trial).await?;
        let total = find_first(&json, &self.table.total).and_then(count);
        if let Some(place) = &self.table.row {
            // A list of one.
            let row = find_mut(&mut json, place).map(Value::take).filter(Value::is_object);
            json = Value::Array(vec![row.ok_or_else(|| self.wrong(format!("no object at `{place}`")))?]);
        }
        let lacks_place = self.pager.lacks_place(position, &json);
        let place = self.rows_place(&json)?.map(ToOwned::to_owned);
        let array = place.as_deref().and_then(|place| find(&json, place)).and_then(Value::as_array);
        let rows = array.map_or(0, Vec::len) as u64;
        let next = self.pager.next(position, &json, &reply, rows);
        let rows_taken = match place.and_then(|place| find_mut(&mut json, &place)).map(Value::take) {
            Some(Value::Array(rows)) => rows,
            _ => Vec::new(),
        };
        // Nothing is behind a page without rows, where places are counted by rows.
        let next = next.map_err(|reason| self.wrong(reason))?.filter(|next| rows > 0 || next != position);
        if next.as_ref() == Some(position) {
            return Err(self.wrong("the next page is the page itself".into()).into());
        }
        let remark = match lacks_place {
            Some(at) if total.is_some_and(|total| total > rows) => {
                return Err(self
                    .wrong(format!("nothing is at `{at}`, where the next page is told, though there are more"))
                    .into());
            }
            Some(at) if rows > 0 && rows >= self.full(u64::MAX) => {
                Some(format!("nothing is at `{at}`, where the next page is told, though the first page is full"))
            }
            _ => None,
        };
        let hash = self.identity(&rows_taken);
        Ok(Page { rows: rows_taken, total, next, hash, remark })
    }

    /// What tells a page from others: the keys of its rows, for a row may be shown otherwise each time, as with a signed link;
    /// where a row has none of its own, all that the rows have.
    pub(super) fn identity(&self, rows: &[Value]) -> Hash {
        let own = self.table.key.columns().iter().filter_map(|name| self.table.column(name));
        let own: Vec<_> = own.collect();
        let of_row = |row: &Value| -> Vec<Value> {
            own.iter().filter_map(|column| find_first(row, column.places())).filter(|v| !v.is_null()).cloned().collect()
        };
        let keys: Vec<Value> = rows.iter().map(of_row).filter(|key| !key.is_empty()).map(Value::Array).collect();
        of_json(if keys.len() == rows.len() { &keys } else { rows })
    }

    /// A page as it comes.
    pub(super) async fn raw(&self, position: &Position, trial: Trial) -> Result<(Value, Reply), Failure> {
        self.api.json(&format!("table `{}`", self.table.name), self.request(position, trial)).await
    }

    /// The list with one parameter more.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The list without a parameter.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.params.retain(|(other, _)| other != name);
        self
    }

    /// Where the rows are: the first of the table's places that has an array; none where there are no rows.
    fn rows_place(&self, json: &Value) -> Result<Option<&str>> {
        let mut places = self.table.rows.iter().map(String::as_str).chain([""]);
        if let Some(place) = places.find(|place| find(json, place).is_some_and(Value::is_array)) {
            return Ok(Some(place));
        }
        // No content, or no rows.
        let is_null = |place: &String| matches!(find(json, place), Some(Value::Null));
        if json.is_null() || self.table.rows.iter().any(is_null) {
            return Ok(None);
        }
        let found = match json {
            Value::Object(members) => {
                let names: Vec<&str> = members.keys().map(String::as_str).take(12).collect();
                format!("an object of {}", names.join(", "))
            }
            other => format!("`{other}`").chars().take(80).collect(),
        };
        let places = self.table.rows.iter().map(|p| format!("`{p}`")).collect::<Vec<_>>().join(", ");
        let wanted = if places.is_empty() { "an array".into() } else { format!("an array at {places}") };
        Err(self.wrong(format!("{found} instead of {wanted}")))
    }

    pub(super) fn wrong(&self, reason: String) -> Error {
        Error::Reply {
            what: format!("table `{}`", self.table.name),
            reason,
            hint: format!("correct `rows` or `paging` of `{}` in the spec", self.table.name),
        }
    }
}

/// Puts a value at a place of a body: a member, members of members by dots.
fn put(body: &mut Value, place: &str, value: Value) {
    let mut at = body;
    for name in place.split('.') {
        if !at.is_object() {
            *at = Value::Object(serde_json::Map::new());
        }
        at = &mut at[name];
    }
    *at = value;
}

/// A number, or a text that is one.
pub(super) fn count(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_f64().filter(|f| *f >= 0.0).map(|f| f as u64))
        .or_else(|| value.as_str()?.parse().ok())
}
