//! What may be asked, and what is said where it cannot be: only what reads is planned.

use datafusion::common::{Column, SchemaError};
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::Statement as SqlStatement;

use crate::error::missing_table;
use crate::{Error, Result, nearest};

/// Refuses a statement that is neither SELECT, EXPLAIN, SHOW nor DESCRIBE, whatever it names.
pub(crate) fn is_a_question(statement: &Statement) -> Result<()> {
    let asks = match statement {
        Statement::Explain(_) => true,
        Statement::Statement(inner) => matches!(
            inner.as_ref(),
            SqlStatement::Query(_)
                | SqlStatement::Explain { .. }
                | SqlStatement::ExplainTable { .. }
                | SqlStatement::ShowTables { .. }
                | SqlStatement::ShowColumns { .. }
                | SqlStatement::ShowFunctions { .. }
                | SqlStatement::ShowVariable { .. }
                | SqlStatement::ShowSchemas { .. }
                | SqlStatement::ShowDatabases { .. }
                | SqlStatement::ShowCreate { .. }
        ),
        _ => false,
    };
    if asks {
        return Ok(());
    }
    let text = statement.to_string();
    let begin: String = text.chars().take(40).collect();
    Err(Error::NotReadOnly { source: Box::new(DataFusionError::Plan(format!("`{begin}` is none of them"))) })
}

/// The tables there are instead of one that is not.
#[derive(Debug, Clone)]
pub(crate) struct NoTables {
    /// As `schema.table`.
    pub(crate) tables: Vec<String>,
    /// Nothing has been published yet.
    pub(crate) is_empty: bool,
}

impl NoTables {
    /// The error that says so.
    pub(crate) fn of(&self, name: &str) -> Error {
        Error::NoTable { name: name.to_owned(), near: nearest::to(name, &self.tables), empty: self.is_empty }
    }
}

/// The plan of a query, or why there is none.
pub(crate) fn planned(
    plan: std::result::Result<LogicalPlan, DataFusionError>,
    no_tables: &NoTables,
) -> Result<LogicalPlan> {
    plan.map_err(|error| {
        if let Some(name) = missing_table(&error) {
            return no_tables.of(&name);
        }
        match error.find_root() {
            DataFusionError::SchemaError(missing, _) => match missing.as_ref() {
                SchemaError::FieldNotFound { field, valid_fields } => {
                    let names: Vec<String> = valid_fields.iter().map(Column::flat_name).collect();
                    let (name, near) = (field.flat_name(), nearest::to(&field.flat_name(), &names));
                    Error::NoColumn { name, near }
                }
                _ => Error::query(error),
            },
            _ => Error::query(error),
        }
    })
}

/// Whether a plan changes nothing.
pub(crate) fn only_reads(plan: &LogicalPlan) -> Result<()> {
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    options.verify_plan(plan).map_err(|source| Error::NotReadOnly { source: Box::new(source) })
}
