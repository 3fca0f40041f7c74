//! Content snippets.

use crate::call::Call;
use crate::help_center::DEFAULT_LOCALE;
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, get, post, put};
use crate::workspace::Workspace;
use serde_json::{Value, json};

pub(crate) const ROUTES: &[Route] = &[
    get("/content_snippets", list),
    post("/content_snippets", create),
    get("/content_snippets/{id}", read),
    put("/content_snippets/{id}", update),
    delete("/content_snippets/{id}", remove),
];

/// Longest title.
const TITLE_MAX: usize = 255;

/// A snippet of content for Fin and Copilot.
#[derive(Debug)]
pub(crate) struct Snippet {
    id: u64,
    title: String,
    json_blocks: Value,
    body_markdown: Option<String>,
    locale: String,
    created_at: i64,
    updated_at: i64,
}

fn json(snippet: &Snippet) -> Value {
    json!({
        "type": "content_snippet",
        "id": snippet.id.to_string(),
        "title": snippet.title,
        "locale": snippet.locale,
        "json_blocks": snippet.json_blocks,
        "body_markdown": snippet.body_markdown,
        "ai_chatbot_availability": true,
        "ai_copilot_availability": true,
        "ai_sales_agent_availability": false,
        "created_at": snippet.created_at,
        "updated_at": snippet.updated_at,
    })
}

fn missing() -> Refusal {
    Refusal::not_found("Content snippet not found")
}

fn list(ws: &mut Workspace, call: &Call) -> Answer {
    let page = Page::of(call, 50, 150, ws.snippets.len())?;
    let data: Vec<Value> = page.slice(ws.snippets.values()).into_iter().map(json).collect();
    Ok(Reply::json(json!({
        "type": "list",
        "data": data,
        "total_count": page.total,
        "page": page.number,
        "per_page": page.per_page,
        "total_pages": page.total.div_ceil(page.per_page),
    })))
}

/// Checks a call and puts its fields over those of a snippet.
fn apply(snippet: &mut Snippet, call: &Call) -> Result<(), Refusal> {
    let invalid = |text: &str| Refusal::new(422, "validation_error", text);
    let (blocks, markdown) = (call.field("json_blocks"), call.text("body_markdown")?);
    if blocks.is_some() && markdown.is_some() {
        return Err(invalid("json_blocks and body_markdown cannot both be given"));
    }
    if let Some(title) = call.text("title")? {
        if title.trim().is_empty() || title.chars().count() > TITLE_MAX {
            return Err(invalid("title must have 1 to 255 characters"));
        }
        title.clone_into(&mut snippet.title);
    }
    if let Some(blocks) = blocks {
        snippet.json_blocks = blocks.clone();
        snippet.body_markdown = None;
    }
    if let Some(markdown) = markdown {
        snippet.body_markdown = Some(markdown.to_owned());
        snippet.json_blocks = json!([{ "type": "paragraph", "text": markdown }]);
    }
    if let Some(locale) = call.text("locale")? {
        locale.clone_into(&mut snippet.locale);
    }
    snippet.updated_at = call.now();
    Ok(())
}

fn create(ws: &mut Workspace, call: &Call) -> Answer {
    call.text_needed("title")?;
    let mut snippet = Snippet {
        id: 0,
        title: String::new(),
        json_blocks: json!([]),
        body_markdown: None,
        locale: DEFAULT_LOCALE.to_owned(),
        created_at: call.now(),
        updated_at: call.now(),
    };
    apply(&mut snippet, call)?;
    snippet.id = ws.next.other();
    let out = json(&snippet);
    ws.snippets.insert(snippet.id, snippet);
    Ok(Reply::json(out).with_status(201))
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    let found = call.number(0).ok().and_then(|id| ws.snippets.get(&id));
    found.map(|snippet| Reply::json(json(snippet))).ok_or_else(missing)
}

fn update(ws: &mut Workspace, call: &Call) -> Answer {
    let found = call.number(0).ok().and_then(|id| ws.snippets.get_mut(&id));
    let snippet = found.ok_or_else(missing)?;
    apply(snippet, call)?;
    Ok(Reply::json(json(snippet)))
}

fn remove(ws: &mut Workspace, call: &Call) -> Answer {
    let found = call.number(0).ok().and_then(|id| ws.snippets.remove(&id));
    found.map(|_| Reply::empty(204)).ok_or_else(missing)
}
