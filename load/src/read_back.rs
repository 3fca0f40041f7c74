//! Intercom as it is now, as tables beside those that were sent: run schema `intercom_live`.
//!
//! Lists that are cheap are read whole (contacts, tags, attributes, collections, articles); what no list shows, or shows late, is
//! read by the ids that the ledger knows: conversations (or tickets, in the form of conversations) with their parts, companies, notes, contacts missing from the list.
//! Custom objects and snippets, which few tokens may read, are listed only where the ledger has some. What answers 404 is absent
//! from the tables, and that is the point of reading back.

use std::collections::HashSet;

use deskferry_http::{Client, Request};
use deskferry_staging::{Context, Manifest, RunWriter, Stage};
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use crate::intercom::{Workspace, id_of, list, pages};
use crate::ledger::{self, Memory};
use crate::live::{Kind, LiveTable};
use crate::resolve::ticket;
use crate::settings::{Settings, TicketsAs};
use crate::tables::{self, custom_objects, ticket_types};
use crate::{Error, Result};

/// Reads at a time; the budget of the client holds them back where needed.
const AT_ONCE: usize = 16;

const ADMINS: &[(&str, Kind)] = &[("id", Kind::Text), ("name", Kind::Text), ("email", Kind::Text)];
const TEAMS: &[(&str, Kind)] = &[("id", Kind::Text), ("name", Kind::Text)];
const CONTACTS: &[(&str, Kind)] =
    &[("id", Kind::Text), ("external_id", Kind::Text), ("email", Kind::Text), ("name", Kind::Text)];
const COMPANIES: &[(&str, Kind)] = &[("id", Kind::Text), ("company_id", Kind::Text), ("name", Kind::Text)];
const TAGS: &[(&str, Kind)] = &[("id", Kind::Text), ("name", Kind::Text)];
const COLLECTIONS: &[(&str, Kind)] =
    &[("id", Kind::Text), ("name", Kind::Text), ("parent_id", Kind::Text), ("url", Kind::Text)];
const ARTICLES: &[(&str, Kind)] =
    &[("id", Kind::Text), ("title", Kind::Text), ("state", Kind::Text), ("url", Kind::Text)];
const ATTRIBUTES: &[(&str, Kind)] =
    &[("id", Kind::Text), ("model", Kind::Text), ("name", Kind::Text), ("data_type", Kind::Text)];
const NOTES: &[(&str, Kind)] = &[("id", Kind::Text), ("created_at", Kind::Time)];
const OBJECTS: &[(&str, Kind)] = &[("id", Kind::Text), ("type", Kind::Text), ("external_id", Kind::Text)];
const TICKET_TYPES: &[(&str, Kind)] = &[("id", Kind::Text), ("name", Kind::Text)];
const SNIPPETS: &[(&str, Kind)] = &[("id", Kind::Text), ("title", Kind::Text)];
const CONVERSATIONS: &[(&str, Kind)] = &[
    ("id", Kind::Text),
    ("title", Kind::Text),
    ("state", Kind::Text),
    ("created_at", Kind::Time),
    ("contact_id", Kind::Text),
    ("parts", Kind::Integer),
    ("attachments", Kind::Integer),
    ("tags", Kind::Json),
    ("admin_assignee_id", Kind::Text),
    ("team_assignee_id", Kind::Text),
];
const PARTS: &[(&str, Kind)] = &[
    ("conversation_id", Kind::Text),
    ("part_id", Kind::Text),
    ("part_type", Kind::Text),
    ("author_type", Kind::Text),
    ("author_id", Kind::Text),
    ("created_at", Kind::Time),
    ("attachments", Kind::Integer),
];

