//! One internal article, which only teammates read: one call. They come after all articles, so that links to these are known.
//! Source: `create_internal_article_request`, `update_internal_article_request` of 2.16.
//!
//! Folders of internal articles have no call that is no preview: they are made by hand.

use deskferry_http::Method;
use serde_json::Value;

use super::INTERNAL_ARTICLES;
use crate::Result;
use crate::links::Addresses;
use crate::rows::Row;
use crate::step::{Call, Chain, Field, Find, Step};

/// `addresses`: those of the articles that are there.
pub(crate) fn chain(row: &Row, addresses: &Addresses) -> Result<Chain> {
    let key = row.must("source_key")?;
    let create = |linked: &dyn Fn(&Value) -> Value| -> Result<Step> {
        let call = fields(Call::post("/internal_articles"), row, linked)?;
        let update = fields(Call::at(Method::Put, "/internal_articles/{}", INTERNAL_ARTICLES, key), row, linked)?;
        Ok(Step::create(INTERNAL_ARTICLES, key, call, Find::InternalArticle).changed_by(update))
    };
    // Whether it has changed does not depend on addresses.
    let payload = create(&Value::clone)?.payload;
    Ok(Chain::new(INTERNAL_ARTICLES, key, vec![Step { payload, ..create(&|value| addresses.linked(value))? }]))
}

fn fields(call: Call, row: &Row, linked: &dyn Fn(&Value) -> Value) -> Result<Call> {
    let author = row.some("author_key")?;
    Ok(call
        .with("title", Field::json(row.must("title")?))
        .with("author_id", Field::AdminNumber(author.clone()))
        .with("owner_id", Field::AdminNumber(author))
        .maybe("body", row.some("body")?.map(|body| linked(&Value::String(body)))))
}
