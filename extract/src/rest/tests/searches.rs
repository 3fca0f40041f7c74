//! Searches by POST, scrolls, arrays with places and counts, links that end, rows that are asked for by key.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::support::{Call, Desk, Said, Server, bytes, numbered, ok, said};
use crate::{Error, Request, Unfinished};

const CHATS: &str = "[[table]]\nname = \"chats\"\nkey = \"id\"\npath = \"/chats/search\"\n\
    body = { query = { field = \"updated\", operator = \">\", value = 0 }, of = \"{tenant}\" }\n\
    paging = { kind = \"cursor\", cursor = \"page.after\", at = \"next\", size = \"page.size\", size_max = 2 }\n\
    rows = [\"chats\"]\ntotal = \"total\"\nupdated_at = \"updated\"\nsince = { at = \"query.value\", as = \"seconds\" }\n\
    detail = { path = \"/chats/{id}\" }\n\
    [table.columns]\nid = \"text\"\nupdated = \"timestamp\"\nlines_total = \"int\"\n\
    [[table]]\nname = \"lines\"\nkey = [\"chat_id\", \"place\"]\ninside = \"lines\"\nposition = \"place\"\ncount = \"lines_total\"\n\
    parent = { table = \"chats\", column = \"chat_id\", key = \"id\" }\ndownload = { url = \"link\", name = \"name\" }\n\
    [table.columns]\nchat_id = \"text\"\nplace = \"int\"\nname = \"text\"\nlink = \"text\"\n";

/// Three chats on two pages; links are good until the next chat is read.
fn chats() -> impl Fn(&Call) -> Said {
    let read = AtomicUsize::new(0);
    move |call| match call.path.as_str() {
        "/chats/search" => {
            let body: Value = serde_json::from_str(&call.body).unwrap();
            assert_eq!((&body["page"]["size"], &body["of"]), (&json!(2), &json!("acme")));
            let chat = |id: u32| json!({ "id": id.to_string(), "updated": 1_700_000_000 + id });
            match body["page"]["after"].as_str() {
                None => ok(json!({ "chats": [chat(1), chat(2)], "total": 3, "next": "7" })),
                Some("7") => ok(json!({ "chats": [chat(3)], "total": 3, "next": null })),
                Some(other) => panic!("{other}"),
            }
        }
        "/link" => match call.number("of") == read.load(Ordering::SeqCst) {
            true => bytes("text/plain", call.param("name").as_bytes()),
            false => said(403, json!("expired")),
        },
        path => {
            let id = path.trim_start_matches("/chats/");
            if id == "9" {
                return said(404, json!("gone"));
            }
            let of = read.fetch_add(1, Ordering::SeqCst) + 1;
            let line = |name: &str| json!({ "name": name, "link": format!("/link?of={of}&name={name}") });
            ok(json!({ "id": id, "updated": 1_700_000_000, "lines_total": 2 + usize::from(id == "2"),
                "lines": [line("b"), line("a")] }))
        }
    }
}

fn desk(server: &Server) -> Desk {
    let mut desk = Desk::with(server, "in_flight = 1\n", CHATS);
    desk.settings.values.insert("tenant".into(), "acme".into());
    desk
}

#[tokio::test]
async fn a_search_is_read_page_by_page_and_what_an_array_lacks_is_told() {
    let server = Server::start(chats()).await;
    let desk = desk(&server);
    let manifest = desk.extract().await.unwrap();
    assert!(server.calls().iter().all(|c| (c.method == "POST") == (c.path == "/chats/search")));
    let lines = desk.rows(&manifest, "lines", &["chat_id", "place", "name"]).await;
    assert_eq!(lines, ["1|0|b", "1|1|a", "2|0|b", "2|1|a", "3|0|b", "3|1|a"]);
    let defects = desk.rows(&manifest, "_defects", &["table_name", "key", "column_name", "raw", "reason"]).await;
    assert_eq!(defects, ["chats|2|lines|3|truncated: the source counts 3 rows of lines and gives 2"]);
    // Each link was followed before it ended.
    let files = desk.rows(&manifest, "files", &["key", "name", "size"]).await;
    assert_eq!(files, ["1/0|b|1", "1/1|a|1", "2/0|b|1", "2/1|a|1", "3/0|b|1", "3/1|a|1"]);
}

