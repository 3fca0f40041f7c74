//! HTML in and out: plain text to paragraphs, messages cleaned, HTML back to plain text.

use std::sync::LazyLock;

/// Cleaner for messages; leaves links as they are.
static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::default();
    builder.link_rel(None).add_generic_attributes(["class"]);
    builder
});

/// Elements that stand on their own and need no paragraph around them.
const BLOCKS: [&str; 12] =
    ["<p", "<div", "<ul", "<ol", "<table", "<h1", "<h2", "<h3", "<h4", "<blockquote", "<pre", "<hr"];

/// Text made safe inside elements and attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Plain text as the paragraph Intercom makes of it.
pub(crate) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>", line_breaks(&escape(text.trim_end())))
}

fn line_breaks(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "<br>")
}

/// A reply or note: dangerous elements go, bare text gets a paragraph. Blank text stays blank.
pub(crate) fn clean_message(body: &str) -> String {
    if body.trim().is_empty() {
        return String::new();
    }
    if !has_elements(body) {
        let clean = if body.contains('&') { clean(body) } else { escape(body) };
        return format!("<p>{}</p>", line_breaks(clean.trim_end()));
    }
    let clean = clean(body);
    if clean.trim().is_empty() || BLOCKS.iter().any(|block| clean.contains(block)) {
        clean
    } else {
        format!("<p>{clean}</p>")
    }
}

/// HTML without anything that could run.
pub(crate) fn clean(body: &str) -> String {
    CLEANER.clean(body).to_string()
}

fn has_elements(body: &str) -> bool {
    body.as_bytes()
        .windows(2)
        .any(|pair| pair[0] == b'<' && (pair[1].is_ascii_alphabetic() || pair[1] == b'/' || pair[1] == b'!'))
}

/// What `display_as=plaintext` shows: links as `label (url)`, breaks as new lines.
pub(crate) fn plain(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut link = None;
    let mut rest = body;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        let Some(length) = rest[start..].find('>') else { break };
        let element = &rest[start + 1..start + length];
        let name: String = element
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '/')
            .collect::<String>()
            .to_ascii_lowercase();
        match name.as_str() {
            "br" | "br/" | "/p" | "/div" | "/li" | "/tr" | "/h1" | "/h2" => out.push('\n'),
            "a" => link = href(element),
            "/a" => {
                if let Some(url) = link.take() {
                    out.push_str(&format!(" ({url})"));
                }
            }
            _ => {}
        }
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    unescape(out.trim())
}

fn href(element: &str) -> Option<String> {
    let (_, after) = element.split_once("href=\"")?;
    after.split_once('"').map(|(url, _)| url.to_owned())
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_cleaned_and_wrapped() {
        let cases = [
            ("plain", "<p>plain</p>"),
            ("a < b\nc", "<p>a &lt; b<br>c</p>"),
            ("<b>x</b>", "<p><b>x</b></p>"),
            ("<p>x</p><script>alert(1)</script>", "<p>x</p>"),
            ("x &amp; y", "<p>x &amp; y</p>"),
            ("  \n", ""),
        ];
        for (body, wanted) in cases {
            assert_eq!(clean_message(body), wanted, "{body}");
        }
    }

    #[test]
    fn first_message_is_text_even_when_it_looks_like_html() {
        assert_eq!(paragraph("<b>1 & 2</b>\nx"), "<p>&lt;b&gt;1 &amp; 2&lt;/b&gt;<br>x</p>");
    }

    #[test]
    fn plaintext_shows_links_with_their_url() {
        let body = "<p>see <a href=\"https://x.test/\">this</a><br>&amp; that</p>";
        assert_eq!(plain(body), "see this (https://x.test/)\n& that");
    }
}
