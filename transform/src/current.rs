//! A table's current state where delta runs have added to it.
//!
//! ```text
//!  whole run ── rows whose key no later delta run has ──────┐
//!  delta runs ── the newest version of each, not deleted ───┴── the table
//! ```
//!
//! Only the rows of the delta runs are held or sorted: the whole run streams past their keys, which are a hash join's small side
//! also where everything else is joined by sorting.

use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Column, DataFusionError, Result};
use datafusion::datasource::{TableType, provider_as_source};
use datafusion::execution::SessionState;
use datafusion::functions_window::expr_fn::rank;
use datafusion::logical_expr::{Expr, ExprFunctionExt as _, JoinType, LogicalPlan, LogicalPlanBuilder, lit};
use datafusion::physical_plan::ExecutionPlan;

use crate::table::StageTable;

/// Column of a delta run that says a row is gone.
pub(crate) const DELETED: &str = "_deleted";
const RANK: &str = "_rank";
const WHOLE: &str = "whole";
const DELTA: &str = "delta";

/// A whole run and the delta runs after it, as one table.
#[derive(Debug)]
pub(crate) struct CurrentTable {
    schema: SchemaRef,
    plan: LogicalPlan,
}

impl CurrentTable {
    /// The state after `runs` delta runs, whose rows are `deltas`; rows are told apart by `key`.
    ///
    /// # Errors
    /// DataFusion's own where the tables lack these columns.
    pub(crate) fn new(whole: StageTable, deltas: StageTable, runs: usize, key: &[String]) -> Result<Self> {
        let schema = whole.schema();
        let of = |table: &str, name: &str| Column::new(Some(table), name);
        let columns = |table: &str| -> Vec<Expr> {
            schema.fields().iter().map(|field| Expr::Column(of(table, field.name()))).collect()
        };
        let keys = |table: &str| -> Vec<Column> { key.iter().map(|name| of(table, name)).collect() };
        let whole = LogicalPlanBuilder::scan(WHOLE, provider_as_source(Arc::new(whole)), None)?.build()?;
        let deltas = LogicalPlanBuilder::scan(DELTA, provider_as_source(Arc::new(deltas)), None)?;
        let untouched = deltas
            .clone()
            .project(keys(DELTA).into_iter().map(Expr::Column))?
            .join(whole, JoinType::RightAnti, (keys(DELTA), keys(WHOLE)), None)?
            .project(columns(WHOLE))?
            .build()?;
        let mut newest = deltas;
        if runs > 1 {
            let run = Expr::Column(of(DELTA, "run"));
            let rank = rank()
                .partition_by(keys(DELTA).into_iter().map(Expr::Column).collect())
                .order_by(vec![run.sort(false, false)])
                .build()?;
            newest = newest.window(vec![rank.alias(RANK)])?.filter(Expr::Column(RANK.into()).eq(lit(1_u64)))?;
        }
        let newest = newest.filter(Expr::Column(of(DELTA, DELETED)).is_not_true())?.project(columns(DELTA))?.build()?;
        Ok(Self { schema: Arc::clone(&schema), plan: LogicalPlanBuilder::from(untouched).union(newest)?.build()? })
    }
}

/// The columns without the mark of rows that are gone.
pub(crate) fn without_deleted(columns: &Schema) -> Schema {
    Schema::new(columns.fields().iter().filter(|f| f.name() != DELETED).cloned().collect::<Vec<_>>())
}

#[async_trait]
impl TableProvider for CurrentTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut plan = LogicalPlanBuilder::from(self.plan.clone());
        if let Some(projection) = projection {
            let columns: Vec<Expr> = projection
                .iter()
                .map(|at| Expr::Column(Column::from(self.plan.schema().qualified_field(*at))))
                .collect();
            plan = plan.project(columns)?;
        }
        let plan = plan.limit(0, limit)?.build()?;
        let state = state.as_any().downcast_ref::<SessionState>();
        let mut state =
            state.cloned().ok_or_else(|| DataFusionError::Internal("a session without state".to_owned()))?;
        state.config_mut().options_mut().optimizer.prefer_hash_join = true;
        state.create_physical_plan(&plan).await
    }
}
