//! What the counts before and after reading tell: nothing, rows that came or went meanwhile, or rows that got lost.

use super::catalog::Source;
use super::connection::Connection;
use super::pages::quoted;
use crate::{Error, Result};

/// How large a table is at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) rows: u64,
    /// Smallest and largest key, of keys of one column in tables that are not empty.
    pub(super) keys: Option<(i128, i128)>,
}

impl Extent {
    /// Asks the server.
    ///
    /// # Errors
    /// `Database`.
    pub(super) async fn of(connection: &mut Connection, source: &Source) -> Result<Self> {
        let table = quoted(&source.table);
        let sql = match source.key.as_slice() {
            [at] => {
                let key = quoted(&source.selected[*at].name);
                format!("SELECT COUNT(*), MIN({key}), MAX({key}) FROM {table}")
            }
            _ => format!("SELECT COUNT(*), '', '' FROM {table}"),
        };
        let rows = connection.rows(&format!("count table `{}`", source.table), &sql).await?;
        let [count, min, max] = rows.into_iter().next().and_then(|r| r.try_into().ok()).unwrap_or_default();
        let rows = count.parse().map_err(|_| Error::Internal(format!("`{count}` is no count")))?;
        Ok(Self { rows, keys: min.parse().ok().zip(max.parse().ok()) })
    }

    fn max(&self) -> Option<i128> {
        self.keys.map(|(_, max)| max)
    }
}

/// A remark where rows came or went while a table was read.
///
/// # Errors
/// `Count` where what was read cannot be explained by that.
pub(super) fn explain(table: &str, before: &Extent, after: &Extent, read: u64) -> Result<Option<String>> {
    let grown = match (before.max(), after.max()) {
        (Some(before), Some(after)) => u64::try_from(after - before).unwrap_or(0),
        (None, Some(_)) => after.rows,
        _ => after.rows.saturating_sub(before.rows),
    };
    // Keys only grow, so no more than `grown` rows can have arrived; the others of the difference are gone.
    let arrived = grown.min(after.rows);
    let gone = (before.rows + arrived).saturating_sub(after.rows);
    let still = before.rows == after.rows && before.max() == after.max();
    if still && read == after.rows {
        return Ok(None);
    }
    if still || read + gone < before.rows || read > before.rows + arrived {
        return Err(Error::Count { table: table.to_owned(), counted: after.rows, read });
    }
    Ok(Some(format!(
        "`{table}` changed while it was read: {} rows before, {} after, {read} read; the next extract brings the rest",
        before.rows, after.rows
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(rows: u64, keys: (i128, i128)) -> Extent {
        Extent { rows, keys: (rows > 0).then_some(keys) }
    }

    #[test]
    fn a_still_table_must_have_been_read_whole() {
        let still = extent(10, (1, 30));
        assert_eq!(explain("notes", &still, &still, 10).unwrap(), None);
        for read in [0, 9, 11] {
            let error = explain("notes", &still, &still, read).unwrap_err();
            assert!(error.to_string().contains("`notes` has 10 rows"), "{error}");
        }
    }

    #[test]
    fn rows_that_came_or_went_are_a_remark() {
        let before = extent(10, (1, 30));
        for (after, read) in [
            (extent(12, (1, 32)), 10), // two arrived, which were not read
            (extent(9, (1, 30)), 10),  // one went after it was read
            (extent(9, (1, 30)), 9),   // one went before it was read
            (extent(10, (1, 31)), 9),  // one came, one went
        ] {
            let remark = explain("tickets", &before, &after, read).unwrap().unwrap();
            assert!(remark.contains("`tickets` changed"), "{remark}");
        }
        assert!(explain("tickets", &extent(0, (0, 0)), &extent(2, (1, 2)), 0).unwrap().is_some());
    }

    #[test]
    fn rows_that_nothing_explains_are_an_error() {
        let before = extent(10, (1, 30));
        assert!(explain("tickets", &before, &extent(12, (1, 32)), 8).is_err());
        assert!(explain("tickets", &before, &extent(12, (1, 32)), 13).is_err());
        assert!(explain("tickets", &before, &extent(9, (1, 30)), 8).is_err());
    }
}
