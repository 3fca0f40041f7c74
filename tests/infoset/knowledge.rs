//! The help center: categories, articles in all their languages, links, pictures.

use serde_json::Value;

use super::{at, desk, millis, row, table, text};
use crate::support::infoset::desk::article::{self, CATEGORIES, HELP_URL, LANGUAGES, Version};
use crate::support::infoset::desk::staff::user_of;

/// The translations of a row, by locale.
fn translations(row: &Value) -> Value {
    row["translated_content"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
}

#[test]
fn every_category_is_a_collection_in_its_own_and_in_all_its_languages() {
    let found = table("collections");
    assert_eq!(found.len(), CATEGORIES.len());
    for category in &CATEGORIES {
        let row = &found[&format!("infoset:category:{}", category.id)];
        let parent = CATEGORIES.iter().find(|known| Some(known.id) == category.parent);
        let parent = parent.map(|known| format!("infoset:category:{}", known.id));
        assert_eq!(row["parent_key"].as_str(), parent.as_deref(), "{row}");
        if let Some(parent) = parent {
            assert!(found[&parent]["position"].as_i64() < row["position"].as_i64(), "{row}");
        }
        assert_eq!(row["name"], category.names[0].1, "{row}");
        let others = translations(row);
        for (language, name) in &category.names[1..] {
            assert_eq!(others[language]["name"], *name, "{row}");
        }
        assert_eq!(others.as_object().map_or(0, serde_json::Map::len), category.names.len() - 1, "{row}");
    }
}

/// Checks one language of an article.
fn check(place: &str, found: &Value, version: &Version) {
    assert_eq!(found["title"], version.title, "{place}");
    assert_eq!(found["state"], if version.published { "published" } else { "draft" }, "{place}");
    let body = found["body"].as_str().unwrap_or_default();
    let words = body.split(|c: char| !c.is_alphanumeric());
    let has_marker = words.into_iter().any(|word| !word.is_empty() && word == version.body.marker);
    assert_eq!(has_marker, !version.body.marker.is_empty(), "{place}");
    assert!(!body.contains("data:image") && !body.contains("cid:") && !body.contains("<o:p"), "{place}");
    for link in &version.links {
        assert!(body.contains(&format!("href=\"deskferry:infoset:article:{link}\"")), "{link} in {place}");
    }
    assert!(!body.contains(&format!("{HELP_URL}/help/")), "{place}");
}

#[test]
fn every_article_is_whole_in_all_its_languages() {
    let found = table("articles");
    assert_eq!(found.len(), desk().articles.all().len());
    for article in desk().articles.all() {
        let row = &found[&format!("infoset:article:{}", article.id)];
        let place = row.to_string();
        let default = article.versions.iter().position(|version| version.language == LANGUAGES[0].0).unwrap_or(0);
        let others = translations(row);
        for (nth, version) in article.versions.iter().enumerate() {
            check(&place, if nth == default { row } else { &others[version.language] }, version);
        }
        assert_eq!(others.as_object().map_or(0, serde_json::Map::len), article.versions.len() - 1, "{place}");
        let parent = article.category.filter(|id| CATEGORIES.iter().any(|known| known.id == *id));
        assert_eq!(row["parent_key"].as_str(), parent.map(|id| format!("infoset:category:{id}")).as_deref(), "{place}");
        let author = user_of(article.author);
        assert_eq!(row["author_key"].as_str(), author.map(|user| format!("infoset:user:{}", user.id)).as_deref());
        let name = author.map_or_else(|| format!("Agent {}", article.author), |user| user.name());
        assert_eq!(row["author_name"], name, "{place}");
        assert_eq!(millis(row, "created_at"), at(article.created), "{place}");
        assert_eq!(millis(row, "updated_at"), at(article.updated), "{place}");
    }
}

#[test]
fn links_between_articles_are_found_and_all_others_stay() {
    let rich = row("articles", &format!("infoset:article:{}", article::RICH));
    let body = text(&rich, "body");
    let inside = format!("href=\"deskferry:infoset:article:{}\"", article::LINKED);
    assert_eq!(body.matches(&inside).count(), 3, "by its address, without a host, with a place in it: {body}");
    assert!(body.contains("href=\"deskferry:infoset:article:999\""), "becomes a text in the load: {body}");
    assert!(body.contains("https://baska.example/help/tr/articles/499-degil?b=1&amp;c=2"), "{body}");
    assert!(body.contains("/inline/"), "a picture that can be had stays: {body}");
    assert_eq!(body.matches("<img").count(), 1, "one that cannot be had is a text: {body}");
    let english = row("inventory", &format!("infoset:inventory:article_language:{}", article::ENGLISH_ONLY));
    assert_eq!(english["kind"], "article without the default language");
}
