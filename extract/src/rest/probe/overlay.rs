//! A spec with what was found put in: its comments and its order stay, each correction has a comment of its own.

use std::fmt;

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use crate::{Error, Result};

/// A correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// The path that answers.
    Path(String),
    /// Where the rows are.
    Rows(Vec<String>),
    /// Where the count is.
    Total(Vec<String>),
    /// A further place of a column.
    Place(String, String),
    /// Where the rows inside are.
    Inside(String),
    /// Rows of a page.
    SizeMax(u64),
    /// What the parameters of pages are called.
    Paging(Named),
    /// A further form of dates.
    Dates(String),
}

/// A paging by the names that do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// `page` or `offset`.
    pub(super) kind: &'static str,
    /// The parameter of the page's number, or of the rows before it.
    pub(super) name: String,
    /// Number of the first page.
    pub(super) first: u64,
    /// The parameter of the size, and the most rows of a page.
    pub(super) size: Option<(String, u64)>,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, first, size } = self;
        let what = if *kind == "page" { format!("number of the page, from {first}") } else { "rows before it".into() };
        write!(f, "`{name}` ({what})")?;
        size.iter().try_for_each(|(name, most)| write!(f, ", `{name}` (size, {most} at most)"))
    }
}

impl Named {
    fn written(&self) -> Option<InlineTable> {
        let mut paging = InlineTable::new();
        paging.insert("kind", self.kind.into());
        paging.insert(if self.kind == "page" { "number" } else { "offset" }, self.name.as_str().into());
        if self.kind == "page" && self.first != 1 {
            paging.insert("first", i64::try_from(self.first).ok()?.into());
        }
        if let Some((name, most)) = &self.size {
            paging.insert("size", name.as_str().into());
            paging.insert("size_max", i64::try_from(*most).ok()?.into());
        }
        Some(paging)
    }
}

/// The text of a spec with corrections: table, change and why.
///
/// # Errors
/// `Internal` where the text has not what the spec has, never seen.
pub(super) fn corrected(text: &str, changes: &[(String, Change, String)]) -> Result<String> {
    let mut spec: DocumentMut = text.parse().map_err(|e: toml_edit::TomlError| Error::Internal(e.to_string()))?;
    for (table, change, why) in changes {
        apply(&mut spec, table, change, why)
            .ok_or_else(|| Error::Internal(format!("the spec has no place for a correction of `{table}`")))?;
    }
    Ok(spec.to_string())
}

fn apply(spec: &mut DocumentMut, table: &str, change: &Change, why: &str) -> Option<()> {
    let list = |texts: &[String]| Item::Value(Value::Array(texts.iter().collect::<Array>()));
    if let Change::Dates(form) = change {
        let rest = spec.get_mut("rest")?.as_table_mut()?;
        let mut forms = rest.get("dates").and_then(Item::as_array).cloned().unwrap_or_default();
        forms.push(form);
        return put(rest, "dates", Item::Value(forms.into()), why);
    }
    let tables = spec.get_mut("table")?.as_array_of_tables_mut()?;
    let own = tables.iter_mut().find(|t| t.get("name").and_then(Item::as_str) == Some(table))?;
    match change {
        Change::Path(path) => put(own, "path", toml_edit::value(path), why),
        Change::Rows(places) => put(own, "rows", list(places), why),
        Change::Total(places) => put(own, "total", list(places), why),
        Change::Inside(place) => put(own, "inside", toml_edit::value(place), why),
        Change::SizeMax(size) => match own.get_mut("paging").and_then(Item::as_inline_table_mut) {
            Some(paging) => {
                let size = smaller(paging.get("size_max").and_then(Value::as_integer), *size)?;
                paging.insert("size_max", size.into());
                comment(own, "paging", why)
            }
            None => {
                let paging = spec.get_mut("rest")?.as_table_mut()?.get_mut("paging")?.as_table_mut()?;
                let size = smaller(paging.get("size_max").and_then(Item::as_integer), *size)?;
                put(paging, "size_max", toml_edit::value(size), why)
            }
        },
        Change::Place(column, place) => {
            let columns = own.get_mut("columns")?.as_table_mut()?;
            let declared = columns.get(column)?;
            let (column_type, mut places) = match declared.as_inline_table() {
                Some(declared) => (declared.get("type")?.as_str()?.to_owned(), places(declared, column)),
                None => (declared.as_str()?.to_owned(), vec![column.clone()]),
            };
            places.push(place.clone());
            let mut declared = InlineTable::new();
            declared.insert("type", column_type.into());
            declared.insert("at", Value::Array(places.iter().collect()));
            put(columns, column, Item::Value(Value::InlineTable(declared)), why)
        }
        Change::Paging(named) if own.contains_key("paging") => {
            put(own, "paging", toml_edit::value(named.written()?), why)
        }
        Change::Paging(named) => {
            let rest = spec.get_mut("rest")?.as_table_mut()?;
            let mut paging = named.written()?.into_table();
            let old = rest.get("paging").and_then(Item::as_table).map(|old| old.decor().clone()).unwrap_or_default();
            let before = old.prefix().and_then(|prefix| prefix.as_str()).unwrap_or("\n").to_owned();
            paging.decor_mut().set_prefix(format!("{before}# probe: {}\n", why.replace('\n', " ")));
            rest.insert("paging", Item::Table(paging));
            Some(())
        }
        Change::Dates(_) => None,
    }
}

