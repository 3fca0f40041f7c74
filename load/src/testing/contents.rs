//! A whole workspace as sorted texts: what two loads of the same tables can be compared by.
//!
//! Everything that the API shows is in it but ids, addresses and times that every load gives anew. Where an id tells something
//! (a tag on a contact, the parent of an article), the name of what it stands for takes its place.

use std::collections::HashMap;
use std::time::Duration;

use deskferry_http::{Client, Request, Secret, Token};
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::{Map, Value, json};

use crate::Result;
use crate::intercom::{id_of, list, pages};

/// Reads at a time.
const AT_ONCE: usize = 8;
/// Fields that every load gives anew.
const ANEW: [&str; 9] =
    ["id", "url", "updated_at", "notified_at", "applied_at", "statistics", "workspace_id", "app_id", "waiting_since"];

/// What is in the workspace at `url`, one text for each row, sorted.
///
/// # Errors
/// `Http`, `Reply`.
pub async fn contents(url: &str) -> Result<Vec<String>> {
    let client = client(url)?;
    let mut names = Names::default();
    let mut rows: Vec<(&str, Value)> = Vec::new();
    for (kind, path, per_page) in [
        ("tag", "/tags", None),
        ("collection", "/help_center/collections", Some(150)),
        ("contact", "/contacts", Some(150)),
        ("company", "/companies", Some(50)),
        ("article", "/articles", Some(150)),
        ("internal article", "/internal_articles", Some(150)),
        ("attribute", "/data_attributes?model=contact", None),
        ("attribute", "/data_attributes?model=company", None),
        ("attribute", "/conversations/attributes", None),
    ] {
        let found = match per_page {
            Some(per_page) => pages(&client, path, per_page).await?,
            None => list(&client, path, "data").await?,
        };
        for one in found {
            names.learn(kind, &one);
            rows.push((kind, one));
        }
    }
    for (kind, path, field) in [("admin", "/admins", "admins"), ("team", "/teams", "teams")] {
        list(&client, path, field).await?.iter().for_each(|one| names.learn(kind, one));
    }
    let noted = rows.iter().filter(|(kind, one)| *kind == "contact" && one["notes"]["total_count"] != 0);
    let noted: Vec<String> = noted.filter_map(|(_, one)| id_of(&one["id"])).collect();
    let notes = each(&noted, async |id| {
        let notes = pages(&client, &format!("/contacts/{id}/notes"), 150).await?;
        Ok(notes.into_iter().map(|note| ("note", note)).collect())
    });
    rows.extend(notes.await?);
    let threads = conversations(&client).await?;
    rows.extend(
        each(&threads, async |id| {
            Ok(vec![("conversation", client.send(&Request::get(format!("/conversations/{id}"))).await?.json)])
        })
        .await?,
    );
    let mut lines: Vec<String> =
        rows.iter().map(|(kind, one)| format!("{kind} {}", names.plain(kind, one, url))).collect();
    // What no list shows is at least counted.
    let stats = client.send(&Request::get("/_sandbox/stats")).await?.json;
    lines.push(format!("objects {}", stats["objects"]));
    lines.sort();
    Ok(lines)
}

/// A patient client: the sandbox's faults are met here too.
fn client(url: &str) -> Result<Client> {
    let settings = deskferry_http::Settings {
        tokens: vec![Token::new(Secret::new("tok"), "TOKEN")],
        headers: vec![("Intercom-Version".to_owned(), "2.16".to_owned())],
        attempts_max: 50,
        backoff_min: Duration::from_millis(5),
        backoff_max: Duration::from_millis(50),
        ..deskferry_http::Settings::new("Intercom", url)
    };
    #[allow(clippy::disallowed_methods, reason = "test code")]
    let clock = chrono::Utc::now;
    Ok(Client::new(settings, std::sync::Arc::new(clock), std::sync::Arc::new(|| 0))?)
}

