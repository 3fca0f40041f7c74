//! What a spec leaves to be found out: paths, places, members; and what is never called.

use serde_json::{Value, json};

use super::support::{Call, Desk, Said, Server, bytes, ok, page, said};

const CHATS: &str = "[rest.paging]\nkind = \"page\"\nnumber = \"page\"\nsize = \"size\"\nsize_max = 10\n\
    [[table]]\nname = \"chats\"\nkey = \"id\"\npath = [\"/chats\", \"/chat/rooms\", \"/rooms\"]\nrows = [\"items\"]\n\
    total = [\"count\", \"total\"]\nACCESS\n[table.columns]\nid = \"int\"\nroom = { type = \"text\", at = [\"roomName\", \"room.name\"] }\n\
    [[table]]\nname = \"lines\"\nkey = \"id\"\nparent = { table = \"chats\", column = \"chat_id\", key = \"id\" }\n\
    path = [\"/rooms/{parent.id}/lines\", \"/rooms/{parent.id}/messages\"]\npaging = { kind = \"none\" }\nACCESS\n\
    [table.columns]\nid = \"int\"\nchat_id = \"int\"\n";

fn chats(call: &Call) -> Said {
    let rows = [
        json!({ "id": 1, "roomName": "a" }),
        json!({ "id": 2, "roomName": null, "room": { "name": "b" } }),
        json!({ "id": 3 }),
    ];
    match call.path.as_str() {
        "/chats" => said(405, json!({ "message": "no" })),
        "/chat/rooms" => bytes("text/html", b"<html>the app</html>"),
        "/rooms" => page(call, &rows, 10),
        // The first parent has none by any path.
        "/rooms/2/messages" => ok(json!([{ "id": 21 }])),
        "/rooms/3/messages" => ok(json!([{ "id": 31 }])),
        _ => said(404, json!("not here")),
    }
}

#[tokio::test]
async fn the_first_path_that_answers_is_taken_and_told() {
    let server = Server::start(chats).await;
    let desk = Desk::new(&server, &CHATS.replace("ACCESS", ""));
    let manifest = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&manifest, "chats", &["id", "room"]).await, ["1|a", "2|b", "3|-"]);
    assert_eq!(manifest.tables["chats"].source_rows, Some(3));
    assert_eq!(desk.rows(&manifest, "lines", &["id", "chat_id"]).await, ["21|2", "31|3"]);
    let told = |what: &str| assert!(manifest.remarks.iter().any(|r| r.starts_with(what)), "{:?}", manifest.remarks);
    told("chats: read from `/rooms`; not from `/chats`: 405 no; not from `/chat/rooms`: what it answers is no list");
    told("lines: read from `/rooms/{parent.id}/messages`; not from");
    // Each was tried once, and not for each page or parent.
    assert_eq!((server.count("/chats"), server.count("/chat/")), (1, 1));
    assert!(server.count("/rooms/3/lines") <= 1);
}

#[tokio::test]
async fn where_no_path_answers_the_table_is_refused() {
    let server =
        Server::start(|call| if call.path == "/rooms" { said(501, json!("no")) } else { said(404, json!("no")) }).await;
    let desk = Desk::new(&server, &CHATS.replace("ACCESS", "access = \"optional\""));
    let manifest = desk.extract().await.unwrap();
    let reason = manifest.tables["chats"].incomplete.clone().unwrap();
    assert!(reason.contains("404 no, for each of `/chats`, `/chat/rooms`, `/rooms`"), "{reason}");
    let error = Desk::new(&server, &CHATS.replace("ACCESS", "")).refused().await;
    assert!(error.contains("the source refuses table `chats`"), "{error}");

    // The page of an app for whatever is not there, and the run goes on.
    let server = Server::start(|_| bytes("text/html", b"<html>the app</html>")).await;
    let desk = Desk::new(&server, &CHATS.replace("ACCESS", "access = \"optional\""));
    let manifest = desk.extract().await.unwrap();
    let reason = manifest.tables["chats"].incomplete.clone().unwrap();
    assert!(reason.contains("an HTML page instead of JSON, for each of"), "{reason}");

    let server = Server::start(|call| if call.path == "/rooms" { chats(call) } else { said(404, json!("no")) }).await;
    let desk = Desk::new(&server, &CHATS.replace("ACCESS", "access = \"optional\""));
    let manifest = desk.extract().await.unwrap();
    let reason = manifest.tables["lines"].incomplete.clone().unwrap();
    assert!(reason.contains("none of its paths answers"), "{reason}");
}

