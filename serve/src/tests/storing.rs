//! What is stored: only what is signed, all that is answered, each once.

use std::sync::Arc;

use deskferry_staging::faulty::{FaultyStore, When};

use super::*;

#[tokio::test]
async fn only_what_is_signed_is_stored_and_the_rest_is_counted() {
    let staging = Staging::in_memory();
    let server = start(&staging, |_| {}).await;
    let right = Secret::new(SECRET).unwrap().sign(contact("1").as_bytes());
    let other = Secret::new("guess").unwrap().sign(contact("1").as_bytes());
    for signature in [None, Some(""), Some("sha1="), Some(&*other), Some(&right[..44])] {
        assert_eq!(server.send(contact("1"), signature).await.0, 401, "{signature:?}");
    }
    assert_eq!(server.send(contact("2"), Some(&right)).await.0, 401, "another body");
    assert!(stored(&staging).await.is_empty());
    assert_eq!(server.send(contact("1"), Some(&right)).await, (200, "stored\n".into()));
    assert_eq!(stored(&staging).await, ["1"]);
    assert_eq!(server.signed("{".into()).await.0, 400);
    assert_eq!(server.metric("deskferry_events_total{outcome=\"rejected\"}").await, 6.0);
    assert_eq!(server.metric("deskferry_events_total{outcome=\"malformed\"}").await, 1.0);
    server.stop().await;
    let status = Status::read(&staging, chrono::DateTime::UNIX_EPOCH, Duration::MAX).await.unwrap();
    assert_eq!(
        (status.events.received, status.events.counts["rejected"], status.events.counts["malformed"]),
        (1, 6, 1)
    );
}

#[tokio::test]
async fn repeats_are_dropped_also_after_a_restart_and_unknown_topics_kept() {
    let staging = Staging::in_memory();
    let server = start(&staging, |_| {}).await;
    let both = tokio::join!(server.signed(contact("1")), server.signed(contact("1")));
    let mut answers = [both.0.1, both.1.1];
    answers.sort();
    assert_eq!(answers, ["known already\n", "stored\n"], "of two at once one is stored");
    assert_eq!(server.signed(event("2", "moon.landed", json!({}))).await.1, "stored\n");
    server.stop().await;
    let server = start(&staging, |_| {}).await;
    assert_eq!(server.signed(contact("1")).await, (200, "known already\n".into()));
    assert_eq!(server.signed(contact("3")).await.1, "stored\n");
    assert_eq!(stored(&staging).await, ["1", "2", "3"]);
    assert_eq!(server.metric("deskferry_events_total{outcome=\"repeated\"}").await, 2.0, "counted over restarts");
    assert_eq!(server.metric("deskferry_events_total{outcome=\"unknown\"}").await, 1.0);
    server.stop().await;
}

#[tokio::test]
async fn head_ping_and_pages_are_answered() {
    let staging = Staging::in_memory();
    let server = start(&staging, |_| {}).await;
    for path in ["/", "/hook", "/health"] {
        let answer = server.client.head(format!("{}{path}", server.url)).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, ""));
    }
    let ping = json!({ "type": "notification_event", "topic": "ping", "data": { "item": { "type": "ping" } } });
    assert_eq!(server.signed(ping.to_string()).await, (200, "pong\n".into()));
    assert_eq!(server.send(ping.to_string(), None).await.0, 401);
    assert!(stored(&staging).await.is_empty());
    assert_eq!(server.get("/").await, (200, "<!doctype html>0\n".into()));
    assert_eq!(server.get("/health").await, (200, "ok\n".into()));
    assert_eq!(server.get("/nothing").await.0, 404);
    let answer = server.client.delete(&server.url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["allow"]), (405, &"GET, HEAD, POST".parse().unwrap()));
    let page = server.client.get(&server.url).send().await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    server.stop().await;
}

