//! Which endpoint tells what.

use serde_json::{Value, json};

use super::super::desk::lookup::SLAS;
use super::super::desk::staff::{API_AGENT, UNASSIGNED};
use super::super::wire::{fields, lookups, people, staff};
use super::call::Call;
use super::refusals::not_found;
use super::reply::Reply;
use super::server::Server;
use super::{actions, files, knowledge, lists, tickets};

/// Endpoint and id of a path below `/api`.
pub(crate) fn split(path: &str) -> (String, Option<String>) {
    match path.split_once('/') {
        Some((endpoint, id)) => (endpoint.to_owned(), Some(id.to_owned())),
        None => (path.to_owned(), None),
    }
}

/// The answer of an endpoint.
pub(crate) fn answer(server: &Server, call: &Call, endpoint: &str, id: Option<&str>) -> Reply {
    match id {
        None => list(server, call, endpoint),
        Some("me") if endpoint == "agent" => agent(server, API_AGENT),
        Some(id) => {
            call.hear(&["includedetails"]);
            let known = knowledge::detail(server, endpoint, id);
            known.unwrap_or_else(|| match id.parse::<i64>() {
                Ok(id) => detail(server, call, endpoint, id),
                Err(_) => not_found(endpoint),
            })
        }
    }
}

fn list(server: &Server, call: &Call, endpoint: &str) -> Reply {
    let dialect = &server.dialect;
    let rows = match endpoint {
        "tickets" | "opportunities" | "projects" => return tickets::list(server, call, endpoint),
        "actions" => return actions::list(server, call),
        "attachment" => return files::list(server, call),
        "client" => return paged(server, call, "clients", clients(server, call)),
        "site" => return paged(server, call, "sites", sites(server, call)),
        "users" => return paged(server, call, "users", users(server, call)),
        "agent" => return agents(server, call),
        "team" => teams(server, call),
        "fieldinfo" => field_infos(server, call),
        "lookup" => fields::options(call.number("lookupid").unwrap_or(0)),
        "status" => {
            call.hear(&["showall", "type"]);
            lookups::statuses(dialect)
        }
        "tickettype" => lookups::ticket_types(dialect, call.flag("showall") || call.flag("showinactive")),
        "sla" => {
            let with = call.flag("showpriorities");
            SLAS.iter().map(|sla| lookups::sla(dialect, sla, with)).collect()
        }
        "priority" => lookups::priorities(dialect, call.number("slaid")),
        "category" => lookups::categories(dialect, call.number("type_id").unwrap_or(1)),
        "outcome" => lookups::outcomes(dialect, call.flag("showhidden")),
        "tags" => lookups::tags(),
        "versioninfo" => return Reply::json(&json!({"version": "2.216.1", "product": "HaloCRM"})),
        _ => return knowledge::list(server, call, endpoint).unwrap_or_else(|| Reply::empty(404)),
    };
    Reply::json(&Value::Array(rows))
}

fn detail(server: &Server, call: &Call, endpoint: &str, id: i64) -> Reply {
    let (dialect, desk) = (&server.dialect, &server.desk);
    let row = match endpoint {
        "tickets" | "opportunities" | "projects" => return tickets::detail(server, call, endpoint, id),
        "actions" => return actions::detail(server, call, id),
        "attachment" => return files::download(server, id),
        "agent" => return agent(server, id),
        "client" => desk.client(id).map(|client| people::client(dialect, &client, true)),
        "site" => desk.site(id).map(|site| people::site(dialect, desk, site, true)),
        "users" => desk.user(id).map(|user| people::user(dialect, desk, &user, true)),
        "team" => desk.team(id).map(|team| staff::team(dialect, desk, team, true)),
        "fieldinfo" => {
            let values = call.flag("getlookupvalues");
            desk.fields.iter().find(|field| field.id == id).map(|field| fields::definition(dialect, field, values))
        }
        "tickettype" => super::super::desk::lookup::TICKET_TYPES
            .iter()
            .find(|kind| kind.id == id)
            .map(|kind| lookups::ticket_type(dialect, kind, true)),
        _ => None,
    };
    row.map_or_else(|| not_found(endpoint), |row| Reply::json(&row))
}

