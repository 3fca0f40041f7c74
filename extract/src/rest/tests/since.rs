//! Only what changed: what is asked for, what is staged, what is gone.

use std::sync::Mutex;

use deskferry_staging::{Changes, Mode};
use serde_json::{Value, json};

use super::support::{Desk, Server, bytes, ok, page, told};
use crate::{Request, Unfinished};

const TABLES: &str = "[rest.paging]\nkind = \"page\"\nnumber = \"page\"\nsize = \"size\"\nsize_max = 10\n\
    [[table]]\nname = \"tickets\"\nkey = \"id\"\npath = \"/tickets\"\nrows = [\"items\"]\ntotal = \"total\"\n\
    updated_at = \"updated\"\nsince = \"since\"\ndetail = { path = \"/tickets/{id}\" }\nimages_in = [\"html\"]\n\
    [table.columns]\nid = \"int\"\nupdated = \"timestamp\"\nname = \"text\"\nhtml = \"text\"\n\
    [[table]]\nname = \"notes\"\nkey = \"id\"\nparent = { table = \"tickets\", column = \"ticket_id\", key = \"id\" }\n\
    path = \"/notes\"\nquery = { ticket = \"{parent.id}\" }\npaging = { kind = \"none\" }\n[table.columns]\nid = \"int\"\nticket_id = \"int\"\ntext = \"text\"\n\
    [[table]]\nname = \"tags\"\nkey = [\"ticket_id\", \"tag\"]\nparent = { table = \"tickets\", column = \"ticket_id\", key = \"id\" }\ninside = \"tags\"\n\
    [table.columns]\nticket_id = \"int\"\ntag = { type = \"text\", at = \"\" }\n\
    [[table]]\nname = \"users\"\nkey = \"id\"\npath = \"/users\"\npaging = { kind = \"none\" }\n[table.columns]\nid = \"int\"\n";

/// Tickets by id: when changed, name, notes.
type Tickets = Vec<(u64, &'static str, &'static str, Vec<u64>)>;

async fn serve(heeds: bool) -> (Server, std::sync::Arc<Mutex<Tickets>>) {
    let tickets: Tickets = vec![
        (1, "2020-01-01T00:00:00Z", "a", vec![11, 12]),
        (2, "2020-01-02T00:00:00Z", "b", vec![21]),
        (3, "2020-01-03T00:00:00Z", "c", vec![31]),
    ];
    let state = std::sync::Arc::new(Mutex::new(tickets));
    let of_server = std::sync::Arc::clone(&state);
    let server = Server::start(move |call| {
        let tickets = of_server.lock().unwrap();
        let found = |id: &str| tickets.iter().find(|t| t.0.to_string() == id).unwrap();
        match call.path.as_str() {
            "/tickets" => {
                let since = |t: &&(u64, &str, &str, Vec<u64>)| !heeds || t.1 >= call.param("since");
                let rows: Vec<Value> =
                    tickets.iter().filter(since).map(|t| json!({ "id": t.0, "updated": t.1 })).collect();
                page(call, &rows, 10)
            }
            "/notes" => {
                let notes = found(call.param("ticket")).3.iter();
                ok(notes.map(|id| json!({ "id": id, "text": format!("n{id}") })).collect())
            }
            "/users" => ok(if tickets.len() > 3 { json!([{ "id": 1 }]) } else { json!([{ "id": 1 }, { "id": 2 }]) }),
            "/i.png" => bytes("image/png", b"png"),
            path => {
                let ticket = found(path.rsplit('/').next().unwrap());
                let html = format!("<img src=/i.png?{}>", ticket.2);
                ok(json!({ "name": ticket.2, "html": html, "tags": ["x", ticket.2] }))
            }
        }
    })
    .await;
    (server, state)
}

fn change(tickets: &Mutex<Tickets>) {
    let mut tickets = tickets.lock().unwrap();
    tickets[1] = (2, "2099-01-01T00:00:00Z", "b2", vec![22]);
    tickets.push((4, "2099-01-01T00:00:00Z", "d", vec![41]));
}

