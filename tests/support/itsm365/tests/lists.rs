//! `find`, `search`, `get`, `get-file`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::changes;
use super::super::desk::people::TWINS;
use super::super::desk::story;
use super::super::{NARROW_KEY, Switches};
use super::start;

fn uuids(rows: &[Value]) -> BTreeSet<String> {
    rows.iter().map(|row| row["UUID"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn pages_are_cut_out_of_an_order_that_means_nothing_but_stays() {
    let (itsm365, reader) = start(Switches::default());
    let all = reader.rows("find/serviceCall", &[("attrs", "UUID")]);
    assert_eq!(all.len(), itsm365.facts().tickets.len());
    let page = |offset: usize, limit: &str| {
        let offset = offset.to_string();
        reader.rows("find/serviceCall", &[("attrs", "UUID"), ("offset", &offset), ("limit", limit)])
    };
    let paged: Vec<Value> = (0..all.len()).step_by(50).flat_map(|offset| page(offset, "50")).collect();
    assert_eq!(paged, all);
    assert_eq!(reader.rows("search/serviceCall", &[])[0], all[0]["UUID"]);
    assert_eq!(all[0], json!({"UUID": all[0]["UUID"]}), "only what was asked for");
    itsm365.switch(|switches| switches.unstable = 300);
    assert_ne!(page(0, "50"), page(0, "50"));
    itsm365.switch(|switches| switches.limit_max = Some(20));
    assert_eq!(page(0, "50").len(), 20);
    assert_eq!(itsm365.stats().writes, 0);
}

#[test]
fn a_filter_may_come_in_many_ways() {
    let (_itsm365, reader) = start(Switches::default());
    let twin = json!([{"UUID": format!("employee${}", TWINS[0])}]);
    let attrs = [("attrs", "UUID")];
    let filter = json!({"email": "twin@romashka.example"});
    assert_eq!(reader.post("find/employee", &attrs, &filter).1, twin);
    // {"email":"twin@romashka.example"} as the vendor's people encode it.
    let coded = "40xeyJlbWFpbCI6InR3aW5Acm9tYXNoa2EuZXhhbXBsZSJ9";
    let paths = [r#"{"email":"twin@romashka.example"}"#, "{'email':'twin@romashka.example'}", coded];
    for path in paths.into_iter().chain(["{email:\"twin@romashka.example\"}"]) {
        assert_eq!(reader.get(&format!("find/employee/{path}"), &attrs).1, twin, "{path}");
    }
    let query = [("attrs", "UUID"), ("email", "twin@romashka.example")];
    assert_eq!(reader.get("find/employee", &query).1, twin);
    let (status, _) = reader.get("find/employee/{email", &attrs);
    assert_eq!(status, 500);
}

#[test]
fn a_filter_is_equality_any_of_and_references() {
    let (itsm365, reader) = start(Switches::default());
    let facts = itsm365.facts();
    let count =
        |filter: Value| reader.post("find/serviceCall", &[("attrs", "UUID")], &filter).1.as_array().unwrap().len();
    let really = |wanted: &dyn Fn(&super::super::desk::ticket::Ticket) -> bool| {
        facts.tickets.values().filter(|ticket| wanted(ticket)).count()
    };
    use super::super::desk::tenant::State;
    let closed = really(&|ticket| ticket.state == State::Closed);
    let both = really(&|ticket| ticket.state.is_done());
    assert!(closed > 0 && both > closed);
    assert_eq!((count(json!({"state": "closed"})), count(json!({"state": ["closed", "resolved"]}))), (closed, both));
    assert_eq!(count(json!({"removed": false})), really(&|ticket| ticket.removed.is_none()));
    assert_eq!(count(json!({"responsibleTeam": "team$502"})), really(&|ticket| ticket.team == Some(502)));
    assert_eq!(count(json!({"UUID": ["serviceCall$59000001", "serviceCall$59000002", "serviceCall$1"]})), 2);
    let kinds = ["serviceCall$serviceCall", "serviceCall$request", "serviceCall$call"];
    let of_kind = kinds.map(|fqn| reader.rows(&format!("find/{fqn}"), &[("attrs", "UUID")]).len());
    assert!(of_kind.iter().all(|count| *count > 0) && of_kind.iter().sum::<usize>() == facts.tickets.len());
    let comments = reader.post("find/comment", &[], &json!({"source": "serviceCall$59000005"})).1;
    assert_eq!(comments.as_array().unwrap().len(), facts.comments_of(("serviceCall", story::EVERY_COMMENT)).len());
}

#[test]
fn every_class_answers_and_no_row_lacks_what_was_asked_for() {
    let (itsm365, reader) = start(Switches::default());
    let facts = itsm365.facts();
    for class in super::super::wire::classes(&facts) {
        let rows = reader.rows(&format!("find/{class}"), &[("attrs", "UUID,title")]);
        assert_eq!(rows.len(), facts.count(class), "{class}");
        assert!(!rows.is_empty() && rows.iter().all(|row| row.as_object().unwrap().len() == 2), "{class}");
        assert_eq!(uuids(&rows).len(), rows.len(), "{class}");
    }
}

#[test]
fn what_a_key_may_not_see_is_missing() {
    let (_itsm365, mut reader) = start(Switches::default());
    let all = reader.rows("find/serviceCall", &[("attrs", "UUID")]).len();
    reader.key = NARROW_KEY.into();
    assert!(reader.rows("find/KB", &[]).is_empty());
    assert!(reader.rows("find/serviceCall", &[("attrs", "UUID")]).len() < all);
    let row = reader.get("get/employee$2201", &[]).1;
    assert!(row.get("mobilePhoneNumber").is_none() && row["email"].is_string(), "{row}");
    assert_eq!(reader.get("get/KB$65000011", &[]).0, 404);
}

#[test]
fn files_are_given_as_they_are() {
    let (itsm365, reader) = start(Switches::default());
    let facts = itsm365.facts();
    for file in facts.files.values() {
        let request = reader.client.get(reader.address(&format!("get-file/file${}", file.id), &[]));
        let (status, headers, bytes) = reader.runtime.block_on(async {
            let reply = request.send().await.unwrap();
            (reply.status().as_u16(), reply.headers().clone(), reply.bytes().await.unwrap())
        });
        let Some(content) = file.bytes() else {
            assert_eq!(status, 404, "{}", file.name);
            continue;
        };
        assert!(bytes == content, "{}", file.name);
        assert_eq!(headers["content-type"], file.mime());
        let disposition = String::from_utf8(headers["content-disposition"].as_bytes().to_vec()).unwrap();
        assert!(disposition.starts_with("attachment; filename"), "{disposition}");
    }
    assert_eq!(reader.get("get-file/file$1", &[]).0, 404);
    let listed = reader.post("find/file", &[], &json!({"source": format!("serviceCall${}", story::PICTURES)})).1;
    let all = facts.files_of(("serviceCall", story::PICTURES)).len();
    assert_eq!((listed.as_array().unwrap().len(), all), (2, 4), "those in texts only are not listed");
}

#[test]
fn the_desk_changes_while_it_is_read_and_between_readings() {
    let (itsm365, reader) = start(Switches { change_after_page: Some(1), ..Switches::default() });
    let sweep = || reader.rows("find/serviceCall", &[("attrs", "UUID,lastModifiedDate,lastComment")]);
    let before = sweep();
    let after = sweep();
    let gone = uuids(&before).difference(&uuids(&after)).cloned().collect::<Vec<_>>();
    assert_eq!(gone, [format!("serviceCall${}", story::PURGED_WHILE_LISTING)]);
    itsm365.desk().change(|facts| changes::between_runs(facts, 59_900_001));
    let last = sweep();
    let row = |rows: &[Value], id: i64| {
        rows.iter().find(|row| row["UUID"] == format!("serviceCall${id}")).cloned().unwrap_or(Value::Null)
    };
    let (was, is) = (row(&after, story::COMMENTED), row(&last, story::COMMENTED));
    assert_eq!(was["lastModifiedDate"], is["lastModifiedDate"]);
    assert_ne!(was["lastComment"], is["lastComment"]);
    assert_ne!(row(&after, story::EDITED), row(&last, story::EDITED));
    assert_eq!((row(&last, story::PURGED), row(&last, 59_900_001).is_object()), (Value::Null, true));
}
