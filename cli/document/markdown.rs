//! A document as GitHub's Markdown.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::{Document, Section};
use crate::report::number;

type Row = Map<String, Value>;

/// The whole document.
pub(super) fn render(document: &Document) -> String {
    let mut out = format!("# {}\n\n{}\n", text(&document.title), text(&document.origin));
    for section in &document.sections {
        // Writing to a string cannot fail.
        let _ = write!(out, "\n## {}\n", text(&section.heading));
        if !section.text.is_empty() {
            // It is the query's own comment, which may quote code.
            let _ = write!(out, "\n{}\n", section.text);
        }
        write_section(&mut out, section);
    }
    out
}

fn write_section(out: &mut String, section: &Section) {
    if section.rows.is_empty() {
        out.push_str("\nNothing.\n");
        return;
    }
    let mut rest = section.rows.as_slice();
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|row| row.get("section") == first.get("section")).count();
        let (rows, later) = rest.split_at(same);
        if let Some(name) = first.get("section") {
            let _ = write!(out, "\n### {} ({})\n", cell(name), number(rows.len() as u64));
        }
        out.push('\n');
        if first.contains_key("task") {
            tasks(out, rows)
        } else {
            table(out, rows)
        }
        rest = later;
    }
}

fn tasks(out: &mut String, rows: &[Row]) {
    for row in rows {
        let task = row.get("task").map(cell).unwrap_or_default();
        let rest = row.iter().filter(|(name, _)| !matches!(name.as_str(), "task" | "section"));
        let rest: Vec<String> = rest.map(|(_, value)| cell(value)).filter(|text| !text.is_empty()).collect();
        let more = if rest.is_empty() { String::new() } else { format!(" – {}", rest.join("; ")) };
        let _ = writeln!(out, "- [ ] **{task}**{more}");
    }
}

fn table(out: &mut String, rows: &[Row]) {
    let Some(first) = rows.first() else { return };
    let is_filled = |name: &str| rows.iter().any(|row| row.get(name).is_some_and(|value| !value.is_null()));
    let names: Vec<&String> = first.keys().filter(|name| *name != "section" && is_filled(name)).collect();
    let is_number = |name: &str| {
        let mut values = rows.iter().filter_map(|row| row.get(name)).filter(|value| !value.is_null()).peekable();
        values.peek().is_some() && values.all(Value::is_number)
    };
    let heads: Vec<String> = names.iter().map(|name| text(name)).collect();
    let lines: Vec<&str> = names.iter().map(|name| if is_number(name) { "---:" } else { "---" }).collect();
    let _ = write!(out, "| {} |\n| {} |\n", heads.join(" | "), lines.join(" | "));
    for row in rows {
        let cells: Vec<String> = names.iter().map(|name| row.get(*name).map(cell).unwrap_or_default()).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
}

/// A value on one line.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Number(n) => n.as_u64().map_or_else(|| n.to_string(), number),
        Value::String(written) => match serde_json::from_str(written) {
            Ok(Value::Object(object)) => lines(&object),
            _ => text(written),
        },
        Value::Object(object) => lines(object),
        other => text(&other.to_string()),
    }
}

fn lines(object: &Row) -> String {
    let line = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::String(written) => text(written),
            other => text(&other.to_string()),
        };
        format!("{}: {value}", text(name))
    };
    object.iter().map(line).collect::<Vec<_>>().join("<br>")
}

/// Text that means nothing to Markdown and HTML, on one line.
fn text(raw: &str) -> String {
    let raw = raw.trim();
    let mut out = String::with_capacity(raw.len());
    let mut before = None;
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        // Inside a word an underscore is one.
        let in_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
        let is_plain_underscore = c == '_' && in_word(before.as_ref()) && in_word(chars.peek());
        match c {
            '\n' => out.push_str("<br>"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' | '#' | '-' | '+' if before.is_none() => out.extend(['\\', c]),
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' => out.extend(['\\', c]),
            '_' if !is_plain_underscore => out.push_str("\\_"),
            c if c.is_control() => {}
            c => out.push(c),
        }
        before = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(rows: Value) -> Document {
        let rows = serde_json::from_value(rows).unwrap();
        let section = Section::new("-- Heading\n-- More\n-- text.\nSELECT 1", rows);
        Document { title: "T".into(), origin: "o".into(), sections: vec![section] }
    }

    #[test]
    fn head_comment_is_heading_and_text() {
        let section = &document(json!([])).sections[0];
        assert_eq!((section.heading.as_str(), section.text.as_str()), ("Heading", "More text."));
        assert!(document(json!([])).markdown().ends_with("## Heading\n\nMore text.\n\nNothing.\n"));
    }

    #[test]
    fn tasks_are_a_list_and_sections_have_headings() {
        let markdown = document(json!([
            { "section": "a", "task": "do it", "why": "because", "place": null },
            { "section": "b", "task": "and this", "why": null, "place": null },
        ]))
        .markdown();
        assert!(
            markdown.contains("### a (1)\n\n- [ ] **do it** – because\n\n### b (1)\n\n- [ ] **and this**\n"),
            "{markdown}"
        );
    }

    #[test]
    fn table_has_numbers_to_the_right_and_objects_line_by_line() {
        let markdown =
            document(json!([{ "name": "a|b\nc", "number": 1234, "details": "{\"x\":1,\"y\":\"z\"}" }])).markdown();
        assert!(
            markdown
                .contains("| name | number | details |\n| --- | ---: | --- |\n| a\\|b<br>c | 1,234 | x: 1<br>y: z |"),
            "{markdown}"
        );
    }

    #[test]
    fn nothing_of_the_desk_is_markup() {
        let hostile = "<script>alert(1)</script> [a](javascript:x) ![i](http://x) `c` **b** # h";
        let document = document(json!([{ "name": hostile }]));
        let html = super::super::page(&document);
        for tag in ["<script", "<a ", "<img", "<strong", "<code"] {
            assert!(!html.contains(tag), "{tag} in {html}");
        }
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; [a](javascript:x)"), "{html}");
    }
}
