//! What a correct migration shows of a ticket: its messages in order, each once, by whom and for whom.

use super::file::Place;
use super::text::Text;
use super::ticket::{Client, Comment, Ticket};
use super::{Facts, Moment};

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Author {
    Agent(i64),
    /// An employee who asks.
    Client(i64),
    /// Somebody who is only text: name, address, phone.
    Outsider(String, String, String),
    /// The system, or mail of a stranger.
    Nobody,
}

/// Which message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// What was asked.
    Opening,
    /// A comment.
    Comment(i64),
    /// How it was solved; always last.
    Resolution,
}

/// A message as a correct migration shows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    pub(crate) part: Part,
    pub(crate) author: Author,
    /// Whether the client sees it.
    pub(crate) public: bool,
    /// Word that is in its text, and in no other.
    pub(crate) marker: String,
    /// Its lines, as they are to be read.
    pub(crate) lines: Vec<String>,
    pub(crate) at: Moment,
    /// Files that go with it, without those shown in its text: each once.
    pub(crate) files: Vec<i64>,
    /// Files shown in its text that are there.
    pub(crate) images: Vec<i64>,
}

impl Facts {
    /// Who asked: a person, a name, or nobody that is known.
    pub(crate) fn asker(&self, ticket: &Ticket) -> Author {
        match &ticket.client {
            Client::Employee(id) => Author::Client(*id),
            Client::Text(name, email, phone) => Author::Outsider(name.clone(), email.clone(), phone.clone()),
            Client::Ou(_) | Client::Nobody => Author::Nobody,
        }
    }

    /// Who wrote a comment: who asked stays the one who asked, though they are an agent elsewhere.
    pub(crate) fn author(&self, ticket: &Ticket, comment: &Comment) -> Author {
        match comment.author {
            None => Author::Nobody,
            Some(id) if ticket.client == Client::Employee(id) => Author::Client(id),
            Some(id) if self.employee(id).is_agent() => Author::Agent(id),
            Some(id) => Author::Client(id),
        }
    }

    /// The messages of a ticket, archived or not.
    pub(crate) fn shown(&self, ticket: &Ticket) -> Vec<Shown> {
        let comments = self.comments_of(ticket.source());
        let elsewhere: Vec<i64> =
            comments.iter().flat_map(|comment| comment.files.iter().chain(&comment.text.images).copied()).collect();
        let own = self.files_of(ticket.source()).into_iter();
        let own = own.filter(|file| file.place == Place::Attribute || !elsewhere.contains(&file.id));
        let own: Vec<i64> = own.map(|file| file.id).collect();
        let mut all = vec![Shown {
            part: Part::Opening,
            author: self.asker(ticket),
            public: true,
            at: ticket.created,
            ..self.message(&ticket.text, &own)
        }];
        all.extend(comments.into_iter().map(|comment| Shown {
            part: Part::Comment(comment.id),
            author: self.author(ticket, comment),
            public: !comment.private,
            at: comment.at,
            ..self.message(&comment.text, &comment.files)
        }));
        if let Some(text) = &ticket.resolution {
            let last = all.last().map_or(ticket.created, |message| message.at);
            all.push(Shown {
                part: Part::Resolution,
                author: ticket.solved_by.map_or(Author::Nobody, Author::Agent),
                public: true,
                at: ticket.solved.unwrap_or(ticket.modified).max(last),
                ..self.message(text, &[])
            });
        }
        all
    }

    /// A message of a text and these files.
    fn message(&self, text: &Text, files: &[i64]) -> Shown {
        Shown {
            part: Part::Opening,
            author: Author::Nobody,
            public: true,
            marker: text.marker.clone(),
            lines: text.lines.clone(),
            at: Moment::default(),
            files: files.iter().copied().filter(|file| !text.images.contains(file)).collect(),
            images: text.images.iter().copied().filter(|file| self.files.contains_key(file)).collect(),
        }
    }
}
