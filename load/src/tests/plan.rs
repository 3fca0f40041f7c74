//! A plan says what the load then does.

use serde_json::{Value, json};

use super::support::*;
use crate::testing::Desk;
use crate::{Filter, Plan, Planned, Summary, load, plan};

fn planned(plan: &Plan, table: &str) -> Planned {
    plan.tables.iter().find(|(t, _)| t == table).map(|(_, p)| *p).unwrap_or_default()
}

/// The load did what the plan said: the same calls, and the same counts per table.
fn agree(plan: &Plan, summary: &Summary) {
    assert_eq!(plan.calls, summary.calls);
    for (table, c) in summary.tables.iter().filter(|(t, _)| t != "article_links") {
        let p = planned(plan, table);
        assert_eq!((p.rows, p.skip, p.reject, p.drift), (c.rows, c.same, c.rejected, c.drift), "{table}");
        let appended_to = if table == "conversations" { p.append } else { 0 };
        let appended = if table == "conversation_parts" { p.append } else { 0 };
        assert_eq!((p.create + appended, p.update + appended_to), (c.created, c.updated), "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_of_a_first_load_names_every_call_and_sends_none() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let (settings, filter) = (settings(&url), Filter::default());
    let plan = plan(&context, &settings, &manifest, &filter).await.unwrap();
    assert_eq!(writes(&url).await, 0);
    assert_eq!(planned(&plan, "conversations"), Planned { rows: 3, create: 3, close: 1, ..Planned::default() });
    assert_eq!(plan.attachment_bytes, 13 * 15);
    let summary = load(&again(&context), &settings, &manifest, &filter).await.unwrap();
    agree(&plan, &summary);
    assert_eq!(plan.calls_total, summary.calls_total, "in an undisturbed load no call goes uncounted");

    let nothing = super::super::plan(&again(&context), &settings, &manifest, &filter).await.unwrap();
    let second = load(&again(&context), &settings, &manifest, &filter).await.unwrap();
    agree(&nothing, &second);
    assert_eq!(second.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_knows_who_is_there_and_what_has_changed() {
    let (_sandbox, url) = sandbox("", None).await;
    let existing = json!({ "role": "user", "email": "C2@mail.example", "external_id": "other" });
    let http = reqwest::Client::new();
    let post = http.post(format!("{url}/contacts")).bearer_auth("tok").header("Intercom-Version", "2.16");
    assert!(post.json(&existing).send().await.unwrap().status().is_success());
    let context = context();
    let mut tables = desk(&context).await;
    // Two people of one e-mail address share a contact, which is as the first of them.
    tables["contacts"][3]["email"] = json!("C1@mail.example");
    let manifest = publish(&context, &tables).await;
    let (settings, filter) = (settings(&url), Filter::default());
    let first = plan(&context, &settings, &manifest, &filter).await.unwrap();
    let summary = load(&again(&context), &settings, &manifest, &filter).await.unwrap();
    agree(&first, &summary);
    let is_shared = |line: &String| line.starts_with("contact ") && line.contains("c1@mail.example");
    let shared: Vec<_> = contents(&url).await.into_iter().filter(is_shared).collect();
    assert!(matches!(&shared[..], [one] if one.contains("Contact 1")), "{shared:#?}");

    tables["contacts"][2]["name"] = json!("New name");
    tables["conversations"][1]["state"] = json!("closed");
    tables["conversation_parts"][1]["body"] = json!("<p>edited</p>");
    let mut part: Value = tables["conversation_parts"][4].clone();
    (part["source_key"], part["position"], part["body"]) = (json!("h:reply:9"), json!(6), json!("<p>appended</p>"));
    tables["conversation_parts"].as_array_mut().unwrap().insert(5, part);
    let manifest = publish(&again(&context), &tables).await;
    let changed = plan(&again(&context), &settings, &manifest, &filter).await.unwrap();
    let conversations = planned(&changed, "conversations");
    assert_eq!((conversations.append, conversations.update, conversations.close), (1, 1, 2));
    assert_eq!((planned(&changed, "conversation_parts").append, planned(&changed, "conversation_parts").drift), (1, 1));
    assert_eq!(planned(&changed, "contacts").update, 1);
    let summary = load(&again(&context), &settings, &manifest, &filter).await.unwrap();
    agree(&changed, &summary);
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_of_a_larger_desk_at_a_granted_rate() {
    let (_sandbox, url) = sandbox("", Some(5_000)).await;
    let context = context();
    let manifest = Desk { conversations: 60, parts: 5, files_every: 4 }.publish(&context).await;
    let (settings, filter) = (settings(&url), Filter::default());
    let plan = plan(&context, &settings, &manifest, &filter).await.unwrap();
    assert_eq!(plan.granted_per_second, Some(500.0));
    let summary = load(&again(&context), &settings, &manifest, &filter).await.unwrap();
    agree(&plan, &summary);
    assert_eq!(plan.calls_total, summary.calls_total);
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_knows_what_it_takes_to_learn_what_a_contact_has() {
    let (_sandbox, url) = sandbox("", None).await;
    let send = async |path: &str, body: Value| -> Value {
        let request = HTTP.post(format!("{url}{path}")).bearer_auth("tok").header("Intercom-Version", "2.16");
        let reply = request.json(&body).send().await.unwrap();
        assert!(reply.status().is_success(), "{path}: {}", reply.status());
        reply.json().await.unwrap()
    };
    let contact = send("/contacts", json!({ "email": "c2@mail.example" })).await["id"].as_str().unwrap().to_owned();
    for n in 0..12 {
        let tag = send("/tags", json!({ "name": format!("tag {n}") })).await["id"].clone();
        send(&format!("/contacts/{contact}/tags"), json!({ "id": tag })).await;
    }
    for n in 0..51 {
        let company = send("/companies", json!({ "company_id": format!("c{n}") })).await["id"].clone();
        send(&format!("/contacts/{contact}/companies"), json!({ "id": company })).await;
    }
    let context = context();
    let mut tables = desk(&context).await;
    let manifest = publish(&context, &tables).await;
    let (settings, filter) = (settings(&url), Filter::default());
    let first = plan(&context, &settings, &manifest, &filter).await.unwrap();
    assert_eq!(first.calls.get("GET /contacts/{id}/companies"), Some(&2), "{:?}", first.calls);
    let summary = load(&again(&context), &settings, &manifest, &filter).await.unwrap();
    agree(&first, &summary);
    assert_eq!(first.calls_total, summary.calls_total, "no call goes uncounted");
    // What it had is known; what is changed is read again.
    tables["contacts"][1]["name"] = json!("New name");
    let manifest = publish(&again(&context), &tables).await;
    let second = plan(&again(&context), &settings, &manifest, &filter).await.unwrap();
    let summary = load(&again(&context), &settings, &manifest, &filter).await.unwrap();
    agree(&second, &summary);
    assert_eq!(second.calls_total, summary.calls_total, "no call goes uncounted");
    assert_eq!(second.calls.get("GET /contacts/{id}/companies"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_knows_who_is_there_where_other_rows_were_loaded_before() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    let all = tables["contacts"].clone();
    tables["contacts"] = Value::Array(all.as_array().unwrap()[..2].to_vec());
    for table in ["conversations", "conversation_parts", "attachments"] {
        tables[table] = json!([]);
    }
    let manifest = publish(&context, &tables).await;
    let (settings, filter) = (settings(&url), Filter::default());
    load(&context, &settings, &manifest, &filter).await.unwrap();
    let theirs = json!({ "email": "c3@mail.example" });
    let request = HTTP.post(format!("{url}/contacts")).bearer_auth("tok").header("Intercom-Version", "2.16");
    assert!(request.json(&theirs).send().await.unwrap().status().is_success());
    // As many rows as the ledger knows, but others.
    tables["contacts"] = Value::Array(all.as_array().unwrap()[2..].to_vec());
    tables["notes"] = json!([]);
    let manifest = publish(&again(&context), &tables).await;
    let second = plan(&again(&context), &settings, &manifest, &filter).await.unwrap();
    let summary = load(&again(&context), &settings, &manifest, &filter).await.unwrap();
    agree(&second, &summary);
}
