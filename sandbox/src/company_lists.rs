//! Companies by list, scroll and lookup. A company without contacts is missing from lists, as in Intercom.

use crate::call::Call;
use crate::companies::{self, Company};
use crate::contacts;
use crate::paging::{Cursor, Page};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, get, post};
use crate::workspace::Workspace;
use serde_json::{Value, json};

pub(crate) const ROUTES: &[Route] = &[
    get("/companies", find),
    post("/companies/list", list),
    get("/companies/scroll", scroll),
    get("/companies/{company_id}/contacts", contacts_of),
    get("/companies/{company_id}/segments", segments_of),
];

/// Rows a page-numbered list can reach.
const LISTED_MAX: usize = 10_000;
/// Companies per scroll page.
const SCROLL_PAGE: usize = 100;
/// A scroll that is not used for this long is over.
const SCROLL_IDLE_MS: i64 = 60_000;

fn visible(ws: &Workspace) -> impl DoubleEndedIterator<Item = &Company> {
    ws.companies.values().filter(|company| !company.archived && !company.contacts.is_empty())
}

fn page_of(ws: &Workspace, call: &Call, companies: Vec<&Company>) -> Answer {
    let page = Page::of(call, 15, 60, companies.len())?;
    let total = companies.len();
    let data: Vec<Value> =
        page.slice(companies.into_iter()).into_iter().map(|company| companies::json(ws, company)).collect();
    Ok(Reply::json(json!({ "type": "list", "data": data, "pages": page.pages(), "total_count": total })))
}

/// `?company_id=`, `?name=`, `?tag_id=`; the first two also see companies without contacts.
fn find(ws: &mut Workspace, call: &Call) -> Answer {
    let live = ws.companies.values().filter(|company| !company.archived);
    let found: Vec<&Company> = if let Some(key) = call.query("company_id") {
        ws.company_by_key.get(key).and_then(|n| ws.companies.get(n)).filter(|c| !c.archived).into_iter().collect()
    } else if let Some(name) = call.query("name") {
        live.filter(|company| company.name.as_deref() == Some(name)).take(1).collect()
    } else if let Some(tag) = call.query("tag_id") {
        let tag = tag.parse::<u64>().map_err(|_| Refusal::no_resource())?;
        return page_of(ws, call, visible(ws).filter(|c| c.tags.iter().any(|t| t.tag == tag)).collect());
    } else if call.query("segment_id").is_some() {
        return page_of(ws, call, Vec::new());
    } else {
        return page_of(ws, call, visible(ws).rev().take(LISTED_MAX).collect());
    };
    if found.is_empty() {
        return Err(Refusal::no_company());
    }
    page_of(ws, call, found)
}

fn list(ws: &mut Workspace, call: &Call) -> Answer {
    let companies = if call.query("order") == Some("asc") {
        visible(ws).take(LISTED_MAX).collect()
    } else {
        visible(ws).rev().take(LISTED_MAX).collect()
    };
    page_of(ws, call, companies)
}

/// The whole set, a hundred at a time, until an empty page. One scroll can be open; it ends a minute after its last use.
fn scroll(ws: &mut Workspace, call: &Call) -> Answer {
    let open = ws.scroll_used_ms.is_some_and(|used| call.now_ms - used < SCROLL_IDLE_MS);
    let (last, page) = match call.query("scroll_param").filter(|param| !param.is_empty()) {
        Some(param) => {
            let cursor = Cursor::decode(param).ok().filter(|_| open);
            let cursor = cursor.ok_or_else(|| Refusal::not_found("scroll parameter not found"))?;
            (cursor.last, cursor.page)
        }
        None if open => return Err(Refusal::new(400, "scroll_exists", "scroll already exists for this workspace")),
        None => (0, 0),
    };
    let start = u32::try_from(last).unwrap_or(u32::MAX).saturating_add(1);
    let rest = ws.companies.range(start..).map(|(_, company)| company);
    let found: Vec<&Company> =
        rest.filter(|company| !company.archived && !company.contacts.is_empty()).take(SCROLL_PAGE).collect();
    let used = (!found.is_empty()).then_some(call.now_ms);
    let last = found.last().map_or(last, |company| u64::from(company.n));
    let data: Vec<Value> = found.into_iter().map(|company| companies::json(ws, company)).collect();
    ws.scroll_used_ms = used;
    Ok(Reply::json(json!({
        "type": "list",
        "data": data,
        "pages": null,
        "total_count": null,
        "scroll_param": Cursor { page: page + 1, last, total: 0 }.encode(),
    })))
}

fn contacts_of(ws: &mut Workspace, call: &Call) -> Answer {
    let company = ws.company(call.param(0))?;
    let page = Page::of(call, 50, 150, company.contacts.len())?;
    let contacts = page.slice(company.contacts.iter().filter_map(|n| ws.contacts.get(n)));
    let data: Vec<Value> = contacts.into_iter().map(|contact| contacts::json(ws, contact, &call.base_url)).collect();
    Ok(Reply::json(json!({
        "type": "list",
        "data": data,
        "total_count": company.contacts.len(),
        "pages": page.pages(),
    })))
}

fn segments_of(ws: &mut Workspace, call: &Call) -> Answer {
    ws.company(call.param(0))?;
    Ok(Reply::json(json!({ "type": "list", "data": [] })))
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn a_company_without_contacts_is_missing_from_lists_and_found_by_its_key() {
        let mut h = Harness::new();
        let id = h.ok("POST", "/companies", json!({ "company_id": "c1", "name": "Acme" }))["id"].clone();
        assert_eq!(h.ok("POST", "/companies/list", json!(null))["total_count"], 0);
        assert_eq!(h.get("/companies/scroll")["data"], json!([]));
        assert_eq!(h.get("/companies?company_id=c1")["data"][0]["id"], id);
        assert_eq!(h.get("/companies?name=Acme")["data"][0]["id"], id);
        assert_eq!(h.call("GET", "/companies?company_id=c2", json!(null)).0, 404);
        let contact = h.contact("a@x.test");
        h.ok("POST", &format!("/contacts/{contact}/companies"), json!({ "id": id }));
        assert_eq!(h.ok("POST", "/companies/list", json!(null))["total_count"], 1);
        let page = h.get("/companies/scroll");
        assert_eq!(page["data"][0]["id"], id);
        assert_eq!(h.call("GET", "/companies/scroll", json!(null)).1["errors"][0]["code"], "scroll_exists");
        let next = page["scroll_param"].as_str().unwrap();
        assert_eq!(h.get(&format!("/companies/scroll?scroll_param={next}"))["data"], json!([]));
    }
}
