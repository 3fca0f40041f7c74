//! What PostgreSQL does not store in texts: the NUL character, and in JSON also halves of surrogate pairs.

use std::borrow::Cow;

/// What stands for a character that cannot be stored, in a text.
const REPLACEMENT: &str = "\u{FFFD}";
/// The same, escaped as in JSON.
const ESCAPED: &str = "\\ufffd";

/// A text with every NUL replaced.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', REPLACEMENT)) } else { Cow::Borrowed(text) }
}

/// JSON with every escape replaced that stands for no character which PostgreSQL can store: `\u0000`, lone surrogates.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") {
        return plain(text);
    }
    let (bytes, mut clean, mut copied, mut at) = (text.as_bytes(), String::new(), 0, 0);
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b'\\') {
        let escape = at + found;
        let Some(code) = code(bytes, escape) else {
            // The next character is escaped, whatever it is; it may be of several bytes, none of which is a backslash.
            at = (escape + 2).min(bytes.len());
            continue;
        };
        let is_pair = is_high(code) && self::code(bytes, escape + 6).is_some_and(is_low);
        at = escape + if is_pair { 12 } else { 6 };
        if !is_pair && (code == 0 || is_high(code) || is_low(code)) {
            clean.push_str(&text[copied..escape]);
            clean.push_str(ESCAPED);
            copied = at;
        }
    }
    if copied == 0 {
        return plain(text);
    }
    clean.push_str(&text[copied..]);
    Cow::Owned(plain(&clean).into_owned())
}

/// The code unit of `\uXXXX` at a place.
fn code(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |code, digit| Some(code * 16 + char::from(*digit).to_digit(16)?))
}

fn is_high(code: u32) -> bool {
    (0xD800..0xDC00).contains(&code)
}

fn is_low(code: u32) -> bool {
    (0xDC00..0xE000).contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_stored_is_left_as_it_is() {
        for text in ["", "a", r#"{"a":"\\u0000"}"#, r#""\ud83d\ude00""#, r#""\u00e9\\""#, r#""\u00"#, "\\", r#""\é\u""#]
        {
            assert!(matches!(json(text), Cow::Borrowed(same) if same == text), "{text}");
        }
        assert!(matches!(plain("häh 😀"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_cannot_be_stored_is_replaced() {
        assert_eq!(plain("a\0b\0"), "a\u{FFFD}b\u{FFFD}");
        assert_eq!(json("\"a\0\""), "\"a\u{FFFD}\"");
        for (given, wanted) in [
            (r#""\u0000""#, r#""\ufffd""#),
            (r#""\\\u0000x""#, r#""\\\ufffdx""#),
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""\ud83dx\ude00""#, r#""\ufffdx\ufffd""#),
            (r#""\uD83D\uD83D\uDE00""#, r#""\ufffd\uD83D\uDE00""#),
            (r#"["é\u0000",1]"#, r#"["é\ufffd",1]"#),
        ] {
            assert_eq!(json(given), wanted);
        }
        assert_eq!(json("\"\\u0000\0\""), "\"\\ufffd\u{FFFD}\"");
    }
}
