//! The list of conversations or tickets, with filters and pages; the page of a contact.

use super::layout::{Tab, avatar, badge, day, frame, number, row, time};
use crate::call::Call;
use crate::contacts::Contact;
use crate::conversations::Conversation;
use crate::html::{escape, plain};
use crate::thread::State;
use crate::workspace::Workspace;
use serde_json::Value;
use std::fmt::Write as _;

/// Rows of one page.
pub(super) const ROWS: usize = 30;
/// Characters of a message shown in a row.
const EXCERPT: usize = 140;

pub(super) fn page(ws: &Workspace, call: &Call) -> String {
    if call.query("view") == Some("tickets") {
        return super::conversation::ticket_list(ws, call);
    }
    let state = match call.query("state") {
        Some("open") => Some(State::Open),
        Some("closed") => Some(State::Closed),
        Some("snoozed") => Some(State::Snoozed),
        _ => None,
    };
    let tag: Option<u64> = call.query("tag").and_then(|tag| tag.parse().ok());
    let in_filter = |conversation: &&Conversation| {
        state.is_none_or(|state| state == conversation.state)
            && tag.is_none_or(|tag| conversation.tags.iter().any(|have| have.tag == tag))
    };
    let mut found: Vec<&Conversation> = ws.conversations.values().filter(in_filter).collect();
    found.sort_by_key(|conversation| std::cmp::Reverse((last_at(conversation), conversation.id)));
    let page = page_number(call);
    let rows: String = found.iter().skip((page - 1) * ROWS).take(ROWS).map(|c| conversation_row(ws, c)).collect();
    let empty = "<p class=\"empty\">Nothing here yet. Load something into this workspace and reload the page.</p>";
    let content = format!(
        "{}<section class=\"card list\">{}{}</section>{}",
        filters(ws, call, found.len()),
        if rows.is_empty() { empty } else { "" },
        rows,
        pager(call, page, found.len()),
    );
    frame("Conversations", Tab::Conversations, &content)
}

/// The page asked for, from 1 on.
pub(super) fn page_number(call: &Call) -> usize {
    let page = call.query("page").and_then(|page| page.parse().ok());
    page.unwrap_or(1_usize).clamp(1, 1_000_000)
}

/// When something was last said.
fn last_at(conversation: &Conversation) -> i64 {
    let said = conversation.parts.iter().rev().find(|part| part.body.is_some());
    said.map_or(conversation.created_at, |part| part.created_at)
}

fn state_badge(state: State) -> String {
    badge(state.name(), state.name())
}

fn conversation_row(ws: &Workspace, conversation: &Conversation) -> String {
    let contact = ws.contacts.get(&conversation.author);
    let name = contact.map_or("Deleted contact", Contact::display_name);
    let text = plain(&conversation.body);
    let title = conversation.title.as_deref().unwrap_or_default();
    let title = if title.is_empty() { text.lines().next().unwrap_or_default() } else { title };
    let said = conversation.parts.iter().filter(|part| part.body.is_some()).count() + 1;
    let excerpt: String = text.chars().take(EXCERPT).collect();
    let tags: String = conversation
        .tags
        .iter()
        .filter_map(|tagging| ws.tags.get(&tagging.tag))
        .map(|tag| badge("tag", &tag.name))
        .collect();
    let assignee = ws.admin(conversation.admin_assignee).map_or("Unassigned", |admin| admin.name.as_str());
    format!(
        "<a class=\"item\" href=\"/inbox/conversations/{}\">{}<div class=\"what\"><div class=\"line\"><b>{}</b>\
         <span class=\"when\">{}</span></div><div class=\"title\">{}</div><div class=\"excerpt\">{}</div>\
         <div class=\"meta\">{}{tags}<span>{} {}</span><span>{}</span></div></div></a>",
        conversation.id,
        avatar(name, "contact"),
        escape(name),
        day(last_at(conversation)),
        escape(title),
        escape(&excerpt),
        state_badge(conversation.state),
        said,
        if said == 1 { "message" } else { "messages" },
        escape(assignee),
    )
}

/// The query of this page with one key set to another value (or left out), from page one.
fn with_query(call: &Call, key: &str, value: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (have, text) in &call.query {
        if have != key && have != "page" {
            query.append_pair(have, text);
        }
    }
    if !value.is_empty() {
        query.append_pair(key, value);
    }
    format!("/?{}", escape(&query.finish()))
}

