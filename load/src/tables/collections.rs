//! One collection of the help center; parents come before children. Source: `create_collection_request` of 2.16.

use deskferry_http::Method;

use super::COLLECTIONS;
use crate::Result;
use crate::rows::Row;
use crate::step::{Call, Chain, Field, Find, Reference, Step};

pub(crate) fn chain(row: &Row) -> Result<Chain> {
    let key = row.must("source_key")?;
    let call = fields(Call::post("/help_center/collections"), row)?;
    let update = fields(Call::at(Method::Put, "/help_center/collections/{}", COLLECTIONS, key), row)?;
    Ok(Chain::new(COLLECTIONS, key, vec![Step::create(COLLECTIONS, key, call, Find::Collection).changed_by(update)]))
}

fn fields(call: Call, row: &Row) -> Result<Call> {
    let mut call = call.with("name", Field::json(row.must("name")?)).maybe("description", row.some("description")?);
    if let Some(parent) = row.some("parent_key")? {
        call = call.with("parent_id", Field::Id(Reference::new(COLLECTIONS, parent)));
    }
    let translated = row.object("translated_content")?;
    Ok(if translated.is_empty() { call } else { call.with("translated_content", Field::object(translated)) })
}
