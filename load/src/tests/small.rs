//! A whole small load, a second one, changes, refusals, reading back.

use arrow::array::AsArray as _;
use deskferry_staging::{Context, Kind, Manifest};
use futures::TryStreamExt as _;
use serde_json::{Value, json};

use super::support::*;
use crate::{Counts, Filter, MissingPeople, Settings, Summary, load, readiness};

fn counts(summary: &Summary, table: &str) -> Counts {
    summary.tables.iter().find(|(t, _)| t == table).map(|(_, c)| *c).unwrap_or_default()
}

fn all_rows(summary: &Summary, f: impl Fn(&Counts) -> u64) -> u64 {
    summary.tables.iter().map(|(_, c)| f(c)).sum()
}

/// Rows of `load.results` as texts: table, key, state, code.
async fn results(context: &Context, run: &deskferry_staging::RunId) -> Vec<String> {
    let manifest: Manifest = context.staging.manifest(run).await.unwrap();
    let batches: Vec<_> = context.staging.read(&manifest, "results").unwrap().try_collect().await.unwrap();
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let text = |column: &str| batch.column_by_name(column).unwrap().as_string::<i32>().value(row);
            rows.push(format!("{} {} {} {}", text("table_name"), text("source_key"), text("state"), text("code")));
        }
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn small_desk_is_loaded_whole_and_the_second_load_sends_nothing() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let summary = load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(all_rows(&summary, |c| c.rejected + c.unknown + c.not_sent + c.drift), 0, "{summary:#?}");
    assert_eq!(counts(&summary, "conversations").created, 3);
    assert_eq!(counts(&summary, "conversation_parts").created, 7);
    assert_eq!(counts(&summary, "attachments").created, 13);
    assert_eq!(counts(&summary, "contacts").created, 4);
    let contents = contents(&url).await.join("\n");
    assert!(contents.contains("<p><em>Zoë &lt;x&gt; wrote:</em></p>"), "{contents}");
    assert!(contents.contains(r#"<a href=\"article Two\">two</a> nine"#), "{contents}");

    let before = writes(&url).await;
    let second = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(writes(&url).await, before);
    assert_eq!(all_rows(&second, |c| c.rows), all_rows(&second, |c| c.same), "{second:#?}");
    assert_eq!(second.writes(), 0);
    assert!(second.calls_total <= 6, "readiness reads only: {}", second.calls_total);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_as_few_as_the_call_budget() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let summary = load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let conversation: u64 = summary
        .calls
        .iter()
        .filter(|(c, _)| c.contains("/conversations") && !c.contains("/attributes") && !c.starts_with("GET"))
        .map(|(_, n)| n)
        .sum();
    // Thread 1: 5 messages, 1 file reply for the first, 1 more for files 11 and 12, 2 participants, 1 update, 2 tags,
    // 2 assignments, 1 close. Threads 2 and 3: create and title.
    assert_eq!(conversation, 5 + 1 + 1 + 2 + 1 + 2 + 2 + 1 + 2 * 2, "{:#?}", summary.calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_rows_are_updated_new_messages_appended_and_drift_is_told() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    let manifest = publish(&context, &tables).await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    tables["contacts"][0]["name"] = json!("New name");
    tables["conversations"][0]["title"] = json!("New title");
    tables["conversation_parts"][1]["body"] = json!("<p>edited</p>");
    let mut part = tables["conversation_parts"][4].clone();
    (part["source_key"], part["position"], part["body"]) = (json!("h:reply:9"), json!(6), json!("<p>appended</p>"));
    tables["conversation_parts"].as_array_mut().unwrap().insert(5, part);
    let manifest = publish(&context, &tables).await;
    let summary = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let writes = summary.calls.iter().filter(|(c, _)| !c.starts_with("GET"));
    let calls: Vec<_> = writes.map(|(c, n)| format!("{c} {n}")).collect();
    assert_eq!(
        calls,
        [
            "POST /conversations/{id}/parts 1",
            "POST /conversations/{id}/reply 1",
            "PUT /contacts/{id} 1",
            "PUT /conversations/{id} 1"
        ]
    );
    assert_eq!(counts(&summary, "contacts").updated, 1);
    assert_eq!(counts(&summary, "conversations").updated, 1);
    assert_eq!((counts(&summary, "conversation_parts").created, counts(&summary, "conversation_parts").drift), (1, 1));
    assert!(contents(&url).await.join("\n").contains("appended"));
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_a_row_no_longer_has_are_taken_off() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    let manifest = publish(&context, &tables).await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    tables["conversations"][0]["tag_keys"] = json!(["h:tag:2"]);
    tables["conversations"][0]["participant_keys"] = json!(null);
    tables["contacts"][0]["company_keys"] = json!(null);
    tables["contacts"][1]["tag_keys"] = json!(null);
    let manifest = publish(&again(&context), &tables).await;
    let planned = crate::plan(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let summary = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(planned.calls, summary.calls);
    let calls: Vec<&str> = summary.calls.keys().map(String::as_str).filter(|c| !c.starts_with("GET")).collect();
    assert_eq!(
        calls,
        [
            "DELETE /contacts/{id}/companies/{id}",
            "DELETE /contacts/{id}/tags/{id}",
            "DELETE /conversations/{id}/customers/{id}",
            "DELETE /conversations/{id}/tags/{id}",
        ]
    );
    assert_eq!((counts(&summary, "contacts").updated, counts(&summary, "conversations").updated), (2, 1));
    let contents = contents(&url).await;
    let one = |begin: &str, has: &str| -> Value {
        let line = contents.iter().find(|line| line.starts_with(begin) && line.contains(has)).unwrap();
        serde_json::from_str(line.split_once(' ').unwrap().1).unwrap()
    };
    let (thread, contact) = (one("conversation ", "\"First\""), one("contact ", "\"h:1\""));
    let length = |list: &Value| list.as_array().unwrap().len();
    assert_eq!(thread["state"], "closed");
    assert_eq!((length(&thread["tags"]["tags"]), length(&thread["contacts"]["contacts"])), (1, 2));
    assert_eq!((length(&contact["tags"]["data"]), length(&contact["companies"]["data"])), (0, 0));
    assert_eq!(contact["notes"]["total_count"], 1);

    let second = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(second.writes(), 0, "{:?}", second.calls);
    tables["conversations"][0]["tag_keys"] = json!(["h:tag:1", "h:tag:2"]);
    let manifest = publish(&again(&context), &tables).await;
    let third = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!((third.writes(), third.calls.get("POST /conversations/{id}/tags")), (1, Some(&1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn article_keeps_its_tags_when_its_links_are_made() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    tables["articles"][0]["tag_keys"] = json!(["h:tag:1"]);
    let manifest = publish(&context, &tables).await;
    let summary = load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(summary.calls.get("POST /articles/{id}/tags"), Some(&1));
    assert!(!summary.calls.keys().any(|call| call.starts_with("DELETE")), "{:?}", summary.calls);
    let second = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(second.writes(), 0, "{:?}", second.calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_went_with_an_article_are_not_written_again() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    let manifest = publish(&context, &tables).await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    // Both it links to are known.
    tables["articles"][0]["body"] = json!("<p>now <a href=\"deskferry:h:art:2\">two</a></p>");
    // The first of these is new.
    tables["articles"][1]["body"] = json!("<p><a href=\"deskferry:h:art:3\">three</a></p>");
    tables["articles"].as_array_mut().unwrap().push(
        json!({ "source_key": "h:art:3", "title": "Three", "author_key": "h:admin:1", "state": "published", "position": 3,
                "body": "<p><a href=\"deskferry:h:art:1\">one</a></p>" }),
    );
    let manifest = publish(&context, &tables).await;
    let planned = crate::plan(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let summary = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(planned.calls, summary.calls);
    let calls = ["POST /articles", "PUT /articles/{id}"].map(|call| summary.calls.get(call).copied());
    assert_eq!(calls, [Some(1), Some(3)], "one for each that has changed, one more for the link to what is new");
    let articles = contents(&url).await.join("\n");
    for linked in [
        "now <a href=\\\"article Two\\\">two",
        "<a href=\\\"article Three\\\">three",
        "<a href=\\\"article One\\\">one",
    ] {
        assert!(articles.contains(linked), "{linked}: {articles}");
    }
    let third = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(third.writes(), 0, "{:?}", third.calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn internal_articles_lead_to_articles_and_follow_their_rows() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    // The second leads to what customers read, the first to what has no address.
    tables["internal_articles"] = json!([
        { "source_key": "h:int:1", "title": "Ours", "author_key": "h:admin:3", "body": "<p><a href=\"deskferry:h:int:2\">more</a></p>" },
        { "source_key": "h:int:2", "title": "Theirs", "author_key": "h:admin:1", "body": "<p><a href=\"deskferry:h:art:1\">one</a></p>" },
    ]);
    let manifest = publish(&context, &tables).await;
    let planned = crate::plan(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let summary = load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(planned.calls, summary.calls);
    assert_eq!(summary.calls.get("POST /internal_articles"), Some(&2));
    let found = contents(&url).await.join("\n");
    assert!(found.contains("<a href=\\\"article One\\\">one") && !found.contains("deskferry:"), "{found}");
    tables["internal_articles"][0]["title"] = json!("Ours alone");
    let manifest = publish(&context, &tables).await;
    let second = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!((second.writes(), second.calls.get("PUT /internal_articles/{id}")), (1, Some(&1)), "{:?}", second.calls);
    assert!(contents(&url).await.join("\n").contains("Ours alone"));
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_rows_are_rejected_with_what_hangs_on_them_and_sent_again_when_asked_or_changed() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    tables["conversations"][0]["custom_attributes"]["Undeclared"] = json!("x");
    tables["contacts"][1]["custom_attributes"] = json!({ "Undeclared": "x" });
    let manifest = publish(&context, &tables).await;
    let summary = load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let rows = results(&context, &summary.run).await;
    assert!(rows.contains(&"conversations h:ticket:1 rejected parameter_invalid".to_owned()), "{rows:#?}");
    assert!(rows.contains(&"conversations h:ticket:2 rejected parent_rejected".to_owned()), "{rows:#?}");
    assert!(rows.contains(&"conversation_parts h:ticket:2#1 rejected parent_rejected".to_owned()), "{rows:#?}");
    assert_eq!(counts(&summary, "contacts").rejected, 1);
    assert_eq!(counts(&summary, "conversations").rejected, 3);

    let before = writes(&url).await;
    let second = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(writes(&url).await, before, "{:?}", second.calls);
    assert_eq!(counts(&second, "conversations").rejected, 3);
    let only = Filter { only: vec!["contacts".into()], ..Filter::default() };
    let third = load(&again(&context), &settings(&url), &manifest, &only).await.unwrap();
    assert_eq!(third.calls.get("POST /contacts"), Some(&1));

    tables["contacts"][1]["custom_attributes"] = json!({});
    tables["conversations"][0]["custom_attributes"] = json!({ "Priority": "low" });
    let manifest = publish(&context, &tables).await;
    let fixed = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(all_rows(&fixed, |c| c.rejected), 0, "{fixed:#?}");
    assert_eq!(counts(&fixed, "conversations").created, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_that_exist_are_taken_over_and_archived_ones_brought_back() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    let first = publish(&context, &tables).await;
    load(&context, &settings(&url), &first, &Filter::default()).await.unwrap();
    let http = reqwest::Client::new();
    let list: serde_json::Value = http
        .get(format!("{url}/contacts"))
        .bearer_auth("t")
        .header("Intercom-Version", "2.16")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let id = list["data"].as_array().unwrap().iter().find(|c| c["external_id"] == "h:3").unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let archived = http
        .post(format!("{url}/contacts/{id}/archive"))
        .bearer_auth("t")
        .header("Intercom-Version", "2.16")
        .send()
        .await
        .unwrap();
    assert!(archived.status().is_success());

    // Another stage, the same workspace: all contacts exist, one is archived; two rows have one address.
    let other = super::support::context();
    tables["contacts"][3]["external_id"] = json!("h:5");
    tables["contacts"][3]["email"] = json!("c1@mail.example");
    for table in ["companies", "notes", "collections", "articles", "conversations", "conversation_parts", "attachments"]
    {
        tables[table] = json!([]);
    }
    tables["contacts"][0]["company_keys"] = json!(null);
    let manifest = publish(&other, &tables).await;
    let summary = load(&other, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let contacts = counts(&summary, "contacts");
    assert_eq!((contacts.created, contacts.updated, contacts.same), (0, 3, 1), "{summary:#?}");
    assert_eq!(
        summary.calls.get("PUT /contacts/{id}"),
        Some(&3),
        "the shared one is changed once: {:?}",
        summary.calls
    );
    assert_eq!(summary.calls.get("POST /contacts/{id}/unarchive"), Some(&1));
    assert_eq!(summary.calls.get("POST /tags"), None, "tags that are there are used");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_teammates_stop_the_load_before_anything_is_sent() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let settings = Settings { placeholder_admin: None, ..settings(&url) };
    let ready = readiness(&context, &settings, Some(&manifest)).await.unwrap();
    assert!(ready.blocks);
    assert_eq!(ready.admins_missing.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["Gone"]);
    assert_eq!(ready.attributes_new.len(), 3);
    let error = load(&context, &settings, &manifest, &Filter::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "missing in the workspace: teammate Gone <gone@desk.example>");
    assert_eq!(error.kind(), Kind::Invalid);
    assert_eq!(writes(&url).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_wait_for_who_is_missing_and_all_others_are_loaded() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let waits = Settings { placeholder_admin: None, missing_people: MissingPeople::Wait, ..settings(&url) };
    assert!(!readiness(&context, &waits, Some(&manifest)).await.unwrap().blocks);
    let summary = load(&context, &waits, &manifest, &Filter::default()).await.unwrap();
    let waiting = summary.waiting.iter().find(|(table, _)| table == "conversations").map_or(0, |(_, rows)| *rows);
    assert!(waiting > 0, "{summary:#?}");
    let threads = manifest.rows("conversations");
    assert_eq!(counts(&summary, "conversations").created + waiting, threads, "{summary:#?}");
    assert_eq!(all_rows(&summary, |c| c.rejected + c.unknown + c.not_sent + c.drift), 0, "{summary:#?}");
    // Somebody stands in now.
    let summary = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(counts(&summary, "conversations").created, waiting, "{summary:#?}");
    assert_eq!(summary.waiting, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn attribute_of_another_type_is_rejected_and_missing_options_are_added() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    let manifest = publish(&context, &tables).await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    tables["attributes"][1]["options"] = json!(["low", "high", "urgent"]);
    tables["attributes"][2]["data_type"] = json!("boolean");
    tables["conversations"][0]["custom_attributes"]["Priority"] = json!("urgent");
    let manifest = publish(&context, &tables).await;
    let summary = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(counts(&summary, "attributes").rejected, 1, "{summary:#?}");
    assert_eq!(summary.calls.get("POST /conversations/attributes/{id}/options"), Some(&1));
    assert_eq!(counts(&summary, "conversations").rejected, 0, "{summary:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rate_limit_is_kept_to_without_a_single_429() {
    let (_sandbox, url) = sandbox("latency=5ms..10ms", Some(40)).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let summary = load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(summary.throttled, 0);
    assert_eq!(summary.granted_per_second, Some(4.0));
    assert_eq!(all_rows(&summary, |c| c.rejected + c.unknown), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_known_by_its_ids_and_not_in_another_workspace() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let sent = crate::sent(&again(&context), &settings(&url)).await.unwrap();
    assert_eq!((sent.contacts.len(), sent.companies.len(), sent.object_types.len()), (4, 1, 1));
    assert_eq!((sent.conversations.len(), sent.tickets.len()), (3, 0));
    let other = deskferry_sandbox::serve(deskferry_sandbox::Settings::default()).await.unwrap();
    let refused = crate::sent(&again(&context), &settings(&format!("http://{}", other.addr()))).await;
    assert!(matches!(refused, Err(crate::Error::Workspace { .. })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_token_ends_the_load_with_a_hint() {
    let settings_of_sandbox = deskferry_sandbox::Settings {
        token: Some("right".into()),
        workspace: workspace_file(),
        ..deskferry_sandbox::Settings::default()
    };
    let sandbox = deskferry_sandbox::serve(settings_of_sandbox).await.unwrap();
    let url = format!("http://{}", sandbox.addr());
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let error = load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(error.to_string().starts_with("Intercom refused INTERCOM_TOKEN (401"), "{error}");
    assert!(error.hint().unwrap().contains("INTERCOM_TOKEN"));
}
