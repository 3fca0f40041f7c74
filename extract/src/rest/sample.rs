//! Which rows belong to a sample: the newest of the tables that others belong to, and of people and the like those whom these rows
//! name. All else is taken whole.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use futures::TryStreamExt as _;

use super::fetch::Fetch;
use super::row::{Row, cell};
use crate::Result;
use crate::spec::Table;

/// Which rows of a table are kept.
pub(super) enum Keeps {
    All,
    /// Those whose number is at least this.
    From(i64),
    /// Those whose key is named.
    Named(HashSet<String>),
}

impl Keeps {
    pub(super) fn keeps(&self, table: &Table, row: &Row) -> bool {
        let key = table.key.columns().first().and_then(|column| cell(table, row, column));
        match self {
            Self::All => true,
            Self::From(least) => key.and_then(number).is_some_and(|number| number >= *least),
            Self::Named(keys) => key.is_some_and(|key| keys.contains(key)),
        }
    }

    pub(super) fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }
}

/// The number that a key ends in: `12`, `serviceCall$12`.
fn number(key: &str) -> Option<i64> {
    let rest = key.trim_end_matches(|c: char| c.is_ascii_digit());
    key.strip_prefix(rest)?.parse().ok()
}

impl Fetch<'_> {
    /// The rows of a table that a sample keeps.
    pub(super) async fn sample_filter(&self, table: &Table) -> Result<Keeps> {
        let Some(newest) = self.capture.plan.sample else { return Ok(Keeps::All) };
        if self.spec.has_children(table) {
            let log = if table.detail.is_some() { "list" } else { "rows" };
            let mut rows = self.rows(table, log).await?;
            let mut largest = BinaryHeap::new();
            while let Some(row) = rows.try_next().await? {
                let key = table.key.columns().first().and_then(|column| cell(table, &row, column)).and_then(number);
                largest.extend(key.map(Reverse));
                if largest.len() as u64 > newest {
                    largest.pop();
                }
            }
            // Keys that end in no number have no order.
            return Ok(largest.peek().map_or(Keeps::All, |Reverse(least)| Keeps::From(*least)));
        }
        if table.named_by.is_empty() {
            return Ok(Keeps::All);
        }
        let mut keys = HashSet::new();
        for naming in &table.named_by {
            let by = self.table(&naming.table)?;
            let mut rows = self.final_rows(by).await?;
            while let Some(row) = rows.try_next().await? {
                keys.extend(cell(by, &row, &naming.column).map(ToOwned::to_owned));
            }
        }
        Ok(Keeps::Named(keys))
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn keys_are_ordered_by_the_number_they_end_in() {
        let numbers = ["12", "serviceCall$107", "INC0042", "abc", "", "12x"].map(number);
        assert_eq!(numbers, [Some(12), Some(107), Some(42), None, None, None]);
    }
}
