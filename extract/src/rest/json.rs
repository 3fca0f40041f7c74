//! JSON out of whatever comes: another charset, bytes that are none of it, escapes that were cut in two.

use deskferry_http::Reply;
use serde_json::Value;

use crate::{Error, Result};

/// The JSON of a reply, null where it has no content, and what was odd about it. `what` is what messages call it.
///
/// # Errors
/// `Reply` where it is no JSON.
pub(super) fn decode(what: &str, reply: &Reply) -> Result<(Value, Option<&'static str>)> {
    let content_type = reply.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let body = reply.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&reply.body);
    if body.trim_ascii().is_empty() {
        return Ok((Value::Null, None));
    }
    let error = match serde_json::from_slice(body) {
        Ok(json) => return Ok((json, None)),
        Err(error) => error,
    };
    let (text, mut odd) = text(body, content_type);
    let json = serde_json::from_str(&text).or_else(|_| {
        odd = Some("a reply has characters that were cut in two or must not stand in JSON: they are shown as \u{fffd}");
        serde_json::from_str(&repaired(&text))
    });
    if let Ok(json) = json {
        return Ok((json, odd));
    }
    let is_page = content_type.contains("html") || body.trim_ascii_start().starts_with(b"<");
    Err(Error::Reply {
        what: what.to_owned(),
        reason: if is_page { "an HTML page instead of JSON".into() } else { format!("no JSON: {error}") },
        hint: if is_page {
            "check [source] url in deskferry.toml: it must be the address of the API; a wrong tenant or a login page in front of it looks like this, too".into()
        } else {
            "look at what this address gives; if the path is wrong, correct it in the spec".into()
        },
    })
}

/// The text of a body: in the charset that it says, else UTF-8 with what is none shown as such; where nothing in it is UTF-8, in
/// the usual charset of old.
fn text(body: &[u8], content_type: &str) -> (String, Option<&'static str>) {
    if let Ok(text) = std::str::from_utf8(body) {
        return (text.to_owned(), None);
    }
    let label = content_type.split("charset=").nth(1).unwrap_or_default().trim_matches(['"', ' ', ';']);
    let said = encoding_rs::Encoding::for_label(label.as_bytes()).filter(|e| *e != encoding_rs::UTF_8);
    if let Some(encoding) = said {
        return (encoding.decode(body).0.into_owned(), None);
    }
    let has_utf8 = body.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    if has_utf8 {
        let odd = "a reply has bytes that are not UTF-8: they are shown as \u{fffd}";
        return (String::from_utf8_lossy(body).into_owned(), Some(odd));
    }
    let odd = "a reply is not in UTF-8: it was read as Windows-1252";
    (encoding_rs::WINDOWS_1252.decode(body).0.into_owned(), Some(odd))
}

/// JSON text in whose strings halves of surrogate pairs are � and control characters are escaped.
fn repaired(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_string = false;
    while let Some(c) = rest.chars().next() {
        let unit = |text: &str| u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
        let taken = match (c, in_string) {
            ('\\', true) => match unit(rest) {
                Some(0xd800..0xdc00) if rest.get(6..).and_then(unit).is_some_and(|u| (0xdc00..0xe000).contains(&u)) => {
                    12
                }
                Some(0xd800..0xe000) => {
                    out.push('\u{fffd}');
                    rest = &rest[6..];
                    continue;
                }
                Some(_) => 6,
                None => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            },
            (c, true) if c < ' ' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
                rest = &rest[1..];
                continue;
            }
            ('"', _) => {
                in_string = !in_string;
                1
            }
            _ => c.len_utf8(),
        };
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(body: &[u8], content_type: &'static str) -> (Value, bool) {
        let mut headers = deskferry_http::Headers::new();
        headers.insert("content-type", content_type.parse().unwrap());
        let reply = Reply { status: 200, headers, body: body.to_vec().into(), json: Value::Null, request_id: None };
        let (json, odd) = decode("table `x`", &reply).unwrap();
        (json, odd.is_some())
    }

    #[test]
    fn one_wrong_byte_spoils_nothing_else() {
        let json = "application/json; charset=utf-8";
        assert_eq!(decoded("[\"Zürich 😀\"]".as_bytes(), json), (serde_json::json!(["Zürich 😀"]), false));
        let (value, odd) = decoded(b"[\"Z\xc3\xbcrich\", \"cut \xc3\"]", json);
        assert_eq!((value, odd), (serde_json::json!(["Zürich", "cut \u{fffd}"]), true));
        assert_eq!(
            decoded(b"[\"Z\xfcrich\"]", "application/json; charset=iso-8859-1").0,
            serde_json::json!(["Zürich"])
        );
        assert_eq!(decoded(b"[\"Z\xfcrich\"]", json), (serde_json::json!(["Zürich"]), true));
        assert_eq!(decoded(b"", json).0, Value::Null);
    }

    #[test]
    fn halves_of_characters_and_raw_control_characters_are_taken() {
        let (value, odd) = decoded(br#"["cut \ud83d", "whole \ud83d\ude00", "\\ud83d", "a\"b"]"#, "application/json");
        assert_eq!((value, odd), (serde_json::json!(["cut \u{fffd}", "whole 😀", "\\ud83d", "a\"b"]), true));
        assert_eq!(decoded(b"[\"line\nbreak\"]", "application/json").0, serde_json::json!(["line\nbreak"]));
    }
}
