//! One custom object: an upsert by `external_id`. Its type is made by hand in Intercom.
//! Source: `POST /custom_object_instances/{type}` of 2.16.

use std::collections::BTreeSet;

use deskferry_http::{Method, path_piece};
use deskferry_staging::{Manifest, Staging};

use super::{CUSTOM_OBJECTS, seconds};
use crate::rows::{Row, Rows};
use crate::step::{Call, Chain, Field, Find, PathId, Step};
use crate::{Result, before};

pub(crate) fn chain(row: &Row) -> Result<Chain> {
    let key = row.must("source_key")?;
    let object_type = PathId::Text(row.must("object_type")?.to_owned());
    let mut call = Call::new(Method::Post, "/custom_object_instances/{}", vec![object_type])
        .with("external_id", Field::json(row.must("external_id")?))
        .maybe("external_created_at", seconds(row.time("external_created_at")?))
        .maybe("external_updated_at", seconds(row.time("external_updated_at")?));
    let custom = super::as_text(row.object("custom_attributes")?, false);
    if !custom.is_empty() {
        call = call.with("custom_attributes", Field::object(custom));
    }
    let ids = [row.must("object_type")?, row.must("external_id")?].map(|text| PathId::Text(text.to_owned()));
    let before = before::read_by("/custom_object_instances/{}?external_id={}", ids.to_vec());
    let step = Step::create(CUSTOM_OBJECTS, key, call, Find::Repeat).repeatable().after_reading(before);
    Ok(Chain::new(CUSTOM_OBJECTS, key, vec![step]))
}

/// Types of the objects of a transform: the ledger knows the objects' ids, but not their types.
pub(crate) async fn types(staging: &Staging, manifest: &Manifest) -> Result<BTreeSet<String>> {
    let mut types = BTreeSet::new();
    let mut rows = Rows::open(staging, manifest, CUSTOM_OBJECTS)?;
    while let Some(row) = rows.next().await? {
        types.insert(row.must("object_type")?.to_owned());
    }
    Ok(types)
}

/// Where the objects of a type are listed.
pub(crate) fn path(object_type: &str) -> String {
    format!("/custom_object_instances/{}", path_piece(object_type))
}
