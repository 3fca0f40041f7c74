//! Tables that queries of documents may read beside what is staged.

use std::sync::Arc;

use anyhow::Result;
use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use deskferry_load::Plan;
use deskferry_staging::{Manifest, RunId};
use indicatif::HumanBytes;
use sha2::{Digest, Sha256};

use crate::report::{duration, number};
use crate::todo::Todo;

/// `workspace.todo`: what an administrator has to do.
pub(crate) fn todo(todos: &[Todo]) -> Result<RecordBatch> {
    let text =
        |of: &dyn Fn(&Todo) -> Option<String>| -> ArrayRef { Arc::new(todos.iter().map(of).collect::<StringArray>()) };
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("topic", text(&|t| Some(t.topic.as_str().to_owned())), true),
        ("task", text(&|t| Some(t.task.clone())), true),
        ("why", text(&|t| t.why.clone()), true),
        ("place", text(&|t| t.place.clone()), true),
        ("needed", Arc::new(todos.iter().map(|t| t.needed).collect::<BooleanArray>()) as ArrayRef, true),
    ])?)
}

/// `plan.calls`: calls of a load by endpoint.
pub(crate) fn calls(plan: &Plan) -> Result<RecordBatch> {
    let endpoints: ArrayRef = Arc::new(StringArray::from_iter_values(plan.calls.keys()));
    let counts = plan.calls.values().map(|count| i64::try_from(*count).ok());
    let counts: ArrayRef = Arc::new(counts.collect::<Int64Array>());
    Ok(RecordBatch::try_from_iter_with_nullable([("endpoint", endpoints, true), ("calls", counts, true)])?)
}

/// `plan.totals`: size and duration of a load.
pub(crate) fn totals(plan: &Plan) -> Result<RecordBatch> {
    let rate = match plan.granted_per_second {
        Some(rate) => format!("{} calls per 10 s", number((rate * 10.0).round() as u64)),
        None => "without a limit".to_owned(),
    };
    let (what, amount): (Vec<&str>, Vec<String>) = [
        ("calls", number(plan.calls_total)),
        ("granted rate", rate),
        ("duration", duration(plan.duration)),
        ("files to send", HumanBytes(plan.attachment_bytes).to_string()),
    ]
    .into_iter()
    .unzip();
    let columns: [(&str, ArrayRef, bool); 2] =
        [("what", Arc::new(StringArray::from(what)), true), ("amount", Arc::new(StringArray::from(amount)), true)];
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

/// `runs.published`: one row per run, as its manifest has it.
///
/// `files_sha256` is the SHA-256 of the lines `<sha256>  <path>` of its Parquet files, `sql_sha256` that of the same lines of the
/// SQL, specs and mappings that shaped it: what `sha256sum` would say of these lists.
pub(crate) fn published(runs: &[Manifest]) -> Result<RecordBatch> {
    let text =
        |of: &dyn Fn(&Manifest) -> String| -> ArrayRef { Arc::new(StringArray::from_iter_values(runs.iter().map(of))) };
    let count = |of: &dyn Fn(&Manifest) -> u64| -> ArrayRef {
        Arc::new(runs.iter().map(|run| i64::try_from(of(run)).ok()).collect::<Int64Array>())
    };
    let parts = |run: &Manifest| run.tables.values().flat_map(|table| table.parts.clone()).collect::<Vec<_>>();
    let seconds = runs.iter().map(|run| (run.finished_at - run.started_at).as_seconds_f64());
    let files = |run: &Manifest| digest(parts(run).iter().map(|part| (part.sha256.as_str(), part.path.as_str())));
    let sql = |run: &Manifest| digest(run.hashes.iter().map(|(path, sha256)| (sha256.as_str(), path.as_str())));
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("run", text(&|run| run.run.to_string()), true),
        ("stage", text(&|run| run.stage.to_string()), true),
        ("schema_name", text(&|run| run.schema.clone()), true),
        ("mode", text(&|run| run.mode.to_string()), true),
        ("started_at", text(&|run| run.started_at.format("%Y-%m-%d %H:%M:%S UTC").to_string()), true),
        ("seconds", Arc::new(seconds.map(Some).collect::<Float64Array>()) as ArrayRef, true),
        ("row_count", count(&|run| run.tables.values().map(|table| table.rows).sum()), true),
        ("bytes", count(&|run| parts(run).iter().map(|part| part.bytes).sum()), true),
        ("read", text(&|run| run.inputs.iter().map(RunId::as_str).collect::<Vec<_>>().join(" ")), true),
        ("tool_version", text(&|run| run.tool_version.clone()), true),
        ("files_sha256", text(&files), true),
        ("sql_sha256", text(&sql), true),
    ])?)
}

/// `runs.remarks`: what a run says about itself or, with a table's name, about a table that it does not have whole.
pub(crate) fn remarks(runs: &[Manifest]) -> Result<RecordBatch> {
    let of = |run: &Manifest| -> Vec<[Option<String>; 4]> {
        let row = |table: Option<&str>, remark: &str| {
            let run_and_schema = [run.run.to_string(), run.schema.clone()].map(Some);
            let [id, schema] = run_and_schema;
            [id, schema, table.map(ToOwned::to_owned), Some(remark.to_owned())]
        };
        let tables = run.incomplete().map(|(table, reason)| row(Some(table), reason));
        tables.chain(run.remarks.iter().map(|remark| row(None, remark))).collect()
    };
    let rows: Vec<_> = runs.iter().flat_map(of).collect();
    let column = |at: usize| -> ArrayRef {
        Arc::new(rows.iter().map(|row| row.get(at).cloned().flatten()).collect::<StringArray>())
    };
    let names = ["run", "schema_name", "table_name", "remark"];
    let columns = names.into_iter().enumerate().map(|(at, name)| (name, column(at), true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

/// What `sha256sum` says of a list of hashes and paths; empty where there are none.
fn digest<'a>(lines: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let list: String = lines.map(|(sha256, path)| format!("{sha256}  {path}\n")).collect();
    if list.is_empty() { list } else { hex::encode(Sha256::digest(list)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_is_what_sha256sum_says_of_the_list() {
        // printf 'a  b\n' | sha256sum
        let wanted = "068f7604e6128b5b23045e1ca27d30041bd5a9b4ddc806117a00d8afad166a22";
        assert_eq!(digest([("a", "b")].into_iter()), wanted);
        assert_eq!(digest(std::iter::empty()), "");
    }
}
