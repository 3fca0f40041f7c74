//! Single rows that cannot be had, and sources that fail or refuse as a whole: told apart, recorded, and never taken for deletions.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use deskferry_staging::Changes;
use serde_json::{Value, json};

use super::support::{Call, Desk, PAGED, Said, Server, bytes, numbered, ok, page, said, told};
use crate::Request;

fn tables() -> String {
    PAGED.replace("[table.columns]", "detail = { path = \"/things/{id}\" }\n[table.columns]\nmore = \"text\"")
        + "[[table]]\nname = \"notes\"\nkey = \"id\"\nparent = { table = \"things\", column = \"thing_id\", key = \"id\" }\n\
           path = \"/notes\"\nquery = { thing = \"{parent.id}\" }\npaging = { kind = \"none\" }\n[table.columns]\nid = \"int\"\nthing_id = \"int\"\n\
           [[table]]\nname = \"tags\"\nkey = [\"thing_id\", \"tag\"]\nparent = { table = \"things\", column = \"thing_id\", key = \"id\" }\ninside = \"tags\"\n\
           [table.columns]\nthing_id = \"int\"\ntag = { type = \"text\", at = \"\" }\n"
}

/// Some things, each with a tag twice and a note; `odd` may answer otherwise.
fn desk_of(things: usize, odd: impl Fn(&Call) -> Option<Said> + Send + Sync) -> impl Fn(&Call) -> Said + Send + Sync {
    move |call| {
        odd(call).unwrap_or_else(|| match call.path.as_str() {
            "/things" => page(call, &numbered(things), 10),
            "/notes" => ok(json!([{ "id": 1000 + call.number("thing") }])),
            path => ok(json!({ "more": path, "tags": ["x", "x"] })),
        })
    }
}

const PATIENCE: &str = "timeout_seconds = 1\n";

#[tokio::test]
async fn a_single_row_that_cannot_be_had_is_told_and_stops_nothing() {
    type Odd = fn() -> Said;
    let cases: [(Odd, &str); 3] = [
        (|| said(403, json!("not yours")), "not to be read in full: 403 not yours"),
        (|| bytes("application/json", b"{\"more\": "), "no JSON"),
        (|| bytes("text/html", b"<html>oops</html>"), "an HTML page instead of JSON"),
    ];
    for (odd, reason) in cases {
        let server = Server::start(desk_of(25, move |call| (call.path == "/things/7").then(odd))).await;
        let desk = Desk::with(&server, PATIENCE, &tables());
        let manifest = desk.extract().await.unwrap();
        let incomplete: Vec<_> = manifest.incomplete().collect();
        assert_eq!(incomplete[0], ("notes", "table `things`, to which its rows belong, is incomplete"));
        assert_eq!(incomplete[2], ("things", "1 of 25 could not be read; _defects names them"));
        assert_eq!(desk.rows(&manifest, "things", &["id", "name", "more"]).await[22], "7|n7|-");
        let defects = desk.rows(&manifest, "_defects", &["table_name", "key", "reason"]).await;
        assert!(defects.iter().any(|d| d.starts_with("things|7|") && d.contains(reason)), "{defects:?}");
        assert_eq!((manifest.rows("notes"), manifest.rows("tags")), (25, 24));
    }
}

#[tokio::test]
async fn where_every_row_is_refused_it_is_the_table_that_is_refused() {
    for (path, things) in [("/notes", 25), ("/things/", 25), ("/things/", 4)] {
        let refuse = move |call: &Call| call.path.starts_with(path).then(|| said(403, json!("scope is missing")));
        let server = Server::start(desk_of(things, refuse)).await;
        let error = Desk::new(&server, &tables()).extract().await.unwrap_err();
        assert!(told(&error).contains("refuses table") && told(&error).contains("scope is missing"), "{error:?}");
        assert!(server.count(path) <= 10 + 8, "{}", server.count(path));
        let optional = tables().replace("path = \"/notes\"", "access = \"optional\"\npath = \"/notes\"");
        let optional = optional.replace("path = \"/things\"", "access = \"optional\"\npath = \"/things\"");
        let manifest = Desk::new(&server, &optional).extract().await.unwrap();
        assert_eq!(manifest.rows("things"), things as u64);
        let reason = manifest.incomplete().find(|(table, _)| path.contains(table)).unwrap().1;
        assert!(reason.contains("403 scope is missing"), "{reason}");
    }
    // A path that is wrong gives 404 for every row.
    let server =
        Server::start(desk_of(25, |call| (call.path == "/notes").then(|| said(404, json!("no such page"))))).await;
    let error = Desk::new(&server, &tables()).extract().await.unwrap_err();
    assert!(told(&error).contains("refuses table `notes`"), "{error:?}");
}

#[tokio::test]
async fn a_right_that_is_lost_on_the_way_is_an_error_that_can_be_gone_on_from() {
    let lost = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&lost);
    let refuse = move |call: &Call| {
        let is_detail = call.path.starts_with("/things/");
        (is_detail && count.fetch_add(1, Ordering::SeqCst) >= 12).then(|| said(403, json!("no more")))
    };
    let server = Server::start(desk_of(60, refuse)).await;
    let desk = Desk::new(&server, &tables());
    let error = told(&desk.extract().await.unwrap_err());
    assert!(error.contains("403 no more") && error.contains("--resume"), "{error}");
    server.answer(desk_of(60, |_| None));
    let manifest = desk.resume().await.unwrap();
    assert_eq!(manifest.incomplete().count(), 0);
    assert!(desk.rows(&manifest, "things", &["more"]).await.iter().all(|more| more.starts_with("/things/")));
}

