//! A document for people: headings, task lists and tables out of the answers of queries, as Markdown or as one HTML page.
//!
//! Two column names mean something: `task` makes each row an item of a task list, `section` groups rows under a heading. A value
//! that is a JSON object is written out as `name: value`. Everything comes from the desk and is escaped: a customer's name may
//! hold a script.

mod html;
mod markdown;

use serde_json::{Map, Value};

pub(crate) use html::page;

/// A document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    /// Its title.
    pub(crate) title: String,
    /// Where it comes from, in one line.
    pub(crate) origin: String,
    /// Its parts.
    pub(crate) sections: Vec<Section>,
}

/// One part: the answer of one query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Section {
    /// Heading.
    pub(crate) heading: String,
    /// What there is to know about it.
    pub(crate) text: String,
    /// Rows, their columns in order.
    pub(crate) rows: Vec<Map<String, Value>>,
}

impl Section {
    /// A part from a query's head comment, whose first line is the heading, and its rows.
    pub(crate) fn new(sql: &str, rows: Vec<Map<String, Value>>) -> Self {
        let mut lines = sql.lines().map_while(|line| line.strip_prefix("--")).map(str::trim);
        let heading = lines.next().unwrap_or_default().to_owned();
        Self { heading, text: lines.collect::<Vec<_>>().join(" "), rows }
    }
}

impl Document {
    /// As Markdown.
    pub(crate) fn markdown(&self) -> String {
        markdown::render(self)
    }

    /// As JSON.
    pub(crate) fn json(&self) -> Value {
        let sections = self.sections.iter().map(
            |section| serde_json::json!({ "heading": section.heading, "text": section.text, "rows": section.rows }),
        );
        serde_json::json!({ "title": self.title, "origin": self.origin, "sections": sections.collect::<Vec<_>>() })
    }
}
