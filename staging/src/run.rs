//! Run ids and manifests.
//!
//! Invariants of a manifest, checked before it is written and after it is read ([`Manifest::check`]):
//! 1. finished is not before started;
//! 2. a table's rows are the sum of its parts' rows;
//! 3. every part lies in this run's own folder of its table, or in that of the earlier run that its [`Build`] names, and no part
//!    is named twice;
//! 4. every column has a name of its own;
//! 5. a run is not its own input;
//! 6. only a delta run has tables of [`Changes`], and such a table has a key and holds the new, changed and gone rows, no others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Error, Result, layout};

/// Names a run; sorts by the time it began: `20261121T023000123Z-0a1b2c`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

impl RunId {
    /// The id of a run that begins `now`; `chance` tells runs of the same millisecond apart.
    pub fn new(now: DateTime<Utc>, chance: u32) -> Self {
        Self(format!("{}-{:06x}", now.format("%Y%m%dT%H%M%S%3fZ"), chance & 0x00ff_ffff))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RunId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bytes = text.as_bytes();
        let shape = b"00000000T000000000Z-xxxxxx";
        let fits = bytes.len() == shape.len()
            && bytes.iter().zip(shape).all(|(b, s)| match s {
                b'0' => b.is_ascii_digit(),
                b'x' => b.is_ascii_digit() || (b'a'..=b'f').contains(b),
                s => b == s,
            });
        if fits { Ok(Self(text.to_owned())) } else { Err(Error::Name { what: "run id", text: text.to_owned() }) }
    }
}

impl TryFrom<String> for RunId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<RunId> for String {
    fn from(run: RunId) -> Self {
        run.0
    }
}

/// The three stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Source help desk to raw tables.
    Extract,
    /// Raw tables to Intercom-shaped tables.
    Transform,
    /// Intercom-shaped tables to Intercom.
    Load,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Extract => "extract",
            Self::Transform => "transform",
            Self::Load => "load",
        })
    }
}

/// Whether a run replaces what came before it or adds to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Replaces: each table in it is whole.
    #[default]
    Full,
    /// Adds newer versions of rows, told apart by the table's key, to tables that have [`Changes`]; replaces its other tables.
    Delta,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "full",
            Self::Delta => "delta",
        })
    }
}

/// What one run has published. Stored as JSON; written last, created if absent, never changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The run.
    pub run: RunId,
    /// Which stage ran.
    pub stage: Stage,
    /// First part of the tables' names: `hesk`, `intercom`.
    pub schema: String,
    /// Whether the run replaces or adds.
    #[serde(default)]
    pub mode: Mode,
    /// The run holds only the newest so many objects of the source and what belongs to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<u64>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When its manifest was written.
    pub finished_at: DateTime<Utc>,
    /// Version of deskferry.
    pub tool_version: String,
    /// Tables by name.
    pub tables: BTreeMap<String, Table>,
    /// Runs that were read.
    #[serde(default)]
    pub inputs: Vec<RunId>,
    /// Where the next extract of a table resumes.
    #[serde(default)]
    pub cursors: BTreeMap<String, serde_json::Value>,
    /// SHA-256 of each SQL file, spec or mapping that shaped the run, by path.
    #[serde(default)]
    pub hashes: BTreeMap<String, String>,
    /// Rejected rows by reason.
    #[serde(default)]
    pub rejects: BTreeMap<String, u64>,
    /// What the user should know about this run, in plain sentences.
    #[serde(default)]
    pub remarks: Vec<String>,
}

/// One table of a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Table {
    /// Rows in all parts.
    pub rows: u64,
    /// The source's own count, taken apart from the reading, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_rows: Option<u64>,
    /// Columns that tell a row's versions apart from other rows.
    #[serde(default)]
    pub key: Vec<String>,
    /// How the source differs from the state before a delta run; `None` where the run has the table whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
    /// Why the run does not have all rows that the source has, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
    /// How the table was made; `None` where no model made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Parts in order.
    pub parts: Vec<Part>,
}

