//! Articles of the help center.

use crate::attachments::web_url;
use crate::call::Call;
use crate::help_center::{DEFAULT_LOCALE, translations};
use crate::html;
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, get, post, put};
use crate::tags::{self, Tagging, Taggings};
use crate::workspace::Workspace;
use serde_json::{Value, json};

pub(crate) const ROUTES: &[Route] = &[
    get("/articles", list),
    post("/articles", create),
    get("/articles/search", search_articles),
    get("/articles/{article_id}", read),
    put("/articles/{article_id}", update),
    delete("/articles/{article_id}", remove),
    post("/articles/{article_id}/tags", attach_tag),
    delete("/articles/{article_id}/tags/{id}", detach_tag),
];

/// A folder of articles.
#[derive(Debug)]
pub(crate) struct Collection {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) parent: Option<u64>,
    pub(crate) order: u64,
    pub(crate) translated: Option<Value>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// An article.
#[derive(Debug)]
pub(crate) struct Article {
    pub(crate) id: u64,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) body: String,
    pub(crate) author: u64,
    pub(crate) published: bool,
    pub(crate) parent: Option<u64>,
    translated: Option<Value>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) tags: Taggings,
}

fn json(ws: &Workspace, article: &Article, base_url: &str) -> Value {
    let url = format!("{base_url}/inbox/articles/{}", article.id);
    let mut out = json!({
        "type": "article",
        "id": article.id.to_string(),
        "workspace_id": ws.app_id,
        "title": article.title,
        "description": article.description,
        "body": article.body,
        "author_id": article.author,
        "state": if article.published { "published" } else { "draft" },
        "created_at": article.created_at,
        "updated_at": article.updated_at,
        "has_unpublished_changes": false,
        "url": article.published.then_some(url),
        "parent_ids": article.parent.into_iter().collect::<Vec<_>>(),
        "default_locale": DEFAULT_LOCALE,
        "tags": ws.tag_list_json(&article.tags),
    });
    if let Some(content) = &article.translated {
        out["translated_content"] = content.clone();
    }
    out
}

fn show(ws: &Workspace, call: &Call, id: u64) -> Answer {
    let article = ws.articles.get(&id).ok_or_else(Refusal::no_resource)?;
    Ok(Reply::json(json(ws, article, &call.base_url)))
}

/// Newest change first.
fn list(ws: &mut Workspace, call: &Call) -> Answer {
    let mut articles: Vec<&Article> = ws.articles.values().collect();
    articles.sort_by_key(|article| std::cmp::Reverse((article.updated_at, article.id)));
    let page = Page::of(call, 25, 150, articles.len())?;
    let total = articles.len();
    let found = page.slice(articles.into_iter());
    let data: Vec<Value> = found.into_iter().map(|article| json(ws, article, &call.base_url)).collect();
    Ok(Reply::json(json!({ "type": "list", "data": data, "total_count": total, "pages": page.pages() })))
}

/// Checks a body: every image must be reachable by Intercom, which fetches it; one that is not refuses the article.
pub(crate) fn clean_body(body: &str) -> Result<String, Refusal> {
    let mut rest = body;
    while let Some(at) = rest.find("<img") {
        rest = &rest[at + 4..];
        let element = &rest[..rest.find('>').unwrap_or(rest.len())];
        let quoted = |mark: char| {
            let (_, after) = element.split_once(&format!("src={mark}"))?;
            after.split_once(mark).map(|(src, _)| src)
        };
        let src = quoted('"').or_else(|| quoted('\'')).unwrap_or_default();
        web_url(src, "body: img src")?;
    }
    Ok(as_given_back(&html::clean_message(body)))
}

/// Paragraphs have a class, and images are Intercom's own copies.
fn as_given_back(body: &str) -> String {
    let body = body.replace("<p>", "<p class=\"no-margin\">");
    let mut pieces = body.split("<img ");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        out.push_str("<img ");
        let copied = piece.split_once("src=\"").and_then(|(before, rest)| Some((before, rest.split_once('"')?)));
        let Some((before, (src, after))) = copied else {
            out.push_str(piece);
            continue;
        };
        let name = src.rsplit('/').next().unwrap_or_default();
        out.push_str(&format!("{before}src=\"https://downloads.intercomcdn.com/i/o/{name}\"{after}"));
    }
    out
}

