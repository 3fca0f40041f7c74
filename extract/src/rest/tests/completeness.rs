//! Nothing is missing without being told.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::support::{Desk, PAGED, Server, numbered, ok, page, said};

#[tokio::test]
async fn rows_that_move_while_they_are_read_are_all_found() {
    // The list puts the newest first and grows while its second page is read; then one is deleted.
    let state = Mutex::new((numbered(35), 0));
    let server = Server::start(move |call| {
        let mut state = state.lock().unwrap();
        state.1 += 1;
        if state.1 == 2 {
            state.0.push(json!({ "id": 36, "name": "n36" }));
        }
        if state.1 == 4 {
            state.0.retain(|row| row["id"] != 36 && row["id"] != 35);
        }
        let newest_first: Vec<Value> = state.0.iter().rev().cloned().collect();
        page(call, &newest_first, 10)
    })
    .await;
    let desk = Desk::with(&server, "in_flight = 1\n", PAGED);
    let manifest = desk.extract().await.unwrap();
    let ids = desk.rows(&manifest, "things", &["id"]).await;
    // All that is there at the end, and what was seen before it went.
    for id in 1..=34 {
        assert!(ids.contains(&id.to_string()), "{id} in {ids:?}");
    }
    assert_eq!(manifest.incomplete().count(), 0, "{:?}", manifest.remarks);
}

#[tokio::test]
async fn a_total_that_is_too_high_is_told_after_two_readings_that_add_nothing() {
    let server = Server::start(|call| {
        let mut reply: Value = serde_json::from_slice(&page(call, &numbered(25), 10).body).unwrap();
        reply["total"] = json!(30);
        ok(reply)
    })
    .await;
    let desk = Desk::with(&server, "in_flight = 1\n", PAGED);
    let manifest = desk.extract().await.unwrap();
    let incomplete: Vec<_> = manifest.incomplete().collect();
    assert_eq!(incomplete, [("things", "the source counts 5 rows more than it gives")]);
    assert_eq!((manifest.rows("things"), manifest.tables["things"].source_rows), (25, Some(30)));
    let defects = desk.rows(&manifest, "_defects", &["table_name", "reason"]).await;
    assert_eq!(defects, ["things|the table is incomplete: the source counts 5 rows more than it gives"]);
}

#[tokio::test]
async fn a_total_that_is_too_low_ends_nothing() {
    let server = Server::start(|call| {
        let mut reply: Value = serde_json::from_slice(&page(call, &numbered(45), 10).body).unwrap();
        reply["total"] = json!(20);
        ok(reply)
    })
    .await;
    let manifest = Desk::new(&server, PAGED).extract().await.unwrap();
    assert_eq!((manifest.rows("things"), manifest.tables["things"].source_rows), (45, Some(45)));
}

#[tokio::test]
async fn a_list_that_is_cut_off_is_incomplete() {
    let tables = "[[table]]\nname = \"things\"\nkey = \"id\"\npath = \"/things\"\nquery = { count = \"60\" }\nrows = [\"items\"]\ntotal = \"total\"\n[table.columns]\nid = \"int\"\n";
    for (rows, told) in [(59, None), (60, Some("the source cuts the list off at 60 rows"))] {
        let server = Server::start(move |_| ok(json!({ "items": numbered(rows), "total": rows }))).await;
        let manifest = Desk::new(&server, tables).extract().await.unwrap();
        assert_eq!(manifest.incomplete().map(|(_, reason)| reason).next(), told);
    }
    let ceiling = PAGED.replace("path =", "ceiling = 30\npath =");
    let server = Server::start(|call| page(call, &numbered(30), 10)).await;
    let manifest = Desk::new(&server, &ceiling).extract().await.unwrap();
    assert_eq!(manifest.incomplete().next().unwrap().1, "the source cuts the list off at 30 rows");
}

