//! What is in the desk, as it truly is. These are the facts that the server tells in Halo's dialect, and the truth that
//! tests compare a migration with, field by field: the wire is made from them and nothing else.
//!
//! Tickets with a story have a constant in [`story`]; tickets without one are made from the seed when they are asked for,
//! so that a desk of 100,000 costs nothing but their [`ticket::Brief`]s.

pub(crate) mod approval;
pub(crate) mod article;
pub(crate) mod attachment;
pub(crate) mod body;
pub(crate) mod bulk;
pub(crate) mod configuration;
pub(crate) mod counts;
pub(crate) mod field;
pub(crate) mod holding;
pub(crate) mod lookup;
pub(crate) mod moment;
pub(crate) mod people;
pub(crate) mod shown;
pub(crate) mod staff;
pub(crate) mod story;
pub(crate) mod thread;
pub(crate) mod ticket;
mod users;

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use super::super::standin::rows::Rows;
use super::switches::Switches;
use article::Article;
use attachment::Attachment;
use configuration::Entry;
use field::Field;
use holding::{Asset, Contract};
use people::{Client, Site, User};
use staff::{Agent, Team};
use ticket::{Action, Author, Brief, Ticket};

/// How much there is beside the stories.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) tickets: i64,
    pub(crate) clients: i64,
}

/// The whole desk.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) seed: u64,
    pub(crate) agents: Vec<Agent>,
    pub(crate) teams: Vec<Team>,
    pub(crate) clients: Rows<Client>,
    pub(crate) sites: Vec<Site>,
    pub(crate) users: Rows<User>,
    pub(crate) fields: Vec<Field>,
    pub(crate) articles: Rows<Article>,
    pub(crate) contracts: Vec<Contract>,
    pub(crate) assets: Vec<Asset>,
    /// Endpoint, key of its rows, entries.
    set_up: Vec<(&'static str, Option<&'static str>, Vec<Entry>)>,
    /// Every ticket, by id.
    briefs: RwLock<BTreeMap<i64, Arc<Brief>>>,
    /// Tickets that do not follow from the seed: those with a story, and those changed since.
    written: RwLock<BTreeMap<i64, (Ticket, Vec<Action>)>>,
}

impl Desk {
    /// The desk that follows from these switches.
    pub(crate) fn new(switches: &Switches) -> Self {
        let seed = switches.seed;
        let size = Size { tickets: switches.tickets.max(1), clients: switches.clients.max(1) };
        let clients = people::clients(seed, size.clients);
        let sites = people::sites(seed, &clients);
        let bulk = bulk::FIRST..bulk::FIRST + switches.tickets;
        let desk = Self {
            seed,
            agents: staff::agents(),
            teams: staff::teams(),
            users: Rows::new(users::users(seed, &sites)),
            fields: field::fields(),
            articles: Rows::new(article::articles(seed, switches.articles)),
            contracts: holding::contracts(seed),
            assets: holding::assets(seed),
            set_up: configuration::all(seed),
            clients: Rows::new(clients),
            sites,
            briefs: RwLock::new(bulk.map(|id| (id, Arc::new(bulk::brief(seed, size, id)))).collect()),
            written: RwLock::new(BTreeMap::new()),
        };
        for (ticket, thread) in story::all(&desk, switches) {
            desk.write(ticket, thread);
        }
        desk
    }

    /// Puts a ticket in the place of what there was of its id.
    pub(crate) fn write(&self, ticket: Ticket, thread: Vec<Action>) {
        self.briefs.write().unwrap().insert(ticket.brief.id, Arc::new(ticket.brief.clone()));
        self.written.write().unwrap().insert(ticket.brief.id, (ticket, thread));
    }

    /// Changes a ticket and its thread.
    pub(crate) fn change(&self, id: i64, change: impl FnOnce(&mut Ticket, &mut Vec<Action>)) {
        let mut ticket = self.ticket(id).unwrap();
        let mut thread = self.thread(&ticket);
        change(&mut ticket, &mut thread);
        self.write(ticket, thread);
    }

    /// Takes a ticket away without a trace, as a purge does.
    pub(crate) fn purge(&self, id: i64) {
        self.briefs.write().unwrap().remove(&id);
        self.written.write().unwrap().remove(&id);
    }

    /// What lists need to know of every ticket, deleted ones too, by id.
    pub(crate) fn briefs(&self) -> Vec<Arc<Brief>> {
        self.briefs.read().unwrap().values().cloned().collect()
    }

    /// A ticket, opportunity, project or task, deleted ones too.
    pub(crate) fn ticket(&self, id: i64) -> Option<Ticket> {
        if let Some((ticket, _)) = self.written.read().unwrap().get(&id) {
            return Some(ticket.clone());
        }
        let brief = self.briefs.read().unwrap().get(&id).cloned()?;
        Some(bulk::ticket(self, Brief::clone(&brief)))
    }

    /// All actions of a ticket in the order in which they happened.
    pub(crate) fn thread(&self, ticket: &Ticket) -> Vec<Action> {
        let written = self.written.read().unwrap().get(&ticket.brief.id).map(|(_, thread)| thread.clone());
        ticket::in_order(written.unwrap_or_else(|| thread::thread(self, ticket)))
    }

    /// Ids of the tickets right below a ticket.
    pub(crate) fn children(&self, parent: i64) -> Vec<i64> {
        let written = self.written.read().unwrap();
        let below = written.values().map(|(ticket, _)| &ticket.brief).filter(|brief| brief.parent == parent);
        below.filter(|brief| !brief.deleted).map(|brief| brief.id).collect()
    }

    /// A file, wherever it is.
    pub(crate) fn attachment(&self, id: i64) -> Option<Attachment> {
        let mut of_articles = self.articles.all().into_iter().flat_map(|article| article.attachments);
        if let Some(file) = of_articles.find(|file| file.id == id) {
            return Some(file);
        }
        // Files are numbered after their tickets.
        self.ticket(id / 10)?.attachments.into_iter().find(|file| file.id == id)
    }

    /// An article.
    pub(crate) fn article(&self, id: i64) -> Option<Article> {
        self.articles.find(|article| article.id == id)
    }

    /// What an endpoint tells of how the desk is set up, such as `ticketrules`: key of its rows, entries.
    pub(crate) fn set_up(&self, endpoint: &str) -> Option<(Option<&'static str>, &[Entry])> {
        let (_, key, entries) = self.set_up.iter().find(|(known, ..)| *known == endpoint)?;
        Some((*key, entries))
    }

    pub(crate) fn agent(&self, id: i64) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.id == id)
    }

    pub(crate) fn team(&self, id: i64) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }

    pub(crate) fn client(&self, id: i64) -> Option<Client> {
        self.clients.find(|client| client.id == id)
    }

    /// The name of a client; empty for one that is not there.
    pub(crate) fn client_name(&self, id: i64) -> String {
        self.client(id).map(|client| client.name).unwrap_or_default()
    }

    pub(crate) fn site(&self, id: i64) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == id)
    }

    pub(crate) fn user(&self, id: i64) -> Option<User> {
        self.users.find(|user| user.id == id)
    }

    /// The name that is shown for somebody.
    pub(crate) fn name(&self, author: &Author) -> String {
        match author {
            Author::Agent(id) => self.agent(*id).map_or_else(String::new, |agent| agent.name.clone()),
            Author::User(id) => self.user(*id).map_or_else(String::new, |user| user.name.clone()),
            Author::Outsider(name, _) | Author::Program(name) => name.clone(),
            Author::System => String::new(),
        }
    }
}
