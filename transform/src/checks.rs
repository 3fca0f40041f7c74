//! Checks: `sql/checks/*.sql` and `sql/<source>/checks/*.sql`, each one SELECT that returns bad rows as `table_name, source_key, reason`.
//!
//! A file begins with `-- <what it proves>` and `-- severity: stop`, `error` or `warn`. A row of a stop check ends the transform:
//! something would go where it does not belong, and leaving rows out would not heal it. Rows of an error check leave their table; then the error checks that read such a table run again, until none finds more: that is how the parts of a rejected
//! conversation and the files of those parts go with it. Rows of a warn check stay and are listed in `warnings`.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use crate::engine::Engine;
use crate::inputs::Inputs;
use crate::models::Model;
use crate::{Error, Result};

/// What becomes of the rows that a check returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    /// Nothing is published.
    Stop,
    /// They are rejected.
    Error,
    /// They are listed.
    Warn,
}

/// One check.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) query: Model,
    pub(crate) severity: Severity,
}

/// A row that a check returned.
pub(crate) type Bad = (String, String, String);

const HINT: &str = "a check begins with `-- <what it proves>` and `-- severity: stop`, `error` or `warn`, and returns \
                    table_name, source_key, reason";

/// The checks by name.
///
/// # Errors
/// `File` for one without head or that is not one SELECT.
pub(crate) fn all(inputs: &Inputs<'_>) -> Result<Vec<Check>> {
    let files = inputs.checks();
    files
        .into_iter()
        .map(|file| {
            let head: Vec<&str> = file.text.lines().map_while(|line| line.strip_prefix("--")).map(str::trim).collect();
            let severity = head.iter().find_map(|line| line.strip_prefix("severity:")).map(str::trim);
            let severity = match (head.first(), severity) {
                (Some(first), Some("stop")) if !first.starts_with("severity") => Severity::Stop,
                (Some(first), Some("error")) if !first.starts_with("severity") => Severity::Error,
                (Some(first), Some("warn")) if !first.starts_with("severity") => Severity::Warn,
                _ => {
                    return Err(Error::File {
                        file: file.path.to_owned(),
                        reason: "its head is not that of a check".into(),
                        hint: HINT,
                    });
                }
            };
            Ok(Check { query: Model::parse(file, inputs.contract)?, severity })
        })
        .collect()
}

impl Check {
    /// The bad rows.
    ///
    /// # Errors
    /// `Sql`; `File` where its columns are not those of a check.
    pub(crate) async fn run(&self, engine: &Engine) -> Result<Vec<Bad>> {
        let mut bad = Vec::new();
        for batch in engine.collect(&self.query.path, &self.query.sql).await? {
            let columns = ["table_name", "source_key", "reason"].map(|name| self.column(&batch, name));
            let [tables, keys, reasons] = columns;
            let (tables, keys, reasons) = (tables?, keys?, reasons?);
            let (tables, keys, reasons) = (tables.as_string_view(), keys.as_string_view(), reasons.as_string_view());
            for row in 0..batch.num_rows() {
                let text = |column: &arrow::array::StringViewArray| {
                    if column.is_null(row) { String::new() } else { column.value(row).to_owned() }
                };
                bad.push((text(tables), text(keys), text(reasons)));
            }
        }
        Ok(bad)
    }

    fn column(&self, batch: &RecordBatch, name: &str) -> Result<ArrayRef> {
        let found = batch.column_by_name(name).and_then(|column| cast(column, &DataType::Utf8View).ok());
        let reason = || format!("it has no column `{name}`");
        found.ok_or_else(|| Error::File { file: self.query.path.clone(), reason: reason(), hint: HINT })
    }
}
