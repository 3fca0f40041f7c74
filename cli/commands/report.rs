//! `report`: documents out of the queries of `sql/report/<name>/` and `sql/<source>/report/<name>/`, in the order of their names.
//!
//! A query may read what is not staged: `workspace.todo`, what an administrator has to do, and `plan.calls` and `plan.totals`, what
//! a load would cost. The workspace is asked only where a query names one of them.

mod package;
pub(super) mod tables;

use std::process::ExitCode;

use anyhow::Result;
use arrow::array::RecordBatch;
use deskferry_load::Filter;
use deskferry_transform::Session;

use super::{Migration, load, transform};
use crate::args::{DocumentFormat, Report};
use crate::document::{Document, Section, page};
use crate::error::refused;
use crate::report::{deliver, say};
use crate::todo::todos;

/// Writes a document.
pub(crate) async fn run(migration: &Migration, args: &Report, json: bool) -> Result<ExitCode> {
    let folders = folders(migration, &args.name)?;
    let session = transform::session(migration).await?;
    let uses = |table: &str| {
        let is_ours = |path: &String| folders.iter().any(|folder| path.starts_with(&format!("{folder}/")));
        migration.files.iter().any(|(path, text)| is_ours(path) && text.contains(table))
    };
    let manifest = load::transformed(migration).await?;
    let settings = (uses("workspace.") || uses("plan.")).then(|| load::workspace(migration)).transpose()?;
    if let Some(settings) = settings.as_ref().filter(|_| uses("workspace.")) {
        let found = deskferry_load::readiness(&migration.context, settings, Some(&manifest)).await?;
        session.add("workspace", "todo", vec![tables::todo(&todos(&migration.settings, &found, true))?])?;
    }
    if let Some(settings) = settings.as_ref().filter(|_| uses("plan.")) {
        say("counting the calls of a load …");
        let plan = deskferry_load::plan(&migration.context, settings, &manifest, &Filter::default()).await?;
        session.add("plan", "calls", vec![tables::calls(&plan)?])?;
        session.add("plan", "totals", vec![tables::totals(&plan)?])?;
    }
    let answers = answers(migration, &session, &folders).await?;
    if let Some(folder) = &args.package {
        package::write(&migration.context.staging.files(), &answers, folder).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let source = &migration.spec.title;
    let document = Document {
        title: format!("{}: {source} to Intercom", title(&args.name)),
        origin: format!("As of transform {}.", manifest.run),
        sections: sections(&answers)?,
        ..Document::default()
    };
    let text = match args.format {
        _ if json => serde_json::to_string_pretty(&document.json())?,
        DocumentFormat::Markdown => document.markdown(),
        DocumentFormat::Html => page(&document),
    };
    deliver(text, args.out.as_deref())?;
    Ok(ExitCode::SUCCESS)
}

/// The folders of a report's queries.
fn folders(migration: &Migration, name: &str) -> Result<[String; 2]> {
    let folders = ["sql/report".to_owned(), format!("sql/{}/report", migration.settings.source.kind)];
    let names = |root: &String| {
        let root = format!("{root}/");
        let of = |path: &String| Some(path.strip_prefix(&root)?.split_once('/')?.0.to_owned());
        migration.files.keys().filter_map(of).collect::<std::collections::BTreeSet<_>>()
    };
    let known: std::collections::BTreeSet<String> = folders.iter().flat_map(names).collect();
    if !known.contains(name) {
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        return Err(refused(format!("there is no report `{name}`"), format!("there are: {known}")));
    }
    Ok(folders.map(|root| format!("{root}/{name}")))
}

/// One query and its answer.
pub(super) struct Answer {
    /// Name of its file, without the extension.
    name: String,
    path: String,
    sql: String,
    batches: Vec<RecordBatch>,
}

/// What the queries of folders answer, in the order of their names.
pub(super) async fn answers(migration: &Migration, session: &Session, folders: &[String]) -> Result<Vec<Answer>> {
    let inputs = transform::inputs(migration);
    let mut answers = Vec::new();
    for folder in folders {
        for (name, batches) in session.queries(&inputs, folder).await? {
            let path = format!("{folder}/{name}.sql");
            let sql = migration.files.get(&path).cloned().unwrap_or_default();
            answers.push(Answer { name, path, sql, batches });
        }
    }
    answers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(answers)
}

/// The parts of a document that answers make.
pub(super) fn sections(answers: &[Answer]) -> Result<Vec<Section>> {
    answers.iter().map(|answer| Section::new(&answer.sql, &answer.batches)).collect()
}

/// `checklist` as `Checklist`.
fn title(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
