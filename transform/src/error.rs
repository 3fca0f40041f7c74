//! What can go wrong in a transform, and what the user should do about it.

use arrow::error::ArrowError;
use datafusion::common::DataFusionError;
use datafusion::sql::sqlparser::parser::ParserError;
use deskferry_staging::Kind;

/// An error of the transform.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The stage refused.
    #[error(transparent)]
    Stage(#[from] deskferry_staging::Error),
    /// Nothing has been extracted.
    #[error("no run of `{source_name}` in the stage")]
    NoExtract {
        /// The source's name.
        source_name: String,
    },
    /// There are no models for a source.
    #[error("no models in `sql/{source_name}/`")]
    NoModels {
        /// The source's name.
        source_name: String,
    },
    /// There is no model of this name.
    #[error("no model makes `{name}`")]
    NoModel {
        /// The name.
        name: String,
        /// The models there are.
        known: String,
    },
    /// A model, check or query file is not what it must be.
    #[error("`{file}`: {reason}")]
    File {
        /// Its path.
        file: String,
        /// What is wrong.
        reason: String,
        /// What to do.
        hint: &'static str,
    },
    /// Models need each other in a circle.
    #[error("models need each other in a circle: {}", files.join(" -> "))]
    Cycle {
        /// Their paths, each needing the next.
        files: Vec<String>,
    },
    /// DataFusion refused SQL.
    #[error("{place}: the SQL does not work")]
    Sql {
        /// File and, where known, line and column.
        place: String,
        /// What else DataFusion says about it.
        hint: Option<String>,
        /// DataFusion's own error.
        #[source]
        source: Box<DataFusionError>,
    },
    /// A query names a table that is not there.
    #[error("there is no table `{name}`")]
    NoTable {
        /// As DataFusion or the caller named it.
        name: String,
        /// Tables that there are, the one most like it first.
        near: Vec<String>,
        /// Nothing has been published yet.
        empty: bool,
    },
    /// A query names a column that its tables do not have.
    #[error("there is no column `{name}`")]
    NoColumn {
        /// As the query names it.
        name: String,
        /// Columns that there are, the one most like it first.
        near: Vec<String>,
    },
    /// A file of the stage is not as its manifest says.
    #[error("{table} of run {run} cannot be read")]
    Damaged {
        /// Schema and table.
        table: String,
        /// The run that has the file.
        run: String,
        /// Which file, and what is wrong with it.
        source: Box<deskferry_staging::Error>,
    },
    /// A file could not be read although it is as its manifest says.
    #[error("the stage cannot be read")]
    Unreadable {
        /// DataFusion's own error.
        source: Box<DataFusionError>,
    },
    /// The PostgreSQL protocol cannot be served.
    #[error("cannot serve on {address}")]
    Serve {
        /// Where.
        address: String,
        /// The system's error.
        source: std::io::Error,
    },
    /// A model's columns are not those of its contract table.
    #[error("`{file}` does not give what the contract wants for `{table}`: {}", problems.join("; "))]
    Contract {
        /// The model.
        file: String,
        /// The contract.
        contract: String,
        /// Its table.
        table: String,
        /// Missing, additional and different columns.
        problems: Vec<String>,
    },
    /// A check found what must not be loaded in any part.
    #[error("`{file}`: {}", reasons.join("; "))]
    Stopped {
        /// The check.
        file: String,
        /// What it found, the first of it.
        reasons: Vec<String>,
    },
    /// A query is not one that only reads.
    #[error("only SELECT, EXPLAIN, SHOW and DESCRIBE are possible")]
    NotReadOnly {
        /// DataFusion's own error.
        #[source]
        source: Box<DataFusionError>,
    },
    /// Two tables cannot be compared.
    #[error("{what}")]
    Diff {
        /// Why not.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The memory limit is too small even with sorting on disk.
    #[error("{place}: {bytes} bytes of memory are not enough")]
    Memory {
        /// File or query.
        place: String,
        /// The limit.
        bytes: usize,
        /// DataFusion's own error.
        #[source]
        source: Box<DataFusionError>,
    },
    /// No room for intermediate results on the local disk.
    #[error("cannot use a temporary folder")]
    Scratch(#[source] std::io::Error),
    /// The user asked to stop.
    #[error("stopped before the run was published")]
    Cancelled,
    /// Arrow or DataFusion failed where that cannot happen.
    #[error("{doing} failed")]
    Internal {
        /// What was being done.
        doing: String,
        /// The cause.
        #[source]
        source: Box<DataFusionError>,
    },
}

impl Error {
    /// What to do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Stage(error) => error.kind(),
            Self::Damaged { .. } => Kind::Data,
            Self::Cancelled | Self::Scratch(_) | Self::Unreadable { .. } => Kind::Unavailable,
            Self::Internal { .. } => Kind::Internal,
            _ => Kind::Invalid,
        }
    }

    /// What the user can do, where there is more to say than the error says.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Stage(error) => error.hint()?,
            Self::NoExtract { .. } => "run `deskferry extract` first",
            Self::NoModels { .. } => "a source needs a folder of models; `sql/README.md` says what a model is",
            Self::NoModel { known, .. } => return Some(format!("the models are: {known}")),
            Self::File { hint, .. } => hint,
            Self::Cycle { .. } => "take what both need into a model of its own",
            Self::Sql { hint, .. } => return hint.clone(),
            Self::NoTable { empty: true, .. } => "nothing has been staged yet: run `deskferry extract`",
            Self::NoTable { near, .. } => {
                return Some(format!("there are {} … `SHOW TABLES` lists them all", near.join(", ")));
            }
            Self::NoColumn { near, .. } => {
                return Some(format!("there are {} … `DESCRIBE table` lists them all", near.join(", ")));
            }
            Self::Damaged { .. } => {
                "put the file back from a copy of the stage, or run `deskferry extract` (of intercom.*: `deskferry transform`), which writes a new run; `sql --run RUN` reads an earlier one"
            }
            Self::Unreadable { .. } => "see that the store can be reached, then ask again",
            Self::Serve { .. } => "choose an address of this machine and a port that is free",
            Self::Diff { hint, .. } => return Some(hint.clone()),
            Self::Contract { contract, .. } => {
                return Some(format!("`sql/contract/{contract}.sql` lists the columns and their types"));
            }
            Self::Stopped { .. } => "nothing was published; correct what is named, in the source or in mapping/*.csv",
            Self::NotReadOnly { .. } => "the stage is changed only by extract, transform and load",
            Self::Memory { .. } => "allow more memory with [transform] memory_mib, or read fewer rows or columns",
            Self::Scratch(_) => "see that the temporary folder exists and has room, or set TMPDIR to another",
            Self::Cancelled => "run the same command again: it starts anew",
            Self::Internal { .. } => return None,
        };
        Some(text.to_owned())
    }

    /// For SQL out of a file: finds line and column in what DataFusion says.
    pub(crate) fn sql(file: &str) -> impl FnOnce(DataFusionError) -> Self + use<> {
        let file = file.to_owned();
        move |source| {
            let mut hint = None;
            let mut place = format!("`{file}`");
            if let Some(diagnostic) = source.diagnostic() {
                let notes =
                    diagnostic.helps.iter().map(|h| &h.message).chain(diagnostic.notes.iter().map(|n| &n.message));
                hint = notes.map(String::as_str).reduce(|first, _| first).map(str::to_owned);
                if let Some(span) = diagnostic.span {
                    place = format!("`{file}` line {}, column {}", span.start.line, span.start.column);
                }
            }
            if let Some((line, column)) = parser_place(&source) {
                place = format!("`{file}` line {line}, column {column}");
            }
            if hint.is_none() && source.to_string().contains("->") {
                hint = Some("write JSON access in parentheses: (_extra ->> 'name') = 'value'".to_owned());
            }
            if hint.is_none() && missing_table(&source).is_some() {
                let text = "`deskferry sql \"SHOW TABLES\"` lists the tables there are; `deskferry extract` without names stages all";
                hint = Some(text.to_owned());
            }
            Self::Sql { place, hint, source: Box::new(source) }
        }
    }

    /// For a question that cannot be planned: a statement that is no query is refused as such.
    pub(crate) fn query(source: DataFusionError) -> Self {
        match source.find_root() {
            DataFusionError::NotImplemented(text) if text.starts_with("Unsupported SQL statement") => {
                Self::NotReadOnly { source: Box::new(source) }
            }
            _ => Self::sql("query")(source),
        }
    }

    pub(crate) fn internal(doing: &str) -> impl FnOnce(DataFusionError) -> Self + use<> {
        let doing = doing.to_owned();
        move |source| Self::Internal { doing, source: Box::new(source) }
    }
}

