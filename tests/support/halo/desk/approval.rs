//! What people decided about tickets: approvals and ratings.

use super::super::dice::Dice;
use super::moment::{Moment, later};
use super::people::{MAX, SAM};
use super::story;
use super::ticket::Brief;

/// A decision that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Approval {
    pub(crate) ticket: i64,
    /// With the ticket its key.
    pub(crate) sequence: i64,
    pub(crate) user: i64,
    pub(crate) name: &'static str,
    /// 0 asked, 1 yes, 2 no; what the codes of the real thing mean is not known.
    pub(crate) result: i64,
    pub(crate) note: &'static str,
}

/// The approvals of every ticket.
pub(crate) const APPROVALS: [Approval; 3] = [
    Approval { ticket: story::APPROVALS, sequence: 1, user: MAX, name: "Max Boss", result: 1, note: "ok" },
    Approval { ticket: story::APPROVALS, sequence: 2, user: SAM, name: "Sam Carter", result: 2, note: "too \"dear\"" },
    Approval { ticket: story::IN_WORKFLOW, sequence: 1, user: MAX, name: "Max Boss", result: 0, note: "" },
];

/// A rating by a customer.
#[derive(Debug, Clone)]
pub(crate) struct Rating {
    pub(crate) ticket: i64,
    /// 1 bad to 5 good.
    pub(crate) score: i64,
    pub(crate) comment: String,
    pub(crate) date: Moment,
}

/// The rating of a ticket, if it has one: one in fifty of the closed ones has.
pub(crate) fn rating(seed: u64, brief: &Brief) -> Option<Rating> {
    let mut dice = Dice::new(seed, "rating", brief.id);
    let story = brief.id == story::RATED;
    let date = later(brief.closed_at.filter(|_| brief.closed)?, 3_600_000);
    if !story && (brief.id < super::bulk::FIRST || !dice.in_thousand(20)) {
        return None;
    }
    let score = if story { 2 } else { dice.below(5) + 1 };
    let comment = if story || dice.in_thousand(300) { "Slow, but it works 🙂".into() } else { String::new() };
    Some(Rating { ticket: brief.id, score, comment, date })
}
