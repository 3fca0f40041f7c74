//! What was written: entries of logs, e-mails, rooms and their messages.

use serde_json::{Value, json};

use super::super::desk::Desk;
use super::super::desk::room::{Message, Room};
use super::super::desk::ticket::{Author, Email, Entry, Part};
use super::Dialect;

/// An entry of a ticket's log.
pub(crate) fn log(dialect: &Dialect, desk: &Desk, entry: &Entry, link: impl Fn(i64) -> String) -> Value {
    let row = dialect.row("log", entry.id).set("id", entry.id).set("ticketId", entry.ticket).set("type", entry.kind);
    let agent = matches!(entry.author, Author::User(_) | Author::Bot(_));
    let row = row.set("isAgent", agent).set("authorType", author_type(&entry.author));
    let row = match &entry.author {
        Author::User(id) => row.set("userId", *id).set("contactId", Value::Null),
        Author::Contact(id) => row.set("userId", Value::Null).set("contactId", *id),
        Author::Bot(id) => row.set("userId", Value::Null).set("botId", *id),
        Author::Outsider(..) | Author::System => row.set("userId", Value::Null).set("contactId", Value::Null),
    };
    let row = row.text("authorName", &desk.name(&entry.author));
    // What was mailed has its HTML in the e-mail; here is only its text.
    let html = entry.part == Part::Note || entry.part == Part::Message && entry.email.is_none();
    let row = match html {
        true => row.text("content", &dialect.html(&entry.body.html)),
        false => row.text("content", &entry.body.plain),
    };
    let row = row.set("emailId", entry.email.as_ref().map(|email| email.id)).set("roomId", entry.room);
    let row = row.set("callId", entry.call).date("createdDate", entry.at);
    // The files of what was mailed are the e-mail's.
    let files = if entry.email.as_ref().is_some_and(|email| !email.gone) { &[] } else { entry.files.as_slice() };
    row.files(files, link).done()
}

/// An e-mail.
pub(crate) fn email(dialect: &Dialect, email: &Email, entry: &Entry, link: impl Fn(i64) -> String) -> Value {
    let row = dialect.row("email", email.id).set("id", email.id).set("fromAddress", email.from.as_str());
    let row = row.set("toAddresses", email.to.as_slice()).set("ccAddresses", email.cc.as_slice());
    let row = row.text("subject", &email.subject).set("textBody", entry.body.plain.as_str());
    let html = (!email.text_only).then(|| dialect.html(&entry.body.html));
    row.set("htmlBody", html).date("date", entry.at).files(&entry.files, link).done()
}

/// A room.
pub(crate) fn room(dialect: &Dialect, room: &Room) -> Value {
    let row = dialect.row("room", room.id).set("roomId", room.id).set("channel", room.channel);
    let row = row.set("contactId", room.contact).owners(&room.owners).set("ticketId", room.ticket);
    let row = row.set("tags", room.tags.as_slice()).set("status", room.status);
    row.date("createdDate", room.created).date("closedDate", room.closed).done()
}

/// A message of a room. Agents, bots and contacts are told apart by what their ids begin with.
pub(crate) fn message(
    dialect: &Dialect,
    desk: &Desk,
    room: &Room,
    message: &Message,
    link: impl Fn(i64) -> String,
) -> Value {
    let user = match &message.author {
        Author::User(id) => json!(id.to_string()),
        Author::Contact(id) => json!(format!("c-{id}")),
        Author::Bot(id) => json!(format!("bot-{id}")),
        Author::Outsider(..) | Author::System => json!("visitor"),
    };
    let nth = message.body.marker.rsplit(['n', 'z']).nth(1).and_then(|nth| nth.parse::<i64>().ok()).unwrap_or(0);
    let row = dialect.row("message", room.id * 1000 + nth).set("messageId", message.id.as_str());
    let row = row.set("roomId", room.id).set("authorType", author_type(&message.author));
    let row = row.set("author", json!({"userId": user, "userName": desk.name(&message.author), "avatar": null}));
    row.set("message", message.body.plain.as_str()).date("createdDate", message.at).files(&message.files, link).done()
}

/// What an author is.
fn author_type(author: &Author) -> &'static str {
    match author {
        Author::User(_) => "agent",
        Author::Contact(_) | Author::Outsider(..) => "contact",
        Author::Bot(_) => "bot",
        Author::System => "system",
    }
}
