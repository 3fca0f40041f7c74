//! An Infoset account through the real command, case by case and field by field: what the stand-in knows to be true
//! (`support/infoset/desk`) against what reading, models and loading make of it. The account is read and transformed once; each
//! test asks one group of questions.

mod faults;
mod knowledge;
mod loaded;
mod objects;
mod people;
mod set_up;
mod threads;
mod tickets;
mod variant;
mod ways;

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use serde_json::Value;

use crate::support::Migration;
use crate::support::infoset::desk::Desk;
use crate::support::infoset::desk::article::HELP_URL;
use crate::support::infoset::desk::moment::Moment;
use crate::support::infoset::desk::people::{Contact, TWINS};
use crate::support::infoset::desk::ticket::Author;
use crate::support::infoset::{Infoset, Switches};
use crate::support::row::{attributes, keys, text, time};

/// An account, and the migration of it.
struct Moved {
    infoset: Infoset,
    migration: Migration,
}

/// `[source]` of an account, with more settings after it.
pub(crate) fn settings(infoset: &Infoset, more: &str) -> String {
    format!(
        "[source]\nkind = \"infoset\"\nurl = \"{}\"\napi_key = \"{}\"\nhelp_url = \"{HELP_URL}\"\nmail_accounts_max = \"2\"\n\
         chat_widgets_max = \"1\"\nrate_calls = 100000\nrate_seconds = 1\n{more}",
        infoset.url,
        Switches::default().api_key
    )
}

/// Where nobody listens.
pub(crate) const NO_WORKSPACE: &str = "[intercom]\nurl = \"http://127.0.0.1:9\"\n";

/// The account that most tests ask about.
fn moved() -> &'static Moved {
    static MOVED: OnceLock<Moved> = OnceLock::new();
    MOVED.get_or_init(|| {
        let infoset = Infoset::start(Switches::default());
        let migration = Migration::new(&settings(&infoset, NO_WORKSPACE));
        migration.done(&["extract"]);
        migration.done(&["transform"]);
        Moved { infoset, migration }
    })
}

fn desk() -> &'static Desk {
    moved().infoset.desk()
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
    table(name).get(key).unwrap_or_else(|| panic!("{name} has no {key}")).clone()
}

/// A time as the command prints it, in milliseconds.
fn millis(row: &Value, column: &str) -> i64 {
    time(row, column).timestamp_millis()
}

/// A moment of the desk, in milliseconds.
fn at(moment: Moment) -> i64 {
    moment.and_utc().timestamp_millis()
}

/// What a query gives in its first column, as text.
fn listed(query: &str) -> Vec<String> {
    let rows = moved().migration.rows(query);
    rows.iter().map(|row| row.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()).collect()
}

/// The names of the tags of a row, sorted.
fn tag_names(row: &Value) -> Vec<String> {
    let mut names: Vec<String> =
        keys(row, "tag_keys").iter().map(|key| text(&self::row("tags", key), "name").to_owned()).collect();
    names.sort();
    names
}

/// The contact that somebody of Infoset is: two of one address are the first of them.
fn contact_of(contact: &Contact) -> String {
    let id = if TWINS.contains(&contact.id) { TWINS[0] } else { contact.id };
    format!("infoset:contact:{id}")
}

/// The contact that an author is, where there is one; an outsider is known by the address.
fn contact_by(author: &Author) -> Option<String> {
    match author {
        Author::Contact(id) => desk().contact(*id).map(|contact| contact_of(&contact)),
        Author::Outsider(_, address) if !address.is_empty() => Some(format!("infoset:email:{address}")),
        _ => None,
    }
}
