//! Counts for `GET /_sandbox/stats`, so that tests can see what reached the server.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Calls by route and status, faults by name.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    calls: BTreeMap<(&'static str, &'static str), BTreeMap<u16, u64>>,
    faults: BTreeMap<String, u64>,
}

impl Stats {
    /// Counts a call whose work was done or refused with this status, whether or not the reply arrived.
    pub(crate) fn call(&mut self, method: &'static str, path: &'static str, status: u16) {
        *self.calls.entry((method, path)).or_default().entry(status).or_default() += 1;
    }

    pub(crate) fn fault(&mut self, name: String) {
        *self.faults.entry(name).or_default() += 1;
    }

    pub(crate) fn json(&self, objects: Value) -> Value {
        let calls: Map<String, Value> =
            self.calls.iter().map(|((method, path), counts)| (format!("{method} {path}"), json!(counts))).collect();
        let total: u64 = self.calls.values().flat_map(BTreeMap::values).sum();
        json!({ "calls_total": total, "calls": calls, "faults": self.faults, "objects": objects })
    }
}
