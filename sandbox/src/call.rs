//! One call as the handlers see it: route parameters, query, JSON body, time.

use crate::attachments::{self, NewFile};
use crate::html;
use crate::refusal::Refusal;
use serde_json::{Map, Value};

/// The last second of the year 9999: a time beyond it was given in milliseconds.
const SECONDS_MAX: i64 = 253_402_300_799;

/// One call.
#[derive(Debug, Default)]
pub(crate) struct Call {
    pub(crate) params: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Value,
    pub(crate) now_ms: i64,
    /// Where this sandbox is reached, without a slash at the end.
    pub(crate) base_url: String,
    /// `body.body` as clean HTML; made before the workspace is locked.
    pub(crate) html: Option<String>,
    /// `body.attachment_files`, decoded before the workspace is locked.
    pub(crate) files: Vec<NewFile>,
}

impl Call {
    /// Does the work that needs no workspace: cleans the HTML and decodes the files.
    pub(crate) fn prepare(&mut self) -> Result<(), Refusal> {
        if let Some(body) = self.body.get("body").and_then(Value::as_str) {
            self.html = Some(html::clean_message(body));
        }
        if let Some(files) = self.body.get("attachment_files") {
            self.files = attachments::decode(files)?;
        }
        Ok(())
    }

    /// Now, in seconds.
    pub(crate) fn now(&self) -> i64 {
        self.now_ms.div_euclid(1000)
    }

    /// The nth `{…}` of the route.
    pub(crate) fn param(&self, index: usize) -> &str {
        self.params.get(index).map_or("", String::as_str)
    }

    /// The nth `{…}` as a number; something else is unknown, thus 404.
    pub(crate) fn number(&self, index: usize) -> Result<u64, Refusal> {
        self.param(index).parse().map_err(|_| Refusal::no_resource())
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        self.body.get(name)
    }

    /// The body; a call without one has an empty object.
    pub(crate) fn object(&self) -> Result<Option<&Map<String, Value>>, Refusal> {
        match &self.body {
            Value::Object(object) => Ok(Some(object)),
            Value::Null => Ok(None),
            _ => Err(Refusal::new(400, "bad_request", "the body must be a JSON object")),
        }
    }

    /// A text field; `null` and absence are `None`.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        text_of(self.field(name), name)
    }

    pub(crate) fn text_needed(&self, name: &str) -> Result<&str, Refusal> {
        match self.text(name)? {
            Some(text) if !text.trim().is_empty() => Ok(text),
            _ => Err(Refusal::missing(format!("{name} is a required parameter"))),
        }
    }

    /// An id: the description says text, its examples send integers, both are taken.
    pub(crate) fn id(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.field(name) {
            Some(value) => id_of(value, name),
            None => Ok(None),
        }
    }

    pub(crate) fn id_needed(&self, name: &str) -> Result<String, Refusal> {
        self.id(name)?.ok_or_else(|| Refusal::missing(format!("{name} is a required parameter")))
    }

    pub(crate) fn bool(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.field(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(Refusal::invalid(format!("{name} must be a boolean"))),
        }
    }

    pub(crate) fn int(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.field(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) => Ok(Some(number)),
                None => Err(Refusal::invalid(format!("{name} must be an integer"))),
            },
        }
    }

    /// A time in seconds since 1970.
    pub(crate) fn seconds(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.int(name)? {
            Some(time) if !(0..=SECONDS_MAX).contains(&time) => {
                Err(Refusal::invalid(format!("{name} must be a time in seconds since 1970")))
            }
            other => Ok(other),
        }
    }
}

/// A text value; `null` and absence are `None`.
pub(crate) fn text_of<'v>(value: Option<&'v Value>, name: &str) -> Result<Option<&'v str>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::invalid(format!("{name} must be a string"))),
    }
}

/// An id given as text or integer.
pub(crate) fn id_of(value: &Value, name: &str) -> Result<Option<String>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Number(number) => Ok(Some(number.to_string())),
        _ => Err(Refusal::invalid(format!("{name} must be a string"))),
    }
}
