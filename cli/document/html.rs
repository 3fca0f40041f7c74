//! A document as one HTML page that needs no network and runs nothing: readable on a phone and on paper, dark and light.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Document, Section, Verdict, cell, table};
use crate::report::{Row, number, visible};

const STYLE: &str = include_str!("page.css");

/// Nothing is loaded and nothing is run: whatever of the desk should slip through stays text.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Lines of what is not well.
const FAULTS_MAX: usize = 20;

/// The whole page.
pub(crate) fn page(document: &Document) -> String {
    let title = escaped(&visible(&document.title));
    let origin = escaped(&visible(&document.origin));
    let mut body =
        format!("<header>\n<h1>{title}</h1>\n<p class=\"origin\">{origin}</p>\n</header>\n<main id=\"main\">\n");
    body += &document.verdict.as_ref().map(verdict).unwrap_or_default();
    body += &facts(document);
    if document.sections.len() > 3 {
        body += &contents(document);
    }
    for (at, section) in document.sections.iter().enumerate() {
        body += &part(at, section);
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the text</a>\n{body}</main>\n</body>\n</html>\n"
    )
}

fn contents(document: &Document) -> String {
    let entries = document.sections.iter().enumerate();
    let entries =
        entries.map(|(at, s)| format!("<li><a href=\"#part-{at}\">{}</a></li>\n", escaped(&visible(&s.heading))));
    format!("<nav aria-label=\"Contents\">\n<ul>\n{}</ul>\n</nav>\n", entries.collect::<String>())
}

fn verdict(verdict: &Verdict) -> String {
    let (class, word) = if verdict.is_good { ("good", "✓ In order") } else { ("bad", "✗ Not in order") };
    let mut out = format!(
        "<section class=\"verdict {class}\" aria-labelledby=\"verdict\">\n<h2 id=\"verdict\">{word}</h2>\n<p>{}</p>\n",
        inline(&verdict.sentence)
    );
    if !verdict.faults.is_empty() {
        let mut faults: Vec<String> =
            verdict.faults.iter().take(FAULTS_MAX).map(|fault| format!("<li>{}</li>\n", inline(fault))).collect();
        let more = verdict.faults.len() - faults.len();
        faults.extend((more > 0).then(|| format!("<li>and {} more</li>\n", number(more as u64))));
        let _ = writeln!(out, "<ul>\n{}</ul>", faults.concat());
    }
    out + "</section>\n"
}

fn facts(document: &Document) -> String {
    if document.facts.is_empty() {
        return String::new();
    }
    let facts =
        document.facts.iter().map(|(name, value)| format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", inline(value)));
    format!("<dl class=\"facts\">\n{}</dl>\n", facts.collect::<String>())
}

fn part(at: usize, section: &Section) -> String {
    let mut out =
        format!("<section aria-labelledby=\"part-{at}\">\n<h2 id=\"part-{at}\">{}</h2>\n", inline(&section.heading));
    if !section.text.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", inline(&section.text));
    }
    if section.rows.is_empty() {
        out += "<p class=\"none\">Nothing.</p>\n";
    }
    for (name, rows) in section.groups() {
        let name = name.map(|name| cell::lines(section, name).join(" "));
        if let Some(name) = &name {
            let _ = writeln!(out, "<h3>{} ({})</h3>", escaped(name), number(rows.len() as u64));
        }
        let has = |column: &str| rows.first().is_some_and(|row| row.contains_key(column));
        out += &match (has("task"), has("figure")) {
            (true, _) => tasks(section, rows),
            (_, true) => figures(section, rows),
            _ => table::html(section, rows, name.as_deref().unwrap_or(&visible(&section.heading)), at),
        };
    }
    out + &rest(section) + "</section>\n"
}

/// What is left out, and how to get it.
fn rest(section: &Section) -> String {
    let Some(all) = &section.all else { return String::new() };
    let [shown, total] = [section.rows.len(), section.rows_total].map(|count| number(count as u64));
    let what = match (section.rows.len(), section.rows_total) {
        (_, 0) => return String::new(),
        (_, 1) => "1 row; as a query".to_owned(),
        (a, b) if a == b => format!("{total} rows; as a query"),
        _ => format!("The first {shown} of {total} rows; all of them"),
    };
    format!("<p class=\"rest\">{what}: <code>{}</code></p>\n", escaped(all))
}

