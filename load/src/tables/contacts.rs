//! One person: create, then companies and tags. Source: `create_contact_request` of the 2.16 description.

use deskferry_http::Method;

use super::{COMPANIES, CONTACTS, TAGS, seconds};
use crate::Result;
use crate::rows::Row;
use crate::step::{Call, Chain, Field, Find, Reference, Step};

pub(crate) fn chain(row: &Row) -> Result<Chain> {
    let key = row.must("source_key")?;
    let call = fields(Call::post("/contacts"), row)?;
    let update = fields(Call::at(Method::Put, "/contacts/{}", CONTACTS, key), row)?;
    let mut steps = vec![Step::create(CONTACTS, key, call, Find::Contact).changed_by(update)];
    for company in row.keys("company_keys")? {
        let call = Call::at(Method::Post, "/contacts/{}/companies", CONTACTS, key)
            .with("id", Field::Id(Reference::new(COMPANIES, company.as_str())));
        steps.push(Step::new(CONTACTS, key, format!("company:{company}"), call, Find::Repeat));
    }
    for tag in row.keys("tag_keys")? {
        let call = Call::at(Method::Post, "/contacts/{}/tags", CONTACTS, key)
            .with("id", Field::Id(Reference::new(TAGS, tag.as_str())));
        steps.push(Step::new(CONTACTS, key, format!("tag:{tag}"), call, Find::Repeat));
    }
    Ok(Chain::new(CONTACTS, key, steps))
}

fn fields(call: Call, row: &Row) -> Result<Call> {
    let mut call = call
        .with("role", Field::json(row.must("role")?))
        .with("external_id", Field::json(row.must("external_id")?))
        .maybe("email", row.some("email")?)
        .maybe("phone", row.some("phone")?)
        .maybe("name", row.some("name")?)
        .maybe("signed_up_at", seconds(row.time("signed_up_at")?))
        .maybe("last_seen_at", seconds(row.time("last_seen_at")?))
        .maybe("unsubscribed_from_emails", row.boolean("unsubscribed_from_emails")?);
    if let Some(owner) = row.some("owner_key")? {
        call = call.with("owner_id", Field::Owner(owner));
    }
    let custom = row.object("custom_attributes")?;
    Ok(if custom.is_empty() { call } else { call.with("custom_attributes", Field::object(custom)) })
}
