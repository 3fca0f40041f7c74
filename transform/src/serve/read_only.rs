//! What may be asked over the PostgreSQL protocol: what reads. All else is refused before it is planned further.

use async_trait::async_trait;
use datafusion::common::ParamValues;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{Set, Statement};
use datafusion_postgres::QueryHook;
use datafusion_postgres::hooks::HookClient;
use datafusion_postgres::pgwire::api::ClientInfo;
use datafusion_postgres::pgwire::api::results::{Response, Tag};
use datafusion_postgres::pgwire::error::{ErrorInfo, PgWireError, PgWireResult};

use super::told;
use crate::question::{NoTables, is_a_question, only_reads, planned};
use crate::{Error, Result};

/// Looks at every statement first.
pub(super) struct ReadOnly {
    no_tables: NoTables,
}

impl ReadOnly {
    pub(super) fn new(no_tables: NoTables) -> Self {
        Self { no_tables }
    }

    /// Whether a statement only reads; those that are about the connection go on to the other hooks.
    async fn check(&self, statement: &Statement, context: &SessionContext) -> Result<()> {
        match statement {
            Statement::Set(Set::SingleAssignment { variable, .. })
                if variable.to_string().to_lowercase().starts_with("datafusion.") =>
            {
                let text = format!("{variable} holds for every connection");
                let source = datafusion::common::DataFusionError::Configuration(text);
                Err(Error::NotReadOnly { source: Box::new(source) })
            }
            Statement::Set(_)
            | Statement::ShowVariable { .. }
            | Statement::ShowStatus { .. }
            | Statement::ShowCatalogs { .. }
            | Statement::StartTransaction { .. }
            | Statement::Commit { .. }
            | Statement::Rollback { .. }
            | Statement::Savepoint { .. }
            | Statement::ReleaseSavepoint { .. }
            | Statement::Fetch { .. }
            | Statement::Close { .. }
            | Statement::Discard { .. }
            | Statement::Deallocate { .. } => Ok(()),
            Statement::Declare { stmts } => {
                for query in stmts.iter().filter_map(|declared| declared.for_query.clone()) {
                    self.reads(Statement::Query(query), context).await?;
                }
                Ok(())
            }
            statement => self.reads(statement.clone(), context).await,
        }
    }

    async fn reads(&self, statement: Statement, context: &SessionContext) -> Result<()> {
        let statement = Parsed::Statement(Box::new(statement));
        is_a_question(&statement)?;
        let plan = context.state().statement_to_plan(statement).await;
        only_reads(&planned(plan, &self.no_tables)?)
    }
}

#[async_trait]
impl QueryHook for ReadOnly {
    async fn handle_simple_query(
        &self,
        statement: &Statement,
        context: &SessionContext,
        _client: &mut dyn HookClient,
    ) -> Option<PgWireResult<Response>> {
        if let Err(error) = self.check(statement, context).await {
            return Some(Err(told(&error)));
        }
        // What pools send between two users of a connection, and drivers around a question: there is nothing to forget or to keep.
        match statement {
            Statement::Savepoint { .. } => Some(Ok(Response::Execution(Tag::new("SAVEPOINT")))),
            Statement::ReleaseSavepoint { .. } => Some(Ok(Response::Execution(Tag::new("RELEASE")))),
            Statement::Discard { .. } => Some(Ok(Response::Execution(Tag::new("DISCARD ALL")))),
            Statement::Deallocate { .. } => Some(Ok(Response::Execution(Tag::new("DEALLOCATE")))),
            _ => None,
        }
    }

    async fn handle_extended_parse_query(
        &self,
        statement: &Statement,
        context: &SessionContext,
        _client: &(dyn ClientInfo + Send + Sync),
    ) -> Option<PgWireResult<LogicalPlan>> {
        // Asked what such a cursor gives, the server would not answer.
        if matches!(statement, Statement::Declare { .. }) {
            let text = "a cursor can be declared by a plain query only, as psql and psycopg2 do it".to_owned();
            let mut info = ErrorInfo::new("ERROR".to_owned(), "0A000".to_owned(), text);
            info.hint = Some("read without a named cursor: rows come as they are made".to_owned());
            return Some(Err(PgWireError::UserError(Box::new(info))));
        }
        let checked = self.check(statement, context).await;
        checked.err().map(|error| Err(told(&error)))
    }

    async fn handle_extended_query(
        &self,
        _statement: &Statement,
        _plan: &LogicalPlan,
        _parameters: &ParamValues,
        _context: &SessionContext,
        _client: &mut dyn HookClient,
    ) -> Option<PgWireResult<Response>> {
        // Checked when it was parsed.
        None
    }
}
