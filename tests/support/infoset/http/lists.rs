//! Paging, envelopes and windows of time.

use chrono::{DateTime, Duration, NaiveDateTime};
use serde_json::{Map, Value, json};

use super::super::desk::moment::Moment;
use super::call::Call;
use super::refusals::invalid;
use super::reply::Reply;
use super::server::Server;

/// Rows of a page that no size was asked for.
const DEFAULT_SIZE: i64 = 15;

/// The page of a list that a call asks for, with rows made of its items only.
pub(crate) fn page<T>(server: &Server, call: &Call, items: Vec<T>, row: impl Fn(T) -> Value) -> Reply {
    let (switches, names) = (server.switches(), server.parameters());
    let number = |name: &'static str, unless: i64| match call.text(name).map(str::parse::<i64>) {
        None => Ok(unless),
        Some(Ok(number)) if number >= 1 => Ok(number),
        Some(_) => Err(invalid(&switches, name, "The value is not valid.")),
    };
    let asked = match (number(names.page, 1), number(names.size, DEFAULT_SIZE.min(switches.size_max))) {
        (Ok(page), Ok(size)) => (page, size),
        (Err(refusal), _) | (_, Err(refusal)) => return refusal,
    };
    if asked.1 > switches.size_max && switches.oversize_is_refused {
        let most = format!("The field must be between 1 and {}.", switches.size_max);
        return invalid(&switches, names.size, &most);
    }
    let (total, size) = (items.len(), asked.1.min(switches.size_max));
    let from = (asked.0 - 1).saturating_mul(size) as usize;
    let rows: Vec<Value> = items.into_iter().skip(from).take(size as usize).map(row).collect();
    let mut envelope = Map::from_iter([(names.items.to_owned(), Value::Array(rows))]);
    if call.flag(names.total) {
        envelope.insert(names.total_items.into(), json!(total));
    } else if switches.unasked_total_is_zero {
        envelope.insert(names.total_items.into(), json!(0));
    }
    Reply::json(&Value::Object(envelope))
}

/// A time in a parameter: with `Z` or an offset, without one as the account writes such, or a day.
pub(crate) fn moment(server: &Server, call: &Call, name: &'static str) -> Result<Option<Moment>, Reply> {
    let Some(text) = call.text(name) else { return Ok(None) };
    if let Ok(whole) = DateTime::parse_from_rfc3339(text) {
        return Ok(Some(whole.naive_utc()));
    }
    let bare = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
        .or_else(|_| NaiveDateTime::parse_from_str(&format!("{text}T00:00:00"), "%Y-%m-%dT%H:%M:%S"));
    let ahead = Duration::hours(if server.switches().bare_dates_in_istanbul { 3 } else { 0 });
    let refused = |_| invalid(&server.switches(), name, &format!("The value '{text}' is not valid."));
    bare.map(|moment| Some(moment - ahead)).map_err(refused)
}
