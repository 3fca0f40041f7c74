//! `without_images(html, places)`: the HTML with a text (`[image: alt]`) in place of each image whose `src` is one of a JSON
//! array: images that are attached instead, or that nobody could open any more. `places` NULL is none.

use std::collections::HashSet;
use std::sync::LazyLock;

use datafusion::logical_expr::ScalarUDF;
use regex::{Captures, Regex};

use super::html;
use super::scalar::{Kind, Scalar};

static IMAGE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)<img\b[^>]*>").ok());
static SRC: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(?i)\ssrc="([^"]*)""#).ok());
static ALT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(?i)\salt="([^"]*)""#).ok());

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::texts("without_images", 2, &[Kind::Text, Kind::Text], |row| {
        let html = row[0]?;
        let Some(places) = row[1].filter(|_| html.contains("<img")) else { return Some(html.to_owned()) };
        let places: HashSet<String> = serde_json::from_str(places).unwrap_or_default();
        Some(replaced(html, &places))
    })
}

fn replaced(html: &str, places: &HashSet<String>) -> String {
    let Some(image) = IMAGE.as_ref() else { return html.to_owned() };
    let value = |pattern: &LazyLock<Option<Regex>>, tag: &str| {
        let found = pattern.as_ref().and_then(|pattern| Some(pattern.captures(tag)?.get(1)?.as_str().to_owned()));
        found.unwrap_or_default()
    };
    image
        .replace_all(html, |found: &Captures<'_>| {
            let (tag, src) = (&found[0], value(&SRC, &found[0]));
            if !places.contains(&src) && !places.contains(html::decode(&src).as_ref()) {
                return tag.to_owned();
            }
            let alt = value(&ALT, tag);
            if alt.trim().is_empty() { "[image]".to_owned() } else { format!("[image: {}]", alt.replace('<', "&lt;")) }
        })
        .into_owned()
}
