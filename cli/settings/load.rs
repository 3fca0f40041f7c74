//! `[load]`: what becomes of threads, people and canned answers, and where a copy goes.

use serde::Deserialize;

/// `[load]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Load {
    /// What a source ticket becomes: `conversation` or `ticket`.
    pub(crate) tickets_as: TicketsAs,
    /// Name of the ticket type, where tickets become tickets.
    pub(crate) ticket_type: Option<String>,
    /// E-mail of the teammate that stands in for people who are not in the workspace.
    pub(crate) placeholder_admin: Option<String>,
    /// What becomes of rows that name who is not in the workspace, where nobody stands in.
    pub(crate) missing_people: MissingPeople,
    /// What becomes of canned answers.
    pub(crate) saved_replies: SavedReplies,
    /// Share of refused rows of a table, from 0 to 1, above which a load stops.
    pub(crate) reject_rate_max: Option<f64>,
    /// The database that a copy is brought to, such as `postgres://user:${DATABASE_PASSWORD}@host/database`; without it the stage is
    /// the copy.
    pub(crate) target: Option<String>,
    /// The schema in it; else the one that the connection begins in.
    pub(crate) target_schema: Option<String>,
    /// Calls at a time at most.
    pub(crate) in_flight_max: Option<std::num::NonZeroUsize>,
}

/// What becomes of rows that name people or teams who are not in the workspace, where no placeholder stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MissingPeople {
    /// The load does not start.
    #[default]
    Stop,
    /// These rows wait until the people have come; all others are loaded.
    Wait,
}

/// What a source ticket becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TicketsAs {
    /// A conversation.
    #[default]
    Conversation,
    /// A ticket.
    Ticket,
}

/// What becomes of canned answers: no API creates macros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SavedReplies {
    /// `saved_replies.csv`, for an admin to take over.
    #[default]
    File,
    /// Content snippets, for Fin.
    Snippets,
    /// Left out.
    None,
}
