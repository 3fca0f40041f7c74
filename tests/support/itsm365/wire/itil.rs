//! Problems, changes, configuration items, approvals, and the history of tickets.

use serde_json::{Value, json};

use super::super::desk::approval::Negotiation;
use super::super::desk::itil::{Change, Ci, Problem};
use super::super::desk::ticket::Ticket;
use super::super::desk::{Facts, day, minutes};
use super::{Row, Wanted, link};

/// What the number of a ticket's event has more than the ticket's.
pub(crate) const EVENTS: i64 = 400_000_000;

/// A problem.
pub(crate) fn problem<'a>(facts: &'a Facts, problem: &'a Problem, wanted: Wanted<'a>) -> Row<'a> {
    let title = format!("PRB{}", problem.number);
    Row::new(facts, "problem", "problem$problem", problem.id, wanted)
        .common(&title, problem.created, minutes(problem.created, 2880), problem.removed)
        .plain("number", problem.number)
        .plain("state", problem.state)
        .text("shortDescr", &problem.subject)
        .with("descriptionRTF", || json!(format!("<p>{}</p>", problem.subject)))
        .with("rootCause", || json!(problem.root_cause))
        .plain("knownError", problem.known_error)
        .with("workaround", || json!(problem.workaround))
        .object("priority", "priority", problem.priority)
        .object("urgency", "urgency", None)
        .object("impact", "impact", None)
        .date("deadLineTime", None)
        .object("responsible", "employee", problem.responsible)
        .object("responsibleEmployee", "employee", problem.responsible)
        .object("responsibleTeam", "team", None)
        .objects("serviceCalls", "serviceCall", || problem.tickets.clone())
}

/// A change.
pub(crate) fn change<'a>(facts: &'a Facts, change: &'a Change, wanted: Wanted<'a>) -> Row<'a> {
    let title = format!("RFC{}", change.number);
    Row::new(facts, "changeRequest", "changeRequest$changeRequest", change.id, wanted)
        .common(&title, change.created, minutes(change.created, 1440), change.removed)
        .plain("number", change.number)
        .plain("state", change.state)
        .text("shortDescr", &change.subject)
        .with("descriptionRTF", || json!(format!("<p>{}</p>", change.subject)))
        .object("changeType", "changeType", change.change_type)
        .object("risk", "risk", change.risk)
        .date("implementationDate", change.implementation)
        .object("priority", "priority", None)
        .object("urgency", "urgency", None)
        .object("impact", "impact", None)
        .date("deadLineTime", None)
        .object("responsible", "employee", change.responsible)
        .object("responsibleEmployee", "employee", change.responsible)
        .object("responsibleTeam", "team", None)
        .objects("reasonCalls", "serviceCall", || change.reasons.clone())
        .objects("resultCalls", "serviceCall", || change.results.clone())
        .objects("negotiations", "negotiation", || {
            facts.negotiations_of(("changeRequest", change.id)).iter().map(|asked| asked.id).collect()
        })
}

/// A configuration item.
pub(crate) fn ci<'a>(facts: &'a Facts, ci: &'a Ci, wanted: Wanted<'a>) -> Row<'a> {
    Row::new(facts, "cmdb", ci.fqn, ci.id, wanted)
        .common(&ci.title, day(2022, 1, 1), day(2025, 1, 12), ci.removed)
        .plain("number", ci.number)
        .plain("state", ci.state)
        .object("owner", "ou", ci.owner)
        .object("parent", "cmdb", ci.parent)
        .with("DeviceName", || json!(ci.title))
        .with("IP", || json!(ci.ip))
        .with("description", || Value::Null)
        .with("Commentariy", || json!(ci.comment))
        .objects("serviceCalls", "serviceCall", || ci.tickets.clone())
}

/// An approval.
pub(crate) fn negotiation<'a>(facts: &'a Facts, asked: &'a Negotiation, wanted: Wanted<'a>) -> Row<'a> {
    let (class, id) = asked.source;
    let title = if class == "serviceCall" {
        "Согласование заявки"
    } else {
        "Согласование изменения"
    };
    Row::new(facts, "negotiation", asked.fqn, asked.id, wanted)
        .common(title, asked.created, minutes(asked.created, 60), None)
        .plain("state", asked.state)
        .with("source", || link(facts, class, id))
        .date("deadline", asked.deadline)
        .objects("votes", "vote", || asked.votes.iter().map(|vote| vote.id).collect())
}

/// A vote.
pub(crate) fn vote<'a>(facts: &'a Facts, id: i64, wanted: Wanted<'a>) -> Option<Row<'a>> {
    // Votes are numbered after their approvals.
    let asked = facts.negotiations.get(&(id - id % 10))?;
    let vote = asked.votes.iter().find(|vote| vote.id == id)?;
    let row = Row::new(facts, "vote", asked.vote_fqn(), id, wanted)
        .common("Голос", asked.created, vote.at.unwrap_or(asked.created), None)
        .plain("state", vote.state)
        .object("negotiation", "negotiation", asked.id)
        .object("voter", "employee", vote.voter)
        .with("comment", || json!(vote.comment))
        .date("voteDate", vote.at);
    Some(row)
}

/// What happened to a ticket last: its state.
pub(crate) fn event<'a>(facts: &'a Facts, ticket: &'a Ticket, wanted: Wanted<'a>) -> Row<'a> {
    Row::new(facts, "serviceCall__Evt", "serviceCall__Evt", ticket.id + EVENTS, wanted)
        .with("title", || json!("Смена статуса"))
        .object("parent", "serviceCall", ticket.id)
        .date("eventDate", ticket.state_since)
        .plain("stateChanged", true)
        .with("stateCode", || json!(facts.tenant.state(super::super::desk::tenant::State::Registered)))
        .plain("newStateCode", facts.tenant.state(ticket.state))
        .plain("responsibleChanged", ticket.responsible.is_some())
        .object("responsibleEmployee", "employee", None)
        .object("newResponsibleEmployee", "employee", ticket.responsible)
        .object("responsibleTeam", "team", None)
        .object("newResponsibleTeam", "team", ticket.team)
}
