//! Reads back what was undone: what was deleted is not there, what was changed is what it was.
//!
//! What earlier rollbacks have undone since the last load is read too, so that the proof of one that was stopped is whole.

use std::collections::{HashMap, HashSet};

use deskferry_http::Request;
use deskferry_staging::Context;
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Difference;
use crate::before;
use crate::intercom::id_of;
use crate::ledger::{Entry, State, hash, stored};
use crate::load::Load;
use crate::tables::attributes::Attributes;
use crate::tables::*;
use crate::{Error, Result};

/// What one entry of a rollback promises.
struct Promise {
    entry: Entry,
    told: Value,
}

/// What the reading has shown.
#[derive(Debug, Default)]
pub(super) struct Proof {
    pub(super) proved: u64,
    pub(super) differs: Vec<Difference>,
}

/// Reads back all that was undone after entry `since`.
pub(super) async fn prove(load: &Load, context: &Context, last_segment: u64, since: i64) -> Result<Proof> {
    let attributes = Attributes::read(&load.client).await?;
    let mut proof = Proof::default();
    // What is promised of a row by its newest entry holds, whatever an older one says.
    let mut fields_seen: HashMap<u128, HashSet<String>> = HashMap::new();
    let mut segments = Box::pin(stored(context, (1..=last_segment).rev())?);
    while let Some(mut entries) = segments.try_next().await? {
        let is_end = entries.first().is_none_or(|first| first.seq <= since);
        entries.retain(|one| one.seq > since);
        let promises = entries.into_iter().rev().filter_map(|one| promise(one.entry, &mut fields_seen));
        let promises: Vec<Promise> = promises.collect();
        let attributes = &attributes;
        let mut read = futures::stream::iter(promises)
            .map(|promise| async move { differences(load, attributes, &promise).await })
            .buffered(load.settings.in_flight_max.max(1));
        while let Some(differences) = read.try_next().await? {
            proof.proved += u64::from(differences.is_empty());
            proof.differs.extend(differences);
            load.context.tick("read back", proof.proved, None);
            if context.cancel.is_cancelled() {
                return Ok(proof);
            }
        }
        if is_end {
            break;
        }
    }
    Ok(proof)
}

fn promise(entry: Entry, seen: &mut HashMap<u128, HashSet<String>>) -> Option<Promise> {
    let mut told = entry.told();
    let is_ours = matches!(entry.state, State::Undone | State::Done) && told["undone"].is_string();
    if !is_ours || told["undone"] == "freed" || entry.path.is_none() {
        return None;
    }
    if let Some(fields) = told["former"]["fields"].as_object_mut() {
        let seen = seen.entry(hash(&[&entry.table, &entry.key, &entry.step])).or_default();
        fields.retain(|name, _| seen.insert(name.clone()));
    }
    Some(Promise { entry, told })
}

async fn differences(load: &Load, attributes: &Attributes, promise: &Promise) -> Result<Vec<Difference>> {
    let since = Instant::now();
    loop {
        let found = compared(load, attributes, promise).await?;
        // What was deleted need not be gone at once.
        let is_patient = !found.is_empty() && promise.told["undone"] == "deleted";
        match is_patient && !load.context.cancel.is_cancelled() && load.not_settled(since).await.unwrap_or(false) {
            true => {}
            false => return Ok(found),
        }
    }
}

async fn compared(load: &Load, attributes: &Attributes, promise: &Promise) -> Result<Vec<Difference>> {
    let (entry, told) = (&promise.entry, &promise.told);
    let path = entry.path.as_deref().unwrap_or_default();
    let id = entry.intercom_id.as_deref().unwrap_or_default();
    let differs = |field: &str, wanted: Value, found: Value| Difference {
        table: entry.table.clone(),
        key: entry.key.clone(),
        intercom_id: entry.intercom_id.clone().or_else(|| entry.parent_id.clone()),
        field: field.to_owned(),
        wanted: text(&wanted),
        found: text(&found),
    };
    let nothing = Ok(Vec::new());
    match told["undone"].as_str().unwrap_or_default() {
        "deleted" => match read(load, path).await? {
            None => nothing,
            Some(_) => Ok(vec![differs("", json!("gone"), json!("there"))]),
        },
        "archived" => {
            let found = match attributes.data_by_id(id) {
                Some(found) if path.starts_with("/data_attributes") => Some(found.clone()),
                _ if path.starts_with("/data_attributes") => None,
                _ if path.starts_with("/ticket_types/") => {
                    let kind: Vec<&str> = path.split('/').take(3).collect();
                    let found = read(load, &kind.join("/")).await?.unwrap_or_default();
                    let is_it = |a: &&Value| id_of(&a["id"]).as_deref() == Some(id);
                    let is_type = !path.contains("/attributes/");
                    let attributes = ticket_types::attributes(&found);
                    if is_type { Some(found) } else { attributes.iter().find(is_it).cloned() }
                }
                _ => read(load, path).await?,
            };
            match found {
                Some(found) if found["archived"] != true => Ok(vec![differs("archived", json!(true), json!(false))]),
                _ => nothing,
            }
        }
        "detached" => match detached(load, entry, told).await? {
            true => nothing,
            false => Ok(vec![differs(&entry.step, Value::Null, json!("there"))]),
        },
        "restored" => {
            let Some(found) = restored(load, attributes, entry).await? else {
                // Intercom need not show what is archived.
                let is_archived = told["former"]["archived"] == true;
                return Ok(if is_archived { Vec::new() } else { vec![differs("", json!("there"), json!("gone"))] });
            };
            Ok(fields(&told["former"]["fields"], &found).into_iter().map(|(n, w, f)| differs(&n, w, f)).collect())
        }
        _ => nothing,
    }
}

