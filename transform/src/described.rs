//! What a contract says of its tables, for whoever makes them elsewhere.

use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

use crate::comments::Comments;
use crate::{Error, Inputs, Result};

/// A table of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub table: String,
    /// Its columns in order, each with its comment.
    pub columns: Vec<(String, String)>,
}

/// The tables of the source's contract, in the order in which the contract has them.
///
/// # Errors
/// `File` where a contract is no SQL.
pub fn described(inputs: &Inputs<'_>) -> Result<Vec<Described>> {
    let comments = Comments::read(inputs)?;
    let Some(file) = inputs.contract() else { return Ok(Vec::new()) };
    let statements = Parser::parse_sql(&GenericDialect {}, file.text).map_err(|e| Error::File {
        file: file.path.to_owned(),
        reason: e.to_string(),
        hint: "the contract is CREATE TABLE statements",
    })?;
    let tables = statements.into_iter().filter_map(|statement| match statement {
        Statement::CreateTable(table) => Some(table),
        _ => None,
    });
    let tables = tables.map(|table| {
        let name = table.name.to_string();
        let columns = table.columns.into_iter().map(|column| {
            let known = comments.of(inputs.contract, &name, &column.name.value);
            (column.name.value, known.map(|known| known.comment).unwrap_or_default())
        });
        Described { columns: columns.collect(), table: name }
    });
    Ok(tables.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_come_in_the_contracts_order_with_comments() {
        let text = "-- x\nCREATE TABLE z (source_key VARCHAR NOT NULL PRIMARY KEY, -- the key\n n BIGINT\n);\n\
                    CREATE TABLE a (source_key VARCHAR NOT NULL PRIMARY KEY);";
        let files = [("sql/contract/mine.sql".to_owned(), text.to_owned())].into();
        let inputs = Inputs { contract: "mine", ..Inputs::desk("x", &files) };
        let tables = described(&inputs).unwrap();
        assert_eq!(tables.iter().map(|table| table.table.as_str()).collect::<Vec<_>>(), ["z", "a"]);
        assert_eq!(tables[0].columns[0], ("source_key".to_owned(), "the key".to_owned()));
    }
}
