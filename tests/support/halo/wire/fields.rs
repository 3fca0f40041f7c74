//! Custom fields and the lists of options behind them.

use serde_json::{Value, json};

use super::super::desk::field::{Field, Held, OPTIONS};
use super::super::dice::guid;
use super::Dialect;

/// A field with what an object holds in it.
pub(crate) fn held(held: &Held) -> Value {
    json!({
        "id": held.field, "name": held.name, "label": held.label, "summary": "", "type": held.kind,
        "value": held.value, "display": held.display, "usage": held.field / 100, "inputtype": held.input,
        "characterlimit": 0, "searchable": true, "isencrypted": held.encrypted,
    })
}

/// A definition; with `values`, its options are in it.
pub(crate) fn definition(dialect: &Dialect, field: &Field, values: bool) -> Value {
    let row = dialect.row("field", field.id).id("id", field.id).guid();
    let name = field.name.trim_start_matches("CF");
    let row = row.set("name", name).set("label", field.label.as_str()).text("hint", "");
    let row = row.set("type", field.kind).set("custom", 1).set("usage", field.scope as i64).id("lookup", field.lookup);
    let row =
        row.set("inputtype", field.input).set("characterlimit", 0).set("mandatory", false).set("searchable", true);
    let row = row.set("isencrypted", field.encrypted);
    let row = if field.encrypted { row.set("defaultvalue", super::super::desk::field::CANARY) } else { row };
    if values { row.set("values", options(field.lookup)).done() } else { row.done() }
}

/// The options of a `/Lookup`; none for one that is not known.
pub(crate) fn options(lookup: i64) -> Vec<Value> {
    if lookup == 0 {
        return Vec::new();
    }
    OPTIONS
        .iter()
        .map(|(id, name, inactive)| {
            json!({"lookupid": lookup, "id": id, "guid": guid(0, "option", lookup * 100 + id), "name": name,
                   "sequence": id, "inactive": inactive, "value2": ""})
        })
        .collect()
}
