//! What rows that were in Intercom before us were like: read before each of our writes to them, kept in the ledger as `before`,
//! given back by a rollback.
//!
//! | row | read by | when |
//! |---|---|---|
//! | company | `GET /companies?company_id=` | before its first write, for that is an upsert |
//! | custom object | `GET /custom_object_instances/{type}?external_id=` | likewise |
//! | contact | `GET /contacts/{id}` | where creating it was refused as it exists (`contact_conflict.rs`) |
//! | any of these, and a tag | by id | before each change to one that existed |
//! | options of an attribute | not: they were listed | before they are added |
//!
//! `before` is null where the row was not there; else an object with `fields` (only those that the write sets), or with `archived`.
//! Where a company is written first or a contact is taken over, the `tags` and `companies` it had are in it too: those are never
//! taken off again. It is stored before the write goes out. Where a crash makes a write go out again, the second `before` holds what
//! the first write has made; going back from the newest to the oldest ends at what was there first. What may not be read (403) is
//! written all the same, and a rollback leaves it.

use deskferry_http::{Method, Request, path_piece};
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::{Map, Value, json};

use crate::Result;
use crate::chain::Work;
use crate::intercom::{id_of, pages};
use crate::load::Load;
use crate::step::{Call, Field, PathId, Step};
use crate::tables::{COMPANIES, CONTACTS, CUSTOM_OBJECTS, TAGS};
use crate::todo::Todo;

/// Lists inside a contact, and where each is read whole; only that of companies comes in pages.
pub(crate) const LISTS: [(&str, &str); 2] =
    [("tags", "GET /contacts/{id}/tags"), ("companies", "GET /contacts/{id}/companies")];
/// Companies of a page.
const PER_PAGE: u32 = 50;

/// How to learn what a row was.
#[derive(Debug, Clone)]
pub(crate) enum Before {
    /// By this call, which needs no id of ours.
    Read(Call),
    /// It is known.
    Known(Value),
}

/// What a row was.
#[derive(Debug, Clone)]
pub(crate) struct Former {
    pub(crate) id: Option<String>,
    pub(crate) before: Value,
}

/// Reads what the rows of a batch were, as far as their next steps call for it. Several at a time.
pub(crate) async fn read_all(load: &Load, batch: &mut [Work], at_once: usize) -> Result<()> {
    let mut due = Vec::new();
    for (place, work) in batch.iter().enumerate() {
        for (number, (step, todo)) in work.chain.steps.iter().zip(&work.todo).enumerate() {
            if is_due(load, step, *todo) {
                due.push((place, number, step.clone(), *todo));
            }
        }
    }
    let mut read = futures::stream::iter(due)
        .map(|(place, number, step, todo)| async move {
            read(load, &step, todo).await.map(|former| (place, number, former))
        })
        .buffer_unordered(at_once.max(1));
    while let Some((place, number, former)) = read.try_next().await? {
        if let Some(step) = batch.get_mut(place).and_then(|work| work.chain.steps.get_mut(number)) {
            step.former = former;
        }
    }
    Ok(())
}

fn is_due(load: &Load, step: &Step, todo: Todo) -> bool {
    let known = load.ledger.known(step.table, &step.key, &step.name);
    match todo {
        Todo::Send | Todo::Resolve { .. } => step.before.is_some() && !known.is_some_and(|k| k.made),
        Todo::Update if matches!(step.before, Some(Before::Known(_))) => true,
        Todo::Update => step.name == "create" && known.is_some_and(|k| k.existed),
        _ => false,
    }
}

