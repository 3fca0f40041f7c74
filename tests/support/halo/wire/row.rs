//! One JSON row, with the habits of the API: nulls left out, dates without an offset, some ids as doubles.

use serde_json::{Map, Value, json};

use super::super::desk::field::Held;
use super::super::desk::moment::Moment;
use super::super::dice::{Dice, guid};

/// What all rows have in common.
#[derive(Debug)]
pub(crate) struct Dialect {
    pub(crate) seed: u64,
    /// Whether every id is written as a double.
    pub(crate) doubles: bool,
    /// Address of the resource server, for links in texts.
    pub(crate) url: String,
}

impl Dialect {
    /// A row of object number `id` of a kind.
    pub(crate) fn row(&self, kind: &'static str, id: i64) -> Row<'_> {
        Row { dialect: self, kind, id, map: Map::new() }
    }

    /// HTML with links to this server: `{desk}` its resources, `{portal}` what people see of it.
    pub(crate) fn html(&self, html: &str) -> String {
        html.replace("{desk}", &self.url).replace("{portal}", self.url.trim_end_matches("/api"))
    }
}

/// A row in the making.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    dialect: &'a Dialect,
    kind: &'static str,
    id: i64,
    map: Map<String, Value>,
}

impl Row<'_> {
    /// Chance that is this member's own: the same in lists and details.
    fn dice(&self, key: &str) -> Dice {
        Dice::new(self.dialect.seed, &format!("{}.{key}", self.kind), self.id)
    }

    /// A member that is always there.
    pub(crate) fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.map.insert(key.into(), value.into());
        self
    }

    /// Members that are always there.
    pub(crate) fn all(mut self, members: Value) -> Self {
        if let Value::Object(members) = members {
            self.map.extend(members);
        }
        self
    }

    /// A text: an empty one is left out, null or empty.
    pub(crate) fn text(self, key: &str, text: &str) -> Self {
        if !text.is_empty() {
            return self.set(key, text);
        }
        match self.dice(key).below(8) {
            0..=3 => self,
            4 => self.set(key, Value::Null),
            _ => self.set(key, ""),
        }
    }

    /// An id: a whole number, unless everything is a double.
    pub(crate) fn id(self, key: &str, id: i64) -> Self {
        let value = if self.dialect.doubles { json!(id as f64) } else { json!(id) };
        self.set(key, value)
    }

    /// An id that may be missing.
    pub(crate) fn maybe_id(self, key: &str, id: Option<i64>) -> Self {
        match id {
            Some(id) => self.id(key, id),
            None => self,
        }
    }

    /// The GUID of the object.
    pub(crate) fn guid(self) -> Self {
        let guid = guid(self.dialect.seed, self.kind, self.id);
        self.set("guid", guid)
    }

    /// A time.
    pub(crate) fn date(self, key: &str, moment: Moment) -> Self {
        let long = self.dice(key).in_thousand(150);
        self.set(key, written(moment, long))
    }

    /// A time that may be none: left out, null, or one of the dates that mean none.
    pub(crate) fn maybe_date(self, key: &str, moment: Option<Moment>) -> Self {
        let Some(moment) = moment else {
            let none = match self.dice(key).below(6) {
                0 => return self,
                1 => Value::Null,
                2 => json!("1900-01-01T00:00:00"),
                3 => json!("0001-01-01T00:00:00"),
                _ => json!("1899-12-30T00:00:00"),
            };
            return self.set(key, none);
        };
        self.date(key, moment)
    }

    /// HTML with links to this server; an empty one as an empty text.
    pub(crate) fn html(self, key: &str, html: &str) -> Self {
        let html = self.dialect.html(html);
        self.text(key, &html)
    }

    /// The custom fields.
    pub(crate) fn fields(self, held: &[Held]) -> Self {
        let fields: Vec<Value> = held.iter().map(super::fields::held).collect();
        self.set("customfields", fields)
    }

    /// The row.
    pub(crate) fn done(self) -> Value {
        Value::Object(self.map)
    }
}

/// A time as the API writes it: UTC without an offset, 0 to 7 digits of a second.
pub(crate) fn written(moment: Moment, long: bool) -> String {
    let text = moment.format("%Y-%m-%dT%H:%M:%S%.3f").to_string();
    if long {
        return format!("{text}0000");
    }
    match text.split_once('.') {
        Some((second, "000")) => second.to_owned(),
        _ => text.trim_end_matches('0').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::desk::moment::{day, later};
    use super::*;

    #[test]
    fn times_have_as_many_digits_as_they_need_or_seven() {
        let midnight = day(2026, 6, 30);
        assert_eq!(written(midnight, false), "2026-06-30T00:00:00");
        assert_eq!(written(later(midnight, 360), false), "2026-06-30T00:00:00.36");
        assert_eq!(written(later(midnight, 857), true), "2026-06-30T00:00:00.8570000");
    }
}
