//! Values that a database does not take as they are.

use deskferry_database::Counts;

use crate::desk::{Desk, User, counts, user, users};
use crate::postgres::Postgres;

#[tokio::test(flavor = "multi_thread")]
async fn characters_that_postgresql_does_not_store_are_replaced_and_listed() {
    let desk = Desk::new(Postgres::shared().database());
    let mut all = users(3);
    all[0].name = Some("a\0b".into());
    all[1].attributes =
        Some(r#"{"nul": "x\u0000y", "half": "\ud83d", "whole": "\ud83d\ude00", "path": "C:\\u0000"}"#.into());
    let summary = desk.bring(&all).await;
    assert_eq!(counts(&summary), Counts { rows: 3, created: 3, defects: 2, ..Counts::default() });
    let database = &desk.database;
    assert_eq!(database.run("SELECT name FROM end_users WHERE source_key LIKE '%0'"), "a\u{FFFD}b");
    let json = "SELECT attributes ->> 'nul', attributes ->> 'half', attributes ->> 'whole', attributes ->> 'path' \
                FROM end_users WHERE source_key LIKE '%1'";
    assert_eq!(database.run(json), "x\u{FFFD}y|\u{FFFD}|😀|C:\\u0000");
    let defects = desk.told(&summary, "defects").await;
    let places: Vec<(&str, &str)> = defects.iter().map(|row| (row[1].as_str(), row[3].as_str())).collect();
    assert_eq!(places, [("intercom:contact:0000000", "name"), ("intercom:contact:0000001", "attributes")]);
    assert!(counts(&desk.bring(&all).await).is_skipped);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_and_numbers_arrive_as_they_are() {
    let desk = Desk::new(Postgres::shared().database());
    let names = ["'; DROP TABLE end_users; --", "\\N", "\t\n\r\u{7f}", "😀\u{202e}\u{feff}", "", " ", "\"\\.\"", "ÿþ"];
    let mut all: Vec<User> = names.iter().enumerate().map(|(n, name)| user(&format!("k{n}"), name)).collect();
    all.push(User { name: Some("x".repeat(20 << 20)), ..user("k8", "") });
    let numbers = [(i64::MIN, f64::NAN), (i64::MAX, f64::INFINITY), (0, f64::MIN_POSITIVE), (-1, 1e308)];
    for (row, (visits, spend)) in all.iter_mut().zip(numbers) {
        (row.visits, row.spend) = (Some(visits), Some(spend));
    }
    all[4].attributes = Some(format!("[{}, 1e400, {}]", "\"é\\n\"", "[".repeat(500) + &"]".repeat(500)));
    let summary = desk.bring(&all).await;
    assert_eq!(counts(&summary), Counts { rows: 9, created: 9, ..Counts::default() });
    for (n, name) in names.iter().enumerate() {
        let hex = desk
            .database
            .run(&format!("SELECT encode(convert_to(name, 'UTF8'), 'hex') FROM end_users WHERE source_key = 'k{n}'"));
        let wanted: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, wanted, "{name:?}");
    }
    assert_eq!(desk.database.count("SELECT length(name) FROM end_users WHERE source_key = 'k8'"), 20 << 20);
    let found = desk.database.run("SELECT visits, spend FROM end_users ORDER BY source_key LIMIT 4");
    assert_eq!(found, "-9223372036854775808|NaN\n9223372036854775807|Infinity\n0|2.2250738585072014e-308\n-1|1e+308");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_row_is_rejected_with_its_reason_and_stops_no_other() {
    let desk = Desk::new(Postgres::shared().database());
    let mut all = users(10_000);
    all[17].attributes = Some("{\"plan\": ".into());
    all[18].attributes = Some("NaN".into());
    all[4_000].seen_at = Some(i64::MIN);
    all[4_001].seen_at = Some(-210_866_803_200_000_001);
    all[4_002].seen_at = Some(i64::MAX);
    all[9_000].attributes = Some("[".repeat(100_000));
    // Longer than what an index takes, and not to be packed: hashes of numbers.
    let long: String = (0..400u32)
        .map(|n| format!("{:08x}{:08x}", n.wrapping_mul(2_654_435_761), n.wrapping_mul(40_503) ^ 0x9e37))
        .collect();
    all.push(user(&format!("intercom:contact:z{long}"), "long"));
    all.push(user("intercom:contact:z\0", "key"));
    all.sort_by(|a, b| a.key.cmp(&b.key));
    let summary = desk.bring(&all).await;
    assert_eq!(counts(&summary), Counts { rows: 10_002, created: 9_995, rejected: 7, ..Counts::default() });
    assert_eq!(desk.database.count("SELECT count(*) FROM end_users"), 9_995);
    let rejects = desk.told(&summary, "rejects").await;
    let of =
        |key: &str| rejects.iter().find(|row| row[1].contains(key)).unwrap_or_else(|| panic!("{key}: {rejects:?}"));
    assert_eq!(of("0000017")[4], "22P02");
    assert!(of("0000018")[5].contains("json"), "{:?}", of("0000018"));
    assert_eq!(of("0004000")[3], "seen_at");
    assert!(of("0004001")[5].contains("4714-11-24 BC"), "{:?}", of("0004001"));
    assert_eq!(of("contact:z\0")[3], "source_key");
    assert!(rejects.iter().all(|row| row[0] == "end_users" && row[2] == "write"), "{rejects:?}");
    // What is refused is tried again, and told again, until it is corrected.
    assert_eq!(counts(&desk.bring(&all).await).rejected, 7);
    all[17].attributes = None;
    let summary = desk.bring(&all).await;
    assert_eq!((counts(&summary).created, counts(&summary).rejected), (1, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_there_and_becomes_bad_stays_as_it_was() {
    let desk = Desk::new(Postgres::shared().database());
    let mut all = users(20);
    desk.bring(&all).await;
    all[3].attributes = Some("{".into());
    all[4].seen_at = Some(i64::MIN);
    let summary = desk.bring(&all).await;
    assert_eq!(counts(&summary), Counts { rows: 20, same: 18, kept: 2, rejected: 2, ..Counts::default() });
    assert_eq!(desk.database.count("SELECT count(*) FROM end_users WHERE attributes ->> 'plan' = '6'"), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_most_rows_are_refused_the_load_stops() {
    let desk = Desk::new(Postgres::shared().database());
    desk.bring(&users(1)).await;
    desk.database.run("ALTER TABLE end_users ADD CHECK (visits < 8)");
    let manifest = desk.stage(&users(5_000)).await;
    let error = desk.load(&manifest).await.unwrap_err();
    let said = error.to_string();
    assert!(said.contains("rows of end_users were refused") && said.contains("check constraint"), "{said}");
    assert!(error.hint().unwrap().contains("reject_rate_max"), "{:?}", error.hint());
    desk.database.run("ALTER TABLE end_users DROP CONSTRAINT end_users_visits_check");
    assert_eq!(desk.load(&manifest).await.unwrap().tables[1].1.rejected, 0);
    assert_eq!(desk.database.count("SELECT count(*) FROM end_users"), 5_000);
}
