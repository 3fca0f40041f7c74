//! Files: lists of them, links to the file store, the file store itself, and pictures that open without a login.

use std::time::Instant;

use serde_json::{Value, json};

use super::super::desk::attachment::{Attachment, Kind, of_image_token};
use super::super::dice::Dice;
use super::super::wire::attachments::{ARTICLE, listed, view};
use super::call::Call;
use super::refusals::not_found;
use super::reply::Reply;
use super::server::Server;

/// The files of a ticket, of one of its actions, or of an article. There is no list of all.
pub(crate) fn list(server: &Server, call: &Call) -> Reply {
    let action = call.number("action_id");
    if let Some(id) = call.number("ticket_id") {
        let Some(ticket) = server.desk.ticket(id).filter(|ticket| server.may_see(&ticket.brief)) else {
            return not_found("tickets");
        };
        let files = ticket.attachments.iter().filter(|file| action.is_none_or(|action| file.action == action));
        let rows: Vec<Value> = files.map(|file| listed(&server.dialect, file)).collect();
        return Reply::json(&view(id, action.unwrap_or(0), &rows));
    }
    let rows: Vec<Value> = match (call.number("type"), call.number("unique_id")) {
        (Some(ARTICLE), Some(article)) => {
            let files = server.desk.article(article).into_iter().flat_map(|article| article.attachments);
            files.map(|file| listed(&server.dialect, &file)).collect()
        }
        _ => Vec::new(),
    };
    Reply::json(&view(0, 0, &rows))
}

/// A file: its bytes, or a link to the file store. JSON files of old are given as bytes by everyone.
pub(crate) fn download(server: &Server, id: i64) -> Reply {
    let Some((file, content)) = found(server, id) else { return not_found("attachment") };
    if server.switches().raw_downloads || file.kind == Kind::Json {
        return bytes(&file, content).with("content-disposition", disposition(&file.name));
    }
    let link = server.new_link(id);
    Reply::json(
        &json!({"id": id, "filename": file.name, "filesize": file.told_size, "isimage": file.kind == Kind::Picture,
                        "link": link, "data": ""}),
    )
}

/// The file store: knows links, not logins.
pub(crate) fn store(server: &Server, call: &Call) -> Reply {
    let xml = |code: &str| {
        let mut reply = Reply::text(
            if code == "InvalidArgument" { 400 } else { 403 },
            &format!("<Error><Code>{code}</Code></Error>"),
        );
        reply.headers[0].1 = "application/xml".into();
        reply
    };
    if call.headers.contains_key("authorization") {
        server.stats.lock().unwrap().logins_leaked += 1;
        return xml("InvalidArgument");
    }
    let (Some(id), Some(signature)) = (file_id(&call.path), call.text("signature")) else { return xml("AccessDenied") };
    let ends = server.links.lock().unwrap().get(&(id, signature.to_owned())).copied();
    match ends {
        Some(ends) if ends > Instant::now() => match found(server, id) {
            Some((file, content)) => bytes(&file, content),
            None => Reply::empty(404),
        },
        Some(_) => {
            server.stats.lock().unwrap().expired_links += 1;
            xml("AccessDenied")
        }
        None => xml("SignatureDoesNotMatch"),
    }
}

/// The id in the path of a link, `bucket/123`.
fn file_id(path: &str) -> Option<i64> {
    path.strip_prefix("bucket/")?.parse().ok()
}

/// What of a link proves that it was given out.
pub(crate) fn signature(seed: u64, id: i64, number: u64) -> String {
    let mut dice = Dice::new(seed, "link", id);
    format!("{:016x}{number:x}", dice.throw())
}

/// A picture in a text: opens for everyone who has the link.
pub(crate) fn image(server: &Server, call: &Call) -> Reply {
    if call.headers.contains_key("authorization") {
        server.stats.lock().unwrap().images_with_login += 1;
    }
    let id = call.text("token").and_then(of_image_token);
    match id.and_then(|id| found(server, id)) {
        Some((file, content)) if file.kind == Kind::Picture => bytes(&file, content),
        _ => Reply::page(404, "Not found"),
    }
}

fn found(server: &Server, id: i64) -> Option<(Attachment, Vec<u8>)> {
    let file = server.desk.attachment(id)?;
    let seen = server.desk.ticket(file.ticket).is_none_or(|ticket| server.may_see(&ticket.brief));
    let content = file.content().filter(|_| seen)?;
    Some((file, content))
}

fn bytes(file: &Attachment, content: Vec<u8>) -> Reply {
    Reply { status: 200, headers: vec![("content-type", file.content_type().into())], body: content }
}

/// The name as `Content-Disposition` gives it: as it is, quotes and all, where it is ASCII.
fn disposition(name: &str) -> String {
    if name.is_ascii() {
        return format!("attachment; filename=\"{name}\"");
    }
    let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("attachment; filename*=UTF-8''{}", encoded.replace('+', "%20"))
}
