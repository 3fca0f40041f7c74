//! Numbers in a text that stand for somebody: telephones, cards, bank accounts.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Digits with what people write between them.
#[allow(clippy::unwrap_used)] // The pattern is ours, and a test uses it.
static RUN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\+?\(?\d[\d\u{a0} ()./-]{5,40}\d").unwrap());
#[allow(clippy::unwrap_used)]
static IBAN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b").unwrap());
#[allow(clippy::unwrap_used)]
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})([ ]\d{1,2})?$").unwrap()
});

/// Where IBANs are.
pub(crate) fn ibans(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    // The pattern takes words in capitals behind it along: the longest beginning that proves right is the number.
    IBAN.find_iter(text).filter_map(|found| {
        let letters = found.as_str().char_indices().filter(|(_, c)| *c != ' ');
        let ends = letters.map(|(at, _)| at + 1).rev();
        ends.take_while(|end| *end >= 15)
            .find(|end| is_iban(&found.as_str()[..*end]))
            .map(|end| found.start()..found.start() + end)
    })
}

/// Where card numbers are: 13 to 19 digits that prove right.
pub(crate) fn cards(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    RUN.find_iter(text).filter(|found| is_card(&digits(found.as_str()))).map(|found| found.range())
}

/// Where telephone numbers are, or other numbers of 8 to 15 digits: what they are cannot be told.
pub(crate) fn phones(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    // After a colon it is a key of ours, such as intercom:conversation:215473001.
    RUN.find_iter(text)
        .filter(|found| !text[..found.start()].ends_with(':') && !DATE.is_match(found.as_str()))
        .filter(|found| (8..=15).contains(&digits(found.as_str()).len()))
        .map(|found| found.range())
}

/// The long numbers of a text, digits alone: 9 and more.
pub(crate) fn long(text: &str) -> impl Iterator<Item = String> + '_ {
    RUN.find_iter(text)
        .filter(|found| !DATE.is_match(found.as_str()))
        .map(|found| digits(found.as_str()))
        .filter(|d| d.len() >= 9)
}

/// The digits of a text.
pub(crate) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Luhn's check.
fn is_card(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit - b'0') << (place % 2);
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10)
}

/// ISO 13616: the number modulo 97 is 1.
fn is_iban(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
    if !(15..=34).contains(&letters.len()) {
        return false;
    }
    let turned = letters[4..].iter().chain(&letters[..4]);
    let rest = turned
        .filter_map(|c| c.to_digit(36))
        .fold(0, |rest, value| (rest * if value > 9 { 100 } else { 10 } + value) % 97);
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_stand_for_somebody_are_found_and_dates_are_not() {
        let text = "IBAN DE89 3704 0044 0532 0130 00 OK, card 4111 1111 1111 1111, phone +49 (0)30 1234-567, on 2026-01-05 10:22, 05.01.2026, order 4711";
        let of = |ranges: Vec<Range<usize>>| ranges.into_iter().map(|range| &text[range]).collect::<Vec<_>>();
        assert_eq!(of(ibans(text).collect()), ["DE89 3704 0044 0532 0130 00"]);
        assert_eq!(of(cards(text).collect()), ["4111 1111 1111 1111"]);
        assert_eq!(of(phones(text).filter(|range| range.start > 60).collect()), ["+49 (0)30 1234-567"]);
        assert!(long(text).any(|digits| digits == "490301234567"));
        assert!(!is_iban("DE89 3704 0044 0532 0130 01") && !is_card("4111111111111112"));
    }
}
