//! The live reader against a real MariaDB.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../tests/support/mariadb.rs"]
mod mariadb;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::ArrayRef;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use deskferry_extract::{Error, Request, Settings, Spec, extract, probe};
use deskferry_staging::{Context, Kind, Manifest, Staging};
use futures::TryStreamExt as _;
use mariadb::MariaDb;

fn spec() -> Spec {
    Spec::parse("hesk.toml", Spec::built_in("hesk").unwrap()).unwrap()
}

fn context() -> Context {
    let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    Context::new(Staging::in_memory(), move || now, || 7)
}

fn settings(url: &str) -> Settings {
    Settings { url: url.to_owned(), table_prefix: "hesk_".into(), timezone: Some("UTC".into()), ..Settings::default() }
}

async fn staged(settings: &Settings) -> (Context, Manifest) {
    let context = context();
    let manifest = extract(&context, &spec(), settings, &Request::default()).await.unwrap_or_else(|e| {
        panic!("{e}: {:?}", std::error::Error::source(&e).map(ToString::to_string));
    });
    (context, manifest)
}

/// Every cell of a table as text, rows sorted.
async fn rows(context: &Context, manifest: &Manifest, table: &str) -> Vec<Vec<String>> {
    let batches: Vec<_> = context.staging.read(manifest, table).unwrap().try_collect().await.unwrap();
    let options = FormatOptions::default().with_null("NULL");
    let mut rows = Vec::new();
    for batch in &batches {
        // Times as numbers: to show them in their zone needs tables of zones.
        let plain =
            |c: &ArrayRef| if c.data_type().is_temporal() { cast(c, &DataType::Int64).unwrap() } else { Arc::clone(c) };
        let columns: Vec<ArrayRef> = batch.columns().iter().map(plain).collect();
        let columns: Vec<_> = columns.iter().map(|c| ArrayFormatter::try_new(c, &options).unwrap()).collect();
        rows.extend(
            (0..batch.num_rows()).map(|at| columns.iter().map(|c| c.value(at).to_string()).collect::<Vec<_>>()),
        );
    }
    rows.sort();
    rows
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("dump.sql"))
        .filter(|dump| dump.is_file())
        .collect();
    found.sort();
    found
}

