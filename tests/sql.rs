//! `sql`: what it says of columns, how it writes rows, any run as it was, and wrong input.

mod damage;
mod duckdb;
mod serve;
mod shell;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::json;

use crate::support::{Migration, repository};

/// The 3.7 fixture desk, extracted and transformed: once, and a copy for each test.
fn desk() -> Migration {
    static STAGED: OnceLock<PathBuf> = OnceLock::new();
    let dump = repository("tests/fixtures/hesk-3.7.11/dump.sql");
    let migration = Migration::new(&format!(
        "[source]\nkind = \"hesk\"\nurl = \"{}\"\ntimezone = \"America/New_York\"\n[transform]\nmemory_mib = 32\n",
        dump.display()
    ));
    let staged = STAGED.get_or_init(|| {
        migration.done(&["extract"]);
        migration.done(&["transform"]);
        let staged = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sql-desk");
        let _ = std::fs::remove_dir_all(&staged);
        copy(&migration.path().join("staging"), &staged);
        staged
    });
    copy(staged, &migration.path().join("staging"));
    migration
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// A query that no join or sort on disk can help: one value of 100 MB.
const TOO_LARGE: &str = "SELECT array_agg(repeat('x', 1000) || v) AS a FROM (SELECT unnest(range(0, 100000)) AS v)";

#[test]
fn every_column_says_what_it_means() {
    let migration = desk();
    let count = "SELECT count(DISTINCT table_schema) AS n FROM information_schema.columns";
    assert_eq!(migration.count(count), 7, "hesk, intercom, intercom_live, ledger, load, mapping, runs");
    let mute =
        "SELECT table_schema, table_name, column_name FROM information_schema.columns WHERE coalesce(comment, '') = ''";
    assert_eq!(migration.rows(mute), Vec::<serde_json::Value>::new());
    // The contract's own words, not only that a column is one of a model.
    let general = "SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema IN ('intercom', 'ledger', 'runs') AND table_name NOT LIKE 'base\\_%' AND comment LIKE '%of the model%'";
    assert_eq!(migration.rows(general), Vec::<serde_json::Value>::new());
    let out = migration.done(&["--json", "sql", "\\d intercom.conversations"]);
    let columns: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(
        columns[1],
        json!({ "column": "contact_key", "type": "VARCHAR", "null": "NOT NULL", "comment": "contacts: who opened it" })
    );
    assert!(migration.done(&["sql", "\\d"]).contains("conversation_parts"));
}

#[test]
fn rows_come_in_any_format_and_files_only_when_they_are_whole() {
    let migration = desk();
    let all = "SELECT id, subject, dt FROM hesk.tickets ORDER BY id";
    let csv = migration.done(&["sql", "--format", "csv", all]);
    let file = migration.path().join("rows.csv");
    let path = file.to_str().unwrap();
    assert_eq!(migration.done(&["sql", "--format", "csv", "--out", path, all]), "");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), csv);

    let file = migration.path().join("rows.parquet");
    migration.done(&["sql", "--format", "parquet", "--out", file.to_str().unwrap(), all]);
    let same = migration.done(&[
        "diff",
        "hesk.tickets",
        "--from",
        file.to_str().unwrap(),
        "--to",
        file.to_str().unwrap(),
        "--key",
        "id",
    ]);
    assert!(!same.contains("changed"), "{same}");
    let piped = migration.run(&["sql", "--format", "parquet", all]).stdout;
    assert!(piped.starts_with(b"PAR1") && piped.ends_with(b"PAR1"));
    assert_eq!(piped.len() as u64, std::fs::metadata(&file).unwrap().len());

    let failed = migration.path().join("failed.csv");
    migration.refused(&[
        "sql",
        "--format",
        "csv",
        "--out",
        failed.to_str().unwrap(),
        "SELECT 1 / (id - id) FROM hesk.tickets",
    ]);
    assert!(!failed.exists() && !migration.path().join("failed.csv.part").exists());
    let error = migration.refused(&["sql", "--format", "parquet", "SELECT 1; SELECT 2"]);
    assert!(error.contains("one query"), "{error}");
}

#[test]
fn a_reader_that_goes_away_ends_the_query() {
    let migration = desk();
    for format in ["table", "csv", "json"] {
        let mut command = migration.command(&["sql", "--format", format, "SELECT * FROM range(0, 1000000000000)"]);
        let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let mut begin = [0; 16];
        child.stdout.take().unwrap().read_exact(&mut begin).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{format}");
    }
}

