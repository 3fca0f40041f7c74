//! Databases that are not there, go away, are full, or are somebody else's at the moment.

use std::sync::Arc;
use std::time::Duration;

use deskferry_database::{Counts, Error, Target};
use deskferry_staging::Kind;

use crate::desk::{Desk, counts, users};
use crate::postgres::{PASSWORD, Postgres};

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_reached_is_said_to_be() {
    let mut desk = Desk::new(Postgres::shared().database());
    let manifest = desk.stage(&users(3)).await;
    let (url, name) = (desk.database.url(), desk.database.name.clone());
    let port = format!(":{}", desk.database.server().port());
    for (url, kind, said, told) in [
        (url.replace(&port, ":1"), Kind::Unavailable, "refused", "host and port"),
        (url.replace("127.0.0.1", "nowhere.invalid"), Kind::Unavailable, "nowhere.invalid", "host and port"),
        (url.replace("s3cret", "other"), Kind::Invalid, "password authentication failed", "user and password"),
        (url.replace("admin", "nobody_known"), Kind::Invalid, "password authentication failed", "user and password"),
        (url.replace(&name, "missing"), Kind::Invalid, "\"missing\" does not exist", "CREATE DATABASE"),
    ] {
        desk.settings.target = Target::parse(&url).unwrap();
        let error = desk.load(&manifest).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let hint = error.hint().unwrap();
        assert!(error.to_string().contains(said) && hint.contains(told), "{error} / {hint}");
        assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_loads_exclude_each_other_and_other_schemas_are_free() {
    let mut desk = Desk::new(Postgres::shared().database());
    let manifest = desk.stage(&users(5)).await;
    desk.load(&manifest).await.unwrap();
    // The row that a transaction holds keeps the first load waiting while the second one asks.
    let holder = tokio::task::spawn_blocking({
        let hold = format!(
            "BEGIN; UPDATE end_users SET name = 'held' WHERE source_key = '{}'; SELECT pg_sleep(8); COMMIT",
            users(1)[0].key
        );
        let database = desk.database.server().clone();
        let name = desk.database.name.clone();
        move || crate::postgres::Database::of(&database, &name).run(&hold)
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut changed = users(5);
    changed[0].name = Some("new".into());
    let changed = desk.stage(&changed).await;
    let desk_ref = &desk;
    let first = async { desk_ref.load(&changed).await };
    let second = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut elsewhere = desk_ref.settings.clone();
        elsewhere.schema = Some("elsewhere".to_owned());
        let free = deskferry_database::load(&desk_ref.context, &elsewhere, &manifest).await;
        (desk_ref.load(&manifest).await, free)
    };
    let (first, (second, free)) = tokio::join!(first, second);
    let error = second.unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error}");
    assert_eq!(error.kind(), Kind::Conflict);
    assert!(error.hint().unwrap().contains("goes on where the other ended"));
    assert_eq!(counts(&first.unwrap()).updated, 1);
    assert_eq!(counts(&free.unwrap()).created, 5);
    holder.await.unwrap();
    desk.settings.verify = true;
    assert_eq!(counts(&desk.load(&changed).await.unwrap()).same, 5);
}

/// A trigger that fails at one row with this code of an error, as a server in trouble does.
fn fail_at(desk: &Desk, key: &str, code: &str) {
    desk.database.run(&format!(
        "CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN \
         IF new.source_key = '{key}' THEN RAISE EXCEPTION 'trouble' USING ERRCODE = '{code}'; END IF; RETURN new; END$$; \
         CREATE OR REPLACE TRIGGER fail BEFORE INSERT OR UPDATE ON end_users FOR EACH ROW EXECUTE FUNCTION fail()"
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_any_failure_on_the_way_the_next_load_goes_on() {
    let desk = Desk::new(Postgres::shared().database());
    desk.bring(&users(1)).await;
    let all = users(20_000);
    let manifest = desk.stage(&all).await;
    let mut there = 1;
    for (at, code, kind) in [
        (4_000, "53100", Kind::Unavailable),
        (7_000, "57014", Kind::Unavailable),
        (9_000, "40P01", Kind::Unavailable),
        (12_000, "42501", Kind::Invalid),
        (17_000, "57P01", Kind::Unavailable),
    ] {
        fail_at(&desk, &all[at].key, code);
        let error = desk.load(&manifest).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains("cannot write table \"public\".\"end_users\": trouble"), "{error}");
        assert!(error.hint().is_some());
        let now = desk.database.count("SELECT count(*) FROM end_users");
        // What came in whole batches before the failure stays, and nothing of the batch that failed.
        assert!(now >= there && now <= at as i64, "{there} {now} {at}");
        let broken = desk.database.count("SELECT count(*) FROM deskferry_loads WHERE fingerprint IS NULL");
        assert_eq!(broken, i64::from(now > 1), "what is noted was true until the first row came");
        there = now;
    }
    assert!(there >= 10_000, "{there}");
    desk.database.run("DROP TRIGGER fail ON end_users");
    let summary = desk.load(&manifest).await.unwrap();
    assert_eq!(counts(&summary).same, there as u64);
    assert_eq!(counts(&summary).created, 20_000 - there as u64);
    assert!(counts(&desk.load(&manifest).await.unwrap()).is_skipped);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_is_tried_again() {
    let desk = Desk::new(Postgres::shared().database());
    desk.bring(&users(3)).await;
    // Fails twice, then lets the row pass: sequences are not rolled back.
    desk.database.run(
        "CREATE SEQUENCE tries; CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN \
         IF nextval('tries') <= 2 THEN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END IF; RETURN new; END$$; \
         CREATE TRIGGER twice BEFORE UPDATE ON end_users FOR EACH ROW EXECUTE FUNCTION twice()",
    );
    let mut all = users(3);
    all[1].name = Some("other".into());
    assert_eq!(counts(&desk.bring(&all).await), Counts { rows: 3, updated: 1, same: 2, ..Counts::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_in_the_middle_loses_nothing() {
    let server = Arc::new(Postgres::start(&[]));
    let desk = Desk::new(server.database());
    desk.bring(&users(1)).await;
    desk.database.run(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(0.001); RETURN new; END$$; \
         CREATE TRIGGER slow BEFORE INSERT ON end_users FOR EACH ROW EXECUTE FUNCTION slow()",
    );
    let manifest = desk.stage(&users(20_000)).await;
    let stop = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_secs(3));
        server.stop();
    });
    let error = desk.load(&manifest).await.unwrap_err();
    stop.await.unwrap();
    assert_eq!(error.kind(), Kind::Unavailable, "{error}");
    assert!(error.hint().unwrap().contains("it goes on where"), "{:?}", error.hint());
    let error = desk.load(&manifest).await.unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error}");
    assert_eq!(error.kind(), Kind::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_the_user_stops_goes_on_later() {
    let desk = Desk::new(Postgres::shared().database());
    let manifest = desk.stage(&users(20_000)).await;
    let mut stopped = desk.context.clone();
    stopped.cancel = tokio_util::sync::CancellationToken::new();
    let cancel = stopped.cancel.clone();
    stopped.progress = Arc::new(move |tick| {
        if tick.table == "end_users" && tick.done > 8_000 {
            cancel.cancel();
        }
    });
    let summary = deskferry_database::load(&stopped, &desk.settings, &manifest).await.unwrap();
    assert!(summary.interrupted);
    let there = desk.database.count("SELECT count(*) FROM end_users");
    assert_eq!(there as u64, counts(&summary).created);
    assert!(there > 8_000 && there < 20_000, "{there}");
    let summary = desk.load(&manifest).await.unwrap();
    assert!(!summary.interrupted);
    assert_eq!((counts(&summary).same, counts(&summary).created), (there as u64, 20_000 - there as u64));
}
