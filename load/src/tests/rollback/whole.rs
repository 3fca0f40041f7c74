//! What is taken back, what is left and told.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::ledger::{Entry, State};
use crate::{Error, Filter, load, rollback, rollback_plan};

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
async fn changes_of_one_run_to_rows_of_another_are_listed() {
    let (_sandbox, url, context, _, _, _) = scene("").await;
    let mut tables = tables(&context).await;
    tables["contacts"][2]["tag_keys"] = json!(["h:tag:1", "h:tag:2"]);
    let manifest = publish(&context, &tables).await;
    let first = load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    tables["contacts"][2]["name"] = json!("Second name");
    tables["contacts"][2]["tag_keys"] = json!(["h:tag:1"]);
    tables["companies"][1]["name"] = json!("Newer");
    tables["collections"][0]["name"] = json!("Answers");
    tables["tags"][0]["name"] = json!("Very important");
    tables["conversations"][0]["title"] = json!("Another title");
    tables["conversations"][0]["tag_keys"] = json!(["h:tag:2"]);
    let manifest = publish(&context, &tables).await;
    let second = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();

    let filter = |run: &deskferry_staging::RunId| RollbackFilter { run: Some(run.as_str().to_owned()), ..all() };
    for _ in 0..2 {
        let plan = rollback_plan(&again(&context), &filter(&second.run)).await.unwrap();
        let undone = rollback(&again(&context), &settings(&url), &filter(&second.run)).await.unwrap();
        let stays = |s: &crate::Stays| format!("{} {} {} {}", s.table, s.key, s.step, s.code.as_deref().unwrap());
        let told: Vec<_> = undone.stays.iter().map(stays).collect();
        assert_eq!(
            told,
            [
                "conversations h:ticket:1 tag:h:tag:1 changed",
                "conversations h:ticket:1 update changed",
                "collections h:cat:1 create changed",
                "contacts h:contact:3 tag:h:tag:2 changed",
                "contacts h:contact:3 create changed",
                "companies h:co:2 create changed",
            ]
        );
        assert_eq!(undone.stays, plan.stays);
        // The tag was there before us, so what it was is known.
        assert!(read(&url, "/tags").await["data"].as_array().unwrap().iter().any(|tag| tag["name"] == "VIP"));
    }
    // With the run that made them they go.
    rollback(&again(&context), &settings(&url), &filter(&first.run)).await.unwrap();
    let undone = rollback(&again(&context), &settings(&url), &all()).await.unwrap();
    clean(&undone);
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

/// State, payload and whether it has an id, by step.
async fn states(context: &Context) -> BTreeMap<String, (State, Option<String>, bool)> {
    let told = |entry: Entry| (entry.state, entry.payload, entry.intercom_id.is_some());
    newest_steps(context).await.into_iter().map(|(name, entry)| (name, told(entry))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ledger_after_a_rollback_of_one_table_tells_of_that_table_only_and_after_a_load_is_as_before() {
    let (_sandbox, url, context, manifest, _, _) = scene("").await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let loaded = states(&context).await;
    let filter = RollbackFilter { only: vec!["conversations".to_owned()], ..all() };
    clean(&rollback(&again(&context), &settings(&url), &filter).await.unwrap());
    let undone = states(&context).await;
    assert!(undone.keys().eq(loaded.keys()));
    for (name, state) in &undone {
        let is_meant = ["conversations ", "conversation_parts ", "attachments "].iter().any(|t| name.starts_with(t));
        match is_meant {
            true => assert_eq!(state.0, State::Undone, "{name}"),
            false => assert_eq!(Some(state), loaded.get(name), "{name}"),
        }
    }
    load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(states(&context).await, loaded);
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