/// Reads Intercom and publishes what is there as a run of schema `intercom_live`.
///
/// # Errors
/// `Http` where Intercom refuses the token or does not answer; `Staging`; `Workspace` where the ledger is another workspace's.
pub async fn read_back(context: &Context, settings: &Settings) -> Result<Manifest> {
    let client = settings.client(context)?;
    let workspace = Workspace::read(&client).await?;
    let memory = ledger::replay(context).await?;
    memory.of_workspace(&workspace.id)?;
    let mut run = context.staging.begin(context.run_id(), Stage::Extract, "intercom_live", context.now())?;

    write(&mut run, "admins", ADMINS, &workspace.admins).await?;
    write(&mut run, "teams", TEAMS, &workspace.teams).await?;
    let mut contacts = pages(&client, "/contacts", 150).await?;
    // Two rows may share a contact: it is read once.
    let mut seen: HashSet<String> = contacts.iter().filter_map(|c| id_of(&c["id"])).collect();
    let unseen =
        memory.ids(tables::CONTACTS).filter(|id| seen.insert((*id).to_owned())).map(|id| format!("/contacts/{id}"));
    contacts.extend(each(&client, unseen.collect()).await?);
    write(&mut run, "contacts", CONTACTS, &contacts).await?;
    let companies = memory.ids(tables::COMPANIES).map(|id| format!("/companies/{id}"));
    write(&mut run, "companies", COMPANIES, &each(&client, companies.collect()).await?).await?;
    let notes = memory.ids(tables::NOTES).map(|id| format!("/notes/{id}"));
    write(&mut run, "notes", NOTES, &each(&client, notes.collect()).await?).await?;
    write(&mut run, "tags", TAGS, &list(&client, "/tags", "data").await?).await?;
    write(&mut run, "collections", COLLECTIONS, &pages(&client, "/help_center/collections", 150).await?).await?;
    write(&mut run, "articles", ARTICLES, &pages(&client, "/articles", 150).await?).await?;
    let is_ticket = memory.threads_as() == Some(TicketsAs::Ticket);
    let types = match memory.ids(tables::TICKET_TYPES).next() {
        Some(_) => ticket_types::all(&client).await?,
        None => Vec::new(),
    };
    write(&mut run, "ticket_types", TICKET_TYPES, &types).await?;
    write(&mut run, "attributes", ATTRIBUTES, &attributes(&client, &types, &memory).await?).await?;
    write(&mut run, "custom_objects", OBJECTS, &objects(context, &client, &memory).await?).await?;
    let snippets = match memory.ids(tables::SAVED_REPLIES).next() {
        Some(_) => pages(&client, "/content_snippets", 150).await?,
        None => Vec::new(),
    };
    write(&mut run, "saved_replies", SNIPPETS, &snippets).await?;
    let ids: Vec<String> = memory.ids(tables::CONVERSATIONS).map(ToOwned::to_owned).collect();
    threads(context, &client, &mut run, ids, is_ticket).await?;
    Ok(run.publish(context.now()).await?)
}

