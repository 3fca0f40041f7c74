//! `diff`: what a changed model changes, before it is loaded.

use serde_json::Value;

use crate::support::{demo, repository, text};

#[test]
fn changed_model_shows_row_by_row_and_column_by_column() {
    let desk = demo::desk("http://127.0.0.1:9");
    let alone = desk.refused(&["diff", "tags"]);
    assert!(alone.contains("there is only one run of intercom.tags") && alone.contains("--from"), "{alone}");

    let model = std::fs::read_to_string(repository("sql/hesk/tags.sql")).unwrap();
    let wrapped = format!("-- one row per tag; key: source_key\nSELECT source_key, name || '!' AS name FROM ({model})");
    std::fs::create_dir_all(desk.path().join("sql/hesk")).unwrap();
    std::fs::write(desk.path().join("sql/hesk/tags.sql"), wrapped).unwrap();
    desk.done(&["transform"]);

    let changes: Vec<Value> = serde_json::from_str(&desk.done(&["--json", "diff", "tags"])).unwrap();
    let tags = desk.rows("SELECT source_key, name FROM intercom.tags ORDER BY source_key");
    assert_eq!(changes.len(), tags.len());
    for (change, tag) in changes.iter().zip(&tags) {
        assert_eq!(
            (&change["kind"], &change["key"], &change["column"]),
            (&"changed".into(), &tag["source_key"], &"name".into())
        );
        assert_eq!(
            (format!("{}!", change["from"].as_str().unwrap()), &change["to"]),
            (tag["name"].as_str().unwrap().to_owned(), &tag["name"])
        );
    }
    let same = desk.run(&["diff", "conversations"]);
    assert!(text(&same.stderr).contains("nothing differs: 200 rows on both sides"), "{}", text(&same.stderr));
    assert_eq!(desk.done(&["diff", "conversations", "--format", "json"]), "[]\n");
    let summary: Value = serde_json::from_str(&desk.done(&["--json", "diff", "intercom.tags", "--summary"])).unwrap();
    assert_eq!((&summary["changed"], &summary["same"]), (&tags.len().into(), &0.into()));
    assert_eq!(summary["columns"][1]["match_rate"], 0.0);

    let runs = desk.rows("SELECT DISTINCT run FROM runs.tables WHERE schema_name = 'intercom' ORDER BY run");
    let (first, second) = (runs[0]["run"].as_str().unwrap(), runs[1]["run"].as_str().unwrap());
    let back = desk.done(&["diff", "tags", "--from", second, "--to", first, "--format", "csv"]);
    assert!(back.starts_with("kind,key,column,from,to\nchanged,") && back.contains("!,"), "{back}");
    // Two folders, as they lie in the stage.
    let folder = |run: &str| desk.path().join(format!("staging/intercom/tags/run={run}")).display().to_string();
    let (before, after) = (folder(first), folder(second));
    for format in ["table", "json", "csv"] {
        let folders = ["diff", "tags", "--from", &before, "--to", &after, "--key", "source_key", "--format", format];
        let changes = desk.run(&folders);
        let counts = format!("0 added, 0 removed, {} changed, 0 the same", tags.len());
        assert!(text(&changes.stderr).contains(&counts) && text(&changes.stdout).contains('!'), "{format}");
        let summary = desk.run(&[&folders[..], &["--summary"]].concat());
        assert!(summary.status.success() && text(&summary.stdout).contains("name"), "{format}");
    }
    assert!(desk.refused(&["diff", "tags", "--from", "19990101"]).contains("no run of intercom.tags begins"));
    assert!(desk.refused(&["diff", "tags", "--from", "./nowhere"]).contains("there is nothing at"));
    assert!(desk.refused(&["diff", "tags", "--key", "colour"]).contains("the key column colour is not on both sides"));
}
