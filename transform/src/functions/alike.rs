//! `alike(wanted, found)`: the first of these rules by which two texts that differ say the same, NULL where none does.
//!
//! | rule | what may differ |
//! |---|---|
//! | `seconds` | fractions of a second |
//! | `blanks` | blanks around and between words |
//! | `case` | capital and small letters |
//! | `phone` | how a telephone number is written |
//! | `type` | a JSON value told as text (`"5"`, `5`), or a number written otherwise (`2`, `2.0`) |
//! | `markdown` | how Markdown marks lists, headings and emphasis, and which signs it escapes |
//! | `html` | how paragraphs, lines and entities of HTML are written |
//! | `images` | as `html`, and images are kept by Intercom |
//! | `formatting` | as `images`, and bold, lists, headings and such; never words, links or images |
//!
//! A rule says that a difference is harmless only where `sql/reconcile/allowed_differences.csv` allows it.

use datafusion::logical_expr::ScalarUDF;
use serde_json::Value;

use super::scalar::{Kind, Scalar};
use super::shape::Shape;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::texts("alike", 2, &[Kind::Text, Kind::Text], |row| rule(row[0]?, row[1]?).map(str::to_owned))
}

fn rule(wanted: &str, found: &str) -> Option<&'static str> {
    type Form = fn(&str) -> Option<String>;
    let simple: [(&str, Form); 5] =
        [("seconds", seconds), ("blanks", blanks), ("case", case), ("phone", phone), ("markdown", markdown)];
    for (name, form) in simple {
        if let (Some(wanted), Some(found)) = (form(wanted), form(found))
            && wanted == found
        {
            return Some(name);
        }
    }
    if is_same_value(wanted, found) {
        return Some("type");
    }
    // A text without any markup is compared as text alone.
    if !wanted.contains(['<', '&']) && !found.contains(['<', '&']) {
        return None;
    }
    let (wanted, found) = (Shape::of(wanted), Shape::of(found));
    match () {
        () if wanted.marked == found.marked && wanted.targets == found.targets => Some("html"),
        () if !wanted.has_targets_of(&found) => None,
        () if wanted.marked == found.marked => Some("images"),
        () if wanted.letters == found.letters => Some("formatting"),
        () => None,
    }
}

/// A time without its fraction.
fn seconds(text: &str) -> Option<String> {
    let time = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.timestamp().to_string())
}

fn blanks(text: &str) -> Option<String> {
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn case(text: &str) -> Option<String> {
    Some(text.trim().to_lowercase())
}

/// The words without marks of Markdown, which stand at the beginning of a line or around words.
fn markdown(text: &str) -> Option<String> {
    let marks = ['#', '>', '*', '-', '+', ' '];
    let lines = text.lines().map(|line| line.trim_start_matches(marks).replace(['\\', '*', '_', '`'], ""));
    blanks(&lines.collect::<Vec<_>>().join(" "))
}

/// The digits of what can be nothing but a telephone number.
fn phone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_phone = digits.len() >= 5 && text.chars().all(|c| c.is_ascii_digit() || "+-./() ".contains(c));
    (is_phone && text.contains(|c: char| !c.is_ascii_digit())).then_some(digits)
}

fn is_same_value(wanted: &str, found: &str) -> bool {
    let value = |text: &str| serde_json::from_str::<Value>(text).ok().filter(|value| !value.is_object());
    let (Some(wanted), Some(found)) = (value(wanted), value(found)) else { return false };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let is_number = wanted.is_number() && found.is_number() && wanted.as_f64() == found.as_f64();
    let is_retyped = wanted.is_string() != found.is_string() && text(&wanted) == text(&found);
    is_number || is_retyped
}
