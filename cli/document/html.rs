//! A document as one HTML page that needs no network: readable on a phone and on paper, dark and light.

use pulldown_cmark::{Options, Parser};

use super::Document;

const STYLE: &str = include_str!("page.css");

/// The whole page.
pub(crate) fn page(document: &Document) -> String {
    let markdown = document.markdown();
    let mut body = String::new();
    pulldown_cmark::html::push_html(
        &mut body,
        Parser::new_ext(&markdown, Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS),
    );
    // A wide table scrolls by itself; a task can be ticked.
    let body = body
        .replace("<table>", "<div class=\"wide\" tabindex=\"0\"><table>")
        .replace("</table>", "</table></div>")
        .replace("<input disabled=\"\" type=\"checkbox\"/>", "<input type=\"checkbox\" aria-label=\"done\">");
    let title = document.title.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::super::{Document, Section};

    #[test]
    fn page_has_tables_that_scroll_and_tasks_that_can_be_ticked() {
        let rows = |text: &str| serde_json::from_str(text).unwrap();
        let sections = vec![
            Section::new("-- Tasks\nSELECT", rows(r#"[{"task":"do it"}]"#)),
            Section::new("-- Table\nSELECT", rows(r#"[{"name":"x"}]"#)),
        ];
        let html = super::page(&Document { title: "A <b>".into(), origin: "o".into(), sections });
        assert!(html.contains("<title>A &lt;b></title>"));
        assert!(html.contains("<input type=\"checkbox\" aria-label=\"done\">"), "{html}");
        assert!(html.contains("<div class=\"wide\" tabindex=\"0\"><table><thead>"), "{html}");
    }
}
