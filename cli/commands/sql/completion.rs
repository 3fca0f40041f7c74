//! What a word that somebody has begun may become: a command, a table, a column of a table that the statement names, a keyword.

use std::collections::BTreeMap;

use deskferry_transform::Session;

use super::console::COMMANDS;

/// Words of SQL that queries are made of.
const KEYWORDS: [&str; 61] = [
    "ALL",
    "AND",
    "AS",
    "ASC",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "CROSS",
    "CURRENT_DATE",
    "DATE",
    "DESC",
    "DESCRIBE",
    "DISTINCT",
    "ELSE",
    "END",
    "EXCEPT",
    "EXISTS",
    "EXPLAIN",
    "FALSE",
    "FILTER",
    "FIRST",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "ILIKE",
    "IN",
    "INNER",
    "INTERSECT",
    "INTERVAL",
    "IS",
    "JOIN",
    "LAST",
    "LEFT",
    "LIKE",
    "LIMIT",
    "NOT",
    "NULL",
    "NULLS",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "QUALIFY",
    "RIGHT",
    "SELECT",
    "SHOW",
    "TABLES",
    "THEN",
    "TIMESTAMP",
    "TRUE",
    "UNION",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WITH",
];
const FORMATS: [&str; 4] = ["table", "csv", "json", "parquet"];

/// The names there are.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// Columns by `schema.table`.
    tables: BTreeMap<String, Vec<String>>,
    functions: Vec<String>,
}

impl Words {
    /// The names of a session.
    pub(crate) async fn of(session: &Session) -> Self {
        let mut tables = BTreeMap::new();
        for table in session.tables() {
            let columns = session.columns(&table).await.unwrap_or_default();
            let names = columns.into_iter().map(|column| column.name).collect();
            tables.insert(format!("{}.{}", table.schema, table.table), names);
        }
        Self { tables, functions: session.functions() }
    }

    /// Where the word before a place begins, and what it may become.
    pub(crate) fn complete(&self, line: &str, at: usize) -> (usize, Vec<String>) {
        let before = &line[..at];
        let begin = before
            .rfind(|c: char| !is_of_word(c))
            .map_or(0, |found| found + before[found..].chars().next().map_or(1, char::len_utf8));
        let word = &before[begin..];
        let command = line.trim_start();
        if let Some((name, _)) = command.split_once(char::is_whitespace).filter(|_| command.starts_with('\\')) {
            return (
                begin,
                match name {
                    "\\d" => fitting(word, self.names()),
                    "\\format" => fitting(word, FORMATS.iter().map(ToString::to_string)),
                    _ => Vec::new(),
                },
            );
        }
        if word.starts_with('\\') {
            let commands = COMMANDS.iter().filter_map(|(text, _)| text.split(' ').next());
            let mut found = fitting(word, commands.map(str::to_owned));
            found.dedup();
            return (begin, found);
        }
        if word.is_empty() {
            return (begin, Vec::new());
        }
        let mut found = fitting(word, self.names());
        match word.rsplit_once('.') {
            Some((table, _)) => {
                let columns = self.named(line).filter(|(name, alias)| table == *alias || table == *name);
                let columns = columns.filter_map(|(name, _)| self.tables.get(name)).flatten();
                found.extend(fitting(word, columns.map(|column| format!("{table}.{}", quoted(column)))));
            }
            None => {
                let columns = self.named(line).filter_map(|(name, _)| self.tables.get(name)).flatten();
                found.extend(fitting(word, columns.map(|column| quoted(column))));
                let is_lower = word.chars().all(|c| !c.is_uppercase());
                let keywords =
                    KEYWORDS.iter().map(|word| if is_lower { word.to_lowercase() } else { (*word).to_owned() });
                found.extend(fitting(word, keywords));
                found.extend(fitting(word, self.functions.iter().map(|name| format!("{name}("))));
            }
        }
        found.sort();
        found.dedup();
        (begin, found)
    }

    /// Schemas, then tables.
    fn names(&self) -> impl Iterator<Item = String> {
        let mut schemas: Vec<String> =
            self.tables.keys().filter_map(|name| Some(format!("{}.", name.split_once('.')?.0))).collect();
        schemas.dedup();
        schemas.into_iter().chain(self.tables.keys().cloned())
    }

    /// The tables that a statement names, each with what it calls them.
    fn named<'a>(&'a self, line: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let words: Vec<&str> = line.split(|c: char| !is_of_word(c)).filter(|word| !word.is_empty()).collect();
        let mut named = Vec::new();
        for (nth, word) in words.iter().enumerate() {
            let Some((name, _)) = self.tables.get_key_value(*word) else { continue };
            let next = words.get(nth + 1).filter(|next| next.eq_ignore_ascii_case("as"));
            let alias = words.get(nth + 1 + usize::from(next.is_some())).copied();
            let alias = alias.filter(|alias| !KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(alias)));
            named.push((name.as_str(), alias.unwrap_or_else(|| name.rsplit('.').next().unwrap_or(name))));
        }
        named.into_iter()
    }
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '\\')
}

/// A name as SQL takes it.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let is_word = KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(name));
    if plain && !is_word { name.to_owned() } else { format!("\"{name}\"") }
}

/// Those that begin with a word, whatever its case.
fn fitting(word: &str, candidates: impl Iterator<Item = String>) -> Vec<String> {
    let word = word.to_lowercase();
    candidates.filter(|candidate| candidate.to_lowercase().replace('"', "").starts_with(&word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(line: &str) -> Vec<String> {
        let table = |columns: &[&str]| columns.iter().map(ToString::to_string).collect::<Vec<_>>();
        let tables = [("hesk.tickets", table(&["id", "subject", "order"])), ("ledger.rows", table(&["state"]))];
        let tables = tables.map(|(name, columns)| (name.to_owned(), columns)).into();
        let words = Words { tables, functions: vec!["html_to_text".to_owned()] };
        words.complete(line, line.len()).1
    }

    #[test]
    fn words_become_what_fits_where_they_stand() {
        for (line, wanted) in [
            ("\\d he", vec!["hesk.", "hesk.tickets"]),
            ("\\fo", vec!["\\format"]),
            ("\\format p", vec!["parquet"]),
            ("SEL", vec!["SELECT"]),
            ("sel", vec!["select"]),
            ("SELECT * FROM ledger.", vec!["ledger.", "ledger.rows"]),
            ("SELECT t.i FROM hesk.tickets", vec!["hesk.tickets"]),
            ("SELECT * FROM hesk.tickets AS t WHERE t.s", vec!["t.subject"]),
            ("SELECT * FROM hesk.tickets WHERE tickets.o", vec!["tickets.\"order\""]),
            ("SELECT * FROM hesk.tickets WHERE subj", vec!["subject"]),
            ("SELECT html", vec!["html_to_text("]),
            ("SELECT ü", vec![]),
        ] {
            assert_eq!(complete(line), wanted, "{line}");
        }
    }
}
