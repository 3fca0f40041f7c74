//! Which route tells what.

use serde_json::json;

use super::super::desk::staff::{ADMIN, BOTS, PIPELINES, TEAMS, USERS, user_of};
use super::super::switches::Me;
use super::super::wire::{conversation, people, staff};
use super::call::Call;
use super::lists::page;
use super::refusals::{invalid, not_found, refusal};
use super::reply::Reply;
use super::server::Server;
use super::{files, records, tickets};

/// The answer of an endpoint.
pub(crate) fn answer(server: &Server, call: &Call, endpoint: &str, id: Option<&str>) -> Reply {
    let id = match id.map(str::parse::<i64>) {
        None => None,
        Some(Ok(id)) => Some(id),
        Some(Err(_)) => return invalid(&server.switches(), "id", "The value is not valid."),
    };
    let (dialect, desk) = (&server.dialect, &server.desk);
    match (endpoint, id) {
        ("tickets", _) => tickets::list(server, call),
        ("tickets/logs", id) => tickets::logs(server, call, id),
        ("tickets/{id}", Some(id)) => tickets::detail(server, id),
        ("email/{id}", Some(id)) => tickets::email(server, id),
        ("files/{id}", Some(id)) => files::detail(server, id),
        ("contacts", _) => {
            let words = call.text("search").map(str::to_lowercase);
            let mut found = desk.contacts.all();
            if let Some(words) = words {
                found.retain(|c| [&c.name, &c.email, &c.phone].iter().any(|t| t.to_lowercase().contains(&words)));
            }
            page(server, call, found, |contact| people::contact(dialect, &contact))
        }
        ("contacts/{id}", Some(id)) => {
            desk.contact(id).map_or_else(not_found, |contact| Reply::json(&people::contact(dialect, &contact)))
        }
        ("companies", _) => page(server, call, desk.companies.all(), |company| people::company(dialect, &company)),
        ("companies/{id}", Some(id)) => {
            desk.company(id).map_or_else(not_found, |company| Reply::json(&people::company(dialect, &company)))
        }
        ("users/me", _) => me(server),
        ("users", _) => page(server, call, USERS.iter().collect(), |user| staff::user(dialect, user)),
        ("teams", _) => page(server, call, TEAMS.iter().collect(), |team| staff::team(dialect, team)),
        ("chatbots", _) => page(server, call, BOTS.iter().collect(), |bot| staff::bot(dialect, bot)),
        ("pipelines", _) => {
            let object = call.text("type");
            let found = PIPELINES.iter().filter(|known| object.is_none_or(|object| known.object == object)).collect();
            page(server, call, found, |pipeline| staff::pipeline(dialect, pipeline))
        }
        ("rooms", _) => rooms(server, call),
        ("rooms/{id}", Some(id)) => {
            desk.room(id).map_or_else(not_found, |room| Reply::json(&conversation::room(dialect, &room)))
        }
        ("rooms/messages", Some(id)) => messages(server, call, id),
        _ => records::answer(server, call, endpoint, id).unwrap_or_else(not_found),
    }
}

/// Rooms that are still there, by id or by when they were opened.
fn rooms(server: &Server, call: &Call) -> Reply {
    let mut found = server.desk.rooms.all();
    if call.text("sortcol").is_some_and(|column| column.to_ascii_lowercase().starts_with("created")) {
        found.sort_by_key(|room| room.created);
    }
    if call.text("sortdir").is_some_and(|dir| dir.eq_ignore_ascii_case("desc")) {
        found.reverse();
    }
    page(server, call, found, |room| conversation::room(&server.dialect, &room))
}

fn messages(server: &Server, call: &Call, id: i64) -> Reply {
    let Some(room) = server.desk.room(id) else { return not_found() };
    let link = |file| server.new_link(file);
    let row = |message| conversation::message(&server.dialect, &server.desk, &room, &message, link);
    page(server, call, server.desk.messages(&room), row)
}

/// Whose the key is.
fn me(server: &Server) -> Reply {
    match (server.switches().me, user_of(ADMIN)) {
        (Me::Under(name), Some(user)) => Reply::json(&json!({name: user.id, "email": user.email})),
        _ => refusal(403, "This key has no user."),
    }
}
