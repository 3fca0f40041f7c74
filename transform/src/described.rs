//! What a contract says of its tables, for whoever makes them elsewhere.

use crate::comments::Comments;
use crate::contract::Contract;
use crate::{Inputs, Result};

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
/// `File` where the contract cannot be read, or a contract is no SQL.
pub fn described(inputs: &Inputs<'_>) -> Result<Vec<Described>> {
    let (contract, comments) = (Contract::of(inputs)?, Comments::read(inputs)?);
    let column = |table: &str, name: &str| {
        let known = comments.of(&contract.schema, table, name);
        (name.to_owned(), known.map(|known| known.comment).unwrap_or_default())
    };
    let tables = contract.names.iter().map(|table| {
        let fields = contract.tables.get(table).into_iter().flat_map(|schema| schema.fields());
        Described { table: table.clone(), columns: fields.map(|field| column(table, field.name())).collect() }
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
