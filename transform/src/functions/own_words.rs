//! `own_words(html, quotings, closings, greetings)`: what the writer of a message has written, as text: without the message that is
//! quoted, the signature, and the greeting on a line of its own.
//!
//! The last three are lists of phrases, one on a line. Gone are `<blockquote>` and lines that begin with `>`; everything after a line such as
//! `On 5 May 2026 Ann wrote:` or `--- Original message ---` (it has a quoting phrase), unless marked lines follow, between which people
//! write their answers; everything after the header lines of an e-mail; the end of the message from a line `--` on, or from one that
//! begins with a closing phrase, where few lines follow. Where nothing would be left, the whole text is given.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringViewBuilder};
use arrow::datatypes::DataType;
use datafusion::logical_expr::ScalarUDF;

use super::html::Tags;
use super::html_to_text::convert;
use super::phrases::{Last, Phrases};
use super::scalar::{Arguments, Kind, Scalar, text_at, texts};
use super::without_mail_header::is_header;

/// Most lines of a signature.
const SIGNATURE_LINES: usize = 10;
/// Longest line that closes a message or says who is quoted, in bytes.
const LINE_BYTES: usize = 300;
/// Most words of a greeting.
const GREETING_WORDS: usize = 5;

/// The function.
pub(super) fn function() -> ScalarUDF {
    let kinds = &[Kind::Text, Kind::Text, Kind::Text, Kind::Text];
    Scalar::columns("own_words", Arguments::Fixed(4, kinds), DataType::Utf8View, |columns, rows| {
        let columns = columns.iter().map(texts).collect::<datafusion::common::Result<Vec<_>>>()?;
        let mut last = [Last::default(), Last::default(), Last::default()];
        let mut result = StringViewBuilder::with_capacity(rows);
        for row in 0..rows {
            let [quotings, closings, greetings] = &mut last;
            let list = |column: usize| text_at(columns[column], row).unwrap_or_default();
            let marks = Marks {
                quotings: quotings.get(list(1))?,
                closings: closings.get(list(2))?,
                greetings: greetings.get(list(3))?,
            };
            result.append_option(text_at(columns[0], row).map(|html| marks.own_words(html)));
        }
        Ok(Arc::new(result.finish()) as ArrayRef)
    })
}

/// What tells other parts of a message from the writer's own words.
struct Marks<'a> {
    quotings: &'a Phrases,
    closings: &'a Phrases,
    greetings: &'a Phrases,
}

impl Marks<'_> {
    fn own_words(&self, html: &str) -> String {
        let text = convert(&with_marked_quotes(html));
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let mut own: Vec<&str> = Vec::new();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let rest = &lines[at..];
            if line.starts_with('>') {
                at += 1;
            } else if let Some(length) = self.quoting(rest) {
                let next = rest[length..].iter().find(|line| !line.is_empty());
                if next.is_some_and(|line| !line.starts_with('>')) {
                    break;
                }
                at += length;
            } else if is_mail_header(rest) || self.is_end(rest) && own.iter().any(|line| !line.is_empty()) {
                break;
            } else {
                own.push(line);
                at += 1;
            }
        }
        let own = self.without_greeting(&own).join("\n");
        let own = own.trim();
        if own.is_empty() { convert(html) } else { shrunk(own) }
    }

    /// How many of the first lines say that a quoted message follows; mail programs wrap such a line.
    fn quoting(&self, lines: &[&str]) -> Option<usize> {
        let first = lines.first()?;
        if first.len() > LINE_BYTES {
            return None;
        }
        if first.starts_with("--") || first.starts_with("__") {
            return self.quotings.is_in(first).then_some(1);
        }
        let says = |line: &str| {
            line.ends_with(':') && line.contains(|c: char| c.is_numeric() || c == '@') && self.quotings.is_in(line)
        };
        if says(first) {
            return Some(1);
        }
        let second = lines.get(1).filter(|line| line.len() <= LINE_BYTES && !line.is_empty())?;
        (first.contains(|c: char| c.is_numeric()) && says(&format!("{first} {second}"))).then_some(2)
    }

    /// Whether the message ends here but for a signature.
    fn is_end(&self, lines: &[&str]) -> bool {
        let line = lines.first().copied().unwrap_or_default();
        let is_rule = line.len() >= 2 && line.chars().all(|c| matches!(c, '-' | '–' | '—' | '_' | '='));
        // Few lines are looked at, so that a message of many takes no more than its length.
        let few = || {
            lines.len() <= 4 * SIGNATURE_LINES
                && lines[1..].iter().filter(|line| !line.is_empty()).count() <= SIGNATURE_LINES
        };
        (is_rule || (line.len() <= LINE_BYTES / 3 && self.closings.begins(line))) && few()
    }

    fn without_greeting<'a>(&self, lines: &'a [&'a str]) -> &'a [&'a str] {
        let Some(first) = lines.iter().position(|line| !line.is_empty()) else { return lines };
        let rest = &lines[first + 1..];
        let line = lines[first];
        let is_greeting = line.split_whitespace().count() <= GREETING_WORDS
            && !line.contains('?')
            && rest.iter().any(|line| !line.is_empty())
            && self.greetings.begins(line);
        if is_greeting { rest } else { lines }
    }
}

/// The HTML with every `<blockquote>` made a line that begins with `>`.
fn with_marked_quotes(html: &str) -> String {
    let (mut text, mut from, mut depth) = (String::with_capacity(html.len()), 0, 0_usize);
    for tag in Tags::new(html).filter(|tag| tag.name.eq_ignore_ascii_case("blockquote")) {
        if depth == 0 {
            text.push_str(&html[from..tag.start]);
        }
        if tag.closing {
            depth = depth.saturating_sub(1);
        } else {
            if depth == 0 {
                text.push_str("<p>&gt;</p>");
            }
            depth += 1;
        }
        from = tag.end;
    }
    if depth == 0 {
        text.push_str(&html[from..]);
    }
    text
}

/// Whether the header of a forwarded or quoted e-mail begins here.
fn is_mail_header(lines: &[&str]) -> bool {
    is_header(lines.iter().copied().take_while(|line| !line.is_empty()))
}

/// The text with at most one empty line in a row.
fn shrunk(text: &str) -> String {
    let mut shrunk = text.to_owned();
    while shrunk.contains("\n\n\n") {
        shrunk = shrunk.replace("\n\n\n", "\n\n");
    }
    shrunk
}
