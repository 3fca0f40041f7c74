//! The interactive shell: lines with history, completion and statements over several lines. A failure ends no session.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Editor, Helper};

use super::completion::Words;
use super::console::{Console, Next, is_complete};
use crate::report::{failure, say};

/// What was typed, in the migration's folder; readable by its owner only.
const HISTORY: &str = ".deskferry_history";
/// Statements that are kept.
const HISTORY_MAX: usize = 1_000;
/// A statement with one of these words may hold a secret and is not kept.
const SECRETS: [&str; 3] = ["password", "secret", "token"];

/// Talks with a person until they leave.
pub(crate) async fn run(folder: &Path, mut console: Console) -> Result<ExitCode> {
    let config = Config::builder()
        .max_history_size(HISTORY_MAX)
        .and_then(|config| config.history_ignore_dups(true))
        .context("cannot open the terminal")?
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        .build();
    let mut editor = Editor::<Help, FileHistory>::with_config(config).context("cannot open the terminal")?;
    editor.set_helper(Some(Help(Words::of(console.session()).await)));
    let history = folder.join(HISTORY);
    // History is a convenience: one that cannot be read or written is no reason to stop.
    let _ = editor.load_history(&history);
    say("End a statement with `;`. `\\d` lists the tables, `\\?` the commands, `\\q` or Ctrl-D leaves.");
    loop {
        let line = match editor.readline("deskferry> ") {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(error).context("cannot read the terminal"),
        };
        if is_kept(&line) {
            let _ = editor.add_history_entry(line.trim_end());
            let _ = editor.append_history(&history);
        }
        match console.line(&line).await {
            Ok(Next::GoOn) => {}
            Ok(Next::Leave) => break,
            Err(error) => drop(failure(&error)),
        }
    }
    console.end()?;
    Ok(ExitCode::SUCCESS)
}

/// Whether a statement may be kept: not one that may hold a secret, nor one that begins with a space.
fn is_kept(line: &str) -> bool {
    let lower = line.to_lowercase();
    !line.starts_with(char::is_whitespace) && !SECRETS.iter().any(|word| lower.contains(word))
}

/// What the editor asks while somebody types.
struct Help(Words);

impl Helper for Help {}
impl Highlighter for Help {}

impl Hinter for Help {
    type Hint = String;
}

impl rustyline::completion::Completer for Help {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &rustyline::Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.0.complete(line, at))
    }
}

impl Validator for Help {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input().trim();
        let whole = text.is_empty() || text.starts_with('\\') || matches!(text, "exit" | "quit") || is_complete(text);
        Ok(if whole { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_keeps_no_secrets() {
        assert!(is_kept("SELECT 1;"));
        for secret in [" SELECT 1;", "SELECT 'my Password';", "SELECT * FROM t WHERE access_token = 'x';"] {
            assert!(!is_kept(secret), "{secret}");
        }
    }
}