#[tokio::test]
async fn a_filter_of_passes_that_is_ignored_is_told_and_the_rows_are_one_set() {
    let tables = PAGED.replace("path =", "passes = [{ open = \"1\" }, { closed = \"1\" }]\npath =");
    let server = Server::start(|call| page(call, &numbered(15), 10)).await;
    let manifest = Desk::new(&server, &tables).extract().await.unwrap();
    assert_eq!((manifest.rows("things"), manifest.tables["things"].source_rows), (15, Some(15)));
    assert!(manifest.remarks.iter().any(|r| r.contains("does not heed `closed`")), "{:?}", manifest.remarks);
}

const NOTES: &str = "[[table]]\nname = \"notes\"\nkey = [\"thing_id\", \"id\"]\nparent = { table = \"things\", column = \"thing_id\", key = \"id\" }\n\
    path = \"/notes\"\nquery = { thing = \"{parent.id}\" }\npaging = { kind = \"none\" }\nrows = [\"items\"]\ntotal = \"total\"\n\
    [table.columns]\nthing_id = \"int\"\nid = \"int\"\n";

#[tokio::test]
async fn rows_of_other_parents_are_not_taken_for_this_ones() {
    let all = || -> Vec<Value> { (1..=3).map(|n| json!({ "thing_id": f64::from(n), "id": 1 })).collect() };
    let server = Server::start(move |call| match call.path.as_str() {
        "/things" => page(call, &numbered(3), 10),
        _ => ok(json!({ "items": all(), "total": 3 })),
    })
    .await;
    let desk = Desk::new(&server, &format!("{PAGED}{NOTES}"));
    let manifest = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&manifest, "notes", &["thing_id", "id"]).await, ["1|1", "2|1", "3|1"]);
    assert_eq!(manifest.tables["notes"].source_rows, Some(3));
    assert!(manifest.remarks.iter().any(|r| r.contains("rows of other parents")), "{:?}", manifest.remarks);
}

#[tokio::test]
async fn the_same_anonymous_rows_for_every_parent_are_told() {
    let server = Server::start(|call| match call.path.as_str() {
        "/things" => page(call, &numbered(10), 10),
        _ => ok(json!({ "items": [{ "id": 7 }], "total": 1, "at": call.param("thing") })),
    })
    .await;
    let manifest = Desk::new(&server, &format!("{PAGED}{NOTES}")).extract().await.unwrap();
    let (table, reason) = manifest.incomplete().next().unwrap();
    assert!(table == "notes" && reason.contains("does not heed"), "{reason}");
}

#[tokio::test]
async fn a_parent_that_counts_more_rows_than_it_gives_is_named() {
    let server = Server::start(|call| match call.path.as_str() {
        "/things" => page(call, &numbered(2), 10),
        _ => ok(json!({ "items": [{ "id": call.number("thing") }], "total": call.number("thing") })),
    })
    .await;
    let desk = Desk::new(&server, &format!("{PAGED}{NOTES}"));
    let manifest = desk.extract().await.unwrap();
    assert!(manifest.incomplete().next().unwrap().1.contains("counts 1 rows more"));
    assert_eq!(manifest.tables["notes"].source_rows, Some(3));
    let defects = desk.rows(&manifest, "_defects", &["table_name", "raw", "reason"]).await;
    assert!(defects.iter().any(|d| d == "notes|2|the source counts 2 rows of this parent and gives 1"), "{defects:?}");
}

#[tokio::test]
async fn a_refused_table_is_an_error_or_incomplete_as_the_spec_says() {
    let refuse = |path: &'static str| {
        move |call: &super::support::Call| match call.path.as_str() {
            refused if refused == path => said(403, json!("not yours")),
            "/things" => page(call, &numbered(3), 10),
            _ => ok(json!({ "items": [], "total": 0 })),
        }
    };
    let server = Server::start(refuse("/things")).await;
    let error = Desk::new(&server, &format!("{PAGED}{NOTES}")).refused().await;
    assert!(error.contains("things") && error.contains("403 not yours") && error.contains("access"), "{error}");

    let optional = PAGED.replace("path =", "access = \"optional\"\npath =");
    let manifest = Desk::new(&server, &format!("{optional}{NOTES}")).extract().await.unwrap();
    let incomplete: Vec<_> = manifest.incomplete().map(|(table, _)| table).collect();
    assert_eq!(incomplete, ["notes", "things"]);

    let server = Server::start(refuse("/notes")).await;
    let notes = NOTES.replace("path =", "access = \"optional\"\npath =");
    let manifest = Desk::with(&server, "in_flight = 1\n", &format!("{PAGED}{notes}")).extract().await.unwrap();
    assert_eq!(manifest.incomplete().map(|(table, _)| table).collect::<Vec<_>>(), ["notes"]);
    // Each is tried once more before that is believed.
    assert_eq!((manifest.rows("things"), server.count("/notes")), (3, 6));
}

