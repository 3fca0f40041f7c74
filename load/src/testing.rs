//! A made-up help desk of any size as published contract tables, for tests and benches: every kind of row, and what is hard to
//! load: conversations of one contact and second with one text, equal notes side by side, files, people who no longer exist.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "test code")]

mod contents;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use deskferry_staging::{Context, Manifest, Stage};
use serde_json::{Value, json};

pub use contents::contents;

const CONTRACT: &str = include_str!("../../sql/contract/intercom.sql");
/// Rows that are written at a time.
const BATCH_ROWS: usize = 4_096;
/// When the desk was opened: 2020-09-13.
const OPENED_AT: u64 = 1_600_000_000;

/// Rows of one table, made while they are written.
pub type RowsOf = Box<dyn Iterator<Item = Value> + Send>;

/// How large a desk is.
#[derive(Debug, Clone, Copy)]
pub struct Desk {
    pub conversations: u64,
    /// Messages and notes of each conversation, the first among them.
    pub parts: u64,
    /// Every so many conversations have files; 0: none.
    pub files_every: u64,
}

impl Desk {
    pub fn contacts(&self) -> u64 {
        self.conversations.div_ceil(2).max(1)
    }

    /// Fewest writes that load it. A thread: one for each message and for the files of the first, one for title and attributes
    /// together, one for each tag, for teammate, for team, and to close it. Beside it one for each row, for each company and tag
    /// of a contact, and for each article whose links are filled in.
    pub fn calls_min(&self) -> u64 {
        let has_files = |n: u64| self.files_every > 0 && n.is_multiple_of(self.files_every);
        let on_first = |n: u64| has_files(n) && (self.parts == 1 || (n / self.files_every).is_multiple_of(2));
        let thread = |n: u64| self.parts + u64::from(on_first(n)) + 1 + n % 3 + 2 + u64::from(!n.is_multiple_of(4));
        let contacts = self.contacts();
        let of_contacts = contacts + contacts.div_ceil(10) + contacts / 5 + contacts / 10 + contacts / 20;
        let (attributes, tags, collections, articles, links) = (3, 4, 2, 5, 5);
        let small = attributes + tags + collections + articles + links;
        (1..=self.conversations).map(thread).sum::<u64>() + of_contacts + small
    }

    /// Publishes its tables. Teammates are `ada@desk.example` and `bob@desk.example`, the team is `Support`; one teammate is gone.
    pub async fn publish(self, context: &Context) -> Manifest {
        let mut files = Vec::new();
        for n in 0..10_u64 {
            let bytes = format!("file {n}\n").repeat(100 + 30 * n as usize);
            files.push((context.staging.files().put(bytes.clone().into()).await.unwrap().sha256, bytes.len()));
        }
        publish(context, self.tables(files)).await
    }

