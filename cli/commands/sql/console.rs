//! What a script or a person asks, line by line: statements that end with `;`, and commands that begin with `\`.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context as _, Result};
use deskferry_staging::Context;
use deskferry_transform::{Session, TableName};
use futures::StreamExt as _;
use tokio::sync::Notify;

use super::output::Output;
use super::rows::Rows;
use crate::args::RowFormat;
use crate::error::refused;
use crate::report::{new_table, number, say};

/// The commands, each with what it does.
pub(crate) const COMMANDS: [(&str, &str); 8] = [
    ("\\d", "the tables there are, with their rows"),
    ("\\d TABLE", "its columns: type, whether NULL occurs, what it means"),
    ("\\format FORMAT", "how rows are written: table, csv, json, parquet"),
    ("\\o FILE", "write the rows that follow to a file; without FILE to the screen again"),
    ("\\timing", "say how long each query takes, or no longer"),
    ("\\i FILE", "run the statements of a file"),
    ("\\?", "this list"),
    ("\\q", "leave"),
];

/// The current state of each table, without those that tell of the others.
const TABLES: &str = "SELECT t.table_schema AS schema, t.table_name AS name, r.row_count AS rows
    FROM information_schema.tables AS t
    LEFT JOIN runs.tables AS r ON r.schema_name = t.table_schema AND r.table_name = t.table_name AND r.is_current
    WHERE t.table_schema NOT IN ('information_schema', 'pg_catalog') AND t.table_name NOT LIKE '%\\_\\_runs'
    ORDER BY 1, 2";

/// What ends a query before its answer is complete.
pub(crate) enum Stop {
    /// A signal to the process.
    Once(Context),
    /// Ctrl-C, each time it is pressed while a query runs.
    Each(Arc<Notify>),
}

impl Stop {
    /// What to call at each Ctrl-C, and what waits for it.
    pub(crate) fn each() -> (impl Fn() + Send + 'static, Self) {
        let pressed = Arc::new(Notify::new());
        let waiting = Arc::clone(&pressed);
        (move || pressed.notify_waiters(), Self::Each(waiting))
    }

    async fn asked(&self) {
        match self {
            Self::Once(context) => context.cancel.cancelled().await,
            Self::Each(pressed) => pressed.notified().await,
        }
    }
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    GoOn,
    Leave,
}

/// Answers one line after the other.
pub(crate) struct Console {
    session: Session,
    format: RowFormat,
    output: Output,
    answers: u64,
    timing: bool,
    stop: Stop,
}

impl Console {
    pub(crate) fn new(session: Session, format: RowFormat, output: Output, stop: Stop) -> Self {
        Self { session, format, output, answers: 0, timing: false, stop }
    }

    /// What is asked.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// Answers a whole text and ends at the first error; the last statement needs no `;`.
    ///
    /// # Errors
    /// The first one's.
    pub(crate) async fn script(&mut self, text: &str) -> Result<()> {
        let mut pending = String::new();
        let mut asked = false;
        for line in text.lines() {
            if pending.trim().is_empty() && line.trim_start().starts_with('\\') {
                asked = true;
                if self.command(line.trim()).await? == Next::Leave {
                    return Ok(());
                }
                continue;
            }
            pending.push_str(line);
            pending.push('\n');
            if line.trim_end().ends_with(';') && is_complete(&pending) {
                asked |= self.statements(&pending).await?;
                pending.clear();
            }
        }
        asked |= self.statements(&pending).await?;
        if !asked {
            return Err(refused(
                "there is no statement",
                "for example deskferry sql \"SELECT count(*) FROM hesk.tickets\"",
            ));
        }
        Ok(())
    }

