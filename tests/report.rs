//! `report`: documents that can be handed on, for any source.

use serde_json::Value;

use crate::support::{demo, text};

#[test]
fn scope_and_checklist_ask_the_workspace_and_inventory_does_not() {
    let workspace = demo::workspace();
    let desk = demo::desk(&workspace.url);

    let scope = desk.done(&["report", "scope"]);
    let tickets = desk.count("SELECT count(*) FROM hesk.tickets");
    assert!(scope.starts_with("# Scope: Hesk to Intercom\n"), "{scope}");
    assert!(scope.contains(&format!("| tickets | {tickets} | {tickets} |\n")), "{scope}");
    let plan: Value = serde_json::from_str(&desk.done(&["--json", "plan"])).unwrap();
    let replies = plan["calls"]["POST /conversations/{id}/reply"].as_u64().unwrap();
    assert!(scope.contains(&format!("| POST /conversations/{{id}}/reply | {replies} |\n")), "{scope}");
    let filled = desk
        .count("SELECT count(*) FROM intercom.conversations WHERE json_contains(custom_attributes, 'Order number')");
    assert!(scope.contains(&format!("| Order number | string | {filled} | ")), "{filled} in {scope}");

    let checklist = desk.done(&["report", "checklist"]);
    assert!(
        checklist.contains("- [ ] **invite teammate Luc Fournier &lt;luc.fournier@larkspur.example>** – needed"),
        "{checklist}"
    );
    assert!(checklist.contains("- [ ] **workflows and automations on new or closed conversations**"), "{checklist}");
    let calls = workspace.stats()["calls"].as_object().unwrap().clone();
    assert!(
        calls.len() > 3 && calls.keys().all(|call| call.starts_with("GET ") || call.ends_with("/search")),
        "{calls:?}"
    );

    drop(workspace);
    let page = desk.done(&["report", "inventory", "--format", "html"]);
    for (kind, count) in [("custom status", 3), ("ticket template", 3)] {
        assert!(page.contains(&format!("<h3>{kind} ({count})</h3>")), "{page}");
    }
    // A canned response of this desk is called so.
    assert!(page.contains("Return &lt;label&gt; sent") && !page.contains("<label>"), "{page}");
    assert!(!page.contains("http-equiv=\"refresh\"") && !page.contains(" src="), "{page}");
}

#[test]
fn report_of_ones_own_is_a_folder_of_queries() {
    let desk = demo::desk("http://127.0.0.1:9");
    let folder = desk.path().join("sql/report/mine");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("20_b.sql"), "-- Second\nSELECT 1 AS one WHERE FALSE").unwrap();
    std::fs::write(folder.join("10_a.sql"), "-- First\n-- With `code`.\nSELECT 'do <it>' AS task").unwrap();
    let document = desk.done(&["report", "mine"]);
    let wanted = "\n## First\n\nWith `code`.\n\n- [ ] **do &lt;it>**\n\n## Second\n\nNothing.\n";
    assert!(document.starts_with("# Mine: Hesk to Intercom\n") && document.ends_with(wanted), "{document}");
    let out = desk.path().join("mine.html");
    let told = desk.run(&["report", "mine", "--format", "html", "--out", out.to_str().unwrap()]);
    assert!(told.status.success() && told.stdout.is_empty() && text(&told.stderr).contains("mine.html"));
    assert!(std::fs::read_to_string(out).unwrap().contains("<strong>do &lt;it&gt;</strong>"));

    let refused = desk.refused(&["report", "nothing"]);
    assert!(refused.contains("there are: checklist, inventory, mine, scope"), "{refused}");
}

#[test]
fn package_has_a_part_as_csv_and_the_files_that_its_rows_name() {
    let desk = demo::desk("http://127.0.0.1:9");
    let folder = desk.path().join("sql/report/papers");
    std::fs::create_dir_all(&folder).unwrap();
    let query = |file: &str| {
        format!(
            "-- Papers\nSELECT source_key, sha256, {file} AS file FROM intercom.attachments WHERE size < 100000 ORDER BY source_key LIMIT 3"
        )
    };
    let named = "replace(source_key, ':', '-') || '.bin'";
    std::fs::write(folder.join("10_papers.sql"), query(named)).unwrap();
    let out = desk.path().join("handed on");
    let package = ["report", "papers", "--package", out.to_str().unwrap()];
    let told = desk.run(&package);
    assert!(told.status.success() && text(&told.stderr).contains("3 rows, 3 files"), "{}", text(&told.stderr));
    let mut read = csv::Reader::from_path(out.join("10_papers.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = read.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), 3);
    for row in &rows {
        let bytes = std::fs::read(out.join("files").join(&row[2])).unwrap();
        assert_eq!(hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&bytes)), row[1]);
    }
    assert!(desk.run(&package).status.success(), "again, over what is there");

    for (file, reason) in [("'../' || sha256", "no plain name"), ("'one'", "calls two files \"one\"")] {
        std::fs::write(folder.join("10_papers.sql"), query(file)).unwrap();
        let refused = desk.refused(&["report", "papers", "--package", out.to_str().unwrap()]);
        assert!(refused.contains(reason) && refused.contains("hint:"), "{refused}");
    }
    assert!(!out.join("..").join(&rows[0][1]).exists());
}
