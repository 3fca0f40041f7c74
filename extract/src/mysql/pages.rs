//! The SELECTs that read a table: ranges of keys, and how each is read.
//!
//! By pages along the key (`WHERE key > last ORDER BY key LIMIT n`) where the rows lie in the order of the key, as in InnoDB. A
//! MyISAM file is scanned instead, once per range: following the key costs the server four times as much there.

use super::catalog::Source;

/// A page is as many rows as are expected to have so many bytes.
pub(super) const PAGE_BYTES: usize = 16 << 20;
/// Rows of the first page, when nothing is known of their size.
const FIRST_ROWS: usize = 1_000;
const ROWS_MAX: usize = 200_000;
/// A table of fewer rows is read by one connection.
const SPLIT_ROWS: u64 = 20_000;
/// Ranges of a large table; more of them than connections, since keys have gaps and rows differ in size.
const RANGES: i128 = 16;
/// The same for scans, each of which passes over the whole file.
const SCANS: i128 = 4;
/// Most keys from the first to the last of a range that is scanned: a bit is kept for each.
const SCAN_KEYS_MAX: i128 = 64 << 20;

/// Keys that one task reads, up to and including `upto`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) order: Order,
    /// The last key to read; only keys of one column have it.
    pub(super) upto: Option<i128>,
}

/// In which order a range is read, and what of it has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    /// By key: those after the last key that has been read, column by column; empty before the first.
    Key(Vec<i128>),
    /// As the file has them.
    File(Seen),
}

/// Which keys of a range have been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// Keys of the range are larger than this one.
    after: i128,
    bits: Vec<u64>,
}

impl Seen {
    /// Remembers a key; false where it had been seen.
    pub(super) fn insert(&mut self, key: i128) -> bool {
        let Ok(bit) = usize::try_from(key - self.after) else { return true };
        if self.bits.len() <= bit / 64 {
            self.bits.resize(bit / 64 + 1, 0);
        }
        let word = &mut self.bits[bit / 64];
        let is_new = *word >> (bit % 64) & 1 == 0;
        *word |= 1 << (bit % 64);
        is_new
    }
}

/// Cuts the keys from `min` to `max` of a table of so many rows into ranges, lowest first.
pub(super) fn ranges(min: i128, max: i128, rows: u64, heap: bool) -> Vec<Range> {
    let keys = max - min + 1;
    let scan = heap && keys <= SCAN_KEYS_MAX;
    let cuts = if rows < SPLIT_ROWS { 1 } else { keys.min(if scan { SCANS } else { RANGES }) };
    let cut = |n: i128| min - 1 + keys * n / cuts;
    let order =
        |after: i128| if scan { Order::File(Seen { after, bits: Vec::new() }) } else { Order::Key(vec![after]) };
    (0..cuts).map(|n| Range { order: order(cut(n)), upto: Some(cut(n + 1)) }).collect()
}

/// Rows of the page after one that had so many rows and bytes.
pub(super) fn next_rows(rows: usize, bytes: usize) -> usize {
    bytes.checked_div(rows).map_or(FIRST_ROWS, |row_bytes| (PAGE_BYTES / row_bytes.max(1)).clamp(1, ROWS_MAX))
}

/// A name as SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// `SELECT` of the declared columns; `condition` narrows it to a sample.
pub(super) fn select(source: &Source, condition: Option<&str>) -> String {
    from(source, "", condition.map(str::to_owned).into_iter().collect())
}

fn from(source: &Source, indexes: &str, conditions: Vec<String>) -> String {
    let columns: Vec<String> = source.selected.iter().map(|c| quoted(&c.name)).collect();
    let conditions = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    format!("SELECT {} FROM {}{indexes}{conditions}", columns.join(", "), quoted(&source.table))
}

/// The next page of a range that is read by key, or the whole of one that is scanned.
pub(super) fn page(source: &Source, condition: Option<&str>, range: &Range, rows: usize) -> String {
    let key: Vec<String> = source.key.iter().map(|at| quoted(&source.selected[*at].name)).collect();
    let mut conditions: Vec<String> = condition.map(|c| format!("({c})")).into_iter().collect();
    match &range.order {
        Order::Key(values) => conditions.extend(after(&key, values)),
        Order::File(seen) => conditions.extend(after(&key, &[seen.after])),
    }
    if let (Some(upto), [column]) = (range.upto, key.as_slice()) {
        conditions.push(format!("{column} <= {upto}"));
    }
    match range.order {
        Order::Key(_) => format!("{} ORDER BY {} LIMIT {rows}", from(source, "", conditions), key.join(", ")),
        Order::File(_) => from(source, " USE INDEX ()", conditions),
    }
}

