//! The add-on module.

use serde_json::{Value, json};

use super::super::Switches;
use super::start;

const PROCESS: [(&str, &str); 2] = [("func", "modules.jsonRpc.process"), ("raw", "true")];

fn call(query: Value) -> Value {
    json!({"jsonrpc": "2.0", "method": "find", "id": 1,
           "params": {"fqn": "serviceCall", "query": query, "view": ["UUID", "responsibleTeam"], "limit": 2000}})
}

#[test]
fn operators_batches_nulls_and_errors() {
    let (itsm365, reader) = start(Switches { json_rpc: true, tickets: 1200, ..Switches::default() });
    let facts = itsm365.facts();
    let count = |query: Value| {
        let reply = reader.post("exec-post", &PROCESS, &call(query)).1;
        reply["result"].as_array().map_or(0, Vec::len)
    };
    let method = |method: &str, args: Value| json!({"method": method, "params": {"args": args}});
    let since = "2025.05.01 00:00:00";
    let tenant = facts.tenant;
    let later = facts.tickets.values().filter(|ticket| tenant.date(ticket.created).as_str() > since).count();
    assert!(later > 0);
    assert_eq!(count(json!({"creationDate": method("gt", json!([since]))})), later);
    let all = facts.tickets.len();
    assert_eq!(count(json!({"creationDate": method("lt", json!([since]))})), all - later);
    assert_eq!(count(json!({"creationDate": method("between", json!(["2000.01.01 00:00:00", since]))})), all - later);
    let unassigned = facts.tickets.values().filter(|ticket| ticket.team.is_none()).count();
    assert_eq!(count(json!({"responsibleTeam": method("isNull", json!([]))})), unassigned);
    assert_eq!(count(json!({"responsibleTeam": method("isNotNull", json!([]))})), all - unassigned);
    assert_eq!(count(json!({"shortDescr": method("like", json!(["%принтер%"]))})), {
        facts.tickets.values().filter(|ticket| ticket.subject.contains("принтер")).count()
    });
    assert_eq!(count(json!({"state": method("in", json!([["closed", "resolved"]]))})), {
        facts.tickets.values().filter(|ticket| ticket.state.is_done()).count()
    });
    let nothing = reader.post("exec-post", &PROCESS, &call(json!({"title": "INC0"}))).1;
    assert_eq!((&nothing["result"], &nothing["error"]), (&Value::Null, &Value::Null));
    let usual = json!({"jsonrpc": "2.0", "method": "find", "id": 2, "params": {"fqn": "serviceCall"}});
    let (status, replies) = reader.post("exec-post", &PROCESS, &json!([usual, {"method": "nothing", "id": 3}]));
    assert_eq!((status, replies[0]["result"].as_array().unwrap().len()), (200, 1000));
    assert!(replies[1]["error"]["message"].is_string());
    let one = reader.post("exec-post", &PROCESS, &call(json!({"responsibleTeam": "team$501"}))).1;
    assert_eq!(one["result"][0]["responsibleTeam"].as_object().unwrap().len(), 2, "title and UUID only");
    assert_eq!(itsm365.stats().writes, 0);
}

#[test]
fn most_tenants_do_not_have_it() {
    let (_itsm365, reader) = start(Switches::default());
    assert_eq!(reader.post("exec-post", &PROCESS, &call(json!({}))).0, 500);
}
