//! Counts what was compared, and keeps some of the differences to be shown.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::error::ArrowError;

use super::excerpt::around;

/// Differences of one field that are kept; all are counted.
const KEPT_MAX: u64 = 1_000;
/// Allowed differences of one field and reason that are kept, as examples.
const EXAMPLES_MAX: u64 = 3;

/// One field of one row.
pub(super) struct Pair<'a> {
    pub(super) table: &'a str,
    pub(super) source_key: &'a str,
    pub(super) intercom_id: Option<&'a str>,
    pub(super) field: &'a str,
    pub(super) wanted: Option<&'a str>,
    pub(super) found: Option<&'a str>,
}

#[derive(Debug, Default)]
struct Counts {
    same: u64,
    different: u64,
    /// By reason.
    allowed: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct Difference {
    table: String,
    source_key: String,
    intercom_id: Option<String>,
    field: String,
    wanted: Option<String>,
    found: Option<String>,
    reason: Option<String>,
}

/// What was compared so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    fields: BTreeMap<(String, String), Counts>,
    kept: Vec<Difference>,
    /// Hashes of the keys of rows with a difference, by table.
    differing: BTreeMap<String, HashSet<u64>>,
}

impl Tally {
    /// Both values are the same.
    pub(super) fn same(&mut self, pair: &Pair<'_>) {
        self.counts(pair).same += 1;
    }

    /// They are not; `reason`: why that is allowed.
    pub(super) fn other(&mut self, pair: &Pair<'_>, reason: Option<&str>) {
        let counts = self.counts(pair);
        let (count, most) = match reason {
            Some(reason) => (counts.allowed.entry(reason.to_owned()).or_default(), EXAMPLES_MAX),
            None => (&mut counts.different, KEPT_MAX),
        };
        *count += 1;
        let is_kept = *count <= most;
        if reason.is_none() {
            let mut hasher = DefaultHasher::new();
            pair.source_key.hash(&mut hasher);
            self.differing.entry(pair.table.to_owned()).or_default().insert(hasher.finish());
        }
        if is_kept {
            let (wanted, found) = around(pair.wanted, pair.found);
            self.kept.push(Difference {
                table: pair.table.to_owned(),
                source_key: pair.source_key.to_owned(),
                intercom_id: pair.intercom_id.map(str::to_owned),
                field: pair.field.to_owned(),
                wanted,
                found,
                reason: reason.map(str::to_owned),
            });
        }
    }

    /// Adds what was compared of another table.
    pub(super) fn append(&mut self, other: Self) {
        self.fields.extend(other.fields);
        self.kept.extend(other.kept);
        self.differing.extend(other.differing);
    }

    fn counts(&mut self, pair: &Pair<'_>) -> &mut Counts {
        self.fields.entry((pair.table.to_owned(), pair.field.to_owned())).or_default()
    }

    /// `fields`, `differences`, `differing`.
    pub(super) fn tables(mut self) -> Result<[RecordBatch; 3], ArrowError> {
        self.kept.sort_by(|a, b| {
            let key = |d: &Difference| (d.table.clone(), d.source_key.clone(), d.field.clone(), d.wanted.clone());
            key(a).cmp(&key(b))
        });
        Ok([self.fields()?, self.differences()?, self.differing()?])
    }

    fn fields(&self) -> Result<RecordBatch, ArrowError> {
        let rows: Vec<_> = self.fields.iter().collect();
        let number = |f: &dyn Fn(&Counts) -> u64| -> ArrayRef {
            Arc::new(rows.iter().map(|(_, counts)| i64::try_from(f(counts)).ok()).collect::<Int64Array>())
        };
        let allowed = |counts: &Counts| counts.allowed.values().sum::<u64>();
        let compared = |counts: &Counts| counts.same + counts.different + allowed(counts);
        let rate = |counts: &Counts| (counts.same + allowed(counts)) as f64 / compared(counts).max(1) as f64;
        let reasons = |counts: &Counts| {
            let one = |(reason, count): (&String, &u64)| format!("{count} × {reason}");
            let all: Vec<String> = counts.allowed.iter().map(one).collect();
            (!all.is_empty()).then(|| all.join("; "))
        };
        RecordBatch::try_from_iter_with_nullable([
            ("table", text(rows.iter().map(|((table, _), _)| Some(table.as_str()))), true),
            ("field", text(rows.iter().map(|((_, field), _)| Some(field.as_str()))), true),
            ("compared", number(&compared), true),
            ("same", number(&|counts| counts.same), true),
            ("allowed", number(&allowed), true),
            ("different", number(&|counts| counts.different), true),
            ("rate", Arc::new(rows.iter().map(|(_, c)| Some(rate(c))).collect::<Float64Array>()) as ArrayRef, true),
            ("reasons", Arc::new(rows.iter().map(|(_, c)| reasons(c)).collect::<StringArray>()) as ArrayRef, true),
        ])
    }

    fn differences(&self) -> Result<RecordBatch, ArrowError> {
        let column = |f: fn(&Difference) -> Option<&str>| text(self.kept.iter().map(f));
        RecordBatch::try_from_iter_with_nullable([
            ("table", column(|d| Some(&d.table)), true),
            ("source_key", column(|d| Some(&d.source_key)), true),
            ("intercom_id", column(|d| d.intercom_id.as_deref()), true),
            ("field", column(|d| Some(&d.field)), true),
            ("wanted", column(|d| d.wanted.as_deref()), true),
            ("found", column(|d| d.found.as_deref()), true),
            ("reason", column(|d| d.reason.as_deref()), true),
        ])
    }

    fn differing(&self) -> Result<RecordBatch, ArrowError> {
        let counts = self.differing.values().map(|keys| i64::try_from(keys.len()).ok()).collect::<Int64Array>();
        RecordBatch::try_from_iter_with_nullable([
            ("table", text(self.differing.keys().map(|table| Some(table.as_str()))), true),
            ("row_count", Arc::new(counts) as ArrayRef, true),
        ])
    }
}

fn text<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}