fn tasks(section: &Section, rows: &[Row]) -> String {
    let mut out = "<ul class=\"tasks\">\n".to_owned();
    for row in rows {
        let text = |value: &Value| escaped(&cell::lines(section, value).join(" "));
        let task = row.get("task").map(text).unwrap_or_default();
        let rest = row.iter().filter(|(name, _)| !matches!(name.as_str(), "task" | "section"));
        let rest: Vec<String> = rest.map(|(_, value)| text(value)).filter(|text| !text.is_empty()).collect();
        let more = if rest.is_empty() { String::new() } else { format!(" – {}", rest.join("; ")) };
        let _ = writeln!(out, "<li><label><input type=\"checkbox\"> <strong>{task}</strong></label>{more}</li>");
    }
    out + "</ul>\n"
}

fn figures(section: &Section, rows: &[Row]) -> String {
    let text = |row: &Row, name: &str| {
        escaped(&row.get(name).map(|value| cell::lines(section, value).join(" ")).unwrap_or_default())
    };
    let figures =
        rows.iter().map(|row| format!("<div><dt>{}</dt><dd>{}</dd></div>\n", text(row, "figure"), text(row, "value")));
    format!("<dl class=\"figures\">\n{}</dl>\n", figures.collect::<String>())
}

/// Text that means nothing to HTML, in an attribute too.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A sentence of ours, in which `code` may be quoted.
fn inline(text: &str) -> String {
    let text = visible(text);
    let pieces = text.split('`').map(escaped).enumerate();
    let is_quoted = text.matches('`').count().is_multiple_of(2);
    let wrap = |(at, piece): (usize, String)| match at % 2 {
        0 => piece,
        _ if is_quoted => format!("<code>{piece}</code>"),
        _ => format!("`{piece}"),
    };
    pieces.map(wrap).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page_of(rows: Value, section: Section) -> String {
        let rows: Vec<Row> = serde_json::from_value(rows).unwrap();
        let section = Section { heading: "Part <1> of `it`".into(), rows_total: rows.len(), rows, ..section };
        page(&Document { title: "A <b>".into(), origin: "o".into(), sections: vec![section], ..Document::default() })
    }

    #[test]
    fn page_has_a_title_tasks_to_tick_and_large_numbers() {
        let html = page_of(
            json!([{ "section": "s", "task": "do it", "why": "because", "place": null }]),
            Section { text: "Text with `code`.".into(), ..Section::default() },
        );
        assert!(html.contains("<title>A &lt;b&gt;</title>") && html.contains("<h3>s (1)</h3>"), "{html}");
        assert!(html.contains("<input type=\"checkbox\"> <strong>do it</strong></label> – because</li>"), "{html}");
        assert!(
            html.contains("Part &lt;1&gt; of <code>it</code>") && html.contains("with <code>code</code>."),
            "{html}"
        );
        let html = page_of(json!([{ "figure": "rows", "value": 12345 }]), Section::default());
        assert!(html.contains("<dt>rows</dt><dd>12,345</dd>"), "{html}");
    }

    #[test]
    fn verdict_says_it_in_words_and_empty_parts_say_so() {
        let verdict = Verdict { is_good: false, sentence: "3 of 4".into(), faults: vec!["a `b` <c>".into(); 25] };
        let sections = vec![Section::default()];
        let html = page(&Document { verdict: Some(verdict), sections, ..Document::default() });
        assert!(html.contains("✗ Not in order") && html.contains("<li>a <code>b</code> &lt;c&gt;</li>"), "{html}");
        assert!(html.contains("<li>and 5 more</li>") && html.contains("<p class=\"none\">Nothing.</p>"), "{html}");
    }

    #[test]
    fn long_parts_say_how_many_there_are_and_how_to_get_them() {
        let section = Section { all: Some("deskferry sql \"x\"".into()), ..Section::default() };
        let one = page_of(json!([{ "a": 1 }]), section.clone());
        assert!(one.contains("1 row; as a query: <code>deskferry sql &quot;x&quot;</code>"), "{one}");
        let mut many = Section { rows_total: 1_000_000, ..section };
        many.rows = vec![Row::new(); 100];
        assert!(rest(&many).contains("The first 100 of 1,000,000 rows; all of them:"), "{}", rest(&many));
    }

    #[test]
    fn nothing_of_the_desk_is_markup() {
        let hostile = "<script>alert(1)</script> <img src=x onerror=alert(1)> \"'&` \u{202e}evil";
        for name in ["name", "task", "figure", "section"] {
            let html = page_of(json!([{ name: hostile, "x": 1 }]), Section::default());
            let body = html.split("<body>").nth(1).unwrap();
            assert!(
                !body.contains("<script") && !body.contains("<img") && !body.contains('\u{202e}'),
                "{name}: {html}"
            );
            assert!(body.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{name}: {html}");
        }
    }
}
