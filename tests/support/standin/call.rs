//! One call, and which of its parameters were listened to.

use std::cell::RefCell;
use std::collections::BTreeSet;

use axum::http::{HeaderMap, Method};
use chrono::NaiveDateTime;
use chrono::format::ParseErrorKind;

/// A call as it came in; names of parameters and paths know no case.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Lower case, without the `/` it begins with.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    parameters: Vec<(String, String)>,
    heard: RefCell<BTreeSet<String>>,
}

impl Call {
    pub(crate) fn new(method: Method, path: &str, query: &str, headers: HeaderMap, body: Vec<u8>) -> Self {
        let parameters = url::form_urlencoded::parse(query.as_bytes());
        Self {
            method,
            path: path.trim_matches('/').to_ascii_lowercase(),
            headers,
            body,
            parameters: parameters.map(|(name, value)| (name.to_ascii_lowercase(), value.into_owned())).collect(),
            heard: RefCell::default(),
        }
    }

    /// A parameter; an empty one is none.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.heard.borrow_mut().insert(name.into());
        let found = self.parameters.iter().find(|(known, _)| known == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }

    /// Whether a switch is on.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    }

    /// A number; what is none is no parameter.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// All values of a parameter that is given more than once.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        self.heard.borrow_mut().insert(name.into());
        let found = self.parameters.iter().filter(|(known, value)| known == name && !value.is_empty());
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// Numbers with commas between them.
    pub(crate) fn numbers(&self, name: &str) -> Vec<i64> {
        self.text(name).map(|text| text.split(',').filter_map(|n| n.trim().parse().ok()).collect()).unwrap_or_default()
    }

    /// A time, with or without `Z`, a fraction, the time of day; the text of it where it is none.
    pub(crate) fn moment(&self, name: &str) -> Result<Option<NaiveDateTime>, String> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let bare = text.trim_end_matches('Z');
        let parsed = NaiveDateTime::parse_from_str(bare, "%Y-%m-%dT%H:%M:%S%.f").or_else(|e| match e.kind() {
            ParseErrorKind::TooShort => NaiveDateTime::parse_from_str(&format!("{bare}T00:00:00"), "%Y-%m-%dT%H:%M:%S"),
            _ => Err(e),
        });
        parsed.map(Some).map_err(|_| text.to_owned())
    }

    /// Listens to parameters that change nothing here.
    pub(crate) fn hear(&self, names: &[&str]) {
        self.heard.borrow_mut().extend(names.iter().map(|name| (*name).to_owned()));
    }

    /// Parameters that nobody listened to.
    pub(crate) fn ignored(&self) -> Vec<&str> {
        let heard = self.heard.borrow();
        self.parameters.iter().map(|(name, _)| name.as_str()).filter(|name| !heard.contains(*name)).collect()
    }

    /// The token that came with it.
    pub(crate) fn token(&self) -> Option<&str> {
        self.headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")
    }
}
