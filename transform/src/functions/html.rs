//! What the HTML functions share: the guard against hostile input, and plain stripping for what the guard refuses.
//!
//! The HTML algorithm takes quadratic time and memory on some inputs (very deep nesting, hundreds of unclosed formatting
//! elements before many blocks, a tag with a million attributes). [`is_tame`] finds those in one pass over the bytes; such
//! text is stripped of its tags instead of being parsed. Real mail and articles stay far below the limits.

use std::borrow::Cow;

/// Deepest nesting that is parsed.
const DEPTH_MAX: i64 = 400;
/// Most attributes of one tag.
const ATTRIBUTES_MAX: usize = 500;
/// Most formatting elements that the algorithm would open again, over the whole text.
const REOPENED_MAX: i64 = 200_000;

/// Elements whose end tag may be left out or that have no content: they do not count as nesting.
const UNCOUNTED: [&str; 33] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p",
    "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "optgroup", "colgroup", "rt", "rp",
    "html", "head", "body", "image",
];

/// Elements that the algorithm opens again after a block that closed them.
const FORMATTING: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// Whether parsing takes time and memory in proportion to the length.
pub(super) fn is_tame(html: &str) -> bool {
    let (mut depth, mut formatting, mut reopened) = (0_i64, 0_i64, 0_i64);
    for tag in Tags::new(html) {
        if tag.attributes > ATTRIBUTES_MAX {
            return false;
        }
        let name = tag.name.to_ascii_lowercase();
        let step = if tag.closing { -1 } else { 1 };
        if FORMATTING.contains(&name.as_str()) {
            formatting = (formatting + step).max(0);
        } else if !tag.closing {
            reopened += formatting;
        }
        if !UNCOUNTED.contains(&name.as_str()) {
            depth = (depth + step).max(0);
        }
        if depth > DEPTH_MAX || reopened > REOPENED_MAX {
            return false;
        }
    }
    true
}

/// The text without its tags, entities decoded once; line ends where blocks end.
pub(super) fn strip(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut from = 0;
    let mut hidden_until: Option<String> = None;
    for tag in Tags::new(html) {
        let name = tag.name.to_ascii_lowercase();
        if let Some(end) = &hidden_until {
            if tag.closing && name == *end {
                hidden_until = None;
            }
        } else {
            text.push_str(&html[from..tag.start]);
            match name.as_str() {
                "script" | "style" if !tag.closing => hidden_until = Some(name),
                "br" | "p" | "div" | "li" | "tr" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if !text.ends_with('\n') => {
                    text.push('\n')
                }
                _ => {}
            }
        }
        from = tag.end;
    }
    if hidden_until.is_none() {
        text.push_str(&html[from..]);
    }
    decode(text.trim()).into_owned()
}

/// Decodes entities exactly once; a broken one at the end stays as it is.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if text.contains('&') { htmlize::unescape(text) } else { Cow::Borrowed(text) }
}

/// Escapes what means something in HTML.
pub(super) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
    html
}

/// A tag of a text.
pub(super) struct Tag<'a> {
    /// Its name as written.
    pub(super) name: &'a str,
    /// `</p>`.
    pub(super) closing: bool,
    attributes: usize,
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends, after its `>`.
    pub(super) end: usize,
}

/// The tags of a text, found without parsing.
pub(super) struct Tags<'a> {
    html: &'a str,
    at: usize,
}

impl<'a> Tags<'a> {
    /// The tags of this text.
    pub(super) fn new(html: &'a str) -> Self {
        Self { html, at: 0 }
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        let bytes = self.html.as_bytes();
        loop {
            let start = self.at + self.html.get(self.at..)?.find('<')?;
            let closing = bytes.get(start + 1) == Some(&b'/');
            let name_start = start + 1 + usize::from(closing);
            let name_end = bytes[name_start..]
                .iter()
                .position(|b| !b.is_ascii_alphanumeric())
                .map_or(bytes.len(), |length| name_start + length);
            if name_end == name_start {
                self.at = start + 1;
                continue;
            }
            let (end, attributes) = tag_end(bytes, name_end);
            self.at = end;
            return Some(Tag { name: &self.html[name_start..name_end], closing, attributes, start, end });
        }
    }
}

/// Where a tag ends, after its `>`, and how many attributes it seems to have.
fn tag_end(bytes: &[u8], from: usize) -> (usize, usize) {
    let (mut quote, mut attributes, mut blank) = (None, 0, false);
    for (index, &byte) in bytes.iter().enumerate().skip(from) {
        match (quote, byte) {
            (Some(open), byte) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return (index + 1, attributes),
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b' ' | b'\t' | b'\n' | b'\r' | b'/' | 0x0c) => blank = true,
            (None, _) => {
                attributes += usize::from(blank);
                blank = false;
            }
        }
    }
    (bytes.len(), attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_tame_refuses_what_would_take_quadratic_time() {
        assert!(is_tame(&"<p>text<br><b>bold</b> <a href=\"x\">y</a></p>".repeat(20_000)));
        assert!(is_tame(&"<p>never closed<li>".repeat(20_000)));
        assert!(!is_tame(&"<div>".repeat(10_000)));
        assert!(!is_tame(&format!("{}{}", "<font a>".repeat(300), "<p>".repeat(10_000))));
        assert!(!is_tame(&format!("<a {}>", "b ".repeat(10_000))));
    }

    #[test]
    fn strip_keeps_text_and_drops_scripts() {
        assert_eq!(strip("<p>a &amp;amp; b</p><script>x()</script>c<"), "a &amp; b\nc<");
        assert_eq!(strip("<a title='>'>x"), "x");
        assert_eq!(strip("é<"), "é<");
    }
}
