//! What may differ: `sql/reconcile/allowed_differences.csv`, which a file of that path in the migration's folder replaces.
//!
//! A line is `table, field, rule, reason`; `*` stands for any text within table and field; the first line that fits says the reason.
//! The rule `any` fits every difference.

use serde::Deserialize;

use crate::inputs::{File, Inputs};
use crate::{Error, Result};

/// Rules that a line may name; `functions/alike.rs` has what they mean.
const RULES: [&str; 11] =
    ["any", "blanks", "case", "drift", "formatting", "html", "images", "markdown", "phone", "seconds", "type"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    table: String,
    field: String,
    rule: String,
    reason: String,
}

/// The lines of the list.
#[derive(Debug)]
pub(super) struct Allowed(Vec<Line>);

impl Allowed {
    pub(super) fn read(inputs: &Inputs<'_>) -> Result<Self> {
        let files = inputs.folder("sql/reconcile", "csv");
        files.into_iter().find(|file| file.name == "allowed_differences").map_or(Ok(Self(Vec::new())), Self::parse)
    }

    fn parse(file: File<'_>) -> Result<Self> {
        const HINT: &str = "lines are table,field,rule,reason; the rules are any, blanks, case, drift, formatting, html, images, \
                            markdown, phone, seconds, type";
        let wrong = |reason: String| Error::File { file: file.path.to_owned(), reason, hint: HINT };
        let text = file.text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let lines: Vec<Line> =
            reader.deserialize().collect::<Result<_, _>>().map_err(|e: csv::Error| wrong(e.to_string()))?;
        match lines.iter().find(|line| !RULES.contains(&line.rule.as_str()) || line.reason.is_empty()) {
            Some(line) if line.reason.is_empty() => {
                Err(wrong(format!("`{}` of `{}` has no reason", line.rule, line.field)))
            }
            Some(line) => Err(wrong(format!("`{}` is no rule", line.rule))),
            None => Ok(Self(lines)),
        }
    }

    /// Why a difference is allowed; `rule`: the one by which both values are the same.
    pub(super) fn reason(&self, table: &str, field: &str, rule: Option<&str>) -> Option<&str> {
        let is_rule = |line: &Line| line.rule == "any" || rule == Some(line.rule.as_str());
        let found = self.0.iter().find(|l| is_rule(l) && fits(&l.table, table) && fits(&l.field, field));
        found.map(|line| line.reason.as_str())
    }
}

/// Whether a text is what a pattern with at most one `*` stands for.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => {
            text.len() >= before.len() + after.len() && text.starts_with(before) && text.ends_with(after)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Allowed> {
        Allowed::parse(File { name: "allowed_differences", path: "x.csv", text })
    }

    #[test]
    fn the_first_line_that_fits_says_the_reason() {
        let allowed =
            parsed("table,field,rule,reason\ncontacts,email,case,small\n*,*body,html,own\nnotes,*,any,never mind\n");
        let allowed = allowed.unwrap();
        assert_eq!(allowed.reason("contacts", "email", Some("case")), Some("small"));
        assert_eq!(allowed.reason("contacts", "name", Some("case")), None);
        assert_eq!(allowed.reason("contacts", "email", None), None);
        assert_eq!(allowed.reason("articles", "fr.body", Some("html")), Some("own"));
        assert_eq!(allowed.reason("notes", "author", None), Some("never mind"));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        for (text, wanted) in [
            ("table,field,rule,reason\n*,*,spelling,x\n", "`spelling` is no rule"),
            ("table,field,rule,reason\n*,*,html,\n", "has no reason"),
            ("table,field,reason\n*,*,x\n", "missing field"),
        ] {
            let error = parsed(text).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
