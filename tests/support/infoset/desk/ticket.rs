//! Tickets and the entries of their logs.

use super::body::Body;
use super::file::File;
use super::moment::Moment;
use super::property::Held;

/// A ticket.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ticket {
    pub(crate) id: i64,
    pub(crate) subject: String,
    /// What it was opened with; none where it came of a chat or a call.
    pub(crate) content: Body,
    /// Files of that text.
    pub(crate) files: Vec<File>,
    /// 1 open, 2 pending, 3 resolved, 4 closed; 9 is none that is known.
    pub(crate) status: i64,
    /// 1 low to 4 urgent.
    pub(crate) priority: Option<i64>,
    pub(crate) contact: Option<i64>,
    pub(crate) company: Option<i64>,
    /// Agents, the first of whom has it.
    pub(crate) owners: Vec<i64>,
    pub(crate) team: Option<i64>,
    pub(crate) pipeline: i64,
    pub(crate) stage: i64,
    /// `email`, `form`, `livechat`, `whatsapp`, `instagram`, `facebook`, `phone`; `kiosk` is none that is known.
    pub(crate) source: &'static str,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) properties: Vec<Held>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
    pub(crate) closed: Option<Moment>,
    /// The ticket that has its messages now, as a sentence of its log tells.
    pub(crate) merged_into: Option<i64>,
}

/// Who did it, as a correct migration has to find out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Author {
    User(i64),
    Contact(i64),
    Bot(i64),
    /// Somebody who is no contact: name, address.
    Outsider(String, String),
    /// Infoset itself.
    System,
}

/// What an entry is in a thread, as a correct migration has to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Repeats the text the ticket was opened with: must not be shown twice.
    Opening,
    /// For the customer to see.
    Message,
    /// For agents only.
    Note,
    /// A chat took place: its messages are the room's.
    Chat,
    /// A call took place: what the agent wrote of it. For agents only.
    Call,
    /// Something happened; nobody wrote anything.
    Event,
}

/// An entry of a ticket's log.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) id: i64,
    pub(crate) ticket: i64,
    pub(crate) part: Part,
    /// `email`, `form`, `note`, `chat`, `social`, `call` or `system`.
    pub(crate) kind: &'static str,
    pub(crate) author: Author,
    pub(crate) body: Body,
    pub(crate) at: Moment,
    pub(crate) email: Option<Email>,
    /// The room of a chat; may be gone.
    pub(crate) room: Option<i64>,
    pub(crate) call: Option<i64>,
    pub(crate) files: Vec<File>,
}

/// The e-mail that an entry was or became. Its text is the entry's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Email {
    pub(crate) id: i64,
    /// The entry names it, and it is not there.
    pub(crate) gone: bool,
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) cc: Vec<String>,
    pub(crate) subject: String,
    /// Has no HTML.
    pub(crate) text_only: bool,
}

/// The id of entry `nth` of a ticket.
pub(crate) fn entry_id(ticket: i64, nth: i64) -> i64 {
    ticket * 1000 + nth
}

/// The id of the e-mail of entry `nth` of a ticket.
pub(crate) fn email_id(ticket: i64, nth: i64) -> i64 {
    (ticket - EMAILS_BEFORE) * 1000 + nth
}

/// The ticket whose e-mail it is, if there is one of this id.
pub(crate) fn ticket_of_email(email: i64) -> i64 {
    email / 1000 + EMAILS_BEFORE
}

const EMAILS_BEFORE: i64 = 1_500_000;
