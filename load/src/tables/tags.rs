//! One tag. Names are unique without regard to case, so a tag that is there is used. Source: `POST /tags` of 2.16.

use std::collections::HashMap;

use deskferry_staging::{Manifest, Staging};
use serde_json::Value;

use super::TAGS;
use crate::Result;
use crate::intercom::id_of;
use crate::rows::{Row, Rows};
use crate::step::{Call, Chain, Field, Find, Reference, Settled, Step};

/// `existing`: the tags of the workspace; none where the ledger knows all tags.
pub(crate) fn chain(row: &Row, existing: &[Value]) -> Result<Chain> {
    let (key, name) = (row.must("source_key")?, row.must("name")?);
    let call = Call::post("/tags").with("name", Field::json(name));
    let rename = call.clone().with("id", Field::Id(Reference::new(TAGS, key)));
    let mut chain = Chain::new(TAGS, key, vec![Step::create(TAGS, key, call, Find::Tag).changed_by(rename)]);
    if let Some(id) = find(existing, name) {
        chain.settled = Some(Settled::Existed { id });
    }
    Ok(chain)
}

/// Id of the tag of this name.
pub(crate) fn find(existing: &[Value], name: &str) -> Option<String> {
    let wanted = name.trim().to_lowercase();
    existing
        .iter()
        .find(|t| t["name"].as_str().is_some_and(|n| n.to_lowercase() == wanted))
        .and_then(|t| id_of(&t["id"]))
}

/// Names of the tags by key.
pub(crate) async fn names(staging: &Staging, manifest: &Manifest) -> Result<HashMap<String, String>> {
    let mut rows = Rows::open(staging, manifest, TAGS)?;
    let mut names = HashMap::new();
    while let Some(row) = rows.next().await? {
        names.insert(row.must("source_key")?.to_owned(), row.must("name")?.to_owned());
    }
    Ok(names)
}
