//! Rollbacks against the sandbox: the workspace is afterwards what it was before the load.

mod before;
mod killed;
mod whole;

use deskferry_staging::{Context, Manifest};
use serde_json::{Value, json};

use super::support::*;
use crate::{RollbackFilter, RollbackSummary, Undone};

async fn send(url: &str, method: &str, path: &str, body: Value) -> Value {
    let request = HTTP.request(method.parse().unwrap(), format!("{url}{path}")).bearer_auth("tok");
    let reply = request.header("Intercom-Version", "2.16").json(&body).send().await.unwrap();
    assert!(reply.status().is_success(), "{method} {path}: {}", reply.status());
    let text = reply.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Reads; a refusal is its status. The sandbox's faults are met here too.
async fn read(url: &str, path: &str) -> Value {
    loop {
        let request = HTTP.get(format!("{url}{path}")).bearer_auth("tok");
        let Ok(reply) = request.header("Intercom-Version", "2.16").send().await else { continue };
        match reply.status().as_u16() {
            404 | 410 => return json!(reply.status().as_u16()),
            200 => return reply.json().await.unwrap(),
            _ => {}
        }
    }
}

/// People, a company, tags, attributes, an object, an article and a conversation that were there before us. Returns the id of the
/// archived contact.
async fn inhabit(url: &str) -> String {
    let attribute = json!({ "name": "Customer no", "model": "contact", "data_type": "string" });
    send(url, "POST", "/data_attributes", attribute).await;
    let options = json!([{ "label": "low" }, { "label": "medium" }]);
    let priority = json!({ "name": "Priority", "data_type": "list", "options": options });
    send(url, "POST", "/conversations/attributes", priority).await;
    let vip = send(url, "POST", "/tags", json!({ "name": "VIP" })).await["id"].clone();
    let old = send(url, "POST", "/tags", json!({ "name": "old" })).await["id"].clone();
    let one = json!({ "email": "c1@mail.example", "external_id": "crm:1", "name": "Former", "phone": "+1",
        "custom_attributes": { "Customer no": "old" } });
    let one = send(url, "POST", "/contacts", one).await["id"].as_str().unwrap().to_owned();
    for tag in [&vip, &old] {
        send(url, "POST", &format!("/contacts/{one}/tags"), json!({ "id": tag })).await;
    }
    let two = json!({ "email": "c2@mail.example", "name": "Archived" });
    let two = send(url, "POST", "/contacts", two).await["id"].as_str().unwrap().to_owned();
    send(url, "POST", &format!("/contacts/{two}/archive"), json!(null)).await;
    let company = json!({ "company_id": "co-1", "name": "Old Acme", "website": "old.example" });
    send(url, "POST", "/companies", company).await;
    let asset = json!({ "external_id": "a1", "external_created_at": 1_500_000_000 });
    send(url, "POST", "/custom_object_instances/Asset", asset).await;
    let opening = json!({ "from": { "type": "user", "id": one }, "body": "theirs", "created_at": 1_500_000_000 });
    send(url, "POST", "/conversations", opening).await;
    send(url, "POST", "/articles", json!({ "title": "Theirs", "author_id": 1, "state": "published" })).await;
    two
}

/// What Intercom keeps of by itself, and archived options, which are as good as gone.
fn stripped(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let own = ["updated_at", "applied_at", "last_replied_at", "statistics", "waiting_since"];
            map.into_iter().filter(|(name, _)| !own.contains(&name.as_str())).map(|(n, v)| (n, stripped(v))).collect()
        }
        Value::Array(list) => list.into_iter().filter(|one| one["archived"] != true).map(stripped).collect(),
        other => other,
    }
}

