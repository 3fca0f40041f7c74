//! Search queries: `{field, operator, value}` and groups of them, told against any object.

use crate::call::Call;
use crate::paging::{self, PER_PAGE_MAX, walk};
use crate::refusal::Refusal;
use serde_json::Value;

/// Groups inside groups.
const NESTING_MAX: usize = 2;
/// Filters in one group.
const FILTERS_MAX: usize = 15;
const DAY: i64 = 86_400;

/// A parsed query.
#[derive(Debug)]
pub(crate) enum Query {
    All(Vec<Query>),
    Any(Vec<Query>),
    One(Filter),
}

/// One comparison.
#[derive(Debug)]
pub(crate) struct Filter {
    field: String,
    operator: String,
    value: Value,
}

/// What an object has in a field.
#[derive(Debug, PartialEq)]
pub(crate) enum Field {
    Null,
    Int(i64),
    /// A time compared by calendar day (contacts).
    Day(i64),
    Bool(bool),
    Text(String),
    List(Vec<String>),
}

impl Field {
    pub(crate) fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.to_owned()))
    }

    pub(crate) fn int(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Int)
    }

    pub(crate) fn day(time: Option<i64>) -> Self {
        time.map_or(Self::Null, Self::Day)
    }

    /// A JSON value as a field.
    pub(crate) fn json(value: Option<&Value>) -> Self {
        match value {
            None | Some(Value::Null) => Self::Null,
            Some(Value::Bool(flag)) => Self::Bool(*flag),
            Some(Value::String(text)) => Self::Text(text.clone()),
            Some(Value::Number(number)) => number.as_i64().map_or_else(|| Self::Text(number.to_string()), Self::Int),
            Some(Value::Array(items)) => Self::List(items.iter().map(text_of).collect()),
            Some(Value::Object(_)) => Self::Null,
        }
    }
}

/// 400 for a field that cannot be searched by.
pub(crate) fn unknown_field(name: &str) -> Refusal {
    Refusal::invalid(format!("'{name}' is not a searchable field"))
}

impl Query {
    /// The `query` of a search call.
    pub(crate) fn of(call: &Call) -> Result<Self, Refusal> {
        let query = call.field("query").ok_or_else(|| Refusal::missing("query is a required parameter"))?;
        Self::parse(query, 0)
    }

    fn parse(query: &Value, depth: usize) -> Result<Self, Refusal> {
        let text = |name| query.get(name).and_then(Value::as_str);
        let operator = text("operator").ok_or_else(|| Refusal::missing("query: operator is required"))?;
        if !matches!(operator, "AND" | "OR") {
            let field = text("field").ok_or_else(|| Refusal::missing("query: field is required"))?;
            let known = ["=", "!=", "IN", "NIN", "<", "<=", ">", ">=", "~", "!~", "^", "$"];
            if !known.contains(&operator) {
                return Err(Refusal::invalid(format!("query: operator '{operator}' is unknown")));
            }
            let value = query.get("value").cloned().unwrap_or(Value::Null);
            let filter = Filter { field: field.to_owned(), operator: operator.to_owned(), value };
            return Ok(Self::One(filter));
        }
        let filters = query.get("value").and_then(Value::as_array);
        let filters = filters.ok_or_else(|| Refusal::invalid("query: value of a group must be an array"))?;
        if depth >= NESTING_MAX || filters.len() > FILTERS_MAX {
            return Err(Refusal::invalid(format!(
                "query: at most {NESTING_MAX} levels of groups with {FILTERS_MAX} filters each"
            )));
        }
        let parts = filters.iter().map(|filter| Self::parse(filter, depth + 1)).collect::<Result<_, _>>()?;
        Ok(if operator == "AND" { Self::All(parts) } else { Self::Any(parts) })
    }

    /// Values one of which the field must equal; lets a search use an index.
    pub(crate) fn wanted(&self, field: &str) -> Option<Vec<String>> {
        match self {
            Self::One(filter) if filter.field == field => match (filter.operator.as_str(), &filter.value) {
                ("=", value @ (Value::String(_) | Value::Number(_))) => Some(vec![text_of(value)]),
                ("IN", Value::Array(values)) => Some(values.iter().map(text_of).collect()),
                _ => None,
            },
            Self::All(parts) => parts.iter().find_map(|part| part.wanted(field)),
            _ => None,
        }
    }

