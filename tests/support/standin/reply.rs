//! Replies of any kind, some of them broken off in the middle.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use serde_json::Value;

/// A reply before it goes out.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// Status 200 and JSON.
    pub(crate) fn json(body: &Value) -> Self {
        Self::refusal(200, body)
    }

    /// A status and JSON.
    pub(crate) fn refusal(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json; charset=utf-8".into())],
            body: body.to_string().into_bytes(),
        }
    }

    /// A status and nothing else.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// A status and a text.
    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self { status, headers: vec![("content-type", "text/plain; charset=utf-8".into())], body: text.into() }
    }

    /// A status and a web page, as gateways and wrong tenants give.
    pub(crate) fn page(status: u16, title: &str) -> Self {
        let page = format!(
            "<!DOCTYPE html><html><head><title>{title}</title></head><body>{}</body></html>",
            "<p>.</p>".repeat(40)
        );
        Self { status, headers: vec![("content-type", "text/html; charset=utf-8".into())], body: page.into_bytes() }
    }

    /// With one more header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Without a member, if it is an object.
    pub(crate) fn without(mut self, member: &str) -> Self {
        if let Ok(Value::Object(mut body)) = serde_json::from_slice(&self.body) {
            body.shift_remove(member);
            self.body = Value::Object(body).to_string().into_bytes();
        }
        self
    }

    /// As it goes out; `cut` breaks it off in the middle.
    pub(crate) fn into_response(self, cut: bool) -> Response {
        let length = self.body.len();
        let body = if cut {
            let half = Bytes::copy_from_slice(&self.body[..length / 2]);
            let parts = [Ok(half), Err(std::io::Error::other("broken off"))];
            Body::from_stream(futures::stream::iter(parts))
        } else {
            Body::from(self.body)
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap();
        for (name, value) in self.headers {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        if cut {
            response.headers_mut().insert("content-length", HeaderValue::from(length));
        }
        response
    }
}
