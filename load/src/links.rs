//! Links between articles: `href="deskferry:<source_key>"` becomes the address of what was made of that row, or plain text.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use crate::ledger::{Ledger, hash};
use crate::tables;

/// An `a` element whose address is one of ours. Contract bodies are clean HTML: attributes in double quotes, no nested links.
static LINK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?is)<a\s[^>]*?href="deskferry:([^"]*)"[^>]*>(.*?)</a>"#).ok());

/// Whether a text or anything in a JSON value links to another row.
pub(crate) fn any(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("href=\"deskferry:"),
        Value::Array(list) => list.iter().any(any),
        Value::Object(map) => map.values().any(any),
        _ => false,
    }
}

/// The value with every link rewritten.
pub(crate) fn rewritten(value: &Value, address: &dyn Fn(&str) -> Option<String>) -> Value {
    match value {
        Value::String(text) => Value::String(text_rewritten(text, address)),
        Value::Array(list) => list.iter().map(|v| rewritten(v, address)).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), rewritten(v, address))).collect(),
        other => other.clone(),
    }
}

/// Addresses of articles and collections as they were known at one moment, so that it makes no difference which of two that link to
/// each other is made first.
#[derive(Debug)]
pub(crate) struct Addresses(HashMap<u128, String>);

impl Addresses {
    pub(crate) fn known(ledger: &Ledger) -> Self {
        Self(ledger.urls())
    }

    /// The value with every link to one of these rewritten, and the others become plain text.
    pub(crate) fn linked(&self, value: &Value) -> Value {
        rewritten(value, &|key| {
            let urls = [tables::ARTICLES, tables::COLLECTIONS].map(|table| self.0.get(&hash(&[table, key])));
            urls.into_iter().flatten().next().cloned()
        })
    }
}

fn text_rewritten(text: &str, address: &dyn Fn(&str) -> Option<String>) -> String {
    let Some(link) = LINK.as_ref().filter(|_| text.contains("deskferry:")) else { return text.to_owned() };
    link.replace_all(text, |found: &Captures<'_>| {
        let (whole, key, inner) = (&found[0], &found[1], &found[2]);
        match address(&key.replace("&amp;", "&")) {
            Some(url) => whole.replacen(&format!("deskferry:{key}"), &url.replace('&', "&amp;").replace('"', "%22"), 1),
            None => inner.to_owned(),
        }
    })
    .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_targets_get_their_address_and_others_become_text() {
        let address = |key: &str| (key == "hesk:article:1").then(|| "https://help/1?a=b&c".to_owned());
        let body = r#"<p><a class="x" href="deskferry:hesk:article:1">one</a> <a href="deskferry:hesk:article:2">t<b>w</b>o</a> <a href="https://x">x</a></p>"#;
        assert_eq!(
            text_rewritten(body, &address),
            r#"<p><a class="x" href="https://help/1?a=b&amp;c">one</a> t<b>w</b>o <a href="https://x">x</a></p>"#
        );
        assert!(any(&serde_json::json!({ "fr": { "body": body } })));
        assert!(!any(&serde_json::json!("deskferry: text")));
    }
}
