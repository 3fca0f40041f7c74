//! A migration that copies a workspace into a database.

use std::process::{Command, Output};

use serde_json::Value;

use super::postgres::{Database, PASSWORD};
use super::{Migration, repository, text};

/// A copy of the workspace at this address into a database, which the environment has the password of. `source` are more keys of
/// `[source]`.
pub(crate) fn copy(url: &str, database: &Database, source: &str) -> Migration {
    let target = database.url().replace(&PASSWORD.replace(' ', "%20"), "${DATABASE_PASSWORD}");
    Migration::new(&format!(
        "[source]\nkind = \"intercom\"\nurl = \"{url}\"\ntoken = \"${{INTERCOM_TOKEN}}\"\n{source}\n\n\
         [load]\ntarget = \"{target}\"\n\n[serve]\napply_every = \"100ms\"\n"
    ))
}

/// The command with the database's password in its environment.
pub(crate) fn command(migration: &Migration, arguments: &[&str]) -> Command {
    let mut command = migration.command(arguments);
    command.env("DATABASE_PASSWORD", PASSWORD.replace(' ', "%20"));
    command
}

/// Runs the command.
pub(crate) fn run(migration: &Migration, arguments: &[&str]) -> Output {
    command(migration, arguments).output().unwrap()
}

/// Runs the command, wants exit code 0, and gives its output.
pub(crate) fn done(migration: &Migration, arguments: &[&str]) -> String {
    let output = run(migration, arguments);
    assert!(output.status.success(), "{arguments:?}\n{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// The contract's tables, in its order.
pub(crate) fn tables() -> Vec<String> {
    let contract = std::fs::read_to_string(repository("sql/contract/database.sql")).unwrap();
    let names = contract.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split(' ').next());
    names.map(str::to_owned).collect()
}

/// The rows of a table of the database in the order of their keys.
pub(crate) fn rows(database: &Database, table: &str) -> Vec<Value> {
    let query = format!("SELECT coalesce(jsonb_agg(to_jsonb(t) - '_digest' ORDER BY source_key), '[]') FROM {table} t");
    serde_json::from_str(&database.run(&query)).unwrap()
}
