//! What a load writes, and what it does not.

use deskferry_database::{Counts, status};

use crate::desk::{Desk, counts, user, users};
use crate::postgres::Postgres;

/// Everything that tells whether a row was written again.
const VERSIONS: &str = "SELECT source_key, xmin, ctid FROM end_users UNION ALL SELECT table_name, xmin, ctid FROM deskferry_loads \
                        UNION ALL SELECT relname, xmin, ctid FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1";

#[tokio::test(flavor = "multi_thread")]
async fn a_first_load_makes_tables_of_the_contracts_types_and_a_second_writes_nothing() {
    let desk = Desk::new(Postgres::shared().database());
    let mut all = users(12_345);
    all[3] = crate::desk::User { key: all[3].key.clone(), ..Default::default() };
    let summary = desk.bring(&all).await;
    let order: Vec<&str> = summary.tables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(order, ["teams", "end_users", "admins"], "the contract's order, then what is not in it");
    assert_eq!(counts(&summary), Counts { rows: 12_345, created: 12_345, ..Counts::default() });
    let database = &desk.database;
    let row = |n: usize| {
        database.run(&format!(
            "SELECT source_key, name, company_key, visits, spend, archived, seen_at AT TIME ZONE 'UTC', attributes, \
             attributes ->> 'plan' FROM end_users ORDER BY source_key OFFSET {n} LIMIT 1"
        ))
    };
    assert_eq!(
        row(12),
        "intercom:contact:0000012|user 12|intercom:company:1|7|0.5|f|2023-11-14 22:13:20.123456|{\"plan\": 7}|7"
    );
    assert_eq!(row(3), "intercom:contact:0000003||||||||");
    let types = database.run(
        "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute \
         WHERE attrelid = 'end_users'::regclass AND attnum > 0",
    );
    assert_eq!(
        types,
        "source_key text, name text, company_key text, visits bigint, spend double precision, archived boolean, \
         seen_at timestamp with time zone, attributes jsonb, _digest bytea"
    );
    let indexes = database
        .run("SELECT string_agg(indexname, ', ' ORDER BY indexname) FROM pg_indexes WHERE tablename = 'end_users'");
    assert_eq!(indexes, "end_users_company_key_idx, end_users_pkey");
    assert_eq!(database.run("SELECT col_description('end_users'::regclass, 4)"), "what visits is");
    assert_eq!(database.run("SELECT to_regclass('base_users')"), "");

    let before = database.run(VERSIONS);
    let again = desk.bring(&all).await;
    assert_eq!(counts(&again), Counts { rows: 12_345, same: 12_345, is_skipped: true, ..Counts::default() });
    let mut desk = desk;
    desk.settings.verify = true;
    let verified = desk.bring(&all).await;
    assert_eq!(counts(&verified), Counts { rows: 12_345, same: 12_345, ..Counts::default() });
    assert_eq!(desk.database.run(VERSIONS), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_differs_is_written_and_what_is_gone_is_deleted() {
    let desk = Desk::new(Postgres::shared().database());
    let mut all = users(30_000);
    desk.bring(&all).await;
    // At the beginning, in the middle, at the end: gone, changed, new.
    all.retain(|user| !user.key.ends_with("77") && !user.key.ends_with("0000000"));
    all[10].name = Some("renamed".into());
    all[11].attributes = None;
    all.last_mut().unwrap().archived = Some(true);
    all.insert(0, user("a", "before all others"));
    all.push(user("intercom:contact:9", "after all others"));
    all.push(user("intercom:contact:é", "after all of ASCII"));
    let summary = desk.bring(&all).await;
    let wanted = Counts { rows: 29_702, created: 3, updated: 3, same: 29_696, deleted: 301, ..Counts::default() };
    assert_eq!(counts(&summary), wanted);
    let staged: Vec<String> =
        all.iter().map(|user| format!("{}|{}", user.key, user.name.as_deref().unwrap())).collect();
    let there = desk.database.run("SELECT source_key, name FROM end_users ORDER BY source_key");
    assert!(there == staged.join("\n"), "the database does not have the names of the stage");
    let changed = "SELECT count(*) FILTER (WHERE attributes IS NULL), count(*) FILTER (WHERE archived) FROM end_users";
    assert_eq!(desk.database.run(changed), "1|1");
    assert!(counts(&desk.bring(&all).await).is_skipped);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_the_same_keep_their_versions() {
    let desk = Desk::new(Postgres::shared().database());
    let mut all = users(9_000);
    desk.bring(&all).await;
    let versions = "SELECT md5(string_agg(source_key || xmin || ctid, ',' ORDER BY source_key)) FROM end_users \
                    WHERE source_key NOT IN ('intercom:contact:0000100', 'intercom:contact:0008999')";
    let before = desk.database.run(versions);
    all[100].spend = Some(-0.0);
    all[8_999].seen_at = Some(-1);
    assert_eq!(counts(&desk.bring(&all).await).updated, 2);
    assert_eq!(desk.database.run(versions), before);
    let time = "SELECT seen_at AT TIME ZONE 'UTC' FROM end_users WHERE source_key = 'intercom:contact:0008999'";
    assert_eq!(desk.database.run(time), "1969-12-31 23:59:59.999999");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_run_empties_the_tables_and_a_full_one_fills_them_again() {
    let desk = Desk::new(Postgres::shared().database());
    desk.bring(&users(11_000)).await;
    assert_eq!(counts(&desk.bring(&[]).await).deleted, 11_000);
    assert_eq!(desk.database.count("SELECT count(*) FROM end_users"), 0);
    assert_eq!(counts(&desk.bring(&users(11_000)).await).created, 11_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_extract_could_not_read_is_not_deleted() {
    use deskferry_staging::{Build, Stage, Table};
    let desk = Desk::new(Postgres::shared().database());
    desk.bring(&users(10)).await;
    let context = &desk.context;
    let mut extract = context.staging.begin(context.run_id(), Stage::Extract, "intercom_live", context.now()).unwrap();
    let incomplete = Table { incomplete: Some("the token may not read contacts".into()), ..Table::default() };
    extract.manifest().tables.insert("contacts".into(), incomplete);
    let extract = extract.publish(context.now()).await.unwrap();
    let manifest = desk
        .stage_with(&users(4), |manifest| {
            manifest.inputs.push(extract.run.clone());
            let users = manifest.tables.get_mut("end_users").unwrap();
            users.build = Some(Build {
                model: "sql/intercom/end_users.sql".into(),
                sha256: "00".repeat(32),
                reads: vec!["intercom_live.contacts".into()],
                fingerprint: None,
                milliseconds: 0,
                reused_from: None,
            });
        })
        .await;
    let summary = desk.load(&manifest).await.unwrap();
    assert_eq!((counts(&summary).deleted, counts(&summary).kept), (0, 6));
    assert!(summary.kept["end_users"].contains("the token may not read contacts"), "{:?}", summary.kept);
    assert_eq!(desk.database.count("SELECT count(*) FROM end_users"), 10);
    // Once all can be read, what is gone goes.
    let summary = desk.bring(&users(4)).await;
    assert_eq!((counts(&summary).deleted, summary.kept.len()), (6, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_somebody_has_deleted_or_added_are_noticed() {
    let desk = Desk::new(Postgres::shared().database());
    let all = users(50);
    desk.bring(&all).await;
    desk.database.run("DELETE FROM end_users WHERE name = 'user 7'");
    desk.database.run("INSERT INTO end_users (source_key, name) VALUES ('mine:1', 'by hand')");
    desk.database.run("DELETE FROM teams");
    let summary = desk.bring(&all).await;
    assert_eq!(summary.tables[0].1.created, 2, "teams");
    // As many rows as before: what is noted does not tell, a comparison does.
    let mut desk = desk;
    assert!(counts(&summary).is_skipped);
    desk.settings.verify = true;
    let summary = desk.bring(&all).await;
    assert_eq!((counts(&summary).created, counts(&summary).kept), (1, 1));
    assert_eq!(desk.database.run("SELECT name FROM end_users WHERE source_key = 'mine:1'"), "by hand");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_tells_rows_and_the_last_load() {
    let desk = Desk::new(Postgres::shared().database());
    assert_eq!(status(&desk.settings).await.unwrap(), []);
    let manifest = desk.stage(&users(42)).await;
    desk.load(&manifest).await.unwrap();
    let tables = status(&desk.settings).await.unwrap();
    let names: Vec<&str> = tables.iter().map(|table| table.table.as_str()).collect();
    assert_eq!(names, ["admins", "end_users", "teams"]);
    let users = &tables[1];
    assert_eq!((users.rows, users.rejected, users.is_whole), (Some(42), 0, true));
    assert_eq!(users.run.as_deref(), Some(manifest.run.as_str()));
    let loaded_at = users.loaded_at.unwrap().timestamp();
    assert!((1_700_000_000..1_700_001_000).contains(&loaded_at), "{loaded_at}");
    desk.database.run("DROP TABLE admins; ALTER TABLE teams RENAME TO groups");
    assert_eq!(status(&desk.settings).await.unwrap().iter().filter_map(|table| table.rows).sum::<u64>(), 42);
}
