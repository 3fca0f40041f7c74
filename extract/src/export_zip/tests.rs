//! Whole exports, from zip to staged rows.

use std::io::Write as _;

use crate::testing::Desk;

const HEADER: &str = "#|Tracking ID|Date|Updated|First reply at|Resolved at|Name|Email|Followers|Category|Priority|Status|Subject|Message|\
    Owner|Replies|Replies (Staff)|Time worked|Due date|Order &amp; no|Bought|Ticket History|Reply messages|Ticket URL";

fn sheet(rows: &[&str]) -> String {
    let cell = |text: &str| match text.strip_prefix('@') {
        Some(time) => format!("<Cell><Data ss:Type=\"DateTime\">{time}.000</Data></Cell>"),
        None => format!("<Cell><Data ss:Type=\"String\"><![CDATA[{text}]]></Data></Cell>"),
    };
    let row = |row: &&str| format!("<Row>{}</Row>", row.split('|').map(cell).collect::<String>());
    format!(
        "<?xml version=\"1.0\"?><Workbook xmlns:ss=\"x\"><Table>{}</Table></Workbook>",
        rows.iter().map(row).collect::<String>()
    )
}

fn desk(name: &str, sheet: &str) -> Desk {
    let mut desk = Desk::new("");
    let path = desk.path("export.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(sheet.as_bytes()).unwrap();
    zip.finish().unwrap();
    desk.settings.url = path.to_str().unwrap().to_owned();
    desk.settings.timezone = Some("America/New_York".into());
    desk
}

const NAME: &str = "hesk_export_2026-12-01_10-00-00_123456.xml";

const TICKETS: [&str; 3] = [
    HEADER,
    "7|ABC|@2026-10-01T08:00:00|@2026-10-02T08:00:00|@2026-10-01T09:00:00||Ann & Co|ann@x.example|Doe, J <j@y.example>|Sales & more|\
     Soon|Escalated|5 < 7|a\nb|Rosa \"Ro\" D|2|1|00:10:00||K1|@2014-01-01T00:00:00|<li>x</li>|\
     Reply by Rosa &quot;Ro&quot; D\nDate 2026-10-01T09:00:00.000\nHi <you>\n---\nReply by Ann &amp; Co\nDate 2026-10-02T08:00:00.000\nThanks\n---\n|u",
    "9|DEF|@-0001-11-30T00:00:00|@2026-10-02T08:00:00|@2026-12-01T10:00:00||[Customer]|||Sales & more|Low|New|s|m||0|0|00:00:00||K2||||u",
];

#[tokio::test]
async fn export_becomes_the_tables_that_hesk_would_have() {
    let rows: Vec<String> = TICKETS.iter().map(|r| r.replace("\n     ", "")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let desk = desk(NAME, &sheet(&rows));
    let manifest = desk.extract().await.unwrap();
    let columns = [
        "id",
        "dt",
        "firstreply",
        "u_name",
        "u_email",
        "category",
        "priority",
        "status",
        "subject",
        "message",
        "owner",
        "custom1",
        "custom2",
    ];
    assert_eq!(
        desk.rows(&manifest, "tickets", &columns).await,
        [
            "7|2026-10-01T13:00:00Z|2026-10-01T14:00:00Z|Ann &amp; Co|ann@x.example|1|4|6|5 &lt; 7|a<br />\nb|1|K1|1388534400",
            "9|-|-|[Customer]||1|3|0|s|m|0|K2|",
        ]
    );
    assert_eq!(
        desk.rows(&manifest, "replies", &["id", "replyto", "name", "message", "dt", "staffid"]).await,
        [
            "1|7|Rosa &quot;Ro&quot; D|Hi &lt;you&gt;|2026-10-01T14:00:00Z|1",
            "2|7|Ann &amp; Co|Thanks|2026-10-02T13:00:00Z|0",
        ]
    );
    assert_eq!(desk.rows(&manifest, "categories", &["id", "name"]).await, ["1|Sales &amp; more"]);
    assert_eq!(desk.rows(&manifest, "custom_statuses", &["id", "name"]).await, [r#"6|{"English":"Escalated"}"#]);
    assert_eq!(desk.rows(&manifest, "custom_priorities", &["id", "name"]).await[4], r#"4|{"English":"Soon"}"#);
    assert_eq!(
        desk.rows(&manifest, "custom_fields", &["id", "type", "name"]).await,
        [r#"1|text|{"English":"Order &amp; no"}"#, r#"2|date|{"English":"Bought"}"#]
    );
    assert_eq!(
        desk.rows(&manifest, "customers", &["name", "email"]).await,
        ["Ann &amp; Co|ann@x.example", "Doe, J|j@y.example"]
    );
    assert_eq!(
        desk.rows(&manifest, "ticket_to_customer", &["ticket_id", "customer_id", "customer_type"]).await,
        ["7|1|REQUESTER", "7|2|FOLLOWER"]
    );
    assert_eq!(desk.rows(&manifest, "_defects", &["column_name", "raw"]).await, ["dt|-0001-11-30T00:00:00.000"]);
    assert!(manifest.remarks.iter().any(|r| r.contains("internal notes")));
}

#[tokio::test]
async fn other_language_and_missing_zone_are_refused_with_a_hint() {
    let error = desk(NAME, &sheet(&[&HEADER.replace("Tracking ID", "Sledovací číslo")])).refused().await;
    assert!(
        error.contains("unsupported export language")
            && error.contains("`Sledovací číslo`")
            && error.contains("supported languages: English"),
        "{error}"
    );
    let mut desk = desk(NAME, &sheet(&TICKETS));
    desk.settings.timezone = None;
    assert!(desk.refused().await.contains("[source] timezone"));
}

#[tokio::test]
async fn damaged_and_foreign_zips_are_refused() {
    let whole = sheet(&TICKETS);
    assert!(desk(NAME, &whole[..whole.len() - 30]).refused().await.contains("incomplete or damaged"));
    assert!(desk("x.txt", "text").refused().await.contains("exactly one .xml"));
    assert!(desk(NAME, &sheet(&[HEADER, "1|short"])).refused().await.contains("2 cells for 24 columns"));
    let cut = desk(NAME, &whole);
    let bytes = std::fs::read(&cut.settings.url).unwrap();
    std::fs::write(&cut.settings.url, &bytes[..bytes.len() - 40]).unwrap();
    assert!(cut.refused().await.contains("incomplete or damaged"));
}