const NAUMEN: &str = "[rest.paging]\nkind = \"offset\"\noffset = \"offset\"\nsize = \"limit\"\nsize_max = 2\n\
    [[table]]\nname = \"calls\"\nkey = \"id\"\npath = \"/find/call\"\nbody = {}\ncolumns_in = \"attrs\"\n\
    [table.columns]\nid = { type = \"text\", at = [\"uuid\", \"UUID\"] }\ntitle = \"text\"\nstate = \"text\"\n\
    client = { type = \"text\", at = \"clientOU.title\" }\nclient_id = { type = \"text\", at = \"clientOU.UUID\" }\nbad = \"text\"\nmark = \"int\"\nworse = { type = \"text\", at = \"worse.of.all\" }\n\
    [[table]]\nname = \"comments\"\nkey = \"UUID\"\nparent = { table = \"calls\", column = \"source\", key = \"id\" }\npath = \"/find/comment\"\n\
    body = { source = \"{parent.id}\" }\npaging = { kind = \"none\" }\ncolumns_in = \"attrs\"\n\
    [table.columns]\nUUID = \"text\"\nsource = { type = \"text\", at = \"source.UUID\" }\ntext = \"text\"\nprivate = \"bool\"\n";

/// Refuses members that it does not know, with a text and 500, as the platform does.
fn naumen(call: &Call) -> Said {
    let rows: Vec<Value> = (1..=3)
        .map(|n| json!({ "UUID": format!("call${n}"), "title": format!("t{n}"), "state": "new", "clientOU": { "UUID": "ou$1", "title": "Ромашка" }, "mark": n }))
        .collect();
    let known = ["UUID", "title", "state", "clientOU", "mark", "source", "text"];
    if let Some(unknown) = call.param("attrs").split(',').find(|name| !known.contains(name)) {
        return Said {
            status: 500, ..bytes("text/plain", format!("Атрибут {unknown} не найден").as_bytes())
        };
    }
    if call.path == "/find/comment" {
        let body: Value = serde_json::from_str(&call.body).unwrap();
        let source = body["source"].as_str().unwrap();
        return ok(json!([{ "UUID": format!("comment{source}"), "source": { "UUID": source }, "text": "t" }]));
    }
    let body: Value = serde_json::from_str(&call.body).unwrap();
    let (from, most) = (body["offset"].as_u64().unwrap() as usize, body["limit"].as_u64().unwrap() as usize);
    ok(rows.into_iter().skip(from).take(most).collect())
}

#[tokio::test]
async fn members_that_the_source_does_not_know_are_found_left_out_and_told() {
    let server = Server::start(naumen).await;
    let desk = Desk::new(&server, NAUMEN);
    let manifest = desk.extract().await.unwrap();
    let columns = ["id", "title", "client", "client_id", "bad", "mark"];
    let rows = desk.rows(&manifest, "calls", &columns).await;
    assert_eq!(rows, ["call$1|t1|Ромашка|ou$1|-|1", "call$2|t2|Ромашка|ou$1|-|2", "call$3|t3|Ромашка|ou$1|-|3"]);
    assert_eq!(manifest.rows("comments"), 3);
    let defects = desk.rows(&manifest, "_defects", &["table_name", "column_name", "raw", "reason"]).await;
    let reason = "the source does not know this member: the column is empty";
    assert_eq!(
        defects,
        [
            format!("calls|bad|bad|{reason}"),
            format!("calls|worse|worse|{reason}"),
            format!("comments|private|private|{reason}")
        ]
    );
    assert!(
        manifest.remarks.iter().any(|r| r == "calls: the source does not know, and is not asked for: uuid, bad, worse"),
        "{:?}",
        manifest.remarks
    );
    assert_eq!(manifest.incomplete().count(), 0);
    // Found once, not for each page and parent.
    let refused = server.calls().iter().filter(|c| naumen(c).status == 500).count();
    assert!(refused <= 12, "{refused}");
}

#[tokio::test]
async fn a_failure_that_stays_is_not_repeated() {
    let server = Server::start(|call| match call.path.as_str() {
        "/find/call" => ok(json!([{ "id": 1 }])),
        _ => Said { status: 500, ..bytes("text/plain", "объект не найден".as_bytes()) },
    })
    .await;
    let tables = "final_if = [\"не найден\"]\n[[table]]\nname = \"calls\"\nkey = \"id\"\npath = \"/find/call\"\npaging = { kind = \"none\" }\n\
        download = { path = \"/get-file/{id}\" }\n[table.columns]\nid = \"int\"\n\
        [[table]]\nname = \"rules\"\nkey = \"id\"\npath = \"/find/rule\"\npaging = { kind = \"none\" }\naccess = \"optional\"\n[table.columns]\nid = \"int\"\n";
    let desk = Desk::new(&server, tables);
    let manifest = desk.extract().await.unwrap();
    assert_eq!((server.count("/get-file/1"), server.count("/find/rule")), (1, 1));
    let reason = manifest.tables["rules"].incomplete.clone().unwrap();
    assert!(reason.contains("500 объект не найден"), "{reason}");
    let defects = desk.rows(&manifest, "_defects", &["reason"]).await;
    assert_eq!(defects[0], "file could not be had: 500 объект не найден");
}