#[tokio::test]
async fn since_the_last_state_goes_into_the_body_as_seconds() {
    let server = Server::start(chats()).await;
    let desk = desk(&server);
    desk.extract().await.unwrap();
    let before = server.calls().len();
    let request = Request { since_last: true, ..Request::default() };
    let manifest = desk.run(&request).await.unwrap();
    let body: Value = serde_json::from_str(&server.calls()[before].body).unwrap();
    let asked = body["query"]["value"].as_i64().unwrap();
    let day_ago = desk.context.now().timestamp() - 24 * 3600;
    assert!((day_ago - 60..=day_ago).contains(&asked), "{asked} {day_ago}");
    assert_eq!(manifest.tables["chats"].changes.unwrap().gone, 0);
}

#[tokio::test]
async fn rows_asked_for_by_key_are_read_in_full_and_need_not_be_listed() {
    let server = Server::start(chats()).await;
    let desk = desk(&server);
    let keys: BTreeSet<String> = ["2", "8", "9"].map(str::to_owned).into();
    let request = Request { keys: BTreeMap::from([("chats".into(), keys)]), without_files: true, ..Request::default() };
    let manifest = desk.run(&request).await.unwrap();
    // 1 and 3 as they are listed, 8 though it is not listed; 9 is nowhere.
    assert_eq!(desk.rows(&manifest, "chats", &["id", "lines_total"]).await, ["1|-", "2|3", "3|-", "8|2"]);
    assert_eq!(desk.rows(&manifest, "lines", &["chat_id", "place"]).await, ["2|0", "2|1", "8|0", "8|1"]);
    assert_eq!(server.count("/link"), 0);
    assert_eq!(manifest.incomplete().count(), 0, "{:?}", manifest.incomplete().collect::<Vec<_>>());
}

#[tokio::test]
async fn only_rows_that_are_named_are_read_and_the_others_stay_as_they_are() {
    let is_later = Arc::new(AtomicBool::new(false));
    let (later, chats) = (Arc::clone(&is_later), chats());
    let server = Server::start(move |call| match call.path.as_str() {
        // Gone since.
        "/chats/2" if later.load(Ordering::SeqCst) => said(404, json!("gone")),
        "/chats/3" if later.load(Ordering::SeqCst) => said(403, json!("not now")),
        _ => chats(call),
    })
    .await;
    let desk = desk(&server);
    let named = BTreeMap::from([("chats".into(), BTreeSet::from(["1".into()]))]);
    let outcome = desk.run(&Request::of_rows(&desk.spec, named)).await;
    assert!(matches!(outcome, Err(Error::NoState { table }) if table == "chats"));
    let first = desk.run(&Request { unfinished: Unfinished::Discard, ..Request::default() }).await.unwrap();
    let before = server.calls().len();
    is_later.store(true, Ordering::SeqCst);
    let keys: BTreeSet<String> = ["2", "3", "8"].map(str::to_owned).into();
    let request = Request::of_rows(&desk.spec, BTreeMap::from([("chats".into(), keys)]));
    assert_eq!(request.tables, ["chats", "lines"]);
    let manifest = desk.run(&request).await.unwrap();
    let asked: BTreeSet<String> = server.calls()[before..].iter().map(|call| call.path.clone()).collect();
    assert!(
        asked.iter().all(|path| ["/chats/2", "/chats/3", "/chats/8", "/link"].contains(&path.as_str())),
        "{asked:?}"
    );
    // 2 is gone with its lines; 3 failed, so nothing is known of it; 8 is new.
    let changes = |table: &str| manifest.tables[table].changes.unwrap();
    assert_eq!((changes("chats").new, changes("chats").changed, changes("chats").gone), (1, 0, 1));
    assert_eq!((changes("lines").new, changes("lines").changed, changes("lines").gone), (2, 0, 2));
    let rows = desk.rows(&manifest, "chats", &["id", "_deleted"]).await;
    assert_eq!(rows, ["2|true", "8|false"]);
    // The list was read until then, and no further.
    assert_eq!(manifest.cursors["chats"]["read_from"], first.cursors["chats"]["read_from"]);
}

