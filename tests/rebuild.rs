//! `transform` again: what has not changed is taken over, and the outcome is that of a whole transform.

use serde_json::Value;

use crate::support::{Migration, repository, text};

/// The demo desk, extracted.
fn desk() -> Migration {
    let folder = repository("cli/demo");
    let desk = Migration::new(&format!(
        "[source]\nkind = \"hesk\"\nurl = \"{0}/desk.sql.gz\"\ntimezone = \"America/New_York\"\n",
        folder.display()
    ));
    desk.done(&["extract"]);
    desk
}

/// Lays a changed model over the embedded one.
fn change(desk: &Migration, model: &str, change: impl Fn(&str) -> String) {
    let text = std::fs::read_to_string(repository(&format!("sql/hesk/{model}.sql"))).unwrap();
    std::fs::create_dir_all(desk.path().join("sql/hesk")).unwrap();
    std::fs::write(desk.path().join(format!("sql/hesk/{model}.sql")), change(&text)).unwrap();
}

/// Transforms; the manifest and what was said.
fn transformed(desk: &Migration, arguments: &[&str]) -> (Value, String) {
    let output = desk.run(arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let manifest = desk.done(&["--json", "runs"]);
    let runs: Vec<Value> = serde_json::from_str(&manifest).unwrap();
    (runs.last().unwrap().clone(), text(&output.stderr))
}

/// Tables of a run that no other run wrote.
fn written(manifest: &Value) -> Vec<&str> {
    let tables = manifest["tables"].as_object().unwrap();
    let own = tables.iter().filter(|(_, table)| table["build"]["reused_from"].is_null() && !table["build"].is_null());
    own.map(|(name, _)| name.as_str()).collect()
}

#[test]
fn changed_models_give_what_a_whole_transform_gives() {
    let desk = desk();
    let (first, said) = transformed(&desk, &["transform"]);
    let models = written(&first).len();
    assert!(said.contains(&format!("0 models unchanged, {models} rebuilt")), "{said}");
    let (same, said) = transformed(&desk, &["transform"]);
    assert!(said.contains(&format!("{models} models unchanged, 0 rebuilt")), "{said}");
    assert_eq!(same["rejects"], first["rejects"]);
    assert!(written(&same).is_empty(), "{:?}", written(&same));

    // The parts of every fifth reply go, and so do files of theirs; tags change, which conversations read only by key.
    change(&desk, "base_messages", |text| {
        format!("-- one row per message\nSELECT * FROM ({text}) AS x WHERE source_key NOT LIKE 'hesk:reply:%5'")
    });
    change(&desk, "tags", |text| {
        format!("-- one row per tag\nSELECT source_key, name || '!' AS name FROM ({text}) AS x")
    });
    let (changed, said) = transformed(&desk, &["transform"]);
    assert!(
        said.contains("models unchanged, ") && !said.contains(", 0 rebuilt") && !said.contains("\n0 models"),
        "{said}"
    );
    assert_ne!(changed["rejects"], Value::Null);
    let taken = models - written(&changed).len();
    assert!((5..models - 3).contains(&taken), "{taken} of {models} tables taken over");
    let (whole, said) = transformed(&desk, &["transform", "--anew"]);
    assert!(said.contains(&format!("0 models unchanged, {models} rebuilt")), "{said}");
    assert_eq!(whole["rejects"], changed["rejects"]);
    let mut compared = 0;
    for (name, table) in whole["tables"].as_object().unwrap() {
        let key = if table["key"].as_array().unwrap().is_empty() {
            table["columns"][0]["name"].as_str().unwrap()
        } else {
            "source_key"
        };
        let summary = desk.done(&["--json", "diff", name, "--summary", "--key", key]);
        let summary: Value = serde_json::from_str(&summary).unwrap();
        let differs: Vec<i64> =
            ["added", "removed", "changed"].iter().map(|kind| summary[*kind].as_i64().unwrap()).collect();
        assert_eq!(differs, [0, 0, 0], "{name}: {summary}");
        compared += summary["same"].as_i64().unwrap();
        // The same bytes, too, as far as the order of rows is told.
        let hashes = |run: &Value| {
            run["tables"][name]["parts"].as_array().unwrap().iter().map(|p| p["sha256"].clone()).collect::<Vec<_>>()
        };
        if key == "source_key" && table["key"][0] == "source_key" {
            assert_eq!(hashes(&whole), hashes(&changed), "{name}");
        }
    }
    assert!(compared > 3_000, "{compared} rows");
}

#[test]
fn one_table_is_rebuilt_with_what_depends_on_it() {
    let desk = desk();
    transformed(&desk, &["transform"]);
    change(&desk, "tags", |text| {
        format!("-- one row per tag\nSELECT source_key, name || '!' AS name FROM ({text}) AS x")
    });
    change(&desk, "teams", |text| format!("-- one row per team\nSELECT * FROM ({text}) AS x WHERE name <> ''"));
    let (only, said) = transformed(&desk, &["transform", "--only", "tags"]);
    assert!(written(&only).contains(&"tags") && !written(&only).contains(&"teams"), "{:?}", written(&only));
    assert!(said.contains("out of date, left as they were: teams"), "{said}");
    assert_eq!(desk.count("SELECT count(*) FROM intercom.tags WHERE name NOT LIKE '%!'"), 0);
    let (rest, _) = transformed(&desk, &["transform"]);
    assert!(written(&rest).contains(&"teams") && !written(&rest).contains(&"tags"));
    let refused = desk.refused(&["transform", "--only", "cats"]);
    assert!(refused.contains("no model makes `cats`") && refused.contains("hint: the models are: "), "{refused}");
    assert_eq!(desk.run(&["transform", "--only", "tags", "--anew"]).status.code(), Some(1));
}
