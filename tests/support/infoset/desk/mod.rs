//! What is in the desk, as it truly is. These are the facts that the server tells in Infoset's dialect, and the truth that tests
//! compare a migration with, field by field: the wire is made from them and nothing else.
//!
//! Tickets with a story have a constant in [`story`]; the others, and their logs, follow from the seed.

pub(crate) mod article;
pub(crate) mod body;
pub(crate) mod bulk;
pub(crate) mod call;
pub(crate) mod configuration;
pub(crate) mod counts;
pub(crate) mod deal;
pub(crate) mod file;
pub(crate) mod people;
pub(crate) mod property;
pub(crate) mod room;
pub(crate) mod service;
pub(crate) mod shown;
pub(crate) mod staff;
pub(crate) mod story;
pub(crate) mod ticket;

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

pub(crate) use super::super::standin::moment;
use super::super::standin::rows::Rows;
use super::switches::Switches;
use article::Article;
use call::Call;
use deal::Deal;
use file::File;
use moment::{Moment, days_before};
use people::{Company, Contact};
use room::{Message, Room};
use service::{Breach, Rating};
use ticket::{Author, Email, Entry, Ticket};

/// What everything without a story follows from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) seed: u64,
    pub(crate) tickets: i64,
    pub(crate) now: Moment,
}

/// The whole desk.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) size: Size,
    pub(crate) companies: Rows<Company>,
    pub(crate) contacts: Rows<Contact>,
    pub(crate) calls: Rows<Call>,
    pub(crate) deals: Rows<Deal>,
    pub(crate) articles: Rows<Article>,
    /// Rooms that are still there.
    pub(crate) rooms: Rows<Room>,
    /// Every ticket, by id.
    tickets: RwLock<BTreeMap<i64, Arc<Ticket>>>,
    /// Logs that do not follow from the seed: of tickets with a story, and of those changed since.
    threads: RwLock<BTreeMap<i64, Vec<Entry>>>,
}

impl Desk {
    /// The desk that follows from these switches.
    pub(crate) fn new(switches: &Switches) -> Self {
        let size = Size { seed: switches.seed, tickets: switches.tickets, now: switches.now };
        let bulk: Vec<Ticket> = (0..size.tickets).map(|nth| bulk::ticket(&size, bulk::FIRST + nth)).collect();
        let mut rooms = story::rooms(&size);
        rooms.extend(bulk.iter().filter_map(bulk::room_for).chain(bulk::lone_rooms(&size)));
        if let Some(days) = switches.retention_days {
            rooms.retain(|room| room.created >= days_before(size.now, days));
        }
        rooms.sort_by_key(|room| room.id);
        let calls = story::calls(&size).into_iter().chain(bulk.iter().filter_map(bulk::call_for)).collect();
        let desk = Self {
            size,
            companies: Rows::new(people::companies(size.seed, size.now, size.tickets)),
            contacts: Rows::new(people::contacts(size.seed, size.now, size.tickets)),
            calls: Rows::new(calls),
            deals: Rows::new(deal::deals(&size)),
            articles: Rows::new(article::articles(&size)),
            rooms: Rows::new(rooms),
            tickets: RwLock::new(bulk.into_iter().map(|ticket| (ticket.id, Arc::new(ticket))).collect()),
            threads: RwLock::default(),
        };
        for (ticket, thread) in story::tickets(&size) {
            desk.write(ticket, thread);
        }
        desk
    }

    /// Puts a ticket in the place of what there was of its id.
    pub(crate) fn write(&self, ticket: Ticket, thread: Vec<Entry>) {
        self.threads.write().unwrap().insert(ticket.id, thread);
        self.tickets.write().unwrap().insert(ticket.id, Arc::new(ticket));
    }

    /// Changes a ticket and its log.
    pub(crate) fn change(&self, id: i64, change: impl FnOnce(&mut Ticket, &mut Vec<Entry>)) {
        let mut ticket = Ticket::clone(&self.ticket(id).unwrap());
        let mut thread = self.thread(&ticket);
        change(&mut ticket, &mut thread);
        self.write(ticket, thread);
    }

    /// Takes a ticket away; nothing tells that it was there.
    pub(crate) fn delete(&self, id: i64) {
        self.tickets.write().unwrap().remove(&id);
        self.threads.write().unwrap().remove(&id);
    }

