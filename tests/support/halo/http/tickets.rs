//! `/Tickets`, `/Opportunities`, `/Projects`: three lists of one table.

use std::sync::Arc;

use serde_json::Value;

use super::super::desk::moment::{left, minutes};
use super::super::desk::ticket::Brief;
use super::super::wire::tickets::{self, Include};
use super::call::Call;
use super::lists;
use super::refusals::{invalid, not_found};
use super::reply::Reply;
use super::server::Server;

/// Rows of a list without pages at most; then `record_count` lies as well.
const CEILING: usize = 1000;
/// How long a closed ticket stays in a list that says nothing about closed ones.
const RECENT_DAYS: i64 = 30;

/// A list.
pub(crate) fn list(server: &Server, call: &Call, endpoint: &str) -> Reply {
    let mut briefs = server.desk.briefs();
    if let Err(refusal) = filter(server, call, endpoint, &mut briefs) {
        return refusal;
    }
    if call.flag("ticketidonly") {
        call.hear(&["pageinate", "page_size", "page_no", "count"]);
        let rows = briefs.iter().filter_map(|brief| server.desk.ticket(brief.id));
        let rows: Vec<Value> = rows.map(|ticket| tickets::id_only(&server.dialect, &ticket)).collect();
        return Reply::json(&serde_json::json!({"record_count": rows.len(), "tickets": rows}));
    }
    order(call, &mut briefs);
    let part = lists::part(call, briefs, CEILING, server.switches().repeats_last_page);
    let include = include(call);
    let found = part.items.iter().filter_map(|brief| server.desk.ticket(brief.id));
    let rows = found.map(|ticket| tickets::listed(&server.dialect, &server.desk, &ticket, &include)).collect();
    let reply = Reply::json(&part.envelope("tickets", rows));
    server.listed_tickets();
    reply
}

/// A ticket in full.
pub(crate) fn detail(server: &Server, call: &Call, endpoint: &str, id: i64) -> Reply {
    let whole = call.flag("includedetails");
    let found = server.desk.ticket(id).filter(|ticket| server.may_see(&ticket.brief));
    let vanished = server.switches().vanishing && id == super::super::desk::story::VANISHING;
    match found {
        Some(ticket) if !vanished => Reply::json(&tickets::detail(&server.dialect, &server.desk, &ticket, whole)),
        _ => not_found(endpoint),
    }
}

fn include(call: &Call) -> Include {
    Include {
        status: call.flag("includestatus"),
        ticket_type: call.flag("includetickettype"),
        agent: call.flag("includeagent"),
        last_incoming: call.flag("includelastincomingemail"),
        child_ids: call.flag("includechildids"),
        fields: call.numbers("include_custom_fields"),
    }
}

fn filter(server: &Server, call: &Call, endpoint: &str, briefs: &mut Vec<Arc<Brief>>) -> Result<(), Reply> {
    briefs.retain(|brief| server.may_see(brief));
    let domain = match endpoint {
        "opportunities" => Some("opps"),
        "projects" => Some("prjs"),
        _ => call.text("domain"),
    };
    if let Some(domain) = domain {
        briefs.retain(|brief| brief.kind.domain() == domain);
    }
    let (open, closed) = (call.flag("open_only"), call.flag("closed_only"));
    let everything =
        call.text("includeclosed").is_some() || server.switches().bare_list_has_all || endpoint != "tickets";
    let recent = minutes(left(), -RECENT_DAYS * 1440);
    if call.flag("deleted") {
        briefs.retain(|brief| brief.deleted);
    } else {
        briefs.retain(|brief| {
            !brief.deleted
                && match (open, closed) {
                    (true, _) => !brief.closed,
                    (_, true) => brief.closed,
                    _ => everything || !brief.closed || brief.closed_at.is_some_and(|at| at >= recent),
                }
        });
    }
    by_number(call, briefs);
    by_time(call, briefs)
}

fn by_number(call: &Call, briefs: &mut Vec<Arc<Brief>>) {
    type Column = (&'static str, fn(&Brief) -> i64);
    let columns: [Column; 7] = [
        ("client_id", |brief| brief.client),
        ("site_id", |brief| brief.site),
        ("user_id", |brief| brief.user),
        ("agent_id", |brief| brief.agent),
        ("status_id", |brief| brief.status),
        ("requesttype_id", |brief| brief.type_id),
        ("parent_id", |brief| brief.parent),
    ];
    for (name, column) in columns {
        if let Some(number) = call.number(name) {
            briefs.retain(|brief| column(brief) == number);
        }
    }
    let ids = call.numbers("ticketids");
    if !ids.is_empty() {
        briefs.retain(|brief| ids.contains(&brief.id));
    }
}

fn by_time(call: &Call, briefs: &mut Vec<Arc<Brief>>) -> Result<(), Reply> {
    let moment = |name: &str| call.moment(name).map_err(|text| invalid(name, &text));
    if let Some(from) = moment("lastupdatefromdate")? {
        briefs.retain(|brief| brief.updated >= from);
    }
    if let Some(to) = moment("lastupdatetodate")? {
        briefs.retain(|brief| brief.updated <= to);
    }
    let (from, to) = (moment("startdate")?, moment("enddate")?);
    let column: fn(&Brief) -> Option<_> = match call.text("datesearch") {
        Some("dateoccured" | "dateoccurred") => |brief| Some(brief.opened),
        Some("datecleared") => |brief| brief.closed_at,
        _ => return Ok(()),
    };
    briefs.retain(|brief| {
        column(brief).is_some_and(|at| from.is_none_or(|from| at >= from) && to.is_none_or(|to| at <= to))
    });
    Ok(())
}

/// The newest first, unless asked otherwise.
fn order(call: &Call, briefs: &mut [Arc<Brief>]) {
    let down = call.flag("orderdesc");
    match call.text("order").map(str::to_ascii_lowercase).as_deref() {
        Some("id") => briefs.sort_by_key(|brief| brief.id),
        Some("last_update") => briefs.sort_by_key(|brief| brief.updated),
        Some("dateoccurred") => briefs.sort_by_key(|brief| brief.opened),
        _ => {
            briefs.reverse();
            return;
        }
    }
    if down {
        briefs.reverse();
    }
}