#[tokio::test]
async fn cursors_links_offsets_and_windows_give_all_rows() {
    let things = |paging: &str| {
        format!(
            "[rest.paging]\n{paging}\n[[table]]\nname = \"things\"\nkey = \"id\"\npath = \"/things\"\nrows = [\"items\"]\n[table.columns]\nid = \"int\"\n"
        )
    };
    let slice = |from: usize| numbered(12).into_iter().skip(from).take(5).collect::<Vec<_>>();
    let cursor = Server::start(move |call| {
        let from = call.number("after");
        let next = if from + 5 < 12 { json!(from + 5) } else { Value::Null };
        ok(json!({ "items": slice(from), "meta": { "next": next } }))
    })
    .await;
    let link = Server::start(move |call| {
        let from = call.number("from");
        let reply = ok(json!({ "items": slice(from) }));
        let next = format!("<http://{}/things?from={}>; rel=\"next\"", call.header("host"), from + 5);
        if from + 5 < 12 { reply.with("link", &next) } else { reply }
    })
    .await;
    let offset = Server::start(move |call| ok(json!({ "items": slice(call.number("start")) }))).await;
    let hours = AtomicUsize::new(0);
    let windows = Server::start(move |call| {
        assert!(call.param("from") < call.param("to"));
        let from = hours.fetch_add(1, Ordering::SeqCst);
        ok(json!({ "items": slice(from * 5) }))
    })
    .await;
    let yesterday = (chrono_now() - chrono::TimeDelta::hours(70)).format("%Y-%m-%dT%H:%M:%SZ");
    for (server, paging) in [
        (cursor, "kind = \"cursor\"\ncursor = \"after\"\nat = \"meta.next\"".to_owned()),
        (link, "kind = \"next_link\"".to_owned()),
        (offset, "kind = \"offset\"\noffset = \"start\"".to_owned()),
        (windows, format!("kind = \"windows\"\nfrom = \"from\"\nto = \"to\"\nhours = 24\nbegin = \"{yesterday}\"")),
    ] {
        let manifest = Desk::new(&server, &things(&paging)).extract().await.unwrap();
        assert_eq!(manifest.rows("things"), 12, "{paging}");
        let calls = server.calls().len();
        assert!((3..=4).contains(&calls), "{paging}: {calls} calls");
    }
}

#[allow(clippy::disallowed_methods)]
fn chrono_now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

#[tokio::test]
async fn ends_of_lists_that_are_told_otherwise_are_ends() {
    // Behind the last page some sources answer 404, or without content.
    for end in [
        || said(404, json!({ "detail": "Invalid page." })),
        || super::support::Said { status: 204, headers: vec![], body: vec![] },
    ] {
        let server = Server::start(move |call| match call.number("page") {
            page @ 1..=3 => ok(json!({ "items": numbered(30)[(page - 1) * 10..page * 10] })),
            _ => end(),
        })
        .await;
        let manifest = Desk::new(&server, &PAGED.replace("total = \"total\"\n", "")).extract().await.unwrap();
        assert_eq!((manifest.rows("things"), server.calls().len()), (30, 4));
        assert!(manifest.remarks.iter().any(|r| r.contains("does not count these rows")), "{:?}", manifest.remarks);
    }
}

