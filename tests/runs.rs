//! `runs`: shown to people, followed back to the source, and removed where nothing needs them.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Migration, Workspace, repository, text};

/// The 3.7 fixture desk with its files, extracted and transformed, and its workspace.
fn desk() -> (Migration, Workspace) {
    let folder = repository("tests/fixtures/hesk-3.7.11");
    let desk = Migration::new(&format!(
        "[source]\nkind = \"hesk\"\nurl = \"{0}/dump.sql\"\nattachments = \"{0}/attachments\"\ntimezone = \"Europe/Berlin\"\n\
         [intercom]\nurl = \"WORKSPACE\"\n[load]\nplaceholder_admin = \"migration@example.com\"\n",
        folder.display()
    ));
    let workspace = Workspace::start(&[("Migration".to_owned(), "migration@example.com".to_owned())], &[]);
    desk.set("WORKSPACE", &workspace.url);
    desk.done(&["extract"]);
    desk.done(&["transform"]);
    (desk, workspace)
}

fn runs(desk: &Migration, schema: &str) -> Vec<String> {
    let runs: Vec<Value> = serde_json::from_str(&desk.done(&["--json", "runs"])).unwrap();
    let of_schema = runs.iter().filter(|run| run["schema"] == schema);
    of_schema.map(|run| run["run"].as_str().unwrap().to_owned()).collect()
}

/// Every file below a folder, with its size.
fn files(folder: &Path) -> Vec<(std::path::PathBuf, u64)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), path.metadata().unwrap().len()));
        }
    }
    found
}

/// Makes all that is staged two days older.
fn age(folder: &Path) {
    for (path, _) in files(folder) {
        let file = std::fs::File::options().append(true).open(path).unwrap();
        let written = file.metadata().unwrap().modified().unwrap();
        file.set_modified(written - Duration::from_secs(2 * 86_400)).unwrap();
    }
}

#[test]
fn a_run_is_shown_and_a_table_followed_back_to_the_source() {
    let (desk, _workspace) = desk();
    let transform = runs(&desk, "intercom").remove(0);
    let shown = desk.done(&["runs", "show", &transform[..20]]);
    for part in
        ["transform of intercom, full", "conversation_parts", "built", "sql/hesk/conversations.sql", "deskferry "]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let manifest: Value = serde_json::from_str(&desk.done(&["--json", "runs", "show", &transform])).unwrap();
    assert_eq!(manifest["run"], transform.as_str());
    desk.done(&["transform"]);
    assert!(desk.done(&["runs", "show", &runs(&desk, "intercom")[1]]).contains(&format!("reused from {transform}")));

    let extract = runs(&desk, "hesk").remove(0);
    let lineage = desk.done(&["runs", "lineage", "conversations"]);
    let first = lineage.lines().next().unwrap();
    assert!(
        first.starts_with("intercom.conversations  ") && first.contains(&format!("reused from {transform}")),
        "{first}"
    );
    for part in
        ["─ intercom.base_tickets  ", "─ mapping.", "─ hesk.tickets  ", &extract, "sources/hesk.toml", "(above)"]
    {
        assert!(lineage.contains(part), "{part}: {lineage}");
    }
    let nodes: Vec<Value> = serde_json::from_str(&desk.done(&["--json", "runs", "lineage", "conversations"])).unwrap();
    let hash = |path: &str| manifest["hashes"][path].clone();
    let tickets = nodes.iter().find(|node| node["table"] == "intercom.base_tickets").unwrap();
    assert_eq!(tickets["build"]["sha256"], hash("sql/hesk/base_tickets.sql"));
    let source = nodes.iter().find(|node| node["table"] == "hesk.tickets").unwrap();
    assert_eq!(source["runs"][0]["run"], extract.as_str());
    assert!(nodes.iter().all(|node| !node["table"].as_str().unwrap().is_empty()));

    let run = desk.done(&["runs", "lineage", &transform]);
    assert!(
        run.starts_with(&format!("{transform}  transform of intercom"))
            && run.contains(&format!("└─ {extract}  extract of hesk")),
        "{run}"
    );
    assert!(desk.refused(&["runs", "lineage", "nothing"]).contains("no run has a table intercom.nothing"));
    assert!(desk.refused(&["runs", "lineage", "19990101"]).contains("no run begins with"));
}

