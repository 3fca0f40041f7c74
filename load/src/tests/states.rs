//! States and assignees of threads: those that run out or are taken back, and those that a dead load may have set.

use serde_json::{Value, json};

use super::crash::die;
use super::support::*;
use crate::{Filter, Settings, TicketsAs, load};

/// A desk of one thread without files.
async fn one_thread(context: &deskferry_staging::Context) -> Value {
    let mut tables = desk(context).await;
    tables["conversations"].as_array_mut().unwrap().drain(..2);
    tables["conversation_parts"].as_array_mut().unwrap().drain(..6);
    tables["attachments"] = json!([]);
    tables
}

fn with_state(tables: &mut Value, state: &str, until: Option<i64>) {
    tables["conversations"][0]["state"] = json!(state);
    tables["conversations"][0]["snoozed_until"] = json!(until);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snooze_that_has_run_out_is_left_to_intercom_and_opens_what_was_closed() {
    for tickets_as in [TicketsAs::Conversation, TicketsAs::Ticket] {
        let (_sandbox, url) = sandbox("", None).await;
        let context = context();
        let settings = Settings { tickets_as, ..settings(&url) };
        let mut tables = one_thread(&context).await;
        let until = context.now().timestamp() + 3_600;
        with_state(&mut tables, "snoozed", Some(until));
        let manifest = publish(&context, &tables).await;
        let everything = Filter::default();
        load(&context, &settings, &manifest, &everything).await.unwrap();
        let second = load(&later(&context, 120), &settings, &manifest, &everything).await.unwrap();
        assert_eq!(second.writes(), 0, "{tickets_as:?}: {:?}", second.calls);
        // It was closed, snoozed once more, and that is over too.
        with_state(&mut tables, "closed", None);
        let manifest = publish(&context, &tables).await;
        assert_eq!(load(&again(&context), &settings, &manifest, &everything).await.unwrap().writes(), 1);
        with_state(&mut tables, "snoozed", Some(until - 7_200));
        let manifest = publish(&context, &tables).await;
        assert_eq!(load(&again(&context), &settings, &manifest, &everything).await.unwrap().writes(), 1);
        let (path, list) = match tickets_as {
            TicketsAs::Conversation => ("conversations", "conversations"),
            TicketsAs::Ticket => ("tickets/search", "tickets"),
        };
        let query = json!({ "query": { "field": "open", "operator": "=", "value": true } });
        let request = match tickets_as {
            TicketsAs::Conversation => HTTP.get(format!("{url}/{path}")),
            TicketsAs::Ticket => HTTP.post(format!("{url}/{path}")).json(&query),
        };
        let reply = request.bearer_auth("tok").header("Intercom-Version", "2.16").send().await.unwrap();
        let found: Value = reply.json().await.unwrap();
        assert_eq!(found[list][0]["open"], true, "{found}");
        assert_eq!(load(&again(&context), &settings, &manifest, &everything).await.unwrap().writes(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_a_dead_load_may_have_closed_is_open_where_its_row_is() {
    for death in [Death::Before, Death::After] {
        let (_sandbox, url) = sandbox("", None).await;
        let context = context();
        let mut tables = one_thread(&context).await;
        let manifest = publish(&context, &tables).await;
        load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
        with_state(&mut tables, "closed", None);
        let closed = publish(&context, &tables).await;
        assert!(die(&context, &closed, &url, 1, death).await);
        let summary = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
        assert_eq!(summary.writes(), u64::from(death == Death::After), "{death:?}: {:?}", summary.calls);
        let thread = contents(&url).await.into_iter().find(|line| line.starts_with("conversation ")).unwrap();
        assert!(thread.contains("\"state\":\"open\",\"read\""), "{death:?}: {thread}");
        assert_eq!(load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap().writes(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_a_thread_whose_row_names_nobody_any_more() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = one_thread(&context).await;
    let named = [("assignee_key", "h:admin:2"), ("team_key", "h:team:1"), ("company_key", "h:co:1")];
    for (column, key) in named {
        tables["conversations"][0][column] = json!(key);
    }
    let manifest = publish(&context, &tables).await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    for (column, _) in named {
        tables["conversations"][0][column] = json!(null);
    }
    tables["conversations"][0]["title"] = json!(null);
    let manifest = publish(&context, &tables).await;
    let planned = crate::plan(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    let summary = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(planned.calls, summary.calls);
    assert_eq!((summary.writes(), summary.calls.get("POST /conversations/{id}/parts")), (2, Some(&2)));
    // Title and company cannot be taken back.
    let conversations = summary.tables.iter().find(|(table, _)| table == "conversations").unwrap().1;
    assert_eq!((conversations.updated, conversations.drift), (1, 1));
    let thread = contents(&url).await.into_iter().find(|line| line.starts_with("conversation ")).unwrap();
    assert!(thread.contains("\"admin_assignee_id\":0,\"team_assignee_id\":0"), "{thread}");
    assert_eq!(load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap().writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_keeps_the_teammate_whom_its_row_no_longer_names_and_that_is_told() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let settings = Settings { tickets_as: TicketsAs::Ticket, ..settings(&url) };
    let mut tables = one_thread(&context).await;
    tables["conversations"][0]["assignee_key"] = json!("h:admin:2");
    let manifest = publish(&context, &tables).await;
    load(&context, &settings, &manifest, &Filter::default()).await.unwrap();
    tables["conversations"][0]["assignee_key"] = json!(null);
    let manifest = publish(&context, &tables).await;
    let summary = load(&again(&context), &settings, &manifest, &Filter::default()).await.unwrap();
    let conversations = summary.tables.iter().find(|(table, _)| table == "conversations").unwrap().1;
    assert_eq!((summary.writes(), conversations.drift), (0, 1), "{summary:#?}");
}
