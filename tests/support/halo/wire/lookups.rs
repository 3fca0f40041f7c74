//! The small lists that tickets and actions point to.

use serde_json::{Value, json};

use super::super::desk::lookup::{CATEGORIES, OUTCOMES, Outcome, SLAS, STATUSES, Sla, TAGS, TICKET_TYPES, TicketType};
use super::super::dice::guid;
use super::Dialect;

/// Every status.
pub(crate) fn statuses(dialect: &Dialect) -> Vec<Value> {
    let row = |(at, status): (usize, &super::super::desk::lookup::Status)| {
        let row = dialect.row("status", status.id).id("id", status.id).guid().set("name", status.name);
        row.set("type", 0).set("sequence", at + 1).set("colour", "#2bd3c6").set("slaaction", status.sla_action).done()
    };
    STATUSES.iter().enumerate().map(row).collect()
}

/// A ticket type.
pub(crate) fn ticket_type(dialect: &Dialect, kind: &TicketType, detail: bool) -> Value {
    let row = dialect.row("ticket_type", kind.id).id("id", kind.id).guid().set("name", kind.name);
    let row = row.set("use", kind.used_for).set("sequence", kind.id).id("default_sla", 8).id("group_id", 1);
    let row = row.set("group_name", "Support").set("itilrequesttype", kind.itil).set("cancreate", true);
    let row = row.set("agentscanselect", true).set("enduserscanselect", true).set("visible", kind.visible);
    let row = row.set("email_start_tag", "[ID:").set("email_end_tag", "]");
    if !detail {
        return row.done();
    }
    row.set("fields", json!([{"fieldid": 103, "visibility": 2}])).id("initial_status", 1).done()
}

/// Every ticket type that is shown, or all.
pub(crate) fn ticket_types(dialect: &Dialect, all: bool) -> Vec<Value> {
    TICKET_TYPES.iter().filter(|kind| kind.visible || all).map(|kind| ticket_type(dialect, kind, false)).collect()
}

/// A service level, with its priorities if asked for.
pub(crate) fn sla(dialect: &Dialect, sla: &Sla, with_priorities: bool) -> Value {
    let row = dialect.row("sla", sla.id).id("id", sla.id).guid().set("name", sla.name);
    let row = row.set("hoursaretechslocaltime", false).id("workday_id", 1).set("responsereset", false);
    let row = row.set("trackslaresponsetime", true).set("trackslafixbytime", true);
    if with_priorities { row.set("priorities", priorities(dialect, Some(sla.id))).done() } else { row.done() }
}

/// The priorities of one SLA, or of all.
pub(crate) fn priorities(dialect: &Dialect, of: Option<i64>) -> Vec<Value> {
    let slas = SLAS.iter().filter(|sla| of.is_none_or(|id| sla.id == id));
    slas.flat_map(|sla| sla.priorities.iter().map(|known| priority(dialect, sla.id, *known))).collect()
}

/// A priority: its id is a GUID, its number means something within its SLA.
pub(crate) fn priority(dialect: &Dialect, sla: i64, (number, name, hidden): (i64, &str, bool)) -> Value {
    json!({
        "id": guid(dialect.seed, "priority", sla * 100 + number), "slaid": sla, "priorityid": number, "name": name,
        "fixtime": 8.0 * number as f64, "fixunits": "H", "responsetime": 4.0, "responseunits": "H", "ishidden": hidden,
        "colour": "#f5a623",
    })
}

/// The categories of a slot; 0 for all.
pub(crate) fn categories(dialect: &Dialect, slot: i64) -> Vec<Value> {
    let known = CATEGORIES.iter().filter(|(_, of, _)| slot == 0 || *of == slot);
    known
        .map(|(id, of, path)| {
            let row = dialect.row("category", *id).id("id", *id).guid().set("value", *path).set("category_name", *path);
            row.set("type_id", *of).id("sla_id", 0).id("priority_id", 0).id("category_group_id", 0).done()
        })
        .collect()
}

/// An outcome.
pub(crate) fn outcome(dialect: &Dialect, outcome: &Outcome) -> Value {
    let row = dialect.row("outcome", outcome.id).id("id", outcome.id).guid().set("outcome", outcome.name);
    let row = row.set("buttonname", outcome.button).set("sequence", outcome.id).set("hidden", outcome.hidden);
    let row =
        row.set("systemid", outcome.system).set("respondtype", 0).set("sendemail", i64::from(outcome.sends_email));
    row.set("hidefromuser", outcome.private).set("newstatus", outcome.new_status).done()
}

/// The outcomes on offer, or all.
pub(crate) fn outcomes(dialect: &Dialect, hidden: bool) -> Vec<Value> {
    OUTCOMES.iter().filter(|known| hidden || !known.hidden).map(|known| outcome(dialect, known)).collect()
}

/// Every tag.
pub(crate) fn tags() -> Vec<Value> {
    TAGS.iter().map(|(id, text)| json!({"id": id, "text": text})).collect()
}
