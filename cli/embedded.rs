//! Specs, SQL and default mappings: embedded in the binary, overlaid by the same paths in the migration's folder.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use deskferry_extract::Spec;
use include_dir::{Dir, include_dir};

use crate::error::refused;

static SQL: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sql");
static SOURCES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/extract/sources");

/// Texts by path: `sql/hesk/contacts.sql`, `sources/hesk.toml`, `mapping/agents.csv`.
pub(crate) type Files = BTreeMap<String, String>;

/// What is embedded, with the files of the migration's folder in place of those of the same path, and its new ones added.
pub(crate) fn files(directory: &Path) -> Result<Files> {
    let mut files = Files::new();
    collect(&SQL, "sql", &mut files);
    collect(&SOURCES, "sources", &mut files);
    for folder in ["sql", "sources", "mapping"] {
        overlay(&directory.join(folder), folder, &mut files)?;
    }
    // What is read back from a workspace is there, empty, before that.
    add_raw_tables(&mut files, "intercom")?;
    Ok(files)
}

/// The text of a file on the disk or, where there is none, of the embedded one of that path: `sql/examples/duplicates_by_phone.sql`.
pub(crate) fn text(files: &Files, path: &Path) -> Result<String> {
    match (std::fs::read_to_string(path), path.to_str().and_then(|path| files.get(path))) {
        (Ok(text), _) => Ok(text),
        (Err(error), Some(text)) if error.kind() == std::io::ErrorKind::NotFound => Ok(text.clone()),
        (Err(error), _) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The spec of a source, and its path for messages.
pub(crate) fn spec<'a>(files: &'a Files, kind: &str) -> Result<(String, &'a str)> {
    let path = format!("sources/{kind}.toml");
    match files.get(&path) {
        Some(text) => Ok((path, text)),
        None => Err(refused(
            format!("there is no source `{kind}`"),
            format!("[source] kind takes one of: {}", sources(files).join(", ")),
        )),
    }
}

/// The same, read.
pub(crate) fn parsed_spec(files: &Files, kind: &str) -> Result<Spec> {
    let (path, text) = spec(files, kind)?;
    Ok(Spec::parse(&path, text)?)
}

/// Adds the raw tables of a source as a contract, which says of each column where it is from.
pub(crate) fn add_raw_tables(files: &mut Files, kind: &str) -> Result<()> {
    let spec = parsed_spec(files, kind)?;
    files.insert(format!("sql/contract/{}.sql", spec.schema()), deskferry_extract::create_tables(&spec));
    Ok(())
}

/// Names of the sources there are.
pub(crate) fn sources(files: &Files) -> Vec<&str> {
    files.keys().filter_map(|path| path.strip_prefix("sources/")?.strip_suffix(".toml")).collect()
}

/// The default mappings of a source: file name and text.
pub(crate) fn mappings<'a>(files: &'a Files, kind: &str) -> Vec<(&'a str, &'a str)> {
    let prefix = format!("sql/{kind}/mapping/");
    files.iter().filter_map(|(path, text)| Some((path.strip_prefix(&prefix)?, text.as_str()))).collect()
}

fn collect(dir: &Dir<'_>, root: &str, files: &mut Files) {
    for file in dir.files() {
        if let Some(text) = file.contents_utf8() {
            files.insert(format!("{root}/{}", file.path().to_string_lossy().replace('\\', "/")), text.to_owned());
        }
    }
    for sub in dir.dirs() {
        collect(sub, root, files);
    }
}

fn overlay(folder: &Path, root: &str, files: &mut Files) -> Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot read the folder {}", folder.display())),
    };
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read the folder {}", folder.display()))?;
        let path = entry.path();
        let name = format!("{root}/{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            overlay(&path, &name, files)?;
        } else if path.extension().is_some_and(|e| e == "sql" || e == "csv" || e == "toml") {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {} as UTF-8 text", path.display()))?;
            // Editors on Windows begin a file with a mark that SQL does not know.
            files.insert(name, text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned());
        }
    }
    Ok(())
}