/// What fits each of two tables.
fn smaller(before: Option<i64>, size: u64) -> Option<i64> {
    let size = i64::try_from(size).ok()?;
    Some(before.map_or(size, |before| before.min(size)))
}

fn places(declared: &InlineTable, column: &str) -> Vec<String> {
    match declared.get("at") {
        Some(Value::Array(places)) => places.iter().filter_map(|p| p.as_str().map(ToOwned::to_owned)).collect(),
        Some(place) => place.as_str().map(ToOwned::to_owned).into_iter().collect(),
        None => vec![column.to_owned()],
    }
}

/// Puts a value in, and says why above it. A comment behind the old value stays.
fn put(table: &mut Table, key: &str, mut item: Item, why: &str) -> Option<()> {
    if let (Some(old), Some(new)) = (table.get(key).and_then(Item::as_value), item.as_value_mut()) {
        *new.decor_mut() = old.decor().clone();
    }
    match table.get_mut(key) {
        Some(old) => *old = item,
        None => drop(table.insert(key, item)),
    }
    comment(table, key, why)
}

fn comment(table: &mut Table, key: &str, why: &str) -> Option<()> {
    let mut key = table.key_mut(key)?;
    let decor = key.leaf_decor_mut();
    let before = decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
    decor.set_prefix(format!("{before}# probe: {}\n", why.replace('\n', " ")));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_stay_and_each_correction_says_why() {
        let text = "# Head.\nname = \"x\"\n[rest]\nurl = \"{url}\"   # where\n[rest.paging]\nkind = \"page\"\nnumber = \"p\"\nsize = \"s\"\nsize_max = 500\n\n\
                    # Chats.\n[[table]]\nname = \"chats\"\nkey = \"id\"\npath = [\"/a\", \"/b\"]  # one of them\nsince = \"since\"\n[table.columns]\n# The key.\nid = \"int\"\nmade = { type = \"timestamp\", at = \"m\" }\n";
        let changes = [
            ("chats", Change::Path("/b".into()), "`/a`: 404"),
            ("chats", Change::Rows(vec!["items".into()]), "rows are there"),
            ("chats", Change::Place("id".into(), "Id".into()), "alike"),
            ("chats", Change::Place("made".into(), "created".into()), "alike"),
            ("chats", Change::SizeMax(100), "100 came"),
            ("", Change::Dates("%d.%m.%Y".into()), "seen"),
        ];
        let changes: Vec<_> = changes.into_iter().map(|(t, c, w)| (t.to_owned(), c, w.to_owned())).collect();
        let wanted = "# Head.\nname = \"x\"\n[rest]\nurl = \"{url}\"   # where\n# probe: seen\ndates = [\"%d.%m.%Y\"]\n[rest.paging]\nkind = \"page\"\nnumber = \"p\"\nsize = \"s\"\n# probe: 100 came\nsize_max = 100\n\n\
                    # Chats.\n[[table]]\nname = \"chats\"\nkey = \"id\"\n# probe: `/a`: 404\npath = \"/b\"  # one of them\nsince = \"since\"\n# probe: rows are there\nrows = [\"items\"]\n[table.columns]\n# The key.\n# probe: alike\nid = { type = \"int\", at = [\"id\", \"Id\"] }\n# probe: alike\nmade = { type = \"timestamp\", at = [\"m\", \"created\"] }\n";
        assert_eq!(corrected(text, &changes).unwrap(), wanted);
        assert_eq!(corrected(text, &[]).unwrap(), text);
    }
}
