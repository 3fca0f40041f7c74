//! The DataFusion session itself: how much memory it may use, where it sorts what does not fit, and what it can be asked.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::ScalarUDF;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use futures::TryStreamExt as _;
use object_store::ObjectStore;

use crate::error::{is_of_a_file, is_out_of_memory};
use crate::inputs::Inputs;
use crate::{Error, Result, functions};

/// Rows of a batch. Messages can be long, so batches are short.
const BATCH_ROWS: usize = 2_048;
/// Name of the catalog; SQL does not need it.
pub(crate) const CATALOG: &str = "deskferry";

/// How a query is run. Hash joins are fast but hold one side in memory; one partition instead of several leaves each sort, and the one
/// side of each join, more of it. DataFusion 55 plans sort-merge joins with two partitions or more only: with one, joins of
/// equal keys are hash joins all the same, and what they hold must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    Hash,
    SortMerge,
}

/// A session with a bounded memory pool.
#[derive(Clone)]
pub(crate) struct Engine {
    hash: SessionContext,
    merge: SessionContext,
    memory_bytes: usize,
}

impl Engine {
    /// A session without tables; those whose schema is not named are of the contract's.
    pub(crate) fn new(inputs: &Inputs<'_>) -> Result<Self> {
        let Inputs { memory_bytes, partitions, contract, .. } = *inputs;
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(memory_bytes)))
            .build_arc()
            .map_err(Error::internal("opening a session"))?;
        let mut config =
            SessionConfig::new().with_default_catalog_and_schema(CATALOG, contract).with_batch_size(BATCH_ROWS);
        if partitions > 0 {
            config = config.with_target_partitions(partitions);
        }
        // DataFusion 55 finds the column of such a filter by its name: of two tables that both have a `uuid` the wrong one loses rows
        // (apache/datafusion#25244, mended after 55.2).
        config = config.set_bool("datafusion.optimizer.enable_dynamic_filter_pushdown", false);
        let options = config.options_mut();
        options.sql_parser.collect_spans = true;
        // VARCHAR is Utf8, as tables are read: see `table.rs`.
        options.sql_parser.map_string_types_to_utf8view = false;
        // What a sort keeps back for merging; several sorts run side by side.
        options.execution.sort_spill_reservation_bytes = (memory_bytes / 64).clamp(512 << 10, 10 << 20);
        options.execution.parquet.pushdown_filters = true;
        let state =
            SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).with_default_features().build();
        let mut hash = SessionContext::new_with_state(state);
        functions::register(&mut hash).map_err(Error::internal("opening a session"))?;

        let mut config = hash.copied_config().with_target_partitions(1);
        config.options_mut().optimizer.prefer_hash_join = false;
        let state = SessionStateBuilder::new_from_existing(hash.state()).with_config(config).build();
        Ok(Self { hash, merge: SessionContext::new_with_state(state), memory_bytes })
    }

    /// The session for one way of joining; both see the same tables.
    pub(crate) fn context(&self, join: Join) -> &SessionContext {
        match join {
            Join::Hash => &self.hash,
            Join::SortMerge => &self.merge,
        }
    }

    /// The same session with one more function, or with another of its name.
    pub(crate) fn with(&self, function: ScalarUDF) -> Self {
        let extended = |context: &SessionContext| {
            let context = SessionContext::new_with_state(context.state());
            context.register_udf(function.clone());
            context
        };
        Self { hash: extended(&self.hash), merge: extended(&self.merge), memory_bytes: self.memory_bytes }
    }

    /// Makes a store known under a URL of ours.
    pub(crate) fn register_store(&self, url: &ObjectStoreUrl, store: Arc<dyn ObjectStore>) {
        self.hash.runtime_env().register_object_store(url.as_ref(), store);
    }

    /// Plans a query of a file.
    pub(crate) async fn plan(&self, file: &str, sql: &str, join: Join) -> Result<DataFrame> {
        self.context(join).sql(sql).await.map_err(Error::sql(file))
    }

    /// Runs a query of a file whose answer is small. Hash joins are tried first; where they need more memory than there is,
    /// the query runs again with sort-merge joins. There is at least one batch, so that the columns are known.
    pub(crate) async fn collect(&self, file: &str, sql: &str) -> Result<Vec<RecordBatch>> {
        match self.collect_with(file, sql, Join::Hash).await {
            Err(Error::Memory { .. }) => self.collect_with(file, sql, Join::SortMerge).await,
            done => done,
        }
    }

    async fn collect_with(&self, file: &str, sql: &str, join: Join) -> Result<Vec<RecordBatch>> {
        let stream = self.stream(file, self.plan(file, sql, join).await?).await?;
        let schema = stream.schema();
        let mut batches: Vec<RecordBatch> = stream.try_collect().await.map_err(self.failed(file))?;
        if batches.is_empty() {
            batches.push(RecordBatch::new_empty(schema));
        }
        Ok(batches)
    }

    /// Starts a query.
    pub(crate) async fn stream(&self, file: &str, frame: DataFrame) -> Result<SendableRecordBatchStream> {
        frame.execute_stream().await.map_err(self.failed(file))
    }

    /// What a failure while a query runs means.
    pub(crate) fn failed(&self, file: &str) -> impl Fn(DataFusionError) -> Error + use<> {
        let (file, bytes) = (file.to_owned(), self.memory_bytes);
        move |source| match source {
            source if is_out_of_memory(&source) => {
                Error::Memory { place: format!("`{file}`"), bytes, source: Box::new(source) }
            }
            source if is_of_a_file(&source) => Error::Unreadable { source: Box::new(source) },
            source => Error::sql(&file)(source),
        }
    }
}
