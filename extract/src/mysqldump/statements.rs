//! What the statements of a dump other than INSERT say: CREATE TABLE, SET, USE.

/// A column of CREATE TABLE: its name and its type as written.
pub(crate) type Column = (String, String);

/// The words of a statement: names and texts without their quotes, everything else as it is.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    /// In backticks, or in double quotes under ANSI_QUOTES.
    Name(String),
    /// In quotes.
    Text(String),
    /// Letters, digits, `_`, `$`, `@`, `.`.
    Bare(String),
    /// Anything else.
    Sign(u8),
}

impl Word {
    fn is(&self, text: &str) -> bool {
        matches!(self, Self::Bare(word) if word.eq_ignore_ascii_case(text))
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Name(text) | Self::Text(text) | Self::Bare(text) => Some(text),
            Self::Sign(_) => None,
        }
    }
}

/// Splits the text of a statement as the lexer returns it: comments gone, quotes inside quotes doubled.
fn words(statement: &[u8], ansi_quotes: bool) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(byte) = statement.get(at).copied() {
        let from = at;
        at += 1;
        match byte {
            b'`' | b'\'' | b'"' => {
                let mut text = Vec::new();
                while let Some(inner) = statement.get(at).copied() {
                    at += 1;
                    if inner == byte {
                        if statement.get(at) != Some(&byte) {
                            break;
                        }
                        at += 1;
                    }
                    text.push(inner);
                }
                let text = String::from_utf8_lossy(&text).into_owned();
                let is_name = byte == b'`' || (byte == b'"' && ansi_quotes);
                words.push(if is_name { Word::Name(text) } else { Word::Text(text) });
            }
            b if b.is_ascii_whitespace() => {}
            b if is_bare(b) => {
                while statement.get(at).copied().is_some_and(is_bare) {
                    at += 1;
                }
                words.push(Word::Bare(String::from_utf8_lossy(&statement[from..at]).into_owned()));
            }
            b => words.push(Word::Sign(b)),
        }
    }
    words
}

fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'@') || byte >= 0x80
}

/// Table (database first where it is given) and columns of `CREATE TABLE`, from the text after CREATE. `None` for other
/// statements that begin with CREATE.
pub(crate) fn create_table(statement: &[u8], ansi_quotes: bool) -> Option<(Option<String>, String, Vec<Column>)> {
    let words = words(statement, ansi_quotes);
    let mut rest = words.as_slice();
    if !rest.first()?.is("TABLE") {
        return None;
    }
    rest = &rest[1..];
    while rest.first().is_some_and(|w| ["IF", "NOT", "EXISTS"].iter().any(|t| w.is(t))) {
        rest = &rest[1..];
    }
    let mut table = rest.first()?.text()?.to_owned();
    let mut database = None;
    rest = &rest[1..];
    if rest.first() == Some(&Word::Sign(b'.')) {
        database = Some(std::mem::replace(&mut table, rest.get(1)?.text()?.to_owned()));
        rest = &rest[2..];
    }
    if rest.first() != Some(&Word::Sign(b'(')) {
        return None;
    }
    let mut columns = Vec::new();
    for part in parts(&rest[1..]) {
        columns.extend(column(part));
    }
    Some((database, table, columns))
}

