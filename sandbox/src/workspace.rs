//! The state of the workspace: everything in memory, found by id, behind one lock.
//!
//! Invariant: every secondary index (`contact_by_external`, `contact_by_email`, `company_by_key`, `tag_by_name`,
//! `Contact::conversations`, `Company::contacts`) is written in the same call as the object it points to.

use crate::articles::{Article, Collection};
use crate::attachments::Files;
use crate::attributes::Attribute;
use crate::companies::Company;
use crate::contacts::Contact;
use crate::conversation_attributes::ConversationAttribute;
use crate::conversations::{Conversation, Deleted};
use crate::custom_objects::ObjectType;
use crate::ids::{HexKind, Next, hex_id, parse_hex_id};
use crate::internal_articles::InternalArticle;
use crate::notes::Note;
use crate::refusal::Refusal;
use crate::snippets::Snippet;
use crate::tags::Tag;
use crate::ticket_types::{TicketState, TicketType};
use crate::tickets::Ticket;
use crate::workspace_file::WorkspaceFile;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// A teammate.
#[derive(Debug)]
pub(crate) struct Admin {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) email: String,
}

/// A team.
#[derive(Debug)]
pub(crate) struct Team {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) admin_ids: Vec<u64>,
}

/// Everything.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// `app_id` and `workspace_id` of everything.
    pub(crate) app_id: String,
    pub(crate) seed: u64,
    pub(crate) started: i64,
    pub(crate) search_delay_ms: i64,
    pub(crate) next: Next,
    pub(crate) admins: Vec<Admin>,
    pub(crate) teams: Vec<Team>,
    pub(crate) contacts: BTreeMap<u32, Contact>,
    pub(crate) contact_by_external: HashMap<String, u32>,
    pub(crate) contact_by_email: HashMap<String, Vec<u32>>,
    pub(crate) companies: BTreeMap<u32, Company>,
    pub(crate) company_by_key: HashMap<String, u32>,
    /// When the open scroll was last used; there is at most one.
    pub(crate) scroll_used_ms: Option<i64>,
    pub(crate) notes: BTreeMap<u64, Note>,
    pub(crate) attributes: BTreeMap<u64, Attribute>,
    pub(crate) conversation_attributes: BTreeMap<u64, ConversationAttribute>,
    pub(crate) tags: BTreeMap<u64, Tag>,
    pub(crate) tag_by_name: HashMap<String, u64>,
    pub(crate) conversations: BTreeMap<u64, Conversation>,
    pub(crate) deleted: Vec<Deleted>,
    pub(crate) tickets: BTreeMap<u64, Ticket>,
    pub(crate) ticket_types: BTreeMap<u64, TicketType>,
    pub(crate) ticket_states: Vec<TicketState>,
    pub(crate) object_types: BTreeMap<String, ObjectType>,
    pub(crate) collections: BTreeMap<u64, Collection>,
    pub(crate) articles: BTreeMap<u64, Article>,
    pub(crate) internal_articles: BTreeMap<u64, InternalArticle>,
    pub(crate) snippets: BTreeMap<u64, Snippet>,
    pub(crate) files: Files,
    /// Kept up to date, so that no page of statistics walks over all threads.
    pub(crate) parts_total: u64,
}

impl Workspace {
    pub(crate) fn new(file: &WorkspaceFile, seed: u64, search_delay: Duration, now_ms: i64) -> Self {
        let now = now_ms / 1_000;
        let mut ws = Self {
            app_id: file.id.clone().unwrap_or_else(|| format!("sandbox{now_ms:x}")),
            seed,
            started: now,
            search_delay_ms: i64::try_from(search_delay.as_millis()).unwrap_or(i64::MAX),
            next: Next::new(seed),
            admins: admins(file),
            teams: teams(file),
            contacts: BTreeMap::new(),
            contact_by_external: HashMap::new(),
            contact_by_email: HashMap::new(),
            companies: BTreeMap::new(),
            company_by_key: HashMap::new(),
            scroll_used_ms: None,
            notes: BTreeMap::new(),
            attributes: BTreeMap::new(),
            conversation_attributes: BTreeMap::new(),
            tags: BTreeMap::new(),
            tag_by_name: HashMap::new(),
            conversations: BTreeMap::new(),
            deleted: Vec::new(),
            tickets: BTreeMap::new(),
            ticket_types: BTreeMap::new(),
            ticket_states: crate::ticket_types::states(),
            object_types: crate::custom_objects::types(file),
            collections: BTreeMap::new(),
            articles: BTreeMap::new(),
            internal_articles: BTreeMap::new(),
            snippets: BTreeMap::new(),
            files: Files::default(),
            parts_total: 0,
        };
        crate::ticket_types::add_from_file(&mut ws, file, now);
        ws
    }