#[test]
fn a_script_has_commands_and_ends_at_the_first_error() {
    let migration = desk();
    let script = migration.path().join("script.sql");
    let out = migration.path().join("out.json");
    let text = format!(
        "\\format csv\nSELECT ';\n' AS a, -- ;\n 'it''s' AS b;\n\\o {}\n\\format json\nSELECT count(*) AS n FROM hesk.users;\n\\o\n\
         \\format csv\nSELECT 2 AS c; SELECT 1 FROM nowhere; SELECT 3 AS d",
        out.display()
    );
    std::fs::write(&script, text).unwrap();
    let output = migration.run(&["sql", "--file", script.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "a,b\n\";\n\",it's\nc\n2\n");
    let users = migration.count("SELECT count(*) AS n FROM hesk.users");
    assert_eq!(std::fs::read_to_string(out).unwrap(), format!("[{{\"n\":{users}}}]\n"));
    for (text, said) in [("\\x", "no command"), ("\\format xml", "parquet"), ("/* nothing */", "no statement")] {
        let error = migration.refused(&["sql", text]);
        assert!(error.contains(said) && error.contains("hint:"), "{error}");
    }
}

#[test]
fn a_run_shows_everything_as_it_was() {
    let migration = desk();
    let run = |nth: usize| {
        migration.rows("SELECT DISTINCT run FROM runs.tables ORDER BY run")[nth]["run"].as_str().unwrap().to_owned()
    };
    let count = "SELECT count(*) AS n FROM intercom.tags";
    let versions = "SELECT count(DISTINCT run) AS n FROM intercom.conversations__runs";
    let before = migration.count(count);
    std::fs::create_dir_all(migration.path().join("sql/hesk")).unwrap();
    let model = "-- one row per tag; key: source_key\nSELECT 'hesk:tag:' || v AS source_key, 'x' || v AS name FROM (SELECT unnest(range(0, 9)) AS v)\n";
    std::fs::write(migration.path().join("sql/hesk/tags.sql"), model).unwrap();
    migration.done(&["transform"]);
    assert_eq!(migration.count(count), 9);
    assert_eq!(migration.count(versions), 2);

    let at = |nth: usize, query: &str| {
        let output = migration.done(&["--json", "sql", "--run", &run(nth), query]);
        serde_json::from_str::<Vec<serde_json::Value>>(&output).unwrap()[0]["n"].as_i64().unwrap()
    };
    assert_eq!(at(1, count), before);
    assert_ne!(before, 9, "the model makes a difference");
    assert_eq!((at(1, versions), at(2, versions), at(2, count)), (1, 2, 9));
    // When only the extract had been published, the tables of intercom were empty, and the others as now.
    assert_eq!(at(0, "SELECT count(*) AS n FROM intercom.conversations"), 0);
    assert_eq!(
        at(0, "SELECT count(*) AS n FROM hesk.tickets"),
        migration.count("SELECT count(*) AS n FROM hesk.tickets")
    );
    assert_eq!(at(0, "SELECT count(DISTINCT run) AS n FROM runs.tables"), 1);
    let said = migration.run(&["sql", "--run", &run(0), "SELECT 1"]).stderr;
    assert!(String::from_utf8(said).unwrap().contains(&run(0)));
    let error = migration.refused(&["sql", "--run", "1999", "SELECT 1"]);
    assert!(error.contains("no run begins"), "{error}");
}

#[test]
fn a_wrong_query_says_where_and_what_there_is() {
    let migration = desk();
    for (query, said) in [
        ("SELECT 1\nFROM hesk.tickets\nWHER id = 1", vec!["line 3, column"]),
        ("SELECT * FROM hesk.tikets", vec!["`hesk.tikets`", "there are hesk.tickets,", "SHOW TABLES"]),
        ("SELECT * FROM contact", vec!["there are intercom.contacts,"]),
        ("SELECT subjct FROM hesk.tickets", vec!["`subjct`", "there are hesk.tickets.subject,"]),
        ("DELETE FROM hesk.tickets", vec!["only SELECT", "changed only by"]),
        ("INSERT INTO hesk.tickets VALUES (1)", vec!["only SELECT"]),
        ("SELECT 1 AS a INTO x", vec!["only SELECT"]),
        ("SET datafusion.execution.batch_size = 1", vec!["only SELECT"]),
        (TOO_LARGE, vec!["33554432 bytes", "memory_mib"]),
    ] {
        let error = migration.refused(&["sql", query]);
        assert!(said.iter().all(|text| error.contains(text)), "{query}: {error}");
    }
}

#[test]
fn a_stage_without_runs_says_what_comes_first() {
    let migration = Migration::new("[source]\nkind = \"hesk\"\nurl = \"desk.sql\"\n");
    let error = migration.refused(&["sql", "SELECT * FROM hesk.tickets"]);
    assert!(error.contains("deskferry extract"), "{error}");
    assert_eq!(migration.count("SELECT count(*) AS n FROM intercom.contacts"), 0);
    assert_eq!(migration.count("SELECT count(*) AS n FROM ledger.rows"), 0);
    let views = migration.done(&["sql", "--views"]);
    assert!(views.contains("WHERE false") && !views.contains("read_parquet"), "{views}");
}
