//! Threads as tickets: a whole small desk, changes, deaths, faults.

use std::collections::BTreeMap;

use deskferry_staging::{Context, Manifest};
use futures::StreamExt as _;
use serde_json::{Value, json};

use super::support::*;
use crate::{Counts, Filter, Settings, Summary, TicketsAs, load, plan, readiness};

fn as_tickets(url: &str) -> Settings {
    Settings { tickets_as: TicketsAs::Ticket, ..settings(url) }
}

pub(super) async fn send(context: &Context, url: &str, tables: &Value) -> Summary {
    let manifest = publish(context, tables).await;
    load(&again(context), &as_tickets(url), &manifest, &Filter::default()).await.unwrap()
}

fn counts(summary: &Summary, table: &str) -> Counts {
    summary.tables.iter().find(|(t, _)| t == table).map(|(_, c)| *c).unwrap_or_default()
}

fn all_rows(summary: &Summary, f: impl Fn(&Counts) -> u64) -> u64 {
    summary.tables.iter().map(|(_, c)| f(c)).sum()
}

async fn call(url: &str, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
    loop {
        let mut request = reqwest::Client::new()
            .request(method.clone(), format!("{url}{path}"))
            .bearer_auth("tok")
            .header("Intercom-Version", "2.16");
        if let Some(body) = &body {
            request = request.json(body);
        }
        // The sandbox's faults are met here too.
        let Ok(reply) = request.send().await else { continue };
        assert!(!matches!(reply.status().as_u16(), 400..=428), "{path}: {}", reply.text().await.unwrap());
        if reply.status().is_success() {
            return reply.json().await.unwrap();
        }
    }
}

/// All tickets, oldest first.
async fn tickets(url: &str) -> Vec<Value> {
    let query =
        json!({ "query": { "field": "created_at", "operator": ">", "value": 0 }, "pagination": { "per_page": 150 } });
    let found = call(url, reqwest::Method::POST, "/tickets/search", Some(query)).await;
    let mut found = found["tickets"].as_array().unwrap().clone();
    found.sort_by_key(|t| t["id"].as_str().unwrap().parse::<u64>().unwrap());
    found
}

