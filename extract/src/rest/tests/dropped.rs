//! Tables that are read from files in a folder.

use std::io::Write as _;
use std::path::Path;

use serde_json::json;

use super::support::{Call, Desk, Said, Server, bytes, ok, said, told};
use crate::{Request, Unfinished};

const TABLES: &str = "local_times = true\ndates = [\"%d.%m.%Y %H:%M\"]\n[[table]]\nname = \"tickets\"\nkey = \"id\"\npath = \"/tickets\"\n[table.columns]\nid = \"int\"\n\
    [[table]]\nname = \"calls\"\nkey = \"id\"\npath = [\"/calls\", \"/call-logs\"]\nparent = { table = \"tickets\", column = \"ticket_id\", key = \"id\" }\n\
    download = { url = \"recording\" }\n\
    [table.columns]\nid = { type = \"int\", at = [\"id\", \"Номер\"] }\nticket_id = { type = \"int\", at = [\"ticketId\", \"Заявка\"] }\n\
    begun = { type = \"timestamp\", at = [\"begun\", \"Начало\"] }\nrecording = { type = \"text\", at = [\"recording\", \"Запись\"] }\nnote = { type = \"text\", at = [\"note\", \"Тема\"] }\ncost = \"float\"\n\
    [[table]]\nname = \"call_tags\"\nkey = [\"call_id\", \"tag\"]\nparent = { table = \"calls\", column = \"call_id\", key = \"id\" }\ninside = \"tags\"\n\
    [table.columns]\ncall_id = \"int\"\ntag = { type = \"text\", at = \"\" }\n";

fn answer(call: &Call) -> Said {
    match call.path.as_str() {
        "/tickets" => ok(json!([{ "id": 1 }, { "id": 2 }, { "id": 3 }])),
        "/r/3.mp3" => bytes("audio/mpeg", b"ID3three"),
        _ => said(404, json!("the calls of this table must not be made")),
    }
}

/// A desk with these files in its folder.
async fn desk(files: &[(&str, &[u8])]) -> (Desk, Server, tempfile::TempDir) {
    let server = Server::start(answer).await;
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let mut desk = Desk::with(&server, "", TABLES);
    desk.settings.drop = Some(folder.path().to_string_lossy().into_owned());
    (desk, server, folder)
}

const COLUMNS: [&str; 6] = ["id", "ticket_id", "begun", "recording", "note", "cost"];

#[tokio::test]
async fn a_table_with_a_file_is_read_from_it_and_not_from_the_api() {
    let csv = "Номер;Заявка;Начало;Запись;Тема;cost\n7;1;02.03.2026 10:00;rec/7.mp3;\"много; слов\n и строк\";1.5\n8;2;;../7.mp3;;\n9;3;;;;x\n";
    let csv = encoding_rs::WINDOWS_1251.encode(csv).0;
    let (mut desk, server, folder) =
        desk(&[("calls.csv", &csv), ("rec/7.mp3", b"ID3seven"), ("people.csv", b"id\n1\n")]).await;
    desk.settings.timezone = Some("Europe/Moscow".into());
    let manifest = desk.extract().await.unwrap();
    let rows = desk.rows(&manifest, "calls", &COLUMNS).await;
    assert_eq!(
        rows,
        ["7|1|2026-03-02T07:00:00Z|rec/7.mp3|много; слов\n и строк|1.5", "8|2|-|../7.mp3|-|-", "9|3|-|-|-|-"]
    );
    let files = desk.rows(&manifest, "files", &["key", "name", "size"]).await;
    assert_eq!(files, ["7|7.mp3|8", "8|-|-", "9|-|-"]);
    let defects = desk.rows(&manifest, "_defects", &["key", "reason"]).await;
    assert_eq!(
        defects,
        ["8|file could not be had: unsafe file name", "9|file could not be had: it has no address", "9|not a number"]
    );
    assert_eq!(server.calls().iter().map(|c| c.path.as_str()).collect::<Vec<_>>(), ["/tickets"]);
    let remark = |text: &str| assert!(manifest.remarks.iter().any(|r| r == text), "{:?}", manifest.remarks);
    remark("calls: read from drop/calls.csv (windows-1251); no call is made for it");
    remark("drop/people.csv is called like no table, and was not read");
    assert_eq!(manifest.hashes["drop/calls.csv"].len(), 64);
    assert_eq!(manifest.tables["calls"].source_rows, Some(3));

    // What differs the next time is what differs in the file.
    std::fs::write(
        folder.path().join("calls.csv"),
        "id,ticketId,begun,recording,note,cost\n7,1,,rec/7.mp3,neu,1.5\n9,3,,,,x\n",
    )
    .unwrap();
    let second = desk.run(&Request { since_last: true, ..Request::default() }).await.unwrap();
    let changes = second.tables["calls"].changes.unwrap();
    assert_eq!((changes.new, changes.changed, changes.gone), (0, 1, 1));
}