/// `(a, b) > (1, 2)` written so that an index is used, which MariaDB does not do for rows.
fn after(key: &[String], values: &[i128]) -> Option<String> {
    let ((column, value), deeper) = match (key, values) {
        ([column, columns @ ..], [value, values @ ..]) => ((column, value), after(columns, values)),
        _ => return None,
    };
    Some(match deeper {
        None => format!("{column} > {value}"),
        Some(deeper) => format!("{column} >= {value} AND ({column} > {value} OR ({deeper}))"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::{SourceColumn, Zoned};

    fn source(key: &[usize]) -> Source {
        Source {
            name: "replies".into(),
            table: "hesk_replies".into(),
            columns: vec![],
            selected: ["id", "read", "odd`name"].map(|n| SourceColumn::new(n, Zoned::NotTime)).to_vec(),
            key: key.to_vec(),
            heap: false,
            utf8: true,
        }
    }

    #[test]
    fn page_names_columns_and_follows_the_key() {
        let range = Range { order: Order::Key(vec![7]), upto: Some(90) };
        assert_eq!(
            page(&source(&[0]), None, &range, 50),
            "SELECT `id`, `read`, `odd``name` FROM `hesk_replies` WHERE `id` > 7 AND `id` <= 90 ORDER BY `id` LIMIT 50"
        );
    }

    #[test]
    fn page_of_a_key_of_two_columns_goes_on_after_both() {
        let range = Range { order: Order::Key(vec![1, 2]), upto: None };
        let sql = page(&source(&[1, 0]), Some("`id` >= 5"), &range, 9);
        let tail = "WHERE (`id` >= 5) AND `read` >= 1 AND (`read` > 1 OR (`id` > 2)) ORDER BY `read`, `id` LIMIT 9";
        assert!(sql.ends_with(tail), "{sql}");
        let first = page(&source(&[1, 0]), None, &Range { order: Order::Key(vec![]), upto: None }, 9);
        assert!(first.ends_with("FROM `hesk_replies` ORDER BY `read`, `id` LIMIT 9"), "{first}");
    }

    #[test]
    fn scan_uses_no_index_and_keeps_to_its_range() {
        let range = &ranges(1, 100_000, 100_000, true)[1];
        assert_eq!(
            page(&source(&[0]), None, range, 50),
            "SELECT `id`, `read`, `odd``name` FROM `hesk_replies` USE INDEX () WHERE `id` > 25000 AND `id` <= 50000"
        );
    }

    #[test]
    fn seen_tells_every_key_once() {
        let mut seen = Seen { after: -1, bits: Vec::new() };
        assert!([0, 63, 64, 5_000, 7].into_iter().all(|key| seen.insert(key)));
        assert!([0, 63, 64, 5_000, 7].into_iter().all(|key| !seen.insert(key)));
    }

    #[test]
    fn ranges_cover_every_key_once() {
        for (min, max, rows) in
            [(1, 1_000_000, 1_000_000), (-5, 7, 30_000), (3, 3, 1), (1, i128::from(u64::MAX), 50_000)]
        {
            for heap in [false, true] {
                let ranges = ranges(min, max, rows, heap);
                let after = |range: &Range| match &range.order {
                    Order::Key(after) => after[0],
                    Order::File(seen) => seen.after,
                };
                assert_eq!(after(&ranges[0]), min - 1);
                assert_eq!(ranges.last().unwrap().upto, Some(max));
                for pair in ranges.windows(2) {
                    assert_eq!(pair[0].upto, Some(after(&pair[1])));
                    assert!(after(&pair[0]) < after(&pair[1]));
                }
                assert_eq!(ranges.len() == 1, rows < SPLIT_ROWS, "{rows}");
            }
        }
    }

    #[test]
    fn pages_shrink_for_wide_rows_and_are_never_empty() {
        assert_eq!(next_rows(0, 0), FIRST_ROWS);
        assert_eq!(next_rows(10, 10 << 20), 16);
        assert_eq!(next_rows(1, 400 << 20), 1);
        assert_eq!(next_rows(1_000, 10_000), ROWS_MAX);
    }
}
