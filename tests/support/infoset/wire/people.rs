//! Contacts and companies.

use serde_json::Value;

use super::super::desk::people::{Company, Contact};
use super::Dialect;

/// A contact.
pub(crate) fn contact(dialect: &Dialect, contact: &Contact) -> Value {
    let row = dialect.row("contact", contact.id).set("id", contact.id).text("fullName", &contact.name);
    let row = row.text("email", &contact.email).text("phone", &contact.phone).set("companyId", contact.company);
    let row = row.text("externalId", &contact.external_id).set("tags", contact.tags.as_slice());
    let row = row.owners(contact.owner.as_slice()).properties(&contact.properties);
    row.date("createdDate", contact.created).date("updatedDate", contact.updated).done()
}

/// A company.
pub(crate) fn company(dialect: &Dialect, company: &Company) -> Value {
    let row = dialect.row("company", company.id).set("id", company.id).set("name", company.name.as_str());
    let row = row.set("parentId", company.parent).text("website", &company.website).text("phone", &company.phone);
    let row = row.set("tags", company.tags.as_slice()).properties(&company.properties);
    row.date("createdDate", company.created).date("updatedDate", company.updated).done()
}
