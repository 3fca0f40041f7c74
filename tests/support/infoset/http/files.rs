//! The file store: links that end, pictures that open for everybody. Neither wants to see a key.

use std::time::Instant;

use super::super::desk::file::{File, of_image_path};
use super::super::dice::Dice;
use super::super::wire::file_row;
use super::call::Call;
use super::refusals::{not_found, refusal};
use super::reply::Reply;
use super::server::Server;

/// A file as it is told, with a new link.
pub(crate) fn detail(server: &Server, id: i64) -> Reply {
    let found = server.desk.file(id);
    found.map_or_else(not_found, |file| Reply::json(&file_row(&file, &server.new_link(id))))
}

/// What of a link proves that it was given out.
pub(crate) fn signature(seed: u64, id: i64, number: u64) -> String {
    format!("{:016x}{number:x}", Dice::new(seed, "link", id).throw())
}

/// Answers a call of the file store.
pub(crate) fn store(server: &Server, call: &Call) -> Reply {
    if call.headers.contains_key("x-api-key") || call.headers.contains_key("authorization") {
        server.stats.lock().unwrap().logins_leaked += 1;
        return refusal(400, "Only one auth mechanism allowed.");
    }
    if let Some(id) = of_image_path(&call.path) {
        return found(server, id).unwrap_or_else(|| Reply::page(404, "Not found"));
    }
    let id = call.path.strip_prefix("f/").and_then(|id| id.parse::<i64>().ok());
    let (Some(id), Some(signature)) = (id, call.text("signature")) else { return refusal(403, "Access denied.") };
    let ends = server.links.lock().unwrap().get(&(id, signature.to_owned())).copied();
    match ends {
        Some(ends) if ends > Instant::now() => found(server, id).unwrap_or_else(not_found),
        Some(_) => {
            server.stats.lock().unwrap().expired_links += 1;
            refusal(403, "Request has expired.")
        }
        None => refusal(403, "Access denied."),
    }
}

fn found(server: &Server, id: i64) -> Option<Reply> {
    let file: File = server.desk.file(id)?;
    let content = file.content()?;
    Some(Reply { status: 200, headers: vec![("content-type", file.content_type().into())], body: content })
}
