//! What undoes one entry of the ledger: the rollback matrix.
//!
//! | what the load did | undone by |
//! |---|---|
//! | conversation, ticket, article, collection, contact, company, tag, custom object, snippet made | `DELETE`; Intercom archives a company |
//! | attribute, ticket type made | archived |
//! | contact, company, custom object, tag changed that was there | former values written, archived again where it was archived |
//! | tag, company, participant, option put on what stays | taken off, unless it was there before |
//! | tag, attribute used that was there | nothing |
//! | message, note, assignment, state, title in what stays | cannot be undone |

use std::collections::HashSet;

use deskferry_http::Method;
use serde_json::{Value, json};

use super::survey::{CHANGE_UNDONE, Origin, Survey, is_child};
use crate::ledger::{Entry, LOAD, Memory, State, Stored, hash};
use crate::removals;
use crate::tables::*;

/// What becomes of a row or step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Deleted,
    Archived,
    Detached,
    Restored,
    /// Nothing in Intercom; the row is free again.
    Freed,
    /// It cannot be undone.
    Stays,
}

impl Verb {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Archived => "archived",
            Self::Detached => "detached",
            Self::Restored => "restored",
            Self::Freed => "freed",
            Self::Stays => "stays",
        }
    }
}

/// How it is done.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Way {
    /// One call: method, path with blanks, what goes into them, body.
    Call(Method, &'static str, Vec<String>, Option<Value>),
    /// The tag comes off a company, which goes by the tag's name.
    Untag(String),
    /// The option of an attribute is archived, which goes by the option's id.
    Option(String),
    /// Former values are written.
    Former(Value),
    Nothing,
    /// Not: code and reason.
    Not(&'static str, &'static str),
}

/// What undoes one entry.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) stored: Stored,
    /// Intercom's id of the row, or of the row that the step is about.
    pub(super) id: String,
    /// The same for all tasks of one row of Intercom: they go one after another.
    pub(super) row: u128,
    pub(super) verb: Verb,
    pub(super) way: Way,
    /// With it the step is undone; else it takes back one change of several.
    pub(super) is_last: bool,
}

/// Finds the tasks; to be asked from the newest entry to the oldest.
#[derive(Debug)]
pub(super) struct Tasks {
    pub(super) survey: Survey,
    /// The token's own teammate, who acts where somebody must.
    pub(super) admin: String,
    listed: HashSet<u128>,
}

const OPEN: Way = Way::Not("open", "may be in Intercom: `deskferry load` before the rollback finds out");
const NOTE: Way = Way::Not("note", "a note cannot be deleted");
const MESSAGE: Way = Way::Not("message", "a message cannot be deleted from a conversation that stays");
const CHANGED: Way = Way::Not("changed", "Intercom does not tell what it was before");
const UNSURE: Way = Way::Not("unsure", "the ledger does not tell how it was made");

impl Tasks {
    pub(super) fn new(survey: Survey, admin: String) -> Self {
        Self { survey, admin, listed: HashSet::new() }
    }

    /// The task of an entry, where it has one.
    pub(super) fn of(&mut self, memory: &Memory, stored: Stored) -> Option<Task> {
        let entry = &stored.entry;
        if self.survey.is_taken_off(&stored) {
            let parent = entry.parent_id.clone().filter(|id| !self.goes(memory, &entry.table, id))?;
            return self.stays(stored, parent, CHANGED);
        }
        let is_ours = entry.table != LOAD && entry.state != State::Undone;
        if !is_ours || entry.code.as_deref() == Some(CHANGE_UNDONE) || self.survey.is_over(&stored) {
            return None;
        }
        let before =
            entry.detail.as_deref().filter(|d| d.contains("\"before\"")).map(|_| entry.told()["before"].clone());
        if let Some(before) = before.filter(Value::is_object) {
            return self.former(memory, stored, before);
        }
        match entry.state {
            State::Done if is_child(&entry.step) => {
                let parent = entry.parent_id.clone().filter(|_| self.survey.is_first_of_child(&stored))?;
                self.child(memory, stored, parent)
            }
            State::Done if entry.step == "create" && !matches!(entry.table.as_str(), PARTS | ATTACHMENTS) => {
                self.row(memory, stored)
            }
            State::Done => self.rest(memory, stored),
            State::Intended | State::Unknown => self.open(memory, stored),
            State::Rejected | State::Undone => None,
        }
    }

