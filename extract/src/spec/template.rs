//! Texts with `{placeholders}`, which is all that a spec can say besides fixed words.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(Place),
}

/// What a placeholder stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `{name}`: a column of the row itself, where there is a row, else a setting.
    Name(String),
    /// `{parent.column}`: a column of the parent's row.
    Parent(String),
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(|| format!("`{text}` has a `{{` without a `}}`"))?;
            let is_name = |name: &str| {
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
            };
            let place = match name.strip_prefix("parent.") {
                Some(column) if is_name(column) => Place::Parent(column.to_owned()),
                None if is_name(name) => Place::Name(name.to_owned()),
                _ => {
                    return Err(format!(
                        "`{{{name}}}` in `{text}` is no placeholder: there are {{setting}}, {{column}} and {{parent.column}}"
                    ));
                }
            };
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Place(place));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// What its placeholders stand for.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.parts.iter().filter_map(|part| match part {
            Part::Place(place) => Some(place),
            Part::Text(_) => None,
        })
    }

    /// Whether a piece stands in its fixed text.
    pub fn holds(&self, piece: &str) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Text(text) if text.contains(piece)))
    }

    /// The texts before and behind its only placeholder; `None` where it has none or several.
    pub fn around(&self) -> Option<(&str, &str)> {
        match self.parts.as_slice() {
            [Part::Place(_)] => Some(("", "")),
            [Part::Text(before), Part::Place(_)] => Some((before, "")),
            [Part::Place(_), Part::Text(behind)] => Some(("", behind)),
            [Part::Text(before), Part::Place(_), Part::Text(behind)] => Some((before, behind)),
            _ => None,
        }
    }

    /// Whether a setting of this name stands in it.
    pub fn names(&self, setting: &str) -> bool {
        self.places().any(|place| matches!(place, Place::Name(name) if name == setting))
    }

    /// The text with every placeholder filled in; `None` where one has no value.
    pub fn fill(&self, mut value: impl FnMut(&Place) -> Option<String>) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(fixed) => text.push_str(fixed),
                Part::Place(place) => text.push_str(&value(place)?),
            }
        }
        Some(text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Place(Place::Name(name)) => write!(f, "{{{name}}}"),
            Part::Place(Place::Parent(column)) => write!(f, "{{parent.{column}}}"),
        })
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Names with texts, in the order of the file: query parameters, headers, fields of a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Params(pub Vec<(String, Template)>);

impl<'de> Deserialize<'de> for Params {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Params;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("names with texts: { name = \"text\" }")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Params, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Params(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// A JSON body whose texts may hold placeholders.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// A text.
    Text(Template),
    /// A list.
    List(Vec<Body>),
    /// Members.
    Object(std::collections::BTreeMap<String, Body>),
    /// Anything else: a number, a truth value.
    Plain(serde_json::Value),
}

impl Body {
    /// All texts in it.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Text(template) => vec![template],
            Self::Plain(_) => Vec::new(),
            Self::List(items) => items.iter().flat_map(Self::templates).collect(),
            Self::Object(members) => members.values().flat_map(Self::templates).collect(),
        }
    }

    /// The body with every placeholder filled in; `None` where one has no value.
    pub fn fill(&self, value: &impl Fn(&Place) -> Option<String>) -> Option<serde_json::Value> {
        Some(match self {
            Self::Text(template) => template.fill(value)?.into(),
            Self::Plain(plain) => plain.clone(),
            Self::List(items) => items.iter().map(|item| item.fill(value)).collect::<Option<Vec<_>>>()?.into(),
            Self::Object(members) => {
                let members = members.iter().map(|(name, member)| Some((name.clone(), member.fill(value)?)));
                serde_json::Value::Object(members.collect::<Option<_>>()?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in_and_nothing_else_is_taken_for_one() {
        let template = Template::parse("/a/{id}/b?x={parent.key}").unwrap();
        assert_eq!(template.to_string(), "/a/{id}/b?x={parent.key}");
        let filled = template.fill(|place| match place {
            Place::Name(name) => Some(format!("<{name}>")),
            Place::Parent(name) => Some(format!("[{name}]")),
        });
        assert_eq!(filled.as_deref(), Some("/a/<id>/b?x=[key]"));
        assert_eq!(template.fill(|_| None), None);
        for bad in ["{", "{a", "{}", "{parent.}", "{a.b}", "{a b}", "{a + 1}"] {
            assert!(Template::parse(bad).is_err(), "{bad}");
        }
    }
}