/// What is in the workspace, without ids and times that every load gives anew: items of lists by their label.
async fn whole(url: &str) -> String {
    let mut lines = contents(url).await;
    let types = call(url, reqwest::Method::GET, "/ticket_types", None).await;
    let mut labels = BTreeMap::new();
    for kind in types["data"].as_array().unwrap() {
        let mut names = Vec::new();
        for attribute in kind["ticket_type_attributes"]["data"].as_array().unwrap() {
            names.push(format!("{}:{}", attribute["name"], attribute["data_type"]));
            for item in attribute["input_options"]["list_options"].as_array().into_iter().flatten() {
                labels.insert(item["id"].as_str().unwrap().to_owned(), item["label"].clone());
            }
        }
        names.sort();
        lines.push(format!("type {} {} {}", kind["name"], kind["category"], names.join(" ")));
    }
    for mut ticket in tickets(url).await {
        for (_, value) in ticket["ticket_attributes"].as_object_mut().unwrap() {
            if let Some(label) = value.as_str().and_then(|v| labels.get(v)) {
                *value = label.clone();
            }
        }
        let mut line = format!(
            "ticket {} {} state={} open={} tags={} contacts={} company={} admin={} team={}",
            ticket["ticket_attributes"],
            ticket["created_at"],
            ticket["ticket_state"]["category"],
            ticket["open"],
            ticket["tags"]["tags"].as_array().unwrap().len(),
            ticket["contacts"]["contacts"][0]["external_id"],
            ticket["company_id"].is_string(),
            ticket["admin_assignee_id"],
            ticket["team_assignee_id"]
        );
        for part in ticket["ticket_parts"]["ticket_parts"].as_array().unwrap() {
            let is_message = matches!(part["part_type"].as_str(), Some("comment" | "note"));
            let at = if is_message { part["created_at"].clone() } else { Value::Null };
            let files = part["attachments"].as_array().unwrap().len();
            line += &format!(
                "\n  {} {} {at} {} files={files}",
                part["part_type"].as_str().unwrap(),
                part["author"]["email"].as_str().unwrap(),
                part["body"]
            );
        }
        lines.push(line);
    }
    lines.sort();
    lines.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn small_desk_becomes_tickets_whole_and_the_second_load_sends_nothing() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let tables = desk(&context).await;
    let summary = send(&context, &url, &tables).await;
    assert_eq!(all_rows(&summary, |c| c.rejected + c.unknown + c.not_sent + c.drift), 0, "{summary:#?}");
    assert_eq!(counts(&summary, "ticket_types").created, 1);
    assert_eq!(counts(&summary, "attributes").created, 3);
    assert_eq!(counts(&summary, "conversations").created, 3);
    assert_eq!(counts(&summary, "conversation_parts").created, 7);
    assert_eq!(counts(&summary, "attachments").created, 13);
    let whole = whole(&url).await;
    assert!(!whole.contains("conversation \""), "no conversation was made: {whole}");
    let wanted = r#"ticket {"Hesk id":1,"Priority":"high","_default_title_":"First","_default_description_":"a < b & c\n\nbye"} 1600000060 state="resolved" open=false tags=2 contacts="h:1" company=true admin=3 team=20
  note owner@desk.example 1600000060 "<p>Also took part: Contact 3 &lt;c3@mail.example&gt;</p>" files=0
  note owner@desk.example 1600000060 "<p><em>Zoë &lt;x&gt; wrote:</em></p><p>a.png</p>" files=1
  comment owner@desk.example 1600000120 "<p><em>Zoë &lt;x&gt; wrote:</em></p><p>We <b>look</b></p>" files=0
  comment c4@mail.example 1600000180 "<p>here &amp; there</p>" files=0
  note owner@desk.example 1600000180 "<p><em>Zoë &lt;x&gt; wrote:</em></p><p>file 1.txt, file 2.txt, file 3.txt, file 4.txt, file 5.txt, file 6.txt, file 7.txt, file 8.txt, file 9.txt, file 10.txt</p>" files=10
  note owner@desk.example 1600000180 "<p><em>Zoë &lt;x&gt; wrote:</em></p><p>file 11.txt, file 12.txt</p>" files=2
  note ada@desk.example 1600000240 "<p>same</p>" files=0
  note ada@desk.example 1600000240 "<p>same</p>" files=0
  ticket_state_updated_by_admin ada@desk.example null null files=0
  close ada@desk.example null null files=0
"#;
    assert!(whole.contains(wanted.trim_end()), "{whole}");
    let twin = r#"ticket {"_default_title_":"Twin","_default_description_":"twin"} 1600000060 state="submitted" open=true tags=0 contacts="h:2" company=false admin=0 team=0"#;
    assert_eq!(whole.matches(twin).count(), 2, "{whole}");

    let before = writes(&url).await;
    let second = send(&context, &url, &tables).await;
    assert_eq!(writes(&url).await, before, "{:?}", second.calls);
    assert_eq!(all_rows(&second, |c| c.rows), all_rows(&second, |c| c.same), "{second:#?}");
    assert_eq!(second.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_as_few_as_the_call_budget_and_as_planned() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let planned = plan(&context, &as_tickets(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(writes(&url).await, 0);
    let summary = load(&context, &as_tickets(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(planned.calls, summary.calls);
    let of_tickets: Vec<_> =
        summary.calls.iter().filter(|(c, _)| c.contains(" /ticket")).map(|(c, n)| format!("{c} {n}")).collect();
    // Ticket 1: 4 replies, a note of who took part, 1 file note of the first message, 2 of another, 2 tags, 1 state. Tickets 2
    // and 3: created, and open as they are.
    assert_eq!(
        of_tickets,
        [
            "GET /ticket_types 2",
            "POST /ticket_types 1",
            "POST /ticket_types/{id}/attributes 2",
            "POST /tickets 3",
            "POST /tickets/{id}/reply 8",
            "POST /tickets/{id}/tags 2",
            "PUT /tickets/{id} 1"
        ]
    );
    let again = plan(&again(&context), &as_tickets(&url), &manifest, &Filter::default()).await.unwrap();
    assert!(again.calls.keys().all(|c| c.starts_with("GET ")), "{:?}", again.calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_rows_are_updated_new_messages_appended_and_drift_is_told() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    send(&context, &url, &tables).await;
    tables["conversations"][0]["title"] = json!("New title");
    tables["conversations"][0]["custom_attributes"]["Priority"] = json!("low");
    tables["conversations"][0]["assignee_key"] = json!("h:admin:1");
    tables["conversations"][0]["tag_keys"] = json!(["h:tag:1"]);
    tables["conversations"][1]["state"] = json!("closed");
    tables["conversation_parts"][1]["body"] = json!("<p>edited</p>");
    tables["conversation_parts"][5]["body"] = json!("twin, edited");
    let mut part = tables["conversation_parts"][4].clone();
    (part["source_key"], part["position"], part["body"]) = (json!("h:reply:9"), json!(6), json!("<p>appended</p>"));
    tables["conversation_parts"].as_array_mut().unwrap().insert(5, part);
    let summary = send(&context, &url, &tables).await;
    let calls: Vec<_> =
        summary.calls.iter().filter(|(c, _)| !c.starts_with("GET")).map(|(c, n)| format!("{c} {n}")).collect();
    // Of ticket 1 attributes, assignee and, for its new message, state; of ticket 2 attributes and state.
    assert_eq!(calls, ["DELETE /tickets/{id}/tags/{id} 1", "POST /tickets/{id}/reply 1", "PUT /tickets/{id} 5"]);
    let parts = counts(&summary, "conversation_parts");
    assert_eq!((parts.created, parts.drift, counts(&summary, "conversations").updated), (1, 1, 2));
    let found = tickets(&url).await;
    let of = |text: &str| found.iter().position(|t| t["ticket_attributes"]["_default_description_"] == text).unwrap();
    let (first, twin) = (&found[of("a < b & c\n\nbye")], of("twin, edited"));
    assert_eq!(first["ticket_attributes"]["_default_title_"], "New title");
    assert_eq!(first["admin_assignee_id"], 2);
    assert_eq!(found[twin]["open"], false);
    assert!(whole(&url).await.contains(r#""Priority":"low""#));

    // Opened again at the source: the only default that has to be taken back.
    tables["conversations"][1]["state"] = json!("open");
    let summary = send(&context, &url, &tables).await;
    assert_eq!(summary.writes(), 1, "{:?}", summary.calls);
    let found = tickets(&url).await;
    assert_eq!((&found[twin]["open"], &found[twin]["ticket_state"]["category"]), (&json!(true), &json!("in_progress")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_conversations_does_not_become_tickets_as_well() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let contacts = Filter {
        only: vec!["attributes".into(), "companies".into(), "tags".into(), "contacts".into()],
        ..Filter::default()
    };
    load(&context, &as_tickets(&url), &manifest, &contacts).await.unwrap();
    // No thread is loaded yet: the mind may be changed, and attributes are made for the other choice too.
    let summary = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(all_rows(&summary, |c| c.rejected + c.unknown), 0, "{summary:#?}");
    let before = writes(&url).await;
    let error = load(&again(&context), &as_tickets(&url), &manifest, &Filter::default()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "[load] tickets_as = `ticket` comes too late: 3 threads were loaded as conversations from this stage; roll them \
         back first, or keep \"conversation\""
    );
    assert_eq!(
        plan(&again(&context), &as_tickets(&url), &manifest, &Filter::default()).await.unwrap_err().to_string(),
        error.to_string()
    );
    assert_eq!(writes(&url).await, before);
    load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn type_and_attributes_that_are_there_are_used_and_lists_become_text_where_an_item_has_a_comma() {
    let (_sandbox, url) = sandbox("", None).await;
    let post = |path: String, body: Value| {
        let url = url.clone();
        async move { call(&url, reqwest::Method::POST, &path, Some(body)).await }
    };
    let kind = post("/ticket_types".into(), json!({ "name": "Imported", "category": "Customer" })).await;
    let attributes = format!("/ticket_types/{}/attributes", kind["id"].as_str().unwrap());
    post(
        attributes.clone(),
        json!({ "name": "Priority", "description": "p", "data_type": "list", "list_items": "low,high" }),
    )
    .await;
    post(attributes, json!({ "name": "Hesk id", "description": "h", "data_type": "string" })).await;
    let context = context();
    let mut tables = desk(&context).await;
    tables["attributes"][1]["options"] = json!(["low", "high", "urgent"]);
    tables["attributes"][2]["data_type"] = json!("string");
    let mut comma = tables["attributes"][1].clone();
    (comma["source_key"], comma["name"], comma["options"]) =
        (json!("h:attr:4"), json!("Place"), json!(["Rome, Italy", "Oslo"]));
    tables["attributes"].as_array_mut().unwrap().push(comma);
    tables["conversations"][0]["custom_attributes"] =
        json!({ "Priority": "urgent", "Hesk id": "1", "Place": "Rome, Italy" });
    tables["conversations"][1]["custom_attributes"] = json!({ "Priority": "no such" });
    tables["conversations"][2]["custom_attributes"] = json!({ "Undeclared": "x" });
    let manifest = publish(&context, &tables).await;
    let settings = Settings { ticket_type: "imported".into(), ..as_tickets(&url) };
    let ready = readiness(&context, &settings, Some(&manifest)).await.unwrap();
    assert_eq!(ready.attributes_new, ["contact.Customer no", "conversation.Place"]);
    let summary = load(&context, &settings, &manifest, &Filter::default()).await.unwrap();
    assert_eq!(counts(&summary, "ticket_types").same, 1);
    assert_eq!(summary.calls.get("POST /ticket_types"), None);
    assert_eq!(summary.calls.get("POST /ticket_types/{id}/attributes"), Some(&1));
    assert_eq!(summary.calls.get("PUT /ticket_types/{id}/attributes/{id}"), Some(&1));
    assert_eq!(counts(&summary, "conversations").rejected, 2, "{summary:#?}");
    let whole = whole(&url).await;
    assert!(whole.contains(r#"{"Hesk id":"1","Place":"Rome, Italy","Priority":"urgent""#), "{whole}");
    let second = load(&again(&context), &settings, &manifest, &Filter::default()).await.unwrap();
    assert_eq!(second.writes(), 0, "{:?}", second.calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn state_follows_the_label_of_a_status_a_snooze_and_a_close() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    tables["attributes"].as_array_mut().unwrap().push(
        json!({ "source_key": "h:attr:5", "model": "conversation", "name": "Hesk status", "data_type": "string" }),
    );
    let until = context.now().timestamp() + 86_400;
    // A label of another category is not the state of a closed thread.
    tables["conversations"][0]["custom_attributes"]["Hesk status"] = json!("In progress");
    tables["conversations"][1]["custom_attributes"] = json!({ "Hesk status": "In progress" });
    (tables["conversations"][2]["state"], tables["conversations"][2]["snoozed_until"]) =
        (json!("snoozed"), json!(until));
    let summary = send(&context, &url, &tables).await;
    assert_eq!(summary.calls.get("PUT /tickets/{id}"), Some(&3));
    let found = tickets(&url).await;
    let mut states: Vec<_> = found
        .iter()
        .map(|t| format!("{} {} {}", t["ticket_state"]["category"], t["open"], t["snoozed_until"]))
        .collect();
    states.sort();
    assert_eq!(
        states,
        [
            "\"in_progress\" true null".to_owned(),
            "\"resolved\" false null".into(),
            format!("\"submitted\" true {until}")
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_that_became_tickets_are_known_as_tickets() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    send(&context, &url, &desk(&context).await).await;
    let sent = crate::sent(&again(&context), &as_tickets(&url)).await.unwrap();
    assert_eq!((sent.conversations.len(), sent.tickets.len()), (0, 3));
}

/// Runs a load in a runtime of its own and drops it, tasks and all, when the bell rings; whether it rang.
async fn die(context: &Context, manifest: &Manifest, url: &str, at: u64, death: Death) -> bool {
    let (proxy_url, dead) = proxy(url, at, death).await;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (context, manifest) = (again(context), manifest.clone());
    let task =
        runtime.spawn(async move { load(&context, &as_tickets(&proxy_url), &manifest, &Filter::default()).await });
    let died = tokio::select! {
        ended = task => { ended.unwrap().unwrap(); false }
        () = dead.notified() => true,
    };
    runtime.shutdown_background();
    died
}

/// A desk whose twins differ in one attribute.
async fn twins(context: &Context) -> Value {
    let mut tables = desk(context).await;
    tables["conversations"][1]["custom_attributes"] = json!({ "Hesk id": 2 });
    tables["conversations"][2]["custom_attributes"] = json!({ "Hesk id": 3, "Priority": "low" });
    tables
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_whose_row_has_changed_while_its_outcome_was_unknown_is_not_made_again() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    tables["conversation_parts"].as_array_mut().unwrap().truncate(1);
    tables["conversations"].as_array_mut().unwrap().truncate(1);
    tables["attachments"] = json!([]);
    let manifest = publish(&context, &tables).await;
    let before = Filter { stop_after: Some("articles".into()), ..Filter::default() };
    load(&again(&context), &as_tickets(&url), &manifest, &before).await.unwrap();
    assert!(die(&context, &manifest, &url, 1, Death::After).await);
    tables["conversations"][0]["custom_attributes"]["Hesk id"] = json!(5);
    let summary = send(&context, &url, &tables).await;
    assert_eq!(counts(&summary, "conversations").unknown, 1, "{summary:#?}");
    assert_eq!(tickets(&url).await.len(), 1);
    // As it was, it is found.
    tables["conversations"][0]["custom_attributes"]["Hesk id"] = json!(1);
    let summary = send(&context, &url, &tables).await;
    assert_eq!(counts(&summary, "conversations").unknown, 0, "{summary:#?}");
    assert_eq!(tickets(&url).await.len(), 1);
}

async fn undisturbed() -> (String, u64) {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    send(&context, &url, &twins(&context).await).await;
    (whole(&url).await, writes(&url).await)
}

async fn dies_everywhere(death: Death) {
    let (wanted, writes_wanted) = undisturbed().await;
    let wanted = &wanted;
    let one = |at: u64| async move {
        let (_sandbox, url) = sandbox("", None).await;
        let context = context();
        let manifest = publish(&context, &twins(&context).await).await;
        assert!(die(&context, &manifest, &url, at, death).await, "write {at} of {writes_wanted}");
        let next = load(&again(&context), &as_tickets(&url), &manifest, &Filter::default()).await.unwrap();
        let bad = all_rows(&next, |c| c.rejected + c.unknown + c.not_sent);
        assert_eq!(bad, 0, "death {death:?} at write {at}: {next:#?}");
        assert_eq!(&whole(&url).await, wanted, "death {death:?} at write {at}");
        let last = load(&again(&context), &as_tickets(&url), &manifest, &Filter::default()).await.unwrap();
        assert_eq!(last.writes(), 0, "death {death:?} at write {at}: {:?}", last.calls);
    };
    futures::stream::iter(1..=writes_wanted).for_each_concurrent(4, one).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn death_before_any_write_loses_and_doubles_nothing() {
    dies_everywhere(Death::Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn death_after_any_write_loses_and_doubles_nothing() {
    dies_everywhere(Death::After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_make_the_same_tickets() {
    let (wanted, _) = undisturbed().await;
    for faults in ["lost=0.2", "500=0.2", "429=0.2", "lost=0.1,500=0.1,429=0.1,latency=1ms..5ms"] {
        let (_sandbox, url) = sandbox(faults, None).await;
        let context = context();
        let summary = send(&context, &url, &twins(&context).await).await;
        assert_eq!(all_rows(&summary, |c| c.rejected + c.unknown + c.not_sent), 0, "{faults}: {summary:#?}");
        assert_eq!(whole(&url).await, wanted, "{faults}");
    }
}
