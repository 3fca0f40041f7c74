//! One company: an upsert by `company_id`, then its tags. Source: `POST /companies` of the 2.16 description.

use std::collections::HashMap;

use super::{COMPANIES, seconds};
use crate::rows::Row;
use crate::step::{Call, Chain, Field, Find, PathId, Reference, Step};
use crate::{Result, before};

/// Largest `monthly_spend`.
const SPEND_MAX: i64 = 2_147_483_647;

/// `tag_names`: names of the tags by key, for a company is tagged by name.
pub(crate) fn chain(row: &Row, tag_names: &HashMap<String, String>) -> Result<Chain> {
    let key = row.must("source_key")?;
    let custom = super::as_text(row.object("custom_attributes")?, false);
    let mut call = Call::post("/companies")
        .with("company_id", Field::json(row.must("company_id")?))
        .with("name", Field::json(row.must("name")?))
        .maybe("website", row.some("website")?)
        .maybe("industry", row.some("industry")?)
        .maybe("plan", row.some("plan")?)
        .maybe("size", row.integer("size")?)
        .maybe("monthly_spend", row.integer("monthly_spend")?.map(|spend| spend.min(SPEND_MAX)))
        .maybe("remote_created_at", seconds(row.time("remote_created_at")?));
    if !custom.is_empty() {
        call = call.with("custom_attributes", Field::object(custom));
    }
    let company_id = PathId::Text(row.must("company_id")?.to_owned());
    let before = before::read_by("/companies?company_id={}", vec![company_id]);
    let mut steps = vec![Step::create(COMPANIES, key, call, Find::Repeat).repeatable().after_reading(before)];
    for tag in row.keys("tag_keys")? {
        let Some(name) = tag_names.get(&tag) else { continue };
        let company = Field::Object(vec![("id", Field::Id(Reference::new(COMPANIES, key)))]);
        let call =
            Call::post("/tags").with("name", Field::json(name.as_str())).with("companies", Field::List(vec![company]));
        steps.push(Step::new(COMPANIES, key, format!("tag:{tag}"), call, Find::Repeat));
    }
    Ok(Chain::new(COMPANIES, key, steps))
}
