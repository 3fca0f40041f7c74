//! Runs `tests/slt/*.slt`: what each of our SQL functions gives for which input. A line end in a value is printed as `\n`, NULL
//! as `NULL`, the empty text as `(empty)`. With `SLT_UPDATE=1` the expected answers are written anew: then read the difference.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use async_trait::async_trait;
use datafusion::common::DataFusionError;
use datafusion::prelude::{SessionConfig, SessionContext};
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner};

struct Database(SessionContext);

#[async_trait]
impl AsyncDB for Database {
    type Error = DataFusionError;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, DataFusionError> {
        let frame = self.0.sql(sql).await?;
        let types = vec![DefaultColumnType::Any; frame.schema().fields().len()];
        let mut rows = Vec::new();
        for batch in frame.collect().await? {
            rows.extend(texts(&batch)?);
        }
        Ok(if types.is_empty() { DBOutput::StatementComplete(0) } else { DBOutput::Rows { types, rows } })
    }

    async fn shutdown(&mut self) {}
}

fn texts(batch: &RecordBatch) -> Result<Vec<Vec<String>>, DataFusionError> {
    let options = FormatOptions::default().with_null("NULL").with_timestamp_tz_format(Some("%Y-%m-%dT%H:%M:%SZ"));
    let columns = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options))
        .collect::<Result<Vec<_>, _>>()?;
    let text = |text: String| if text.is_empty() { "(empty)".to_owned() } else { text.replace('\n', "\\n") };
    Ok((0..batch.num_rows())
        .map(|row| columns.iter().map(|column| text(column.value(row).to_string())).collect())
        .collect())
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/slt");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "slt"));
    files.sort();
    files
}

fn runner() -> Runner<Database, impl sqllogictest::MakeConnection<Conn = Database>> {
    Runner::new(|| async {
        let mut context = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
        deskferry_transform::functions::register(&mut context)?;
        Ok(Database(context))
    })
}

#[tokio::test]
async fn functions_give_what_their_files_say() {
    for file in files() {
        if std::env::var_os("SLT_UPDATE").is_some() {
            let validator = sqllogictest::default_validator;
            runner()
                .update_test_file(
                    &file,
                    " ",
                    validator,
                    sqllogictest::default_normalizer,
                    sqllogictest::default_column_validator,
                )
                .await
                .unwrap();
        } else if let Err(error) = runner().run_file_async(&file).await {
            panic!("{}", error.display(false));
        }
    }
}

#[test]
fn every_function_has_a_file() {
    let names: Vec<String> =
        files().iter().map(|file| file.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    for function in deskferry_transform::functions::all() {
        assert!(names.iter().any(|name| name == function.name()), "tests/slt/{}.slt is missing", function.name());
    }
}