/// How a table's rows in the source differ from the state before a delta run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Changes {
    /// Rows whose key was not there.
    pub new: u64,
    /// Rows that have another value in some column.
    pub changed: u64,
    /// Rows that are no longer in the source; in the run they are a key and `_deleted`.
    pub gone: u64,
    /// Rows that are as they were; the run does not hold them.
    pub unchanged: u64,
}

/// How a model made a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// Path of the model.
    pub model: String,
    /// SHA-256 of the model's text when it ran, in lower-case hex.
    pub sha256: String,
    /// Tables that the model names, as `schema.table` or, of its own schema, `table`.
    #[serde(default)]
    pub reads: Vec<String>,
    /// Stands for all that shapes the rows: two tables of one fingerprint hold the same. `None` where that cannot be known, as of a
    /// model that asks what time it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// How long the model ran, in milliseconds; where it was not run again, in the run that ran it.
    pub milliseconds: u64,
    /// The earlier run that wrote the parts; `None` where this one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reused_from: Option<RunId>,
}

impl Table {
    /// The run that wrote the parts, where it is not the one whose manifest this is in.
    pub fn reused_from(&self) -> Option<&RunId> {
        self.build.as_ref()?.reused_from.as_ref()
    }

    /// Rows of the table at the time of the run: for a table of changes not those that the run holds.
    pub fn rows_now(&self) -> u64 {
        self.changes.map_or(self.rows, |changes| changes.new + changes.changed + changes.unchanged)
    }
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name as in Parquet.
    pub name: String,
    /// Arrow's name of the type.
    #[serde(rename = "type")]
    pub data_type: String,
    /// Whether NULL occurs.
    pub nullable: bool,
    /// Whether its texts are JSON, each one value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub json: bool,
}

/// One Parquet file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Path inside the stage.
    pub path: String,
    /// Rows in it.
    pub rows: u64,
    /// Size in bytes.
    pub bytes: u64,
    /// Hash of its bytes in lower-case hex.
    pub sha256: String,
}

impl Manifest {
    /// Whether the invariants at the top of this file hold.
    ///
    /// # Errors
    /// `Damaged`, naming the first one that does not.
    pub fn check(&self) -> Result<()> {
        let damaged = |reason: String| Error::Damaged { path: layout::manifest(&self.run).to_string(), reason };
        if self.finished_at < self.started_at {
            return Err(damaged("finished before it started".into()));
        }
        if self.inputs.contains(&self.run) {
            return Err(damaged("the run is its own input".into()));
        }
        layout::check_name("schema name", &self.schema)?;
        let mut paths = BTreeSet::new();
        for (name, table) in &self.tables {
            layout::check_name("table name", name)?;
            let rows: u64 = table.parts.iter().map(|p| p.rows).sum();
            if rows != table.rows {
                return Err(damaged(format!("table `{name}` has {} rows but its parts have {rows}", table.rows)));
            }
            if let Some(Changes { new, changed, gone, .. }) = table.changes
                && (self.mode != Mode::Delta || table.key.is_empty() || new + changed + gone != table.rows)
            {
                return Err(damaged(format!("the changes of table `{name}` are not its rows")));
            }
            let writer = table.reused_from().unwrap_or(&self.run);
            if *writer > self.run {
                return Err(damaged(format!("table `{name}` is of a later run, {writer}")));
            }
            let folder = format!("{}/{name}/run={writer}/", self.schema);
            for part in &table.parts {
                if !part.path.starts_with(&folder) || !paths.insert(&part.path) {
                    return Err(damaged(format!("part `{}` is not table `{name}`'s own", part.path)));
                }
            }
            let mut names = BTreeSet::new();
            if let Some(twice) = table.columns.iter().find(|c| !names.insert(&c.name)) {
                return Err(damaged(format!("table `{name}` has two columns `{}`", twice.name)));
            }
        }
        Ok(())
    }

