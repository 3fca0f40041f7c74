//! `hesk_attachment_ids(list)`: the ids of Hesk's `12#report.pdf,13#photo.png,`, in order.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Builder, ListBuilder};
use arrow::datatypes::{DataType, Field};
use datafusion::logical_expr::ScalarUDF;

use super::scalar::{Arguments, Kind, Scalar, text_at, texts};

/// The function.
pub(super) fn function() -> ScalarUDF {
    let result = DataType::List(Arc::new(Field::new_list_field(DataType::Int64, true)));
    Scalar::columns("hesk_attachment_ids", Arguments::Fixed(1, &[Kind::Text]), result, |columns, rows| {
        let column = texts(&columns[0])?;
        let mut lists = ListBuilder::new(Int64Builder::new());
        for row in 0..rows {
            for entry in text_at(column, row).unwrap_or_default().split(',') {
                let id = entry.split('#').next().unwrap_or_default().trim();
                if let Ok(id) = id.parse::<u32>() {
                    lists.values().append_value(i64::from(id));
                }
            }
            lists.append(column.is_valid(row));
        }
        Ok(Arc::new(lists.finish()) as ArrayRef)
    })
}
