//! The plan of one row: a chain of steps, each a call whose blanks are filled in when it goes out.
//!
//! The hash of a step depends on the row alone: it changes when the row changes, not when Intercom gives another id or address, when
//! a teammate arrives, or when a snooze runs out. (Links of articles are the exception: their step is about addresses.) What the
//! workspace has already, and what the ledger says was put on the row before, decides only which steps there are.

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use deskferry_http::Method;

use crate::before::{Before, Former};
use crate::removals::Unwanted;

/// A row of a contract table that has, or will have, an id in Intercom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Reference {
    pub(crate) table: &'static str,
    pub(crate) key: String,
}

impl Reference {
    pub(crate) fn new(table: &'static str, key: impl Into<String>) -> Self {
        Self { table, key: key.into() }
    }
}

/// Who wrote something, as far as the source knows.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Author {
    pub(crate) key: Option<String>,
    pub(crate) name: Option<String>,
}

/// One file of a message.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FileRef {
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) sha256: String,
    /// Size; what the bytes are is told by the hash alone.
    #[serde(skip)]
    pub(crate) bytes: i64,
}

/// A value of a request, maybe with blanks.
#[derive(Debug, Clone, Serialize)]
pub(crate) enum Field {
    /// As it is.
    Json(Value),
    /// Intercom's id of a row, as text.
    Id(Reference),
    /// Intercom's id of a row, as a number where it is one.
    Number(Reference),
    /// The teammate, or the placeholder.
    Admin(Option<String>),
    /// As `Admin`, as a number.
    AdminNumber(Option<String>),
    /// The first of these teammates who is in the workspace; else the token's own: who carries out an action.
    Actor(Vec<String>),
    /// A teammate who owns something: left out where not in the workspace.
    Owner(String),
    /// Whom a conversation is assigned to: the teammate or the placeholder; left out where neither is there.
    Assignee(String),
    /// A team: left out where not in the workspace.
    Team(String),
    /// A teammate's text: told in words who wrote it where the teammate is not in the workspace.
    Signed { author: Author, html: String },
    /// Files, inline.
    Files(Vec<FileRef>),
    /// Attributes of a ticket, each in the form that its type asks for: items of a list by id.
    TicketAttributes(Map<String, Value>),
    /// Id of a state of tickets.
    TicketState(Status),
    /// A list with blanks.
    List(Vec<Field>),
    /// An object with blanks.
    Object(Vec<(&'static str, Field)>),
}

impl Field {
    pub(crate) fn json(value: impl Into<Value>) -> Self {
        Self::Json(value.into())
    }

    pub(crate) fn object(map: Map<String, Value>) -> Self {
        Self::Json(Value::Object(map))
    }
}

/// A state of tickets: the one with this label, else the first of a category.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Status {
    pub(crate) category: &'static str,
    pub(crate) label: Option<String>,
}

/// A call with blanks.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Call {
    #[serde(serialize_with = "method")]
    pub(crate) method: Method,
    /// Path with `{}` for each of `ids`.
    pub(crate) path: &'static str,
    pub(crate) ids: Vec<PathId>,
    pub(crate) body: Vec<(&'static str, Field)>,
}

/// One blank of a path.
#[derive(Debug, Clone, Serialize)]
pub(crate) enum PathId {
    Id(Reference),
    Text(String),
}

impl Call {
    pub(crate) fn new(method: Method, path: &'static str, ids: Vec<PathId>) -> Self {
        Self { method, path, ids, body: Vec::new() }
    }

    pub(crate) fn post(path: &'static str) -> Self {
        Self::new(Method::Post, path, Vec::new())
    }

    /// A call to a path with one blank.
    pub(crate) fn at(method: Method, path: &'static str, table: &'static str, key: &str) -> Self {
        Self::new(method, path, vec![PathId::Id(Reference::new(table, key))])
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, field: Field) -> Self {
        self.body.push((name, field));
        self
    }

    /// Bytes of its files.
    pub(crate) fn file_bytes(&self) -> u64 {
        let files = self.body.iter().filter_map(|(_, field)| match field {
            Field::Files(files) => Some(files.iter().map(|f| u64::try_from(f.bytes).unwrap_or(0)).sum::<u64>()),
            _ => None,
        });
        files.sum()
    }

    /// Adds a value that may be missing.
    #[must_use]
    pub(crate) fn maybe<T: Into<Value>>(self, name: &'static str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.with(name, Field::Json(value.into())),
            None => self,
        }
    }
}

