//! How the desk is set up, and the small classes: objects whose attributes are what they are.

use serde_json::Value;

use super::Moment;

/// An object of a small class.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: i64,
    /// `template$templateCom`, `bpm$route`, …
    pub(crate) fqn: &'static str,
    pub(crate) title: String,
    /// Attributes beside the common ones.
    pub(crate) attributes: Vec<(&'static str, Held)>,
    pub(crate) removed: Option<Moment>,
}

/// What an attribute holds.
#[derive(Debug, Clone)]
pub(crate) enum Held {
    /// As it is.
    Plain(Value),
    /// An object: its usual class and number.
    Object(&'static str, i64),
    /// Objects.
    Objects(Vec<(&'static str, i64)>),
}

impl Entry {
    /// Its class.
    pub(crate) fn class(&self) -> &'static str {
        self.fqn.split('$').next().unwrap()
    }
}
