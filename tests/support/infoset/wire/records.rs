//! Deals, calls, articles, and how well customers were served.

use serde_json::{Value, json};

use super::super::desk::article::{Article, CATEGORIES, Category, LANGUAGES, Version};
use super::super::desk::call::Call;
use super::super::desk::deal::{Deal, Note, PIPELINE};
use super::super::desk::property::Property;
use super::super::desk::service::{Breach, Rating, SLAS};
use super::Dialect;

/// A deal; `whole` with what only its detail has.
pub(crate) fn deal(dialect: &Dialect, deal: &Deal, whole: bool) -> Value {
    let row = dialect.row("deal", deal.id).set("id", deal.id).set("name", deal.name.as_str());
    let row = row.set("status", deal.status).set("amount", deal.amount).set("currency", deal.currency);
    let row = row.set("pipelineId", PIPELINE).set("stageId", deal.stage).owners(&deal.owners);
    let row = row.set("contactIds", deal.contacts.as_slice()).set("companyId", deal.company);
    let row = row.date("closeDate", deal.close).date("createdDate", deal.created).date("updatedDate", deal.updated);
    if whole { row.set("ticketIds", deal.tickets.as_slice()).properties(&deal.properties).done() } else { row.done() }
}

/// A note on a deal.
pub(crate) fn deal_log(dialect: &Dialect, deal: i64, note: &Note) -> Value {
    let row = dialect.row("dealLog", note.id).set("id", note.id).set("dealId", deal).set("userId", note.user);
    row.set("notes", note.body.plain.as_str()).date("createdDate", note.at).done()
}

/// A call, with a link to its recording that ends.
pub(crate) fn call(dialect: &Dialect, call: &Call, link: impl Fn(i64) -> String) -> Value {
    let row = dialect.row("call", call.id).set("id", call.id);
    let row = row.set("direction", if call.inbound { "inbound" } else { "outbound" });
    let row = row.set("from", call.from.as_str()).set("to", call.to.as_str()).date("startDate", call.start);
    let row = row.set("duration", call.duration).set("userId", call.user).set("contactId", call.contact);
    let row = row.set("ticketId", call.ticket).set("queue", call.queue).set("disposition", call.disposition);
    let recording = call.recording.as_ref().map(|file| link(file.id));
    row.text("notes", &call.notes.plain).set("recordingUrl", recording).done()
}

/// A language of the help center.
pub(crate) fn language(at: usize) -> Value {
    let (code, name) = LANGUAGES[at];
    json!({"code": code, "name": name, "isDefault": at == 0})
}

/// A category, in all its languages.
pub(crate) fn category(dialect: &Dialect, category: &Category) -> Value {
    let position = CATEGORIES.iter().position(|known| known.id == category.id);
    let names = category.names.iter();
    let translations: Vec<Value> =
        names.map(|(language, name)| json!({"language": language, "name": name, "description": null})).collect();
    let row = dialect.row("category", category.id).set("id", category.id).set("name", category.names[0].1);
    row.set("parentId", category.parent).set("order", position).set("translations", translations).done()
}

/// An article in one language: the key is both.
pub(crate) fn article(dialect: &Dialect, article: &Article, version: &Version) -> Value {
    let row = dialect.row("article", article.id).set("id", article.id).set("language", version.language);
    let row = row.set("slug", version.slug.as_str()).set("title", version.title.as_str());
    let row = row.text("content", &dialect.html(&version.body.html)).set("categoryId", article.category);
    let row = row.set("sectionId", Value::Null).set("authorId", article.author);
    let row = row.set("status", if version.published { "published" } else { "draft" });
    row.date("createdDate", article.created).date("updatedDate", article.updated).done()
}

/// A service level.
pub(crate) fn sla(at: usize) -> Value {
    let (id, name, first, whole) = SLAS[at];
    json!({"id": id, "name": name, "firstResponseMinutes": first, "resolutionMinutes": whole})
}

/// A service level that was missed.
pub(crate) fn breach(dialect: &Dialect, breach: &Breach) -> Value {
    let name = SLAS.iter().find(|sla| sla.0 == breach.sla).map(|sla| sla.1);
    let row = dialect.row("breach", breach.id).set("id", breach.id).set("slaId", breach.sla).set("slaName", name);
    let row = row.set("linkedType", "ticket").set("linkedId", breach.ticket).set("targetType", breach.target);
    row.date("dueDate", breach.due).date("breachDate", breach.at).done()
}

/// A rating.
pub(crate) fn rating(dialect: &Dialect, rating: &Rating) -> Value {
    let row = dialect.row("rating", rating.id).set("id", rating.id).set("ticketId", rating.ticket);
    let row = row.set("roomId", rating.room).set("contactId", rating.contact).set("userId", rating.user);
    row.set("score", rating.score).text("comment", &rating.comment).date("createdDate", rating.at).done()
}

/// A definition of a custom property.
pub(crate) fn property(dialect: &Dialect, property: &Property) -> Value {
    let row = dialect.row("property", property.id).set("id", property.id).set("key", property.key);
    let row = row.set("label", property.label).set("objectType", property.object).set("type", property.kind);
    row.set("options", property.options).done()
}