/// How the outcome of a step is found again when it is not known; `resolve.rs` has the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Find {
    /// Doing it twice is the same as doing it once.
    Repeat,
    Contact,
    Tag,
    Attribute,
    AttributeOption,
    Collection,
    Article,
    InternalArticle,
    Note,
    Snippet,
    Conversation,
    Part,
    Participant,
    Assignee,
    Team,
    State,
    TicketType,
    Ticket,
    TicketState,
}

impl Find {
    /// It makes a conversation or a ticket.
    pub(crate) fn is_thread(self) -> bool {
        matches!(self, Self::Conversation | Self::Ticket)
    }

    /// It is found in the conversation or ticket that it belongs to. Doing it again leaves a second message or event.
    pub(crate) fn in_thread(self) -> bool {
        matches!(self, Self::Part | Self::Participant | Self::Assignee | Self::Team | Self::State | Self::TicketState)
    }
}

/// One call's worth of work on one row.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) table: &'static str,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) call: Call,
    /// How to change it once it is made; without one it cannot be changed.
    pub(crate) update: Option<Call>,
    /// It is what Intercom does by itself, and needs a call only to take back another step of this name.
    pub(crate) is_default: bool,
    /// What becomes of an earlier step of this name that the row no longer has.
    pub(crate) unwanted: Option<Unwanted>,
    /// It goes with the call that creates the row, and needs one of its own only to be changed later. So it is a default too.
    pub(crate) in_create: bool,
    pub(crate) find: Find,
    /// Field of the reply that holds Intercom's id.
    pub(crate) id_field: Option<&'static str>,
    /// Rows that have no call of their own: they are done with this step.
    pub(crate) carries: Vec<(&'static str, String)>,
    /// A step of the row that the call does too, and the payload of that.
    pub(crate) also: Option<(&'static str, String)>,
    /// How to learn what the row was before the first write, where that may change what is there already.
    pub(crate) before: Option<Before>,
    /// What it was, once that is known.
    pub(crate) former: Option<Former>,
    /// Hash of the call in hex.
    pub(crate) payload: String,
}

impl Step {
    pub(crate) fn new(table: &'static str, key: &str, name: impl Into<String>, call: Call, find: Find) -> Self {
        let bytes = serde_json::to_vec(&call).unwrap_or_default();
        let payload = hex::encode(Sha256::digest(bytes));
        let (key, name, carries) = (key.to_owned(), name.into(), Vec::new());
        Self {
            table,
            key,
            name,
            call,
            update: None,
            is_default: false,
            unwanted: None,
            in_create: false,
            find,
            id_field: None,
            carries,
            also: None,
            before: None,
            former: None,
            payload,
        }
    }

    /// The step that makes the row itself; its reply has the id in `id`.
    pub(crate) fn create(table: &'static str, key: &str, call: Call, find: Find) -> Self {
        Self { id_field: Some("id"), ..Self::new(table, key, "create", call, find) }
    }

    /// Makes the payload depend on something beside the call too.
    pub(crate) fn payload_of(&mut self, more: &str) {
        self.payload = hex::encode(Sha256::digest(format!("{} {more}", self.payload)));
    }

    /// It is changed by doing it again.
    #[must_use]
    pub(crate) fn repeatable(mut self) -> Self {
        self.update = Some(self.call.clone());
        self
    }

    /// It goes with the creation of its row.
    #[must_use]
    pub(crate) fn in_create(mut self) -> Self {
        (self.is_default, self.in_create) = (true, true);
        self.repeatable()
    }

    #[must_use]
    pub(crate) fn after_reading(mut self, before: Before) -> Self {
        self.before = Some(before);
        self
    }

    #[must_use]
    pub(crate) fn changed_by(mut self, update: Call) -> Self {
        self.update = Some(update);
        self
    }
}

/// What is settled without a call.
#[derive(Debug, Clone)]
pub(crate) enum Settled {
    /// It is in Intercom already.
    Existed { id: String },
    /// It cannot be loaded.
    Refused { code: &'static str, message: String },
}

/// All steps of one row and of the rows below it, to be done one after another.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(crate) table: &'static str,
    pub(crate) key: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) settled: Option<Settled>,
    /// Steps for which the row has nothing. What an earlier one of such a name has done stays.
    pub(crate) lacks: Vec<&'static str>,
}

impl Chain {
    pub(crate) fn new(table: &'static str, key: &str, steps: Vec<Step>) -> Self {
        Self { table, key: key.to_owned(), steps, settled: None, lacks: Vec::new() }
    }
}

fn method<S: serde::Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}