#[tokio::test]
async fn what_the_query_names_is_asked_for_besides_the_columns() {
    let server = Server::start(naumen).await;
    let table = "[[table]]\nname = \"calls\"\nkey = \"id\"\npath = \"/find/call\"\nbody = {}\ncolumns_in = \"attrs\"\n\
        query = { attrs = \"title, odd,mark\" }\n[table.columns]\nid = { type = \"text\", at = \"UUID\" }\nall = { type = \"json\", at = \"\" }\n";
    let paging = NAUMEN.split("[[table]]").next().unwrap();
    let desk = Desk::new(&server, &format!("{paging}{table}"));
    let manifest = desk.extract().await.unwrap();
    assert_eq!(manifest.rows("calls"), 3);
    assert_eq!(server.calls().last().unwrap().param("attrs"), "UUID,title,mark");
    let told = "calls: the source does not know, and is not asked for: odd";
    assert!(manifest.remarks.iter().any(|r| r == told), "{:?}", manifest.remarks);
}

#[tokio::test]
async fn a_key_is_not_left_out_and_a_failure_that_passes_leaves_nothing_out() {
    let server = Server::start(|_| said(500, json!({ "message": "broken" }))).await;
    let error = Desk::new(&server, NAUMEN).refused().await;
    assert!(error.contains("the source answers 500 broken"), "{error}");

    let failed = std::sync::atomic::AtomicBool::new(false);
    let server = Server::start(move |call| {
        if failed.swap(true, std::sync::atomic::Ordering::SeqCst) { naumen(call) } else { said(500, json!("busy")) }
    })
    .await;
    let tables = NAUMEN.replace("\"uuid\", ", "").replace("bad = \"text\"\n", "").replace("private = \"bool\"\n", "");
    let desk = Desk::new(&server, &tables.replace("worse = { type = \"text\", at = \"worse.of.all\" }\n", ""));
    let manifest = desk.extract().await.unwrap();
    assert_eq!((manifest.rows("calls"), manifest.rows("_defects")), (3, 0));
}

#[tokio::test]
async fn what_would_change_the_source_is_never_called() {
    let tables = "[rest.paging]\nkind = \"next_link\"\nat = \"next\"\n[[table]]\nname = \"calls\"\nkey = \"id\"\npath = \"/find/call\"\nrows = [\"items\"]\n\
                  images_in = [\"html\"]\n[table.columns]\nid = \"text\"\nhtml = \"text\"\n";
    let rest = "refused_paths = [\"/delete/\", \"/edit\"]\nimages = [{ link = \"download?uuid={id}\", path = \"/get-file/{id}\" }]\n";
    let answer = |next: &'static str| {
        move |call: &Call| match call.path.as_str() {
            "/find/call" => ok(
                json!({ "items": [{ "id": "1", "html": "<img src=\"/x/../delete/call$1\"><img src='/%64elete/2'>" }], "next": next }),
            ),
            _ => bytes("image/png", b"\x89PNG\r\n\x1a\n0000"),
        }
    };
    let server = Server::start(answer("/rest/EDIT-m2m/call$1?x=1")).await;
    let error = Desk::with(&server, rest, tables).refused().await;
    assert!(error.contains("table `calls`: `") && error.contains("is not called, as it has `/edit` in it"), "{error}");
    assert_eq!(server.count("/rest"), 0);

    let server = Server::start(answer("")).await;
    let desk = Desk::with(&server, rest, tables);
    let manifest = desk.extract().await.unwrap();
    let defects = desk.rows(&manifest, "_defects", &["reason"]).await;
    assert_eq!(defects, ["file could not be had: its address has `/delete/` in it, which is never called"; 2]);
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn images_by_other_addresses_come_from_the_path_that_gives_them() {
    let tables = "[[table]]\nname = \"calls\"\nkey = \"id\"\npath = \"/find/call\"\nimages_in = [\"html\"]\n[table.columns]\nid = \"text\"\nhtml = \"text\"\n";
    let rest = "images = [{ link = \"download?uuid={id}\", path = \"/get-file/{id}\" }]\n[rest.login]\nkind = \"query\"\nname = \"accessKey\"\nvalue = \"{key}\"\n";
    let server = Server::start(|call| match call.path.as_str() {
        "/find/call" => ok(json!([
            { "id": "1", "html": "<img src=\"./download?uuid=file$1\"><img src='https://evil.example/download?uuid=file$1'>" },
            { "id": "2", "html": "<img src=\"http://127.0.0.1/sd/download?uuid=file%242&amp;x=1\"><img src='download?uuid=../delete/1'>" },
        ])),
        "/get-file/file%241" | "/get-file/file%242" => bytes("image/png", b"\x89PNG\r\n\x1a\n0000").with("content-disposition", "inline; filename=\"screen.png\""),
        _ => said(404, json!("no")),
    })
    .await;
    let desk = Desk::with(&server, rest, tables).key("s3cret-key");
    let manifest = desk.extract().await.unwrap();
    let files = desk.rows(&manifest, "files", &["key", "place", "name", "size"]).await;
    assert_eq!(
        files,
        [
            "1|./download?uuid=file$1|screen.png|12",
            "2|download?uuid=../delete/1|-|-",
            "2|http://127.0.0.1/sd/download?uuid=file%242&x=1|screen.png|12",
        ]
    );
    let of_files: Vec<Call> = server.calls().into_iter().filter(|c| c.path.starts_with("/get-file")).collect();
    assert!(of_files.iter().all(|c| c.param("accessKey") == "s3cret-key"));
    assert!(of_files.iter().any(|c| c.path == "/get-file/..%2Fdelete%2F1"), "{of_files:?}");
}

