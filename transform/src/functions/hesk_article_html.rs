//! `hesk_article_html(content, is_html, site_url)`: a knowledge-base article as clean HTML whose links still work elsewhere.
//!
//! Links to other articles and categories become `deskferry:hesk:article:2` and `deskferry:hesk:collection:3`, which the loader
//! replaces once those have a URL. Other relative links and images are resolved against `site_url`; without it a link loses
//! its target and an image becomes `[image: alt]`. An article that was typed without the editor is escaped text with `<br />`.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, StringViewBuilder};
use arrow::datatypes::DataType;
use datafusion::logical_expr::ScalarUDF;
use regex::Regex;
use url::Url;

use super::clean_html::{clean_with, strict_with};
use super::scalar::{Arguments, Kind, Scalar, text_at, texts};

static INTERNAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:\.{1,2}/)*/?(?:[^?#:]*/)?knowledgebase\.php\?(?:[^#]*?&)?(article|category)=(\d{1,10})").ok()
});

/// The function.
pub(super) fn function() -> ScalarUDF {
    let arguments = Arguments::Fixed(2, &[Kind::Text, Kind::Boolean, Kind::Text]);
    Scalar::columns("hesk_article_html", arguments, DataType::Utf8View, |columns, rows| {
        let contents = texts(&columns[0])?;
        let sites = columns.get(2).map(texts).transpose()?;
        let mut articles = StringViewBuilder::with_capacity(rows);
        let mut builder = None;
        for row in 0..rows {
            let site = sites.and_then(|sites| text_at(sites, row)).unwrap_or_default();
            // The site is the same for every row of a desk: one builder serves them all.
            let builder = match &mut builder {
                Some((known, builder)) if known == site => builder,
                other => &mut other.insert((site.to_owned(), cleaner(site))).1,
            };
            articles.append_option(text_at(contents, row).map(|content| clean_with(content, builder)));
        }
        Ok(Arc::new(articles.finish()) as ArrayRef)
    })
}

fn cleaner(site: &str) -> ammonia::Builder<'static> {
    let base = Url::parse(&format!("{}/", site.trim().trim_end_matches('/'))).ok().filter(Url::has_host);
    strict_with(move |attribute, value| resolve(attribute, value, base.as_ref()))
}

fn resolve(attribute: &str, value: &str, base: Option<&Url>) -> Option<String> {
    let absolute = Url::parse(value).ok();
    let inside = match (&absolute, base) {
        (Some(url), Some(base)) => url.host() == base.host() && url.path().starts_with(base.path()),
        (Some(_), None) => false,
        (None, _) => !value.starts_with("//"),
    };
    if !inside {
        return None;
    }
    let local =
        absolute.as_ref().zip(base).map(|(url, base)| url.as_str().get(base.as_str().len()..).unwrap_or_default());
    if attribute == "href"
        && let Some(found) = INTERNAL.as_ref().and_then(|pattern| pattern.captures(local.unwrap_or(value)))
    {
        let table = if &found[1] == "article" { "article" } else { "collection" };
        return Some(format!("deskferry:hesk:{table}:{}", &found[2]));
    }
    if absolute.is_some() || value.starts_with('#') || value.is_empty() {
        return None;
    }
    // Written in the admin folder: `../attachments/x` is `attachments/x` of the site.
    let path = value.trim_start_matches("./").trim_start_matches("../");
    base?.join(path).ok().map(String::from).filter(|url| url.starts_with("http"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolve_knows_internal_links_and_relative_files() {
        let site = Url::parse("https://help.example/desk/").ok();
        let cases = [
            ("href", "knowledgebase.php?article=2", Some("deskferry:hesk:article:2")),
            ("href", "../knowledgebase.php?category=3#x", Some("deskferry:hesk:collection:3")),
            ("href", "https://help.example/desk/knowledgebase.php?x=1&article=7", Some("deskferry:hesk:article:7")),
            ("href", "https://other.example/knowledgebase.php?article=7", None),
            ("src", "../attachments/a.png", Some("https://help.example/desk/attachments/a.png")),
            ("src", "https://cdn.example/a.png", None),
            ("href", "#top", None),
            ("href", "javascript:x", None),
        ];
        for (attribute, value, expected) in cases {
            assert_eq!(resolve(attribute, value, site.as_ref()).as_deref(), expected, "{value}");
        }
        assert_eq!(resolve("src", "../attachments/a.png", None), None);
    }
}
