//! A staged table as DataFusion reads it: exactly the Parquet files that manifests name, with the sizes and row counts the
//! manifests give, so that neither planning nor reading lists a folder or asks the store for a file's size.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::config::TableParquetOptions;
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, Result, ScalarValue, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use deskferry_staging::{Part, RunId};

/// One table over known Parquet files.
#[derive(Debug)]
pub(crate) struct StageTable {
    store: ObjectStoreUrl,
    columns: SchemaRef,
    run: Option<FieldRef>,
    schema: SchemaRef,
    files: Vec<PartitionedFile>,
    rows: Precision<usize>,
}

impl StageTable {
    /// A table of the given columns over files that all have them, or fewer.
    pub(crate) fn new(store: ObjectStoreUrl, columns: &Schema) -> Self {
        let columns = Arc::new(Schema::new(columns.fields().iter().map(|f| readable(f)).collect::<Fields>()));
        Self { store, schema: Arc::clone(&columns), columns, run: None, files: Vec::new(), rows: Precision::Exact(0) }
    }

    /// Adds the column `run`, which tells of each row in which run it is.
    pub(crate) fn with_run(mut self) -> Self {
        let run = Arc::new(Field::new("run", DataType::Utf8, false));
        let fields = self.columns.fields().iter().cloned().chain([Arc::clone(&run)]);
        self.schema = Arc::new(Schema::new(fields.collect::<Fields>()));
        self.run = Some(run);
        self
    }

    /// Adds files of a run. `counted` says whether the parts' row counts are known.
    pub(crate) fn with_parts(mut self, run: Option<&RunId>, parts: &[Part], counted: bool) -> Self {
        for part in parts.iter().filter(|part| part.rows > 0 || !counted) {
            let mut file = PartitionedFile::new(part.path.clone(), part.bytes);
            if let (Some(run), true) = (run, self.run.is_some()) {
                file = file.with_partition_values(vec![ScalarValue::Utf8(Some(run.to_string()))]);
            }
            self.files.push(file);
        }
        let rows = parts.iter().map(|part| part.rows as usize).sum();
        self.rows = if counted { self.rows.add(&Precision::Exact(rows)) } else { Precision::Absent };
        self
    }
}

/// Text is read as Utf8. A batch of Utf8View that has been sorted or joined points into the buffers of thousands of others and
/// counts all of them as its own memory, so that sorts of long texts would not fit into any memory limit.
fn readable(field: &Field) -> FieldRef {
    let data_type = match field.data_type() {
        DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
        other => other.clone(),
    };
    Arc::new(Field::new(field.name(), data_type, true))
}

#[async_trait]
impl TableProvider for StageTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        // The physical optimizer hands filters to the Parquet reader; the logical plan keeps them.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    fn statistics(&self) -> Option<Statistics> {
        Some(self.known())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if self.files.is_empty() {
            let schema = match projection {
                Some(projection) => Arc::new(self.schema.project(projection)?),
                None => self.schema(),
            };
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let schema = TableSchema::builder(Arc::clone(&self.columns))
            .with_table_partition_cols(self.run.iter().cloned().collect::<Vec<_>>())
            .build();
        let options =
            TableParquetOptions { global: state.config_options().execution.parquet.clone(), ..Default::default() };
        let config = FileScanConfigBuilder::new(self.store.clone(), Arc::new(ParquetSource::new(schema)))
            .with_file_groups(vec![FileGroup::new(self.files.clone())])
            .with_statistics(self.known())
            .with_projection_indices(projection.cloned())?
            .with_limit(if filters.is_empty() { limit } else { None })
            .build();
        ParquetFormat::default().with_options(options).create_physical_plan(state, config).await
    }
}

impl StageTable {
    fn known(&self) -> Statistics {
        let bytes = self.files.iter().map(|file| file.object_meta.size as usize).sum();
        Statistics {
            num_rows: self.rows,
            total_byte_size: Precision::Inexact(bytes),
            column_statistics: vec![ColumnStatistics::new_unknown(); self.schema.fields().len()],
        }
    }
}
