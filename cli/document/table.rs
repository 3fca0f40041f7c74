//! Rows as an HTML table, with bars behind numbers. On a narrow screen each row is a card.

use std::fmt::Write as _;

use serde_json::Value;

use super::columns::{Column, share};
use super::html::escaped;
use super::{Section, cell};
use crate::report::{Row, visible};

/// Longer words may be broken on paper, where nothing can be scrolled.
const WORD_BYTES: usize = 30;

/// A table; `title` is what it is of, `at` the number of its part.
pub(super) fn html(section: &Section, rows: &[Row], title: &str, at: usize) -> String {
    let columns = Column::of(rows);
    let mut out =
        format!("<div class=\"wide\" role=\"region\" aria-labelledby=\"part-{at}\" tabindex=\"0\">\n<table>\n");
    let _ = writeln!(out, "<caption>{}</caption>", escaped(title));
    out += "<thead><tr>";
    for column in &columns {
        let class = if column.is_number { " class=\"n\"" } else { "" };
        let _ = write!(out, "<th scope=\"col\"{class}>{}{}</th>", swatch(section, column.name), heading(column.name));
    }
    if !section.stack.is_empty() {
        out += "<td class=\"stack\" aria-hidden=\"true\"></td>";
    }
    out += "</tr></thead>\n<tbody>\n";
    for row in rows {
        out += "<tr>";
        for (nth, column) in columns.iter().enumerate() {
            out += &one(section, rows, column, row, nth == 0);
        }
        if !section.stack.is_empty() {
            out += &stack(section, row);
        }
        out += "</tr>\n";
    }
    out + "</tbody>\n</table>\n</div>\n"
}

fn one(section: &Section, rows: &[Row], column: &Column<'_>, row: &Row, is_first: bool) -> String {
    let lines: Vec<String> = cell::lines(section, column.value(row)).iter().map(|line| escaped(line)).collect();
    let mut text = lines.join("<br>");
    if let Some(address) = column.link(row) {
        text = format!("<a href=\"{}\" rel=\"noopener noreferrer\">{text}</a>", escaped(address));
    }
    let share = share(section, rows, column, row);
    let is_long = lines.iter().flat_map(|line| line.split_whitespace()).any(|word| word.len() > WORD_BYTES);
    let mut classes = Vec::new();
    classes.extend(is_long.then(|| "long".to_owned()));
    classes.extend(column.is_number.then(|| "n".to_owned()));
    classes.extend(text.is_empty().then(|| "empty".to_owned()));
    classes.extend(share.map(|_| "bar".to_owned()));
    classes.extend(nth_of_stack(section, column.name).map(|nth| format!("k{nth}")));
    let class = if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) };
    let style = share.map(|share| format!(" style=\"--share:{share:.4}\"")).unwrap_or_default();
    match is_first {
        true => format!("<th scope=\"row\"{class}{style}><bdi>{text}</bdi></th>"),
        false => format!("<td data-name=\"{}\"{class}{style}><bdi>{text}</bdi></td>", heading(column.name)),
    }
}

/// The parts of one bar; the numbers themselves are beside it.
fn stack(section: &Section, row: &Row) -> String {
    let values = section.stack.iter().map(|name| row.get(name).and_then(Value::as_f64).unwrap_or(0.0).max(0.0));
    let values: Vec<f64> = values.collect();
    let total: f64 = values.iter().sum();
    let piece = |(nth, value): (usize, &f64)| match *value > 0.0 {
        true => format!("<i class=\"s{nth}\" style=\"--share:{:.4}\"></i>", value / total),
        false => String::new(),
    };
    format!(
        "<td class=\"stack\" aria-hidden=\"true\"><div>{}</div></td>",
        values.iter().enumerate().map(piece).collect::<String>()
    )
}

fn swatch(section: &Section, name: &str) -> String {
    nth_of_stack(section, name)
        .map(|nth| format!("<i class=\"swatch s{nth}\" aria-hidden=\"true\"></i>"))
        .unwrap_or_default()
}

fn nth_of_stack(section: &Section, name: &str) -> Option<usize> {
    section.stack.iter().position(|of| of == name)
}

/// `row_count` as `row count`.
fn heading(name: &str) -> String {
    escaped(&visible(name).replace('_', " "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table(rows: Value, section: Section) -> String {
        let rows: Vec<Row> = serde_json::from_value(rows).unwrap();
        html(&section, &rows, "T", 0)
    }

    #[test]
    fn cells_have_headings_numbers_links_and_bars() {
        let section = Section { bars: vec!["n".into()], ..Section::default() };
        let html = table(json!([{ "a_b": "x", "a_b link": "https://h/?a&b", "n": 1234, "none": null }]), section);
        assert!(html.contains("<caption>T</caption>"), "{html}");
        assert!(html.contains("<th scope=\"col\">a b</th><th scope=\"col\" class=\"n\">n</th></tr>"), "{html}");
        assert!(
            html.contains("<th scope=\"row\"><bdi><a href=\"https://h/?a&amp;b\" rel=\"noopener noreferrer\">x</a>"),
            "{html}"
        );
        assert!(
            html.contains("<td data-name=\"n\" class=\"n bar\" style=\"--share:1.0000\"><bdi>1,234</bdi>"),
            "{html}"
        );
    }

    #[test]
    fn stack_is_drawn_from_numbers_that_are_written_too() {
        let section = Section { stack: vec!["a".into(), "b".into(), "c".into()], ..Section::default() };
        let html = table(json!([{ "t": "x", "a": 3, "b": 0, "c": 1 }, { "t": "y", "a": 0, "b": 0, "c": 0 }]), section);
        assert!(
            html.contains("<i class=\"s0\" style=\"--share:0.7500\"></i><i class=\"s2\" style=\"--share:0.2500\"></i>"),
            "{html}"
        );
        assert!(html.contains("<i class=\"swatch s2\" aria-hidden=\"true\"></i>c</th>"), "{html}");
        assert_eq!(html.matches("class=\"stack\" aria-hidden").count(), 3);
    }
}
