//! What is to be sent.

use std::fmt;
use std::path::PathBuf;

use serde_json::Value;

use crate::Secret;

/// Most bytes of a reply that are kept in memory where the request says nothing else.
const BYTES_MAX: u64 = 256 << 20;

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
    /// Path after the base URL, with a leading slash, segments already percent-encoded; or a whole address on the same server.
    pub path: String,
    /// Query parameters, not yet encoded.
    pub query: Vec<(String, String)>,
    /// Whether it goes out without the login and without the tokens.
    pub anonymous: bool,
    /// Headers of this call alone.
    pub headers: Vec<(String, Secret)>,
    /// JSON body.
    pub body: Option<Value>,
    /// Fields of a form, sent as the body instead.
    pub form: Option<Vec<(String, Secret)>>,
    /// Whether sending it twice does no harm, so that the client may repeat it: any GET, a search by POST.
    pub idempotent: bool,
    /// Whether a success without a body is a success. Else it is doubtful: Intercom is known to answer so now and then.
    pub empty_reply: bool,
    /// Whether [`Reply::json`](crate::Reply::json) stays `Null`: the caller needs little or nothing of a long reply, and reads
    /// that out of the body.
    pub unparsed: bool,
    /// Most bytes of a reply, after it was unpacked; a longer one is an error.
    pub bytes_max: u64,
    /// Where the bytes of a success go instead of into [`Reply::body`](crate::Reply::body). A redirect is a success then, for the
    /// caller to judge.
    pub save: Option<PathBuf>,
    /// Statuses of 500 and above that are a refusal, not a failure that passes.
    pub refusals: &'static [u16],
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
            anonymous: false,
            headers: Vec::new(),
            body: None,
            form: None,
            idempotent: method == Method::Get,
            empty_reply: method == Method::Delete,
            unparsed: false,
            bytes_max: BYTES_MAX,
            save: None,
            refusals: &[],
        }
    }

    /// The path as messages show it: without its query, which may hold a signature or a key.
    pub fn shown_path(&self) -> String {
        self.path.split(['?', '#']).next().unwrap_or_default().to_owned()
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }
}

/// A value as one piece of a path: nothing in it opens another piece or the query.
pub fn path_piece(value: &str) -> String {
    let mut piece = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'~')
            || (byte == b'.' && !matches!(value, "." | ".."))
        {
            piece.push(char::from(byte));
        } else {
            piece.push_str(&format!("%{byte:02X}"));
        }
    }
    piece
}

#[cfg(test)]
mod tests {
    use super::path_piece;

    #[test]
    fn a_piece_of_a_path_has_no_slash_and_no_plus_and_leads_nowhere_else() {
        assert_eq!(path_piece("hesk:contact:a/b c+d@x.test"), "hesk%3Acontact%3Aa%2Fb%20c%2Bd%40x.test");
        assert_eq!([path_piece(".."), path_piece("."), path_piece("a?b=1#c")], ["%2E%2E", "%2E", "a%3Fb%3D1%23c"]);
    }
}
