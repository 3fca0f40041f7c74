//! The piece of a text that shows where it differs from another.

/// Longest text that is shown whole, in letters.
const WHOLE_MAX: usize = 200;
/// Letters that are shown before the place.
const BEFORE: usize = 40;

/// Two texts, each cut to the piece around the first place where they differ.
pub(super) fn around(wanted: Option<&str>, found: Option<&str>) -> (Option<String>, Option<String>) {
    let same = match (wanted, found) {
        (Some(wanted), Some(found)) => wanted.chars().zip(found.chars()).take_while(|(a, b)| a == b).count(),
        _ => 0,
    };
    (wanted.map(|text| cut(text, same)), found.map(|text| cut(text, same)))
}

/// So many letters of a text that the one at `place` is among them.
fn cut(text: &str, place: usize) -> String {
    let from = place.saturating_sub(BEFORE);
    let mut letters = text.chars();
    if letters.by_ref().nth(WHOLE_MAX).is_none() {
        return text.to_owned();
    }
    let piece: String = text.chars().skip(from).take(WHOLE_MAX).collect();
    let before = if from > 0 { "…" } else { "" };
    let after = if text.chars().nth(from + WHOLE_MAX).is_some() { "…" } else { "" };
    format!("{before}{piece}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_to_where_they_differ() {
        let (wanted, found) = (format!("{}é{}", "a".repeat(500), "b".repeat(500)), "a".repeat(600));
        let (wanted, found) = around(Some(&wanted), Some(&found));
        let wanted = wanted.unwrap();
        assert!(wanted.starts_with("…aaa") && wanted.contains("aéb") && wanted.ends_with("b…"), "{wanted}");
        assert_eq!(found.unwrap().chars().filter(|c| *c == 'a').count(), 140);
        assert_eq!(around(Some("short"), None), (Some("short".to_owned()), None));
    }
}
