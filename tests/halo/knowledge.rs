//! The knowledge base: lists, articles, what customers may see, links, pictures, tags.

use serde_json::Value;

use super::{desk, keys, row, table, text};
use crate::support::halo::desk::article::{self, FAQ_LISTS};
use crate::support::halo::desk::lookup::tag;

#[test]
fn every_list_is_a_collection_under_its_own() {
    let collections = table("collections");
    assert_eq!(collections.len(), FAQ_LISTS.len());
    for list in FAQ_LISTS {
        let found = &collections[&format!("halo:faq_list:{}", list.id)];
        assert_eq!(found["name"], list.name);
        let parent = FAQ_LISTS.iter().find(|known| known.id == list.parent);
        let parent = parent.map(|known| format!("halo:faq_list:{}", known.id));
        assert_eq!(found["parent_key"].as_str(), parent.as_deref(), "{found}");
        if let Some(parent) = parent {
            assert!(collections[&parent]["position"].as_i64() < found["position"].as_i64(), "{found}");
        }
    }
}

#[test]
fn every_article_is_whole_and_shown_to_those_who_saw_it() {
    let articles = table("articles");
    assert_eq!(articles.len(), desk().articles.len());
    for article in &desk().articles.all() {
        let found = &articles[&format!("halo:article:{}", article.id)];
        assert_eq!(found["title"], article.name, "{found}");
        let body = found["body"].as_str().unwrap_or_default();
        for text in [&article.description, &article.resolution] {
            let times = body
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty() && *word == text.marker)
                .count();
            // A table says its first line again.
            assert_eq!(times > 0, !text.marker.is_empty(), "{} in {found}", text.marker);
        }
        if !article.memo.marker.is_empty() {
            assert!(!body.contains(&article.memo.marker), "customers must not see {}", article.memo.marker);
            let memo = row("inventory", &format!("halo:inventory:article_memo:{}", article.id));
            assert!(text(&memo, "details").contains(&article.memo.marker), "{memo}");
        }
        let open = [30, 31, 32, 33, 34, 38];
        let is_open = article.for_all && !article.inactive && article.lists.iter().any(|list| open.contains(list));
        assert_eq!(found["state"], if is_open { "published" } else { "draft" }, "{found}");
        let parent = article.lists.iter().min().map(|list| format!("halo:faq_list:{list}"));
        assert_eq!(found["parent_key"].as_str(), parent.as_deref(), "{found}");
        assert_eq!(found["author_key"], format!("halo:agent:{}", article.creator), "{found}");
        assert_eq!(
            super::time(found, "created_at").timestamp_millis(),
            article.created.and_utc().timestamp_millis(),
            "{found}"
        );
        let mut tags: Vec<String> =
            keys(found, "tag_keys").iter().map(|key| text(&row("tags", key), "name").into()).collect();
        let mut wanted: Vec<&str> = article.tags.iter().map(|id| tag(*id)).collect();
        tags.sort();
        wanted.sort_unstable();
        assert_eq!(tags, wanted, "{found}");
        assert!(!body.contains("data:image") && !body.contains("cid:") && !body.contains("<o:p"), "{found}");
    }
}

#[test]
fn links_lead_to_what_articles_become_and_files_are_named() {
    let rich = row("articles", &format!("halo:article:{}", article::RICH));
    let body = text(&rich, "body");
    let inside = format!("href=\"deskferry:halo:article:{}\"", article::LINKED);
    assert_eq!(body.matches(&inside).count(), 2, "with and without the desk's own address: {body}");
    assert!(body.contains("href=\"https://elsewhere.example/?kbid=1\""), "{body}");
    assert!(body.contains("/api/attachment/image?token="), "a picture that can be had stays: {body}");
    for file in &desk().article(article::RICH).unwrap().attachments {
        let name = file.name.replace('&', "&amp;");
        assert!(body.contains(&format!("<li>{name}</li>")), "{name} is not in {body}");
        let entry = row("inventory", &format!("halo:inventory:article_file:{}:{}", article::RICH, file.id));
        let has_hash = text(&entry, "details").contains("\"sha256\"");
        assert_eq!(has_hash, file.content().is_some(), "{entry}");
    }
    let lists = row("inventory", &format!("halo:inventory:article_lists:{}", article::RICH));
    assert!(text(&lists, "details").contains("Help>Account; Help>Billing"), "{lists}");
}

#[test]
fn markdown_is_shown_as_html() {
    let markdown = row("articles", &format!("halo:article:{}", article::MARKDOWN));
    let body = text(&markdown, "body");
    for part in ["<h2>K212Qz</h2>", "<li><strong>two</strong></li>", "href=\"https://desk.example/a?b=1&amp;c=2\""] {
        assert!(body.contains(part), "{part} is not in {body}");
    }
    assert_eq!(row("articles", &format!("halo:article:{}", article::EMPTY))["body"].as_str().unwrap_or_default(), "");
    let warned = super::listed("SELECT source_key FROM intercom.warnings WHERE check_name = 'article_has_body'");
    assert_eq!(warned, [format!("halo:article:{}", article::EMPTY)]);
    assert_eq!(row("articles", "halo:article:216")["author_name"], Value::from("Dora Departed"));
}
