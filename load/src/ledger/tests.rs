//! The ledger against crashes, rivals and damaged segments.

use std::time::Duration;

use chrono::DateTime;
use deskferry_http::Secret;
use deskferry_staging::{Context, Staging};

use super::*;

fn context() -> Context {
    Context::new(Staging::in_memory(), || DateTime::from_timestamp(1_700_000_000, 0).unwrap(), || 7)
}

fn settings() -> Settings {
    let lease = Duration::from_millis(100);
    Settings { lease, flush_every: Duration::from_millis(20), ..Settings::new("http://x", Secret::new("t")) }
}

fn entry(key: &str, state: State) -> Entry {
    let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let id = (state == State::Done).then(|| format!("id-{key}"));
    Entry { payload: Some("ab".repeat(32)), intercom_id: id, ..Entry::new(at, "contacts", key, "create", state) }
}

fn workspace(id: &str) -> Workspace {
    Workspace {
        id: id.to_owned(),
        name: String::new(),
        region: String::new(),
        timezone: String::new(),
        admin_id: "7".to_owned(),
        admins: Vec::new(),
        teams: Vec::new(),
    }
}

async fn open(context: &Context, run: &str) -> Result<Ledger> {
    Ledger::open(context, &settings(), run, &workspace("app1"), replay(context).await?)
}

#[tokio::test]
async fn intents_and_outcomes_are_replayed_in_order() {
    let context = context();
    let ledger = open(&context, "run1").await.unwrap();
    ledger.intend(vec![entry("a", State::Intended), entry("b", State::Intended)]).await.unwrap();
    ledger.outcome(vec![entry("a", State::Done)]).await.unwrap();
    ledger.close().await.unwrap();

    let memory = replay(&context).await.unwrap();
    assert_eq!(memory.id("contacts", "a").as_deref(), Some("id-a"));
    assert_eq!(memory.known("contacts", "b", "create").unwrap().state, State::Intended);
    assert!(memory.known("contacts", "a", "create").unwrap().is_payload(&"ab".repeat(32)));
    assert!(memory.clean());
    assert_eq!(memory.seq(), 5, "begin, two intents, one outcome, end");
}

#[tokio::test]
async fn nothing_is_written_where_nothing_is_intended() {
    let context = context();
    open(&context, "run1").await.unwrap().close().await.unwrap();
    assert_eq!(replay(&context).await.unwrap().segments(), 0);
}

#[tokio::test]
async fn of_two_loaders_one_gets_conflict_before_it_sends() {
    let context = context();
    let (one, two) = (open(&context, "run1").await.unwrap(), open(&context, "run2").await.unwrap());
    one.intend(vec![entry("a", State::Intended)]).await.unwrap();
    let error = two.intend(vec![entry("a", State::Intended)]).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { segment: 1 }), "{error}");
}

#[tokio::test]
async fn late_loader_finds_the_first_at_work() {
    let context = context();
    let one = open(&context, "run1").await.unwrap();
    one.intend(vec![entry("a", State::Intended)]).await.unwrap();
    let two = open(&context, "run2").await.unwrap();
    let intent = tokio::spawn(async move { two.intend(vec![entry("b", State::Intended)]).await });
    tokio::time::sleep(Duration::from_millis(10)).await;
    one.outcome(vec![entry("a", State::Done)]).await.unwrap();
    assert!(matches!(intent.await.unwrap().unwrap_err(), Error::Busy { segment: 2 }));
    one.close().await.unwrap();
}

#[tokio::test]
async fn late_loader_sends_nothing_even_where_it_has_nothing_to_intend() {
    let context = context();
    let one = open(&context, "run1").await.unwrap();
    one.intend(vec![entry("a", State::Intended)]).await.unwrap();
    let two = open(&context, "run2").await.unwrap();
    let fence = tokio::spawn(async move { two.fence().await });
    tokio::time::sleep(Duration::from_millis(10)).await;
    one.outcome(vec![entry("a", State::Done)]).await.unwrap();
    assert!(matches!(fence.await.unwrap().unwrap_err(), Error::Busy { segment: 2 }));
}

#[tokio::test]
async fn dead_loaders_ledger_is_taken_over_after_the_lease() {
    let context = context();
    let one = open(&context, "run1").await.unwrap();
    one.intend(vec![entry("a", State::Intended)]).await.unwrap();
    drop(one);
    let two = open(&context, "run2").await.unwrap();
    two.intend(vec![entry("b", State::Intended)]).await.unwrap();
    two.close().await.unwrap();
}

#[tokio::test]
async fn loader_whose_ledger_was_taken_over_sends_nothing_more() {
    let context = context();
    let one = open(&context, "run1").await.unwrap();
    one.intend(vec![entry("a", State::Intended)]).await.unwrap();
    one.fence().await.unwrap();
    let log = context.staging.log("ledger", "entries").unwrap();
    log.append(2, &to_batch(3, "run2", &[entry("b", State::Intended)]).unwrap()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(120)).await;
    assert!(matches!(one.fence().await.unwrap_err(), Error::Conflict { segment: 2 }));
}

