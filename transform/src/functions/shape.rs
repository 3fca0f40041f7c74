//! What HTML says apart from how it is written: its words, what is formatted, where links and images lead.
//!
//! The markup is scanned, not parsed: it takes time in proportion to the length whatever the text is, and both sides of a
//! comparison are read alike.

use super::html::{Tag, Tags, decode};

/// Elements that only make lines and paragraphs, or nothing that can be seen.
const PLAIN: [&str; 13] =
    ["p", "br", "div", "span", "font", "html", "head", "body", "tbody", "section", "article", "wbr", "center"];
/// Elements after which a word ends.
const BLOCKS: [&str; 21] = [
    "p",
    "br",
    "div",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "td",
    "th",
    "thead",
    "tfoot",
    "tbody",
    "h1",
    "h2",
    "h3",
    "h4",
    "blockquote",
    "pre",
    "hr",
    "section",
];

/// The shape of a text.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// Words with one blank between them, and marks where something is formatted.
    pub(super) marked: String,
    /// Letters alone.
    pub(super) letters: String,
    /// Where links and images lead, in their order: `href` or `src`, and the address.
    pub(super) targets: Vec<(&'static str, String)>,
}

impl Shape {
    /// Reads a text.
    pub(super) fn of(html: &str) -> Self {
        let mut shape = Self::default();
        let (mut from, mut hidden) = (0, None);
        for tag in Tags::new(html) {
            let name = tag.name.to_ascii_lowercase();
            if let Some(end) = &hidden {
                if tag.closing && name == *end {
                    (hidden, from) = (None, tag.end);
                }
                continue;
            }
            shape.text(&html[from..tag.start]);
            from = tag.end;
            match name.as_str() {
                "script" | "style" if !tag.closing => hidden = Some(name),
                "script" | "style" => {}
                _ => shape.element(&name, &tag, &html[tag.start..tag.end]),
            }
        }
        if hidden.is_none() {
            shape.text(html.get(from..).unwrap_or_default());
        }
        shape.marked.truncate(shape.marked.trim_end().len());
        shape
    }

    /// Whether links lead to the same places, and images too or to what Intercom keeps of them.
    pub(super) fn has_targets_of(&self, found: &Self) -> bool {
        let is_same = |(wanted, found): (&(&str, String), &(&str, String))| {
            wanted == found || (wanted.0 == "src" && found.0 == "src" && is_of_intercom(&found.1))
        };
        self.targets.len() == found.targets.len() && self.targets.iter().zip(&found.targets).all(is_same)
    }

    fn text(&mut self, html: &str) {
        for c in decode(html).chars() {
            match c {
                '\u{200b}' | '\u{feff}' => {}
                c if c.is_whitespace() || c.is_control() => self.blank(),
                c => {
                    self.marked.push(c);
                    self.letters.push(c);
                }
            }
        }
    }

    fn blank(&mut self) {
        if !self.marked.is_empty() && !self.marked.ends_with(' ') {
            self.marked.push(' ');
        }
    }

    fn element(&mut self, name: &str, tag: &Tag<'_>, text: &str) {
        if BLOCKS.contains(&name) {
            self.blank();
        }
        let target = match name {
            "a" if !tag.closing => attribute(text, "href").map(|address| ("href", address)),
            "img" => attribute(text, "src").map(|address| ("src", address)),
            _ => None,
        };
        self.targets.extend(target);
        if !PLAIN.contains(&name) {
            let name = match name {
                "strong" => "b",
                "em" => "i",
                "del" | "strike" => "s",
                other => other,
            };
            let blank = self.marked.ends_with(' ');
            self.marked.truncate(self.marked.trim_end().len());
            self.marked.push_str(if tag.closing { "\u{1}/" } else { "\u{1}" });
            self.marked.push_str(name);
            self.marked.push('\u{2}');
            if blank {
                self.marked.push(' ');
            }
        }
    }
}

/// Whether an address is one of Intercom's own stores.
fn is_of_intercom(address: &str) -> bool {
    let host = address.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    ["intercomcdn.com", "intercomcdn.eu", "intercomassets.com", "intercom-attachments.com", "intercom.io"]
        .iter()
        .any(|own| host == *own || host.strip_suffix(own).is_some_and(|rest| rest.ends_with('.')))
}

/// The value of an attribute of a tag, entities decoded.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    while let Some(at) = rest.to_ascii_lowercase().find(name) {
        let is_name = rest[..at].ends_with(|c: char| c.is_ascii_whitespace() || c == '"' || c == '\'' || c == '/');
        rest = &rest[at + name.len()..];
        let Some(value) = rest.trim_start().strip_prefix('=').filter(|_| is_name).map(str::trim_start) else {
            continue;
        };
        let value = match value.chars().next()? {
            quote @ ('"' | '\'') => value[1..].split(quote).next()?,
            _ => value.split(|c: char| c.is_ascii_whitespace() || c == '>').next()?,
        };
        return Some(decode(value).trim().to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_entities_make_no_difference_and_formatting_does() {
        let of = |html: &str| Shape::of(html).marked;
        assert_eq!(of("a &amp; b<br>c"), of("<p class=\"no-margin\">a &amp; b</p>\n<p>c</p>"));
        assert_eq!(of("<b>x</b> y"), of("<p><strong>x</strong> y</p>"));
        assert_ne!(of("<b>x</b> y"), of("x y"));
        assert_ne!(of("ab"), of("a b"));
        assert_eq!(Shape::of("<b>x</b> y<script>z</script>").letters, "xy");
        assert_eq!(of("<ul><li>a</li><li>b</li></ul>"), of("<ul> <li>a</li>\n<li>b</li> </ul>"));
    }

    #[test]
    fn links_and_images_are_known_by_where_they_lead() {
        let targets = |html: &str| Shape::of(html).targets;
        let wanted = vec![("href", "https://x.test/?a=1&b".to_owned()), ("src", "y.png".to_owned())];
        assert_eq!(
            targets("<a class=\"href\" href='https://x.test/?a=1&amp;b'>t</a><IMG alt=\"src\" SRC=y.png>"),
            wanted
        );
        let image = |src: &str| Shape::of(&format!("<img src=\"{src}\">"));
        assert!(image("https://old.test/a.png").has_targets_of(&image("https://downloads.intercomcdn.com/i/1.png")));
        assert!(!image("https://old.test/a.png").has_targets_of(&image("https://notintercomcdn.com/i/1.png")));
        assert!(!image("https://old.test/a.png").has_targets_of(&Shape::of("")));
    }
}
