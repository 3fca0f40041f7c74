//! Wrong input: a clear error that names the place and says what to do, exit code 1, nothing half-published.

use crate::support::{Migration, Workspace, repository, text};

const DESK: &str =
    "[source]\nkind = \"hesk\"\nurl = \"URL\"\ntable_prefix = \"hesk_\"\ntimezone = \"America/New_York\"\n";

fn desk(url: &str) -> Migration {
    Migration::new(&DESK.replace("URL", url))
}

fn dump(version: &str) -> String {
    repository("tests/fixtures").join(format!("hesk-{version}/dump.sql")).display().to_string()
}

fn publishes_nothing(migration: &Migration) {
    let runs = migration.done(&["--json", "runs"]);
    assert_eq!(runs.trim(), "[]");
}

#[test]
fn init_writes_a_migration_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let migration = Migration { folder };
    migration.done(&["init", "hesk"]);
    for file in ["deskferry.toml", "mapping/agents.csv", "mapping/statuses.csv"] {
        assert!(migration.path().join(file).is_file(), "{file}");
    }
    let error = migration.refused(&["init", "hesk"]);
    assert!(error.contains("exists already") && error.contains("hint:"), "{error}");
    let error = migration.refused(&["init", "zendesk"]);
    assert!(error.contains("zendesk") && error.contains("hesk"), "{error}");
}

#[test]
fn a_folder_without_settings_is_named() {
    let migration = Migration { folder: tempfile::tempdir().unwrap() };
    let error = migration.refused(&["extract"]);
    assert!(error.contains("deskferry.toml") && error.contains("hint:"), "{error}");
}

#[test]
fn an_unknown_setting_names_line_and_keys() {
    let migration = Migration::new("[source]\nkind = \"hesk\"\nurl = \"x.sql\"\nprefix = \"h_\"\n");
    let error = migration.refused(&["extract"]);
    assert!(error.contains("line 4") && error.contains("table_prefix"), "{error}");
}

#[test]
fn a_wrong_prefix_says_which_there_are() {
    let migration = desk(&dump("3.7.11"));
    migration.set("hesk_", "wrong_");
    let error = migration.refused(&["extract"]);
    assert!(error.contains("wrong_") && error.contains("hint:"), "{error}");
    publishes_nothing(&migration);
}

#[test]
fn a_truncated_dump_is_refused_whole() {
    let bytes = std::fs::read(dump("3.7.11")).unwrap();
    for share in [30, 60, 99] {
        let migration = desk("cut.sql");
        std::fs::write(migration.path().join("cut.sql"), &bytes[..bytes.len() * share / 100]).unwrap();
        let error = migration.refused(&["extract"]);
        assert!(error.contains("cut.sql"), "{share} %: {error}");
        publishes_nothing(&migration);
    }
}

#[test]
fn a_file_that_is_no_desk_is_refused() {
    for (name, content) in
        [("notes.sql", "CREATE TABLE `wp_posts` (`ID` int);\nINSERT INTO `wp_posts` VALUES (1);\n"), ("empty.sql", "")]
    {
        let migration = desk(name);
        std::fs::write(migration.path().join(name), content).unwrap();
        let error = migration.refused(&["extract"]);
        assert!(error.contains("hint:"), "{error}");
        publishes_nothing(&migration);
    }
    let error = desk("missing.sql").refused(&["extract"]);
    assert!(error.contains("missing.sql"), "{error}");
}

#[test]
fn a_missing_attachments_folder_is_an_error() {
    let migration = desk(&dump("3.7.11"));
    migration.set("table_prefix", "attachments = \"nowhere\"\ntable_prefix");
    let error = migration.refused(&["extract"]);
    assert!(error.contains("nowhere") && error.contains("hint:"), "{error}");
    publishes_nothing(&migration);
}

#[test]
fn a_host_that_is_not_there_is_named_without_the_password() {
    let migration = desk("mysql://reader:s3cret-pass@127.0.0.1:1/hesk");
    let error = migration.refused(&["extract"]);
    assert!(error.contains("127.0.0.1") && !error.contains("s3cret-pass"), "{error}");
    publishes_nothing(&migration);
}

#[test]
fn stages_in_the_wrong_order_say_what_comes_first() {
    let migration = desk(&dump("3.7.11"));
    let error = migration.refused(&["transform"]);
    assert!(error.contains("extract"), "{error}");
    let error = migration.refused(&["load"]);
    assert!(error.contains("transform"), "{error}");
}

#[test]
fn a_refused_token_is_named_and_never_shown() {
    let workspace = Workspace::start(&[("A".to_owned(), "a@example.com".to_owned())], &[]);
    let migration = desk(&dump("3.7.11"));
    migration
        .set("[source]", &format!("[intercom]\nurl = \"{}\"\ntoken = \"${{EMPTY_TOKEN}}\"\n[source]", workspace.url));
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    let error = migration.refused(&["load"]);
    assert!(error.contains("EMPTY_TOKEN"), "{error}");
}

