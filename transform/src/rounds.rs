//! The rounds of checks: those that stop the transform, error checks until they find no more, then what is only warned of.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf, ident};

use crate::checks::{self, Check, Severity};
use crate::contract::{KEY, REJECTS};
use crate::engine::Join;
use crate::rejects::{Hash, hash, internal};
use crate::run::Transform;
use crate::{Error, Result};

/// Most reasons that an error names.
const REASONS_MAX: usize = 10;

impl Transform<'_> {
    /// Runs the checks after which nothing may be published.
    ///
    /// # Errors
    /// `Stopped` with what the first of them found.
    pub(crate) async fn stop(&self, checks: &[Check]) -> Result<()> {
        for check in checks.iter().filter(|check| check.severity == Severity::Stop) {
            self.stop_if_asked()?;
            let found = check.run(&self.engine).await?;
            if !found.is_empty() {
                let reasons = found.into_iter().take(REASONS_MAX).map(|(.., reason)| reason).collect();
                return Err(Error::Stopped { file: check.query.path.clone(), reasons });
            }
        }
        Ok(())
    }

    /// Runs the error checks until they find no more rows.
    pub(crate) async fn reject(&mut self, checks: &[Check]) -> Result<()> {
        let mut due: Vec<&Check> = checks.iter().filter(|check| check.severity == Severity::Error).collect();
        while !due.is_empty() {
            let rejected = self.rejects.table()?;
            self.catalog.register(&self.contract.schema, REJECTS, rejected)?;
            let mut found = Vec::new();
            for check in &due {
                self.stop_if_asked()?;
                for (table, key, reason) in check.run(&self.engine).await? {
                    self.known(&table, check)?;
                    if self.rejects.refuse(&table, &key, &check.query.name, &reason) {
                        found.push((table, key, reason));
                    }
                }
            }
            let touched: BTreeSet<&String> = found.iter().map(|(table, ..)| table).collect();
            for table in &touched {
                self.hide_rejected(table)?;
            }
            due = checks
                .iter()
                .filter(|check| {
                    check.severity == Severity::Error && touched.iter().any(|table| check.query.reads(table))
                })
                .collect();
            self.rejects.list(&found)?;
        }
        Ok(())
    }

    fn known(&self, table: &str, check: &Check) -> Result<()> {
        if self.candidates.contains_key(table) {
            return Ok(());
        }
        let reason = format!("it returns rows of `{table}`, which is no contract table");
        Err(Error::File {
            file: check.query.path.clone(),
            reason,
            hint: "table_name is one of the tables of sql/contract/intercom.sql",
        })
    }

    /// Replaces a table that checks see by its rows that are not rejected.
    fn hide_rejected(&mut self, table: &str) -> Result<()> {
        let (Some(candidate), Some(keys)) = (self.candidates.get(table), self.rejects.keys(table)) else {
            return Ok(());
        };
        let provider = Arc::clone(&candidate.provider);
        let context = self.engine.context(Join::Hash);
        // The name tells this table and this state of it from others.
        let kept = kept(format!("_kept_{table}_{}", keys.len()), keys);
        let view = context.read_table(provider).and_then(|frame| frame.filter(kept.call(vec![ident(KEY)])));
        let view = view.map_err(Error::internal("hiding rejected rows"))?.into_view();
        self.catalog.register(&self.contract.schema, table, view)
    }

    pub(crate) async fn warn(&mut self, checks: &[Check]) -> Result<BTreeMap<String, u64>> {
        let rejected = self.rejects.table()?;
        self.catalog.register(&self.contract.schema, REJECTS, rejected)?;
        let mut counts = BTreeMap::new();
        for check in checks.iter().filter(|check| check.severity == Severity::Warn) {
            self.stop_if_asked()?;
            let rows = check.run(&self.engine).await?;
            for rows in rows.chunks(8_192) {
                let names: ArrayRef = Arc::new(StringArray::from(vec![check.query.name.as_str(); rows.len()]));
                let column = |text: fn(&checks::Bad) -> &String| -> ArrayRef {
                    Arc::new(rows.iter().map(|row| Some(text(row))).collect::<StringArray>())
                };
                let columns = vec![names, column(|row| &row.0), column(|row| &row.1), column(|row| &row.2)];
                let batch = RecordBatch::try_new(Arc::clone(self.warnings.schema()), columns).map_err(internal)?;
                self.warnings.write(&batch).await?;
                *counts.entry(check.query.name.clone()).or_default() += rows.len() as u64;
            }
        }
        Ok(counts)
    }
}

/// A function of one run: whether a key is not among the rejected ones.
fn kept(name: String, keys: Arc<HashMap<Hash, u32>>) -> ScalarUDF {
    use arrow::datatypes::DataType::{Boolean, Utf8};
    let call = move |args: &[ColumnarValue]| {
        let columns = ColumnarValue::values_to_arrays(args)?;
        let kept: BooleanArray = columns[0]
            .as_string::<i32>()
            .iter()
            .map(|key| Some(!keys.contains_key(&hash(key.unwrap_or_default()))))
            .collect();
        Ok(ColumnarValue::Array(Arc::new(kept)))
    };
    create_udf(&name, vec![Utf8], Boolean, Volatility::Immutable, Arc::new(call))
}
