//! What the user sees: rows and documents on stdout, everything else on stderr.

use std::io::{IsTerminal as _, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, presets};
use deskferry_staging::Kind;

use crate::args::Format;
use crate::error;

/// Widest text of one cell in a table for people; JSON and CSV have all of it.
const CELL_CHARS: usize = 120;

/// A row of an answer, its columns in order.
pub(crate) type Row = serde_json::Map<String, serde_json::Value>;

/// A line for the user on stderr. A stderr that is closed or full must not stop the work, and nobody could be told.
pub(crate) fn say(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr().lock(), "{}", line.as_ref());
}

/// Text for stdout.
///
/// # Errors
/// Where stdout does not take it; a closed pipe ends the output without an error.
pub(crate) fn print(text: impl AsRef<str>) -> Result<()> {
    let mut line = text.as_ref().to_owned();
    if !line.ends_with('\n') {
        line.push('\n');
    }
    let mut out = std::io::stdout().lock();
    match out.write_all(line.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        outcome => Ok(outcome?),
    }
}

/// Text for a file where one is named, else for stdout.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn deliver(text: impl AsRef<str>, out: Option<&Path>) -> Result<()> {
    let Some(path) = out else { return print(text) };
    std::fs::write(path, text.as_ref()).with_context(|| format!("cannot write {}", path.display()))?;
    say(format!("wrote {}", path.display()));
    Ok(())
}

/// Prints an error with its causes and its hint, and gives the exit code: 2 for a bug, else 1.
pub(crate) fn failure(error: &anyhow::Error) -> ExitCode {
    say(format!("error: {error}"));
    let mut last = error.to_string();
    for cause in error.chain().skip(1) {
        let text = cause.to_string();
        // A library's error often repeats its own cause: say each thing once.
        if !last.contains(&text) {
            say(format!("  caused by: {text}"));
        }
        last = text;
    }
    if let Some(hint) = error::hint(error) {
        say(format!("\nhint: {hint}"));
    }
    if error::kind(error) == Kind::Internal { ExitCode::from(2) } else { ExitCode::from(1) }
}

/// Asks a person; whether the answer is yes. `what` would be done.
///
/// # Errors
/// Where nobody can be asked.
pub(crate) fn ask(what: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(error::refused(format!("{what}, and nobody can be asked here"), "give --yes to go ahead"));
    }
    say(format!("{what}. Type yes to go ahead."));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}

/// Batches in the given format.
///
/// # Errors
/// Where a value cannot be printed.
pub(crate) fn render(schema: &SchemaRef, batches: &[RecordBatch], format: Format) -> Result<String> {
    match format {
        Format::Table => table(schema, batches),
        Format::Csv => {
            let mut bytes = Vec::new();
            let mut writer = arrow::csv::WriterBuilder::new().with_header(true).build(&mut bytes);
            if batches.is_empty() {
                writer.write(&RecordBatch::new_empty(schema.clone()))?;
            }
            for batch in batches {
                writer.write(batch)?;
            }
            drop(writer);
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        Format::Json => {
            let mut writer = arrow::json::WriterBuilder::new()
                .with_explicit_nulls(true)
                .build::<_, arrow::json::writer::JsonArray>(Vec::new());
            for batch in batches {
                writer.write(batch)?;
            }
            writer.finish()?;
            let text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
            Ok(if text.is_empty() { "[]".to_owned() } else { text })
        }
    }
}

fn table(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<String> {
    let mut out = new_table(schema.fields().iter().map(|f| f.name().clone()));
    let options = FormatOptions::default().with_null("");
    for batch in batches {
        let columns = batch
            .columns()
            .iter()
            .map(|c| ArrayFormatter::try_new(c.as_ref(), &options))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            out.add_row(columns.iter().zip(schema.fields()).map(|(column, field)| {
                let cell = Cell::new(short(&column.value(row).to_string(), CELL_CHARS));
                if field.data_type().is_numeric() { cell.set_alignment(CellAlignment::Right) } else { cell }
            }));
        }
    }
    Ok(out.to_string())
}

/// Batches as JSON objects.
///
/// # Errors
/// Where a value has no JSON form.
pub(crate) fn json_rows(batches: &[RecordBatch]) -> Result<Vec<serde_json::Value>> {
    let mut rows = Vec::new();
    for batch in batches {
        rows.extend(serde_json::from_str::<Vec<serde_json::Value>>(&render(
            &batch.schema(),
            std::slice::from_ref(batch),
            Format::Json,
        )?)?);
    }
    Ok(rows)
}

/// Batches as rows.
///
/// # Errors
/// As [`json_rows`].
pub(crate) fn rows(batches: &[RecordBatch]) -> Result<Vec<Row>> {
    let rows = json_rows(batches)?.into_iter();
    Ok(rows.filter_map(|row| if let serde_json::Value::Object(row) = row { Some(row) } else { None }).collect())
}

/// A table for people with the given headings.
pub(crate) fn new_table(headings: impl IntoIterator<Item = impl ToString>) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(headings.into_iter().map(|h| Cell::new(h).add_attribute(Attribute::Bold)));
    table
}

/// Numbers stand to the right.
pub(crate) fn align_right(table: &mut Table, columns: &[usize]) {
    for &index in columns {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// One line, cut where it is longer than so many characters.
pub(crate) fn short(text: &str, chars_max: usize) -> String {
    let line: String = text.chars().take(chars_max + 1).map(visible_char).collect();
    if line.chars().count() > chars_max { line.chars().take(chars_max - 1).chain(['…']).collect() } else { line }
}

/// One line of text that cannot change how the text around it looks.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(visible_char).collect()
}

/// Control characters are blanks, and what turns the direction of text around is shown as a character that it is not.
fn visible_char(c: char) -> char {
    match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        c if c.is_control() => ' ',
        c => c,
    }
}

/// 1234567 as `1,234,567`.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `2 h 5 min`, `3 min 20 s`, `12 s`.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().ceil() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{} h {m} min", number(h)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_groups_by_thousands() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn short_keeps_a_hostile_text_on_one_line() {
        assert_eq!(short("a\nb\u{1b}[31m\u{202e}c", 20), "a b [31m\u{fffd}c");
        assert_eq!(short(&"ä".repeat(500), 120).chars().count(), 120);
        assert_eq!(short("abc", 3), "abc");
    }

    #[test]
    fn durations_read_as_people_say_them() {
        let text = |seconds| duration(Duration::from_secs_f64(seconds));
        assert_eq!(
            [text(0.2), text(61.0), text(7_500.0), text(90_000.0)],
            ["1 s", "1 min 1 s", "2 h 5 min", "25 h 0 min"]
        );
    }
}
