//! What is told of files; their bytes are in `http::files`.

use serde_json::{Value, json};

use super::super::desk::attachment::{Attachment, Kind};
use super::Dialect;

/// A file, as lists tell it.
pub(crate) fn listed(dialect: &Dialect, file: &Attachment) -> Value {
    let (kind, owner) = if file.article == 0 { (0, file.ticket) } else { (ARTICLE, file.article) };
    let row = dialect.row("attachment", file.id).id("id", file.id).set("filename", file.name.as_str());
    let row = row.date("datecreated", file.created).set("filesize", file.told_size).set("type", kind);
    let row = row.id("unique_id", owner).text("desc", "").set("isimage", file.kind == Kind::Picture);
    let row = row.set("showforusers", file.public).text("third_party_id", "").set("child_count", 0);
    let row = if file.action > 0 { row.id("action_id", file.action) } else { row };
    if file.ticket > 0 { row.id("ticket_id", file.ticket).done() } else { row.done() }
}

/// The entity code of articles in `type`; the real one is not known.
pub(crate) const ARTICLE: i64 = 21;

/// The reply to a list of files: it speaks of pages and has none.
pub(crate) fn view(ticket: i64, action: i64, rows: &[Value]) -> Value {
    json!({
        "type": 0, "unique_id": 0, "ticket_id": ticket, "action_id": action, "record_count": rows.len(), "page_no": 0,
        "page_size": 0, "folders": [], "attachments": rows,
    })
}