#[tokio::test]
async fn only_changed_rows_and_what_belongs_to_them_are_asked_for() {
    for heeds in [true, false] {
        let (server, tickets) = serve(heeds).await;
        let desk = Desk::new(&server, TABLES);
        let first = desk.extract().await.unwrap();
        assert_eq!((first.rows("tickets"), first.rows("notes"), first.rows("tags"), first.rows("files")), (3, 4, 6, 3));
        let before = server.calls().len();
        change(&tickets);
        let since_last = Request { since_last: true, ..Request::default() };
        let second = desk.run(&since_last).await.unwrap();
        let asked: Vec<String> = server.calls()[before..].iter().map(|c| c.path.clone()).collect();
        assert_eq!(asked.iter().any(|path| path == "/tickets/1"), !heeds, "{asked:?}");
        assert_eq!(second.mode, Mode::Delta);
        let changes = |table: &str| second.tables[table].changes.unwrap();
        assert_eq!(changes("tickets"), Changes { new: 1, changed: 1, gone: 0, unchanged: 2 });
        assert_eq!(changes("notes"), Changes { new: 2, changed: 0, gone: 1, unchanged: 3 });
        assert_eq!(changes("tags"), Changes { new: 3, changed: 0, gone: 1, unchanged: 5 });
        assert_eq!(changes("users"), Changes { new: 0, changed: 0, gone: 1, unchanged: 1 });
        assert_eq!(changes("files"), Changes { new: 2, changed: 0, gone: 1, unchanged: 2 });
        let notes = desk.rows(&second, "notes", &["id", "text", "_deleted"]).await;
        assert_eq!(notes, ["21|-|true", "22|n22|false", "41|n41|false"]);
        let is_told = second.remarks.iter().any(|r| r.contains("does not heed `since`"));
        assert_eq!(is_told, !heeds, "{:?}", second.remarks);
    }
}

#[tokio::test]
async fn stopped_on_the_way_it_goes_on_with_the_same_time() {
    let (server, tickets) = serve(true).await;
    let mut desk = Desk::new(&server, TABLES);
    desk.extract().await.unwrap();
    change(&tickets);
    let since_last = Request { since_last: true, ..Request::default() };
    let before = server.calls().len();
    let (context, calls) = (desk.context.clone(), server.clone());
    desk.context.progress = std::sync::Arc::new(move |_| {
        if calls.calls()[before..].iter().any(|call| call.path.starts_with("/tickets/")) {
            context.cancel.cancel();
        }
    });
    let error = told(&desk.run(&since_last).await.unwrap_err());
    assert!(error.contains("--resume"), "{error}");
    desk.context.cancel = Default::default();
    desk.context.progress = std::sync::Arc::new(|_| {});
    let resume = Request { unfinished: Unfinished::Resume, ..since_last };
    let second = desk.run(&resume).await.unwrap();
    let since: Vec<String> =
        server.calls().iter().map(|c| c.param("since").to_owned()).filter(|s| !s.is_empty()).collect();
    assert!(since.iter().all(|time| *time == since[0]), "{since:?}");
    assert_eq!(second.tables["notes"].changes.unwrap(), Changes { new: 2, changed: 0, gone: 1, unchanged: 3 });
    assert_eq!(second.tables["tickets"].changes.unwrap(), Changes { new: 1, changed: 1, gone: 0, unchanged: 2 });
}

/// Without a parameter that asks for changes: `updated` and `commented` say which rows changed.
fn by_change() -> String {
    let columns = "updated = \"timestamp\"\ncommented = \"text\"\n";
    let tables =
        TABLES.replace("updated_at = \"updated\"\nsince = \"since\"\n", "updated_at = [\"updated\", \"commented\"]\n");
    let files = "[[table]]\nname = \"papers\"\nkey = \"id\"\nparent = { table = \"notes\", column = \"note_id\", key = \"id\" }\n\
        path = \"/papers\"\nquery = { note = \"{parent.id}\" }\npaging = { kind = \"none\" }\n[table.columns]\nid = \"int\"\nnote_id = \"int\"\n";
    tables.replace("updated = \"timestamp\"\n", columns) + files
}

