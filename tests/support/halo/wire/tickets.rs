//! Tickets: the row of a list and the larger one of a detail.

use serde_json::{Value, json};

use super::super::desk::Desk;
use super::super::desk::lookup::{SLAS, TICKET_TYPES, tag};
use super::super::desk::ticket::{Kind, Ticket};
use super::{Dialect, Row, lookups, people};

/// What a list has beside the bare row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Include {
    pub(crate) status: bool,
    pub(crate) ticket_type: bool,
    pub(crate) agent: bool,
    pub(crate) last_incoming: bool,
    pub(crate) child_ids: bool,
    /// Ids of the custom fields wanted.
    pub(crate) fields: Vec<i64>,
}

/// A row of a list.
pub(crate) fn listed(dialect: &Dialect, desk: &Desk, ticket: &Ticket, include: &Include) -> Value {
    let row = shared(dialect, desk, ticket);
    let row = if include.status { row.set("status_name", ticket.status_name()) } else { row };
    let row = if include.ticket_type { row.set("tickettype_name", ticket.type_name()) } else { row };
    let row = if include.agent { row.text("agent_name", agent_name(desk, ticket)) } else { row };
    let row = if include.last_incoming { row.maybe_date("lastincomingemail", ticket.last_action) } else { row };
    let row = if include.child_ids { row.set("child_ticket_ids", desk.children(ticket.brief.id)) } else { row };
    let wanted: Vec<_> = ticket.fields.iter().filter(|held| include.fields.contains(&held.field)).cloned().collect();
    if include.fields.is_empty() { row.done() } else { row.fields(&wanted).done() }
}

/// The row of `ticketidonly`.
pub(crate) fn id_only(dialect: &Dialect, ticket: &Ticket) -> Value {
    let row = dialect.row("ticket", ticket.brief.id).id("id", ticket.brief.id).id("sla_id", ticket.sla);
    let row = row.id("status_id", ticket.brief.status).id("client_id", ticket.brief.client);
    row.set("client_name", ticket.client_name.as_str()).maybe_date("lastincomingemail", ticket.last_action).done()
}

/// The row of a detail; `whole` with everything that hangs on it.
pub(crate) fn detail(dialect: &Dialect, desk: &Desk, ticket: &Ticket, whole: bool) -> Value {
    let brief = &ticket.brief;
    let row = shared(dialect, desk, ticket)
        .set("status_name", ticket.status_name())
        .set("tickettype_name", ticket.type_name());
    let row = row.text("agent_name", agent_name(desk, ticket)).text("sla_name", sla_name(ticket));
    let row =
        row.html("details_html", &ticket.body.html).date("datecreated", brief.opened).set("deleted", brief.deleted);
    let row = row.set("locked", false).text("closure_note", &ticket.closure_note);
    if !whole {
        return row.done();
    }
    let tags: Vec<Value> = ticket.tags.iter().map(|id| json!({"id": id, "text": tag(*id)})).collect();
    let related: Vec<Value> = ticket.related.iter().map(|id| json!({"id": id})).collect();
    let row = match ticket.priority_name() {
        Some(name) => row.set("priority", lookups::priority(dialect, ticket.sla, (ticket.priority, name, false))),
        None => row,
    };
    let row = match desk.user(brief.user) {
        Some(user) => row.set("user", nested_user(dialect, desk, &user)),
        None => row,
    };
    let row = match ticket.closure_note.as_str() {
        "" => row,
        note => row.set("closure_note_html", format!("<p>{}</p>", note.replace("\r\n", "<br>"))),
    };
    let row = match ticket.score {
        Some(score) => row.set("satisfactionlevel", score),
        None => row,
    };
    row.set("tags", tags)
        .set("related_tickets", related)
        .fields(&ticket.fields)
        .id("contract_id", ticket.contract)
        .set("assets", ticket.assets.iter().map(|id| json!({"id": id})).collect::<Vec<_>>())
        .id("approval_process_id", ticket.approval_process)
        .set("is_opportunity", brief.kind == Kind::Opportunity)
        .set("is_project", brief.kind == Kind::Project)
        .set("tickettype", json!({"id": brief.type_id, "name": ticket.type_name()}))
        .set("attachments", json!([]))
        .set("extra_actions", json!([]))
        .done()
}

/// The contact in a ticket, with its site in it.
fn nested_user(dialect: &Dialect, desk: &Desk, user: &super::super::desk::people::User) -> Value {
    let mut nested = people::user(dialect, desk, user, false);
    if let Some(site) = desk.site(user.site) {
        nested["site"] = people::site(dialect, desk, site, false);
    }
    nested
}

