//! `phrases_in(text, phrases)`: which of the phrases a text has, each once, as the list writes them and in its order, as a list.
//!
//! Phrases are on a line each. They are found as whole words, whatever the case; one that ends with `*` also where a word goes on.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ListBuilder, StringBuilder};
use arrow::datatypes::{DataType, Field};
use datafusion::logical_expr::ScalarUDF;

use super::phrases::{Last, fold};
use super::scalar::{Arguments, Kind, Scalar, text_at, texts};

/// The function.
pub(super) fn function() -> ScalarUDF {
    let result = DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)));
    Scalar::columns("phrases_in", Arguments::Fixed(2, &[Kind::Text, Kind::Text]), result, |columns, rows| {
        let (column, lists) = (texts(&columns[0])?, texts(&columns[1])?);
        let mut result = ListBuilder::new(StringBuilder::new());
        let mut last = Last::default();
        for row in 0..rows {
            if let (Some(text), Some(list)) = (text_at(column, row), text_at(lists, row)) {
                let (folded, phrases) = (fold(text), last.get(list)?);
                let found: BTreeSet<usize> = phrases.found(&folded).map(|found| found.which).collect();
                found.iter().for_each(|which| result.values().append_value(phrases.written(*which)));
            }
            result.append(column.is_valid(row) && lists.is_valid(row));
        }
        Ok(Arc::new(result.finish()) as ArrayRef)
    })
}
