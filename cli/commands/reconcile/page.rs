//! `reconcile --format html`: the reconciliation as one page for people who were not there, managers and auditors.
//!
//! Its parts are the queries of `sql/reconcile/page/` and `sql/<source>/reconcile/page/`, in the order of their names. Beside what is
//! staged they may read `reconcile.<name>`, the answers of `sql/reconcile/`; `source.defects`, the values that did not fit;
//! `workspace.todo`; `runs.published` and `runs.remarks`.

use anyhow::Result;
use deskferry_load::Readiness;
use deskferry_staging::{Manifest, Stage};
use deskferry_transform::Session;
use serde_json::Value;

use super::Answer;
use crate::commands::{Migration, load, report};
use crate::document::{self, Document, Verdict};
use crate::report::{number, rows};
use crate::surroundings;
use crate::todo::todos;

/// The page.
pub(super) async fn page(
    migration: &Migration,
    session: &Session,
    answers: &[Answer],
    faults: &[String],
) -> Result<String> {
    let kind = &migration.settings.source.kind;
    for answer in answers {
        session.add("reconcile", &answer.name, answer.batches.clone())?;
    }
    let runs = migration.context.staging.runs().await?;
    session.add("runs", "published", vec![report::tables::published(&runs)?])?;
    session.add("runs", "remarks", vec![report::tables::remarks(&runs)?])?;
    session.add("source", "defects", defects(session, kind).await?)?;
    let manifest = load::transformed(migration).await?;
    let found = deskferry_load::readiness(&migration.context, &load::workspace(migration)?, Some(&manifest)).await?;
    session.add("workspace", "todo", vec![report::tables::todo(&todos(&migration.settings, &found, true))?])?;
    let folders = ["sql/reconcile/page".to_owned(), format!("sql/{kind}/reconcile/page")];
    let source = &migration.spec.title;
    Ok(document::page(&Document {
        title: format!("{source} to Intercom: what arrived"),
        origin: "Every row that the help desk has, followed through each stage, and compared with what Intercom holds."
            .into(),
        verdict: Some(verdict(&source, &Counts::of(answers)?, faults)),
        facts: facts(migration, &source, &found, &runs),
        sections: report::sections(&report::answers(migration, session, &folders).await?)?,
    }))
}

/// Values that did not fit; a source of another schema than raw tables have has none.
async fn defects(session: &Session, kind: &str) -> Result<Vec<arrow::array::RecordBatch>> {
    let columns = "table_name, key, column_name, raw, reason";
    let is_there = session.tables().iter().any(|name| name.schema == *kind && name.table == "_defects");
    let none = "(SELECT '' AS table_name, '' AS key, '' AS column_name, '' AS raw, '' AS reason) WHERE FALSE";
    let from = if is_there { format!("{kind}._defects") } else { none.to_owned() };
    Ok(session.collect(&format!("SELECT {columns} FROM {from}")).await?)
}

/// Rows of all Intercom tables.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    /// Made of the help desk's rows.
    made: u64,
    /// Kept back by checks.
    kept_back: u64,
    /// Sent and taken.
    loaded: u64,
    /// Found in the workspace, as they were written.
    verified: u64,
}

impl Counts {
    fn of(answers: &[Answer]) -> Result<Self> {
        let mut counts = Self::default();
        for answer in answers.iter().filter(|answer| answer.name == "counts") {
            for row in rows(&answer.batches)? {
                let of = |column: &str| row.get(column).and_then(Value::as_u64).unwrap_or(0);
                counts.made += of("made");
                counts.kept_back += of("rejected");
                counts.loaded += of("loaded");
                counts.verified += of("verified");
            }
        }
        Ok(counts)
    }
}

/// The verdict in one sentence, and what is not in order.
fn verdict(source: &str, counts: &Counts, faults: &[String]) -> Verdict {
    let Counts { made, kept_back, loaded, verified } = *counts;
    let [made_n, kept_n, verified_n] = [made, kept_back, verified].map(number);
    let things = if faults.len() == 1 { "1 thing is".to_owned() } else { format!("{} things are", faults.len()) };
    let sentence = match (made, loaded, faults.is_empty()) {
        (0, _, true) => format!("There is nothing to move: no row was made of {source}."),
        (_, 0, false) => {
            format!("Nothing has been loaded yet: {made_n} rows were made of {source}, and {things} not in order.")
        }
        (_, _, false) => {
            format!(
                "{verified_n} of {made_n} rows made of {source} are in Intercom as they were written, and {things} not in order."
            )
        }
        _ if kept_back == 0 => {
            format!("Everything arrived: all {made_n} rows made of {source} are in Intercom as they were written.")
        }
        _ => format!(
            "Everything that could be loaded arrived: {verified_n} of {made_n} rows made of {source} are in Intercom as they were \
             written; checks kept {kept_n} back, each with its reason."
        ),
    };
    Verdict { is_good: faults.is_empty(), sentence, faults: faults.to_vec() }
}

fn facts(migration: &Migration, source: &str, found: &Readiness, runs: &[Manifest]) -> Vec<(&'static str, String)> {
    let site = migration.settings.source.site_url.as_ref().map(|url| format!(", {url}")).unwrap_or_default();
    let newest = |is_it: &dyn Fn(&Manifest) -> bool| {
        let found = runs.iter().rfind(|run| is_it(run));
        found.map_or_else(|| "none".to_owned(), |run| format!("`{}`", run.run))
    };
    vec![
        ("Help desk", format!("{source}{site}")),
        ("Intercom workspace", format!("{} (`{}`), {}", found.workspace, found.workspace_id, found.region)),
        ("Compared", surroundings::now().format("%Y-%m-%d %H:%M UTC").to_string()),
        ("Tool", format!("deskferry {}", env!("CARGO_PKG_VERSION"))),
        ("Extract", newest(&|run| run.schema == migration.settings.source.kind)),
        ("Transform", newest(&|run| run.stage == Stage::Transform)),
        ("Load", newest(&|run| run.stage == Stage::Load)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdict_says_what_the_numbers_mean() {
        let counts = |made, kept_back, loaded, verified| Counts { made, kept_back, loaded, verified };
        let fault = ["contacts: 3 rows are missing".to_owned()];
        let cases: [(Counts, &[String], &str); 5] = [
            (counts(0, 0, 0, 0), &[], "There is nothing to move: no row was made of Hesk."),
            (
                counts(5, 0, 5, 5),
                &[],
                "Everything arrived: all 5 rows made of Hesk are in Intercom as they were written.",
            ),
            (
                counts(1_005, 5, 1_000, 1_000),
                &[],
                "Everything that could be loaded arrived: 1,000 of 1,005 rows made of Hesk are in Intercom as they were written; \
                 checks kept 5 back, each with its reason.",
            ),
            (
                counts(5, 0, 5, 2),
                &fault,
                "2 of 5 rows made of Hesk are in Intercom as they were written, and 1 thing is not in order.",
            ),
            (
                counts(5, 0, 0, 0),
                &fault,
                "Nothing has been loaded yet: 5 rows were made of Hesk, and 1 thing is not in order.",
            ),
        ];
        for (counts, faults, sentence) in cases {
            let verdict = verdict("Hesk", &counts, faults);
            assert_eq!((verdict.is_good, verdict.sentence.as_str()), (faults.is_empty(), sentence));
        }
    }
}