    fn tables(self, files: Vec<(String, usize)>) -> BTreeMap<&'static str, RowsOf> {
        let list = |rows: Vec<Value>| -> RowsOf { Box::new(rows.into_iter()) };
        let companies = self.contacts().div_ceil(10);
        BTreeMap::from([
            ("attributes", list(attributes())),
            (
                "tags",
                list(
                    (1..=4)
                        .map(|n| json!({ "source_key": format!("d:tag:{n}"), "name": format!("Tag {n}") }))
                        .collect(),
                ),
            ),
            ("companies", Box::new((1..=companies).map(company)) as RowsOf),
            ("contacts", Box::new((1..=self.contacts()).map(move |n| contact(n, companies)))),
            ("notes", Box::new((1..=self.contacts()).filter(|n| n % 20 == 0).map(note))),
            ("collections", list(collections())),
            ("articles", list((1..=5).map(article).collect())),
            ("admins", list(admins())),
            ("teams", list(vec![json!({ "source_key": "d:team:1", "name": "Support", "used": true })])),
            ("conversations", Box::new((1..=self.conversations).map(move |n| self.conversation(n)))),
            (
                "conversation_parts",
                Box::new((1..=self.conversations).flat_map(move |n| (1..=self.parts).map(move |p| self.part(n, p)))),
            ),
            ("attachments", Box::new((1..=self.conversations).flat_map(move |n| self.attachments(n, &files)))),
        ])
    }

    /// Conversations 50 and 51, 100 and 101 … are twins: contact, time and text are the same.
    fn twin(n: u64) -> u64 {
        if n % 50 == 1 && n > 1 { n - 1 } else { n }
    }

    fn contact_of(&self, n: u64) -> String {
        format!("d:contact:{:07}", Self::twin(n) % self.contacts() + 1)
    }

    fn created_at(n: u64) -> u64 {
        OPENED_AT + Self::twin(n) * 600
    }

    fn conversation(&self, n: u64) -> Value {
        let tags: Vec<String> = (1..=n % 3).map(|t| format!("d:tag:{}", (n + t) % 4 + 1)).collect();
        json!({
            "source_key": format!("d:ticket:{n:07}"), "contact_key": self.contact_of(n), "created_at": Self::created_at(n),
            "title": format!("Ticket {n}"), "state": if n.is_multiple_of(4) { "open" } else { "closed" },
            "assignee_key": format!("d:admin:{}", n % 3 + 1), "team_key": "d:team:1", "is_read": true,
            "closed_by_key": "d:admin:1", "tag_keys": tags,
            "custom_attributes": { "Priority": if n.is_multiple_of(2) { "high" } else { "low" }, "Desk id": n },
        })
    }

    fn part(&self, n: u64, p: u64) -> Value {
        let conversation = format!("d:ticket:{n:07}");
        let (kind, author_type, author) = match p % 4 {
            1 if p == 1 => ("message", "contact", self.contact_of(n)),
            1 => ("comment", "contact", self.contact_of(n)),
            2 => ("comment", "admin", format!("d:admin:{}", n % 3 + 1)),
            _ => ("note", "admin", "d:admin:1".to_owned()),
        };
        let text = match p {
            1 => format!("Hello, this is about order {}.\n\nIt is < 5 & not > 7.", Self::twin(n)),
            // Notes 3 and 4 of a thread are alike in all but their key.
            3 | 4 => "<p>Status changed</p>".to_owned(),
            _ => format!("<p>Message <b>{p}</b> of ticket {n}: we look at it &amp; come back to you.</p>"),
        };
        json!({
            "source_key": format!("{conversation}#{p:05}"), "conversation_key": conversation, "position": p, "part_type": kind,
            "author_type": author_type, "author_key": author, "author_name": format!("Author {author}"), "body": text,
            "created_at": Self::created_at(n) + if p == 4 { 3 } else { p } * 60,
        })
    }

    fn attachments(&self, n: u64, files: &[(String, usize)]) -> Vec<Value> {
        if self.files_every == 0 || !n.is_multiple_of(self.files_every) {
            return Vec::new();
        }
        let part = if self.parts > 1 { 1 + n / self.files_every % 2 } else { 1 };
        let file = |f: u64| {
            let (sha256, size) = &files[((n + f) % files.len() as u64) as usize];
            json!({
                "source_key": format!("d:ticket:{n:07}#{part:05}/{f}"), "part_key": format!("d:ticket:{n:07}#{part:05}"),
                "position": f, "name": format!("file {f}.txt"), "content_type": "text/plain", "size": size, "sha256": sha256,
            })
        };
        (1..=n / self.files_every % 3 + 1).map(file).collect()
    }
}

fn attributes() -> Vec<Value> {
    let one = |n: u64, model: &str, name: &str, data_type: &str| json!({ "source_key": format!("d:attribute:{n}"), "model": model, "name": name, "data_type": data_type });
    let mut priority = one(1, "conversation", "Priority", "list");
    priority["options"] = json!(["low", "high"]);
    vec![priority, one(2, "conversation", "Desk id", "integer"), one(3, "contact", "Customer no", "string")]
}

fn company(n: u64) -> Value {
    json!({ "source_key": format!("d:company:{n:07}"), "company_id": format!("company-{n}"), "name": format!("Company {n}") })
}

fn contact(n: u64, companies: u64) -> Value {
    json!({
        "source_key": format!("d:contact:{n:07}"), "external_id": format!("desk:{n}"), "role": "user",
        "email": format!("person{n}@mail.example"), "name": format!("Person {n}"), "signed_up_at": OPENED_AT,
        "company_keys": if n.is_multiple_of(5) { json!([format!("d:company:{:07}", n % companies + 1)]) } else { Value::Null },
        "tag_keys": if n.is_multiple_of(10) { json!(["d:tag:1"]) } else { Value::Null },
        "custom_attributes": { "Customer no": n.to_string() },
    })
}

