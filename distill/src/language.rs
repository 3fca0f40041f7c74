//! Which language a text is in, as far as that is certain.

use std::collections::HashSet;

use whatlang::Lang;

use crate::{Error, Result};

/// Fewest characters of a paragraph whose language is told.
const CHARS_MIN: usize = 40;

/// ISO 639-1, and the code of three letters that the detection has.
const CODES: [(&str, &str); 28] = [
    ("ar", "ara"),
    ("bg", "bul"),
    ("cs", "ces"),
    ("da", "dan"),
    ("de", "deu"),
    ("el", "ell"),
    ("en", "eng"),
    ("es", "spa"),
    ("fi", "fin"),
    ("fr", "fra"),
    ("he", "heb"),
    ("hi", "hin"),
    ("hu", "hun"),
    ("id", "ind"),
    ("it", "ita"),
    ("ja", "jpn"),
    ("ko", "kor"),
    ("nb", "nob"),
    ("nl", "nld"),
    ("pl", "pol"),
    ("pt", "por"),
    ("ro", "ron"),
    ("ru", "rus"),
    ("sv", "swe"),
    ("tr", "tur"),
    ("uk", "ukr"),
    ("vi", "vie"),
    ("zh", "cmn"),
];

/// A language that can be told from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(Lang);

impl Language {
    /// A language by its code: `en`, `de`, or three letters of ISO 639-3.
    ///
    /// # Errors
    /// `Setting` where it is none that can be told.
    pub fn parse(code: &str) -> Result<Self> {
        let three = CODES.iter().find(|(two, _)| *two == code).map_or(code, |(_, three)| three);
        let unknown = || Error::Setting {
            setting: "language",
            reason: format!("= `{code}` is no language that can be told from others"),
            hint: "give a code such as \"en\" or \"de\", or leave it out: answers then have a language of the transcript",
        };
        Lang::from_code(three).map(Self).ok_or_else(unknown)
    }

    /// Its code of three letters.
    pub fn code(&self) -> &'static str {
        self.0.code()
    }

    /// What it is called in English.
    pub(crate) fn name(&self) -> &'static str {
        self.0.eng_name()
    }
}

/// Why an answer is not in the language that is wanted or, where none is, in one of the transcript; `None` also where nothing is certain.
pub(crate) fn is_other(answer: &str, transcript: &str, wanted: Option<Language>) -> bool {
    let Some(found) = certain(answer) else { return false };
    match wanted {
        Some(Language(wanted)) => found != wanted,
        None => {
            let paragraphs = transcript.split('\n').filter(|line| line.chars().count() >= CHARS_MIN);
            let there: HashSet<Lang> = paragraphs.filter_map(certain).chain(certain(transcript)).collect();
            !there.is_empty() && !there.contains(&found)
        }
    }
}

fn certain(text: &str) -> Option<Lang> {
    whatlang::detect(text).filter(|found| found.is_reliable()).map(|found| found.lang())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GERMAN: &str = "Der Kunde hat gefragt, wie er seine Rechnungsadresse ändern kann, und wir haben ihm den Weg in den Einstellungen gezeigt.";
    const ENGLISH: &str =
        "The customer asked how the billing address can be changed, and we have shown them the way in the settings.";

    #[test]
    fn an_answer_in_a_language_that_nobody_spoke_is_told() {
        assert!(is_other(GERMAN, ENGLISH, None));
        assert!(!is_other(GERMAN, &format!("{ENGLISH}\n{GERMAN}"), None));
        assert!(is_other(ENGLISH, ENGLISH, Some(Language::parse("de").unwrap())));
        assert!(!is_other("ok", ENGLISH, Some(Language::parse("deu").unwrap())));
        assert!(Language::parse("klingon").is_err());
    }
}