#[tokio::test]
async fn a_login_that_is_refused_in_words_ends_at_once() {
    let server = Server::start(|_| Said {
        status: 500,
        ..bytes("text/plain", "ключ авторизации s3cret-key не найден".as_bytes())
    })
    .await;
    let rest = "login_refused_if = [\"ключ авторизации\"]\n[rest.login]\nkind = \"query\"\nname = \"accessKey\"\nvalue = \"{key}\"\n";
    let error = Desk::with(&server, rest, NAUMEN).key("s3cret-key").refused().await;
    assert!(error.contains("refused key of [source] (500 ключ авторизации *** не найден)"), "{error}");
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn dates_of_other_forms_are_read_in_the_zone_of_the_source() {
    let server = Server::start(|_| ok(json!([{ "id": 1, "at": "2022.10.25 18:55:08" }]))).await;
    let tables =
        "[[table]]\nname = \"x\"\nkey = \"id\"\npath = \"/x\"\n[table.columns]\nid = \"int\"\nat = \"timestamp\"\n";
    for (local, at) in [("local_times = true\n", "2022-10-25T15:55:08Z"), ("", "2022-10-25T18:55:08Z")] {
        let rest = format!("dates = [\"%Y.%m.%d %H:%M:%S%.f\"]\n{local}");
        let mut desk = Desk::with(&server, &rest, tables);
        desk.settings.timezone = Some("Europe/Moscow".into());
        let manifest = desk.extract().await.unwrap();
        assert_eq!(desk.rows(&manifest, "x", &["at"]).await, [at]);
    }
}

#[tokio::test]
async fn stopped_on_the_way_it_goes_on_by_the_path_that_was_found() {
    let server = Server::start(|call| match call.path.as_str() {
        "/rooms" => {
            let rows: Vec<Value> = (1..=60).map(|id| json!({ "id": id })).collect();
            page(call, &rows, 2)
        }
        _ => said(404, json!("no")),
    })
    .await;
    let list = CHATS.split("[[table]]").take(2).collect::<Vec<_>>().join("[[table]]").replace("ACCESS", "");
    let mut desk = Desk::new(&server, &list);
    let (context, calls) = (desk.context.clone(), server.clone());
    desk.context.progress = std::sync::Arc::new(move |_| {
        if calls.count("/rooms") > 5 {
            context.cancel.cancel();
        }
    });
    assert!(desk.extract().await.is_err());
    desk.context.cancel = Default::default();
    desk.context.progress = std::sync::Arc::new(|_| {});
    let manifest = desk.resume().await.unwrap();
    assert_eq!(manifest.rows("chats"), 60);
    assert_eq!((server.count("/chats"), server.count("/chat/")), (1, 1));
    assert_eq!(manifest.remarks.iter().filter(|r| r.starts_with("chats: read from `/rooms`")).count(), 1);
}
