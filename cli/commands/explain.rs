//! `explain`: one row's whole way, from the raw row to Intercom.

use std::collections::BTreeSet;
use std::process::ExitCode;

use anyhow::Result;
use deskferry_transform::Session;
use serde_json::{Map, Value, json};

use super::{Migration, load, transform};
use crate::args::Explain;
use crate::error::refused;
use crate::report::{json_rows, print, say};

/// Rows that are offered where a text fits several.
const OFFERED_MAX: usize = 50;
/// Longest value of a row, in characters; `--json` has all of it.
const VALUE_CHARS: usize = 300;

type Row = Map<String, Value>;

/// A row of a contract table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    table: String,
    key: String,
}

/// Tells a row's way.
pub(crate) async fn run(migration: &Migration, args: &Explain, json: bool) -> Result<ExitCode> {
    let session = transform::session(migration).await?;
    let name = match find(&session, args).await? {
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
        tell(&name, &story)?
    }
    Ok(ExitCode::SUCCESS)
}

enum Found {
    One(Name),
    Several(Vec<Name>),
}

/// The row that a text means: a source key, an id in Intercom, a source id of a disposition, else a part of a source key.
async fn find(session: &Session, args: &Explain) -> Result<Found> {
    let text = literal(&args.key);
    let whole = format!(
        "SELECT table_name, source_key FROM (
             SELECT table_name, source_key FROM ledger.entries WHERE source_key = {text} OR intercom_id = {text}
             UNION SELECT table_name, source_key FROM intercom.rejects WHERE source_key = {text}
             {}) AS found",
        each_table(|table| format!(
            "UNION SELECT '{table}', source_key FROM intercom.{table} WHERE source_key = {text}"
        )),
    );
    let mut names = named(session, &whole, args).await?;
    // A message is in the ledger of its thread too; the row itself is meant.
    names.retain(|name| !name.table.starts_with('_'));
    if names.is_empty() && !args.key.is_empty() {
        let like = each_table(|table| {
            format!("UNION SELECT '{table}', source_key FROM intercom.{table} WHERE strpos(source_key, {text}) > 0")
        });
        let part = format!(
            "SELECT table_name, source_key FROM (
                 SELECT table_name, source_key FROM intercom.rejects WHERE strpos(source_key, {text}) > 0 {like}) AS found"
        );
        names = named(session, &part, args).await?;
        // `hesk:ticket:1` is meant before `hesk:ticket:12`.
        let ending: BTreeSet<Name> =
            names.iter().filter(|name| name.key.ends_with(&format!(":{}", args.key))).cloned().collect();
        names = if ending.is_empty() { names } else { ending };
    }
    match names.len() {
        0 => Err(refused(
            format!("nothing has `{}` as its key or id", args.key),
            "give a source key (`hesk:ticket:12`), a part of one, or an id of Intercom",
        )),
        1 => Ok(names.into_iter().next().map_or(Found::Several(Vec::new()), Found::One)),
        _ => Ok(Found::Several(names.into_iter().collect())),
    }
}

async fn named(session: &Session, query: &str, args: &Explain) -> Result<BTreeSet<Name>> {
    let rows = rows(session, query).await?;
    let text = |row: &Row, column: &str| row.get(column).and_then(Value::as_str).unwrap_or_default().to_owned();
    let names = rows.iter().map(|row| Name { table: text(row, "table_name"), key: text(row, "source_key") });
    Ok(names.filter(|name| args.table.as_ref().is_none_or(|table| *table == name.table)).collect())
}

/// One piece of SQL for each contract table.
fn each_table(piece: impl Fn(&str) -> String) -> String {
    const TABLES: [&str; 15] = [
        "attributes",
        "tags",
        "companies",
        "contacts",
        "notes",
        "collections",
        "articles",
        "conversations",
        "conversation_parts",
        "attachments",
        "custom_objects",
        "admins",
        "teams",
        "saved_replies",
        "inventory",
    ];
    TABLES.map(piece).join(" ")
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
    let ledger = rows(session, &steps).await?;
    let id = ledger.iter().rev().find_map(|row| Some(row.get("intercom_id")?.as_str()?.to_owned()));
    Ok(json!({
        "table": table,
        "key": name.key,
        "intercom_id": id,
        "sources": sources(migration, session, name).await?,
        "models": models.collect::<Vec<_>>(),
        "checks": session.checks_of(&inputs, table)?,
        "faults": rows(session, &faults).await?,
        "row": one(made),
        "calls": calls(migration, session, name).await,
        "ledger": ledger,
    }))
}

