//! Answers the calls of a load in place of Intercom, for [`crate::plan`]: every call is counted and taken to succeed.
//!
//! So a plan is a load that sends nothing: the same chains, the same ledger rules, the same reading of what is to be done.
//! Only what Intercom alone can know is foretold: which contacts are there already, and the addresses of new articles.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use deskferry_http::{Client, Request};
use serde_json::Value;

use crate::intercom::pages;
use crate::ledger::State;
use crate::load::Load;
use crate::outcome::Outcome;
use crate::removals::Unwanted;
use crate::step::{Chain, Find, Step};
use crate::tables::{ARTICLES, COLLECTIONS, CONTACTS, CONVERSATIONS, PARTS};
use crate::todo::Todo;
use crate::{Result, before, contact_conflict};

/// Begins the ids that a rehearsal gives.
const PLANNED: &str = "planned:";

/// What would have been sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Foretold {
    /// Conversations that are there and would get messages, and how many messages that are.
    pub(crate) appended: BTreeMap<String, u64>,
    /// Conversations that would be closed.
    pub(crate) closed: u64,
    /// Steps whose outcome would have to be found out first.
    pub(crate) resolved: u64,
    /// Bytes of files.
    pub(crate) bytes: u64,
    /// Most calls of one chain, which go out one after another.
    pub(crate) longest: u64,
    chains: BTreeMap<String, u64>,
    taken: HashSet<String>,
}

#[derive(Debug)]
pub(crate) struct Rehearsal {
    /// External ids and e-mail addresses in the workspace; for each, the reads of its contact's longer lists.
    contacts: HashMap<String, [usize; 2]>,
    foretold: Mutex<Foretold>,
}

impl Rehearsal {
    /// Reads who is in the workspace already, where contacts are to be loaded.
    pub(crate) async fn open(client: &Client, needs_contacts: bool) -> Result<Self> {
        let mut contacts = HashMap::new();
        if needs_contacts {
            for contact in pages(client, "/contacts", 150).await? {
                let reads = before::LISTS.map(|(list, _)| before::list_reads(&contact, list));
                contacts.extend(names(&contact).map(|name| (name, reads)));
            }
        }
        Ok(Self { contacts, foretold: Mutex::default() })
    }

    pub(crate) fn foretold(&self) -> Foretold {
        self.lock().clone()
    }

    /// The outcome that a step would have.
    pub(crate) fn perform(&self, load: &Load, chain: &Chain, step: &Step, request: &Request, todo: Todo) -> Outcome {
        let is_off = step.unwanted == Some(Unwanted::TakenOff);
        let mut outcome = Outcome::new(if is_off { State::Undone } else { State::Done });
        let known = load.ledger.id(step.table, &step.key);
        if step.id_field.is_some() {
            outcome.id = known.or_else(|| Some(format!("{PLANNED}{}", step.key)));
        }
        let body = request.body.as_ref().unwrap_or(&Value::Null);
        let is_public = step.table == COLLECTIONS || (step.table == ARTICLES && body["state"] == "published");
        if step.name == "create" && is_public && load.ledger.url(step.table, &step.key).is_none() {
            outcome.url = Some(format!("{PLANNED}{}", step.key));
        }
        let call = if todo == Todo::Update { step.update.as_ref().unwrap_or(&step.call) } else { &step.call };
        let mut calls = vec![call];
        let mut foretold = self.lock();
        foretold.resolved += u64::from(matches!(todo, Todo::Resolve { .. }));
        if step.unwanted == Some(Unwanted::FoundOut) {
            return outcome;
        }
        if step.table == CONTACTS && step.name == "create" && todo != Todo::Update {
            match self.contact(&mut foretold, body) {
                Holder::Nobody => {}
                // Refused with its id, then brought up to date.
                Holder::Workspace(reads) => {
                    outcome.how = Some("existed");
                    load.count_reads(&[contact_conflict::READ]);
                    for ((_, endpoint), reads) in before::LISTS.into_iter().zip(reads) {
                        load.count_reads(&vec![endpoint; reads]);
                    }
                    calls.extend(&step.update);
                }
                Holder::Row => outcome.how = Some("shared"),
            }
        }
        if chain.table == CONVERSATIONS {
            let is_there = load.ledger.id(CONVERSATIONS, &chain.key).is_some_and(|id| !id.starts_with(PLANNED));
            if is_there && step.table == PARTS {
                *foretold.appended.entry(chain.key.clone()).or_default() += u64::from(step.name == "create");
            }
            let closes = match step.find {
                Find::State => body["message_type"] == "close",
                Find::TicketState => body["open"] == false,
                _ => false,
            };
            foretold.closed += u64::from(closes);
        }
        for call in calls {
            load.count(call);
            foretold.bytes += call.file_bytes();
            let of_chain = foretold.chains.entry(chain.key.clone()).or_default();
            *of_chain += 1;
            let longest = *of_chain;
            foretold.longest = foretold.longest.max(longest);
        }
        outcome
    }

    /// A chain has come to its end.
    pub(crate) fn ended(&self, chain: &Chain) {
        self.lock().chains.remove(&chain.key);
    }

    fn contact(&self, foretold: &mut Foretold, body: &Value) -> Holder {
        let names: Vec<String> = names(body).collect();
        let is_taken = names.iter().any(|name| foretold.taken.contains(name));
        let reads = names.iter().find_map(|name| self.contacts.get(name)).copied();
        foretold.taken.extend(names);
        match (is_taken, reads) {
            (true, _) => Holder::Row,
            (false, Some(reads)) => Holder::Workspace(reads),
            (false, None) => Holder::Nobody,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Foretold> {
        self.foretold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who has the address of a contact that is to be made.
enum Holder {
    Nobody,
    /// One that is there, with the reads of its longer lists.
    Workspace([usize; 2]),
    /// Another row of this load.
    Row,
}

/// What no two contacts share.
fn names(contact: &Value) -> impl Iterator<Item = String> {
    let text = |field: &str| contact[field].as_str().filter(|t| !t.is_empty()).map(str::to_lowercase);
    let external = text("external_id").map(|id| format!("id {id}"));
    let email = text("email").filter(|_| contact["role"] != "lead").map(|email| format!("email {email}"));
    external.into_iter().chain(email)
}
