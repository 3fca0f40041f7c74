//! What a correct migration shows of a ticket: its messages in order, each once, by whom and for whom.

use super::Desk;
use super::lookup::{STATUSES, TICKET_TYPES, priority_name};
use super::moment::Moment;
use super::ticket::{Action, Author, Part, Ticket};

/// A message as a correct migration shows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    /// Number of its action; 0 for the text the ticket was opened with.
    pub(crate) action: i64,
    pub(crate) author: Author,
    /// Whether the customer sees it.
    pub(crate) public: bool,
    /// The word that is in its text.
    pub(crate) marker: String,
    pub(crate) at: Moment,
    /// Attachments that go with it.
    pub(crate) files: Vec<i64>,
    /// Attachments shown in its text.
    pub(crate) images: Vec<i64>,
}

impl Desk {
    /// Who asked, for a contact: one who is none, or the general user of a site, is whom the ticket names.
    pub(crate) fn asker(&self, ticket: &Ticket) -> Author {
        match self.user(ticket.brief.user) {
            Some(user) if !user.general => Author::User(user.id),
            Some(_) => Author::Outsider(String::new(), ticket.reported_by.clone()),
            None if !ticket.user_email.is_empty() => {
                Author::Outsider(ticket.user_name.clone(), ticket.user_email.clone())
            }
            None => Author::Outsider(ticket.reported_by.clone(), ticket.reported_by.clone()),
        }
    }

    /// The messages of a ticket. Those of a merged one are in the other; a deleted one is not shown.
    pub(crate) fn shown(&self, ticket: &Ticket) -> Vec<Shown> {
        if ticket.merged_into > 0 || ticket.brief.deleted {
            return Vec::new();
        }
        let thread = self.thread(ticket);
        let opening = thread.iter().find(|action| action.part == Part::Opening);
        let mut files: Vec<i64> =
            ticket.attachments.iter().filter(|file| file.action == 0).map(|file| file.id).collect();
        files.extend(opening.iter().flat_map(|action| &action.attachments));
        let first = Shown {
            action: 0,
            author: self.asker(ticket),
            public: true,
            marker: ticket.body.marker.clone(),
            at: ticket.brief.opened,
            files,
            images: ticket.body.images.clone(),
        };
        let messages = thread.iter().filter(|action| matches!(action.part, Part::Reply | Part::Note));
        std::iter::once(first).chain(messages.map(message)).collect()
    }
}

fn message(action: &Action) -> Shown {
    Shown {
        action: action.id,
        author: action.author.clone(),
        public: action.part == Part::Reply,
        marker: action.body.marker.clone(),
        at: action.at,
        files: action.attachments.clone(),
        images: action.body.images.clone(),
    }
}

impl Ticket {
    /// The priority's name: the number means something only within the ticket's SLA.
    pub(crate) fn priority_name(&self) -> Option<&'static str> {
        priority_name(self.sla, self.priority)
    }

    /// The name of the status.
    pub(crate) fn status_name(&self) -> &'static str {
        STATUSES.iter().find(|status| status.id == self.brief.status).map_or("", |status| status.name)
    }

    /// The name of the ticket type.
    pub(crate) fn type_name(&self) -> &'static str {
        TICKET_TYPES.iter().find(|kind| kind.id == self.brief.type_id).map_or("", |kind| kind.name)
    }

    /// The team's name of today; `None` where the ticket's own name could be two teams.
    pub(crate) fn team_of_today(&self, desk: &Desk) -> Option<String> {
        match self.brief.team {
            Some(id) => desk.team(id).map(|team| team.name.clone()),
            None => {
                let called: Vec<_> = desk.teams.iter().filter(|team| team.name == self.team_name).collect();
                if let [team] = called.as_slice() { Some(team.name.clone()) } else { None }
            }
        }
    }
}
