//! Files: both forms, other hosts, images; what cannot be had is told.

use serde_json::json;

use super::support::{Call, Desk, Said, Server, bytes, ok, said};

const FILES: &str = "[[table]]\nname = \"files_of\"\nkey = \"id\"\npath = \"/files\"\n\
    download = { path = \"/files/{id}\", link = \"link\", name = \"name\", size = \"size\" }\n\
    [table.columns]\nid = \"int\"\nname = \"text\"\nsize = \"int\"\n\
    [[table]]\nname = \"texts\"\nkey = \"id\"\npath = \"/texts\"\nimages_in = [\"html\"]\n[table.columns]\nid = \"int\"\nhtml = \"text\"\n";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000";

fn answer(cdn: String) -> impl Fn(&Call) -> Said {
    move |call| match call.path.as_str() {
        "/files" => ok(json!([
            { "id": 1, "name": "a.txt", "size": 5 }, { "id": 2, "name": "b.json" }, { "id": 3, "name": "c.png" },
            { "id": 4, "name": "d.txt" }, { "id": 5, "name": "e.txt" }, { "id": 6, "name": "f.txt", "size": 9 },
            { "id": 7, "name": "g.pdf" }, { "id": 8, "name": "h.txt" },
        ])),
        "/files/1" => bytes("application/octet-stream", b"hello"),
        "/files/2" => bytes("application/json", b"{\"link\": \"https://evil.example/x\"}")
            .with("content-disposition", "attachment; filename=\"b2.json\""),
        "/files/3" => ok(json!({ "link": format!("{cdn}/c?sig=1") })),
        "/files/4" => said(404, json!("gone")),
        "/files/5" => ok(json!({ "link": "http://169.254.169.254/latest" })),
        "/files/6" => Said { status: 302, ..bytes("text/plain", b"") }.with("location", &format!("{cdn}/redirected")),
        "/files/7" => bytes("text/html", b"<html>log in</html>"),
        "/files/8" => bytes("text/plain", &vec![b'x'; 2 << 20]),
        "/texts" => {
            let image = "<img src=\"/image?token=a&amp;b=1\">";
            let html = format!("{image}<img src='https://other.example/x.png'><img src='data:image/png;base64,aGk='>");
            ok(json!([{ "id": 1, "html": html }, { "id": 2, "html": image }]))
        }
        "/image" => bytes("image/png", PNG),
        _ => said(404, json!("")),
    }
}

#[tokio::test]
async fn files_come_in_both_forms_and_what_cannot_be_had_is_a_defect() {
    let cdn = Server::start(|call| match call.path.as_str() {
        "/c" => bytes("image/png", PNG),
        "/redirected" => bytes("text/plain", b"redirected"),
        _ => said(404, json!("")),
    })
    .await;
    let server = Server::start(answer(cdn.url.clone())).await;
    let rest = "file_mib = 1\nhosts = [\"files.acme.example\"]\n[rest.login]\nkind = \"bearer\"\ntoken = \"{key}\"\n";
    let desk = Desk::with(&server, rest, FILES).key("s3cret-key");
    let manifest = desk.extract().await.unwrap();
    let rows = desk.rows(&manifest, "files", &["table_name", "key", "place", "name", "size", "content_type"]).await;
    assert_eq!(
        rows,
        [
            "files_of|1||a.txt|5|text/plain",
            "files_of|2||b.json|34|application/json",
            "files_of|3||c.png|12|image/png",
            "files_of|4||d.txt|-|-",
            "files_of|5||e.txt|-|-",
            "files_of|6||f.txt|10|text/plain",
            "files_of|7||g.pdf|-|-",
            "files_of|8||h.txt|-|-",
            "texts|1|/image?token=a&b=1|image|12|image/png",
            "texts|1|data:8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4|-|2|image/png",
            "texts|2|/image?token=a&b=1|image|12|image/png",
        ]
    );
    let defects = desk.rows(&manifest, "_defects", &["key", "reason"]).await;
    let wanted = [
        "4|file could not be had: 404 gone",
        "5|file could not be had: it is at 169.254.169.254, which is neither",
        "6|size differs: 9 bytes in the row, 10 in the file",
        "7|file could not be had: the source gives an HTML page",
        "8|file could not be had: the reply to GET /files/8 has more than 1048576 bytes",
    ];
    assert_eq!(defects.len(), wanted.len(), "{defects:?}");
    for (defect, wanted) in defects.iter().zip(wanted) {
        assert!(defect.starts_with(wanted), "{defect}");
    }
    // The login stays with the source; an image that two texts show is fetched once.
    assert_eq!(cdn.calls().len(), 2);
    assert!(cdn.calls().iter().all(|call| call.header("authorization").is_empty()));
    assert_eq!(server.count("/image"), 1);
    let hashes = desk.rows(&manifest, "files", &["sha256"]).await;
    let png = hashes.iter().find(|h| h.len() == 64).unwrap();
    assert!(desk.context.staging.files().contains(png).await.unwrap());
}

#[tokio::test]
async fn an_address_in_our_own_network_is_never_called_though_its_name_is_allowed() {
    let server = Server::start(|call| match call.path.as_str() {
        "/files" => ok(json!([{ "id": 1 }])),
        "/files/1" => ok(json!({ "link": "http://localhost:9/x" })),
        _ => ok(json!([])),
    })
    .await;
    let desk = Desk::with(&server, "hosts = [\"localhost\"]\n", FILES);
    let manifest = desk.extract().await.unwrap();
    let defects = desk.rows(&manifest, "_defects", &["reason"]).await;
    assert!(defects[0].contains("public address"), "{defects:?}");
}
