//! The tables in the database: made where they are missing, extended where columns are, refused where they cannot be written.

use crate::catalog::{self, Found, FoundColumn};
use crate::session::Session;
use crate::table::{Column, DIGEST, KEY, Table, Type, quoted};
use crate::{Error, Result, bookkeeping};

/// What the column of digests is for.
const DIGEST_COMMENT: &str = "what deskferry wrote of the row: a row whose digest is NULL is not touched";

/// Brings a table to the columns that are to be written. Nothing is changed where it has them.
///
/// # Errors
/// `Table` where what is there cannot be written; `Database`.
pub(crate) async fn fit(session: &mut Session, table: &Table) -> Result<()> {
    let path = table.path(&session.schema);
    let found = catalog::find(session, table).await?;
    if let Some(found) = &found {
        check(table, &path, found)?;
    }
    let statements = changes(table, &path, found.as_ref());
    if statements.is_empty() {
        return Ok(());
    }
    let is_new_column =
        found.as_ref().is_some_and(|found| table.columns.iter().any(|c| found.column(&c.name).is_none()));
    let changed = async {
        session.client.batch_execute("BEGIN").await?;
        session.client.batch_execute(&statements.join(";\n")).await?;
        if is_new_column {
            bookkeeping::begin(session, &session.client, &table.name, true).await?;
        }
        session.client.batch_execute("COMMIT").await
    };
    changed.await.map_err(Error::database(format!("make or extend table {path}")))
}

/// Makes the indexes of references, after the rows have come, for that is far quicker. Gives what could not be made, and why.
///
/// # Errors
/// `Database`, but for what rows are at fault for.
pub(crate) async fn index(session: &Session, table: &Table) -> Result<Vec<String>> {
    let Some(found) = catalog::find(session, table).await? else { return Ok(Vec::new()) };
    let mut failures = Vec::new();
    for Column { name, .. } in table.columns.iter().filter(|c| {
        c.kind == Type::Text && c.name != KEY && c.name.ends_with("_key") && !found.indexed.contains(&c.name)
    }) {
        let (index, path) = (quoted(&format!("{}_{name}_idx", table.name)), table.path(&session.schema));
        let create = format!("CREATE INDEX IF NOT EXISTS {index} ON {path} ({})", quoted(name));
        match session.client.batch_execute(&create).await.map_err(Error::database(format!("index {path}.{name}"))) {
            Err(Error::Database { action, cause }) if cause.is_of_row() => {
                failures.push(format!("cannot {action}: {cause}"));
            }
            done => done?,
        }
    }
    Ok(failures)
}

/// What must be done to a table so that it has its columns and their comments.
fn changes(table: &Table, path: &str, found: Option<&Found>) -> Vec<String> {
    let definition = |column: &Column| {
        let rest = if column.name == KEY { " COLLATE \"C\" PRIMARY KEY" } else { "" };
        format!("{} {}{rest}", quoted(&column.name), column.kind.sql())
    };
    let digest = format!("{} bytea", quoted(DIGEST));
    let mut statements = Vec::new();
    match found {
        None => {
            let mut columns: Vec<String> = table.columns.iter().map(definition).collect();
            columns.push(digest);
            statements.push(format!("CREATE TABLE {path} ({})", columns.join(", ")));
        }
        Some(found) => {
            let missing = table.columns.iter().filter(|column| found.column(&column.name).is_none()).map(definition);
            let digest = found.column(DIGEST).is_none().then_some(digest);
            let added: Vec<String> = missing.chain(digest).map(|column| format!("ADD COLUMN {column}")).collect();
            if !added.is_empty() {
                statements.push(format!("ALTER TABLE {path} {}", added.join(", ")));
            }
        }
    }
    let comments =
        table.columns.iter().map(|c| (c.name.as_str(), c.comment.as_str())).chain([(DIGEST, DIGEST_COMMENT)]);
    let is_said = |name: &str| found.and_then(|f| f.column(name)).is_some_and(|column| column.has_comment);
    for (name, comment) in comments.filter(|(name, comment)| !comment.is_empty() && !is_said(name)) {
        let literal = comment.replace('\'', "''");
        // Whatever standard_conforming_strings says, a backslash is one.
        let literal = if literal.contains('\\') {
            format!("E'{}'", literal.replace('\\', "\\\\"))
        } else {
            format!("'{literal}'")
        };
        statements.push(format!("COMMENT ON COLUMN {path}.{} IS {literal}", quoted(name)));
    }
    statements
}

/// Whether a table that is there can be written.
fn check(table: &Table, path: &str, found: &Found) -> Result<()> {
    let refused = |reason: String, hint: String| Err(Error::Table { table: path.to_owned(), reason, hint });
    if !["r", "p"].contains(&found.kind.as_str()) {
        let what = if found.kind == "v" { "a view" } else { "no table" };
        return refused(
            format!("it is {what}"),
            "rename it, or name another schema with [load] target_schema".to_owned(),
        );
    }
    let wanted = table.columns.iter().map(|c| (c.name.as_str(), c.kind.sql())).chain([(DIGEST, "bytea")]);
    for (name, kind) in wanted {
        if let Some(column) = found.column(name).filter(|column| column.kind != kind) {
            let quoted = quoted(name);
            return refused(
                format!("column `{name}` is {}, it must be {kind}", column.kind),
                format!(
                    "ALTER TABLE {path} ALTER COLUMN {quoted} TYPE {kind} USING {quoted}::{kind}; or rename the column: it is made anew"
                ),
            );
        }
    }
    if found.column(KEY).is_none() || !found.unique.iter().any(|column| column == KEY) {
        return refused(
            format!("rows are told apart by `{KEY}`, which is not unique in it"),
            format!("ALTER TABLE {path} ADD PRIMARY KEY ({KEY}); or rename the table: it is made anew"),
        );
    }
    if found.column(KEY).is_some_and(|column| !column.is_by_bytes) {
        return refused(
            format!("`{KEY}` is not ordered by its bytes"),
            format!("ALTER TABLE {path} ALTER COLUMN {KEY} TYPE text COLLATE \"C\""),
        );
    }
    let is_ours = |c: &&FoundColumn| c.name == DIGEST || table.columns.iter().any(|ours| ours.name == c.name);
    match found.columns.iter().find(|column| column.must_be_given && !is_ours(column)) {
        Some(FoundColumn { name, .. }) => refused(
            format!("column `{name}` is none of deskferry's, NOT NULL and without a default, so that no row can come"),
            format!(
                "ALTER TABLE {path} ALTER COLUMN {0} SET DEFAULT …, or ALTER COLUMN {0} DROP NOT NULL",
                quoted(name)
            ),
        ),
        None => Ok(()),
    }
}
