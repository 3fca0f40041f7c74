//! `report NAME --package DIR`: each part of a document as CSV in a folder, with the files that its rows name.
//!
//! A row names a file by two columns: `sha256`, its bytes in the stage, and `file`, what it is to be called in the folder `files`
//! beside the CSV. The CSV is written last and so stands for a package that is whole; files that are there already are left alone.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use deskferry_staging::Files;

use super::Answer;
use crate::args::Format;
use crate::error::refused;
use crate::report::{render, rows, say};

/// The folder of the files.
const FILES: &str = "files";

/// Writes the package.
///
/// # Errors
/// Where a row's `file` is no plain name, two rows call different bytes the same, bytes are not in the stage, or a file cannot be written.
pub(super) async fn write(stage: &Files, answers: &[Answer], folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for answer in answers {
        let count = copy(stage, answer, &folder.join(FILES)).await?;
        let Some(first) = answer.batches.first() else { continue };
        let path = folder.join(format!("{}.csv", answer.name));
        let rows_count: usize = answer.batches.iter().map(arrow::array::RecordBatch::num_rows).sum();
        put(&path, render(&first.schema(), &answer.batches, Format::Csv)?.as_bytes())?;
        say(format!("wrote {}: {rows_count} rows, {count} files", path.display()));
    }
    Ok(())
}

/// Copies the files of one part; how many it names.
async fn copy(stage: &Files, answer: &Answer, folder: &Path) -> Result<usize> {
    let mut names: HashMap<String, String> = HashMap::new();
    for row in rows(&answer.batches)? {
        let text = |column: &str| row.get(column).and_then(|value| value.as_str()).map(str::to_owned);
        let (Some(sha256), Some(name)) = (text("sha256"), text("file")) else { continue };
        if name != sanitize_filename::sanitize(&name) {
            return Err(refused(
                format!("`{}` calls a file {name:?}, which is no plain name", answer.path),
                "let the query make `file` of letters, digits, dots and dashes",
            ));
        }
        if names.get(&name).is_some_and(|known| *known != sha256) {
            return Err(refused(
                format!("`{}` calls two files {name:?}", answer.path),
                "let the query put what tells them apart, such as a key, into `file`",
            ));
        }
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let path = folder.join(&name);
        if !path.exists() {
            put(&path, &stage.get(&sha256).await?)?;
        }
        names.insert(name, sha256);
    }
    Ok(names.len())
}

/// Writes a file beside its place and then moves it there, so that none is there in part.
fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut file, bytes)?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
