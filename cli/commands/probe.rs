//! `probe`: what a live source with an API is like, and its spec corrected with that, as an overlay in the migration's folder.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use deskferry_extract::Findings;
use serde_json::json;

use super::{Migration, extract};
use crate::args::Probe;
use crate::embedded;
use crate::report::{new_table, print, say};

/// Characters of a line of the table, wherever it goes to.
const WIDTH: u16 = 100;

/// Asks, tells, and writes what was corrected; exit 1 where it may not be written.
pub(crate) async fn run(migration: &Migration, probe: &Probe, json: bool) -> Result<ExitCode> {
    let settings = extract::settings(migration)?;
    let (file, text) = embedded::spec(&migration.files, &migration.settings.source.kind)?;
    let found = deskferry_extract::find_out(&migration.context, &file, text, &settings, &probe.tables).await?;
    let usual = migration.directory.join(&file);
    let out = match &probe.out {
        Some(out) => Some(migration.directory.join(out)),
        None if !found.is_corrected() || usual.exists() => None,
        None => Some(usual.clone()),
    };
    if let Some(out) = &out {
        write(out, &found.spec)?;
    }
    if json {
        print(serde_json::to_string_pretty(&as_json(&found, out.as_deref()))?)?;
    } else {
        print(table(&found))?;
    }
    let is_kept = out.is_none() && found.is_corrected();
    say(match &out {
        Some(out) => format!(
            "\n{} calls; wrote {}: look at its comments `# probe: …`, then `deskferry extract`",
            found.calls,
            out.display()
        ),
        None if is_kept => format!(
            "\n{} calls; {} is there already and was not touched: --out {} writes the corrected spec beside it",
            found.calls,
            usual.display(),
            beside(&file).display()
        ),
        None => format!("\n{} calls; nothing to correct: the spec is right as far as could be found out", found.calls),
    });
    Ok(if is_kept { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// `sources/acme.probed.toml`: it is nobody's spec by that name.
fn beside(file: &str) -> PathBuf {
    Path::new(file).with_extension("probed.toml")
}

fn write(out: &Path, text: &str) -> Result<()> {
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    std::fs::write(out, text).with_context(|| format!("cannot write {}", out.display()))
}

fn table(found: &Findings) -> String {
    let mut table = new_table(["table", "what", "found"]);
    table.set_width(WIDTH);
    let mut last = None;
    for finding in &found.findings {
        let name = if finding.table.is_empty() { "(all)" } else { &finding.table };
        // A table is named where its findings begin.
        let shown = if last == Some(name) { "" } else { name };
        last = Some(name);
        let text = match (finding.is_corrected, finding.was.as_str()) {
            (true, "") => format!("corrected: {}", finding.found),
            (true, was) => format!("corrected: {}\nwas: {was}", finding.found),
            (false, _) => finding.found.clone(),
        };
        table.add_row([shown, finding.what, &text]);
    }
    table.to_string()
}

fn as_json(found: &Findings, out: Option<&Path>) -> serde_json::Value {
    let findings = found.findings.iter().map(|finding| {
        let table = (!finding.table.is_empty()).then_some(&finding.table);
        json!({
            "table": table,
            "what": finding.what,
            "found": finding.found,
            "was": (!finding.was.is_empty()).then_some(&finding.was),
            "corrected": finding.is_corrected,
        })
    });
    json!({ "findings": findings.collect::<Vec<_>>(), "calls": found.calls, "spec": out.map(|out| out.display().to_string()) })
}