/// All that is in the workspace.
async fn picture(url: &str, archived: &str) -> String {
    let mut lines = Vec::new();
    for path in [
        "/contacts?per_page=150",
        "/tags",
        "/data_attributes?model=contact",
        "/data_attributes?model=company",
        "/conversations/attributes",
        "/companies?company_id=co-1",
        "/companies?company_id=co-2",
        "/help_center/collections",
        "/articles",
        "/content_snippets",
        "/custom_object_instances/Asset",
    ] {
        let found = read(url, path).await;
        for one in found["data"].as_array().cloned().unwrap_or_default() {
            lines.push(format!("{path} {}", stripped(one)));
        }
    }
    for one in read(url, "/conversations?per_page=150").await["conversations"].as_array().unwrap() {
        let thread = read(url, &format!("/conversations/{}", one["id"].as_str().unwrap())).await;
        lines.push(format!("conversation {}", stripped(thread)));
    }
    lines.push(format!("archived {}", stripped(read(url, &format!("/contacts/{archived}")).await)));
    lines.join("\n")
}

/// What is in the workspace as two loads can be compared by: without the counts, which know of what was deleted, and without archived
/// options.
async fn loaded_rows(url: &str) -> String {
    let mut lines = contents(url).await;
    lines.retain(|line| !line.starts_with("objects "));
    lines.join("\n").replace(r#"{"label":"high","archived":true},"#, "")
}

/// The small desk, its note moved to a contact that we make, and one more company.
async fn tables(context: &Context) -> Value {
    let mut tables = desk(context).await;
    tables["notes"][0]["parent_key"] = json!("h:contact:3");
    let new = json!({ "source_key": "h:co:2", "company_id": "co-2", "name": "New", "tag_keys": ["h:tag:2"] });
    tables["companies"].as_array_mut().unwrap().push(new);
    tables["contacts"][0]["company_keys"] = json!(["h:co:1", "h:co:2"]);
    tables["contacts"][0]["tag_keys"] = json!(["h:tag:1", "h:tag:2"]);
    tables["contacts"][1]["tag_keys"] = json!(["h:tag:1"]);
    tables["custom_objects"][0]["external_created_at"] = json!(1_600_000_000);
    let asset = json!({ "source_key": "h:asset:2", "object_type": "Asset", "external_id": "a2" });
    tables["custom_objects"].as_array_mut().unwrap().push(asset);
    tables
}

fn snippets(url: &str) -> crate::Settings {
    crate::Settings { saved_replies: crate::SavedReplies::Snippets, ..settings(url) }
}

fn all() -> RollbackFilter {
    RollbackFilter::default()
}

fn clean(summary: &RollbackSummary) {
    assert_eq!((&summary.stays[..], &summary.differs[..]), (&[][..], &[][..]), "{summary:#?}");
    assert!(!summary.interrupted);
}

fn counts(tables: &[(String, Undone)], table: &str) -> Undone {
    tables.iter().find(|(name, _)| name == table).map(|(_, counts)| *counts).unwrap_or_default()
}

/// An inhabited workspace, a stage, a manifest; the archived contact and the picture before any load.
async fn scene(faults: &str) -> (deskferry_sandbox::Running, String, Context, Manifest, String, String) {
    let (sandbox, url) = sandbox(faults, None).await;
    let archived = inhabit(&url).await;
    let before = picture(&url, &archived).await;
    let context = context();
    let manifest = publish(&context, &tables(&context).await).await;
    (sandbox, url, context, manifest, archived, before)
}

/// Equal texts; where not, the lines that differ.
fn assert_same(found: &str, wanted: &str) {
    let differing: Vec<_> = found.lines().filter(|line| !wanted.lines().any(|w| w == *line)).collect();
    let missing: Vec<_> = wanted.lines().filter(|line| !found.lines().any(|f| f == *line)).collect();
    assert!(differing.is_empty() && missing.is_empty(), "is there: {differing:#?}\nis not: {missing:#?}");
    assert_eq!(found.lines().zip(wanted.lines()).find(|(f, w)| f != w), None);
}

/// Runs a part of a test in a runtime of its own and drops it when the bell rings.
async fn die<T: Send + 'static>(
    work: impl Future<Output = crate::Result<T>> + Send + 'static,
    dead: std::sync::Arc<tokio::sync::Notify>,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let task = runtime.spawn(work);
    tokio::select! {
        ended = task => drop(ended.unwrap()),
        () = dead.notified() => {}
    }
    runtime.shutdown_background();
}