/// The table that DataFusion does not know, without our catalog's name.
pub(crate) fn missing_table(error: &DataFusionError) -> Option<String> {
    let DataFusionError::Plan(text) = error.find_root() else { return None };
    let name = text.strip_prefix("table '")?.strip_suffix("' not found")?;
    Some(name.strip_prefix(crate::engine::CATALOG).and_then(|name| name.strip_prefix('.')).unwrap_or(name).to_owned())
}

/// Where the parser stopped: line and column, from 1.
fn parser_place(error: &DataFusionError) -> Option<(&str, &str)> {
    let DataFusionError::SQL(error, _) = error.find_root() else { return None };
    let (ParserError::ParserError(text) | ParserError::TokenizerError(text)) = error.as_ref() else { return None };
    let (line, rest) = text.rsplit_once(" at Line: ")?.1.split_once(", Column: ")?;
    Some((line, rest.split(|c: char| !c.is_ascii_digit()).next()?))
}

/// Whether a file could not be read or is no Parquet.
pub(crate) fn is_of_a_file(error: &DataFusionError) -> bool {
    match error.find_root() {
        DataFusionError::ObjectStore(_) | DataFusionError::ParquetError(_) | DataFusionError::IoError(_) => true,
        DataFusionError::ArrowError(error, _) => matches!(
            error.as_ref(),
            ArrowError::ExternalError(_) | ArrowError::ParquetError(_) | ArrowError::IoError(..)
        ),
        DataFusionError::External(error) => error.is::<object_store::Error>(),
        _ => false,
    }
}

/// Whether DataFusion ran out of its memory pool.
pub(crate) fn is_out_of_memory(error: &DataFusionError) -> bool {
    matches!(error.find_root(), DataFusionError::ResourcesExhausted(_))
}

/// Result of the transform.
pub type Result<T, E = Error> = std::result::Result<T, E>;
