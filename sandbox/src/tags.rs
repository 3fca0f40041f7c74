//! Tags: found by name without regard to case, attached by id.

use crate::call::{Call, id_of};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, get, post};
use crate::workspace::Workspace;
use serde_json::{Value, json};

pub(crate) const ROUTES: &[Route] =
    &[get("/tags", list), post("/tags", upsert), get("/tags/{tag_id}", read), delete("/tags/{tag_id}", remove)];

/// A tag.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) id: u64,
    pub(crate) name: String,
}

/// A tag on an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tagging {
    pub(crate) tag: u64,
    pub(crate) at: i64,
    pub(crate) by: u64,
}

/// The tags of one object.
pub(crate) type Taggings = Vec<Tagging>;

/// Puts a tag on; putting it on twice changes nothing.
pub(crate) fn attach(taggings: &mut Taggings, tagging: Tagging) {
    if !taggings.iter().any(|have| have.tag == tagging.tag) {
        taggings.push(tagging);
    }
}

/// Takes a tag off; what it was, if it was there.
pub(crate) fn detach(taggings: &mut Taggings, tag: u64) -> Option<Tagging> {
    let at = taggings.iter().position(|have| have.tag == tag)?;
    Some(taggings.remove(at))
}

impl Workspace {
    /// The tag a call names in the field `id`.
    pub(crate) fn tag_named(&self, call: &Call) -> Result<u64, Refusal> {
        let id = call.id_needed("id")?;
        id.parse().ok().filter(|id| self.tags.contains_key(id)).ok_or_else(Refusal::no_resource)
    }

    pub(crate) fn tagging_json(&self, tagging: &Tagging) -> Option<Value> {
        let tag = self.tags.get(&tagging.tag)?;
        Some(json!({
            "type": "tag",
            "id": tag.id.to_string(),
            "name": tag.name,
            "applied_at": tagging.at,
            "applied_by": { "type": "admin", "id": tagging.by.to_string() },
        }))
    }

    /// `{type: "tag.list", tags: […]}`.
    pub(crate) fn tag_list_json(&self, taggings: &[Tagging]) -> Value {
        let tags: Vec<Value> = taggings.iter().filter_map(|tagging| self.tagging_json(tagging)).collect();
        json!({ "type": "tag.list", "tags": tags })
    }
}

fn basic(tag: &Tag) -> Value {
    json!({ "type": "tag", "id": tag.id.to_string(), "name": tag.name })
}

fn list(ws: &mut Workspace, _call: &Call) -> Answer {
    let tags: Vec<Value> = ws.tags.values().map(basic).collect();
    Ok(Reply::json(json!({ "type": "list", "data": tags })))
}

fn find(ws: &Workspace, call: &Call) -> Result<u64, Refusal> {
    call.number(0).ok().filter(|id| ws.tags.contains_key(id)).ok_or_else(Refusal::no_resource)
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    let tag = find(ws, call)?;
    ws.tags.get(&tag).map(|tag| Reply::json(basic(tag))).ok_or_else(Refusal::no_resource)
}

fn remove(ws: &mut Workspace, call: &Call) -> Answer {
    let id = find(ws, call)?;
    if let Some(tag) = ws.tags.remove(&id) {
        ws.tag_by_name.remove(&tag.name.to_lowercase());
    }
    Ok(Reply::empty(200))
}

