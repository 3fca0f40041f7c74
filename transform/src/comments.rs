//! What each column means, and whether it is ever NULL: the comments of `sql/contract/*.sql`.
//!
//! ```text
//! intercom.sql  database.sql  ledger.sql  intercom_live.sql  load.sql  rollback.sql  runs.sql: tables of the schema of that name
//! transform.sql   more tables of what a transform writes
//! views.sql       columns that a view of the ledger works out
//! extract.sql     tables that every source has
//! <source>.sql    raw tables of a source: not a file, the caller makes it of the spec
//! ```
//!
//! A comment belongs to the column before it: `name VARCHAR NOT NULL,  -- full name`. A view has the comments of the columns that it
//! takes from tables of its schema.

use std::collections::BTreeMap;

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer, Whitespace};

use crate::catalog::VERSIONS;
use crate::current::DELETED;
use crate::inputs::Inputs;
use crate::{Error, Result};

/// What is known of one column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// What it means.
    pub(crate) comment: String,
    /// Whether it is NOT NULL.
    pub(crate) required: bool,
}

/// Of all columns that have a comment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Comments {
    /// By file of the contract, table and column.
    columns: BTreeMap<(String, String, String), Known>,
    /// The source, the schema of its staged tables and of its contract.
    source: String,
    raw: String,
    contract: String,
}

impl Comments {
    /// Reads the contract.
    ///
    /// # Errors
    /// `File` for text that is no SQL.
    pub(crate) fn read(inputs: &Inputs<'_>) -> Result<Self> {
        let mut columns = BTreeMap::new();
        for file in inputs.folder("sql/contract", "sql") {
            let tables = parse(file.text).map_err(|reason| Error::File {
                file: file.path.to_owned(),
                reason,
                hint: "a contract is CREATE TABLE with one column a line, each with its comment",
            })?;
            columns.extend(tables.into_iter().map(|((t, c), known)| ((file.name.to_owned(), t, c), known)));
        }
        let [source, raw, contract] = [inputs.source, inputs.raw, inputs.contract].map(str::to_owned);
        Ok(Self { columns, source, raw, contract })
    }

    /// What is known of a column of a table or view.
    pub(crate) fn of(&self, schema: &str, table: &str, column: &str) -> Option<Known> {
        let said = |comment: String| Some(Known { comment, required: false });
        let versions = table.strip_suffix(VERSIONS);
        match column {
            "run" if versions.is_some() => return said("run that wrote this version of the row".to_owned()),
            DELETED if versions.is_some() => return said("whether the run found the row gone".to_owned()),
            "_extra" => return said("JSON: values that are not declared or do not fit their column".to_owned()),
            _ => {}
        }
        let table = versions.unwrap_or(table);
        let in_file = |file: &str, table: &str| {
            let known = self.columns.get(&(file.to_owned(), table.to_owned(), column.to_owned()));
            known.filter(|known| !known.comment.is_empty()).cloned()
        };
        let beside = if schema == self.contract { "transform" } else { "extract" };
        let exact = in_file(schema, table).or_else(|| (schema != "ledger").then(|| in_file(beside, table)).flatten());
        exact.or_else(|| match schema {
            "mapping" => said(format!("as mapping/{table}.csv has it")),
            "ledger" => in_file("views", table).or_else(|| in_file(schema, "entries")),
            "intercom_live" => said("as Intercom has it".to_owned()),
            _ if schema == self.contract => said(format!("`{column}` of the model sql/{}/{table}.sql", self.source)),
            "runs" => None,
            _ if schema == self.raw => said(format!("`{column}` of {table}, as {} has it", self.source)),
            _ => None,
        })
    }
}

/// The columns of the tables that a text creates.
fn parse(text: &str) -> Result<BTreeMap<(String, String), Known>, String> {
    let tokens = Tokenizer::new(&GenericDialect {}, text).tokenize().map_err(|e| e.to_string())?;
    let mut columns: BTreeMap<(String, String), Known> = BTreeMap::new();
    let (mut table, mut column) = (String::new(), None::<String>);
    let (mut depth, mut begins) = (0_usize, false);
    for token in tokens {
        match token {
            Token::LParen => (depth, begins) = (depth + 1, depth == 0),
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Comma if depth == 1 => begins = true,
            Token::SemiColon => column = None,
            Token::Word(word) if depth == 0 => table = word.value,
            Token::Word(word) if begins => {
                begins = false;
                columns.insert((table.clone(), word.value.clone()), Known::default());
                column = Some(word.value);
            }
            Token::Word(word) if word.keyword == Keyword::NOT => {
                if let Some(known) = column.as_ref().and_then(|c| columns.get_mut(&(table.clone(), c.clone()))) {
                    known.required = true;
                }
            }
            Token::Whitespace(Whitespace::SingleLineComment { comment, .. }) => {
                if let Some(known) = column.as_ref().and_then(|c| columns.get_mut(&(table.clone(), c.clone()))) {
                    let space = if known.comment.is_empty() { "" } else { " " };
                    known.comment = format!("{}{space}{}", known.comment, comment.trim());
                }
            }
            _ => {}
        }
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_belongs_to_the_column_before_it() {
        let text = "-- head\nCREATE TABLE t (\n a VARCHAR NOT NULL PRIMARY KEY, -- one, (two)\n -- more\n \"b\" DECIMAL(3, 1) -- bee\n);\n-- x\nCREATE TABLE u (c INT);";
        let columns = parse(text).unwrap();
        let of = |table: &str, column: &str| &columns[&(table.to_owned(), column.to_owned())];
        assert_eq!(of("t", "a"), &Known { comment: "one, (two) more".into(), required: true });
        assert_eq!(of("t", "b"), &Known { comment: "bee".into(), required: false });
        assert_eq!(of("u", "c"), &Known::default());
        assert_eq!(columns.len(), 3);
    }
}
