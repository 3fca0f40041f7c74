//! `runs show`: one run, for people; its manifest with --json.

use anyhow::Result;
use deskferry_staging::{Manifest, RunId, Table};
use indicatif::HumanBytes;

use super::{in_words, mode, short};
use crate::report::{align_right, new_table, number, print};

/// Prints a run.
pub(super) fn run(manifest: &Manifest, json: bool) -> Result<()> {
    if json {
        return print(serde_json::to_string_pretty(manifest)?);
    }
    print(head(manifest).join("\n"))?;
    print(tables(manifest))?;
    if !manifest.hashes.is_empty() {
        let mut files = new_table(["shaped by", "sha-256"]);
        for (path, hash) in &manifest.hashes {
            files.add_row([path.as_str(), short(hash)]);
        }
        print(files.to_string())?;
    }
    Ok(())
}

fn head(manifest: &Manifest) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |what: &str, text: String| lines.push(format!("{what:<9}{text}"));
    let seconds = (manifest.finished_at - manifest.started_at).as_seconds_f64();
    say("run", manifest.run.to_string());
    say("stage", format!("{} of {}, {}", manifest.stage, manifest.schema, mode(manifest)));
    say("begun", format!("{}, {seconds:.1} s", manifest.started_at.format("%Y-%m-%d %H:%M:%S UTC")));
    say("by", format!("deskferry {}", manifest.tool_version));
    if !manifest.inputs.is_empty() {
        say("read", manifest.inputs.iter().map(RunId::as_str).collect::<Vec<_>>().join(" "));
    }
    for (reason, rows) in &manifest.rejects {
        say("rejected", format!("{} rows: {reason}", number(*rows)));
    }
    for (table, reason) in manifest.incomplete() {
        say("lacks", format!("rows of {table}: {reason}"));
    }
    manifest.remarks.iter().for_each(|remark| say("note", remark.clone()));
    lines
}

fn tables(manifest: &Manifest) -> String {
    let mut rows = new_table(["table", "rows", "parts", "size", "seconds", "made", "sha-256 of the parts"]);
    for (name, table) in &manifest.tables {
        let seconds = table.build.as_ref().map(|build| format!("{:.2}", build.milliseconds as f64 / 1000.0));
        let bytes = table.parts.iter().map(|part| part.bytes).sum();
        rows.add_row([
            name.clone(),
            number(table.rows),
            table.parts.len().to_string(),
            HumanBytes(bytes).to_string(),
            seconds.unwrap_or_default(),
            made(table),
            table.parts.iter().map(|part| short(&part.sha256)).collect::<Vec<_>>().join(" "),
        ]);
    }
    align_right(&mut rows, &[1, 2, 3, 4]);
    rows.to_string()
}

/// How a table came about, in words.
pub(super) fn made(table: &Table) -> String {
    match (&table.build, table.reused_from(), table.changes) {
        (_, Some(run), _) => format!("reused from {run}"),
        (Some(_), None, _) => "built".to_owned(),
        (None, _, Some(changes)) => in_words(changes.new, changes.changed, changes.gone),
        (None, ..) => table.source_rows.map_or_else(String::new, |rows| format!("{} in the source", number(rows))),
    }
}
