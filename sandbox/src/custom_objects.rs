//! Objects of custom types. Types come from the workspace file; no call creates them.

use crate::attributes::map_of;
use crate::call::Call;
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, get, post};
use crate::workspace::Workspace;
use crate::workspace_file::WorkspaceFile;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};

pub(crate) const ROUTES: &[Route] = &[
    post("/custom_object_instances/{type}", upsert),
    get("/custom_object_instances/{type}", list),
    delete("/custom_object_instances/{type}", remove_by_external_id),
    get("/custom_object_instances/{type}/{id}", read),
    delete("/custom_object_instances/{type}/{id}", remove),
];

/// A type and its objects.
#[derive(Debug)]
pub(crate) struct ObjectType {
    identifier: String,
    /// Empty: any attribute is taken.
    attributes: Vec<String>,
    pub(crate) contact_relation: Option<String>,
    pub(crate) instances: BTreeMap<u64, Instance>,
    by_external: HashMap<String, u64>,
}

/// An object.
#[derive(Debug)]
pub(crate) struct Instance {
    id: u64,
    external_id: Option<String>,
    external_created_at: Option<i64>,
    external_updated_at: Option<i64>,
    custom: Map<String, Value>,
    created_at: i64,
    updated_at: i64,
}

pub(crate) fn types(file: &WorkspaceFile) -> BTreeMap<String, ObjectType> {
    let types = file.custom_object_types.iter().map(|entry| {
        let kind = ObjectType {
            identifier: entry.identifier.clone(),
            attributes: entry.attributes.clone(),
            contact_relation: entry.contact_relation.clone(),
            instances: BTreeMap::new(),
            by_external: HashMap::new(),
        };
        (entry.identifier.clone(), kind)
    });
    types.collect()
}

impl ObjectType {
    fn json(&self, instance: &Instance) -> Value {
        let mut out = json!({
            "id": instance.id.to_string(),
            "type": self.identifier,
            "external_created_at": instance.external_created_at,
            "external_updated_at": instance.external_updated_at,
            "created_at": instance.created_at,
            "updated_at": instance.updated_at,
            "custom_attributes": instance.custom,
        });
        if let Some(id) = &instance.external_id {
            out["external_id"] = json!(id);
        }
        out
    }

    /// By Intercom id, else by external id.
    fn find(&self, id: &str) -> Option<&Instance> {
        let by_id = id.parse().ok().and_then(|id: u64| self.instances.get(&id));
        by_id.or_else(|| self.instances.get(self.by_external.get(id)?))
    }

    pub(crate) fn find_value(&self, id: &Value) -> Option<&Instance> {
        crate::call::id_of(id, "id").ok().flatten().and_then(|id| self.find(&id))
    }

    /// A stored link, `["21", …]`, as `{type: "Asset.list", instances: […]}`.
    pub(crate) fn linked_json(&self, ids: &Value) -> Value {
        let ids = ids.as_array().map_or(&[][..], Vec::as_slice);
        let linked = ids.iter().filter_map(|id| self.find_value(id)).map(|instance| self.json(instance));
        json!({ "type": format!("{}.list", self.identifier), "instances": linked.collect::<Vec<_>>() })
    }

    fn holds(&self, links: Option<&Value>, instance: &Instance) -> bool {
        let ids = links.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        ids.iter().any(|id| self.find_value(id).is_some_and(|have| have.id == instance.id))
    }

    fn take(&mut self, id: u64) -> Value {
        if let Some(external_id) = self.instances.remove(&id).and_then(|instance| instance.external_id) {
            self.by_external.remove(&external_id);
        }
        json!({ "id": id.to_string(), "object": self.identifier, "deleted": true })
    }
}

fn kind<'w>(ws: &'w Workspace, call: &Call) -> Result<&'w ObjectType, Refusal> {
    ws.object_types.get(call.param(0)).ok_or_else(|| Refusal::not_found("Custom object type not found"))
}

fn upsert(ws: &mut Workspace, call: &Call) -> Answer {
    let have = kind(ws, call)?;
    let external_id = call.id("external_id")?;
    let known = external_id.as_ref().and_then(|id| have.by_external.get(id)).copied();
    let custom = map_of(call.field("custom_attributes"))?.cloned().unwrap_or_default();
    let declared = |name: &String| have.attributes.is_empty() || have.attributes.contains(name);
    if let Some(name) = custom.keys().find(|name| !declared(name)) {
        return Err(Refusal::invalid(format!("Custom object attribute '{name}' does not exist")));
    }
    let (created, updated) = (call.seconds("external_created_at")?, call.seconds("external_updated_at")?);
    let id = known.unwrap_or_else(|| ws.next.other());
    let have = ws.object_types.get_mut(call.param(0)).ok_or_else(Refusal::no_resource)?;
    let instance = have.instances.entry(id).or_insert_with(|| Instance {
        id,
        external_id: external_id.clone(),
        external_created_at: None,
        external_updated_at: None,
        custom: Map::new(),
        created_at: call.now(),
        updated_at: call.now(),
    });
    instance.external_created_at = created.or(instance.external_created_at);
    instance.external_updated_at = updated.or(instance.external_updated_at);
    crate::attributes::merge(&mut instance.custom, custom);
    instance.updated_at = call.now();
    if let Some(external_id) = external_id {
        have.by_external.insert(external_id, id);
    }
    have.instances.get(&id).map(|instance| Reply::json(have.json(instance))).ok_or_else(Refusal::no_resource)
}

