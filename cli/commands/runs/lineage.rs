//! `runs lineage`: a table back to the extract, or a run back to those that it read.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use deskferry_staging::{Manifest, RunId};
use serde_json::{Value, json};

use super::{Migration, mode, one, short, show};
use crate::error::refused;
use crate::report::{number, print};

/// One line of the way back.
struct Node {
    /// The table, or the run.
    name: String,
    /// The same for people: where it is from, and from what.
    text: String,
    /// And for scripts.
    json: Value,
    /// What it was made from.
    from: Vec<String>,
}

/// Prints the way back, as a tree or as a list of its nodes.
pub(super) async fn run(migration: &Migration, published: &[Manifest], what: &str, json: bool) -> Result<()> {
    let table = if what.contains('.') { what.to_owned() } else { format!("intercom.{what}") };
    let newest = published.iter().rfind(|run| has(run, &table));
    let (root, nodes) = match newest {
        Some(newest) => {
            let tables = Tables::new(migration, published, newest).await?;
            let nodes = nodes(&table, |name| tables.node(name));
            (table, nodes)
        }
        None if what.starts_with(|c: char| c.is_ascii_digit()) => {
            let root = one(published, what)?.run.to_string();
            let nodes = nodes(&root, |run| of_run(published, run));
            (root, nodes)
        }
        None => {
            return Err(refused(format!("no run has a table {table}"), "`deskferry sql \"SHOW TABLES\"` lists them"));
        }
    };
    if json {
        let list: Vec<&Value> = nodes.iter().map(|node| &node.json).collect();
        return print(serde_json::to_string_pretty(&list)?);
    }
    let nodes: BTreeMap<&str, &Node> = nodes.iter().map(|node| (node.name.as_str(), node)).collect();
    let mut lines = Vec::new();
    draw(&nodes, &root, "", "", &mut BTreeSet::new(), &mut lines);
    print(lines.join("\n"))
}

fn has(run: &Manifest, table: &str) -> bool {
    table.split_once('.').is_some_and(|(schema, name)| run.schema == schema && run.tables.contains_key(name))
}

/// A node and all that it comes from, each once, nearest first.
fn nodes(root: &str, node: impl Fn(&str) -> Node) -> Vec<Node> {
    let mut names = vec![root.to_owned()];
    let mut nodes: Vec<Node> = Vec::new();
    while let Some(name) = names.get(nodes.len()) {
        let found = node(name);
        let new: Vec<String> = found.from.iter().filter(|name| !names.contains(name)).cloned().collect();
        names.extend(new);
        nodes.push(found);
    }
    nodes
}

fn draw(
    nodes: &BTreeMap<&str, &Node>,
    name: &str,
    first: &str,
    rest: &str,
    drawn: &mut BTreeSet<String>,
    lines: &mut Vec<String>,
) {
    let Some(node) = nodes.get(name) else { return };
    if !drawn.insert(name.to_owned()) && !node.from.is_empty() {
        lines.push(format!("{first}{name}  (above)"));
        return;
    }
    lines.push(format!("{first}{name}  {}", node.text));
    for (at, from) in node.from.iter().enumerate() {
        let (branch, below) = if at + 1 == node.from.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        draw(nodes, from, &format!("{rest}{branch}"), &format!("{rest}{below}"), drawn, lines);
    }
}

/// The tables that a run could read, and its own.
struct Tables<'a> {
    run: &'a Manifest,
    /// By `schema.table` the runs that it was made of at the time.
    staged: BTreeMap<String, Vec<Manifest>>,
}

impl<'a> Tables<'a> {
    async fn new(migration: &Migration, published: &'a [Manifest], run: &'a Manifest) -> Result<Self> {
        let schemas: BTreeSet<&str> = published.iter().map(|run| run.schema.as_str()).collect();
        let mut staged = BTreeMap::new();
        for schema in schemas {
            for (table, runs) in migration.context.staging.current_at(schema, Some(&run.run)).await? {
                staged.insert(format!("{schema}.{table}"), runs);
            }
        }
        Ok(Self { run, staged })
    }

