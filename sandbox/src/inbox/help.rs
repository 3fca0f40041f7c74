//! The help center: the tree of collections, and an article.

use super::layout::{Tab, badge, day, frame, number};
use crate::articles::Article;
use crate::html::{clean, escape};
use crate::workspace::Workspace;
use std::fmt::Write as _;

/// Deeper collections are not followed; a loop cannot be made, but a page must end anyway.
const DEPTH_MAX: usize = 8;

pub(super) fn page(ws: &Workspace) -> String {
    let mut tree = branch(ws, None, 0);
    if tree.is_empty() {
        tree = "<p class=\"empty\">No collections and no articles.</p>".to_owned();
    }
    let content = format!(
        "<div class=\"bar\"><h1>Help center <small>{} articles</small></h1></div><section class=\"card tree\">{tree}</section>",
        number(ws.articles.len()),
    );
    frame("Help center", Tab::Help, &content)
}

fn branch(ws: &Workspace, parent: Option<u64>, depth: usize) -> String {
    let mut out = String::new();
    let mut collections: Vec<_> = ws.collections.values().filter(|c| c.parent == parent).collect();
    collections.sort_by_key(|collection| (collection.order, collection.id));
    if depth < DEPTH_MAX {
        for collection in collections {
            let _ = write!(
                out,
                "<details open id=\"c{}\"><summary>{}</summary><p class=\"excerpt\">{}</p>{}</details>",
                collection.id,
                escape(&collection.name),
                escape(collection.description.as_deref().unwrap_or_default()),
                branch(ws, Some(collection.id), depth + 1),
            );
        }
    }
    for article in ws.articles.values().filter(|article| article.parent == parent) {
        let _ = write!(
            out,
            "<a class=\"leaf\" href=\"/inbox/articles/{}\"><span>{}</span>{}</a>",
            article.id,
            escape(&article.title),
            state(article),
        );
    }
    out
}

fn state(article: &Article) -> String {
    if article.published { badge("open", "published") } else { badge("closed", "draft") }
}

pub(super) fn article_page(ws: &Workspace, id: &str) -> Option<String> {
    let article = id.parse().ok().and_then(|id: u64| ws.articles.get(&id))?;
    let mut path = Vec::new();
    let mut at = article.parent;
    while let Some(collection) = at.and_then(|id| ws.collections.get(&id)).filter(|_| path.len() < DEPTH_MAX) {
        path.push(format!("<a href=\"/inbox/help#c{}\">{}</a>", collection.id, escape(&collection.name)));
        at = collection.parent;
    }
    path.push("<a href=\"/inbox/help\">Help center</a>".to_owned());
    path.reverse();
    let author = ws.admin(article.author).map_or("Somebody", |admin| admin.name.as_str());
    let content = format!(
        "<nav class=\"crumbs\" aria-label=\"Path\">{}</nav><article class=\"card article\"><h1>{}</h1>\
         <p class=\"excerpt\">{}</p><div class=\"meta\">{}<span>{}</span><span>{}</span></div>\
         <div class=\"body\">{}</div></article>",
        path.join(" / "),
        escape(&article.title),
        escape(article.description.as_deref().unwrap_or_default()),
        state(article),
        escape(author),
        day(article.updated_at),
        clean(&article.body),
    );
    Some(frame(&article.title, Tab::Help, &content))
}
