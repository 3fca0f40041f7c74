//! `hesk_options(type, value)`: the options of a select, radio or checkbox field as a JSON array of texts; NULL for other
//! types. From 2.7 the definition is JSON, before it is `{HESK_SELECT}One#HESK#Two`.

use datafusion::logical_expr::ScalarUDF;
use serde_json::Value;

use super::html::decode;
use super::scalar::{Kind, Scalar};

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::texts("hesk_options", 2, &[Kind::Text, Kind::Text], |row| options(row[0]?, row[1]?))
}

fn options(kind: &str, definition: &str) -> Option<String> {
    let kind = kind.trim().to_ascii_lowercase();
    if !matches!(kind.as_str(), "select" | "radio" | "checkbox") {
        return None;
    }
    let texts: Vec<String> =
        match serde_json::from_str::<Value>(definition).or_else(|_| serde_json::from_str(&decode(definition))) {
            Ok(json) => json
                .get(format!("{kind}_options"))?
                .as_array()?
                .iter()
                .filter_map(|o| o.as_str().map(str::to_owned))
                .collect(),
            Err(_) => definition.trim_start_matches("{HESK_SELECT}").split("#HESK#").map(str::to_owned).collect(),
        };
    let mut options: Vec<String> = Vec::new();
    for text in texts {
        let text = decode(text.trim()).trim().to_owned();
        if !text.is_empty() && !options.contains(&text) {
            options.push(text);
        }
    }
    Some(Value::from(options).to_string())
}