/// Ids of all conversations.
async fn conversations(client: &Client) -> Result<Vec<String>> {
    let (mut ids, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut request = Request::get("/conversations").with("per_page", 150);
        if let Some(after) = &after {
            request = request.with("starting_after", after);
        }
        let page = client.send(&request).await?.json;
        ids.extend(page["conversations"].as_array().into_iter().flatten().filter_map(|c| id_of(&c["id"])));
        after = page["pages"]["next"]["starting_after"].as_str().map(ToOwned::to_owned);
        if after.is_none() {
            return Ok(ids);
        }
    }
}

type Rows = Vec<(&'static str, Value)>;

async fn each(ids: &[String], read: impl AsyncFn(&str) -> Result<Rows>) -> Result<Rows> {
    let read = &read;
    let found = futures::stream::iter(ids).map(|id| async move { read(id).await }).buffered(AT_ONCE);
    Ok(found.try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
}

/// What ids stand for, by kind and id.
#[derive(Default)]
struct Names {
    names: HashMap<(String, String), String>,
    articles: Vec<(String, String)>,
}

impl Names {
    fn learn(&mut self, kind: &str, one: &Value) {
        let name = ["external_id", "company_id", "title", "name"].iter().find_map(|field| one[*field].as_str());
        let (Some(id), Some(name)) = (id_of(&one["id"]), name) else { return };
        self.names.insert((kind.to_owned(), id), name.to_owned());
        if let Some(url) = one["url"].as_str().filter(|_| kind == "article") {
            self.articles.push((format!("\"{url}\""), format!("\"article {name}\"")));
        }
    }

    /// `one` without what every load gives anew.
    fn plain(&self, kind: &str, one: &Value, url: &str) -> Value {
        match one {
            Value::Object(map) => {
                let kind = map.get("type").and_then(Value::as_str).unwrap_or(kind);
                let mut out: Map<String, Value> = map
                    .iter()
                    .filter(|(name, _)| !ANEW.contains(&name.as_str()) && (*name != "created_at" || is_told(kind, map)))
                    .map(|(name, value)| (name.clone(), self.field(kind, name, value, url)))
                    .collect();
                let id = map.get("id").and_then(id_of).map(|id| (kind.to_owned(), id));
                if let Some(name) = id.and_then(|id| self.names.get(&id)) {
                    out.insert("is".to_owned(), json!(name));
                }
                if kind == "list" || map.contains_key("total_count") {
                    sort(out.get_mut("data"));
                }
                Value::Object(out)
            }
            Value::Array(list) => list.iter().map(|one| self.plain(kind, one, url)).collect(),
            Value::String(text) if text.contains(url) => {
                let replaced = |text: String, (url, name): &(String, String)| text.replace(url, name);
                json!(self.articles.iter().fold(text.clone(), replaced))
            }
            other => other.clone(),
        }
    }

    fn field(&self, kind: &str, name: &str, value: &Value, url: &str) -> Value {
        let is_parent = matches!(name, "parent_id" | "parent_ids");
        let named = |id: &Value| {
            let id = id_of(id).map(|id| ("collection".to_owned(), id));
            id.and_then(|id| self.names.get(&id)).map(|name| json!(name))
        };
        match value {
            Value::Array(list) if is_parent => list.iter().map(|id| named(id).unwrap_or_default()).collect(),
            id if is_parent => named(id).unwrap_or_default(),
            other => self.plain(kind, other, url),
        }
    }
}

/// Whether a time was told by the loader: events, contacts and the like are stamped when they are made.
fn is_told(kind: &str, map: &Map<String, Value>) -> bool {
    match kind {
        "conversation" => true,
        "conversation_part" => {
            matches!(map.get("part_type").and_then(Value::as_str), Some("comment" | "note"))
        }
        _ => false,
    }
}

/// Tags, companies and notes of a contact come in the order in which they were added.
fn sort(list: Option<&mut Value>) {
    if let Some(Value::Array(list)) = list {
        list.sort_by_key(ToString::to_string);
    }
}
