//! Functions of PostgreSQL that its clients call before a person asks anything, and that datafusion-postgres does not have. Most ask for
//! what a stage has not, such as the size of a table in a database: these are NULL.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::ScalarUDF;
use datafusion::prelude::SessionContext;

use crate::functions::scalar::{Arguments, Kind, Scalar};

/// What `version()` says: clients read the number and take features by it; the protocol's handshake names the same.
const VERSION: &str = concat!("PostgreSQL 16.6 (deskferry ", env!("CARGO_PKG_VERSION"), ")");
/// Functions that are of the same value for everything they are asked of.
const SAME: [(&str, ScalarValue); 18] = [
    ("obj_description", NO_TEXT),
    ("shobj_description", NO_TEXT),
    ("pg_size_pretty", NO_TEXT),
    ("pg_table_size", NO_NUMBER),
    ("pg_indexes_size", NO_NUMBER),
    ("pg_database_size", NO_NUMBER),
    ("pg_tablespace_size", NO_NUMBER),
    ("pg_tablespace_location", NO_TEXT),
    ("pg_get_viewdef", NO_TEXT),
    ("pg_get_indexdef", NO_TEXT),
    ("pg_get_functiondef", NO_TEXT),
    ("pg_get_function_result", NO_TEXT),
    ("pg_get_function_arguments", NO_TEXT),
    ("pg_get_function_identity_arguments", NO_TEXT),
    ("to_regtype", ScalarValue::Int32(None)),
    ("pg_function_is_visible", ScalarValue::Boolean(Some(true))),
    ("pg_type_is_visible", ScalarValue::Boolean(Some(true))),
    ("pg_is_in_recovery", ScalarValue::Boolean(Some(false))),
];
const NO_TEXT: ScalarValue = ScalarValue::Utf8(None);
const NO_NUMBER: ScalarValue = ScalarValue::Int64(None);

/// Registers them; `descriptions`: the rows of `pg_description`, `schema`: that of tables without one.
///
/// # Errors
/// DataFusion's own.
pub(super) fn register(context: &SessionContext, schema: &str, descriptions: &[RecordBatch]) -> Result<()> {
    for (name, value) in SAME {
        context.register_udf(same(name, value));
    }
    context.register_udf(same("version", ScalarValue::from(VERSION)));
    context.register_udf(same("current_schema", ScalarValue::from(schema)));
    context.register_udf(column_description(descriptions)?);
    Ok(())
}

fn same(name: &'static str, value: ScalarValue) -> ScalarUDF {
    let arguments = Arguments::Fixed(0, &[Kind::Any, Kind::Any, Kind::Any]);
    Scalar::columns(name, arguments, value.data_type(), move |_, rows| value.to_array_of_size(rows))
}

/// `col_description(table, column)`: what `\d+` asks of every column.
fn column_description(descriptions: &[RecordBatch]) -> Result<ScalarUDF> {
    let mut known = HashMap::new();
    for batch in descriptions {
        let [tables, columns] = [0, 2].map(|nth| batch.column(nth).as_primitive::<Int32Type>());
        let texts = cast(batch.column(3), &DataType::Utf8)?;
        for (row, text) in texts.as_string::<i32>().iter().enumerate() {
            known.insert((tables.value(row), columns.value(row)), text.unwrap_or_default().to_owned());
        }
    }
    let arguments = Arguments::Fixed(2, &[Kind::Any, Kind::Any]);
    Ok(Scalar::columns("col_description", arguments, DataType::Utf8, move |columns, _| {
        let [tables, columns] = [&columns[0], &columns[1]].map(|column| cast(column, &DataType::Int32));
        let (tables, columns) = (tables?, columns?);
        let pairs = tables.as_primitive::<Int32Type>().iter().zip(columns.as_primitive::<Int32Type>());
        let texts = pairs.map(|(table, column)| known.get(&(table?, column?)));
        Ok(Arc::new(texts.collect::<StringArray>()) as ArrayRef)
    }))
}
