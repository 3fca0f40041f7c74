//! A ticket and its thread, as they truly are; the API tells them in its own way.

use super::attachment::Attachment;
use super::body::Body;
use super::field::Held;
use super::moment::Moment;

/// What a row of the ticket table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Request,
    Opportunity,
    Project,
    /// A task of a project.
    Task,
}

impl Kind {
    /// The `domain` it is listed in.
    pub(crate) fn domain(self) -> &'static str {
        match self {
            Self::Request => "reqs",
            Self::Opportunity => "opps",
            Self::Project | Self::Task => "prjs",
        }
    }
}

/// What lists of tickets are filtered and ordered by.
#[derive(Debug, Clone)]
pub(crate) struct Brief {
    pub(crate) id: i64,
    pub(crate) kind: Kind,
    pub(crate) type_id: i64,
    pub(crate) status: i64,
    pub(crate) closed: bool,
    pub(crate) deleted: bool,
    pub(crate) client: i64,
    pub(crate) site: i64,
    pub(crate) user: i64,
    pub(crate) agent: i64,
    /// `None`: the ticket has a team by name only.
    pub(crate) team: Option<i64>,
    pub(crate) parent: i64,
    pub(crate) opened: Moment,
    /// When it was last closed; stays when it is opened again.
    pub(crate) closed_at: Option<Moment>,
    pub(crate) updated: Moment,
}

/// A ticket, opportunity, project or task. A `Faults` of the API. 0 stands for none in ids.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) brief: Brief,
    pub(crate) summary: String,
    /// The text it was opened with.
    pub(crate) body: Body,
    pub(crate) client_name: String,
    pub(crate) site_name: String,
    pub(crate) user_name: String,
    pub(crate) user_email: String,
    pub(crate) reported_by: String,
    /// The team's name as the ticket holds it.
    pub(crate) team_name: String,
    pub(crate) sla: i64,
    pub(crate) priority: i64,
    /// Path and, where the ticket still has it, id of the category in each of the four slots.
    pub(crate) categories: [Option<(String, Option<i64>)>; 4],
    /// Rows of `/Tags`.
    pub(crate) tags: Vec<i64>,
    pub(crate) last_action: Option<Moment>,
    pub(crate) merged_into: i64,
    pub(crate) related: Vec<i64>,
    pub(crate) fields: Vec<Held>,
    /// Files of the ticket itself and of its actions.
    pub(crate) attachments: Vec<Attachment>,
    /// How many files its row says it has.
    pub(crate) told_attachments: i64,
    pub(crate) contract: i64,
    pub(crate) assets: Vec<i64>,
    pub(crate) workflow: i64,
    pub(crate) workflow_step: i64,
    pub(crate) approval_process: i64,
    /// 0 e-mail, 1 portal, 2 phone, 3 social.
    pub(crate) source: i64,
    pub(crate) cc: String,
    pub(crate) closure_note: String,
    /// 1 bad to 5 good.
    pub(crate) score: Option<i64>,
    pub(crate) deal: Option<Deal>,
}

/// What an opportunity has beside a ticket's.
#[derive(Debug, Clone)]
pub(crate) struct Deal {
    pub(crate) company: String,
    pub(crate) contact: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) value: f64,
    /// Percent.
    pub(crate) probability: f64,
    pub(crate) stage: (i64, &'static str),
}

/// Who did it, as a correct migration has to find out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Author {
    Agent(i64),
    User(i64),
    /// Somebody who is no contact, such as one from the copy of an e-mail: name, address.
    Outsider(String, String),
    /// A program by the API: its application.
    Program(String),
    /// Halo itself.
    System,
}

/// What an action is in a thread, as a correct migration has to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Repeats the text the ticket was opened with: must not be shown twice.
    Opening,
    /// For the customer to see.
    Reply,
    /// For agents only.
    Note,
    /// Something happened; nobody wrote anything.
    Event,
}

/// One entry of a ticket's thread. Its number is its ticket's own: the first is 1 in every ticket.
#[derive(Debug, Clone)]
pub(crate) struct Action {
    pub(crate) ticket: i64,
    pub(crate) id: i64,
    pub(crate) part: Part,
    pub(crate) author: Author,
    /// The name the action shows.
    pub(crate) who: String,
    /// An agent wrote for this contact; 0 for nobody.
    pub(crate) on_behalf_of: i64,
    pub(crate) outcome: i64,
    /// Not for the customer to see.
    pub(crate) hidden: bool,
    pub(crate) body: Body,
    pub(crate) email: Option<Email>,
    /// When it happened.
    pub(crate) at: Moment,
    /// When it was stored.
    pub(crate) stored: Moment,
    pub(crate) updated: Moment,
    pub(crate) old_status: i64,
    pub(crate) new_status: i64,
    /// Attachments of the ticket that are this action's.
    pub(crate) attachments: Vec<i64>,
    /// Decimal hours.
    pub(crate) time_taken: f64,
    pub(crate) merged_from: i64,
}

/// The e-mail that an action was or became.
#[derive(Debug, Clone)]
pub(crate) struct Email {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) cc: String,
    pub(crate) subject: String,
    pub(crate) inbound: bool,
    /// The whole message, with what it quotes; may hold more than the action's text. `{desk}` as in `Body`.
    pub(crate) html: String,
}

/// A thread in the order in which it happened: by time, then by number.
pub(crate) fn in_order(mut actions: Vec<Action>) -> Vec<Action> {
    actions.sort_by_key(|action| (action.at, action.id));
    actions
}
