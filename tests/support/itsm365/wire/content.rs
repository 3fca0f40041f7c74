//! Files and the knowledge base.

use serde_json::{Value, json};

use super::super::desk::Facts;
use super::super::desk::file::{Content, File};
use super::super::desk::knowledge::Page;
use super::{Row, Wanted, link};

/// A file; its bytes come by `get-file`.
pub(crate) fn file<'a>(facts: &'a Facts, file: &'a File, wanted: Wanted<'a>) -> Row<'a> {
    let (class, id) = file.source;
    Row::new(facts, "file", "file", file.id, wanted)
        .with("title", || json!(file.name))
        .with("mimeType", || json!(file.mime()))
        .date("creationDate", file.created)
        .object("author", "employee", file.author)
        .with("description", || Value::Null)
        .with("fileSize", || match file.content {
            Content::Large(size) => json!(size),
            Content::Missing => json!(4096),
            _ => file.bytes().map_or(Value::Null, |bytes| json!(bytes.len())),
        })
        .with("relation", || Value::Null)
        .with("source", || link(facts, class, id))
}

/// A section or article.
pub(crate) fn page<'a>(facts: &'a Facts, page: &'a Page, wanted: Wanted<'a>) -> Row<'a> {
    Row::new(facts, "KB", page.fqn, page.id, wanted)
        .common(&page.title, page.created, page.modified, page.removed)
        .plain("number", page.id % 1000)
        .text("text", &page.text.html)
        .object("parent", "KB", page.parent)
        .object("author", "employee", page.author)
        .object("responsible", "employee", page.author)
        .object("responsibleEmployee", "employee", page.author)
        .object("responsibleTeam", "team", None)
        .objects("services", "slmService", Vec::new)
        .objects("problems", "problem", Vec::new)
        .with("basedOnReq", || Value::Null)
        .with("avMark", || Value::Null)
        .with("myMarkNew", || Value::Null)
        .with("yourMark", || Value::Null)
}
