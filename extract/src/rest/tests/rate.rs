//! The granted rate is used and kept; a refusal stops everybody.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::support::{Desk, PAGED, Server, numbered, ok, page, said};

fn detailed(rate: &str) -> (String, String) {
    let tables = PAGED.replace("[table.columns]", "detail = { path = \"/things/{id}\" }\n[table.columns]");
    (format!("rate = {rate}\n"), tables)
}

#[tokio::test]
async fn the_rate_is_used_and_no_stretch_holds_more() {
    let server = Server::start(|call| match call.path.as_str() {
        "/things" => page(call, &numbered(150), 10),
        _ => ok(json!({})),
    })
    .await;
    let (rest, tables) = detailed("{ calls = 40, seconds = 1 }");
    let begun = Instant::now();
    Desk::with(&server, &rest, &tables).extract().await.unwrap();
    let took = begun.elapsed().as_secs_f64();
    let calls: Vec<Instant> = server.calls().iter().map(|call| call.at).collect();
    assert_eq!(calls.len(), 15 + 1 + 150);
    for window in calls.windows(41) {
        assert!(window[40] - window[0] >= Duration::from_millis(995), "{:?}", window[40] - window[0]);
    }
    // 166 calls at 40 per second: the fifth forty begins after four seconds.
    assert!((4.0..4.6).contains(&took), "{took}");
}

#[tokio::test]
async fn a_429_without_retry_after_stops_all_calls_until_the_window_has_passed() {
    let refused: Mutex<Option<Instant>> = Mutex::new(None);
    let count = AtomicUsize::new(0);
    let server = Server::start(move |call| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        let mut refused = refused.lock().unwrap();
        if number == 30 || refused.is_some_and(|at| at.elapsed() < Duration::from_millis(400)) {
            refused.get_or_insert_with(Instant::now);
            return said(429, json!("too many"));
        }
        match call.path.as_str() {
            "/things" => page(call, &numbered(60), 10),
            _ => ok(json!({})),
        }
    })
    .await;
    let (rest, tables) = detailed("{ calls = 1000, seconds = 1 }");
    let desk = Desk::with(&server, &rest, &tables);
    let manifest = desk.extract().await.unwrap();
    assert_eq!(manifest.rows("things"), 60);
    let calls = server.calls();
    // Those that were on their way, and none while all wait.
    assert!(calls.len() <= 7 + 60 + 8, "{}", calls.len());
    let pause = calls.windows(2).map(|pair| pair[1].at - pair[0].at).max().unwrap();
    assert!(pause >= Duration::from_millis(950), "{pause:?}");
}

#[tokio::test]
async fn failures_that_pass_are_repeated() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |call| match count.fetch_add(1, Ordering::SeqCst) % 3 {
        1 => said(503, json!("later")),
        _ if call.path == "/things" => page(call, &numbered(12), 10),
        _ => ok(json!({})),
    })
    .await;
    let manifest = Desk::new(&server, PAGED).extract().await.unwrap();
    assert_eq!(manifest.rows("things"), 12);
}

#[tokio::test]
async fn the_forecast_is_told_before_and_is_about_right() {
    let server = Server::start(|call| match call.path.as_str() {
        "/things" => {
            let rows = numbered(if call.param("closed") == "1" { 70 } else { 130 });
            let offset = if call.param("closed") == "1" { 1_000 } else { 0 };
            let rows: Vec<serde_json::Value> = rows
                .into_iter()
                .map(|row| json!({ "id": row["id"].as_u64().unwrap() + offset, "files": row["id"].as_u64().unwrap() % 2 }))
                .collect();
            page(call, &rows, 10)
        }
        path if path.ends_with("/files") => ok(json!([])),
        _ => ok(json!({})),
    })
    .await;
    let (rest, tables) = detailed("{ calls = 1000, seconds = 1 }");
    let tables =
        tables.replace("path = \"/things\"", "passes = [{ open = \"1\" }, { closed = \"1\" }]\npath = \"/things\"");
    let tables = tables.replace("name = \"text\"", "name = \"text\"\nfiles = \"int\"")
        + "[[table]]\nname = \"papers\"\nkey = \"id\"\nparent = { table = \"things\", column = \"of\", key = \"id\" }\nparent_if = \"files\"\n\
           path = \"/things/{parent.id}/files\"\npaging = { kind = \"none\" }\n[table.columns]\nid = \"int\"\nof = \"int\"\n";
    let mut desk = Desk::with(&server, &rest, &tables);
    let told: std::sync::Arc<Mutex<Vec<String>>> = std::sync::Arc::default();
    let said_now = std::sync::Arc::clone(&told);
    desk.context.progress = std::sync::Arc::new(move |tick| {
        said_now.lock().unwrap().push(format!("{} {} {}", tick.table, tick.is_end, tick.note));
    });
    desk.extract().await.unwrap();
    let real = server.calls().len() as f64;
    let told = told.lock().unwrap();
    let forecast: f64 =
        told[0].strip_prefix("forecast true about ").unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((forecast / real - 1.0).abs() < 0.02, "{forecast} for {real}");
    let last = told.iter().rfind(|line| line.contains(" of about ")).unwrap();
    let near_end: f64 = last.split(" of about ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((near_end / real - 1.0).abs() < 0.02, "{near_end} for {real}: {last}");
}
