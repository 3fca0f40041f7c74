//! Rows that no list has and that were asked for by their keys.

use std::collections::{BTreeMap, BTreeSet};

use deskferry_staging::Changes;
use serde_json::json;

use super::support::{Call, Desk, PAGED, Said, Server, ok, page, said};
use crate::{Request, Unlisted};

/// Three that are listed, one that is not, one that is refused; each has a note.
fn answer(call: &Call, listed: &[u64]) -> Said {
    let row = |id: u64| json!({ "id": id, "name": format!("n{id}") });
    match call.path.as_str() {
        "/things" => page(call, &listed.iter().map(|id| row(*id)).collect::<Vec<_>>(), 10),
        "/notes" => ok(json!([{ "id": format!("of {}", call.param("thing")) }])),
        "/things/50" => ok(row(50)),
        "/things/52" => said(403, json!({})),
        _ => said(404, json!({})),
    }
}

async fn start() -> (Server, Desk) {
    let server = Server::start(|call| answer(call, &[1, 2, 3])).await;
    let things = PAGED.replace("total = ", "detail = { path = \"/things/{id}\", of_listed = false }\ntotal = ");
    let notes = "[[table]]\nname = \"notes\"\nkey = \"id\"\npath = \"/notes\"\nquery = { thing = \"{parent.id}\" }\npaging = { kind = \"none\" }\n\
        parent = { table = \"things\", column = \"thing_id\", key = \"id\" }\n[table.columns]\nid = \"text\"\nthing_id = \"int\"\n";
    let desk = Desk::new(&server, &format!("{things}{notes}"));
    (server, desk)
}

fn keys(keys: &[&str]) -> BTreeSet<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

#[tokio::test]
async fn they_stay_and_are_asked_for_again_where_all_is_read() {
    let (server, desk) = start().await;
    assert_eq!(desk.extract().await.unwrap().rows("things"), 3);
    let wanted = BTreeMap::from([("things".to_owned(), keys(&["50", "51", "52"]))]);
    let ask = Request { unlisted: true, ..Request::of_rows(&desk.spec, wanted) };
    let asked = desk.run(&ask).await.unwrap();
    let changes = |run: &deskferry_staging::Manifest, table: &str| run.tables[table].changes.unwrap();
    let one_new = Changes { new: 1, changed: 0, gone: 0, unchanged: 3 };
    assert_eq!((changes(&asked, "things"), changes(&asked, "notes")), (one_new, one_new));
    let known = async || Unlisted::read(&desk.context, &desk.spec, "things").await.unwrap();
    // What was refused may be had the next time.
    assert_eq!((known().await.asked, known().await.gone), (keys(&["50", "51"]), keys(&[])));

    let by_key = || server.count("/things/");
    let before = by_key();
    let since_last = Request { since_last: true, ..Request::default() };
    let nothing = Changes { new: 0, changed: 0, gone: 0, unchanged: 4 };
    for _ in 0..2 {
        let again = desk.run(&since_last).await.unwrap();
        assert_eq!((changes(&again, "things"), changes(&again, "notes"), by_key()), (nothing, nothing, before));
    }
    server.answer(|call| answer(call, &[1, 2]));
    let gone = desk.run(&since_last).await.unwrap();
    assert_eq!(changes(&gone, "things"), Changes { new: 0, changed: 0, gone: 1, unchanged: 3 });
    assert_eq!(known().await.gone, keys(&["3"]));

    let whole = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&whole, "things", &["id"]).await, ["1", "2", "50"]);
    assert_eq!(desk.rows(&whole, "notes", &["id"]).await, ["of 1", "of 2", "of 50"]);
    assert_eq!((by_key(), known().await.asked), (before + 1, keys(&["50"])));
    let again = desk.run(&since_last).await.unwrap();
    assert_eq!(changes(&again, "things"), Changes { new: 0, changed: 0, gone: 0, unchanged: 3 });

    // A list that has it tells how it is.
    server.answer(|call| match call.path.as_str() {
        "/things" => page(call, &[json!({ "id": 50, "name": "other" })], 10),
        _ => answer(call, &[]),
    });
    let listed = desk.run(&since_last).await.unwrap();
    assert_eq!(changes(&listed, "things"), Changes { new: 0, changed: 1, gone: 2, unchanged: 0 });
}