fn author(ws: &Workspace, call: &Call) -> Result<Option<u64>, Refusal> {
    let Some(id) = call.int("author_id")? else { return Ok(None) };
    let known = u64::try_from(id).ok().filter(|id| ws.admin(*id).is_some());
    known.map(Some).ok_or_else(|| Refusal::invalid("author_id must be a teammate of the workspace"))
}

/// The collection: an integer on creation, a text on update; both are taken.
fn parent(ws: &Workspace, call: &Call) -> Result<Option<u64>, Refusal> {
    match call.text("parent_type")? {
        None | Some("collection" | "section") => {}
        Some(other) => return Err(Refusal::invalid(format!("parent_type '{other}' is unknown; use collection"))),
    }
    let Some(id) = call.id("parent_id")? else { return Ok(None) };
    let known = id.parse().ok().filter(|id| ws.collections.contains_key(id));
    known.map(Some).ok_or_else(|| Refusal::not_found(format!("parent_id: collection '{id}' does not exist")))
}

fn state(call: &Call) -> Result<Option<bool>, Refusal> {
    match call.text("state")? {
        None => Ok(None),
        Some("published") => Ok(Some(true)),
        Some("draft") => Ok(Some(false)),
        Some(other) => Err(Refusal::invalid(format!("state '{other}' is unknown; use published or draft"))),
    }
}

fn body(call: &Call) -> Result<Option<String>, Refusal> {
    match (call.text("body")?, call.text("body_markdown")?) {
        (Some(_), Some(_)) => Err(Refusal::invalid("body and body_markdown cannot both be given")),
        (Some(body), None) => clean_body(body).map(Some),
        (None, Some(markdown)) => Ok(Some(html::paragraph(markdown))),
        (None, None) => Ok(None),
    }
}

fn create(ws: &mut Workspace, call: &Call) -> Answer {
    let title = call.text_needed("title")?.to_owned();
    let text = "author_id must be in the main body or default locale translated_content object";
    let author = author(ws, call)?.ok_or_else(|| Refusal::missing(text))?;
    let (parent, published, body) = (parent(ws, call)?, state(call)?, body(call)?);
    let article = Article {
        id: 0,
        title,
        description: call.text("description")?.map(str::to_owned),
        body: body.unwrap_or_default(),
        author,
        published: published.unwrap_or(false),
        parent,
        translated: translations(call)?,
        created_at: call.now(),
        updated_at: call.now(),
        tags: Vec::new(),
    };
    let id = ws.next.other();
    ws.articles.insert(id, Article { id, ..article });
    show(ws, call, id)
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    show(ws, call, call.number(0)?)
}

fn update(ws: &mut Workspace, call: &Call) -> Answer {
    let id = call.number(0)?;
    let (author, published, body) = (author(ws, call)?, state(call)?, body(call)?);
    let parent = call.field("parent_id").map(|_| parent(ws, call)).transpose()?;
    let (title, description) = (call.text("title")?, call.text("description")?);
    let translated = translations(call)?;
    let article = ws.articles.get_mut(&id).ok_or_else(Refusal::no_resource)?;
    if let Some(title) = title {
        article.title = title.to_owned();
    }
    article.description = description.map(str::to_owned).or(article.description.take());
    if let Some(body) = body {
        article.body = body;
    }
    article.author = author.unwrap_or(article.author);
    article.published = published.unwrap_or(article.published);
    article.parent = parent.unwrap_or(article.parent);
    article.translated = translated.or(article.translated.take());
    article.updated_at = call.now();
    show(ws, call, id)
}

fn remove(ws: &mut Workspace, call: &Call) -> Answer {
    let id = call.number(0)?;
    ws.articles.remove(&id).ok_or_else(Refusal::no_resource)?;
    Ok(Reply::json(json!({ "id": id.to_string(), "object": "article", "deleted": true })))
}

