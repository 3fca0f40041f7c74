//! Texts that go into requests, and texts as they are compared when read back.

/// `text` so that it reads as itself in HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// The letters of a text without markup, entities and white space: what is left the same by every way through Intercom.
pub(crate) fn letters(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(c) = rest.chars().next() {
        match c {
            '<' if rest[1..].starts_with(|n: char| n.is_ascii_alphabetic() || n == '/' || n == '!') => {
                let Some(end) = rest.find('>') else { return out };
                rest = &rest[end + 1..];
                continue;
            }
            '&' => {
                if let Some((text, after)) = entity(rest) {
                    out.extend(text.filter(|c| !is_space(*c)));
                    rest = after;
                    continue;
                }
                out.push('&');
            }
            c if is_space(c) => {}
            c => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{200b}' || c == '\u{feff}'
}

/// The character of the entity that `rest` begins with, and what follows it.
fn entity(rest: &str) -> Option<(Option<char>, &str)> {
    let end = rest.char_indices().take(12).find(|(_, c)| *c == ';')?.0;
    let (name, after) = (&rest[1..end], &rest[end + 1..]);
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((Some(c), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_the_same_for_text_and_for_its_html() {
        let text = "a < b & \"c\"\n\n1 > 0  it's";
        assert_eq!(letters(&format!("<p>{}</p>", escape(text).replace('\n', "<br>"))), "a<b&\"c\"1>0it's");
        assert_eq!(
            letters(text),
            letters("<p class=\"no-margin\">a &lt; b &amp; &quot;c&quot;</p><p>1 &gt; 0&nbsp; it&#39;s</p>")
        );
        assert_eq!(letters("&unknown; &"), "&unknown;&");
    }
}