    /// Answers what a person has typed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) async fn line(&mut self, text: &str) -> Result<Next> {
        let text = text.trim();
        match text.trim_end_matches(';').trim_end() {
            "exit" | "quit" => Ok(Next::Leave),
            _ if text.starts_with('\\') => self.command(text).await,
            _ => self.statements(text).await.map(|_| Next::GoOn),
        }
    }

    /// Ends the output.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn end(self) -> Result<()> {
        self.output.end()
    }

    async fn statements(&mut self, text: &str) -> Result<bool> {
        let statements = self.session.statements(text)?;
        for statement in &statements {
            self.answer(statement).await?;
        }
        Ok(!statements.is_empty())
    }

    async fn answer(&mut self, sql: &str) -> Result<()> {
        let begun = Instant::now();
        let rows = tokio::select! {
            answered = write(&self.session, sql, self.format, &mut self.output, self.answers) => answered?,
            () = self.stop.asked() => {
                return Err(refused("stopped before the answer was complete", "run the same query again"));
            }
        };
        self.answers += 1;
        if self.timing {
            say(format!("{} rows, {:.3} s", number(rows), begun.elapsed().as_secs_f64()));
        }
        Ok(())
    }

    async fn command(&mut self, text: &str) -> Result<Next> {
        let (command, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let rest = rest.trim().trim_end_matches(';');
        match command {
            "\\q" => return Ok(Next::Leave),
            "\\?" => {
                let mut table = new_table(["command", "does"]);
                for (command, does) in COMMANDS {
                    table.add_row([command, does]);
                }
                say(table.to_string());
            }
            "\\d" | "\\dt" if rest.is_empty() => self.answer(TABLES).await?,
            "\\d" => self.describe(rest).await?,
            "\\timing" => {
                self.timing = !self.timing;
                say(if self.timing { "timing is on" } else { "timing is off" });
            }
            "\\format" => {
                self.format = clap::ValueEnum::from_str(rest, true).map_err(|_| {
                    refused(format!("`{rest}` is no format"), "\\format takes table, csv, json or parquet")
                })?;
            }
            "\\o" => {
                let output = Output::new((!rest.is_empty()).then(|| rest.as_ref()))?;
                std::mem::replace(&mut self.output, output).end()?;
                self.answers = 0;
            }
            "\\i" => {
                let text = std::fs::read_to_string(rest).with_context(|| format!("cannot read {rest}"))?;
                Box::pin(self.script(&text)).await?;
            }
            _ => return Err(refused(format!("there is no command {command}"), "\\? lists the commands")),
        }
        Ok(Next::GoOn)
    }

    /// The columns of a table.
    async fn describe(&mut self, name: &str) -> Result<()> {
        let name = name.replace('"', "");
        let (schema, table) = name.split_once('.').unwrap_or((self.session.schema(), &name));
        let table = TableName { schema: schema.to_owned(), table: table.to_owned() };
        let columns = self.session.columns(&table).await?;
        let text = |of: &dyn Fn(&deskferry_transform::Column) -> String| -> Arc<dyn arrow::array::Array> {
            Arc::new(arrow::array::StringArray::from_iter_values(columns.iter().map(of)))
        };
        let rows = arrow::array::RecordBatch::try_from_iter([
            ("column", text(&|c| c.name.clone())),
            ("type", text(&|c| c.sql_type.clone())),
            ("null", text(&|c| if c.nullable { "" } else { "NOT NULL" }.to_owned())),
            ("comment", text(&|c| c.comment.clone())),
        ])?;
        let mut written = Rows::new(self.format, &rows.schema(), self.output.writer())?;
        written.write(&rows)?;
        written.end()
    }
}

/// Writes the answer of one query; the number of its rows.
async fn write(session: &Session, sql: &str, format: RowFormat, output: &mut Output, answers: u64) -> Result<u64> {
    if format == RowFormat::Parquet {
        if !output.is_file() && std::io::stdout().is_terminal() {
            return Err(refused(
                "Parquet is nothing for a terminal",
                "write it to a file with --out FILE, or into a pipe",
            ));
        }
        if answers > 0 {
            return Err(refused("a Parquet file holds the rows of one query", "write each to a file of its own"));
        }
    }
    let (schema, mut stream) = session.query(sql).await?;
    let mut count = 0;
    let closed = output.closed();
    let mut rows = Rows::new(format, &schema, output.writer())?;
    while let Some(batch) = stream.next().await {
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => return Err(session.failed(sql, error).await.into()),
        };
        count += batch.num_rows() as u64;
        rows.write(&batch)?;
        if closed.load(Ordering::Relaxed) {
            return Ok(count);
        }
    }
    rows.end()?;
    output.writer().flush()?;
    Ok(count)
}

/// Whether a text is whole statements: no text, name or comment is open, and it ends with `;`.
pub(crate) fn is_complete(text: &str) -> bool {
    let mut quote = None;
    let mut last = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some('\n'), '\n') => quote = None,
            (Some('*'), '*') if characters.peek() == Some(&'/') => {
                characters.next();
                quote = None;
            }
            (Some(open @ ('\'' | '"')), character) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => (quote, last) = (Some(character), character),
            (None, '-') if characters.peek() == Some(&'-') => quote = Some('\n'),
            (None, '/') if characters.peek() == Some(&'*') => quote = Some('*'),
            (None, character) if !character.is_whitespace() => last = character,
            (None, _) => {}
        }
    }
    matches!(quote, None | Some('\n')) && last == ';'
}

#[cfg(test)]
mod tests {
    use super::is_complete;

    #[test]
    fn a_semicolon_counts_only_outside_of_texts_and_comments() {
        for whole in
            ["SELECT 1;", "SELECT ';' ; -- end", "SELECT 1 /* ; */;\n", "SELECT 'it''s';", "SELECT \"a;b\" FROM t;"]
        {
            assert!(is_complete(whole), "{whole}");
        }
        for part in ["", "SELECT 1", "SELECT 'a;", "SELECT 1 -- ;", "SELECT /* ;", "SELECT \"x;"] {
            assert!(!is_complete(part), "{part}");
        }
    }
}
