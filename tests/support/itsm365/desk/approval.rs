//! Approvals and the votes in them.

use super::ticket::Source;
use super::{Facts, Moment};

/// An approval of a ticket or a change.
#[derive(Debug, Clone)]
pub(crate) struct Negotiation {
    pub(crate) id: i64,
    /// `negotiation$approvalReq` of a ticket, `negotiation$negotiation` of a change.
    pub(crate) fqn: &'static str,
    pub(crate) source: Source,
    /// `registered`, `approved`, `rejected`.
    pub(crate) state: &'static str,
    pub(crate) created: Moment,
    pub(crate) deadline: Option<Moment>,
    pub(crate) votes: Vec<Vote>,
}

/// What one of those who were asked said.
#[derive(Debug, Clone)]
pub(crate) struct Vote {
    pub(crate) id: i64,
    /// `pending`, `approved`, `rejected`.
    pub(crate) state: &'static str,
    pub(crate) voter: i64,
    pub(crate) comment: Option<&'static str>,
    pub(crate) at: Option<Moment>,
}

impl Negotiation {
    /// Type of its votes.
    pub(crate) fn vote_fqn(&self) -> &'static str {
        if self.fqn == "negotiation$approvalReq" { "vote$voteR" } else { "vote$vote" }
    }
}

impl Facts {
    /// Approvals of a ticket or change, oldest first.
    pub(crate) fn negotiations_of(&self, source: Source) -> Vec<&Negotiation> {
        self.negotiations.values().map(|asked| &**asked).filter(|asked| asked.source == source).collect()
    }
}
