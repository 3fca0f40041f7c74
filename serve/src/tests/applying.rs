//! What events name is looked at again; what fails waits and is told.

use chrono::TimeDelta;
use deskferry_staging::Kind;

use super::*;
use crate::{applied, applying, newest, pending};

#[tokio::test]
async fn objects_that_events_name_are_applied_once_whatever_the_order() {
    let staging = Staging::in_memory();
    let server = start(&staging, |settings| settings.apply_every = Duration::from_millis(400)).await;
    server.signed(event("1", "contact.deleted", json!({ "type": "contact", "id": "c" }))).await;
    server.signed(event("2", "contact.user.created", json!({ "type": "contact", "id": "c" }))).await;
    server.signed(event("3", "conversation.admin.replied", json!({ "type": "conversation", "id": "9" }))).await;
    server.signed(event("4", "moon.landed", json!({}))).await;
    let touched = pending(&staging).await.unwrap();
    assert_eq!((touched.events, touched.gone["contacts"].len()), (4, 1));
    server.until("applying", async || pending(&staging).await.unwrap().is_empty()).await;
    let all = server.copy.applied.lock().unwrap().clone();
    let wanted = BTreeMap::from([
        ("contacts".to_owned(), BTreeSet::from(["c".to_owned()])),
        ("conversations".to_owned(), BTreeSet::from(["9".to_owned()])),
    ]);
    assert_eq!(all, [wanted]);
    server.until("the metric", async || server.metric("deskferry_events_pending").await == 0.0).await;
    assert_eq!(server.metric("deskferry_rows{table=\"contacts\"}").await, 7.0);
    assert_eq!(server.metric("deskferry_syncs_total{outcome=\"done\"}").await, 1.0);
    server.stop().await;
}

#[tokio::test]
async fn events_wait_while_the_copy_cannot_be_written_and_that_is_told() {
    let staging = Staging::in_memory();
    let server = start(&staging, |_| {}).await;
    *server.copy.fails.lock().unwrap() = Some(Kind::Unavailable);
    assert_eq!(server.signed(contact("1")).await.0, 200);
    server.until("the fault", async || server.get("/health").await.0 == 503).await;
    assert_eq!(server.signed(contact("2")).await.0, 200, "events are taken in all the same");
    let (_, health) = server.get("/health").await;
    assert!(health.contains("cannot be applied since") && !health.contains("ada@example.com"), "{health}");
    let status = Status::read(&staging, server.context.now(), Duration::MAX).await.unwrap();
    let applied = status.applied.unwrap();
    assert!(applied.error.unwrap().ends_with("the row of ada@example.com") && applied.failing_since.is_some());
    assert!(status.events.pending >= 1 && status.events.oldest_pending_at.is_some());
    *server.copy.fails.lock().unwrap() = None;
    server.until("health", async || server.get("/health").await.0 == 200).await;
    server.until("applying", async || pending(&staging).await.unwrap().is_empty()).await;
    let ids: Vec<String> = server.copy.applied.lock().unwrap().iter().flat_map(|t| t["contacts"].clone()).collect();
    assert!(ids.contains(&"c-1".to_owned()) && ids.contains(&"c-2".to_owned()), "{ids:?}");
    server.stop().await;
}

#[tokio::test]
async fn events_of_a_server_that_died_are_applied_by_the_next_and_somebody_at_work_is_no_fault() {
    let staging = Staging::in_memory();
    let server = start(&staging, |settings| settings.apply_every = Duration::from_secs(600)).await;
    server.signed(contact("1")).await;
    server.signed(contact("2")).await;
    server.stop().await;
    let server = start(&staging, |_| {}).await;
    *server.copy.fails.lock().unwrap() = Some(Kind::Conflict);
    server.signed(contact("3")).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.get("/health").await.0, 200);
    assert_eq!(server.metric("deskferry_syncs_total{outcome=\"failed\"}").await, 0.0);
    *server.copy.fails.lock().unwrap() = None;
    server.until("applying", async || pending(&staging).await.unwrap().is_empty()).await;
    let mut ids: Vec<String> = server.copy.applied.lock().unwrap().iter().flat_map(|t| t["contacts"].clone()).collect();
    ids.sort();
    ids.dedup();
    assert!(ids.ends_with(&["c-3".to_owned()]) && ids.len() <= 3, "{ids:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_position_never_goes_back_and_old_events_go_when_they_have_been_applied() {
    let staging = Staging::in_memory();
    let server = start(&staging, |settings| settings.apply_every = Duration::from_secs(600)).await;
    for n in 0..5 {
        server.signed(contact(&n.to_string())).await;
    }
    server.stop().await;
    let context = context(&staging);
    let all = newest(&staging).await.unwrap();
    assert_eq!((all.seq, all.segment), (5, 5));
    let early = crate::Position { seq: 2, segment: 2 };
    applied(&context, early).await.unwrap();
    let touched = pending(&staging).await.unwrap();
    assert_eq!(
        (touched.events, touched.tables["contacts"].clone()),
        (3, BTreeSet::from(["c-2", "c-3", "c-4"].map(String::from)))
    );
    assert_eq!(touched.through, all);
    applied(&context, all).await.unwrap();
    applied(&context, early).await.unwrap();
    assert!(pending(&staging).await.unwrap().is_empty());
    // The same with segments merged behind the position, and in it.
    let log = received::log(&staging).unwrap();
    assert!(log.merge(2, context.now()).await.unwrap());
    assert!(pending(&staging).await.unwrap().is_empty());
    assert_eq!(newest(&staging).await.unwrap(), all);
    let (mut later, at) = (context.clone(), context.now() + TimeDelta::days(400));
    later.clock = Arc::new(move || at);
    applying::tidy(&later, Duration::from_secs(3_600)).await.unwrap();
    assert_eq!(stored(&staging).await.len(), 5, "one merged file stays");
}

#[tokio::test]
async fn a_position_inside_a_merged_file_is_kept() {
    let staging = Staging::in_memory();
    let context = context(&staging);
    let log = received::log(&staging).unwrap();
    for n in 0..9_i64 {
        let crate::event::Notice::Event(event) =
            crate::event::Notice::read(contact(&n.to_string()).as_bytes()).unwrap()
        else {
            panic!("no event")
        };
        log.append(n as u64 + 1, &received::batch(n + 1, context.now(), &[event]).unwrap()).await.unwrap();
    }
    applied(&context, crate::Position { seq: 2, segment: 2 }).await.unwrap();
    assert!(log.merge(4, context.now()).await.unwrap());
    let touched = pending(&staging).await.unwrap();
    assert_eq!((touched.events, touched.through), (7, crate::Position { seq: 9, segment: 9 }));
    let status = Status::read(&staging, context.now(), Duration::MAX).await.unwrap();
    assert_eq!((status.events.received, status.events.pending), (9, 7));
}
