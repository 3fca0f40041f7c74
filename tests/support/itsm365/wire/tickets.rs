//! Tickets and comments.

use chrono::Duration;
use serde_json::{Value, json};

use super::super::desk::Facts;
use super::super::desk::tenant::Timer;
use super::super::desk::ticket::{Client, Comment, Ticket};
use super::{Row, Wanted, link};

/// A ticket with all of its attributes.
pub(crate) fn ticket<'a>(facts: &'a Facts, ticket: &'a Ticket, wanted: Wanted<'a>) -> Row<'a> {
    let tenant = facts.tenant;
    let row = Row::new(facts, "serviceCall", ticket.kind.fqn(), ticket.id, wanted);
    let row =
        row.common(&ticket.title(), ticket.created, ticket.modified, ticket.removed).plain("number", ticket.number);
    let row = texts(row, ticket);
    let row = row
        .plain("state", tenant.state(ticket.state))
        .date("stateStartTime", ticket.state_since)
        .with("wfProfile", || Value::Null)
        .plain("resumed", ticket.resumed)
        .plain("resumptionSum", i64::from(ticket.resumed))
        .with("postoponeTill", || Value::Null);
    classified(people(dates(row, ticket), ticket), ticket)
}

fn texts<'a>(row: Row<'a>, ticket: &'a Ticket) -> Row<'a> {
    let (name, email, phone) = match &ticket.client {
        Client::Text(name, email, phone) => (name.as_str(), email.as_str(), phone.as_str()),
        _ => ("", "", ""),
    };
    row.text("shortDescr", &ticket.subject)
        .with("description", || json!(ticket.text.plain()))
        .with("descriptionRTF", || if ticket.plain_only { Value::Null } else { json!(ticket.text.html) })
        .with("resultDescr", || ticket.resolution.as_ref().map_or(Value::Null, |text| json!(text.html)))
        .text("clientName", name)
        .text("clientEmail", email)
        .text("clientPhone", phone)
        .with("clientLinkName", || Value::Null)
        .with("sourceMesId", || Value::Null)
}

fn dates<'a>(row: Row<'a>, ticket: &'a Ticket) -> Row<'a> {
    let tenant = row.tenant();
    let timer = move |status: Timer| json!({"status": tenant.timer(status), "elapsed": 600_000});
    row.date("registrationDate", ticket.created)
        .date("requestDate", ticket.created)
        .date("startTime", ticket.started)
        .date("deadLineTime", ticket.due)
        .date("dateDecision", ticket.solved)
        .date("responsibleStartTime", ticket.started)
        .date("reactionTime", ticket.reaction_due)
        .with("timeForAccept", || Value::Null)
        .with("resolutionTime", || {
            ticket.due.map_or(Value::Null, |due| json!((due - ticket.created).num_milliseconds()))
        })
        .with("timeAllowanceTimer", || {
            let Some((status, allowance)) = ticket.timer else { return Value::Null };
            let due = ticket.due.map(|due| tenant.date(due));
            let exceeded = ticket.due.filter(|_| status == Timer::Exceeded);
            let elapsed = exceeded.map(|due| (ticket.modified.max(due) - due).max(Duration::zero()).num_milliseconds());
            json!({"status": tenant.timer(status), "allowance": allowance, "deadLineTime": due,
                   "elapsedFromOverdue": elapsed})
        })
        .with("processingTimeTimer", || ticket.timer.map_or(Value::Null, |(status, _)| timer(status)))
        .with("totalTimeTimer", || timer(if ticket.state.is_done() { Timer::Stopped } else { Timer::Active }))
        .with("spentTime", || Value::Null)
        .with("overdue", || json!(ticket.timer.is_some_and(|(status, _)| status == Timer::Exceeded)))
        .object("serviceTime", "servicetime", 600_501)
        .with("timeZone", || json!({"UUID": "timezone$600511", "title": "Москва", "code": "Europe/Moscow"}))
}