#[test]
fn sql_reads_and_nothing_else() {
    let migration = desk(&dump("3.7.11"));
    migration.done(&["extract"]);
    let out = migration.done(&["sql", "--format", "csv", "SELECT id, trackid FROM hesk.tickets ORDER BY id LIMIT 1"]);
    assert_eq!(out.lines().next(), Some("id,trackid"));
    for statement in ["DROP TABLE hesk.tickets", "CREATE TABLE x AS SELECT 1", "COPY hesk.tickets TO 'x.csv'"] {
        let error = migration.refused(&["sql", statement]);
        assert!(error.contains("hint:"), "{error}");
    }
    let error = migration.refused(&["sql", "SELECT nothing FROM hesk.tickets"]);
    assert!(error.contains("nothing"), "{error}");
    for (query, hint) in [("SELECT 1 FROM hesk.tikets", "SHOW TABLES"), ("ALTER TABLE hesk.tickets ADD x INT", "hint:")]
    {
        let error = migration.refused(&["sql", query]);
        assert!(error.contains(hint), "{error}");
    }
    // What fails only while it runs or is printed is the query's fault too.
    for (format, query) in [("table", "SELECT 1 / 0"), ("csv", "SELECT [1, 2] AS list")] {
        migration.refused(&["sql", "--format", format, query]);
    }
}

#[test]
fn arguments_that_are_wrong_are_the_users_to_correct() {
    let migration = desk(&dump("3.7.11"));
    for arguments in
        [&["extrac"][..], &["extract", "--sample", "0"], &["runs", "show"], &["sql", "--format", "xml", "SELECT 1"]]
    {
        migration.refused(arguments);
    }
    migration.done(&["--help"]);
    migration.done(&["extract", "--help"]);
}

#[test]
fn only_commands_that_go_to_the_source_need_its_password() {
    let migration = desk("mysql://reader:${HESK_PASSWORD}@127.0.0.1:1/hesk");
    publishes_nothing(&migration);
    migration.done(&["sql", "SHOW TABLES"]);
    let error = migration.refused(&["extract"]);
    assert!(error.contains("HESK_PASSWORD") && error.contains("hint:"), "{error}");
}

#[test]
fn a_mapping_that_is_broken_is_named() {
    let migration = desk(&dump("3.7.11"));
    migration.done(&["extract"]);
    std::fs::create_dir(migration.path().join("mapping")).unwrap();
    for (text, reason) in [
        ("", "empty"),
        ("status_id;name;state\n0;New;open\n", "commas"),
        ("status_id,name,state\n0,New,open\n0,Neu,open\n", "twice"),
        ("status_id,name,state\n0\n", "fields"),
    ] {
        std::fs::write(migration.path().join("mapping/statuses.csv"), text).unwrap();
        let error = migration.refused(&["transform"]);
        assert!(error.contains("mapping/statuses.csv") && error.contains(reason), "{error}");
        assert!(error.contains("hint:"), "{error}");
    }
}

#[test]
fn a_model_saved_with_a_byte_order_mark_works() {
    let migration = desk(&dump("3.7.11"));
    let model = std::fs::read_to_string(repository("sql/hesk/tags.sql")).unwrap();
    std::fs::create_dir_all(migration.path().join("sql/hesk")).unwrap();
    std::fs::write(migration.path().join("sql/hesk/tags.sql"), format!("\u{feff}{model}")).unwrap();
    migration.done(&["extract"]);
    migration.done(&["transform"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_stderr_that_takes_nothing_does_not_stop_the_work() {
    let migration = desk(&dump("3.7.11"));
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_deskferry"))
        .arg("-C")
        .arg(migration.path())
        .arg("extract")
        .stdout(std::process::Stdio::null())
        .stderr(full)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn teammates_that_are_missing_stop_the_load_before_it_sends() {
    let workspace = Workspace::start(&[("Somebody Else".to_owned(), "else@example.com".to_owned())], &[]);
    let migration = desk(&dump("3.7.11"));
    migration.set("[source]", &format!("[intercom]\nurl = \"{}\"\n[source]", workspace.url));
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    let check = migration.run(&["check"]);
    assert_eq!(check.status.code(), Some(1));
    let staff = migration.rows("SELECT email FROM intercom.admins WHERE used AND email IS NOT NULL LIMIT 1");
    assert!(text(&check.stdout).contains(staff[0]["email"].as_str().unwrap()), "{}", text(&check.stdout));
    let error = migration.refused(&["load"]);
    assert!(error.contains("hint:"), "{error}");
    assert_eq!(workspace.call("POST", "/conversations/search").0 / 100, 4);
    assert_eq!(workspace.stats()["objects"]["conversations"].as_u64(), Some(0));
}
