//! Notes on contacts and companies. They are stamped now and cannot be changed or deleted.

use crate::admins;
use crate::call::Call;
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, get, post};
use crate::workspace::Workspace;
use serde_json::{Value, json};

pub(crate) const ROUTES: &[Route] = &[
    get("/contacts/{contact_id}/notes", of_contact),
    post("/contacts/{contact_id}/notes", create_on_contact),
    get("/companies/{company_id}/notes", of_company),
    post("/companies/{company_id}/notes", create_on_company),
    get("/notes/{note_id}", read),
];

/// What a note is on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Parent {
    Contact(u32),
    Company(u32),
}

/// A note.
#[derive(Debug)]
pub(crate) struct Note {
    id: u64,
    parent: Parent,
    pub(crate) author: u64,
    pub(crate) created_at: i64,
    pub(crate) body: String,
}

fn json(ws: &Workspace, note: &Note) -> Value {
    let mut out = json!({
        "type": "note",
        "id": note.id.to_string(),
        "created_at": note.created_at,
        "body": note.body,
    });
    match note.parent {
        Parent::Contact(n) => out["contact"] = json!({ "type": "contact", "id": ws.contact_id(n) }),
        Parent::Company(n) => out["company"] = json!({ "type": "company", "id": ws.company_id(n) }),
    }
    if let Some(admin) = ws.admin(note.author) {
        out["author"] = admins::json(ws, admin);
    }
    out
}

fn create(ws: &mut Workspace, call: &Call, parent: Parent) -> Result<Value, Refusal> {
    let author = match call.id("admin_id")? {
        Some(id) => ws.admin_id(&id).ok_or_else(Refusal::no_resource)?,
        None => ws.own_admin(),
    };
    call.text_needed("body")?;
    let body = call.html.clone().unwrap_or_default();
    let note = Note { id: ws.next.other(), parent, author, created_at: call.now(), body };
    let (id, out) = (note.id, json(ws, &note));
    ws.notes.insert(id, note);
    match parent {
        Parent::Contact(n) => ws.contacts.get_mut(&n).map(|contact| contact.notes.push(id)),
        Parent::Company(n) => ws.companies.get_mut(&n).map(|company| company.notes.push(id)),
    };
    Ok(out)
}

fn list(ws: &Workspace, call: &Call, ids: &[u64]) -> Answer {
    let page = Page::of(call, 50, 150, ids.len())?;
    // Newest first.
    let notes = page.slice(ids.iter().rev().filter_map(|id| ws.notes.get(id)));
    let data: Vec<Value> = notes.into_iter().map(|note| json(ws, note)).collect();
    Ok(Reply::json(json!({ "type": "list", "data": data, "total_count": ids.len(), "pages": page.pages() })))
}

fn create_on_contact(ws: &mut Workspace, call: &Call) -> Answer {
    let n = ws.contact_n(call.param(0)).ok_or_else(Refusal::no_contact)?;
    create(ws, call, Parent::Contact(n)).map(Reply::json)
}

fn create_on_company(ws: &mut Workspace, call: &Call) -> Answer {
    let n = ws.company_n(call.param(0))?;
    create(ws, call, Parent::Company(n)).map(Reply::json)
}

fn of_contact(ws: &mut Workspace, call: &Call) -> Answer {
    list(ws, call, &ws.contact(call.param(0))?.notes)
}

fn of_company(ws: &mut Workspace, call: &Call) -> Answer {
    list(ws, call, &ws.company(call.param(0))?.notes)
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    let note = ws.notes.get(&call.number(0)?).ok_or_else(Refusal::no_resource)?;
    Ok(Reply::json(json(ws, note)))
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn a_note_has_an_author_and_a_paragraph_and_is_listed_newest_first() {
        let mut h = Harness::new();
        let path = format!("/contacts/{}/notes", h.contact("a@x.test"));
        assert_eq!(h.call("POST", &path, json!({ "body": "x", "admin_id": "5" })).0, 404);
        h.ok("POST", &path, json!({ "body": "first" }));
        let second = h.ok("POST", &path, json!({ "body": "<b>second</b>", "admin_id": h.admin() }));
        assert_eq!(second["body"], "<p><b>second</b></p>");
        assert_eq!(second["author"]["name"], "Migration");
        assert_eq!(h.get(&path)["data"][0]["id"], second["id"]);
    }
}