#[tokio::test]
async fn lists_that_lead_back_or_do_not_lead_on_are_errors() {
    let cursor = |at: &str| {
        format!(
            "[rest.paging]\nkind = \"cursor\"\ncursor = \"after\"\nat = \"{at}\"\n[[table]]\nname = \"things\"\nkey = \"id\"\npath = \"/things\"\nrows = [\"items\"]\ntotal = \"total\"\n[table.columns]\nid = \"int\"\n"
        )
    };
    let server = Server::start(|call| {
        let next = if call.param("after") == "a" { "b" } else { "a" };
        ok(json!({ "items": [{ "id": server_number() }], "next": next }))
    })
    .await;
    let error = Desk::new(&server, &cursor("next")).extract().await.unwrap_err();
    assert!(super::support::told(&error).contains("lead back"), "{error:?}");
    assert!(server.calls().len() < 6);
    let server = Server::start(|_| ok(json!({ "items": numbered(3), "total": 7, "next": "a" }))).await;
    let error = Desk::new(&server, &cursor("nxt")).refused().await;
    assert!(error.contains("nothing is at `nxt`"), "{error}");
}

/// Another number each time.
fn server_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    NEXT.fetch_add(1, Ordering::SeqCst)
}

#[tokio::test]
async fn stretches_of_time_that_are_alike_are_not_the_end() {
    let begin = (chrono_now() - chrono::TimeDelta::hours(118)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let tables = format!(
        "[rest.paging]\nkind = \"windows\"\nfrom = \"from\"\nto = \"to\"\nhours = 24\nbegin = \"{begin}\"\n[[table]]\nname = \"things\"\nkey = \"id\"\npath = \"/things\"\n[table.columns]\nid = \"int\"\n"
    );
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => ok(json!([{ "id": 1 }])),
        n => ok(json!([{ "id": n }])),
    })
    .await;
    let manifest = Desk::new(&server, &tables).extract().await.unwrap();
    assert_eq!((server.calls().len(), manifest.rows("things")), (5, 4));
}

#[tokio::test]
async fn a_total_that_counts_the_page_ends_no_parents_rows() {
    let notes = NOTES.replace("paging = { kind = \"none\" }\n", "");
    let server = Server::start(|call| match call.path.as_str() {
        "/things" => page(call, &numbered(2), 10),
        _ => {
            let mut reply: Value = serde_json::from_slice(&page(call, &numbered(35), 10).body).unwrap();
            reply["total"] = json!(reply["items"].as_array().unwrap().len());
            ok(reply)
        }
    })
    .await;
    let manifest = Desk::new(&server, &format!("{PAGED}{notes}")).extract().await.unwrap();
    assert_eq!(manifest.rows("notes"), 70);
}

#[tokio::test]
async fn list_that_gives_its_first_page_again_ends_though_links_in_it_change() {
    let calls = AtomicUsize::new(0);
    let server = Server::start(move |_| {
        let call = calls.fetch_add(1, Ordering::Relaxed);
        let row = |id: i64| json!({ "id": id, "link": format!("/f/{id}?signature={call}") });
        ok(json!({ "items": [row(1), row(2)] }))
    })
    .await;
    let paging = "paging = { kind = \"page\", number = \"page\", size = \"size\", size_max = 2 }\n";
    let columns = "rows = [\"items\"]\n[table.columns]\nid = \"int\"\nlink = \"text\"\n";
    let tables = format!(
        "[[table]]\nname = \"things\"\nkey = \"id\"\npath = \"/things\"\n{paging}{columns}\
         [[table]]\nname = \"parts\"\nkey = [\"thing_id\", \"id\"]\npath = \"/things/{{parent.id}}/parts\"\n\
         parent = {{ table = \"things\", column = \"thing_id\", key = \"id\" }}\n{paging}{columns}thing_id = \"int\"\n"
    );
    let desk = Desk::new(&server, &tables);
    let manifest = desk.extract().await.unwrap();
    assert_eq!((manifest.rows("things"), manifest.rows("parts")), (2, 4));
    assert!(server.calls().len() < 12, "{}", server.calls().len());
}
