//! `sql`: queries over everything that is staged, as a command, a script, a shell or a server. It only reads.
//!
//! ```text
//! QUERY, --file, stdin ─▶ console.rs: statements and \commands ─▶ rows.rs: table, csv, json, parquet ─▶ output.rs: stdout, file
//! a person             ─▶ shell.rs: lines, history, completion.rs ─┘
//! ```

mod completion;
mod console;
mod output;
mod rows;
mod serve;
mod shell;

use std::io::{IsTerminal as _, Read as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use deskferry_staging::Manifest;
use deskferry_transform::Session;

use super::{Migration, transform};
use crate::args::{RowFormat, Sql};
use crate::embedded;
use crate::error::refused;
use crate::report::say;
use crate::surroundings;
use console::{Console, Stop};
use output::Output;

/// Answers a query, a script, a person at a terminal, or clients over the network.
pub(crate) async fn run(migration: &Migration, sql: &Sql, json: bool) -> Result<ExitCode> {
    let at = match &sql.run {
        Some(text) => Some(named(&migration.context.staging.runs().await?, text)?),
        None => None,
    };
    let session = Session::open_at(&migration.context.staging, &transform::inputs(migration), at.as_ref()).await?;
    if let Some(at) = &at {
        let when = at.finished_at.format("%Y-%m-%d %H:%M:%S UTC");
        say(format!("as of run {}, published {when}; mapping.* and settings are those of now", at.run));
    }
    let format = if json { RowFormat::Json } else { sql.format };
    let output = Output::new(sql.out.as_deref())?;
    if let Some(address) = sql.serve {
        return serve::run(migration, &session, address, sql.remote, at.is_none()).await;
    }
    let text = match (&sql.query, &sql.file) {
        _ if sql.views => return views(migration, &session, output).await,
        (Some(query), _) => query.clone(),
        (None, Some(path)) => embedded::text(&migration.files, path)?,
        (None, None) if std::io::stdin().is_terminal() => {
            let (stop, stopped) = Stop::each();
            surroundings::on_interrupt(stop);
            return shell::run(&migration.directory, Console::new(session, format, output, stopped)).await;
        }
        (None, None) => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
            text
        }
    };
    surroundings::stop_on_signal(&migration.context);
    let mut console = Console::new(session, format, output, Stop::Once(migration.context.clone()));
    console.script(&text).await?;
    console.end()?;
    Ok(ExitCode::SUCCESS)
}

/// The run that begins with a text.
fn named(published: &[Manifest], text: &str) -> Result<Manifest> {
    let found: Vec<&Manifest> = published.iter().filter(|run| run.run.as_str().starts_with(text)).collect();
    match found[..] {
        [one] => Ok(one.clone()),
        [] => Err(refused(format!("no run begins with `{text}`"), "`deskferry runs` lists them")),
        _ => Err(refused(format!("{} runs begin with `{text}`", found.len()), "give more of the id")),
    }
}

/// Writes the views for DuckDB.
async fn views(migration: &Migration, session: &Session, mut output: Output) -> Result<ExitCode> {
    let url = migration.context.staging.url();
    let root = if url.contains("://") {
        url.to_owned()
    } else {
        let path = std::fs::canonicalize(url).with_context(|| format!("cannot find the stage at {url}"))?;
        path.to_string_lossy().into_owned()
    };
    let text = session.duckdb_views(&transform::inputs(migration), &root).await?;
    output.writer().write_all(text.as_bytes()).context("cannot write the views")?;
    output.end()?;
    Ok(ExitCode::SUCCESS)
}
