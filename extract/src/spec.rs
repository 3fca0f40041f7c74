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
//!
//! What a source with a REST API says besides is in `spec/rest.rs`; `spec/vocabulary.toml` shows every key in use.

mod check;
mod columns;
mod rest;
mod template;

use std::fmt;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

pub use columns::{Column, ColumnType};
pub use rest::{Access, Detail, Download, Hidden, ImageLink, Login, Paging, Rate, Rest, Retention, Setting, Since};
pub use template::{Body, Params, Place, Template};

use crate::{Error, Result};

/// A spec that has every key of the vocabulary, with what each means.
const VOCABULARY: &str = include_str!("spec/vocabulary.toml");

/// The contract of help desks that move into Intercom.
const MOVE: &str = "intercom";

/// Keys of `[source]` that every source with an API has besides its own; where its spec knows regions, `region` too.
pub const SOURCE_KEYS: [&str; 10] = [
    "kind",
    "url",
    "timezone",
    "language",
    "site_url",
    "own_mailboxes",
    "rate_calls",
    "rate_seconds",
    "rate_share",
    "drop",
];

static BUILT_IN: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/sources");

/// One source system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// What `[source] kind` calls it: `hesk`.
    pub name: String,
    /// Schema of the staged tables, where it is not the name.
    #[serde(default)]
    schema: Option<String>,
    /// What messages call the source: `Hesk`.
    pub title: String,
    /// The contract that its models fill, where it is not that of help desks that move into Intercom.
    #[serde(default)]
    contract: Option<String>,
    /// Objects that its models bring over only where `[transform] optional_objects` names them.
    #[serde(default)]
    pub optional_objects: Vec<String>,
    /// Forms in which the source can be read.
    pub readers: Vec<ReaderKind>,
    /// Addresses of the API by region, so that `[source]` may have `region` instead of `url`.
    #[serde(default, deserialize_with = "columns::in_order")]
    pub regions: Vec<(String, String)>,
    /// Keys of `[source]` in `deskferry.toml` that this source has besides `kind` and `url`.
    #[serde(default, deserialize_with = "columns::in_order")]
    pub settings: Vec<(String, Setting)>,
    /// Where the API is and how it is called.
    #[serde(default)]
    pub rest: Option<Rest>,
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
    /// A REST API.
    Rest,
}