fn people<'a>(row: Row<'a>, ticket: &'a Ticket) -> Row<'a> {
    let facts = row.facts;
    let (employee, ou) = match ticket.client {
        Client::Employee(id) => (Some(id), facts.employees.get(&id).and_then(|employee| employee.parent)),
        Client::Ou(id) => (None, Some(id)),
        _ => (None, None),
    };
    let whichever = move |employee: Option<i64>, class: &'static str, other: Option<i64>| match (employee, other) {
        (Some(id), _) => link(facts, "employee", id),
        (None, Some(id)) => link(facts, class, id),
        (None, None) => Value::Null,
    };
    let closed_by = ticket.solved_by.filter(|_| ticket.state.is_done());
    row.with("client", || whichever(employee, "ou", ou))
        .object("clientEmployee", "employee", employee)
        .object("clientOU", "ou", ou)
        .with("clientTeam", || Value::Null)
        .with("clientHead", || Value::Null)
        .object("author", "employee", ticket.author)
        .with("responsible", || whichever(ticket.responsible, "team", ticket.team))
        .object("responsibleEmployee", "employee", ticket.responsible)
        .object("responsibleTeam", "team", ticket.team)
        .with("solvedBy", || whichever(ticket.solved_by, "team", None))
        .object("solvedByEmployee", "employee", ticket.solved_by)
        .object("solvedByTeam", "team", ticket.solved_by.and(ticket.team))
        .with("closedBy", || whichever(closed_by, "team", None))
        .object("closedByEmployee", "employee", closed_by)
        .object("closedByTeam", "team", None)
        .with("subscribers", || json!([]))
}

fn classified<'a>(row: Row<'a>, ticket: &'a Ticket) -> Row<'a> {
    let facts = row.facts;
    let base = ticket.categories.first().and_then(|id| facts.item(*id).parent);
    let custom = &ticket.custom;
    let text = |text: &Option<String>| text.as_ref().map_or(Value::Null, |text| json!(text));
    let task = super::super::desk::set_up::TASK_OF;
    row.object("service", "slmService", ticket.service)
        .object("agreement", "agreement", ticket.agreement)
        .objects("categories", "category", || ticket.categories.clone())
        .object("baseCategory", "category", base)
        .object("priority", "priority", ticket.priority)
        .object("urgency", "urgency", ticket.urgency)
        .object("impact", "impact", ticket.impact)
        .object("wayAddressing", "wayAdressing", ticket.channel)
        .object("mark", "mark", ticket.mark)
        .object("codeOfClosing", "codeOfClosing", ticket.closing)
        .with("resolutionCode", || Value::Null)
        .objects("KEs", "cmdb", || facts.cis_of(ticket.id).iter().map(|ci| ci.id).collect())
        .objects("problems", "problem", || facts.problems_of(ticket.id).iter().map(|problem| problem.id).collect())
        .plain("massProblem", ticket.mass)
        .object("masterMassProblem", "serviceCall", ticket.master)
        .objects("massProblemSlaves", "serviceCall", || {
            if !ticket.mass {
                return Vec::new();
            }
            facts.tickets.values().filter(|other| other.master == Some(ticket.id)).map(|other| other.id).collect()
        })
        .objects("rfcReason", "changeRequest", || facts.changes_for(ticket.id).iter().map(|rfc| rfc.id).collect())
        .objects("rfcResults", "changeRequest", || facts.changes_before(ticket.id).iter().map(|rfc| rfc.id).collect())
        .objects("tasks", "task", || if ticket.id == task { vec![super::super::desk::set_up::TASK] } else { vec![] })
        .with("workRecords", || json!([]))
        .objects("negotiations", "negotiation", || {
            facts.negotiations_of(ticket.source()).iter().map(|asked| asked.id).collect()
        })
        .with("KBtoAddArticle", || Value::Null)
        .with("lastComment", || {
            facts.comments_of(ticket.source()).last().map_or(Value::Null, |comment| link(facts, "comment", comment.id))
        })
        .with("nomerDogovora", || text(&custom.contract))
        .with("kabinet", || text(&custom.room))
        .with("vyezdTrebuetsya", || json!(custom.visit))
        .with("dataVyezda", || custom.visit_on.map_or(Value::Null, |on| json!(on.format("%Y.%m.%d").to_string())))
        .with("stoimostRabot", || json!(custom.cost))
        .objects("skrinshoty", "file", || custom.files.clone())
        .with("ssylka", || custom.link.as_ref().map_or(Value::Null, |(text, url)| json!({"text": text, "url": url})))
}

/// A comment.
pub(crate) fn comment<'a>(facts: &'a Facts, comment: &'a Comment, wanted: Wanted<'a>) -> Row<'a> {
    let (class, id) = comment.source;
    Row::new(facts, "comment", "comment", comment.id, wanted)
        .with("title", || json!("Комментарий"))
        .object("source", class, id)
        .with("text", || json!(comment.text.html))
        .plain("private", comment.private)
        .object("author", "employee", comment.author)
        .with("authorAlias", || Value::Null)
        .date("creationDate", comment.at)
        .objects("files", "file", || comment.files.clone())
}
