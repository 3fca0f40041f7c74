//! The add-on module `jsonRpc`: filters with operators, `null` for nothing, errors with status 200.

use serde_json::{Map, Value, json};

use super::super::super::standin::reply::Reply;
use super::super::switches::Key;
use super::super::wire::{self, Wanted};
use super::filter::is;
use super::find;
use super::server::{Call, Server};

/// `exec-post`: the one module that is known; anything else may write.
pub(crate) fn answer(server: &Server, call: &Call, key: &Key) -> Reply {
    if call.text("func") != Some("modules.jsonRpc.process") {
        server.alarm();
        return Reply::text(500, "Модуль не найден");
    }
    if !server.switches().json_rpc {
        return Reply::text(500, "Операция не может быть выполнена: модуль jsonRpc не найден");
    }
    match serde_json::from_slice(&call.body) {
        Ok(Value::Array(calls)) => Reply::json(&calls.iter().map(|call| one(server, key, call)).collect()),
        Ok(call) => Reply::json(&one(server, key, &call)),
        Err(_) => Reply::json(&json!({"jsonrpc": "2.0", "id": null, "result": null,
                                      "error": {"code": -32700, "message": "Parse error"}})),
    }
}

fn one(server: &Server, key: &Key, call: &Value) -> Value {
    let parameters = &call["params"];
    let result = match call["method"].as_str() {
        Some("find") => {
            found(server, key, parameters).map(|rows| if rows.is_empty() { Value::Null } else { json!(rows) })
        }
        Some("get") => found(server, key, parameters).and_then(|mut rows| match rows.len() {
            0 => Ok(Value::Null),
            1 => Ok(rows.remove(0)),
            _ => Err("Найдено несколько объектов".to_owned()),
        }),
        Some("create" | "edit") => {
            server.alarm();
            Err("Недостаточно прав".to_owned())
        }
        _ => Err("Method not found".to_owned()),
    };
    match result {
        Ok(result) => json!({"jsonrpc": "2.0", "id": call["id"], "result": result, "error": null}),
        Err(text) => {
            json!({"jsonrpc": "2.0", "id": call["id"], "result": null, "error": {"code": -32000, "message": text}})
        }
    }
}

fn found(server: &Server, key: &Key, parameters: &Value) -> Result<Vec<Value>, String> {
    let facts = server.desk.facts();
    let fqn = parameters["fqn"].as_str().unwrap_or_default();
    let class = find::class(server, &facts, fqn).map_err(|_| format!("Метакласс {fqn} не найден"))?;
    let view: Vec<String> = match parameters["view"].as_array() {
        Some(codes) => codes.iter().filter_map(|code| code.as_str().map(str::to_owned)).collect(),
        None => vec!["UUID".into()],
    };
    let query = parameters["query"].as_object().cloned().unwrap_or_default();
    if let Some(code) = view.iter().chain(query.keys()).find(|code| !server.schemas[class].contains(code)) {
        return Err(format!("Атрибут {code} не найден"));
    }
    let hidden = key.hidden_classes.iter().any(|hidden| hidden == class);
    let (offset, limit) = (&parameters["offset"], &parameters["limit"]);
    let rows = wire::ids(&facts, class).into_iter().filter(|_| !hidden);
    let rows = rows.filter_map(|id| wire::row(&facts, class, id, Wanted::All));
    let rows = rows.filter(|row| !fqn.contains('$') || row["metaClass"] == fqn);
    let rows = rows.filter(|row| query.iter().all(|(code, wanted)| takes(&row[code], wanted)));
    let rows = rows.skip(offset.as_u64().unwrap_or(0) as usize).take(limit.as_u64().unwrap_or(1000) as usize);
    Ok(rows.map(|row| seen(&row, &view)).collect())
}

/// The view of a row: references are of title and UUID only.
fn seen(row: &Map<String, Value>, view: &[String]) -> Value {
    let short = |value: &Value| match value.get("UUID") {
        Some(uuid) => json!({"title": value["title"], "UUID": uuid}),
        None => value.clone(),
    };
    let member = |code: &String| match &row[code] {
        Value::Array(all) => Value::Array(all.iter().map(short).collect()),
        value => short(value),
    };
    Value::Object(view.iter().map(|code| (code.clone(), member(code))).collect())
}

/// Whether a value is what an operator wants; texts of dates are in the order of their times.
fn takes(held: &Value, wanted: &Value) -> bool {
    let Some(method) = wanted.get("method").and_then(Value::as_str) else { return is(held, wanted) };
    let none = Vec::new();
    let args = wanted["params"]["args"].as_array().unwrap_or(&none);
    let first = args.first().unwrap_or(&Value::Null);
    let order = |other: &Value| match (held, other) {
        (Value::String(held), Value::String(other)) => Some(held.cmp(other)),
        (held, other) => held.as_f64()?.partial_cmp(&other.as_f64()?),
    };
    match method {
        "eq" => is(held, first),
        "in" | "orEq" => args
            .iter()
            .flat_map(|arg| arg.as_array().cloned().unwrap_or_else(|| vec![arg.clone()]))
            .any(|arg| is(held, &arg)),
        "not" => !is(held, first),
        "like" => {
            let pattern = first.as_str().unwrap_or_default().trim_matches('%').to_lowercase();
            held.as_str().is_some_and(|held| held.to_lowercase().contains(&pattern))
        }
        "gt" => order(first).is_some_and(std::cmp::Ordering::is_gt),
        "lt" => order(first).is_some_and(std::cmp::Ordering::is_lt),
        "between" => {
            order(first).is_some_and(std::cmp::Ordering::is_ge)
                && order(args.get(1).unwrap_or(&Value::Null)).is_some_and(std::cmp::Ordering::is_le)
        }
        "isNull" => held.is_null(),
        "isNotNull" => !held.is_null(),
        _ => false,
    }
}
