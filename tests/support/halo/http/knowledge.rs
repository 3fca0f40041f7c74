//! The knowledge base, what clients have, and how the desk is set up.

use serde_json::{Map, Value, json};

use super::super::desk::approval::{APPROVALS, rating};
use super::super::desk::article::FAQ_LISTS;
use super::super::desk::configuration::Entry;
use super::super::dice::guid;
use super::super::wire::{Dialect, holdings, knowledge};
use super::call::Call;
use super::lists;
use super::refusals::not_found;
use super::reply::Reply;
use super::server::Server;

/// A list, if this endpoint is one of these.
pub(crate) fn list(server: &Server, call: &Call, endpoint: &str) -> Option<Reply> {
    let (dialect, desk) = (&server.dialect, &server.desk);
    let (active, inactive) = lists::activity(call);
    let wanted = |is_inactive: bool| if is_inactive { inactive } else { active };
    let client = call.number("client_id");
    let (key, rows): (_, Vec<Value>) = match endpoint {
        "kbarticle" => {
            let rows = desk.articles.all().into_iter().filter(|article| wanted(article.inactive));
            (Some("articles"), rows.map(|article| knowledge::article(dialect, desk, &article, false)).collect())
        }
        "clientcontract" => {
            let rows = desk.contracts.iter().filter(|contract| wanted(!contract.active));
            let rows = rows.filter(|contract| client.is_none_or(|id| contract.client == id));
            (Some("contracts"), rows.map(|contract| holdings::contract(dialect, desk, contract, false)).collect())
        }
        "asset" => {
            let rows = desk.assets.iter().filter(|asset| wanted(asset.inactive));
            let rows = rows.filter(|asset| client.is_none_or(|id| asset.client == id));
            (Some("assets"), rows.map(|asset| holdings::asset(dialect, desk, asset, false)).collect())
        }
        "faqlists" => {
            call.hear(&["allgroups", "showcounts", "type"]);
            (None, FAQ_LISTS.iter().map(|list| knowledge::faq_list(dialect, desk, list)).collect())
        }
        "assettype" => (None, holdings::asset_types()),
        "ticketapproval" => {
            let ticket = call.number("ticket_id");
            let rows = APPROVALS.iter().filter(|approval| ticket.is_none_or(|id| approval.ticket == id));
            (None, rows.map(|approval| holdings::approval(dialect, desk, approval)).collect())
        }
        "feedback" => {
            let rated = desk.briefs().into_iter().filter(|brief| !brief.deleted && server.may_see(brief));
            let rows = rated.filter_map(|brief| rating(desk.seed, &brief));
            (None, rows.map(|rating| holdings::rating(dialect, &rating)).collect())
        }
        "crmnote" => return Some(notes(call)),
        _ => return set_up(server, call, endpoint),
    };
    Some(Reply::json(&match key {
        Some(key) => lists::rows(call, key, rows, server.switches().repeats_last_page),
        None => Value::Array(rows),
    }))
}

/// A detail, if this endpoint is one of these.
pub(crate) fn detail(server: &Server, endpoint: &str, id: &str) -> Option<Reply> {
    let (dialect, desk) = (&server.dialect, &server.desk);
    let number = id.parse::<i64>().ok();
    let row = match endpoint {
        "kbarticle" => {
            let found = number.and_then(|number| desk.article(number));
            found.map(|article| knowledge::article(dialect, desk, &article, true))
        }
        "clientcontract" => {
            let found = desk.contracts.iter().find(|contract| Some(contract.id) == number);
            found.map(|contract| holdings::contract(dialect, desk, contract, true))
        }
        "asset" => {
            let found = desk.assets.iter().find(|asset| Some(asset.id) == number);
            found.map(|asset| holdings::asset(dialect, desk, asset, true))
        }
        "faqlists" => {
            let found = FAQ_LISTS.iter().find(|list| Some(list.id) == number);
            found.map(|list| knowledge::faq_list(dialect, desk, list))
        }
        _ => {
            let entries = desk.set_up(endpoint)?.1;
            let found = entries.iter().find(|entry| entry.id.as_str() == Some(id) || entry.id.as_i64() == number);
            found.map(|entry| entry_row(dialect, endpoint, entry, true))
        }
    };
    Some(row.map_or_else(|| not_found(endpoint), |row| Reply::json(&row)))
}

fn set_up(server: &Server, call: &Call, endpoint: &str) -> Option<Reply> {
    let (key, entries) = server.desk.set_up(endpoint)?;
    let inactive = call.flag("includeinactive") || endpoint != "workflow";
    let owned = call.flag("showall");
    let no_workflow = call.flag("excludeworkflow");
    call.hear(&["includecriteriainfo"]);
    let rows = entries.iter().filter(|entry| (entry.active || inactive) && (!entry.owned || owned));
    let rows = rows.filter(|entry| !no_workflow || entry.listed["flowdetail_id"].as_i64().unwrap_or(0) == 0);
    let rows: Vec<Value> = rows.map(|entry| entry_row(&server.dialect, endpoint, entry, false)).collect();
    Some(Reply::json(&match key {
        Some(key) => lists::rows(call, key, rows, server.switches().repeats_last_page),
        None => Value::Array(rows),
    }))
}

fn entry_row(dialect: &Dialect, endpoint: &str, entry: &Entry, detail: bool) -> Value {
    let number = entry.id.as_i64().unwrap_or(0);
    let mut row = Map::new();
    row.insert("id".into(), entry.id.clone());
    row.insert("guid".into(), json!(guid(dialect.seed, endpoint, number)));
    row.insert("name".into(), json!(entry.name));
    for (name, value) in entry.listed.as_object().into_iter().flatten() {
        row.insert(name.clone(), value.clone());
    }
    if row.contains_key("active") {
        row.insert("active".into(), json!(entry.active));
    }
    if detail {
        row.extend(entry.detail.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    }
    Value::Object(row)
}

/// Notes on clients: an endpoint that takes page numbers and gives the same rows for all of them.
fn notes(call: &Call) -> Reply {
    call.hear(&["pageinate", "page_size", "page_no"]);
    let row =
        |id: i64| json!({"id": id, "client_id": 12, "note": format!("Note {id}"), "datetime": "2026-06-01T10:00:00"});
    Reply::json(&json!({"record_count": 70, "actions": (1..=50).map(row).collect::<Vec<_>>()}))
}