    /// Every ticket, by id.
    pub(crate) fn tickets(&self) -> Vec<Arc<Ticket>> {
        self.tickets.read().unwrap().values().cloned().collect()
    }

    /// A ticket.
    pub(crate) fn ticket(&self, id: i64) -> Option<Arc<Ticket>> {
        self.tickets.read().unwrap().get(&id).cloned()
    }

    /// The log of a ticket in the order in which it is told: by number.
    pub(crate) fn thread(&self, ticket: &Ticket) -> Vec<Entry> {
        let written = self.threads.read().unwrap().get(&ticket.id).cloned();
        written.unwrap_or_else(|| bulk::thread(self.size.seed, ticket))
    }

    /// An e-mail that is there, with the entry that names it.
    pub(crate) fn email(&self, id: i64) -> Option<(Email, Entry)> {
        let ticket = self.ticket(ticket::ticket_of_email(id))?;
        let entry = self.thread(&ticket).into_iter().find(|entry| entry.email.as_ref().is_some_and(|e| e.id == id))?;
        Some((entry.email.clone().filter(|email| !email.gone)?, entry))
    }

    /// A room that is still there.
    pub(crate) fn room(&self, id: i64) -> Option<Room> {
        self.rooms.find(|room| room.id == id)
    }

    /// Rooms that tell this ticket as theirs.
    pub(crate) fn rooms_of(&self, ticket: i64) -> Vec<Room> {
        self.rooms.filter(|room| room.ticket == Some(ticket))
    }

    /// The messages of a room in the order in which they are told.
    pub(crate) fn messages(&self, room: &Room) -> Vec<Message> {
        room.told.clone().unwrap_or_else(|| room::messages(self.size.seed, room))
    }

    /// Service levels that a ticket missed.
    pub(crate) fn breaches(&self, ticket: &Ticket) -> Vec<Breach> {
        service::breaches(self.size.seed, ticket)
    }

    /// Every rating.
    pub(crate) fn ratings(&self) -> Vec<Rating> {
        let seed = self.size.seed;
        let (tickets, rooms) = (self.tickets(), self.rooms.all());
        let of_tickets = tickets.iter().filter_map(|ticket| service::of_ticket(seed, ticket));
        of_tickets.chain(rooms.iter().filter_map(|room| service::of_room(seed, room))).collect()
    }

    /// A contact.
    pub(crate) fn contact(&self, id: i64) -> Option<Contact> {
        self.contacts.find(|contact| contact.id == id)
    }

    /// A company.
    pub(crate) fn company(&self, id: i64) -> Option<Company> {
        self.companies.find(|company| company.id == id)
    }

    /// The company that a contact belongs to, if it is there.
    pub(crate) fn company_of(&self, contact: &Contact) -> Option<Company> {
        self.company(contact.company?)
    }

    /// A file, wherever it is: files are numbered after what they belong to, recordings after their calls.
    pub(crate) fn file(&self, id: i64) -> Option<File> {
        let owner = id / 100;
        let files: Vec<File> = if let Some(ticket) = self.ticket(owner) {
            let of_thread = self.thread(&ticket).into_iter().flat_map(|entry| entry.files);
            ticket.files.iter().cloned().chain(of_thread).collect()
        } else if let Some(room) = self.room(owner) {
            self.messages(&room).into_iter().flat_map(|message| message.files).collect()
        } else if let Some(article) = self.articles.find(|article| article.id == owner) {
            article.files
        } else {
            self.calls.find(|call| call.id == id).and_then(|call| call.recording).into_iter().collect()
        };
        files.into_iter().find(|file| file.id == id)
    }

    /// The name that is shown for somebody.
    pub(crate) fn name(&self, author: &Author) -> String {
        match author {
            Author::User(id) => staff::user_of(*id).map_or_else(String::new, staff::User::name),
            Author::Contact(id) => self.contact(*id).map_or_else(String::new, |contact| contact.name),
            Author::Bot(id) => staff::BOTS.iter().find(|bot| bot.id == *id).map_or("", |bot| bot.name).into(),
            Author::Outsider(name, _) => name.clone(),
            Author::System => String::new(),
        }
    }
}