impl fmt::Display for ReaderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mysql => "mysql",
            Self::Mysqldump => "mysqldump",
            Self::ExportZip => "export_zip",
            Self::Rest => "rest",
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
    /// Columns of which one moves when a row changes, or something that belongs to it.
    #[serde(default, deserialize_with = "columns::one_or_more")]
    pub updated_at: Vec<String>,
    /// Column that names a file in the attachments folder.
    #[serde(default)]
    pub file: Option<String>,
    /// Whose rows this table's rows belong to: a sample of those takes only these along.
    #[serde(default)]
    pub parent: Option<Parent>,
    /// Which columns of other tables name its rows: a sample takes only the rows along that its rows of those tables name.
    #[serde(default)]
    pub named_by: Vec<Naming>,
    /// Path of its list below the API's address; of several the first that the source has.
    #[serde(default, deserialize_with = "columns::one_or_more")]
    pub path: Vec<Template>,
    /// Parameters of the list.
    #[serde(default)]
    pub query: Params,
    /// A list that is a search: sent as POST with this body, into which the parameters of pages and of `since` go as members.
    #[serde(default)]
    pub body: Option<Body>,
    /// The rows are the words of this text, told apart by commas; no call is made.
    #[serde(default)]
    pub each: Option<Template>,
    /// How the list comes in pages, where not as `[rest.paging]` says.
    #[serde(default)]
    pub paging: Option<Paging>,
    /// Where in a reply the rows are, tried in order; the reply itself for `""`, and if nothing is given.
    #[serde(default)]
    pub rows: Vec<String>,
    /// Where in a reply the one row is, of which there is no list: the reply itself for `""`.
    #[serde(default)]
    pub row: Option<String>,
    /// Where in a reply the source's own count of the list's rows is; the first place that is there.
    #[serde(default, deserialize_with = "columns::one_or_more")]
    pub total: Vec<String>,
    /// Parameter that takes the members that are wanted: those of the columns, with commas between them. Members that the source
    /// does not know are found and left out.
    #[serde(default)]
    pub columns_in: Option<String>,
    /// After how long the source deletes rows by itself.
    #[serde(default)]
    pub retention: Option<Retention>,
    /// Parameters with which the list is read once each; rows of one key are one row.
    #[serde(default)]
    pub passes: Vec<Params>,
    /// Column that is filled with the number, from 0, of the last pass that listed the row.
    #[serde(default)]
    pub pass_column: Option<String>,
    /// Columns that are no one's business in some rows.
    #[serde(default)]
    pub hidden: Option<Hidden>,
    /// A list that ends at so many rows was cut off by the source.
    #[serde(default)]
    pub ceiling: Option<u64>,
    /// Parameters that put the newest rows first, for samples.
    #[serde(default)]
    pub newest: Params,
    /// What takes a time, so that only rows that changed since are listed.
    #[serde(default)]
    pub since: Option<Since>,
    /// How each row of the list is read in full; what it has wins over the list.
    #[serde(default)]
    pub detail: Option<Detail>,
    /// What it means that the source refuses the table.
    #[serde(default)]
    pub access: Access,
    /// Column of the parent's row without which, or where it is 0, false or empty, the parent is not asked.
    #[serde(default)]
    pub parent_if: Option<String>,
    /// The rows are this array in each row of the parent; no call is made.
    #[serde(default)]
    pub inside: Option<String>,
    /// Column that is filled with the row's place, from 0, in that array, or in the list of its parent's rows.
    #[serde(default)]
    pub position: Option<String>,
    /// Column of the parent's row with the number of rows that there should be in that array; fewer are a defect.
    #[serde(default)]
    pub count: Option<String>,
    /// How the file that each row stands for is fetched.
    #[serde(default)]
    pub download: Option<Download>,
    /// Columns of HTML whose images are fetched, too.
    #[serde(default)]
    pub images_in: Vec<String>,
    /// Whether it is read from files, and not from the API.
    #[serde(skip)]
    pub(crate) dropped: bool,
    /// Columns in the order in which they are staged.
    #[serde(deserialize_with = "columns::columns")]
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
        // What the source's own spec never calls is called by no overlay of it either.
        let own =
            Self::built_in(&spec.name).filter(|own| *own != text).and_then(|own| toml::from_str::<Self>(own).ok());
        if let (Some(rest), Some(own)) = (&mut spec.rest, own.and_then(|own| own.rest)) {
            let more = own.refused_paths.into_iter().filter(|piece| !rest.refused_paths.contains(piece));
            let more: Vec<String> = more.collect();
            rest.refused_paths.extend(more);
        }
        check::check(&spec).map_err(|wrong_table| wrong(wrong_table.told_in(text).into()))?;
        Ok(spec)
    }

    /// The text of a spec that comes with deskferry.
    pub fn built_in(name: &str) -> Option<&'static str> {
        BUILT_IN.get_file(format!("{name}.toml"))?.contents_utf8()
    }

    /// Every key that a spec can have, with what it means: itself a spec.
    pub fn vocabulary() -> &'static str {
        VOCABULARY
    }

    /// Names of the specs that come with deskferry.
    pub fn built_in_names() -> Vec<&'static str> {
        let mut names: Vec<_> =
            BUILT_IN.files().filter_map(|f| f.path().file_name()?.to_str()?.strip_suffix(".toml")).collect();
        names.sort_unstable();
        names
    }

    /// Schema of the staged tables.
    pub fn schema(&self) -> &str {
        self.schema.as_deref().unwrap_or(&self.name)
    }

    /// Whether it is copied into a database, and does not move into Intercom.
    pub fn is_copied(&self) -> bool {
        self.contract() != MOVE
    }

    /// The contract that its models fill: the name of `sql/contract/<contract>.sql`, and of the schema that a transform writes.
    pub fn contract(&self) -> &str {
        self.contract.as_deref().unwrap_or(MOVE)
    }

    /// The address of a region.
    pub fn region(&self, name: &str) -> Option<&str> {
        self.regions.iter().find(|(known, _)| known == name).map(|(_, address)| address.as_str())
    }

    /// A setting by name.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|(key, _)| key == name).map(|(_, setting)| setting)
    }

    /// Whether the value of a setting must never be shown: it is said to be secret, or the login or a header is made of it.
    pub fn is_secret(&self, name: &str) -> bool {
        let said = self.setting(name).is_some_and(Setting::is_secret);
        said || self.rest.as_ref().is_some_and(|rest| rest.proofs().iter().any(|template| template.names(name)))
    }

    /// Whether rows of other tables are asked for by rows of this one, which is nobody's child: what a sample is taken of.
    pub fn has_children(&self, table: &Table) -> bool {
        let is_child = |t: &Table| (!t.path.is_empty() || t.dropped) && t.is_child_of(table);
        table.parent.is_none() && self.tables.iter().any(is_child)
    }

    /// A table, its children, theirs …
    pub(crate) fn family<'a>(&'a self, table: &'a Table) -> Vec<&'a Table> {
        let children = self.tables.iter().filter(|t| t.is_child_of(table));
        std::iter::once(table).chain(children.flat_map(|t| self.family(t))).collect()
    }

    /// A table by name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.name == name)
    }
}

/// The readings of a list without `passes`.
static ONE_READING: [Params; 1] = [Params(Vec::new())];

impl Table {
    /// Whether the rows belong to the rows of a table.
    pub(crate) fn is_child_of(&self, table: &Table) -> bool {
        self.parent.as_ref().is_some_and(|parent| parent.table == table.name)
    }

    /// The parameters of each reading of the list: those of `passes`, or one reading without any.
    pub(crate) fn readings(&self) -> &[Params] {
        if self.passes.is_empty() { &ONE_READING } else { &self.passes }
    }

    /// A table of which nothing else is said.
    pub(crate) fn of(name: String, key: Key, columns: Vec<Column>) -> Self {
        Self {
            name,
            key,
            columns,
            required: false,
            updated_at: Vec::new(),
            file: None,
            parent: None,
            named_by: Vec::new(),
            path: Vec::new(),
            query: Params::default(),
            body: None,
            each: None,
            paging: None,
            row: None,
            rows: Vec::new(),
            total: Vec::new(),
            columns_in: None,
            retention: None,
            passes: Vec::new(),
            pass_column: None,
            hidden: None,
            ceiling: None,
            newest: Params::default(),
            since: None,
            detail: None,
            access: Access::Required,
            parent_if: None,
            inside: None,
            position: None,
            count: None,
            download: None,
            images_in: Vec::new(),
            dropped: false,
        }
    }

    /// A declared column by its name in the source; MySQL's column names have no case.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests;
