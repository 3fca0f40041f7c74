//! Fingerprints of models: one hash for all that shapes a model's rows, so that what has not changed need not run again.
//!
//! ```text
//!  code of the transform ─┐
//!  tokens of the SQL ─────┤                 comments and white space do not count
//!  its contract table ────┼─▶ fingerprint ──▶ that of every model that reads it
//!  what it reads ─────────┘                 staged parts by their hashes, mappings and settings by their text
//! ```
//!
//! A model has no fingerprint, and so always runs, where it calls a function that may answer otherwise tomorrow or names a table
//! that is not known here, and where it reads a model without one.

use std::collections::{BTreeMap, HashSet};

use datafusion::logical_expr::Volatility;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use deskferry_staging::{Manifest, RunId};
use sha2::{Digest, Sha256};

use crate::contract::Contract;
use crate::engine::{Engine, Join};
use crate::inputs::Inputs;
use crate::models::Model;
use crate::views::DISTILLED;

/// Version of the code that computes rows; see `build.rs`.
const CODE: &str = env!("DESKFERRY_TRANSFORM_CODE");

/// What fingerprints are made of.
pub(crate) struct Surroundings<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) inputs: &'a Inputs<'a>,
    /// Published runs, oldest first.
    pub(crate) runs: &'a [Manifest],
    /// Functions, in lower case, that do not give the same for the same arguments.
    pub(crate) unstable: HashSet<String>,
}

/// Functions of a session that depend on more than their arguments: time, chance.
pub(crate) fn unstable(engine: &Engine) -> HashSet<String> {
    let state = engine.context(Join::Hash).state();
    let functions = state.scalar_functions().iter();
    let unstable = functions.filter(|(_, function)| function.signature().volatility != Volatility::Immutable);
    unstable.map(|(name, _)| name.to_lowercase()).collect()
}

/// The fingerprint of each model; the models are in the order they run.
pub(crate) fn fingerprints(models: &[Model], surroundings: &Surroundings<'_>) -> BTreeMap<String, Option<String>> {
    let mut known = BTreeMap::new();
    for model in models {
        let fingerprint = surroundings.of(model, &known);
        known.insert(model.name.clone(), fingerprint);
    }
    known
}

impl Surroundings<'_> {
    fn of(&self, model: &Model, known: &BTreeMap<String, Option<String>>) -> Option<String> {
        let mut hash = Hash::default();
        hash.add(CODE);
        for token in Tokenizer::new(&GenericDialect {}, &model.sql).tokenize().ok()? {
            match &token {
                Token::Whitespace(_) => continue,
                Token::Word(word) if self.unstable.contains(&word.value.to_lowercase()) => return None,
                _ => hash.add(&format!("{token:?}")),
            }
        }
        if let Some(schema) = self.contract.tables.get(&model.name) {
            let json = self.contract.json.iter().filter(|(table, _)| *table == model.name).collect::<Vec<_>>();
            hash.add(&format!("{schema:?} {:?} {json:?}", self.contract.order(&model.name)));
        }
        // A WITH query may be called like the model that it reads.
        let hidden = model.own.iter().filter(|name| known.contains_key(*name));
        for name in model.tables.iter().chain(hidden) {
            hash.add(name);
            hash.add(&self.table(name, known)?);
        }
        Some(hash.end())
    }

    /// Stands for the rows of a table that a model names.
    fn table(&self, name: &str, known: &BTreeMap<String, Option<String>>) -> Option<String> {
        match name.split_once('.') {
            None if name == "settings" => Some(format!("{:?}", self.inputs.settings)),
            None => known.get(name)?.clone(),
            Some((schema, name)) if schema == self.contract.schema => known.get(name)?.clone(),
            Some(("mapping", name)) => Some(self.inputs.mappings().get(name)?.text.to_owned()),
            // What nobody has made yet is an empty table.
            Some((DISTILLED, name)) => Some(self.staged(DISTILLED, name).unwrap_or_default()),
            Some((schema, name)) => self.staged(schema, name),
        }
    }

    /// Stands for a staged table: its columns, and the parts of the runs that make it up; of all versions, every run.
    fn staged(&self, schema: &str, name: &str) -> Option<String> {
        let table = name.strip_suffix("__runs").unwrap_or(name);
        let runs: Vec<_> = self
            .runs
            .iter()
            .filter(|run| run.schema == schema)
            .filter_map(|run| Some((run, run.tables.get(table)?)))
            .collect();
        let whole = runs.iter().rposition(|(run, _)| run.replaces(table))?;
        let mut hash = Hash::default();
        let mut columns = HashSet::new();
        for column in runs.iter().rev().flat_map(|(_, table)| &table.columns).filter(|c| columns.insert(&c.name)) {
            hash.add(&format!("{} {}", column.name, column.data_type));
        }
        for (run, written) in if name == table { runs.get(whole..)? } else { &runs } {
            if name != table {
                hash.add(RunId::as_str(&run.run));
            }
            hash.add(&format!("{} {:?}", run.replaces(table), written.key));
            written.parts.iter().for_each(|part| hash.add(&part.sha256));
        }
        Some(hash.end())
    }
}

/// SHA-256 of texts, each with its length before it.
#[derive(Default)]
struct Hash(Sha256);

impl Hash {
    fn add(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text);
    }

    fn end(self) -> String {
        hex::encode(self.0.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::File;
    use crate::models;

    fn of(texts: &[(&str, &str)], mapping: &str) -> BTreeMap<String, Option<String>> {
        let files = texts.iter().map(|(name, text)| File { name, path: name, text }).collect();
        let models = models::ordered(files, "").unwrap();
        let files = BTreeMap::from([("mapping/m.csv".to_owned(), mapping.to_owned())]);
        let inputs = Inputs::desk("x", &files);
        let engine = Engine::new(&inputs).unwrap();
        let contract = Contract::default();
        let surroundings =
            Surroundings { contract: &contract, inputs: &inputs, runs: &[], unstable: unstable(&engine) };
        fingerprints(&models, &surroundings)
    }

    const A: (&str, &str) = ("a", "-- one row\nSELECT 'x  y' AS x");

    #[test]
    fn only_what_shapes_the_rows_changes_a_fingerprint() {
        let b = ("b", "-- one row\nSELECT * FROM a JOIN mapping.m USING (x)");
        let first = of(&[A, b], "x");
        assert!(first["a"].is_some() && first["b"].is_some());
        assert_eq!(of(&[("a", "-- one row, in other words\nSELECT  'x  y'\n  AS x"), b], "x"), first);
        let other_text = of(&[("a", "-- one row\nSELECT 'x y' AS x"), b], "x");
        assert!(other_text["a"] != first["a"] && other_text["b"] != first["b"]);
        let other_mapping = of(&[A, b], "y");
        assert!(other_mapping["a"] == first["a"] && other_mapping["b"] != first["b"]);
    }

    #[test]
    fn what_may_answer_otherwise_tomorrow_has_no_fingerprint() {
        for unstable in ["SELECT now() AS x", "SELECT random() AS x", "SELECT current_date AS x", "SELECT * FROM y.z"] {
            let unstable = format!("-- one row\n{unstable}");
            let found = of(&[A, ("u", &unstable), ("v", "-- one row\nSELECT * FROM u")], "");
            assert!(found["a"].is_some() && found["u"].is_none() && found["v"].is_none(), "{unstable}");
        }
        let hidden = of(
            &[("a", "-- one row\nSELECT now() AS x"), ("b", "-- one row\nWITH a AS (SELECT * FROM a) SELECT * FROM a")],
            "",
        );
        assert!(hidden["b"].is_none());
    }
}
