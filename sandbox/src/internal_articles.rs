//! Internal articles, which only teammates read.

use crate::call::Call;
use crate::help_center::DEFAULT_LOCALE;
use crate::html;
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, get, post, put};
use crate::workspace::Workspace;
use serde_json::{Value, json};

pub(crate) const ROUTES: &[Route] = &[
    get("/internal_articles", list),
    post("/internal_articles", create),
    get("/internal_articles/{internal_article_id}", read),
    put("/internal_articles/{internal_article_id}", update),
    delete("/internal_articles/{internal_article_id}", remove),
];

/// An internal article.
#[derive(Debug)]
pub(crate) struct InternalArticle {
    id: u64,
    title: String,
    body: String,
    author: u64,
    owner: u64,
    created_at: i64,
    updated_at: i64,
}

fn json(article: &InternalArticle) -> Value {
    json!({
        "type": "internal_article",
        "id": article.id.to_string(),
        "title": article.title,
        "body": article.body,
        "author_id": article.author,
        "owner_id": article.owner,
        "locale": DEFAULT_LOCALE,
        "audience_ids": [],
        "ai_chatbot_availability": false,
        "ai_copilot_availability": false,
        "ai_sales_agent_availability": false,
        "created_at": article.created_at,
        "updated_at": article.updated_at,
    })
}

/// Newest change first.
fn list(ws: &mut Workspace, call: &Call) -> Answer {
    let mut articles: Vec<&InternalArticle> = ws.internal_articles.values().collect();
    articles.sort_by_key(|article| std::cmp::Reverse((article.updated_at, article.id)));
    let page = Page::of(call, 25, 150, articles.len())?;
    let total = articles.len();
    let data: Vec<Value> = page.slice(articles.into_iter()).into_iter().map(json).collect();
    Ok(Reply::json(json!({ "type": "list", "data": data, "total_count": total, "pages": page.pages() })))
}

/// A teammate that a field names.
fn teammate(ws: &Workspace, call: &Call, name: &str) -> Result<Option<u64>, Refusal> {
    let Some(id) = call.int(name)? else { return Ok(None) };
    let known = u64::try_from(id).ok().filter(|id| ws.admin(*id).is_some());
    known.map(Some).ok_or_else(|| Refusal::invalid(format!("{name} must be a teammate of the workspace")))
}

fn body(call: &Call) -> Result<Option<String>, Refusal> {
    match (call.text("body")?, call.text("body_markdown")?) {
        (Some(_), Some(_)) => Err(Refusal::invalid("body and body_markdown cannot both be given")),
        (Some(body), None) => crate::articles::clean_body(body).map(Some),
        (None, Some(markdown)) => Ok(Some(html::paragraph(markdown))),
        (None, None) => Ok(None),
    }
}

fn create(ws: &mut Workspace, call: &Call) -> Answer {
    let title = call.text_needed("title")?.to_owned();
    let missing = |name: &str| Refusal::missing(format!("{name} must be in the main body"));
    let author = teammate(ws, call, "author_id")?.ok_or_else(|| missing("author_id"))?;
    let owner = teammate(ws, call, "owner_id")?.ok_or_else(|| missing("owner_id"))?;
    let (body, now) = (body(call)?.unwrap_or_default(), call.now());
    let id = ws.next.other();
    let article = InternalArticle { id, title, body, author, owner, created_at: now, updated_at: now };
    let out = json(&article);
    ws.internal_articles.insert(id, article);
    Ok(Reply::json(out))
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    let article = ws.internal_articles.get(&call.number(0)?).ok_or_else(Refusal::no_resource)?;
    Ok(Reply::json(json(article)))
}

fn update(ws: &mut Workspace, call: &Call) -> Answer {
    let (author, owner) = (teammate(ws, call, "author_id")?, teammate(ws, call, "owner_id")?);
    let (title, body, now) = (call.text("title")?, body(call)?, call.now());
    let article = ws.internal_articles.get_mut(&call.number(0)?).ok_or_else(Refusal::no_resource)?;
    if let Some(title) = title {
        title.clone_into(&mut article.title);
    }
    if let Some(body) = body {
        article.body = body;
    }
    article.author = author.unwrap_or(article.author);
    article.owner = owner.unwrap_or(article.owner);
    article.updated_at = now;
    Ok(Reply::json(json(article)))
}

fn remove(ws: &mut Workspace, call: &Call) -> Answer {
    let id = call.number(0)?;
    ws.internal_articles.remove(&id).ok_or_else(Refusal::no_resource)?;
    Ok(Reply::json(json!({ "id": id.to_string(), "object": "internal_article", "deleted": true })))
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn an_internal_article_needs_an_owner_and_is_in_no_help_center() {
        let mut h = Harness::new();
        for body in [json!({ "title": "How", "author_id": 7 }), json!({ "author_id": 7, "owner_id": 7 })] {
            assert_eq!(h.call("POST", "/internal_articles", body.clone()).0, 400, "{body}");
        }
        let made = h.ok(
            "POST",
            "/internal_articles",
            json!({ "title": "How", "author_id": 7, "owner_id": 7, "body": "<p>So</p>" }),
        );
        let path = format!("/internal_articles/{}", made["id"].as_str().unwrap());
        assert_eq!(h.ok("PUT", &path, json!({ "title": "How so" }))["title"], "How so");
        assert_eq!(h.get("/internal_articles")["total_count"], 1);
        assert_eq!(h.get("/articles")["total_count"], 0);
        assert_eq!(h.ok("DELETE", &path, json!({}))["object"], "internal_article");
        assert_eq!(h.call("GET", &path, json!({})).0, 404);
    }
}
