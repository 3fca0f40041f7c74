//! What the ledger tells after all kills.

use std::collections::BTreeMap;

use arrow::array::{Array as _, StringArray};
use deskferry_staging::Staging;

/// Counts over all entries of a ledger.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) segments: u64,
    pub(crate) entries: u64,
    /// Steps whose outcome was found by reading back, by table and kind of step.
    pub(crate) resolved: BTreeMap<String, u64>,
    /// Steps that were unknown at some time.
    pub(crate) unknown_once: u64,
    /// Steps whose newest state is neither done nor free: with table, key, step and state.
    pub(crate) open: Vec<String>,
}

pub(crate) async fn read(staging: &Staging) -> Told {
    let log = staging.log("ledger", "entries").unwrap();
    let mut told = Told::default();
    let mut newest = BTreeMap::new();
    while let Some(batches) = log.segment(told.segments + 1).await.unwrap() {
        told.segments += 1;
        for batch in batches {
            let text = |name: &str, row: usize| {
                let column = batch.column_by_name(name).unwrap().as_any().downcast_ref::<StringArray>().unwrap();
                if column.is_null(row) { String::new() } else { column.value(row).to_owned() }
            };
            told.entries += batch.num_rows() as u64;
            for row in (0..batch.num_rows()).filter(|row| text("table_name", *row) != "_load") {
                let (table, key, step) = (text("table_name", row), text("source_key", row), text("step", row));
                let state = text("state", row);
                told.unknown_once += u64::from(state == "unknown");
                if text("detail", row).contains("\"resolved\"") {
                    let kind = step.split(':').next().unwrap_or_default();
                    *told.resolved.entry(format!("{table} {kind}")).or_default() += 1;
                }
                newest.insert((table, key, step), state);
            }
        }
    }
    let open = newest.into_iter().filter(|(_, state)| state != "done");
    told.open = open.map(|((table, key, step), state)| format!("{table} {key} {step}: {state}")).collect();
    told
}
