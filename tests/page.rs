//! `reconcile --format html` in a real browser: what it says, that nothing of the desk runs, that it fits and prints.

use serde_json::{Value, json};

use crate::support::{Migration, Workspace, chromium, demo, text};

/// A section of one's own with the names that customers have given themselves.
const HOSTILE: &str = "-- People\nSELECT name, email FROM intercom.contacts
UNION ALL SELECT title, contact_key FROM intercom.conversations
UNION ALL SELECT repeat('x', 10000), chr(8238) || '<script>ran = 1; document.title = 1</script><img src=x onerror=\"ran = 1\">'";

/// One with a million rows.
const LONG: &str =
    "-- Numbers\n-- all: deskferry sql 'numbers'\nSELECT value AS number, repeat('y', 500) AS text FROM range(1000000)";

#[test]
fn page_tells_the_whole_story_and_runs_nothing() {
    let workspace = demo::workspace();
    let desk = demo::desk(&workspace.url);
    desk.set("timezone =", "site_url = \"https://help.larkspur.example\"\ntimezone =");
    desk.done(&["transform"]);
    let folder = desk.path().join("sql/reconcile/page");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("96_people.sql"), HOSTILE).unwrap();
    std::fs::write(folder.join("97_numbers.sql"), LONG).unwrap();

    let before = desk.run(&["reconcile", "--format", "html"]);
    assert_eq!(before.status.code(), Some(1), "{}", text(&before.stderr));
    let before = text(&before.stdout);
    assert!(before.contains("✗ Not in order") && before.contains("Nothing has been loaded yet: "), "{before}");

    desk.run(&["load"]);
    let path = desk.path().join("page.html");
    desk.done(&["reconcile", "--format", "html", "--out", path.to_str().unwrap()]);
    let page = std::fs::read_to_string(&path).unwrap();
    says_what_is_known(&page, &desk.rows("SELECT count(*) AS n FROM intercom.rejects")[0]["n"]);
    let control = "<!doctype html><html lang=en><title>c</title><p style='color:#999'>x</p><h3>y</h3><pre>wwwwwwwwwwwwwwwwwwwwwwwww\
                   wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww</pre><img src=x onerror='ran = 1'>";
    let tampered = tampered(&desk, &workspace);
    let all = chromium::look(&[&page, &before, &tampered, control], &[360, 1280]);
    let (ours, control) = all.split_at(12);
    for seen in ours {
        let short = format!("{seen:#}");
        assert!(seen["scroll_width"].as_u64() <= seen["width"].as_u64(), "it scrolls sideways: {short}");
        assert_eq!(seen["title"], "Hesk to Intercom: what arrived");
        assert_eq!(
            (&seen["ran"], &seen["scripts"], &seen["handlers"]),
            (&json!(false), &json!(0), &json!(0)),
            "{short}"
        );
        assert_eq!((&seen["loads"], &seen["fetched"]), (&json!([]), &json!([])), "{short}");
        assert!(seen["contrast_min"].as_f64().unwrap() >= 4.5, "{short}");
        assert_eq!(
            (&seen["levels_skipped"], &seen["without_scope"], &seen["without_caption"]),
            (&json!(0), &json!(0), &json!(0))
        );
        assert_eq!((&seen["landmarks"], &seen["lang"]), (&json!(3), &json!("en")));
        assert!(seen["rows"].as_u64().unwrap() > 300, "{short}");
    }
    let schemes: Vec<&Value> = ours.iter().map(|seen| &seen["dark"]).collect();
    assert_eq!(schemes[..4], [&json!(false), &json!(true), &json!(false), &json!(true)]);
    // What is looked at can be seen: a page that is none of this is told.
    let bad = &control[0];
    assert!(bad["ran"] == true && bad["loads"] != json!([]) && bad["levels_skipped"] == 1, "{bad:#}");
    assert!(
        bad["contrast_min"].as_f64() < Some(4.5) && bad["scroll_width"].as_u64() > bad["width"].as_u64(),
        "{bad:#}"
    );
    let pdf = chromium::pdf(&path);
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 50_000, "{}", pdf.len());
}

/// The page after somebody has changed a title and deleted a contact.
fn tampered(desk: &Migration, workspace: &Workspace) -> String {
    let id = |table: &str, key: &str| {
        let query =
            format!("SELECT intercom_id FROM ledger.rows WHERE table_name = '{table}' AND source_key = '{key}'");
        desk.rows(&query)[0]["intercom_id"].as_str().unwrap().to_owned()
    };
    let (thread, contact) =
        (id("conversations", "hesk:ticket:1"), id("contacts", "hesk:contact:hanna.berg@example.com"));
    let title = json!({ "title": "<script>ran = 1</script>\u{202e}" });
    assert_eq!(workspace.call_with("PUT", &format!("/conversations/{thread}"), &title).0, 200);
    assert_eq!(workspace.call("DELETE", &format!("/contacts/{contact}")).0, 200);
    let output = desk.run(&["reconcile", "--format", "html"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let page = text(&output.stdout);
    assert!(
        page.contains("✗ Not in order") && page.contains("<li>contacts: 1 loaded rows are not in Intercom"),
        "{page}"
    );
    let place = format!("{}/a/inbox/", workspace.url);
    let row =
        page.lines().find(|line| line.contains("<bdi>&lt;script&gt;ran = 1&lt;/script&gt;\u{fffd}</bdi>")).unwrap();
    assert!(
        row.contains(&format!("{thread}\" rel=\"noopener noreferrer\">{thread}</a>")) && row.contains(&place),
        "{row}"
    );
    assert!(row.contains("admin_ticket.php?track=") && row.contains("<bdi>Do you ship to Portland?</bdi>"), "{row}");
    page
}

fn says_what_is_known(page: &str, rejected: &Value) {
    assert!(
        page.contains("✓ In order") && page.contains(&format!("checks kept {rejected} back, each with its reason.")),
        "{page}"
    );
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"), "{page}");
    for part in
        ["How far each table came", "What became of each row of the help desk", "Still to be done by hand", "Runs"]
    {
        assert_eq!(page.matches(&format!(">{part}</h2>")).count(), 1, "{part}");
    }
    let example = "<a href=\"https://help.larkspur.example/admin/admin_ticket.php?track=VQM-AB5-UUXE\" rel=\"noopener noreferrer\">\
                   hesk:attachment:message:82:11</a>";
    assert!(page.contains(example), "{page}");
    assert!(
        page.contains("The first 100 of 1,000,000 rows; all of them: <code>deskferry sql &#39;numbers&#39;</code>"),
        "{page}"
    );
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\u{202e}'), "{page}");
    assert!(page.contains("&lt;script&gt;ran = 1; document.title = 1&lt;/script&gt;"), "{page}");
    assert!(page.len() < 2_000_000, "{}", page.len());
}