#[tokio::test]
async fn rows_that_are_all_gone_are_no_fault_of_the_source() {
    let server = Server::start(|call| match call.path.as_str() {
        "/chats/search" => ok(json!({ "chats": [], "total": 0, "next": null })),
        _ => said(404, json!("gone")),
    })
    .await;
    let desk = desk(&server);
    let keys: BTreeSet<String> = (0..30).map(|n| n.to_string()).collect();
    let request = Request { keys: BTreeMap::from([("chats".into(), keys)]), ..Request::default() };
    assert_eq!(desk.run(&request).await.unwrap().rows("chats"), 0);
}

const FIRMS: &str = "[[table]]\nname = \"firms\"\nkey = \"id\"\npath = \"/firms\"\nrows = [\"data\"]\n\
    paging = { kind = \"scroll\", cursor = \"scroll\", at = \"scroll\" }\n[table.columns]\nid = \"int\"\n";

/// A scroll of ten rows a page. A call for which `is_lost` holds is answered with this status.
fn scroll(call: &Call, is_lost: bool, status: u16) -> Said {
    if is_lost {
        return said(status, json!({ "errors": [{ "code": "not_found" }] }));
    }
    let from = call.param("scroll").parse::<usize>().unwrap_or(0);
    let rows: Vec<Value> = numbered(35).into_iter().skip(from).take(10).collect();
    ok(json!({ "data": rows, "scroll": (from + 10).to_string() }))
}

#[tokio::test]
async fn a_scroll_that_is_lost_in_the_middle_is_begun_anew_and_ends_at_an_empty_page() {
    for status in [404, 500] {
        let calls = AtomicUsize::new(0);
        let server = Server::start(move |call| scroll(call, calls.fetch_add(1, Ordering::SeqCst) == 2, status)).await;
        let desk = Desk::new(&server, FIRMS);
        let manifest = desk.extract().await.unwrap();
        assert_eq!(manifest.rows("firms"), 35, "{status}");
        assert_eq!(manifest.incomplete().count(), 0);
        // Two pages, the loss, and all five pages.
        assert_eq!(server.count("/firms"), 8, "{status}");
    }
}

#[tokio::test]
async fn a_scroll_of_nothing_may_be_not_found() {
    let server = Server::start(|call| scroll(call, true, 404)).await;
    let desk = Desk::new(&server, FIRMS);
    assert_eq!(desk.extract().await.unwrap().rows("firms"), 0);
}

#[tokio::test]
async fn a_cursor_that_is_refused_in_the_middle_is_an_error_and_no_end() {
    let tables = "[[table]]\nname = \"firms\"\nkey = \"id\"\npath = \"/firms\"\nrows = [\"data\"]\n\
        paging = { kind = \"cursor\", cursor = \"scroll\", at = \"scroll\" }\n[table.columns]\nid = \"int\"\n";
    let server = Server::start(|call| scroll(call, call.param("scroll") == "20", 400)).await;
    let refused = Desk::new(&server, tables).refused().await;
    assert!(refused.contains("firms") && refused.contains("400"), "{refused}");
}

#[tokio::test]
async fn children_are_asked_for_once_for_each_word_of_a_setting() {
    let tables = "[[table]]\nname = \"kinds\"\nkey = \"kind\"\neach = \"{tenant}\"\n[table.columns]\nkind = \"text\"\n\
        [[table]]\nname = \"things\"\nkey = [\"kind\", \"id\"]\npath = \"/things/{parent.kind}\"\nrows = [\"data\"]\n\
        parent = { table = \"kinds\", column = \"kind\", key = \"kind\" }\n\
        [table.columns]\nkind = \"text\"\nid = \"int\"\n";
    let server = Server::start(|call| match call.path.as_str() {
        "/things/a%20b" => ok(json!({ "data": [{ "id": 1 }] })),
        "/things/c" => ok(json!({ "data": [{ "id": 1 }, { "id": 2 }] })),
        other => panic!("{other}"),
    })
    .await;
    let mut desk = Desk::new(&server, tables);
    desk.settings.values.insert("tenant".into(), " a b, c,, c".into());
    let manifest = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&manifest, "things", &["kind", "id"]).await, ["a b|1", "c|1", "c|2"]);
}
