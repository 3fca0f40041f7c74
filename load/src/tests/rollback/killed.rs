//! Rollbacks and loads that die, are stopped, meet another, or talk to an Intercom that is not well.

use futures::StreamExt as _;
use serde_json::json;

use super::*;
use crate::{Error, Filter, load, rollback, rollback_plan};

/// Where to die: after each of `calls`, and before every third, which is death after the one before it but for what was heard of that.
fn deaths(calls: u64) -> impl Iterator<Item = (u64, Death)> {
    let before = (3..=calls).step_by(3).map(|at| (at, Death::Before));
    (1..=calls).map(|at| (at, Death::After)).chain(before)
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
