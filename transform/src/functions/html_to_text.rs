//! `html_to_text(html)`: what a reader sees, as plain text.
//!
//! Blocks are lines of their own, `<br>` ends a line, list items begin with `- ` or their number, links are `label (url)` or
//! just the url where the label says the same, images `[image: alt]`. Nothing is wrapped. Entities are decoded exactly once.

use datafusion::logical_expr::ScalarUDF;
use ego_tree::iter::Edge;
use scraper::node::Element;
use scraper::{Html, Node};

use super::html;
use super::scalar::Scalar;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::text("html_to_text", |html| Some(convert(html)))
}

/// The text of an HTML fragment.
pub(super) fn convert(source: &str) -> String {
    if !html::is_tame(source) {
        return html::strip(source);
    }
    let mut text = Text::default();
    if source.contains('<') {
        let tree = Html::parse_fragment(source);
        let mut skipped = 0;
        for edge in tree.tree.root().traverse() {
            match edge {
                Edge::Open(node) => match node.value() {
                    Node::Element(element) if skipped > 0 || is_hidden(element.name()) => skipped += 1,
                    Node::Element(element) => text.open(element),
                    Node::Text(content) if skipped == 0 => text.push(content),
                    _ => {}
                },
                Edge::Close(node) => match node.value() {
                    Node::Element(_) if skipped > 0 => skipped -= 1,
                    Node::Element(element) => text.close(element),
                    _ => {}
                },
            }
        }
    } else {
        text.push(&html::decode(source));
    }
    text.finish()
}

fn is_hidden(name: &str) -> bool {
    matches!(
        name,
        "script" | "style" | "head" | "title" | "template" | "noscript" | "object" | "audio" | "video" | "svg" | "math"
    )
}

/// Blank lines around a block: 2 a blank line, 1 a line end, 0 it is no block.
fn gap(name: &str) -> usize {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "dl" | "table" | "blockquote" | "pre" | "hr"
        | "figure" => 2,
        "div" | "li" | "tr" | "dt" | "dd" | "section" | "article" | "header" | "footer" | "main" | "aside" | "nav"
        | "center" | "address" | "form" | "fieldset" | "figcaption" | "details" | "summary" | "caption" | "option" => 1,
        _ => 0,
    }
}

#[derive(Default)]
struct Text {
    out: String,
    /// Line ends that the next character needs before it: asked for by `<br>`, and by blocks.
    breaks: usize,
    gap: usize,
    space: bool,
    preformatted: usize,
    /// For each open list the number of its next item; `None` for bullets.
    lists: Vec<Option<u64>>,
    /// For each open link where its label begins.
    links: Vec<usize>,
    /// A list item's mark that waits for its first character.
    mark: Option<String>,
    cell: bool,
}

impl Text {
    fn open(&mut self, element: &Element) {
        let name = element.name();
        let gap = if matches!(name, "ul" | "ol") && !self.lists.is_empty() { 1 } else { gap(name) };
        self.gap = self.gap.max(gap);
        match name {
            "br" => self.breaks += 1,
            "hr" => self.word("---"),
            "pre" => self.preformatted += 1,
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(element.attr("start").and_then(|s| s.parse().ok()).unwrap_or(1))),
            "li" => self.item(),
            "td" | "th" if self.cell => self.word(" | "),
            "a" => self.links.push(self.out.len()),
            "img" => match element.attr("alt").map(str::trim).filter(|alt| !alt.is_empty()) {
                Some(alt) => self.word(&format!("[image: {alt}]")),
                None => self.word("[image]"),
            },
            "iframe" => {
                if let Some(url) = element.attr("src").filter(|url| is_shown(url)) {
                    self.word(url);
                }
            }
            _ => {}
        }
        self.cell = matches!(name, "td" | "th") || (self.cell && name != "tr");
    }

    fn close(&mut self, element: &Element) {
        let name = element.name();
        match name {
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            "ul" | "ol" => drop(self.lists.pop()),
            "a" => self.close_link(element.attr("href")),
            "tr" => self.cell = false,
            _ => {}
        }
        let gap = if matches!(name, "ul" | "ol") && !self.lists.is_empty() { 1 } else { gap(name) };
        self.gap = self.gap.max(gap);
    }

    fn item(&mut self) {
        let depth = self.lists.len().saturating_sub(1).min(10);
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number = number.saturating_add(1);
                mark
            }
            _ => "- ".to_owned(),
        };
        self.mark = Some(format!("{}{mark}", "  ".repeat(depth)));
    }

    fn close_link(&mut self, href: Option<&str>) {
        let Some(start) = self.links.pop() else { return };
        let Some(url) = href.map(str::trim).filter(|url| is_shown(url)) else { return };
        let label = self.out.get(start..).unwrap_or_default().trim();
        if label.is_empty() {
            self.word(url.strip_prefix("mailto:").unwrap_or(url));
        } else if bare(label) != bare(url) {
            self.word(&format!(" ({url})"));
        }
    }

    fn push(&mut self, content: &str) {
        for c in content.chars() {
            match c {
                // Zero-width marks of mail clients. Joiners stay: emoji and some scripts need them.
                '\u{200b}' | '\u{feff}' | '\u{2060}' | '\u{ad}' => {}
                '\r' if self.preformatted > 0 => {}
                '\n' if self.preformatted > 0 => self.breaks += 1,
                ' ' | '\t' | '\n' | '\r' | '\u{c}' if self.preformatted == 0 => self.space = true,
                '\u{a0}' => self.character(' '),
                c => self.character(c),
            }
        }
    }

    fn word(&mut self, word: &str) {
        word.chars().for_each(|c| self.character(c));
    }

    fn character(&mut self, c: char) {
        let lines = self.breaks.max(self.gap);
        if lines > 0 {
            if !self.out.is_empty() {
                let trimmed = self.out.trim_end_matches(' ').len();
                self.out.truncate(trimmed);
                (0..lines).for_each(|_| self.out.push('\n'));
            }
            self.space = false;
        }
        (self.breaks, self.gap) = (0, 0);
        if let Some(mark) = self.mark.take() {
            self.out.push_str(&mark);
            self.space = false;
        }
        if self.space && !self.out.is_empty() && !self.out.ends_with(['\n', ' ']) && c != ' ' {
            self.out.push(' ');
        }
        self.space = false;
        self.out.push(c);
    }

    fn finish(mut self) -> String {
        let end = self.out.trim_end().len();
        self.out.truncate(end);
        self.out
    }
}

/// Whether a link's target tells the reader something.
fn is_shown(url: &str) -> bool {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    !url.is_empty()
        && !url.starts_with('#')
        && !matches!(scheme.as_deref(), Some("javascript" | "data" | "blob" | "cid" | "vbscript"))
}

fn bare(url: &str) -> &str {
    let url = ["mailto:", "tel:", "https://", "http://"].iter().find_map(|p| url.strip_prefix(p)).unwrap_or(url);
    url.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn convert_survives_hostile_input_and_keeps_its_text() {
        let deep = format!("{}deep &amp; down{}", "<div><b>".repeat(10_000), "</b></div>".repeat(10_000));
        assert_eq!(convert(&deep), "deep & down");
        let long = format!("<p>{}</p>", "word ".repeat(200_000));
        assert_eq!(convert(&long).len(), 999_999);
        for broken in
            ["<", "<a href=", "</", "&", "&#", "<![CDATA[", "<!--", "<table><tr><td><table>", "\0<p\0>", "<a><a><a>"]
        {
            convert(broken);
        }
        assert_eq!(convert("<p>one<p>two</b></i><td>three"), "one\n\ntwothree");
    }
}