#[tokio::test]
async fn without_a_filter_only_rows_that_say_that_they_changed_are_asked_for_further() {
    // Tickets by id: when changed, last comment, name, notes.
    type Ticket = (u64, &'static str, &'static str, &'static str, Vec<u64>);
    let state: std::sync::Arc<Mutex<Vec<Ticket>>> = std::sync::Arc::new(Mutex::new(vec![
        (1, "2020.01.01 00:00:00", "c1", "a", vec![11]),
        (2, "2020.01.01 00:00:00", "c2", "b", vec![21]),
        (3, "2020.01.01 00:00:00", "c3", "c", vec![31, 32]),
        (4, "2020.01.01 00:00:00", "c4", "d", vec![41]),
    ]));
    let of_server = std::sync::Arc::clone(&state);
    let server = Server::start(move |call| {
        let tickets = of_server.lock().unwrap();
        let found = |id: &str| tickets.iter().find(|t| t.0.to_string() == id).unwrap();
        match call.path.as_str() {
            "/tickets" => {
                let row = |t: &Ticket| json!({ "id": t.0, "updated": t.1, "commented": t.2, "tags": ["listed"] });
                page(call, &tickets.iter().map(row).collect::<Vec<_>>(), 10)
            }
            "/notes" => ok(found(call.param("ticket")).4.iter().map(|id| json!({ "id": id, "text": "n" })).collect()),
            "/papers" => ok(json!([{ "id": call.number("note") * 10 }])),
            "/users" => ok(json!([])),
            "/i.png" => bytes("image/png", b"\x89PNG\r\n\x1a\n0000"),
            path => {
                let ticket = found(path.rsplit('/').next().unwrap());
                ok(json!({ "name": ticket.3, "html": format!("<img src=/i.png?{}>", ticket.3), "tags": ["x", ticket.3] }))
            }
        }
    })
    .await;
    let mut desk = Desk::with(&server, "dates = [\"%Y.%m.%d %H:%M:%S\"]\n", &by_change());
    desk.settings.timezone = Some("Europe/Moscow".into());
    let first = desk.extract().await.unwrap();
    assert_eq!((first.rows("tickets"), first.rows("notes"), first.rows("tags"), first.rows("papers")), (4, 5, 8, 5));
    let since_last = Request { since_last: true, ..Request::default() };
    let again = |calls_before: usize| {
        let mut asked: Vec<String> = server.calls()[calls_before..]
            .iter()
            .map(|c| format!("{}{}{}", c.path, c.param("ticket"), c.param("note")))
            .collect();
        asked.retain(|path| path != "/users");
        asked.sort();
        asked.dedup();
        asked
    };

    // Nothing has changed: the list alone is asked for.
    let before = server.calls().len();
    let second = desk.run(&since_last).await.unwrap();
    assert_eq!(again(before), ["/tickets"]);
    for table in ["tickets", "notes", "tags", "papers", "files"] {
        let changes = second.tables[table].changes.unwrap();
        assert_eq!((changes.new, changes.changed, changes.gone), (0, 0, 0), "{table}");
    }

    // One has another time, one another comment, one is gone, one is new.
    {
        let mut tickets = state.lock().unwrap();
        tickets[0] = (1, "2020.01.02 00:00:00", "c1", "a2", vec![12]);
        tickets[1] = (2, "2020.01.01 00:00:00", "c2b", "b2", vec![21, 22]);
        tickets.remove(2);
        tickets.push((5, "2020.01.02 00:00:00", "", "e", vec![51]));
    }
    let before = server.calls().len();
    let third = desk.run(&since_last).await.unwrap();
    let asked = again(before);
    assert!(asked.contains(&"/tickets/1".to_owned()) && asked.contains(&"/notes2".to_owned()), "{asked:?}");
    assert!(asked.iter().all(|path| !matches!(path.as_str(), "/tickets/4" | "/notes4" | "/papers41")), "{asked:?}");
    let changes = |table: &str| third.tables[table].changes.unwrap();
    assert_eq!(changes("tickets"), Changes { new: 1, changed: 2, gone: 1, unchanged: 1 });
    assert_eq!(changes("notes"), Changes { new: 3, changed: 0, gone: 3, unchanged: 2 });
    assert_eq!(changes("tags"), Changes { new: 4, changed: 0, gone: 4, unchanged: 4 });
    assert_eq!(third.incomplete().count(), 0);

    // And what the state is then, is the state.
    let before = server.calls().len();
    let fourth = desk.run(&since_last).await.unwrap();
    assert_eq!(again(before), ["/tickets"]);
    assert_eq!(fourth.tables["tickets"].changes.unwrap(), Changes { new: 0, changed: 0, gone: 0, unchanged: 4 });
}
