//! One article: create, tags; in a second pass, once every article has its address, the links between them.
//! Source: `create_article_request`, `update_article_request` of 2.16 (`parent_id` is a number in one and a text in the other).
//!
//! An author who is not in the workspace is replaced by the placeholder; customers read articles, so nothing is put into the text.

use deskferry_http::Method;
use serde_json::Value;

use super::{ARTICLES, COLLECTIONS, TAGS};
use crate::Result;
use crate::ledger::Ledger;
use crate::links;
use crate::rows::Row;
use crate::step::{Call, Chain, Field, Find, Reference, Step};

pub(crate) fn chain(row: &Row) -> Result<Chain> {
    let key = row.must("source_key")?;
    let parent = row.some("parent_key")?.map(|p| Reference::new(COLLECTIONS, p));
    let mut call = fields(Call::post("/articles"), row)?;
    let mut update = fields(Call::at(Method::Put, "/articles/{}", ARTICLES, key), row)?;
    if let Some(parent) = parent {
        call = call.with("parent_id", Field::Number(parent.clone())).with("parent_type", Field::json("collection"));
        update = update.with("parent_id", Field::Id(parent)).with("parent_type", Field::json("collection"));
    }
    let mut steps = vec![Step::create(ARTICLES, key, call, Find::Article).changed_by(update)];
    for tag in row.keys("tag_keys")? {
        let call = Call::at(Method::Post, "/articles/{}/tags", ARTICLES, key)
            .with("id", Field::Id(Reference::new(TAGS, tag.as_str())))
            .with("admin_id", Field::Actor(Vec::new()));
        steps.push(Step::new(ARTICLES, key, format!("tag:{tag}"), call, Find::Repeat));
    }
    Ok(Chain::new(ARTICLES, key, steps))
}

fn fields(call: Call, row: &Row) -> Result<Call> {
    let mut call = call
        .with("title", Field::json(row.must("title")?))
        .with("author_id", Field::AdminNumber(row.some("author_key")?))
        .with("state", Field::json(row.must("state")?))
        .maybe("description", row.some("description")?);
    if let Some(body) = row.some("body")? {
        call = call.with("body", Field::Linked(Value::String(body)));
    }
    let translated = row.object("translated_content")?;
    let translated = Value::Object(translated);
    Ok(if translated == Value::Object(Default::default()) {
        call
    } else {
        call.with("translated_content", Field::Linked(translated))
    })
}

/// The second pass; `None` where the article links to nothing that has an address.
pub(crate) fn links_chain(row: &Row, ledger: &Ledger) -> Result<Option<Chain>> {
    let key = row.must("source_key")?;
    let address = |key: &str| links::address(ledger, key);
    let mut call = Call::at(Method::Put, "/articles/{}", ARTICLES, key);
    for (name, value) in [
        ("body", row.some("body")?.map(Value::String)),
        ("translated_content", Some(Value::Object(row.object("translated_content")?))),
    ] {
        let Some(value) = value.filter(links::any) else { continue };
        let linked = links::rewritten(&value, &address);
        if linked != links::rewritten(&value, &|_| None) {
            call = call.with(name, Field::Json(linked));
        }
    }
    let is_linked = !call.body.is_empty();
    let step = Step::new(ARTICLES, key, "links", call, Find::Repeat).repeatable();
    Ok(is_linked.then(|| Chain::new(ARTICLES, key, vec![step])))
}
