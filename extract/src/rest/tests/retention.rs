//! Tables whose old rows the source deletes.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::support::{Call, Desk, Said, Server, ok, page};
use crate::probe;

const TABLES: &str = "[rest.paging]\nkind = \"page\"\nnumber = \"page\"\nsize = \"size\"\nsize_max = 10\n\
    [[table]]\nname = \"tickets\"\nkey = \"id\"\npath = \"/tickets\"\nrows = [\"items\"]\n[table.columns]\nid = \"int\"\n\
    [[table]]\nname = \"lines\"\nkey = \"id\"\nparent = { table = \"chats\", column = \"chat_id\", key = \"id\" }\npath = \"/chats/{parent.id}/lines\"\npaging = { kind = \"none\" }\n[table.columns]\nid = \"int\"\nchat_id = \"int\"\n\
    [[table]]\nname = \"chats\"\nkey = \"id\"\npath = \"/chats\"\nrows = [\"items\"]\ntotal = \"total\"\nnewest = { order = \"-created\" }\n\
    retention = { days = 90, column = \"created\" }\n[table.columns]\nid = \"int\"\ncreated = \"timestamp\"\n";

/// 40 chats, the newest of today, each two days older than the one before.
#[allow(clippy::disallowed_methods)]
fn answer(call: &Call) -> Said {
    let chat = |id: i64| json!({ "id": id, "created": (Utc::now() - TimeDelta::days(2 * (40 - id)) - TimeDelta::hours(1)).to_rfc3339() });
    let mut chats: Vec<Value> = (1..=40).map(chat).collect();
    match call.path.as_str() {
        "/chats" => {
            if call.param("order") == "-created" {
                chats.reverse();
            }
            page(call, &chats, 10)
        }
        "/tickets" => ok(json!({ "items": if call.number("page") > 1 { json!([]) } else { json!([{ "id": 1 }]) } })),
        path => ok(json!([{ "id": path.split('/').nth(2).unwrap().parse::<u64>().unwrap() }])),
    }
}

#[tokio::test]
async fn they_are_read_before_others_and_what_goes_soon_is_told() {
    let server = Server::start(answer).await;
    let desk = Desk::new(&server, TABLES);
    let manifest = desk.extract().await.unwrap();
    assert_eq!((manifest.rows("chats"), manifest.rows("lines"), manifest.rows("tickets")), (40, 40, 1));
    let calls: Vec<String> = server.calls().iter().map(|c| c.path.clone()).collect();
    // But for the look at the first page, for the forecast.
    let ticket = calls.iter().rposition(|path| path == "/tickets").unwrap();
    let line = calls.iter().rposition(|path| path.ends_with("/lines")).unwrap();
    assert!(line < ticket, "{calls:?}");
    // The oldest is of 78 days ago, so it goes in 12, the next in 14.
    let wanted =
        "chats: the source deletes rows after 90 days; the oldest is 78 days old, 2 go within 14 days, the first on";
    assert!(manifest.remarks.iter().any(|r| r.starts_with(wanted)), "{:?}", manifest.remarks);
}

#[tokio::test]
async fn check_tells_it_by_the_last_pages_of_the_list() {
    let server = Server::start(answer).await;
    let desk = Desk::new(&server, TABLES);
    let found = probe(&desk.context, &desk.spec, &desk.settings).await.unwrap();
    let wanted =
        "chats: the source deletes rows after 90 days; the oldest is 78 days old, 2 go within 14 days, the first on";
    assert!(found.remarks.iter().any(|r| r.starts_with(wanted)), "{:?}", found.remarks);
    let pages: Vec<usize> =
        server.calls().iter().filter(|c| !c.param("order").is_empty()).map(|c| c.number("page")).collect();
    assert_eq!(pages, [1, 4]);

    let desk = Desk::new(&server, &TABLES.replace("newest = { order = \"-created\" }\n", ""));
    let found = probe(&desk.context, &desk.spec, &desk.settings).await.unwrap();
    assert!(
        found.remarks.iter().any(|r| r.contains("the oldest of 20 that were looked at is 78")),
        "{:?}",
        found.remarks
    );
}