    /// Whether the run has the table whole, so that nothing of earlier runs is left in its current state.
    pub fn replaces(&self, table: &str) -> bool {
        self.tables.get(table).is_some_and(|table| table.changes.is_none())
    }

    /// The tables that do not have all rows of the source, each with the reason.
    pub fn incomplete(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tables.iter().filter_map(|(name, table)| Some((name.as_str(), table.incomplete.as_deref()?)))
    }

    /// Rows of a table; 0 where the run has none.
    pub fn rows(&self, table: &str) -> u64 {
        self.tables.get(table).map_or(0, |t| t.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let run = RunId::new(now, 7);
        let part = Part {
            path: format!("hesk/tickets/run={run}/part-00000.parquet"),
            rows: 2,
            bytes: 9,
            sha256: "ab".repeat(32),
        };
        let column = Column { name: "id".into(), data_type: "Int64".into(), nullable: true, json: false };
        let table = Table { rows: 2, columns: vec![column], parts: vec![part], ..Table::default() };
        Manifest {
            run,
            stage: Stage::Extract,
            schema: "hesk".into(),
            mode: Mode::Full,
            sample: None,
            started_at: now,
            finished_at: now,
            tool_version: "0".into(),
            tables: [("tickets".to_owned(), table)].into(),
            inputs: vec![],
            cursors: BTreeMap::new(),
            hashes: BTreeMap::new(),
            rejects: BTreeMap::new(),
            remarks: vec![],
        }
    }

    #[test]
    fn run_ids_sort_by_time_and_parse_back() {
        let early = RunId::new(DateTime::from_timestamp(1_700_000_000, 0).unwrap(), u32::MAX);
        let late = RunId::new(DateTime::from_timestamp(1_700_000_001, 0).unwrap(), 0);
        assert!(early < late);
        assert_eq!(early.to_string().parse::<RunId>().unwrap(), early);
        for bad in ["", "latest", "../x", "20261121T023000123Z-0A1B2C"] {
            assert!(bad.parse::<RunId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn check_refuses_each_broken_invariant() {
        assert!(manifest().check().is_ok());
        type Break = fn(&mut Manifest);
        let breaks: [(&str, Break); 9] = [
            ("finished before", |m| m.finished_at -= chrono::Duration::seconds(1)),
            ("rows but its parts", |m| m.tables.get_mut("tickets").unwrap().rows = 3),
            ("not table `tickets`'s own", |m| {
                m.tables.get_mut("tickets").unwrap().parts[0].path = "hesk/users/x".into()
            }),
            ("two columns", |m| {
                let t = m.tables.get_mut("tickets").unwrap();
                let c = t.columns[0].clone();
                t.columns.push(c);
            }),
            ("own input", |m| m.inputs.push(m.run.clone())),
            ("changes of table `tickets`", |m| {
                m.tables.get_mut("tickets").unwrap().changes = Some(Changes { new: 2, ..Changes::default() })
            }),
            ("changes of table `tickets`", |m| {
                m.mode = Mode::Delta;
                let t = m.tables.get_mut("tickets").unwrap();
                (t.key, t.changes) = (vec!["id".into()], Some(Changes { new: 1, unchanged: 1, ..Changes::default() }));
            }),
            ("of a later run", |m| {
                let later = RunId::new(m.started_at + chrono::Duration::days(1), 0);
                let build = Build {
                    model: "sql/x.sql".into(),
                    sha256: "ab".repeat(32),
                    reads: vec![],
                    fingerprint: None,
                    milliseconds: 0,
                    reused_from: Some(later),
                };
                m.tables.get_mut("tickets").unwrap().build = Some(build);
            }),
            ("is not a schema name", |m| m.schema = "../x".into()),
        ];
        for (text, break_it) in breaks {
            let mut m = manifest();
            break_it(&mut m);
            let error = m.check().unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
    }
}