fn paged(server: &Server, call: &Call, key: &str, rows: Vec<Value>) -> Reply {
    Reply::json(&lists::rows(call, key, rows, server.switches().repeats_last_page))
}

fn clients(server: &Server, call: &Call) -> Vec<Value> {
    let (active, inactive) = lists::activity(call);
    let top_level = call.number("toplevel_id");
    let rows = server.desk.clients.all().into_iter().filter(|client| if client.inactive { inactive } else { active });
    let rows = rows.filter(|client| top_level.is_none_or(|id| client.top_level == id));
    rows.map(|client| people::client(&server.dialect, &client, false)).collect()
}

fn sites(server: &Server, call: &Call) -> Vec<Value> {
    let (active, inactive) = lists::activity(call);
    let client = call.number("client_id");
    let rows = server.desk.sites.iter().filter(|site| if site.inactive { inactive } else { active });
    let rows = rows.filter(|site| client.is_none_or(|id| site.client == id));
    rows.map(|site| people::site(&server.dialect, &server.desk, site, false)).collect()
}

fn users(server: &Server, call: &Call) -> Vec<Value> {
    let (active, inactive) = lists::activity(call);
    let (client, site) = (call.number("client_id"), call.number("site_id"));
    let (no_agents, no_general) = (call.flag("exclude_agents"), call.flag("exclude_generaluser"));
    let rows = server.desk.users.all().into_iter().filter(|user| if user.inactive { inactive } else { active });
    let rows = rows.filter(|user| client.is_none_or(|id| user.client == id) && site.is_none_or(|id| user.site == id));
    let rows = rows.filter(|user| !(no_agents && user.agent > 0 || no_general && user.general));
    rows.map(|user| people::user(&server.dialect, &server.desk, &user, false)).collect()
}

fn agents(server: &Server, call: &Call) -> Reply {
    let enabled = call.text("includeenabled").is_none_or(|flag| flag.eq_ignore_ascii_case("true"));
    let (disabled, unassigned) = (call.flag("includedisabled"), call.flag("includeunassigned"));
    let api = call.flag("includeapiagents");
    call.hear(&["includeroles"]);
    let agents = server.desk.agents.iter().filter(|agent| match agent {
        agent if agent.id == UNASSIGNED => unassigned,
        agent if agent.api => api,
        agent if agent.disabled => disabled,
        _ => enabled,
    });
    let rows: Vec<Value> = agents.map(|agent| staff::agent(&server.dialect, &server.desk, agent, false)).collect();
    Reply::json(&if server.switches().agents_in_results { json!({"results": rows}) } else { json!(rows) })
}

fn agent(server: &Server, id: i64) -> Reply {
    let found = server.desk.agent(id);
    found.map_or_else(
        || not_found("agent"),
        |agent| Reply::json(&staff::agent(&server.dialect, &server.desk, agent, true)),
    )
}

fn teams(server: &Server, call: &Call) -> Vec<Value> {
    let all = call.flag("showall") || call.flag("includedisabled");
    call.hear(&["includeenabled", "include_managers"]);
    let teams = server.desk.teams.iter().filter(|team| !team.inactive || all);
    teams.map(|team| staff::team(&server.dialect, &server.desk, team, false)).collect()
}

fn field_infos(server: &Server, call: &Call) -> Vec<Value> {
    let (scope, values) = (call.number("typeid"), call.flag("includevalues"));
    let no_tables = call.flag("excludetables");
    let fields = server.desk.fields.iter().filter(|field| scope.is_none_or(|id| field.scope as i64 == id));
    let fields = fields.filter(|field| !(no_tables && field.kind == 7));
    fields.map(|field| fields::definition(&server.dialect, field, values)).collect()
}
