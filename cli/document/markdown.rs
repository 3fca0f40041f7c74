//! A document as GitHub's Markdown.

use std::fmt::Write as _;

use serde_json::Value;

use super::columns::Column;
use super::{Document, Section, cell};
use crate::report::{Row, number};

/// The whole document.
pub(super) fn render(document: &Document) -> String {
    let mut out = format!("# {}\n\n{}\n", text(&document.title), text(&document.origin));
    for section in &document.sections {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "\n## {}", text(&section.heading));
        if !section.text.is_empty() {
            // It is the query's own comment, which may quote code.
            let _ = writeln!(out, "\n{}", section.text);
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
    for (name, rows) in section.groups() {
        if let Some(name) = name {
            let _ = writeln!(out, "\n### {} ({})", cell(section, name), number(rows.len() as u64));
        }
        out.push('\n');
        if rows.first().is_some_and(|row| row.contains_key("task")) {
            tasks(out, section, rows)
        } else {
            table(out, section, rows)
        }
    }
    if let Some(all) = section.all.as_ref().filter(|_| section.rows_total > section.rows.len()) {
        let [shown, total] = [section.rows.len(), section.rows_total].map(|count| number(count as u64));
        let _ = writeln!(out, "\nThe first {shown} of {total} rows; all of them: `{all}`");
    }
}

fn tasks(out: &mut String, section: &Section, rows: &[Row]) {
    for row in rows {
        let task = row.get("task").map(|value| cell(section, value)).unwrap_or_default();
        let rest = row.iter().filter(|(name, _)| !matches!(name.as_str(), "task" | "section"));
        let rest: Vec<String> = rest.map(|(_, value)| cell(section, value)).filter(|text| !text.is_empty()).collect();
        let more = if rest.is_empty() { String::new() } else { format!(" – {}", rest.join("; ")) };
        let _ = writeln!(out, "- [ ] **{task}**{more}");
    }
}

fn table(out: &mut String, section: &Section, rows: &[Row]) {
    let columns = Column::of(rows);
    let heads: Vec<String> = columns.iter().map(|column| text(column.name)).collect();
    let lines: Vec<&str> = columns.iter().map(|column| if column.is_number { "---:" } else { "---" }).collect();
    let _ = writeln!(out, "| {} |\n| {} |", heads.join(" | "), lines.join(" | "));
    for row in rows {
        let cells = columns.iter().map(|column| {
            let cell = cell(section, column.value(row));
            column.link(row).map_or_else(|| cell.clone(), |address| format!("[{cell}](<{}>)", text(address)))
        });
        let _ = writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "));
    }
}

/// A value on one line.
fn cell(section: &Section, value: &Value) -> String {
    cell::lines(section, value).iter().map(|line| text(line)).collect::<Vec<_>>().join("<br>")
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
        let rows: Vec<Row> = serde_json::from_value(rows).unwrap();
        let section = Section { heading: "Heading".into(), text: "More text.".into(), rows, ..Section::default() };
        Document { title: "T".into(), origin: "o".into(), sections: vec![section], ..Document::default() }
    }

    #[test]
    fn empty_part_says_so() {
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
        let markdown = document(json!([{ "name": hostile }])).markdown();
        let wanted =
            "&lt;script>alert(1)&lt;/script> \\[a\\](javascript:x) !\\[i\\](http://x) \\`c\\` \\*\\*b\\*\\* # h";
        assert!(markdown.contains(wanted), "{markdown}");
    }
}
