//! What is to be sent.

use std::fmt;

use serde_json::Value;

/// The four methods that deskferry uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or searches.
    Post,
    /// Changes.
    Put,
    /// Deletes.
    Delete,
}

impl Method {
    /// As on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One call.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Path after the base URL, with a leading slash, segments already percent-encoded.
    pub path: String,
    /// Query parameters, not yet encoded.
    pub query: Vec<(String, String)>,
    /// JSON body.
    pub body: Option<Value>,
    /// Whether sending it twice does no harm, so that the client may repeat it: any GET, a search by POST.
    pub idempotent: bool,
    /// Whether a success without a body is a success. Else it is doubtful: Intercom is known to answer so now and then.
    pub empty_reply: bool,
    /// Whether [`Reply::json`](crate::Reply::json) stays `Null`: the caller needs little or nothing of a long reply, and reads
    /// that out of the body.
    pub unparsed: bool,
}

impl Request {
    /// Reads `path`.
    pub fn get(path: impl Into<String>) -> Self {
        Self { idempotent: true, ..Self::new(Method::Get, path) }
    }

    /// Writes `body` to `path`; never repeated where its outcome is unknown.
    pub fn write(method: Method, path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(method, path) }
    }

    /// Searches by POST, which is a read.
    pub fn search(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), idempotent: true, ..Self::new(Method::Post, path) }
    }

    /// A call without query and body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            body: None,
            idempotent: method == Method::Get,
            empty_reply: method == Method::Delete,
            unparsed: false,
        }
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }
}
