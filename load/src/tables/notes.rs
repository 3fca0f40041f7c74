//! One note on a contact or company. Notes cannot be back-dated, so the original time is told in words.

use deskferry_http::Method;

use super::{COMPANIES, CONTACTS, NOTES};
use crate::Result;
use crate::ledger::Ledger;
use crate::rows::Row;
use crate::step::{Author, Call, Chain, Field, Find, Step};

pub(crate) fn chain(row: &Row, ledger: &Ledger) -> Result<Chain> {
    let (key, parent) = (row.must("source_key")?, row.must("parent_key")?);
    let author = Author { key: row.some("author_key")?, name: row.some("author_name")? };
    let date = row.time("created_at")?.map(|t| format!("<p><em>{}</em></p>", t.format("%Y-%m-%d %H:%M UTC")));
    let html = format!("{}{}", date.unwrap_or_default(), row.must("body")?);
    let (table, path) = if ledger.known(COMPANIES, parent, "create").is_some() {
        (COMPANIES, "/companies/{}/notes")
    } else {
        (CONTACTS, "/contacts/{}/notes")
    };
    let call = Call::at(Method::Post, path, table, parent)
        .with("admin_id", Field::Admin(author.key.clone()))
        .with("body", Field::Signed { author, html });
    Ok(Chain::new(NOTES, key, vec![Step::create(NOTES, key, call, Find::Note)]))
}
