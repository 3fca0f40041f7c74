//! What custom objects are linked to: one call for each contact and conversation, with all of its objects.
//!
//! Objects know whom they belong to (`contact_keys`, `conversation_keys`); Intercom wants it the other way round: an attribute of the
//! contact or conversation that is called like the type holds the ids of the objects. That of contacts is made with the type, by hand;
//! that of conversations is a row of `attributes` with the data type `relationship`.
//! Source: `update_contact_request`, `update_conversation_request` of 2.16.

use std::collections::BTreeMap;

use async_trait::async_trait;
use deskferry_http::Method;
use deskferry_staging::{Manifest, Staging};
use serde_json::{Map, Value};

use super::{CONTACTS, CONVERSATIONS, CUSTOM_OBJECTS};
use crate::Result;
use crate::chains::Chains;
use crate::ledger::Ledger;
use crate::rows::Rows;
use crate::step::{Call, Chain, Field, Find, Step};

/// Name of the step that links a row to its objects.
pub(crate) const OBJECTS: &str = "objects";

/// A row that has objects: its table and key.
type Holder = (&'static str, String);

/// Rows that have objects, each with the ids of those by their type.
pub(crate) struct Links(std::collections::btree_map::IntoIter<Holder, BTreeMap<String, Vec<String>>>);

impl Links {
    /// Links of objects and rows that are both in Intercom. Threads that are tickets have no such attribute.
    pub(crate) async fn read(
        staging: &Staging,
        manifest: &Manifest,
        ledger: &Ledger,
        with_conversations: bool,
    ) -> Result<Self> {
        let mut links: BTreeMap<Holder, BTreeMap<String, Vec<String>>> = BTreeMap::new();
        let mut rows = Rows::open(staging, manifest, CUSTOM_OBJECTS)?;
        while let Some(row) = rows.next().await? {
            let Some(id) = ledger.id(CUSTOM_OBJECTS, row.must("source_key")?) else { continue };
            let mut holders: Vec<Holder> = row.keys("contact_keys")?.into_iter().map(|key| (CONTACTS, key)).collect();
            if with_conversations {
                holders.extend(row.keys("conversation_keys")?.into_iter().map(|key| (CONVERSATIONS, key)));
            }
            for holder in holders.into_iter().filter(|(table, key)| ledger.id(table, key).is_some()) {
                let of_type = links.entry(holder).or_default().entry(row.must("object_type")?.to_owned());
                of_type.or_default().push(id.clone());
            }
        }
        Ok(Self(links.into_iter()))
    }

    /// Rows that have objects.
    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64
    }
}

#[async_trait]
impl Chains for Links {
    async fn next(&mut self) -> Result<Option<Chain>> {
        Ok(self.0.next().map(|((table, key), types)| {
            let path = if table == CONTACTS { "/contacts/{}" } else { "/conversations/{}" };
            let ids: Map<String, Value> = types.into_iter().map(|(kind, ids)| (kind, ids.into())).collect();
            let call = Call::at(Method::Put, path, table, &key).with("custom_attributes", Field::object(ids));
            Chain::new(table, &key, vec![Step::new(table, &key, OBJECTS, call, Find::Repeat).repeatable()])
        }))
    }
}
