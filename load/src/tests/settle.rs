//! What cannot be found again is settled by a person.

use deskferry_staging::{Context, Manifest};
use serde_json::{Value, json};

use super::crash::die;
use super::support::*;
use crate::{Filter, StepName, Summary, Verdict, load, settle};

fn unknown(summary: &Summary) -> u64 {
    summary.tables.iter().find(|(t, _)| t == "conversations").map_or(0, |(_, c)| c.unknown)
}

/// A load that died before it made its only conversation, and a conversation of the same contact and second with another text.
async fn doubtful(url: &str) -> (Context, Manifest, String) {
    let context = context();
    let mut tables = desk(&context).await;
    tables["conversations"].as_array_mut().unwrap().truncate(1);
    tables["conversation_parts"].as_array_mut().unwrap().truncate(2);
    tables["attachments"] = json!([]);
    let manifest = publish(&context, &tables).await;
    let until = Filter { stop_after: Some("articles".into()), ..Filter::default() };
    load(&context, &settings(url), &manifest, &until).await.unwrap();
    assert!(die(&context, &manifest, url, 1, Death::Before).await);
    let http = reqwest::Client::new();
    let call = |request: reqwest::RequestBuilder| async move {
        let request = request.bearer_auth("tok").header("Intercom-Version", "2.16");
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let contacts = call(http.get(format!("{url}/contacts"))).await;
    let one = contacts["data"].as_array().unwrap().iter().find(|c| c["external_id"] == "h:1").unwrap();
    let other =
        json!({ "from": { "type": "contact", "id": one["id"] }, "body": "by hand", "created_at": 1_600_000_060 });
    let made = call(http.post(format!("{url}/conversations")).json(&other)).await;
    (context, manifest, made["conversation_id"].as_str().unwrap().to_owned())
}

fn step() -> StepName {
    StepName { table: "conversations".into(), key: "h:ticket:1".into(), step: "create".into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_has_found_is_taken_as_done() {
    let (_sandbox, url) = sandbox("", None).await;
    let (context, manifest, id) = doubtful(&url).await;
    let (settings, filter) = (settings(&url), Filter::default());
    for _ in 0..2 {
        let summary = load(&again(&context), &settings, &manifest, &filter).await.unwrap();
        assert_eq!((unknown(&summary), summary.calls.get("POST /conversations")), (1, None), "never sent by itself");
    }
    settle(&again(&context), &settings, &step(), &Verdict::Is(id)).await.unwrap();
    let summary = load(&again(&context), &settings, &manifest, &filter).await.unwrap();
    assert_eq!((unknown(&summary), summary.calls.get("POST /conversations")), (0, None));
    let contents = contents(&url).await.join("\n");
    assert!(contents.contains("by hand") && !contents.contains("a &lt; b"), "{contents}");
    assert!(contents.contains("\"comment\""), "its messages follow: {contents}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_sent() {
    let (_sandbox, url) = sandbox("", None).await;
    let (context, manifest, _) = doubtful(&url).await;
    let (settings, filter) = (settings(&url), Filter::default());
    assert_eq!(unknown(&load(&again(&context), &settings, &manifest, &filter).await.unwrap()), 1);
    settle(&again(&context), &settings, &step(), &Verdict::Absent).await.unwrap();
    let summary = load(&again(&context), &settings, &manifest, &filter).await.unwrap();
    assert_eq!((unknown(&summary), summary.calls.get("POST /conversations")), (0, Some(&1)));
    let error = settle(&again(&context), &settings, &step(), &Verdict::Absent).await.unwrap_err();
    assert!(error.to_string().contains("has no step `create` of unknown outcome"), "{error}");
}
