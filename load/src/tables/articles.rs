//! One article: create, tags; in a second pass, once every article has its address, the links that are not in it yet.
//! Source: `create_article_request`, `update_article_request` of 2.16 (`parent_id` is a number in one and a text in the other).
//!
//! An author who is not in the workspace is replaced by the placeholder; customers read articles, so nothing is put into the text.

use deskferry_http::Method;
use serde_json::Value;

use super::{ARTICLES, COLLECTIONS, TAGS};
use crate::Result;
use crate::links::{self, Addresses};
use crate::rows::Row;
use crate::step::{Call, Chain, Field, Find, Reference, Step};

/// Step of the second pass.
const LINKS: &str = "links";

/// `addresses`: those that were known before the first article.
pub(crate) fn chain(row: &Row, addresses: &Addresses) -> Result<Chain> {
    let key = row.must("source_key")?;
    let parent = row.some("parent_key")?.map(|p| Reference::new(COLLECTIONS, p));
    let create = |linked: &dyn Fn(&Value) -> Value| -> Result<Step> {
        let mut call = fields(Call::post("/articles"), row, linked)?;
        let mut update = fields(Call::at(Method::Put, "/articles/{}", ARTICLES, key), row, linked)?;
        if let Some(parent) = parent.clone() {
            call = call.with("parent_id", Field::Number(parent.clone())).with("parent_type", Field::json("collection"));
            update = update.with("parent_id", Field::Id(parent)).with("parent_type", Field::json("collection"));
        }
        Ok(Step::create(ARTICLES, key, call, Find::Article).changed_by(update))
    };
    // Whether it has changed does not depend on addresses.
    let payload = create(&Value::clone)?.payload;
    let also = links(row, addresses)?.map(|links| (LINKS, links.payload));
    let mut steps = vec![Step { payload, also, ..create(&|value| addresses.linked(value))? }];
    for tag in row.keys("tag_keys")? {
        let call = Call::at(Method::Post, "/articles/{}/tags", ARTICLES, key)
            .with("id", Field::Id(Reference::new(TAGS, tag.as_str())))
            .with("admin_id", Field::Actor(Vec::new()));
        steps.push(Step::new(ARTICLES, key, format!("tag:{tag}"), call, Find::Repeat));
    }
    Ok(Chain::new(ARTICLES, key, steps))
}

fn fields(call: Call, row: &Row, linked: &dyn Fn(&Value) -> Value) -> Result<Call> {
    let mut call = call
        .with("title", Field::json(row.must("title")?))
        .with("author_id", Field::AdminNumber(row.some("author_key")?))
        .with("state", Field::json(row.must("state")?))
        .maybe("description", row.some("description")?)
        .maybe("body", row.some("body")?.map(|body| linked(&Value::String(body))));
    let translated = row.object("translated_content")?;
    if !translated.is_empty() {
        call = call.with("translated_content", Field::Json(linked(&Value::Object(translated))));
    }
    Ok(call)
}

/// The second pass; `None` where the article links to nothing that has an address.
pub(crate) fn links_chain(row: &Row, addresses: &Addresses) -> Result<Option<Chain>> {
    Ok(links(row, addresses)?.map(|step| Chain::new(ARTICLES, &step.key.clone(), vec![step])))
}

/// Writes the texts that link to something, with those links.
fn links(row: &Row, addresses: &Addresses) -> Result<Option<Step>> {
    let key = row.must("source_key")?;
    let mut call = Call::at(Method::Put, "/articles/{}", ARTICLES, key);
    for (name, value) in [
        ("body", row.some("body")?.map(Value::String)),
        ("translated_content", Some(Value::Object(row.object("translated_content")?))),
    ] {
        let Some(value) = value.filter(links::any) else { continue };
        let linked = addresses.linked(&value);
        if linked != links::rewritten(&value, &|_| None) {
            call = call.with(name, Field::Json(linked));
        }
    }
    let is_linked = !call.body.is_empty();
    Ok(is_linked.then(|| Step::new(ARTICLES, key, LINKS, call, Find::Repeat).repeatable()))
}
