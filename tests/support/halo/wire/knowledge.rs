//! Articles and the lists they are in.

use serde_json::{Value, json};

use super::super::desk::Desk;
use super::super::desk::article::{Article, FAQ_LISTS, FaqList, full_name};
use super::super::desk::body::Body;
use super::super::desk::lookup::tag;
use super::{Dialect, Row, attachments};

/// An article: without texts but the plain question in lists.
pub(crate) fn article(dialect: &Dialect, desk: &Desk, article: &Article, detail: bool) -> Value {
    let tags: Vec<&str> = article.tags.iter().map(|id| tag(*id)).collect();
    let row = dialect.row("article", article.id).id("id", article.id).set("name", article.name.as_str());
    let row = row.text("description", &article.description.plain).set("view_count", article.views);
    let row = row.set("useful_count", article.views / 10).set("notuseful_count", 0);
    let row = row.date("date_created", article.created).date("date_edited", article.edited);
    let row = row.text("tag_string", &tags.join(",")).set("inactive", article.inactive).set("type", 0);
    let row = row.maybe_date("next_review_date", None).maybe_date("limit_start_date", None);
    let row = row.maybe_date("limit_end_date", None).set("editor_type", i64::from(article.markdown));
    if !detail {
        return row.done();
    }
    let agent = |id: i64| desk.agent(id).map_or("", |agent| &agent.name);
    let row = texts(row, "description", &article.description, article.markdown);
    let row =
        texts(row.text("resolution", &article.resolution.plain), "resolution", &article.resolution, article.markdown);
    let row =
        texts(row.text("internalmemoagent", &article.memo.plain), "internalmemoagent", &article.memo, article.markdown);
    let row = row.id("creator_id", article.creator).text("creator_name", agent(article.creator));
    let row = row.id("editor_id", article.editor).set("showforall", article.for_all);
    let tags: Vec<Value> = article.tags.iter().map(|id| json!({"id": id, "text": tag(*id)})).collect();
    let lists =
        FAQ_LISTS.iter().filter(|list| article.lists.contains(&list.id)).map(|list| faq_list(dialect, desk, list));
    let files = article.attachments.iter().map(|file| attachments::listed(dialect, file));
    row.set("tags", tags)
        .set("faqlists", lists.collect::<Vec<_>>())
        .set("teams", article.teams.iter().map(|id| json!({"id": id})).collect::<Vec<_>>())
        .set("attachments", files.collect::<Vec<_>>())
        .set("related_articles", article.related.iter().map(|id| json!({"id": id})).collect::<Vec<_>>())
        .set("translations", json!([]))
        .set("latestversion", true)
        .fields(&article.fields)
        .done()
}

/// One of the three texts: as Markdown or as HTML, whichever its editor keeps.
fn texts<'a>(row: Row<'a>, name: &str, body: &Body, markdown: bool) -> Row<'a> {
    let (html, text) = if markdown { ("", body.plain.as_str()) } else { (body.html.as_str(), "") };
    row.html(&format!("{name}_html"), html).text(&format!("{name}_markdown"), text)
}

/// A list of articles.
pub(crate) fn faq_list(dialect: &Dialect, desk: &Desk, list: &FaqList) -> Value {
    let parent = FAQ_LISTS.iter().find(|known| known.id == list.parent);
    let group = FAQ_LISTS.iter().any(|known| known.parent == list.id);
    let row = dialect.row("faq_list", list.id).id("id", list.id).guid().set("name", list.name);
    let row = row.set("level", full_name(list).split('>').count()).set("is_group", group);
    let row = row.id("group_id", list.parent).text("group_name", parent.map_or("", |parent| parent.name));
    let row = row.set("full_name", full_name(list)).set("type", 0).set("dontshowonportal", list.hidden);
    let row = row.set("showforall", list.clients.is_empty()).set("showforallagents", true);
    let row = row.set("clients", list.clients.iter().map(|id| json!({"id": id})).collect::<Vec<_>>());
    row.set("article_count", desk.articles.all().iter().filter(|article| article.lists.contains(&list.id)).count())
        .done()
}
