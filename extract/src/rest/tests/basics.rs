//! Lists, details, children, rows inside, columns: what comes out is what the source has.

use serde_json::{Value, json};

use super::support::{Call, Desk, PAGED, Said, Server, numbered, ok, page, said};

const HELPDESK: &str = "[rest.paging]\nkind = \"page\"\nnumber = \"page\"\nsize = \"size\"\nsize_max = 2\n\
[[table]]\nname = \"tickets\"\nkey = \"id\"\npath = \"/tickets\"\nrows = [\"items\"]\ntotal = \"total\"\n\
passes = [{ open = \"1\" }, { closed = \"1\" }]\ndetail = { path = \"/tickets/{id}\", row = \"ticket\" }\n\
[table.columns]\nid = \"int\"\nsubject = \"text\"\nbody = \"text\"\ncreated = \"timestamp\"\nowner = { type = \"text\", at = \"owner.name\" }\nlabels = \"json\"\nfiles = \"int\"\nurgent = \"bool\"\n\
[[table]]\nname = \"messages\"\nkey = [\"ticket_id\", \"id\"]\nparent = { table = \"tickets\", column = \"ticket_id\", key = \"id\" }\n\
path = \"/messages\"\nquery = { ticket = \"{parent.id}\" }\npaging = { kind = \"none\" }\n\
[table.columns]\nid = \"int\"\nticket_id = \"int\"\ntext = \"text\"\n\
[[table]]\nname = \"files_of\"\nkey = \"id\"\nparent = { table = \"tickets\", column = \"ticket_id\", key = \"id\" }\nparent_if = \"files\"\n\
path = \"/tickets/{parent.id}/files\"\npaging = { kind = \"none\" }\n\
[table.columns]\nid = \"int\"\nticket_id = \"int\"\n\
[[table]]\nname = \"tags\"\nkey = [\"ticket_id\", \"tag\"]\nparent = { table = \"tickets\", column = \"ticket_id\", key = \"id\" }\ninside = \"tags\"\n\
[table.columns]\nticket_id = \"int\"\ntag = { type = \"text\", at = \"\" }\n";

fn helpdesk(call: &Call) -> Said {
    let ticket =
        |id: usize| json!({ "id": id, "subject": format!("s{id}"), "files": u8::from(id == 2), "secret": "hunter2" });
    match call.path.as_str() {
        "/tickets" if call.param("open") == "1" => page(call, &[ticket(1), ticket(2), ticket(3)], 2),
        "/tickets" => page(call, &[ticket(3), ticket(4)], 2),
        "/tickets/4" => said(404, json!({ "error": "no access" })),
        path if path.ends_with("/files") => ok(json!([{ "id": 70 }])),
        "/messages" => match call.number("ticket") {
            1 => ok(json!([{ "id": 1, "text": "a" }, { "id": 2, "ticket_id": 1.0, "text": "b" }])),
            ticket => ok(json!([{ "id": 1, "ticket_id": ticket, "text": 7 }])),
        },
        path => {
            let id: usize = path.rsplit('/').next().unwrap().parse().unwrap();
            ok(json!({ "ticket": {
                "id": f64::from(id as u32), "body": format!("b{id}"), "created": "2026-06-30T16:04:27.8571234", "owner": { "name": "Ann" },
                "labels": { "a": [1, 2] }, "tags": ["x", "y"], "urgent": id == 1, "secret": "hunter2",
            } }))
        }
    }
}