/// Custom objects of the types that the newest transform has.
async fn objects(context: &Context, client: &Client, memory: &Memory) -> Result<Vec<Value>> {
    let manifest = context.staging.latest("intercom").await?;
    let Some(manifest) = manifest.filter(|_| memory.ids(tables::CUSTOM_OBJECTS).next().is_some()) else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for object_type in custom_objects::types(&context.staging, &manifest).await? {
        match pages(client, &custom_objects::path(&object_type), 150).await {
            Ok(found) => all.extend(found),
            // The type is not in the workspace, so nothing of it is.
            Err(Error::Http(error)) if matches!(*error, deskferry_http::Error::Refused { status: 404, .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// Of conversations, and of the ticket type that a load has made or used.
async fn attributes(client: &Client, types: &[Value], memory: &Memory) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for model in ["contact", "company"] {
        let found = list(client, &format!("/data_attributes?model={model}"), "data").await?;
        all.extend(found.into_iter().filter(|a| a["custom"] != false));
    }
    let id = memory.id(tables::TICKET_TYPES, ticket_types::KEY);
    let of_tickets = types.iter().filter(|t| id.is_some() && id_of(&t["id"]) == id).flat_map(ticket_types::attributes);
    for mut one in list(client, "/conversations/attributes", "data").await?.into_iter().chain(of_tickets) {
        one["model"] = json!("conversation");
        all.push(one);
    }
    Ok(all)
}

async fn threads(
    context: &Context,
    client: &Client,
    run: &mut RunWriter,
    ids: Vec<String>,
    is_ticket: bool,
) -> Result<()> {
    let mut conversations = LiveTable::open(run, "conversations", CONVERSATIONS)?;
    let mut parts = LiveTable::open(run, "conversation_parts", PARTS)?;
    let total = ids.len() as u64;
    let mut read = futures::stream::iter(ids)
        .map(|id| {
            let client = client.clone();
            async move {
                let path = if is_ticket { ticket::path(&id) } else { format!("/conversations/{id}") };
                let thread = one(&client, path).await?;
                Ok::<_, Error>(if is_ticket { thread.map(ticket::as_conversation) } else { thread })
            }
        })
        .buffered(AT_ONCE);
    let mut done = 0;
    while let Some(thread) = read.try_next().await? {
        done += 1;
        context.tick("intercom_live.conversations", done, Some(total));
        let Some(thread) = thread else { continue };
        let (row, part_rows) = flat(&thread);
        conversations.add(row).await?;
        for part in part_rows {
            parts.add(part).await?;
        }
    }
    conversations.close(run).await?;
    parts.close(run).await
}

/// A conversation as a row, and its messages and notes as rows.
fn flat(thread: &Value) -> (Value, Vec<Value>) {
    let count = |list: &Value| list.as_array().map_or(0, Vec::len);
    let empty = Vec::new();
    let messages: Vec<&Value> = thread["conversation_parts"]["conversation_parts"]
        .as_array()
        .unwrap_or(&empty)
        .iter()
        .filter(|part| matches!(part["part_type"].as_str(), Some("comment" | "note")))
        .collect();
    let attachments = count(&thread["source"]["attachments"])
        + messages.iter().map(|part| count(&part["attachments"])).sum::<usize>();
    let tags: Vec<&Value> =
        thread["tags"]["tags"].as_array().unwrap_or(&empty).iter().map(|tag| &tag["name"]).collect();
    let row = json!({
        "id": thread["id"], "title": thread["title"], "state": thread["state"], "created_at": thread["created_at"],
        "contact_id": thread["contacts"]["contacts"][0]["id"],
        // The opening message is a message too, though Intercom keeps it apart.
        "parts": messages.len() + 1, "attachments": attachments, "tags": tags,
        "admin_assignee_id": thread["admin_assignee_id"], "team_assignee_id": thread["team_assignee_id"],
    });
    let part = |part: &&Value| {
        json!({
            "conversation_id": thread["id"], "part_id": part["id"], "part_type": part["part_type"],
            "author_type": part["author"]["type"], "author_id": part["author"]["id"],
            "created_at": part["created_at"], "attachments": count(&part["attachments"]),
        })
    };
    let source = &thread["source"];
    let opening = json!({
        "conversation_id": thread["id"], "part_id": source["id"], "part_type": "message",
        "author_type": source["author"]["type"], "author_id": source["author"]["id"],
        "created_at": thread["created_at"], "attachments": count(&source["attachments"]),
    });
    (row, std::iter::once(opening).chain(messages.iter().map(part)).collect())
}

async fn each(client: &Client, paths: Vec<String>) -> Result<Vec<Value>> {
    let found = futures::stream::iter(paths).map(|path| async move { one(client, path).await }).buffered(AT_ONCE);
    found.try_filter_map(|one| async move { Ok(one) }).try_collect().await
}

/// One row; `None` where it is gone.
async fn one(client: &Client, path: String) -> Result<Option<Value>> {
    match client.send(&Request::get(path)).await {
        Ok(reply) => Ok(Some(reply.json)),
        Err(deskferry_http::Error::Refused { status: 404 | 410, .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn write(run: &mut RunWriter, table: &str, columns: &'static [(&str, Kind)], rows: &[Value]) -> Result<()> {
    let mut out = LiveTable::open(run, table, columns)?;
    for row in rows {
        out.add(row.clone()).await?;
    }
    out.close(run).await
}
