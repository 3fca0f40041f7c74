//! A document for people: headings, task lists and tables out of the answers of queries, as Markdown or as one HTML page.
//!
//! The head comment of a query says what its part is:
//!
//! ```sql
//! -- Values that differ                                     the heading
//! -- What Intercom holds is not what was sent.              its text
//! -- bars: source, loaded                                   columns drawn as bars; one alone is compared from row to row
//! -- stack: loaded, skipped                                 columns drawn as the parts of one bar
//! -- all: deskferry sql --file sql/reconcile/differences.sql    long: the first rows are shown, and this gives all of them
//! ```
//!
//! Some column names mean something: `task` makes each row an item of a task list, `figure` with `value` a large number, `section`
//! groups rows under headings, `x link` is the address that `x` leads to, `x %` is a share. A value that is a JSON object is written
//! out as `name: value`. Everything comes from the desk and is escaped: a customer's name may hold a script.

mod cell;
mod columns;
mod html;
mod markdown;
mod table;

use anyhow::Result;
use arrow::array::RecordBatch;
use serde_json::Value;

use crate::report::{Row, rows};

pub(crate) use html::page;

/// Rows that are shown of a part that has an `all`.
const ROWS_MAX: usize = 100;

/// A document.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Document {
    /// Its title.
    pub(crate) title: String,
    /// Where it comes from, in one line.
    pub(crate) origin: String,
    /// What it comes to, where it judges.
    pub(crate) verdict: Option<Verdict>,
    /// What has to be known to read it: name and value.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// Its parts.
    pub(crate) sections: Vec<Section>,
}

/// What a document comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Verdict {
    /// Whether all is well.
    pub(crate) is_good: bool,
    /// In one sentence.
    pub(crate) sentence: String,
    /// What is not well, each in one line.
    pub(crate) faults: Vec<String>,
}

/// One part: the answer of one query.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Section {
    /// Heading.
    pub(crate) heading: String,
    /// What there is to know about it.
    pub(crate) text: String,
    /// Columns that are drawn as bars.
    pub(crate) bars: Vec<String>,
    /// Columns that are drawn as the parts of one bar.
    pub(crate) stack: Vec<String>,
    /// The command that gives all rows and whole values, where only the first are shown, and long values are cut.
    pub(crate) all: Option<String>,
    /// Rows, their columns in order.
    pub(crate) rows: Vec<Row>,
    /// How many rows there are.
    pub(crate) rows_total: usize,
}

impl Section {
    /// A part from a query's head comment and its answer.
    ///
    /// # Errors
    /// Where a value has no JSON form.
    pub(crate) fn new(sql: &str, answer: &[RecordBatch]) -> Result<Self> {
        let mut section = Self::head(sql);
        section.rows_total = answer.iter().map(RecordBatch::num_rows).sum();
        let mut room = if section.all.is_some() { ROWS_MAX } else { usize::MAX };
        for batch in answer {
            let shown = batch.slice(0, batch.num_rows().min(room));
            room -= shown.num_rows();
            section.rows.extend(rows(&[shown])?);
        }
        Ok(section)
    }

    /// Rows that follow each other with the same `section`, with its value.
    fn groups(&self) -> impl Iterator<Item = (Option<&Value>, &[Row])> {
        let groups = self.rows.chunk_by(|a, b| a.get("section") == b.get("section"));
        groups.map(|rows| (rows.first().and_then(|row| row.get("section")), rows))
    }

    /// The first line is the heading; lines that begin with a word of ours are told apart; the rest is text.
    fn head(sql: &str) -> Self {
        let mut lines = sql.lines().map_while(|line| line.strip_prefix("--")).map(str::trim);
        let mut section = Self { heading: lines.next().unwrap_or_default().to_owned(), ..Self::default() };
        let names = |list: &str| list.split(',').map(|name| name.trim().to_owned()).collect();
        let mut text = Vec::new();
        for line in lines {
            match line.split_once(": ") {
                Some(("bars", list)) => section.bars = names(list),
                Some(("stack", list)) => section.stack = names(list),
                Some(("all", command)) => section.all = Some(command.to_owned()),
                _ => text.push(line),
            }
        }
        section.text = text.join(" ");
        section
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array};

    use super::*;

    fn numbers(count: i64) -> RecordBatch {
        let column: ArrayRef = Arc::new(Int64Array::from_iter_values(0..count));
        RecordBatch::try_from_iter([("n", column)]).unwrap()
    }

    #[test]
    fn head_comment_is_heading_text_and_drawing() {
        let sql =
            "-- Heading\n-- More: and\n-- bars: a, b c\n-- text.\n-- stack: x\n-- all: deskferry sql 'q'\nSELECT 1";
        let section = Section::new(sql, &[]).unwrap();
        assert_eq!((section.heading.as_str(), section.text.as_str()), ("Heading", "More: and text."));
        assert_eq!((section.bars, section.stack), (vec!["a".to_owned(), "b c".to_owned()], vec!["x".to_owned()]));
        assert_eq!(section.all.as_deref(), Some("deskferry sql 'q'"));
    }

    #[test]
    fn only_a_section_that_names_all_is_cut() {
        let answer = [numbers(70), numbers(70)];
        let whole = Section::new("-- Heading\nSELECT 1", &answer).unwrap();
        assert_eq!((whole.rows.len(), whole.rows_total), (140, 140));
        let cut = Section::new("-- Heading\n-- all: it\nSELECT 1", &answer).unwrap();
        assert_eq!((cut.rows.len(), cut.rows_total, &cut.rows[ROWS_MAX - 1]["n"]), (ROWS_MAX, 140, &29.into()));
    }
}
