//! Companies: upsert by `company_id`, read, update, delete. Unknown parameters are refused.

use crate::attributes::{self, Model};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, get, post, put};
use crate::tags::Taggings;
use crate::workspace::Workspace;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

pub(crate) const ROUTES: &[Route] = &[
    post("/companies", upsert),
    get("/companies/{company_id}", read),
    put("/companies/{company_id}", update),
    delete("/companies/{company_id}", remove),
];

/// A company.
#[derive(Debug, Default)]
pub(crate) struct Company {
    pub(crate) n: u32,
    /// The id its owner gave it.
    pub(crate) company_id: String,
    pub(crate) name: Option<String>,
    pub(crate) plan: Option<String>,
    pub(crate) size: Option<i64>,
    pub(crate) website: Option<String>,
    pub(crate) industry: Option<String>,
    pub(crate) monthly_spend: i64,
    pub(crate) remote_created_at: Option<i64>,
    pub(crate) last_request_at: Option<i64>,
    pub(crate) custom: Map<String, Value>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) contacts: BTreeSet<u32>,
    pub(crate) tags: Taggings,
    pub(crate) notes: Vec<u64>,
    /// Deleted through the API: hidden until somebody is attached or the company is written again.
    pub(crate) archived: bool,
}

/// A company as the API shows it.
pub(crate) fn json(ws: &Workspace, company: &Company) -> Value {
    let tags: Vec<Value> = company
        .tags
        .iter()
        .filter_map(|tagging| ws.tags.get(&tagging.tag))
        .map(|tag| json!({ "type": "tag", "id": tag.id.to_string(), "name": tag.name }))
        .collect();
    let mut out = json!({
        "type": "company",
        "id": ws.company_id(company.n),
        "company_id": company.company_id,
        "app_id": ws.app_id,
        "created_at": company.created_at,
        "updated_at": company.updated_at,
        "monthly_spend": company.monthly_spend,
        "session_count": 0,
        "user_count": company.contacts.len(),
        "tags": { "type": "tag.list", "tags": tags },
        "segments": { "type": "segment.list", "segments": [] },
        "plan": {},
        "custom_attributes": company.custom,
    });
    if let Some(plan) = &company.plan {
        out["plan"] = json!({ "type": "plan", "id": plan.to_lowercase(), "name": plan });
    }
    // The description has no null for these.
    let rest = [
        ("name", company.name.as_ref().map(|text| json!(text))),
        ("website", company.website.as_ref().map(|text| json!(text))),
        ("industry", company.industry.as_ref().map(|text| json!(text))),
        ("size", company.size.map(|size| json!(size))),
        ("remote_created_at", company.remote_created_at.map(|time| json!(time))),
        ("last_request_at", company.last_request_at.map(|time| json!(time))),
    ];
    for (name, value) in rest {
        if let Some(value) = value {
            out[name] = value;
        }
    }
    out
}

fn refuse_unknown(call: &Call, known: &[&str]) -> Result<(), Refusal> {
    let fields = call.object()?.into_iter().flatten();
    match fields.map(|(name, _)| name).find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(Refusal::new(400, "bad_request", format!("bad '{name}' parameter"))),
        None => Ok(()),
    }
}

/// Checks everything first, so that a refused call changes nothing.
fn check(ws: &Workspace, call: &Call) -> Result<Option<Map<String, Value>>, Refusal> {
    for name in ["name", "plan", "website", "industry"] {
        call.text(name)?;
    }
    call.int("size")?;
    spend(call)?;
    call.seconds("remote_created_at")?;
    call.bool("update_last_request_at")?;
    attributes::checked(ws, Model::Company, call)
}

/// `monthly_spend`: fractions are cut off.
fn spend(call: &Call) -> Result<Option<i64>, Refusal> {
    match call.field("monthly_spend") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let spend = value.as_f64().map(|spend| spend.trunc() as i64);
            spend
                .filter(|spend| *spend <= i64::from(i32::MAX))
                .map(Some)
                .ok_or_else(|| Refusal::invalid("monthly_spend must be a number up to 2147483647"))
        }
    }
}

fn apply(company: &mut Company, call: &Call, custom: Option<Map<String, Value>>) -> Result<(), Refusal> {
    let texts = [
        ("name", &mut company.name),
        ("plan", &mut company.plan),
        ("website", &mut company.website),
        ("industry", &mut company.industry),
    ];
    for (name, slot) in texts {
        if let Some(text) = call.text(name)? {
            *slot = Some(text.to_owned());
        }
    }
    company.size = call.int("size")?.or(company.size);
    company.monthly_spend = spend(call)?.unwrap_or(company.monthly_spend);
    company.remote_created_at = call.seconds("remote_created_at")?.or(company.remote_created_at);
    if call.bool("update_last_request_at")?.unwrap_or(false) {
        company.last_request_at = Some(call.now());
    }
    if let Some(custom) = custom {
        attributes::merge(&mut company.custom, custom);
    }
    company.updated_at = call.now();
    company.archived = false;
    Ok(())
}

