//! What functions that look for phrases share: a list of phrases, one on each line, and where a text has them.
//!
//! A phrase is found as whole words, whatever the case; one that ends with `*` also where a word goes on (`verspr*`). Turkish
//! dotless and dotted i, `ё` and typographic apostrophes make no difference. All phrases are looked for in one pass.

use aho_corasick::AhoCorasick;
use datafusion::common::{Result, exec_err};

/// Most phrases of a list, so that a mapping that is not one does not take the memory.
const PHRASES_MAX: usize = 20_000;

/// A phrase in a text.
pub(super) struct Found {
    /// Its place in the list.
    pub(super) which: usize,
    /// The byte at which it begins.
    pub(super) start: usize,
}

/// A list of phrases, ready to be looked for.
pub(super) struct Phrases {
    /// Each as it is written in the list, without `*`.
    written: Vec<String>,
    is_open: Vec<bool>,
    matcher: AhoCorasick,
}

impl Phrases {
    /// Reads a list: one phrase on each line, empty lines do not count.
    pub(super) fn parse(list: &str) -> Result<Self> {
        let lines: Vec<&str> = list.lines().map(str::trim).filter(|line| !line.trim_matches('*').is_empty()).collect();
        if lines.len() > PHRASES_MAX {
            return exec_err!("a list of {} phrases is longer than {PHRASES_MAX}", lines.len());
        }
        let written: Vec<String> = lines.iter().map(|line| line.trim_end_matches('*').trim_end().to_owned()).collect();
        let is_open = lines.iter().map(|line| line.ends_with('*')).collect();
        match AhoCorasick::new(written.iter().map(|phrase| fold(phrase))) {
            Ok(matcher) => Ok(Self { written, is_open, matcher }),
            Err(error) => exec_err!("the list of phrases cannot be used: {error}"),
        }
    }

    /// Where a folded text has phrases.
    pub(super) fn found<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = Found> + 'a {
        self.matcher.find_overlapping_iter(folded).filter_map(move |found| {
            let (start, end, which) = (found.start(), found.end(), found.pattern().as_usize());
            let goes_on = |before: Option<char>, after: Option<char>| matches!((before, after), (Some(a), Some(b)) if is_letter(a) && is_letter(b));
            let begins = !goes_on(folded[..start].chars().next_back(), folded[start..].chars().next());
            let ends = self.is_open[which] || !goes_on(folded[..end].chars().next_back(), folded[end..].chars().next());
            (begins && ends).then_some(Found { which, start })
        })
    }

    /// A phrase by its place in the list, as written there.
    pub(super) fn written(&self, which: usize) -> &str {
        &self.written[which]
    }

    /// Whether a text has one of them.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.found(&fold(text)).next().is_some()
    }

    /// Whether a text begins with one of them.
    pub(super) fn begins(&self, text: &str) -> bool {
        self.found(&fold(text)).any(|found| found.start == 0)
    }
}

/// The list of the row before, which most rows share.
#[derive(Default)]
pub(super) struct Last(Option<(String, Phrases)>);

impl Last {
    /// The list, read only where it is another than the last one.
    pub(super) fn get(&mut self, list: &str) -> Result<&Phrases> {
        if self.0.as_ref().is_none_or(|(last, _)| last != list) {
            self.0 = None;
        }
        Ok(match &mut self.0 {
            Some((_, phrases)) => phrases,
            none => &none.insert((list.to_owned(), Phrases::parse(list)?)).1,
        })
    }
}

/// Whether a word goes on with this character. Scripts that have no blanks between words are not asked.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && c < '\u{2e80}'
}

/// A text in small letters, with what people write one way or the other made one.
pub(super) fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter_map(|c| match c {
            'ı' => Some('i'),
            '\u{307}' => None,
            'ё' => Some('е'),
            '’' | 'ʼ' | '`' => Some('\''),
            '\u{a0}' | '\u{202f}' => Some(' '),
            c => Some(c),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_whole_words_in_any_case_and_script() {
        let phrases = Phrases::parse("we will\nverspr*\n\nтеперь работает\nİşe yaradı\n?\n").unwrap();
        for text in ["We will see", "versprochen", "Теперь работает!", "ISE YARADI mı", "işe yaradi", "why?"]
        {
            assert_eq!(phrases.is_in(text), !text.starts_with("ISE"), "{text}");
        }
        assert!(!phrases.is_in("we willingly") && !phrases.is_in("awe will") && !phrases.is_in("gesprochen"));
        assert!(phrases.begins("We will") && !phrases.begins("now we will"));
    }
}
