//! `information_schema` with what columns mean: DataFusion's own, but `columns` has a `comment` and knows what is never NULL.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
use async_trait::async_trait;
use datafusion::catalog::information_schema::{INFORMATION_SCHEMA, InformationSchemaProvider};
use datafusion::catalog::{CatalogProviderList, MemTable, SchemaProvider, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::{TableType, ViewTable, provider_as_source};
use datafusion::functions::expr_fn::coalesce;
use datafusion::logical_expr::{JoinType, LogicalPlanBuilder, col, lit, when};

use crate::comments::Comments;
use crate::engine::{CATALOG, Engine, Join};
use crate::{Error, catalog};

/// The table that is more than DataFusion's.
const COLUMNS: &str = "columns";

#[derive(Debug)]
struct Information {
    tables: Arc<dyn CatalogProviderList>,
    standard: InformationSchemaProvider,
    comments: Comments,
}

/// Makes the schema known.
///
/// # Errors
/// `Internal`.
pub(crate) fn register(engine: &Engine, comments: Comments) -> crate::Result<()> {
    let context = engine.context(Join::Hash);
    let tables = Arc::clone(context.state().catalog_list());
    let standard = InformationSchemaProvider::new(Arc::clone(&tables));
    let schema = Arc::new(Information { tables, standard, comments });
    let catalog = context.catalog(CATALOG);
    let registered = catalog.map_or(Ok(None), |catalog| catalog.register_schema(INFORMATION_SCHEMA, schema));
    registered.map(drop).map_err(Error::internal("registering information_schema"))
}

impl Information {
    /// The comments there are: schema, table, column, comment, whether it is NOT NULL.
    async fn comments(&self) -> Result<RecordBatch> {
        let mut rows = Vec::new();
        for schema_name in catalog::schemas(&self.tables) {
            let Some(schema) = self.tables.catalog(CATALOG).and_then(|c| c.schema(&schema_name)) else { continue };
            for table_name in schema.table_names() {
                let Some(table) = schema.table(&table_name).await? else { continue };
                for field in table.schema().fields() {
                    let known = self.comments.of(&schema_name, &table_name, field.name());
                    rows.extend(
                        known.map(|known| (schema_name.clone(), table_name.clone(), field.name().clone(), known)),
                    );
                }
            }
        }
        let text = |of: fn(&(String, String, String, crate::comments::Known)) -> &str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(rows.iter().map(of)))
        };
        let required: ArrayRef = Arc::new(rows.iter().map(|row| Some(row.3.required)).collect::<BooleanArray>());
        let columns = [
            ("of_schema", text(|row| &row.0)),
            ("of_table", text(|row| &row.1)),
            ("of_column", text(|row| &row.2)),
            ("comment", text(|row| &row.3.comment)),
            ("required", required),
        ];
        Ok(RecordBatch::try_from_iter(columns)?)
    }

    async fn columns(&self) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(standard) = self.standard.table(COLUMNS).await? else { return Ok(None) };
        let mut select: Vec<_> = standard.schema().fields().iter().map(|field| col(field.name())).collect();
        for column in &mut select {
            if *column == col("is_nullable") {
                let nullable =
                    when(coalesce(vec![col("required"), lit(false)]), lit("NO")).otherwise(col("is_nullable"))?;
                *column = nullable.alias("is_nullable");
            }
        }
        select.push(col("comment"));
        let comments = self.comments().await?;
        let comments = MemTable::try_new(comments.schema(), vec![vec![comments]])?;
        let comments = LogicalPlanBuilder::scan("comments", provider_as_source(Arc::new(comments)), None)?.build()?;
        let (left, right) = (["table_schema", "table_name", "column_name"], ["of_schema", "of_table", "of_column"]);
        let plan = LogicalPlanBuilder::scan(COLUMNS, provider_as_source(standard), None)?
            .join(comments, JoinType::Left, (left.to_vec(), right.to_vec()), None)?
            .project(select)?
            .build()?;
        Ok(Some(Arc::new(ViewTable::new(plan, None))))
    }
}

#[async_trait]
impl SchemaProvider for Information {
    fn table_names(&self) -> Vec<String> {
        self.standard.table_names()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        if name == COLUMNS { self.columns().await } else { self.standard.table(name).await }
    }

    async fn table_type(&self, name: &str) -> Result<Option<TableType>> {
        Ok(self.table_exist(name).then_some(TableType::View))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.standard.table_exist(name)
    }
}
