//! A thread: messages, notes, events; beside it contact, assignee, tags and attributes. Tickets look alike.

use super::layout::{CLIP, Tab, avatar, badge, day, frame, number, row, size, time};
use super::list::{ROWS, attribute_rows, contact_card, page_number};
use crate::attachments;
use crate::call::Call;
use crate::contacts::Contact;
use crate::conversations::{ATTRIBUTE_SET, Conversation};
use crate::html::{clean, escape};
use crate::thread::{Author, Part};
use crate::tickets::Ticket;
use crate::workspace::Workspace;
use std::fmt::Write as _;

/// Parts on one page of a long thread.
const PARTS: usize = 200;

pub(super) fn page(ws: &Workspace, id: &str, call: &Call) -> Option<String> {
    let conversation = ws.conversation(id).ok()?;
    let contact = ws.contacts.get(&conversation.author);
    let title = conversation.title.as_deref().filter(|title| !title.is_empty());
    let title = title.unwrap_or("Conversation");
    let state = conversation.state.name();
    let mut thread = message(
        ws,
        Author::Contact(conversation.author),
        "message",
        conversation.created_at,
        &conversation.body,
        &conversation.files,
    );
    thread.push_str(&parts(ws, &conversation.parts, call));
    let content = format!(
        "<div class=\"split\"><div><div class=\"bar\"><h1>{}</h1>{}<small>#{}</small></div>\
         <section class=\"thread\">{thread}</section></div><aside>{}{}</aside></div>",
        escape(title),
        badge(state, state),
        conversation.id,
        contact.map(|contact| contact_card(ws, contact)).unwrap_or_default(),
        details(ws, conversation),
    );
    Some(frame(title, Tab::Conversations, &content))
}

fn details(ws: &Workspace, conversation: &Conversation) -> String {
    let admin = ws.admin(conversation.admin_assignee).map(|admin| escape(&admin.name)).unwrap_or_default();
    let team = ws.team(conversation.team_assignee).map(|team| escape(&team.name)).unwrap_or_default();
    let company = conversation.company.and_then(|n| ws.companies.get(&n));
    let company = company.map(|company| escape(company.name.as_deref().unwrap_or(&company.company_id)));
    let others = conversation.contacts.iter().filter(|n| **n != conversation.author);
    let others: Vec<String> = others
        .filter_map(|n| ws.contacts.get(n))
        .map(|contact| {
            let id = ws.contact_id(contact.n);
            format!("<a href=\"/inbox/contacts/{id}\">{}</a>", escape(contact.display_name()))
        })
        .collect();
    let contact = format!("<a href=\"/inbox/contacts/{}\">All conversations</a>", ws.contact_id(conversation.author));
    let tags = conversation.tags.iter().filter_map(|tagging| ws.tags.get(&tagging.tag));
    let tags: String = tags.map(|tag| badge("tag", &tag.name)).collect();
    format!(
        "<section class=\"card side\"><h2>Details</h2><dl>{}{}{}{}{}{}{}{}{}{}</dl></section>",
        row("Assignee", if admin.is_empty() { "Unassigned" } else { &admin }),
        row("Team", &team),
        row("Tags", &tags),
        row("Created", &time(conversation.created_at)),
        row("Updated", &time(conversation.updated_at)),
        row("Snoozed until", &conversation.snoozed_until.map(time).unwrap_or_default()),
        row("Company", &company.unwrap_or_default()),
        row("Participants", &others.join(", ")),
        row("Contact", &contact),
        attribute_rows(&conversation.custom),
    )
}

/// The parts of one page, oldest first.
fn parts(ws: &Workspace, parts: &[Part], call: &Call) -> String {
    let last = parts.len().div_ceil(PARTS).max(1);
    let page = page_number(call).min(last);
    let shown = parts.iter().skip((page - 1) * PARTS).take(PARTS);
    let mut out = String::new();
    let mut shown = shown.peekable();
    while let Some(part) = shown.next() {
        if part.part_type == ATTRIBUTE_SET {
            let mut count = 1;
            while shown.next_if(|next| next.part_type == ATTRIBUTE_SET && next.created_at == part.created_at).is_some()
            {
                count += 1;
            }
            let what =
                if count == 1 { "An attribute was set".to_owned() } else { format!("{count} attributes were set") };
            let _ = write!(out, "<div class=\"event\"><span>{what} · {}</span></div>", time(part.created_at));
        } else {
            out.push_str(&one_part(ws, part));
        }
    }
    if last > 1 {
        out.push_str("<nav class=\"pager\" aria-label=\"Pages\">");
        for to in 1..=last {
            let on = if to == page { " on" } else { "" };
            let _ = write!(out, "<a class=\"chip{on}\" href=\"?page={to}\">{to}</a>");
        }
        out.push_str("</nav>");
    }
    out
}

fn one_part(ws: &Workspace, part: &Part) -> String {
    match part.part_type {
        "comment" | "quick_reply" => said(ws, part, "message"),
        "note" => said(ws, part, "note"),
        _ => {
            let event =
                format!("<div class=\"event\"><span>{} · {}</span></div>", event_text(ws, part), time(part.created_at));
            if part.body.is_some() { event + &said(ws, part, "message") } else { event }
        }
    }
}

fn said(ws: &Workspace, part: &Part, kind: &str) -> String {
    message(ws, part.author, kind, part.created_at, part.body.as_deref().unwrap_or_default(), &part.files)
}