    pub(crate) fn contact_id(&self, n: u32) -> String {
        hex_id(HexKind::Contact, n, self.seed)
    }

    pub(crate) fn company_id(&self, n: u32) -> String {
        hex_id(HexKind::Company, n, self.seed)
    }

    /// The number of a contact that exists, archived or not.
    pub(crate) fn contact_n(&self, id: &str) -> Option<u32> {
        parse_hex_id(HexKind::Contact, id, self.seed).filter(|n| self.contacts.contains_key(n))
    }

    pub(crate) fn contact(&self, id: &str) -> Result<&Contact, Refusal> {
        self.contact_n(id).and_then(|n| self.contacts.get(&n)).ok_or_else(Refusal::no_contact)
    }

    pub(crate) fn contact_mut(&mut self, id: &str) -> Result<&mut Contact, Refusal> {
        self.contact_n(id).and_then(|n| self.contacts.get_mut(&n)).ok_or_else(Refusal::no_contact)
    }

    pub(crate) fn company_n(&self, id: &str) -> Result<u32, Refusal> {
        parse_hex_id(HexKind::Company, id, self.seed)
            .filter(|n| self.companies.contains_key(n))
            .ok_or_else(Refusal::no_company)
    }

    pub(crate) fn company(&self, id: &str) -> Result<&Company, Refusal> {
        self.companies.get(&self.company_n(id)?).ok_or_else(Refusal::no_company)
    }

    pub(crate) fn admin(&self, id: u64) -> Option<&Admin> {
        self.admins.iter().find(|admin| admin.id == id)
    }

    pub(crate) fn team(&self, id: u64) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }

    /// The id of a teammate that exists.
    pub(crate) fn admin_id(&self, id: &str) -> Option<u64> {
        id.parse().ok().filter(|id| self.admin(*id).is_some())
    }

    /// The teammate who owns the access token.
    pub(crate) fn own_admin(&self) -> u64 {
        self.admins.first().map_or(0, |admin| admin.id)
    }

    /// Counts of objects.
    pub(crate) fn counts(&self) -> Value {
        json!({
            "contacts": self.contacts.len(),
            "contacts_archived": self.contacts.values().filter(|contact| contact.archived).count(),
            "companies": self.companies.len(),
            "notes": self.notes.len(),
            "tags": self.tags.len(),
            "data_attributes": self.attributes.len(),
            "conversation_attributes": self.conversation_attributes.len(),
            "conversations": self.conversations.len(),
            "conversations_deleted": self.deleted.len(),
            "tickets": self.tickets.len(),
            "parts": self.parts_total,
            "collections": self.collections.len(),
            "articles": self.articles.len(),
            "internal_articles": self.internal_articles.len(),
            "content_snippets": self.snippets.len(),
            "custom_objects": self.object_types.values().map(|kind| kind.instances.len()).sum::<usize>(),
            "files": self.files.count(),
            "file_bytes": self.files.total_bytes(),
        })
    }
}

fn admins(file: &WorkspaceFile) -> Vec<Admin> {
    let ids = fill_ids(1001, file.admins.iter().map(|admin| admin.id).collect());
    let with_id = file.admins.iter().zip(ids);
    with_id.map(|(admin, id)| Admin { id, name: admin.name.clone(), email: admin.email.clone() }).collect()
}

fn teams(file: &WorkspaceFile) -> Vec<Team> {
    let ids = fill_ids(2001, file.teams.iter().map(|team| team.id).collect());
    let with_id = file.teams.iter().zip(ids);
    with_id.map(|(team, id)| Team { id, name: team.name.clone(), admin_ids: team.admin_ids.clone() }).collect()
}

/// Gives free ids from `first` on to those that have none.
fn fill_ids(first: u64, ids: Vec<Option<u64>>) -> Vec<u64> {
    let mut free = (first..).filter(|id| !ids.contains(&Some(*id)));
    ids.iter().map(|id| id.or_else(|| free.next()).unwrap_or(first)).collect()
}
