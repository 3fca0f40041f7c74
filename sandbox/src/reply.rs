//! What a handler answers.

use bytes::Bytes;
use serde_json::Value;

/// Status and body of a successful call.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Body,
}

/// The body of a reply.
#[derive(Debug)]
pub(crate) enum Body {
    Json(Value),
    /// JSON that is already text.
    Text(String),
    Empty,
    Html(String),
    File {
        name: String,
        content_type: String,
        bytes: Bytes,
    },
}

impl Reply {
    pub(crate) fn json(value: Value) -> Self {
        Self { status: 200, body: Body::Json(value) }
    }

    pub(crate) fn text(text: String) -> Self {
        Self { status: 200, body: Body::Text(text) }
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, body: Body::Empty }
    }

    pub(crate) fn html(page: String) -> Self {
        Self { status: 200, body: Body::Html(page) }
    }
}

/// A handler's result.
pub(crate) type Answer = Result<Reply, crate::refusal::Refusal>;
