//! What a correct migration shows of a ticket or a room: its messages in order, each once, by whom and for whom.

use super::Desk;
use super::file::File;
use super::moment::Moment;
use super::room::Room;
use super::ticket::{Author, Entry, Part, Ticket};

/// Where a message is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// The ticket's own text.
    Content,
    /// An entry of its log, with the e-mail or the call that it names.
    Log(i64),
    /// A message of a room.
    Message(i64, String),
    /// A call that no log names.
    Call(i64),
}

/// A message as a correct migration shows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    pub(crate) origin: Origin,
    /// `email`, `form`, `note`, `chat`, `social` or `call`.
    pub(crate) kind: &'static str,
    pub(crate) author: Author,
    /// Whether the customer sees it.
    pub(crate) public: bool,
    /// The word that is in its text.
    pub(crate) marker: String,
    pub(crate) at: Moment,
    /// Files that go with it.
    pub(crate) files: Vec<File>,
    /// Files shown in its text.
    pub(crate) images: Vec<i64>,
    /// The call it tells of.
    pub(crate) call: Option<i64>,
}

impl Desk {
    /// The messages of a ticket, of all its channels, by time; those of one moment in the order in which they are told.
    pub(crate) fn shown(&self, ticket: &Ticket) -> Vec<Shown> {
        let thread = self.thread(ticket);
        let opening = thread.iter().find(|entry| entry.part == Part::Opening);
        let mut shown = Vec::new();
        if !ticket.content.marker.is_empty() {
            let of_log = opening.into_iter().flat_map(|entry| entry.files.clone());
            shown.push(Shown {
                origin: Origin::Content,
                kind: kind_of_source(ticket.source),
                author: opening.map_or_else(|| self.asker(ticket), |entry| entry.author.clone()),
                public: true,
                marker: ticket.content.marker.clone(),
                at: ticket.created,
                files: ticket.files.iter().cloned().chain(of_log).collect(),
                images: ticket.content.images.clone(),
                call: None,
            });
        }
        let told = |part: Part| thread.iter().filter(move |entry| entry.part == part);
        shown.extend(thread.iter().filter(|entry| wrote(entry.part)).map(of_entry));
        let named: Vec<i64> = told(Part::Chat).filter_map(|entry| entry.room).collect();
        let unnamed = self.rooms_of(ticket.id).into_iter().filter(|room| !named.contains(&room.id));
        for room in named.iter().filter_map(|id| self.room(*id)).chain(unnamed) {
            shown.extend(self.shown_in_room(&room));
        }
        let calls: Vec<i64> = told(Part::Call).filter_map(|entry| entry.call).collect();
        let untold = self.calls.filter(|call| call.ticket == Some(ticket.id) && !calls.contains(&call.id));
        shown.extend(untold.into_iter().map(|call| Shown {
            origin: Origin::Call(call.id),
            kind: "call",
            author: call.user.map_or(Author::System, Author::User),
            public: false,
            marker: call.notes.marker,
            at: call.start,
            files: Vec::new(),
            images: Vec::new(),
            call: Some(call.id),
        }));
        shown.sort_by_key(|message| message.at);
        shown
    }

    /// The messages of a room, by time.
    pub(crate) fn shown_in_room(&self, room: &Room) -> Vec<Shown> {
        let messages = self.messages(room).into_iter();
        let mut shown: Vec<Shown> = messages
            .map(|message| Shown {
                origin: Origin::Message(room.id, message.id),
                kind: kind_of_source(room.channel),
                author: message.author,
                public: true,
                marker: message.body.marker,
                at: message.at,
                files: message.files,
                images: Vec::new(),
                call: None,
            })
            .collect();
        shown.sort_by_key(|message| message.at);
        shown
    }

    /// Who asked.
    pub(crate) fn asker(&self, ticket: &Ticket) -> Author {
        ticket.contact.map_or(Author::System, Author::Contact)
    }

    /// Rooms that a ticket's log names and that are not there: their messages are lost.
    pub(crate) fn purged_rooms(&self, ticket: &Ticket) -> Vec<i64> {
        let named = self.thread(ticket).into_iter().filter_map(|entry| entry.room);
        named.filter(|id| self.room(*id).is_none()).collect()
    }
}

fn wrote(part: Part) -> bool {
    matches!(part, Part::Message | Part::Note | Part::Call)
}

fn of_entry(entry: &Entry) -> Shown {
    Shown {
        origin: Origin::Log(entry.id),
        kind: entry.kind,
        author: entry.author.clone(),
        public: entry.part == Part::Message,
        marker: entry.body.marker.clone(),
        at: entry.at,
        files: entry.files.clone(),
        // Of an e-mail that is not there only the plain text is left.
        images: if entry.email.as_ref().is_some_and(|email| email.gone) {
            Vec::new()
        } else {
            entry.body.images.clone()
        },
        call: entry.call,
    }
}

/// The kind of a message, of the source of a ticket or the channel of a room; it is also what `channel_source` is to say.
pub(crate) fn kind_of_source(source: &str) -> &'static str {
    match source {
        "email" => "email",
        "form" => "form",
        "livechat" => "chat",
        "phone" => "call",
        "whatsapp" | "instagram" | "facebook" => "social",
        _ => "other",
    }
}

impl Ticket {
    /// What the status means.
    pub(crate) fn status_name(&self) -> &'static str {
        ["Open", "Pending", "Resolved", "Closed"].get(self.status as usize - 1).copied().unwrap_or_default()
    }

    /// What the priority means.
    pub(crate) fn priority_name(&self) -> Option<&'static str> {
        ["Low", "Normal", "High", "Urgent"].get(self.priority? as usize - 1).copied()
    }

    /// The names of pipeline and stage.
    pub(crate) fn stage_names(&self) -> (&'static str, &'static str) {
        super::staff::stage_of(self.pipeline, self.stage)
    }
}
