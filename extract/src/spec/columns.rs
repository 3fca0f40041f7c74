//! The columns of a table as a spec declares them.

use std::fmt;

use serde::Deserialize;
use serde::de::value::{SeqAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name in the source and in the stage.
    pub name: String,
    /// What its values are.
    pub column_type: ColumnType,
    /// Where in a row it is, where not under its name: `priority.name`; of several the first place that has a value.
    pub at: Vec<String>,
}

impl Column {
    /// Where in a row it may be.
    pub fn places(&self) -> &[String] {
        if self.at.is_empty() { std::slice::from_ref(&self.name) } else { &self.at }
    }
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// Whole number: Int64.
    Int,
    /// Number: Float64.
    Float,
    /// `0` or `1`: Boolean.
    Bool,
    /// Text, byte for byte: Utf8.
    Text,
    /// An instant: Timestamp in microseconds, UTC.
    Timestamp,
    /// `HH:MM:SS`: Int64 seconds.
    Duration,
    /// Whatever is there, nested or not, as JSON text: Utf8.
    Json,
}

/// What a spec says about a column: its type alone, or where it is besides.
struct Declared {
    column_type: ColumnType,
    at: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Placed {
    #[serde(rename = "type")]
    column_type: ColumnType,
    #[serde(default, deserialize_with = "one_or_more")]
    at: Vec<String>,
}

impl<'de> Deserialize<'de> for Declared {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Declared;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a type, or { type = \"type\", at = \"where\" }")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Declared, E> {
                let column_type = ColumnType::deserialize(StrDeserializer::new(text))?;
                Ok(Declared { column_type, at: Vec::new() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Declared, A::Error> {
                let placed = Placed::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Declared { column_type: placed.column_type, at: placed.at })
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// Columns in the order of the file, `name{1..3}` written out.
pub(super) fn columns<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Column>, D::Error> {
    struct Columns;
    impl<'de> Visitor<'de> for Columns {
        type Value = Vec<Column>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("columns as `name = \"type\"` or `name = { type = \"type\", at = \"where\" }`")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut columns = Vec::new();
            while let Some((name, declared)) = map.next_entry::<String, Declared>()? {
                for name in expand(&name).map_err(A::Error::custom)? {
                    columns.push(Column { name, column_type: declared.column_type, at: declared.at.clone() });
                }
            }
            Ok(columns)
        }
    }
    deserializer.deserialize_map(Columns)
}

fn expand(name: &str) -> Result<Vec<String>, String> {
    let Some((start, rest)) = name.split_once('{') else { return Ok(vec![name.to_owned()]) };
    let range = || {
        let (range, end) = rest.split_once('}')?;
        let (first, last) = range.split_once("..")?;
        let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
        (first <= last && last - first < 1000).then_some((first..=last, end))
    };
    let (numbers, end) = range().ok_or_else(|| format!("column `{name}` is not of the form `name{{1..100}}`"))?;
    Ok(numbers.map(|n| format!("{start}{n}{end}")).collect())
}

/// A text, or a list of texts.
pub(super) fn one_or_more<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct Texts<T>(std::marker::PhantomData<T>);
    impl<'de, T: DeserializeOwned> Visitor<'de> for Texts<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or a list of texts")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<T>, E> {
            Ok(vec![T::deserialize(StrDeserializer::new(text))?])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Vec<T>, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(list))
        }
    }
    deserializer.deserialize_any(Texts(std::marker::PhantomData))
}

/// A table of the file as pairs, in the order of the file.
pub(super) fn in_order<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<(String, T)>, D::Error> {
    struct Pairs<T>(std::marker::PhantomData<T>);
    impl<'de, T: DeserializeOwned> Visitor<'de> for Pairs<T> {
        type Value = Vec<(String, T)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut pairs = Vec::new();
            while let Some(pair) = map.next_entry()? {
                pairs.push(pair);
            }
            Ok(pairs)
        }
    }
    deserializer.deserialize_map(Pairs(std::marker::PhantomData))
}