async fn read(load: &Load, step: &Step, todo: Todo) -> Result<Option<Former>> {
    let id = load.ledger.id(step.table, &step.key);
    let (request, call) = match (&step.before, todo) {
        (Some(Before::Known(before)), _) => return Ok(Some(Former { id, before: before.clone() })),
        (Some(Before::Read(read)), Todo::Send | Todo::Resolve { .. }) => {
            let Ok(mut request) = load.composer().request(read, false).await else { return Ok(None) };
            request.idempotent = true;
            (request, &step.call)
        }
        _ => {
            let call = step.update.as_ref().unwrap_or(&step.call);
            let Some(path) = id.and_then(|id| path_of(step, &id)) else { return Ok(None) };
            (Request::get(path), call)
        }
    };
    let endpoint = request.path.split('?').next().unwrap_or_default();
    let endpoint = match endpoint.split('/').nth(2) {
        Some(last) => format!("GET {}{{id}}", endpoint.trim_end_matches(last)),
        None => format!("GET {endpoint}"),
    };
    load.count_reads(&[&endpoint]);
    if load.rehearsal.is_some() {
        return Ok(None);
    }
    let json = match load.client.send(&request).await {
        Ok(mut reply) if reply.json["data"].is_array() => reply.json["data"][0].take(),
        Ok(reply) => reply.json,
        Err(deskferry_http::Error::Refused { status: 404, .. }) => Value::Null,
        // Who may not read it is told so by the write; a rollback then does not know whose the row is, and leaves it.
        Err(deskferry_http::Error::Refused { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    Ok(Some(former(step.table, call, &json)))
}

/// Where a row of a table is read.
fn path_of(step: &Step, id: &str) -> Option<String> {
    let id = path_piece(id);
    match (step.table, step.call.ids.first()) {
        (CONTACTS, _) => Some(format!("/contacts/{id}")),
        (COMPANIES, _) => Some(format!("/companies/{id}")),
        (TAGS, _) => Some(format!("/tags/{id}")),
        (CUSTOM_OBJECTS, Some(PathId::Text(kind))) => {
            Some(format!("/custom_object_instances/{}/{id}", path_piece(kind)))
        }
        _ => None,
    }
}

/// What `call` will change of a row that reads as `json`.
pub(crate) fn former(table: &str, call: &Call, json: &Value) -> Former {
    let Some(id) = id_of(&json["id"]) else { return Former { id: None, before: Value::Null } };
    let mut fields = Map::new();
    for (name, field) in &call.body {
        match (*name, field) {
            ("id", _) => {}
            ("custom_attributes", Field::Json(Value::Object(custom))) => {
                let had = custom.keys().map(|name| (name.clone(), value(&json["custom_attributes"], name)));
                fields.insert((*name).to_owned(), Value::Object(had.collect()));
            }
            _ => {
                fields.insert((*name).to_owned(), value(json, name));
            }
        }
    }
    let mut before = json!({ "fields": fields });
    match table {
        COMPANIES => before["tags"] = ids(&json["tags"]["tags"]),
        CUSTOM_OBJECTS => before["type"] = json["type"].clone(),
        _ => {}
    }
    Former { id: Some(id), before }
}

/// What a contact was that is taken over, with its tags and companies, of which it shows the first ten.
pub(crate) async fn former_contact(load: &Load, call: &Call, json: &Value) -> Result<Former> {
    let mut former = former(CONTACTS, call, json);
    for (list, endpoint) in LISTS {
        former.before[list] = ids(&json[list]["data"]);
        if let (true, Some(id)) = (json[list]["has_more"] == true, &former.id) {
            load.count_reads(&vec![endpoint; list_reads(json, list)]);
            former.before[list] =
                ids(&Value::Array(pages(&load.client, &endpoint[4..].replace("{id}", id), PER_PAGE).await?));
        }
    }
    Ok(former)
}

/// How many reads the whole list of a contact takes, of which it shows only some.
pub(crate) fn list_reads(contact: &Value, list: &str) -> usize {
    let total = contact[list]["total_count"].as_u64().unwrap_or_default();
    match contact[list]["has_more"] == true {
        true if list == "companies" => total.div_ceil(PER_PAGE.into()) as usize,
        more => usize::from(more),
    }
}

/// A field in the form in which it is written.
pub(crate) fn value(json: &Value, name: &str) -> Value {
    match (name, &json[name]) {
        ("plan", plan) => plan["name"].clone(),
        (_, Value::Object(linked)) if linked.contains_key("instances") => ids(&linked["instances"]),
        (_, value) => value.clone(),
    }
}

fn ids(list: &Value) -> Value {
    list.as_array().into_iter().flatten().filter_map(|one| id_of(&one["id"])).collect()
}

/// A read with one blank.
pub(crate) fn read_by(path: &'static str, ids: Vec<PathId>) -> Before {
    Before::Read(Call::new(Method::Get, path, ids))
}
