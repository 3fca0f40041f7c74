//! Rollbacks against the sandbox: the workspace is afterwards what it was before the load.

use deskferry_staging::{Context, Manifest};
use futures::StreamExt as _;
use serde_json::{Value, json};

use super::support::*;
use crate::{Error, Filter, RollbackFilter, RollbackSummary, Undone, load, rollback, rollback_plan};

/// Where to die: after each of `calls`, and before every third, which is death after the one before it but for what was heard of that.
fn deaths(calls: u64) -> impl Iterator<Item = (u64, Death)> {
    let before = (3..=calls).step_by(3).map(|at| (at, Death::Before));
    (1..=calls).map(|at| (at, Death::After)).chain(before)
}

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

#[tokio::test(flavor = "multi_thread")]
async fn workspace_is_what_it_was_and_a_load_makes_it_again() {
    let (_sandbox, url, context, manifest, archived, before) = scene("").await;
    let summary = load(&context, &snippets(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(summary.tables.iter().map(|(_, c)| c.rejected + c.unknown).sum::<u64>(), 0, "{summary:#?}");
    let loaded = loaded_rows(&url).await;
    assert_ne!(picture(&url, &archived).await, before);

    let plan = rollback_plan(&again(&context), &all()).await.unwrap();
    let sent = writes(&url).await;
    let undone = rollback(&again(&context), &snippets(&url), &all()).await.unwrap();
    clean(&undone);
    assert_same(&picture(&url, &archived).await, &before);
    assert_eq!(plan.tables, undone.tables, "the plan is what happens");
    let calls: u64 = undone.tables.iter().map(|(_, counts)| counts.calls).sum();
    assert_eq!(calls, writes(&url).await - sent, "{:#?}", undone.calls);
    assert_eq!(undone.proved, calls, "all that was undone is read back");
    let Undone { deleted, restored, detached, .. } = counts(&undone.tables, "contacts");
    // Two made; one changed, one unarchived and changed; two companies and a tag off the one, a tag off the other.
    assert_eq!((deleted, restored, detached), (2, 3, 4), "{:#?}", undone.tables);
    assert_eq!(counts(&undone.tables, "tags"), Undone { deleted: 1, freed: 1, calls: 1, ..Undone::default() });
    assert_eq!(counts(&undone.tables, "attributes").archived, 1);
    assert_eq!(counts(&undone.tables, "attributes").detached, 1);

    let nothing = rollback(&again(&context), &snippets(&url), &all()).await.unwrap();
    assert!(nothing.calls.is_empty(), "{nothing:#?}");
    assert_eq!(nothing.proved, calls, "what was undone before is proved again");

    load(&again(&context), &snippets(&url), &manifest, &Filter::default()).await.unwrap();
    assert_same(&loaded_rows(&url).await, &loaded);
    clean(&rollback(&again(&context), &snippets(&url), &all()).await.unwrap());
    assert_same(&picture(&url, &archived).await, &before);
}

/// Equal texts; where not, the lines that differ.
fn assert_same(found: &str, wanted: &str) {
    let differing: Vec<_> = found.lines().filter(|line| !wanted.lines().any(|w| w == *line)).collect();
    let missing: Vec<_> = wanted.lines().filter(|line| !found.lines().any(|f| f == *line)).collect();
    assert!(differing.is_empty() && missing.is_empty(), "is there: {differing:#?}\nis not: {missing:#?}");
    assert_eq!(found.lines().zip(wanted.lines()).find(|(f, w)| f != w), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_of_ours_that_are_archived_are_brought_back_by_the_next_load() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let loaded = loaded_rows(&url).await;
    clean(&rollback(&again(&context), &settings(&url), &all()).await.unwrap());
    assert_eq!(loaded_rows(&url).await, "");
    let second = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(second.tables.iter().map(|(_, c)| c.rejected + c.unknown).sum::<u64>(), 0, "{second:#?}");
    assert_eq!(second.calls.get("PUT /data_attributes/{id}"), Some(&1), "{:?}", second.calls);
    assert_same(&loaded_rows(&url).await, &loaded);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_run_is_taken_back_and_what_it_added_to_older_rows_is_listed() {
    let (_sandbox, url, context, manifest, archived, before) = scene("").await;
    let mut tables = tables(&context).await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let first = picture(&url, &archived).await;
    tables["contacts"][0]["name"] = json!("Second name");
    let mut contact = tables["contacts"][3].clone();
    for (field, value) in [("source_key", "h:contact:9"), ("external_id", "h:9"), ("email", "c9@mail.example")] {
        contact[field] = json!(value);
    }
    tables["contacts"].as_array_mut().unwrap().push(contact);
    tables["contacts"][2]["tag_keys"] = json!(["h:tag:2"]);
    let mut part = tables["conversation_parts"][4].clone();
    (part["source_key"], part["position"], part["body"]) = (json!("h:reply:9"), json!(6), json!("<p>appended</p>"));
    tables["conversation_parts"].as_array_mut().unwrap().insert(5, part);
    let manifest = publish(&context, &tables).await;
    let second = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();

    let filter = RollbackFilter { run: Some(second.run.as_str().to_owned()), ..all() };
    let undone = rollback(&again(&context), &settings(&url), &filter).await.unwrap();
    let stays: Vec<_> = undone
        .stays
        .iter()
        .map(|s| format!("{} {} {} {}", s.table, s.key, s.step, s.code.as_deref().unwrap()))
        .collect();
    assert_eq!(stays, ["conversations h:ticket:1 state changed", "conversation_parts h:reply:9 create message"]);
    assert_eq!(undone.differs, []);
    let contacts = counts(&undone.tables, "contacts");
    assert_eq!((contacts.deleted, contacts.restored, contacts.detached), (1, 1, 1), "{undone:#?}");
    let threads = |text: &str| text.lines().filter(|l| !l.starts_with("conversation ")).collect::<Vec<_>>().join("\n");
    assert_same(&threads(&picture(&url, &archived).await), &threads(&first));

    // What was taken back is sent again, and then everything can be taken back.
    let third = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(third.calls.get("POST /contacts"), Some(&1), "{:?}", third.calls);
    assert_eq!(third.calls.get("PUT /contacts/{id}"), Some(&1), "{:?}", third.calls);
    clean(&rollback(&again(&context), &settings(&url), &all()).await.unwrap());
    assert_same(&picture(&url, &archived).await, &before);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_table_is_taken_back_and_loaded_again() {
    let (_sandbox, url, context, manifest, archived, before) = scene("").await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let loaded = loaded_rows(&url).await;
    for table in ["conversations", "tags"] {
        let filter = RollbackFilter { only: vec![table.to_owned()], ..all() };
        let undone = rollback(&again(&context), &settings(&url), &filter).await.unwrap();
        clean(&undone);
        assert_eq!(undone.tables.iter().map(|(t, _)| t.as_str()).collect::<Vec<_>>(), [table]);
        assert_ne!(loaded_rows(&url).await, loaded);
        load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
        assert_same(&loaded_rows(&url).await, &loaded);
    }
    clean(&rollback(&again(&context), &settings(&url), &all()).await.unwrap());
    assert_same(&picture(&url, &archived).await, &before);
    let unknown = RollbackFilter { only: vec!["users".to_owned()], ..all() };
    assert!(matches!(rollback_plan(&context, &unknown).await, Err(Error::Setting { setting: "--only", .. })));
    let unknown = RollbackFilter { run: Some("2001".to_owned()), ..all() };
    assert!(matches!(rollback_plan(&context, &unknown).await, Err(Error::Setting { setting: "--run", .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_undone_is_listed_and_stays_in_the_ledger() {
    let (_sandbox, url, context, _, _, _) = scene("").await;
    let mut tables = tables(&context).await;
    tables["notes"][0]["parent_key"] = json!("h:contact:1");
    let manifest = publish(&context, &tables).await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    // By hand one of their two options is taken away: ours must stay, for two must.
    let attributes = read(&url, "/conversations/attributes").await;
    let priority = attributes["data"].as_array().unwrap().iter().find(|a| a["name"] == "Priority").unwrap().clone();
    let low = priority["options"][0]["id"].as_str().unwrap();
    send(&url, "DELETE", &format!("/conversations/attributes/{}/options/{low}", priority["id"]), json!(null)).await;

    let undone = rollback(&again(&context), &settings(&url), &all()).await.unwrap();
    let stays: Vec<_> = undone.stays.iter().map(|s| format!("{} {} {:?}", s.table, s.step, s.status)).collect();
    assert_eq!(stays, ["notes create None", "attributes option:high Some(422)"], "{undone:#?}");
    assert_eq!(undone.differs, []);
    let manifest = context.staging.manifest(&undone.run).await.unwrap();
    assert!(manifest.rows("results") > undone.stays.len() as u64);
    assert_eq!(manifest.rows("differs"), 0);
    let again_undone = rollback(&again(&context), &settings(&url), &all()).await.unwrap();
    assert!(again_undone.stays.iter().any(|s| s.table == "notes"), "{again_undone:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_by_hand_is_told_by_the_proof() {
    let (_sandbox, url, context, manifest, _, _) = scene("").await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    rollback(&again(&context), &settings(&url), &all()).await.unwrap();
    let found = read(&url, "/contacts").await;
    let former = found["data"].as_array().unwrap().iter().find(|c| c["external_id"] == "crm:1").unwrap().clone();
    let path = format!("/contacts/{}", former["id"].as_str().unwrap());
    send(&url, "PUT", &path, json!({ "name": "By hand" })).await;
    let proved = rollback(&again(&context), &settings(&url), &all()).await.unwrap();
    let differs: Vec<_> = proved.differs.iter().map(|d| format!("{} {} {}", d.field, d.wanted, d.found)).collect();
    assert_eq!(differs, ["name Former By hand"]);
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

#[tokio::test(flavor = "multi_thread")]
async fn rollback_killed_at_any_call_goes_on() {
    let (_sandbox, url, context, manifest, _, _) = scene("").await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let calls: u64 = rollback_plan(&context, &all()).await.unwrap().tables.iter().map(|(_, c)| c.calls).sum();
    assert!(calls > 20);
    let one = |(at, death): (u64, Death)| async move {
        let (_sandbox, url, context, manifest, archived, before) = scene("").await;
        load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
        let (proxy_url, dead) = proxy(&url, at, death).await;
        let dying = again(&context);
        die(async move { rollback(&dying, &settings(&proxy_url), &all()).await }, dead).await;
        let undone = rollback(&again(&context), &settings(&url), &all()).await.unwrap();
        clean(&undone);
        assert_same(&picture(&url, &archived).await, &before);
    };
    futures::stream::iter(deaths(calls)).for_each_concurrent(4, one).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn load_killed_at_any_call_keeps_what_was_there_before() {
    let (_sandbox, url, context, manifest, _, _) = scene("").await;
    let made = writes(&url).await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    // Up to the contacts; what comes after them is ours alone.
    let calls = (writes(&url).await - made).min(26);
    let one = |(at, death): (u64, Death)| async move {
        let (_sandbox, url, context, manifest, archived, before) = scene("").await;
        let (proxy_url, dead) = proxy(&url, at, death).await;
        let (dying, tables) = (again(&context), manifest.clone());
        // Every second time all is taken back before a load has found out what the dead one did.
        let is_direct = at % 2 == 0;
        let only = ["attributes", "tags", "companies", "contacts"].map(ToOwned::to_owned);
        let filter = Filter { only: only.into_iter().filter(|_| is_direct).collect(), ..Filter::default() };
        die(async move { load(&dying, &settings(&proxy_url), &tables, &filter).await }, dead).await;
        if is_direct {
            // What may or may not have been made is listed, and found by the load that follows.
            let undone = rollback(&again(&context), &settings(&url), &all()).await.unwrap();
            assert!(undone.stays.iter().all(|s| s.code.as_deref() == Some("open")), "{death:?} at {at}: {undone:#?}");
            assert_eq!(undone.differs, []);
        }
        load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
        let undone = rollback(&again(&context), &settings(&url), &all()).await.unwrap();
        assert_eq!((&undone.stays[..], &undone.differs[..]), (&[][..], &[][..]), "{death:?} at {at}: {undone:#?}");
        assert_same(&picture(&url, &archived).await, &before);
    };
    futures::stream::iter(deaths(calls)).for_each_concurrent(4, one).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_replies_errors_and_throttling_make_no_difference() {
    for seed in 0..3_u32 {
        let (_sandbox, url, context, manifest, archived, before) = scene("").await;
        load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
        let proxy_url = unreliable(&url, seed).await;
        let undone = rollback(&again(&context), &settings(&proxy_url), &all()).await.unwrap();
        clean(&undone);
        assert_same(&picture(&url, &archived).await, &before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_rollback_is_at_work_another_and_a_load_stop() {
    let (_sandbox, url, context, manifest, archived, before) = scene("").await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let mut changed = tables(&context).await;
    changed["contacts"][2]["name"] = json!("Changed");
    let manifest = publish(&context, &changed).await;
    let patient = |url: &str| crate::Settings { lease: std::time::Duration::from_secs(1), ..settings(url) };
    // The first is at work for ever: its third call is never answered.
    let (proxy_url, hangs) = proxy(&url, 3, Death::Before).await;
    let (one, settings_of_one) = (again(&context), patient(&proxy_url));
    let first = tokio::spawn(async move { rollback(&one, &settings_of_one, &all()).await });
    hangs.notified().await;
    let (two, three) = (again(&context), again(&context));
    let (settings, filter, everything) = (patient(&url), all(), Filter::default());
    let (two, three) =
        tokio::join!(rollback(&two, &settings, &filter), load(&three, &settings, &manifest, &everything));
    let two = two.err();
    assert!(matches!(two, Some(Error::Conflict { .. } | Error::Busy { .. })), "{two:?}");
    assert!(matches!(three, Err(Error::Unfinished { .. })), "{three:?}");
    first.abort();
    clean(&rollback(&again(&context), &settings, &all()).await.unwrap());
    assert_same(&picture(&url, &archived).await, &before);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_rollback_goes_on_where_it_ended() {
    let (_sandbox, url, context, manifest, archived, before) = scene("latency=10ms..10ms").await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let mut stopped = again(&context);
    let cancel = stopped.cancel.clone();
    stopped.progress = std::sync::Arc::new(move |_| cancel.cancel());
    let sent = writes(&url).await;
    let first = rollback(&stopped, &settings(&url), &all()).await.unwrap();
    assert!(first.interrupted, "{first:#?}");
    // Rows are gone whose messages still look done: a load would leave them out.
    for refused in [
        load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.err(),
        crate::plan(&again(&context), &settings(&url), &manifest, &Filter::default()).await.err(),
        rollback(&again(&context), &settings(&url), &RollbackFilter { only: vec!["tags".into()], ..all() }).await.err(),
    ] {
        assert_eq!(refused.and_then(|e| e.hint()).as_deref(), Some("finish it with: deskferry rollback"));
    }
    let second = rollback(&again(&context), &settings(&url), &all()).await.unwrap();
    clean(&second);
    let calls: u64 = [&first, &second].iter().flat_map(|s| s.calls.values()).sum();
    assert_eq!(calls, writes(&url).await - sent);
    assert_eq!(second.proved, calls, "nothing was undone twice");
    assert_same(&picture(&url, &archived).await, &before);
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_are_taken_back_and_then_threads_may_become_conversations() {
    let (_sandbox, url, context, manifest, archived, before) = scene("").await;
    let tickets = crate::Settings { tickets_as: crate::TicketsAs::Ticket, ..settings(&url) };
    let loaded = load(&context, &tickets, &manifest, &Filter::default()).await.unwrap();
    assert_eq!(loaded.tables.iter().map(|(_, c)| c.rejected + c.unknown).sum::<u64>(), 0, "{loaded:#?}");
    let undone = rollback(&again(&context), &tickets, &all()).await.unwrap();
    clean(&undone);
    assert_eq!(undone.calls.get("DELETE /tickets/{id}"), Some(&3), "{:?}", undone.calls);
    assert_eq!(counts(&undone.tables, "ticket_types").archived, 1, "{:?}", undone.tables);
    assert_same(&picture(&url, &archived).await, &before);
    let loaded = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(loaded.calls.get("POST /conversations"), Some(&3), "{:?}", loaded.calls);
    clean(&rollback(&again(&context), &settings(&url), &all()).await.unwrap());
    assert_same(&picture(&url, &archived).await, &before);
}
