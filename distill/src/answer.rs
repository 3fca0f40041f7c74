//! Whether an answer can be used: what comes back from a server is as little to be trusted as the transcript it was given.

use std::sync::LazyLock;

use linkify::{LinkFinder, LinkKind};
use regex::Regex;

use crate::chat::Chat;
use crate::language::is_other;
use crate::mask::{Masked, emails};
use crate::{Settings, numbers};

/// Elements of HTML.
#[allow(clippy::unwrap_used)] // The pattern is ours, and a test uses it.
static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
    let names = "html|head|body|div|p|br|hr|span|a|img|script|style|iframe|svg|table|tr|td|th|ul|ol|li|h[1-6]|b|i|u|strong|em|form|input|button|meta|link";
    Regex::new(&format!(r"(?i)</?(?:{names})(?:\s[^<>]*)?/?>|<!doctype")).unwrap()
});
#[allow(clippy::unwrap_used)]
static WWW: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)\bwww\.[^\s<>()\[\]]+").unwrap());

/// The text of an answer to a transcript, with what was masked put back.
///
/// # Errors
/// Why it is refused.
pub(crate) fn usable(
    chat: &Chat,
    transcript: &str,
    masked: &Masked,
    settings: &Settings,
) -> Result<String, &'static str> {
    let text = chat.text.trim();
    if text.is_empty() {
        return Err("the answer is empty");
    }
    if chat.is_cut {
        return Err("the answer was cut off");
    }
    if text.chars().count() > settings.answer_chars_max {
        return Err("the answer is too long");
    }
    if text.contains(|c: char| c.is_control() && c != '\n' && c != '\r' && c != '\t') {
        return Err("the answer has control characters");
    }
    let Ok(text) = masked.put_back(text, settings.restore) else {
        return Err("the answer has a placeholder that stands for nothing");
    };
    let holds = |piece: &str| transcript.to_lowercase().contains(&piece.to_lowercase());
    if MARKUP.find_iter(&text).any(|tag| !holds(tag.as_str())) {
        return Err("the answer has markup");
    }
    if emails(&text).any(|range| !holds(&text[range])) {
        return Err("the answer has an address that the transcript does not hold");
    }
    if links(&text).iter().any(|link| !holds(link.trim_end_matches('/'))) {
        return Err("the answer has a link that the transcript does not hold");
    }
    let digits = numbers::digits(transcript);
    if numbers::long(&text).any(|number| !digits.contains(&number)) {
        return Err("the answer has a number that the transcript does not hold");
    }
    if is_other(&text, transcript, settings.language) {
        return Err("the answer is in another language");
    }
    Ok(text.replace("\r\n", "\n"))
}

fn links(text: &str) -> Vec<&str> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    finder
        .links(text)
        .map(|link| link.as_str())
        .chain(WWW.find_iter(text).map(|found| found.as_str().trim_end_matches(['.', ','])))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Personal;

    const TRANSCRIPT: &str = "[2026-01-05 10:00] Ann (customer):\nThe export fails, see https://shop.example/export/ or write to ann@x.example.\nOrder 123456789012.\n\
        [2026-01-05 11:00] Bob (teammate):\nPlease clear the cache of the browser and try the export again.";

    fn judged(text: &str) -> Result<String, &'static str> {
        let settings = Settings { answer_chars_max: 400, ..Settings::new("database", "http://x", "m") };
        let masked = Masked::new(TRANSCRIPT, &Personal::ALL, "Ann\nBob");
        usable(&Chat { text: text.to_owned(), is_cut: false, tokens: None }, TRANSCRIPT, &masked, &settings)
    }

    #[test]
    fn an_answer_from_the_transcript_is_used_with_names_put_back() {
        let masked = Masked::new(TRANSCRIPT, &Personal::ALL, "Ann\nBob");
        let name = masked.text.split(' ').find(|word| word.contains("NAME")).unwrap().to_owned();
        let said = judged(&format!(
            "Problems\n- {name} could not export; clearing the cache helped, https://shop.example/export"
        ))
        .unwrap();
        assert_eq!(said, "Problems\n- Ann could not export; clearing the cache helped, https://shop.example/export");
    }

    #[test]
    fn hostile_answers_are_refused_each_with_its_reason() {
        let long = "The export failed. ".repeat(40);
        let cases = [
            ("  \n", "empty"),
            (long.as_str(), "too long"),
            ("<p>The export failed.</p>", "markup"),
            ("Text <script src=x>", "markup"),
            ("Write to help@evil.example", "address"),
            ("See https://evil.example/login", "link"),
            ("See www.evil.example", "link"),
            ("Call +1 555 0100 2000", "number"),
            ("Ask [NAME_77]", "placeholder"),
            (
                "Der Kunde konnte seine Daten nicht exportieren, und wir haben ihm geraten, den Zwischenspeicher zu leeren.",
                "language",
            ),
            ("a\u{1b}[31mb", "control"),
        ];
        for (text, reason) in cases {
            let refused = judged(text).unwrap_err();
            assert!(refused.contains(reason), "{text}: {refused}");
        }
    }
}
