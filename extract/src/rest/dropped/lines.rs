//! JSON: an array, an object that has one, or a record on each line; one record at a time.

use std::io::{BufRead as _, Cursor, Read};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::records::{Stop, Take, Trouble};
use super::text::{Place, Text};

/// Longest first line that may be a record of its own.
const LINE_BYTES: u64 = 32 << 20;

/// Gives the records of lines.
pub(super) fn lines(text: Text, take: &mut Take<'_>) -> Result<(), Stop> {
    lines_from(Vec::new(), text, take)
}

fn lines_from(first: Vec<u8>, mut text: Text, take: &mut Take<'_>) -> Result<(), Stop> {
    let place = text.place.clone();
    let mut line = first;
    loop {
        let number = if line.is_empty() { place.line() } else { 1 };
        if line.is_empty() {
            place.begin_record();
            if text.read_until(b'\n', &mut line).map_err(|e| Trouble::at(number, e))? == 0 {
                return Ok(());
            }
        }
        if !line.trim_ascii().is_empty() {
            let record = serde_json::from_slice(&line).map_err(|e| Trouble::at(number, format!("no JSON: {e}")))?;
            take(record, number)?;
        }
        line.clear();
    }
}

/// Gives the records of a text: an array, the array at one of some places of an object, or lines.
pub(super) fn array(mut text: Text, places: &[String], take: &mut Take<'_>) -> Result<(), Stop> {
    let place = text.place.clone();
    let mut first = Vec::new();
    while first.trim_ascii().is_empty() {
        let mut limited = (&mut text).take(LINE_BYTES);
        if limited.read_until(b'\n', &mut first).map_err(|e| Trouble::at(place.line(), e))? == 0 {
            return Ok(());
        }
    }
    if first.trim_ascii_start().starts_with(b"{")
        && let Ok(object) = serde_json::from_slice::<Value>(&first)
    {
        let is_rows = |value: &Value| value.as_array().is_some_and(|rows| rows.iter().all(Value::is_object));
        let inner = object.as_object().and_then(|members| {
            let named = places.iter().find_map(|at| super::super::row::find(&object, at).filter(|v| v.is_array()));
            named.or_else(|| members.values().find(|value| is_rows(value)).filter(|_| members.len() == 1))
        });
        let rest = text.fill_buf().map_err(|e| Trouble::at(place.line(), e))?;
        return match inner.and_then(Value::as_array).filter(|_| rest.trim_ascii().is_empty()) {
            Some(rows) => rows.iter().try_for_each(|row| take(row.clone(), 1)),
            None => lines_from(first, text, take),
        };
    }
    let mut stop = None;
    let mut taking = |value: Value| {
        let outcome = take(value, place.line());
        place.begin_record();
        outcome.map_err(|reason| stop = Some(reason)).is_ok()
    };
    let mut json = serde_json::Deserializer::from_reader(Cursor::new(first).chain(text));
    let places: Vec<Vec<&str>> = places.iter().map(|p| p.split('.').filter(|p| !p.is_empty()).collect()).collect();
    let rows = Rows { places, place: &place, take: &mut taking };
    let read = rows.deserialize(&mut json).and_then(|found| json.end().map(|()| found));
    match (stop, read) {
        (Some(stop), _) => Err(stop),
        (None, Ok(true)) => Ok(()),
        (None, Ok(false)) => Err(Trouble { line: None, reason: "no array of records is in it".into() }.into()),
        (None, Err(error)) => Err(Trouble::at(error.line() as u64, format!("no JSON: {error}")).into()),
    }
}

/// The records of an array, wherever below it is. Whether there was one.
struct Rows<'a> {
    /// Where in an object the array may be; anywhere for none.
    places: Vec<Vec<&'a str>>,
    place: &'a Place,
    take: &'a mut dyn FnMut(Value) -> bool,
}

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<bool, A::Error> {
        while let Some(row) = rows.next_element::<Value>()? {
            if !(self.take)(row) {
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<bool, A::Error> {
        let mut found = false;
        while let Some(name) = members.next_key::<String>()? {
            self.place.begin_record();
            let below: Vec<Vec<&str>> =
                self.places.iter().filter(|p| p.first() == Some(&name.as_str())).map(|p| p[1..].to_vec()).collect();
            if found || below.is_empty() && !self.places.iter().all(Vec::is_empty) {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            found |= members.next_value_seed(Rows { places: below, place: self.place, take: &mut *self.take })?;
        }
        Ok(found)
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }
}