/// A workbook with one sheet of these rows; a cell that is a number is one, `'7` a number as text.
fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    sheets(&[("Report", rows, "")])
}

/// A workbook of these sheets: name, rows, and what is merged. The first sheet has its texts in the cells, the others share them.
fn sheets(sheets: &[(&str, &[&[&str]], &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut file = |name: &str, text: &str| {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let types = "http://schemas.openxmlformats.org/package/2006/content-types";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    file("[Content_Types].xml", &format!("<Types xmlns=\"{types}\"/>"));
    file(
        "_rels/.rels",
        &format!(
            "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{relation}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    );
    let list: String = (sheets.iter().enumerate())
        .map(|(n, (name, ..))| format!("<sheet name=\"{name}\" sheetId=\"{0}\" r:id=\"s{0}\"/>", n + 1))
        .collect();
    file(
        "xl/workbook.xml",
        &format!("<workbook xmlns=\"{main}\" xmlns:r=\"{relation}\"><sheets>{list}</sheets></workbook>"),
    );
    let list: String = (1..=sheets.len())
        .map(|n| {
            format!("<Relationship Id=\"s{n}\" Type=\"{relation}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>")
        })
        .collect();
    file(
        "xl/_rels/workbook.xml.rels",
        &format!(
            "<Relationships xmlns=\"{package}\">{list}<Relationship Id=\"r2\" Type=\"{relation}/styles\" Target=\"styles.xml\"/>\
             <Relationship Id=\"r3\" Type=\"{relation}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"
        ),
    );
    file(
        "xl/styles.xml",
        &format!(
            "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
        ),
    );
    let mut shared: Vec<&str> = Vec::new();
    for (number, (_, rows, merged)) in sheets.iter().enumerate() {
        let mut sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>");
        for (at, row) in rows.iter().enumerate() {
            sheet += &format!("<row r=\"{}\">", at + 3);
            for (column, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                let cell = format!("{}{}", char::from(b'A' + column as u8), at + 3);
                sheet += &match text.parse::<f64>() {
                    Ok(date) if date > 40_000.0 => format!("<c r=\"{cell}\" s=\"1\"><v>{text}</v></c>"),
                    Ok(_) => format!("<c r=\"{cell}\"><v>{text}</v></c>"),
                    Err(_) if number == 0 => {
                        format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{}</t></is></c>", text.trim_start_matches('\''))
                    }
                    Err(_) => {
                        shared.push(text.trim_start_matches('\''));
                        format!("<c r=\"{cell}\" t=\"s\"><v>{}</v></c>", shared.len() - 1)
                    }
                };
            }
            sheet += "</row>";
        }
        let regions: String =
            merged.split_whitespace().map(|region| format!("<mergeCell ref=\"{region}\"/>")).collect();
        let regions = if regions.is_empty() { regions } else { format!("<mergeCells>{regions}</mergeCells>") };
        file(&format!("xl/worksheets/sheet{}.xml", number + 1), &(sheet + "</sheetData>" + &regions + "</worksheet>"));
    }
    let texts: String = shared.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
    file("xl/sharedStrings.xml", &format!("<sst xmlns=\"{main}\">{texts}</sst>"));
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn every_form_gives_the_same_rows() {
    let rows = ["1|1|2026-03-02T10:00:00Z|-|a & b|1.5", "2|3|-|-|-|-"];
    let xlsx = workbook(&[
        &["id", "ticketId", "begun", "note", "cost"],
        &["1", "1", "46083.416666666664", "a &amp; b", "1.5"],
        &["2", "3", "", "", ""],
    ]);
    let one = "{\"id\":1,\"ticketId\":1,\"begun\":\"2026-03-02T10:00:00Z\",\"note\":\"a & b\",\"cost\":1.5,\"tags\":[\"x\",\"y\"]}";
    let two = "{\"id\":\"2\",\"ticketId\":3,\"note\":null}";
    let xml = "<?xml version=\"1.0\"?><export><meta/><calls count=\"2\"><call id=\"1\"><ticketId>1</ticketId><begun>2026-03-02T10:00:00Z</begun><note>a &amp; b</note><cost>1.5</cost><tags>x</tags><tags>y</tags></call><call><id>2</id><ticketId>3</ticketId></call></calls></export>";
    let forms: [(&str, Vec<u8>); 9] = [
        ("calls.csv", b"id,ticketId,begun,note,cost,tags\r\n1,1,02.03.2026 10:00,a & b,1.5,\"[\"\"x\"\",\"\"y\"\"]\"\r\n2,3,,,,\r\n".to_vec()),
        ("calls.tsv", b"\xef\xbb\xbfid\tticketId\tbegun\tnote\tcost\n1\t1\t2026-03-02 10:00:00\ta & b\t1.5\n2\t3\t\t\t\n".to_vec()),
        ("calls.xlsx", xlsx),
        ("calls.json", format!("[{one},\n{two}]").into_bytes()),
        ("calls.json", format!("{{\"total\":2,\"items\":[{one},{two}]}}").into_bytes()),
        ("calls.json", format!("{{\n\"total\":2,\n\"items\":[{one},\n{two}]\n}}").into_bytes()),
        ("calls.json", format!("{one}\n{two}\n").into_bytes()),
        ("calls/b.ndjson", format!("{one}\n\n{two}").into_bytes()),
        ("calls.xml", xml.as_bytes().to_vec()),
    ];
    for (name, bytes) in forms {
        let (mut desk, _server, _folder) = desk(&[(name, &bytes)]).await;
        desk.spec.tables[1].rows = vec!["items".into()];
        let manifest = desk.extract().await.unwrap_or_else(|e| panic!("{name}: {}", told(&e)));
        assert_eq!(desk.rows(&manifest, "calls", &COLUMNS).await, rows, "{name}");
        let tags = desk.rows(&manifest, "call_tags", &["call_id", "tag"]).await;
        let has_tags = !matches!(name, "calls.tsv" | "calls.xlsx");
        assert_eq!(tags.len(), if has_tags { 2 } else { 0 }, "{name}");
    }
}

#[tokio::test]
async fn several_files_are_one_table_and_a_key_that_comes_again_is_one_row() {
    let files: [(&str, &[u8]); 3] = [
        ("calls/1.csv", b"id,ticketId\n1,1\n2,2\n2,3\n"),
        ("calls/2.json", b"[{\"id\": 2, \"ticketId\": 2}, {\"id\": 3, \"ticketId\": 3}]"),
        ("calls/~$1.csv", b"\0\0"),
    ];
    let (desk, _server, _folder) = desk(&files).await;
    let manifest = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&manifest, "calls", &["id", "ticket_id"]).await, ["1|1", "2|2", "3|3"]);
    assert!(manifest.remarks.iter().any(|r| r.starts_with("calls: 1 records have the key")), "{:?}", manifest.remarks);

    let sample = Request { sample: Some(1), unfinished: Unfinished::Discard, ..Request::default() };
    let manifest = desk.run(&sample).await.unwrap();
    // The other row of this key belongs to no ticket of the sample.
    assert_eq!(desk.rows(&manifest, "calls", &["id", "ticket_id"]).await, ["2|3", "3|3"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told_with_its_line_and_nothing_is_published() {
    let deep = format!("<a><b>1</b><b>2</b>{}", "<c>".repeat(80));
    let cases: [(&str, &[u8], &str); 11] = [
        ("calls.csv", b"id,ticketId\n1,1\n2\n", "`drop/calls.csv line 3` cannot be read: 1 fields instead of 2"),
        ("calls.csv", b"id,id\n1,1\n", "line 1` cannot be read: the column `id` is there twice"),
        ("calls.csv", b"id,note\n1,x\n", "line 2` cannot be read: the record has no `ticketId`"),
        (
            "calls.json",
            b"[{\"id\": 1, \"ticketId\": 1},\n{\"id\": 2,]",
            "`drop/calls.json line 2` cannot be read: no JSON",
        ),
        ("calls.json", b"{\"total\":\n 3}", "no array of records is in it"),
        (
            "calls.ndjson",
            b"{\"id\": 1, \"ticketId\": 1}\n\n{\"id\"\n",
            "`drop/calls.ndjson line 3` cannot be read: no JSON",
        ),
        ("calls.xml", b"<!DOCTYPE x [<!ENTITY a \"b\">]>\n<x/>", "declares a document type"),
        ("calls.xml", b"<x>\n<y>&a;</y></x>", "`drop/calls.xml line 2` cannot be read: it uses an entity of its own"),
        ("calls.xml", b"<x>\n<y>1</y><y>", "it ends early"),
        ("calls.xml", deep.as_bytes(), "too deep inside of each other"),
        ("calls.xlsx", b"PK\x03\x04 and no more", "no workbook"),
    ];
    for (name, bytes, wanted) in cases {
        let (desk, _server, _folder) = desk(&[(name, bytes)]).await;
        let error = desk.refused().await;
        assert!(error.contains(wanted), "{wanted} not in {error}");
    }
    let (mut desk, _server, _folder) = desk(&[]).await;
    desk.settings.drop = Some("/nowhere/to/be/found".into());
    assert!(desk.refused().await.contains("[source] drop"));
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.mp3"), b"ID3secret").unwrap();
    let rows = format!(
        "id,ticketId,recording\n1,1,{}\n2,2,rec/link.mp3\n3,3,rec/../../secret.mp3\n4,3,http://HOST/r/3.mp3\n",
        outside.path().join("secret.mp3").display()
    );
    let (desk, server, folder) = desk(&[("rec/x.mp3", b"ID3")]).await;
    std::fs::write(folder.path().join("calls.csv"), rows.replace("http://HOST", &server.url)).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.mp3"), Path::new(folder.path()).join("rec/link.mp3"))
        .unwrap();
    let manifest = desk.extract().await.unwrap();
    let files = desk.rows(&manifest, "files", &["key", "size"]).await;
    assert_eq!(files, ["1|-", "2|-", "3|-", "4|8"]);
    assert_eq!(server.count("/r/3.mp3"), 1);
}

#[tokio::test]
async fn of_a_workbook_the_right_sheet_is_read_below_its_titles() {
    let other: &[&[&str]] = &[&["nothing"], &["of this table"]];
    // A title, groups of columns above their names, a name that reaches down.
    let calls: &[&[&str]] = &[
        &["Отчёт по звонкам"],
        &["Номер", "Заявка", "Разговор", "", ""],
        &["", "", "Начало", "Тема", "cost"],
        &["'0007", "'1", "46083.416666666664", "'00123", "'1.5"],
        &["8", "3", "", "&lt;нет&gt;", ""],
    ];
    let merged = "A3:E3 A4:A5 B4:B5 C4:E4";
    let book = sheets(&[("Report", other, ""), ("Calls", calls, merged)]);
    let (desk, _server, _folder) = desk(&[("calls.xlsx", &book)]).await;
    let manifest = desk.extract().await.unwrap();
    let rows = desk.rows(&manifest, "calls", &COLUMNS).await;
    assert_eq!(rows, ["7|1|2026-03-02T10:00:00Z|-|00123|1.5", "8|3|-|-|<нет>|-"]);

    // A title that is one cell; and a value that nothing names.
    let plain: &[&[&str]] = &[&["Выгрузка"], &["id", "ticketId"], &["1", "2", "x"]];
    let (desk, _server, _folder) = self::desk(&[("calls.xlsx", &sheets(&[("x", plain, "")]))]).await;
    let error = desk.refused().await;
    assert!(error.contains("`drop/calls.xlsx line 5` cannot be read: column 3 has a value, but no name"), "{error}");
}