    fn node(&self, name: &str) -> Node {
        let own = name.split_once('.').filter(|(schema, _)| *schema == self.run.schema);
        if let Some((_, table)) = own
            && let Some(written) = self.run.tables.get(table)
            && let Some(build) = &written.build
        {
            let run = &self.run.run;
            let made = written.reused_from().map_or_else(|| format!("built in {run}"), |_| show::made(written));
            let (model, hash) = (&build.model, short(&build.sha256));
            return Node {
                name: name.to_owned(),
                text: format!("{} rows, {made}: {model} {hash}", number(written.rows)),
                json: json!({ "table": name, "run": run.as_str(), "rows": written.rows, "build": build }),
                from: build.reads.iter().map(|read| self.whole_name(read)).collect(),
            };
        }
        if let Some(runs) = self.staged.get(name.strip_suffix("__runs").unwrap_or(name)) {
            return staged(name, runs);
        }
        let mapping = name.strip_prefix("mapping.").map(|mapping| format!("mapping/{mapping}.csv"));
        let file = mapping.and_then(|end| self.run.hashes.iter().find(|(path, _)| path.ends_with(&end)));
        let text = match file {
            Some((path, hash)) => format!("{path} {}", short(hash)),
            None if name == "settings" => "of deskferry.toml".to_owned(),
            None => "made by no model".to_owned(),
        };
        Node {
            name: name.to_owned(),
            text,
            json: json!({ "table": name, "file": file.map(|(path, _)| path), "sha256": file.map(|(_, hash)| hash) }),
            from: Vec::new(),
        }
    }

    /// A table as a model names it, with its schema.
    fn whole_name(&self, named: &str) -> String {
        let is_own = !named.contains('.') && self.run.tables.contains_key(named);
        if is_own { format!("{}.{named}", self.run.schema) } else { named.to_owned() }
    }
}

fn staged(name: &str, runs: &[Manifest]) -> Node {
    let table = name.split_once('.').map_or(name, |(_, table)| table);
    let one = |run: &Manifest| {
        let specs = run.hashes.iter().map(|(path, hash)| format!("{path} {}", short(hash))).collect::<Vec<_>>();
        format!("{} rows, run {}, {}: {}", number(run.rows(table)), run.run, mode(run), specs.join(" "))
    };
    let json = runs
        .iter()
        .map(|run| json!({ "run": run.run.as_str(), "mode": run.mode, "rows": run.rows(table), "hashes": run.hashes }));
    Node {
        name: name.to_owned(),
        text: runs.iter().map(one).collect::<Vec<_>>().join("; then "),
        json: json!({ "table": name, "runs": json.collect::<Vec<_>>() }),
        from: Vec::new(),
    }
}

fn of_run(published: &[Manifest], run: &str) -> Node {
    let Some(found) = published.iter().find(|m| m.run.as_str() == run) else {
        let text = "it is not there any more".to_owned();
        return Node { name: run.to_owned(), text, json: json!({ "run": run }), from: Vec::new() };
    };
    let rows = number(found.tables.values().map(|table| table.rows).sum());
    let specs: Vec<String> = found
        .hashes
        .iter()
        .filter(|(path, _)| path.starts_with("sources/"))
        .map(|(path, hash)| format!(", {path} {}", short(hash)))
        .collect();
    let files = found.hashes.len() - specs.len();
    let sql = if files > 0 { format!(", {files} files of SQL and mapping") } else { String::new() };
    let hashes = format!("{}{sql}", specs.concat());
    Node {
        name: run.to_owned(),
        text: format!("{} of {}, {}, {rows} rows{hashes}", found.stage, found.schema, mode(found)),
        json: json!({
            "run": run, "stage": found.stage, "schema": found.schema, "mode": found.mode,
            "inputs": found.inputs, "hashes": found.hashes,
        }),
        from: found.inputs.iter().map(RunId::to_string).collect(),
    }
}
