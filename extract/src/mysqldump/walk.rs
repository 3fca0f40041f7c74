//! A walk over a dump, statement by statement and row by row.

use std::collections::HashMap;

use encoding_rs::Encoding;

use super::input::Input;
use super::lexer::{Lexer, Literal};
use super::statements::{self, Assignment, Column, Value};
use crate::columns::Zoned;
use crate::{Error, Result};

/// Most bytes of a statement that are kept; CREATE TABLE and SET are far shorter.
const STATEMENT_BYTES: usize = 1 << 20;

/// Database and table; the database is empty in a dump that names none.
pub(crate) type TableName = (String, String);

/// Where the walk has come to.
pub(crate) enum Event {
    /// A table was declared.
    Create(TableName),
    /// Rows of a table begin: take them with [`Walk::row`].
    Insert(Insert),
}

/// Rows that begin.
pub(crate) struct Insert {
    pub(crate) table: TableName,
    /// Names of the values of each row.
    pub(crate) columns: Vec<String>,
}

/// Goes through a dump once.
pub(crate) struct Walk {
    lexer: Lexer,
    database: String,
    /// What SET has assigned.
    variables: HashMap<String, String>,
    /// Whether times were in UTC at some point.
    instants: bool,
    /// How texts become UTF-8; `None` when they are.
    charset: Option<&'static Encoding>,
    definitions: HashMap<TableName, Vec<Column>>,
    values: usize,
    rows: u64,
}

/// One row: the wanted values, unescaped, in UTF-8.
#[derive(Default)]
pub(crate) struct Row {
    bytes: Vec<u8>,
    cells: Vec<Option<std::ops::Range<usize>>>,
}

impl Row {
    /// The wanted values in their order.
    pub(crate) fn cells(&self) -> impl Iterator<Item = Option<&[u8]>> {
        self.cells.iter().map(|cell| cell.as_ref().map(|range| &self.bytes[range.clone()]))
    }
}

impl Walk {
    pub(crate) fn new(input: Input) -> Self {
        Self {
            lexer: Lexer::new(input),
            database: String::new(),
            variables: HashMap::new(),
            instants: false,
            charset: None,
            definitions: HashMap::new(),
            values: 0,
            rows: 0,
        }
    }

    /// Goes on to where a table is declared or rows begin; `None` at the end of the dump.
    pub(crate) fn next(&mut self) -> Result<Option<Event>> {
        loop {
            self.lexer.blanks()?;
            if self.lexer.input.peek()?.is_none() {
                self.check_whole()?;
                return Ok(None);
            }
            if self.lexer.take(b';')? {
                continue;
            }
            let word = self.lexer.word()?.to_ascii_uppercase();
            let event = match word.as_slice() {
                b"INSERT" | b"REPLACE" => self.insert()?.map(Event::Insert),
                b"CREATE" => self.create()?.map(Event::Create),
                b"SET" => {
                    self.set()?;
                    None
                }
                b"USE" => {
                    let statement = self.lexer.statement(STATEMENT_BYTES)?;
                    self.database = statements::database(&statement).unwrap_or_default();
                    None
                }
                b"DELIMITER" => {
                    let line = self.lexer.line(64)?;
                    let delimiter = line.trim_ascii();
                    self.lexer.delimiter = if delimiter.is_empty() { b";".to_vec() } else { delimiter.to_vec() };
                    None
                }
                _ => {
                    self.lexer.statement(0)?;
                    None
                }
            };
            if event.is_some() {
                return Ok(event);
            }
        }
    }

    /// A dump that says where it begins must say where it ends.
    fn check_whole(&self) -> Result<()> {
        if self.lexer.tails < self.lexer.heads {
            return Err(self
                .lexer
                .input
                .damaged("the closing line `-- Dump completed` is missing: the dump is cut off".into()));
        }
        Ok(())
    }

    /// Whether the dump says where it ends, so that its wholeness is proven.
    pub(crate) fn has_end_mark(&self) -> bool {
        self.lexer.tails > 0
    }

    fn create(&mut self) -> Result<Option<TableName>> {
        let statement = self.lexer.statement(STATEMENT_BYTES)?;
        let Some((database, table, columns)) = statements::create_table(&statement, self.lexer.ansi_quotes) else {
            return Ok(None);
        };
        let name = (database.unwrap_or_else(|| self.database.clone()), table);
        self.definitions.insert(name.clone(), columns);
        Ok(Some(name))
    }

