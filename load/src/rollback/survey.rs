//! What the ledger says is ours: one pass over it, from the oldest entry to the newest.
//!
//! A row **lives** from the entry that made it, or took it over, until it is undone. Kept of each life is where it begins, so that going
//! back each is undone once; of messages, files and other steps nothing is kept but in the ledger's own memory.

use std::collections::{HashMap, HashSet};

use crate::ledger::{Entry, LOAD, NOT_SENT, State, Stored, hash};
use crate::tables::{ATTACHMENTS, COMPANIES, CUSTOM_OBJECTS, PARTS};
use crate::{Error, Result};

use super::RollbackFilter;

/// Code of a change that was taken back while the row itself stays ours.
pub(super) const CHANGE_UNDONE: &str = "change_undone";

/// Whose a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Origin {
    /// We made it.
    #[default]
    Made,
    /// It was there, and we only use it.
    Existed,
    /// Another row has made it or taken it over.
    Shared,
}

/// One life of a row, or of a step that keeps what was before it. Places in the ledger are `seq`; 0: none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Life {
    /// Its first `done`.
    pub(super) made: u32,
    /// Its first entry with former values.
    pub(super) first_before: u32,
    /// It was looked for before it was written, and was not there.
    absent: bool,
    pub(super) origin: Origin,
    table: u16,
    run: u16,
    row: u128,
}

#[derive(Debug, Default)]
pub(super) struct Survey {
    lives: HashMap<u128, Life>,
    /// Where the last life of a step ended.
    ended: HashMap<u128, u32>,
    /// First `done` of tags, companies, participants and options put on something, and the run of it.
    children: HashMap<u128, (u32, u16)>,
    /// Places where a load took such a thing off again, and the run that had put it there.
    taken_off: HashMap<u32, u16>,
    /// Such steps that were intended and of which nothing was heard.
    open: HashMap<u128, Stored>,
    /// Rows that were there before us and whose first write was not heard of.
    taken: HashMap<u128, String>,
    /// Changes that were taken back, by the place of their former values.
    taken_back: HashSet<u32>,
    /// Rows that we made and that are to go.
    leaving: HashSet<u128>,
    /// Rows that were there and are to be what they were.
    restored: HashSet<u128>,
    tables: Vec<String>,
    runs: Vec<String>,
    filter: RollbackFilter,
    /// The newest entry of a load; what follows are rollbacks.
    pub(super) last_load: i64,
}

impl Survey {
    pub(super) fn note(&mut self, stored: &Stored) {
        let entry = &stored.entry;
        if entry.table == LOAD {
            return;
        }
        let seq = stored.seq as u32;
        let place = hash(&[&entry.table, &entry.key, &entry.step]);
        let ends = entry.state == State::Undone && entry.code.as_deref() != Some(NOT_SENT);
        if ends {
            let child = self.children.remove(&place);
            self.lives.remove(&place);
            self.open.remove(&place);
            self.taken.remove(&place);
            self.ended.insert(place, seq);
            // A load too takes off what a row no longer has.
            let told = entry.told();
            if told["undone"].is_null() {
                self.last_load = stored.seq;
                let run = child.map(|(_, run)| run).filter(|_| told["how"].is_null());
                self.taken_off.extend(run.map(|run| (seq, run)));
            }
            return;
        }
        if entry.code.as_deref() == Some(CHANGE_UNDONE) {
            self.taken_back.extend(entry.told()["undone_seq"].as_u64().map(|seq| seq as u32));
            return;
        }
        self.last_load = stored.seq;
        let run = index(&mut self.runs, &stored.run);
        if entry.detail.as_deref().is_some_and(|detail| detail.contains("\"before\"")) {
            self.note_before(entry, place, seq, run);
        }
        let is_refused = entry.state == State::Rejected || entry.code.as_deref() == Some(NOT_SENT);
        if is_refused && self.lives.get(&place).is_some_and(|life| life.made == 0) {
            // Nothing was made: what is there when it is tried again may be somebody else's.
            self.lives.remove(&place);
            self.taken.remove(&place);
        }
        let is_open = matches!(entry.state, State::Intended | State::Unknown);
        if is_open && is_child(&entry.step) && !self.children.contains_key(&place) {
            self.open.insert(place, stored.clone());
        }
        if !is_open {
            self.open.remove(&place);
        }
        if entry.state != State::Done {
            return;
        }
        self.taken.remove(&place);
        if is_child(&entry.step) {
            self.children.entry(place).or_insert((seq, run));
        }
        let is_row = entry.step == "create" && entry.table != PARTS && entry.table != ATTACHMENTS;
        if !is_row && !self.lives.contains_key(&place) {
            return;
        }
        let table = index(&mut self.tables, &entry.table);
        let life = self.lives.entry(place).or_default();
        if life.made == 0 {
            life.origin = match entry.told()["how"].as_str() {
                Some("existed") => Origin::Existed,
                Some("shared") => Origin::Shared,
                _ => Origin::Made,
            };
            (life.made, life.table, life.run) = (seq, table, run);
        }
        if let Some(id) = &entry.intercom_id {
            life.row = hash(&[&entry.table, id]);
        }
    }