/// The parts between the commas of the outermost bracket, up to where it closes.
fn parts(words: &[Word]) -> Vec<&[Word]> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0, 0);
    for (at, word) in words.iter().enumerate() {
        match word {
            Word::Sign(b'(') => depth += 1,
            Word::Sign(b')') if depth > 0 => depth -= 1,
            Word::Sign(b')') => {
                parts.push(&words[from..at]);
                break;
            }
            Word::Sign(b',') if depth == 0 => {
                parts.push(&words[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts
}

fn column(part: &[Word]) -> Option<Column> {
    const NOT_COLUMNS: [&str; 10] =
        ["KEY", "PRIMARY", "UNIQUE", "INDEX", "CONSTRAINT", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK", "PERIOD"];
    let (name, rest) = part.split_first()?;
    if NOT_COLUMNS.iter().any(|word| name.is(word)) {
        return None;
    }
    let mut column_type = rest.first()?.text()?.to_ascii_lowercase();
    if rest.get(1) == Some(&Word::Sign(b'(')) {
        column_type.push('(');
        for word in &rest[2..] {
            match word {
                Word::Sign(b')') => break,
                Word::Sign(other) => column_type.push(char::from(*other)),
                Word::Text(text) => column_type.push_str(&format!("'{text}'")),
                Word::Name(text) | Word::Bare(text) => column_type.push_str(text),
            }
        }
        column_type.push(')');
    }
    Some((name.text()?.to_owned(), column_type))
}

/// One assignment of a SET statement. Names are in lower case and without `@@`; a user variable keeps its `@`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) name: String,
    pub(crate) value: Value,
}

/// What is assigned.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text or word as it stands.
    Text(String),
    /// What a variable holds; named as in [`Assignment`].
    Variable(String),
}

/// The assignments of a SET statement, from the text after SET; `NAMES x` is an assignment to `names`.
pub(crate) fn set(statement: &[u8]) -> Vec<Assignment> {
    let words = words(statement, false);
    if words.first().is_some_and(|w| w.is("NAMES")) {
        let value = words.get(1).and_then(Word::text).map(|t| Value::Text(t.to_ascii_lowercase()));
        return value.map(|value| Assignment { name: "names".into(), value }).into_iter().collect();
    }
    let variable = |text: &str| text.strip_prefix("@@").unwrap_or(text).to_ascii_lowercase();
    let mut assignments = Vec::new();
    for part in words.split(|w| *w == Word::Sign(b',')) {
        let Some(sign) = part.iter().position(|w| *w == Word::Sign(b'=')) else { continue };
        // `:=` is one sign too many.
        let before = part[..sign].iter().rev().find_map(Word::text);
        let (Some(name), Some(value)) = (before, part.get(sign + 1)) else { continue };
        let value = match value {
            Word::Bare(text) if text.starts_with('@') => Value::Variable(variable(text)),
            Word::Sign(_) => continue,
            other => Value::Text(other.text().unwrap_or_default().to_owned()),
        };
        assignments.push(Assignment { name: variable(name), value });
    }
    assignments
}

/// The database of a USE statement, from the text after USE.
pub(crate) fn database(statement: &[u8]) -> Option<String> {
    words(statement, true).first()?.text().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn create_table_gives_columns_in_order_and_no_keys() {
        let text = b"TABLE IF NOT EXISTS `d`.`a``b` (\n `id` mediumint(8) unsigned NOT NULL,\n `e` enum('x,y',')') DEFAULT '(',\n \
            key2 DECIMAL(5,2),\n `dt` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),\n \
            PRIMARY KEY (`id`,`e`), KEY `k` (`dt`)\n) ENGINE=MyISAM COMMENT='a, b (c'";
        let (database, table, columns) = create_table(text, false).unwrap();
        assert_eq!((database.as_deref(), table.as_str()), (Some("d"), "a`b"));
        let columns: Vec<_> = columns.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        assert_eq!(
            columns,
            [("id", "mediumint(8)"), ("e", "enum('x,y',')')"), ("key2", "decimal(5,2)"), ("dt", "timestamp")]
        );
        assert_eq!(create_table(b"ALGORITHM=UNDEFINED VIEW `v` AS SELECT 1", false), None);
        assert_eq!(create_table(b"DATABASE `x`", false), None);
    }

    #[test]
    fn set_gives_assignments_of_texts_and_of_variables() {
        let text = |name: &str, value: &str| Assignment { name: name.into(), value: Value::Text(value.into()) };
        let variable = |name: &str, value: &str| Assignment { name: name.into(), value: Value::Variable(value.into()) };
        assert_eq!(set(b" NAMES latin1 "), [text("names", "latin1")]);
        assert_eq!(set(b"TIME_ZONE='+00:00' "), [text("time_zone", "+00:00")]);
        assert_eq!(set(b"time_zone = \"+00:00\""), [text("time_zone", "+00:00")]);
        assert_eq!(
            set(b"@OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO'"),
            [variable("@old_sql_mode", "sql_mode"), text("sql_mode", "NO_AUTO_VALUE_ON_ZERO")]
        );
        assert_eq!(set(b"TIME_ZONE=@OLD_TIME_ZONE"), [variable("time_zone", "@old_time_zone")]);
    }
}
