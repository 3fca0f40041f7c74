//! An ITSM 365 tenant through the real command, case by case and field by field: what the stand-in knows to be true
//! (`support/itsm365/desk`) against what reading, models and loading make of it. Each tenant is read and transformed once; each test
//! asks one group of questions, of the usual tenant and of the one that calls everything otherwise.

mod faults;
mod knowledge;
mod loaded;
mod objects;
mod people;
mod settings;
mod threads;
mod tickets;
mod variant;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;

use crate::support::Migration;
use crate::support::itsm365::desk::Facts;
use crate::support::itsm365::{Itsm365, KEY, Switches};
use crate::support::row::{attributes, keys, text, time};

/// Where nobody listens.
pub(crate) const NO_WORKSPACE: &str = "[intercom]\nurl = \"http://127.0.0.1:9\"\n";

/// `[source]` of a tenant, with more settings after it.
pub(crate) fn settings(itsm365: &Itsm365, more: &str) -> String {
    format!(
        "[source]\nkind = \"itsm365\"\nurl = \"{}\"\naccess_key = \"{KEY}\"\nrate_calls = 100000\nrate_seconds = 1\n{more}",
        itsm365.url
    )
}

/// A tenant, and the migration of it.
struct Moved {
    itsm365: Itsm365,
    facts: Arc<Facts>,
    migration: Migration,
    tables: Mutex<BTreeMap<String, BTreeMap<String, Value>>>,
}

impl Moved {
    /// Reads and transforms a tenant.
    fn of(itsm365: Itsm365, migration: Migration) -> Self {
        migration.done(&["extract"]);
        migration.done(&["transform"]);
        Self { facts: itsm365.facts(), itsm365, migration, tables: Mutex::default() }
    }

    /// A tenant with these settings.
    fn with(switches: Switches, more: &str) -> Self {
        let itsm365 = Itsm365::start(switches);
        let migration = Migration::new(&settings(&itsm365, &format!("{more}{NO_WORKSPACE}")));
        Self::of(itsm365, migration)
    }

    /// All rows of a table by their `source_key`; a table is asked for once.
    fn table(&self, name: &str) -> BTreeMap<String, Value> {
        let mut tables = self.tables.lock().unwrap();
        let rows = tables.entry(name.to_owned()).or_insert_with(|| {
            let rows = self.migration.rows(&format!("SELECT * FROM intercom.{name}"));
            rows.into_iter().map(|row| (row["source_key"].as_str().unwrap().to_owned(), row)).collect()
        });
        rows.clone()
    }

    /// The one row of a table with this key.
    fn row(&self, name: &str, key: &str) -> Value {
        self.table(name).get(key).unwrap_or_else(|| panic!("{name} has no {key}")).clone()
    }

    /// The key of what becomes of an object.
    fn key(&self, class: &str, id: i64) -> String {
        format!("itsm365:{}", self.facts.tenant.uuid(class, id).replace('$', ":"))
    }

    /// What a query gives in its first column, as text.
    fn listed(&self, query: &str) -> Vec<String> {
        let rows = self.migration.rows(query);
        rows.iter().map(|row| row.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()).collect()
    }
}

/// What the tenant's own attributes of tickets are called, as the setting has them.
const OWN_ATTRIBUTES: &str = "ticket_attributes = \"nomerDogovora, kabinet,vyezdTrebuetsya,dataVyezda,stoimostRabot,ssylka\"\n\
    ou_attributes = \"additionalName\"\nci_attributes = \"IP,Commentariy\"\n";

/// The tenant that most tests ask about.
fn moved() -> &'static Moved {
    static MOVED: OnceLock<Moved> = OnceLock::new();
    MOVED.get_or_init(|| Moved::with(Switches { long_thread: true, ..Switches::default() }, OWN_ATTRIBUTES))
}

/// Both tenants.
fn tenants() -> [&'static Moved; 2] {
    [moved(), variant::varied()]
}