    /// A write to a row that was there.
    fn former(&self, memory: &Memory, stored: Stored, before: Value) -> Option<Task> {
        let entry = &stored.entry;
        let life = self.survey.life(&stored)?;
        let id = entry.intercom_id.clone().or_else(|| memory.id(&entry.table, &entry.key))?;
        if self.survey.is_leaving(&entry.table, &id) || self.survey.is_taken_back(stored.seq) {
            return None;
        }
        // A step that keeps what was before it, as the options of an attribute, is on its own; a row goes back as a whole.
        let is_own = entry.step != "create" && self.survey.is_meant(&entry.table, &stored.run);
        let is_whole = is_own || self.survey.is_restored(&entry.table, &id);
        if !is_whole && !self.survey.is_meant(&entry.table, &stored.run) {
            return None;
        }
        let is_last = is_whole && i64::from(life.first_before) == stored.seq;
        Some(Task { is_last, ..task(stored, id, Verb::Restored, Way::Former(before)) })
    }

    /// A row that was made or taken over.
    fn row(&mut self, memory: &Memory, stored: Stored) -> Option<Task> {
        let entry = &stored.entry;
        let life = *self.survey.life(&stored)?;
        let id = entry.intercom_id.clone()?;
        if i64::from(life.made) != stored.seq {
            let is_changed = self.survey.is_changed(&stored, &life) && !self.goes(memory, &entry.table, &id);
            return if is_changed { self.stays(stored, id, CHANGED) } else { None };
        }
        if !self.survey.is_meant(&entry.table, &stored.run) || life.first_before > 0 {
            return None;
        }
        let (verb, way) = match life.origin {
            Origin::Existed | Origin::Shared => (Verb::Freed, Way::Nothing),
            Origin::Made if !self.survey.is_ours(&life) => (Verb::Stays, UNSURE),
            Origin::Made if entry.table == NOTES => {
                let stays = |table| {
                    let stays = |id| memory.is_left(table, id) || !self.goes(memory, table, id);
                    entry.parent_id.as_deref().is_none_or(stays)
                };
                if !stays(CONTACTS) && !stays(COMPANIES) {
                    return None;
                }
                (Verb::Stays, NOTE)
            }
            Origin::Made => unmake(entry, &id),
        };
        Some(task(stored, id, verb, way))
    }

    /// What may have been put on rows that stay by a load that died: to be taken off before all else.
    pub(super) fn open_children(&self, memory: &Memory) -> Vec<Task> {
        let task = |stored: Stored| {
            let (table, key) = (&stored.entry.table, &stored.entry.key);
            let parent = memory.id(table, key).or_else(|| self.survey.taken(table, key).cloned())?;
            self.child(memory, stored, parent)
        };
        self.survey.open().into_iter().rev().filter_map(task).collect()
    }

    /// Something that was put on a row.
    fn child(&self, memory: &Memory, stored: Stored, parent: String) -> Option<Task> {
        let entry = &stored.entry;
        let table = entry.table.as_str();
        let is_meant = self.survey.is_meant(table, &stored.run) || self.survey.is_restored(table, &parent);
        if !is_meant || self.goes(memory, table, &parent) {
            return None;
        }
        let (kind, key) = entry.step.split_once(':')?;
        let target = match removals::table_of(kind) {
            Some(table) => memory.id(table, key)?,
            None => key.to_owned(),
        };
        if memory.had(table, &parent, kind, &target) {
            return Some(task(stored, parent, Verb::Freed, Way::Nothing));
        }
        let is_ticket = entry.path.as_deref().is_some_and(|path| path.starts_with("/tickets"));
        let way = match (table, kind, removals::path(table, kind, is_ticket)) {
            (.., Some(path)) => {
                let actor = (table == CONVERSATIONS).then(|| json!({ "admin_id": self.admin }));
                Way::Call(Method::Delete, path, vec![parent.clone(), target], actor)
            }
            (COMPANIES, "tag", _) => Way::Untag(target),
            (ATTRIBUTES, "option", _) => Way::Option(target),
            _ => return Some(task(stored, parent, Verb::Stays, CHANGED)),
        };
        Some(task(stored, parent, Verb::Detached, way))
    }