#[test]
fn what_nothing_needs_goes_and_all_else_works_as_before() {
    let (desk, _workspace) = desk();
    let staging = desk.path().join("staging");
    desk.done(&["load"]);
    let loaded = runs(&desk, "intercom").remove(0);
    for arguments in [&["transform", "--anew"][..], &["extract"], &["transform", "--anew"], &["transform"]] {
        desk.done(arguments);
    }
    let transforms = runs(&desk, "intercom");
    assert_eq!(transforms.len(), 4);
    std::fs::create_dir_all(staging.join("files/ab")).unwrap();
    let orphan = staging.join("files/ab").join("ab".repeat(32));
    std::fs::write(&orphan, "nobody's").unwrap();
    let left = staging.join("intercom/tags/run=20200101T000000000Z-000001");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("part-00000.parquet"), "never published").unwrap();

    let at_work = desk.refused(&["runs", "prune", "--keep", "1", "--yes"]);
    assert!(at_work.contains("20200101T000000000Z-000001 is not published") && at_work.contains("hint: "), "{at_work}");
    age(&staging);
    let before = files(&staging);
    let output = desk.run(&["runs", "prune", "--keep", "1"]);
    assert_eq!(output.status.code(), Some(1));
    let (plan, said) = (text(&output.stdout), text(&output.stderr));
    assert!(said.contains("nobody can be asked here") && said.contains("hint: give --yes"), "{said}");
    assert!(
        plan.contains(&transforms[1]) && plan.contains("never published") && said.contains("1 attachment files"),
        "{plan}"
    );
    // The load read the first; the parts of the last are those of the third.
    assert!(!plan.contains(&loaded) && plan.contains(&transforms[2]) && !plan.contains(&transforms[3]), "{plan}");
    assert_eq!(files(&staging), before, "a plan changes nothing");

    let ledger = desk.count("SELECT count(*) FROM ledger.entries");
    let removed: Value =
        serde_json::from_str(&desk.done(&["--json", "runs", "prune", "--keep", "1", "--yes"])).unwrap();
    let bytes = |files: &[(std::path::PathBuf, u64)]| {
        files.iter().filter(|(path, _)| !path.to_string_lossy().contains("/_runs/")).map(|file| file.1).sum::<u64>()
    };
    assert_eq!(removed["bytes"].as_u64().unwrap(), bytes(&before) - bytes(&files(&staging)));
    assert_eq!((removed["files"].as_u64(), removed["removed"].as_bool()), (Some(1), Some(true)));
    assert!(!orphan.exists() && !left.exists(), "what nobody names is gone");
    assert_eq!(runs(&desk, "intercom"), [loaded.clone(), transforms[3].clone()]);
    assert_eq!(desk.count("SELECT count(*) FROM ledger.entries"), ledger);
    assert_eq!(
        desk.count("SELECT count(*) FROM intercom.conversation_parts"),
        desk.count("SELECT count(*) FROM intercom.conversation_parts__runs") / 2
    );
    let same = desk.run(&["diff", "conversations", "--from", &loaded]);
    assert!(text(&same.stderr).contains("nothing differs"), "{}", text(&same.stderr));
    assert!(desk.done(&["runs", "lineage", "conversations"]).contains(&format!("reused from {}", transforms[2])));
    desk.done(&["transform"]);
    desk.done(&["load"]);
    desk.done(&["reconcile"]);
    let hashes = desk.rows("SELECT DISTINCT sha256 FROM intercom.attachments WHERE sha256 IS NOT NULL");
    for row in &hashes {
        let hash = row["sha256"].as_str().unwrap();
        assert!(staging.join("files").join(&hash[..2]).join(hash).exists(), "{hash}");
    }
    assert!(!hashes.is_empty());
    age(&staging);
    desk.done(&["runs", "prune", "--keep", "1", "--yes"]);
    let again = desk.run(&["runs", "prune", "--keep", "1"]);
    assert!(
        again.status.success() && text(&again.stderr).contains("there is nothing to remove"),
        "{}",
        text(&again.stderr)
    );
}
