//! `sentences_with(text, phrases)`: the sentences of a text that have one of the phrases, in their order, as a list.
//!
//! Phrases are on a line each and are found as `phrases_in` finds them. Sentences end where Unicode says (UAX 29), and at the end of a line,
//! unless the next one goes on with a small letter, as mail that was wrapped does.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ListBuilder, StringBuilder};
use arrow::datatypes::{DataType, Field};
use datafusion::logical_expr::ScalarUDF;
use unicode_segmentation::UnicodeSegmentation as _;

use super::phrases::Last;
use super::scalar::{Arguments, Kind, Scalar, text_at, texts};

/// The function.
pub(super) fn function() -> ScalarUDF {
    let result = DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)));
    Scalar::columns("sentences_with", Arguments::Fixed(2, &[Kind::Text, Kind::Text]), result, |columns, rows| {
        let (column, lists) = (texts(&columns[0])?, texts(&columns[1])?);
        let mut found = ListBuilder::new(StringBuilder::new());
        let mut last = Last::default();
        for row in 0..rows {
            if let (Some(text), Some(list)) = (text_at(column, row), text_at(lists, row)) {
                let phrases = last.get(list)?;
                let text = unwrapped(text);
                sentences(&text).filter(|s| phrases.is_in(s)).for_each(|s| found.values().append_value(s));
            }
            found.append(column.is_valid(row) && lists.is_valid(row));
        }
        Ok(Arc::new(found.finish()) as ArrayRef)
    })
}

/// The sentences of an unwrapped text.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.unicode_sentences()).map(str::trim)
}

/// The text with line ends made blanks where the next line goes on with a small letter.
pub(super) fn unwrapped(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    for line in text.lines().map(str::trim) {
        if !whole.is_empty() {
            let goes_on = line.starts_with(char::is_lowercase) && !whole.ends_with('\n');
            whole.push(if goes_on { ' ' } else { '\n' });
        }
        whole.push_str(line);
    }
    whole
}
