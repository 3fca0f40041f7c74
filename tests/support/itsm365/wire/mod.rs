//! The facts as the platform writes them: every object by class and number.

mod content;
mod itil;
mod people;
mod row;
mod small;
mod tickets;

use serde_json::{Map, Value, json};

use super::desk::Facts;
use super::desk::tenant::Tenant;

pub(crate) use row::{Row, Wanted};

/// Classes that are tables of their own; catalogs and small classes come from their entries.
const CLASSES: [&str; 17] = [
    "serviceCall",
    "comment",
    "file",
    "employee",
    "ou",
    "team",
    "slmService",
    "agreement",
    "agreementRule",
    "problem",
    "changeRequest",
    "cmdb",
    "negotiation",
    "vote",
    "KB",
    "serviceCall__Evt",
    "root",
];

/// Every class that a tenant with these facts has, by its usual name.
pub(crate) fn classes(facts: &Facts) -> Vec<&'static str> {
    let mut all = CLASSES.to_vec();
    all.extend(facts.items.values().map(|item| item.catalog));
    all.extend(facts.entries.values().map(|entry| entry.class()));
    all.sort_unstable();
    all.dedup();
    all
}

/// Numbers of all objects of a class.
pub(crate) fn ids(facts: &Facts, class: &str) -> Vec<i64> {
    match class {
        "serviceCall" => facts.tickets.keys().copied().collect(),
        "comment" => facts.comments.keys().copied().collect(),
        "file" => facts.files.keys().copied().collect(),
        "employee" => facts.employees.keys().copied().collect(),
        "ou" => facts.ous.keys().copied().collect(),
        "team" => facts.teams.keys().copied().collect(),
        "slmService" => facts.services.keys().copied().collect(),
        "agreement" => facts.agreements.keys().copied().collect(),
        "agreementRule" => facts.rules.keys().copied().collect(),
        "problem" => facts.problems.keys().copied().collect(),
        "changeRequest" => facts.changes.keys().copied().collect(),
        "cmdb" => facts.cis.keys().copied().collect(),
        "negotiation" => facts.negotiations.keys().copied().collect(),
        "vote" => facts.negotiations.values().flat_map(|asked| asked.votes.iter().map(|vote| vote.id)).collect(),
        "KB" => facts.pages.keys().copied().collect(),
        "serviceCall__Evt" => facts.tickets.keys().map(|id| id + itil::EVENTS).collect(),
        "root" => vec![small::ROOT],
        _ => small::ids(facts, class),
    }
}

/// An object.
pub(crate) fn row(facts: &Facts, class: &str, id: i64, wanted: Wanted<'_>) -> Option<Map<String, Value>> {
    let row = match class {
        "serviceCall" => tickets::ticket(facts, facts.tickets.get(&id)?, wanted),
        "comment" => tickets::comment(facts, facts.comments.get(&id)?, wanted),
        "file" => content::file(facts, facts.files.get(&id)?, wanted),
        "KB" => content::page(facts, facts.pages.get(&id)?, wanted),
        "employee" => people::employee(facts, facts.employees.get(&id)?, wanted),
        "ou" => people::ou(facts, facts.ous.get(&id)?, wanted),
        "team" => people::team(facts, facts.teams.get(&id)?, wanted),
        "slmService" => small::service(facts, facts.services.get(&id)?, wanted),
        "agreement" => small::agreement(facts, facts.agreements.get(&id)?, wanted),
        "agreementRule" => small::rule(facts, facts.rules.get(&id)?, wanted),
        "problem" => itil::problem(facts, facts.problems.get(&id)?, wanted),
        "changeRequest" => itil::change(facts, facts.changes.get(&id)?, wanted),
        "cmdb" => itil::ci(facts, facts.cis.get(&id)?, wanted),
        "negotiation" => itil::negotiation(facts, facts.negotiations.get(&id)?, wanted),
        "vote" => itil::vote(facts, id, wanted)?,
        "serviceCall__Evt" => itil::event(facts, facts.tickets.get(&(id - itil::EVENTS))?, wanted),
        "root" => small::root(facts, wanted),
        _ => return small::row(facts, class, id, wanted),
    };
    Some(row.done())
}

/// An object as others refer to it: `{UUID, title, metaClass}`, and `code` of items; one that is not there is null.
pub(crate) fn link(facts: &Facts, class: &'static str, id: i64) -> Value {
    let (fqn, title): (&str, String) = match class {
        "serviceCall" => match facts.tickets.get(&id) {
            Some(ticket) => (ticket.kind.fqn(), ticket.title()),
            None => return Value::Null,
        },
        "employee" => match facts.employees.get(&id) {
            Some(employee) => (employee.fqn, employee.title()),
            None => return Value::Null,
        },
        "ou" => match facts.ous.get(&id) {
            Some(ou) => (ou.fqn, ou.title.clone()),
            None => return Value::Null,
        },
        _ => return other_link(facts, class, id),
    };
    written(facts.tenant, class, fqn, id, &title)
}

fn other_link(facts: &Facts, class: &'static str, id: i64) -> Value {
    if let Some(item) = facts.items.get(&id).filter(|item| item.catalog == class) {
        let mut link = written(facts.tenant, class, class, id, item.title);
        link["code"] = json!(item.code);
        return link;
    }
    let codes = ["title", "metaClass"].map(String::from).into();
    let Some(row) = row(facts, class, id, Wanted::Codes(&codes)) else { return Value::Null };
    json!({"UUID": facts.tenant.uuid(class, id), "title": row["title"], "metaClass": row["metaClass"]})
}

fn written(tenant: Tenant, class: &str, fqn: &str, id: i64, title: &str) -> Value {
    json!({"UUID": tenant.uuid(class, id), "title": title, "metaClass": tenant.fqn(fqn)})
}
