//! How much of everything there is.

use std::collections::BTreeMap;

use super::Desk;
use super::approval::rating;
use super::attachment::Kind as FileKind;
use super::ticket::{Kind, Part};

/// Exact counts of what a reader with every right finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) agents: usize,
    pub(crate) teams: usize,
    pub(crate) clients: usize,
    pub(crate) sites: usize,
    pub(crate) users: usize,
    /// Of those, pseudo-contacts.
    pub(crate) general_users: usize,
    /// Rows of the ticket table that are not deleted, by kind.
    pub(crate) tickets: BTreeMap<Kind, usize>,
    /// Of those, open ones of all kinds.
    pub(crate) open: usize,
    /// Of those, closed ones of all kinds.
    pub(crate) closed: usize,
    pub(crate) deleted: usize,
    /// Actions of tickets that are not deleted, by what they are.
    pub(crate) actions: BTreeMap<Part, usize>,
    /// Files of tickets that are not deleted.
    pub(crate) files: usize,
    /// Of those, such that cannot be had.
    pub(crate) files_gone: usize,
    /// Values of custom fields of tickets that are not deleted.
    pub(crate) ticket_values: usize,
    /// Of those, secret ones.
    pub(crate) secret_ticket_values: usize,
    pub(crate) ratings: usize,
    pub(crate) articles: usize,
    pub(crate) contracts: usize,
    pub(crate) assets: usize,
    /// Definitions of custom fields.
    pub(crate) fields: usize,
}

impl Desk {
    /// Counts everything as it is now.
    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts {
            agents: self.agents.len(),
            teams: self.teams.len(),
            clients: self.clients.len(),
            sites: self.sites.len(),
            users: self.users.len(),
            general_users: self.users.all().iter().filter(|user| user.general).count(),
            articles: self.articles.len(),
            contracts: self.contracts.len(),
            assets: self.assets.len(),
            fields: self.fields.len(),
            ..Counts::default()
        };
        for brief in self.briefs() {
            if brief.deleted {
                counts.deleted += 1;
                continue;
            }
            *counts.tickets.entry(brief.kind).or_default() += 1;
            *(if brief.closed { &mut counts.closed } else { &mut counts.open }) += 1;
            counts.ratings += usize::from(rating(self.seed, &brief).is_some());
            let Some(ticket) = self.ticket(brief.id) else { continue };
            for action in self.thread(&ticket) {
                *counts.actions.entry(action.part).or_default() += 1;
            }
            counts.files += ticket.attachments.len();
            counts.files_gone += ticket.attachments.iter().filter(|file| file.kind == FileKind::Gone).count();
            counts.ticket_values += ticket.fields.len();
            counts.secret_ticket_values += ticket.fields.iter().filter(|held| held.secret()).count();
        }
        counts
    }

    /// How many tickets of a kind are not deleted.
    pub(crate) fn count_of(&self, kind: Kind) -> usize {
        self.briefs().iter().filter(|brief| brief.kind == kind && !brief.deleted).count()
    }
}
