//! Which method answers what.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Map, Value};

use super::super::super::standin::reply::Reply;
use super::super::switches::Key;
use super::filter::Filter;
use super::find::{self, Question};
use super::server::{Call, Server};
use super::{keys, metainfo, relaxed, rpc};

/// Methods that change something, whether they are called by POST or by GET.
const WRITING: [&str; 10] = [
    "create",
    "edit",
    "create-m2m",
    "edit-m2m",
    "create-m2m-multiple",
    "create-excl",
    "edit-excl",
    "add-file",
    "exec",
    "execmf",
];

/// What answers without a key.
pub(crate) fn without_key(server: &Server, call: &Call) -> Option<Reply> {
    match call.path.as_str() {
        "rest/check-status" => Some(Reply::text(200, "Operation completed successfully")),
        "rest/get-access-key" => Some(keys::give(server, call)),
        _ => None,
    }
}

/// The answer to a call whose key is known.
pub(crate) fn answer(server: &Server, call: &Call, key: &Key) -> Reply {
    if let Some(place) = call.path.strip_prefix("smpsync/") {
        return metainfo::answer(server, place);
    }
    let path = call.path.strip_prefix("rest/").unwrap_or_default();
    let (method, rest) = path.split_once('/').unwrap_or((path, ""));
    match method {
        "find" => listed(server, call, key, rest),
        "search" => searched(server, call, key, rest),
        "get" if call.method == Method::GET => find::get(server, key, rest, attrs(call)),
        "get-file" if call.method == Method::GET => file(server, rest),
        "exec-post" => rpc::answer(server, call, key),
        "exec" if call.text("func").is_some_and(|func| func.starts_with("modules.sdkController.")) => {
            metainfo::module(server, call)
        }
        "delete" => delete(server, rest),
        method if WRITING.contains(&method) => {
            server.alarm();
            Reply::text(500, "Операция не может быть выполнена: недостаточно прав")
        }
        _ => Reply::page(404, "HTTP Status 404"),
    }
}

/// Attributes that are wanted; an empty list is tolerated and is all.
fn attrs(call: &Call) -> Option<BTreeSet<String>> {
    call.text("attrs").map(|codes| codes.split(',').map(str::to_owned).collect())
}

/// The filter of a call: in its body, its path, its query.
fn filter(call: &Call, path: &str) -> Option<Filter> {
    let body = String::from_utf8_lossy(&call.body);
    let written = if path.is_empty() { body.trim() } else { path };
    let mut filter = if written.is_empty() {
        Map::new()
    } else {
        match relaxed::parse(written)? {
            Value::Object(filter) => filter,
            _ => return None,
        }
    };
    let own = ["accessKey", "attrs", "offset", "limit"];
    let more = call.parameters.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    filter.extend(more.map(|(name, value)| (name.clone(), Value::String(value.clone()))));
    Some(Filter(filter))
}

fn question<'a>(call: &Call, rest: &'a str) -> Result<Question<'a>, Reply> {
    let (fqn, path) = rest.split_once('/').unwrap_or((rest, ""));
    let filter = filter(call, path).ok_or_else(|| Reply::text(500, "Ошибка разбора JSON: Unexpected character"))?;
    let number = |name: &str| match call.text(name).map(str::parse::<usize>) {
        Some(Err(_)) => Err(Reply::text(500, &format!("Неверное значение параметра {name}"))),
        Some(Ok(number)) => Ok(Some(number)),
        None => Ok(None),
    };
    Ok(Question { fqn, filter, attrs: attrs(call), offset: number("offset")?.unwrap_or(0), limit: number("limit")? })
}

fn listed(server: &Server, call: &Call, key: &Key, rest: &str) -> Reply {
    let rows = question(call, rest).and_then(|question| find::rows(server, key, &question));
    rows.map_or_else(
        |refusal| refusal,
        |rows| Reply::json(&Value::Array(rows.into_iter().map(Value::Object).collect())),
    )
}

/// `search`: identifiers only.
fn searched(server: &Server, call: &Call, key: &Key, rest: &str) -> Reply {
    let rows = question(call, rest).and_then(|question| {
        let attrs = Some(["UUID".to_owned()].into());
        find::rows(server, key, &Question { attrs, ..question })
    });
    rows.map_or_else(
        |refusal| refusal,
        |rows| Reply::json(&rows.into_iter().filter_map(|mut row| row.shift_remove("UUID")).collect()),
    )
}

/// `get-file`: bytes, and their name.
fn file(server: &Server, uuid: &str) -> Reply {
    let facts = server.desk.facts();
    let file = find::number(&facts, "file", uuid).and_then(|id| facts.files.get(&id).cloned());
    let Some(file) = file else { return find::missing(server, uuid) };
    let Some(body) = file.bytes() else {
        let text = "Операция не может быть выполнена: содержимое файла не найдено в хранилище";
        return Reply::text(server.switches().not_found, text);
    };
    let disposition = disposition(&file.name, file.id);
    Reply { status: 200, headers: vec![("content-type", file.mime().into())], body }
        .with("content-disposition", disposition)
}

/// The name of a file as UTF-8, as it is; of every other file encoded.
fn disposition(name: &str, id: i64) -> String {
    if id % 2 == 1 {
        return format!("attachment; filename=\"{}\"", name.replace(['"', '\\'], "_"));
    }
    let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("attachment; filename*=UTF-8''{}", encoded.replace('+', "%20"))
}

/// `delete` is a GET, and it deletes.
fn delete(server: &Server, uuid: &str) -> Reply {
    server.alarm();
    let id = find::number(&server.desk.facts(), "serviceCall", uuid);
    if let Some(id) = id {
        server.desk.change(|facts| facts.purge(id));
    }
    Reply::text(200, "Operation completed successfully")
}
