//! `split_emails(text)`: the addresses of a list such as `a@x.org, "Doe, Ann" <b@y.org>; c@z.org`, normalised, in order, each once.
//! What is no address is left out; a list without one is empty.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ListBuilder, StringBuilder};
use arrow::datatypes::{DataType, Field};
use datafusion::logical_expr::ScalarUDF;

use super::normalize_email::normalize;
use super::scalar::{Arguments, Kind, Scalar, text_at, texts};

/// Most addresses of one list.
const ADDRESSES_MAX: usize = 1_000;

/// The function.
pub(super) fn function() -> ScalarUDF {
    let result = DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)));
    Scalar::columns("split_emails", Arguments::Fixed(1, &[Kind::Text]), result, |columns, rows| {
        let column = texts(&columns[0])?;
        let mut lists = ListBuilder::new(StringBuilder::new());
        for row in 0..rows {
            if let Some(text) = text_at(column, row) {
                split(text).iter().for_each(|address| lists.values().append_value(address));
            }
            lists.append(column.is_valid(row));
        }
        Ok(Arc::new(lists.finish()) as ArrayRef)
    })
}

/// The addresses in a text.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut addresses: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let (mut quoted, mut bracket) = (false, false);
    let pieces = text.split(|c: char| {
        match c {
            '"' if !bracket => quoted = !quoted,
            '<' if !quoted => bracket = true,
            '>' if !quoted => bracket = false,
            _ => {}
        }
        c == '\n' || (!quoted && !bracket && (c == ',' || c == ';'))
    });
    for piece in pieces {
        let several = piece.matches('@').count() > 1 && !piece.contains('<');
        let parts: Vec<&str> = if several { piece.split([' ', '\t', '|', ',', ';']).collect() } else { vec![piece] };
        for address in parts.into_iter().filter_map(normalize) {
            if addresses.len() < ADDRESSES_MAX && seen.insert(address.clone()) {
                addresses.push(address);
            }
        }
    }
    addresses
}
