//! `pg_description` with what columns mean, where DBeaver and others look for it; the rest of `pg_catalog` stays as it is.
//! psql asks the function `col_description` for the same.

use std::sync::Arc;

use arrow::array::RecordBatch;
use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::{MemTable, TableType};
use datafusion::prelude::SessionContext;

use crate::engine::CATALOG;

const PG_CATALOG: &str = "pg_catalog";
const TABLE: &str = "pg_description";

/// Comments by the numbers that `pg_catalog` gives tables and columns; 1259 is `pg_class` itself.
const DESCRIPTIONS: &str =
    "SELECT c.oid AS objoid, CAST(1259 AS INT) AS classoid, CAST(a.attnum AS INT) AS objsubid, k.comment AS description
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
JOIN information_schema.columns AS k
    ON k.table_schema = n.nspname AND k.table_name = c.relname AND k.column_name = a.attname
WHERE k.comment IS NOT NULL";

#[derive(Debug)]
struct Described {
    standard: Arc<dyn SchemaProvider>,
    descriptions: Arc<dyn TableProvider>,
}

/// Puts the comments into `pg_catalog`; returns them.
///
/// # Errors
/// DataFusion's own.
pub(super) async fn register(context: &SessionContext) -> Result<Vec<RecordBatch>> {
    let Some(catalog) = context.catalog(CATALOG) else { return Ok(Vec::new()) };
    let Some(standard) = catalog.schema(PG_CATALOG) else { return Ok(Vec::new()) };
    let found = context.sql(DESCRIPTIONS).await?;
    let columns = Arc::new(found.schema().as_arrow().clone());
    let rows = found.collect().await?;
    let descriptions = Arc::new(MemTable::try_new(columns, vec![rows.clone()])?);
    catalog.register_schema(PG_CATALOG, Arc::new(Described { standard, descriptions }))?;
    Ok(rows)
}

#[async_trait]
impl SchemaProvider for Described {
    fn table_names(&self) -> Vec<String> {
        self.standard.table_names()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if name == TABLE { Ok(Some(Arc::clone(&self.descriptions))) } else { self.standard.table(name).await }
    }

    async fn table_type(&self, name: &str) -> Result<Option<TableType>> {
        self.standard.table_type(name).await
    }

    fn table_exist(&self, name: &str) -> bool {
        self.standard.table_exist(name)
    }
}
