//! Which rows take part, where a load ends early, and what it tells while it runs.

use std::sync::{Arc, Mutex};

use deskferry_staging::Context;
use futures::StreamExt as _;
use object_store::ObjectStoreExt as _;
use serde_json::json;

use super::support::*;
use crate::testing::Desk;
use crate::{Error, Filter, Settings, load};

#[tokio::test(flavor = "multi_thread")]
async fn load_ends_after_the_table_it_is_told_and_the_next_goes_on() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let filter = Filter { stop_after: Some("contacts".into()), ..Filter::default() };
    let summary = load(&context, &settings(&url), &manifest, &filter).await.unwrap();
    let tables: Vec<&str> = summary.tables.iter().map(|(t, _)| t.as_str()).collect();
    assert_eq!(tables, ["attributes", "tags", "companies", "contacts"]);
    assert!(!contents(&url).await.join("\n").contains("conversation "));
    load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert!(contents(&url).await.join("\n").contains("conversation "));

    let wrong = Filter { stop_after: Some("people".into()), ..Filter::default() };
    let error = load(&again(&context), &settings(&url), &manifest, &wrong).await.unwrap_err();
    assert!(error.to_string().starts_with("--stop-after = `people` is not a table that is loaded"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_refused_contacts_keep_conversations_from_starting() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    for n in 0..3 {
        tables["contacts"][n]["custom_attributes"] = json!({ "Undeclared": "x" });
    }
    let manifest = publish(&context, &tables).await;
    let strict = Settings { reject_rate_max: 0.01, ..settings(&url) };
    let error = load(&context, &strict, &manifest, &Filter::default()).await.unwrap_err();
    assert!(matches!(&error, Error::Rejects { table, rejected: 3, rows: 4, .. } if table == "contacts"), "{error}");
    assert!(error.hint().unwrap().contains("table_name = 'contacts'"));
    let contents = contents(&url).await.join("\n");
    assert!(contents.contains("contact ") && !contents.contains("conversation "), "{contents}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sample_is_closed_and_the_full_load_adds_the_rest() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let desk = Desk { conversations: 60, parts: 5, files_every: 4 };
    let manifest = desk.publish(&context).await;
    let sample = Filter { limit: Some(10), ..Filter::default() };
    let summary = load(&context, &settings(&url), &manifest, &sample).await.unwrap();
    let rows = |table: &str| summary.tables.iter().find(|(t, _)| t == table).map_or(0, |(_, c)| c.created);
    assert_eq!((rows("conversations"), rows("conversation_parts")), (10, 50));
    assert_eq!(rows("contacts"), 10, "the ten who wrote");
    assert_eq!((rows("companies"), rows("articles"), rows("collections")), (2, 0, 0));
    assert!(rows("attachments") > 0);
    assert!(summary.tables.iter().all(|(_, c)| c.rejected + c.unknown == 0), "{summary:#?}");

    load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let sampled = contents(&url).await;
    let (_sandbox, other) = sandbox("", None).await;
    let fresh = super::support::context();
    let manifest = desk.publish(&fresh).await;
    load(&fresh, &settings(&other), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(sampled.join("\n"), contents(&other).await.join("\n"), "a sample first makes no difference");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_ends_with_its_row_count_line() {
    let (_sandbox, url) = sandbox("", None).await;
    let mut context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let lines = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&lines);
    context.progress = Arc::new(move |tick| {
        if tick.is_end {
            told.lock().unwrap().push(format!("{}: {}", tick.table, tick.note));
        }
    });
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let lines = lines.lock().unwrap();
    assert_eq!(lines[0], "attributes: 3 in, 3 created, 0 updated, 0 skipped, 0 rejected, 0 unknown");
    let tables: Vec<&str> = lines.iter().filter_map(|line| line.split(':').next()).collect();
    let wanted = [
        "attributes",
        "tags",
        "companies",
        "contacts",
        "notes",
        "collections",
        "articles",
        "article_links",
        "conversations",
        "conversation_parts",
        "attachments",
        "custom_objects",
    ];
    assert_eq!(tables, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_gone_is_noticed_and_nothing_is_sent() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let (settings, filter) = (settings(&url), Filter::default());
    let first = load(&context, &settings, &manifest, &filter).await.unwrap();
    let sent = writes(&url).await;
    let store = context.staging.store();
    let mut segments = store.list(Some(&"ledger".into()));
    while let Some(segment) = segments.next().await {
        store.delete(&segment.unwrap().location).await.unwrap();
    }
    let rollback = crate::rollback(&again(&context), &settings, &crate::RollbackFilter::default()).await.err();
    let loaded = load(&again(&context), &settings, &manifest, &filter).await.err();
    let planned = crate::plan(&again(&context), &settings, &manifest, &filter).await.err();
    for error in [rollback, loaded, planned] {
        assert!(matches!(&error, Some(Error::LedgerGone { run }) if *run == first.run.as_str()), "{error:?}");
    }
    assert_eq!(writes(&url).await, sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_that_a_load_is_at_work() {
    let (_sandbox, url) = sandbox("latency=20ms..20ms", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let (working, at_work) = (again(&context), Arc::new(tokio::sync::Notify::new()));
    let (tables, settings_of_load, bell) = (manifest.clone(), settings(&url), Arc::clone(&at_work));
    let working = Context { progress: Arc::new(move |_| bell.notify_one()), ..working };
    let load =
        tokio::spawn(async move { load(&working, &settings_of_load, &tables, &Filter::default()).await.unwrap() });
    at_work.notified().await;
    let planned = crate::plan(&again(&context), &settings(&url), &manifest, &Filter::default()).await;
    assert!(matches!(planned, Err(Error::Busy { .. })), "{planned:?}");
    load.await.unwrap();
    crate::plan(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_is_not_loaded_into_a_workspace_that_has_started_anew() {
    let anew = || async {
        let workspace = deskferry_sandbox::WorkspaceFile { id: None, ..workspace_file() };
        let settings = deskferry_sandbox::Settings { workspace, rate: None, ..deskferry_sandbox::Settings::default() };
        let running = deskferry_sandbox::serve(settings).await.unwrap();
        let url = format!("http://{}", running.addr());
        (running, url)
    };
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let (first, url) = anew().await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    first.stop();
    first.stopped().await;
    let (_second, url) = anew().await;
    let error = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap_err();
    assert!(matches!(error, Error::Workspace { .. }), "{error}");
}
