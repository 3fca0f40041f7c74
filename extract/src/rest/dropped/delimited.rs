//! CSV and its like: the header names the members, the delimiter is what stands in it most.

use std::io::{BufRead as _, Cursor, Read as _};

use serde_json::{Map, Value};

use super::records::{Stop, Take, Trouble};
use super::text::Text;

/// What may stand between fields.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Gives the records of a text; what stands between fields is found out where it is not given.
pub(super) fn read(mut text: Text, delimiter: Option<u8>, take: &mut Take<'_>) -> Result<(), Stop> {
    let place = text.place.clone();
    let mut head = Vec::new();
    text.read_until(b'\n', &mut head).map_err(|e| Trouble::at(place.line(), e))?;
    let delimiter = delimiter.unwrap_or_else(|| delimiter_of(&head));
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(Cursor::new(head).chain(text));
    let broken = |error: csv::Error| {
        let line = error.position().map(csv::Position::line);
        match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                Trouble { line, reason: format!("{len} fields instead of {expected_len}") }
            }
            _ => Trouble { line, reason: error.to_string() },
        }
    };
    let names: Vec<String> = reader.headers().map_err(broken)?.iter().map(|name| name.trim().to_owned()).collect();
    if let Some(name) = names.iter().enumerate().find_map(|(at, name)| names[..at].contains(name).then_some(name)) {
        return Err(Trouble::at(1, format!("the column `{name}` is there twice")).into());
    }
    let mut record = csv::StringRecord::new();
    loop {
        place.begin_record();
        if !reader.read_record(&mut record).map_err(broken)? {
            return Ok(());
        }
        let cells = names.iter().cloned().zip(record.iter().map(|cell| match cell {
            "" => Value::Null,
            cell => cell.into(),
        }));
        let members: Map<String, Value> = cells.filter(|(name, _)| !name.is_empty()).collect();
        take(members.into(), record.position().map_or(1, csv::Position::line))?;
    }
}

/// What stands most in a header outside of quotes.
fn delimiter_of(head: &[u8]) -> u8 {
    let count = |delimiter: u8| {
        let mut quoted = false;
        head.iter()
            .filter(|b| {
                quoted ^= **b == b'"';
                !quoted && **b == delimiter
            })
            .count()
    };
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}
