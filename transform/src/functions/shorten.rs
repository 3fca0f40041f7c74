//! `shorten(text, chars)`: a text on one line, of so many characters at most: whole sentences where they fit, else whole words, and ` …`
//! where something was left out.

use datafusion::logical_expr::ScalarUDF;

use super::scalar::{Kind, Scalar};
use super::sentences_with::{sentences, unwrapped};

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::texts("shorten", 2, &[Kind::Text, Kind::Text], |row| {
        let chars_max = row[1]?.parse().ok()?;
        Some(shorten(row[0]?, chars_max))
    })
}

/// The text in at most so many characters, those of the mark not counted.
pub(super) fn shorten(text: &str, chars_max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= chars_max {
        return line;
    }
    let whole = unwrapped(text);
    let sentences = sentences(&whole).map(|s| s.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut short = fitting(sentences, chars_max);
    // A first sentence that leaves more than half of the room empty says too little.
    if short.chars().count() * 2 < chars_max {
        short = fitting(line.split(' ').map(str::to_owned), chars_max);
    }
    if short.is_empty() {
        short = line.chars().take(chars_max).collect();
    }
    short.push_str(" …");
    short
}

/// As many pieces as fit, with a blank between them.
fn fitting(pieces: impl Iterator<Item = String>, chars_max: usize) -> String {
    let (mut text, mut chars) = (String::new(), 0);
    for piece in pieces {
        let length = piece.chars().count() + usize::from(!text.is_empty());
        if chars + length > chars_max {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&piece);
        chars += length;
    }
    text
}
