//! The checks of `sql/checks/` on the real contract: a good desk passes all, and each bad row is found with its reason.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use chrono::DateTime;
use deskferry_staging::{Context, RunId, Stage, Staging};
use deskferry_transform::{Inputs, Rebuild, Session, Summary, transform};

/// A row as column and SQL value.
type Row<'a> = Vec<(&'a str, &'a str)>;
/// Tables with their rows.
type Tables<'a> = Vec<(&'a str, Vec<Row<'a>>)>;

const AT: &str = "to_timestamp(1700000000)";
const NAMES: &str = "attributes";

fn good() -> Tables<'static> {
    vec![
        (
            NAMES,
            vec![
                vec![
                    ("source_key", "'a:1'"),
                    ("model", "'conversation'"),
                    ("name", "'Plan'"),
                    ("data_type", "'list'"),
                    ("options", r#"'["Free","Pro \"X\""]'"#),
                    ("multiline", "FALSE"),
                ],
                vec![
                    ("source_key", "'a:2'"),
                    ("model", "'conversation'"),
                    ("name", "'Number'"),
                    ("data_type", "'integer'"),
                    ("multiline", "FALSE"),
                ],
                vec![
                    ("source_key", "'a:3'"),
                    ("model", "'contact'"),
                    ("name", "'Plan'"),
                    ("data_type", "'string'"),
                    ("multiline", "FALSE"),
                ],
            ],
        ),
        (
            "contacts",
            vec![vec![
                ("source_key", "'c:1'"),
                ("external_id", "'c:1'"),
                ("role", "'user'"),
                ("email", "'a@x.org'"),
                ("custom_attributes", r#"'{"Plan":"any"}'"#),
            ]],
        ),
        ("admins", vec![vec![("source_key", "'u:1'"), ("name", "'Ann'"), ("active", "TRUE"), ("used", "TRUE")]]),
        ("tags", vec![vec![("source_key", "'g:1'"), ("name", "'vip'")]]),
        (
            "collections",
            vec![
                vec![("source_key", "'k:1'"), ("name", "'Top'"), ("position", "1")],
                vec![("source_key", "'k:2'"), ("parent_key", "'k:1'"), ("name", "'Sub'"), ("position", "2")],
            ],
        ),
        (
            "articles",
            vec![vec![
                ("source_key", "'r:1'"),
                ("parent_key", "'k:2'"),
                ("title", "'T'"),
                ("body", "'<p>x</p>'"),
                ("state", "'draft'"),
                ("position", "1"),
            ]],
        ),
        (
            "conversations",
            vec![vec![
                ("source_key", "'t:1'"),
                ("contact_key", "'c:1'"),
                ("created_at", AT),
                ("state", "'open'"),
                ("is_read", "TRUE"),
                ("assignee_key", "'u:1'"),
                ("tag_keys", r#"'["g:1"]'"#),
                ("custom_attributes", r#"'{"Plan":"Pro \"X\"","Number":12}'"#),
            ]],
        ),
        (
            "conversation_parts",
            vec![part("'p:1'", "'t:1'", "1", "'message'"), part("'p:2'", "'t:1'", "2", "'comment'")],
        ),
        (
            "attachments",
            vec![vec![
                ("source_key", "'f:1'"),
                ("part_key", "'p:2'"),
                ("position", "1"),
                ("name", "'a'"),
                ("content_type", "'b'"),
                ("size", "1"),
                ("sha256", "'ab'"),
            ]],
        ),
    ]
}

fn part(key: &'static str, conversation: &'static str, position: &'static str, kind: &'static str) -> Row<'static> {
    vec![
        ("source_key", key),
        ("conversation_key", conversation),
        ("position", position),
        ("part_type", kind),
        ("author_type", "'contact'"),
        ("author_key", "'c:1'"),
        ("body", "'x'"),
        ("created_at", AT),
    ]
}

/// The columns of the contract's tables with their types, read in the simplest way.
fn columns(contract: &str) -> BTreeMap<&str, Vec<(&str, &str)>> {
    let tables = contract.split("CREATE TABLE ").skip(1).map(|text| {
        let (name, body) = text.split_once(" (").unwrap();
        let lines = body.split("\n);").next().unwrap().lines().map(str::trim).filter(|line| !line.is_empty());
        (
            name,
            lines
                .map(|line| {
                    line.split_once(' ')
                        .map(|(name, rest)| (name, rest.split_whitespace().next().unwrap().trim_end_matches(',')))
                        .unwrap()
                })
                .collect(),
        )
    });
    tables.collect()
}

async fn run(tables: Tables<'_>) -> (Staging, BTreeMap<String, String>, Summary) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let contract = std::fs::read_to_string(root.join("sql/contract/intercom.sql")).unwrap();
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(root.join("sql/checks")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        files.insert(
            format!("sql/checks/{name}"),
            std::fs::read_to_string(root.join("sql/checks").join(&name)).unwrap(),
        );
    }
    let known = columns(&contract);
    for (table, rows) in tables {
        let select = |row: &Row<'_>| {
            let value = |(name, kind): &(&str, &str)| {
                let found = row.iter().find(|(column, _)| column == name).map_or("NULL", |(_, value)| value);
                format!("CAST({found} AS {kind}) AS {name}")
            };
            format!("SELECT {} FROM desk.one", known[table].iter().map(value).collect::<Vec<_>>().join(", "))
        };
        let sql = rows.iter().map(select).collect::<Vec<_>>().join("\nUNION ALL ");
        files.insert(format!("sql/desk/{table}.sql"), format!("-- one row per thing\n{sql}"));
    }
    files.insert("sql/contract/intercom.sql".into(), contract);

    let staging = Staging::in_memory();
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let mut extract = staging.begin(RunId::new(now, 1), Stage::Extract, "desk", now).unwrap();
    let batch = RecordBatch::try_from_iter([("one", Arc::new(Int64Array::from(vec![1])) as ArrayRef)]).unwrap();
    let mut writer = extract.table("one", batch.schema()).unwrap();
    writer.write(&batch).await.unwrap();
    extract.add("one", vec![writer.close().await.unwrap()]);
    extract.publish(now).await.unwrap();
    let inputs = Inputs { partitions: 1, ..Inputs::desk("desk", &files) };
    let summary = transform(&Context::new(staging.clone(), move || now, || 2), &inputs, &Rebuild::All).await.unwrap();
    (staging, files, summary)
}

async fn reasons(table: &str, staging: &Staging, files: &BTreeMap<String, String>) -> Vec<String> {
    let inputs = Inputs { partitions: 1, ..Inputs::desk("desk", files) };
    let session = Session::open(staging, &inputs).await.unwrap();
    let sql =
        format!("SELECT table_name || ' ' || source_key || ': ' || reason AS text FROM intercom.{table} ORDER BY 1");
    let batches = session.collect(&sql).await.unwrap();
    batches
        .iter()
        .flat_map(|batch| batch.column(0).as_string::<i32>().iter().map(|t| t.unwrap().to_owned()).collect::<Vec<_>>())
        .collect()
}

#[tokio::test]
async fn a_good_desk_passes_every_check() {
    let (staging, files, summary) = run(good()).await;
    assert_eq!(reasons("rejects", &staging, &files).await, Vec::<String>::new());
    assert_eq!(summary.warnings, BTreeMap::new());
    assert_eq!(summary.manifest.rows("attachments"), 1);
}

#[tokio::test]
async fn each_bad_row_is_rejected_with_its_reason() {
    let mut tables = good();
    let mut add = |table: &str, row: Row<'static>| {
        tables.iter_mut().find(|(name, _)| *name == table).unwrap().1.push(row);
    };
    let conversation = |key: &'static str, contact: &'static str, json: &'static str| {
        vec![
            ("source_key", key),
            ("contact_key", contact),
            ("created_at", AT),
            ("state", "'open'"),
            ("is_read", "TRUE"),
            ("custom_attributes", json),
        ]
    };
    add(
        "contacts",
        vec![("source_key", "'c:2'"), ("external_id", "'c:1'"), ("role", "'user'"), ("email", "'a@x.org'")],
    );
    add(
        "contacts",
        vec![("source_key", "'c:3'"), ("external_id", "'c:3'"), ("role", "'user'"), ("email", "'no address'")],
    );
    add("conversations", conversation("'t:2'", "'c:3'", "NULL"));
    add("conversation_parts", part("'p:3'", "'t:2'", "1", "'message'"));
    add(
        "attachments",
        vec![
            ("source_key", "'f:2'"),
            ("part_key", "'p:3'"),
            ("position", "1"),
            ("name", "'a'"),
            ("content_type", "'b'"),
            ("size", "1"),
            ("sha256", "'ab'"),
        ],
    );
    add(
        "attachments",
        vec![
            ("source_key", "'f:3'"),
            ("part_key", "'p:2'"),
            ("position", "2"),
            ("name", "'a'"),
            ("content_type", "'b'"),
            ("size", "1"),
        ],
    );
    add("conversations", conversation("'t:3'", "'c:1'", r#"'{"Plan":"Gold"}'"#));
    add("conversations", conversation("'t:4'", "'c:1'", r#"'{"Number":"12"}'"#));
    add("conversations", conversation("'t:5'", "'c:1'", r#"'{"Other":1}'"#));
    add("conversations", conversation("'t:6'", "'c:1'", "'[1'"));
    add("conversations", conversation("'t:7'", "'c:1'", "NULL"));
    add("conversation_parts", part("'p:4'", "'t:1'", "2", "'comment'"));
    add("conversation_parts", part("'p:5'", "'t:9'", "1", "'message'"));
    for (key, conversation) in [("'p:6'", "'t:3'"), ("'p:7'", "'t:4'"), ("'p:8'", "'t:5'"), ("'p:9'", "'t:6'")] {
        add("conversation_parts", part(key, conversation, "1", "'message'"));
    }
    add("collections", vec![("source_key", "'k:3'"), ("parent_key", "'k:3'"), ("name", "'X'"), ("position", "3")]);
    add(
        "articles",
        vec![
            ("source_key", "'r:2'"),
            ("parent_key", "'k:3'"),
            ("title", "'T'"),
            ("state", "'draft'"),
            ("position", "1"),
        ],
    );
    add(
        NAMES,
        vec![
            ("source_key", "'a:4'"),
            ("model", "'company'"),
            ("name", "'plan'"),
            ("data_type", "'string'"),
            ("multiline", "FALSE"),
        ],
    );
    let (staging, files, summary) = run(tables).await;
    let expected = [
        "articles r:2: its collection was rejected",
        "attachments f:2: its message was rejected",
        "attachments f:3: file is missing",
        "attributes a:4: another attribute has its name",
        "collections k:3: its parent is not made before it",
        "contacts c:2: another row has its id for Intercom",
        "contacts c:3: its e-mail is no address",
        "conversation_parts p:3: its conversation was rejected",
        "conversation_parts p:4: another part has its position",
        "conversation_parts p:5: its conversation does not exist",
        "conversation_parts p:6: its conversation was rejected",
        "conversation_parts p:7: its conversation was rejected",
        "conversation_parts p:8: its conversation was rejected",
        "conversation_parts p:9: its conversation was rejected",
        "conversations t:2: its contact was rejected",
        "conversations t:3: attribute Plan is not one of its options",
        "conversations t:4: attribute Number is not a whole number",
        "conversations t:5: attribute Other is not declared",
        "conversations t:6: custom_attributes is no JSON object",
        "conversations t:7: it has no message at position 1",
    ];
    assert_eq!(reasons("rejects", &staging, &files).await, expected);
    assert_eq!(summary.manifest.rows("conversations"), 1);
}
