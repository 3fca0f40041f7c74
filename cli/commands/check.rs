//! `check`: both sides looked at, nothing changed: what is there, what is missing, what to do first.

mod copy;

use std::process::ExitCode;

use anyhow::Result;
use deskferry_extract::{Probe, ReaderKind, Request};
use deskferry_load::Readiness;
use deskferry_staging::{Context, Manifest, Staging};
use deskferry_transform::Rebuild;
use serde_json::json;

use super::{Migration, extract, load, transform};
use crate::report::{align_right, new_table, number, print, say};
use crate::todo::{Todo, Topic, todos};

/// Checks source and workspace; exit 1 where something blocks the load.
pub(crate) async fn run(migration: &Migration, json: bool) -> Result<ExitCode> {
    let spec = &migration.spec;
    if spec.is_copied() {
        return copy::run(migration, json).await;
    }
    let from = extract::settings(migration)?;
    let probe = deskferry_extract::probe(&migration.context, spec, &from).await?;
    probe.readable()?;
    let folder = missing_attachments(&from);
    let settings = load::workspace(migration)?;
    let transformed = migration.context.staging.latest("intercom").await?;
    let (context, manifest) = match &transformed {
        Some(manifest) => (migration.context.clone(), manifest.clone()),
        None => rehearse(migration).await?,
    };
    let readiness = deskferry_load::readiness(&context, &settings, Some(&manifest)).await?;
    let personal = if transformed.is_some() { personal_data(migration).await? } else { Vec::new() };
    let blocks = readiness.blocks || folder.is_some() || !readiness.object_types_missing.is_empty();
    if json {
        print(serde_json::to_string_pretty(&as_json(&probe, &readiness, folder.as_deref(), &personal, blocks))?)?;
    } else {
        source(&spec.title, &probe, folder.as_deref())?;
        workspace(migration, &readiness, transformed.is_some())?;
        review(&personal, transformed.is_some())?;
        print(if blocks { "\nBLOCKED: do what is marked above, then check again." } else { "\nReady to load." })?;
    }
    Ok(if blocks { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What a transform of the desk's small tables and its newest ticket gives, kept in memory: enough to know teammates, teams
/// and attributes before the first extract.
async fn rehearse(migration: &Migration) -> Result<(Context, Manifest)> {
    let mut context = migration.context.clone();
    context.staging = Staging::in_memory();
    let settings = deskferry_extract::Settings { attachments: None, ..extract::settings(migration)? };
    let request = Request { sample: Some(1), ..Request::default() };
    deskferry_extract::extract(&context, &migration.spec, &settings, &request).await?;
    let summary = deskferry_transform::transform(&context, &transform::inputs(migration), &Rebuild::All).await?;
    Ok((context, summary.manifest))
}

/// The attachments folder of the settings, where it is a local one that does not exist.
fn missing_attachments(source: &deskferry_extract::Settings) -> Option<String> {
    let path = source.attachments.as_ref()?;
    (!path.contains("://") && !std::path::Path::new(path).exists()).then(|| path.clone())
}

fn source(title: &str, probe: &Probe, missing_folder: Option<&str>) -> Result<()> {
    // An API does not say its version, and need not.
    let version = match (&probe.version, probe.reader) {
        (Some(version), _) => format!(" {version}"),
        (None, ReaderKind::Rest) => String::new(),
        (None, _) => " of unknown version".to_owned(),
    };
    let zone = probe.timezone.as_deref().unwrap_or("not known");
    print(format!("Source: {title}{version}, read by {}; time zone {zone}", probe.reader))?;
    let mut table = new_table(["table", "rows"]);
    for (name, rows) in probe.tables.iter().filter(|(_, rows)| *rows != Some(0)) {
        table.add_row([name.clone(), rows.map_or_else(|| "not told".to_owned(), number)]);
    }
    align_right(&mut table, &[1]);
    print(table.to_string())?;
    for remark in &probe.remarks {
        say(format!("note: {remark}"));
    }
    if let Some(path) = missing_folder {
        print(format!("[ ] the attachments folder {path} does not exist: [source] attachments"))?;
    }
    Ok(())
}

fn workspace(migration: &Migration, found: &Readiness, transformed: bool) -> Result<()> {
    print(format!(
        "\nWorkspace: {} ({}, {}), {} teammates",
        found.workspace, found.region, found.timezone, found.admins_there
    ))?;
    let todos = todos(&migration.settings, found, transformed);
    let (silence, first): (Vec<&Todo>, Vec<&Todo>) = todos.iter().partition(|todo| todo.topic == Topic::Silence);
    for todo in first {
        let needed = match todo.needed {
            None => "",
            Some(true) => "  (needed)",
            Some(false) => "  (not needed by what is staged)",
        };
        let why =
            todo.why.as_ref().filter(|_| todo.topic == Topic::Data).map_or_else(String::new, |why| format!(": {why}"));
        print(format!("[ ] {}{why}{needed}", todo.task))?;
    }
    if let (Some(placeholder), false) = (&migration.settings.load.placeholder_admin, found.admins_missing.is_empty()) {
        print(format!("    until then {placeholder} stands in for them, with their name in the text"))?;
    }
    if !found.attributes_new.is_empty() {
        print(format!("    {} attributes will be created by the load", found.attributes_new.len()))?;
    }
    if !silence.is_empty() {
        print("\nLook at these first: an import can set them off, or they make Intercom refuse rows.")?;
    }
    for todo in silence {
        let (why, place) = (todo.why.as_deref().unwrap_or_default(), todo.place.as_deref().unwrap_or_default());
        print(format!("[ ] {}: {why} ({place})", todo.task))?;
    }
    Ok(())
}

/// Rows whose personal data a person should look at, by the setting that decides what becomes of them.
async fn personal_data(migration: &Migration) -> Result<Vec<(String, u64, String)>> {
    let session = transform::session(migration).await?;
    let Some(query) = migration.files.get(&format!("sql/{}/review/personal_data.sql", migration.settings.source.kind))
    else {
        return Ok(Vec::new());
    };
    let mut rows = Vec::new();
    for batch in session.collect(query).await? {
        let json = crate::report::json_rows(&[batch])?;
        for row in json {
            let text = |key: &str| row.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
            let count = row.get("row_count").and_then(serde_json::Value::as_u64).unwrap_or(0);
            rows.push((text("what"), count, text("decision")));
        }
    }
    Ok(rows)
}

fn review(personal: &[(String, u64, String)], transformed: bool) -> Result<()> {
    if !transformed {
        return print("\nPersonal data: check again after `transform` to see what there is to review.");
    }
    for (what, count, decision) in personal.iter().filter(|(_, count, _)| *count > 0) {
        print(format!("[ ] personal data: {} {what}: {decision}", number(*count)))?;
    }
    Ok(())
}

fn as_json(
    probe: &Probe,
    found: &Readiness,
    missing_folder: Option<&str>,
    personal: &[(String, u64, String)],
    blocks: bool,
) -> serde_json::Value {
    let missing = |name: &str, email: Option<&str>, used: bool| json!({ "name": name, "email": email, "needed": used });
    json!({
        "source": {
            "reader": probe.reader.to_string(),
            "version": probe.version,
            "timezone": probe.timezone,
            "tables": probe.tables.iter().map(|(name, rows)| json!({ "table": name, "rows": rows })).collect::<Vec<_>>(),
            "remarks": probe.remarks,
            "attachments_missing": missing_folder,
        },
        "workspace": { "name": found.workspace, "id": found.workspace_id, "region": found.region, "timezone": found.timezone },
        "teammates_missing": found.admins_missing.iter().map(|a| missing(&a.name, a.email.as_deref(), a.used)).collect::<Vec<_>>(),
        "teams_missing": found.teams_missing.iter().map(|t| missing(&t.name, None, t.used)).collect::<Vec<_>>(),
        "attributes_new": found.attributes_new,
        "attributes_conflicting": found.attributes_conflicting.iter()
            .map(|c| json!({ "model": c.model, "name": c.name, "wanted": c.wanted, "found": c.found })).collect::<Vec<_>>(),
        "object_types_missing": found.object_types_missing,
        "warnings": found.warnings.iter().map(|w| json!({ "what": w.what, "why": w.why, "place": w.place })).collect::<Vec<_>>(),
        "personal_data": personal.iter()
            .map(|(what, count, decision)| json!({ "what": what, "rows": count, "decision": decision })).collect::<Vec<_>>(),
        "blocks": blocks,
    })
}
