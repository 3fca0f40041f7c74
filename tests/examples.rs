//! The ready queries of `sql/examples`: each answers on every desk, and psql and DuckDB give the same answers to the same text.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::support::halo::{Halo, Switches};
use crate::support::infoset::{self, Infoset};
use crate::support::itsm365::Itsm365;
use crate::support::psql::Server;
use crate::support::{Migration, Workspace, repository, text};
use crate::{halo, infoset as account, itsm365};

type Answers = BTreeMap<String, Vec<Value>>;

/// Paths of the queries for a source, as one gives them to `sql --file`.
fn queries(source: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for folder in ["sql/examples".to_owned(), format!("sql/{source}/examples")] {
        for entry in std::fs::read_dir(repository(&folder)).unwrap() {
            paths.push(format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()));
        }
    }
    paths.sort();
    paths
}

/// What the command answers. No file of these is in the migration's folder: they come with the command.
fn answers(desk: &Migration, source: &str) -> Answers {
    let answer = |path: String| {
        let rows = serde_json::from_str(&desk.done(&["--json", "sql", "--file", &path])).unwrap();
        (path, rows)
    };
    queries(source).into_iter().map(answer).collect()
}

/// Compares with DuckDB over the views of `sql --views`, where there is one.
fn same_in_duckdb(desk: &Migration, answers: &Answers) {
    let Some(python) = std::env::var_os("DESKFERRY_TEST_PYTHON") else { return };
    let views = desk.path().join("views.sql");
    desk.done(&["sql", "--views", "--out", &views.display().to_string()]);
    let output = Command::new(python)
        .arg(repository("tests/examples.py"))
        .arg(views)
        .arg(repository(""))
        .args(answers.keys())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let found: Answers = serde_json::from_slice(&output.stdout).unwrap();
    for (query, rows) in answers {
        assert_eq!(found[query], *rows, "{query}");
    }
}

/// Compares with psql on `sql --serve`.
fn same_in_psql(desk: &Migration, answers: &Answers) {
    let server = Server::start(desk);
    for (query, rows) in answers {
        let printed =
            server.done(&["--csv", "-P", "tuples_only=off", "--file", &repository(query).display().to_string()]);
        let mut read = csv::Reader::from_reader(printed.as_bytes());
        let columns = read.headers().unwrap().clone();
        let found: Vec<csv::StringRecord> = read.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(found.len(), rows.len(), "{query}");
        for (found, row) in found.iter().zip(rows) {
            for (column, cell) in columns.iter().zip(found) {
                let same = match &row[column] {
                    Value::Null => cell.is_empty(),
                    Value::Bool(value) => cell == if *value { "t" } else { "f" },
                    Value::Number(value) => cell.parse::<f64>().ok() == value.as_f64(),
                    Value::String(value) => cell == value,
                    other => panic!("{query} gives {other}"),
                };
                assert!(same, "{query}: {column} is {cell} in psql, {} here", row[column]);
            }
        }
    }
}

fn not_empty(answers: &Answers) -> usize {
    answers.values().filter(|rows| !rows.is_empty()).count()
}