/// What lists and details have in common.
fn shared<'a>(dialect: &'a Dialect, desk: &Desk, ticket: &Ticket) -> Row<'a> {
    let brief = &ticket.brief;
    let children = desk.children(brief.id).len();
    let row = dialect.row("ticket", brief.id).id("id", brief.id).guid().date("dateoccurred", brief.opened);
    let row = row.set("summary", ticket.summary.as_str()).text("details", &ticket.body.plain);
    let row = row.id("status_id", brief.status).id("tickettype_id", brief.type_id).id("sla_id", ticket.sla);
    let row =
        row.id("priority_id", ticket.priority).id("client_id", brief.client).text("client_name", &ticket.client_name);
    let row = row.id("site_id", brief.site).text("site_name", &ticket.site_name).id("user_id", brief.user);
    let row = row.text("user_name", &ticket.user_name).text("user_email", &ticket.user_email);
    let row =
        row.text("reportedby", &ticket.reported_by).maybe_id("team_id", brief.team).text("team", &ticket.team_name);
    let row = categories(row.id("agent_id", brief.agent), ticket);
    let row = row.set("estimate", 0.0).set("child_count", children).set("attachment_count", ticket.told_attachments);
    let row = row.set("flagged", false).set("read", true).set("enduserstatus", 0).set("onhold", brief.status == 4);
    let row = row.maybe_date("dateclosed", brief.closed_at).maybe_date("responsedate", ticket.last_action);
    let row = row.maybe_date("fixbydate", None).set("excludefromsla", false).set("slaholdtime", 0.0);
    let row = row.set("slaresponsestate", "I").set("site_timezone", "GMT Standard Time");
    let row = row.maybe_date("lastactiondate", ticket.last_action).date("last_update", brief.updated);
    let row =
        row.id("organisation_id", 1).id("department_id", 11).text("emailtolist", "").text("emailcclist", &ticket.cc);
    let row = row.id("matched_kb_id", 0).id("workflow_id", ticket.workflow).set("workflow_step", ticket.workflow_step);
    let row = row.id("parent_id", brief.parent).id("merged_into_id", ticket.merged_into).set("inactive", brief.deleted);
    let row = row.set("hasbeenclosed", brief.closed_at.is_some()).set("impact", 3).set("urgency", 3);
    let row = row.set("starttime", "").set("targettime", "").set("source", ticket.source);
    let row = row.set("itil_requesttype_id", TICKET_TYPES.iter().find(|t| t.id == brief.type_id).map_or(1, |t| t.itil));
    let tags: Vec<&str> = ticket.tags.iter().map(|id| tag(*id)).collect();
    let row = row.text("ticket_tags", &tags.join(",")).set("reviewed", false).set("table", 1);
    let row = row.set("approval_status", i64::from(ticket.approval_process > 0));
    deal(
        row.set(
            "use",
            match brief.kind {
                Kind::Request => "ticket",
                Kind::Opportunity => "opportunity",
                Kind::Project | Kind::Task => "project",
            },
        ),
        ticket,
    )
}

fn categories<'a>(mut row: Row<'a>, ticket: &Ticket) -> Row<'a> {
    for (slot, category) in ticket.categories.iter().enumerate() {
        let (path, id) = category.as_ref().map_or(("", None), |(path, id)| (path.as_str(), *id));
        row = row.text(&format!("category_{}", slot + 1), path);
        row = row.maybe_id(&format!("categoryid_{}", slot + 1), id);
    }
    row
}

fn deal<'a>(row: Row<'a>, ticket: &Ticket) -> Row<'a> {
    let Some(deal) = &ticket.deal else { return row };
    row.all(json!({
        "oppcompanyname": deal.company, "oppcontactname": deal.contact, "oppemailaddress": deal.email, "opptel": deal.phone,
        "oppvalue": deal.value, "oppconversionprobability": deal.probability,
        "oppvalueadjusted": deal.value * deal.probability / 100.0, "pipeline_stage_id": deal.stage.0,
        "pipeline_stage_name": deal.stage.1,
    }))
}

fn sla_name(ticket: &Ticket) -> &'static str {
    SLAS.iter().find(|sla| sla.id == ticket.sla).map_or("", |sla| sla.name)
}

fn agent_name<'a>(desk: &'a Desk, ticket: &Ticket) -> &'a str {
    desk.agent(ticket.brief.agent).map_or("", |agent| &agent.name)
}
