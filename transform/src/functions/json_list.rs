//! `json_list(position, item)`: an aggregate: the items of a group, each JSON text, as one JSON array in the order of their positions.
//! Items of one position, and those without one, which come last, are in the order of their text. NULL items are left out.
//!
//! Unlike `array_agg(… ORDER BY …)` it sorts each group once, at its end, and tells how much memory it holds, so that groups which
//! do not fit are put on disk. Rows that come in the order of their groups are held for one group at a time.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Field, Int64Type};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::{Accumulator, AggregateUDF, Volatility, create_udaf};

/// The function.
pub(super) fn function() -> AggregateUDF {
    let list = |item: DataType| DataType::List(Arc::new(Field::new_list_field(item, true)));
    create_udaf(
        "json_list",
        vec![DataType::Int64, DataType::Utf8],
        Arc::new(DataType::Utf8),
        Volatility::Immutable,
        Arc::new(|_| Ok(Box::<JsonList>::default())),
        Arc::new(vec![list(DataType::Int64), list(DataType::Utf8)]),
    )
}

/// The items of one group so far.
#[derive(Debug, Default)]
struct JsonList {
    items: Vec<(Option<i64>, Box<str>)>,
    bytes: usize,
}

impl JsonList {
    fn add(&mut self, positions: &ArrayRef, items: &ArrayRef) -> Result<()> {
        let (Some(positions), Some(items)) = (positions.as_primitive_opt::<Int64Type>(), items.as_string_opt::<i32>())
        else {
            return internal_err!("json_list takes BIGINT and VARCHAR");
        };
        for (position, item) in positions.iter().zip(items) {
            let Some(item) = item else { continue };
            self.bytes += item.len();
            self.items.push((position, item.into()));
        }
        Ok(())
    }
}

impl Accumulator for JsonList {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [positions, items] = values else { return internal_err!("json_list takes two arguments") };
        self.add(positions, items)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [positions, items] = states else { return internal_err!("the state of json_list has two columns") };
        let (Some(positions), Some(items)) = (positions.as_list_opt::<i32>(), items.as_list_opt::<i32>()) else {
            return internal_err!("the state of json_list has two lists");
        };
        for row in (0..items.len()).filter(|row| !items.is_null(*row)) {
            self.add(&positions.value(row), &items.value(row))?;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let items = std::mem::take(&mut self.items);
        self.bytes = 0;
        let (positions, items): (Vec<_>, Vec<_>) = items
            .into_iter()
            .map(|(position, item)| (ScalarValue::Int64(position), ScalarValue::Utf8(Some(item.into_string()))))
            .unzip();
        Ok(vec![
            ScalarValue::List(ScalarValue::new_list_nullable(&positions, &DataType::Int64)),
            ScalarValue::List(ScalarValue::new_list_nullable(&items, &DataType::Utf8)),
        ])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut items = std::mem::take(&mut self.items);
        items.sort_unstable_by(|a, b| (a.0.is_none(), a.0, &a.1).cmp(&(b.0.is_none(), b.0, &b.1)));
        let mut list = String::with_capacity(self.bytes + items.len() + 2);
        self.bytes = 0;
        list.push('[');
        for (index, (_, item)) in items.iter().enumerate() {
            if index > 0 {
                list.push(',');
            }
            list.push_str(item);
        }
        list.push(']');
        Ok(ScalarValue::Utf8(Some(list)))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.items.capacity() * size_of::<(Option<i64>, Box<str>)>() + self.bytes
    }
}
