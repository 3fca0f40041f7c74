//! What one extract is asked to do. Plain data: the command line builds it, nothing here reads files or the environment.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use chrono_tz::Tz;

use crate::spec::Table;
use crate::{Error, Result, Spec};

/// `[source]` of `deskferry.toml`, with secrets filled in.
#[derive(Clone, Default)]
pub struct Settings {
    /// `mysql://user:password@host/database`, or the path of a dump or of an export zip.
    pub url: String,
    /// Folder, `.tar.gz` of a folder, or object-store url of the help desk's attachments.
    pub attachments: Option<String>,
    /// Options of the attachments' object store by name (`aws_endpoint`, `AWS_REGION` …).
    pub attachments_options: Vec<(String, String)>,
    /// Folder or object-store url of files that tables are read from instead of from the API; options as of `attachments`.
    pub drop: Option<String>,
    /// What the source's table names begin with: `hesk_`; may be empty.
    pub table_prefix: String,
    /// The help desk's own time zone by IANA name; wins over what `settings_file` says.
    pub timezone: Option<String>,
    /// Time zone of columns that hold wall time (DATETIME), by IANA name; else `timezone`, else UTC.
    pub database_timezone: Option<String>,
    /// The help desk's own settings file.
    pub settings_file: Option<PathBuf>,
    /// Values of the settings that the spec declares, by name.
    pub values: BTreeMap<String, String>,
    /// Names of those of them that the user takes from the environment, so that they are never shown.
    pub secrets: BTreeSet<String>,
    /// Calls that the source grants, where the user knows better than the spec.
    pub rate_calls: Option<u64>,
    /// Seconds in which it grants them.
    pub rate_seconds: Option<u64>,
    /// Share of what is granted that is used, above 0 and at most 1; the rest is left to other apps.
    pub rate_share: Option<f64>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The url may hold a password, the options a key, the values a secret.
        f.debug_struct("Settings").field("table_prefix", &self.table_prefix).finish_non_exhaustive()
    }
}

/// Which part of a source one extract reads.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Tables to read; empty means all.
    pub tables: Vec<String>,
    /// Read the newest so many tickets only, and what belongs to them.
    pub sample: Option<u64>,
    /// Stage only what differs from the last state: new and changed rows, and the keys of rows that are gone.
    pub since_last: bool,
    /// Tables with the keys of rows that are asked for, whether the list of the table has them or not: only these are read in
    /// full. REST only.
    pub keys: BTreeMap<String, BTreeSet<String>>,
    /// Whether no list is read of a table that has `keys` and whose rows can be read one by one: its other rows stay as the last state
    /// has them, those of `keys` that the source has not any more are gone. Needs `since_last`. REST only.
    pub only_keys: bool,
    /// Whether `keys` are of rows that no list has: the run remembers them, so that no later one takes them to be gone for that. Needs
    /// `only_keys`.
    pub unlisted: bool,
    /// Whether files are left where they are. REST only.
    pub without_files: bool,
    /// What to do with what an earlier extract has fetched and not published.
    pub unfinished: Unfinished,
}

/// What to do with what an earlier extract has fetched and not published. Only readers that need hours keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unfinished {
    /// Refuse, and say that it is there.
    #[default]
    Refuse,
    /// Go on with the newest.
    Resume,
    /// Throw it away and begin anew.
    Discard,
}

impl Request {
    /// A delta of rows that were named, by table, with what belongs to them. Tables of which nothing is declared are left out.
    pub fn of_rows(spec: &Spec, keys: BTreeMap<String, BTreeSet<String>>) -> Self {
        let named = keys.keys().filter_map(|name| spec.table(name));
        let tables = named.flat_map(|table| spec.family(table)).map(|table| table.name.clone());
        Self { tables: tables.collect(), keys, only_keys: true, since_last: true, ..Self::default() }
    }

    /// The same, and these rows besides.
    pub(crate) fn also(&self, keys: &BTreeMap<String, BTreeSet<String>>) -> Self {
        let mut request = self.clone();
        for (table, keys) in keys.iter().filter(|(_, keys)| !keys.is_empty()) {
            request.keys.entry(table.clone()).or_default().extend(keys.iter().cloned());
        }
        request
    }

    /// Whether files of a table of a REST source are to be fetched.
    pub(crate) fn wants_files(&self, table: &Table) -> bool {
        let has_files = table.download.is_some() || !table.images_in.is_empty();
        has_files && !self.without_files && self.wants(&table.name)
    }

    /// The rows of a table that alone are asked for.
    pub(crate) fn only(&self, table: &Table) -> Option<&BTreeSet<String>> {
        self.keys.get(&table.name).filter(|_| self.only_keys && table.detail.is_some())
    }

    /// Whether a table is to be read.
    pub fn wants(&self, table: &str) -> bool {
        self.tables.is_empty() || self.tables.iter().any(|t| t == table)
    }
}

impl Settings {
    /// Whether the value of a setting must never be shown: the spec says so, the login needs it, or the user took it from the
    /// environment.
    pub fn is_secret(&self, spec: &Spec, name: &str) -> bool {
        self.secrets.contains(name) || spec.is_secret(name)
    }

    /// The help desk's own time zone.
    ///
    /// # Errors
    /// `Setting` where it is no zone's name.
    pub fn desk_zone(&self) -> Result<Option<Tz>> {
        self.timezone.as_deref().map(|name| zone("[source] timezone", name)).transpose()
    }

    /// The zone in which wall times are read: `database_timezone`, else `timezone`, else UTC.
    ///
    /// # Errors
    /// `Setting` where one of them is no zone's name.
    pub fn wall_zone(&self) -> Result<Tz> {
        match &self.database_timezone {
            Some(name) => zone("[source] database_timezone", name),
            None => Ok(self.desk_zone()?.unwrap_or(Tz::UTC)),
        }
    }
}

fn zone(key: &'static str, name: &str) -> Result<Tz> {
    name.parse().map_err(|_| Error::Setting {
        key,
        reason: format!("`{name}` is not a time zone"),
        hint: "use an IANA name such as \"America/New_York\" or \"UTC\"".into(),
    })
}