fn filters(ws: &Workspace, call: &Call, total: usize) -> String {
    let mut out = format!(
        "<div class=\"bar\"><h1>Conversations <small>{}</small></h1><div class=\"chips\" role=\"group\" aria-label=\"State\">",
        number(total)
    );
    let current = call.query("state").unwrap_or_default();
    for (value, label) in [("", "All"), ("open", "Open"), ("snoozed", "Snoozed"), ("closed", "Closed")] {
        let on = if value == current { " on" } else { "" };
        let _ = write!(out, "<a class=\"chip{on}\" href=\"{}\">{label}</a>", with_query(call, "state", value));
    }
    out.push_str("</div>");
    if !ws.tags.is_empty() {
        out.push_str("<details class=\"tags\"><summary>");
        let current = call.query("tag").and_then(|tag| tag.parse().ok()).and_then(|tag: u64| ws.tags.get(&tag));
        let _ = match current {
            Some(tag) => write!(out, "Tag: {}", escape(&tag.name)),
            None => write!(out, "Any tag"),
        };
        let _ = write!(out, "</summary><div><a href=\"{}\">Any tag</a>", with_query(call, "tag", ""));
        for tag in ws.tags.values().take(200) {
            let href = with_query(call, "tag", &tag.id.to_string());
            let _ = write!(out, "<a href=\"{href}\">{}</a>", escape(&tag.name));
        }
        out.push_str("</div></details>");
    }
    out.push_str("</div>");
    out
}

pub(super) fn pager(call: &Call, page: usize, total: usize) -> String {
    let last = total.div_ceil(ROWS).max(1);
    if last == 1 {
        return String::new();
    }
    let link = |to: usize, label: &str| {
        if to < 1 || to > last {
            return format!("<span class=\"chip off\">{label}</span>");
        }
        let href = with_query(call, "page", &to.to_string());
        format!("<a class=\"chip\" href=\"{href}\">{label}</a>")
    };
    format!(
        "<nav class=\"pager\" aria-label=\"Pages\">{}<span>Page {} of {}</span>{}</nav>",
        link(page.saturating_sub(1), "← Newer"),
        number(page),
        number(last),
        link(page + 1, "Older →"),
    )
}

/// What is known about a contact.
pub(super) fn contact_card(ws: &Workspace, contact: &Contact) -> String {
    let text = |value: &Option<String>| escape(value.as_deref().unwrap_or_default());
    let companies: Vec<String> = contact
        .companies
        .iter()
        .filter_map(|n| ws.companies.get(n))
        .map(|company| escape(company.name.as_deref().unwrap_or(&company.company_id)))
        .collect();
    let tags: String =
        contact.tags.iter().filter_map(|t| ws.tags.get(&t.tag)).map(|tag| badge("tag", &tag.name)).collect();
    let name = contact.display_name();
    format!(
        "<section class=\"card side\"><div class=\"person\">{}<div><b>{}</b><span>{}</span></div></div><dl>{}{}{}{}{}{}{}</dl></section>",
        avatar(name, "contact"),
        escape(name),
        if contact.lead { "Lead" } else { "User" },
        row("E-mail", &text(&contact.email)),
        row("Phone", &text(&contact.phone)),
        row("Company", &companies.join(", ")),
        row("External ID", &format!("<code>{}</code>", text(&contact.external_id))),
        row("Signed up", &contact.signed_up_at.map(day).unwrap_or_default()),
        row("Tags", &tags),
        attribute_rows(&contact.custom),
    )
}

/// Attributes as rows.
pub(super) fn attribute_rows(custom: &serde_json::Map<String, Value>) -> String {
    let text = |value: &Value| match value {
        Value::String(text) => escape(text),
        Value::Array(items) => {
            escape(&items.iter().map(|i| i.as_str().unwrap_or_default()).collect::<Vec<_>>().join(", "))
        }
        other => escape(&other.to_string()),
    };
    custom.iter().map(|(name, value)| row(name, &text(value))).collect()
}

pub(super) fn contact_page(ws: &Workspace, id: &str, _call: &Call) -> Option<String> {
    let contact = ws.contact(id).ok()?;
    let conversations = contact.conversations.iter().rev().filter_map(|id| ws.conversations.get(id));
    let rows: String = conversations.take(100).map(|c| conversation_row(ws, c)).collect();
    let mut notes = String::new();
    for note in contact.notes.iter().filter_map(|id| ws.notes.get(id)) {
        let author = ws.admin(note.author).map_or("Somebody", |admin| admin.name.as_str());
        let _ = write!(
            notes,
            "<article class=\"note\"><div class=\"line\"><b>{}</b><span class=\"when\">{}</span></div>{}</article>",
            escape(author),
            time(note.created_at),
            crate::html::clean(&note.body),
        );
    }
    let content = format!(
        "<div class=\"split\"><div><div class=\"bar\"><h1>{}</h1></div>{notes}<section class=\"card list\">{rows}</section></div><aside>{}</aside></div>",
        escape(contact.display_name()),
        contact_card(ws, contact),
    );
    Some(frame(contact.display_name(), Tab::Conversations, &content))
}