#[tokio::test]
async fn a_desk_comes_over_with_details_children_and_rows_inside() {
    let server = Server::start(helpdesk).await;
    let desk = Desk::new(&server, HELPDESK);
    let manifest = desk.extract().await.unwrap();
    let all = ["id", "subject", "body", "created", "owner", "labels", "files", "urgent", "_extra"];
    assert_eq!(
        desk.rows(&manifest, "tickets", &all).await,
        [
            "1|s1|b1|2026-06-30T16:04:27.857123Z|Ann|{\"a\":[1,2]}|0|true|-",
            "2|s2|b2|2026-06-30T16:04:27.857123Z|Ann|{\"a\":[1,2]}|1|false|-",
            "3|s3|b3|2026-06-30T16:04:27.857123Z|Ann|{\"a\":[1,2]}|0|false|-",
            "4|s4|-|-|-|-|0|-|-",
        ]
    );
    let messages = desk.rows(&manifest, "messages", &["ticket_id", "id", "text"]).await;
    assert_eq!(messages, ["1|1|a", "1|2|b", "2|1|7", "3|1|7", "4|1|7"]);
    assert_eq!(desk.rows(&manifest, "files_of", &["ticket_id", "id"]).await, ["2|70"]);
    assert_eq!(desk.rows(&manifest, "tags", &["ticket_id", "tag"]).await, ["1|x", "1|y", "2|x", "2|y", "3|x", "3|y"]);
    let defects = desk.rows(&manifest, "_defects", &["table_name", "key", "reason"]).await;
    assert_eq!(defects, ["tickets|4|not to be read in full: 404 no access"]);
    assert_eq!(manifest.tables["tickets"].source_rows, Some(4));
    assert!(manifest.remarks.iter().any(|r| r.contains("does not declare: secret")), "{:?}", manifest.remarks);
    assert_eq!(manifest.incomplete().count(), 0);
    assert!(desk.context.staging.works("acme").await.unwrap().is_empty());
}

#[tokio::test]
async fn only_get_is_sent_and_each_row_is_asked_for_once() {
    let server = Server::start(helpdesk).await;
    Desk::new(&server, HELPDESK).extract().await.unwrap();
    assert!(server.calls().iter().all(|call| call.method == "GET"));
    assert_eq!((server.count("/messages"), server.count("/tickets/")), (4, 4 + 1));
}

#[tokio::test]
async fn a_page_size_that_is_cut_silently_loses_nothing() {
    let rows = numbered(23);
    let server = Server::start(move |call| page(call, &rows, 4)).await;
    let desk = Desk::new(&server, PAGED);
    let manifest = desk.extract().await.unwrap();
    assert_eq!(manifest.rows("things"), 23);
    assert_eq!(manifest.tables["things"].source_rows, Some(23));
    assert!(manifest.remarks.iter().any(|r| r.contains("asked for 10 rows a page, the source gives 4")));
    // Six pages, and a look whether anything comes after them.
    assert_eq!(server.calls().len(), 7);
}

#[tokio::test]
async fn a_source_that_ignores_pages_ends_where_its_page_comes_again() {
    let server = Server::start(|_| ok(json!(numbered(3)))).await;
    let desk = Desk::new(&server, &PAGED.replace("rows = [\"items\"]\ntotal = \"total\"\n", ""));
    let manifest = desk.extract().await.unwrap();
    assert_eq!((manifest.rows("things"), server.calls().len()), (3, 2));
    assert_eq!(manifest.incomplete().count(), 0);
}

#[tokio::test]
async fn values_that_do_not_fit_are_defects_and_stop_nothing() {
    let row: Vec<Value> =
        vec![json!({ "id": 1, "n": 2.5, "t": 7, "at": "soon", "none": "1899-12-30T00:00:00", "b": "maybe" })];
    let server = Server::start(move |_| ok(json!(row))).await;
    let tables = "null_dates = [\"1899-\"]\n[[table]]\nname = \"x\"\nkey = \"id\"\npath = \"/x\"\n[table.columns]\n\
                  id = \"int\"\nn = \"int\"\nt = \"text\"\nat = \"timestamp\"\nnone = \"timestamp\"\nb = \"bool\"\n";
    let desk = Desk::new(&server, tables);
    let manifest = desk.extract().await.unwrap();
    let rows = desk.rows(&manifest, "x", &["id", "n", "t", "at", "none", "b", "_extra"]).await;
    assert_eq!(rows, ["1|-|7|-|-|-|{\"n\":\"2.5\",\"at\":\"soon\",\"b\":\"maybe\"}"]);
    let defects = desk.rows(&manifest, "_defects", &["key", "column_name", "raw", "reason"]).await;
    assert_eq!(defects, ["1|at|soon|not a date and time", "1|b|maybe|not 0 or 1", "1|n|2.5|not a whole number"]);
}

