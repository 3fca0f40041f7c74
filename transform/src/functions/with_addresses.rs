//! `with_addresses(html, addresses)`: the HTML with links to other rows (`href="deskferry:<source_key>"`) rewritten by a JSON object
//! of address by key; a link that has none becomes its text.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use datafusion::logical_expr::ScalarUDF;
use regex::{Captures, Regex};

use super::html;
use super::scalar::{Kind, Scalar};

static LINK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?is)<a\s[^>]*?href="deskferry:([^"]*)"[^>]*>(.*?)</a>"#).ok());

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::texts("with_addresses", 2, &[Kind::Text, Kind::Text], |row| {
        let html = row[0]?;
        let Some(link) = LINK.as_ref().filter(|_| html.contains("deskferry:")) else { return Some(html.to_owned()) };
        let addresses: BTreeMap<String, String> = serde_json::from_str(row[1].unwrap_or("{}")).unwrap_or_default();
        let linked = link.replace_all(html, |found: &Captures<'_>| {
            let (whole, key, inner) = (&found[0], &found[1], &found[2]);
            match addresses.get(html::decode(key).as_ref()) {
                Some(address) => whole.replacen(&format!("deskferry:{key}"), &html::escape(address), 1),
                None => inner.to_owned(),
            }
        });
        Some(linked.into_owned())
    })
}
