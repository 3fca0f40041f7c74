//! The vocabulary of `extract/sources/*.toml`: one file describes one source system.
//!
//! ```toml
//! name = "hesk"                     # schema of the staged tables
//! title = "Hesk"                    # what messages call the source
//! readers = ["mysqldump"]           # forms in which it can be read
//!
//! [[table]]
//! name = "tickets"
//! key = "id"                        # or ["ticket_id", "user_id"]
//! required = true                   # proves that this is such a source
//! updated_at = "lastchange"         # moves when a row changes
//! file = "saved_name"               # names a file in the attachments folder
//! parent = { column = "ticket_id", table = "tickets", key = "trackid" }  # whose rows it belongs to, for samples
//! named_by = [{ table = "replies", column = "customer_id" }]             # or what names its rows
//! [table.columns]
//! id = "int"                        # int float bool text timestamp duration
//! "custom{1..100}" = "text"         # custom1, custom2 … custom100
//! ```
//!
//! A column that is not declared is never read: the spec is the allow-list that keeps secrets out of the stage.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use sha2::{Digest as _, Sha256};

use crate::{Error, Result};

static BUILT_IN: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/sources");

/// One source system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Schema of the staged tables: `hesk`.
    pub name: String,
    /// What messages call the source: `Hesk`.
    pub title: String,
    /// Forms in which the source can be read.
    pub readers: Vec<ReaderKind>,
    /// The tables and all of their columns that may be read.
    #[serde(rename = "table")]
    pub tables: Vec<Table>,
    /// SHA-256 of the spec's text, for the manifest.
    #[serde(skip)]
    pub sha256: String,
}

/// A form in which a source can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReaderKind {
    /// A live MySQL or MariaDB server.
    Mysql,
    /// A file written by `mysqldump` or `mariadb-dump`, plain or gzip.
    Mysqldump,
    /// The zip that Hesk's "Export tickets" page makes.
    ExportZip,
}

impl fmt::Display for ReaderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mysql => "mysql",
            Self::Mysqldump => "mysqldump",
            Self::ExportZip => "export_zip",
        })
    }
}

/// One table of a source.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Name without the source's prefix; also the staged name.
    pub name: String,
    /// Columns that tell its rows apart; a single one is ascending, so that pages can follow it.
    pub key: Key,
    /// Whether the source is not this kind of source without the table.
    #[serde(default)]
    pub required: bool,
    /// Column that moves when a row changes.
    #[serde(default)]
    pub updated_at: Option<String>,
    /// Column that names a file in the attachments folder.
    #[serde(default)]
    pub file: Option<String>,
    /// Whose rows this table's rows belong to: a sample of those takes only these along.
    #[serde(default)]
    pub parent: Option<Parent>,
    /// Which columns of other tables name its rows: a sample takes only the rows along that its rows of those tables name.
    #[serde(default)]
    pub named_by: Vec<Naming>,
    /// Columns in the order in which they are staged.
    #[serde(deserialize_with = "columns")]
    pub columns: Vec<Column>,
}

/// Which column of a table names a row of another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// The column that names it.
    pub column: String,
    /// The other table.
    pub table: String,
    /// The other table's column that is named.
    pub key: String,
}

/// A column of a table that names rows of another by their key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Naming {
    /// The table whose rows name others; it has a parent.
    pub table: String,
    /// Its column.
    pub column: String,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name in the source and in the stage.
    pub name: String,
    /// What its values are.
    pub column_type: ColumnType,
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
}

/// One column or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "a column name or a list of column names")]
pub enum Key {
    /// One ascending column.
    One(String),
    /// Several columns together.
    Many(Vec<String>),
}

impl Key {
    /// The columns of the key.
    pub fn columns(&self) -> &[String] {
        match self {
            Self::One(column) => std::slice::from_ref(column),
            Self::Many(columns) => columns,
        }
    }
}

