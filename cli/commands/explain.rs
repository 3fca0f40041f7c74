//! `explain`: one row's whole way, from the raw row to Intercom.

mod find;
mod people;
mod tell;

use std::process::ExitCode;

use anyhow::Result;
use deskferry_transform::{Session, identifier, literal};
use serde_json::{Value, json};

use self::find::{Found, find};
use self::tell::tell;
use super::{Migration, load, transform};
use crate::args::Explain;
use crate::error::refused;
use crate::report::{self, Row, print};

/// Rows that are offered where a text fits several.
const OFFERED_MAX: usize = 50;

/// A row of a contract table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    table: String,
    key: String,
}

/// Tells a row's way.
pub(crate) async fn run(migration: &Migration, args: &Explain, json: bool) -> Result<ExitCode> {
    let session = transform::session(migration).await?;
    let name = match find(&session, &transform::inputs(migration), args).await? {
        Found::One(name) => name,
        Found::Several(names) => {
            for name in names.iter().take(OFFERED_MAX) {
                print(format!("{} --table {}", name.key, name.table))?;
            }
            let count = names.len();
            let more = if count > OFFERED_MAX { format!("; the first {OFFERED_MAX} are shown") } else { String::new() };
            return Err(refused(
                format!("`{}` fits {count} rows{more}", args.key),
                "give one of them as it stands above",
            ));
        }
    };
    let story = story(migration, &session, &name).await?;
    if json {
        print(serde_json::to_string_pretty(&story)?)?
    } else {
        tell(migration, &name, &story)?
    }
    Ok(ExitCode::SUCCESS)
}

async fn story(migration: &Migration, session: &Session, name: &Name) -> Result<Value> {
    let (table, key) = (&name.table, literal(&name.key));
    let one = |rows: Vec<Row>| rows.into_iter().next().map_or(Value::Null, Value::Object);
    let made = rows(session, &format!("SELECT * FROM intercom.{table} WHERE source_key = {key}")).await?;
    let faults = format!(
        "SELECT 'rejected' AS verdict, reason FROM intercom.rejects WHERE table_name = '{table}' AND source_key = {key}
         UNION ALL SELECT 'warning', reason FROM intercom.warnings WHERE table_name = '{table}' AND source_key = {key}"
    );
    let inputs = transform::inputs(migration);
    let models = session.lineage(&inputs, table)?;
    let models = models.into_iter().map(|(path, reads)| {
        let is_own = migration.directory.join(&path).exists();
        json!({ "file": path, "yours": is_own, "reads": reads })
    });
    let steps = format!(
        "SELECT at, run, step, state, method, path, status, code, message, request_id, intercom_id, parent_id
         FROM ledger.entries WHERE table_name = '{table}' AND source_key = {key} ORDER BY seq"
    );
    let links = format!(
        "SELECT source_url, intercom_url FROM ledger.links WHERE table_name = '{table}' AND source_key = {key}"
    );
    let ledger = rows(session, &steps).await?;
    let last = |column: &str| ledger.iter().rev().find_map(|row| Some(row.get(column)?.as_str()?.to_owned()));
    let row = one(made);
    Ok(json!({
        "table": table,
        "key": name.key,
        "intercom_id": last("intercom_id"),
        "inside": last("parent_id"),
        "links": one(rows(session, &links).await?),
        "people": people::of(migration, session, table, &row).await?,
        "sources": sources(migration, session, name).await?,
        "models": models.collect::<Vec<_>>(),
        "checks": session.checks_of(&inputs, table)?,
        "faults": rows(session, &faults).await?,
        "row": row,
        "calls": calls(migration, session, name).await,
        "ledger": ledger,
    }))
}