#[test]
fn every_query_answers_on_a_loaded_hesk_desk_as_in_duckdb_and_psql() {
    let folder = repository("cli/demo");
    let desk = Migration::new(&format!(
        "[source]\nkind = \"hesk\"\nurl = \"{}/desk.sql.gz\"\ntimezone = \"America/New_York\"\n\
         [intercom]\nurl = \"WORKSPACE\"\n[load]\nplaceholder_admin = \"migration@example.com\"\n",
        folder.display()
    ));
    desk.done(&["extract"]);
    desk.done(&["transform"]);
    let workspace = Workspace::start(&[("Migration".to_owned(), "migration@example.com".to_owned())], &[]);
    desk.set("WORKSPACE", &workspace.url);
    desk.done(&["load", "--limit", "20"]);
    // A second run, some of it taken over, some of it written.
    std::fs::create_dir_all(desk.path().join("sql/hesk")).unwrap();
    let model = std::fs::read_to_string(repository("sql/hesk/contacts.sql")).unwrap();
    let fewer = format!("-- one row per person\nSELECT * FROM ({model}) AS x WHERE source_key NOT LIKE '%.org'");
    std::fs::write(desk.path().join("sql/hesk/contacts.sql"), fewer).unwrap();
    desk.done(&["transform"]);

    let answers = answers(&desk, "hesk");
    assert!(answers.len() >= 22 && not_empty(&answers) >= 22, "{} of {}", not_empty(&answers), answers.len());
    same_in_duckdb(&desk, &answers);
    same_in_psql(&desk, &answers);

    let of = |name: &str| &answers[&format!("sql/examples/{name}.sql")];
    let contacts = of("changed_since_last_run")
        .iter()
        .find(|row| row["table_name"] == "contacts" && row["schema_name"] == "intercom");
    assert!(contacts.unwrap()["difference"].as_i64().unwrap() < 0, "{contacts:?}");
    let rejected: i64 = of("rejects_by_reason").iter().map(|row| row["rejected"].as_i64().unwrap()).sum();
    assert_eq!(rejected, desk.count("SELECT count(*) FROM intercom.rejects"));
    let is_sent = |row: &&Value| row["table_name"] == "conversations" && row["state"] == "done";
    // Some of the twenty are of people whom the second run does not have.
    let sent = of("loaded_by_table").iter().find(is_sent).unwrap()["row_count"].as_i64().unwrap();
    assert!((10..20).contains(&sent), "{sent}");
    let refused = desk.refused(&["sql", "--file", "sql/examples/nothing.sql"]);
    assert!(refused.contains("cannot read sql/examples/nothing.sql"), "{refused}");
}

#[test]
fn every_query_answers_on_a_halo_tenant_as_in_duckdb_and_psql() {
    let halo = Halo::start(Switches { long_thread: true, ..Switches::default() });
    let desk = Migration::new(&halo::settings(&halo, halo::NO_WORKSPACE));
    desk.done(&["extract"]);
    desk.done(&["transform"]);
    let answers = answers(&desk, "halo");
    assert!(not_empty(&answers) >= 20, "{} of {}", not_empty(&answers), answers.len());
    assert!(!answers["sql/examples/threads_over_500_parts.sql"].is_empty());
    same_in_duckdb(&desk, &answers);
    same_in_psql(&desk, &answers);
}

#[test]
fn every_query_answers_on_an_infoset_account_as_in_duckdb_and_psql() {
    let infoset = Infoset::start(infoset::Switches { tickets: 60, ..infoset::Switches::default() });
    let desk = Migration::new(&account::settings(&infoset, account::NO_WORKSPACE));
    desk.done(&["extract"]);
    desk.done(&["transform"]);
    let answers = answers(&desk, "infoset");
    assert!(not_empty(&answers) >= 20, "{} of {}", not_empty(&answers), answers.len());
    for query in ["channels", "defects", "going_chats", "lost_chats", "statuses"] {
        assert!(!answers[&format!("sql/infoset/examples/{query}.sql")].is_empty(), "{query}");
    }
    same_in_duckdb(&desk, &answers);
    same_in_psql(&desk, &answers);
}

#[test]
fn every_query_answers_on_an_itsm365_tenant_as_in_duckdb_and_psql() {
    let itsm365 = Itsm365::start(crate::support::itsm365::Switches { tickets: 60, companies: 5, ..Default::default() });
    let desk = Migration::new(&itsm365::settings(&itsm365, itsm365::NO_WORKSPACE));
    desk.done(&["extract"]);
    desk.done(&["transform"]);
    let answers = answers(&desk, "itsm365");
    assert!(not_empty(&answers) >= 20, "{} of {}", not_empty(&answers), answers.len());
    for query in ["approvals", "defects", "sla_by_agreement", "states"] {
        assert!(!answers[&format!("sql/itsm365/examples/{query}.sql")].is_empty(), "{query}");
    }
    same_in_duckdb(&desk, &answers);
    same_in_psql(&desk, &answers);
}

#[test]
fn every_query_is_listed_with_its_question() {
    let list = std::fs::read_to_string(repository("sql/README.md")).unwrap();
    for path in ["hesk", "halo", "infoset", "itsm365"].into_iter().flat_map(queries) {
        let query = std::fs::read_to_string(repository(&path)).unwrap();
        let question = query.lines().next().unwrap().strip_prefix("-- ").unwrap();
        assert!(question.contains('?'), "{path} does not begin with its question");
        let name = path.rsplit('/').next().unwrap().trim_end_matches(".sql");
        assert!(list.contains(&format!("`{name}` | {question}")), "{path} is not in sql/README.md");
    }
}
