//! Pages for people: what was imported, as it would look. Server-rendered, without scripts; every text is escaped and
//! every message is cleaned again before it is shown.

mod conversation;
mod help;
mod layout;
mod list;

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::workspace::Workspace;

/// The page at a path, if it is one of the inbox's, or where Intercom's app has the same.
pub(crate) fn page(ws: &Workspace, path: &str, call: &Call) -> Option<Answer> {
    let page = match path {
        "/" | "/inbox" => Some(list::page(ws, call)),
        "/inbox/help" => Some(help::page(ws)),
        _ if path.starts_with("/a/") => match path.split('/').skip(4).collect::<Vec<_>>()[..] {
            ["inbox", "conversation", id] => {
                conversation::page(ws, id, call).or_else(|| conversation::ticket_page(ws, id, call))
            }
            ["users", id] => list::contact_page(ws, id, call),
            ["articles", "articles", id, "show"] => help::article_page(ws, id),
            _ => None,
        },
        _ => {
            let (kind, id) = path.strip_prefix("/inbox/")?.split_once('/')?;
            match kind {
                "conversations" => conversation::page(ws, id, call),
                "tickets" => conversation::ticket_page(ws, id, call),
                "contacts" => list::contact_page(ws, id, call),
                "articles" => help::article_page(ws, id),
                _ => return None,
            }
        }
    };
    Some(page.map(Reply::html).ok_or_else(Refusal::no_resource))
}