fn upsert(ws: &mut Workspace, call: &Call) -> Answer {
    let known = [
        "company_id",
        "name",
        "plan",
        "size",
        "website",
        "industry",
        "custom_attributes",
        "remote_created_at",
        "update_last_request_at",
        "monthly_spend",
    ];
    refuse_unknown(call, &known)?;
    let key = call.id("company_id")?.ok_or_else(|| Refusal::missing("company_id is a required parameter"))?;
    let custom = check(ws, call)?;
    let n = match ws.company_by_key.get(&key) {
        Some(n) => *n,
        None => {
            let n = ws.next.company();
            let company = Company { n, company_id: key.clone(), created_at: call.now(), ..Company::default() };
            ws.companies.insert(n, company);
            ws.company_by_key.insert(key, n);
            n
        }
    };
    let company = ws.companies.get_mut(&n).ok_or_else(Refusal::no_company)?;
    apply(company, call, custom)?;
    show(ws, n)
}

fn show(ws: &Workspace, n: u32) -> Answer {
    let company = ws.companies.get(&n).ok_or_else(Refusal::no_company)?;
    Ok(Reply::json(json(ws, company)))
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    let company = ws.company(call.param(0))?;
    if company.archived { Err(Refusal::no_company()) } else { Ok(Reply::json(json(ws, company))) }
}

fn update(ws: &mut Workspace, call: &Call) -> Answer {
    let n = ws.company_n(call.param(0))?;
    refuse_unknown(call, &["name", "plan", "size", "website", "industry", "custom_attributes", "monthly_spend"])?;
    let custom = check(ws, call)?;
    let company = ws.companies.get_mut(&n).ok_or_else(Refusal::no_company)?;
    apply(company, call, custom)?;
    show(ws, n)
}

/// Archives the company and takes everybody out of it.
fn remove(ws: &mut Workspace, call: &Call) -> Answer {
    let n = ws.company_n(call.param(0))?;
    let company = ws.companies.get_mut(&n).filter(|company| !company.archived).ok_or_else(Refusal::no_company)?;
    company.archived = true;
    for contact in std::mem::take(&mut company.contacts) {
        if let Some(contact) = ws.contacts.get_mut(&contact) {
            contact.companies.retain(|other| *other != n);
        }
    }
    Ok(Reply::json(json!({ "id": ws.company_id(n), "object": "company", "deleted": true })))
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn the_same_company_id_is_the_same_company() {
        let mut h = Harness::new();
        let first = h.ok("POST", "/companies", json!({ "company_id": "c1", "name": "Acme", "monthly_spend": 9.9 }));
        let second = h.ok("POST", "/companies", json!({ "company_id": "c1", "plan": "Pro" }));
        assert_eq!(first["id"], second["id"]);
        assert_eq!((&second["name"], &second["monthly_spend"]), (&json!("Acme"), &json!(9)));
        assert_eq!(second["plan"]["name"], "Pro");
    }

    #[test]
    fn unknown_parameters_are_named() {
        let mut h = Harness::new();
        let (status, body) = h.call("POST", "/companies", json!({ "company_id": "c1", "parent_id": "c0" }));
        assert_eq!((status, &body["errors"][0]["message"]), (400, &json!("bad 'parent_id' parameter")));
        let id = h.ok("POST", "/companies", json!({ "company_id": "c1" }))["id"].clone();
        let path = format!("/companies/{}", id.as_str().unwrap());
        assert_eq!(h.call("PUT", &path, json!({ "company_id": "c2" })).0, 400);
    }

    #[test]
    fn deleting_detaches_and_writing_brings_back() {
        let mut h = Harness::new();
        let contact = h.contact("a@x.test");
        let id = h.ok("POST", "/companies", json!({ "company_id": "c1" }))["id"].as_str().unwrap().to_owned();
        h.ok("POST", &format!("/contacts/{contact}/companies"), json!({ "id": id }));
        assert_eq!(h.get(&format!("/contacts/{contact}/companies"))["total_count"], 1);
        h.ok("DELETE", &format!("/companies/{id}"), json!(null));
        assert_eq!(h.get(&format!("/contacts/{contact}/companies"))["total_count"], 0);
        assert_eq!(h.call("GET", &format!("/companies/{id}"), json!(null)).0, 404);
        assert_eq!(h.ok("POST", "/companies", json!({ "company_id": "c1" }))["id"], id.as_str());
    }
}
