//! Stopped anywhere and gone on with, an extract gives the rows of one that was not stopped, and asks for nothing twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::support::{Call, Desk, Said, Server, numbered, ok, page, told};
use crate::{Request, Unfinished};

const TABLES: &str = "[rest.paging]\nkind = \"page\"\nnumber = \"page\"\nsize = \"size\"\nsize_max = 10\n\
    [[table]]\nname = \"things\"\nkey = \"id\"\npath = \"/things\"\nrows = [\"items\"]\ntotal = \"total\"\n\
    passes = [{ odd = \"1\" }, { odd = \"0\" }]\npass_column = \"pass\"\ndetail = { path = \"/things/{id}\" }\n\
    [table.columns]\nid = \"int\"\nname = \"text\"\nmore = \"text\"\npass = \"int\"\n\
    [[table]]\nname = \"notes\"\nkey = [\"thing_id\", \"id\"]\nparent = { table = \"things\", column = \"thing_id\", key = \"id\" }\n\
    path = \"/notes\"\nquery = { thing = \"{parent.id}\" }\npaging = { kind = \"none\" }\n\
    [table.columns]\nthing_id = \"int\"\nid = \"int\"\n";

fn answer(call: &Call) -> Said {
    match call.path.as_str() {
        "/things" => {
            let odd = call.number("odd");
            // The last is listed by both.
            let rows: Vec<Value> = numbered(60)
                .into_iter()
                .filter(|r| r["id"].as_u64().unwrap() as usize % 2 == odd || r["id"] == 59)
                .collect();
            page(call, &rows, 10)
        }
        "/notes" => ok(json!([{ "id": 1, "x": call.param("thing") }, { "id": 2 }])),
        path => ok(json!({ "more": path })),
    }
}

async fn all(desk: &Desk, manifest: &deskferry_staging::Manifest) -> Vec<String> {
    let mut rows = desk.rows(manifest, "things", &[]).await;
    rows.extend(desk.rows(manifest, "notes", &[]).await);
    rows
}

/// Calls by path and query, without the log-in.
fn tally(calls: &[Call]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for call in calls {
        *tally.entry(format!("{} {:?}", call.path, call.query)).or_default() += 1;
    }
    tally
}

#[tokio::test]
async fn stopped_after_any_call_the_rows_are_those_of_an_undisturbed_run() {
    let server = Server::start(answer).await;
    let desk = Desk::new(&server, TABLES);
    let manifest = desk.extract().await.unwrap();
    let wanted = all(&desk, &manifest).await;
    let whole = tally(&server.calls());
    assert_eq!((manifest.rows("things"), manifest.rows("notes")), (60, 120));
    assert_eq!(
        desk.rows(&manifest, "things", &["pass", "id"]).await.iter().filter(|r| r.starts_with("1|")).count(),
        31
    );
    for stop_after in [1, 2, 5, 8, 9, 20, 66, 70, 100, 127] {
        let server = Server::start(answer).await;
        let desk = Desk::new(&server, TABLES);
        let (context, calls) = (desk.context.clone(), Arc::new(AtomicUsize::new(0)));
        server.answer(move |call| {
            if calls.fetch_add(1, Ordering::SeqCst) == stop_after {
                context.cancel.cancel();
            }
            answer(call)
        });
        let error = desk.extract().await.unwrap_err();
        assert!(desk.context.staging.runs().await.unwrap().is_empty());
        let before = server.calls().len();
        server.answer(answer);
        let again = Desk { context: fresh(&desk), ..desk };
        let manifest = if told(&error).contains("--resume") {
            let refused = told(&again.extract().await.unwrap_err());
            assert!(refused.contains("has not been finished") && refused.contains("--anew"), "{refused}");
            again.resume().await.unwrap()
        } else {
            assert!(stop_after < 3, "{error}");
            again.extract().await.unwrap()
        };
        assert_eq!(all(&again, &manifest).await, wanted, "stopped after {stop_after}");
        // Nothing but what was on its way is asked for again.
        let twice = tally(&server.calls()).values().sum::<usize>() - whole.values().sum::<usize>();
        assert!(twice <= 8 + 2, "{twice} calls twice, stopped after {stop_after} of {before}");
        assert!(again.context.staging.works("acme").await.unwrap().is_empty());
    }
}

/// The same stage in a process that nobody has stopped.
fn fresh(desk: &Desk) -> deskferry_staging::Context {
    let mut context = desk.context.clone();
    context.cancel = Default::default();
    context
}

#[tokio::test]
async fn what_was_begun_with_other_settings_is_not_gone_on_with() {
    let server = Server::start(answer).await;
    let desk = Desk::new(&server, TABLES);
    assert!(told(&desk.resume().await.unwrap_err()).contains("no unfinished extract"));
    let (context, calls) = (desk.context.clone(), AtomicUsize::new(0));
    server.answer(move |call| {
        if calls.fetch_add(1, Ordering::SeqCst) == 20 {
            context.cancel.cancel();
        }
        answer(call)
    });
    desk.extract().await.unwrap_err();
    server.answer(answer);
    let resume = Request { unfinished: Unfinished::Resume, ..Request::default() };
    let mut other = Desk { context: fresh(&desk), spec: desk.spec.clone(), settings: desk.settings.clone() };
    other.settings.values.insert("tenant".into(), "south".into());
    assert!(told(&other.run(&resume).await.unwrap_err()).contains("another value of a key of [source]"));
    let mut other = Desk { context: fresh(&desk), spec: desk.spec.clone(), settings: desk.settings.clone() };
    other.spec.sha256 = "0".into();
    assert!(told(&other.run(&resume).await.unwrap_err()).contains("another spec"));
    let other = Desk { context: fresh(&desk), spec: desk.spec.clone(), settings: desk.settings.clone() };
    let tables = Request { tables: vec!["things".into()], ..resume };
    assert!(told(&other.run(&tables).await.unwrap_err()).contains("another selection of tables"));
    // A secret may have changed meanwhile, and what is thrown away is gone.
    let anew = Request { unfinished: Unfinished::Discard, ..Request::default() };
    let manifest = other.key("new").run(&anew).await.unwrap();
    assert_eq!(manifest.rows("things"), 60);
    assert_eq!(desk.context.staging.works("acme").await.unwrap().len(), 0);
}

#[tokio::test]
async fn nothing_that_is_not_declared_is_in_the_work_area() {
    let things = json!({ "total": 2, "items": [
        { "id": 1, "name": "declared-1", "password": "canary-1" }, { "id": 2, "x": { "y": "canary-2" } },
    ] });
    let server = Server::start(move |call| match call.path.as_str() {
        "/things" => ok(things.clone()),
        _ => Said { status: 500, ..ok(json!("canary-3")) },
    })
    .await;
    let desk = Desk::new(&server, TABLES);
    let context = desk.context.clone();
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        context.cancel.cancel();
    });
    let error = told(&desk.extract().await.unwrap_err());
    assert!(error.contains("--resume"), "{error}");
    let work = desk.context.staging.works("acme").await.unwrap().remove(0);
    let log = work.log("things", "list").unwrap();
    let mut kept = String::new();
    for number in 1..=log.newest().await.unwrap() {
        for batch in log.segment(number).await.unwrap().unwrap() {
            kept += &format!("{:?}", batch.column(0));
        }
    }
    assert!(kept.contains("declared-1") && !kept.contains("canary"), "{kept}");
}
