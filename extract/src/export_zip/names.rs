//! The first pass over an export: names that rows repeat become rows of their own tables, with ids in order of appearance.

use std::collections::HashMap;

use chrono::NaiveDateTime;

use super::layout::{self, Layout, Role};
use super::people::{self, Person};
use super::sheet::Cell;
use super::text;

/// Ids of names, counted from `first` in order of appearance.
#[derive(Debug, Clone)]
pub(super) struct Ids<K> {
    first: usize,
    by_key: HashMap<K, usize>,
    pub(super) keys: Vec<K>,
}

impl<K: Clone + Eq + std::hash::Hash> Ids<K> {
    fn new(first: usize) -> Self {
        Self { first, by_key: HashMap::new(), keys: Vec::new() }
    }

    fn add(&mut self, key: K) {
        if !self.by_key.contains_key(&key) {
            self.by_key.insert(key.clone(), self.first + self.keys.len());
            self.keys.push(key);
        }
    }

    /// Id of a name that has appeared.
    pub(super) fn get(&self, key: &K) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// Id and name of each.
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, &K)> {
        self.keys.iter().enumerate().map(|(at, key)| (self.first + at, key))
    }
}

/// What the first pass has gathered.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) layout: Layout,
    pub(super) categories: Ids<Vec<u8>>,
    pub(super) users: Ids<Vec<u8>>,
    /// Beside the built-in ones.
    pub(super) statuses: Ids<Vec<u8>>,
    /// Beside the built-in ones.
    pub(super) priorities: Ids<Vec<u8>>,
    /// From the layouts that name followers.
    pub(super) customers: Ids<Person>,
    /// By custom field: whether its cells are dates.
    pub(super) dates: Vec<bool>,
    pub(super) newest: Option<NaiveDateTime>,
    pub(super) tickets: Vec<i64>,
    pub(super) replies: u64,
    pub(super) links: u64,
}

/// What Hesk writes as the requester of a ticket that has none.
const NO_REQUESTER: &[u8] = b"[Customer]";

impl Names {
    pub(super) fn new(layout: Layout) -> Self {
        Self {
            dates: vec![false; layout.customs.len()],
            layout,
            categories: Ids::new(1),
            users: Ids::new(1),
            statuses: Ids::new(6),
            priorities: Ids::new(4),
            customers: Ids::new(1),
            newest: None,
            tickets: Vec::new(),
            replies: 0,
            links: 0,
        }
    }

    /// Gathers the names of one ticket.
    pub(super) fn add(&mut self, cells: &[Cell]) {
        let mut name = &[][..];
        for (role, cell) in self.layout.roles.clone().into_iter().zip(cells) {
            let value = cell.text.as_slice();
            match role {
                Role::Id => self.tickets.push(crate::values::int(value).unwrap_or(i64::MIN)),
                Role::Date | Role::Updated => self.newest = self.newest.max(text::time(value)),
                Role::Category if !value.is_empty() => self.categories.add(text::escape_name(value)),
                Role::Owner if !value.is_empty() => self.users.add(text::escape_name(value)),
                Role::Status if layout::status(value).is_none() => self.statuses.add(text::escape_name(value)),
                Role::Priority if layout::priority(value).is_none() => self.priorities.add(text::escape_name(value)),
                Role::Name => name = value,
                Role::Email if self.layout.has(Role::Followers) => {
                    if let Some(person) = requester(name, value) {
                        self.customers.add(person);
                        self.links += 1;
                    }
                }
                Role::Followers => {
                    for person in people::followers(value) {
                        self.customers.add(stored(person));
                        self.links += 1;
                    }
                }
                Role::Custom(number) if cell.is_time => {
                    if let Some(is_date) = self.dates.get_mut(number - 1) {
                        *is_date = true;
                    }
                }
                Role::ReplyMessages => self.replies += people::replies(value).len() as u64,
                _ => {}
            }
        }
    }
}

/// The customer behind the columns name and e-mail; none where the ticket has no requester.
pub(super) fn requester(name: &[u8], email: &[u8]) -> Option<Person> {
    if email.is_empty() && (name == NO_REQUESTER || name.is_empty()) {
        return None;
    }
    Some(stored(Person { name: text::escape(name), email: email.to_vec() }))
}

/// A follower's name is exported as it is stored.
pub(super) fn stored(person: Person) -> Person {
    Person { name: text::escape_name(&person.name), email: person.email }
}