/// The raw rows that became this one, each with its table, the run that read it, where its files are, and its defects.
async fn sources(migration: &Migration, session: &Session, name: &Name) -> Result<Vec<Value>> {
    let source = &migration.settings.source.kind;
    let of = format!(
        "SELECT DISTINCT source_table, source_id, rule FROM intercom.dispositions
         WHERE target_key = {} AND target_table = '{}'",
        literal(&name.key),
        name.table
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
        let quoted = |column: &String| format!("CAST(\"{}\" AS VARCHAR)", column.replace('"', "\"\""));
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

fn tell(name: &Name, story: &Value) -> Result<()> {
    let id =
        story["intercom_id"].as_str().map_or_else(|| "not in Intercom".to_owned(), |id| format!("{id} in Intercom"));
    let mut out = format!("{} {}: {id}\n", name.table, name.key);
    for source in list(&story["sources"]) {
        out += &format!("\n{} {}\n", text(&source["table"]), text(&source["id"]));
        list(&source["versions"]).iter().for_each(|row| out += &values(row));
        list(&source["files"]).iter().for_each(|file| out += &format!("  in {}\n", text(file)));
        for defect in list(&source["defects"]) {
            let [column, raw, reason] = ["column_name", "raw", "reason"].map(|name| short(&defect[name]));
            out += &format!("  defect: {column} {raw}: {reason}\n");
        }
    }
    out += "\nmodels\n";
    for model in list(&story["models"]) {
        let yours = if model["yours"] == true { " (yours)" } else { "" };
        let reads: Vec<String> = list(&model["reads"]).iter().map(text).collect();
        out += &format!("  {}{yours} reads {}\n", text(&model["file"]), reads.join(", "));
    }
    let checks: Vec<String> = list(&story["checks"]).iter().map(text).collect();
    out += &format!("\nchecks: {}\n", checks.join(", "));
    for fault in list(&story["faults"]) {
        out += &format!("  {}: {}\n", text(&fault["verdict"]), text(&fault["reason"]));
    }
    out += &format!("\nintercom.{}\n", name.table);
    out += &if story["row"].is_null() { "  no row: see the checks\n".to_owned() } else { values(&story["row"]) };
    if let Some(calls) = story["calls"].as_array().filter(|calls| !calls.is_empty()) {
        out += "\ncalls\n";
        for call in calls {
            let body = if call["body"].is_null() { String::new() } else { format!(" {}", short(&call["body"])) };
            out += &format!("  {}: {} {}{body}\n", text(&call["step"]), text(&call["method"]), text(&call["path"]));
        }
    }
    out += "\nledger\n";
    for entry in list(&story["ledger"]) {
        let rest = ["method", "path", "status", "code", "message", "request_id"];
        let rest: Vec<String> = rest.iter().map(|column| short(&entry[*column])).filter(|t| !t.is_empty()).collect();
        out += &format!(
            "  {} {} {} {}\n",
            text(&entry["at"]),
            text(&entry["step"]),
            text(&entry["state"]),
            rest.join(" ")
        );
    }
    if list(&story["ledger"]).is_empty() {
        out += "  nothing was sent yet\n";
    }
    print(out)?;
    if let Some(reason) = story["calls"]["not_known"].as_str() {
        say(format!("note: the calls are not shown, as the workspace cannot be asked: {reason}"));
    }
    Ok(())
}

fn values(row: &Value) -> String {
    let filled = row.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null() && *value != "");
    filled.map(|(name, value)| format!("  {name}: {}\n", short(value))).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A value as text.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A value on one line, cut where it is long.
fn short(value: &Value) -> String {
    let line: String = text(value).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(VALUE_CHARS) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

async fn rows(session: &Session, query: &str) -> Result<Vec<Row>> {
    let found = json_rows(&session.collect(query).await?)?;
    Ok(found.into_iter().filter_map(|row| if let Value::Object(row) = row { Some(row) } else { None }).collect())
}
