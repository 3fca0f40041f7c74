//! `likeness_keys(text, stop_words)`: keys of which two texts that ask much the same share at least one, as a list.
//!
//! Min-hashing: of the words that say something (in their first six letters, so that endings do not count) 36 hashes are taken, of each the
//! least, three of them make a key. Two texts that have two thirds of their words in common share a key nine times out of ten, of
//! those that have a fifth one in ten does. So texts that are alike are counted by grouping, without comparing each with all.
//! Texts of one or two words share a key where these are the same; one without such words has none.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ListBuilder, StringBuilder};
use arrow::datatypes::{DataType, Field};
use datafusion::logical_expr::ScalarUDF;
use unicode_segmentation::UnicodeSegmentation as _;

use super::phrases::fold;
use super::scalar::{Arguments, Kind, Scalar, text_at, texts};

/// Keys of a text.
const KEYS: u64 = 12;
/// Hashes that make a key.
const HASHES: u64 = 3;
/// Letters of a word that count.
const LETTERS: usize = 6;
/// Most words of a text.
const WORDS_MAX: usize = 200;

/// The function.
pub(super) fn function() -> ScalarUDF {
    let result = DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)));
    Scalar::columns("likeness_keys", Arguments::Fixed(2, &[Kind::Text, Kind::Text]), result, |columns, rows| {
        let (column, lists) = (texts(&columns[0])?, texts(&columns[1])?);
        let mut result = ListBuilder::new(StringBuilder::new());
        let mut stop_words: Option<(&str, BTreeSet<String>)> = None;
        for row in 0..rows {
            if let (Some(text), Some(list)) = (text_at(column, row), text_at(lists, row)) {
                let known = stop_words.take().filter(|(last, _)| *last == list);
                let (_, words) = stop_words.insert(known.unwrap_or_else(|| (list, list.lines().map(fold).collect())));
                keys(text, words).iter().for_each(|key| result.values().append_value(key));
            }
            result.append(column.is_valid(row) && lists.is_valid(row));
        }
        Ok(Arc::new(result.finish()) as ArrayRef)
    })
}

fn keys(text: &str, stop_words: &BTreeSet<String>) -> Vec<String> {
    let folded = fold(text);
    let says = |word: &&str| !stop_words.contains(*word) && !word.contains(|c: char| c.is_numeric());
    let begin = |word: &str| word.chars().take(LETTERS).collect::<String>();
    let words: BTreeSet<String> = folded.unicode_words().filter(says).take(WORDS_MAX).map(begin).collect();
    if words.len() < 3 {
        let all = words.into_iter().collect::<Vec<_>>().join(" ");
        return if all.is_empty() { Vec::new() } else { vec![all] };
    }
    let hashes: Vec<u64> = words.iter().map(|word| hash(word)).collect();
    let least = |seed: u64| hashes.iter().map(|hash| mixed(hash ^ mixed(seed))).min().unwrap_or_default();
    let key = |key: u64| {
        let whole = (0..HASHES).fold(key, |whole, n| mixed(whole ^ least(key * HASHES + n)));
        format!("{key:x}-{whole:016x}")
    };
    (0..KEYS).map(key).collect()
}

/// FNV-1a, which is the same on every machine and in every version.
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The last step of SplitMix64: every bit depends on every other.
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
