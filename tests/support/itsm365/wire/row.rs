//! A row as it is built: only what is asked for, by the names that the tenant has for it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::desk::tenant::Tenant;
use super::super::desk::{Facts, Moment};

/// Which attributes are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// The whole object, with every collection that leads back to it.
    All,
    /// These.
    Codes(&'a BTreeSet<String>),
    /// None, but their names.
    Names,
}

/// A row in the making.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) facts: &'a Facts,
    class: &'static str,
    wanted: Wanted<'a>,
    members: Map<String, Value>,
}

impl<'a> Row<'a> {
    /// A row of a class, with what all objects have.
    pub(crate) fn new(facts: &'a Facts, class: &'static str, fqn: &str, id: i64, wanted: Wanted<'a>) -> Self {
        let row = Self { facts, class, wanted, members: Map::new() };
        row.with("UUID", || json!(facts.tenant.uuid(class, id))).with("metaClass", || json!(facts.tenant.fqn(fqn)))
    }

    /// How the tenant calls things.
    pub(crate) fn tenant(&self) -> Tenant {
        self.facts.tenant
    }

    /// Adds an attribute, if it is wanted.
    pub(crate) fn with(mut self, usual: &str, value: impl FnOnce() -> Value) -> Self {
        let code = self.facts.tenant.attribute(self.class, usual);
        match self.wanted {
            Wanted::Codes(codes) if !codes.contains(code) => {}
            Wanted::Names => drop(self.members.insert(code.to_owned(), Value::Null)),
            _ => drop(self.members.insert(code.to_owned(), value())),
        }
        self
    }

    /// A text; an empty one is null.
    pub(crate) fn text(self, code: &str, text: &str) -> Self {
        self.with(code, || if text.is_empty() { Value::Null } else { json!(text) })
    }

    /// What is as it is.
    pub(crate) fn plain(self, code: &str, value: impl Into<Value>) -> Self {
        self.with(code, || value.into())
    }

    /// A time.
    pub(crate) fn date(self, code: &str, moment: impl Into<Option<Moment>>) -> Self {
        let (tenant, moment) = (self.tenant(), moment.into());
        self.with(code, || moment.map_or(Value::Null, |moment| json!(tenant.date(moment))))
    }

    /// An object of a class, or none.
    pub(crate) fn object(self, code: &str, class: &'static str, id: impl Into<Option<i64>>) -> Self {
        let (facts, id) = (self.facts, id.into());
        self.with(code, || id.map_or(Value::Null, |id| super::link(facts, class, id)))
    }

    /// Objects of a class.
    pub(crate) fn objects(self, code: &str, class: &'static str, ids: impl FnOnce() -> Vec<i64>) -> Self {
        let facts = self.facts;
        self.with(code, || ids().into_iter().map(|id| super::link(facts, class, id)).collect())
    }

    /// What all objects have; some fill in more of it.
    pub(crate) fn common(self, title: &str, created: Moment, modified: Moment, removed: Option<Moment>) -> Self {
        self.text("title", title)
            .with("number", || Value::Null)
            .with("author", || Value::Null)
            .date("creationDate", created)
            .date("lastModifiedDate", modified)
            .plain("removed", removed.is_some())
            .date("removalDate", removed)
            .with("icon", || Value::Null)
            .with("system_icon", || Value::Null)
            .with("folders", || json!([]))
    }

    /// Collections that are empty here.
    pub(crate) fn nothing(self, codes: &str) -> Self {
        codes.split(' ').fold(self, |row, code| row.with(code, || json!([])))
    }

    /// The row.
    pub(crate) fn done(self) -> Map<String, Value> {
        self.members
    }
}