impl Spec {
    /// Reads a spec. `file` is what messages call it.
    ///
    /// # Errors
    /// `Spec`, with line, key and the values allowed there.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        let wrong = |source: Box<dyn std::error::Error + Send + Sync>| Error::Spec { file: file.to_owned(), source };
        let mut spec: Self = toml::from_str(text).map_err(|e| wrong(Box::new(e)))?;
        spec.sha256 = hex::encode(Sha256::digest(text));
        spec.check().map_err(|reason| wrong(reason.into()))?;
        Ok(spec)
    }

    /// The text of a spec that comes with deskferry.
    pub fn built_in(name: &str) -> Option<&'static str> {
        BUILT_IN.get_file(format!("{name}.toml"))?.contents_utf8()
    }

    /// Names of the specs that come with deskferry.
    pub fn built_in_names() -> Vec<&'static str> {
        let mut names: Vec<_> =
            BUILT_IN.files().filter_map(|f| f.path().file_name()?.to_str()?.strip_suffix(".toml")).collect();
        names.sort_unstable();
        names
    }

    /// A table by name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.name == name)
    }

    fn check(&self) -> Result<(), String> {
        for (at, table) in self.tables.iter().enumerate() {
            let name = &table.name;
            if self.tables[..at].iter().any(|t| t.name == *name) {
                return Err(format!("table `{name}` is declared twice"));
            }
            let parent = table.parent.as_ref();
            let named = table.key.columns().iter().chain(&table.updated_at).chain(&table.file);
            let named = named.chain(parent.map(|p| &p.column));
            let is_known = |p: &Parent| self.table(&p.table).is_some_and(|t| t.column(&p.key).is_some());
            if let Some(parent) = parent.filter(|p| !is_known(p)) {
                return Err(format!(
                    "table `{name}` belongs to `{}.{}`, which is not declared",
                    parent.table, parent.key
                ));
            }
            let names =
                |n: &&Naming| self.table(&n.table).is_some_and(|t| t.parent.is_some() && t.column(&n.column).is_some());
            if let Some(wrong) = table.named_by.iter().find(|naming| !names(naming)) {
                return Err(format!(
                    "table `{name}` is named by `{}.{}`, which has no parent or is not declared",
                    wrong.table, wrong.column
                ));
            }
            if let Some(column) = named.into_iter().find(|c| table.column(c).is_none()) {
                return Err(format!("table `{name}` names column `{column}` but does not declare it"));
            }
            if table.key.columns().is_empty() {
                return Err(format!("table `{name}` has an empty key"));
            }
            if let Some(column) = table.columns.iter().enumerate().find_map(|(i, c)| {
                let twice = table.columns[..i].iter().any(|o| o.name.eq_ignore_ascii_case(&c.name));
                (twice || c.name == "_extra").then_some(&c.name)
            }) {
                return Err(format!("table `{name}` declares column `{column}` twice, or it is a reserved name"));
            }
        }
        Ok(())
    }
}

impl Table {
    /// A declared column by its name in the source; MySQL's column names have no case.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name.eq_ignore_ascii_case(name))
    }
}

/// Columns in the order of the file, `name{1..3}` written out.
fn columns<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Column>, D::Error> {
    struct Columns;
    impl<'de> Visitor<'de> for Columns {
        type Value = Vec<Column>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("columns as `name = \"type\"`")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut columns = Vec::new();
            while let Some((name, column_type)) = map.next_entry::<String, ColumnType>()? {
                for name in expand(&name).map_err(A::Error::custom)? {
                    columns.push(Column { name, column_type });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        let error = Spec::parse("sources/x.toml", text).unwrap_err();
        format!("{error}: {}", std::error::Error::source(&error).unwrap())
    }

    #[test]
    fn built_in_spec_expands_its_columns_in_order() {
        let spec = Spec::parse("hesk.toml", Spec::built_in("hesk").unwrap()).unwrap();
        let tickets = spec.table("tickets").unwrap();
        assert_eq!(tickets.columns[0].name, "id");
        assert_eq!(tickets.columns.iter().filter(|c| c.name.starts_with("custom")).count(), 100);
        assert_eq!(tickets.columns.last().unwrap().name, "custom100");
        assert!(Spec::built_in_names().contains(&"hesk"));
    }

    #[test]
    fn key_is_one_column_or_several() {
        let text = "name = \"x\"\ntitle = \"X\"\nreaders = []\n[[table]]\nname = \"t\"\nkey = [\"a\", \"b\"]\n[table.columns]\na = \"int\"\nb = \"int\"\n";
        assert_eq!(Spec::parse("x", text).unwrap().tables[0].key.columns(), ["a", "b"]);
        assert_eq!(Spec::parse("x", &text.replace("[\"a\", \"b\"]", "\"a\"")).unwrap().tables[0].key.columns(), ["a"]);
    }

    #[test]
    fn no_secret_column_is_declared() {
        let spec = Spec::parse("hesk.toml", Spec::built_in("hesk").unwrap()).unwrap();
        for table in &spec.tables {
            for column in &table.columns {
                let name = column.name.to_lowercase();
                let secret = ["pass", "mfa", "token", "secret", "hash"].iter().any(|s| name.contains(s));
                assert!(!secret, "{}.{}", table.name, column.name);
            }
        }
    }

    #[test]
    fn wrong_spec_names_file_line_and_allowed_values() {
        let head = "name = \"x\"\ntitle = \"X\"\nreaders = [\"mysql\"]\n[[table]]\nname = \"t\"\nkey = \"id\"\n";
        let text = message(&format!("{head}[table.columns]\nid = \"number\"\n"));
        for part in ["sources/x.toml", "line 8", "number", "`int`", "`duration`"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let text = message(&format!("{head}kee = 1\n[table.columns]\nid = \"int\"\n"));
        assert!(text.contains("kee") && text.contains("updated_at") && text.contains("line 7"), "{text}");
        assert!(message(&format!("{head}[table.columns]\nno = \"int\"\n")).contains("`id`"));
        assert!(
            message(&format!("{head}[table.columns]\nid = \"int\"\n\"c{{3..1}}\" = \"int\"\n")).contains("c{3..1}")
        );
    }
}