#[tokio::test]
async fn what_one_reply_hides_no_other_shows() {
    let server = Server::start(|call| match call.path.as_str() {
        "/x" => ok(json!([{ "id": 1, "isencrypted": true, "value": "canary" }, { "id": 2, "isencrypted": false }])),
        path => ok(json!({ "value": format!("shown{path}") })),
    })
    .await;
    let tables = "[[table]]\nname = \"x\"\nkey = \"id\"\npath = \"/x\"\ndetail = { path = \"/x/{id}\" }\n\
                  hidden = { columns = [\"value\"], if = { isencrypted = \"true\" } }\n[table.columns]\nid = \"int\"\nvalue = \"text\"\n";
    let desk = Desk::new(&server, tables);
    let manifest = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&manifest, "x", &["id", "value"]).await, ["1|-", "2|shown/x/2"]);
}

#[tokio::test]
async fn what_a_row_names_is_read_by_itself() {
    let server = Server::start(|call| match call.path.as_str() {
        "/x" => ok(json!([{ "id": 1, "mail": 70 }, { "id": 2 }, { "id": 3, "mail": 71 }, { "id": 4, "mail": 72 }])),
        "/mail/70" => ok(json!({ "mail": { "id": 70, "text": "a", "files": [{ "name": "f" }] } })),
        "/mail/71" => said(404, json!({ "message": "gone" })),
        _ => ok(json!({ "mail": null })),
    })
    .await;
    let tables = "[[table]]\nname = \"x\"\nkey = \"id\"\npath = \"/x\"\n[table.columns]\nid = \"int\"\nmail = \"int\"\n\
        [[table]]\nname = \"mails\"\nkey = \"of\"\nparent = { table = \"x\", column = \"of\", key = \"id\" }\nparent_if = \"mail\"\n\
        path = \"/mail/{parent.mail}\"\npaging = { kind = \"none\" }\nrow = \"mail\"\n[table.columns]\nof = \"int\"\nid = \"int\"\ntext = \"text\"\n\
        [[table]]\nname = \"papers\"\nkey = [\"of\", \"place\"]\nparent = { table = \"mails\", column = \"of\", key = \"of\" }\n\
        inside = \"files\"\nposition = \"place\"\n[table.columns]\nof = \"int\"\nplace = \"int\"\nname = \"text\"\n";
    let desk = Desk::new(&server, tables);
    let manifest = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&manifest, "mails", &["of", "id", "text"]).await, ["1|70|a"]);
    assert_eq!(desk.rows(&manifest, "papers", &["of", "place", "name"]).await, ["1|0|f"]);
    let defects = desk.rows(&manifest, "_defects", &["table_name", "key", "reason"]).await;
    assert_eq!(defects[0], "mails||the rows of this parent are not to be read: 404 gone");
    assert!(defects[1].starts_with("mails||") && defects[1].contains("no object at `mail`"), "{defects:?}");
}

#[tokio::test]
async fn rows_of_a_parent_have_their_place_in_its_list() {
    let lines = json!([{ "id": "z", "of": 1 }, { "id": "a", "of": 1 }, { "id": "z", "of": 1 }, { "id": "m", "of": 1 }]);
    let server = Server::start(move |call| match call.path.as_str() {
        "/x" => ok(json!([{ "id": 1 }])),
        _ => ok(lines.clone()),
    })
    .await;
    let tables = "[[table]]\nname = \"x\"\nkey = \"id\"\npath = \"/x\"\n[table.columns]\nid = \"int\"\n\
        [[table]]\nname = \"lines\"\nkey = [\"of\", \"id\"]\nparent = { table = \"x\", column = \"of\", key = \"id\" }\n\
        path = \"/lines/{parent.id}\"\npaging = { kind = \"none\" }\nposition = \"place\"\n\
        [table.columns]\nof = \"int\"\nid = \"text\"\nplace = \"int\"\n";
    let desk = Desk::new(&server, tables);
    let manifest = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&manifest, "lines", &["id", "place"]).await, ["a|1", "m|2", "z|0"]);
}
