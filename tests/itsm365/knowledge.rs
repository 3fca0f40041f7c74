//! Knowledge base and templates.

use super::{moved, tenants, text};
use crate::support::itsm365::desk::pages::{ARCHIVED, EMPTY, INTERNAL, OPEN, OUTSIDE, SECTIONS};

#[test]
fn every_section_is_a_collection_below_its_own() {
    for moved in tenants() {
        let rows = moved.table("collections");
        let sections: Vec<_> = moved.facts.pages.values().filter(|page| page.is_section()).collect();
        assert_eq!(rows.len(), sections.len());
        for section in sections {
            let row = &rows[&moved.key("KB", section.id)];
            assert_eq!(row["name"], section.title.as_str());
            let parent = section.parent.map(|id| moved.key("KB", id));
            assert_eq!(row["parent_key"].as_str(), parent.as_deref(), "{row}");
        }
        let position = |id: i64| rows[&moved.key("KB", id)]["position"].as_i64().unwrap();
        assert!(position(SECTIONS[0]) < position(SECTIONS[1]) && position(SECTIONS[2]) < position(SECTIONS[3]));
    }
}

#[test]
fn every_article_that_is_not_archived_is_there_for_whom_it_is_meant() {
    for moved in tenants() {
        let tables = [moved.table("internal_articles"), moved.table("articles")];
        let articles = moved.facts.articles();
        assert_eq!(tables.iter().map(|rows| rows.len()).sum::<usize>(), articles.len());
        for article in articles {
            let row = &tables[usize::from(article.is_open())][&moved.key("KB", article.id)];
            assert_eq!(row["title"], article.title.as_str());
            if article.is_open() {
                assert_eq!(row["state"], "published", "{row}");
                let parent = article.parent.map(|id| moved.key("KB", id));
                assert_eq!(row["parent_key"].as_str(), parent.as_deref(), "{row}");
            }
            let author = article.author.map(|id| moved.key("employee", id));
            assert_eq!(row["author_key"].as_str(), author.as_deref(), "{row}");
            assert!(text(row, "body").contains(&article.text.marker), "{row}");
            for link in &article.links {
                assert!(text(row, "body").contains(&format!("href=\"deskferry:{}\"", moved.key("KB", *link))), "{row}");
            }
            assert!(!text(row, "body").contains("download?uuid"), "{row}");
        }
    }
    let key = |id: i64| moved().key("KB", id);
    let rule = moved().listed(&format!("SELECT rule FROM intercom.dispositions WHERE source_id = 'KB${ARCHIVED}'"));
    assert_eq!(rule, ["archived in ITSM 365"]);
    assert!(text(&moved().row("articles", &key(OPEN)), "body").contains("<li>Инструкция.txt</li>"));
    assert_eq!(moved().row("internal_articles", &key(INTERNAL))["title"], "Как выдать ключ");
    assert!(moved().row("articles", &key(OUTSIDE))["parent_key"].is_null());
    assert_eq!(moved().row("articles", &key(EMPTY))["body"], "");
    // Intercom cannot fetch what needs the key: named with its bytes, to be inserted by hand.
    let pictures = moved().row("inventory", &format!("itsm365:inventory:article_pictures:{OPEN}"));
    assert_eq!(pictures["name"], "Как получить ключ");
    assert!(text(&pictures, "details").contains("pictures"), "{pictures}");
}

#[test]
fn templates_of_comments_are_saved_replies_but_archived_ones() {
    for moved in tenants() {
        let rows = moved.table("saved_replies");
        let mut titles: Vec<&str> = rows.values().map(|row| text(row, "title")).collect();
        titles.sort_unstable();
        assert_eq!(titles, ["Запрос информации", "Решено"]);
        let reply = rows.values().find(|row| row["title"] == "Решено").unwrap();
        assert_eq!(reply["body_text"], "Ваша заявка решена. С уважением, служба поддержки");
    }
}
