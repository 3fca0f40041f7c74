//! `normalize_email(text)`: the address as Intercom compares it: lower case, without name or `mailto:`; NULL if there is none.

use datafusion::logical_expr::ScalarUDF;
use email_address::{EmailAddress, Options};

use super::scalar::Scalar;

/// Longest text that is looked at; an address has at most 254 bytes.
const BYTES_MAX: usize = 1_000;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::text("normalize_email", normalize)
}

/// The address in a text such as `Ann <Ann@Example.org>`.
pub(super) fn normalize(text: &str) -> Option<String> {
    let mut text = text.trim();
    if text.len() > BYTES_MAX {
        return None;
    }
    if let (Some(open), true) = (text.rfind('<'), text.contains('>')) {
        let inner = &text[open + 1..];
        text = inner.split('>').next().unwrap_or(inner).trim();
    }
    let invisible = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || "<>()[]\"',;:".contains(c)
            || ('\u{200b}'..='\u{200f}').contains(&c)
            || c == '\u{feff}'
    };
    text = text.trim_matches(invisible);
    if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:")) {
        text = text[7..].split('?').next().unwrap_or_default().trim_matches(invisible);
    }
    let address = text.trim_end_matches('.').to_lowercase();
    let options = Options::default().with_minimum_sub_domains(2).without_domain_literal().without_display_text();
    EmailAddress::parse_with_options(&address, options).ok().map(|_| address)
}
