//! Models: each a file with one bare SELECT whose name is its table. They run in the order that the tables they name demand.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{ObjectName, Query, Statement, Visit, Visitor};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

use crate::inputs::File;
use crate::{Error, Result};

/// A model or another file with one query.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    /// The table it makes.
    pub(crate) name: String,
    /// Its path.
    pub(crate) path: String,
    /// Its text.
    pub(crate) sql: String,
    /// Tables that it names, as `schema.table` or `table`.
    pub(crate) tables: BTreeSet<String>,
    /// Names that it gives to its own WITH queries.
    pub(crate) own: BTreeSet<String>,
    /// The schema that a table is in where only its name is given.
    schema: String,
}

const HINT: &str = "a model is one SELECT without `;` after it and without CREATE; its file name is its table";

impl Model {
    /// Reads a file with one query; tables without a schema are of `schema`.
    ///
    /// # Errors
    /// `File` where it is not one SELECT; the parser's text says line and column.
    pub(crate) fn parse(file: File<'_>, schema: &str) -> Result<Self> {
        let wrong = |reason: String| Error::File { file: file.path.to_owned(), reason, hint: HINT };
        let statements = Parser::parse_sql(&GenericDialect {}, file.text).map_err(|e| wrong(e.to_string()))?;
        let [statement @ Statement::Query(_)] = statements.as_slice() else {
            return Err(wrong(format!("it has {} statements or is no SELECT", statements.len())));
        };
        let mut names = Names::default();
        let _ = statement.visit(&mut names);
        let tables = names.tables.into_iter().filter(|table| !names.own.contains(table)).collect();
        let [name, path, sql, schema] = [file.name, file.path, file.text, schema].map(str::to_owned);
        Ok(Self { name, path, sql, tables, own: names.own, schema })
    }

    /// Whether the first line is a comment that gives the grain.
    fn check_grain(&self) -> Result<()> {
        let first = self.sql.lines().next().unwrap_or_default();
        if first.strip_prefix("--").is_some_and(|text| text.trim_start().starts_with("one row")) {
            return Ok(());
        }
        let reason = "the first line does not say what a row is".to_owned();
        Err(Error::File { file: self.path.clone(), reason, hint: "begin the file with `-- one row per …; key: …`" })
    }

    /// Whether it reads a table of the schema that it is in.
    pub(crate) fn reads(&self, table: &str) -> bool {
        self.tables.iter().any(|named| match named.split_once('.') {
            Some((schema, name)) => schema == self.schema && name == table,
            None => named == table,
        })
    }
}

/// The tables a query names, and the names it gives to its own WITH queries.
#[derive(Default)]
struct Names {
    tables: BTreeSet<String>,
    own: BTreeSet<String>,
}

impl Visitor for Names {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let with = query.with.iter().flat_map(|with| &with.cte_tables);
        self.own.extend(with.map(|table| table.alias.name.value.clone()));
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let parts: Vec<&str> =
            relation.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.as_str()).collect();
        self.tables.insert(parts.join("."));
        ControlFlow::Continue(())
    }
}

/// The models of a source, which make tables of `schema`, each after those it reads.
///
/// # Errors
/// `File` for a file that is no model, `Cycle` where no order exists.
pub(crate) fn ordered(files: Vec<File<'_>>, schema: &str) -> Result<Vec<Model>> {
    let mut waiting: BTreeMap<String, Model> = BTreeMap::new();
    for file in files {
        let model = Model::parse(file, schema)?;
        model.check_grain()?;
        waiting.insert(model.name.clone(), model);
    }
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let free = waiting.values().find(|model| !waiting.keys().any(|other| model.reads(other)));
        let Some(name) = free.map(|model| model.name.clone()) else {
            return Err(Error::Cycle { files: cycle(&waiting) });
        };
        ordered.extend(waiting.remove(&name));
    }
    Ok(ordered)
}

/// One circle among models that all wait for another.
fn cycle(waiting: &BTreeMap<String, Model>) -> Vec<String> {
    let mut way: Vec<&Model> = Vec::new();
    let mut at = waiting.values().next();
    while let Some(model) = at {
        if let Some(start) = way.iter().position(|earlier| earlier.name == model.name) {
            return way[start..].iter().chain([&model]).map(|model| model.path.clone()).collect();
        }
        way.push(model);
        at = waiting.values().find(|other| model.reads(&other.name));
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(files: &[(&str, &str)]) -> Result<Vec<String>> {
        let files = files.iter().map(|(name, text)| File { name, path: name, text }).collect();
        ordered(files, "intercom").map(|models| models.into_iter().map(|model| model.name).collect())
    }

    #[test]
    fn ordered_puts_models_after_those_they_read() {
        let files = [
            ("a", "-- one row per x\nWITH c AS (SELECT * FROM base) SELECT * FROM c JOIN intercom.z ON true"),
            ("base", "-- one row per x\nSELECT 1 AS x FROM hesk.a"),
            ("c", "-- one row per x\nSELECT (SELECT max(x) FROM a) AS x"),
            ("z", "-- one row per x\nSELECT 1 AS x"),
        ];
        assert_eq!(order(&files).unwrap(), ["base", "z", "a", "c"]);
    }

    #[test]
    fn ordered_refuses_circles_missing_grain_and_other_statements() {
        let circle = [
            ("a", "-- one row\nSELECT * FROM b"),
            ("b", "-- one row\nSELECT * FROM c"),
            ("c", "-- one row\nSELECT * FROM b"),
        ];
        assert_eq!(order(&circle).unwrap_err().to_string(), "models need each other in a circle: b -> c -> b");
        assert!(order(&[("a", "SELECT 1")]).unwrap_err().to_string().contains("what a row is"));
        assert!(order(&[("a", "-- one row\nDROP TABLE x")]).unwrap_err().to_string().contains("no SELECT"));
        let error = order(&[("a", "-- one row\nSELECT 1 +\n FROM x y z")]).unwrap_err().to_string();
        assert!(error.contains("Line: 3"), "{error}");
    }
}
