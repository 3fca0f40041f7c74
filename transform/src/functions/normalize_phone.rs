//! `normalize_phone(text, region)`: a valid number as E.164 (`+493012345`), else NULL. `region` (`DE`) is for numbers without
//! country code; without it only numbers that begin with `+` or `00` are understood.

use datafusion::logical_expr::ScalarUDF;
use phonenumber::Mode;
use phonenumber::country::Id;

use super::scalar::{Kind, Scalar};

/// Longest text that is looked at.
const BYTES_MAX: usize = 100;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::texts("normalize_phone", 1, &[Kind::Text, Kind::Text], |row| normalize(row[0]?, row[1]))
}

fn normalize(text: &str, region: Option<&str>) -> Option<String> {
    let text = text.trim();
    let text = text.get(..4).filter(|start| start.eq_ignore_ascii_case("tel:")).map_or(text, |_| &text[4..]);
    if text.len() > BYTES_MAX || text.bytes().filter(u8::is_ascii_digit).count() < 5 {
        return None;
    }
    let region: Option<Id> = region.and_then(|region| region.trim().to_ascii_uppercase().parse().ok());
    let international = region.is_none().then(|| text.strip_prefix("00")).flatten().map(|rest| format!("+{rest}"));
    let number = phonenumber::parse(region, international.as_deref().unwrap_or(text)).ok()?;
    number.is_valid().then(|| number.format().mode(Mode::E164).to_string())
}