/// The raw rows that became this one, each with its table, the run that read it, where its files are, and its defects.
async fn sources(migration: &Migration, session: &Session, name: &Name) -> Result<Vec<Value>> {
    let source = &migration.settings.source.kind;
    let of = format!(
        "SELECT source_table, source_id, rule FROM (
             SELECT DISTINCT source_table, source_id, rule FROM intercom.dispositions
             WHERE target_key = {key} AND target_table = '{}') AS found
         ORDER BY CASE WHEN ends_with({key}, ':' || source_id) THEN 0 ELSE 1 END, source_table, source_id",
        name.table,
        key = literal(&name.key),
    );
    // A source without dispositions has a way too, only not this part of it.
    let Ok(dispositions) = rows(session, &of).await else { return Ok(Vec::new()) };
    let runs = migration.context.staging.runs().await?;
    let mut found = Vec::new();
    for row in dispositions {
        let text = |column: &str| row.get(column).and_then(Value::as_str).unwrap_or_default();
        let (table, id) = (text("source_table"), text("source_id"));
        let Some(run) = runs.iter().rev().find(|m| m.schema == *source && m.tables.contains_key(table)) else {
            continue;
        };
        let Some(written) = run.tables.get(table) else { continue };
        let quoted = |column: &String| format!("CAST({} AS VARCHAR)", identifier(column));
        let columns: Vec<String> = written.key.iter().map(quoted).collect();
        let is_it = format!("concat_ws('/', {}) = {}", columns.join(", "), literal(id));
        let versions = format!("SELECT * FROM {source}.\"{table}__runs\" WHERE {is_it} ORDER BY run");
        let versions = if columns.is_empty() { Vec::new() } else { rows(session, &versions).await? };
        let defects = format!(
            "SELECT column_name, raw, reason FROM {source}._defects WHERE table_name = '{table}' AND key = {}",
            literal(id)
        );
        let files = runs.iter().filter(|m| versions.iter().any(|row| row.get("run") == Some(&json!(m.run.as_str()))));
        let files = files.flat_map(|m| m.tables.get(table)).flat_map(|t| t.parts.iter().map(|part| part.path.clone()));
        found.push(json!({
            "table": format!("{source}.{table}"),
            "id": id,
            "rule": row.get("rule"),
            "versions": versions,
            "files": files.collect::<Vec<_>>(),
            "defects": rows(session, &defects).await.unwrap_or_default(),
        }));
    }
    Ok(found)
}

/// The calls that make the row, as far as the workspace can be asked.
async fn calls(migration: &Migration, session: &Session, name: &Name) -> Value {
    let shown = async {
        let thread = match name.table.as_str() {
            "conversation_parts" => Some(format!("source_key = {}", literal(&name.key))),
            "attachments" => {
                let part =
                    format!("SELECT part_key FROM intercom.attachments WHERE source_key = {}", literal(&name.key));
                Some(format!("source_key IN ({part})"))
            }
            _ => None,
        };
        let (table, key) = match thread {
            Some(is_it) => {
                let query = format!("SELECT conversation_key FROM intercom.conversation_parts WHERE {is_it}");
                let found = rows(session, &query).await?;
                let key = found.first().and_then(|row| row.get("conversation_key")?.as_str()).unwrap_or_default();
                ("conversations", key.to_owned())
            }
            None => (name.table.as_str(), name.key.clone()),
        };
        if !deskferry_load::is_loaded(table) {
            return Ok(json!([]));
        }
        let manifest = load::transformed(migration).await?;
        let settings = load::workspace(migration)?;
        let shown = deskferry_load::show(&migration.context, &settings, &manifest, table, &key).await?;
        let is_whole = name.table == table;
        let calls = shown.iter().filter(|call| is_whole || call.key == name.key).map(|call| {
            json!({
                "table": call.table, "key": call.key, "step": call.step, "method": call.method, "path": call.path,
                "body": call.body,
            })
        });
        anyhow::Ok(Value::Array(calls.collect()))
    };
    shown.await.unwrap_or_else(|error| json!({ "not_known": format!("{error:#}") }))
}

async fn rows(session: &Session, query: &str) -> Result<Vec<Row>> {
    report::rows(&session.collect(query).await?)
}
