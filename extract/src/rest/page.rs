//! One page of a list: asked for, and its rows and its total found in the reply.

use deskferry_http::Request;
use serde_json::Value;

use super::api::{Api, Failure, Scope};
use super::paging::{Pager, Position};
use super::row::{Hash, find, hash_of};
use crate::spec::{Params, Table};
use crate::{Error, Result};

/// A list that is read: of a table, with some parameters.
pub(super) struct Query<'a> {
    pub(super) api: &'a Api,
    pub(super) table: &'a Table,
    pub(super) pager: Pager<'a>,
    path: String,
    params: Vec<(String, String)>,
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
}

impl<'a> Query<'a> {
    /// A list with more parameters than the table's own; `None` where a placeholder has no value.
    pub(super) fn new(
        api: &'a Api,
        table: &'a Table,
        pager: Pager<'a>,
        scope: Scope<'_>,
        more: &[&Params],
    ) -> Result<Option<Self>> {
        let path = table.path.as_ref().ok_or_else(|| Error::Internal(format!("table `{}` has no path", table.name)))?;
        let Some(path) = api.path(path, scope) else { return Ok(None) };
        let mut params: Vec<(String, String)> = Vec::new();
        let sets = || std::iter::once(&table.query).chain(more.iter().copied());
        // Those of passes are filters, and can be the number of rows by chance.
        let fixed = table.query.0.iter().filter(|(_, template)| template.places().next().is_none());
        let numbers = fixed.filter_map(|(_, template)| template.to_string().parse().ok()).collect();
        for set in sets() {
            let Some(pairs) = api.query(set, scope) else { return Ok(None) };
            // What is said later wins.
            params.retain(|(name, _)| !pairs.iter().any(|(other, _)| other == name));
            params.extend(pairs);
        }
        Ok(Some(Self { api, table, pager, path, params, numbers }))
    }

    /// Adds a parameter.
    pub(super) fn with(mut self, name: &str, value: String) -> Self {
        self.params.push((name.to_owned(), value));
        self
    }

    /// The number that a parameter asks for at most, where all comes in one reply: as many rows as that are too many to be all.
    pub(super) fn asks_for(&self, rows: u64) -> bool {
        rows > 1 && self.numbers.contains(&rows)
    }

    /// Fetches a page.
    pub(super) async fn page(&self, position: &Position) -> Result<Page, Failure> {
        let what = format!("table `{}`", self.table.name);
        let request = match position {
            Position::Link(Some(link)) => Request::get(link.clone()),
            _ => {
                let mut query = self.params.clone();
                query.extend(self.pager.params(position));
                Request { query, ..Request::get(self.path.clone()) }
            }
        };
        let (json, reply) = self.api.get(&what, request).await?;
        let rows = self.rows(&json)?;
        let total = self.table.total.as_deref().and_then(|place| find(&json, place)).and_then(count);
        let next = self.pager.next(position, &json, &reply, rows.len() as u64);
        // Nothing is behind a page without rows, where places are counted by rows.
        let next = next.map_err(|reason| self.wrong(reason))?.filter(|next| !rows.is_empty() || next != position);
        if next.as_ref() == Some(position) {
            return Err(self.wrong("the next page is the page itself".into()).into());
        }
        let texts: Vec<String> = rows.iter().map(Value::to_string).collect();
        let hash = hash_of(texts.iter().map(String::as_str));
        Ok(Page { rows, total, next, hash })
    }

    /// The rows at the first of the table's places that has some; where none has, all that is an array or the only array there is.
    fn rows(&self, json: &Value) -> Result<Vec<Value>> {
        let places = self.table.rows.iter().map(String::as_str).chain([""]);
        if let Some(Value::Array(rows)) = places.filter_map(|place| find(json, place)).find(|v| v.is_array()) {
            return Ok(rows.clone());
        }
        if let Value::Object(members) = json
            && self.table.rows.iter().any(|place| matches!(members.get(place), Some(Value::Null)))
        {
            return Ok(Vec::new());
        }
        let found = match json {
            Value::Object(members) => {
                let names: Vec<&str> = members.keys().map(String::as_str).take(12).collect();
                format!("an object of {}", names.join(", "))
            }
            Value::Array(_) => "an array".into(),
            other => format!("`{other}`").chars().take(80).collect(),
        };
        let places = self.table.rows.iter().map(|p| format!("`{p}`")).collect::<Vec<_>>().join(", ");
        let wanted = if places.is_empty() { "an array".into() } else { format!("an array at {places}") };
        Err(self.wrong(format!("{found} instead of {wanted}")))
    }

    fn wrong(&self, reason: String) -> Error {
        Error::Reply {
            what: format!("table `{}`", self.table.name),
            reason,
            hint: format!("correct `rows` or `paging` of `{}` in the spec", self.table.name),
        }
    }
}

/// A number, or a text that is one.
fn count(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_f64().filter(|f| *f >= 0.0).map(|f| f as u64))
        .or_else(|| value.as_str()?.parse().ok())
}
