//! The ledger in memory: the newest state of every step, some 30 bytes each, so that a million steps fit.
//!
//! Steps are found by a 128-bit hash of table, key and step. Ids are kept only for rows that others refer to: not for messages,
//! which are found again in their thread.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher as _};

use arrow::array::RecordBatch;
use serde_json::Value;

use super::entry::Rows;
use super::ids::Ids;
use super::known::{Known, short};
use super::links::Links;
use super::slots::Slots;
use super::{Entry, LOAD, ROLLBACK, State};
use crate::removals::{is_link, is_option};
use crate::settings::TicketsAs;
use crate::tables::{CONVERSATIONS, PARTS};
use crate::{Error, Result};

/// Code of a step that was not sent as the row it belongs to was refused.
pub(crate) const PARENT_REJECTED: &str = "parent_rejected";
/// Code of a step that was intended and given up before its call went out.
pub(crate) const NOT_SENT: &str = "not_sent";

/// An id that belongs to a row, one whose row has been taken back, and one that several rows have.
const CLAIMED: u64 = 1;
const UNCLAIMED: u64 = 2;
const SHARED: u64 = 3;

#[derive(Debug, Default)]
pub(crate) struct Memory {
    steps: Slots,
    ids: Ids,
    claims: Slots,
    /// Rows whose creation is open, by payload: how many.
    open: HashMap<u64, u32>,
    /// Ids of what was there before us and is as it was; it may still hold what cannot be undone.
    left: HashSet<u128>,
    /// The command of a rollback that was begun and has not come to its end.
    rollback: Option<String>,
    urls: HashMap<u128, String>,
    /// By step: the id that somebody has found for a step of unknown outcome.
    verdicts: HashMap<u128, String>,
    /// By row: names of the steps that have attached something to it, or may have.
    links: Links,
    /// By Intercom's id of a row that was there before us: the tags and companies that it had.
    had: HashMap<u128, Box<[u128]>>,
    segments: u64,
    seq: i64,
    clean: bool,
    workspace: Option<String>,
    /// By step: when the creation of a row that is open was first intended, in seconds.
    intended_at: HashMap<u128, i64>,
    /// What threads become in the load that is being read.
    becoming: TicketsAs,
    /// What those became that are in Intercom or may be, and how many they are.
    threads: (TicketsAs, u64),
}

impl Memory {
    pub(crate) fn segments(&self) -> u64 {
        self.segments
    }

    pub(crate) fn seq(&self) -> i64 {
        self.seq
    }

    /// When the creation of a row that is open was first intended, in seconds.
    pub(crate) fn intended_at(&self, table: &str, key: &str) -> Option<i64> {
        self.intended_at.get(&hash(&[table, key, "create"])).copied()
    }

    /// Whether the ledger is empty or ends with `_load/end`.
    pub(crate) fn clean(&self) -> bool {
        self.clean || self.segments == 0
    }

    pub(crate) fn known(&self, table: &str, key: &str, step: &str) -> Option<Known> {
        self.steps.get(hash(&[table, key, step])).and_then(Known::unpacked)
    }

    pub(crate) fn id(&self, table: &str, key: &str) -> Option<String> {
        self.ids.get(hash(&[table, key])).map(ToOwned::to_owned)
    }

    /// Intercom's ids of the rows of a table, in the order they were made; an id that two rows share comes twice.
    pub(crate) fn ids(&self, table: &str) -> impl Iterator<Item = &str> {
        self.ids.of(table)
    }

