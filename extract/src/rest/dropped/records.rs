//! The records of one file, whatever its form.

use std::fs::File;
use std::path::Path;

use encoding_rs::Encoding;
use serde_json::Value;

use super::text::Text;
use super::{delimited, lines, workbook, xml};

/// Why the reading of a file has ended early.
pub(super) enum Stop {
    /// The file is not what it should be.
    Broken(Trouble),
    /// Nobody takes its records any more.
    NotWanted,
}

/// What is wrong with a file, and where.
pub(super) struct Trouble {
    /// Line, or row of a sheet, from 1.
    pub(super) line: Option<u64>,
    pub(super) reason: String,
}

impl Trouble {
    pub(super) fn at(line: u64, reason: impl ToString) -> Self {
        Self { line: Some(line), reason: reason.to_string() }
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Broken(trouble)
    }
}

/// Takes a record and its line.
pub(super) type Take<'t> = dyn FnMut(Value, u64) -> Result<(), Stop> + 't;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Fields with commas, or what else is found, between them.
    Csv,
    /// Fields with tabs between them.
    Tsv,
    /// A workbook of Excel.
    Xlsx,
    /// A JSON array, an object with one, or a record on each line.
    Json,
    /// A JSON record on each line.
    Lines,
    /// XML.
    Xml,
}

impl Form {
    /// By the name of the file.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            "xlsx" => Self::Xlsx,
            "json" => Self::Json,
            "ndjson" | "jsonl" => Self::Lines,
            "xml" => Self::Xml,
            _ => return None,
        })
    }
}

/// Gives all records of a file. `places`: where in a JSON object they may be.
pub(super) fn read(
    path: &Path,
    form: Form,
    charset: &'static Encoding,
    table: &str,
    places: &[String],
    take: &mut Take<'_>,
) -> Result<(), Stop> {
    let open = || File::open(path);
    let text = || Ok::<_, Stop>(Text::new(open().map_err(|e| Trouble { line: None, reason: e.to_string() })?, charset));
    match form {
        Form::Csv => delimited::read(text()?, None, take),
        Form::Tsv => delimited::read(text()?, Some(b'\t'), take),
        Form::Json => lines::array(text()?, places, take),
        Form::Lines => lines::lines(text()?, take),
        Form::Xml => xml::read(text()?, xml::shape(text()?)?, take),
        Form::Xlsx => workbook::read(&open, table, take),
    }
}
