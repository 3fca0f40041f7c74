//! The help center and its collections.

use crate::articles::Collection;
use crate::call::Call;
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, get, post, put};
use crate::workspace::Workspace;
use serde_json::{Value, json};

pub(crate) const ROUTES: &[Route] = &[
    get("/help_center/help_centers", centers),
    get("/help_center/help_centers/{help_center_id}", center),
    get("/help_center/collections", list),
    post("/help_center/collections", create),
    get("/help_center/collections/{collection_id}", read),
    put("/help_center/collections/{collection_id}", update),
    delete("/help_center/collections/{collection_id}", remove),
];

/// The only help center.
pub(crate) const HELP_CENTER_ID: u64 = 1;

/// The locale of texts given without one.
pub(crate) const DEFAULT_LOCALE: &str = "en";

/// Locales that `translated_content` takes.
const LOCALES: [&str; 37] = [
    "ar", "bg", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "he", "hr", "hu", "id", "it", "ja",
    "ko", "lt", "lv", "mn", "nb", "nl", "pl", "pt", "ro", "ru", "sl", "sr", "sv", "tr", "vi", "pt-BR", "zh-CN",
    "zh-TW",
];

/// Checks `translated_content`: an object by locale.
pub(crate) fn translations(call: &Call) -> Result<Option<Value>, Refusal> {
    match call.field("translated_content") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(content)) => {
            let unknown = content.keys().find(|key| *key != "type" && !LOCALES.contains(&key.as_str()));
            match unknown {
                Some(locale) => Err(Refusal::invalid(format!("translated_content: locale '{locale}' is unknown"))),
                None => Ok(Some(Value::Object(content.clone()))),
            }
        }
        Some(_) => Err(Refusal::invalid("translated_content must be an object")),
    }
}

fn center_json(ws: &Workspace, base_url: &str) -> Value {
    json!({
        "id": HELP_CENTER_ID.to_string(),
        "workspace_id": ws.app_id,
        "created_at": ws.started,
        "updated_at": ws.started,
        "identifier": "sandbox",
        "website_turned_on": true,
        "display_name": "Sandbox help center",
        "url": format!("{base_url}/inbox/help"),
        "custom_domain": null,
        "default": true,
        "locales": [DEFAULT_LOCALE],
    })
}

fn centers(ws: &mut Workspace, call: &Call) -> Answer {
    Ok(Reply::json(json!({ "type": "list", "data": [center_json(ws, &call.base_url)] })))
}

fn center(ws: &mut Workspace, call: &Call) -> Answer {
    if call.number(0)? != HELP_CENTER_ID {
        return Err(Refusal::no_resource());
    }
    Ok(Reply::json(center_json(ws, &call.base_url)))
}

fn json(ws: &Workspace, collection: &Collection, base_url: &str) -> Value {
    let mut out = json!({
        "id": collection.id.to_string(),
        "workspace_id": ws.app_id,
        "name": collection.name,
        "description": collection.description,
        "created_at": collection.created_at,
        "updated_at": collection.updated_at,
        "url": format!("{base_url}/inbox/help#c{}", collection.id),
        "icon": "book-bookmark",
        "order": collection.order,
        "default_locale": DEFAULT_LOCALE,
        "parent_id": collection.parent.map(|id| id.to_string()),
        "help_center_id": HELP_CENTER_ID,
    });
    if let Some(content) = &collection.translated {
        out["translated_content"] = content.clone();
    }
    out
}

fn show(ws: &Workspace, call: &Call, id: u64) -> Answer {
    let collection = ws.collections.get(&id).ok_or_else(Refusal::no_resource)?;
    Ok(Reply::json(json(ws, collection, &call.base_url)))
}

/// Newest first.
fn list(ws: &mut Workspace, call: &Call) -> Answer {
    let page = Page::of(call, 25, 150, ws.collections.len())?;
    let found = page.slice(ws.collections.values().rev());
    let data: Vec<Value> = found.into_iter().map(|collection| json(ws, collection, &call.base_url)).collect();
    Ok(Reply::json(json!({
        "type": "list",
        "data": data,
        "total_count": ws.collections.len(),
        "pages": page.pages(),
    })))
}

/// The collection a call wants as parent; `null` is the top.
fn parent(ws: &Workspace, call: &Call) -> Result<Option<u64>, Refusal> {
    let Some(id) = call.id("parent_id")? else { return Ok(None) };
    let known = id.parse().ok().filter(|id| ws.collections.contains_key(id));
    known.map(Some).ok_or_else(|| Refusal::invalid(format!("parent_id: collection '{id}' does not exist")))
}

fn create(ws: &mut Workspace, call: &Call) -> Answer {
    let missing = || Refusal::missing("Name is a required parameter.");
    let name = call.text("name")?.filter(|name| !name.trim().is_empty()).ok_or_else(missing)?.to_owned();
    if call.int("help_center_id")?.is_some_and(|id| id != HELP_CENTER_ID as i64) {
        return Err(Refusal::not_found("Help center not found"));
    }
    let parent = parent(ws, call)?;
    let siblings = ws.collections.values().filter(|have| have.parent == parent).count();
    let collection = Collection {
        id: ws.next.other(),
        name,
        description: call.text("description")?.map(str::to_owned),
        parent,
        order: siblings as u64,
        translated: translations(call)?,
        created_at: call.now(),
        updated_at: call.now(),
    };
    let id = collection.id;
    ws.collections.insert(id, collection);
    show(ws, call, id)
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    show(ws, call, call.number(0)?)
}

fn update(ws: &mut Workspace, call: &Call) -> Answer {
    let id = call.number(0)?;
    let parent = call.field("parent_id").map(|_| parent(ws, call)).transpose()?;
    if parent.flatten().is_some_and(|parent| is_inside(ws, parent, id)) {
        return Err(Refusal::invalid("a collection cannot be inside itself"));
    }
    let (name, description) = (call.text("name")?, call.text("description")?);
    let translated = translations(call)?;
    let collection = ws.collections.get_mut(&id).ok_or_else(Refusal::no_resource)?;
    if let Some(name) = name {
        collection.name = name.to_owned();
    }
    collection.description = description.map(str::to_owned).or(collection.description.take());
    collection.parent = parent.unwrap_or(collection.parent);
    collection.translated = translated.or(collection.translated.take());
    collection.updated_at = call.now();
    show(ws, call, id)
}

fn is_inside(ws: &Workspace, start: u64, id: u64) -> bool {
    let mut at = Some(start);
    while let Some(here) = at {
        if here == id {
            return true;
        }
        at = ws.collections.get(&here).and_then(|collection| collection.parent);
    }
    false
}

/// What was inside goes to the top.
fn remove(ws: &mut Workspace, call: &Call) -> Answer {
    let id = call.number(0)?;
    ws.collections.remove(&id).ok_or_else(Refusal::no_resource)?;
    for collection in ws.collections.values_mut().filter(|collection| collection.parent == Some(id)) {
        collection.parent = None;
    }
    for article in ws.articles.values_mut().filter(|article| article.parent == Some(id)) {
        article.parent = None;
    }
    Ok(Reply::json(json!({ "id": id.to_string(), "object": "collection", "deleted": true })))
}
