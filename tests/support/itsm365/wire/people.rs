//! Employees, companies and departments, teams.

use serde_json::{Value, json};

use super::super::desk::CANARY;
use super::super::desk::people::{Employee, Ou, Team};
use super::super::desk::ticket::{Client, Ticket};
use super::super::desk::{Facts, day};
use super::{Row, Wanted};

fn tickets(facts: &Facts, wanted: impl Fn(&Ticket) -> bool) -> Vec<i64> {
    facts.tickets.values().filter(|ticket| wanted(ticket)).map(|ticket| ticket.id).collect()
}

/// Somebody, with the secrets that the platform gives to whom asks for everything.
pub(crate) fn employee<'a>(facts: &'a Facts, employee: &'a Employee, wanted: Wanted<'a>) -> Row<'a> {
    let id = employee.id;
    Row::new(facts, "employee", employee.fqn, id, wanted)
        .common(&employee.title(), employee.created, employee.modified, employee.removed)
        .text("lastName", &employee.last)
        .with("firstName", || json!(employee.first))
        .with("middleName", || json!(employee.middle))
        .text("login", &employee.login)
        .text("email", &employee.email)
        .text("post", &employee.post)
        .text("privateCode", &employee.number)
        .with("dateOfBirth", || Value::Null)
        .text("mobilePhoneNumber", &employee.mobile)
        .text("cityPhoneNumber", &employee.city_phone)
        .with("homePhoneNumber", || Value::Null)
        .text("internalPhoneNumber", &employee.internal_phone)
        .with("phonesIndex", || Value::Null)
        .with("license", || json!([employee.license]))
        .plain("isEmployeeActive", employee.active)
        .plain("isEmployeeLocked", employee.locked)
        .plain("employeeForIntegration", false)
        .plain("performer", employee.is_agent())
        .with("employeeSecGroups", || json!([]))
        .objects("teams", "team", || employee.teams.clone())
        .object("parent", "ou", employee.parent)
        .object("immediateSupervisor", "employee", employee.supervisor)
        .with("idHolder", || Value::Null)
        .objects("recipientAgreements", "agreement", Vec::new)
        .with("commentAuthorAlias", || Value::Null)
        .text("telegram", &employee.telegram)
        .with("password", || json!(format!("{CANARY} password of {id}")))
        .with("accessKey", || json!(format!("{CANARY} accessKey of {id}")))
        .objects("createdSCs", "serviceCall", || tickets(facts, |ticket| ticket.author == Some(id)))
        .objects("respForSCs", "serviceCall", || tickets(facts, |ticket| ticket.responsible == Some(id)))
        .objects("serviceCalls", "serviceCall", || tickets(facts, |ticket| ticket.client == Client::Employee(id)))
        .nothing("createdPrblms createdChReqs createdTasks respForPrblms respForChReqs respForTasks")
        .nothing("negotiation votes approvalsMaden")
}

/// A company or department.
pub(crate) fn ou<'a>(facts: &'a Facts, ou: &'a Ou, wanted: Wanted<'a>) -> Row<'a> {
    let id = ou.id;
    Row::new(facts, "ou", ou.fqn, id, wanted)
        .common(&ou.title, day(2021, 1, 1), ou.modified, ou.removed)
        .text("adress", &ou.address)
        .object("parent", "ou", ou.parent)
        .object("head", "employee", ou.head)
        .objects("recipientAgreements", "agreement", || {
            let held = facts.agreements.values().filter(|agreement| agreement.recipients.contains(&id));
            held.map(|agreement| agreement.id).collect()
        })
        .with("idHolder", || Value::Null)
        .text("additionalName", &ou.additional_name)
        .with("ouSecGroups", || json!([]))
        .objects("KEsInUse", "cmdb", || facts.cis.values().filter(|ci| ci.owner == Some(id)).map(|ci| ci.id).collect())
        .objects("employees", "employee", || {
            facts
                .employees
                .values()
                .filter(|employee| employee.parent == Some(id))
                .map(|employee| employee.id)
                .collect()
        })
        .objects("serviceCalls", "serviceCall", || {
            tickets(facts, |ticket| match ticket.client {
                Client::Employee(client) => facts.employees[&client].parent == Some(id),
                Client::Ou(client) => client == id,
                _ => false,
            })
        })
}

/// A team; its members are told by themselves.
pub(crate) fn team<'a>(facts: &'a Facts, team: &'a Team, wanted: Wanted<'a>) -> Row<'a> {
    Row::new(facts, "team", "team$team", team.id, wanted)
        .common(team.title, day(2021, 1, 1), day(2025, 1, 1), team.removed)
        .object("head", "employee", team.head)
}
