//! Tables that are there already: extended, left alone where they are the user's, refused where they cannot be written.

use deskferry_database::{Counts, Error, Target};
use deskferry_staging::Kind;

use crate::desk::{Desk, counts, users};
use crate::postgres::{PASSWORD, Postgres};

/// What a load that must be refused says, and its hint.
async fn refused(desk: &Desk, kind: Kind) -> (String, String) {
    let manifest = desk.stage(&users(3)).await;
    let error = desk.load(&manifest).await.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    let hint = error.hint().unwrap_or_else(|| panic!("no hint: {error}"));
    assert!(!format!("{error} {error:?} {hint}").contains(PASSWORD), "{error:?}");
    (error.to_string(), hint)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_user_has_added_is_left_alone() {
    let desk = Desk::new(Postgres::shared().database());
    let mut all = users(200);
    desk.bring(&all).await;
    desk.database.run(
        "ALTER TABLE end_users ADD COLUMN score integer, ADD COLUMN seen boolean NOT NULL DEFAULT false;
         UPDATE end_users SET score = 7, seen = true WHERE visits = 7;
         CREATE VIEW active AS SELECT source_key, name, score FROM end_users WHERE NOT archived;
         CREATE TABLE log (key text); CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS
         $$BEGIN INSERT INTO log VALUES (coalesce(new.source_key, old.source_key)); RETURN coalesce(new, old); END$$;
         CREATE TRIGGER log AFTER INSERT OR UPDATE OR DELETE ON end_users FOR EACH ROW EXECUTE FUNCTION log();
         COMMENT ON COLUMN end_users.name IS 'ours'; ALTER TABLE end_users ALTER COLUMN name SET STATISTICS 200;
         CREATE TABLE orders (user_key text REFERENCES end_users); INSERT INTO orders SELECT source_key FROM end_users LIMIT 1",
    );
    all[20].name = Some("renamed".into());
    all.remove(30);
    all.remove(0);
    let summary = desk.bring(&all).await;
    // The first row is another table's reference: it stays, and is told.
    let wanted = Counts { rows: 198, updated: 1, same: 197, deleted: 1, kept: 1, rejected: 1, ..Counts::default() };
    assert_eq!(counts(&summary), wanted);
    let rejects = desk.told(&summary, "rejects").await;
    assert_eq!((rejects[0][2].as_str(), rejects[0][4].as_str()), ("delete", "23503"));
    assert_eq!(desk.database.count("SELECT count(*) FROM active WHERE score = 7"), 89);
    assert_eq!(desk.database.run("SELECT count(*), count(DISTINCT key) FROM log"), "2|2");
    assert_eq!(desk.database.run("SELECT col_description('end_users'::regclass, 2)"), "ours");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_that_are_missing_are_added_and_filled_for_all_rows() {
    let desk = Desk::new(Postgres::shared().database());
    let all = users(6_000);
    desk.bring(&all).await;
    desk.database.run("ALTER TABLE end_users DROP COLUMN spend, DROP COLUMN attributes");
    let summary = desk.bring(&all).await;
    assert_eq!(counts(&summary).rows, 6_000);
    let filled = "SELECT count(*) FROM end_users WHERE spend = 0.5 AND attributes ? 'plan'";
    // The staged rows are those of the last load, and yet all of them are written again.
    assert_eq!(desk.database.count(filled), 6_000);
    assert!(counts(&desk.bring(&all).await).is_skipped);
    // A table that was made by somebody else, without the column of digests and with rows of its own.
    desk.database.run("ALTER TABLE end_users DROP COLUMN _digest; UPDATE end_users SET spend = 9");
    assert_eq!(
        counts(&desk.bring(&all[..5_999]).await),
        Counts { rows: 5_999, updated: 5_999, kept: 1, ..Counts::default() }
    );
    assert_eq!(desk.database.count(filled), 5_999);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_cannot_be_written_is_refused_before_a_row_is() {
    let desk = Desk::new(Postgres::shared().database());
    desk.bring(&users(5)).await;
    for (change, said, told) in [
        (
            "ALTER TABLE end_users ALTER COLUMN visits TYPE text",
            "column `visits` is text, it must be bigint",
            "TYPE bigint",
        ),
        (
            "ALTER TABLE end_users ALTER COLUMN name TYPE varchar(9)",
            "column `name` is character varying(9)",
            "TYPE text",
        ),
        (
            "ALTER TABLE end_users DROP CONSTRAINT end_users_pkey",
            "`source_key`, which is not unique",
            "ADD PRIMARY KEY",
        ),
        (
            "ALTER TABLE end_users ALTER COLUMN source_key TYPE text COLLATE \"en-x-icu\"",
            "not ordered by its bytes",
            "COLLATE \"C\"",
        ),
        (
            "ALTER TABLE end_users ADD COLUMN region text; UPDATE end_users SET region = 'eu'; \
             ALTER TABLE end_users ALTER COLUMN region SET NOT NULL",
            "column `region` is none of deskferry's, NOT NULL and without a default",
            "DROP NOT NULL",
        ),
        (
            "ALTER TABLE end_users RENAME TO people; CREATE VIEW end_users AS SELECT * FROM people",
            "it is a view",
            "target_schema",
        ),
        ("UPDATE deskferry_loads SET format = 2", "newer deskferry", "install"),
    ] {
        let before = "SELECT string_agg(table_name || xmin, ',' ORDER BY table_name) FROM deskferry_loads";
        desk.database.run(&format!("CREATE SCHEMA saved; {change}"));
        let noted = desk.database.run(before);
        let (error, hint) = refused(&desk, Kind::Invalid).await;
        assert!(error.contains(said) && hint.contains(told), "{error} / {hint}");
        assert_eq!(desk.database.run(before), noted);
        desk.database.run("DROP SCHEMA public CASCADE; DROP SCHEMA saved; CREATE SCHEMA public");
        desk.bring(&users(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_hint_says_makes_the_load_go_on() {
    let desk = Desk::new(Postgres::shared().database());
    desk.bring(&users(5)).await;
    desk.database.run("ALTER TABLE end_users ALTER COLUMN visits TYPE text");
    let (_, hint) = refused(&desk, Kind::Invalid).await;
    desk.database.run(hint.split(';').next().unwrap());
    assert_eq!(counts(&desk.bring(&users(5)).await).same, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_is_used_made_or_refused() {
    let mut desk = Desk::new(Postgres::shared().database());
    let name = desk.database.name.clone();
    let (reader, odd) = (format!("reader_{name}"), "Support \"desk\"; x");
    desk.settings.schema = Some(odd.to_owned());
    assert_eq!(desk.bring(&users(3)).await.schema, odd);
    let quoted = "\"Support \"\"desk\"\"; x\"";
    assert_eq!(desk.database.count(&format!("SELECT count(*) FROM {quoted}.end_users")), 3);
    assert_eq!(counts(&desk.bring(&users(2)).await).deleted, 1);

    desk.database.run(&format!("CREATE USER {reader} PASSWORD '{PASSWORD}'; CREATE SCHEMA theirs"));
    desk.settings.target = Target::parse(&desk.database.url_of(&reader)).unwrap();
    let (said, hint) = refused(&desk, Kind::Invalid).await;
    assert!(
        said.contains("permission denied for schema") && hint.contains("GRANT USAGE, CREATE ON SCHEMA"),
        "{said} {hint}"
    );
    desk.settings.schema = Some("missing".to_owned());
    let (said, hint) = refused(&desk, Kind::Invalid).await;
    assert!(
        said.contains("`missing` is not there and cannot be made") && hint.contains("CREATE SCHEMA"),
        "{said} {hint}"
    );
    desk.settings.schema = None;
    let (said, hint) = refused(&desk, Kind::Invalid).await;
    assert!(said.contains("permission denied for schema public") && hint.contains("GRANT"), "{said} {hint}");
    desk.database.run(&format!("ALTER USER {reader} SET search_path = nowhere"));
    let (said, hint) = refused(&desk, Kind::Invalid).await;
    assert!(said.contains("has no schema to write into") && hint.contains("target_schema"), "{said} {hint}");
    desk.database.run(&format!("GRANT USAGE, CREATE ON SCHEMA theirs TO {reader}"));
    desk.settings.schema = Some("theirs".to_owned());
    desk.bring(&users(3)).await;
    desk.database.run(&format!("REVOKE TEMPORARY ON DATABASE {name} FROM public"));
    let mut all = users(3);
    all[1].name = None;
    let manifest = desk.stage(&all).await;
    let error = desk.load(&manifest).await.unwrap_err();
    assert!(matches!(error, Error::Database { .. }) && error.to_string().contains("temporary table"), "{error}");
    assert!(error.hint().unwrap().contains("GRANT TEMPORARY"), "{:?}", error.hint());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_run_of_a_contract_is_refused() {
    let desk = Desk::new(Postgres::shared().database());
    let manifest = desk.stage_with(&users(1), |manifest| manifest.tables.retain(|name, _| name == "base_users")).await;
    let error = desk.load(&manifest).await.unwrap_err();
    assert!(error.to_string().contains("no table with the key source_key"), "{error}");
    // Rows that are not in the order of their keys cannot be merged: nothing is guessed.
    let mut all = users(10);
    all.swap(3, 4);
    let manifest = desk.stage(&all).await;
    let error = desk.load(&manifest).await.unwrap_err();
    assert!(error.to_string().contains("not in the order of its keys at `intercom:contact:0000003`"), "{error}");
    assert_eq!(error.kind(), Kind::Data);
}