/// Whether what was on a row is off: the last piece of the path is what it was, the pieces before it where.
async fn detached(load: &Load, entry: &Entry, told: &Value) -> Result<bool> {
    let path = entry.path.as_deref().unwrap_or_default();
    let (list, target) = match &told["tag"] {
        Value::String(tag) => (format!("/companies/{}", entry.parent_id.as_deref().unwrap_or_default()), tag.as_str()),
        _ => path.rsplit_once('/').map_or((path.to_owned(), ""), |(list, target)| (list.to_owned(), target)),
    };
    let is_own_list = list.starts_with("/contacts/") || told["tag"].is_string();
    let where_ = if is_own_list { list.as_str() } else { list.rsplit_once('/').map_or("", |(row, _)| row) };
    let Some(found) = read(load, where_).await? else { return Ok(true) };
    let lists = [&found["data"], &found["tags"]["tags"], &found["contacts"]["contacts"], &found["options"]];
    let (is_contacts, is_options) = (list.ends_with("/customers"), list.ends_with("/options"));
    let is_it = |one: &Value| id_of(&one["id"]).as_deref() == Some(target) && one["archived"] != true;
    let there = match (is_contacts, is_options) {
        (true, _) => has(lists[2], is_it),
        (_, true) => has(lists[3], is_it),
        _ => has(lists[0], is_it) || has(lists[1], is_it),
    };
    Ok(!there)
}

fn has(list: &Value, is_it: impl Fn(&Value) -> bool) -> bool {
    list.as_array().is_some_and(|list| list.iter().any(is_it))
}

async fn restored(load: &Load, attributes: &Attributes, entry: &Entry) -> Result<Option<Value>> {
    let id = entry.intercom_id.as_deref().or(entry.parent_id.as_deref()).unwrap_or_default();
    match entry.table.as_str() {
        CONTACTS => read(load, &format!("/contacts/{id}")).await,
        COMPANIES => read(load, &format!("/companies/{id}")).await,
        TAGS => read(load, &format!("/tags/{id}")).await,
        ATTRIBUTES => Ok(attributes.data_by_id(id).map(|found| {
            let options = crate::tables::attributes::options_of(found);
            json!({ "options": options.iter().map(|o| json!({ "value": o })).collect::<Vec<_>>() })
        })),
        _ => read(load, &format!("{}/{id}", entry.path.as_deref().unwrap_or_default())).await,
    }
}

/// Fields that are not what they were: name, what they were, what they are.
fn fields(former: &Value, found: &Value) -> Vec<(String, Value, Value)> {
    let mut differing = Vec::new();
    for (name, wanted) in former.as_object().into_iter().flatten() {
        let is = before::value(found, name);
        if name == "custom_attributes" {
            differing.extend(fields(wanted, &is).into_iter().map(|(n, w, f)| (format!("custom_attributes.{n}"), w, f)));
        } else if !is_same(wanted, &is) {
            differing.push((name.clone(), wanted.clone(), is));
        }
    }
    differing
}

/// Attributes of companies are written as texts and may be read as numbers.
fn is_same(one: &Value, other: &Value) -> bool {
    one == other || (!one.is_null() && !other.is_null() && text(one) == text(other))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

async fn read(load: &Load, path: &str) -> Result<Option<Value>> {
    match load.client.send(&Request::get(path)).await {
        Ok(reply) => Ok(Some(reply.json)),
        Err(deskferry_http::Error::Refused { status: 404 | 410, .. }) => Ok(None),
        Err(error) => Err(Error::from(error)),
    }
}