    /// Whether an object matches; `field` looks a field up.
    pub(crate) fn matches(&self, field: &dyn Fn(&str) -> Result<Field, Refusal>) -> Result<bool, Refusal> {
        match self {
            Self::All(parts) => {
                for part in parts {
                    if !part.matches(field)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(parts) => {
                for part in parts {
                    if part.matches(field)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::One(filter) => filter.matches(&field(&filter.field)?),
        }
    }
}

impl Filter {
    fn matches(&self, found: &Field) -> Result<bool, Refusal> {
        if let Field::Day(time) = found {
            return self.matches_day(*time);
        }
        let values = || match &self.value {
            Value::Array(values) => values.as_slice(),
            single => std::slice::from_ref(single),
        };
        Ok(match self.operator.as_str() {
            "=" => equals(found, &self.value),
            "!=" => !equals(found, &self.value),
            "IN" => values().iter().any(|value| equals(found, value)),
            "NIN" => !values().iter().any(|value| equals(found, value)),
            // The description calls these "greater (or equal)" and "lower (or equal)".
            ">" | ">=" => self.compare(found)?.is_some_and(|(have, want)| have >= want),
            "<" | "<=" => self.compare(found)?.is_some_and(|(have, want)| have <= want),
            "~" => self.text(found, |have, want| have.contains(want)),
            "!~" => !self.text(found, |have, want| have.contains(want)),
            "^" => self.text(found, |have, want| have.starts_with(want)),
            _ => self.text(found, |have, want| have.ends_with(want)),
        })
    }

    /// Times of contacts are matched by day: `>` starts with the next day, `<` ends with the day before.
    fn matches_day(&self, time: i64) -> Result<bool, Refusal> {
        let want = self.number()?.div_euclid(DAY);
        let have = time.div_euclid(DAY);
        match self.operator.as_str() {
            "=" => Ok(have == want),
            ">" => Ok(have > want),
            "<" => Ok(have < want),
            other => Err(Refusal::invalid(format!("operator '{other}' cannot be used with '{}'", self.field))),
        }
    }

    fn number(&self) -> Result<i64, Refusal> {
        number_of(&self.value).ok_or_else(|| Refusal::invalid(format!("value of '{}' must be an integer", self.field)))
    }

    fn compare(&self, found: &Field) -> Result<Option<(i64, i64)>, Refusal> {
        let want = self.number()?;
        Ok(match found {
            Field::Int(have) => Some((*have, want)),
            Field::Text(have) => have.parse().ok().map(|have| (have, want)),
            _ => None,
        })
    }

    fn text(&self, found: &Field, test: impl Fn(&str, &str) -> bool) -> bool {
        let want = text_of(&self.value).to_lowercase();
        match found {
            Field::Text(have) => test(&have.to_lowercase(), &want),
            Field::List(have) => have.iter().any(|have| test(&have.to_lowercase(), &want)),
            _ => false,
        }
    }
}

fn equals(found: &Field, value: &Value) -> bool {
    match found {
        Field::Null => value.is_null() || text_of(value).is_empty(),
        Field::Int(have) => number_of(value) == Some(*have),
        Field::Day(_) => false,
        Field::Bool(have) => text_of(value) == have.to_string(),
        Field::Text(have) => have.to_lowercase() == text_of(value).to_lowercase(),
        Field::List(have) => have.contains(&text_of(value)),
    }
}

fn number_of(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// One page of the keys (in rising order) that match; sorted by `sort_key` if the call asks for an order.
pub(crate) fn find<'w, I>(
    call: &Call,
    default: u64,
    keys_after: impl Fn(Option<u64>) -> I,
    matches: impl Fn(u64) -> Result<bool, Refusal> + 'w,
    sort_key: impl Fn(u64, &str) -> i64,
) -> Result<(Vec<u64>, u64, Value), Refusal>
where
    I: Iterator<Item = u64> + 'w,
{
    let pagination = call.field("pagination");
    let size = pagination.and_then(|p| p.get("per_page")).and_then(number_of).unwrap_or(default as i64);
    let per_page = (size.max(1) as u64).min(PER_PAGE_MAX);
    let cursor = pagination.and_then(|p| p.get("starting_after")).and_then(Value::as_str);
    let refused = std::cell::RefCell::new(None);
    let filtered = |after| {
        keys_after(after).filter(|key| match matches(*key) {
            Ok(hit) => hit,
            Err(refusal) => {
                refused.borrow_mut().get_or_insert(refusal);
                false
            }
        })
    };
    let result = match order(call)? {
        None => walk(per_page, cursor, || filtered(None).count() as u64, filtered),
        Some((field, descending)) => {
            let mut keys: Vec<u64> = filtered(None).collect();
            keys.sort_by_cached_key(|key| (sort_key(*key, &field), *key));
            if descending {
                keys.reverse();
            }
            let total = keys.len() as u64;
            let cursor = cursor.filter(|text| !text.is_empty()).map(paging::Cursor::decode).transpose()?;
            let (page, skip) = cursor.map_or((1, 0), |cursor| (cursor.page, cursor.last));
            let found: Vec<u64> = keys.into_iter().skip(skip as usize).take(per_page as usize).collect();
            let last = skip + found.len() as u64;
            let next = (last < total).then_some(paging::Cursor { page: page + 1, last, total });
            Ok((found, total, paging::pages(page, per_page, total, next)))
        }
    };
    match refused.into_inner() {
        Some(refusal) => Err(refusal),
        None => result,
    }
}

fn order(call: &Call) -> Result<Option<(String, bool)>, Refusal> {
    let Some(sort) = call.field("sort").filter(|sort| sort.is_object()) else { return Ok(None) };
    let field = sort.get("field").and_then(Value::as_str).unwrap_or("created_at");
    match sort.get("order").and_then(Value::as_str).unwrap_or("descending") {
        "ascending" => Ok(Some((field.to_owned(), false))),
        "descending" => Ok(Some((field.to_owned(), true))),
        other => Err(Refusal::new(
            400,
            "invalid_sort_order",
            format!("Invalid sort order '{other}'. Must be one of: ascending, descending"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(query: Value) -> Result<bool, Refusal> {
        Query::parse(&query, 0)?.matches(&|name| match name {
            "id" => Ok(Field::Int(12)),
            "email" => Ok(Field::Text("Ann@Example.com".to_owned())),
            "tag_ids" => Ok(Field::List(vec!["3".to_owned(), "4".to_owned()])),
            "created_at" => Ok(Field::Day(DAY * 10 + 500)),
            "open" => Ok(Field::Bool(true)),
            "owner_id" => Ok(Field::Null),
            other => Err(unknown_field(other)),
        })
    }

    #[test]
    fn operators_tell_fields() {
        let cases = [
            ("id", "=", json!("12"), true),
            ("id", "IN", json!([1, 12]), true),
            ("id", "NIN", json!([1, 12]), false),
            ("id", ">", json!(12), true),
            ("id", "<", json!(11), false),
            ("email", "=", json!("ann@example.com"), true),
            ("email", "~", json!("EXAMPLE"), true),
            ("email", "^", json!("ann"), true),
            ("email", "$", json!(".org"), false),
            ("tag_ids", "=", json!("4"), true),
            ("tag_ids", "!=", json!("4"), false),
            ("open", "=", json!(true), true),
            ("owner_id", "=", Value::Null, true),
            ("created_at", "=", json!(DAY * 10), true),
            ("created_at", ">", json!(DAY * 10), false),
            ("created_at", ">", json!(DAY * 9), true),
        ];
        for (field, operator, value, wanted) in cases {
            let query = json!({ "field": field, "operator": operator, "value": value });
            assert_eq!(told(query.clone()).unwrap(), wanted, "{query}");
        }
    }

    #[test]
    fn groups_nest_twice_and_give_hints() {
        let query = json!({ "operator": "AND", "value": [
            { "field": "id", "operator": "=", "value": 12 },
            { "operator": "OR", "value": [
                { "field": "open", "operator": "=", "value": false },
                { "field": "tag_ids", "operator": "=", "value": "3" },
            ] },
        ] });
        assert!(told(query.clone()).unwrap());
        let parsed = Query::parse(&query, 0).unwrap();
        assert_eq!(parsed.wanted("id"), Some(vec!["12".to_owned()]));
        assert_eq!(parsed.wanted("tag_ids"), None);
        let deep = json!({ "operator": "AND", "value": [{ "operator": "OR", "value": [query] }] });
        assert_eq!(told(deep).unwrap_err().status, 400);
    }

    #[test]
    fn unknown_fields_operators_and_day_ranges_are_refused() {
        for (field, operator) in [("colour", "="), ("id", "=="), ("created_at", ">=")] {
            let query = json!({ "field": field, "operator": operator, "value": 1 });
            assert_eq!(told(query).unwrap_err().code, "parameter_invalid");
        }
    }
}
