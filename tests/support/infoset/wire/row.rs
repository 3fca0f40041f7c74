//! One JSON row: dates in the three forms there are, nulls, members nobody knows of.

use chrono::Duration;
use serde_json::{Map, Value, json};

use super::super::desk::file::File;
use super::super::desk::moment::Moment;
use super::super::desk::property::Held;
use super::super::dice::Dice;
use super::names;

/// What all rows have in common.
#[derive(Debug, Clone)]
pub(crate) struct Dialect {
    pub(crate) seed: u64,
    /// Whether members have the names of the other edition.
    pub(crate) variant: bool,
    /// Whether dates without an offset are of Istanbul; otherwise UTC.
    pub(crate) bare_in_istanbul: bool,
    /// Address of the file store.
    pub(crate) files_url: String,
}

impl Dialect {
    /// A row of object number `id` of a kind.
    pub(crate) fn row(&self, kind: &'static str, id: i64) -> Row<'_> {
        Row { dialect: self, kind, id, map: Map::new() }
    }

    /// HTML with links to the file store.
    pub(crate) fn html(&self, html: &str) -> String {
        html.replace("{files}", &self.files_url)
    }

    /// A time: with `Z`, with `+03:00`, or without an offset; the other edition has only the last.
    pub(crate) fn written(&self, moment: Moment, form: i64) -> String {
        let istanbul = moment + Duration::hours(3);
        let text = |moment: Moment| moment.format("%Y-%m-%dT%H:%M:%S%.f").to_string();
        match form {
            _ if self.variant => text(istanbul),
            0..=6 => format!("{}Z", text(moment)),
            7 => format!("{}+03:00", text(istanbul)),
            8 if self.bare_in_istanbul => text(istanbul),
            8 => text(moment),
            _ => moment.format("%Y-%m-%dT%H:%M:%S%.3f0000Z").to_string(),
        }
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
    /// A member.
    pub(crate) fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        let key = if self.dialect.variant { names::of(self.kind, key) } else { key };
        self.map.insert(key.into(), value.into());
        self
    }

    /// A text; an empty one is null, or left out, or empty.
    pub(crate) fn text(self, key: &str, text: &str) -> Self {
        if !text.is_empty() {
            return self.set(key, text);
        }
        match Dice::new(self.dialect.seed, key, self.id).below(3) {
            0 => self,
            1 => self.set(key, ""),
            _ => self.set(key, Value::Null),
        }
    }

    /// A time; none is null, or the first of all times.
    pub(crate) fn date(self, key: &str, moment: impl Into<Option<Moment>>) -> Self {
        let form = Dice::new(self.dialect.seed, &format!("{}.{key}", self.kind), self.id).below(10);
        let Some(moment) = moment.into() else {
            let none = if form < 2 { json!("0001-01-01T00:00:00") } else { Value::Null };
            return self.set(key, none);
        };
        let written = self.dialect.written(moment, form);
        self.set(key, written)
    }

    /// Agents: all of them, of the other edition only the first.
    pub(crate) fn owners(self, owners: &[i64]) -> Self {
        match self.dialect.variant {
            true => self.set("ownerIds", owners.first().copied()),
            false => self.set("ownerIds", owners),
        }
    }

    /// The custom properties.
    pub(crate) fn properties(self, held: &[Held]) -> Self {
        let values: Map<String, Value> = held.iter().map(|held| (held.key.to_owned(), held.value.clone())).collect();
        self.set("customProperties", values)
    }

    /// Files, each with a link that ends.
    pub(crate) fn files(self, files: &[File], link: impl Fn(i64) -> String) -> Self {
        let rows: Vec<Value> = files.iter().map(|file| file_row(file, &link(file.id))).collect();
        self.set("attachments", rows)
    }

    /// The row, with members that nobody knows of.
    pub(crate) fn done(self) -> Value {
        let known = self.id % 7 != 0;
        if known {
            Value::Object(self.map)
        } else {
            Value::Object(self.set("_insights", json!({"v": 2, "score": 0.5})).map)
        }
    }
}

/// A file as it is told.
pub(crate) fn file_row(file: &File, link: &str) -> Value {
    json!({"id": file.id, "fileName": file.name, "contentType": file.content_type(), "size": file.size(), "url": link})
}
