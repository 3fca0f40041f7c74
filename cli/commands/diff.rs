//! `diff`: what differs between two states of a table.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use arrow::array::RecordBatch;
use deskferry_staging::{Manifest, RunId};
use deskferry_transform::{Comparison, Diff, Inputs, Session, Side, TableName};

use super::{Migration, transform};
use crate::args::{self, Format};
use crate::error::refused;
use crate::printer::Printer;
use crate::report::{align_right, new_table, number, print, say};

/// Most changes in a table for people; JSON and CSV have all of them.
const ROWS_MAX: usize = 1_000;

/// Most memory of the joins and sorts of a comparison; readers and digests come on top of it, and 512 MiB hold all.
const MEMORY_BYTES_MAX: usize = 256 << 20;

/// Compares and prints; exit 0 whether or not something differs.
pub(crate) async fn run(migration: &Migration, args: &args::Diff, json: bool) -> Result<ExitCode> {
    let runs = migration.context.staging.runs().await?;
    let table = named(&args.table, migration.spec.contract());
    let versions: Vec<&Manifest> =
        runs.iter().filter(|m| m.schema == table.schema && m.tables.contains_key(&table.table)).collect();
    let from = match &args.from {
        Some(text) => side(text, &table, &versions)?,
        None => match versions.iter().rev().nth(1) {
            Some(run) => Side::Run(run.run.clone()),
            None => {
                let found = versions.len();
                return Err(refused(
                    format!("{} of {}.{} to compare", runs_of(found), table.schema, table.table),
                    "name both sides with --from and --to: a run, a table or a path",
                ));
            }
        },
    };
    let to = match &args.to {
        Some(text) => side(text, &table, &versions)?,
        None => Side::Table(table.clone()),
    };
    let known = versions.last().and_then(|run| Some(run.tables.get(&table.table)?.key.clone())).unwrap_or_default();
    let key = match (args.key.is_empty(), known.is_empty()) {
        (false, _) => args.key.clone(),
        (true, false) => known,
        (true, true) => vec!["source_key".to_owned()],
    };
    let comparison = Comparison { table, from, to, key };
    let inputs = transform::inputs(migration);
    let inputs = Inputs { memory_bytes: inputs.memory_bytes.min(MEMORY_BYTES_MAX), ..inputs };
    let session = Session::open(&migration.context.staging, &inputs).await?;
    let format = if json { Format::Json } else { args.format };
    let mut printer = (!args.summary).then(|| Printer::new(format, ROWS_MAX));
    let print_each = |batch: RecordBatch| printer.as_mut().map_or(Ok(()), |printer| printer.add(&batch));
    let diff = session.diff(&migration.context, &comparison, print_each).await?;
    match printer {
        Some(printer) => {
            let more = printer.end()?;
            if more > 0 {
                say(format!("… and {} more changes; --format csv or json prints all", number(more)));
            }
            say(counts(&diff));
        }
        None => summary(&diff, format)?,
    }
    diff.remarks.iter().for_each(|remark| say(format!("note: {remark}")));
    if diff.repeated_keys > 0 {
        let rows = number(diff.repeated_keys);
        say(format!(
            "note: {rows} rows that differ share their key with others of their side; they were paired in turn"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn runs_of(count: usize) -> &'static str {
    if count == 0 { "there is no run" } else { "there is only one run" }
}

/// `hesk.tickets`, or a table of `schema`.
fn named(text: &str, schema: &str) -> TableName {
    let (schema, table) = text.split_once('.').unwrap_or((schema, text));
    TableName { schema: schema.to_owned(), table: table.to_owned() }
}

/// A run by the beginning of its id, a path, a table, or a schema with the same table.
fn side(text: &str, table: &TableName, versions: &[&Manifest]) -> Result<Side> {
    let fitting: Vec<&RunId> = versions.iter().map(|m| &m.run).filter(|run| run.as_str().starts_with(text)).collect();
    match fitting[..] {
        [run] => return Ok(Side::Run(run.clone())),
        [] => {}
        _ => return Err(refused(format!("{} runs begin with `{text}`", fitting.len()), "give more of the id")),
    }
    if Path::new(text).exists() {
        return Ok(Side::Files(text.into()));
    }
    if text.contains(['/', '\\']) {
        return Err(refused(format!("there is nothing at {text}"), "give a Parquet file or a folder of them"));
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        let (schema, name) = (&table.schema, &table.table);
        return Err(refused(format!("no run of {schema}.{name} begins with `{text}`"), "`deskferry runs` lists them"));
    }
    Ok(Side::Table(match text.contains('.') {
        true => named(text, ""),
        false => TableName { schema: text.to_owned(), table: table.table.clone() },
    }))
}

fn counts(diff: &Diff) -> String {
    if diff.is_same() {
        return format!("nothing differs: {} rows on both sides", number(diff.same));
    }
    let [same, added, removed, changed] = [diff.same, diff.added, diff.removed, diff.changed].map(number);
    format!("{added} added, {removed} removed, {changed} changed, {same} the same")
}

fn summary(diff: &Diff, format: Format) -> Result<()> {
    let compared = diff.same + diff.changed;
    let rate = |differs: u64| {
        if compared == 0 { None } else { Some((compared - differs) as f64 / compared as f64) }
    };
    if format == Format::Json {
        let columns = diff.columns.iter().map(
            |(name, differs)| serde_json::json!({ "column": name, "differs": differs, "match_rate": rate(*differs) }),
        );
        let document = serde_json::json!({
            "from_rows": diff.from_rows, "to_rows": diff.to_rows, "same": diff.same, "added": diff.added,
            "removed": diff.removed, "changed": diff.changed, "repeated_keys": diff.repeated_keys,
            "columns": columns.collect::<Vec<_>>(), "remarks": diff.remarks,
        });
        return print(serde_json::to_string_pretty(&document)?);
    }
    let percent = |differs: u64| rate(differs).map_or_else(String::new, |rate| format!("{:.4}", rate * 100.0));
    if format == Format::Csv {
        let mut text = String::from("column,differs,match_percent\n");
        for (name, differs) in &diff.columns {
            text += &format!("\"{}\",{differs},{}\n", name.replace('"', "\"\""), percent(*differs));
        }
        say(counts(diff));
        return print(text);
    }
    let mut table = new_table(["column", "rows that differ", "the same %"]);
    for (name, differs) in &diff.columns {
        table.add_row([name.clone(), number(*differs), percent(*differs)]);
    }
    align_right(&mut table, &[1, 2]);
    print(table.to_string())?;
    say(format!("{} rows before, {} after: {}", number(diff.from_rows), number(diff.to_rows), counts(diff)));
    Ok(())
}
