//! A value as the lines of a cell, without what a hostile text could do to the text around it.

use serde_json::Value;

use super::Section;
use crate::report::{number, short, visible};

/// Longest value of a part of which only the first rows are shown, in characters.
const VALUE_CHARS: usize = 300;

/// The lines of a value.
pub(super) fn lines(section: &Section, value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Number(n) => vec![n.as_u64().map_or_else(|| n.to_string(), number)],
        Value::String(written) => match serde_json::from_str(written) {
            Ok(Value::Object(object)) => of_object(section, &object),
            _ => of_text(section, written),
        },
        Value::Object(object) => of_object(section, object),
        other => of_text(section, &other.to_string()),
    }
}

fn of_object(section: &Section, object: &crate::report::Row) -> Vec<String> {
    let line = |(name, value): (&String, &Value)| match value {
        Value::String(written) => format!("{name}: {written}"),
        other => format!("{name}: {other}"),
    };
    object.iter().flat_map(|pair| of_text(section, &line(pair))).collect()
}

fn of_text(section: &Section, text: &str) -> Vec<String> {
    if section.all.is_some() {
        return vec![short(text.trim(), VALUE_CHARS)];
    }
    text.trim().lines().map(visible).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_written_out_and_long_values_cut_where_all_can_be_had() {
        let whole = Section::default();
        assert_eq!(lines(&whole, &json!("{\"x\":1234,\"y\":\"z\"}")), ["x: 1234", "y: z"]);
        assert_eq!(lines(&whole, &json!(1234)), ["1,234"]);
        assert_eq!(lines(&whole, &json!("a\n\u{202e}b\u{7}")), ["a", "\u{fffd}b "]);
        let long = json!("x".repeat(10_000));
        assert_eq!(lines(&whole, &long)[0].len(), 10_000);
        let cut = Section { all: Some("it".into()), ..Section::default() };
        assert_eq!(lines(&cut, &long)[0].chars().count(), VALUE_CHARS);
    }
}
