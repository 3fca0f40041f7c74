//! Counts of a source that does not say how many rows it has.

use serde_json::{Value, json};

use super::support::{Desk, PAGED, Server, numbered, ok};
use crate::probe;

const OFFSETS: &str = "[rest.paging]\nkind = \"offset\"\noffset = \"offset\"\nsize = \"limit\"\nsize_max = 10\n";

#[tokio::test]
async fn rows_are_counted_by_the_place_behind_which_there_is_nothing() {
    let text = PAGED.replace("total = \"total\"\n", "");
    let (_, table) = text.split_at(text.find("[[table]]").unwrap());
    let spec = format!("{OFFSETS}{table}");
    for count in [0, 1, 9, 10, 11, 12, 20, 21, 22, 23, 44, 1_000] {
        let rows = numbered(count);
        let server = Server::start(move |call| {
            let page: Vec<&Value> =
                rows.iter().skip(call.number("offset")).take(call.number("limit").min(10)).collect();
            ok(json!({ "items": page }))
        })
        .await;
        let desk = Desk::new(&server, &spec);
        let found = probe(&desk.context, &desk.spec, &desk.settings).await.unwrap();
        assert_eq!(found.tables, [("things".to_owned(), Some(count as u64))], "{count}");
        assert!(server.calls().len() < 22, "{} calls for {count}", server.calls().len());
    }
    // A place that is not heeded gives no count.
    let server = Server::start(|_| ok(json!({ "items": numbered(10) }))).await;
    let desk = Desk::new(&server, &spec);
    let found = probe(&desk.context, &desk.spec, &desk.settings).await.unwrap();
    assert_eq!(found.tables, [("things".to_owned(), None)]);
}
