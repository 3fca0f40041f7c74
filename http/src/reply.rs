//! What came back, and what an error body says.

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// A successful reply.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Bytes,
    /// The body as JSON; `Null` where it is empty or is not JSON, or where the request wants it as it came.
    pub json: Value,
    /// `X-Request-Id`, by which the other side's support finds the call.
    pub request_id: Option<String>,
}

/// What an error reply says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
}

impl Refusal {
    /// Whether it, or the body that it is read from, has one of some texts in it.
    pub(crate) fn holds(&self, texts: &[String], body: &[u8]) -> bool {
        let body = if texts.is_empty() { "".into() } else { String::from_utf8_lossy(body) };
        let is_in = |text: &String| {
            let mut said = [&self.code, &self.message].into_iter().flatten();
            body.contains(text.as_str()) || said.any(|said| said.contains(text.as_str()))
        };
        texts.iter().any(is_in)
    }
}

/// Longest piece of a foreign error text that is kept.
const MESSAGE_CHARS: usize = 500;

/// Reads Intercom's `error.list`, and the usual fields of other systems, or a text alone.
pub(crate) fn refusal(headers: &HeaderMap, body: &[u8]) -> Refusal {
    let json: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let first = &json["errors"][0];
    let text = |value: &Value| value.as_str().map(|s| s.chars().take(MESSAGE_CHARS).collect::<String>());
    let code = text(&first["code"]).or_else(|| text(&json["code"])).or_else(|| text(&json["error_key"]));
    // OAuth: the error is a code where a description stands beside it.
    let code = code.or_else(|| text(&json["error"]).filter(|_| json["error_description"].is_string()));
    let message = text(&first["message"])
        .or_else(|| text(&json["message"]))
        .or_else(|| text(&json["error_description"]))
        .or_else(|| text(&json["error"]))
        .or_else(|| text(&json["error"]["error_description"]))
        .or_else(|| text(&json["Message"]))
        .or_else(|| text(&json["errorMessage"]))
        .or_else(|| text(&json))
        .or_else(|| plain(body))
        .map(|m| match text(&first["field"]) {
            Some(field) => format!("{m} (field {field})"),
            None => m,
        });
    Refusal { code, message, request_id: text(&json["request_id"]).or_else(|| header(headers, "x-request-id")) }
}

/// The text of a body that is neither JSON nor a page.
fn plain(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let is_text = !text.is_empty() && !text.starts_with(['<', '{', '[']);
    is_text.then(|| text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MESSAGE_CHARS).collect())
}

pub(crate) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|v| v.to_str().ok()).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_reads_error_list_with_request_id() {
        let body = br#"{"type":"error.list","request_id":"r1","errors":[{"code":"conflict","message":"exists","field":"email"}]}"#;
        let found = refusal(&HeaderMap::new(), body);
        assert_eq!(found.code.as_deref(), Some("conflict"));
        assert_eq!(found.message.as_deref(), Some("exists (field email)"));
        assert_eq!(found.request_id.as_deref(), Some("r1"));
        assert_eq!(refusal(&HeaderMap::new(), b"<html>"), Refusal::default());
        let found = refusal(&HeaderMap::new(), "Ошибка:\r\n нет атрибута".as_bytes());
        assert_eq!(found.message.as_deref(), Some("Ошибка: нет атрибута"));
    }
}
