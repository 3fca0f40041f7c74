//! `clean_html(html)`: the HTML that Intercom keeps: paragraphs, simple formatting, lists, links, images, tables, code.
//!
//! Scripts, styles, event handlers and unknown elements go, their text stays; headings below the second become the second, an
//! embedded page becomes a link to it, an image that only its sender could see becomes a text. Cleaning twice changes nothing.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use datafusion::logical_expr::ScalarUDF;
use regex::{Captures, Regex};

use super::html;
use super::scalar::Scalar;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::text("clean_html", |html| Some(clean(html)))
}

const KEPT: [&str; 27] = [
    "p",
    "br",
    "hr",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "a",
    "ul",
    "ol",
    "li",
    "img",
    "h1",
    "h2",
    "pre",
    "code",
    "blockquote",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "td",
    "th",
    "caption",
];
/// Elements that are turned into kept ones between two cleanings.
const TURNED: [&str; 24] = [
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "nav",
    "center",
    "address",
    "figure",
    "figcaption",
    "form",
    "fieldset",
    "dl",
    "dt",
    "dd",
    "details",
    "summary",
    "h3",
    "h4",
    "h5",
    "h6",
    "iframe",
];
const SCHEMES: [&str; 5] = ["http", "https", "mailto", "tel", "deskferry"];

static STRICT: LazyLock<Builder<'static>> = LazyLock::new(|| strict_with(|_, _| None));
static LOOSE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = builder(&[&KEPT[..], &TURNED[..]].concat());
    builder.add_tag_attributes("iframe", ["src"]);
    builder
});
// Ammonia's output is regular: names in lower case, values in double quotes, `<` inside values escaped.
static TURN: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("<(/?)({})>", TURNED.join("|"))));
static FRAME: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?s)<iframe src="([^"]*)">.*?</iframe>"#));
static EMPTY: LazyLock<Regex> = LazyLock::new(|| pattern(r"<p>\s*</p>|<a></a>|<li>\s*</li>"));
static UNLINKED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?s)<a>(.*?)</a>"));
static UNSEEN: LazyLock<Regex> = LazyLock::new(|| pattern(r#"<img(?: alt="([^"]*)")?>"#));

/// The pattern; ours are constant and tested, so a wrong one would match nothing in no release.
fn pattern(text: &str) -> Regex {
    #[allow(clippy::expect_used)]
    Regex::new(text).expect("a constant pattern is valid")
}

fn builder(tags: &[&'static str]) -> Builder<'static> {
    let mut builder = Builder::default();
    builder
        .tags(tags.iter().copied().collect::<HashSet<_>>())
        .generic_attributes(HashSet::new())
        .tag_attributes(
            [
                ("a", ["href"].into()),
                ("img", ["src", "alt"].into()),
                ("td", ["colspan", "rowspan"].into()),
                ("th", ["colspan", "rowspan"].into()),
            ]
            .into(),
        )
        .url_schemes(SCHEMES.into())
        .url_relative(UrlRelative::PassThrough)
        .clean_content_tags(["script", "style", "title", "noscript", "template", "object"].into())
        .link_rel(None);
    builder
}

/// The last cleaning. `resolve` is asked first where a link (`href`) or an image (`src`) leads; what it does not know is kept
/// if it is absolute and dropped if it means something only inside the help desk.
pub(super) fn strict_with(resolve: impl Fn(&str, &str) -> Option<String> + Send + Sync + 'static) -> Builder<'static> {
    let mut builder = builder(&KEPT);
    builder.attribute_filter(move |_, attribute, value| {
        if !matches!(attribute, "href" | "src") {
            return Some(Cow::Borrowed(value));
        }
        let value = value.trim();
        if let Some(resolved) = resolve(attribute, value) {
            return Some(Cow::Owned(resolved));
        }
        if let Some(host) = value.strip_prefix("//") {
            return Some(Cow::Owned(format!("https://{host}")));
        }
        let scheme = value.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        scheme.filter(|scheme| SCHEMES.contains(&scheme.as_str())).map(|_| Cow::Borrowed(value))
    });
    builder
}

/// The cleaned HTML.
pub(super) fn clean(source: &str) -> String {
    clean_with(source, &STRICT)
}

/// As [`clean`], with the last cleaning done by another builder from [`strict_with`].
pub(super) fn clean_with(source: &str, strict: &Builder<'_>) -> String {
    if !source.contains(['<', '>', '&', '\u{a0}', '\0', '\r']) {
        return source.to_owned();
    }
    if !html::is_tame(source) {
        return html::escape(&html::strip(source)).replace('\n', "<br>");
    }
    let turned = has_turned(source).then(|| turn(&LOOSE.clean(source).to_string()));
    let clean = strict.clean(turned.as_deref().unwrap_or(source)).to_string();
    tidy(clean)
}

fn has_turned(source: &str) -> bool {
    static FOUND: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("(?i)<(?:{})[\\s>/]", TURNED.join("|"))));
    FOUND.is_match(source)
}

fn turn(html: &str) -> String {
    let html = FRAME.replace_all(html, r#"<p><a href="$1">$1</a></p>"#);
    TURN.replace_all(&html, |found: &Captures<'_>| {
        let name = if found[2].starts_with('h') && found[2].len() == 2 { "h2" } else { "p" };
        format!("<{}{name}>", &found[1])
    })
    .into_owned()
}

/// Takes out what cleaning has left empty, until nothing more is empty.
fn tidy(mut html: String) -> String {
    if html.contains("<img") {
        html = UNSEEN
            .replace_all(&html, |found: &Captures<'_>| match found.get(1).map(|alt| alt.as_str()) {
                Some(alt) if !alt.is_empty() => {
                    format!("[image: {}]", alt.replace('<', "&lt;").replace('>', "&gt;").replace("&quot;", "\""))
                }
                _ => "[image]".to_owned(),
            })
            .into_owned();
    }
    if html.contains("<a>") {
        html = UNLINKED.replace_all(&html, "$1").into_owned();
    }
    while let Cow::Owned(less) = EMPTY.replace_all(&html, "") {
        html = less;
    }
    html.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_is_idempotent() {
        let inputs = [
            "a &amp;amp; b<br />\nc",
            "<div>a<div>b</div><p>c</p></div>d",
            "<h3>x</h3><h6>y</h6>",
            "<iframe src=\"https://v.example/1\"><script>alert(1)</script></iframe>",
            "<a href='javascript:x()'>go</a>",
            "<img src='cid:1' alt='<h3>a\"b'><img src=data:image/png;base64,AA>",
            "<p><table><tr><td>x</table>",
            "<b><div>x</b>y</div>",
            "<ul><li><li>x<ul><li>y</ul></ul>",
            "<a><a>x</a></a>",
            "<p>&nbsp;</p>\0<p> </p>",
            "<form><button onclick=x>b</button></form>",
            "<svg><script>x</script></svg><math><mi//xlink:href=\"data:x\">",
            "<!-- c --><![CDATA[x]]>",
            "&lt;script&gt;",
            "a > b",
        ];
        for input in inputs {
            let once = clean(input);
            assert_eq!(clean(&once), once, "{input}");
            assert!(!once.contains("<script") && !once.contains("onclick") && !once.contains("javascript:"), "{once}");
        }
    }

    #[test]
    fn clean_survives_hostile_input() {
        let deep = clean(&"<div><b>x".repeat(10_000));
        assert!(deep.len() >= 10_000 && !deep.contains("<div") && clean(&deep) == deep);
        assert_eq!(clean(&format!("<p>{}</p>", "a".repeat(1_000_000))).len(), 1_000_007);
    }
}
