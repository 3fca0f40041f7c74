//! `/Actions`: of one ticket, or of a span of a day.

use chrono::Duration;
use serde_json::{Value, json};

use super::super::desk::ticket::{Action, Author, Ticket};
use super::super::wire::actions::{Include, row};
use super::call::Call;
use super::refusals::{invalid, not_found};
use super::reply::Reply;
use super::server::Server;

/// Actions of a list that says nothing about how many.
const DEFAULT_COUNT: i64 = 50;

/// A list: the newest first, no pages.
pub(crate) fn list(server: &Server, call: &Call) -> Reply {
    let include = include(call);
    if let Some(id) = call.number("ticket_id") {
        let Some(ticket) = server.desk.ticket(id).filter(|ticket| server.may_see(&ticket.brief)) else {
            return not_found("actions");
        };
        let thread = server.desk.thread(&ticket);
        let actions = thread.into_iter().map(|action| (&ticket, action)).collect();
        return answer(server, call, Some(id), actions, include);
    }
    call.hear(&["datesearch"]);
    let (from, to) = match (call.moment("startdate"), call.moment("enddate")) {
        (Ok(Some(from)), Ok(Some(to))) => (from, to),
        (Err(text), _) => return invalid("startdate", &text),
        (_, Err(text)) => return invalid("enddate", &text),
        _ => return answer(server, call, None, Vec::new(), include),
    };
    if to - from > Duration::days(1) {
        if server.switches().long_span_is_refused {
            return invalid("enddate", "more than one day after startdate");
        }
        return answer(server, call, None, Vec::new(), include);
    }
    // A thread ends before its ticket was last changed, and begins after it was opened.
    let near = server
        .desk
        .briefs()
        .into_iter()
        .filter(|brief| server.may_see(brief) && brief.updated >= from && brief.opened <= to);
    let tickets: Vec<Ticket> = near.filter_map(|brief| server.desk.ticket(brief.id)).collect();
    let of = |ticket| server.desk.thread(ticket).into_iter().map(move |action| (ticket, action));
    let actions = tickets.iter().flat_map(of).filter(|(_, action)| action.at >= from && action.at <= to).collect();
    answer(server, call, None, actions, include)
}

/// One action; its number means nothing without its ticket.
pub(crate) fn detail(server: &Server, call: &Call, id: i64) -> Reply {
    let include =
        Include { html_email: call.flag("includeemail"), html_note: true, attachments: call.flag("includedetails") };
    let ticket = call.number("ticket_id").and_then(|ticket| server.desk.ticket(ticket));
    let Some(ticket) = ticket.filter(|ticket| server.may_see(&ticket.brief)) else { return not_found("actions") };
    match server.desk.thread(&ticket).into_iter().find(|action| action.id == id) {
        Some(action) => Reply::json(&row(&server.dialect, &server.desk, &ticket, &action, include)),
        None => not_found("actions"),
    }
}

fn include(call: &Call) -> Include {
    Include {
        html_note: call.flag("includehtmlnote"),
        html_email: call.flag("includehtmlemail"),
        attachments: call.flag("includeattachments"),
    }
}

fn answer(
    server: &Server,
    call: &Call,
    of: Option<i64>,
    mut actions: Vec<(&Ticket, Action)>,
    include: Include,
) -> Reply {
    let (system, private, agents) = (call.flag("excludesys"), call.flag("excludeprivate"), call.flag("agentonly"));
    let talk = call.flag("conversationonly");
    actions.retain(|(_, action)| {
        let by_system = super::super::desk::lookup::outcome_of(action.outcome).system > 0;
        !(system && by_system || private && action.hidden || talk && (by_system || action.hidden))
            && (!agents || matches!(action.author, Author::Agent(_)))
    });
    actions.sort_by_key(|(_, action)| (action.at, action.ticket, action.id));
    actions.reverse();
    let total = actions.len();
    let count = call.number("count").unwrap_or(DEFAULT_COUNT).max(0).cast_unsigned() as usize;
    actions.truncate(count.min(server.switches().actions_max));
    let rows: Vec<Value> =
        actions.iter().map(|(ticket, action)| row(&server.dialect, &server.desk, ticket, action, include)).collect();
    Reply::json(&match of {
        Some(ticket) => json!({"record_count": total, "ticket_id": ticket, "actions": rows}),
        None => json!({"record_count": total, "actions": rows}),
    })
}