fn note(n: u64) -> Value {
    json!({ "source_key": format!("d:note:{n:07}"), "parent_key": format!("d:contact:{n:07}"), "author_key": "d:admin:1",
            "body": "<p>calls often</p>", "created_at": OPENED_AT })
}

fn collections() -> Vec<Value> {
    vec![
        json!({ "source_key": "d:collection:1", "name": "Help", "position": 1 }),
        json!({ "source_key": "d:collection:2", "name": "Inner", "parent_key": "d:collection:1", "position": 2 }),
    ]
}

fn article(n: u64) -> Value {
    let next = n % 5 + 1;
    json!({ "source_key": format!("d:article:{n}"), "parent_key": format!("d:collection:{}", n % 2 + 1), "author_key": "d:admin:1",
            "title": format!("Article {n}"), "body": format!("<p>See <a href=\"deskferry:d:article:{next}\">this</a></p>"),
            "state": "published", "position": n })
}

fn admins() -> Vec<Value> {
    let one = |n: u64, name: &str, email: &str, active: bool| json!({ "source_key": format!("d:admin:{n}"), "name": name, "email": email, "active": active, "used": true });
    vec![
        one(1, "Ada", "ada@desk.example", true),
        one(2, "Bob", "bob@desk.example", true),
        one(3, "Gone", "gone@desk.example", false),
    ]
}

/// Publishes contract tables; those not named are empty. Rows must come in the order of their keys.
///
/// # Panics
/// Where a row has a column that the contract does not.
pub async fn publish(context: &Context, mut tables: BTreeMap<&'static str, RowsOf>) -> Manifest {
    let now = context.now();
    let mut run = context.staging.begin(context.run_id(), Stage::Transform, "intercom", now).unwrap();
    for (table, columns) in contract() {
        let mut rows = tables.remove(table.as_str()).unwrap_or_else(|| Box::new(std::iter::empty()));
        let mut writer = run.table(&table, batch(&[], &columns).schema()).unwrap();
        loop {
            let some: Vec<Value> = rows.by_ref().take(BATCH_ROWS).collect();
            if some.is_empty() {
                break;
            }
            for key in some.iter().flat_map(|r| r.as_object().unwrap().keys()) {
                assert!(columns.iter().any(|(name, _)| name == key), "{table} has no column {key}");
            }
            writer.write(&batch(&some, &columns)).await.unwrap();
        }
        run.add(&table, vec![writer.close().await.unwrap()]);
    }
    assert!(tables.is_empty(), "the contract has no table {:?}", tables.keys());
    run.publish(now).await.unwrap()
}

/// Tables of the contract with their columns and types.
fn contract() -> BTreeMap<String, Vec<(String, String)>> {
    let mut tables = BTreeMap::new();
    let mut table = String::new();
    for line in CONTRACT.lines() {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("CREATE"), Some("TABLE")) => {
                table = words.next().unwrap().to_owned();
                tables.insert(table.clone(), Vec::new());
            }
            (Some("--" | ");"), _) | (None, _) => {}
            (Some(name), Some(data_type)) => {
                let data_type = data_type.trim_end_matches(',').to_owned();
                tables.get_mut(&table).unwrap().push((name.to_owned(), data_type));
            }
            _ => {}
        }
    }
    tables
}

fn batch(rows: &[Value], columns: &[(String, String)]) -> RecordBatch {
    let (fields, arrays): (Vec<_>, Vec<_>) =
        columns.iter().map(|(name, data_type)| column(rows, name, data_type)).unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

fn column(rows: &[Value], name: &str, data_type: &str) -> (Field, ArrayRef) {
    let values = rows.iter().map(|r| &r[name]);
    let (data_type, array): (DataType, ArrayRef) = match data_type {
        "BIGINT" => (DataType::Int64, Arc::new(values.map(Value::as_i64).collect::<Int64Array>())),
        "BOOLEAN" => {
            (DataType::Boolean, Arc::new(values.map(|v| Some(v.as_bool().unwrap_or(false))).collect::<BooleanArray>()))
        }
        "TIMESTAMP" => {
            let micros = values.map(|v| v.as_i64().map(|s| s * 1_000_000)).collect::<TimestampMicrosecondArray>();
            (DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), Arc::new(micros.with_timezone("UTC")))
        }
        _ => {
            let text = |v: &Value| match v {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
            (DataType::Utf8, Arc::new(values.map(text).collect::<StringArray>()))
        }
    };
    (Field::new(name, data_type, true), array)
}
