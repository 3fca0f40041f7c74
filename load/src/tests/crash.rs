//! The loader dies at every single write, before and after Intercom has executed it; the load that follows makes the same
//! workspace as one that was never disturbed.

use std::sync::Arc;

use deskferry_staging::faulty::{FaultyStore, When};
use deskferry_staging::{Context, Manifest, Staging};
use futures::StreamExt as _;
use object_store::ObjectStore;

use super::support::*;
use crate::{Error, Filter, load};

/// Runs a load in a runtime of its own and drops it, tasks and all, when the bell rings; whether it rang.
pub(super) async fn die(context: &Context, manifest: &Manifest, url: &str, at: u64, death: Death) -> bool {
    let (proxy_url, dead) = proxy(url, at, death).await;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (context, manifest) = (again(context), manifest.clone());
    let task = runtime.spawn(async move { load(&context, &settings(&proxy_url), &manifest, &Filter::default()).await });
    let died = tokio::select! {
        ended = task => { ended.unwrap().unwrap(); false }
        () = dead.notified() => true,
    };
    runtime.shutdown_background();
    died
}

async fn undisturbed() -> (Vec<String>, u64) {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    (contents(&url).await, writes(&url).await)
}

async fn dies_everywhere(death: Death) {
    let (wanted, writes) = undisturbed().await;
    let wanted = &wanted;
    let one = |at: u64| async move {
        let (_sandbox, url) = sandbox("", None).await;
        let context = context();
        let manifest = publish(&context, &desk(&context).await).await;
        assert!(die(&context, &manifest, &url, at, death).await, "write {at} of {writes}");
        let summary = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
        let bad: u64 = summary.tables.iter().map(|(_, c)| c.rejected + c.unknown + c.not_sent).sum();
        assert_eq!(bad, 0, "death {death:?} at write {at}: {summary:#?}");
        assert_eq!(contents(&url).await.join("\n"), wanted.join("\n"), "death {death:?} at write {at}");
    };
    futures::stream::iter(1..=writes).for_each_concurrent(4, one).await;
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
async fn lost_replies_errors_and_throttling_make_the_same_workspace() {
    let (wanted, _) = undisturbed().await;
    for faults in ["lost=0.2", "500=0.2", "429=0.2", "lost=0.1,500=0.1,429=0.1,latency=1ms..5ms"] {
        let (_sandbox, url) = sandbox(faults, None).await;
        let context = context();
        let manifest = publish(&context, &desk(&context).await).await;
        let summary = load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
        let bad: u64 = summary.tables.iter().map(|(_, c)| c.rejected + c.unknown + c.not_sent).sum();
        assert_eq!(bad, 0, "{faults}: {summary:#?}");
        assert_eq!(contents(&url).await.join("\n"), wanted.join("\n"), "{faults}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_loaders_at_once_send_once() {
    let (wanted, writes_wanted) = undisturbed().await;
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let (one, two) = (again(&context), again(&context));
    let (settings, filter) = (settings(&url), Filter::default());
    let (one, two) = tokio::join!(load(&one, &settings, &manifest, &filter), load(&two, &settings, &manifest, &filter));
    let lost = [one, two].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert!(matches!(lost[..], [Error::Conflict { .. } | Error::Busy { .. }]), "{lost:?}");
    assert_eq!(writes(&url).await, writes_wanted);
    assert_eq!(contents(&url).await.join("\n"), wanted.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_load_goes_on_where_it_ended() {
    let (wanted, writes_wanted) = undisturbed().await;
    let (_sandbox, url) = sandbox("latency=20ms..20ms", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let mut stopped = again(&context);
    let cancel = stopped.cancel.clone();
    stopped.progress = Arc::new(move |tick| {
        if tick.table == "conversations" {
            cancel.cancel();
        }
    });
    let summary = load(&stopped, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert!(summary.interrupted);
    assert!(writes(&url).await < writes_wanted);
    load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(writes(&url).await, writes_wanted, "nothing was sent twice");
    assert_eq!(contents(&url).await.join("\n"), wanted.join("\n"));
}

/// What the command does on a store that fails at one call: it chooses the tables, loads them, and publishes what it did. What
/// counts is what the next load makes of it. Returns the kind of the call that has failed; `None` where there are fewer.
async fn store_fails(wanted: &[String], fails_at: u64, when: When) -> Option<&'static str> {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let store = Arc::new(FaultyStore::new(context.staging.store(), fails_at, when));
    let faulty = Context {
        staging: Staging::with_store(Arc::clone(&store) as Arc<dyn ObjectStore>, "faulty"),
        ..again(&context)
    };
    if let Ok(Some(manifest)) = faulty.staging.latest("intercom").await {
        let _ = load(&faulty, &settings(&url), &manifest, &Filter::default()).await;
    }
    load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(contents(&url).await.join("\n"), wanted.join("\n"), "store call {fails_at} failed {when:?}");
    store.failed()
}

#[tokio::test(flavor = "multi_thread")]
async fn store_that_fails_at_any_call_loses_and_doubles_nothing() {
    let (wanted, _) = undisturbed().await;
    for when in [When::Before, When::After] {
        let mut failed = std::collections::BTreeSet::new();
        let mut kinds = futures::stream::iter(1..).map(|fails_at| store_fails(&wanted, fails_at, when)).buffered(4);
        while let Some(Some(kind)) = kinds.next().await {
            failed.insert(kind);
        }
        assert_eq!(failed.into_iter().collect::<Vec<_>>(), ["get", "list", "put"], "{when:?}");
    }
}
