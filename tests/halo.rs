//! A HaloCRM tenant through the real command, case by case and field by field: what the stand-in knows to be true
//! (`support/halo/desk`) against what reading, models and loading make of it. The tenant is read and transformed once; each test
//! asks one group of questions.

mod faults;
mod knowledge;
mod loaded;
mod objects;
mod people;
mod reconciled;
mod set_up;
mod settings;
mod threads;
mod tickets;

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use serde_json::Value;

use crate::support::Migration;
use crate::support::halo::desk::Desk;
use crate::support::halo::desk::people::{TWINS, User};
use crate::support::halo::desk::ticket::{Author, Ticket};
use crate::support::halo::{Halo, Switches};
use crate::support::row::{attributes, keys, text, time};

/// A tenant, and the migration of it.
struct Moved {
    halo: Halo,
    migration: Migration,
}

/// `[source]` of a tenant, with more settings after it.
pub(crate) fn settings(halo: &Halo, more: &str) -> String {
    let (id, secret) = Switches::default().client;
    format!(
        "[source]\nkind = \"halo\"\nurl = \"{}\"\nauth_url = \"{}\"\ntenant = \"acme\"\nclient_id = \"{id}\"\n\
         client_secret = \"{secret}\"\nrate_calls = 100000\nrate_seconds = 1\n{more}",
        halo.url, halo.auth_url
    )
}

/// Where nobody listens.
pub(crate) const NO_WORKSPACE: &str = "[intercom]\nurl = \"http://127.0.0.1:9\"\n";

/// The tenant that most tests ask about.
fn moved() -> &'static Moved {
    static MOVED: OnceLock<Moved> = OnceLock::new();
    MOVED.get_or_init(|| {
        let halo = Halo::start(Switches { long_thread: true, ..Switches::default() });
        let optional = "[transform]\noptional_objects = [\"opportunities\", \"assets\"]\n";
        let migration = Migration::new(&settings(&halo, &format!("{NO_WORKSPACE}{optional}")));
        migration.done(&["extract"]);
        migration.done(&["transform"]);
        Moved { halo, migration }
    })
}

fn desk() -> &'static Desk {
    moved().halo.desk()
}

/// Every ticket, by id.
fn every_ticket() -> Vec<Ticket> {
    desk().briefs().into_iter().filter_map(|brief| desk().ticket(brief.id)).collect()
}

/// All rows of a table by their `source_key`; a table is asked for once.
fn table(name: &str) -> BTreeMap<String, Value> {
    static TABLES: Mutex<BTreeMap<String, BTreeMap<String, Value>>> = Mutex::new(BTreeMap::new());
    let mut tables = TABLES.lock().unwrap();
    let rows = tables.entry(name.to_owned()).or_insert_with(|| {
        let rows = moved().migration.rows(&format!("SELECT * FROM intercom.{name}"));
        rows.into_iter().map(|row| (row["source_key"].as_str().unwrap().to_owned(), row)).collect()
    });
    rows.clone()
}

/// The one row of a table with this key.
fn row(name: &str, key: &str) -> Value {
    static TABLES: Mutex<BTreeMap<String, BTreeMap<String, Value>>> = Mutex::new(BTreeMap::new());
    let mut tables = TABLES.lock().unwrap();
    let rows = tables.entry(name.to_owned()).or_insert_with(|| table(name));
    rows.get(key).unwrap_or_else(|| panic!("{name} has no {key}")).clone()
}

/// What a query gives in its first column, as text.
fn listed(query: &str) -> Vec<String> {
    let rows = moved().migration.rows(query);
    rows.iter().map(|row| row.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()).collect()
}

/// The contact that a user is: two of one address are the first of them; what is no person is none.
fn contact_of(user: &User) -> Option<String> {
    if user.general {
        return None;
    }
    let id = if TWINS.contains(&user.id) { TWINS[0] } else { user.id };
    Some(format!("halo:user:{id}"))
}

/// The contact that asked, by whom the ticket names.
fn contact_by(author: &Author, ticket: &Ticket) -> String {
    match author {
        Author::User(id) => match desk().user(*id).as_ref().and_then(contact_of) {
            Some(key) => key,
            None => contact_by(&desk().asker(ticket), ticket),
        },
        Author::Outsider(_, address) => match desk().users.find(|user| user.email.eq_ignore_ascii_case(address)) {
            Some(user) => contact_of(&user).unwrap(),
            None => format!("halo:contact:{}", address.to_lowercase()),
        },
        other => panic!("{other:?} does not ask"),
    }
}
