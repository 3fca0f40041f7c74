//! Layout rules that are a test: sizes, crate edges, what a model must begin with, what must not be in the repository.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn rust_files_are_short_and_say_what_they_are() {
    let crates = ["staging", "http", "extract", "transform", "load", "database", "distill", "serve", "sandbox"];
    for folder in crates.into_iter().chain(["cli", "tests", "examples"]) {
        for path in files(folder, "rs") {
            let text = read(&path);
            assert!(text.lines().count() <= LINES_MAX, "{} has more than {LINES_MAX} lines", path.display());
            assert!(text.starts_with("//!"), "{} does not begin with what it is for", path.display());
        }
    }
}

#[test]
fn stage_crates_do_not_import_each_other() {
    let allowed: [(&str, &[&str]); 9] = [
        ("staging", &[]),
        ("http", &[]),
        ("extract", &["staging", "http"]),
        ("transform", &["staging"]),
        ("load", &["staging", "http"]),
        ("database", &["staging"]),
        ("distill", &["staging", "http"]),
        ("sandbox", &[]),
        ("serve", &["staging"]),
    ];
    for (crate_name, edges) in allowed {
        let text = read(&root().join(crate_name).join("Cargo.toml"));
        let manifest: toml::Table = text.parse().unwrap();
        let used: BTreeSet<&str> =
            manifest["dependencies"].as_table().unwrap().keys().filter_map(|k| k.strip_prefix("deskferry-")).collect();
        assert!(used.is_subset(&edges.iter().copied().collect()), "{crate_name} depends on {used:?}");
        let datafusion = manifest["dependencies"].as_table().unwrap().contains_key("datafusion");
        assert_eq!(datafusion, crate_name == "transform", "only transform depends on datafusion");
    }
}

#[test]
fn every_sql_file_begins_with_its_grain_or_purpose() {
    for path in files("sql", "sql") {
        let text = read(&path);
        assert!(text.starts_with("-- "), "{} does not begin with a comment", path.display());
        let folder = path.parent().unwrap().file_name().unwrap().to_string_lossy();
        let model = sources().iter().any(|source| *source == folder);
        assert!(!model || text.starts_with("-- one row"), "{} does not begin with its grain", path.display());
    }
}

/// Names of the sources.
fn sources() -> Vec<String> {
    let specs = files("extract/sources", "toml");
    specs.iter().map(|spec| spec.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn every_source_has_a_spec_models_and_a_fixture_or_a_stand_in() {
    // A workspace is compared with what was sent to it (sql/intercom_live), and its stand-in is the sandbox.
    for name in sources().into_iter().filter(|name| name != "intercom") {
        assert!(root().join("sql").join(&name).is_dir(), "{name} has no sql folder");
        let fixtures = std::fs::read_dir(root().join("tests/fixtures")).unwrap();
        let found = fixtures.filter(|f| f.as_ref().unwrap().file_name().to_string_lossy().starts_with(&name)).count();
        let has_stand_in = root().join("tests/support").join(&name).is_dir();
        assert!(found > 0 || has_stand_in, "{name} has no fixture and no stand-in");
    }
}

#[test]
fn plain_sql_folders_use_no_function_of_ours() {
    let names: BTreeSet<String> = files("transform/src/functions", "rs")
        .iter()
        .map(|p| p.file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|n| n != "mod")
        .collect();
    assert!(names.contains("html_to_text"), "the functions have moved: {names:?}");
    for folder in ["sql/checks", "sql/reconcile", "sql/halo/checks", "sql/infoset/checks"] {
        // What the workspace may write otherwise is told by functions of ours.
        for path in
            files(folder, "sql").into_iter().filter(|path| !path.starts_with(root().join("sql/reconcile/compare")))
        {
            let text = read(&path).to_lowercase();
            let used: Vec<&String> = names.iter().filter(|n| text.contains(&format!("{n}("))).collect();
            assert!(used.is_empty(), "{} uses {used:?}", path.display());
        }
    }
}

/// What is neither compared nor told to be not would be taken for verified.
#[test]
fn every_column_that_can_be_loaded_is_compared_or_told_not_to_be() {
    let contract = read(&root().join("sql/contract/intercom.sql"));
    let not_compared = read(&root().join("sql/reconcile/not_compared.sql"));
    let mut compared = (String::new(), String::new());
    let mut columns = 0;
    for line in contract.lines() {
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            let table = rest.trim_end_matches(" (").to_owned();
            let query = root().join(format!("sql/reconcile/compare/{table}.sql"));
            // What is never loaded has none.
            compared = (table, if query.is_file() { read(&query) } else { String::new() });
        }
        let (table, query) = &compared;
        let Some(column) = line.strip_prefix("    ").filter(|_| !query.is_empty()) else { continue };
        let column = column.split_whitespace().next().unwrap_or_default();
        let is_compared = query.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == column);
        let is_told = not_compared
            .lines()
            .any(|line| line.contains(&format!("SELECT '{table}'")) && line.contains(&format!("'{column}'")));
        assert!(is_compared || is_told, "{table}.{column} is neither compared nor in sql/reconcile/not_compared.sql");
        columns += 1;
    }
    assert!(columns > 80, "{columns}");
}
