//! `sql`: queries over everything that is staged. It only reads.

use std::io::{IsTerminal as _, Read as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use arrow::array::RecordBatch;
use deskferry_transform::Session;
use futures::TryStreamExt as _;
use rustyline::error::ReadlineError;

use super::{Migration, transform};
use crate::args::{Format, Sql};
use crate::embedded;
use crate::error::refused;
use crate::report::{failure, print, render, say};

/// Answers a query, a script, or a person at a terminal.
pub(crate) async fn run(migration: &Migration, sql: &Sql, json: bool) -> Result<ExitCode> {
    let format = if json { Format::Json } else { sql.format };
    let session = transform::session(migration).await?;
    let cancel = migration.context.cancel.clone();
    let answer = async |session: &Session, text: &str, format: Format| {
        tokio::select! {
            answered = answer(session, text, format) => answered,
            () = cancel.cancelled() => Err(refused("stopped before the answer was complete", "run the same query again")),
        }
    };
    if let Some(query) = &sql.query {
        return answer(&session, query, format).await.map(|()| ExitCode::SUCCESS);
    }
    if let Some(path) = &sql.file {
        let text = embedded::text(&migration.files, path)?;
        return answer(&session, &text, format).await.map(|()| ExitCode::SUCCESS);
    }
    if !std::io::stdin().is_terminal() {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
        return answer(&session, &text, format).await.map(|()| ExitCode::SUCCESS);
    }
    shell(&session, format).await
}

async fn answer(session: &Session, text: &str, format: Format) -> Result<()> {
    let statements = session.statements(text)?;
    if statements.is_empty() {
        return Err(refused(
            "there is no statement",
            "for example deskferry sql \"SELECT count(*) FROM hesk.tickets\"",
        ));
    }
    for statement in statements {
        let (schema, rows) = session.query(&statement).await?;
        let batches: Vec<RecordBatch> = rows.try_collect().await.map_err(|e| session.failed(e))?;
        let text = render(&schema, &batches, format).map_err(|e| {
            refused(
                format!("the rows cannot be printed: {e:#}"),
                "print them with --format json, or cast the column to VARCHAR",
            )
        })?;
        print(text)?;
    }
    Ok(())
}

async fn shell(session: &Session, format: Format) -> Result<ExitCode> {
    let mut editor = rustyline::DefaultEditor::new().context("cannot open the terminal")?;
    say("Type a statement and end it with `;`. `\\d` lists the tables, `\\q` or Ctrl-D leaves.");
    let mut pending = String::new();
    loop {
        let prompt = if pending.is_empty() { "deskferry> " } else { "       ..> " };
        let line = match editor.readline(prompt) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => {
                pending.clear();
                continue;
            }
            Err(ReadlineError::Eof) => return Ok(ExitCode::SUCCESS),
            Err(error) => return Err(error).context("cannot read the terminal"),
        };
        match line.trim() {
            "\\q" | "exit" | "quit" if pending.is_empty() => return Ok(ExitCode::SUCCESS),
            "\\d" if pending.is_empty() => pending.push_str("SHOW TABLES;"),
            text => {
                pending.push_str(text);
                pending.push('\n');
            }
        }
        if !pending.trim_end().ends_with(';') {
            continue;
        }
        // History is a convenience: a line that cannot be kept is no reason to stop.
        let _ = editor.add_history_entry(pending.trim());
        if let Err(error) = answer(session, &pending, format).await {
            failure(&error);
        }
        pending.clear();
    }
}