/// Creates, renames (with `id`), or tags companies and contacts.
fn upsert(ws: &mut Workspace, call: &Call) -> Answer {
    let name = match call.text("name") {
        Ok(Some(name)) if !name.trim().is_empty() => name.trim().to_owned(),
        _ => return Err(Refusal::invalid("invalid tag parameters")),
    };
    let key = name.to_lowercase();
    let by_name = ws.tag_by_name.get(&key).copied();
    let id = match (call.id("id")?, by_name) {
        (Some(id), other) => {
            let id: u64 = id.parse().map_err(|_| Refusal::no_resource())?;
            if other.is_some_and(|other| other != id) {
                return Err(Refusal::invalid(format!("a tag named '{name}' already exists")));
            }
            let tag = ws.tags.get_mut(&id).ok_or_else(Refusal::no_resource)?;
            let old = std::mem::replace(&mut tag.name, name).to_lowercase();
            ws.tag_by_name.remove(&old);
            id
        }
        (None, Some(id)) => id,
        (None, None) => {
            let id = ws.next.other();
            ws.tags.insert(id, Tag { id, name });
            id
        }
    };
    ws.tag_by_name.insert(key, id);
    let mut body = ws.tags.get(&id).map(basic).unwrap_or_default();
    let tagging = Tagging { tag: id, at: call.now(), by: ws.own_admin() };
    if let Some(users) = call.field("users").and_then(Value::as_array) {
        body["users"] = tag_contacts(ws, users, tagging)?;
    }
    if let Some(companies) = call.field("companies").and_then(Value::as_array) {
        body["companies"] = tag_companies(ws, companies, tagging)?;
    }
    Ok(Reply::json(body))
}

/// Tags contacts; those that do not exist are skipped.
fn tag_contacts(ws: &mut Workspace, users: &[Value], tagging: Tagging) -> Result<Value, Refusal> {
    let mut done = Vec::new();
    for user in users {
        let id = user.get("id").map(|id| id_of(id, "id")).transpose()?.flatten().unwrap_or_default();
        if let Ok(contact) = ws.contact_mut(&id) {
            attach(&mut contact.tags, tagging);
            done.push(json!({ "id": id, "tagged": true }));
        }
    }
    Ok(json!(done))
}

/// Tags companies, or untags them; those that do not exist are skipped.
fn tag_companies(ws: &mut Workspace, companies: &[Value], tagging: Tagging) -> Result<Value, Refusal> {
    let mut done = Vec::new();
    for company in companies {
        let text = |name: &str| company.get(name).map(|id| id_of(id, name)).transpose().map(Option::flatten);
        let n = match (text("id")?, text("company_id")?) {
            (Some(id), _) => ws.company_n(&id).ok(),
            (None, Some(key)) => ws.company_by_key.get(&key).copied(),
            (None, None) => None,
        };
        let untag = company.get("untag").and_then(Value::as_bool).unwrap_or(false);
        let Some(n) = n else { continue };
        let id = ws.company_id(n);
        if let Some(company) = ws.companies.get_mut(&n) {
            if untag {
                detach(&mut company.tags, tagging.tag);
            } else {
                attach(&mut company.tags, tagging);
            }
            done.push(json!({ "id": id, "tagged": !untag }));
        }
    }
    Ok(json!(done))
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn same_name_in_other_case_is_the_same_tag() {
        let mut h = Harness::new();
        let first = h.ok("POST", "/tags", json!({ "name": "Billing" }));
        let second = h.ok("POST", "/tags", json!({ "name": "BILLING" }));
        assert_eq!((&first["id"], &second["name"]), (&second["id"], &json!("Billing")));
        let renamed = h.ok("POST", "/tags", json!({ "id": first["id"], "name": "Money" }));
        assert_eq!(renamed["id"], first["id"]);
        assert_ne!(h.ok("POST", "/tags", json!({ "name": "billing" }))["id"], first["id"]);
    }

    #[test]
    fn a_tag_that_does_not_exist_cannot_be_attached_and_a_deleted_one_is_gone() {
        let mut h = Harness::new();
        let contact = h.contact("a@x.test");
        let path = format!("/contacts/{contact}/tags");
        assert_eq!(h.call("POST", &path, json!({ "id": "999" })).0, 404);
        let tag = h.ok("POST", "/tags", json!({ "name": "vip" }))["id"].clone();
        h.ok("POST", &path, json!({ "id": tag }));
        assert_eq!(h.get(&path)["data"][0]["name"], "vip");
        h.ok("DELETE", &format!("/tags/{}", tag.as_str().unwrap()), json!(null));
        assert_eq!(h.get(&path)["data"], json!([]));
    }
}