#[tokio::test]
async fn a_flood_is_stored_whole_and_each_event_once() {
    let staging = Staging::in_memory();
    let server = Arc::new(start(&staging, |_| {}).await);
    let senders = (0..50).map(|sender| {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            for n in 0..40 {
                // Every fourth comes from two at once.
                let id = if n % 4 == 0 { format!("{}-{n}", sender / 2) } else { format!("{sender}-{n}") };
                assert_eq!(server.signed(contact(&id)).await.0, 200);
            }
        })
    });
    futures::future::try_join_all(senders).await.unwrap();
    let mut ids = stored(&staging).await;
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((count, ids.len()), (50 * 30 + 25 * 10, 50 * 30 + 25 * 10));
    assert!(
        received::log(&staging).unwrap().newest().await.unwrap() < 500,
        "events that come together are stored together"
    );
    assert_eq!(server.metric("deskferry_event_store_seconds_count").await, 2000.0);
    Arc::into_inner(server).unwrap().stop().await;
}

#[tokio::test]
async fn two_servers_share_a_stage() {
    let staging = Staging::in_memory();
    let (one, two) = (start(&staging, |_| {}).await, start(&staging, |_| {}).await);
    let send = async |server: &Running, name: &str| {
        for n in 0..20 {
            assert_eq!(server.signed(contact(&format!("{name}{n}"))).await.1, "stored\n");
        }
    };
    tokio::join!(send(&one, "a"), send(&two, "b"));
    assert_eq!(stored(&staging).await.len(), 40);
    // What the other has stored is known once a segment was lost to it.
    assert_eq!(two.signed(contact("c")).await.1, "stored\n");
    assert_eq!(one.signed(contact("a0")).await.1, "known already\n");
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn whichever_call_of_the_store_fails_nothing_answered_is_lost_or_doubled() {
    for when in [When::Before, When::After] {
        for fails_at in 1..40 {
            let healthy = Staging::in_memory();
            let faulty = FaultyStore::new(healthy.store(), fails_at, when);
            let store: Arc<FaultyStore> = Arc::new(faulty);
            let staging = Staging::with_store(Arc::clone(&store) as Arc<_>, "faulty");
            let context = context(&staging);
            let Ok(writer) = crate::writer::Writer::open(&context, Box::new(|_| {})).await else { continue };
            let (arrivals, inbox) = tokio::sync::mpsc::channel(10);
            let run = tokio::spawn(writer.run(inbox));
            let mut answered = Vec::new();
            for n in 0..3 {
                let crate::event::Notice::Event(event) =
                    crate::event::Notice::read(contact(&n.to_string()).as_bytes()).unwrap()
                else {
                    panic!("no event")
                };
                let (done, stored) = tokio::sync::oneshot::channel();
                arrivals.send(crate::writer::Arrival { event, done }).await.unwrap();
                if stored.await.is_ok() {
                    answered.push(n.to_string());
                }
            }
            drop(arrivals);
            run.await.unwrap();
            assert_eq!(answered, stored(&healthy).await, "call {fails_at} fails {when:?}");
            assert_eq!(answered.len(), 3, "one failure is tried again: call {fails_at} {when:?}");
            if store.failed().is_none() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_log_with_a_hole_is_told_and_not_written_beyond() {
    let staging = Staging::in_memory();
    let server = start(&staging, |_| {}).await;
    server.signed(contact("1")).await;
    server.stop().await;
    let log = received::log(&staging).unwrap();
    log.append(3, &log.segment(1).await.unwrap().unwrap()[0]).await.unwrap();
    let settings = Settings::new("127.0.0.1:0".parse().unwrap(), Secret::new(SECRET).unwrap());
    let error = Server::start(&context(&staging), settings, Arc::new(Copy::default())).await.unwrap_err();
    assert_eq!(error.to_string(), "events.received is damaged: segment 2 is missing, though there is segment 3");
    assert!(error.hint().is_some() && error.kind() == Kind::Data);
}