fn name(ws: &Workspace, author: Author) -> (&str, &'static str) {
    match author {
        Author::Contact(n) => (ws.contacts.get(&n).map_or("Deleted contact", Contact::display_name), "contact"),
        Author::Admin(id) => (ws.admin(id).map_or("Former teammate", |admin| admin.name.as_str()), "admin"),
        Author::Bot => ("Fin", "bot"),
    }
}

fn message(ws: &Workspace, author: Author, kind: &str, at: i64, body: &str, files: &[u64]) -> String {
    let (name, side) = name(ws, author);
    let label = if kind == "note" { badge("internal", "Internal note") } else { String::new() };
    format!(
        "<article class=\"{kind} {side}\">{}<div class=\"bubble\"><div class=\"line\"><b>{}</b>{label}\
         <span class=\"when\">{}</span></div><div class=\"body\">{}</div>{}</div></article>",
        avatar(name, side),
        escape(name),
        time(at),
        clean(body),
        file_list(ws, files),
    )
}

fn file_list(ws: &Workspace, ids: &[u64]) -> String {
    let mut out = String::new();
    for &id in ids {
        let Some(file) = ws.files.get(id) else { continue };
        let href = attachments::url_of(file, id, "");
        let picture = if ws.files.is_picture(id) {
            format!("<img src=\"{}\" alt=\"\" loading=\"lazy\">", escape(&href))
        } else {
            CLIP.to_owned()
        };
        let size = if file.remote_url.is_some() { "link".to_owned() } else { size(file.size) };
        let _ = write!(
            out,
            "<li><a href=\"{}\" rel=\"noopener noreferrer\">{picture}{}<small>{size}</small></a></li>",
            escape(&href),
            escape(&file.name),
        );
    }
    if out.is_empty() { out } else { format!("<ul class=\"files\">{out}</ul>") }
}

fn event_text(ws: &Workspace, part: &Part) -> String {
    let who = escape(name(ws, part.author).0);
    match (part.part_type, part.assigned_to) {
        ("close", _) => format!("<b>{who}</b> closed"),
        ("open", _) => format!("<b>{who}</b> opened"),
        ("snoozed", _) => format!("<b>{who}</b> snoozed"),
        ("assignment", Some((_, 0))) => format!("<b>{who}</b> removed the assignee"),
        ("assignment", Some(("team", id))) => {
            let team = ws.team(id).map_or("a team", |team| team.name.as_str());
            format!("<b>{who}</b> assigned to <b>{}</b>", escape(team))
        }
        ("assignment", Some((_, id))) => {
            let admin = ws.admin(id).map_or("a teammate", |admin| admin.name.as_str());
            format!("<b>{who}</b> assigned to <b>{}</b>", escape(admin))
        }
        ("participant_added", _) => "A participant was added".to_owned(),
        ("participant_removed", _) => "A participant was removed".to_owned(),
        (other, _) => escape(&other.replace('_', " ")),
    }
}

/// The list of tickets.
pub(super) fn ticket_list(ws: &Workspace, call: &Call) -> String {
    let page = page_number(call);
    let tickets = ws.tickets.values().rev().skip((page - 1) * ROWS).take(ROWS);
    let mut rows = String::new();
    for ticket in tickets {
        let contact = ticket.contact().and_then(|n| ws.contacts.get(&n));
        let name = contact.map_or("Deleted contact", Contact::display_name);
        let _ = write!(
            rows,
            "<a class=\"item\" href=\"/inbox/tickets/{}\">{}<div class=\"what\"><div class=\"line\"><b>{}</b>\
             <span class=\"when\">{}</span></div><div class=\"title\">{}</div><div class=\"meta\">{}</div></div></a>",
            ticket.id,
            avatar(name, "contact"),
            escape(name),
            day(ticket.created()),
            escape(ticket.title()),
            badge("state", ticket.state_name(ws)),
        );
    }
    if rows.is_empty() {
        rows = "<p class=\"empty\">No tickets.</p>".to_owned();
    }
    let content = format!(
        "<div class=\"bar\"><h1>Tickets <small>{}</small></h1></div><section class=\"card list\">{rows}</section>{}",
        number(ws.tickets.len()),
        super::list::pager(call, page, ws.tickets.len()),
    );
    frame("Tickets", Tab::Tickets, &content)
}

pub(super) fn ticket_page(ws: &Workspace, id: &str, call: &Call) -> Option<String> {
    let ticket: &Ticket = ws.ticket(id).ok()?;
    let contact = ticket.contact().and_then(|n| ws.contacts.get(&n));
    let tags: String =
        ticket.tags.iter().filter_map(|t| ws.tags.get(&t.tag)).map(|tag| badge("tag", &tag.name)).collect();
    let content = format!(
        "<div class=\"split\"><div><div class=\"bar\"><h1>{}</h1>{}</div><section class=\"thread\">{}</section></div>\
         <aside>{}<section class=\"card side\"><h2>Details</h2><dl>{}{}{}{}</dl></section></aside></div>",
        escape(ticket.title()),
        badge("state", ticket.state_name(ws)),
        parts(ws, &ticket.parts, call),
        contact.map(|contact| contact_card(ws, contact)).unwrap_or_default(),
        row("Created", &time(ticket.created())),
        row("Updated", &time(ticket.updated_at)),
        row("Tags", &tags),
        attribute_rows(ticket.values()),
    );
    Some(frame(ticket.title(), Tab::Tickets, &content))
}