    fn note_before(&mut self, entry: &Entry, place: u128, seq: u32, run: u16) {
        let before = &entry.told()["before"];
        let table = index(&mut self.tables, &entry.table);
        let life = self.lives.entry(place).or_default();
        let is_first = life.first_before == 0 && !life.absent;
        if before.is_null() {
            life.absent |= is_first;
            return;
        }
        if !is_first {
            return;
        }
        life.first_before = seq;
        if life.made == 0 {
            (life.table, life.run) = (table, run);
        }
        if let Some(id) = &entry.intercom_id {
            self.taken.insert(place, id.clone());
            life.row = hash(&[&entry.table, id]);
        }
    }

    /// Which rows the filter means.
    ///
    /// # Errors
    /// `Setting` where it names a run that has loaded nothing.
    pub(super) fn select(&mut self, filter: &RollbackFilter) -> Result<()> {
        self.filter = filter.clone();
        if let Some(run) = &filter.run {
            let fitting: Vec<&String> = self.runs.iter().filter(|r| r.starts_with(run.as_str())).collect();
            let refuse =
                |reason: &str| Error::Setting { setting: "--run", value: run.clone(), reason: reason.to_owned() };
            self.filter.run = match fitting[..] {
                [one] => Some(one.clone()),
                [] => return Err(refuse("is not a load that has sent anything")),
                _ => return Err(refuse("is the beginning of several loads; give more of it")),
            };
        }
        for life in self.lives.values() {
            let texts = self.tables.get(usize::from(life.table)).zip(self.runs.get(usize::from(life.run)));
            if !texts.is_some_and(|(table, run)| self.is_meant(table, run)) {
                continue;
            }
            if self.is_ours(life) {
                self.leaving.insert(life.row);
            } else if life.first_before > 0 {
                self.restored.insert(life.row);
            }
        }
        Ok(())
    }

    /// Whether the filter means this table and run.
    pub(super) fn is_meant(&self, table: &str, run: &str) -> bool {
        let is_table = self.filter.only.is_empty() || self.filter.only.iter().any(|only| only == table);
        is_table && self.filter.run.as_deref().is_none_or(|only| only == run)
    }

    /// Whether a load that is meant took something off that a load had put there that is not.
    pub(super) fn is_taken_off(&self, stored: &Stored) -> bool {
        let put = self.taken_off.get(&(stored.seq as u32)).and_then(|run| self.runs.get(usize::from(*run)));
        let table = &stored.entry.table;
        self.is_meant(table, &stored.run) && put.is_some_and(|run| !self.is_meant(table, run))
    }

    /// Whether a load that is meant changed a row that is not, or that was there before us, and its former values are not known.
    pub(super) fn is_changed(&self, stored: &Stored, life: &Life) -> bool {
        let table = &stored.entry.table;
        let made = self.runs.get(usize::from(life.run));
        let is_foreign = life.origin == Origin::Existed || made.is_some_and(|run| !self.is_meant(table, run));
        self.is_meant(table, &stored.run) && is_foreign && life.first_before == 0
    }

    /// Whether we made the row of a life. What is made by an upsert is ours only where it was looked for first.
    pub(super) fn is_ours(&self, life: &Life) -> bool {
        let table = self.tables.get(usize::from(life.table)).map(String::as_str);
        let is_upsert = matches!(table, Some(COMPANIES | CUSTOM_OBJECTS));
        life.made > 0 && life.origin == Origin::Made && life.first_before == 0 && (life.absent || !is_upsert)
    }

    /// The life that an entry belongs to.
    pub(super) fn life(&self, stored: &Stored) -> Option<&Life> {
        let entry = &stored.entry;
        self.lives.get(&hash(&[&entry.table, &entry.key, &entry.step]))
    }

    /// Whether an entry is of a life that is over.
    pub(super) fn is_over(&self, stored: &Stored) -> bool {
        let entry = &stored.entry;
        let ended = self.ended.get(&hash(&[&entry.table, &entry.key, &entry.step]));
        ended.is_some_and(|end| stored.seq < i64::from(*end))
    }

    /// Steps on rows that stay, of which it is not known whether they were done, in the order of their intents.
    pub(super) fn open(&self) -> Vec<Stored> {
        let mut open: Vec<Stored> = self.open.values().cloned().collect();
        open.sort_by_key(|one| one.seq);
        open
    }

    /// Intercom's id of a row that was there before us and whose first write was not heard of.
    pub(super) fn taken(&self, table: &str, key: &str) -> Option<&String> {
        self.taken.get(&hash(&[table, key, "create"]))
    }

    /// Whether a step on a row that stays was first done by this entry.
    pub(super) fn is_first_of_child(&self, stored: &Stored) -> bool {
        let entry = &stored.entry;
        let first = self.children.get(&hash(&[&entry.table, &entry.key, &entry.step]));
        first.is_some_and(|(seq, _)| i64::from(*seq) == stored.seq)
    }

    pub(super) fn is_leaving(&self, table: &str, id: &str) -> bool {
        self.leaving.contains(&hash(&[table, id]))
    }

    pub(super) fn is_restored(&self, table: &str, id: &str) -> bool {
        self.restored.contains(&hash(&[table, id]))
    }

    pub(super) fn is_taken_back(&self, seq: i64) -> bool {
        self.taken_back.contains(&(seq as u32))
    }
}

/// Whether a step puts something on a row that can be taken off again.
pub(super) fn is_child(step: &str) -> bool {
    ["tag:", "company:", "participant:", "option:"].iter().any(|kind| step.starts_with(kind))
}

fn index(names: &mut Vec<String>, name: &str) -> u16 {
    let place = names.iter().rposition(|n| n == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    });
    place as u16
}