    /// # Errors
    /// `Workspace` where the ledger is another workspace's.
    pub(crate) fn of_workspace(&self, token: &str) -> Result<()> {
        match &self.workspace {
            Some(ledger) if ledger != token => {
                Err(Error::Workspace { ledger: ledger.clone(), token: token.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// What threads became so far, if there are any in Intercom.
    pub(crate) fn threads_as(&self) -> Option<TicketsAs> {
        (self.threads.1 > 0).then_some(self.threads.0)
    }

    /// # Errors
    /// `Setting` where threads became something else before: they would be there twice.
    pub(crate) fn of_threads(&self, wanted: TicketsAs) -> Result<()> {
        match self.threads_as() {
            Some(found) if found != wanted => Err(Error::Setting {
                setting: "[load] tickets_as",
                value: wanted.as_str().to_owned(),
                reason: format!(
                    "comes too late: {} threads were loaded as {}s from this stage; roll them back first, or keep \
                     \"{}\"",
                    self.threads.1,
                    found.as_str(),
                    found.as_str()
                ),
            }),
            _ => Ok(()),
        }
    }

    /// Counts threads that are in Intercom or may be.
    fn count_thread(&mut self, before: Option<Known>, now: Known) {
        match (before.is_some_and(Known::may_be_there), now.may_be_there()) {
            (false, true) => self.threads = (self.becoming, self.threads.1 + 1),
            (true, false) => self.threads.1 -= 1,
            _ => {}
        }
    }

    /// Half undone, the steps below a row may look done although the row is gone: nothing is loaded, and nothing else undone.
    ///
    /// # Errors
    /// `Unfinished` where a rollback by another command than this was begun and has not come to its end.
    pub(crate) fn no_rollback_but(&self, command: Option<&str>) -> Result<()> {
        match self.rollback.as_deref() {
            Some(begun) if command != Some(begun) => Err(Error::Unfinished { command: begun.to_owned() }),
            _ => Ok(()),
        }
    }

    /// Whether a rollback was begun and has not come to its end.
    pub(crate) fn in_rollback(&self) -> bool {
        self.rollback.is_some()
    }

    pub(crate) fn urls(&self) -> &HashMap<u128, String> {
        &self.urls
    }

    /// The id that somebody has found for a step of unknown outcome.
    pub(crate) fn verdict(&self, table: &str, key: &str, step: &str) -> Option<&str> {
        self.verdicts.get(&hash(&[table, key, step])).map(String::as_str)
    }

    pub(crate) fn links(&self, table: &str, key: &str) -> Vec<String> {
        self.links.of(hash(&[table, key]))
    }

    pub(crate) fn claim(&mut self, table: &str, id: &str) -> bool {
        let free = !self.claimed(table, id);
        if free {
            self.claims.set(hash(&[table, id]), CLAIMED);
        }
        free
    }

    pub(crate) fn claimed(&self, table: &str, id: &str) -> bool {
        matches!(self.claims.get(hash(&[table, id])), Some(CLAIMED | SHARED))
    }

    /// Whether an id belongs, or has belonged, to more than one row.
    pub(crate) fn is_shared(&self, table: &str, id: &str) -> bool {
        self.claims.get(hash(&[table, id])) == Some(SHARED)
    }

    /// Whether a row had this tag or company before us.
    pub(crate) fn had(&self, table: &str, id: &str, kind: &str, target: &str) -> bool {
        self.had.get(&hash(&[table, id])).is_some_and(|had| had.contains(&hash(&[kind, target])))
    }

    /// Keeps which tags and companies a row had. Once its creation is open they may be ours, so what was listed first holds.
    fn list(&mut self, entry: &Entry, former: &Value, is_open: bool) {
        let Some(id) = entry.intercom_id.as_deref().filter(|_| former.get("fields").is_some()) else { return };
        let row = hash(&[&entry.table, id]);
        if is_open && self.had.contains_key(&row) {
            return;
        }
        let lists = [("tag", &former["tags"]), ("company", &former["companies"])];
        let had = lists.into_iter().flat_map(|(kind, list)| {
            let ids = list.as_array().into_iter().flatten().filter_map(Value::as_str);
            ids.map(move |target| hash(&[kind, target]))
        });
        self.had.insert(row, had.collect());
    }

    /// How many rows are open that are made by this very call.
    pub(crate) fn open(&self, sha256: &str) -> u32 {
        self.open.get(&short(sha256)).copied().unwrap_or_default()
    }

    fn count_open(&mut self, before: Option<Known>, now: Known) {
        if let Some(before) = before.filter(Known::is_open)
            && let Some(count) = self.open.get_mut(&before.payload)
        {
            *count -= 1;
            if *count == 0 {
                self.open.remove(&before.payload);
            }
        }
        if now.is_open() {
            *self.open.entry(now.payload).or_default() += 1;
        }
    }

    /// Whether something was there before us and is as it was; it may still hold what cannot be undone.
    pub(crate) fn is_left(&self, table: &str, id: &str) -> bool {
        self.left.contains(&hash(&[table, id]))
    }

    /// Takes in a batch of a stored segment.
    ///
    /// # Errors
    /// `Damaged` where an invariant does not hold.
    pub(crate) fn read(&mut self, segment: u64, batch: &RecordBatch) -> Result<()> {
        let damaged = |reason: String| Error::Damaged { segment, reason };
        let rows = Rows::new(batch).map_err(damaged)?;
        for row in 0..rows.len() {
            if rows.seq(row) != self.seq + 1 {
                return Err(damaged(format!("seq {} follows {}", rows.seq(row), self.seq)));
            }
            self.seq += 1;
            self.apply(&rows.entry(row).map_err(damaged)?);
        }
        Ok(())
    }

    /// All batches of a segment have been taken in.
    pub(crate) fn end_segment(&mut self, segment: u64) {
        self.segments = segment;
    }

    /// Takes in one entry.
    pub(crate) fn apply(&mut self, entry: &Entry) {
        let detail = entry.told();
        if entry.table == LOAD {
            self.clean = entry.step == "end";
            if entry.step == "begin" {
                let is_ticket = detail["tickets_as"] == TicketsAs::Ticket.as_str();
                self.becoming = if is_ticket { TicketsAs::Ticket } else { TicketsAs::Conversation };
            }
            if entry.step == ROLLBACK {
                self.rollback = detail["command"].as_str().map(ToOwned::to_owned);
            }
            if let Some(workspace) = detail["workspace"].as_str() {
                self.workspace = Some(workspace.to_owned());
            }
            return;
        }
        self.clean = false;
        let payload = entry.payload.as_deref().map(short);
        let hash_of_step = hash(&[&entry.table, &entry.key, &entry.step]);
        let before = self.steps.get(hash_of_step).and_then(Known::unpacked);
        let mut now = Known {
            state: entry.state,
            made: before.is_some_and(|k| k.made),
            orphan: entry.code.as_deref() == Some(PARENT_REJECTED),
            mixed: false,
            shared: before.is_some_and(|k| k.shared) || detail["how"] == "shared",
            existed: before.is_some_and(|k| k.existed) || detail["how"] == "existed" || detail["before"].is_object(),
            payload: payload.or(before.map(|k| k.payload)).unwrap_or_default(),
        };
        let is_create = entry.step == "create";
        if is_create && !before.is_some_and(|k| k.made) {
            self.list(entry, &detail["before"], before.is_some_and(|k| k.is_open()));
        }
        match entry.state {
            State::Done => now.made = true,
            State::Undone if entry.code.as_deref() == Some(NOT_SENT) => now.payload = 0,
            State::Undone => {
                (now.made, now.payload) = (false, 0);
                if is_create {
                    self.ids.forget(hash(&[&entry.table, &entry.key]));
                    self.urls.remove(&hash(&[&entry.table, &entry.key]));
                }
                // A row that shares another's id is undone without one.
                if let Some(id) = &entry.intercom_id {
                    let place = hash(&[&entry.table, id]);
                    self.claims.set(place, UNCLAIMED);
                    self.had.remove(&place);
                    if detail["undone"] == "restored" {
                        self.left.insert(place);
                    }
                }
                (now.existed, now.shared) = (false, false);
            }
            State::Intended | State::Unknown => {
                now.mixed = before.is_some_and(|k| k.is_open() && (k.mixed || k.payload != now.payload));
            }
            State::Rejected if !now.made => {
                entry.intercom_id.iter().for_each(|id| drop(self.had.remove(&hash(&[&entry.table, id]))));
            }
            State::Rejected => {}
        }
        let id = entry.intercom_id.as_deref().filter(|_| entry.state == State::Done && entry.table != PARTS);
        if let Some(id) = id {
            self.claim(&entry.table, id);
            if now.shared {
                self.claims.set(hash(&[&entry.table, id]), SHARED);
            }
            if is_create {
                self.ids.set(&entry.table, hash(&[&entry.table, &entry.key]), id);
            }
        }
        if let (State::Done, Some(url)) = (entry.state, detail["url"].as_str()) {
            self.urls.insert(hash(&[&entry.table, &entry.key]), url.to_owned());
        }
        if let (State::Unknown, Some(id)) = (entry.state, detail["is"].as_str()) {
            self.verdicts.insert(hash_of_step, id.to_owned());
        } else if entry.state != State::Intended {
            self.verdicts.remove(&hash_of_step);
        }
        if is_link(&entry.step) || is_option(&entry.step) {
            let row = hash(&[&entry.table, &entry.key]);
            let holds = |known: Known| known.is_open() || (known.made && is_link(&entry.step));
            match (before.is_some_and(holds), holds(now)) {
                (false, true) => self.links.attach(row, &entry.step),
                (true, false) => self.links.take_off(row, &entry.step),
                _ => {}
            }
        }
        if entry.table == CONVERSATIONS && is_create {
            self.count_thread(before, now);
        }
        if is_create {
            self.count_open(before, now);
            if now.is_open() {
                self.intended_at.entry(hash_of_step).or_insert(entry.at.timestamp());
            } else {
                self.intended_at.remove(&hash_of_step);
            }
        }
        self.steps.set(hash_of_step, now.packed());
    }
}

/// The 128 bits that stand for these texts.
pub(crate) fn hash(parts: &[&str]) -> u128 {
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(seed);
        for part in parts {
            hasher.write(part.as_bytes());
            hasher.write_u8(0xff);
        }
        hasher.finish()
    };
    (u128::from(half(1)) << 64) | u128::from(half(2))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn entry(table: &str, key: &str, step: &str, state: State) -> Entry {
        Entry::new(DateTime::from_timestamp(0, 0).unwrap(), table, key, step, state)
    }

    fn begin(memory: &mut Memory, tickets_as: Option<&str>) {
        let detail = serde_json::json!({ "workspace": "w", "tickets_as": tickets_as }).to_string();
        memory.apply(&Entry { detail: Some(detail), ..entry(LOAD, "run", "begin", State::Done) });
    }

    #[test]
    fn threads_become_one_thing_as_long_as_one_of_them_may_be_there() {
        let mut memory = Memory::default();
        begin(&mut memory, Some("ticket"));
        memory.apply(&entry("contacts", "a", "create", State::Done));
        assert_eq!(memory.threads_as(), None);
        memory.apply(&entry(CONVERSATIONS, "a", "create", State::Intended));
        memory.apply(&entry(CONVERSATIONS, "b", "create", State::Intended));
        memory.apply(&entry(CONVERSATIONS, "b", "create", State::Done));
        assert!(memory.of_threads(TicketsAs::Ticket).is_ok());
        let error = memory.of_threads(TicketsAs::Conversation).unwrap_err().to_string();
        assert!(error.contains("2 threads were loaded as tickets"), "{error}");
        memory.apply(&entry(CONVERSATIONS, "a", "create", State::Rejected));
        memory.apply(&entry(CONVERSATIONS, "b", "create", State::Undone));
        // A load of an older program says nothing of it.
        begin(&mut memory, None);
        assert!(memory.of_threads(TicketsAs::Conversation).is_ok());
        memory.apply(&entry(CONVERSATIONS, "a", "create", State::Intended));
        assert_eq!(memory.threads_as(), Some(TicketsAs::Conversation));
    }
}