fn search_articles(ws: &mut Workspace, call: &Call) -> Answer {
    let phrase = call.query("phrase").unwrap_or_default().to_lowercase();
    let state = call.query("state").unwrap_or("all");
    let hit = |article: &&Article| {
        (state == "all" || article.published == (state == "published"))
            && (article.title.to_lowercase().contains(&phrase) || article.body.to_lowercase().contains(&phrase))
    };
    let found: Vec<&Article> = ws.articles.values().filter(hit).collect();
    let page = Page::of(call, 10, 150, found.len())?;
    let total = found.len();
    let shown = page.slice(found.into_iter());
    let articles: Vec<Value> = shown.into_iter().map(|article| json(ws, article, &call.base_url)).collect();
    Ok(Reply::json(json!({
        "type": "list",
        "total_count": total,
        "data": { "articles": articles, "highlights": [] },
        "pages": page.pages(),
    })))
}

fn attach_tag(ws: &mut Workspace, call: &Call) -> Answer {
    let missing = |_| Refusal::new(404, "article_not_found", "Article not found");
    let id = call.number(0).map_err(missing)?;
    let tag = ws.tag_named(call).map_err(|_| Refusal::new(404, "tag_not_found", "Tag not found"))?;
    let by = match call.id("admin_id")? {
        Some(admin) => ws.admin_id(&admin).ok_or_else(Refusal::no_admin)?,
        None => ws.own_admin(),
    };
    let tagging = Tagging { tag, at: call.now(), by };
    let article = ws.articles.get_mut(&id).ok_or_else(|| missing(Refusal::no_resource()))?;
    tags::attach(&mut article.tags, tagging);
    ws.tagging_json(&tagging).map(Reply::json).ok_or_else(Refusal::no_resource)
}

fn detach_tag(ws: &mut Workspace, call: &Call) -> Answer {
    let article = ws.articles.get_mut(&call.number(0)?);
    let article = article.ok_or_else(|| Refusal::new(404, "article_not_found", "Article not found"))?;
    let gone = || Refusal::new(404, "tag_not_found", "Tag not found");
    let tagging = tags::detach(&mut article.tags, call.number(1)?).ok_or_else(gone)?;
    ws.tagging_json(&tagging).map(Reply::json).ok_or_else(gone)
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn images_must_be_absolute_and_authors_teammates() {
        let mut h = Harness::new();
        let cases = [
            (json!({ "title": "T", "author_id": 7, "body": "<img src=\"/a.png\">" }), 400),
            (json!({ "title": "T", "author_id": 7, "body": "<img src='data:image/png;base64,AA'>" }), 400),
            (json!({ "title": "T", "author_id": 8 }), 400),
            (json!({ "title": "T" }), 400),
            (json!({ "title": "T", "author_id": 7, "parent_id": 5 }), 404),
            (json!({ "title": "T", "author_id": 7, "body": "<p>x</p><img src=\"https://x.test/a.png\">" }), 200),
        ];
        for (body, wanted) in cases {
            assert_eq!(h.call("POST", "/articles", body.clone()).0, wanted, "{body}");
        }
        let shown = h.get("/articles")["data"][0]["body"].clone();
        assert_eq!(shown, "<p class=\"no-margin\">x</p><img src=\"https://downloads.intercomcdn.com/i/o/a.png\">");
    }

    #[test]
    fn only_a_published_article_has_a_url() {
        let mut h = Harness::new();
        let collection = h.ok("POST", "/help_center/collections", json!({ "name": "FAQ" }))["id"].clone();
        let id: u64 = collection.as_str().unwrap().parse().unwrap();
        let article =
            h.ok("POST", "/articles", json!({ "title": "How", "author_id": 7, "parent_id": id, "body": "Hi" }));
        assert_eq!((&article["url"], &article["parent_ids"]), (&json!(null), &json!([id])));
        let path = format!("/articles/{}", article["id"].as_str().unwrap());
        let article = h.ok("PUT", &path, json!({ "state": "published" }));
        assert!(article["url"].as_str().unwrap().starts_with("http://sandbox.test/"));
        assert_eq!(article["body"], "<p class=\"no-margin\">Hi</p>");
        assert_eq!(h.get("/articles/search?phrase=how")["total_count"], 1);
        h.ok("DELETE", &format!("/help_center/collections/{id}"), json!(null));
        assert_eq!(h.get(&path)["parent_ids"], json!([]));
    }
}