#[tokio::test]
async fn damaged_and_foreign_segments_are_refused() {
    let context = context();
    let log = context.staging.log("ledger", "entries").unwrap();
    log.append(1, &to_batch(1, "r", &[entry("a", State::Intended)]).unwrap()).await.unwrap();
    log.append(2, &to_batch(5, "r", &[entry("a", State::Done)]).unwrap()).await.unwrap();
    let error = replay(&context).await.unwrap_err();
    assert_eq!(error.to_string(), "segment 2 of the ledger is damaged: seq 5 follows 1");
}

#[tokio::test]
async fn segment_that_is_missing_is_named() {
    let context = context();
    let log = context.staging.log("ledger", "entries").unwrap();
    log.append(1, &to_batch(1, "r", &[entry("a", State::Intended)]).unwrap()).await.unwrap();
    log.append(3, &to_batch(2, "r", &[entry("a", State::Done)]).unwrap()).await.unwrap();
    let error = replay(&context).await.unwrap_err();
    assert_eq!(error.to_string(), "segment 2 of the ledger is damaged: it is missing, though there is segment 3");
}

#[tokio::test]
async fn segment_that_is_no_parquet_is_named() {
    use object_store::ObjectStoreExt as _;
    let context = context();
    let path = object_store::path::Path::from("ledger/entries/segment-0000000001.parquet");
    context.staging.store().put(&path, "not Parquet".into()).await.unwrap();
    let error = replay(&context).await.unwrap_err();
    assert!(matches!(error, Error::Damaged { segment: 1, .. }), "{error}");
}

#[tokio::test]
async fn ledger_of_another_workspace_is_refused() {
    let context = context();
    let ledger = open(&context, "run1").await.unwrap();
    ledger.intend(vec![entry("a", State::Intended)]).await.unwrap();
    ledger.close().await.unwrap();
    let error =
        Ledger::open(&context, &settings(), "run2", &workspace("app2"), replay(&context).await.unwrap()).unwrap_err();
    assert!(matches!(error, Error::Workspace { .. }));
}

#[test]
fn undone_step_is_free_again_but_a_change_given_up_keeps_what_was_made() {
    let mut memory = Memory::default();
    memory.apply(&entry("a", State::Done));
    memory.apply(&entry("a", State::Intended));
    memory.apply(&Entry { code: Some("not_sent".into()), ..entry("a", State::Undone) });
    let known = memory.known("contacts", "a", "create").unwrap();
    assert!(known.made && !known.is_payload(&"ab".repeat(32)));
    assert_eq!(memory.id("contacts", "a").as_deref(), Some("id-a"));
    memory.apply(&entry("a", State::Undone));
    assert!(!memory.known("contacts", "a", "create").unwrap().made);
    assert_eq!(memory.id("contacts", "a"), None);
}

#[test]
fn every_state_is_kept_with_its_marks_and_the_payload() {
    for state in [State::Intended, State::Done, State::Rejected, State::Unknown, State::Undone] {
        for (code, orphan) in [(None, false), (Some(PARENT_REJECTED), true)] {
            let mut memory = Memory::default();
            memory.apply(&Entry { code: code.map(ToOwned::to_owned), ..entry("a", state) });
            let known = memory.known("contacts", "a", "create").unwrap();
            assert_eq!((known.state, known.made, known.orphan), (state, state == State::Done, orphan));
            assert_eq!(known.is_payload(&"ab".repeat(32)), state != State::Undone, "{state:?}");
            assert!(!known.is_payload(&"ac".repeat(32)));
        }
    }
}

#[test]
fn ids_of_messages_are_not_kept_but_what_was_made_is() {
    let mut memory = Memory::default();
    memory.apply(&Entry { table: "conversation_parts".into(), ..entry("a", State::Done) });
    memory.apply(&Entry { table: "conversations".into(), ..entry("a", State::Done) });
    assert!(memory.known("conversation_parts", "a", "create").unwrap().made);
    assert_eq!(memory.id("conversation_parts", "a"), None);
    assert!(!memory.claimed("conversation_parts", "id-a"));
    assert!(memory.claimed("conversations", "id-a") && !memory.claim("conversations", "id-a"));
    assert!(memory.claim("conversations", "id-b") && memory.claimed("conversations", "id-b"));
}

#[test]
fn open_rows_of_one_call_are_counted_and_a_second_payload_is_remembered() {
    let mut memory = Memory::default();
    let payload = |text: &str| Some(text.repeat(32));
    memory.apply(&entry("a", State::Intended));
    memory.apply(&entry("b", State::Intended));
    memory.apply(&entry("b", State::Unknown));
    assert_eq!(memory.open(&"ab".repeat(32)), 2);
    assert!(!memory.known("contacts", "b", "create").unwrap().mixed);
    memory.apply(&Entry { payload: payload("cd"), ..entry("b", State::Intended) });
    assert_eq!((memory.open(&"ab".repeat(32)), memory.open(&"cd".repeat(32))), (1, 1));
    assert!(memory.known("contacts", "b", "create").unwrap().mixed, "either may be there");
    memory.apply(&Entry { payload: payload("cd"), ..entry("b", State::Unknown) });
    assert!(memory.known("contacts", "b", "create").unwrap().mixed);
    memory.apply(&Entry { payload: payload("cd"), ..entry("b", State::Done) });
    memory.apply(&entry("a", State::Rejected));
    assert_eq!((memory.open(&"ab".repeat(32)), memory.open(&"cd".repeat(32))), (0, 0));
    assert!(!memory.known("contacts", "b", "create").unwrap().mixed);
}
