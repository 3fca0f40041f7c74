//! Files, texts that are rich or empty, and the knowledge base of the demo desk.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{body, count, counted, desk, id, ids, reply, row, ticket};

#[test]
fn files_are_where_their_message_is_and_unsafe_names_are_never_opened() {
    for attachment in ids("unsafe_saved_name", "attachments") {
        count(0, &format!("hesk.files WHERE table_name = 'attachments' AND key = {attachment}"));
        count(
            1,
            &format!(
                "hesk._defects WHERE table_name = 'attachments' AND key = '{attachment}' AND reason IN ('unsafe file name', 'file name is empty')"
            ),
        );
        count(1, &format!("intercom.rejects WHERE source_key LIKE 'hesk:attachment:%:{attachment}'"));
    }
    let unsafe_names = i64::try_from(ids("unsafe_saved_name", "attachments").len()).unwrap();
    assert_eq!(unsafe_names, counted("attachments_unsafe_name"));
    // One file is gone, and 990 has not even a row.
    count(unsafe_names + 2, "intercom.rejects WHERE table_name = 'attachments' AND reason = 'file is missing'");
    count(
        1,
        &format!("intercom.rejects WHERE source_key LIKE 'hesk:attachment:%:{}'", id("missing_file", "attachments")),
    );
    count(1, "intercom.rejects WHERE source_key LIKE 'hesk:attachment:%:990'");

    let file = |case: &str| {
        let mut rows = desk().rows(&format!(
            "SELECT * FROM intercom.attachments WHERE source_key LIKE 'hesk:attachment:%:{}'",
            id(case, "attachments")
        ));
        assert_eq!(rows.len(), 1, "{case}");
        rows.remove(0)
    };
    assert_eq!(file("zero_byte_file")["size"], 0);
    assert_eq!(file("size_differs")["size"], 21, "the size of the file, not of the row");
    let internal = file("internal_attachment");
    assert_eq!(internal["part_key"], format!("hesk:note:{}", id("internal_attachment", "notes")));
    let several = format!("hesk:message:{}", id("several_attachments", "tickets"));
    let names =
        desk().rows(&format!("SELECT name FROM intercom.attachments WHERE part_key = '{several}' ORDER BY position"));
    assert_eq!(
        names.iter().map(|n| n["name"].as_str().unwrap()).collect::<Vec<_>>(),
        ["invoice.pdf", "30589.xlsx", "packing-list.csv", "photo.PNG"]
    );
}

#[test]
fn empty_and_rich_texts() {
    let empty = id("empty_subject_and_message", "tickets");
    assert_eq!(ticket(empty)["title"], "Ticket LXQ-U52-1TD5");
    assert_eq!(body(&row("conversation_parts", &format!("hesk:message:{empty}"))), "(no text)");
    assert_eq!(body(&reply(id("empty_reply", "replies"))), "(no text)");
    assert_eq!(ticket(id("placeholder_texts", "tickets"))["title"], "[No subject]");
    let rich = reply(id("rich_text_reply", "replies"));
    for kept in [
        "<ul><li>loosen</li><li>turn &amp; push</li></ul>",
        "<table>",
        "href=\"https://www.larkspur.example/guide?a=1&amp;b=2\"",
    ] {
        assert!(body(&rich).contains(kept), "{kept} is not in {rich}");
    }
    let fallback: Vec<Value> =
        ids("message_html_null_or_empty", "replies").iter().map(|id| reply(*id)["body"].clone()).collect();
    assert_eq!(fallback, ["message_html is NULL here", "message_html is empty here"]);
    let inline = reply(id("inline_images", "replies"));
    assert!(body(&inline).ends_with("[image] [image] [image]"), "{inline}");
}

#[test]
fn the_knowledge_base_shows_what_was_public() {
    let article = |id: i64| row("articles", &format!("hesk:article:{id}"));
    let mut drafts = BTreeSet::new();
    for case in [
        "kb_private_category",
        "kb_private_ancestor",
        "kb_private_article",
        "kb_draft",
        "kb_cycle",
        "kb_missing_parent",
        "kb_missing_category",
    ] {
        for id in ids(case, "kb_articles") {
            assert_eq!(article(id)["state"], "draft", "{case}: article {id}");
            drafts.insert(id);
        }
    }
    assert_eq!(article(id("kb_internal_link", "kb_articles"))["state"], "published");
    count(counted("kb_articles") - i64::try_from(drafts.len()).unwrap(), "intercom.articles WHERE state = 'published'");
    for case in ["kb_cycle", "kb_missing_parent"] {
        for id in ids(case, "kb_categories") {
            assert_eq!(row("collections", &format!("hesk:collection:{id}"))["parent_key"], Value::Null, "{case}");
        }
    }
    assert_eq!(
        row("collections", &format!("hesk:collection:{}", id("kb_private_ancestor", "kb_categories")))["parent_key"],
        "hesk:collection:5"
    );
    assert_eq!(article(id("kb_missing_category", "kb_articles"))["parent_key"], Value::Null);

    let links = article(id("kb_internal_link", "kb_articles"));
    assert!(body(&links).contains("href=\"deskferry:hesk:article:2\""), "{links}");
    assert!(body(&links).contains("href=\"deskferry:hesk:article:4\""), "the desk's own address in full: {links}");
    let shelves = article(ids("kb_internal_link", "kb_articles")[1]);
    assert!(body(&shelves).contains("href=\"deskferry:hesk:collection:3\""), "{shelves}");
    assert!(body(&article(id("kb_iframe", "kb_articles"))).contains("https://www.youtube.com/embed/"));
    let script = article(id("kb_script", "kb_articles"));
    for gone in ["<script", "onclick", "onerror", "javascript:"] {
        assert!(!body(&script).to_lowercase().contains(gone), "{gone} in {script}");
    }
    let plain = article(id("kb_plain_text", "kb_articles"));
    assert!(body(&plain).starts_with("Plain text with a `backtick` &amp; a link: <a href="), "{plain}");
    assert!(body(&plain).contains("<li>return-form.docx</li>"), "files are named at the end: {plain}");
    assert_eq!(article(id("kb_zero_date", "kb_articles"))["created_at"], Value::Null);
    let missing = article(id("kb_missing_file", "kb_articles"));
    assert!(body(&missing).contains("<li>gone.png</li>") && !body(&missing).contains("attachment-88"), "{missing}");
    let empty = id("kb_empty", "kb_articles");
    assert_eq!(article(empty)["title"], format!("Article {empty}"));
    count(1, &format!("intercom.warnings WHERE source_key = 'hesk:article:{empty}'"));
    let message = row(
        "inventory",
        &format!("hesk:inventory:service_message:{}", id("service_message_script", "service_messages")),
    );
    assert!(!message["details"].as_str().unwrap().contains("script"), "{message}");
}
