//! `sql --views` in DuckDB gives the rows of the session: whole runs, delta runs, every version, the ledger's views.

use std::process::Command;

use crate::delta::{after, before, give, migration};
use crate::stores::{Server, python};
use crate::support::{Migration, repository, text};

/// Prints each table of the views, its rows as JSON in the order of their text.
const ROWS: &str = "
import duckdb, json, sys
con = duckdb.connect()
con.execute(\"SET TimeZone = 'UTC'\")
con.execute(open(sys.argv[1]).read())
rows = {}
for schema, table in con.execute('SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal').fetchall():
    found = con.execute(f'SELECT COLUMNS(*)::VARCHAR FROM \"{schema}\".\"{table}\"').fetchall()
    rows[f'{schema}.{table}'] = sorted([['' if v is None else v for v in row] for row in found])
print(json.dumps(rows))
";

/// The same of the session: DuckDB writes an instant without its zone's letters.
fn rows(migration: &Migration, table: &str) -> Vec<Vec<String>> {
    let (schema, name) = table.split_once('.').unwrap();
    let columns = migration.rows(&format!(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = '{schema}' AND table_name = '{name}' ORDER BY ordinal_position"
    ));
    let columns: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(nth, column)| {
            let quoted = format!("\"{}\"", column["column_name"].as_str().unwrap());
            let is_time = column["data_type"].as_str().unwrap().starts_with("Timestamp");
            let value = if is_time {
                format!("to_char({quoted}, '%Y-%m-%d %H:%M:%S%.f')")
            } else {
                format!("CAST({quoted} AS VARCHAR)")
            };
            format!("coalesce({value}, '') AS c{nth:03}")
        })
        .collect();
    let rows = migration.rows(&format!("SELECT {} FROM {schema}.\"{name}\"", columns.join(", ")));
    let mut rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.as_object().unwrap().values().map(|value| plain(value.as_str().unwrap())).collect())
        .collect();
    rows.sort();
    rows
}

/// A time without the zeros and the zone that engines write differently.
fn plain(value: &str) -> String {
    let is_time = value.len() >= 19 && value.as_bytes()[4] == b'-' && value.as_bytes()[13] == b':' && value.is_ascii();
    if !is_time || value.len() > 32 {
        return value.to_owned();
    }
    let value = value.trim_end_matches("+00").trim_end_matches(":00+00");
    if value.contains('.') { value.trim_end_matches('0').trim_end_matches('.').to_owned() } else { value.to_owned() }
}

#[test]
fn duckdb_gives_the_rows_of_the_session() {
    let migration = migration();
    migration.done(&["extract"]);
    give(&migration, &after());
    migration.done(&["extract", "--since-last"]);
    give(&migration, &before());
    migration.done(&["extract", "--since-last"]);
    give(&migration, &after());
    migration.done(&["extract", "--since-last"]);
    migration.done(&["transform"]);

    let views = migration.path().join("views.sql");
    migration.done(&["sql", "--views", "--out", views.to_str().unwrap()]);
    let output = Command::new(python()).args(["-c", ROWS]).arg(&views).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let found: std::collections::BTreeMap<String, Vec<Vec<String>>> = serde_json::from_slice(&output.stdout).unwrap();
    let staged = "SELECT table_schema || '.' || table_name AS t FROM information_schema.tables
        WHERE table_schema IN ('hesk', 'intercom', 'intercom_live', 'ledger', 'load', 'mapping', 'runs')";
    let staged = migration.rows(staged);
    assert!(staged.len() > 100, "{}", staged.len());
    for table in staged.iter().map(|row| row["t"].as_str().unwrap()) {
        assert!(found.contains_key(table), "{table} is no view");
    }
    // Those that delta runs have added to, and some of each other kind.
    for table in [
        "hesk.tickets",
        "hesk.tickets__runs",
        "hesk.replies",
        "hesk.replies__runs",
        "hesk.customers",
        "hesk._defects",
        "hesk.ticket_to_customer",
        "intercom.conversations",
        "intercom.conversation_parts",
        "intercom.base_tickets",
        "intercom.rejects",
        "intercom.companies",
        "ledger.rows",
        "ledger.gone",
        "intercom_live.found",
        "intercom.settings",
        "mapping.statuses",
        "runs.tables",
    ] {
        let theirs: Vec<Vec<String>> =
            found[table].iter().map(|row| row.iter().map(|value| plain(value)).collect()).collect();
        let mut theirs = theirs;
        theirs.sort();
        assert_eq!(theirs, rows(&migration, table), "{table}");
    }
    assert!(found["hesk.tickets__runs"].len() > found["hesk.tickets"].len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_in_s3_is_named_as_duckdb_finds_it() {
    let server = Server::start();
    let endpoint = server.with_bucket("desk").await;
    let dump = repository("tests/fixtures/hesk-3.7.11/dump.sql");
    let migration = Migration::new(&format!(
        "[source]\nkind = \"hesk\"\nurl = \"{}\"\ntimezone = \"Europe/Berlin\"\n[staging]\nurl = \"s3://desk/one\"\n",
        dump.display()
    ));
    let run = |arguments: &[&str]| {
        let mut command = migration.command(arguments);
        command.env("AWS_ENDPOINT", &endpoint).env("AWS_ALLOW_HTTP", "true").env("AWS_REGION", "us-east-1");
        let output = command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    run(&["extract"]);
    let rows = run(&["--json", "sql", "SELECT run FROM runs.tables WHERE table_name = 'tickets'"]);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&rows).unwrap();
    let path = format!("['s3://desk/one/hesk/tickets/run={}/part-00000.parquet']", rows[0]["run"].as_str().unwrap());
    let views = run(&["sql", "--views"]);
    assert!(views.contains(&path) && views.contains("LOAD httpfs"), "{views}");
}
