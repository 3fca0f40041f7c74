//! Companies and tags of a contact.

use crate::call::Call;
use crate::companies;
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, get, post};
use crate::tags::{self, Tagging};
use crate::workspace::Workspace;
use serde_json::{Value, json};

pub(crate) const ROUTES: &[Route] = &[
    get("/contacts/{contact_id}/companies", companies_of),
    post("/contacts/{contact_id}/companies", attach_company),
    delete("/contacts/{contact_id}/companies/{company_id}", detach_company),
    get("/contacts/{contact_id}/tags", tags_of),
    post("/contacts/{contact_id}/tags", attach_tag),
    delete("/contacts/{contact_id}/tags/{tag_id}", detach_tag),
    get("/contacts/{contact_id}/segments", empty),
    get("/contacts/{contact_id}/subscriptions", empty),
];

/// Companies of one contact.
const COMPANIES_MAX: usize = 1000;

fn companies_of(ws: &mut Workspace, call: &Call) -> Answer {
    let contact = ws.contact(call.param(0))?;
    let page = Page::of(call, 50, 150, contact.companies.len())?;
    let companies = page.slice(contact.companies.iter().filter_map(|n| ws.companies.get(n)));
    let data: Vec<Value> = companies.into_iter().map(|company| companies::json(ws, company)).collect();
    let url = format!("{}/contacts/{}/companies", call.base_url, call.param(0));
    Ok(Reply::json(json!({
        "type": "list",
        "data": data,
        "companies": data,
        "total_count": contact.companies.len(),
        "pages": page.pages_link(&url),
    })))
}

fn attach_company(ws: &mut Workspace, call: &Call) -> Answer {
    ws.contact(call.param(0))?;
    let id = call.id("id")?.ok_or_else(|| Refusal::missing("company not specified"))?;
    let company = ws.company_n(&id)?;
    let contact = ws.contact_mut(call.param(0))?;
    if !contact.companies.contains(&company) {
        if contact.companies.len() >= COMPANIES_MAX {
            let text = "Contact has reached the maximum of 1000 company associations";
            return Err(Refusal::new(400, "contact_company_limit_exceeded", text));
        }
        contact.companies.push(company);
    }
    let n = contact.n;
    let company = ws.companies.get_mut(&company).ok_or_else(Refusal::no_company)?;
    company.contacts.insert(n);
    company.archived = false;
    Ok(Reply::json(companies::json(ws, ws.company(&id)?)))
}

fn detach_company(ws: &mut Workspace, call: &Call) -> Answer {
    ws.contact(call.param(0))?;
    let company = ws.company_n(call.param(1))?;
    let contact = ws.contact_mut(call.param(0))?;
    if !contact.companies.contains(&company) {
        return Err(Refusal::no_company());
    }
    contact.companies.retain(|n| *n != company);
    let n = contact.n;
    if let Some(company) = ws.companies.get_mut(&company) {
        company.contacts.remove(&n);
    }
    Ok(Reply::json(companies::json(ws, ws.company(call.param(1))?)))
}

fn tags_of(ws: &mut Workspace, call: &Call) -> Answer {
    let contact = ws.contact(call.param(0))?;
    let data: Vec<Value> = contact.tags.iter().filter_map(|tagging| ws.tagging_json(tagging)).collect();
    Ok(Reply::json(json!({ "type": "list", "data": data })))
}

fn attach_tag(ws: &mut Workspace, call: &Call) -> Answer {
    ws.contact(call.param(0))?;
    let tagging = Tagging { tag: ws.tag_named(call)?, at: call.now(), by: ws.own_admin() };
    tags::attach(&mut ws.contact_mut(call.param(0))?.tags, tagging);
    ws.tagging_json(&tagging).map(Reply::json).ok_or_else(Refusal::no_resource)
}

fn detach_tag(ws: &mut Workspace, call: &Call) -> Answer {
    ws.contact(call.param(0))?;
    let tag = call.number(1)?;
    let tagging = tags::detach(&mut ws.contact_mut(call.param(0))?.tags, tag).ok_or_else(Refusal::no_resource)?;
    ws.tagging_json(&tagging).map(Reply::json).ok_or_else(Refusal::no_resource)
}

fn empty(ws: &mut Workspace, call: &Call) -> Answer {
    ws.contact(call.param(0))?;
    Ok(Reply::json(json!({ "type": "list", "data": [] })))
}
