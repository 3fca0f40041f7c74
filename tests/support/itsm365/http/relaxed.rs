//! Filters as people write them: JSON, with single quotes, without quotes around names, or as `40x` and base64.

use base64::Engine as _;
use serde_json::Value;

/// The filter in a path or body.
pub(crate) fn parse(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Some(coded) = text.strip_prefix("40x") {
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(coded.trim_end_matches('=')).ok()?;
        return serde_json::from_slice(&bytes).ok();
    }
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&strict(text)).ok())
}

/// The same with double quotes around names and texts.
fn strict(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' | '"' => {
                let mut held = String::new();
                while let Some(inner) = letters.next() {
                    match inner {
                        '\\' => held.extend(letters.next()),
                        inner if inner == letter => break,
                        inner => held.push(inner),
                    }
                }
                out.push_str(&Value::String(held).to_string());
            }
            letter if letter.is_alphabetic() || letter == '_' || letter == '@' => {
                let mut word = String::from(letter);
                while let Some(more) = letters.next_if(|next| next.is_alphanumeric() || "_$@.".contains(*next)) {
                    word.push(more);
                }
                let plain = matches!(word.as_str(), "true" | "false" | "null");
                out.push_str(&if plain { word } else { Value::String(word).to_string() });
            }
            other => out.push(other),
        }
    }
    out
}