/// What the fixture's own description says of it.
fn described(dump: &Path, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(dump.with_file_name("expected.toml")).ok()?;
    let table: toml::Table = text.parse().unwrap();
    table.get("desk")?.get(key)?.as_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn server_and_dump_stage_the_same_rows_of_every_version() {
    let server = MariaDb::start();
    let fixtures = fixtures();
    assert!(fixtures.len() >= 5, "{fixtures:?}");
    for dump in fixtures {
        server.load("desk", &std::fs::read(&dump).unwrap());
        let from_dump = Settings {
            url: dump.display().to_string(),
            table_prefix: described(&dump, "prefix").unwrap_or_else(|| "hesk_".into()),
            timezone: described(&dump, "timezone"),
            database_timezone: described(&dump, "database_timezone"),
            ..Settings::default()
        };
        let from_server = Settings { url: server.url("root", "", "desk"), ..from_dump.clone() };
        compare(&from_dump, &from_server, described(&dump, "never_in_stage").as_deref()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_values_and_character_sets_come_as_a_dump_has_them() {
    let server = MariaDb::start();
    small_desk(&server, "MyISAM", 10);
    server.run(
        "USE desk; SET sql_mode = '', time_zone = '+00:00';
         CREATE TABLE hesk_notes (id int PRIMARY KEY, ticket int, who int, dt datetime, message mediumtext, attachments text) ENGINE=MyISAM CHARSET=latin1;
         INSERT INTO hesk_notes VALUES (1, 1, 1, '0000-00-00 00:00:00', 'caf\u{e9} \\\\ \\' \\n \\0 end', ''), (2, 1, -1, '2024-03-31 02:30:00', '\u{20ac}', NULL);
         ALTER TABLE hesk_tickets CONVERT TO CHARACTER SET utf8mb4, ADD subject varchar(255), ADD time_worked time, ADD locked bit(1),
             ADD archive enum('0', '1'), ADD owner int(8) ZEROFILL;
         UPDATE hesk_tickets SET subject = '\u{1f600} \u{e9}', time_worked = '838:59:59', locked = 1, archive = '1', owner = 5 WHERE id = 1;
         UPDATE hesk_tickets SET time_worked = '-12:00:01', locked = 0, archive = 'x' WHERE id = 5;
         CREATE TABLE hesk_kb_articles (id int PRIMARY KEY, rating float, subject varchar(50)) ENGINE=MyISAM CHARSET=cp1251;
         INSERT INTO hesk_kb_articles VALUES (1, 3.3333333, '\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}'), (2, 1e10, NULL);",
    );
    let dump = tempfile::Builder::new().suffix(".sql").tempfile().unwrap();
    std::fs::write(dump.path(), server.dump("desk")).unwrap();
    let from_server =
        Settings { database_timezone: Some("Europe/Berlin".into()), ..settings(&server.url("root", "", "desk")) };
    let from_dump = Settings { url: dump.path().display().to_string(), ..from_server.clone() };
    compare(&from_dump, &from_server, Some("secret-hash")).await;
    let (context, manifest) = staged(&from_server).await;
    let staged = rows(&context, &manifest, "kb_articles").await;
    assert!(
        staged.iter().any(|row| row.contains(&"\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}".to_owned())),
        "{staged:?}"
    );
    assert!(manifest.rows("_defects") >= 3, "{}", manifest.rows("_defects"));
}

async fn compare(from_dump: &Settings, from_server: &Settings, secret: Option<&str>) {
    let (dump_context, dump) = staged(from_dump).await;
    let (server_context, server) = staged(from_server).await;
    let name = &from_dump.url;
    let counts = |manifest: &Manifest| -> BTreeMap<String, (u64, Option<u64>)> {
        manifest.tables.iter().map(|(name, table)| (name.clone(), (table.rows, table.source_rows))).collect()
    };
    assert_eq!(counts(&dump), counts(&server), "{name}");
    assert!(dump.rows("tickets") > 0, "{name}");
    for table in server.tables.keys().filter(|table| *table != "settings") {
        assert_eq!(dump.tables[table].columns, server.tables[table].columns, "{name}: {table}");
        let (left, right) = (rows(&dump_context, &dump, table).await, rows(&server_context, &server, table).await);
        for (left, right) in left.iter().zip(&right) {
            assert_eq!(left, right, "{name}: {table}");
        }
        let leak = secret.and_then(|secret| right.iter().find(|row| row.iter().any(|cell| cell.contains(secret))));
        assert_eq!(leak, None, "{name}: {table}");
    }
}

/// A desk of a few columns with so many replies, and one with which anything can be done.
fn small_desk(server: &MariaDb, engine: &str, replies: u32) {
    server.load(
        "desk",
        format!(
            "CREATE TABLE hesk_tickets (id mediumint unsigned PRIMARY KEY, trackid varchar(13), dt timestamp NULL) ENGINE={engine};
             INSERT INTO hesk_tickets VALUES (1, 'AAA-BBB-CCCC', '2024-07-01 12:00:00'), (5, 'DDD-BBB-CCCC', NULL);
             CREATE TABLE hesk_replies (id mediumint unsigned AUTO_INCREMENT PRIMARY KEY, replyto mediumint, message mediumtext) ENGINE={engine};
             INSERT INTO hesk_replies SELECT seq * 3, seq % 2 * 4 + 1, REPEAT(CONCAT('reply ', seq, ' '), 40) FROM seq_1_to_{replies};
             CREATE TABLE hesk_users (id smallint PRIMARY KEY, name text, pass text) ENGINE={engine};
             INSERT INTO hesk_users VALUES (1, 'Ada', 'secret-hash');
             CREATE TABLE hesk_categories (id smallint, name text) ENGINE={engine};
             INSERT INTO hesk_categories VALUES (1, 'General'), (1, 'Twice');"
        )
        .as_bytes(),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_goes_on_after_connections_are_lost_and_secrets_are_never_asked_for() {
    let server = Arc::new(MariaDb::start());
    server.run("SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log = ON; CREATE USER reader@'%'; GRANT SELECT ON desk.* TO reader@'%'");
    for engine in ["MyISAM", "InnoDB"] {
        small_desk(&server, engine, 60_000);
        server.run("TRUNCATE mysql.general_log");
        let mut context = context();
        let (killer, done) = (Arc::clone(&server), AtomicBool::new(false));
        context.progress = Arc::new(move |tick| {
            if tick.table == "replies" && tick.done > 10_000 && !done.swap(true, Ordering::SeqCst) {
                let victims = killer.run("SELECT id FROM information_schema.processlist WHERE user = 'reader'");
                victims.lines().for_each(|id| drop(killer.run(&format!("KILL {id}"))));
            }
        });
        let url = server.url("reader", "", "desk");
        let manifest = extract(&context, &spec(), &settings(&url), &Request::default()).await.unwrap();
        assert_eq!(manifest.rows("replies"), 60_000, "{engine}");
        assert_eq!(manifest.tables["replies"].source_rows, Some(60_000));
        assert!(!manifest.remarks.iter().any(|r| r.contains("changed")), "{:?}", manifest.remarks);
        let mut keys: Vec<u32> =
            rows(&context, &manifest, "replies").await.iter().map(|row| row[0].parse().unwrap()).collect();
        keys.sort_unstable();
        assert!(keys.iter().copied().eq((1..=60_000).map(|n| n * 3)), "{engine}");
        let connections = server.run("SELECT COUNT(DISTINCT thread_id) FROM mysql.general_log WHERE command_type = 'Connect' AND user_host LIKE '%reader%'");
        assert!(connections.trim().parse::<u32>().unwrap() > 2, "nothing was lost: {connections}");
        let statements = server.run(
            "SELECT argument FROM mysql.general_log WHERE user_host LIKE 'reader%' AND argument LIKE 'SELECT%hesk_%'",
        );
        assert!(statements.contains("`hesk_users`"), "{statements}");
        assert!(!statements.contains("pass") && !statements.contains("SELECT *"), "{statements}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_come_and_go_meanwhile_are_a_remark() {
    let server = Arc::new(MariaDb::start());
    small_desk(&server, "InnoDB", 1_000);
    let mut context = context();
    let (writer, done) = (Arc::clone(&server), AtomicBool::new(false));
    context.progress = Arc::new(move |tick| {
        if tick.table == "tickets" && !done.swap(true, Ordering::SeqCst) {
            writer.run(
                "INSERT INTO desk.hesk_replies (replyto) VALUES (1), (1); DELETE FROM desk.hesk_replies WHERE id = 9",
            );
        }
    });
    let manifest =
        extract(&context, &spec(), &settings(&server.url("root", "", "desk")), &Request::default()).await.unwrap();
    assert_eq!((manifest.rows("replies"), manifest.tables["replies"].source_rows), (999, Some(1_001)));
    let remark = manifest.remarks.iter().find(|r| r.contains("`replies` changed")).unwrap();
    assert!(remark.contains("1000 rows before, 1001 after, 999 read"), "{remark}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sample_takes_the_newest_tickets_and_what_belongs_to_them() {
    let server = MariaDb::start();
    small_desk(&server, "MyISAM", 10);
    let request = Request { sample: Some(1), ..Request::default() };
    let context = context();
    let manifest = extract(&context, &spec(), &settings(&server.url("root", "", "desk")), &request).await.unwrap();
    assert_eq!((manifest.rows("tickets"), manifest.rows("replies"), manifest.rows("categories")), (1, 5, 2));
    assert_eq!(rows(&context, &manifest, "tickets").await[0][0], "5");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_key_is_read_whole() {
    let server = MariaDb::start();
    server.load(
        "desk",
        b"CREATE TABLE x_pairs (a int, b int, PRIMARY KEY (b, a)) ENGINE=InnoDB;
          INSERT INTO x_pairs SELECT seq % 7, seq FROM seq_1_to_3500;
          CREATE TABLE x_keyless (a int) ENGINE=InnoDB;
          INSERT INTO x_keyless SELECT seq % 10 FROM seq_1_to_3500;
          CREATE TABLE x_gaps (a bigint PRIMARY KEY) ENGINE=MyISAM;
          INSERT INTO x_gaps VALUES (-9223372036854775808), (0), (9223372036854775807);
          CREATE TABLE x_nothing (a int PRIMARY KEY) ENGINE=MyISAM;",
    );
    let table = |name: &str, key: &str| {
        format!("[[table]]\nname = \"{name}\"\nkey = {key}\ncolumns = {{ a = \"int\", b = \"int\" }}\n")
    };
    let head = "name = \"x\"\ntitle = \"X\"\nreaders = [\"mysql\"]\n".to_owned();
    let one = ["keyless", "gaps", "nothing"].map(|name| table(name, "\"a\"")).concat();
    let spec = Spec::parse("x.toml", &(head + &table("pairs", "[\"a\", \"b\"]") + &one)).unwrap();
    let context = context();
    let settings = Settings { table_prefix: "x_".into(), ..settings(&server.url("root", "", "desk")) };
    let manifest = extract(&context, &spec, &settings, &Request::default()).await.unwrap();
    let read = ["pairs", "keyless", "gaps", "nothing"].map(|table| manifest.rows(table));
    assert_eq!(read, [3_500, 3_500, 3, 0]);
    let mut pairs = rows(&context, &manifest, "pairs").await;
    pairs.dedup();
    assert_eq!(pairs.len(), 3_500);
}

async fn refused(settings: &Settings) -> Error {
    let context = context();
    let error = extract(&context, &spec(), settings, &Request::default()).await.unwrap_err();
    assert!(context.staging.runs().await.unwrap().is_empty(), "something was published");
    assert!(!format!("{error} {error:?} {:?}", error.hint()).contains("hunter2"), "the password is shown: {error:?}");
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_setting_is_named_with_a_hint() {
    let server = MariaDb::start();
    small_desk(&server, "MyISAM", 3);
    server.run(
        "CREATE DATABASE other; CREATE TABLE other.wp_posts (id int); CREATE DATABASE empty; CREATE USER reader@'%' IDENTIFIED BY 'hunter2';
         GRANT SELECT ON desk.hesk_tickets TO reader@'%'; GRANT SELECT ON desk.hesk_users TO reader@'%';
         GRANT SELECT ON desk.hesk_categories TO reader@'%'; GRANT INSERT ON desk.hesk_replies TO reader@'%';",
    );
    let url = |password: &str, database: &str| server.url("reader", password, database);
    let root = |database: &str| settings(&server.url("root", "", database));
    let port = server.port();
    let other_prefix = Settings { table_prefix: "help_".into(), ..root("desk") };
    let cases = [
        (settings(&url("hunter2-wrong", "desk")), Kind::Invalid, "password is wrong"),
        (settings(&url("hunter2", "desk")), Kind::Invalid, "GRANT SELECT ON `desk`.*"),
        (settings("mysql://reader:hunter2@127.0.0.1:1/desk"), Kind::Unavailable, "nothing listens on port 1"),
        (
            settings("mysql://reader:hunter2@no-such-host.invalid/desk"),
            Kind::Unavailable,
            "`no-such-host.invalid` is not known",
        ),
        (root("nowhere"), Kind::Invalid, "no database `nowhere`"),
        (root("other"), Kind::Invalid, "database's name"),
        (root("empty"), Kind::Invalid, "sees no table"),
        (other_prefix, Kind::Invalid, "table_prefix = \"hesk_\""),
        (settings(&format!("mysql://root@127.0.0.1:{port}/desk?ssl=true")), Kind::Invalid, "ssl"),
    ];
    for (settings, kind, hint) in cases {
        let error = refused(&settings).await;
        assert_eq!(error.kind(), kind, "{hint}: {error:?}");
        assert!(error.hint().unwrap().contains(hint), "{hint}: {error:?} {:?}", error.hint());
    }
    let probed = probe(&context(), &spec(), &root("desk")).await.unwrap();
    assert!(probed.tables.contains(&("replies".to_owned(), Some(3))), "{probed:?}");
    assert!(probed.remarks.iter().any(|r| r.contains("MariaDB")), "{probed:?}");
}