    fn set(&mut self) -> Result<()> {
        let statement = self.lexer.statement(STATEMENT_BYTES)?;
        for Assignment { name, value } in statements::set(&statement) {
            // A dump saves what it changes and restores it: around triggers sql_mode is another.
            let value = match value {
                Value::Text(text) => Some(text),
                Value::Variable(other) => self.variables.get(&other).cloned(),
            };
            match (name.as_str(), &value) {
                ("names", Some(names)) => self.charset = self.encoding(names)?,
                ("sql_mode", modes) => {
                    let modes = modes.as_deref().unwrap_or_default().to_ascii_uppercase();
                    let has = |mode: &str| modes.split(',').any(|m| m == mode);
                    self.lexer.backslash_is_text = has("NO_BACKSLASH_ESCAPES");
                    self.lexer.ansi_quotes = has("ANSI_QUOTES") || has("ANSI");
                }
                ("time_zone", Some(zone)) => self.instants |= is_utc(zone),
                _ => {}
            }
            match value {
                Some(value) => self.variables.insert(name, value),
                None => self.variables.remove(&name),
            };
        }
        Ok(())
    }

    /// Character sets of one byte only: in others `\` can be half of a letter.
    fn encoding(&self, name: &str) -> Result<Option<&'static Encoding>> {
        Ok(Some(match name {
            "utf8" | "utf8mb3" | "utf8mb4" | "binary" | "ascii" | "default" => return Ok(None),
            // MySQL's latin1 is cp1252.
            "latin1" => encoding_rs::WINDOWS_1252,
            "latin2" => encoding_rs::ISO_8859_2,
            "latin5" => encoding_rs::WINDOWS_1254,
            "latin7" => encoding_rs::ISO_8859_13,
            "greek" => encoding_rs::ISO_8859_7,
            "hebrew" => encoding_rs::ISO_8859_8,
            "cp1250" => encoding_rs::WINDOWS_1250,
            "cp1251" => encoding_rs::WINDOWS_1251,
            "cp1256" => encoding_rs::WINDOWS_1256,
            "cp1257" => encoding_rs::WINDOWS_1257,
            "cp866" => encoding_rs::IBM866,
            "koi8r" => encoding_rs::KOI8_R,
            "koi8u" => encoding_rs::KOI8_U,
            "tis620" => encoding_rs::WINDOWS_874,
            other => return Err(self.unsupported(format!("its texts are in the character set `{other}`"))),
        }))
    }

    fn unsupported(&self, reason: String) -> Error {
        Error::Unsupported {
            path: self.lexer.input.path().display().to_string(),
            reason,
            hint: "make the dump with plain `mysqldump --default-character-set=utf8mb4 DATABASE`".into(),
        }
    }

    fn insert(&mut self) -> Result<Option<Insert>> {
        let mut name = self.lexer.name()?;
        while ["INTO", "IGNORE", "DELAYED", "LOW_PRIORITY", "HIGH_PRIORITY"]
            .iter()
            .any(|w| name.eq_ignore_ascii_case(w))
        {
            name = self.lexer.name()?;
        }
        let mut database = self.database.clone();
        if self.lexer.take(b'.')? {
            database = std::mem::replace(&mut name, self.lexer.name()?);
        }
        let table = (database, name);
        let mut columns = Vec::new();
        if self.lexer.take(b'(')? {
            loop {
                columns.push(self.lexer.name()?);
                if !self.lexer.take(b',')? {
                    break;
                }
            }
            if !self.lexer.take(b')')? {
                return Err(self.damaged_row(&table, "a list of columns does not end"));
            }
        } else {
            columns.extend(self.definitions.get(&table).into_iter().flatten().map(|c| c.0.clone()));
        }
        self.lexer.blanks()?;
        let word = self.lexer.word()?.to_ascii_uppercase();
        if word != b"VALUES" && word != b"VALUE" {
            return Err(self.unsupported(format!(
                "table `{}` is filled by INSERT … {}",
                table.1,
                String::from_utf8_lossy(&word)
            )));
        }
        self.values = columns.len();
        Ok(Some(Insert { table, columns }))
    }

    /// Takes the next row of `insert`, or passes it where `wanted` is `None`; false after the last. `wanted` tells for each value
    /// whether it goes into `row`.
    #[inline]
    pub(crate) fn row(&mut self, insert: &Insert, wanted: Option<&[bool]>, row: &mut Row) -> Result<bool> {
        if !self.lexer.take(b'(')? {
            return Err(self.damaged_row(&insert.table, "a row does not begin with `(`"));
        }
        self.rows += 1;
        row.bytes.clear();
        row.cells.clear();
        let mut values = 0;
        loop {
            self.lexer.blanks_of_row()?;
            if wanted.is_some_and(|w| w.get(values).copied().unwrap_or(false)) {
                let from = row.bytes.len();
                let literal = self.lexer.literal(Some(&mut row.bytes))?;
                if literal == Literal::Text
                    && let Some(charset) = self.charset
                {
                    decode(&mut row.bytes, from, charset);
                }
                row.cells.push((literal != Literal::Null).then_some(from..row.bytes.len()));
            } else {
                self.lexer.literal(None)?;
            }
            values += 1;
            self.lexer.blanks_of_row()?;
            match self.lexer.input.next()? {
                Some(b',') => {}
                Some(b')') => break,
                Some(_) => return Err(self.damaged_row(&insert.table, "a value is not followed by `,` or `)`")),
                None => return Err(self.lexer.input.ends("a row")),
            }
        }
        if self.values != 0 && values != self.values {
            let reason = format!("a row has {values} values for {} columns", self.values);
            return Err(self.damaged_row(&insert.table, &reason));
        }
        self.after_row(insert)
    }

    /// After a row: true where another follows.
    fn after_row(&mut self, insert: &Insert) -> Result<bool> {
        self.lexer.blanks()?;
        match self.lexer.input.peek()? {
            Some(b',') => self.lexer.input.consume(1),
            Some(_) if self.lexer.end_of_statement()? => return Ok(false),
            Some(byte) if byte.is_ascii_alphabetic() || self.lexer.delimiter != b";" => {
                // ON DUPLICATE KEY UPDATE …
                self.lexer.statement(0)?;
                return Ok(false);
            }
            Some(_) => return Err(self.damaged_row(&insert.table, "a row is not followed by `,` or `;`")),
            None => return Err(self.lexer.input.ends(&format!("the rows of table `{}`", insert.table.1))),
        }
        Ok(true)
    }

    fn damaged_row(&self, table: &TableName, reason: &str) -> Error {
        let at = self.lexer.input.offset();
        self.lexer.input.damaged(format!("table `{}`, byte {at}: {reason}", table.1))
    }

    /// The columns of a declared table.
    pub(crate) fn definition(&self, table: &TableName) -> Option<&[Column]> {
        self.definitions.get(table).map(Vec::as_slice)
    }

    /// How the time in a column of this type is meant. A dump without CREATE TABLE leaves the type open: then it is TIMESTAMP, as
    /// every Hesk from 2.6 has it.
    pub(crate) fn zoned(&self, column_type: Option<&str>) -> Result<Zoned> {
        let is = |kind: &str| column_type.is_some_and(|t| t.starts_with(kind));
        if is("datetime") || is("date") {
            return Ok(Zoned::Naive);
        }
        if column_type.is_some() && !is("timestamp") {
            return Ok(Zoned::NotTime);
        }
        match self.variables.get("time_zone").map(String::as_str) {
            None | Some("SYSTEM") => Ok(Zoned::Naive),
            Some(zone) if is_utc(zone) => Ok(Zoned::Instant),
            Some(zone) => Err(self.unsupported(format!("its times are written in the time zone `{zone}`"))),
        }
    }

    /// Whether the dump has set its times to UTC somewhere; at its end it sets them back.
    pub(crate) fn had_instants(&self) -> bool {
        self.instants
    }

    /// Rows passed so far, for looking up now and then whether to stop.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }
}

fn is_utc(zone: &str) -> bool {
    matches!(zone, "+00:00" | "-00:00" | "+0:00" | "UTC" | "GMT")
}

/// The bytes from `from` on, in UTF-8.
fn decode(bytes: &mut Vec<u8>, from: usize, charset: &'static Encoding) {
    if !bytes[from..].is_ascii() {
        let text = charset.decode_without_bom_handling(&bytes[from..]).0.into_owned();
        bytes.truncate(from);
        bytes.extend_from_slice(text.as_bytes());
    }
}