/// All of a type, those of a contact or conversation, or (with `external_id`) a single one.
fn list(ws: &mut Workspace, call: &Call) -> Answer {
    let have = kind(ws, call)?;
    if let Some(id) = call.query("external_id") {
        let found = have.by_external.get(id).and_then(|id| have.instances.get(id));
        return found.map(|instance| Reply::json(have.json(instance))).ok_or_else(Refusal::no_resource);
    }
    let mut found: Vec<&Instance> = have.instances.values().collect();
    if let Some(id) = call.query("references_contact_id") {
        let contact = ws.contact(id)?;
        let links = have.contact_relation.as_ref().and_then(|name| contact.custom.get(name));
        found.retain(|instance| have.holds(links, instance));
    }
    if let Some(id) = call.query("references_conversation_id") {
        let conversation = ws.conversation(id)?;
        let relations = ws
            .conversation_attributes
            .values()
            .filter(|attribute| attribute.reference.as_ref().is_some_and(|(_, kind)| *kind == have.identifier));
        let links: Vec<&Value> = relations.filter_map(|a| conversation.custom.get(&a.name)).collect();
        found.retain(|instance| links.iter().any(|links| have.holds(Some(links), instance)));
    }
    let page = Page::of(call, 20, 150, found.len())?;
    let total = found.len();
    let data: Vec<Value> = page.slice(found.into_iter()).into_iter().map(|instance| have.json(instance)).collect();
    let url = format!("{}/custom_object_instances/{}", call.base_url, call.param(0));
    Ok(Reply::json(json!({ "type": "list", "data": data, "total_count": total, "pages": page.pages_link(&url) })))
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    let have = kind(ws, call)?;
    have.find(call.param(1)).map(|instance| Reply::json(have.json(instance))).ok_or_else(Refusal::no_resource)
}

fn delete_one(ws: &mut Workspace, call: &Call, id: u64) -> Answer {
    let have = ws.object_types.get_mut(call.param(0)).ok_or_else(Refusal::no_resource)?;
    Ok(Reply::json(have.take(id)))
}

fn remove(ws: &mut Workspace, call: &Call) -> Answer {
    let id = kind(ws, call)?.find(call.param(1)).ok_or_else(Refusal::no_resource)?.id;
    delete_one(ws, call, id)
}

fn remove_by_external_id(ws: &mut Workspace, call: &Call) -> Answer {
    let have = kind(ws, call)?;
    let id = call.query("external_id").and_then(|id| have.by_external.get(id)).copied();
    delete_one(ws, call, id.ok_or_else(Refusal::no_resource)?)
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn objects_are_written_by_external_id_and_linked_both_ways() {
        let mut h = Harness::new();
        assert_eq!(h.call("POST", "/custom_object_instances/Car", json!({})).0, 404);
        let body = json!({ "external_id": "a1", "custom_attributes": { "serial": "X" } });
        let first = h.ok("POST", "/custom_object_instances/Asset", body.clone());
        assert_eq!(h.ok("POST", "/custom_object_instances/Asset", body)["id"], first["id"]);
        let unknown = json!({ "external_id": "a2", "custom_attributes": { "colour": "red" } });
        assert_eq!(h.call("POST", "/custom_object_instances/Asset", unknown).0, 400);
        let contact = h.contact("a@x.test");
        let linked =
            h.ok("PUT", &format!("/contacts/{contact}"), json!({ "custom_attributes": { "assets": [first["id"]] } }));
        assert_eq!(linked["custom_attributes"]["assets"]["instances"][0]["external_id"], "a1");
        let reference = json!({ "type": "many", "object_type_id": "Asset" });
        h.ok(
            "POST",
            "/conversations/attributes",
            json!({ "name": "Assets", "data_type": "relationship", "reference": reference }),
        );
        let id = h.conversation();
        let path = format!("/conversations/{id}");
        assert_eq!(h.call("PUT", &path, json!({ "custom_attributes": { "Assets": ["999"] } })).0, 400);
        h.ok("PUT", &path, json!({ "custom_attributes": { "Assets": [first["id"]] } }));
        for query in [format!("references_contact_id={contact}"), format!("references_conversation_id={id}")] {
            assert_eq!(h.get(&format!("/custom_object_instances/Asset?{query}"))["total_count"], 1, "{query}");
        }
        h.ok("DELETE", "/custom_object_instances/Asset?external_id=a1", json!(null));
        assert_eq!(h.call("GET", "/custom_object_instances/Asset/a1", json!(null)).0, 404);
    }
}