    /// What cannot be taken back where its row stays.
    fn rest(&mut self, memory: &Memory, stored: Stored) -> Option<Task> {
        let entry = &stored.entry;
        let is_message = entry.table == PARTS;
        // Files and opening messages go with the call that carried them.
        if entry.table == ATTACHMENTS || (is_message && entry.path.is_none()) || self.survey.life(&stored).is_some() {
            return None;
        }
        let table = if is_message { CONVERSATIONS } else { entry.table.as_str() };
        let parent = entry.parent_id.clone()?;
        let is_ours = memory.known(&entry.table, &entry.key, &entry.step).is_some_and(|known| known.made);
        if !is_ours || !self.survey.is_meant(&entry.table, &stored.run) || self.goes(memory, table, &parent) {
            return None;
        }
        self.stays(stored, parent, if is_message { MESSAGE } else { CHANGED })
    }

    /// What cannot be taken back is told once.
    fn stays(&mut self, stored: Stored, id: String, why: Way) -> Option<Task> {
        let entry = &stored.entry;
        let is_new = self.listed.insert(hash(&[&entry.table, &entry.key, &entry.step]));
        is_new.then(|| task(stored, id, Verb::Stays, why))
    }

    /// A row of which it is not known whether it was made.
    fn open(&mut self, memory: &Memory, stored: Stored) -> Option<Task> {
        let entry = &stored.entry;
        let known = memory.known(&entry.table, &entry.key, &entry.step)?;
        let is_open = matches!(known.state, State::Intended | State::Unknown) && !known.made;
        let is_row = entry.step == "create" && !matches!(entry.table.as_str(), PARTS | ATTACHMENTS);
        let has_former = self.survey.life(&stored).is_some_and(|life| life.first_before > 0);
        if !is_open || !is_row || has_former || !self.survey.is_meant(&entry.table, &stored.run) {
            return None;
        }
        self.stays(stored, String::new(), OPEN)
    }

    /// Whether a row goes, or is gone: what is on it goes with it.
    fn goes(&self, memory: &Memory, table: &str, id: &str) -> bool {
        self.survey.is_leaving(table, id) || !(memory.claimed(table, id) || self.survey.is_restored(table, id))
    }
}

fn task(stored: Stored, id: String, verb: Verb, way: Way) -> Task {
    let table = if stored.entry.table == PARTS { CONVERSATIONS } else { stored.entry.table.as_str() };
    let row = hash(&[table, &id]);
    Task { stored, id, row, verb, way, is_last: true }
}

/// What undoes a row that we made. To undo another kind of row, add its line.
fn unmake(entry: &Entry, id: &str) -> (Verb, Way) {
    let path = entry.path.as_deref().unwrap_or_default();
    let delete = |path| (Verb::Deleted, Way::Call(Method::Delete, path, vec![id.to_owned()], None));
    let archive = |path| {
        let body = Some(json!({ "archived": true }));
        (Verb::Archived, Way::Call(Method::Put, path, vec![id.to_owned()], body))
    };
    match entry.table.as_str() {
        CONVERSATIONS if path.starts_with("/tickets") => delete("/tickets/{}"),
        CONVERSATIONS => delete("/conversations/{}"),
        ARTICLES => delete("/articles/{}"),
        INTERNAL_ARTICLES => delete("/internal_articles/{}"),
        COLLECTIONS => delete("/help_center/collections/{}"),
        CONTACTS => delete("/contacts/{}"),
        COMPANIES => delete("/companies/{}"),
        TAGS => delete("/tags/{}"),
        SAVED_REPLIES => delete("/content_snippets/{}"),
        CUSTOM_OBJECTS => {
            match path.strip_prefix("/custom_object_instances/").and_then(|rest| rest.split('/').next()) {
                Some(kind) => {
                    let blanks = vec![kind.to_owned(), id.to_owned()];
                    (Verb::Deleted, Way::Call(Method::Delete, "/custom_object_instances/{}/{}", blanks, None))
                }
                None => (Verb::Stays, UNSURE),
            }
        }
        ATTRIBUTES if path.starts_with("/data_attributes") => archive("/data_attributes/{}"),
        ATTRIBUTES if path.starts_with("/conversations/attributes") => {
            (Verb::Archived, delete("/conversations/attributes/{}").1)
        }
        // `/ticket_types/{type}/attributes`
        ATTRIBUTES if path.starts_with("/ticket_types/") => match path.split('/').nth(2) {
            Some(kind) => {
                let (blanks, body) = (vec![kind.to_owned(), id.to_owned()], Some(json!({ "archived": true })));
                (Verb::Archived, Way::Call(Method::Put, "/ticket_types/{}/attributes/{}", blanks, body))
            }
            None => (Verb::Stays, UNSURE),
        },
        TICKET_TYPES => archive("/ticket_types/{}"),
        _ => (Verb::Stays, UNSURE),
    }
}
