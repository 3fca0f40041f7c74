//! Services, agreements, catalogs, the account itself, and how it is set up.

use serde_json::{Map, Value, json};

use super::super::desk::agreement::{Agreement, Rule, Service};
use super::super::desk::entry::Held;
use super::super::desk::{Facts, day};
use super::{Row, Wanted, link};

/// The number of the account.
pub(crate) const ROOT: i64 = 401;

/// A service.
pub(crate) fn service<'a>(facts: &'a Facts, service: &'a Service, wanted: Wanted<'a>) -> Row<'a> {
    Row::new(facts, "slmService", "slmService$slmService", service.id, wanted)
        .common(service.title, day(2021, 1, 1), day(2021, 1, 1), service.removed)
        .plain("state", "active")
}

/// An agreement.
pub(crate) fn agreement<'a>(facts: &'a Facts, agreement: &'a Agreement, wanted: Wanted<'a>) -> Row<'a> {
    Row::new(facts, "agreement", "agreement$agreement", agreement.id, wanted)
        .common(agreement.title, day(2021, 1, 1), day(2023, 2, 1), None)
        .plain("state", agreement.state)
        .date("stateStartTime", day(2021, 1, 1))
        .objects("services", "slmService", || agreement.services.clone())
        .objects("recipientsOU", "ou", || agreement.recipients.clone())
        .object("serviceTime", "servicetime", 600_501)
}

/// A rule of an agreement.
pub(crate) fn rule<'a>(facts: &'a Facts, rule: &'a Rule, wanted: Wanted<'a>) -> Row<'a> {
    Row::new(facts, "agreementRule", rule.fqn, rule.id, wanted)
        .common(&rule.title, day(2021, 1, 1), day(2021, 1, 1), None)
        .object("agreement", "agreement", rule.agreement)
        .object("priority", "priority", rule.priority)
        .with("resolutionTime", || json!(rule.hours * 3_600_000))
}

/// The account itself.
pub(crate) fn root<'a>(facts: &'a Facts, wanted: Wanted<'a>) -> Row<'a> {
    Row::new(facts, "root", "root", ROOT, wanted).common("Компания", day(2021, 1, 1), day(2021, 1, 1), None)
}

/// Numbers of the objects of a catalog or small class.
pub(crate) fn ids(facts: &Facts, class: &str) -> Vec<i64> {
    let items = facts.items.values().filter(|item| item.catalog == class).map(|item| item.id);
    items.chain(facts.entries.values().filter(|entry| entry.class() == class).map(|entry| entry.id)).collect()
}

/// An object of a catalog or small class.
pub(crate) fn row(facts: &Facts, class: &str, id: i64, wanted: Wanted<'_>) -> Option<Map<String, Value>> {
    if let Some(item) = facts.items.get(&id).filter(|item| item.catalog == class) {
        let row = Row::new(facts, item.catalog, item.catalog, id, wanted)
            .common(item.title, day(2021, 1, 1), day(2021, 1, 1), item.removed)
            .plain("code", item.code)
            .object("parent", item.catalog, item.parent)
            .with("color", || json!(item.color));
        return Some(row.done());
    }
    let entry = facts.entries.get(&id).filter(|entry| entry.class() == class)?;
    let mut row = Row::new(facts, entry.class(), entry.fqn, id, wanted).common(
        &entry.title,
        day(2021, 1, 1),
        day(2025, 3, 1),
        entry.removed,
    );
    for (code, held) in &entry.attributes {
        row = row.with(code, || match held {
            Held::Plain(value) => value.clone(),
            Held::Object(class, id) => link(facts, class, *id),
            Held::Objects(all) => all.iter().map(|(class, id)| link(facts, class, *id)).collect(),
        });
    }
    Some(row.done())
}