#[tokio::test]
async fn what_was_not_read_is_not_gone_and_loses_nothing() {
    let state: Arc<Mutex<&'static str>> = Arc::default();
    let of_server = Arc::clone(&state);
    let odd = move |call: &Call| match (*of_server.lock().unwrap(), call.path.as_str(), call.number("thing")) {
        ("list", "/things", _) => Some(said(403, json!("no"))),
        ("gone", "/things/7", _) | ("gone", "/notes", 8) => Some(said(404, json!("no"))),
        ("failed", "/things/7", _) | ("failed", "/notes", 8) => Some(said(403, json!("no"))),
        ("short", "/things", _) => {
            let mut reply: Value = serde_json::from_slice(&page(call, &numbered(20), 10).body).unwrap();
            reply["total"] = json!(25);
            Some(ok(reply))
        }
        _ => None,
    };
    let server = Server::start(desk_of(25, odd)).await;
    let tables = tables().replace("path = \"/things\"", "access = \"optional\"\npath = \"/things\"");
    let none = Changes { new: 0, changed: 0, gone: 0, unchanged: 25 };
    for case in ["list", "gone", "failed", "short"] {
        let desk = Desk::new(&server, &tables);
        *state.lock().unwrap() = "";
        desk.extract().await.unwrap();
        *state.lock().unwrap() = case;
        let manifest = desk.run(&Request { since_last: true, ..Request::default() }).await.unwrap();
        for table in ["things", "notes", "tags"] {
            assert_eq!(manifest.tables[table].changes, Some(none), "{case}: {table}");
        }
        assert_eq!(manifest.incomplete().count() > 0, case != "gone", "{case}");
    }
}

#[tokio::test]
async fn what_an_incomplete_run_missed_is_read_the_next_time() {
    let tables = PAGED
        .replace("path =", "since = \"since\"\nupdated_at = \"at\"\npath =")
        .replace("[table.columns]", "[table.columns]\nat = \"timestamp\"");
    let short = Arc::new(AtomicUsize::new(20));
    let shown = Arc::clone(&short);
    let server = Server::start(move |call| {
        let old = if call.param("since").is_empty() { shown.load(Ordering::SeqCst) } else { 0 };
        let rows: Vec<Value> = numbered(25).into_iter().take(old).collect();
        let mut reply: Value = serde_json::from_slice(&page(call, &rows, 10).body).unwrap();
        reply["total"] = json!(if old == 0 { 0 } else { 25 });
        ok(reply)
    })
    .await;
    let desk = Desk::new(&server, &tables);
    assert_eq!(desk.extract().await.unwrap().incomplete().count(), 1);
    short.store(25, Ordering::SeqCst);
    let since_last = Request { since_last: true, ..Request::default() };
    let manifest = desk.run(&since_last).await.unwrap();
    assert_eq!(manifest.tables["things"].changes, Some(Changes { new: 5, changed: 0, gone: 0, unchanged: 20 }));
    assert!(server.calls().iter().all(|call| call.param("since").is_empty()));
    // Now that nothing is missing, only what changed is asked for.
    desk.run(&since_last).await.unwrap();
    assert!(!server.calls().last().unwrap().param("since").is_empty());
}

#[tokio::test]
async fn secrets_are_in_no_address_no_echo_and_no_work_area() {
    let server = Server::start(|call| match call.path.as_str() {
        "/things" => {
            let reply = ok(json!({ "items": numbered(call.number("page").max(1) * 2) }));
            let next = format!("<http://{}/things?page=2&api_key=canary-key>; rel=\"next\"", call.header("host"));
            if call.number("page") == 2 {
                said(418, json!(format!("no, {} is not it", call.param("api_key"))))
            } else {
                reply.with("link", &next)
            }
        }
        _ => ok(json!([])),
    })
    .await;
    let rest = "[rest.login]\nkind = \"query\"\nname = \"api_key\"\nvalue = \"{tenant}\"\n[rest.paging]\nkind = \"next_link\"\n";
    let tables = "[[table]]\nname = \"things\"\nkey = \"id\"\npath = \"/things\"\nrows = [\"items\"]\n[table.columns]\nid = \"int\"\n";
    let mut desk = Desk::with(&server, rest, tables);
    desk.settings.values.insert("tenant".into(), "canary-key".into());
    let error = told(&desk.extract().await.unwrap_err());
    assert!(error.contains("418") && !error.contains("canary"), "{error}");
    // The place where it goes on is kept without the key, which goes along all the same.
    assert_eq!(server.calls().last().unwrap().param("api_key"), "canary-key");
    let work = desk.context.staging.works("acme").await.unwrap().remove(0);
    let plan = String::from_utf8(work.plan().await.unwrap().unwrap().to_vec()).unwrap();
    let mut kept = plan;
    let segment = work.log("things", "rows").unwrap().segment(1).await.unwrap().unwrap();
    for batch in segment {
        kept += &format!("{:?}", batch.column(0));
    }
    assert!(kept.contains("page=2") && !kept.contains("canary"), "{kept}");
}
