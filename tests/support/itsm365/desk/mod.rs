//! What is in the desk, as it truly is: the facts from which every row that is served is made, and with which tests compare a
//! migration, field by field. Objects are known by their numbers, which are global to the installation; codes are the usual ones
//! ([`tenant`] says what this tenant calls them).
//!
//! Tickets with a story have a constant in [`story`]; the others follow from the seed ([`bulk`]).

pub(crate) mod agreement;
pub(crate) mod approval;
pub(crate) mod bulk;
pub(crate) mod catalog;
pub(crate) mod entry;
pub(crate) mod file;
pub(crate) mod itil;
pub(crate) mod knowledge;
pub(crate) mod pages;
pub(crate) mod people;
pub(crate) mod set_up;
pub(crate) mod shown;
pub(crate) mod story;
pub(crate) mod tenant;
pub(crate) mod text;
pub(crate) mod ticket;
pub(crate) mod told;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};

pub(crate) use super::super::standin::moment::{Moment, day, later, minutes};

use super::switches::Switches;
use agreement::{Agreement, Rule, Service};
use approval::Negotiation;
use catalog::Item;
use entry::Entry;
use file::File;
use itil::{Change, Ci, Problem};
use knowledge::Page;
use people::{Employee, Ou, Team};
use tenant::Tenant;
use ticket::{Comment, Source, Ticket};

/// The team that every tenant begins with.
/// Stands in secrets of the desk, which must never be staged.
pub(crate) const CANARY: &str = "kanareika-4f1d2b-must-not-be-staged";
pub(crate) const TEAM_FIRST_LINE: i64 = 501;

/// Objects of a kind by their numbers.
pub(crate) type Table<T> = BTreeMap<i64, Arc<T>>;

/// Everything that is in the desk at a moment.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) seed: u64,
    pub(crate) tenant: Tenant,
    /// Goes up with every change.
    pub(crate) version: u64,
    pub(crate) ous: Table<Ou>,
    pub(crate) employees: Table<Employee>,
    pub(crate) teams: Table<Team>,
    pub(crate) items: Table<Item>,
    pub(crate) services: Table<Service>,
    pub(crate) agreements: Table<Agreement>,
    pub(crate) rules: Table<Rule>,
    pub(crate) tickets: Table<Ticket>,
    pub(crate) comments: Table<Comment>,
    pub(crate) files: Table<File>,
    pub(crate) problems: Table<Problem>,
    pub(crate) changes: Table<Change>,
    pub(crate) cis: Table<Ci>,
    pub(crate) negotiations: Table<Negotiation>,
    pub(crate) pages: Table<Page>,
    pub(crate) entries: Table<Entry>,
    comments_by_source: HashMap<Source, Vec<i64>>,
    files_by_source: HashMap<Source, Vec<i64>>,
}

/// Objects by number.
fn table<T>(rows: Vec<T>, id: impl Fn(&T) -> i64) -> Table<T> {
    let count = rows.len();
    let table: Table<T> = rows.into_iter().map(|row| (id(&row), Arc::new(row))).collect();
    assert_eq!(table.len(), count, "numbers are given twice");
    table
}

impl Facts {
    /// The desk that follows from these switches.
    pub(crate) fn new(switches: &Switches) -> Self {
        let mut facts = Self {
            seed: switches.seed,
            tenant: Tenant { variant: switches.variant },
            version: 0,
            ous: table(people::ous(switches.companies), |ou| ou.id),
            employees: table(people::employees(switches.seed, switches.companies), |employee| employee.id),
            teams: table(people::teams(), |team| team.id),
            items: table(catalog::items(), |item| item.id),
            services: table(agreement::services(), |service| service.id),
            agreements: table(agreement::agreements(), |agreement| agreement.id),
            rules: table(agreement::rules(), |rule| rule.id),
            tickets: Table::new(),
            comments: Table::new(),
            files: Table::new(),
            problems: Table::new(),
            changes: Table::new(),
            cis: Table::new(),
            negotiations: Table::new(),
            pages: Table::new(),
            entries: table(set_up::entries(), |entry| entry.id),
            comments_by_source: HashMap::new(),
            files_by_source: HashMap::new(),
        };
        story::tell(&mut facts, switches);
        bulk::fill(&mut facts, switches.tickets);
        pages::fill(&mut facts, switches.articles);
        facts
    }

    /// Takes away what a tenant of the small tier does not have.
    pub(crate) fn become_lite(&mut self) {
        self.entries.retain(|_, entry| !set_up::RULES.contains(&entry.class()));
        self.negotiations.clear();
        self.problems.clear();
        self.changes.clear();
        self.cis.clear();
    }

    /// Puts a ticket in the place of what there was of its number.
    pub(crate) fn put(&mut self, ticket: Ticket) {
        self.tickets.insert(ticket.id, Arc::new(ticket));
    }

    /// Adds a comment, whose number follows.
    pub(crate) fn comment(&mut self, comment: Comment) -> i64 {
        let id = self.next_comment();
        self.comments_by_source.entry(comment.source).or_default().push(id);
        self.comments.insert(id, Arc::new(Comment { id, ..comment }));
        id
    }

    /// Changes a comment.
    pub(crate) fn edit_comment(&mut self, id: i64, edit: impl FnOnce(&mut Comment)) {
        edit(Arc::make_mut(self.comments.get_mut(&id).unwrap()));
    }

    /// Changes a ticket.
    pub(crate) fn edit_ticket(&mut self, id: i64, edit: impl FnOnce(&mut Ticket)) {
        edit(Arc::make_mut(self.tickets.get_mut(&id).unwrap()));
    }

    /// The number of the next comment: markers are made of it.
    pub(crate) fn next_comment(&self) -> i64 {
        self.comments.last_key_value().map_or(100_000_000, |(last, _)| last + 1)
    }

    /// Adds a file, whose number follows.
    pub(crate) fn file(&mut self, file: File) -> i64 {
        let id = self.files.last_key_value().map_or(13_000_000, |(last, _)| last + 1);
        self.files_by_source.entry(file.source).or_default().push(id);
        self.files.insert(id, Arc::new(File { id, ..file }));
        id
    }

    /// Takes a ticket away without a trace, with what belongs to it.
    pub(crate) fn purge(&mut self, ticket: i64) {
        self.tickets.remove(&ticket);
        for id in self.comments_by_source.remove(&("serviceCall", ticket)).unwrap_or_default() {
            self.comments.remove(&id);
        }
        for id in self.files_by_source.remove(&("serviceCall", ticket)).unwrap_or_default() {
            self.files.remove(&id);
        }
    }

    /// An item of a catalog.
    pub(crate) fn item(&self, id: i64) -> &Item {
        &self.items[&id]
    }

    /// A ticket.
    pub(crate) fn ticket(&self, id: i64) -> &Ticket {
        &self.tickets[&id]
    }
}

/// The desk, which can be changed while it is served.
#[derive(Debug)]
pub(crate) struct Desk(RwLock<Arc<Facts>>);

impl Desk {
    /// A desk with these facts.
    pub(crate) fn new(facts: Facts) -> Self {
        Self(RwLock::new(Arc::new(facts)))
    }

    /// As it is now.
    pub(crate) fn facts(&self) -> Arc<Facts> {
        Arc::clone(&self.0.read().unwrap())
    }

    /// Changes it; who holds facts keeps them as they were.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Facts)) {
        let mut held = self.0.write().unwrap();
        let facts = Arc::make_mut(&mut held);
        change(facts);
        facts.version += 1;
    }
}
