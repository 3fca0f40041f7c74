//! Tables whose rows are not deleted, as nobody knows whether they are gone from the source.
//!
//! An extract of some rows only (`--sample`), or one that could not read all rows of a table, says nothing of those it does not have.
//! Which raw tables a table comes from is in the manifest, model by model.

use std::collections::{BTreeMap, BTreeSet};

use deskferry_staging::{Manifest, Staging};

use crate::Result;

/// Why rows of a table that the run does not have are kept, by table.
///
/// # Errors
/// `Staging`.
pub(crate) async fn reasons(staging: &Staging, manifest: &Manifest) -> Result<BTreeMap<String, String>> {
    let inputs: Vec<Manifest> =
        staging.runs().await?.into_iter().filter(|run| manifest.inputs.contains(&run.run)).collect();
    let schemas: BTreeSet<&str> = inputs.iter().map(|run| run.schema.as_str()).collect();
    let mut partial = BTreeMap::new();
    for schema in schemas {
        for (table, runs) in deskferry_staging::current(&inputs, schema)? {
            let why = runs.iter().find_map(|run| match run.sample {
                Some(rows) => Some(format!("extract {} is a sample of {rows}", run.run)),
                None => {
                    let incomplete = run.tables.get(&table)?.incomplete.as_ref()?;
                    Some(format!("{schema}.{table} of extract {} is incomplete: {incomplete}", run.run))
                }
            });
            if let Some(why) = why {
                partial.insert(format!("{schema}.{table}"), why);
            }
        }
    }
    let mut reasons = BTreeMap::new();
    for table in manifest.tables.keys() {
        if let Some(why) = sources(manifest, table).iter().find_map(|source| partial.get(source)) {
            reasons.insert(table.clone(), why.clone());
        }
    }
    Ok(reasons)
}

/// The tables of other schemas that a table's model reads, directly or through other models.
fn sources(manifest: &Manifest, table: &str) -> BTreeSet<String> {
    let (mut found, mut seen, mut next) = (BTreeSet::new(), BTreeSet::new(), vec![table.to_owned()]);
    while let Some(table) = next.pop() {
        if !seen.insert(table.clone()) {
            continue;
        }
        let reads = manifest.tables.get(&table).and_then(|table| table.build.as_ref()).map(|build| &build.reads);
        for read in reads.into_iter().flatten() {
            match read.split_once('.') {
                Some((schema, name)) if schema == manifest.schema => next.push(name.to_owned()),
                Some(_) => _ = found.insert(read.clone()),
                None => next.push(read.clone()),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use deskferry_staging::{Build, RunId, Stage, Table};

    use super::*;

    fn reads(tables: &[&str]) -> Table {
        let build = Build {
            model: "sql/x.sql".into(),
            sha256: "00".repeat(32),
            reads: tables.iter().map(ToString::to_string).collect(),
            fingerprint: None,
            milliseconds: 0,
            reused_from: None,
        };
        Table { build: Some(build), ..Table::default() }
    }

    async fn found(sample: Option<u64>, incomplete: Option<&str>) -> BTreeMap<String, String> {
        let staging = Staging::in_memory();
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let mut extract = staging.begin(RunId::new(now, 1), Stage::Extract, "raw", now).unwrap();
        extract.manifest().sample = sample;
        let tickets = Table { incomplete: incomplete.map(ToOwned::to_owned), ..Table::default() };
        extract.manifest().tables = [("tickets".to_owned(), tickets), ("people".to_owned(), Table::default())].into();
        let extract = extract.publish(now).await.unwrap();
        let mut run = staging.begin(RunId::new(now, 2), Stage::Transform, "database", now).unwrap();
        run.manifest().inputs.push(extract.run);
        run.manifest().tables = [
            ("tickets".to_owned(), reads(&["base_tickets", "mapping.x"])),
            ("base_tickets".to_owned(), reads(&["raw.tickets", "database.base_tickets"])),
            ("people".to_owned(), reads(&["raw.people"])),
        ]
        .into();
        let manifest = run.publish(now).await.unwrap();
        reasons(&staging, &manifest).await.unwrap()
    }

    #[tokio::test]
    async fn only_tables_that_come_from_what_is_incomplete_keep_rows() {
        assert!(found(None, None).await.is_empty());
        let kept = found(None, Some("the token may not read it")).await;
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["base_tickets", "tickets"]);
        assert!(kept["tickets"].ends_with("is incomplete: the token may not read it"), "{kept:?}");
        assert_eq!(found(Some(50), None).await.len(), 3);
    }
}
