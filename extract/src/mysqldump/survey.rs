//! What a dump has: which database in it is the help desk, its tables and their rows.

use std::collections::BTreeMap;
use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::input::Input;
use super::statements::Column;
use super::walk::{Event, Row, TableName, Walk};
use crate::reader::{SourceTable, Survey};
use crate::{Error, Result, Settings, Spec};

/// Rows between two looks at whether to stop.
pub(super) const ROWS_BETWEEN_LOOKS: u64 = 16_384;

/// A surveyed dump.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The database that is the help desk.
    pub(super) database: String,
    pub(super) survey: Survey,
}

#[derive(Debug, Default)]
struct Seen {
    columns: Vec<Column>,
    rows: u64,
}

/// Walks the whole dump once.
pub(super) fn survey(path: &Path, spec: &Spec, settings: &Settings, cancel: &CancellationToken) -> Result<Found> {
    let mut walk = Walk::new(Input::open(path)?);
    let mut seen: BTreeMap<TableName, Seen> = BTreeMap::new();
    let mut row = Row::default();
    while let Some(event) = walk.next()? {
        stop(cancel)?;
        match event {
            Event::Create(name) => {
                let columns = walk.definition(&name).unwrap_or_default().to_vec();
                let table = seen.entry(name.clone()).or_default();
                if table.rows > 0 {
                    return Err(twice(path, &name));
                }
                table.columns = columns;
            }
            Event::Insert(insert) => {
                let mut rows = 0;
                loop {
                    rows += 1;
                    if walk.rows().is_multiple_of(ROWS_BETWEEN_LOOKS) {
                        stop(cancel)?;
                    }
                    if !walk.row(&insert, None, &mut row)? {
                        break;
                    }
                }
                let table = seen.entry(insert.table.clone()).or_default();
                table.rows += rows;
                if table.columns.is_empty() {
                    table.columns = insert.columns.into_iter().map(|name| (name, String::new())).collect();
                }
            }
        }
    }
    let mut remarks = Vec::new();
    if !walk.has_end_mark() {
        remarks.push(format!(
            "{} has no closing line `-- Dump completed`, so nothing proves that it is whole",
            path.display()
        ));
    }
    if !walk.had_instants() {
        remarks.push(format!(
            "{} was made with --skip-tz-utc: its TIMESTAMP columns hold wall time and were read in [source] database_timezone",
            path.display()
        ));
    }
    choose(path, spec, settings, seen, remarks)
}

pub(super) fn stop(cancel: &CancellationToken) -> Result<()> {
    if cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
}

fn twice(path: &Path, name: &TableName) -> Error {
    Error::Unsupported {
        path: path.display().to_string(),
        reason: format!("it declares table `{}` twice", name.1),
        hint: "give one dump of one database; several dumps in one file cannot be told apart".into(),
    }
}

/// Finds the one database that has every required table.
fn choose(
    path: &Path,
    spec: &Spec,
    settings: &Settings,
    seen: BTreeMap<TableName, Seen>,
    remarks: Vec<String>,
) -> Result<Found> {
    let prefix = settings.table_prefix.as_str();
    let required: Vec<_> = spec.tables.iter().filter(|t| t.required).map(|t| format!("{prefix}{}", t.name)).collect();
    let mut databases: Vec<&str> = seen.keys().map(|(database, _)| database.as_str()).collect();
    databases.dedup();
    let has = |database: &str, table: &str| seen.contains_key(&(database.to_owned(), table.to_owned()));
    let whole: Vec<&str> = databases.iter().copied().filter(|d| required.iter().all(|t| has(d, t))).collect();
    let database = match whole.as_slice() {
        [one] => (*one).to_owned(),
        [] => return Err(missing(path, spec, prefix, &seen, &required)),
        several => {
            return Err(Error::Unsupported {
                path: path.display().to_string(),
                reason: format!("several databases in it are help desks: {}", several.join(", ")),
                hint: "dump the database to be moved alone: `mysqldump DATABASE`".into(),
            });
        }
    };
    let tables = seen
        .into_iter()
        .filter(|((d, _), _)| *d == database)
        .filter_map(|((_, full), table)| {
            let name = full.strip_prefix(prefix)?.to_owned();
            Some(SourceTable { name, columns: table.columns, rows: Some(table.rows) })
        })
        .collect();
    Ok(Found { database, survey: Survey { tables, remarks, version: None } })
}

fn missing(path: &Path, spec: &Spec, prefix: &str, seen: &BTreeMap<TableName, Seen>, required: &[String]) -> Error {
    let tables: Vec<&str> = seen.keys().map(|(_, table)| table.as_str()).collect();
    not_this_source(&path.display().to_string(), spec, prefix, &tables, required)
}

/// Says what is missing, or which other prefixes the tables have. `tables` are all table names with their prefixes, `required`
/// those that must be there.
pub(crate) fn not_this_source(source: &str, spec: &Spec, prefix: &str, tables: &[&str], required: &[String]) -> Error {
    let names: Vec<&str> = spec.tables.iter().filter(|t| t.required).map(|t| t.name.as_str()).collect();
    let prefixes: Vec<&str> = names
        .first()
        .map(|first| tables.iter().filter_map(|t| t.strip_suffix(first)).collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .filter(|p| *p != prefix && names.iter().all(|n| tables.iter().any(|t| t.strip_prefix(p) == Some(n))))
        .collect();
    let (reason, hint) = if prefixes.is_empty() {
        let absent: Vec<_> =
            required.iter().filter(|r| !tables.contains(&r.as_str())).map(|r| format!("`{r}`")).collect();
        (
            format!("it has no table {}", absent.join(", ")),
            format!("give the database or a whole dump of the {} database, with all of its tables", spec.title),
        )
    } else {
        let found: Vec<_> = prefixes.iter().map(|p| format!("`{p}`")).collect();
        (
            format!("no tables begin with `{prefix}`, but a help desk's tables begin with {}", found.join(", ")),
            format!("set [source] table_prefix = \"{}\" in deskferry.toml", prefixes[0]),
        )
    };
    Error::NotThisSource { source_name: source.to_owned(), title: spec.title.clone(), reason, hint }
}
