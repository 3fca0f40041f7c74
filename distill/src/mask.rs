//! Personal data of a text as placeholders, and back.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::LazyLock;

use linkify::{LinkFinder, LinkKind};
use regex::{Regex, RegexBuilder};

use crate::numbers;

/// Most names that are looked for.
const NAMES_MAX: usize = 2_000;
/// Shortest name, in characters.
const NAME_CHARS_MIN: usize = 3;

/// What a placeholder looks like.
#[allow(clippy::unwrap_used)] // The pattern is ours, and a test uses it.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\[(EMAIL|PHONE|CARD|IBAN|NAME)_\d+\]").unwrap());

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Personal {
    /// E-mail addresses.
    Emails,
    /// International bank account numbers.
    Ibans,
    /// Numbers of payment cards.
    Cards,
    /// Telephone numbers, and other numbers as long as one.
    Phones,
    /// Names of those who take part.
    Names,
}

impl Personal {
    /// All kinds, in the order in which they are looked for.
    pub const ALL: [Self; 5] = [Self::Emails, Self::Ibans, Self::Cards, Self::Phones, Self::Names];

    /// What `[distill] mask` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Emails => "emails",
            Self::Ibans => "ibans",
            Self::Cards => "cards",
            Self::Phones => "phones",
            Self::Names => "names",
        }
    }

    fn placeholder(self) -> &'static str {
        match self {
            Self::Emails => "EMAIL",
            Self::Ibans => "IBAN",
            Self::Cards => "CARD",
            Self::Phones => "PHONE",
            Self::Names => "NAME",
        }
    }
}

/// A text with placeholders, and what each stands for.
#[derive(Debug)]
pub(crate) struct Masked {
    /// The text.
    pub(crate) text: String,
    behind: HashMap<String, String>,
}

impl Masked {
    /// Masks kinds of personal data; `people` are the names to look for, one on a line.
    pub(crate) fn new(text: &str, kinds: &[Personal], people: &str) -> Self {
        // What looks like a placeholder and is none stands for nobody.
        let text = PLACEHOLDER.replace_all(text, |found: &regex::Captures<'_>| found[0].replace(['[', ']'], "'"));
        let mut found: BTreeMap<usize, (usize, Personal)> = BTreeMap::new();
        for kind in Personal::ALL.into_iter().filter(|kind| kinds.contains(kind)) {
            for range in ranges(&text, kind, people) {
                if is_free(&found, &range) {
                    found.insert(range.start, (range.end, kind));
                }
            }
        }
        let (mut masked, mut behind, mut known) = (String::with_capacity(text.len()), HashMap::new(), HashMap::new());
        let mut from = 0;
        for (start, (end, kind)) in found {
            masked.push_str(&text[from..start]);
            let number = known.len() + 1;
            let placeholder = known
                .entry((kind, text[start..end].to_lowercase()))
                .or_insert_with(|| format!("[{}_{number}]", kind.placeholder()));
            behind.entry(placeholder.clone()).or_insert_with(|| text[start..end].to_owned());
            masked.push_str(placeholder);
            from = end;
        }
        masked.push_str(&text[from..]);
        Self { text: masked, behind }
    }

    /// An answer with what its placeholders stand for, where `restore` says so.
    ///
    /// # Errors
    /// The placeholder that stands for nothing.
    pub(crate) fn put_back(&self, answer: &str, restore: bool) -> Result<String, String> {
        if let Some(unknown) = PLACEHOLDER.find_iter(answer).find(|found| !self.behind.contains_key(found.as_str())) {
            return Err(unknown.as_str().to_owned());
        }
        let behind = |found: &regex::Captures<'_>| self.behind.get(&found[0]).cloned().unwrap_or_default();
        Ok(if restore { PLACEHOLDER.replace_all(answer, behind).into_owned() } else { answer.to_owned() })
    }
}

fn is_free(found: &BTreeMap<usize, (usize, Personal)>, range: &Range<usize>) -> bool {
    found.range(..range.end).next_back().is_none_or(|(_, (end, _))| *end <= range.start)
}

fn ranges(text: &str, kind: Personal, people: &str) -> Vec<Range<usize>> {
    match kind {
        Personal::Emails => emails(text).collect(),
        Personal::Ibans => numbers::ibans(text).collect(),
        Personal::Cards => numbers::cards(text).collect(),
        Personal::Phones => numbers::phones(text).collect(),
        Personal::Names => {
            names(people).map(|names| names.find_iter(text).map(|found| found.range()).collect()).unwrap_or_default()
        }
    }
}

/// Where e-mail addresses are.
pub(crate) fn emails(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Email]);
    let found: Vec<_> = finder.links(text).map(|link| link.start()..link.end()).collect();
    found.into_iter()
}

/// A pattern of all names, whole and in their parts; `None` where there are none.
fn names(people: &str) -> Option<Regex> {
    let mut names: Vec<&str> = people
        .lines()
        .filter(|name| !name.contains('@'))
        .flat_map(|name| std::iter::once(name).chain(name.split(|c: char| c.is_whitespace() || c == ',')))
        .map(|name| name.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|name| name.chars().count() >= NAME_CHARS_MIN && name.contains(char::is_alphabetic))
        .collect();
    // The longest first, so that a whole name goes before its parts.
    names.sort_by_key(|name| (std::cmp::Reverse(name.len()), *name));
    names.dedup();
    names.truncate(NAMES_MAX);
    if names.is_empty() {
        return None;
    }
    let any = names.iter().map(|name| regex::escape(name)).collect::<Vec<_>>().join("|");
    RegexBuilder::new(&format!(r"\b(?:{any})\b")).case_insensitive(true).size_limit(64 << 20).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "Ann Müller (ann@x.example, +49 30 1234567) paid with 4111 1111 1111 1111; Ann asks Bob. [NAME_1] says [x]";

    #[test]
    fn what_is_masked_is_gone_and_comes_back() {
        let masked = Masked::new(TEXT, &Personal::ALL, "Ann Müller\nBob\nann@x.example");
        for gone in ["Ann", "Müller", "ann@x", "1234567", "4111", "Bob"] {
            assert!(!masked.text.contains(gone), "{gone}: {}", masked.text);
        }
        assert!(masked.text.contains("'NAME_1'"), "{}", masked.text);
        assert_eq!(
            masked.put_back(&masked.text, true).unwrap().replace('\'', "*"),
            TEXT.replace("[NAME_1]", "*NAME_1*")
        );
        assert_eq!(masked.put_back(&masked.text, false).unwrap(), masked.text);
        assert_eq!(masked.put_back("call [PHONE_99]", true).unwrap_err(), "[PHONE_99]");
    }

    #[test]
    fn only_what_is_asked_for_is_masked_and_the_same_value_is_the_same_placeholder() {
        let masked = Masked::new("a@x.example A@x.example b@x.example Ann", &[Personal::Emails], "Ann");
        assert_eq!(masked.text, "[EMAIL_1] [EMAIL_1] [EMAIL_2] Ann");
        assert_eq!(Masked::new("plain", &Personal::ALL, "").text, "plain");
    }
}
